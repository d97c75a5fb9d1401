//! What passes: visits, infections, pains, tests, sleeping pills that start.

use super::calendrier::{Day, day};
use super::calibrage::lean;
use super::faits::{Act, Delivery};
use super::hasard::Codes;
use super::maladies::State;
use super::medicaments::{self as drugs, Drug};
use super::personne::{ByAge, by_age};
use super::recit::Story;

/// Visits to a general practitioner in a year, hundredths.
const VISITS: ByAge = [325.0, 310.0, 350.0, 370.0, 420.0, 480.0, 590.0, 770.0, 865.0];
/// Visits to specialists in two years, hundredths.
const SPECIALISTS: ByAge = [105.0, 115.0, 170.0, 180.0, 210.0, 260.0, 325.0, 365.0, 285.0];
/// Days of blood tests in a year, hundredths.
const TESTS: ByAge = [28.0, 72.0, 110.0, 125.0, 160.0, 210.0, 275.0, 365.0, 415.0];
/// Antibiotics in a year for those outside the level, hundredths.
const ANTIBIOTICS: ByAge = [68.0, 50.0, 50.0, 50.0, 52.0, 54.0, 52.0, 56.0, 64.0];
/// Anti-inflammatory in a year, percent.
const NSAID: ByAge = [12.0, 18.0, 21.0, 22.0, 22.0, 19.0, 12.0, 7.0, 4.0];
/// Days of paracetamol in a year, hundredths.
const PARACETAMOL: ByAge = [170.0, 140.0, 155.0, 170.0, 215.0, 275.0, 370.0, 540.0, 690.0];
/// Prescriptions of passing drugs in a year, hundredths.
const PASSING: ByAge = [330.0, 300.0, 350.0, 365.0, 395.0, 440.0, 485.0, 520.0, 520.0];
/// Hypnotics that start in a year, percent.
const NEW_HYPNOTIC: ByAge = [0.0, 0.9, 2.2, 3.4, 4.4, 5.2, 5.6, 6.0, 5.6];
/// Anxiolytics that start in a year, percent.
const NEW_ANXIOLYTIC: ByAge = [0.0, 2.4, 4.6, 6.2, 7.0, 7.0, 6.4, 6.6, 6.4];
/// Nurses' series in two years, hundredths.
const NURSES: ByAge = [7.0, 14.0, 24.0, 29.0, 42.0, 79.0, 160.0, 455.0, 1090.0];
/// Sessions of physiotherapy in two years, hundredths.
const PHYSIOTHERAPY: ByAge = [23.0, 92.0, 125.0, 170.0, 220.0, 275.0, 310.0, 380.0, 435.0];

/// Tells everything that passes.
pub(super) fn pass(story: &mut Story, state: State) {
    visits(story);
    tests(story, state);
    antibiotics(story);
    anti_inflammatories(story);
    paracetamol(story);
    passing(story);
    salbutamol(story, state);
    if story.person.age >= 16 {
        sleep(story);
        worry(story);
    }
    care(story);
}

fn whole_period(story: &Story) -> (Day, Day) {
    (story.world.calendar.before, story.world.calendar.end)
}

