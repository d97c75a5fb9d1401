//! A dossier: the folder that holds the canonical tables.

use std::path::{Path, PathBuf};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::min;
use arrow::datatypes::{Int64Type, SchemaRef};

use crate::fault::{Collector, Faults, Place, Words};
use crate::layout::{self, Found, POINTER, TableFile, Wanted};
use crate::parquet_table::{self, Outcome};
use crate::rows::{Builder, Rows};
use crate::schema::{TABLES, Table};
use crate::write::Format;
use crate::{checks, csv_table};

/// Most rows of `delivrances` or `actes` that are read from Parquet; beyond, they are left there.
pub const MOST_EVENTS_READ: u64 = 200_000;

/// Most rows of any other table that are read from Parquet.
pub const MOST_ROWS_READ: u64 = 5_000_000;

/// Where the rows of a table are.
#[derive(Clone, Debug)]
pub enum Source {
    /// Read into memory, in the canonical schema
    /// ([`canonical_schema`](crate::canonical_schema)).
    Memory(Vec<RecordBatch>),
    /// Left in Parquet files whose schema was checked, and whose statistics
    /// say that nothing is unknown where it may not be, and that dates and
    /// numbers are within bounds.
    Parquet {
        /// The files, in name order; every one has the columns and types of `schema`.
        files: Vec<PathBuf>,
        /// The schema of the files themselves: optional columns may be
        /// missing, columns come in any order, texts may be dictionaries or
        /// whole numbers, whole numbers of any width, booleans 0 or 1; a column
        /// of nothing but unknown values may have the type `Null`.
        schema: SchemaRef,
    },
    /// The dossier has no such table, and need not.
    Absent,
}

/// A table of the dossier.
#[derive(Clone, Debug)]
struct Content {
    source: Source,
    rows: u64,
    reversals: bool,
}

impl Content {
    const ABSENT: Self = Self { source: Source::Absent, rows: 0, reversals: false };
}

/// A checked folder of canonical tables.
#[derive(Clone, Debug)]
pub struct Dossier {
    path: PathBuf,
    /// In the order of [`TABLES`].
    contents: Vec<Content>,
    files: Vec<PathBuf>,
    hash: String,
}

/// A table once its files are read, before tables are checked against each other.
enum Loaded {
    Rows(Rows),
    Left(Content),
    Nothing,
}

