//! Columns of canonical Parquet files, and where the merged ones go.

use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::{Date32Type, Int64Type};
use jalon_data::schema::Table;
use jalon_data::{Format, TableWriter};

use crate::error::ImportError;
use crate::report::Report;

/// A column of texts.
pub(super) fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b StringViewArray> {
    batch.column_by_name(name)?.as_string_view_opt()
}

/// The text of a row, unless unknown.
pub(super) fn text<'b>(batch: &'b RecordBatch, name: &str, row: usize) -> Option<&'b str> {
    let values = texts(batch, name)?;
    values.is_valid(row).then(|| values.value(row))
}

/// The day of a row, unless unknown.
pub(super) fn day(batch: &RecordBatch, name: &str, row: usize) -> Option<i32> {
    let values = batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
    values.is_valid(row).then(|| values.value(row))
}

/// The number of a row, unless unknown.
pub(super) fn number(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let values = batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
    values.is_valid(row).then(|| values.value(row))
}

/// A fingerprint, the same on every machine.
pub(super) fn fingerprint(of: impl Hash) -> u64 {
    // The keys of this hasher are fixed.
    let mut hasher = std::hash::DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Where merged tables go.
pub(super) struct Destination<'a> {
    pub dir: &'a Path,
    pub report: &'a mut Report,
}

impl Destination<'_> {
    /// A file for the whole table.
    pub fn whole(&self, table: &'static Table) -> Result<TableWriter, ImportError> {
        Ok(TableWriter::create(self.dir, table, Format::Parquet)?)
    }

    /// Ends a file.
    pub fn end(&mut self, table: &Table, writer: TableWriter) -> Result<(), ImportError> {
        self.report.wrote(table.name, writer.finish()?);
        Ok(())
    }

    /// Takes a file of a batch as it is, as the whole table or as a part of it.
    pub fn take(
        &mut self,
        table: &Table,
        part: Option<usize>,
        file: &Path,
        rows: u64,
    ) -> Result<(), ImportError> {
        let to = self.path(table, part);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(ImportError::io(folder))?;
        }
        // The same bytes under two names, where the disk can; a copy elsewhere.
        if fs::hard_link(file, &to).is_err() {
            fs::copy(file, &to).map_err(ImportError::io(&to))?;
        }
        self.report.wrote(table.name, rows);
        Ok(())
    }

    /// A file for a part of a table, or for the whole of it.
    pub fn part(
        &self,
        table: &'static Table,
        part: Option<usize>,
    ) -> Result<TableWriter, ImportError> {
        match part {
            None => self.whole(table),
            Some(part) => {
                let name = part_name(part);
                Ok(TableWriter::create_part(self.dir, table, &name, Format::Parquet)?)
            }
        }
    }

    fn path(&self, table: &Table, part: Option<usize>) -> PathBuf {
        match part {
            None => self.dir.join(format!("{}.parquet", table.name)),
            Some(part) => self.dir.join(table.name).join(format!("{}.parquet", part_name(part))),
        }
    }
}

fn part_name(part: usize) -> String {
    format!("{part:04}")
}
