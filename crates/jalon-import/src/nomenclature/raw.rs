//! What the files say, before anything is concluded from it.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::Report;

/// A product of the public medicines base.
#[derive(Clone, Debug, Default)]
pub(super) struct Cis {
    pub label: String,
    pub form: String,
    /// Ways of taking it, sorted.
    pub routes: BTreeSet<String>,
}

/// A presentation of the public medicines base.
#[derive(Clone, Debug)]
pub(super) struct Cip {
    pub cis: String,
    pub label: String,
    /// Rate of reimbursement, `65 %`; empty when not reimbursed.
    pub rate: String,
}

/// A presentation as the fund sees it. Answers that differ are all kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Pha {
    pub label: String,
    pub ucd: Option<String>,
    pub atc: BTreeSet<String>,
    pub large: BTreeSet<bool>,
    pub repertoire: BTreeSet<bool>,
}

/// A hospital unit.
#[derive(Clone, Debug)]
pub(super) struct Ucd {
    pub label: String,
    /// The codes it replaces and is replaced by.
    pub kin: Vec<String>,
}

/// A link of a composition: the active substance, and its therapeutic part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub substance: Option<String>,
    pub fraction: Option<String>,
}

/// A code with the names it was given.
pub(super) type Names = BTreeMap<String, String>;

/// Everything read.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub cis: BTreeMap<String, Cis>,
    pub cip: BTreeMap<String, Cip>,
    /// Generic groups of a product; none of the products when the file lacks.
    pub groups: Option<BTreeMap<String, BTreeSet<u32>>>,
    pub compositions: BTreeMap<String, BTreeMap<String, Link>>,
    pub mitm: BTreeMap<String, BTreeSet<String>>,
    pub pha: BTreeMap<String, Pha>,
    /// The fund's own columns, not a selection of them under other names.
    pub pha_is_whole: bool,
    pub ucd: BTreeMap<String, Ucd>,
    pub nabm: Names,
    pub ccam: Names,
    /// Lines read by file; lines left and oddities by reason.
    pub report: Report,
}
