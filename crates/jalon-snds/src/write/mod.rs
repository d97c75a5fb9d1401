//! A dossier written as the SNDS would hold it: the reverse of the importer.
//!
//! It makes test data of any size with a known answer: what is written comes
//! back, but for what the SNDS has no place for. Nothing real is imitated
//! beyond names, keys and types: amounts are not written, the pseudonyms are
//! the patients' identifiers with a prefix.

mod care;
mod facts;
mod output;
mod references;
mod stays;

use std::path::Path;

use jalon_data::{Dossier, Format, Place};
use jalon_import::ImportError;

pub use care::letter_service;

/// How tables are cut in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// One file a table.
    Whole,
    /// The tables of claims in a folder each, one file a flow, as extractions
    /// are delivered.
    Monthly,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tables and their lines.
    pub rows: Vec<(String, u64)>,
    /// Presentations that had no CIP13, or one that means something else
    /// elsewhere in the dossier, and were given an invented one.
    pub invented_presentations: u64,
    /// Acts without a place in the SNDS: results of laboratories (LOINC),
    /// letters without a known service, codes that are no number.
    pub left_acts: u64,
}

/// Writes a dossier as SNDS tables in a folder, which must not exist or be
/// empty, and appears complete or not at all.
pub fn write(
    dossier: &Dossier,
    vers: &Path,
    format: Format,
    cut: Cut,
) -> Result<Summary, ImportError> {
    let place = Place::reserve(vers)?;
    let dir = place.dir();
    let mut summary = Summary::default();
    let people = references::people(dossier)?;
    references::write(dossier, dir, format, &mut summary)?;
    care::write(dossier, dir, format, cut, &people, &mut summary)?;
    stays::write(dossier, dir, format, &mut summary)?;
    summary.rows.sort();
    place.take()?;
    Ok(summary)
}
