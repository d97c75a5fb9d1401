//! What an importer asks of a nomenclature of drugs.

/// What a nomenclature knows of a drug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drug {
    /// ATC class.
    pub atc: Option<String>,
    /// In the generic repertoire.
    pub repertoire: Option<bool>,
    /// Pack of several months.
    pub large_pack: Option<bool>,
    /// Days that one box covers.
    pub days_per_box: Option<u32>,
}

/// Codes of drugs looked up in a nomenclature; none when it does not know them.
pub trait DrugLookup: Sync {
    /// By presentation, thirteen digits.
    fn by_cip13(&self, code: &str) -> Option<Drug>;
    /// By product, eight digits.
    fn by_cis(&self, code: &str) -> Option<Drug>;
    /// By unit of dispensing in hospitals, seven or thirteen digits.
    fn by_ucd(&self, code: &str) -> Option<Drug>;
    /// Fingerprint of the nomenclature: what it answers depends on nothing else.
    fn hash(&self) -> String;
}

/// No nomenclature: every code is unknown.
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
