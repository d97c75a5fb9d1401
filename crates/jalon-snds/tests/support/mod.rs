//! Tables of the SNDS made by hand, imported, and read back as text.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails, fails the test")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use jalon_import::drugs::NoLookup;
use jalon_import::importer::Importer as _;
use jalon_import::{Draft, ImportError, Report};
use jalon_snds::DcirImporter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

/// What an import gave.
pub struct Imported {
    /// Holds the draft, in `brouillon`.
    pub dir: TempDir,
    pub report: Report,
    pub flows: Vec<String>,
}

/// Imports a folder into a draft of its own.
pub fn import(folder: &Path) -> Result<Imported, ImportError> {
    import_with(DcirImporter::new(folder, &NoLookup).threads(2))
}

pub fn import_with(mut importer: DcirImporter<'_>) -> Result<Imported, ImportError> {
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("brouillon");
    fs::create_dir(&place).unwrap();
    let mut draft = Draft::new(&place);
    let result = importer.read(&mut draft, &|_| {});
    let left: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["brouillon"], "le dossier de tri est retiré");
    result?;
    let (report, flows) = draft.finish()?;
    Ok(Imported { dir, report, flows: flows.into_iter().collect() })
}

/// The faults of a folder that must have some.
pub fn faults(folder: &Path) -> String {
    match import(folder) {
        Err(error @ ImportError::Faults(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(imported) => panic!("aucune faute : {:?}", imported.report),
    }
}

impl Imported {
    /// The rows of a canonical table, in order, cells joined by `|`.
    pub fn rows(&self, table: &str) -> Vec<String> {
        rows(&self.dir.path().join("brouillon"), table)
    }

    /// The bytes of a table's file.
    pub fn bytes(&self, table: &str) -> Vec<u8> {
        fs::read(self.dir.path().join("brouillon").join(format!("{table}.parquet"))).unwrap()
    }

    /// How many were left out for each reason.
    pub fn left(&self) -> Vec<(u64, &str)> {
        self.report.ecartes.iter().map(|(reason, left)| (left.nombre, reason.as_str())).collect()
    }
}

/// The rows of a table of a folder, with all its canonical columns.
pub fn rows(folder: &Path, table: &str) -> Vec<String> {
    let columns = jalon_data::table(table).unwrap().columns;
    let mut all = Vec::new();
    for batch in batches(folder, table) {
        for row in 0..batch.num_rows() {
            let cells = columns.iter().map(|column| {
                let values = batch.column_by_name(column.name);
                values.map_or_else(String::new, |it| array_value_to_string(it, row).unwrap())
            });
            all.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    all
}

pub fn batches(folder: &Path, table: &str) -> Vec<RecordBatch> {
    let path = folder.join(format!("{table}.parquet"));
    let Ok(file) = File::open(path) else { return Vec::new() };
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(Result::unwrap).collect()
}

/// The nine keys of the tables made by hand; a line's own key is its number.
pub const KEYS: &str = "FLX_DIS_DTD,FLX_TRT_DTD,FLX_EMT_TYP,FLX_EMT_NUM,FLX_EMT_ORD,ORG_CLE_NUM,DCT_ORD_NUM,PRS_ORD_NUM,REM_TYP_AFF";

/// Values of the nine keys.
pub fn key(number: u32) -> String {
    format!("2024-08-01,2024-07-31,1,1,1,01C751000,{number},1,0")
}

/// A folder of tables as CSV texts.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file as it is.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path: PathBuf = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// Writes a table: its header, then its lines.
    pub fn table(&self, name: &str, header: &str, lines: &[&str]) -> &Self {
        self.file(&format!("{name}.csv"), format!("{header}\n{}\n", lines.join("\n")))
    }

    /// Writes a table that bears the keys: each line is a number of key, then cells.
    pub fn keyed(&self, name: &str, header: &str, lines: &[(u32, &str)]) -> &Self {
        let lines: Vec<String> =
            lines.iter().map(|(number, cells)| format!("{},{cells}", key(*number))).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        self.table(name, &format!("{KEYS},{header}"), &lines)
    }

    /// Three people: a woman and a man, and a second pseudonym of hers.
    pub fn people(&self) -> &Self {
        self.table(
            "IR_BEN_R",
            "BEN_NIR_PSA,BEN_RNG_GEM,BEN_IDT_ANO,BEN_CDI_NIR,BEN_NAI_ANN,BEN_NAI_MOI,BEN_SEX_COD,BEN_DCD_DTE",
            &[
                "ALICE,1,ID-A,00,1960,05,2,1600-01-01",
                "BOB,1,ID-B,00,1955,12,1,2024-03-02",
                "ALICE2,1,ID-A,00,1960,05,2,1600-01-01",
            ],
        )
    }
}

/// Header of `ER_PRS_F` after the keys.
pub const PRS: &str = "BEN_NIR_PSA,BEN_RNG_GEM,EXE_SOI_DTD,PRS_NAT_REF,PRS_ACT_QTE,PFS_EXE_NUM,PFS_PRE_NUM,PSE_SPE_COD,DPN_QLF,PRS_DPN_QLP,CPL_MAJ_TOP";

/// The shared folder of public references, where it is there.
pub fn reference(path: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|dir| dir.join("shared/reference-data").join(path));
    let found = found.into_iter().find(|path| path.exists());
    if found.is_none() {
        println!("référence absente ({path}) : test sauté");
    }
    found
}
