//! A batch under way: rows in, canonical Parquet tables out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringViewBuilder,
};
use jalon_data::schema::{Kind, TABLES, Table};
use jalon_data::{Format, TableWriter, canonical_schema, day};

use crate::error::ImportError;
use crate::facts::{Day, Row};
use crate::report::Report;

/// Rows gathered before they are written.
const BATCH: usize = 1 << 16;

/// The value of one cell.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// Nothing known.
    Unknown,
    /// A text; empty counts as unknown.
    Text(&'a str),
    /// A day.
    Day(Day),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
}

macro_rules! cell_from {
    ($($type:ty => $variant:ident),+) => {
        $(impl<'a> From<$type> for Cell<'a> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+
    };
}

cell_from!(&'a str => Text, Day => Day, i64 => Integer, bool => Boolean);

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Into::into)
    }
}

/// Why a row cannot be a row of its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A cell that must be known is not.
    #[error("{0} manque")]
    Missing(&'static str),
    /// A day in no year that a dossier may speak of.
    #[error("{0} hors de 1850 à 2100")]
    Year(&'static str),
    /// A value that the column does not take.
    #[error("{0} : valeur inconnue")]
    Value(&'static str),
}

/// Values of a column under way.
pub(crate) enum Values {
    Text(StringViewBuilder),
    Day(Date32Builder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
}

impl Values {
    /// Of a column of this kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Identifier | Kind::Text | Kind::OneOf(_) | Kind::Decimal => {
                // Codes and people repeat from line to line.
                Self::Text(StringViewBuilder::new().with_deduplicate_strings())
            }
            Kind::Date => Self::Day(Date32Builder::new()),
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
        }
    }

    /// Adds a cell; one of another kind counts as unknown.
    pub fn push(&mut self, cell: Cell<'_>) {
        match self {
            Self::Text(values) => match cell {
                Cell::Text(text) if !text.is_empty() => values.append_value(text),
                _ => values.append_null(),
            },
            Self::Day(values) => match cell {
                Cell::Day(Day(day)) => values.append_value(day),
                _ => values.append_null(),
            },
            Self::Integer(values) => match cell {
                Cell::Integer(number) => values.append_value(number),
                _ => values.append_null(),
            },
            Self::Boolean(values) => match cell {
                Cell::Boolean(yes) => values.append_value(yes),
                _ => values.append_null(),
            },
        }
    }

    /// The column, and a new start.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(values) => Arc::new(values.finish()),
            Self::Day(values) => Arc::new(values.finish()),
            Self::Integer(values) => Arc::new(values.finish()),
            Self::Boolean(values) => Arc::new(values.finish()),
        }
    }
}

struct Open {
    table: &'static Table,
    writer: TableWriter,
    columns: Vec<Values>,
    pending: usize,
}

impl Open {
    fn flush(&mut self) -> Result<(), ImportError> {
        if self.pending > 0 {
            let columns = self.columns.iter_mut().map(Values::finish).collect();
            let batch = RecordBatch::try_new(canonical_schema(self.table), columns)?;
            self.writer.write(&batch)?;
            self.pending = 0;
        }
        Ok(())
    }
}

/// Canonical tables under way in a folder, and the report that goes with them.
/// A table without a row has no file.
pub struct Draft {
    dir: PathBuf,
    /// In the order of [`TABLES`].
    tables: Vec<Option<Open>>,
    /// What was read and left.
    pub report: Report,
    /// The flows this batch holds, where it is a part of a series whose parts
    /// add up: monthly flows of claims, `2024-01`. Another batch of the series
    /// with one of them is refused.
    pub flows: BTreeSet<String>,
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("report", &self.report).finish_non_exhaustive()
    }
}

impl Draft {
    /// Starts a draft in a folder, which must exist and be empty.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        let tables = TABLES.iter().map(|_| None).collect();
        let (report, flows) = (Report::default(), BTreeSet::new());
        Self { dir: dir.to_path_buf(), tables, report, flows }
    }

    /// The folder of the draft, on the disk of the dossier: an importer that
    /// needs room for what memory cannot hold takes it beside this folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Adds a row. One that does not fit its table is refused, and nothing is
    /// added: the importer says whether that is a fault or is to be left out.
    pub fn add<R: Row>(&mut self, row: &R) -> Result<Result<(), Unfit>, ImportError> {
        let Some(open) = self.open(R::TABLE)? else { return Ok(Ok(())) };
        let mut unfit = None;
        let mut columns = open.table.columns.iter();
        row.cells(&mut |cell| {
            if let Some(column) = columns.next() {
                unfit = unfit.or(misfit(column, cell));
            }
        });
        if let Some(unfit) = unfit {
            return Ok(Err(unfit));
        }
        let mut values = open.columns.iter_mut();
        row.cells(&mut |cell| {
            if let Some(values) = values.next() {
                values.push(cell);
            }
        });
        open.pending += 1;
        if open.pending == BATCH {
            open.flush()?;
        }
        Ok(Ok(()))
    }

    /// Adds rows that are already columns, in the canonical schema or with
    /// optional columns missing.
    pub fn write(&mut self, table: &'static str, batch: &RecordBatch) -> Result<(), ImportError> {
        let Some(open) = self.open(table)? else { return Ok(()) };
        open.flush()?;
        open.writer.write(batch)?;
        Ok(())
    }

    /// Ends every file and gives the report and the flows.
    pub fn finish(mut self) -> Result<(Report, BTreeSet<String>), ImportError> {
        for mut open in self.tables.into_iter().flatten() {
            open.flush()?;
            self.report.wrote(open.table.name, open.writer.finish()?);
        }
        Ok((self.report, self.flows))
    }

    /// The file of a table, made when the first row comes.
    fn open(&mut self, name: &str) -> Result<Option<&mut Open>, ImportError> {
        let Some(rank) = TABLES.iter().position(|table| table.name == name) else {
            return Ok(None);
        };
        let place = &mut self.tables[rank];
        if place.is_none() {
            let table = &TABLES[rank];
            let writer = TableWriter::create(&self.dir, table, Format::Parquet)?;
            let columns = table.columns.iter().map(|column| Values::of(column.kind)).collect();
            *place = Some(Open { table, writer, columns, pending: 0 });
        }
        Ok(place.as_mut())
    }
}

/// Why a cell does not fit its column, if it does not.
fn misfit(column: &jalon_data::Column, cell: Cell<'_>) -> Option<Unfit> {
    match (column.kind, cell) {
        (_, Cell::Unknown | Cell::Text("")) if column.may_be_unknown() => None,
        (_, Cell::Unknown | Cell::Text("")) => Some(Unfit::Missing(column.name)),
        (Kind::Date, Cell::Day(Day(day))) => {
            (!day::PLAUSIBLE.contains(&day)).then_some(Unfit::Year(column.name))
        }
        (Kind::OneOf(known), Cell::Text(text)) => {
            (!known.contains(&text)).then_some(Unfit::Value(column.name))
        }
        (Kind::Integer, Cell::Integer(number)) => {
            let (least, greatest) = column.bounds;
            (!(least..=greatest).contains(&number)).then_some(Unfit::Value(column.name))
        }
        (Kind::Identifier | Kind::Text, Cell::Text(text)) => {
            (text.trim() != text).then_some(Unfit::Value(column.name))
        }
        (Kind::Decimal, Cell::Text(_)) | (Kind::Boolean, Cell::Boolean(_)) => None,
        _ => Some(Unfit::Value(column.name)),
    }
}
