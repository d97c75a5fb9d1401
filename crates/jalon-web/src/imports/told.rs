//! What an import did, would do, or why it cannot be done, in words.

use std::path::Path;

use jalon_data::TABLES;
use jalon_import::ImportError;
use jalon_import::register::Outcome;
use jalon_import::report::Report;
use jalon_rules::french;

/// What an import did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    pub lot: u32,
    /// The day on which the same bytes came, when they are there already.
    pub already: Option<String>,
    /// Files or resources read, by kind.
    pub read: Vec<(String, String)>,
    /// Rows of each table, in the batch and in the whole dossier.
    pub tables: Vec<(String, String, String)>,
    /// What was set aside: why, how many, the first places.
    pub left: Vec<(String, String, String)>,
    /// What was set aside when the batches met.
    pub met: Vec<(String, String, String)>,
    pub notes: Vec<String>,
}

impl Preview {
    /// Of an outcome.
    pub fn of(outcome: &Outcome) -> Self {
        let Outcome { lot, fusion, already } = outcome;
        let number = |report: &Report, table: &str| report.ecrits.get(table).copied();
        let tables = TABLES.iter().filter_map(|table| {
            let (mine, all) = (number(&lot.rapport, table.name), number(fusion, table.name));
            let shown = |rows: Option<u64>| french::integer(rows.unwrap_or(0));
            (mine.is_some() || all.is_some_and(|rows| rows > 0))
                .then(|| (table.name.to_owned(), shown(mine), shown(all)))
        });
        let canonical = |name: &String| TABLES.iter().any(|table| table.name == name);
        let read = &lot.rapport.lus;
        let read = if read.keys().all(canonical) {
            // Tables are read as they are written.
            Vec::new()
        } else {
            read.iter().map(|(name, count)| (name.clone(), french::integer(*count))).collect()
        };
        let mut notes = lot.rapport.remarques.clone();
        notes.extend(
            fusion.remarques.iter().filter(|one| !lot.rapport.remarques.contains(one)).cloned(),
        );
        Self {
            lot: lot.numero,
            already: already.then(|| day(&lot.importe_le)),
            read,
            tables: tables.collect(),
            left: left(&lot.rapport),
            met: left(fusion),
            notes,
        }
    }
}

/// What was set aside.
fn left(report: &Report) -> Vec<(String, String, String)> {
    report
        .ecartes
        .iter()
        .map(|(reason, left)| {
            (reason.clone(), french::integer(left.nombre), left.exemples.join(", "))
        })
        .collect()
}

/// `2026-11-22T04:00:00Z` as people write it.
pub fn day(text: &str) -> String {
    match (text.get(..4), text.get(5..7), text.get(8..10)) {
        (Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
        _ => text.to_owned(),
    }
}

/// Why an import cannot be done.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Each fault, with its place and its hint.
    pub faults: Vec<Fault>,
    /// How many there are, those not kept included.
    pub total: u64,
}

/// Something wrong, as people read it.
#[derive(Clone, Debug)]
pub struct Fault {
    pub file: String,
    pub line: String,
    pub says: String,
    pub hint: String,
}

impl Refusal {
    /// Of an error, where these places of the machine are called otherwise.
    pub fn of(error: ImportError, places: &[(&Path, &str)]) -> Self {
        let named = |text: &str| {
            let mut text = text.to_owned();
            for (path, word) in places {
                let path = path.display().to_string();
                text = text.replace(&format!("{path}/"), "").replace(&path, word);
            }
            text
        };
        match error {
            ImportError::Faults(faults) => Self {
                total: faults.total(),
                faults: faults
                    .faults()
                    .iter()
                    .map(|fault| {
                        let words = match (&fault.column, &fault.value) {
                            (Some(column), Some(value)) => format!("{column} « {value} » : "),
                            (Some(column), None) => format!("{column} : "),
                            (None, Some(value)) => format!("« {value} » : "),
                            (None, None) => String::new(),
                        };
                        Fault {
                            file: named(&fault.file),
                            line: fault.line.map_or_else(String::new, french::integer),
                            says: format!("{words}{}", named(&fault.message)),
                            hint: fault.hint.as_deref().map(named).unwrap_or_default(),
                        }
                    })
                    .collect(),
            },
            other => Self::alone(&named(&other.to_string())),
        }
    }

    /// One reason, with its hint after a line « aide : ».
    pub fn alone(text: &str) -> Self {
        let (says, hint) = text.split_once("\naide : ").unwrap_or((text, ""));
        let (says, hint) = (says.to_owned(), hint.to_owned());
        let fault = Fault { file: String::new(), line: String::new(), says, hint };
        Self { faults: vec![fault], total: 1 }
    }

    /// Something broke.
    pub fn broken() -> Self {
        Self::alone("l'import s'est arrêté sur une panne : le dossier est comme avant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_does_not_tell_where_the_machine_keeps_things() {
        let error = ImportError::Refused(
            "/srv/cabinet/dossier : ce dossier tient déjà une table\naide : importez /tmp/x/a/patients.csv ailleurs".into(),
        );
        let places =
            [(Path::new("/tmp/x/a"), "l'envoi"), (Path::new("/srv/cabinet/dossier"), "le dossier")];
        let refusal = Refusal::of(error, &places);
        assert_eq!(refusal.faults[0].says, "le dossier : ce dossier tient déjà une table");
        assert_eq!(refusal.faults[0].hint, "importez patients.csv ailleurs");
    }
}
