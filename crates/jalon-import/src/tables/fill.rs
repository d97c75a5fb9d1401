//! What a nomenclature adds to deliveries.

use std::sync::Arc;

use arrow::array::{
    Array as _, AsArray as _, BooleanBuilder, Int64Builder, RecordBatch, StringViewBuilder,
};
use arrow::datatypes::Int64Type;

use crate::drugs::{Drug, DrugLookup};
use crate::error::ImportError;
use crate::report::Report;

/// The cells of a delivery that a nomenclature knows.
const KNOWN: [&str; 4] = ["atc", "jours", "grand_conditionnement", "repertoire"];

/// Fills the cells that deliveries leave unknown, and only those.
pub(super) struct Fill<'d> {
    drugs: &'d dyn DrugLookup,
    filled: u64,
    classless: u64,
}

impl<'d> Fill<'d> {
    pub fn from(drugs: &'d dyn DrugLookup) -> Self {
        Self { drugs, filled: 0, classless: 0 }
    }

    /// Deliveries in all their columns, with what their code of thirteen
    /// digits tells.
    pub fn fill(&mut self, batch: &RecordBatch) -> Result<RecordBatch, ImportError> {
        let column = |name: &str| batch.column_by_name(name);
        let (Some(cip13), Some(atc), Some(boxes), Some(days), Some(large), Some(repertoire)) = (
            column("cip13").and_then(|values| values.as_string_view_opt()),
            column("atc").and_then(|values| values.as_string_view_opt()),
            column("boites").and_then(|values| values.as_primitive_opt::<Int64Type>()),
            column("jours").and_then(|values| values.as_primitive_opt::<Int64Type>()),
            column("grand_conditionnement").and_then(|values| values.as_boolean_opt()),
            column("repertoire").and_then(|values| values.as_boolean_opt()),
        ) else {
            return Ok(batch.clone());
        };
        let mut classes = StringViewBuilder::new().with_deduplicate_strings();
        let mut lengths = Int64Builder::new();
        let (mut packs, mut generics) = (BooleanBuilder::new(), BooleanBuilder::new());
        for row in 0..batch.num_rows() {
            let lacks = KNOWN.iter().any(|name| column(name).is_some_and(|it| it.is_null(row)));
            let drug = (lacks && cip13.is_valid(row))
                .then(|| self.drugs.by_cip13(cip13.value(row)))
                .flatten()
                .unwrap_or_default();
            let Drug { atc: class, repertoire: generic, large_pack, days_per_box } = drug;
            let length = days_per_box
                .filter(|_| boxes.is_valid(row))
                .and_then(|days| boxes.value(row).abs().checked_mul(i64::from(days)))
                .filter(|days| *days > 0);
            let adds = [
                atc.is_null(row) && class.is_some(),
                days.is_null(row) && length.is_some(),
                large.is_null(row) && large_pack.is_some(),
                repertoire.is_null(row) && generic.is_some(),
            ];
            self.filled += u64::from(adds.contains(&true));
            self.classless += u64::from(atc.is_null(row) && class.is_none());
            if atc.is_valid(row) {
                classes.append_value(atc.value(row));
            } else {
                classes.append_option(class);
            }
            lengths.append_option(days.is_valid(row).then(|| days.value(row)).or(length));
            packs.append_option(large.is_valid(row).then(|| large.value(row)).or(large_pack));
            let generic = repertoire.is_valid(row).then(|| repertoire.value(row)).or(generic);
            generics.append_option(generic);
        }
        let mut columns = batch.columns().to_vec();
        let schema = batch.schema();
        let [class, length, pack, generic] = KNOWN.map(|name| schema.index_of(name));
        columns[class?] = Arc::new(classes.finish());
        columns[length?] = Arc::new(lengths.finish());
        columns[pack?] = Arc::new(packs.finish());
        columns[generic?] = Arc::new(generics.finish());
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    /// Says how many lines were completed, and how many stay without a class.
    pub fn tell(&self, report: &mut Report) {
        if self.filled > 0 {
            report.note(format!("{} délivrances complétées par la nomenclature", self.filled));
        }
        if self.classless > 0 {
            report.note(format!(
                "{} délivrances sans classe ATC, que la nomenclature ne classe pas : gardées, mais aucun indicateur ne les compte",
                self.classless
            ));
        }
    }
}
