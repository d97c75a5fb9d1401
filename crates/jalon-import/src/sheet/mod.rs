//! Sheets as people have them: XLS, XLSX, ODS, CSV. Whatever the format, what
//! comes out is rows of texts with their line numbers.
//!
//! A sheet may come from anywhere: the format is told by the content, sizes are
//! bounded before and while reading, and what a library does with a spoilt file
//! never reaches the caller.

mod archive;
mod cells;
mod format;
mod ods;
mod text;
mod xls;
mod xlsx;

use std::fs::File;
use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jalon_data::fault::{Collector, Place, Words};

use crate::error::ImportError;
pub use cells::Row;
pub use format::Format;

/// What a file may hold at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Bytes of the parts of an archive (XLSX, ODS), inflated.
    pub inflated: u64,
    /// How many times smaller a large part of an archive may be than its content.
    pub ratio: u64,
    /// Rows that are not empty.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Cells, empty ones between others included.
    pub cells: usize,
    /// Bytes of all texts.
    pub text: usize,
}

impl Limits {
    /// Far above the list of any practice.
    pub const USUAL: Self = Self {
        file: 20 << 20,
        inflated: 128 << 20,
        ratio: 200,
        rows: 50_000,
        columns: 256,
        cells: 2_000_000,
        text: 64 << 20,
    };
}

/// One sheet of a file.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name; empty for a CSV.
    pub name: String,
    /// Its rows, those without any text left out.
    pub rows: Vec<Row>,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Workbook {
    /// What it is.
    pub format: Format,
    /// Its sheets with at least one row, hidden ones left out.
    pub sheets: Vec<Sheet>,
    /// blake3 of its bytes.
    pub hash: String,
    /// What the reader should know, in French.
    pub remarks: Vec<String>,
}

/// Why a file cannot be read.
#[derive(Debug)]
struct Refusal {
    line: u64,
    words: Words,
}

impl Refusal {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line: 0, words: Words::new(message).hint(hint) }
    }

    fn at(self, line: u64) -> Self {
        Self { line, ..self }
    }

    /// The only fault of a file.
    fn of(self, path: &Path) -> ImportError {
        let mut faults = Collector::default();
        let place = Place { line: self.line, ..Place::default() };
        faults.report(place, &path.display().to_string(), || self.words);
        faults.into_faults().into()
    }
}

/// What to do with a file that no spreadsheet would open either.
const AGAIN: &str = "téléchargez-le de nouveau, ou enregistrez-le en .xlsx ou en .csv";

/// A file whose content contradicts itself.
fn spoilt() -> Refusal {
    Refusal::new("fichier abîmé ou coupé", AGAIN)
}

/// Reads a file. Anything wrong is one fault, with a hint.
pub fn read(path: &Path, limits: &Limits) -> Result<Workbook, ImportError> {
    read_bytes(path, &bytes(path, limits)?, limits)
}

/// Reads the bytes of a file; its path only names it.
pub fn read_bytes(path: &Path, bytes: &[u8], limits: &Limits) -> Result<Workbook, ImportError> {
    parse(path, bytes, limits).map_err(|refusal| refusal.of(path))
}

/// The bytes of a file, if there are not too many.
pub fn bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    let file = File::open(path).map_err(ImportError::io(path))?;
    if !file.metadata().map_err(ImportError::io(path))?.is_file() {
        return Err(Refusal::new("ce n'est pas un fichier", AGAIN).of(path));
    }
    let mut bytes = Vec::new();
    file.take(limits.file + 1).read_to_end(&mut bytes).map_err(ImportError::io(path))?;
    if bytes.len() as u64 > limits.file {
        let message = format!("plus de {} Mo : c'est trop", limits.file >> 20);
        return Err(Refusal::new(message, "n'y gardez que la feuille utile").of(path));
    }
    Ok(bytes)
}

fn parse(path: &Path, bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    let (format, remark) = format::of(path, bytes, limits)?;
    let read = || match format {
        Format::Csv => text::read(bytes, limits),
        Format::Xlsx => xlsx::read(bytes, limits),
        Format::Ods => ods::read(bytes, limits),
        Format::Xls => xls::read(bytes, limits),
    };
    // Libraries may stumble on a file made to trip them.
    let mut sheets = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(spoilt()))?;
    sheets.retain(|sheet| !sheet.rows.is_empty());
    if sheets.is_empty() {
        return Err(Refusal::new("fichier sans aucune ligne", AGAIN));
    }
    let hash = blake3::hash(bytes).to_hex().to_string();
    Ok(Workbook { format, sheets, hash, remarks: remark.into_iter().collect() })
}
