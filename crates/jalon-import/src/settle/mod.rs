//! Batches that meet become one dossier.
//!
//! The rule, the same for every table: the last source heard wins, on what it
//! speaks of. People are known by their identifier, and a cell that the last
//! source leaves unknown keeps what an earlier one said. A patient's doctors
//! are those of the last source that gives them. An event is spoken of by its
//! patient, its day and its code: what an earlier source said of the same is
//! set aside. Batches that are parts of one series (monthly flows) add up
//! instead, and stand together at the place of the last of them.
//!
//! What is left must be a dossier: lines about strangers, before birth or whose
//! dates contradict each other are counted and set aside, and come back when
//! another batch brings who they are about.

pub(crate) mod columns;
mod events;
mod people;

use std::path::{Path, PathBuf};

use jalon_data::schema::{TABLES, Table};

use crate::error::ImportError;
use crate::importer::{Listener, Progress, Stage};
use crate::report::Report;

/// The tables of one batch.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its folder.
    pub dir: PathBuf,
    /// Place of its source: the greater wins. Parts of a series share one.
    pub rank: usize,
}

impl Part {
    /// The files this batch has of a table.
    fn file(&self, table: &Table) -> Option<PathBuf> {
        let path = self.dir.join(format!("{}.parquet", table.name));
        path.is_file().then_some(path)
    }
}

/// Files of a table, each with the place of its source.
type Files = Vec<(PathBuf, usize)>;

/// Writes the tables of a dossier in a folder, which must exist and be empty,
/// from batches in the order in which they came. Same batches: same bytes.
/// `progress` hears of the bytes of the tables that are done.
pub fn settle(parts: &[Part], into: &Path, progress: Listener<'_>) -> Result<Report, ImportError> {
    let mut report = Report::default();
    let files = |table: &Table| -> Files {
        parts.iter().filter_map(|part| Some((part.file(table)?, part.rank))).collect()
    };
    let size = |files: &Files| -> u64 {
        files.iter().filter_map(|(path, _)| Some(path.metadata().ok()?.len())).sum()
    };
    let (mut done, total) = (0, TABLES.iter().map(|table| size(&files(table))).sum());
    let mut place = columns::Destination { dir: into, report: &mut report };
    let mut known = people::Known::default();
    for table in TABLES {
        progress(Progress { stage: Stage::Merging, done, total });
        let files = files(table);
        done += size(&files);
        match table.name {
            "medecins" => known.doctors = people::merge(table, &files, &mut place)?,
            "patients" => known.patients = people::merge(table, &files, &mut place)?,
            "rattachements" => people::attachments(table, &files, &known, &mut place)?,
            _ => events::merge(table, &files, &known, &mut place)?,
        }
    }
    Ok(report)
}
