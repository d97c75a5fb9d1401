//! A canonical table in CSV: any bytes give checked tables or faults.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use jalon_data::{Dossier, TABLES};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a folder"));

fuzz_target!(|data: &[u8]| {
    // The first byte chooses the table.
    let Some((first, text)) = data.split_first() else { return };
    let table = TABLES[usize::from(*first) % TABLES.len()].name;
    let file = FOLDER.path().join(format!("{table}.csv"));
    fs::write(&file, text).expect("a file");
    match Dossier::open_part(FOLDER.path()) {
        Ok(dossier) => assert!(dossier.rows(table) <= text.len() as u64),
        Err(faults) => assert!(faults.total() > 0 && !faults.to_string().is_empty()),
    }
    fs::remove_file(&file).expect("the same file");
});
