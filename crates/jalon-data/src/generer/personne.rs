//! Invented persons: who they are, and which doctor they declared.

use super::World;
use super::calendrier::{Calendar, Day, day};
use super::faits::Attachment;
use super::hasard::Chance;

/// An invented person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub born: Day,
    /// On 31 December of the campaign.
    pub age: i32,
    pub woman: bool,
    pub died: Option<Day>,
    /// Complementary cover for low incomes.
    pub c2s: bool,
}

/// People of each band of five years, per thousand, lists of general
/// practitioners: the French pyramid, children being fewer there than in it.
const PYRAMID: [(u32, i32); 20] = [
    (44, 0),
    (51, 5),
    (54, 10),
    (62, 15),
    (59, 20),
    (57, 25),
    (60, 30),
    (63, 35),
    (64, 40),
    (63, 45),
    (67, 50),
    (66, 55),
    (63, 60),
    (58, 65),
    (54, 70),
    (42, 75),
    (28, 80),
    (20, 85),
    (11, 90),
    (4, 95),
];

/// Bands of age in which prevalences are told: children, then 16-24, 25-34 and
/// so on to 75-84, 85 and more.
pub(super) fn band(age: i32) -> usize {
    match age {
        ..16 => 0,
        16..25 => 1,
        25..35 => 2,
        35..45 => 3,
        45..55 => 4,
        55..65 => 5,
        65..75 => 6,
        75..85 => 7,
        _ => 8,
    }
}

/// Share of each band, in percent.
pub(super) type ByAge = [f64; 9];

/// The share of a person's band.
pub(super) fn by_age(shares: &ByAge, age: i32) -> f64 {
    shares[band(age)] / 100.0
}

/// Deaths in a year, in percent.
const DEATHS: ByAge = [0.02, 0.04, 0.06, 0.1, 0.25, 0.6, 1.3, 3.2, 11.0];

impl Person {
    /// A person alive when the year begins, or born in it.
    pub(super) fn draw(chance: &mut Chance, calendar: &Calendar) -> Self {
        let floor = chance.pick(&PYRAMID).map_or(40, |band| band.1);
        let age = floor + chance.between(0, 4);
        let born = born_on(chance, calendar, age);
        let share = match age {
            ..60 => 0.502,
            60..75 => 0.53,
            75..85 => 0.57,
            _ => 0.67,
        };
        let woman = chance.yes(share);
        let died = chance
            .yes(by_age(&DEATHS, age))
            .then(|| chance.between(calendar.begin.max(born), calendar.end));
        let c2s = chance.yes(if age < 65 { 0.125 } else { 0.04 });
        Self { born, age, woman, died, c2s }
    }
}

fn born_on(chance: &mut Chance, calendar: &Calendar, age: i32) -> Day {
    day(calendar.year - age, 1, 1) + chance.between(0, 364)
}

/// The day from which a médecin traitant could be declared.
const REFORM: Day = day(2005, 1, 1);

/// The doctors a person declared, and the one whose habits they follow: the
/// last one. A patient who left keeps following his former doctor's.
pub(super) fn attachments(
    chance: &mut Chance,
    person: &Person,
    world: &World,
) -> (Vec<Attachment>, Option<usize>) {
    let calendar = &world.calendar;
    let doctors = &world.doctors;
    let alone = doctors.all.len() == 1;
    let home = doctors.draw(chance);
    let since = |doctor: usize| {
        let installed = doctors.all.get(doctor).map_or(REFORM, |doctor| doctor.installed);
        installed.max(person.born).max(REFORM)
    };
    let first = since(home);
    let settled = calendar.before - 1;
    let fate = chance.below(1000);
    // Whoever was born or whose doctor came within the two years.
    if first > settled {
        let last = person.died.unwrap_or(calendar.end);
        let from = chance.between(first, (first + 200).min(last));
        let lines = vec![Attachment { doctor: home, from, to: None }];
        return (if from > last { Vec::new() } else { lines }, Some(home));
    }
    let from = chance.between(first, settled);
    let open = Attachment { doctor: home, from, to: None };
    // Who dies in the year changes no more; nobody ends the declaration.
    if person.died.is_some() {
        return (vec![open], Some(home));
    }
    if let Some(retired) = doctors.all.get(home).and_then(|doctor| doctor.retired) {
        return retirement(chance, world, open, retired, since);
    }
    match fate {
        // No médecin traitant declared: seen in the country, not in one practice.
        0..12 if !alone => (Vec::new(), None),
        // Gone.
        12..32 => {
            let to = Some(chance.between(calendar.before, calendar.end));
            (vec![Attachment { to, ..open }], Some(home))
        }
        // Still there on the last day of the year, gone soon after.
        32..37 => {
            let to = Some(chance.between(calendar.end + 1, calendar.last));
            (vec![Attachment { to, ..open }], Some(home))
        }
        // Come in the year.
        37..67 => {
            let from = chance.between(calendar.begin, calendar.end);
            (vec![Attachment { from, ..open }], Some(home))
        }
        // From another doctor: lately, or long ago.
        67..190 if !alone => {
            let former = doctors.draw(chance);
            let moved =
                if fate < 107 { chance.between(calendar.before, calendar.end) } else { from };
            let start = since(former);
            let latest = Attachment { from: moved, ..open };
            if former == home || start >= moved {
                return (vec![latest], Some(home));
            }
            let from = chance.between(start, moved - 1);
            let to = Some(moved - 1);
            (vec![Attachment { doctor: former, from, to }, latest], Some(home))
        }
        _ => (vec![open], Some(home)),
    }
}

/// The patients of a doctor who retires: most find another one, some none,
/// and some keep a declaration to someone who no longer practises.
fn retirement(
    chance: &mut Chance,
    world: &World,
    open: Attachment,
    retired: Day,
    since: impl Fn(usize) -> Day,
) -> (Vec<Attachment>, Option<usize>) {
    if chance.yes(0.12) {
        return (vec![open], Some(open.doctor));
    }
    let mut lines = vec![Attachment { to: Some(retired), ..open }];
    let next = world.doctors.draw(chance);
    let from = chance.between(retired + 1, retired + 240).max(since(next));
    let practises = world.doctors.all.get(next).is_some_and(|doctor| doctor.retired.is_none());
    if practises && from <= world.calendar.end && chance.yes(0.85) {
        lines.push(Attachment { doctor: next, from, to: None });
        return (lines, Some(next));
    }
    (lines, Some(open.doctor))
}