fn visits(story: &mut Story) {
    let (low, high) = whole_period(story);
    let age = story.person.age;
    let year = story.world.calendar.year;
    // Some people see nobody for years.
    let rate = if story.chance.yes(0.05) { 0.0 } else { 2.1 * by_age(&VISITS, age) };
    let count = story.chance.poisson(rate);
    for day in story.chance.days(count, low, high) {
        let house = age >= 75 && story.chance.yes(0.25);
        let remote = year >= 2020 && story.chance.yes(0.05);
        let code = match (house, remote) {
            (true, _) => "V",
            (false, true) => "TCG",
            // The letter changed in May 2017.
            (false, false) if day < self::day(2017, 5, 1) => "C",
            (false, false) => "G",
        };
        let by = if story.chance.yes(0.86) { story.home } else { None };
        let act = Act { day, system: "ngap", code, quantity: 1, by, specialty: Some("1") };
        story.facts.act(&mut story.chance, act);
    }
    let count = story.chance.poisson(by_age(&SPECIALISTS, age));
    for day in story.chance.days(count, low, high) {
        let specialty = story.chance.code(SPECIALTIES);
        specialist(story, day, specialty);
    }
    // Eyes: those of diabetics have a level of their own.
    if story.facts.delivery_dates("A10", low, high) == 0 {
        let share = if age < 45 { 0.22 } else { 0.4 };
        if story.chance.yes(share) {
            let day = story.chance.between(low, high);
            specialist(story, day, "15");
        }
    }
}

/// Specialists other than eye doctors.
const SPECIALTIES: &Codes =
    &[(18, "3"), (20, "5"), (22, "7"), (12, "8"), (9, "11"), (10, "13"), (9, "33")];

/// A visit to a specialist.
pub(super) fn specialist(story: &mut Story, day: Day, specialty: &'static str) {
    let specialty = Some(specialty);
    let act = Act { day, system: "ngap", code: "CS", quantity: 1, by: None, specialty };
    story.facts.act(&mut story.chance, act);
}

/// Tests of a usual blood sample, with how often each is part of it, percent.
const SAMPLE: &Codes = &[
    (82, "1104"),
    (46, "0996"),
    (44, "0552"),
    (40, "1610"),
    (36, "1804"),
    (30, "0522"),
    (28, "0519"),
    (12, "1139"),
    (10, "2002"),
    (9, "1124"),
    (8, "0578"),
    (7, "5201"),
];

fn tests(story: &mut Story, state: State) {
    let calendar = story.world.calendar;
    let chronic = state.diabetic || state.hypertensive || state.arterial;
    let rate = by_age(&TESTS, story.person.age) * if chronic { 1.25 } else { 1.0 };
    let count = story.chance.poisson(rate);
    for day in story.chance.days(count, calendar.begin, calendar.end) {
        for (share, code) in SAMPLE {
            if story.chance.below(100) < *share {
                story.facts.lab(&mut story.chance, day, code);
            }
        }
        // Creatinine of the others belongs to their kidney checks.
        if !chronic && story.chance.yes(0.5) {
            story.facts.lab(&mut story.chance, day, "0592");
        }
    }
}

/// A day of one of the two years, winter more often.
fn winter_day(story: &mut Story, year: i32) -> Day {
    const MONTHS: &[(u32, i32)] = &[
        (13, 1),
        (12, 2),
        (10, 3),
        (8, 4),
        (7, 5),
        (6, 6),
        (5, 7),
        (5, 8),
        (7, 9),
        (8, 10),
        (9, 11),
        (13, 12),
    ];
    let month = story.chance.pick(MONTHS).map_or(1, |month| month.1);
    day(year, month, 1) + story.chance.between(0, 27)
}

fn antibiotics(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    let ill = story.facts.ald.iter().any(|ald| ald.in_force(calendar.begin, calendar.end));
    let levels = &story.world.levels;
    let (level, resistance) = (levels.antibiotics, levels.resistance);
    let mean = match (age, ill) {
        (16..66, false) => level,
        _ => by_age(&ANTIBIOTICS, age) * level / 0.4,
    };
    // A few people are often ill: the factors have mean one.
    let frailty = match story.chance.below(10) {
        0..6 => 0.5,
        6..9 => 1.3,
        _ => 3.1,
    };
    let habit = 1.0 + 0.16 * story.effects.antibiotics;
    // Not the same habit as the number: the two would move the share together.
    let effect = -story.effects.efficiency;
    for year in [calendar.year - 1, calendar.year] {
        for _ in 0..story.chance.poisson(mean * frailty * habit) {
            let day = winter_day(story, year);
            let risky = story.reaches(resistance, effect, 0.06);
            let family = if risky { drugs::RESISTANCE } else { drugs::ANTIBIOTICS };
            let boxes = 1 + i32::from(story.chance.yes(0.35));
            if let Some(drug) = story.chance.pick(family) {
                story.deliver_once(drug, day, boxes, 7);
            }
        }
    }
}

