//! Files read into [`Lines`], some at a time.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Date32Builder, Int64Builder, StringViewBuilder};
use jalon_data::fault::Words;
use jalon_data::records::{Record, Records, cannot_read, decode};

use crate::cells::{integer, is_unknown, quantity};
use crate::complaints::with_value;
use crate::dates::{Form, Wrong};
use crate::layout::TableFile;
use crate::lines::{Cells, Lines};
use crate::opened::{Body, Opened, Ranks};
use crate::parquet_part::ParquetPart;
use crate::source::Source;
use crate::spec::{Column, Holds};

/// Lines handed over at once.
pub(crate) const BATCH: usize = 8192;

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
    pub fn complain(&self, line: u64, column: Option<usize>, words: impl FnOnce() -> Words) {
        self.source.complain(self.rank, line, column, words);
    }

    /// A cell that is no number, or no date.
    pub fn unfit(&self, line: u64, column: usize, value: &str, wrong: Option<Wrong>) {
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
pub(crate) fn number(holds: Holds, cell: &[u8]) -> Option<i64> {
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
            Gather::Text(cells) if known => cells.append_value(decode(cell)),
            Gather::Text(cells) => cells.append_null(),
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
