//! The rows of a table while it is read: checked cell by cell, whatever the
//! format they come from.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringViewBuilder,
    new_null_array,
};
use arrow::error::ArrowError;

use crate::day::{self, DayError, iso};
use crate::fault::{Collector, Place, Words};
use crate::schema::{Column, Kind, Table, canonical_schema};

/// Rows of a batch: enough to be worth a vector loop, little enough to fit a cache.
const BATCH: usize = 16_384;

/// The file and line of each row of a table, without a number per row: lines
/// follow one another except where one is blank, or holds a line break.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// Name of each file, relative to the dossier.
    pub files: Vec<String>,
    /// First row, file and line of each run of rows on consecutive lines.
    runs: Vec<(u64, usize, u64)>,
}

impl Origins {
    /// File (by rank) and line of a row.
    pub fn of(&self, row: u64) -> (usize, u64) {
        let next = self.runs.partition_point(|(first, _, _)| *first <= row);
        match next.checked_sub(1).and_then(|run| self.runs.get(run)) {
            Some((first, file, line)) => (*file, line + (row - first)),
            None => (0, 0),
        }
    }

    fn push(&mut self, row: u64, file: usize, line: u64) {
        let follows = self.runs.last().is_some_and(|(first, last_file, first_line)| {
            *last_file == file && first_line + (row - first) == line
        });
        if !follows {
            self.runs.push((row, file, line));
        }
    }
}

/// A table read whole.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Columns in canonical order, batch by batch. A faulty cell is null, hence no
    /// record batch yet: its schema would refuse some.
    pub batches: Vec<Vec<ArrayRef>>,
    pub count: u64,
    pub origins: Origins,
    /// Every line of the files is there, be it with faults.
    pub complete: bool,
    /// Rows with a faulty cell, in order: what is missing there was not left empty.
    pub faulty: Vec<u64>,
}

impl Rows {
    /// The batches in the canonical schema; to be asked for only when no fault was found.
    pub fn into_batches(self, table: &Table) -> Result<Vec<RecordBatch>, ArrowError> {
        let schema = canonical_schema(table);
        let batches = self.batches.into_iter();
        batches.map(|columns| RecordBatch::try_new(Arc::clone(&schema), columns)).collect()
    }
}

#[derive(Debug)]
enum Array {
    Text(StringViewBuilder),
    Date(Date32Builder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
}

/// The values of a column in the batch under way. Many a column is wholly
/// unknown: nulls only reach the array when a value follows them.
#[derive(Debug)]
struct Values {
    array: Array,
    /// Nulls at the end, not in the array yet.
    nulls: usize,
    /// The last batch of nothing but nulls, to be shared with the next ones.
    unknown: Option<ArrayRef>,
}

impl Values {
    fn of(kind: Kind) -> Self {
        let array = match kind {
            Kind::Identifier | Kind::Text | Kind::OneOf(_) | Kind::Decimal => {
                Array::Text(StringViewBuilder::new())
            }
            Kind::Date => Array::Date(Date32Builder::new()),
            Kind::Integer => Array::Integer(Int64Builder::new()),
            Kind::Boolean => Array::Boolean(BooleanBuilder::new()),
        };
        Self { array, nulls: 0, unknown: None }
    }

    fn null(&mut self) {
        self.nulls += 1;
    }

    #[inline]
    fn append(&mut self, value: Value<'_>) -> Result<(), Refusal> {
        self.settle();
        match (&mut self.array, value) {
            (Array::Text(builder), Value::Text(text)) => {
                builder.try_append_value(text).map_err(|_| Refusal::TooLong)?;
            }
            (Array::Date(builder), Value::Date(day)) => builder.append_value(day),
            (Array::Integer(builder), Value::Integer(number)) => builder.append_value(number),
            (Array::Boolean(builder), Value::Boolean(answer)) => builder.append_value(answer),
            _ => self.nulls += 1,
        }
        Ok(())
    }

    /// Puts the nulls in the array.
    fn settle(&mut self) {
        let count = std::mem::take(&mut self.nulls);
        match &mut self.array {
            _ if count == 0 => {}
            Array::Text(builder) => (0..count).for_each(|_| builder.append_null()),
            Array::Date(builder) => builder.append_nulls(count),
            Array::Integer(builder) => builder.append_nulls(count),
            Array::Boolean(builder) => builder.append_nulls(count),
        }
    }