fn anti_inflammatories(story: &mut Story) {
    let calendar = story.world.calendar;
    let share = by_age(&NSAID, story.person.age);
    let (level, effect) = (story.world.levels.ppi_nsaid, story.effects.iatrogenic);
    for (low, high) in [(calendar.before, calendar.begin - 1), (calendar.begin, calendar.end)] {
        if !story.chance.yes(share) {
            continue;
        }
        let covered = story.reaches(level, effect, 0.08);
        let count = 1 + story.chance.poisson(0.6).min(4);
        for (number, day) in story.chance.days(count, low, high).into_iter().enumerate() {
            if let Some(drug) = story.chance.pick(drugs::NSAID) {
                story.deliver_once(drug, day, 1, 10);
            }
            if covered && (number == 0 || story.chance.yes(0.6)) {
                once(story, drugs::PPI, day, 14);
            }
        }
    }
}

fn once(story: &mut Story, family: &[Drug], day: Day, days: i32) {
    if let Some(drug) = story.chance.pick(family) {
        story.deliver_once(drug, day, 1, days);
    }
}

fn paracetamol(story: &mut Story) {
    let (low, high) = whole_period(story);
    let count = story.chance.poisson(2.0 * by_age(&PARACETAMOL, story.person.age));
    for day in story.chance.days(count, low, high) {
        let boxes = 1 + story.chance.poisson(0.7).min(4);
        story.deliver_once(&drugs::PARACETAMOL, day, boxes, boxes * 5);
    }
}

fn passing(story: &mut Story) {
    let (low, high) = whole_period(story);
    let age = story.person.age;
    let count = story.chance.poisson(2.0 * by_age(&PASSING, age));
    for day in story.chance.days(count, low, high) {
        let lines = 1 + story.chance.poisson(1.3).min(5);
        for _ in 0..lines {
            let boxes = 1 + i32::from(story.chance.yes(0.15));
            if let Some(drug) = story.chance.pick(drugs::PASSING) {
                story.deliver_once(drug, day, boxes, 10);
            }
        }
        if age >= 16 && story.chance.yes(0.09) {
            once(story, drugs::PPI, day, 28);
        }
    }
}

/// A bronchodilator once or twice: too little for a chronic disease.
fn salbutamol(story: &mut Story, state: State) {
    if state.respiratory || !story.chance.yes(0.045) {
        return;
    }
    let calendar = story.world.calendar;
    let count = 1 + i32::from(story.chance.yes(0.3));
    for day in story.chance.days(count, calendar.begin, calendar.end) {
        story.deliver_once(&drugs::SALBUTAMOL, day, 1, 30);
    }
}

/// Deliveries of a treatment: how many, of how many boxes, how many days apart.
#[derive(Clone, Copy, Debug)]
struct Deliveries {
    count: i32,
    boxes: i32,
    apart: i32,
}

/// A class of sleeping pills or tranquillisers, and how its treatments go.
struct Sedative {
    family: &'static [Drug],
    /// What the codes of the class begin with.
    classes: &'static [&'static str],
    /// Days of a box.
    days: i32,
    /// Days beyond which a treatment is too long.
    limit: i32,
    /// Treatments within the limit, and how likely each is.
    short: &'static [(u32, Deliveries)],
    /// The shortest treatment beyond the limit.
    long: Deliveries,
}

