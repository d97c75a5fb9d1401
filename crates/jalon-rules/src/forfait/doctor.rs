//! What the payment of a doctor depends on besides patients and answers.

use jiff::civil::Date;

use super::declared::Declared;
use crate::account::{Account, Unit};
use crate::fraction::Fraction;
use crate::status::{Sourced, Status};

/// A doctor as the table `medecins` describes him. Nothing is known that is not
/// written: `None` gives a range, never a silent no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doctor {
    /// Speciality, by its code.
    pub speciality: Option<String>,
    /// Birth.
    pub birth: Option<Date>,
    /// First day in practice.
    pub installed: Option<Date>,
    /// Whether the practice stands in a zone d'intervention prioritaire.
    pub priority_zone: Option<bool>,
    /// Whether this is the doctor's first practice.
    pub first_practice: Option<bool>,
}

impl Doctor {
    /// The same with what only declarations tell: the first practice.
    #[must_use]
    pub fn told_by(mut self, declared: &Declared) -> Self {
        self.first_practice = self.first_practice.or(declared.first_practice());
        self
    }

    /// Complete years on a day.
    #[must_use]
    pub fn age_on(&self, day: Date) -> Option<i16> {
        let birth = self.birth?;
        let before = (day.month(), day.day()) < (birth.month(), birth.day());
        Some(day.year() - birth.year() - i16::from(before))
    }

    /// The calendar year of practice that a day falls in: 1 in the year of the
    /// installation, 0 or less before.
    #[must_use]
    pub fn year_of_practice(&self, day: Date) -> Option<i16> {
        Some(day.year() - self.installed?.year() + 1)
    }
}

/// A doctor who gave up a scheme: a dated fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renunciation {
    /// The day of the letter.
    pub date: Date,
}

/// What a scheme pays a doctor who gave it up: 0, and why.
#[must_use]
pub fn renounced(title: impl Into<String>, renunciation: &Renunciation) -> Account {
    let Renunciation { date } = renunciation;
    let day = format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year());
    Account::given(title.into(), Unit::Euros, Fraction::zero())
        .sourced(&Sourced::new((), Status::Releve, "déclaration du médecin"))
        .noted(format!("renonciation du {day} : rien n'est dû"))
}