    /// The values of a batch of this many rows.
    fn finish(&mut self, kind: Kind, rows: usize) -> ArrayRef {
        if self.nulls == rows {
            self.nulls = 0;
            let unknown = self.unknown.take().filter(|unknown| unknown.len() == rows);
            let unknown = unknown.unwrap_or_else(|| new_null_array(&kind.data_type(), rows));
            self.unknown = Some(Arc::clone(&unknown));
            return unknown;
        }
        self.settle();
        match &mut self.array {
            Array::Text(builder) => Arc::new(builder.finish()),
            Array::Date(builder) => Arc::new(builder.finish()),
            Array::Integer(builder) => Arc::new(builder.finish()),
            Array::Boolean(builder) => Arc::new(builder.finish()),
        }
    }
}

/// A cell as a file gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'v> {
    Unknown,
    /// To be read according to the column.
    Text(&'v str),
    Date(i32),
    Integer(i64),
    Boolean(bool),
}

/// Builds the rows of a table and reports what is wrong with their cells.
#[derive(Debug)]
pub(crate) struct Builder<'t> {
    table: &'static Table,
    rank: usize,
    faults: &'t mut Collector,
    columns: Vec<Values>,
    /// Rows of the batch under way.
    pending: usize,
    rows: Rows,
    file: usize,
    line: u64,
}

impl<'t> Builder<'t> {
    /// For the table of this rank.
    pub fn new(table: &'static Table, rank: usize, faults: &'t mut Collector) -> Self {
        Self {
            table,
            rank,
            faults,
            columns: table.columns.iter().map(|column| Values::of(column.kind)).collect(),
            pending: 0,
            rows: Rows {
                batches: Vec::new(),
                count: 0,
                origins: Origins::default(),
                complete: true,
                faulty: Vec::new(),
            },
            file: 0,
            line: 0,
        }
    }

    /// The following rows come from this file.
    pub fn start_file(&mut self, name: &str) {
        self.file = self.rows.origins.files.len();
        self.line = 0;
        self.rows.origins.files.push(name.to_owned());
    }

    /// The following rows come from the file of this rank, started before.
    pub fn resume_file(&mut self, rank: usize) {
        self.file = rank;
        self.line = 0;
    }

    /// Reports a fault of the current file, some of whose lines are thus missing.
    pub fn lose(&mut self, line: u64, words: impl FnOnce() -> Words) {
        self.lose_at(line, 0, words);
    }

    /// The same, about a column (1 + its rank).
    pub fn lose_at(&mut self, line: u64, column: usize, words: impl FnOnce() -> Words) {
        self.rows.complete = false;
        self.report(line, column, words);
    }

    fn report(&mut self, line: u64, column: usize, words: impl FnOnce() -> Words) {
        let place = Place { table: self.rank + 1, file: self.file, line, column };
        let name = self.rows.origins.files.get(self.file).map_or("", String::as_str);
        self.faults.report(place, name, words);
    }

    /// Starts the row found on this line: one `push` per canonical column
    /// follows, then `end_row`.
    pub fn start_row(&mut self, line: u64) {
        self.line = line;
        self.rows.origins.push(self.rows.count, self.file, line);
    }

    /// Adds the cell of this canonical column.
    // Inlined, with what it calls: copying values between calls took a fifth of the reading.
    #[inline]
    pub fn push(&mut self, index: usize, value: Value<'_>) {
        let (Some(column), Some(values)) =
            (self.table.columns.get(index), self.columns.get_mut(index))
        else {
            return;
        };
        let refusal = match check(column, value) {
            Ok(Value::Unknown) if column.may_be_unknown() => return values.null(),
            Ok(Value::Unknown) => Refusal::Empty,
            Ok(checked) => match values.append(checked) {
                Ok(()) => return,
                Err(refusal) => refusal,
            },
            Err(refusal) => refusal,
        };
        values.null();
        if self.rows.faulty.last() != Some(&self.rows.count) {
            self.rows.faulty.push(self.rows.count);
        }
        self.report(self.line, index + 1, || refusal.words(column, value).column(column.name));
    }

    /// Whether every line met so far could be read.
    pub fn is_complete(&self) -> bool {
        self.rows.complete
    }