const HYPNOTIC: Sedative = Sedative {
    family: drugs::HYPNOTICS,
    classes: &["N05CF", "N05CD"],
    days: 14,
    limit: 28,
    short: &[
        (5, Deliveries { count: 1, boxes: 1, apart: 0 }),
        (3, Deliveries { count: 1, boxes: 2, apart: 0 }),
        (2, Deliveries { count: 2, boxes: 1, apart: 12 }),
    ],
    long: Deliveries { count: 2, boxes: 2, apart: 28 },
};

const ANXIOLYTIC: Sedative = Sedative {
    family: drugs::ANXIOLYTICS,
    classes: &["N05BA"],
    days: 30,
    limit: 84,
    short: &[
        (13, Deliveries { count: 1, boxes: 1, apart: 0 }),
        (5, Deliveries { count: 2, boxes: 1, apart: 30 }),
        (2, Deliveries { count: 3, boxes: 1, apart: 25 }),
    ],
    long: Deliveries { count: 4, boxes: 1, apart: 29 },
};

fn sleep(story: &mut Story) {
    let share = by_age(&NEW_HYPNOTIC, story.person.age);
    sedate(story, &HYPNOTIC, share, story.world.levels.hypnotics);
}

fn worry(story: &mut Story) {
    let share = by_age(&NEW_ANXIOLYTIC, story.person.age);
    sedate(story, &ANXIOLYTIC, share, story.world.levels.anxiolytics);
}

/// A treatment that starts in one of the two years, if any does. Nobody starts
/// who takes the class for good, nor in the second year who did in the first.
fn sedate(story: &mut Story, class: &Sedative, share: f64, level: f64) {
    let calendar = story.world.calendar;
    let (before, end) = (calendar.before, calendar.end);
    let taken = |class: &&str| story.facts.delivery_dates(class, before, end) > 0;
    let known = class.classes.iter().any(taken);
    let this_year = story.chance.yes(share);
    if known || !(this_year || story.chance.yes(share)) {
        return;
    }
    let low = if this_year { calendar.begin } else { before };
    let first = story.chance.between(low, low + 364);
    let level = lean(level, story.effects.iatrogenic, 0.07);
    // The end of the year cuts treatments: those that start too late cannot be
    // too long, so the others are a little more often.
    let could = f64::from(364 - class.limit) / 365.0;
    let long = if this_year {
        end - first > class.limit && story.chance.yes(level / could)
    } else {
        story.chance.yes(level)
    };
    let Some(drug) = story.chance.pick(class.family) else {
        return;
    };
    let repertoire = story.is_generic(drug);
    let Deliveries { count, boxes, apart } = if long {
        let more = story.chance.poisson(2.0);
        Deliveries { count: class.long.count + more, ..class.long }
    } else {
        story.chance.pick(class.short).map_or(class.long, |short| short.1)
    };
    for number in 0..count {
        let day = first + number * apart + if long { story.chance.between(-1, 2) } else { 0 };
        let day = if number == 0 { first } else { day };
        if day > end {
            break;
        }
        let line = Delivery {
            day,
            cip13: None,
            atc: drug.atc,
            boxes,
            days: story.told_days(boxes * class.days),
            large: false,
            repertoire: story.told_repertory(repertoire),
        };
        story.facts.deliver(&mut story.chance, line);
    }
}

/// Nurses and physiotherapists.
fn care(story: &mut Story) {
    let (low, high) = whole_period(story);
    let age = story.person.age;
    let series = story.chance.poisson(by_age(&NURSES, age));
    for day in story.chance.days(series, low, high) {
        let quantity = 1 + story.chance.between(0, 9);
        let act = Act { day, system: "ngap", code: "AMI", quantity, by: None, specialty: None };
        story.facts.act(&mut story.chance, act);
    }
    if story.chance.yes(0.2) {
        let sessions = story.chance.poisson(5.0 * by_age(&PHYSIOTHERAPY, age));
        for day in story.chance.days(sessions, low, high) {
            story.facts.simple_act(&mut story.chance, day, "ngap", "AMK");
        }
    }
}
