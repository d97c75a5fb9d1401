//! Writing canonical tables, with stable bytes: the same batches give the same
//! file, whatever the machine.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Date32Type, Field, Int64Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::day::iso;
use crate::schema::{Column, Table};

/// Rows of a row group.
const ROW_GROUP: usize = 1 << 20;

/// Bytes kept before the disk is asked to write.
const BUFFER: usize = 1 << 18;

/// Format of a table's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma, LF, ISO dates, booleans 0/1, empty for unknown.
    Csv,
    /// Snappy, dictionaries, statistics, row groups of about a million rows.
    Parquet,
}

impl Format {
    /// Extension of the files of this format.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk refused.
    #[error("{} : écriture impossible : {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The rows given are not rows of this table.
    #[error("table {table} : {message}")]
    Shape {
        /// The table.
        table: &'static str,
        /// What is wrong.
        message: String,
    },
}

/// The file under way: its header is only written with the first row, once
/// it is known which columns are left out.
enum Output {
    Waiting(File),
    Csv(BufWriter<File>),
    Parquet(Box<ArrowWriter<File>>),
    /// A write failed: nothing more may be added.
    Broken,
}

/// Streams the rows of a canonical table to one file.
pub struct TableWriter {
    table: &'static Table,
    format: Format,
    path: PathBuf,
    columns: Vec<&'static Column>,
    schema: SchemaRef,
    output: Output,
    rows: u64,
    /// Days and how they are written: dates repeat from line to line.
    last_date: (i32, String),
    line: Vec<u8>,
}

impl std::fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, rows, .. } = self;
        f.debug_struct("TableWriter")
            .field("path", path)
            .field("rows", rows)
            .finish_non_exhaustive()
    }
}

impl TableWriter {
    /// Will write `<dir>/<table>.csv` or `.parquet`, replacing it; the folder must exist.
    pub fn create(dir: &Path, table: &'static Table, format: Format) -> Result<Self, WriteError> {
        Self::at(dir.join(format!("{}.{}", table.name, format.extension())), table, format)
    }

    /// Will write `<dir>/<table>/<part>.csv` or `.parquet`, making the table's folder.
    pub fn create_part(
        dir: &Path,
        table: &'static Table,
        part: &str,
        format: Format,
    ) -> Result<Self, WriteError> {
        let dir = dir.join(table.name);
        fs::create_dir_all(&dir).map_err(|source| WriteError::Io { path: dir.clone(), source })?;
        Self::at(dir.join(format!("{part}.{}", format.extension())), table, format)
    }

    fn at(path: PathBuf, table: &'static Table, format: Format) -> Result<Self, WriteError> {
        let file =
            File::create(&path).map_err(|source| WriteError::Io { path: path.clone(), source })?;
        let columns: Vec<_> = table.columns.iter().collect();
        Ok(Self {
            table,
            format,
            path,
            schema: schema(&columns),
            columns,
            output: Output::Waiting(file),
            rows: 0,
            last_date: (0, iso(0)),
            line: Vec::new(),
        })
    }

    /// Leaves these optional columns out of the file. To be called before the first row.
    pub fn without(mut self, columns: &[&str]) -> Result<Self, WriteError> {
        for name in columns {
            match self.table.columns.iter().find(|column| column.name == *name) {
                None => return Err(self.shape(format!("colonne inconnue : {name}"))),
                Some(column) if !column.optional => {
                    return Err(self.shape(format!("colonne obligatoire : {name}")));
                }
                Some(_) => {}
            }
        }
        if !matches!(self.output, Output::Waiting(_)) {
            return Err(self.shape("colonnes à choisir avant la première ligne".to_owned()));
        }
        self.columns.retain(|column| !columns.contains(&column.name));
        self.schema = schema(&self.columns);
        Ok(self)
    }

