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

impl Head {
    /// A line of which nothing more is known yet.
    pub const fn new(tag: Tag, spot: Spot) -> Self {
        Self {
            tag,
            patient: None,
            supplement: false,
            nature: 0,
            day: 0,
            quantity: 0,
            performer: 0,
            prescriber: 0,
            days: None,
            speciality: 0,
            spot,
        }
    }
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

pub(crate) fn pair(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

pub(crate) fn high(word: u64) -> u32 {
    low(word >> 32)
}

pub(crate) fn low(word: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = word.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A byte of a word, the highest being 0.
pub(crate) fn byte(word: u64, rank: usize) -> u8 {
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

    pub fn of(words: [u64; 4]) -> Option<Self> {
        let tag = Tag::of(byte(words[0], 0))?;
        Some(match tag {
            Tag::Service | Tag::Stay | Tag::Visit => Self::Head(Head::of(tag, words)),
            _ => Self::Detail(Detail::of(tag, words)),
        })
    }
}
