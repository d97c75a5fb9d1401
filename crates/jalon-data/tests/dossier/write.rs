//! What is written is read back.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch, StringArray, StringViewArray};
use jalon_data::{Format, TableWriter, WriteError, table};

use crate::support::{Files, batches};

fn patients(sexes: Vec<Option<&str>>) -> RecordBatch {
    let ids: Vec<_> = (1..=sexes.len()).map(|rank| format!("SECRET-P{rank}")).collect();
    let births = Date32Array::from_iter_values((0..sexes.len()).map(|_| -1));
    RecordBatch::try_from_iter_with_nullable([
        ("sexe", Arc::new(StringArray::from(sexes)) as ArrayRef, true),
        (
            "commune",
            Arc::new(StringViewArray::from_iter_values(ids.iter().map(|_| "a,\"b\"\nc"))),
            true,
        ),
        ("naissance", Arc::new(births), true),
        ("patient", Arc::new(StringViewArray::from_iter_values(&ids)), true),
    ])
    .unwrap()
}

#[test]
fn csv_text() {
    let folder = tempfile::tempdir().unwrap();
    let create =
        || TableWriter::create(folder.path(), table("patients").unwrap(), Format::Csv).unwrap();
    let mut writer = create();
    writer.write(&patients(vec![Some("F")])).unwrap();
    writer.write(&patients(vec![])).unwrap();
    assert_eq!(writer.finish().unwrap(), 1);
    let text = || fs::read_to_string(folder.path().join("patients.csv")).unwrap();
    assert_eq!(
        text(),
        "patient,naissance,sexe,deces,c2s,commune\nSECRET-P1,1969-12-31,F,,,\"a,\"\"b\"\"\nc\"\n"
    );
    let mut writer = create().without(&["deces", "c2s", "commune"]).unwrap();
    writer.write(&patients(vec![Some("F"), Some("M")])).unwrap();
    writer.finish().unwrap();
    assert_eq!(text(), "patient,naissance,sexe\nSECRET-P1,1969-12-31,F\nSECRET-P2,1969-12-31,M\n");
    create().finish().unwrap();
    assert_eq!(text(), "patient,naissance,sexe,deces,c2s,commune\n");
}

#[test]
fn refusals() {
    let folder = tempfile::tempdir().unwrap();
    let create =
        || TableWriter::create(folder.path(), table("patients").unwrap(), Format::Csv).unwrap();
    let message = |result: Result<(), WriteError>| result.unwrap_err().to_string();
    assert_eq!(
        message(create().without(&["sexe"]).map(drop)),
        "table patients : colonne obligatoire : sexe"
    );
    assert_eq!(
        message(create().without(&["poids"]).map(drop)),
        "table patients : colonne inconnue : poids"
    );
    assert!(message(create().write(&patients(vec![None]))).starts_with("table patients : "));
    let short = patients(vec![Some("F")]).project(&[0, 1]).unwrap();
    assert_eq!(message(create().write(&short)), "table patients : colonne absente : patient");
    let nowhere = folder.path().join("nowhere");
    let created = TableWriter::create(&nowhere, table("patients").unwrap(), Format::Csv);
    assert!(matches!(created, Err(WriteError::Io { .. })));
}

#[test]
fn same_bytes_every_time() {
    for format in [Format::Csv, Format::Parquet] {
        let write = || {
            let folder = tempfile::tempdir().unwrap();
            let table = table("patients").unwrap();
            let mut writer = TableWriter::create_part(folder.path(), table, "1", format).unwrap();
            writer.write(&patients(vec![Some("F"), Some("M")])).unwrap();
            writer.finish().unwrap();
            fs::read(folder.path().join("patients/1").with_extension(format.extension())).unwrap()
        };
        assert_eq!(write(), write());
    }
}

#[test]
fn the_same_tables_in_both_formats() {
    let csv = Files::with(
        "declarations.csv",
        "medecin;campagne;indicateur;numerateur;denominateur;date;depart\n\
         SECRET-D1;2024;tabac;1;2;2025-01-15;62,5\nSECRET-D1;2024;alcool;;;;62.5\n",
    );
    let parquet = csv.in_parquet();
    let (csv, parquet) = (csv.open(), parquet.open());
    for table in jalon_data::TABLES {
        assert_eq!(batches(&csv, table.name), batches(&parquet, table.name), "{}", table.name);
        assert_eq!(csv.rows(table.name), parquet.rows(table.name));
        assert_eq!(csv.has_reversals(table.name), parquet.has_reversals(table.name));
    }
    assert_ne!(csv.hash(), parquet.hash());
}
