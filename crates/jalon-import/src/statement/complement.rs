//! What a statement adds to the overlay of a dossier. What is there stays: a
//! value that says otherwise is a conflict, never overwritten in silence.

use jalon_data::records::Records;
use toml::de::{DeTable, DeValue};

use super::Number;
use crate::toml_text::quoted;

const SCALE: &str = "dispositif,indicateur,campagne,intermediaire,cible,seuil,points";
const STARTS: &str = "dispositif,indicateur,campagne,medecin,depart";

/// Where a statement puts its numbers: `intermediaire`, `cible`, `seuil`, `points`.
const SCALE_VALUES: [&str; 4] = ["intermediaire", "cible", "seuil", "points"];

/// What a statement says of an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Scheme of the page.
    pub scheme: String,
    /// Indicator.
    pub indicator: String,
    /// Campaign.
    pub campaign: i16,
    /// Doctor, for the starting rate.
    pub doctor: String,
    /// Intermediate objective, target, minimum, points at the target.
    pub scale: [Option<Number>; 4],
    /// Starting rate.
    pub start: Option<Number>,
}

/// The two tables of an overlay; empty when there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// `bareme.csv`.
    pub scale: String,
    /// `departs.csv`.
    pub starts: String,
}

/// A value that the overlay holds otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// File of the overlay.
    pub file: &'static str,
    /// Its line.
    pub line: u64,
    /// Indicator.
    pub indicator: String,
    /// Which value.
    pub what: &'static str,
    /// The one held.
    pub held: String,
    /// The one of the statement.
    pub given: Number,
}

/// A line of a table.
struct Row {
    line: u64,
    cells: Vec<String>,
}

/// Adds what a statement says; gives the tables, and the values that were held
/// otherwise, which are now the statement's.
///
/// `None` if a table of the overlay cannot be read: its own reader will say why.
#[must_use]
pub fn merge(held: &Held, additions: &[Addition]) -> Option<(Held, Vec<Conflict>)> {
    let mut scale = rows(&held.scale)?;
    let mut starts = rows(&held.starts)?;
    let mut conflicts = Vec::new();
    for added in additions {
        let campaign = added.campaign.to_string();
        let key = [&added.scheme, &added.indicator, &campaign];
        if added.scale.iter().any(Option::is_some) {
            let row = found(&mut scale, &key, 7);
            let values = added.scale.iter().zip(SCALE_VALUES).enumerate();
            for (at, (given, what)) in values {
                put(row, 3 + at, given.as_ref(), "bareme.csv", what, &mut conflicts);
            }
        }
        if added.start.is_some() {
            let key = [key[0], key[1], key[2], &added.doctor];
            let row = found(&mut starts, &key, 5);
            put(row, 4, added.start.as_ref(), "departs.csv", "depart", &mut conflicts);
        }
    }
    let scale = written(SCALE, &scale);
    let starts = written(STARTS, &starts);
    Some((Held { scale, starts }, conflicts))
}

fn put(
    row: &mut Row,
    at: usize,
    given: Option<&Number>,
    file: &'static str,
    what: &'static str,
    conflicts: &mut Vec<Conflict>,
) {
    let (Some(given), Some(indicator)) = (given, row.cells.get(1).cloned()) else { return };
    let line = row.line;
    let Some(cell) = row.cells.get_mut(at) else { return };
    if !cell.is_empty() && Number::read(cell).as_ref() != Some(given) {
        let held = cell.clone();
        conflicts.push(Conflict { file, line, indicator, what, held, given: given.clone() });
    } else if !cell.is_empty() {
        return;
    }
    *cell = given.to_string();
}

/// The row of a key, made at the end if there is none.
fn found<'r>(rows: &'r mut Vec<Row>, key: &[&String], width: usize) -> &'r mut Row {
    let is = |row: &Row| row.cells.iter().zip(key).all(|(cell, key)| cell == *key);
    let at = rows.iter().position(is).unwrap_or_else(|| {
        let mut cells: Vec<String> = key.iter().map(|&cell| cell.clone()).collect();
        cells.resize(width, String::new());
        rows.push(Row { line: 0, cells });
        rows.len() - 1
    });
    &mut rows[at]
}

/// The rows under the header.
fn rows(text: &str) -> Option<Vec<Row>> {
    let mut records = Records::start_among(text.as_bytes(), b",").ok()?;
    let mut rows = Vec::new();
    while let Some(record) = records.next_record().ok()? {
        let cells = (0..record.len())
            .map(|at| str::from_utf8(record.cell(at)).map(|cell| cell.trim().to_owned()))
            .collect::<Result<_, _>>()
            .ok()?;
        rows.push(Row { line: record.line, cells });
    }
    if !rows.is_empty() {
        rows.remove(0);
    }
    Some(rows)
}

fn written(header: &str, rows: &[Row]) -> String {
    let mut out = format!("{header}\n");
    for row in rows {
        let cells: Vec<String> = row
            .cells
            .iter()
            .map(|cell| {
                if cell.contains([',', '"', '\n', '\r']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.clone()
                }
            })
            .collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

/// What `complement.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// What the values are.
    pub title: String,
    /// `releve` or `fictif`.
    pub nature: String,
    /// Where they come from.
    pub source: String,
}

/// Reads `complement.toml`; nothing if a key is missing.
#[must_use]
pub fn read_heading(text: &str) -> Option<Heading> {
    let table = DeTable::parse(text).ok()?;
    let text = |key: &str| match table.get_ref().get(key)?.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    Some(Heading { title: text("titre")?, nature: text("nature")?, source: text("source")? })
}

/// The `complement.toml` of statements.
#[must_use]
pub fn heading(title: &str, source: &str) -> String {
    format!("titre = {}\nnature = \"releve\"\nsource = {}\n", quoted(title), quoted(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addition(target: &str, start: Option<&str>) -> Addition {
        Addition {
            scheme: "rosp-adulte".into(),
            indicator: "cancer-sein".into(),
            campaign: 2024,
            doctor: "M,1".into(),
            scale: [None, Number::read(target), Number::read("5"), None],
            start: start.and_then(Number::read),
        }
    }

    #[test]
    fn fills_what_is_empty_and_names_what_differs() {
        let (first, conflicts) = merge(&Held::default(), &[addition("74", Some("52"))]).unwrap();
        assert!(conflicts.is_empty());
        assert_eq!(first.scale, format!("{SCALE}\nrosp-adulte,cancer-sein,2024,,74,5,\n"));
        assert_eq!(first.starts, format!("{STARTS}\nrosp-adulte,cancer-sein,2024,\"M,1\",52\n"));

        let again = merge(&first, &[addition("74", Some("52"))]).unwrap();
        assert_eq!(again, (first.clone(), vec![]));

        let held = Held {
            scale: format!("{SCALE}\nrosp-adulte,cancer-sein,2024,62,\"74,0 %\",,\n"),
            starts: String::new(),
        };
        let (same, conflicts) = merge(&held, &[addition("74", None)]).unwrap();
        assert!(conflicts.is_empty());
        assert_eq!(same.scale, format!("{SCALE}\nrosp-adulte,cancer-sein,2024,62,\"74,0 %\",5,\n"));

        let (_, conflicts) = merge(&held, &[addition("75", None)]).unwrap();
        let [conflict] = conflicts.as_slice() else { panic!("{conflicts:?}") };
        assert_eq!((conflict.line, conflict.what, conflict.held.as_str()), (2, "cible", "74,0 %"));
    }
}
