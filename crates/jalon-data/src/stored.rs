//! The rows of tables already checked, read again batch by batch.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use crate::dossier::{Dossier, Source};
use crate::guard::guarded;
use crate::schema::{Column, Table};

/// Rows read at once.
const ROWS: usize = 1 << 16;

/// The file of a table could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("{} : {source}", path.display())]
pub struct StoredError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: ParquetError,
}

/// The rows of a Parquet file of a table, in order. Every batch has the
/// columns `wanted`, all of the table where nothing says which, in canonical
/// order and types; those that the file lacks are unknown throughout.
pub fn batches(
    path: &Path,
    table: &'static Table,
    wanted: Option<&[&str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch, StoredError>> + use<>, StoredError> {
    let file = path.to_path_buf();
    let failed = move |source: ParquetError| StoredError { path: file.clone(), source };
    let columns: Vec<_> = table
        .columns
        .iter()
        .filter(|column| wanted.is_none_or(|wanted| wanted.contains(&column.name)))
        .collect();
    let schema = schema_of(&columns);
    let open = || {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let names = columns.iter().map(|column| column.name);
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        builder.with_projection(mask).with_batch_size(ROWS).build()
    };
    let mut reader = guarded(open).map_err(&failed)?;
    Ok(std::iter::from_fn(move || {
        let next = || reader.next().map(|batch| canonical(&schema, &batch?)).transpose();
        guarded(next).map_err(&failed).transpose()
    }))
}

fn schema_of(columns: &[&Column]) -> SchemaRef {
    let fields =
        columns.iter().map(|column| Field::new(column.name, column.kind.data_type(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The columns of the schema, and no others.
fn canonical(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ParquetError> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(values) => cast(values, field.data_type()),
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
    });
    Ok(RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<Vec<_>, _>>()?)?)
}

impl Dossier {
    /// Shows every row of a table, some at a time, in order, wherever they
    /// are, in all the canonical columns of the table.
    pub fn each_batch<E: From<StoredError>>(
        &self,
        table: &'static Table,
        mut show: impl FnMut(RecordBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.source(table.name) {
            Source::Absent => Ok(()),
            Source::Memory(kept) => kept.iter().cloned().try_for_each(show),
            Source::Parquet { files, .. } => {
                for path in files {
                    for batch in batches(path, table, None)? {
                        show(batch?)?;
                    }
                }
                Ok(())
            }
        }
    }
}
