//! One more fact about a patient.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::error::ArrowError;
use jalon_rules::codes::System;
use jiff::civil::Date;

use crate::canonical::{NamedTable, batch, booleans, days, integers, texts};

/// A fact about one patient, as a row of a canonical table tells it. What is
/// not told here (prescriber, result, source) is unknown in the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A line of `delivrances`.
    Delivery {
        /// Day.
        date: Date,
        /// Presentation.
        cip13: Option<String>,
        /// Class.
        atc: Option<String>,
        /// Boxes; 0 or less on a reversal.
        boxes: i64,
        /// Days covered by the whole line.
        days: Option<i64>,
        /// Whether the pack is a large one.
        large_pack: Option<bool>,
        /// Whether the drug is in the repertory of generics.
        repertory: Option<bool>,
    },
    /// A line of `actes`.
    Act {
        /// Day.
        date: Date,
        /// System of the code: one of those of acts.
        system: System,
        /// Code.
        code: String,
        /// Quantity; 0 or less on a reversal.
        quantity: i64,
        /// The doctor who performed it.
        performer: Option<String>,
        /// Their speciality.
        speciality: Option<String>,
    },
    /// A line of `vaccinations`.
    Vaccination {
        /// Day.
        date: Date,
        /// ATC class of the vaccine.
        code: String,
    },
    /// A line of `ald`.
    Illness {
        /// Number on the list of long-term illnesses.
        number: i64,
        /// First day.
        from: Date,
        /// Last day, when it has one.
        to: Option<Date>,
    },
    /// A line of `sejours`.
    Stay {
        /// Day of entry.
        date: Date,
        /// Diagnosis.
        icd10: String,
        /// `DP`, `DR` or `DAS`.
        position: String,
        /// Act.
        ccam: Option<String>,
    },
}

impl Fact {
    /// The day of the fact; of an illness, the first.
    #[must_use]
    pub const fn day(&self) -> Date {
        match self {
            Self::Delivery { date, .. }
            | Self::Act { date, .. }
            | Self::Vaccination { date, .. }
            | Self::Illness { from: date, .. }
            | Self::Stay { date, .. } => *date,
        }
    }

    /// The row of its table.
    pub(super) fn row(&self, patient: &str) -> Result<NamedTable, ArrowError> {
        let text = |value: &str| texts(std::iter::once(Some(value)));
        let maybe = |value: &Option<String>| texts(std::iter::once(value.as_deref()));
        let number = |value: i64| integers(std::iter::once(Some(value)));
        let flag = |value: Option<bool>| booleans(std::iter::once(value));
        let day = |value: Option<Date>| days(std::iter::once(value));
        let (table, columns): (_, Vec<(&str, ArrayRef)>) = match self {
            Self::Delivery { date, cip13, atc, boxes, days, large_pack, repertory } => (
                "delivrances",
                vec![
                    ("date", day(Some(*date))),
                    ("cip13", maybe(cip13)),
                    ("atc", maybe(atc)),
                    ("boites", number(*boxes)),
                    ("jours", integers(std::iter::once(*days))),
                    ("grand_conditionnement", flag(*large_pack)),
                    ("repertoire", flag(*repertory)),
                ],
            ),
            Self::Act { date, system, code, quantity, performer, speciality } => (
                "actes",
                vec![
                    ("date", day(Some(*date))),
                    ("systeme", text(system.word())),
                    ("code", text(code)),
                    ("quantite", number(*quantity)),
                    ("executant", maybe(performer)),
                    ("specialite", maybe(speciality)),
                ],
            ),
            Self::Vaccination { date, code } => {
                ("vaccinations", vec![("date", day(Some(*date))), ("code", text(code))])
            }
            Self::Illness { number: illness, from, to } => (
                "ald",
                vec![("numero", number(*illness)), ("debut", day(Some(*from))), ("fin", day(*to))],
            ),
            Self::Stay { date, icd10, position, ccam } => (
                "sejours",
                vec![
                    ("entree", day(Some(*date))),
                    ("cim10", text(icd10)),
                    ("position", text(position)),
                    ("ccam", maybe(ccam)),
                ],
            ),
        };
        batch(table, &[vec![("patient", text(patient))], columns].concat())
    }
}
