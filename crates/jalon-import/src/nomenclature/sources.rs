//! Which files of a folder are nomenclatures, told by what they hold; their
//! names only help where the content says nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jalon_data::fault::{Collector, Place, Words, escaped};
use jalon_data::records::{Records, cannot_read, decode};

use super::codes::{atc, ccam, digits, nabm};
use super::parquet_rows;

/// Bytes looked at to tell what a file is.
const HEAD: u64 = 1 << 16;

/// Lines looked at.
const LINES: usize = 50;

/// Folders within folders, and entries, gone through.
const DEPTH: usize = 8;
const ENTRIES: usize = 20_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Products of the public medicines base.
    Cis,
    /// Its presentations.
    Cip,
    /// Its generic groups.
    Gener,
    /// Its substances.
    Compo,
    /// ATC classes of the drugs of major therapeutic interest.
    Mitm,
    /// Presentations as the fund sees them.
    IrPha,
    /// Hospital units.
    Ucd,
    /// Laboratory acts.
    Nabm,
    /// Technical acts.
    Ccam,
}

/// Every role, its usual name, which the names of its files start with, and
/// who makes it.
pub(super) const ROLES: &[(Role, &str, &str)] = &[
    (Role::Cis, "CIS_bdpm", BASE),
    (Role::Cip, "CIS_CIP_bdpm", BASE),
    (Role::Gener, "CIS_GENER_bdpm", BASE),
    (Role::Compo, "CIS_COMPO_bdpm", BASE),
    (Role::Mitm, "CIS_MITM", BASE),
    (Role::IrPha, "IR_PHA_R", SNDS),
    (Role::Ucd, "NU_UCD_R", SNDS),
    (Role::Nabm, "IR_BIO_R", SNDS),
    (Role::Ccam, "IR_CCAM", SNDS),
];

const BASE: &str = "base de données publique des médicaments";
const SNDS: &str = "Cnam, nomenclatures du SNDS";

impl Role {
    pub(super) fn name(self) -> &'static str {
        ROLES.iter().find(|(role, ..)| *role == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn issuer(self) -> &'static str {
        ROLES.iter().find(|(role, ..)| *role == self).map_or("", |(.., issuer)| issuer)
    }

    /// Whether its files have tabs and no header.
    pub(super) fn is_tabbed(self) -> bool {
        self.issuer() == BASE
    }

    fn of_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let named = |prefix: &str| name.starts_with(&prefix.to_lowercase());
        ROLES.iter().find(|(_, prefix, _)| named(prefix)).map(|(role, ..)| *role)
    }
}

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub role: Role,
    pub path: PathBuf,
    /// Path within the folder, as faults show it.
    pub label: String,
    pub parquet: bool,
}

/// The nomenclatures of a folder, one file a role.
pub(super) fn find(root: &Path, faults: &mut Collector) -> Vec<Source> {
    let mut files = Vec::new();
    if let Err(error) = walk(root, "", DEPTH, &mut files) {
        let label = escaped(&root.display().to_string());
        faults.report(Place::default(), &label, || match error.kind() {
            io::ErrorKind::NotFound => {
                Words::new("dossier introuvable").hint("le chemin du dossier des nomenclatures ?")
            }
            io::ErrorKind::NotADirectory => Words::new("ce n'est pas un dossier")
                .hint("donnez le dossier qui contient les fichiers"),
            _ => cannot_read(&error),
        });
        return Vec::new();
    }
    let mut found: BTreeMap<Role, Vec<Source>> = BTreeMap::new();
    let total = files.len();
    for (rank, (path, label)) in files.into_iter().enumerate() {
        match recognise(&path, &label) {
            Ok(Some((role, parquet))) => {
                found.entry(role).or_default().push(Source { role, path, label, parquet });
            }
            Ok(None) => {}
            Err(words) => {
                let place = Place { file: rank, ..Place::default() };
                faults.report(place, &label, || words);
            }
        }
    }
    if found.is_empty() && faults.is_empty() {
        let label = escaped(&root.display().to_string());
        faults.report(Place::default(), &label, || {
            let names: Vec<_> = ROLES.iter().map(|(_, name, _)| *name).collect();
            let words = match total {
                0 => Words::new("dossier vide"),
                1 => Words::new("aucune nomenclature connue, dans le seul fichier de ce dossier"),
                _ => Words::new(format!(
                    "aucune nomenclature connue, parmi les {total} fichiers de ce dossier"
                )),
            };
            words.hint(format!("fichiers lus : {}", names.join(", ")))
        });
    }
    let mut sources = Vec::new();
    for (role, mut files) in found {
        for other in files.iter().skip(1) {
            let first = &files[0].label;
            let place = Place { table: role as usize + 1, ..Place::default() };
            faults.report(place, &other.label, || {
                Words::new(format!("second fichier {} : {first} en est déjà un", role.name()))
                    .hint("gardez le plus récent des deux dans ce dossier")
            });
        }
        sources.extend(files.drain(..1));
    }
    sources
}

