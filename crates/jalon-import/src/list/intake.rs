//! A downloaded file on its way into a list: how its columns are read, what it
//! says, what moves. Nothing is written before it is kept.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{Download, FIELDS, List, Outcome, Reading, Request, merge, read};
use crate::columns::{self, Columns, Given, Saved};
use crate::error::ImportError;
use crate::label::Catalogue;
use crate::sheet::Workbook;

/// What whoever imports says of a file.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The folder that keeps the list.
    pub folder: &'a Path,
    /// The name of the list and of its correspondence.
    pub name: &'a str,
    /// Name of the file, for faults.
    pub file: &'a str,
    /// Fields and titles of columns; an empty title takes the field away.
    pub columns: &'a [(String, String)],
    /// Labels, and the indicators that they name.
    pub labels: &'a [(String, String)],
    /// The indicator of the whole file.
    pub indicator: Option<&'a str>,
    /// The sheet, by its name.
    pub sheet: Option<&'a str>,
    /// Day of the download.
    pub date: Date,
    /// Whether the file is the whole list.
    pub whole: bool,
    /// What labels may mean.
    pub catalogue: &'a Catalogue,
}

/// A file, read, and the list with it, not yet written.
#[derive(Debug)]
pub struct Intake {
    /// Which column is which.
    pub columns: Columns,
    /// Whether no correspondence was kept before.
    pub first: bool,
    /// What the file says.
    pub reading: Reading,
    /// What moves.
    pub outcome: Outcome,
    list: List,
    keep: Saved,
    path: PathBuf,
}

impl Intake {
    /// Reads a file as it was asked to be; every fault otherwise.
    pub fn read(book: &Workbook, asked: &Asked<'_>) -> Result<Self, ImportError> {
        let path = columns::correspondence(asked.folder, asked.name);
        let saved = columns::load(&path)?;
        let given = Given {
            file: asked.file,
            saved: saved.as_ref(),
            columns: asked.columns,
            sheet: asked.sheet,
            least: 2,
        };
        let columns = columns::propose(book, FIELDS, &given)?;
        let keep = columns::kept(saved.as_ref(), &columns, asked.columns, asked.labels);
        let request = Request {
            file: asked.file,
            columns: &columns,
            indicator: asked.indicator,
            labels: &keep.labels,
            catalogue: asked.catalogue,
        };
        let reading = read(book, &request)?;
        let mut list = List::load(asked.folder, asked.name)?;
        let download = Download {
            date: asked.date,
            hash: &fingerprint(book, asked, &columns, &keep),
            indicator: asked.indicator,
            whole: asked.whole,
        };
        let outcome = merge(&mut list, &reading, &download)?;
        Ok(Self { columns, first: saved.is_none(), reading, outcome, list, keep, path })
    }

    /// Writes the list and its correspondence in the folder, if anything moved.
    pub fn keep(&mut self, folder: &Path) -> Result<(), ImportError> {
        if matches!(self.outcome, Outcome::Already(_)) {
            return Ok(());
        }
        let rendered = columns::render(&self.keep).into_bytes();
        self.list.save_with(folder, vec![(self.path.clone(), rendered)])
    }
}

/// What decides the result, besides what the list already holds.
fn fingerprint(book: &Workbook, asked: &Asked<'_>, columns: &Columns, keep: &Saved) -> String {
    let mut hasher = blake3::Hasher::new();
    let sheet = book.sheets.get(columns.sheet).map_or("", |sheet| sheet.name.as_str());
    let parts = [
        book.hash.as_str(),
        sheet,
        &columns::render(keep),
        asked.indicator.unwrap_or_default(),
        if asked.whole { "complet" } else { "" },
    ];
    for part in parts {
        hasher.update(part.as_bytes()).update(&[0]);
    }
    hasher.finalize().to_hex().to_string()
}
