//! The rows of a dossier, a batch at a time, wherever they are.

use std::fs::File;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Date32Type, Int64Type};
use jalon_data::schema::Table;
use jalon_data::{Dossier, Source, canonical_schema, day};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::FhirWriteError;

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
    table: &Table,
    mut show: impl FnMut(&Rows) -> Result<(), FhirWriteError>,
) -> Result<(), FhirWriteError> {
    let mut rows = |batch: RecordBatch| {
        let mut rows = Rows { batch, row: 0 };
        while rows.row < rows.batch.num_rows() {
            show(&rows)?;
            rows.row += 1;
        }
        Ok(())
    };
    match dossier.source(table.name) {
        Source::Absent => Ok(()),
        Source::Memory(batches) => batches.iter().try_for_each(|batch| rows(batch.clone())),
        Source::Parquet { files, .. } => {
            for path in files {
                let failed = |source| FhirWriteError::Io { path: path.clone(), source };
                let file = File::open(path).map_err(failed)?;
                let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
                for batch in reader {
                    rows(canonical(table, &batch?)?)?;
                }
            }
            Ok(())
        }
    }
}

/// The batch in the columns and types of the table.
fn canonical(table: &Table, batch: &RecordBatch) -> Result<RecordBatch, FhirWriteError> {
    let columns = table.columns.iter().map(|column| {
        let wanted = column.kind.data_type();
        match batch.column_by_name(column.name) {
            Some(values) => cast(values, &wanted),
            None => Ok(new_null_array(&wanted, batch.num_rows())),
        }
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(canonical_schema(table), columns)?)
}
