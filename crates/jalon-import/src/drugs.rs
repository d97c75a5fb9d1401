//! What importers ask of a nomenclature of drugs.

use crate::nomenclature::codes;

/// What is known of a drug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drug {
    /// ATC class, as precise as it is known.
    pub atc: Option<String>,
    /// In the generic repertoire.
    pub repertoire: Option<bool>,
    /// Pack of several months.
    pub large_pack: Option<bool>,
    /// Days of treatment in a box.
    pub days_per_box: Option<u32>,
}

/// Finds drugs by their French codes. A code no source knows has no answer.
pub trait DrugLookup: Sync {
    /// A presentation by its code of thirteen digits.
    fn by_cip13(&self, code: &str) -> Option<Drug>;
    /// A presentation by its code of seven digits.
    fn by_cip7(&self, code: &str) -> Option<Drug> {
        self.by_cip13(&codes::cip13(code)?)
    }
    /// A product, all presentations together.
    fn by_cis(&self, code: &str) -> Option<Drug>;
    /// A hospital unit, in seven or thirteen digits.
    fn by_ucd(&self, code: &str) -> Option<Drug>;
    /// Tells two nomenclatures apart: part of the identity of a batch.
    fn hash(&self) -> String;
}

/// No nomenclature at hand: every drug is unknown.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

impl DrugLookup for NoLookup {
    fn by_cip13(&self, _: &str) -> Option<Drug> {
        None
    }

    fn by_cis(&self, _: &str) -> Option<Drug> {
        None
    }

    fn by_ucd(&self, _: &str) -> Option<Drug> {
        None
    }

    fn hash(&self) -> String {
        String::new()
    }
}
