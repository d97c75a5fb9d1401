//! Cells on their way into rows, in bounded memory.

use std::collections::BTreeMap;

use calamine::{SheetType, SheetVisible};

use super::{Limits, Refusal, Sheet};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line of the sheet, from 1.
    pub line: u64,
    /// Texts, without spaces around; no empty one at the end.
    pub cells: Vec<String>,
}

impl Row {
    /// The text of a cell; empty past the last.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// The sheets that people see.
pub(super) fn visible(sheets: &[calamine::Sheet]) -> Vec<String> {
    sheets
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect()
}

/// Rows being gathered, all sheets of a file together.
pub(super) struct Gathered<'l> {
    limits: &'l Limits,
    rows: BTreeMap<u64, Vec<String>>,
    count: usize,
    cells: usize,
    text: usize,
}

impl<'l> Gathered<'l> {
    pub fn new(limits: &'l Limits) -> Self {
        Self { limits, rows: BTreeMap::new(), count: 0, cells: 0, text: 0 }
    }

    /// Puts a text in a cell, columns from 0. Empty texts leave no trace.
    pub fn put(&mut self, line: u64, column: usize, text: &str) -> Result<(), Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        let limits = self.limits;
        if column >= limits.columns {
            let message = format!("plus de {} colonnes", limits.columns);
            return Err(Refusal::new(message, "retirez les colonnes inutiles").at(line));
        }
        let row = self.rows.entry(line).or_insert_with(|| {
            self.count += 1;
            Vec::new()
        });
        if row.len() <= column {
            self.cells += column + 1 - row.len();
            row.resize(column + 1, String::new());
        }
        self.text += text.len();
        if self.count > limits.rows || self.cells > limits.cells || self.text > limits.text {
            let message = if self.count > limits.rows {
                format!("plus de {} lignes remplies", limits.rows)
            } else {
                "trop de cellules ou de texte".to_owned()
            };
            return Err(Refusal::new(message, "découpez le fichier").at(line));
        }
        if let Some(cell) = row.get_mut(column) {
            text.clone_into(cell);
        }
        Ok(())
    }

    /// Ends a sheet.
    pub fn sheet(&mut self, name: &str) -> Sheet {
        let rows = std::mem::take(&mut self.rows);
        let rows = rows.into_iter().map(|(line, cells)| Row { line, cells }).collect();
        Sheet { name: name.to_owned(), rows }
    }
}

/// A number as its shortest decimal writing: `812`, `62.5`, never `1e14`.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { value.to_string() }
}

/// A share as a percentage, without rounding: `0.625` is `62.5 %`.
pub(super) fn percent(value: f64) -> String {
    let plain = number(value);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let decimals = format!("{decimals:0<2}");
    let (moved, rest) = decimals.split_at(2);
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{rest} %")
}

/// A date of a sheet, with its hour when it has one.
pub(super) fn date(value: &calamine::ExcelDateTime) -> String {
    if value.is_duration() {
        return number(value.as_f64());
    }
    let (year, month, day, hours, minutes, seconds, _) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hours, minutes, seconds) {
        (0, 0, 0) => date,
        _ => format!("{date} {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(number(185_097_512_345_612.0), "185097512345612");
        assert_eq!(number(62.5), "62.5");
        assert_eq!(number(-0.0), "0");
        assert_eq!(percent(0.625), "62.5 %");
        assert_eq!(percent(0.07), "7 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(-0.5), "-50 %");
        assert_eq!(percent(0.0712), "7.12 %");
    }

    #[test]
    fn limits_hold() {
        let limits = Limits { rows: 2, columns: 3, cells: 5, text: 10, ..Limits::USUAL };
        let mut cells = Gathered::new(&limits);
        assert!(cells.put(1, 3, "x").is_err());
        assert!(cells.put(1, 3, "  ").is_ok());
        assert!(cells.put(1, 2, "x").is_ok());
        assert!(cells.put(9, 1, "y").is_ok());
        assert!(cells.put(9, 2, "z").is_err(), "six cells");
        let mut cells = Gathered::new(&limits);
        assert!(cells.put(1, 0, "x").is_ok());
        assert!(cells.put(2, 0, "y").is_ok());
        assert!(cells.put(3, 0, "z").is_err(), "three rows");
        let mut cells = Gathered::new(&limits);
        assert!(cells.put(1, 0, "0123456789x").is_err(), "too much text");
    }
}
