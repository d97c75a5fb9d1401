//! A dossier written as FHIR and imported again is the same dossier.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

use std::path::Path;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jalon_data::generer::{Plan, generer};
use jalon_data::{Dossier, Format, Source, TABLES, Table};
use jalon_import::drugs::NoLookup;
use jalon_import::fhir::{self, FhirImporter, FhirOptions};
use jalon_import::{Draft, Importer, Report};
use proptest::prelude::*;

/// The rows of a table as texts, sorted: every column, whatever a computation
/// reads of it.
fn rows(dossier: &Dossier, table: &Table) -> Vec<String> {
    let Source::Memory(batches) = dossier.source(table.name) else {
        panic!("{} trop grande pour ce test", table.name)
    };
    let mut rows: Vec<_> = batches.iter().flat_map(texts).collect();
    rows.sort_unstable();
    rows
}

fn texts(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::new().with_null("-");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| cast(column, &DataType::Utf8).unwrap()).collect();
    let columns: Vec<_> =
        columns.iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    let line = |row| {
        let cells: Vec<_> = columns.iter().map(|column| column.value(row).to_string()).collect();
        cells.join("|")
    };
    (0..batch.num_rows()).map(line).collect()
}

fn import(source: &Path, to: &Path) -> Report {
    std::fs::create_dir(to).unwrap();
    let mut draft = Draft::new(to);
    let mut importer = FhirImporter::new(source.into(), &NoLookup, FhirOptions::default());
    importer.read(&mut draft, &|_| {}).unwrap();
    let (report, _) = draft.finish().unwrap();
    for table in TABLES.iter().filter(|table| !report.ecrits.contains_key(table.name)) {
        let header: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        std::fs::write(to.join(format!("{}.csv", table.name)), header.join(",")).unwrap();
    }
    report
}

/// Writes a dossier, imports it, and compares every table that FHIR has a place for.
fn there_and_back(dossier: &Dossier, folder: &Path) -> Report {
    let source = folder.join("fhir");
    let written = fhir::write(dossier, &source).unwrap();
    let report = import(&source, &folder.join("retour"));
    for (kind, count) in written {
        assert_eq!(report.lus.get(kind).copied().unwrap_or(0), count, "{kind}");
    }
    let back = Dossier::open(folder.join("retour")).unwrap();
    for table in TABLES.iter().filter(|table| table.name != "declarations") {
        let (wanted, found) = (rows(dossier, table), rows(&back, table));
        assert_eq!(wanted.len(), found.len(), "{}", table.name);
        for (wanted, found) in wanted.iter().zip(&found) {
            assert_eq!(wanted, found, "{}", table.name);
        }
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invented_dossiers_come_back(graine in any::<u64>(), patients in 1..120_u64, medecins in 1..6_u64, campagne in 2015..2027_i16) {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan { patients, medecins, graine, campagne };
        generer(&plan, &folder.path().join("dossier"), Format::Parquet, &mut |_| {}).unwrap();
        let dossier = Dossier::open(folder.path().join("dossier")).unwrap();
        let report = there_and_back(&dossier, folder.path());
        prop_assert!(report.ecartes.is_empty(), "{:?}", report.ecartes);
    }
}

/// Every column of every table, with every value that needs care: what the
/// generator never invents.
#[test]
fn every_column_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("dossier");
    std::fs::create_dir(&tables).unwrap();
    for (name, lines) in [
        (
            "medecins",
            "medecin,nom,specialite,installation,naissance,secteur,zone,centre
M 1/é,\"Ne\"\"mo, \\\",01,2001-02-03,1970-01-01,1,ZIP,C1
M2,,medecine-generale,,,,,
M3,,99,,,,,C1",
        ),
        (
            "patients",
            "patient,naissance,sexe,deces,c2s,commune
P 1/é,1950-02-28,F,2024-06-30,1,01053
P2,2024-02-29,M,,0,
P3,1999-12-31,F,,,",
        ),
        (
            "rattachements",
            "patient,medecin,debut,fin
P 1/é,M 1/é,2020-01-01,2021-01-01
P 1/é,M2,2021-01-01,
P2,M3,2024-02-29,2024-03-01",
        ),
        (
            "delivrances",
            "patient,date,cip13,atc,boites,jours,grand_conditionnement,repertoire,prescripteur
P 1/é,2024-01-02,3400930000000,A10BA02,-2,60,1,0,M 1/é
P2,2024-03-02,abc,,1,,,,inconnu
P2,2024-03-02,,,3,1,0,1,",
        ),
        (
            "actes",
            "patient,date,systeme,code,quantite,valeur,executant,specialite,prescripteur
P 1/é,2024-01-02,loinc,4548-4,1,\"7,2 %\",M2,,M 1/é
P 1/é,2024-01-02,loinc,4548-4,-1,\"7,2 %\",M2,,M 1/é
P 1/é,2024-01-03,nabm,1577,2,,,38,
P 1/é,2024-01-03,ccam,JKHD001,1,,M2,7,
P2,2024-04-03,ngap,C,1,,autre,,
P2,2024-04-03,prestation,9434,0,,,,",
        ),
        (
            "vaccinations",
            "patient,date,code,source
P2,2024-05-01,J07CA09,carnet
P2,2024-05-01,J07AL02,",
        ),
        (
            "ald",
            "patient,numero,cim10,debut,fin
P 1/é,8,E11,2010-01-01,2024-01-01
P3,31,,2010-01-01,",
        ),
        (
            "sejours",
            "patient,entree,sortie,cim10,position,ccam
P 1/é,2024-01-01,2024-01-05,Z121,DP,HHQE002
P 1/é,2024-01-01,2024-01-05,E119,DAS,
P3,2024-01-01,,K635,DR,",
        ),
    ] {
        std::fs::write(tables.join(format!("{name}.csv")), lines).unwrap();
    }
    let report = there_and_back(&Dossier::open(&tables).unwrap(), folder.path());
    assert!(report.ecartes.is_empty(), "{:?}", report.ecartes);
    // Reading twice gives the same bytes.
    import(&folder.path().join("fhir"), &folder.path().join("encore"));
    for table in TABLES {
        let read = |from: &str| {
            std::fs::read(folder.path().join(from).join(format!("{}.parquet", table.name))).ok()
        };
        assert_eq!(read("retour"), read("encore"), "{}", table.name);
    }
}

#[test]
fn an_occupied_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { patients: 3, medecins: 1, graine: 1, campagne: 2024 };
    generer(&plan, &folder.path().join("dossier"), Format::Csv, &mut |_| {}).unwrap();
    let dossier = Dossier::open(folder.path().join("dossier")).unwrap();
    let error = fhir::write(&dossier, &folder.path().join("dossier")).unwrap_err();
    assert!(error.to_string().ends_with("existe déjà et n'est pas un dossier vide"), "{error}");
}
