//! Lines of a file, in columns, whatever the format.

use arrow::array::{Array, Date32Array, Int64Array, StringViewArray};

/// A column of some lines.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    /// The file lacks it.
    Missing,
    Text(StringViewArray),
    Number(Int64Array),
    Day(Date32Array),
}

/// Some lines of a file, with the columns of its table.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// Rank of the file.
    pub file: usize,
    /// One a column of the table.
    pub columns: Vec<Cells>,
    /// Number of each line in its file.
    pub numbers: Vec<u64>,
}

impl Lines {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether the file has the column.
    pub fn has(&self, column: usize) -> bool {
        !matches!(self.columns.get(column), None | Some(Cells::Missing))
    }

    /// The text of a cell; nothing when empty.
    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        match self.columns.get(column) {
            Some(Cells::Text(cells)) if cells.is_valid(row) => {
                Some(cells.value(row).trim()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// The number of a cell.
    pub fn integer(&self, column: usize, row: usize) -> Option<i64> {
        match self.columns.get(column) {
            Some(Cells::Number(cells)) if cells.is_valid(row) => Some(cells.value(row)),
            _ => None,
        }
    }

    /// The day of a cell; nothing for 1 January 1600.
    pub fn day(&self, column: usize, row: usize) -> Option<i32> {
        match self.columns.get(column) {
            Some(Cells::Day(cells)) if cells.is_valid(row) => Some(cells.value(row)),
            _ => None,
        }
    }

    /// Where a line is.
    pub fn spot(&self, row: usize) -> crate::words::Spot {
        let number = self.numbers.get(row).copied().unwrap_or_default();
        crate::words::Spot::new(self.file, number)
    }
}
