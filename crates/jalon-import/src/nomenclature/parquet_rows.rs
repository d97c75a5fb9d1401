//! Tables of the fund in Parquet, as rows of texts.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use jalon_data::fault::Words;
use jalon_data::guard::{guarded, unreadable};
use jalon_data::records::cannot_read;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

/// The names of the columns, in lower case.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, Words> {
    Ok(lower(&open(path)?))
}

fn lower(builder: &ParquetRecordBatchReaderBuilder<File>) -> Vec<String> {
    builder.schema().fields().iter().map(|field| field.name().to_lowercase()).collect()
}

/// Hands over every row with its number, from 1: the wanted columns, in their
/// order, empty where unknown or missing.
pub(super) fn each(
    path: &Path,
    wanted: &[Option<usize>],
    mut row: impl FnMut(u64, &[String]),
) -> Result<(), Words> {
    let mut reader = guarded(|| open_reader(path)).map_err(|error| unreadable(&error))?;
    let mut number = 0;
    let mut cells = vec![String::new(); wanted.len()];
    loop {
        let batch = guarded(|| Ok(reader.next().transpose()?));
        let Some(batch) = batch.map_err(|error| unreadable(&error))? else {
            return Ok(());
        };
        let columns = texts(&batch, wanted).map_err(|error| unreadable(&error))?;
        for rank in 0..batch.num_rows() {
            for (cell, column) in cells.iter_mut().zip(&columns) {
                cell.clear();
                if let Some(column) = column {
                    let texts = column.as_string::<i32>();
                    if !texts.is_null(rank) {
                        cell.push_str(texts.value(rank));
                    }
                }
            }
            number += 1;
            row(number, &cells);
        }
    }
}

fn texts(
    batch: &RecordBatch,
    wanted: &[Option<usize>],
) -> Result<Vec<Option<arrow::array::ArrayRef>>, ParquetError> {
    let column = |place: &Option<usize>| match place.and_then(|place| batch.columns().get(place)) {
        Some(values) => Ok(Some(cast(values, &DataType::Utf8)?)),
        None => Ok(None),
    };
    wanted.iter().map(column).collect()
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Words> {
    let file = File::open(path).map_err(|error| cannot_read(&error))?;
    guarded(|| ParquetRecordBatchReaderBuilder::try_new(file)).map_err(|error| unreadable(&error))
}

fn open_reader(
    path: &Path,
) -> Result<parquet::arrow::arrow_reader::ParquetRecordBatchReader, ParquetError> {
    ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()
}
