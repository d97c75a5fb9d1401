//! Faults of the files, gathered by all who read.

use std::sync::{Mutex, PoisonError};

use jalon_data::fault::{Collector, Faults, Place, Words};

use crate::layout::TableFile;
use crate::spec::{Holds, TableId};

/// Faults gathered so far.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Mutex<Collector>);

impl Complaints {
    /// A fault of a file: at a line, or 0 for the whole; in a column, told by
    /// its rank in the table.
    pub fn file(
        &self,
        rank: usize,
        file: &TableFile,
        line: u64,
        column: Option<usize>,
        words: impl FnOnce() -> Words,
    ) {
        let place = Place {
            table: file.table.place(),
            file: rank,
            line,
            column: column.map_or(0, |column| column + 1),
        };
        let words = || match column.and_then(|column| file.table.spec().columns.get(column)) {
            Some(column) => words().column(column.names.first().copied().unwrap_or_default()),
            None => words(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).report(place, &file.label, words);
    }

    /// A fault of a table of which there is no file.
    pub fn table(&self, table: TableId, words: impl FnOnce() -> Words) {
        let place = Place { table: table.place(), ..Place::default() };
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.report(place, &table.name(), words);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// All of them, if there is any.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.is_empty() { Ok(()) } else { Err(std::mem::take(&mut *faults).into_faults()) }
    }
}

/// Longest value shown: a pseudonym that strayed from its column has seventeen
/// characters, a date with its hour has more but starts like one.
const SHOWN: usize = 12;

/// Adds the value of a cell to a fault, unless it names a person, or might.
pub(crate) fn with_value(words: Words, holds: Holds, value: &str) -> Words {
    let hidden = match holds {
        Holds::Person | Holds::Rank => true,
        Holds::Date => {
            value.chars().count() > SHOWN && !value.starts_with(|it: char| it.is_ascii_digit())
        }
        Holds::Text | Holds::Integer | Holds::Quantity => value.chars().count() > SHOWN,
    };
    if hidden { words } else { words.value(value) }
}