    /// Checks a cell of a table that is not read, and reports it.
    pub fn examine(&mut self, line: u64, index: usize, value: Value<'_>) {
        let Some(column) = self.table.columns.get(index) else {
            return;
        };
        let refusal = match (check(column, value), value) {
            // Read whole, an empty text is an unknown value; left there, it would be a code.
            (Ok(Value::Unknown), Value::Text(_)) => Refusal::Empty,
            (Ok(Value::Unknown), _) if !column.may_be_unknown() => Refusal::Empty,
            (Ok(_), _) => return,
            (Err(refusal), _) => refusal,
        };
        self.report(line, index + 1, || refusal.words(column, value).column(column.name));
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.rows.count += 1;
        self.pending += 1;
        if self.pending == BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.pending > 0 {
            let columns = self.table.columns.iter().zip(&mut self.columns);
            let columns = columns.map(|(column, values)| values.finish(column.kind, self.pending));
            self.rows.batches.push(columns.collect());
            self.pending = 0;
        }
    }

    /// The rows read.
    pub fn finish(mut self) -> Rows {
        self.flush();
        self.rows
    }
}

/// Why a value is refused.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    Empty,
    TooLong,
    Spaces,
    NotOneOf,
    NotADate,
    NoSuchDay,
    Year,
    NotAnInteger,
    Bounds,
    NotABoolean,
    NotADecimal,
}

/// Reads a text according to its column and checks the value.
#[inline]
fn check<'v>(column: &Column, value: Value<'v>) -> Result<Value<'v>, Refusal> {
    let value = match value {
        Value::Text("") => Value::Unknown,
        Value::Text(text) => match column.kind {
            Kind::Identifier | Kind::Text | Kind::OneOf(_) | Kind::Decimal => Value::Text(text),
            Kind::Date => Value::Date(date(text)?),
            Kind::Integer => Value::Integer(integer(text)?),
            Kind::Boolean => Value::Boolean(boolean(text)?),
        },
        value => value,
    };
    match (column.kind, value) {
        (Kind::OneOf(known), Value::Text(text)) if !known.contains(&text) => Err(Refusal::NotOneOf),
        // A code with a space beside it would match no list, in silence.
        (Kind::Identifier | Kind::Text, Value::Text(text)) if is_padded(text) => {
            Err(Refusal::Spaces)
        }
        (Kind::Decimal, Value::Text(text)) if !is_decimal(text) => Err(Refusal::NotADecimal),
        (Kind::Integer, Value::Integer(n)) if n < column.bounds.0 || n > column.bounds.1 => {
            Err(Refusal::Bounds)
        }
        (Kind::Boolean, Value::Integer(n)) => match n {
            0 => Ok(Value::Boolean(false)),
            1 => Ok(Value::Boolean(true)),
            _ => Err(Refusal::NotABoolean),
        },
        (Kind::Date, Value::Date(day)) if !day::PLAUSIBLE.contains(&day) => Err(Refusal::Year),
        _ => Ok(value),
    }
}

/// Whether a text starts or ends with a space.
fn is_padded(text: &str) -> bool {
    // Nearly all texts start and end with a letter or a digit: no need to decode them.
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => false,
        _ => text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace),
    }
}

fn date(text: &str) -> Result<i32, Refusal> {
    day::parse(text).map_err(|error| match error {
        DayError::Shape => Refusal::NotADate,
        DayError::NoSuchDay => Refusal::NoSuchDay,
    })
}

