//! Vaccines, screening, examinations of children.
//!
//! Influenza and the three cancers follow published levels, see
//! [`calibrage`](super::calibrage). No national rate is published for what the
//! prevention part of the forfait counts besides, nor for children: those
//! levels, written here, are chosen to be plausible.

use super::calendrier::{Day, day};
use super::faits::{Delivery, Stay};
use super::hasard::{Chance, Codes, Stream};
use super::personne::{ByAge, by_age};
use super::recit::Story;

/// Long-term diseases targeted by the influenza campaign.
const TARGETED: &[i32] = &[1, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 18, 19, 28];

/// Tells vaccines, screening and examinations.
pub(super) fn prevent(story: &mut Story) {
    influenza(story);
    adult_vaccines(story);
    if story.person.age <= 17 {
        child(story);
    }
    if story.person.age <= 24 {
        teeth(story);
    }
    breast(story);
    cervix(story);
    colorectal(story);
}

fn influenza(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    let levels = &story.world.levels;
    let (elderly, risk) = (levels.flu_65, levels.flu_risk);
    let september = calendar.september;
    let at_risk = story.facts.has_ald(TARGETED, september, september)
        || story.facts.delivery_dates("R03", calendar.begin, calendar.end) >= 3;
    let (level, spread) = match (age, at_risk) {
        (65.., _) => (elderly, 0.06),
        (_, true) => (risk, 0.06),
        (16.., false) => (0.07, 0.06),
        (_, false) => (0.015, 0.0),
    };
    let effect = story.effects.vaccination;
    let vaccinated = story.reaches(level, effect, spread);
    if vaccinated {
        shot(story, september);
    }
    // Habits last: the former season, whose end falls in January of the year.
    if story.chance.yes(if vaccinated { 0.82 } else { level * 0.3 }) {
        shot(story, september - 365);
    }
}

/// An influenza vaccine in the season that opens this day.
fn shot(story: &mut Story, opens: Day) {
    // October and November for most, the last ones in January.
    let delay = 20 + story.chance.between(0, 45) + story.chance.between(0, 30);
    let late = story.chance.between(0, 50);
    let day = opens + if story.chance.yes(0.12) { 95 + late } else { delay };
    match story.chance.below(100) {
        0..62 => {
            let line = Delivery {
                day,
                cip13: None,
                atc: "J07BB02",
                boxes: 1,
                days: None,
                large: false,
                repertoire: story.told_repertory(false),
            };
            story.facts.deliver(&mut story.chance, line);
            if story.chance.yes(0.4) {
                let later = day + story.chance.between(0, 5);
                story.facts.simple_act(&mut story.chance, later, "prestation", "3360");
            }
        }
        62..86 => story.facts.simple_act(&mut story.chance, day, "prestation", "3331"),
        86..90 => story.facts.simple_act(&mut story.chance, day, "prestation", "3360"),
        _ => story.facts.vaccinate(day, "J07BB02", "carnet"),
    }
}

/// Covid vaccine in a year after 2021, percent. Chosen.
const COVID: ByAge = [1.0, 6.0, 8.0, 10.0, 14.0, 20.0, 38.0, 46.0, 44.0];

/// Pneumococcus for some, Covid since 2021.
fn adult_vaccines(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    if age >= 18 {
        let fragile = !story.facts.ald.is_empty();
        if story.chance.yes(if fragile { 0.18 } else { 0.01 }) {
            let day = story.chance.between(calendar.months_60, calendar.end);
            story.facts.vaccinate(day, "J07AL02", "carnet");
        }
    }
    let share = match calendar.year {
        ..2021 => 0.0,
        2021 => 0.85,
        _ => by_age(&COVID, age),
    };
    if age >= 5 && story.chance.yes(share) {
        let day = story.chance.between(calendar.begin + 30, calendar.end);
        story.facts.vaccinate(day, "J07BN01", "carnet");
    }
}

/// A vaccine of the schedule: months of age, code, share of children who get
/// it. The shares are chosen.
struct Scheduled {
    months: i32,
    code: &'static str,
    share: f64,
}

const fn scheduled(months: i32, code: &'static str, share: f64) -> Scheduled {
    Scheduled { months, code, share }
}

const SCHEDULE: &[Scheduled] = &[
    scheduled(2, "J07CA09", 0.98),
    scheduled(2, "J07AL02", 0.97),
    scheduled(4, "J07CA09", 0.97),
    scheduled(4, "J07AL02", 0.96),
    scheduled(5, "J07AH07", 0.8),
    scheduled(11, "J07CA09", 0.95),
    scheduled(11, "J07AL02", 0.94),
    scheduled(12, "J07AH07", 0.88),
    scheduled(12, "J07BD52", 0.93),
    scheduled(17, "J07BD52", 0.84),
];

/// From this day on, four serogroups of meningococcus instead of C alone.
const QUADRIVALENT: Day = day(2025, 1, 1);

fn child(story: &mut Story) {
    let calendar = story.world.calendar;
    let born = story.facts.born;
    let effect = story.effects.vaccination;
    let refused = story.chance.yes(0.015);
    // Told for the youngest only: what came before four years ago is forgotten.
    if story.person.age <= 3 && !refused {
        for vaccine in SCHEDULE {
            let day = born + vaccine.months * 305 / 10 + story.chance.between(0, 45);
            if day <= calendar.end && story.reaches(vaccine.share, effect, 0.06) {
                let code = if vaccine.code == "J07AH07" && day >= QUADRIVALENT {
                    "J07AH08"
                } else {
                    vaccine.code
                };
                story.facts.vaccinate(day, code, "carnet");
            }
        }
    }
    let girls = if story.person.woman { 0.5 } else { 0.3 };
    if (11..=17).contains(&story.person.age) && story.reaches(girls, effect, 0.08) {
        let first = born + 11 * 365 + story.chance.between(10, 900);
        for day in [first, first + 190] {
            if day <= calendar.end {
                story.facts.vaccinate(day, "J07BM03", "carnet");
            }
        }
    }
    for (code, from, to, share) in
        [("1090", 245, 330, 0.62), ("1091", 672, 788, 0.55), ("1089", 5, 30, 0.7)]
    {
        let day = born + story.chance.between(from, to);
        let told = (calendar.months_36..=calendar.end).contains(&day);
        if story.chance.yes(share) && told {
            story.facts.simple_act(&mut story.chance, day, "prestation", code);
        }
    }
}

