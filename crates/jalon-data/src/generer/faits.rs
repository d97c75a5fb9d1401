//! The facts of one invented patient, before they become columns.

use super::calendrier::Day;
use super::hasard::Chance;

/// A line of `delivrances`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    pub day: Day,
    pub cip13: Option<&'static str>,
    pub atc: &'static str,
    pub boxes: i32,
    pub days: Option<i32>,
    pub large: bool,
    pub repertoire: Option<bool>,
}

/// A line of `actes`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act {
    pub day: Day,
    pub system: &'static str,
    pub code: &'static str,
    pub quantity: i32,
    /// Number of the doctor who acted, when the country knows him.
    pub by: Option<usize>,
    pub specialty: Option<&'static str>,
}

/// A line of `vaccinations`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vaccination {
    pub day: Day,
    pub code: &'static str,
    pub source: &'static str,
}

/// A line of `ald`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ald {
    pub number: i32,
    pub icd10: &'static str,
    pub from: Day,
    pub to: Option<Day>,
}

impl Ald {
    /// In force at least one day of the period.
    pub(super) fn in_force(&self, low: Day, high: Day) -> bool {
        self.from <= high && self.to.is_none_or(|to| to >= low)
    }
}

/// A line of `sejours`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    pub from: Day,
    pub to: Day,
    pub icd10: &'static str,
    pub position: &'static str,
    pub ccam: Option<&'static str>,
}

/// A line of `rattachements`; the doctor by number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attachment {
    pub doctor: usize,
    pub from: Day,
    pub to: Option<Day>,
}

/// Everything told about one patient. Nothing is kept before birth, after
/// death, or after the last day told.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub born: Day,
    pub until: Day,
    pub attachments: Vec<Attachment>,
    pub deliveries: Vec<Delivery>,
    pub acts: Vec<Act>,
    pub vaccinations: Vec<Vaccination>,
    pub ald: Vec<Ald>,
    pub stays: Vec<Stay>,
}

impl Facts {
    fn lived(&self, day: Day) -> bool {
        (self.born..=self.until).contains(&day)
    }

    /// A delivery; now and then the line comes twice, or is taken back (a line
    /// with the opposite number of boxes) and perhaps billed again.
    pub(super) fn deliver(&mut self, chance: &mut Chance, line: Delivery) {
        if !self.lived(line.day) {
            return;
        }
        self.deliveries.push(line);
        let reversal = Delivery { boxes: -line.boxes, ..line };
        match chance.below(2000) {
            0..5 => self.deliveries.push(reversal),
            5..10 => self.deliveries.extend([reversal, line]),
            10 => self.deliveries.push(line),
            11 => self.deliveries.extend([line, reversal]),
            _ => {}
        }
    }

    /// An act, with the same accidents as deliveries, rarer.
    pub(super) fn act(&mut self, chance: &mut Chance, line: Act) {
        if !self.lived(line.day) {
            return;
        }
        self.acts.push(line);
        let reversal = Act { quantity: -line.quantity, ..line };
        match chance.below(2000) {
            0 => self.acts.push(reversal),
            1 => self.acts.extend([reversal, line]),
            2 => self.acts.push(line),
            _ => {}
        }
    }

    /// An act of quantity 1 whose performer is not told.
    pub(super) fn simple_act(
        &mut self,
        chance: &mut Chance,
        day: Day,
        system: &'static str,
        code: &'static str,
    ) {
        self.act(chance, Act { day, system, code, quantity: 1, by: None, specialty: None });
    }

    /// A laboratory act.
    pub(super) fn lab(&mut self, chance: &mut Chance, day: Day, code: &'static str) {
        self.simple_act(chance, day, "nabm", code);
    }

    /// A vaccination.
    pub(super) fn vaccinate(&mut self, day: Day, code: &'static str, source: &'static str) {
        if self.lived(day) {
            self.vaccinations.push(Vaccination { day, code, source });
        }
    }

    /// A long-term disease, from a day lived.
    pub(super) fn long_term_disease(&mut self, disease: Ald) {
        if self.lived(disease.from) {
            self.ald.push(disease);
        }
    }

    /// A stay that starts on a day lived.
    pub(super) fn stay(&mut self, stay: Stay) {
        if self.lived(stay.from) {
            let to = stay.to.min(self.until);
            self.stays.push(Stay { to, ..stay });
        }
    }

    /// A long-term disease in force at least one day of the period.
    pub(super) fn has_ald(&self, numbers: &[i32], low: Day, high: Day) -> bool {
        self.ald.iter().any(|ald| numbers.contains(&ald.number) && ald.in_force(low, high))
    }

    /// Days of a period with a delivery of the class.
    pub(super) fn delivery_dates(&self, class: &str, low: Day, high: Day) -> i32 {
        let mut days: Vec<Day> = self
            .deliveries
            .iter()
            .filter(|line| line.atc.starts_with(class) && (low..=high).contains(&line.day))
            .map(|line| line.day)
            .collect();
        days.sort_unstable();
        days.dedup();
        i32::try_from(days.len()).unwrap_or(i32::MAX)
    }

    /// Puts every table in the order of days.
    pub(super) fn sort(&mut self) {
        self.attachments.sort_by_key(|line| line.from);
        self.deliveries.sort_by_key(|line| line.day);
        self.acts.sort_by_key(|line| line.day);
        self.vaccinations.sort_by_key(|line| line.day);
        self.ald.sort_by_key(|line| line.from);
        self.stays.sort_by_key(|line| line.from);
    }
}
