//! Files of SNDS tables, in either format.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Builder, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jalon_data::{Format, day};
use jalon_import::ImportError;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

/// Rows gathered before a file takes them.
const BATCH: usize = 8192;

/// Rows of a row group.
const ROW_GROUP: usize = 1 << 18;

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Date,
}

/// Name and type of a column.
pub(super) type Column = (&'static str, Kind);

/// The value of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Unknown,
    Text(&'a str),
    Integer(i64),
    Day(i32),
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Self::Unknown, Self::Text)
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Unknown, Self::Integer)
    }
}

enum Values {
    Text(StringBuilder),
    Integer(Int64Builder),
    Day(Date32Builder),
}

impl Values {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Date => Self::Day(Date32Builder::new()),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Text(values), Cell::Text(text)) => values.append_value(text),
            (Self::Text(values), _) => values.append_null(),
            (Self::Integer(values), Cell::Integer(number)) => values.append_value(number),
            (Self::Integer(values), _) => values.append_null(),
            (Self::Day(values), Cell::Day(day)) => values.append_value(day),
            (Self::Day(values), _) => values.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
        }
    }
}

enum Output {
    Csv(BufWriter<File>),
    Parquet {
        writer: Box<ArrowWriter<File>>,
        schema: SchemaRef,
        values: Vec<Values>,
        pending: usize,
    },
}

/// A file under way.
pub(super) struct TableFile {
    path: PathBuf,
    output: Output,
    line: Vec<u8>,
}

fn schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|(name, kind)| {
        let kind = match kind {
            Kind::Text => DataType::Utf8,
            Kind::Integer => DataType::Int64,
            Kind::Date => DataType::Date32,
        };
        Field::new(*name, kind, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn failed(error: &ParquetError) -> ImportError {
    ImportError::Engine(format!("écriture Parquet : {error}"))
}

impl TableFile {
    pub fn create(path: PathBuf, columns: &[Column], format: Format) -> Result<Self, ImportError> {
        let file = File::create(&path).map_err(ImportError::io(&path))?;
        let output = match format {
            Format::Csv => {
                let mut output = BufWriter::new(file);
                let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
                writeln!(output, "{}", names.join(";")).map_err(ImportError::io(&path))?;
                Output::Csv(output)
            }
            Format::Parquet => {
                let schema = schema(columns);
                let properties = WriterProperties::builder()
                    .set_created_by("jalon".to_owned())
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .build();
                let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
                    .map_err(|error| failed(&error))?;
                let values = columns.iter().map(|(_, kind)| Values::of(*kind)).collect();
                Output::Parquet { writer: Box::new(writer), schema, values, pending: 0 }
            }
        };
        Ok(Self { path, output, line: Vec::new() })
    }

    pub fn add(&mut self, cells: &[Cell<'_>]) -> Result<(), ImportError> {
        match &mut self.output {
            Output::Csv(output) => {
                self.line.clear();
                for (index, cell) in cells.iter().enumerate() {
                    if index > 0 {
                        self.line.push(b';');
                    }
                    match cell {
                        Cell::Unknown => {}
                        Cell::Text(text) => quote(text, &mut self.line),
                        Cell::Integer(number) => {
                            self.line.extend_from_slice(number.to_string().as_bytes());
                        }
                        Cell::Day(days) => self.line.extend_from_slice(day::iso(*days).as_bytes()),
                    }
                }
                self.line.push(b'\n');
                output.write_all(&self.line).map_err(ImportError::io(&self.path))
            }
            Output::Parquet { values, pending, .. } => {
                for (values, cell) in values.iter_mut().zip(cells) {
                    values.push(*cell);
                }
                *pending += 1;
                if *pending == BATCH { self.flush() } else { Ok(()) }
            }
        }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        if let Output::Parquet { writer, schema, values, pending } = &mut self.output {
            let columns = values.iter_mut().map(Values::finish).collect();
            let batch = RecordBatch::try_new(Arc::clone(schema), columns)?;
            writer.write(&batch).map_err(|error| failed(&error))?;
            *pending = 0;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), ImportError> {
        self.flush()?;
        match self.output {
            Output::Csv(mut output) => output.flush().map_err(ImportError::io(&self.path)),
            Output::Parquet { writer, .. } => {
                writer.close().map(drop).map_err(|error| failed(&error))
            }
        }
    }
}

fn quote(text: &str, line: &mut Vec<u8>) {
    if !text.contains([';', '"', '\n', '\r']) {
        line.extend_from_slice(text.as_bytes());
        return;
    }
    line.push(b'"');
    line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    line.push(b'"');
}

/// A table cut in flows, or whole: a file a month, or one.
pub(super) struct Flows {
    dir: PathBuf,
    name: &'static str,
    columns: &'static [Column],
    format: Format,
    monthly: bool,
    /// By flow, told by its year and month.
    files: BTreeMap<(i16, i8), TableFile>,
    pub rows: u64,
}

impl Flows {
    pub fn new(
        dir: &Path,
        name: &'static str,
        columns: &'static [Column],
        format: Format,
        monthly: bool,
    ) -> Self {
        let dir = dir.to_path_buf();
        Self { dir, name, columns, format, monthly, files: BTreeMap::new(), rows: 0 }
    }

    pub fn add(&mut self, flow: (i16, i8), cells: &[Cell<'_>]) -> Result<(), ImportError> {
        self.rows += 1;
        self.file(flow)?.add(cells)
    }

    fn file(&mut self, flow: (i16, i8)) -> Result<&mut TableFile, ImportError> {
        let flow = if self.monthly { flow } else { (0, 0) };
        match self.files.entry(flow) {
            std::collections::btree_map::Entry::Occupied(file) => Ok(file.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let (name, extension) = (self.name, self.format.extension());
                let path = if self.monthly {
                    let dir = self.dir.join(name);
                    fs::create_dir_all(&dir).map_err(ImportError::io(&dir))?;
                    let (year, month) = flow;
                    dir.join(format!("{name}_{year:04}{month:02}.{extension}"))
                } else {
                    self.dir.join(format!("{name}.{extension}"))
                };
                Ok(place.insert(TableFile::create(path, self.columns, self.format)?))
            }
        }
    }

    /// Ends every file; a table without a line has an empty file.
    pub fn finish(mut self) -> Result<(&'static str, u64), ImportError> {
        if self.files.is_empty() {
            self.monthly = false;
            self.file((0, 0))?;
        }
        for (_, file) in self.files {
            file.finish()?;
        }
        Ok((self.name, self.rows))
    }
}