impl Dossier {
    /// Reads and checks every table of the folder; all its faults otherwise.
    /// A folder made of batches says in its file [`POINTER`] where its tables
    /// are.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Faults> {
        Self::read(path.as_ref(), Wanted::Whole)
    }

    /// The same, where any table may be missing: a part of a dossier. People
    /// are only checked where the table that declares them is there.
    pub fn open_part(path: impl AsRef<Path>) -> Result<Self, Faults> {
        Self::read(path.as_ref(), Wanted::Part)
    }

    fn read(path: &Path, wanted: Wanted) -> Result<Self, Faults> {
        let mut faults = Collector::default();
        let mut hasher = blake3::Hasher::new();
        let mut tables = Vec::with_capacity(TABLES.len());
        let found = match layout::tables_of(path) {
            Ok(folder) => layout::find(&folder, wanted, &mut faults),
            Err(words) => {
                faults.report(Place::default(), POINTER, || words);
                return Err(faults.into_faults());
            }
        };
        let mut all_files = Vec::new();
        for (rank, (table, found)) in TABLES.iter().zip(found).enumerate() {
            tables.push(match found {
                Found::Files(format, files) => {
                    all_files.extend(files.iter().map(|file| file.path.clone()));
                    load(table, rank, format, &files, &mut hasher, &mut faults)
                }
                Found::Absent | Found::Broken => Loaded::Nothing,
            });
        }
        let rows = tables.iter().map(|table| match table {
            Loaded::Rows(rows) => Some(rows),
            Loaded::Left(_) | Loaded::Nothing => None,
        });
        checks::check(&rows.collect::<Vec<_>>(), &mut faults);
        // Faulty rows do not fit the canonical schema.
        if !faults.is_empty() {
            return Err(faults.into_faults());
        }
        let mut contents = Vec::with_capacity(TABLES.len());
        for (rank, (table, loaded)) in TABLES.iter().zip(tables).enumerate() {
            contents.push(match loaded {
                Loaded::Rows(rows) => in_memory(table, rank, rows, &mut faults),
                Loaded::Left(content) => content,
                Loaded::Nothing => Content::ABSENT,
            });
        }
        if !faults.is_empty() {
            return Err(faults.into_faults());
        }
        let path = path.to_path_buf();
        let hash = hasher.finalize().to_hex().to_string();
        Ok(Self { path, contents, files: all_files, hash })
    }

    /// The folder, as given.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every file of every table.
    #[must_use]
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    fn content(&self, table: &str) -> &Content {
        let rank = TABLES.iter().position(|known| known.name == table);
        rank.and_then(|rank| self.contents.get(rank)).unwrap_or(&Content::ABSENT)
    }

    /// Where the rows of this table are ([`Source::Absent`] for a name that is no table).
    #[must_use]
    pub fn source(&self, table: &str) -> &Source {
        &self.content(table).source
    }

    /// Number of rows of this table.
    #[must_use]
    pub fn rows(&self, table: &str) -> u64 {
        self.content(table).rows
    }

    /// Whether `delivrances` or `actes` may hold reversals, lines whose boxes
    /// or quantity are 0 or less: `false` only when it is known that none does.
    #[must_use]
    pub fn has_reversals(&self, table: &str) -> bool {
        self.content(table).reversals
    }

    /// Whether the people of this table are still to be checked: that they are
    /// in `patients` (and `medecins`), and that nothing comes before birth.
    ///
    /// True for a table left in Parquet, and for those that speak of patients
    /// when `patients` is itself left there: the engine checks them in its own
    /// pass, since it reads those rows anyway. Left in Parquet, `patients` may
    /// then tell a patient twice, and `rattachements` give one two doctors;
    /// spaces around texts and the systems of codes are not checked either.
    #[must_use]
    pub fn needs_membership_check(&self, table: &str) -> bool {
        let left = |table| matches!(self.source(table), Source::Parquet { .. });
        let speaks_of = |column| {
            crate::schema::table(table)
                .is_some_and(|table| table.columns.iter().any(|known| known.name == column))
        };
        left(table)
            || (speaks_of("patient") && left("patients"))
            || (speaks_of("medecin") && left("medecins"))
    }

    /// Fingerprint of all files of all tables: names and bytes (BLAKE3, hexadecimal).
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Reads the files of a table.
fn load(
    table: &'static Table,
    rank: usize,
    format: Format,
    files: &[TableFile],
    hasher: &mut blake3::Hasher,
    faults: &mut Collector,
) -> Loaded {
    // Each part has a fixed length or ends with a zero, which no name holds:
    // two different dossiers cannot spell the same bytes.
    let mut add = |file: &TableFile, hash: blake3::Hash| {
        for name in [table.name, &file.label] {
            hasher.update(name.as_bytes()).update(&[0]);
        }
        hasher.update(hash.as_bytes());
    };
    let mut builder = Builder::new(table, rank, faults);
    match format {
        Format::Csv => {
            for file in files {
                add(file, csv_table::read(table, file, &mut builder));
            }
        }
        Format::Parquet => {
            let most = match table.name {
                "delivrances" | "actes" => MOST_EVENTS_READ,
                _ => MOST_ROWS_READ,
            };
            let outcome = parquet_table::read(table, files, most, &mut builder);
            for (rank, file) in files.iter().enumerate() {
                match parquet_table::hash(&file.path) {
                    Ok(hash) => add(file, hash),
                    // The same refusal was met, and reported, when opening it.
                    Err(_) if !builder.is_complete() => {}
                    Err(words) => {
                        builder.resume_file(rank);
                        builder.lose(0, || words);
                    }
                }
            }
            if let Outcome::Left { schema, rows, reversals } = outcome {
                let files = files.iter().map(|file| file.path.clone()).collect();
                let source = Source::Parquet { files, schema };
                return Loaded::Left(Content { source, rows, reversals });
            }
        }
    }
    Loaded::Rows(builder.finish())
}

/// The content of a table read without fault.
fn in_memory(table: &Table, rank: usize, rows: Rows, faults: &mut Collector) -> Content {
    let count = rows.count;
    match rows.into_batches(table) {
        Ok(batches) => {
            let reversals = batches.iter().any(has_reversals);
            Content { source: Source::Memory(batches), rows: count, reversals }
        }
        Err(error) => {
            // Would be a mistake of this crate: checked cells fit their columns.
            let place = Place { table: rank + 1, ..Place::default() };
            faults.report(place, table.name, || {
                Words::new(format!("table impossible à former ({error})"))
                    .hint("c'est un défaut de jalon : signalez-le")
            });
            Content::ABSENT
        }
    }
}

fn has_reversals(batch: &RecordBatch) -> bool {
    let counts = batch.column_by_name("boites").or_else(|| batch.column_by_name("quantite"));
    let counts = counts.and_then(|counts| counts.as_primitive_opt::<Int64Type>());
    counts.and_then(min).is_some_and(|least| least <= 0)
}
