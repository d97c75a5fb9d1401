//! What the payment of a doctor depends on besides patients and answers.

use jiff::civil::Date;

use super::declared::Declared;
use crate::account::{Account, Unit};
use crate::campaign::Campaign;
use crate::fraction::Fraction;
use crate::french;
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
    /// Whether a `zone` of the table is a zone d'intervention prioritaire;
    /// nothing when it is empty.
    #[must_use]
    pub fn is_priority_zone(zone: Option<&str>) -> Option<bool> {
        zone.map(|zone| zone.eq_ignore_ascii_case("ZIP"))
    }

    /// Whether the doctor settled in the year of a campaign: nobody measured a
    /// starting rate then, so what depends on one stays a range.
    #[must_use]
    pub fn settled_in(&self, campaign: Campaign) -> Option<bool> {
        self.installed.map(|day| day.year() == campaign.year())
    }

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
    let day = french::date(renunciation.date);
    Account::given(title.into(), Unit::Euros, Fraction::zero())
        .sourced(&Sourced::new((), Status::Releve, "déclaration du médecin"))
        .noted(format!("renonciation du {day} : rien n'est dû"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::Doctor;
    use crate::campaign::Campaign;

    #[test]
    fn ages_and_years_of_practice() {
        let doctor = Doctor {
            birth: Some(date(1958, 12, 31)),
            installed: Some(date(2025, 9, 1)),
            ..Doctor::default()
        };
        assert_eq!(doctor.age_on(date(2025, 12, 31)), Some(67));
        assert_eq!(doctor.age_on(date(2025, 12, 30)), Some(66));
        assert_eq!(doctor.year_of_practice(date(2025, 12, 31)), Some(1));
        assert_eq!(doctor.year_of_practice(date(2026, 12, 31)), Some(2));
        assert_eq!(doctor.settled_in(Campaign::new(2025).unwrap()), Some(true));
        assert_eq!(Doctor::default().age_on(date(2025, 12, 31)), None);
    }

    #[test]
    fn an_empty_zone_is_unknown() {
        assert_eq!(Doctor::is_priority_zone(Some("ZIP")), Some(true));
        assert_eq!(Doctor::is_priority_zone(Some("ZAC")), Some(false));
        assert_eq!(Doctor::is_priority_zone(None), None);
    }
}
