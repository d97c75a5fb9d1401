//! Rows of a checked dossier, some at a time.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type};
use jalon_data::{Dossier, schema};
use jalon_import::ImportError;

/// Some rows of a table, with all its canonical columns.
pub(super) struct Rows(RecordBatch);

impl Rows {
    pub fn count(&self) -> usize {
        self.0.num_rows()
    }

    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        let values = self.0.columns().get(column)?.as_string_view_opt()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn day(&self, column: usize, row: usize) -> Option<i32> {
        let values = self.0.columns().get(column)?.as_primitive_opt::<Date32Type>()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn integer(&self, column: usize, row: usize) -> Option<i64> {
        let values = self.0.columns().get(column)?.as_primitive_opt::<Int64Type>()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn boolean(&self, column: usize, row: usize) -> Option<bool> {
        let values = self.0.columns().get(column)?.as_boolean_opt()?;
        values.is_valid(row).then(|| values.value(row))
    }
}

/// Hands over the rows of a table, some at a time, in order.
pub(super) fn each(
    dossier: &Dossier,
    table: &str,
    mut hear: impl FnMut(&Rows) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let Some(table) = schema::table(table) else { return Ok(()) };
    dossier.each_batch(table, |batch| hear(&Rows(batch)))
}
