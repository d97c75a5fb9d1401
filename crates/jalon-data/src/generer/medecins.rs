//! Invented doctors: how many patients, how they practise.

use super::calendrier::{Calendar, Day, day};
use super::hasard::{Chance, Stream, exp};

/// How a doctor differs from the mean, domain by domain: 0 on average over
/// the patients, deviation 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effects {
    /// Tests of chronic diseases.
    pub followup: f64,
    /// Kidney checks, a habit some have and others not.
    pub kidney: f64,
    /// Vaccines.
    pub vaccination: f64,
    /// Cancer screening.
    pub screening: f64,
    /// Antibiotics: the number, more is positive.
    pub antibiotics: f64,
    /// Drugs that should be avoided: more is positive.
    pub iatrogenic: f64,
    /// Generics.
    pub generics: f64,
    /// The choice of cheap and sound drugs and tests.
    pub efficiency: f64,
}

const DOMAINS: usize = 8;

impl Effects {
    fn from_array(values: [f64; DOMAINS]) -> Self {
        let [
            followup,
            kidney,
            vaccination,
            screening,
            antibiotics,
            iatrogenic,
            generics,
            efficiency,
        ] = values;
        Self {
            followup,
            kidney,
            vaccination,
            screening,
            antibiotics,
            iatrogenic,
            generics,
            efficiency,
        }
    }
}

/// An invented doctor.
#[derive(Clone, Debug)]
pub(super) struct Doctor {
    pub id: String,
    pub installed: Day,
    pub born: Day,
    pub sector: &'static str,
    /// The day he stops, in the two years told.
    pub retired: Option<Day>,
    pub effects: Effects,
}

/// All doctors, and how patients fall to them.
#[derive(Clone, Debug)]
pub(super) struct Doctors {
    pub all: Vec<Doctor>,
    /// Running total of the weights of the lists.
    cumulated: Vec<f64>,
}

impl Doctors {
    /// `count` doctors, at least one.
    pub(super) fn new(count: u64, seed: u64, calendar: &Calendar) -> Self {
        let width = count.max(1000).to_string().len();
        let mut all = Vec::new();
        let mut weights = Vec::new();
        let mut effects = Vec::new();
        for number in 1..=count {
            let mut chance = Chance::new(seed, Stream::Doctor, number);
            let experience = chance.between(1, 38);
            let installed = match experience {
                1 => chance.between(calendar.before, calendar.begin + 180),
                _ => day(calendar.year - experience, 1, 1) + chance.between(0, 364),
            };
            let age = 29 + chance.between(0, 6) + experience;
            let may_retire = count > 9 && experience > 30;
            let retired = (may_retire && chance.yes(0.15))
                .then(|| chance.between(calendar.before + 60, calendar.end - 30));
            let size = exp(0.38 * chance.normal());
            let started = if experience <= 2 { 0.4 } else { 1.0 };
            weights.push(size * started);
            let general = chance.normal();
            let mut domain = || 0.5 * general + 0.866 * chance.normal();
            effects.push([
                domain(),
                domain(),
                domain(),
                domain(),
                -domain(),
                -domain(),
                domain(),
                domain(),
            ]);
            let sector = if chance.yes(0.95) { "1" } else { "2" };
            all.push(Doctor {
                id: format!("M{number:0width$}"),
                installed,
                born: day(calendar.year - age, 1, 1) + chance.between(0, 364),
                sector,
                retired,
                effects: Effects::default(),
            });
        }
        if count > 9 {
            centre(&mut effects, &weights);
        }
        for (doctor, values) in all.iter_mut().zip(effects) {
            doctor.effects = Effects::from_array(values.map(|value| value.clamp(-2.5, 2.5)));
        }
        let mut sum = 0.0;
        let cumulated = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum
            })
            .collect();
        Self { all, cumulated }
    }

    /// The doctor a patient falls to.
    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        let total = self.cumulated.last().copied().unwrap_or(0.0);
        let mark = chance.unit() * total;
        let found = self.cumulated.partition_point(|sum| *sum <= mark);
        found.min(self.all.len().saturating_sub(1))
    }
}

/// Takes the mean of each domain away, so that a small country keeps the
/// national levels.
fn centre(effects: &mut [[f64; DOMAINS]], weights: &[f64]) {
    let total: f64 = weights.iter().sum();
    for domain in 0..DOMAINS {
        let sum: f64 = effects.iter().zip(weights).map(|(e, weight)| e[domain] * weight).sum();
        for effect in effects.iter_mut() {
            effect[domain] -= sum / total;
        }
    }
}
