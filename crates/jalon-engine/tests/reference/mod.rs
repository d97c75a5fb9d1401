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
mod events;
pub mod facts;
mod people;
mod treatments;

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::campaign::{Anchor, Window};
use jalon_rules::condition::Column;
use jalon_rules::convention::{ListKind, Scheme};
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
    /// The day on which the campaign is judged.
    day: Date,
    /// With net lines only.
    patient: Patient,
    /// The event in question, in the unit `evenement`.
    event: Option<Date>,
}

impl<'a> Reference<'a> {
    /// Makes a patient ready to be asked.
    pub fn new(rules: &'a Rules, campaign: Campaign, patient: &Patient) -> Self {
        Self::on(rules, campaign, days::last_day(campaign), patient)
    }

    /// The same on an earlier day of the year.
    pub fn on(rules: &'a Rules, campaign: Campaign, day: Date, patient: &Patient) -> Self {
        let codes = Codes { rules, campaign };
        let patient = patient.net();
        Self { codes, campaign, day, patient, event: None }
    }

    /// Those on whose list of the scheme the patient is on the reference day,
    /// provided that the scheme is about such patients: doctors, or the
    /// centres that `centres` tells of doctors.
    pub fn payees(&self, scheme: &Scheme, centres: &BTreeMap<String, String>) -> BTreeSet<String> {
        match scheme.list {
            ListKind::TreatingDoctor => self.doctors(scheme),
            ListKind::Followed if self.concerned(scheme) => self.followers(),
            ListKind::Followed => BTreeSet::new(),
            ListKind::Centre => {
                let doctors = self.doctors(scheme);
                doctors.iter().filter_map(|doctor| centres.get(doctor).cloned()).collect()
            }
        }
    }

    /// Whether the patient is alive and such as the scheme is about.
    pub fn concerned(&self, scheme: &Scheme) -> bool {
        let day = self.day;
        let dead = self.patient.death.is_some_and(|death| death <= day);
        let unborn = self.patient.birth > day;
        let such =
            !unborn && holds(&scheme.population, &|column| self.column(column)) == Some(true);
        such && !dead
    }

    /// Who performed acts of the patient on 2 different dates of the 24 months.
    fn followers(&self) -> BTreeSet<String> {
        let (first, last) = self.days(Window::Months(24));
        let mut dates: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
        for act in &self.patient.acts {
            if let Some(performer) = &act.performer
                && first <= act.date
                && act.date <= last
            {
                dates.entry(performer).or_default().insert(act.date);
            }
        }
        dates.retain(|_, dates| dates.len() >= 2);
        dates.into_keys().map(str::to_owned).collect()
    }

    /// The doctors who are the patient's médecin traitant on the reference
    /// day, provided that the scheme is about such patients.
    pub fn doctors(&self, scheme: &Scheme) -> BTreeSet<String> {
        if !self.concerned(scheme) {
            return BTreeSet::new();
        }
        let day = self.day;
        let mut doctors = BTreeSet::new();
        for one in &self.patient.attachments {
            if one.from <= day && one.to.is_none_or(|to| to > day) {
                doctors.insert(one.doctor.clone());
            }
        }
        doctors
    }

    /// What a page says of the patient, who is on a list. A page that another
    /// scheme has taken keeps the population of its own.
    pub fn answer(&self, page: &Page) -> Answer {
        let own = self.codes.rules.scheme(&page.rule.scheme).expect("les règles sont vérifiées");
        if !self.concerned(own) {
            return Answer { denominator: 0, numerator: 0, left_out: 0, criteria: Vec::new() };
        }
        match &page.rule.unit {
            Unit::Patient => self.patient_answer(page),
            Unit::Box => self.box_answer(page),
            Unit::Treatment(treatment) => self.treatment_answer(page, treatment),
            Unit::Event(event) => self.event_answer(page, event),
            Unit::Declared | Unit::Unknown => panic!("{} : seul le médecin sait", page.id),
        }
    }

    /// A column of the patient.
    fn column(&self, column: Column) -> Value {
        match column {
            Column::Age => Value::Number(days::age(self.patient.birth, self.day)),
            Column::Mois => Value::Number(days::months(self.patient.birth, self.day)),
            Column::Sexe => Value::Sex(self.patient.sex),
            Column::C2s => Value::Flag(self.patient.c2s),
            Column::Repertoire | Column::Duree => panic!("{column:?} n'est pas du patient"),
        }
    }

    /// First and last day of a window, both inside.
    fn days(&self, window: Window) -> (Date, Date) {
        days::window(window, self.day, &|anchor| match anchor {
            Anchor::Birth => self.patient.birth,
            Anchor::Event => self.event.expect("unité événement"),
        })
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
