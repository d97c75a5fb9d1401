//! Rows of a checked dossier, from memory or from its files.

use std::fs::File;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Date32Type, Int64Type};
use jalon_data::{Dossier, Source, schema};
use jalon_import::ImportError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Some rows of a table, with all its canonical columns.
pub(super) struct Rows {
    columns: Vec<ArrayRef>,
    count: usize,
}

impl Rows {
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        let values = self.columns.get(column)?.as_string_view_opt()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn day(&self, column: usize, row: usize) -> Option<i32> {
        let values = self.columns.get(column)?.as_primitive_opt::<Date32Type>()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn integer(&self, column: usize, row: usize) -> Option<i64> {
        let values = self.columns.get(column)?.as_primitive_opt::<Int64Type>()?;
        values.is_valid(row).then(|| values.value(row))
    }

    pub fn boolean(&self, column: usize, row: usize) -> Option<bool> {
        let values = self.columns.get(column)?.as_boolean_opt()?;
        values.is_valid(row).then(|| values.value(row))
    }
}

/// Hands over the rows of a table, some at a time, in order.
pub(super) fn each(
    dossier: &Dossier,
    table: &str,
    mut hear: impl FnMut(&Rows) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    match dossier.source(table) {
        Source::Absent => Ok(()),
        Source::Memory(batches) => batches.iter().try_for_each(|batch| hear(&rows(table, batch)?)),
        Source::Parquet { files, .. } => {
            for path in files {
                let failed = |error: parquet::errors::ParquetError| {
                    ImportError::Engine(format!("{} : {error}", path.display()))
                };
                let file = File::open(path).map_err(ImportError::io(path))?;
                let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
                for batch in reader.build().map_err(failed)? {
                    hear(&rows(table, &batch?)?)?;
                }
            }
            Ok(())
        }
    }
}

fn rows(table: &str, batch: &RecordBatch) -> Result<Rows, ImportError> {
    let columns = schema::table(table).map_or(&[][..], |table| table.columns);
    let columns = columns.iter().map(|column| {
        let wanted = column.kind.data_type();
        match batch.column_by_name(column.name) {
            Some(values) => cast(values, &wanted),
            None => Ok(new_null_array(&wanted, batch.num_rows())),
        }
    });
    Ok(Rows { columns: columns.collect::<Result<_, _>>()?, count: batch.num_rows() })
}
