//! Lines on their way through the join: a key and four words.
//!
//! Every line of every table takes the same 48 bytes, whatever it holds, so
//! that sorting and spilling move plain numbers. Layout of the words, from the
//! high bits:
//!
//! | | first | second | third | fourth |
//! | --- | --- | --- | --- | --- |
//! | head | tag 8, cause 7, supplement 1, nature 16, patient 32 | day 32, quantity 32 | performer 32, prescriber 32; of a stay, its days + 1 | place 56, speciality 8 |
//! | detail | tag 8, speciality 8, zeros | delay 32, quantity 32 | code | place 56, zeros 8 |
//! | fact | target 8, patient 32, system 8, speciality 8, position 8 | day 32, quantity 32 | code | performer 32, prescriber 32; of a stay, an act |

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, Decimal128Array, PrimitiveArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef, UInt64Type};
use arrow::error::ArrowError;

use crate::spec::TableId;

/// Where a line is: its file, by rank, and its number there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot(u64);

/// Bits of a line number.
const LINE_BITS: u32 = 40;

impl Spot {
    pub fn new(file: usize, line: u64) -> Self {
        Self((file as u64) << LINE_BITS | line & ((1 << LINE_BITS) - 1))
    }

    pub fn file(self) -> usize {
        usize::try_from(self.0 >> LINE_BITS).unwrap_or(usize::MAX)
    }

    pub fn line(self) -> u64 {
        self.0 & ((1 << LINE_BITS) - 1)
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Tag {
    Service,
    Stay,
    Visit,
    Box,
    Laboratory,
    Act,
    HospitalDrug,
    HospitalBilling,
    MainDiagnosis,
    RelatedDiagnosis,
    OtherDiagnosis,
    StayAct,
    VisitAct,
    VisitLetter,
}

impl Tag {
    const ALL: [Self; 14] = [
        Self::Service,
        Self::Stay,
        Self::Visit,
        Self::Box,
        Self::Laboratory,
        Self::Act,
        Self::HospitalDrug,
        Self::HospitalBilling,
        Self::MainDiagnosis,
        Self::RelatedDiagnosis,
        Self::OtherDiagnosis,
        Self::StayAct,
        Self::VisitAct,
        Self::VisitLetter,
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The table of such lines.
    pub fn table(self) -> TableId {
        match self {
            Self::Service => TableId::Prs,
            Self::Stay => TableId::Stay,
            Self::Visit => TableId::Visit,
            Self::Box => TableId::Pha,
            Self::Laboratory => TableId::Bio,
            Self::Act => TableId::Cam,
            Self::HospitalDrug => TableId::Ucd,
            Self::HospitalBilling => TableId::Ete,
            Self::MainDiagnosis | Self::RelatedDiagnosis => TableId::StayMain,
            Self::OtherDiagnosis => TableId::StayOther,
            Self::StayAct => TableId::StayAct,
            Self::VisitAct => TableId::VisitAct,
            Self::VisitLetter => TableId::VisitLetter,
        }
    }
}

/// A line that says who and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub tag: Tag,
    /// The patient, by rank; none when the line is left out.
    pub patient: Option<u32>,
    pub supplement: bool,
    pub nature: u16,
    pub day: i32,
    pub quantity: i32,
    pub performer: u32,
    pub prescriber: u32,
    /// Days of a stay, when its end is known.
    pub days: Option<u32>,
    pub speciality: u8,
    pub spot: Spot,
}

/// A line that says what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub tag: Tag,
    pub speciality: u8,
    /// Days after the day of the head.
    pub delay: i32,
    pub quantity: i32,
    pub code: u64,
    pub spot: Spot,
}

/// A line of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Head(Head),
    Detail(Detail),
}

/// Where a fact goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Target {
    Deliveries,
    Acts,
    Stays,
}

/// The nomenclature of a fact's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum System {
    Cip13,
    Ucd,
    Nabm,
    Ccam,
    Service,
    Letter,
    Icd10,
}

impl System {
    const ALL: [Self; 7] =
        [Self::Cip13, Self::Ucd, Self::Nabm, Self::Ccam, Self::Service, Self::Letter, Self::Icd10];

    /// Where facts of this nomenclature go.
    pub fn target(self) -> Target {
        match self {
            Self::Cip13 | Self::Ucd => Target::Deliveries,
            Self::Nabm | Self::Ccam | Self::Service | Self::Letter => Target::Acts,
            Self::Icd10 => Target::Stays,
        }
    }
}

