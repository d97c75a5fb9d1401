//! What a line of a file says, or the fault it is.

use std::borrow::Cow;

use jalon_data::day::{self, DayError};
use jalon_data::fault::Words;

use super::codes::{self, atc, ccam, digits, keyed, nabm, ucd7};
use super::raw::{Cip, Cis, Pha, Ucd};
use super::read::Reading;
use super::sources::Role;

impl Reading<'_> {
    /// Takes a line of the medicines base, as many cells as its file has.
    pub(super) fn base_line(&mut self, line: u64, cells: &[Cow<'_, str>]) {
        let cell = |index: usize| cells.get(index).map_or("", AsRef::as_ref);
        let rank = if self.source.role == Role::Gener { 2 } else { 0 };
        let code = cell(rank);
        if !digits(code, 8) {
            return self.fault(line, || {
                Words::new("code CIS qui n'a pas huit chiffres").value(code).hint("comme 60002283")
            });
        }
        let cis = code.to_owned();
        match self.source.role {
            Role::Cis => {
                self.day(line, cell(7));
                let routes = cell(3).split(';').map(|route| route.trim().to_owned()).collect();
                let product = Cis { label: cell(1).to_owned(), form: cell(2).to_owned(), routes };
                if self.raw.cis.insert(cis, product).is_some() {
                    self.odd(line, "code CIS en double : la dernière ligne est gardée");
                }
            }
            Role::Cip => {
                self.day(line, cell(5));
                if let Some(cip13) = self.cip13(line, cell(6)) {
                    let rate = cell(8).replace('%', " %").replace("  ", " ");
                    let one = Cip { cis, label: cell(2).to_owned(), rate };
                    if let Some(before) = self.raw.cip.insert(cip13, one.clone()) {
                        let reason = if before.cis == one.cis {
                            "CIP13 en double : la dernière ligne est gardée"
                        } else {
                            "CIP13 de deux produits : la dernière ligne est gardée"
                        };
                        self.odd(line, reason);
                    }
                }
            }
            Role::Gener => self.group(line, cis, cell(0), cell(3)),
            Role::Compo => {
                let composition = self.raw.compositions.entry(cis).or_default();
                let part = composition.entry(cell(7).to_owned()).or_default();
                let place = if cell(6) == "FT" { &mut part.fraction } else { &mut part.substance };
                *place = Some(cell(2).to_owned());
            }
            _ => self.mitm(line, cis, cell(1)),
        }
    }

    fn group(&mut self, line: u64, cis: String, group: &str, kind: &str) {
        let Ok(number) = group.parse::<u32>() else {
            return self.fault(line, || {
                Words::new("numéro de groupe générique").value(group).hint("un nombre entier")
            });
        };
        if !matches!(kind, "0" | "1" | "2" | "4") {
            return self.fault(line, || {
                Words::new("type de générique inconnu")
                    .value(kind)
                    .hint("0 princeps, 1 générique, 2 complémentarité posologique, 4 substituable")
            });
        }
        let groups = self.raw.groups.get_or_insert_default();
        groups.entry(cis).or_default().insert(number);
    }

    fn mitm(&mut self, line: u64, cis: String, class: &str) {
        if !atc(class) {
            return self.odd(line, "classe ATC mal écrite : laissée de côté");
        }
        let classes = self.raw.mitm.entry(cis).or_default();
        if classes.insert(class.to_owned()) && classes.len() > 1 {
            self.odd(
                line,
                "produit de deux classes ATC dans le même fichier : les deux sont gardées",
            );
        }
    }

    /// Takes a line of a table with a header, its cells in the order of the columns looked for.
    pub(super) fn fund_line(&mut self, line: u64, cells: &[Cow<'_, str>]) {
        let cell = |index: usize| cells.get(index).map_or("", AsRef::as_ref);
        let (code, name) = (cell(0), cell(1));
        match self.source.role {
            Role::IrPha => self.presentation(line, cells),
            Role::Ucd => {
                let Some(ucd) = ucd7(code) else {
                    return self.odd(line, "code UCD mal écrit : laissé de côté");
                };
                self.seen(sas_day(cell(5)));
                let label = format!("{name} {}", cell(2)).trim().to_owned();
                let kin = [cell(3), cell(4)].into_iter().filter_map(ucd7).collect();
                if self.raw.ucd.insert(ucd, Ucd { label, kin }).is_some() {
                    self.odd(line, "code UCD en double : la dernière ligne est gardée");
                }
            }
            Role::Nabm => {
                let Some(act) = nabm(code) else {
                    return self.odd(line, "code de la NABM mal écrit : laissé de côté");
                };
                self.seen(sas_day(cell(2)));
                // The versions of one act follow one another: the last has its present name.
                self.raw.nabm.insert(act, name.to_owned());
            }
            _ => {
                // Some codes are followed by a mark: « JANH798 [A] ».
                let act = code.split_whitespace().next().unwrap_or_default();
                if !ccam(act) {
                    return self.odd(line, "code de la CCAM mal écrit : laissé de côté");
                }
                self.raw.ccam.insert(act.to_owned(), name.to_owned());
            }
        }
    }

    fn presentation(&mut self, line: u64, cells: &[Cow<'_, str>]) {
        let cell = |index: usize| cells.get(index).map_or("", AsRef::as_ref);
        if cell(0).trim_start_matches('0').is_empty() {
            return self.odd(line, "présentation sans CIP13 : laissée de côté");
        }
        let Some(code) = self.cip13(line, cell(0)) else { return };
        let mut one = Pha { label: cell(3).to_owned(), ucd: ucd7(cell(4)), ..Pha::default() };
        // Recent versions write more than the code itself.
        let class = cell(1).get(..7).unwrap_or(cell(1)).trim();
        if atc(class) {
            one.atc.insert(class.to_owned());
        } else if !class.is_empty() {
            self.odd(line, "code hors de la classification ATC : laissé de côté");
        }
        match cell(2) {
            "GC" => one.large.extend([true]),
            "NGC" => one.large.extend([false]),
            _ => {}
        }
        let grouped = !cell(5).trim_start_matches('0').is_empty();
        // The flag alone says that a drug is generic; only 0 without a group says it is in none.
        match (grouped, cell(6)) {
            (true, _) => one.repertoire.extend([true]),
            (false, "0") => one.repertoire.extend([false]),
            (false, _) => {}
        }
        let Some(known) = self.raw.pha.get_mut(&code) else {
            self.raw.pha.insert(code, one);
            return;
        };
        let before = (known.atc.len(), known.large.len(), known.repertoire.len());
        known.atc.append(&mut one.atc);
        known.large.append(&mut one.large);
        known.repertoire.append(&mut one.repertoire);
        let reason = if before == (known.atc.len(), known.large.len(), known.repertoire.len()) {
            "CIP13 en double : une seule ligne est gardée"
        } else {
            "CIP13 en double avec deux réponses : les deux sont gardées, en conflit"
        };
        self.odd(line, reason);
    }

    /// A CIP code of thirteen digits, or the fault it is.
    fn cip13(&mut self, line: u64, code: &str) -> Option<String> {
        if keyed(code) && code.starts_with("34009") {
            return Some(code.to_owned());
        }
        // Long numbers are not shown, in case columns were mistaken for one another.
        let shown = if code.starts_with("3400") { format!(" « {code} »") } else { String::new() };
        self.fault(line, || {
            if digits(code, 13) && code.starts_with("34009") {
                let right = codes::cip13(codes::cip7(code)).unwrap_or_default();
                Words::new(format!("CIP13{shown} : clé fausse"))
                    .hint(format!("avec ces chiffres, le code serait {right}"))
            } else if code.bytes().all(|byte| byte.is_ascii_digit()) && !code.is_empty() {
                let count = code.len();
                Words::new(format!("CIP13{shown} de {count} chiffres")).hint(
                    "treize chiffres, dont les premiers sont 34009 ; un tableur les change parfois",
                )
            } else {
                Words::new("CIP13 mal écrit").value(code).hint(
                    "treize chiffres, dont les premiers sont 34009 ; un tableur les change parfois",
                )
            }
        });
        None
    }

    /// Reads `29/11/2024`; a year beyond reason is told and left, a day the
    /// calendar lacks is a fault.
    fn day(&mut self, line: u64, text: &str) {
        if text.is_empty() {
            return;
        }
        let read = match text.as_bytes() {
            [d0, d1, b'/', m0, m1, b'/', y0, y1, y2, y3] => {
                day::civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
            }
            _ => Err(DayError::Shape),
        };
        match read {
            Ok(day) if day::PLAUSIBLE.contains(&day) => self.seen(Some(day)),
            Ok(_) => {
                let label = &self.source.label;
                let reason = "date hors de 1850 à 2100 : laissée de côté";
                self.raw.report.leave(reason, || format!("{label}:{line} ({text})"));
            }
            Err(error) => {
                self.fault(line, || {
                    Words::new(error.to_string()).value(text).hint("comme 31/12/2024")
                });
            }
        }
    }

    fn seen(&mut self, day: Option<i32>) {
        self.latest = self.latest.max(day);
    }
}

/// The day of `14NOV2017:00:00:00`, as the fund's tables write it.
fn sas_day(text: &str) -> Option<i32> {
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let month = MONTHS.iter().position(|month| text.get(2..5) == Some(month))? + 1;
    let month = format!("{month:02}");
    let year = text.get(5..9)?.as_bytes();
    let day = day::civil(year, month.as_bytes(), text.get(..2)?.as_bytes()).ok()?;
    day::PLAUSIBLE.contains(&day).then_some(day)
}
