//! Presentations of drugs: `IR_PHA_R`.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// Presentations by their code.
#[derive(Debug, Default)]
pub(crate) struct Products {
    by_cip13: BTreeMap<u64, Product>,
    /// Only the class is common to the boxes of a hospital code.
    by_ucd: BTreeMap<u64, Product>,
}

impl Products {
    /// Reads `IR_PHA_R`. A presentation told twice keeps its first line.
    pub fn read(source: &Arc<Source>) -> (Self, u64) {
        let mut products = Self::default();
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
    pub fn cip13(&self, code: u64) -> Option<&Product> {
        self.by_cip13.get(&code)
    }

    /// A hospital code, its seven digits.
    pub fn ucd(&self, code: u64) -> Option<&Product> {
        self.by_ucd.get(&code)
    }
}
