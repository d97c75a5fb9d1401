//! Facts: what lines become, before they are rows. Their words are told in
//! [`crate::words`].

use crate::words::{byte, high, low, pair};

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
