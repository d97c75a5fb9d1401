//! Dossiers written for a test.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use jalon_data::{Dossier, Faults, Format, Source, TABLES, TableWriter};
use tempfile::TempDir;

/// What every identifier of these dossiers holds, and no message may.
pub const SECRET: &str = "SECRET";

/// A small dossier without fault, whose files a test then spoils.
const GOOD: &[(&str, &str)] = &[
    (
        "medecins.csv",
        "medecin,nom,specialite,installation\n\
         SECRET-D1,SECRET Jeanne,01,2001-09-01\n\
         SECRET-D2,,22,\n",
    ),
    (
        "patients.csv",
        "patient,naissance,sexe,deces,c2s,commune\n\
         SECRET-P1,1950-05-17,F,,0,01004\n\
         SECRET-P2,1980-01-31,M,2024-06-30,true,\n\
         SECRET-P3,2020-02-29,F,,,Saint-Étienne\n",
    ),
    (
        "rattachements.csv",
        "patient,medecin,debut,fin\n\
         SECRET-P1,SECRET-D1,2010-01-01,2020-01-01\n\
         SECRET-P1,SECRET-D2,2020-01-01,\n\
         SECRET-P2,SECRET-D1,2015-03-02,\n\
         SECRET-P2,SECRET-D1,2015-03-02,\n",
    ),
    (
        "delivrances.csv",
        "patient,date,cip13,atc,boites,jours,grand_conditionnement,repertoire\n\
         SECRET-P1,2024-01-02,3400930000000,A10BA02,1,30,0,1\n\
         SECRET-P1,2024-04-02,,,2,,1,\n",
    ),
    (
        "actes.csv",
        "patient,date,systeme,code,quantite\n\
         SECRET-P1,2024-02-03,nabm,0592,1\n\
         SECRET-P2,2024-02-03,ccam,QEQK001,1\n",
    ),
    ("vaccinations.csv", "patient,date,code\nSECRET-P3,2020-04-29,J07BD52\n"),
    ("ald.csv", "patient,numero,debut,fin\nSECRET-P1,8,2012-05-01,\n"),
    (
        "sejours.csv",
        "patient,entree,sortie,cim10,position\nSECRET-P2,2024-06-01,2024-06-30,I21,DP\n",
    ),
];

/// A dossier in a folder of its own.
pub struct Files {
    folder: TempDir,
}

impl Files {
    /// Without fault.
    pub fn good() -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        for (name, text) in GOOD {
            files.put(name, text);
        }
        files
    }

    /// Without fault but for this file, or with it.
    pub fn with(name: &str, content: impl AsRef<[u8]>) -> Self {
        let files = Self::good();
        files.put(name, content);
        files
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }

    pub fn open(&self) -> Dossier {
        Dossier::open(self.path()).unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// The faults, none of which may show an identifier.
    pub fn faults(&self) -> Faults {
        let faults = Dossier::open(self.path()).expect_err("a fault");
        let told = format!("{faults}\n{faults:?}");
        assert!(!told.contains(SECRET), "an identifier is shown:\n{told}");
        for fault in faults.faults() {
            assert!(!Path::new(&fault.file).is_absolute(), "not relative: {}", fault.file);
        }
        faults
    }

    /// The faults as they are told, hints and count left out.
    pub fn told(&self) -> Vec<String> {
        let text = self.faults().to_string();
        let lines = text.lines().filter(|line| !line.starts_with(' ') && line.contains(": "));
        lines.map(str::to_owned).collect()
    }

    /// The same dossier, every table in Parquet.
    pub fn in_parquet(&self) -> Self {
        let dossier = self.open();
        let files = Self { folder: tempfile::tempdir().unwrap() };
        for table in TABLES {
            if let Source::Memory(batches) = dossier.source(table.name) {
                let mut writer = TableWriter::create(files.path(), table, Format::Parquet).unwrap();
                for batch in batches {
                    writer.write(batch).unwrap();
                }
                assert_eq!(writer.finish().unwrap(), dossier.rows(table.name));
            }
        }
        files
    }
}

/// The batches of a table read into memory.
pub fn batches<'d>(dossier: &'d Dossier, table: &str) -> &'d [RecordBatch] {
    match dossier.source(table) {
        Source::Memory(batches) => batches,
        source => panic!("{table} is not in memory: {source:?}"),
    }
}
