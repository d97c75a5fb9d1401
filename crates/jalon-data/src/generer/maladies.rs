//! What an invented patient suffers from: chronic conditions, long-term
//! diseases (ALD) and hospital stays.

use super::calendrier::Day;
use super::faits::{Ald, Stay};
use super::hasard::Codes;
use super::personne::{ByAge, by_age};
use super::recit::Story;

/// Conditions that decide treatments.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "conditions are independent of each other")]
pub(super) struct State {
    /// Treated by antidiabetics.
    pub diabetic: bool,
    /// Coronary or peripheral arterial disease.
    pub arterial: bool,
    /// Treated by antihypertensives, when there is no arterial disease.
    pub hypertensive: bool,
    /// Inhaled treatment for good.
    pub respiratory: bool,
    /// Psychiatric long-term disease.
    pub psychiatric: bool,
    /// Atrial fibrillation and the like: an anticoagulant.
    pub clotting: bool,
}

/// Treated by antidiabetics, percent.
const DIABETES: ByAge = [0.05, 0.3, 0.6, 1.3, 3.6, 8.2, 13.6, 15.6, 12.5];
/// Coronary or peripheral arterial disease, percent.
const ARTERIAL: ByAge = [0.0, 0.02, 0.06, 0.35, 1.4, 4.2, 7.8, 12.0, 13.0];
/// Treated by antihypertensives without it, percent.
const HYPERTENSION: ByAge = [0.0, 0.25, 1.1, 4.2, 11.5, 23.5, 38.0, 52.0, 56.0];
/// Inhaled treatment for good, percent.
const RESPIRATORY: ByAge = [1.6, 1.6, 1.9, 2.4, 3.0, 4.4, 5.8, 6.6, 6.0];
/// Psychiatric long-term disease, percent.
const PSYCHIATRIC: ByAge = [0.2, 1.4, 2.4, 2.9, 3.1, 2.9, 2.6, 2.2, 2.0];
/// Anticoagulant for good, percent.
const CLOTTING: ByAge = [0.0, 0.05, 0.15, 0.35, 0.8, 2.1, 5.2, 11.5, 15.0];

struct Disease {
    number: i32,
    shares: ByAge,
    icd10: &'static Codes,
}

/// Other long-term diseases, percent by age.
const OTHERS: &[Disease] = &[
    Disease {
        number: 30,
        shares: [0.1, 0.2, 0.4, 1.0, 2.4, 4.6, 7.8, 9.6, 8.0],
        icd10: &[(30, "C50"), (26, "C61"), (16, "C18"), (10, "C34"), (8, "C73"), (10, "C82")],
    },
    Disease {
        number: 5,
        shares: [0.1, 0.1, 0.15, 0.25, 0.6, 1.6, 3.6, 8.5, 12.0],
        icd10: &[(55, "I48"), (35, "I50"), (10, "I35")],
    },
    Disease {
        number: 1,
        shares: [0.01, 0.03, 0.07, 0.18, 0.45, 1.0, 1.8, 2.8, 3.0],
        icd10: &[(80, "I63"), (20, "I61")],
    },
    Disease {
        number: 15,
        shares: [0.0, 0.0, 0.0, 0.0, 0.03, 0.15, 0.8, 4.0, 9.0],
        icd10: &[(75, "G30"), (25, "F01")],
    },
    Disease {
        number: 6,
        shares: [0.02, 0.04, 0.12, 0.3, 0.6, 0.8, 0.6, 0.4, 0.2],
        icd10: &[(60, "K74"), (40, "B18")],
    },
    Disease {
        number: 7,
        shares: [0.02, 0.06, 0.3, 0.5, 0.65, 0.45, 0.2, 0.05, 0.0],
        icd10: &[(100, "B24")],
    },
    Disease {
        number: 19,
        shares: [0.02, 0.04, 0.08, 0.15, 0.3, 0.5, 0.9, 1.4, 1.4],
        icd10: &[(100, "N18")],
    },
    Disease {
        number: 24,
        shares: [0.05, 0.4, 0.6, 0.6, 0.5, 0.5, 0.4, 0.2, 0.1],
        icd10: &[(55, "K50"), (45, "K51")],
    },
    Disease {
        number: 22,
        shares: [0.05, 0.08, 0.15, 0.3, 0.5, 0.8, 1.0, 0.9, 0.6],
        icd10: &[(100, "M05")],
    },
    Disease {
        number: 27,
        shares: [0.0, 0.05, 0.25, 0.5, 0.6, 0.5, 0.35, 0.15, 0.1],
        icd10: &[(100, "M45")],
    },
    Disease {
        number: 25,
        shares: [0.0, 0.04, 0.18, 0.28, 0.32, 0.25, 0.15, 0.05, 0.0],
        icd10: &[(100, "G35")],
    },
    Disease {
        number: 9,
        shares: [0.4, 0.4, 0.45, 0.5, 0.55, 0.5, 0.5, 0.5, 0.4],
        icd10: &[(70, "G40"), (30, "G71")],
    },
    Disease {
        number: 16,
        shares: [0.0, 0.0, 0.0, 0.02, 0.05, 0.2, 0.7, 1.3, 1.0],
        icd10: &[(100, "G20")],
    },
    Disease {
        number: 11,
        shares: [0.04, 0.05, 0.06, 0.06, 0.06, 0.06, 0.05, 0.05, 0.03],
        icd10: &[(100, "D66")],
    },
    Disease {
        number: 12,
        shares: [0.0, 0.0, 0.0, 0.02, 0.1, 0.4, 0.9, 1.6, 2.0],
        icd10: &[(100, "I10")],
    },
    Disease {
        number: 10,
        shares: [0.03, 0.04, 0.04, 0.03, 0.02, 0.01, 0.0, 0.0, 0.0],
        icd10: &[(100, "D57")],
    },
    Disease {
        number: 17,
        shares: [0.1, 0.08, 0.06, 0.06, 0.06, 0.06, 0.05, 0.03, 0.0],
        icd10: &[(100, "E84")],
    },
];