    /// Adds rows. Columns are found by name; an optional or nullable column the
    /// batch lacks is written as unknown. Texts may be `Utf8` or `Utf8View`.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let batch = self.canonical(batch)?;
        self.start()?;
        let result = match &mut self.output {
            Output::Csv(output) => write_rows(&batch, &mut self.line, &mut self.last_date, output),
            Output::Parquet(output) => output.write(&batch).map_err(into_io),
            Output::Waiting(_) | Output::Broken => Err(io::Error::other("fichier abandonné")),
        };
        result.map_err(|source| self.broken(source))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Ends the file and gives its number of rows. A writer dropped before
    /// this leaves an unfinished file.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        self.start()?;
        let result = match std::mem::replace(&mut self.output, Output::Broken) {
            Output::Csv(mut output) => output.flush(),
            Output::Parquet(output) => output.close().map(drop).map_err(into_io),
            Output::Waiting(_) | Output::Broken => Err(io::Error::other("fichier abandonné")),
        };
        result.map_err(|source| self.broken(source))?;
        Ok(self.rows)
    }

    fn shape(&self, message: String) -> WriteError {
        WriteError::Shape { table: self.table.name, message }
    }

    fn broken(&mut self, source: io::Error) -> WriteError {
        self.output = Output::Broken;
        WriteError::Io { path: self.path.clone(), source }
    }

    /// Writes the header, if that is still to be done.
    fn start(&mut self) -> Result<(), WriteError> {
        let file = match std::mem::replace(&mut self.output, Output::Broken) {
            Output::Waiting(file) => file,
            output => {
                self.output = output;
                return Ok(());
            }
        };
        let output = match self.format {
            Format::Csv => {
                let mut output = BufWriter::with_capacity(BUFFER, file);
                let names: Vec<_> = self.columns.iter().map(|column| column.name).collect();
                writeln!(output, "{}", names.join(",")).map(|()| Output::Csv(output))
            }
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    // Not the version of the library: it would change the bytes.
                    .set_created_by("jalon".to_owned())
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .build();
                ArrowWriter::try_new(file, Arc::clone(&self.schema), Some(properties))
                    .map(|output| Output::Parquet(Box::new(output)))
                    .map_err(into_io)
            }
        };
        self.output = output.map_err(|source| self.broken(source))?;
        Ok(())
    }

    /// The rows in the schema of the file.
    fn canonical(&self, batch: &RecordBatch) -> Result<RecordBatch, WriteError> {
        for field in batch.schema_ref().fields() {
            if !self.table.columns.iter().any(|column| column.name == field.name()) {
                return Err(self.shape(format!("colonne inconnue : {}", field.name())));
            }
        }
        let columns: Result<Vec<_>, _> =
            self.columns.iter().map(|column| self.column(batch, column)).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns?).map_err(|error| self.arrow(&error))
    }

    fn column(&self, batch: &RecordBatch, column: &Column) -> Result<ArrayRef, WriteError> {
        let wanted = column.kind.data_type();
        match batch.column_by_name(column.name) {
            Some(values) if *values.data_type() == wanted => Ok(Arc::clone(values)),
            Some(values) => cast(values, &wanted).map_err(|error| self.arrow(&error)),
            None if column.may_be_unknown() => Ok(new_null_array(&wanted, batch.num_rows())),
            None => Err(self.shape(format!("colonne absente : {}", column.name))),
        }
    }

    fn arrow(&self, error: &ArrowError) -> WriteError {
        self.shape(error.to_string())
    }
}

fn schema(columns: &[&Column]) -> SchemaRef {
    let fields = columns
        .iter()
        .map(|column| Field::new(column.name, column.kind.data_type(), column.may_be_unknown()));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

/// Writes rows as lines of CSV.
fn write_rows(
    batch: &RecordBatch,
    line: &mut Vec<u8>,
    last_date: &mut (i32, String),
    output: &mut impl Write,
) -> io::Result<()> {
    for row in 0..batch.num_rows() {
        line.clear();
        for (index, values) in batch.columns().iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            if values.is_null(row) {
                continue;
            }
            if let Some(values) = values.as_string_view_opt() {
                write_text(values.value(row), line);
            } else if let Some(values) = values.as_primitive_opt::<Date32Type>() {
                let days = values.value(row);
                if last_date.0 != days {
                    *last_date = (days, iso(days));
                }
                line.extend_from_slice(last_date.1.as_bytes());
            } else if let Some(values) = values.as_primitive_opt::<Int64Type>() {
                write!(line, "{}", values.value(row))?;
            } else if let Some(values) = values.as_boolean_opt() {
                line.push(if values.value(row) { b'1' } else { b'0' });
            }
        }
        line.push(b'\n');
        output.write_all(line)?;
    }
    Ok(())
}

fn write_text(text: &str, line: &mut Vec<u8>) {
    if !text.contains([',', '"', '\n', '\r']) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}
