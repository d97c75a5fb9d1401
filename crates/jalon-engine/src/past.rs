//! A dossier as it was known on a day.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SessionContext;
use datafusion::prelude::{Expr, col, lit, when};
use datafusion::scalar::ScalarValue;
use jalon_data::schema::Table;
use jiff::civil::Date;

use crate::sql::day_number;

/// The column that says since when a row is known: the day of a fact, the
/// beginning of what lasts.
fn since(table: &Table) -> Option<&'static str> {
    let column = |name: &&str| table.columns.iter().any(|column| column.name == *name);
    match table.name {
        "patients" => Some("naissance"),
        _ => ["date", "entree", "debut"].into_iter().find(column),
    }
}

/// The column whose days to come nobody knew: who leaves, who dies.
fn until(table: &Table) -> Option<&'static str> {
    match table.name {
        "patients" => Some("deces"),
        "rattachements" => Some("fin"),
        _ => None,
    }
}

/// A table without the rows that begin after a day, and without the ends that
/// come after it. The end of an illness is known when it begins.
pub fn known_on(
    day: Date,
    table: &Table,
    provider: Arc<dyn TableProvider>,
) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let Some(since) = since(table) else { return Ok(provider) };
    let last: Expr = lit(ScalarValue::Date32(Some(day_number(day))));
    let mut frame = SessionContext::new().read_table(provider)?;
    frame = frame.filter(col(since).is_null().or(col(since).lt_eq(last.clone())))?;
    if let Some(until) = until(table) {
        let unknown = lit(ScalarValue::try_from(&DataType::Date32)?);
        let known = when(col(until).gt(last), unknown).otherwise(col(until))?;
        frame = frame.with_column(until, known)?;
    }
    Ok(frame.into_view())
}
