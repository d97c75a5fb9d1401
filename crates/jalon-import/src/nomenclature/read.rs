//! Reading the files, with all their faults; [`said`](super::said) puts their lines into [`Raw`].

use std::borrow::Cow;
use std::fs::File;

use jalon_data::fault::{Collector, Place, Words};
use jalon_data::records::{Records, cannot_read, decode};

use super::parquet_rows;
use super::raw::Raw;
use super::sources::{Role, Source};

/// Lines of a file, beyond which it is no nomenclature.
const MOST: u64 = 1_000_000;

/// One file under way: what it says goes to `raw`, what is wrong to `faults`.
pub(super) struct Reading<'a> {
    pub source: &'a Source,
    pub raw: &'a mut Raw,
    pub faults: &'a mut Collector,
    /// The last day that the file speaks of.
    pub latest: Option<i32>,
    pub lines: u64,
}

/// Bytes of a file, likewise.
const LARGEST: u64 = 1 << 29;

/// How many cells lines of the medicines base have.
const fn width(role: Role) -> (usize, usize) {
    match role {
        Role::Cis => (12, 12),
        Role::Cip => (12, 13),
        Role::Gener => (5, 5),
        Role::Compo => (8, 8),
        _ => (4, 4),
    }
}

/// Columns looked for in a table with a header, each under the names it has
/// had; the first must be there.
const fn columns(role: Role) -> &'static [&'static [&'static str]] {
    match role {
        Role::IrPha => &[
            &["pha_cip_c13", "cip13"],
            &["pha_atc_cla", "pha_atc_c07", "atc"],
            &["pha_cnd_top", "pack_flag"],
            &["pha_prd_lib1", "pha_prd_lib", "pha_med_nom", "pha_nom_crt", "label"],
            &["pha_cip_ucd", "ucd7"],
            &["pha_grs_num", "gen_group"],
            &["pha_med_gen", "med_gen"],
        ],
        Role::Ucd => &[
            &["ucd_ucd_cod"],
            &["ucd_dsn_lib"],
            &["ucd_cnd_lib"],
            &["ucd_pcd_cod"],
            &["ucd_svt_cod"],
            &["ucd_der_maj"],
        ],
        Role::Nabm => &[&["bio_prs_ide", "code"], &["bio_inf_lib", "libelle"], &["bio_his_dtd"]],
        _ => &[&["cam_prs_ide_cod", "code"], &["cam_prs_ide_lib", "libelle"]],
    }
}

