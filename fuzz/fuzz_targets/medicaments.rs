//! The public medicines base: any bytes in any of its files give answers, or
//! faults.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use jalon_import::nomenclature;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a folder"));

const NAMES: [&str; 8] = [
    "CIS_CIP_bdpm.txt",
    "CIS_bdpm.txt",
    "CIS_GENER_bdpm.txt",
    "CIS_COMPO_bdpm.txt",
    "CIS_MITM.txt",
    "IR_PHA_R.csv",
    "NU_UCD_R.csv",
    "IR_BIO_R.csv",
];

fuzz_target!(|data: &[u8]| {
    // The first byte chooses the file.
    let Some((first, bytes)) = data.split_first() else { return };
    let (source, target) = (FOLDER.path().join("source"), FOLDER.path().join("nomenclature"));
    fs::create_dir_all(&source).expect("a folder");
    fs::write(source.join(NAMES[usize::from(*first) % NAMES.len()]), bytes).expect("a file");
    match nomenclature::import(&source, &target) {
        Ok(_) => {
            nomenclature::Nomenclature::open(&target).expect("what was just written");
            fs::remove_dir_all(&target).expect("the same folder");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    fs::remove_dir_all(&source).expect("the same folder");
});
