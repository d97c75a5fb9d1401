//! FHIR: any bytes give rows, or faults.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use jalon_import::drugs::NoLookup;
use jalon_import::fhir::{FhirImporter, FhirOptions};
use jalon_import::{Draft, Importer as _};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a folder"));

fuzz_target!(|data: &[u8]| {
    // The first byte chooses the extension.
    let Some((first, bytes)) = data.split_first() else { return };
    let end = ["ndjson", "json", "ndjson.gz", "json.gz"][usize::from(*first) % 4];
    let (source, draft) = (FOLDER.path().join("source"), FOLDER.path().join("lot"));
    for folder in [&source, &draft] {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(source.join(format!("essai.{end}")), bytes).expect("a file");
    let mut importer = FhirImporter::new(source.clone(), &NoLookup, FhirOptions::default());
    let mut rows = Draft::new(&draft);
    if let Err(error) = importer.read(&mut rows, &|_| {}) {
        assert!(!error.to_string().is_empty());
    } else {
        rows.finish().expect("rows that fit");
    }
    for folder in [&source, &draft] {
        fs::remove_dir_all(folder).expect("the same folder");
    }
});
