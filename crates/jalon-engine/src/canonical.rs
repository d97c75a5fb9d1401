//! Rows of canonical tables from plain values.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray, new_null_array,
};
use datafusion::arrow::error::ArrowError;
use jalon_data::schema::{canonical_schema, table};
use jiff::civil::Date;

use crate::sql::day_number;

/// A canonical table with its rows.
pub type NamedTable = (&'static str, Vec<RecordBatch>);

/// A column of texts.
pub fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringViewArray>())
}

/// A column of whole numbers.
pub fn integers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

/// A column of booleans.
pub fn booleans(values: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.collect::<BooleanArray>())
}

/// A column of days.
pub fn days(values: impl Iterator<Item = Option<Date>>) -> ArrayRef {
    Arc::new(values.map(|day| day.map(day_number)).collect::<Date32Array>())
}

/// A batch of a canonical table; columns that are not given are unknown.
pub fn batch(name: &'static str, given: &[(&str, ArrayRef)]) -> Result<NamedTable, ArrowError> {
    let table = table(name)
        .ok_or_else(|| ArrowError::SchemaError(format!("table canonique inconnue : {name}")))?;
    let schema = canonical_schema(table);
    let rows = given.first().map_or(0, |(_, array)| array.len());
    let columns = schema
        .fields()
        .iter()
        .map(|field| {
            given.iter().find(|(name, _)| name == field.name()).map_or_else(
                || new_null_array(field.data_type(), rows),
                |(_, array)| Arc::clone(array),
            )
        })
        .collect();
    Ok((name, vec![RecordBatch::try_new(schema, columns)?]))
}
