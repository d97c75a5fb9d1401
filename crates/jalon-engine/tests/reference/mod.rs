//! The reference interpreter: what a page says of one patient, worked out with
//! plain loops over that patient's facts.
//!
//! It is written from the definitions and apart from the compiler; the two
//! share the pages as they are read, nothing else. Where they agree, a mistake
//! has to have been made twice.

mod boxes;
mod codes;
pub mod conditions;
pub mod days;
pub mod facts;
mod people;
mod treatments;

use std::collections::BTreeSet;

use jalon_rules::condition::Column;
use jalon_rules::convention::Scheme;
use jalon_rules::criterion::Criterion;
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Rules};
use jiff::civil::Date;

use codes::Codes;
use conditions::{Value, holds};
use facts::Patient;

/// What a page says of a patient of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What the patient adds to the denominator.
    pub denominator: u64,
    /// What the patient adds to the numerator.
    pub numerator: u64,
    /// Boxes left out because something about them is unknown.
    pub left_out: u64,
    /// Unit `patient` only: the criteria that apply, in the order of the page.
    pub criteria: Vec<Verdict>,
}

/// What one criterion says of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The criterion.
    pub id: String,
    /// Whether it is met.
    pub holds: bool,
    /// Dates, or substances, when the criterion counts some.
    pub count: Option<u64>,
    /// The last of these dates.
    pub last: Option<Date>,
    /// The criteria of a `parmi`.
    pub options: Vec<Self>,
}

impl Verdict {
    /// The verdict, then those of its options.
    pub fn with_options(&self) -> Vec<&Self> {
        let options = self.options.iter().flat_map(Self::with_options);
        std::iter::once(self).chain(options).collect()
    }
}

/// One patient, asked about one campaign.
pub struct Reference<'a> {
    codes: Codes<'a>,
    campaign: Campaign,
    /// With net lines only.
    patient: Patient,
}

impl<'a> Reference<'a> {
    /// Makes a patient ready to be asked.
    pub fn new(rules: &'a Rules, campaign: Campaign, patient: &Patient) -> Self {
        let codes = Codes { rules, campaign };
        let patient = patient.net();
        Self { codes, campaign, patient }
    }

    /// The doctors on whose list the patient is on the reference day, provided
    /// that the scheme is about such patients.
    pub fn doctors(&self, scheme: &Scheme) -> BTreeSet<String> {
        let day = days::last_day(self.campaign);
        let dead = self.patient.death.is_some_and(|death| death <= day);
        let concerned = holds(&scheme.population, &|column| self.column(column));
        if dead || concerned != Some(true) {
            return BTreeSet::new();
        }
        let mut doctors = BTreeSet::new();
        for one in &self.patient.attachments {
            if one.from <= day && one.to.is_none_or(|to| to > day) {
                doctors.insert(one.doctor.clone());
            }
        }
        doctors
    }

    /// What a page says of the patient, who is on a list.
    pub fn answer(&self, page: &Page) -> Answer {
        match &page.rule.unit {
            Unit::Patient => self.patient_answer(page),
            Unit::Box => self.box_answer(page),
            Unit::Treatment(treatment) => self.treatment_answer(page, treatment),
            Unit::Declared => panic!("{} : seul le médecin sait", page.id),
        }
    }

    /// A column of the patient.
    fn column(&self, column: Column) -> Value {
        match column {
            Column::Age => {
                Value::Number(days::age(self.patient.birth, days::last_day(self.campaign)))
            }
            Column::Sexe => Value::Sex(self.patient.sex),
            Column::C2s => Value::Flag(self.patient.c2s),
            Column::Repertoire | Column::Duree => panic!("{column:?} n'est pas du patient"),
        }
    }

    /// Those of the criteria that are in force in the campaign.
    fn in_force<'c>(&self, criteria: &'c [Criterion]) -> Vec<&'c Criterion> {
        criteria
            .iter()
            .filter(|one| one.since.is_none_or(|since| since <= self.campaign))
            .filter(|one| one.until.is_none_or(|until| until >= self.campaign))
            .collect()
    }
}
