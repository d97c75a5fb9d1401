//! The rows of a table in CSV: columns by name, whatever their case and order.

use std::borrow::Cow;
use std::io::{self, Read};

use jalon_data::day::{self, DayError};
use jalon_data::fault::{Collector, Place, Words};
use jalon_data::records::{Records, Stop, decode};

use crate::error::ImportError;
use crate::facts::Day;

/// Counts what is read, for the progress.
pub(super) struct Counted<'a> {
    pub input: &'a mut dyn Read,
    pub tell: &'a mut dyn FnMut(u64),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        (self.tell)(count as u64);
        Ok(count)
    }
}

/// Where the faults of a table go.
pub(super) struct Faulty<'a> {
    pub faults: &'a mut Collector,
    /// Rank of the table.
    pub rank: usize,
    /// Name of its file.
    pub label: &'a str,
}

impl Faulty<'_> {
    pub(super) fn report(&mut self, line: u64, words: impl FnOnce() -> Words) {
        let place = Place { table: self.rank + 1, line, ..Place::default() };
        self.faults.report(place, self.label, words);
    }
}

/// A row: its cells in the order of the columns asked for, empty where the
/// file has no such column.
pub(super) struct Row<'r> {
    /// Line of the file.
    pub line: u64,
    names: &'r [&'r str],
    cells: Vec<Cow<'r, str>>,
}

impl Row<'_> {
    /// The cell of a column asked for; empty when unknown.
    pub(super) fn get(&self, name: &str) -> &str {
        let index = self.names.iter().position(|one| *one == name);
        let cell = index.and_then(|index| self.cells.get(index)).map_or("", |cell| cell.trim());
        if matches!(cell, "NULL" | "\\N") { "" } else { cell }
    }

    /// The cell of a column that must be filled, or a fault.
    pub(super) fn needed<'s>(&'s self, name: &str, faults: &mut Faulty<'_>) -> Option<&'s str> {
        let cell = self.get(name);
        if cell.is_empty() {
            faults.report(self.line, || {
                Words::new("cellule vide").column(name).hint("OMOP la veut remplie")
            });
        }
        (!cell.is_empty()).then_some(cell)
    }

    /// The day of a column that must be filled, or a fault.
    pub(super) fn day(&self, name: &str, faults: &mut Faulty<'_>) -> Option<Day> {
        let text = self.needed(name, faults)?;
        match read_day(text) {
            Ok(day) => Some(day),
            Err(message) => {
                faults.report(self.line, || {
                    Words::new(message)
                        .column(name)
                        .value(text)
                        .hint("comme 2024-12-31 ou 20241231")
                });
                None
            }
        }
    }

    /// The number of a column that may be empty; the outer is nothing after a fault.
    pub(super) fn number(&self, name: &str, empty: i64, faults: &mut Faulty<'_>) -> Option<i64> {
        let text = self.get(name);
        // Numbers of a database often come out with useless decimals.
        let whole = text.split_once('.').filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0'));
        let whole = whole.map_or(text, |(whole, _)| whole);
        match whole.parse() {
            _ if text.is_empty() => Some(empty),
            Ok(number) => Some(number),
            Err(_) => {
                faults.report(self.line, || {
                    Words::new("nombre mal écrit").column(name).value(text).hint("un nombre entier")
                });
                None
            }
        }
    }
}

/// Reads `2024-12-31`, `20241231`, or the day of an instant.
pub(super) fn read_day(text: &str) -> Result<Day, String> {
    let iso = |text: &str| day::parse(text);
    let read = match text.as_bytes() {
        [y0, y1, y2, y3, m0, m1, d0, d1] => {
            day::civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
        }
        [_, _, _, _, b'-', _, _, b'-', _, _, b' ' | b'T', ..] => {
            iso(text.get(..10).unwrap_or_default())
        }
        _ => iso(text),
    };
    match read {
        Ok(day) if day::PLAUSIBLE.contains(&day) => Ok(Day(day)),
        Ok(_) => Err("année hors de 1850 à 2100".to_owned()),
        Err(error @ (DayError::Shape | DayError::NoSuchDay)) => Err(error.to_string()),
    }
}

/// Hands over every row. Columns are looked for in lower case; those that
/// start with `!` must be there.
pub(super) fn each(
    input: &mut dyn Read,
    columns: &[&str],
    faults: &mut Faulty<'_>,
    mut take: impl FnMut(&Row<'_>, &mut Faulty<'_>) -> Result<(), ImportError>,
) -> Result<u64, ImportError> {
    let mut lines = 0;
    let mut failed = Ok(());
    let stop = rows(input, columns, faults, |row, faults| {
        lines += 1;
        failed = take(row, faults);
        failed.is_ok()
    });
    failed?;
    if let Err(stop) = stop {
        let (line, words) = stop.explain();
        faults.report(line, || words);
    }
    Ok(lines)
}

fn rows(
    input: &mut dyn Read,
    columns: &[&str],
    faults: &mut Faulty<'_>,
    mut take: impl FnMut(&Row<'_>, &mut Faulty<'_>) -> bool,
) -> Result<(), Stop> {
    let mut records = Records::start_among(input, b",\t;")?;
    let Some(first) = records.next_record()? else {
        faults.report(0, || Words::new("fichier vide, sans même un en-tête"));
        return Ok(());
    };
    let (width, line) = (first.len(), first.line);
    let header: Vec<_> =
        (0..width).map(|index| decode(first.cell(index)).trim().to_lowercase()).collect();
    let names: Vec<_> = columns.iter().map(|name| name.trim_start_matches('!')).collect();
    let places: Vec<_> =
        names.iter().map(|name| header.iter().position(|one| one == name)).collect();
    let mut whole = true;
    for (column, place) in columns.iter().zip(&places) {
        if let Some(name) = column.strip_prefix('!').filter(|_| place.is_none()) {
            whole = false;
            faults.report(line, || {
                Words::new("colonne absente")
                    .column(name)
                    .hint("la première ligne nomme les colonnes, comme dans OMOP CDM 5.4")
            });
        }
    }
    if !whole {
        return Ok(());
    }
    let mut short: Option<(u64, usize)> = None;
    while let Some(record) = records.next_record()? {
        if let Some((line, count)) = short.take() {
            uneven(faults, line, count, width, "autant de cellules que l'en-tête");
        }
        if record.has_loose_quote() {
            faults.report(record.line, || {
                Words::new("texte après un guillemet fermant")
                    .hint("dans une cellule entre guillemets, un guillemet s'écrit deux fois")
            });
        } else if record.len() == width {
            let cell = |place: &Option<usize>| {
                place.map_or(Cow::Borrowed(""), |place| decode(record.cell(place)))
            };
            let row =
                Row { line: record.line, names: &names, cells: places.iter().map(cell).collect() };
            if !take(&row, faults) {
                break;
            }
        } else {
            short = Some((record.line, record.len()));
        }
    }
    if let Some((line, count)) = short {
        uneven(
            faults,
            line,
            count,
            width,
            "c'est la dernière ligne : fichier coupé ? exportez-le de nouveau",
        );
    }
    Ok(())
}

fn uneven(faults: &mut Faulty<'_>, line: u64, count: usize, width: usize, hint: &str) {
    faults.report(line, || {
        let s = if count > 1 { "s" } else { "" };
        Words::new(format!("{count} cellule{s} au lieu de {width}")).hint(hint)
    });
}
