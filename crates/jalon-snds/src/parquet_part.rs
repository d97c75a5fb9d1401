//! Row groups of Parquet files read into [`Lines`].

use std::fs::File;
use std::path::Path;
use std::sync::atomic::Ordering;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use jalon_data::fault::Words;
use jalon_data::records::cannot_read;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use crate::cells::is_unknown;
use crate::dates::{Form, OPEN};
use crate::lines::{Cells, Lines};
use crate::opened::{guarded, unreadable};
use crate::reader::{BATCH, Context, number};
use crate::spec::Holds;

/// A row group being read.
pub(crate) struct ParquetPart {
    context: Context,
    reader: ParquetRecordBatchReader,
    /// Rows of the file before the next batch.
    before: u64,
    /// Of each column of the table, its rank among those that are read.
    ranks: Vec<Option<usize>>,
    forms: Vec<Option<Form>>,
    bytes: u64,
    ended: bool,
}

impl ParquetPart {
    pub fn open(
        context: Context,
        path: &Path,
        metadata: &ArrowReaderMetadata,
        group: usize,
        before: u64,
        bytes: u64,
    ) -> Result<Self, Box<Words>> {
        let input = File::open(path).map_err(|error| Box::new(cannot_read(&error)))?;
        let roots: Vec<usize> = context.ranks.iter().flatten().copied().collect();
        let mut order = roots.clone();
        order.sort_unstable();
        let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
        let reader = guarded(|| {
            ParquetRecordBatchReaderBuilder::new_with_metadata(input, metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(BATCH)
                .build()
        });
        let reader = reader.map_err(|error| Box::new(unreadable(&error)))?;
        let ranks: Vec<_> = context
            .ranks
            .iter()
            .map(|rank| rank.and_then(|rank| order.binary_search(&rank).ok()))
            .collect();
        let forms = vec![None; ranks.len()];
        Ok(Self { context, reader, before, ranks, forms, bytes, ended: false })
    }

    fn columns(&mut self, batch: &arrow::array::RecordBatch) -> Vec<Cells> {
        let columns = self.context.columns.iter().enumerate();
        let mut cells = Vec::with_capacity(self.ranks.len());
        for (index, column) in columns {
            let found = self.ranks[index].and_then(|rank| batch.columns().get(rank));
            cells.push(match found {
                None => Cells::Missing,
                Some(values) => {
                    let form = &mut self.forms[index];
                    convert(&self.context, self.before, index, column.holds, values, form)
                }
            });
        }
        cells
    }
}

impl Iterator for ParquetPart {
    type Item = Lines;

    fn next(&mut self) -> Option<Lines> {
        if self.ended {
            return None;
        }
        match guarded(|| Ok(self.reader.next().transpose()?)) {
            Ok(Some(batch)) => {
                let rows = batch.num_rows() as u64;
                let columns = self.columns(&batch);
                let numbers = (self.before + 1..=self.before + rows).collect();
                self.before += rows;
                Some(Lines { file: self.context.rank, columns, numbers })
            }
            Ok(None) => {
                self.ended = true;
                self.context.source.done.fetch_add(self.bytes, Ordering::Relaxed);
                None
            }
            Err(error) => {
                self.ended = true;
                self.context.complain(0, None, || unreadable(&error));
                None
            }
        }
    }
}

/// A column of a Parquet file as the table has it.
fn convert(
    context: &Context,
    before: u64,
    index: usize,
    holds: Holds,
    values: &ArrayRef,
    form: &mut Option<Form>,
) -> Cells {
    let strange = || context.unfit(before + 1, index, "", None);
    let kind = values.data_type();
    let is_text = matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let to = |kind: &DataType| cast(values, kind).ok();
    let texts = || to(&DataType::Utf8View).and_then(|it| it.as_string_view_opt().cloned());
    match holds {
        Holds::Text | Holds::Person => match texts() {
            Some(cells) => Cells::Text(cells),
            None => Cells::Missing,
        },
        Holds::Integer | Holds::Rank | Holds::Quantity if is_text => {
            let Some(cells) = texts() else { return Cells::Missing };
            let numbers = cells.iter().enumerate().map(|(row, cell)| {
                let cell = cell?.trim();
                if is_unknown(cell.as_bytes()) {
                    return None;
                }
                let value = number(holds, cell.as_bytes());
                if value.is_none() {
                    context.unfit(before + row as u64 + 1, index, cell, None);
                }
                value
            });
            Cells::Number(numbers.collect())
        }
        Holds::Quantity if !kind.is_integer() => {
            let Some(cells) = to(&DataType::Float64) else { return Cells::Missing };
            let cells = cells.as_primitive::<Float64Type>().iter();
            Cells::Number(cells.map(|cell| cell.and_then(away_from_zero)).collect())
        }
        Holds::Integer | Holds::Rank | Holds::Quantity => {
            // A float of statistics software is whole, or it is a fault.
            match to(&DataType::Int64) {
                Some(cells) => {
                    let cells: &Int64Array = cells.as_primitive::<Int64Type>();
                    if cells.null_count() > values.null_count() {
                        strange();
                    }
                    Cells::Number(cells.clone())
                }
                None => Cells::Missing,
            }
        }
        Holds::Date if is_text || kind.is_integer() => {
            let Some(cells) = texts() else { return Cells::Missing };
            let days = cells.iter().enumerate().map(|(row, cell)| {
                let cell = cell?.trim();
                if is_unknown(cell.as_bytes()) {
                    return None;
                }
                Form::read(form, cell.as_bytes()).unwrap_or_else(|wrong| {
                    context.unfit(before + row as u64 + 1, index, cell, Some(wrong));
                    None
                })
            });
            Cells::Day(days.collect())
        }
        Holds::Date => match to(&DataType::Date32) {
            Some(cells) => {
                let cells = cells.as_primitive::<Date32Type>();
                let open = cells.values().contains(&OPEN);
                Cells::Day(if open {
                    cells.iter().map(|day| day.filter(|day| *day != OPEN)).collect()
                } else {
                    cells.clone()
                })
            }
            None => Cells::Missing,
        },
    }
}

/// A quantity counted whole; nothing beyond what a count can be.
fn away_from_zero(value: f64) -> Option<i64> {
    let whole = if value < 0.0 { value.floor() } else { value.ceil() };
    format!("{whole:.0}").parse().ok()
}
