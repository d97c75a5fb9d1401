//! The rows of a dossier, one at a time.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type};
use jalon_data::schema::Table;
use jalon_data::{Dossier, day};

use crate::error::ImportError;

/// Some rows of a table, in canonical columns.
pub(super) struct Rows {
    batch: RecordBatch,
    row: usize,
}

impl Rows {
    fn column(&self, name: &str) -> Option<&ArrayRef> {
        let column = self.batch.column_by_name(name)?;
        (!column.is_null(self.row)).then_some(column)
    }

    /// A text of the row; none if unknown.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let column = self.column(name)?;
        column.as_string_view_opt().map(|values| values.value(self.row))
    }

    /// A text that is never unknown.
    pub(super) fn known(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(super) fn days(&self, name: &str) -> Option<i32> {
        let column = self.column(name)?;
        column.as_primitive_opt::<Date32Type>().map(|values| values.value(self.row))
    }

    /// A day as people write it.
    pub(super) fn day(&self, name: &str) -> Option<String> {
        self.days(name).map(day::iso)
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        let column = self.column(name)?;
        column.as_primitive_opt::<Int64Type>().map(|values| values.value(self.row))
    }

    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        let column = self.column(name)?;
        column.as_boolean_opt().map(|values| values.value(self.row))
    }
}

/// Shows every row of a table, in order.
pub(super) fn each(
    dossier: &Dossier,
    table: &'static Table,
    mut show: impl FnMut(&Rows) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    dossier.each_batch(table, |batch| {
        let mut rows = Rows { batch, row: 0 };
        while rows.row < rows.batch.num_rows() {
            show(&rows)?;
            rows.row += 1;
        }
        Ok(())
    })
}
