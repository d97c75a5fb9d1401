//! Lines and facts as columns, for the engine that sorts them.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, Decimal128Array, PrimitiveArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef, UInt64Type};
use arrow::error::ArrowError;

use crate::facts::Fact;
use crate::words::Line;

/// Name of the key of lines.
pub(crate) const KEY: &str = "cle";

/// Precision of keys: all of a decimal's.
const KEY_TYPE: DataType = DataType::Decimal128(38, 0);

fn word_fields() -> impl Iterator<Item = Field> {
    ["w0", "w1", "w2", "w3"].into_iter().map(|name| Field::new(name, DataType::UInt64, false))
}

/// Schema of lines: the key, then the words.
pub(crate) static LINES: LazyLock<SchemaRef> = LazyLock::new(|| {
    let key = std::iter::once(Field::new(KEY, KEY_TYPE, false));
    Arc::new(Schema::new(key.chain(word_fields()).collect::<Vec<_>>()))
});

/// Schema of facts: the words.
pub(crate) static FACTS: LazyLock<SchemaRef> =
    LazyLock::new(|| Arc::new(Schema::new(word_fields().collect::<Vec<_>>())));

/// Rows being gathered.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    keys: Vec<i128>,
    words: [Vec<u64>; 4],
}

impl Columns {
    pub fn len(&self) -> usize {
        self.words[0].len()
    }

    pub fn push_line(&mut self, key: i128, line: Line) {
        self.keys.push(key);
        self.push(line.words());
    }

    pub fn push(&mut self, words: [u64; 4]) {
        for (column, word) in self.words.iter_mut().zip(words) {
            column.push(word);
        }
    }

    fn take_words(&mut self) -> impl Iterator<Item = ArrayRef> {
        self.words
            .iter_mut()
            .map(|column| Arc::new(UInt64Array::from(std::mem::take(column))) as ArrayRef)
    }

    /// The lines gathered so far.
    pub fn take_lines(&mut self) -> Result<RecordBatch, ArrowError> {
        let keys = Decimal128Array::from(std::mem::take(&mut self.keys)).with_data_type(KEY_TYPE);
        let columns = std::iter::once(Arc::new(keys) as ArrayRef).chain(self.take_words());
        let columns = columns.collect();
        RecordBatch::try_new(Arc::clone(&LINES), columns)
    }

    /// The facts gathered so far.
    pub fn take_facts(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.take_words().collect();
        RecordBatch::try_new(Arc::clone(&FACTS), columns)
    }
}

/// The four words of every row, in columns that end a batch.
fn words(batch: &RecordBatch) -> impl Iterator<Item = [u64; 4]> {
    let from = batch.num_columns().saturating_sub(4);
    let column = |rank: usize| {
        let column = batch.columns().get(from + rank);
        column
            .and_then(|column| column.as_primitive_opt::<UInt64Type>())
            .map(PrimitiveArray::values)
    };
    let columns = (column(0), column(1), column(2), column(3));
    let columns = match columns {
        (Some(a), Some(b), Some(c), Some(d)) => Some((a, b, c, d)),
        _ => None,
    };
    columns.into_iter().flat_map(|(a, b, c, d)| {
        a.iter().zip(b).zip(c).zip(d).map(|(((a, b), c), d)| [*a, *b, *c, *d])
    })
}

/// Every line of a batch, with its key.
pub(crate) fn lines(batch: &RecordBatch) -> impl Iterator<Item = (i128, Line)> {
    let keys = batch.columns().first().and_then(|it| it.as_primitive_opt::<Decimal128Type>());
    let keys = keys.map(|keys| keys.values().iter().copied()).into_iter().flatten();
    keys.zip(words(batch)).filter_map(|(key, words)| Some((key, Line::of(words)?)))
}

/// Every fact of a batch.
pub(crate) fn facts(batch: &RecordBatch) -> impl Iterator<Item = Fact> {
    words(batch).filter_map(Fact::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::System;
    use crate::words::{Detail, Head, Spot, Tag};

    #[test]
    fn lines_come_back() {
        let spot = Spot::new(40_000, 1 << 39);
        assert_eq!((spot.file(), spot.line()), (40_000, 1 << 39));
        let head = Head {
            tag: Tag::Service,
            patient: Some(7),
            supplement: true,
            nature: 9_434,
            day: -20_000,
            quantity: -3,
            performer: u32::MAX,
            prescriber: 2,
            days: None,
            speciality: 99,
            spot: Spot::new(3, 12),
        };
        let stay = Head { tag: Tag::Stay, performer: 0, prescriber: 0, days: Some(0), ..head };
        let nobody = Head { patient: None, supplement: false, ..head };
        let detail = Detail {
            tag: Tag::VisitLetter,
            speciality: 15,
            delay: -1,
            quantity: i32::MIN,
            code: u64::MAX,
            spot: Spot::new(3, 13),
        };
        let mut columns = Columns::default();
        let all = [Line::Head(head), Line::Head(stay), Line::Head(nobody), Line::Detail(detail)];
        for (key, line) in all.into_iter().enumerate() {
            columns.push_line(key as i128, line);
        }
        let batch = columns.take_lines().unwrap();
        assert_eq!(lines(&batch).map(|(_, line)| line).collect::<Vec<_>>(), all);
        assert_eq!(columns.len(), 0);
    }

    #[test]
    fn facts_come_back_and_sort_by_patient() {
        let act = Fact {
            system: System::Nabm,
            patient: u32::MAX - 1,
            day: 19_737,
            quantity: -2,
            code: 127,
            speciality: 30,
            position: 0,
            performer: 4,
            prescriber: 5,
            act: 0,
        };
        let stay =
            Fact { system: System::Icd10, position: 2, performer: 0, prescriber: 0, act: 9, ..act };
        assert_eq!(Fact::of(act.words()), Some(act));
        assert_eq!(Fact::of(stay.words()), Some(stay));
        let other = Fact { patient: 1, system: System::Letter, ..act };
        assert!(other.words()[0] < act.words()[0]);
        assert!(act.words()[0] < stay.words()[0]);
    }
}