/// Dental examinations, offered every third year, every year since 2025.
fn teeth(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    let invited = age >= 3 && (age % 3 == 0 || calendar.year >= 2025);
    if story.chance.yes(if invited { 0.36 } else { 0.02 }) {
        let day = story.chance.between(calendar.begin, calendar.end);
        let code = story.chance.code(&[(60, "9421"), (30, "9422"), (10, "9423")]);
        story.facts.simple_act(&mut story.chance, day, "prestation", code);
    }
}

/// Lung function tests in a year, of children with a lasting treatment of
/// asthma. Chosen low: practices call it out of reach.
const LUNG_TESTED: f64 = 0.16;
const LUNG_TESTS: &Codes = &[(60, "GLQP012"), (25, "GLQP002"), (15, "GLQP008")];

/// The lung function test of a child, with a luck of its own: nothing else of
/// the story depends on it.
pub(super) fn breathe(story: &mut Story, number: u64) {
    if !(6..16).contains(&story.person.age) {
        return;
    }
    let calendar = story.world.calendar;
    let mut chance = Chance::new(story.world.seed, Stream::Breath, number);
    let treated = story.facts.delivery_dates("R03", calendar.begin, calendar.end) >= 3;
    if treated && chance.yes(LUNG_TESTED) {
        let day = chance.between(calendar.begin, calendar.end);
        let code = chance.code(LUNG_TESTS);
        story.facts.simple_act(&mut chance, day, "ccam", code);
    }
}

const BREAST_ACTS: &Codes = &[(70, "QEQK004"), (22, "QEQK001"), (8, "QEQK005")];

fn breast(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    if !story.person.woman || !(38..85).contains(&age) {
        return;
    }
    let level = match age {
        50..75 => story.world.levels.breast,
        ..50 => 0.16,
        _ => 0.11,
    };
    let effect = story.effects.screening;
    if !story.reaches(level, effect, 0.055) {
        return;
    }
    let day = story.chance.between(calendar.months_24, calendar.end);
    if story.chance.yes(0.93) {
        let code = story.chance.code(BREAST_ACTS);
        story.facts.simple_act(&mut story.chance, day, "ccam", code);
    } else {
        story.facts.simple_act(&mut story.chance, day, "prestation", "1336");
    }
}

const SMEARS: &Codes = &[(70, "0013"), (20, "0026"), (6, "0027"), (4, "0028")];

fn cervix(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    if !story.person.woman || !(20..72).contains(&age) {
        return;
    }
    let level = match age {
        25..=65 => story.world.levels.cervix,
        ..25 => 0.12,
        _ => 0.2,
    };
    let effect = story.effects.screening;
    if !story.reaches(level, effect, 0.065) {
        return;
    }
    let count = 1 + i32::from(story.chance.yes(0.2));
    for day in story.chance.days(count, calendar.months_36, calendar.end) {
        let hpv = calendar.year >= 2020 && age >= 30 && story.chance.yes(0.5);
        let sampled = story.chance.yes(0.6);
        if sampled {
            story.facts.simple_act(&mut story.chance, day, "ccam", "JKHD001");
        }
        if hpv {
            story.facts.lab(&mut story.chance, day, "4127");
        } else if !sampled || story.chance.yes(0.7) {
            let code = story.chance.code(SMEARS);
            story.facts.lab(&mut story.chance, day, code);
        }
    }
}

/// Colonoscopy in five years, percent.
const COLONOSCOPY: ByAge = [0.05, 0.6, 1.6, 3.6, 9.0, 15.0, 18.0, 11.0, 3.0];
const COLONOSCOPIES: &Codes = &[(60, "HHQE002"), (10, "HHQE005"), (22, "HHFE002"), (8, "HHFE004")];

fn colorectal(story: &mut Story) {
    let calendar = story.world.calendar;
    let age = story.person.age;
    let explored = story.chance.yes(by_age(&COLONOSCOPY, age));
    if explored {
        let day = story.chance.between(calendar.months_60, calendar.end);
        let code = story.chance.code(COLONOSCOPIES);
        if story.chance.yes(0.55) {
            story.facts.simple_act(&mut story.chance, day, "ccam", code);
        } else {
            let ccam = Some(code);
            let icd10 = story.chance.code(&[(60, "Z121"), (25, "K635"), (15, "D12")]);
            let position = "DP";
            let stay = Stay { from: day, to: day, icd10, position, ccam };
            story.facts.stay(stay);
        }
    }
    if !(50..=75).contains(&age) {
        return;
    }
    // Before 2020 those explored counted too: the level is everyone's.
    let apart = explored && calendar.year >= 2020;
    let (level, effect) = (story.world.levels.colorectal, story.effects.screening);
    let level = if apart { level * 0.3 } else { level };
    if story.reaches(level, effect, 0.055) {
        let day = story.chance.between(calendar.months_24, calendar.end);
        story.facts.simple_act(&mut story.chance, day, "prestation", "9434");
    }
}
