//! The story of one patient: what all chapters share.

use super::World;
use super::calendrier::Day;
use super::calibrage::lean;
use super::faits::{Delivery, Facts};
use super::hasard::{Chance, Stream};
use super::medecins::Effects;
use super::medicaments::Drug;
use super::personne::{Person, attachments};
use super::{chroniques, maladies, passages, prevention};

/// The story of one patient while it is being told.
#[derive(Debug)]
pub(super) struct Story<'a> {
    pub world: &'a World,
    pub chance: Chance,
    pub person: Person,
    /// The doctor whose habits this patient's care follows, and his habits.
    pub home: Option<usize>,
    pub effects: Effects,
    pub facts: Facts,
    /// Days of the monthly visit to the pharmacy, over the two years told.
    pub visits: Vec<Day>,
}

/// How often a lasting treatment is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rhythm {
    /// A box each month.
    Monthly,
    /// A large pack every third month.
    Quarterly,
}

/// A lasting treatment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub atc: &'static str,
    pub cip13: Option<&'static str>,
    /// The product is in the repertory of generics.
    pub repertoire: bool,
    pub rhythm: Rhythm,
    /// Number of the first visit.
    pub from: usize,
    /// How many visits it lasts, if the story does.
    pub visits: usize,
}

impl Course {
    /// A box each month until the end.
    pub(super) fn monthly(atc: &'static str, repertoire: bool, from: usize) -> Self {
        let rhythm = Rhythm::Monthly;
        Self { atc, cip13: None, repertoire, rhythm, from, visits: usize::MAX }
    }
}

/// What the batches keep of a story.
#[derive(Debug)]
pub(super) struct Told {
    pub person: Person,
    pub facts: Facts,
    /// The doctor on whose adult list the patient is on the last day of the
    /// year, and whether he was treated for diabetes in it.
    pub listed: Option<(usize, bool)>,
}

/// Tells the story of a patient.
pub(super) fn tell(world: &World, number: u64) -> Told {
    let calendar = &world.calendar;
    let mut chance = Chance::new(world.seed, Stream::Patient, number);
    let person = Person::draw(&mut chance, calendar);
    let (attachments, home) = attachments(&mut chance, &person, world);
    let effects = home
        .and_then(|home| world.doctors.all.get(home))
        .map_or_else(Effects::default, |doctor| doctor.effects);
    let facts = Facts {
        born: person.born,
        until: person.died.unwrap_or(calendar.last),
        attachments,
        ..Facts::default()
    };
    let visits = visits(&mut chance, calendar.before, calendar.end);
    let mut story = Story { world, chance, person, home, effects, facts, visits };
    let state = maladies::fall_ill(&mut story);
    chroniques::treat(&mut story, state);
    passages::pass(&mut story, state);
    prevention::prevent(&mut story);
    prevention::breathe(&mut story, number);
    let Story { mut facts, .. } = story;
    facts.sort();
    let listed = facts
        .attachments
        .iter()
        .find(|line| line.from <= calendar.end && line.to.is_none_or(|to| to > calendar.end))
        .filter(|_| person.died.is_none() && person.age >= 16)
        .map(|line| (line.doctor, state.diabetic));
    Told { person, facts, listed }
}

fn visits(chance: &mut Chance, low: Day, high: Day) -> Vec<Day> {
    let mut visits = Vec::with_capacity(26);
    let mut month = low + chance.between(0, 29);
    while month <= high {
        visits.push((month + chance.between(-2, 3)).clamp(low, high));
        month += 30;
    }
    visits
}

impl Story<'_> {
    /// True with the probability of the level, as the doctor reaches it.
    pub(super) fn reaches(&mut self, level: f64, effect: f64, spread: f64) -> bool {
        self.chance.yes(lean(level, effect, spread))
    }

    /// Whether the product of a course is in the repertory, for a class with a level.
    pub(super) fn in_repertory(&mut self, level: f64) -> bool {
        let effect = self.effects.generics;
        self.reaches(level, effect, 0.09)
    }

    /// Whether a product is in the repertory, for the drugs without a level of their own.
    pub(super) fn is_generic(&mut self, drug: &Drug) -> bool {
        let level = f64::from(drug.repertoire) / 100.0 * self.world.levels.rest;
        self.in_repertory(level.min(1.0))
    }

    /// What a line says of the repertory: now and then, nothing.
    pub(super) fn told_repertory(&mut self, generic: bool) -> Option<bool> {
        (self.chance.below(1000) >= 3).then_some(generic)
    }

    /// What a line says of the days covered: mostly known.
    pub(super) fn told_days(&mut self, days: i32) -> Option<i32> {
        (self.chance.below(100) >= 7).then_some(days)
    }

    /// A visit from which a treatment starts: before the two years for most,
    /// within them for the share of new ones.
    pub(super) fn start(&mut self, new: f64) -> usize {
        if self.chance.yes(new) {
            let count = u32::try_from(self.visits.len()).unwrap_or(0);
            usize::try_from(self.chance.below(count)).unwrap_or(0)
        } else {
            usize::try_from(self.chance.below(2)).unwrap_or(0)
        }
    }

    /// Delivers a lasting treatment, with a forgotten visit now and then.
    pub(super) fn follow(&mut self, course: Course) {
        let (step, days) = match course.rhythm {
            Rhythm::Monthly => (1, 30),
            Rhythm::Quarterly => (3, 90),
        };
        let Course { atc, cip13, repertoire, rhythm, from, visits } = course;
        let last = from.saturating_add(visits).min(self.visits.len());
        for visit in (from..last).step_by(step) {
            if self.chance.below(100) < 5 {
                continue;
            }
            let day = self.visits[visit];
            let line = Delivery {
                day,
                cip13,
                atc,
                boxes: 1,
                days: self.told_days(days),
                large: rhythm == Rhythm::Quarterly,
                repertoire: self.told_repertory(repertoire),
            };
            self.facts.deliver(&mut self.chance, line);
        }
    }

    /// A delivery apart from lasting treatments.
    pub(super) fn deliver_once(&mut self, drug: &Drug, day: Day, boxes: i32, days: i32) {
        let generic = self.is_generic(drug);
        let line = Delivery {
            day,
            cip13: None,
            atc: drug.atc,
            boxes,
            days: self.told_days(days),
            large: false,
            repertoire: self.told_repertory(generic),
        };
        self.facts.deliver(&mut self.chance, line);
    }
}
