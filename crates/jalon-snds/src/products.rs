//! Presentations of drugs: `IR_PHA_R`, and a nomenclature for what it lacks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jalon_import::drugs::{Drug, DrugLookup};

use crate::codes::ucd7;
use crate::source::Source;
use crate::spec::{TableId, product};

/// What is known of a presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Product {
    pub atc: Option<Box<str>>,
    pub large: Option<bool>,
    pub repertoire: Option<bool>,
}

impl Product {
    const fn is_whole(&self) -> bool {
        self.atc.is_some() && self.large.is_some() && self.repertoire.is_some()
    }

    /// What `IR_PHA_R` says, then what a nomenclature says besides.
    fn or(self, drug: Drug) -> Self {
        Self {
            atc: self.atc.or_else(|| drug.atc.map(String::into_boxed_str)),
            large: self.large.or(drug.large_pack),
            repertoire: self.repertoire.or(drug.repertoire),
        }
    }
}

/// Presentations by their code.
pub(crate) struct Products<'d> {
    drugs: &'d dyn DrugLookup,
    by_cip13: BTreeMap<u64, Product>,
    /// Only the class is common to the boxes of a hospital code.
    by_ucd: BTreeMap<u64, Product>,
}

impl<'d> Products<'d> {
    /// Reads `IR_PHA_R`. A presentation told twice keeps its first line.
    pub fn read(source: &Arc<Source>, drugs: &'d dyn DrugLookup) -> (Self, u64) {
        let mut products = Self { drugs, by_cip13: BTreeMap::new(), by_ucd: BTreeMap::new() };
        let count = source.each(TableId::Product, |lines| {
            for row in 0..lines.len() {
                let atc = lines.text(product::ATC, row);
                let atc: Option<Box<str>> = atc
                    .filter(|atc| atc.starts_with(|it: char| it.is_ascii_uppercase()))
                    .map(Into::into);
                let large = match lines.text(product::PACK, row) {
                    Some("GC") => Some(true),
                    Some("NGC") => Some(false),
                    _ => None,
                };
                // Without a group, a presentation is outside the repertoire, unless
                // nothing at all is said of generics.
                let told =
                    !lines.has(product::GENERIC) || lines.integer(product::GENERIC, row).is_some();
                let repertoire = match lines.integer(product::GROUP, row) {
                    Some(group) => Some(group > 0),
                    None => (lines.has(product::GROUP) && told).then_some(false),
                };
                let ucd = lines.integer(product::UCD, row).and_then(ucd7);
                if let Some(ucd) = ucd.and_then(|ucd| u64::try_from(ucd).ok()) {
                    let known = products.by_ucd.entry(ucd).or_default();
                    known.atc = known.atc.take().or_else(|| atc.clone());
                }
                let cip13 = lines.integer(product::CIP13, row);
                if let Some(cip13) = cip13.and_then(|cip13| u64::try_from(cip13).ok()) {
                    let product = Product { atc, large, repertoire };
                    products.by_cip13.entry(cip13).or_insert(product);
                }
            }
        });
        (products, count)
    }

    /// A presentation.
    pub fn cip13(&self, code: u64) -> Option<Cow<'_, Product>> {
        filled(self.by_cip13.get(&code), || self.drugs.by_cip13(&format!("{code:013}")))
    }

    /// A hospital code, its seven digits.
    pub fn ucd(&self, code: u64) -> Option<Cow<'_, Product>> {
        filled(self.by_ucd.get(&code), || self.drugs.by_ucd(&format!("{code:07}")))
    }
}

/// What is told of a product, with what a nomenclature adds where it lacks
/// something.
fn filled(told: Option<&Product>, ask: impl FnOnce() -> Option<Drug>) -> Option<Cow<'_, Product>> {
    if told.is_some_and(Product::is_whole) {
        return told.map(Cow::Borrowed);
    }
    match ask() {
        Some(drug) => Some(Cow::Owned(told.cloned().unwrap_or_default().or(drug))),
        None => told.map(Cow::Borrowed),
    }
}