/// Draws conditions, and writes their ALD and stays.
pub(super) fn fall_ill(story: &mut Story) -> State {
    let age = story.person.age;
    let chance = &mut story.chance;
    let diabetic = chance.yes(by_age(&DIABETES, age));
    let men = if story.person.woman { 0.62 } else { 1.4 };
    let more = if diabetic { 1.7 } else { 1.0 };
    let arterial = chance.yes(by_age(&ARTERIAL, age) * men * more);
    let pressure = by_age(&HYPERTENSION, age);
    let pressure = if diabetic { pressure + (1.0 - pressure) * 0.36 } else { pressure };
    let state = State {
        diabetic,
        arterial,
        hypertensive: chance.yes(pressure) && !arterial,
        respiratory: chance.yes(by_age(&RESPIRATORY, age)),
        psychiatric: chance.yes(by_age(&PSYCHIATRIC, age)),
        clotting: chance.yes(by_age(&CLOTTING, age)),
    };
    long_term(story, state);
    stays(story, state);
    state
}

fn long_term(story: &mut Story, state: State) {
    let age = story.person.age;
    if state.diabetic && story.chance.yes(0.8) {
        declare(story, 8, &[(88, "E11"), (12, "E10")]);
    }
    if state.arterial && story.chance.yes(0.86) {
        if story.chance.yes(0.68) {
            declare(story, 13, &[(60, "I25"), (25, "I21"), (15, "I20")]);
        } else {
            declare(story, 3, &[(55, "I702"), (25, "I739"), (20, "I65")]);
        }
    }
    if state.respiratory && story.chance.yes(0.14) {
        declare(story, 14, &[(70, "J44"), (30, "J45")]);
    }
    if state.psychiatric {
        declare(story, 23, &[(45, "F33"), (20, "F32"), (20, "F20"), (15, "F31")]);
    }
    if state.clotting && story.chance.yes(0.35) {
        declare(story, 5, &[(80, "I48"), (20, "I50")]);
    }
    for disease in OTHERS {
        if story.chance.yes(by_age(&disease.shares, age) * 1.12) {
            declare(story, disease.number, disease.icd10);
        }
    }
}

/// An ALD since some day of the past: open for most, ended or about to end for some.
fn declare(story: &mut Story, number: i32, icd10: &Codes) {
    if story.facts.ald.iter().any(|ald| ald.number == number) {
        return;
    }
    let calendar = &story.world.calendar;
    let chance = &mut story.chance;
    let oldest = story.facts.born.max(calendar.begin - 15 * 365);
    let from = if chance.yes(0.06) {
        chance.between(calendar.begin, calendar.end)
    } else {
        chance.between(oldest, calendar.begin - 1)
    };
    let to = chance
        .yes(0.1)
        .then(|| chance.between(calendar.before - 365, calendar.end + 730))
        .filter(|to| *to > from + 180);
    let icd10 = chance.code(icd10);
    story.facts.long_term_disease(Ald { number, icd10, from, to });
}

/// Stays for anything, percent in five years.
const STAYS: ByAge = [22.0, 22.0, 34.0, 28.0, 30.0, 38.0, 52.0, 75.0, 95.0];

const REASONS: &Codes = &[
    (12, "Z00"),
    (10, "K40"),
    (9, "H25"),
    (9, "M17"),
    (8, "K80"),
    (8, "O80"),
    (8, "J18"),
    (7, "S72"),
    (6, "N39"),
    (6, "I50"),
    (6, "R07"),
    (6, "K57"),
    (5, "A41"),
];

fn stays(story: &mut Story, state: State) {
    let calendar = story.world.calendar;
    let known = story.facts.has_ald(&[3, 13], calendar.begin, calendar.end);
    if state.arterial && (!known || story.chance.yes(0.36)) {
        let from = story.chance.between(calendar.months_60, calendar.begin - 1);
        let infarction = story.chance.yes(0.6);
        let (icd10, ccam) = if infarction { ("I21", Some("DDAF006")) } else { ("I702", None) };
        let to = from + story.chance.between(2, 9);
        let position = if story.chance.yes(0.8) { "DP" } else { "DAS" };
        story.facts.stay(Stay { from, to, icd10, position, ccam });
        if story.chance.yes(0.5) {
            story.facts.stay(Stay { from, to, icd10: "I10", position: "DAS", ccam: None });
        }
    }
    let count = story.chance.poisson(by_age(&STAYS, story.person.age));
    for from in story.chance.days(count, calendar.months_60, calendar.end) {
        stay(story, from);
    }
}

fn stay(story: &mut Story, from: Day) {
    let chance = &mut story.chance;
    let icd10 = chance.code(REASONS);
    // Childbirth for those who may.
    let fertile = story.person.woman && (18..46).contains(&story.person.age);
    let icd10 = if icd10 == "O80" && !fertile { "R07" } else { icd10 };
    let to = from + chance.between(0, 6);
    let second = chance.yes(0.25);
    story.facts.stay(Stay { from, to, icd10, position: "DP", ccam: None });
    if second {
        story.facts.stay(Stay { from, to, icd10: "I10", position: "DAS", ccam: None });
    }
}
