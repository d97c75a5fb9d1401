//! Small sources of FHIR, imported.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::fs::File;
use std::path::Path;

use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jalon_import::drugs::{DrugLookup, NoLookup};
use jalon_import::fhir::{FhirImporter, FhirOptions};
use jalon_import::{Draft, ImportError, Importer, Report};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// What an import gave.
pub struct Imported {
    folder: tempfile::TempDir,
    pub report: Report,
}

impl Imported {
    /// The rows of a table as lines of text, `-` for unknown, in order.
    pub fn rows(&self, table: &str) -> Vec<String> {
        let path = self.folder.path().join("brouillon").join(format!("{table}.parquet"));
        let Ok(file) = File::open(path) else { return Vec::new() };
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let options = FormatOptions::new().with_null("-");
        let mut lines = Vec::new();
        for batch in reader {
            let batch = batch.unwrap();
            let texts: Vec<_> =
                batch.columns().iter().map(|one| cast(one, &DataType::Utf8).unwrap()).collect();
            let texts: Vec<_> =
                texts.iter().map(|one| ArrayFormatter::try_new(one, &options).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let cells: Vec<_> = texts.iter().map(|one| one.value(row).to_string()).collect();
                lines.push(cells.join(" "));
            }
        }
        lines
    }

    /// How many were left out for the reason that starts so.
    pub fn left(&self, reason: &str) -> u64 {
        let all = self.report.ecartes.iter();
        all.filter(|(known, _)| known.starts_with(reason)).map(|(_, left)| left.nombre).sum()
    }

    pub fn remarked(&self, words: &str) -> bool {
        self.report.remarques.iter().any(|remark| remark.contains(words))
    }
}

pub fn import_with(
    files: &[(&str, &[u8])],
    drugs: &dyn DrugLookup,
    options: FhirOptions,
) -> Result<Imported, ImportError> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    std::fs::create_dir(&source).unwrap();
    for (name, bytes) in files {
        let path = source.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let report = import_path(&source, &folder.path().join("brouillon"), drugs, options)?;
    Ok(Imported { folder, report })
}

pub fn import_path(
    source: &Path,
    to: &Path,
    drugs: &dyn DrugLookup,
    options: FhirOptions,
) -> Result<Report, ImportError> {
    std::fs::create_dir(to).unwrap();
    let mut draft = Draft::new(to);
    FhirImporter::new(source.into(), drugs, options).read(&mut draft, &|_| {})?;
    draft.finish().map(|(report, _)| report)
}

/// Imports a source that is right.
pub fn import(files: &[(&str, &str)]) -> Imported {
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    import_with(&files, &NoLookup, FhirOptions::default()).unwrap()
}

/// The message of a source that is wrong.
pub fn refusal(files: &[(&str, &[u8])]) -> String {
    match import_with(files, &NoLookup, FhirOptions::default()) {
        Ok(imported) => panic!("rien à redire : {:?}", imported.report),
        Err(error) => error.to_string(),
    }
}
