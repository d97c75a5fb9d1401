//! The rows of each patient, found without searching.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::interleave_record_batch;
use jalon_data::schema::TABLES;

use crate::columns;
use crate::error::EngineError;
use crate::prepared::Rows;

/// The column that names the patient.
const PATIENT: &str = "patient";

/// The tables that speak of patients, with where each patient is in them.
#[derive(Debug)]
pub(super) struct Shelf(Vec<Ranged>);

/// A table with the places of its rows, by patient.
#[derive(Debug)]
struct Ranged {
    table: &'static str,
    batches: Vec<RecordBatch>,
    /// Batch and row.
    places: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Shelf {
    /// The tables that speak of patients.
    pub(super) fn tables() -> impl Iterator<Item = &'static str> {
        let speaks = |table: &&jalon_data::schema::Table| {
            table.columns.iter().any(|column| column.name == PATIENT)
        };
        TABLES.iter().filter(speaks).map(|table| table.name)
    }

    /// Finds everyone in these rows.
    pub(super) fn new(rows: &Rows) -> Result<Self, EngineError> {
        let ranged = Self::tables().map(|table| {
            let batches = rows.of(table).to_vec();
            let mut places: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
            for (at, batch) in batches.iter().enumerate() {
                let names = columns::texts(std::slice::from_ref(batch), PATIENT)?;
                for (row, name) in names.into_iter().enumerate() {
                    places.entry(name.unwrap_or_default()).or_default().push((at, row));
                }
            }
            Ok(Ranged { table, batches, places })
        });
        Ok(Self(ranged.collect::<Result<_, EngineError>>()?))
    }

    /// Every row of one patient.
    pub(super) fn of(&self, patient: &str) -> Result<Rows, EngineError> {
        let mut rows = Rows::default();
        for Ranged { table, batches, places } in &self.0 {
            let Some(places) = places.get(patient) else { continue };
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            let mine = interleave_record_batch(&batches, places)
                .map_err(|error| EngineError::Shape(error.to_string()))?;
            rows.put(*table, vec![mine]);
        }
        Ok(rows)
    }
}