/// The day that a date written in another way certainly means.
fn meant(text: &str) -> Option<String> {
    let day = match text.as_bytes() {
        [d0, d1, b'/' | b'-' | b'.', m0, m1, b'/' | b'-' | b'.', year @ ..] if year.len() == 4 => {
            day::civil(year, &[*m0, *m1], &[*d0, *d1])
        }
        [y0, y1, y2, y3, b'/' | b'.', m0, m1, b'/' | b'.', d0, d1]
        | [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T' | b' ', ..]
        | [y0, y1, y2, y3, m0, m1, d0, d1] => {
            day::civil(&[*y0, *y1, *y2, *y3], &[*m0, *m1], &[*d0, *d1])
        }
        _ => return None,
    };
    day.ok().filter(|day| day::PLAUSIBLE.contains(day)).map(iso)
}

fn integer(text: &str) -> Result<i64, Refusal> {
    // `parse` also takes a leading `+`, which no export writes and which is harmless.
    text.parse().map_err(|_| Refusal::NotAnInteger)
}

fn boolean(text: &str) -> Result<bool, Refusal> {
    match text {
        "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        _ => Err(Refusal::NotABoolean),
    }
}

/// At most nine digits on each side, so that an exact fraction always holds it.
fn is_decimal(text: &str) -> bool {
    let digits =
        |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once([',', '.']) {
        Some((whole, decimals)) => digits(whole) && digits(decimals),
        None => digits(text),
    }
}

impl Refusal {
    fn words(self, column: &Column, value: Value<'_>) -> Words {
        let text = match value {
            Value::Unknown => Cow::Borrowed(""),
            Value::Text(text) => Cow::Borrowed(text),
            Value::Date(day) => Cow::Owned(iso(day)),
            Value::Integer(n) => Cow::Owned(n.to_string()),
            Value::Boolean(b) => Cow::Owned(b.to_string()),
        };
        let words = match self {
            Self::Empty if column.may_be_unknown() => {
                return Words::new("texte vide").hint("écrivez une valeur nulle (NULL)");
            }
            Self::Empty => {
                return Words::new("cellule vide")
                    .hint("cette colonne est à remplir à chaque ligne");
            }
            Self::TooLong => {
                Words::new("texte trop long").hint("le texte d'une cellule tient en quelques mots")
            }
            Self::Spaces => Words::new("espace au début ou à la fin").hint("retirez cette espace"),
            Self::NotOneOf => not_one_of(column, &text),
            Self::NotADate => {
                let words = Words::new("date mal écrite");
                match meant(&text) {
                    Some(iso) => words.hint(format!("écrivez {iso}")),
                    None => words.hint("une date s'écrit année-mois-jour : 2024-12-31"),
                }
            }
            Self::NoSuchDay => Words::new("cette date n'existe pas")
                .hint("une date s'écrit année-mois-jour : 2024-12-31"),
            Self::Year => {
                let message =
                    format!("année hors de {} à {}", day::YEARS.start(), day::YEARS.end());
                Words::new(message).hint(
                    "corrigez l'année ; laissez vide une date inconnue, si la colonne le permet",
                )
            }
            Self::NotAnInteger => Words::new("ce n'est pas un nombre entier")
                .hint("écrivez des chiffres seuls, sans espace ni décimale"),
            Self::Bounds => bounds(column),
            Self::NotABoolean => {
                Words::new("ni oui ni non").hint("écrivez 1 ou true pour oui, 0 ou false pour non")
            }
            Self::NotADecimal => Words::new("ce n'est pas un pourcentage")
                .hint("écrivez un nombre décimal sans signe, comme 62 ou 62,5"),
        };
        if column.kind == Kind::Identifier { words } else { words.value(&text) }
    }
}

fn not_one_of(column: &Column, text: &str) -> Words {
    let Kind::OneOf(known) = column.kind else {
        return Words::new("valeur inconnue");
    };
    let mut hint = String::from("écrivez ");
    for (rank, choice) in known.iter().enumerate() {
        let link = match rank {
            0 => "",
            _ if rank + 1 == known.len() => " ou ",
            _ => ", ",
        };
        // Writing to a string cannot fail.
        let _ = write!(hint, "{link}{choice}");
    }
    if column.name == "sexe" && matches!(text, "1" | "2") {
        hint.push_str(" (dans un numéro de sécurité sociale, 1 se lit M et 2 se lit F)");
    }
    Words::new("valeur inconnue dans cette colonne").hint(hint)
}

fn bounds(column: &Column) -> Words {
    match column.bounds {
        (least, i64::MAX) => Words::new(format!("au moins {least} attendu"))
            .hint("corrigez le nombre, ou laissez la cellule vide s'il est inconnu"),
        (least, greatest) => {
            Words::new(format!("hors de {least} à {greatest}")).hint("corrigez le nombre")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_written_otherwise() {
        for text in ["31/12/2024", "31.12.2024", "20241231", "2024/12/31", "2024-12-31T00:00:00"] {
            assert_eq!(meant(text).as_deref(), Some("2024-12-31"), "{text}");
        }
        assert_eq!(meant("31/12/24"), None);
        assert_eq!(meant("12/31/2024"), None);
    }

    #[test]
    fn decimals() {
        for text in ["62", "62,5", "62.50", "0", "100"] {
            assert!(is_decimal(text), "{text}");
        }
        for text in ["", "-1", "62 %", "62,", ",5", "1.2.3", "1e3", "1234567890", "٦"] {
            assert!(!is_decimal(text), "{text}");
        }
    }

    #[test]
    fn origins_of_rows() {
        let mut origins = Origins::default();
        for (row, file, line) in [(0, 0, 2), (1, 0, 3), (2, 0, 7), (3, 1, 2), (4, 1, 3)] {
            origins.push(row, file, line);
        }
        assert_eq!(origins.runs.len(), 3);
        assert_eq!([origins.of(1), origins.of(2), origins.of(4)], [(0, 3), (0, 7), (1, 3)]);
    }
}