impl Reading<'_> {
    /// Reads the file to its end.
    pub(super) fn run(&mut self) {
        if std::fs::metadata(&self.source.path).is_ok_and(|file| file.len() > LARGEST) {
            let words = || Words::new("fichier de plus de 512 Mo").hint("est-ce le bon fichier ?");
            return self.fault(0, words);
        }
        if self.source.parquet {
            self.parquet();
        } else {
            let input = match File::open(&self.source.path) {
                Ok(input) => input,
                Err(error) => return self.fault(0, || cannot_read(&error)),
            };
            let separators: &[u8] = if self.source.role.is_tabbed() { b"\t" } else { b";,\t" };
            let stop = match Records::start_among(input, separators) {
                Ok(mut records) if self.source.role.is_tabbed() => self.tabbed(&mut records),
                Ok(mut records) => self.headed(&mut records),
                Err(stop) => Err(stop),
            };
            if let Err(stop) = stop {
                let (line, words) = stop.explain();
                self.fault(line, || words);
            }
        }
        if self.lines == 0 {
            self.fault(0, || Words::new("aucune ligne").hint("téléchargez ce fichier de nouveau"));
        }
        let name = self.source.role.name();
        self.raw.report.read(name, self.lines);
    }

    pub(super) fn fault(&mut self, line: u64, words: impl FnOnce() -> Words) {
        let table = self.source.role as usize + 1;
        self.faults.report(Place { table, line, ..Place::default() }, &self.source.label, words);
    }

    /// Notes what is odd without being wrong.
    pub(super) fn odd(&mut self, line: u64, reason: &str) {
        let label = &self.source.label;
        self.raw.report.leave(reason, || format!("{label}:{line}"));
    }

    fn one_more(&mut self, line: u64) -> bool {
        self.lines += 1;
        if self.lines == MOST + 1 {
            self.fault(line, || {
                Words::new(format!("plus de {MOST} lignes : la suite du fichier n'est pas lue"))
                    .hint("une nomenclature n'en a pas tant : est-ce le bon fichier ?")
            });
        }
        self.lines <= MOST
    }

    fn tabbed(&mut self, records: &mut Records<File>) -> Result<(), jalon_data::records::Stop> {
        let (least, most) = width(self.source.role);
        let mut short = None;
        while let Some(record) = records.next_record()? {
            if let Some((line, count)) = short.take() {
                self.uneven(line, count, least, "une tabulation de trop ou de moins ?");
            }
            let line = record.line;
            if !self.one_more(line) {
                break;
            }
            let mut count = record.len();
            if count == most + 1 && record.cell(most).is_empty() {
                count = most;
            }
            if (least..=most).contains(&count) {
                let cells: Vec<_> =
                    (0..most).map(|index| trimmed(decode(record.cell(index)))).collect();
                self.base_line(line, &cells);
            } else {
                short = Some((line, count));
            }
        }
        if let Some((line, count)) = short {
            let hint = "c'est la dernière ligne : fichier coupé ? téléchargez-le de nouveau";
            self.uneven(line, count, least, hint);
        }
        Ok(())
    }

    fn uneven(&mut self, line: u64, count: usize, wanted: usize, hint: &str) {
        self.fault(line, || {
            let s = if count > 1 { "s" } else { "" };
            Words::new(format!("{count} cellule{s} au lieu de {wanted}")).hint(hint)
        });
    }

    fn headed(&mut self, records: &mut Records<File>) -> Result<(), jalon_data::records::Stop> {
        let Some(first) = records.next_record()? else { return Ok(()) };
        let width = first.len();
        let line = first.line;
        let names: Vec<_> =
            (0..width).map(|index| decode(first.cell(index)).trim().to_lowercase()).collect();
        let Some(places) = self.places(line, &names) else { return Ok(()) };
        let mut short = None;
        while let Some(record) = records.next_record()? {
            if let Some((line, count)) = short.take() {
                self.uneven(line, count, width, "autant de cellules que l'en-tête");
            }
            let line = record.line;
            if !self.one_more(line) {
                break;
            }
            if record.has_loose_quote() {
                self.fault(line, || {
                    Words::new("texte après un guillemet fermant")
                        .hint("dans une cellule entre guillemets, un guillemet s'écrit deux fois")
                });
            } else if record.len() == width {
                let cell = |place: &Option<usize>| match place {
                    Some(place) => trimmed(decode(record.cell(*place))),
                    None => Cow::Borrowed(""),
                };
                let cells: Vec<_> = places.iter().map(cell).collect();
                self.fund_line(line, &cells);
            } else {
                short = Some((line, record.len()));
            }
        }
        if let Some((line, count)) = short {
            let hint = "c'est la dernière ligne : fichier coupé ? exportez-le de nouveau";
            self.uneven(line, count, width, hint);
        }
        Ok(())
    }

    fn parquet(&mut self) {
        let path = self.source.path.clone();
        let rows = parquet_rows::columns(&path).and_then(|names| {
            let Some(places) = self.places(0, &names) else { return Ok(()) };
            parquet_rows::each(&path, &places, |line, cells| {
                if self.one_more(line) {
                    let cells: Vec<_> =
                        cells.iter().map(|cell| Cow::Borrowed(cell.trim())).collect();
                    self.fund_line(line, &cells);
                }
            })
        });
        if let Err(words) = rows {
            self.fault(0, || words);
        }
    }

    /// Where the columns are; the first two must be there.
    fn places(&mut self, line: u64, names: &[String]) -> Option<Vec<Option<usize>>> {
        let wanted = columns(self.source.role);
        let find = |aliases: &&[&str]| {
            aliases.iter().find_map(|alias| names.iter().position(|name| name == alias))
        };
        let places: Vec<_> = wanted.iter().map(find).collect();
        let mut whole = true;
        for (aliases, place) in wanted.iter().zip(&places).take(2) {
            if place.is_none() {
                whole = false;
                let names: Vec<_> = aliases.iter().map(|name| name.to_uppercase()).collect();
                self.fault(line, || {
                    Words::new(format!("colonne absente : {}", names.join(" ou "))).hint(
                        "la première ligne nomme les colonnes, séparées par ; ou , ou une tabulation",
                    )
                });
            }
        }
        if self.source.role == Role::IrPha {
            self.raw.pha_is_whole = names.iter().any(|name| name == "pha_cip_c13");
        }
        whole.then_some(places)
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
