//! What every kind of source offers.

use std::path::PathBuf;

use crate::draft::Draft;
use crate::error::ImportError;

/// A part of an import that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The source is read.
    Reading,
    /// All batches become one dossier.
    Merging,
}

/// How far a long work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The part under way.
    pub stage: Stage,
    /// What is done of it, in a measure of its own: bytes or lines.
    pub done: u64,
    /// What there is to do; 0 where it is not known.
    pub total: u64,
}

impl Progress {
    /// So much of the source is read.
    #[must_use]
    pub const fn reading(done: u64, total: u64) -> Self {
        Self { stage: Stage::Reading, done, total }
    }
}

/// Where an importer says how far it is; must be cheap to call often.
pub type Listener<'a> = &'a (dyn Fn(Progress) + Sync);

/// A source of one kind, ready to be read.
pub trait Importer {
    /// The kind of source, as the command names it: `dcir`, `fhir`.
    fn kind(&self) -> &'static str;

    /// The files read, sorted: their bytes, with [`settings`](Self::settings),
    /// make the identity of a batch. Missing or unreadable files are faults.
    fn files(&self) -> Result<Vec<PathBuf>, ImportError>;

    /// What else decides the result, in a stable form: the options given, the
    /// hash of the nomenclature used. Empty when nothing does.
    fn settings(&self) -> String;

    /// Reads the source into the draft. Rows are dropped, and counted in the
    /// draft's report, where the published rules of the source say so; a source
    /// that cannot be read right is an error with all its faults. People need
    /// not be known: lines about strangers are set aside when batches meet.
    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError>;
}