/// The files of a folder and of its folders, in name order; hidden ones, and
/// what archives of other systems add, left out.
fn walk(
    folder: &Path,
    label: &str,
    depth: usize,
    files: &mut Vec<(PathBuf, String)>,
) -> io::Result<()> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    for name in names {
        let path = folder.join(&name);
        let name = name.to_string_lossy();
        if name.starts_with('.') || name == "__MACOSX" || files.len() >= ENTRIES {
            continue;
        }
        let label = format!("{label}{}", escaped(&name));
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() && depth > 0 => {
                walk(&path, &format!("{label}/"), depth - 1, files)?;
            }
            Ok(metadata) if metadata.is_file() => files.push((path, label)),
            _ => {}
        }
    }
    Ok(())
}

/// What a file is, and whether it is in Parquet; nothing if it is none of these.
fn recognise(path: &Path, label: &str) -> Result<Option<(Role, bool)>, Words> {
    let name = label.rsplit('/').next().unwrap_or(label);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
    let textual = matches!(extension.as_str(), "txt" | "csv" | "tsv" | "");
    let by_name = (textual || extension == "parquet").then(|| Role::of_name(name)).flatten();
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    match read {
        Err(error) if by_name.is_some() => return Err(cannot_read(&error)),
        Err(_) => return Ok(None),
        Ok(_) => {}
    }
    if head.starts_with(b"PAR1") {
        let columns = match parquet_rows::columns(path) {
            Ok(columns) => columns,
            Err(words) if by_name.is_some() => return Err(words),
            Err(_) => return Ok(None),
        };
        return Ok(of_header(&columns, "").or(by_name).map(|role| (role, true)));
    }
    if textual && (head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")) {
        return Err(Words::new("fichier en UTF-16").hint("enregistrez-le en UTF-8"));
    }
    if head.is_empty() && by_name.is_some() {
        return Err(Words::new("fichier vide").hint("téléchargez-le de nouveau"));
    }
    // A Parquet file that does not start as one is spoilt.
    let parquet = extension == "parquet";
    Ok(of_lines(&head, LINES).or(by_name).map(|role| (role, parquet)))
}

/// The role of a text, from its first lines.
fn of_lines(head: &[u8], most: usize) -> Option<Role> {
    let mut records = Records::start_among(head, b"\t").ok()?;
    let mut votes: BTreeMap<Role, usize> = BTreeMap::new();
    let mut lines = 0;
    while let Ok(Some(record)) = records.next_record() {
        let cells: Vec<_> = (0..record.len()).map(|index| decode(record.cell(index))).collect();
        if let Some(role) = of_cells(&cells) {
            *votes.entry(role).or_default() += 1;
        }
        lines += 1;
        if lines == most {
            break;
        }
    }
    let best = votes.into_iter().max_by_key(|(_, count)| *count);
    if let Some((role, count)) = best
        && 2 * count >= lines
    {
        return Some(role);
    }
    let mut records = Records::start_among(head, b";,\t").ok()?;
    let header = record_texts(&mut records)?;
    let names: Vec<_> = header.iter().map(|name| name.trim().to_lowercase()).collect();
    let first = record_texts(&mut records).unwrap_or_default();
    let code = names.iter().position(|name| name == "code");
    let code = code.and_then(|rank| first.get(rank)).map_or("", String::as_str);
    of_header(&names, code)
}

fn record_texts(records: &mut Records<&[u8]>) -> Option<Vec<String>> {
    let record = records.next_record().ok()??;
    Some((0..record.len()).map(|index| decode(record.cell(index)).into_owned()).collect())
}

/// The role of a line of the public medicines base.
fn of_cells<T: AsRef<str>>(cells: &[T]) -> Option<Role> {
    let cell = |rank: usize| cells.get(rank).map_or("", |cell| cell.as_ref().trim());
    match cells.len() {
        5 | 6 if digits(cell(2), 8) && matches!(cell(3), "0" | "1" | "2" | "4") => {
            Some(Role::Gener)
        }
        _ if !digits(cell(0), 8) => None,
        12..=14 if digits(cell(1), 7) && digits(cell(6), 13) => Some(Role::Cip),
        12 | 13 if !cell(4).is_empty() && !digits(cell(6), 13) => Some(Role::Cis),
        8 | 9 if matches!(cell(6), "SA" | "FT") => Some(Role::Compo),
        4 | 5 if atc(cell(1)) => Some(Role::Mitm),
        _ => None,
    }
}

/// The role of a table with a header, names in lower case; `code` is the first
/// value of a column of that name.
fn of_header(names: &[String], code: &str) -> Option<Role> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let fund = has("pha_cip_c13") && (has("pha_atc_cla") || has("pha_atc_c07"));
    let plain = has("code") && has("libelle");
    match () {
        () if fund || has("cip13") && has("atc") && has("pack_flag") => Some(Role::IrPha),
        () if has("ucd_ucd_cod") && has("ucd_dsn_lib") => Some(Role::Ucd),
        () if has("bio_prs_ide") && has("bio_inf_lib") => Some(Role::Nabm),
        () if has("cam_prs_ide_cod") && has("cam_prs_ide_lib") => Some(Role::Ccam),
        () if plain && nabm(code).is_some() => Some(Role::Nabm),
        () if plain && ccam(code) => Some(Role::Ccam),
        () => None,
    }
}