/// A row of a canonical table about a patient's care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub system: System,
    pub patient: u32,
    pub day: i32,
    /// Boxes, acts; of a stay, its days, or -1.
    pub quantity: i32,
    pub code: u64,
    pub speciality: u8,
    /// Of a diagnosis: 0 main, 1 related, 2 associated.
    pub position: u8,
    /// Of an act or a delivery.
    pub performer: u32,
    pub prescriber: u32,
    /// Of a stay: a CCAM act, or 0.
    pub act: u64,
}

fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn high(word: u64) -> u32 {
    low(word >> 32)
}

fn low(word: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = word.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A byte of a word, the highest being 0.
fn byte(word: u64, rank: usize) -> u8 {
    word.to_be_bytes().get(rank).copied().unwrap_or_default()
}

/// No patient.
const NOBODY: u32 = u32::MAX;

impl Head {
    fn words(self) -> [u64; 4] {
        let first = u64::from(self.tag as u8) << 56
            | u64::from(self.supplement) << 48
            | u64::from(self.nature) << 32
            | u64::from(self.patient.unwrap_or(NOBODY));
        let third = match self.days {
            Some(days) => u64::from(days) + 1,
            None => pair(self.performer, self.prescriber),
        };
        let fourth = self.spot.0 << 8 | u64::from(self.speciality);
        [first, pair(self.day.cast_unsigned(), self.quantity.cast_unsigned()), third, fourth]
    }

    fn of(tag: Tag, [first, second, third, fourth]: [u64; 4]) -> Self {
        let stay = tag == Tag::Stay;
        Self {
            tag,
            patient: Some(low(first)).filter(|patient| *patient != NOBODY),
            supplement: byte(first, 1) != 0,
            nature: u16::from_be_bytes([byte(first, 2), byte(first, 3)]),
            day: high(second).cast_signed(),
            quantity: low(second).cast_signed(),
            performer: if stay { 0 } else { high(third) },
            prescriber: if stay { 0 } else { low(third) },
            days: if stay { low(third).checked_sub(1) } else { None },
            speciality: byte(fourth, 7),
            spot: Spot(fourth >> 8),
        }
    }
}

impl Detail {
    fn words(self) -> [u64; 4] {
        let first = u64::from(self.tag as u8) << 56 | u64::from(self.speciality) << 48;
        let second = pair(self.delay.cast_unsigned(), self.quantity.cast_unsigned());
        [first, second, self.code, self.spot.0 << 8]
    }

    fn of(tag: Tag, [first, second, code, fourth]: [u64; 4]) -> Self {
        Self {
            tag,
            speciality: byte(first, 1),
            delay: high(second).cast_signed(),
            quantity: low(second).cast_signed(),
            code,
            spot: Spot(fourth >> 8),
        }
    }
}

impl Line {
    pub fn words(self) -> [u64; 4] {
        match self {
            Self::Head(head) => head.words(),
            Self::Detail(detail) => detail.words(),
        }
    }

    fn of(words: [u64; 4]) -> Option<Self> {
        let tag = Tag::of(byte(words[0], 0))?;
        Some(match tag {
            Tag::Service | Tag::Stay | Tag::Visit => Self::Head(Head::of(tag, words)),
            _ => Self::Detail(Detail::of(tag, words)),
        })
    }
}

impl Fact {
    pub fn words(self) -> [u64; 4] {
        let first = u64::from(self.system.target() as u8) << 56
            | u64::from(self.patient) << 24
            | u64::from(self.system as u8) << 16
            | u64::from(self.speciality) << 8
            | u64::from(self.position);
        let fourth = match self.system {
            System::Icd10 => self.act,
            _ => pair(self.performer, self.prescriber),
        };
        let second = pair(self.day.cast_unsigned(), self.quantity.cast_unsigned());
        [first, second, self.code, fourth]
    }

    pub fn of([first, second, code, fourth]: [u64; 4]) -> Option<Self> {
        let system = *System::ALL.get(usize::from(byte(first, 5)))?;
        let stay = system == System::Icd10;
        Some(Self {
            system,
            patient: low(first >> 24),
            day: high(second).cast_signed(),
            quantity: low(second).cast_signed(),
            code,
            speciality: byte(first, 6),
            position: byte(first, 7),
            performer: if stay { 0 } else { high(fourth) },
            prescriber: if stay { 0 } else { low(fourth) },
            act: if stay { fourth } else { 0 },
        })
    }
}

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
