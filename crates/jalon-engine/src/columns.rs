//! Columns of answers as plain values.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::error::EngineError;

fn each<T>(
    batches: &[RecordBatch],
    name: &str,
    to: &DataType,
    mut value: impl FnMut(&dyn Array, usize) -> T,
) -> Result<Vec<Option<T>>, EngineError> {
    let mut values = Vec::new();
    for batch in batches {
        let column = batch
            .column_by_name(name)
            .ok_or_else(|| EngineError::Shape(format!("colonne `{name}` absente")))?;
        let column = cast(column, to).map_err(|error| EngineError::Shape(error.to_string()))?;
        for row in 0..column.len() {
            values.push(column.is_valid(row).then(|| value(&column, row)));
        }
    }
    Ok(values)
}

/// A column of texts.
pub fn texts(batches: &[RecordBatch], name: &str) -> Result<Vec<Option<String>>, EngineError> {
    each(batches, name, &DataType::Utf8, |column, row| {
        column.as_string::<i32>().value(row).to_owned()
    })
}

/// A column of whole numbers, or of booleans as 0 and 1.
pub fn integers(batches: &[RecordBatch], name: &str) -> Result<Vec<Option<i64>>, EngineError> {
    each(batches, name, &DataType::Int64, |column, row| {
        column.as_primitive::<Int64Type>().value(row)
    })
}

/// A column of counts: never unknown, never negative.
pub fn counts(batches: &[RecordBatch], name: &str) -> Result<Vec<u64>, EngineError> {
    integers(batches, name)?
        .into_iter()
        .map(|number| {
            number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| {
                EngineError::Shape(format!("compte négatif ou absent dans `{name}`"))
            })
        })
        .collect()
}

/// A column of days.
pub fn days(batches: &[RecordBatch], name: &str) -> Result<Vec<Option<Date>>, EngineError> {
    let days = each(batches, name, &DataType::Date32, |column, row| {
        date(1970, 1, 1).checked_add(column.as_primitive::<Date32Type>().value(row).days())
    })?;
    days.into_iter()
        .map(|day| day.transpose().map_err(|error| EngineError::Shape(error.to_string())))
        .collect()
}
