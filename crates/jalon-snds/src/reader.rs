//! Files read into [`Lines`], some at a time.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Builder, Int64Array, Int64Builder, StringViewBuilder,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use jalon_data::fault::Words;
use jalon_data::records::{Record, Records, cannot_read, decode};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use crate::cells::{integer, is_unknown, quantity};
use crate::complaints::with_value;
use crate::dates::{Form, Wrong};
use crate::layout::TableFile;
use crate::lines::{Cells, Lines};
use crate::opened::{Body, Opened, Ranks, guarded, unreadable};
use crate::source::Source;
use crate::spec::{Column, Holds};

/// Lines handed over at once.
const BATCH: usize = 8192;

/// Days of 1 January 1600, "no date" in the SNDS.
const OPEN: i32 = -135_140;

/// A part of a file, to be read by one reader.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub file: usize,
    /// Of a Parquet file: a row group, and the rows before it.
    pub group: Option<(usize, u64)>,
    /// Bytes it takes.
    pub bytes: u64,
}

/// The parts of a file.
pub(crate) fn parts(rank: usize, file: &TableFile, opened: &Opened) -> Vec<Part> {
    match &opened.body {
        Body::Csv { .. } => vec![Part { file: rank, group: None, bytes: file.bytes }],
        Body::Parquet(metadata) => {
            let mut before = 0;
            let groups = metadata.metadata().row_groups().iter().enumerate();
            groups
                .map(|(group, data)| {
                    let part = Part {
                        file: rank,
                        group: Some((group, before)),
                        bytes: u64::try_from(data.compressed_size()).unwrap_or_default(),
                    };
                    before += u64::try_from(data.num_rows()).unwrap_or_default();
                    part
                })
                .collect()
        }
    }
}

/// A file of a source, for who reads it.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub source: Arc<Source>,
    /// Rank of the file.
    pub rank: usize,
    pub columns: &'static [Column],
    pub ranks: Ranks,
}

impl Context {
    fn complain(&self, line: u64, column: Option<usize>, words: impl FnOnce() -> Words) {
        self.source.complain(self.rank, line, column, words);
    }

    fn unfit(&self, line: u64, column: usize, value: &str, wrong: Option<Wrong>) {
        let Some(known) = self.columns.get(column) else { return };
        self.complain(line, Some(column), || {
            let words = match wrong {
                Some(Wrong::Shape) => Words::new("date d'aucune forme connue").hint(
                    "formes lues : 2024-01-15, 15/01/2024, 15JAN2024:00:00:00, 20240115 ; une seule par colonne",
                ),
                Some(Wrong::Other) => Words::new("date d'une autre forme que celles qui précèdent")
                    .hint("une seule forme par colonne et par fichier"),
                Some(Wrong::NoSuchDay) => Words::new("cette date n'existe pas"),
                None => Words::new("ce n'est pas un nombre")
                    .hint("les colonnes ont-elles été décalées par un séparateur dans un texte ?"),
            };
            with_value(words, known.holds, value)
        });
    }
}

/// Reads a part of a file, batch after batch; what is wrong is told to the
/// source, and the reading goes on as far as it can.
pub(crate) fn read(source: &Arc<Source>, part: &Part) -> Box<dyn Iterator<Item = Lines> + Send> {
    let Some((file, opened)) = source.file(part.file) else { return Box::new(std::iter::empty()) };
    let context = Context {
        source: Arc::clone(source),
        rank: part.file,
        columns: file.table.spec().columns,
        ranks: opened.ranks.clone(),
    };
    let told = context.clone();
    let opened = match (&opened.body, part.group) {
        (Body::Parquet(metadata), Some((group, before))) => {
            ParquetPart::open(context, &file.path, metadata, group, before, part.bytes)
                .map(|part| Box::new(part) as Box<dyn Iterator<Item = Lines> + Send>)
                .map_err(|words| (0, words))
        }
        _ => CsvPart::open(context, &file.path)
            .map(|part| Box::new(part) as Box<dyn Iterator<Item = Lines> + Send>),
    };
    opened.unwrap_or_else(|(line, words)| {
        told.complain(line, None, || *words);
        Box::new(std::iter::empty())
    })
}

/// Counts what passes.
#[derive(Debug)]
struct Counted {
    file: File,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// A column of a CSV file being gathered.
#[derive(Debug)]
enum Gather {
    Missing,
    Text(StringViewBuilder),
    Number(Int64Builder),
    Day(Date32Builder, Option<Form>),
}

impl Gather {
    fn of(holds: Holds) -> Self {
        match holds {
            Holds::Text | Holds::Person => Self::Text(StringViewBuilder::new()),
            Holds::Integer | Holds::Rank | Holds::Quantity => {
                Self::Number(Int64Builder::with_capacity(BATCH))
            }
            Holds::Date => Self::Day(Date32Builder::with_capacity(BATCH), None),
        }
    }

    fn finish(&mut self) -> Cells {
        match self {
            Self::Missing => Cells::Missing,
            Self::Text(cells) => Cells::Text(cells.finish()),
            Self::Number(cells) => Cells::Number(cells.finish()),
            Self::Day(cells, _) => Cells::Day(cells.finish()),
        }
    }
}

/// The number of a cell, told by what the column holds.
fn number(holds: Holds, cell: &[u8]) -> Option<i64> {
    if holds == Holds::Quantity { quantity(cell) } else { integer(cell) }
}

#[derive(Debug)]
struct CsvPart {
    context: Context,
    records: Records<Counted>,
    /// Cells of the header.
    width: usize,
    columns: Vec<Gather>,
    ended: bool,
}

impl CsvPart {
    fn open(context: Context, path: &Path) -> Result<Self, (u64, Box<Words>)> {
        let boxed = |(line, words)| (line, Box::new(words));
        let file = File::open(path).map_err(|error| boxed((0, cannot_read(&error))))?;
        let input = Counted { file, done: Arc::clone(&context.source.done) };
        let mut records = Records::start(input).map_err(|stop| boxed(stop.explain()))?;
        let header = records.next_record().map_err(|stop| boxed(stop.explain()))?;
        let width = header.map_or(0, |header| header.len());
        let columns = context.columns.iter().zip(&context.ranks);
        let columns = columns.map(|(column, rank)| match rank {
            Some(_) => Gather::of(column.holds),
            None => Gather::Missing,
        });
        let columns = columns.collect();
        Ok(Self { context, records, width, columns, ended: false })
    }
}

impl Iterator for CsvPart {
    type Item = Lines;

    fn next(&mut self) -> Option<Lines> {
        let context = &self.context;
        let mut numbers = Vec::with_capacity(BATCH);
        while numbers.len() < BATCH && !self.ended {
            let record = match self.records.next_record() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    self.ended = true;
                    break;
                }
                Err(stop) => {
                    self.ended = true;
                    let (line, words) = stop.explain();
                    context.complain(line, None, || words);
                    break;
                }
            };
            if record.len() != self.width {
                let (found, expected) = (record.len(), self.width);
                context.complain(record.line, None, || {
                    Words::new(format!("{found} cellules, {expected} dans l'en-tête"))
                        .hint("fichier coupé ? séparateur dans un texte sans guillemets ?")
                });
                continue;
            }
            if record.has_loose_quote() {
                context.complain(record.line, None, || {
                    Words::new("texte après un guillemet fermant")
                        .hint("doublez les guillemets d'un texte entre guillemets")
                });
            }
            numbers.push(record.line);
            gather(context, &record, &mut self.columns);
        }
        if numbers.is_empty() {
            return None;
        }
        let columns = self.columns.iter_mut().map(Gather::finish).collect();
        Some(Lines { file: context.rank, columns, numbers })
    }
}

/// Adds the cells of a record to its columns.
fn gather(context: &Context, record: &Record<'_>, columns: &mut [Gather]) {
    for (index, (column, gather)) in context.columns.iter().zip(columns).enumerate() {
        let Some(rank) = context.ranks.get(index).copied().flatten() else { continue };
        let cell = record.cell(rank).trim_ascii();
        let known = !is_unknown(cell);
        match gather {
            Gather::Missing => {}
            Gather::Text(cells) => match known {
                true => cells.append_value(decode(cell)),
                false => cells.append_null(),
            },
            Gather::Number(cells) => {
                let value = if known { number(column.holds, cell) } else { None };
                if known && value.is_none() {
                    context.unfit(record.line, index, &decode(cell), None);
                }
                cells.append_option(value);
            }
            Gather::Day(cells, form) => {
                let day = if known { Form::read(form, cell) } else { Ok(None) };
                cells.append_option(day.unwrap_or_else(|wrong| {
                    context.unfit(record.line, index, &decode(cell), Some(wrong));
                    None
                }));
            }
        }
    }
}

struct ParquetPart {
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
    fn open(
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
