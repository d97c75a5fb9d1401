//! Lasting treatments and the tests that go with them.

use super::hasard::Codes;
use super::maladies::State;
use super::medicaments::{self as drugs, Drug};
use super::passages::specialist;
use super::personne::{ByAge, by_age};
use super::recit::{Course, Rhythm, Story};

/// Diabetics among patients on antihypertensives, measured: it ties the two
/// kidney checks, since a diabetic on antihypertensives counts in both.
const DIABETICS_ON_ANTIHYPERTENSIVES: f64 = 0.165;

/// Statin without arterial disease, percent.
const STATIN: ByAge = [0.0, 0.05, 0.5, 2.0, 6.2, 13.5, 23.5, 25.0, 14.5];
/// Antiplatelet without arterial disease, percent.
const ANTIPLATELET: ByAge = [0.0, 0.02, 0.08, 0.5, 1.6, 4.8, 9.4, 14.5, 17.0];
/// Proton pump inhibitor, percent.
const PPI: ByAge = [0.3, 0.8, 2.4, 4.6, 7.6, 12.5, 18.5, 25.0, 29.0];
/// Antidepressant, percent; from 75 see [`psychotropes`].
const DEPRESSION: ByAge = [0.1, 1.0, 2.6, 4.2, 5.8, 7.2, 7.0, 0.0, 0.0];
/// Hypnotic for good, percent; from 75 see [`psychotropes`].
const HYPNOTIC: ByAge = [0.0, 0.05, 0.3, 0.8, 1.4, 2.4, 3.6, 0.0, 0.0];
/// Anxiolytic for good, percent.
const ANXIOLYTIC: ByAge = [0.0, 0.2, 0.7, 1.7, 2.8, 4.2, 5.6, 8.0, 9.5];
/// Thyroid hormone, women, percent.
const THYROID: ByAge = [0.1, 0.7, 2.2, 4.0, 6.0, 8.5, 10.5, 11.5, 11.0];
/// Other lasting drugs, per hundred persons.
const LASTING: ByAge = [20.0, 33.0, 62.0, 110.0, 185.0, 285.0, 410.0, 580.0, 695.0];

/// Tells every lasting treatment.
pub(super) fn treat(story: &mut Story, state: State) {
    if state.diabetic {
        diabetes(story);
    }
    heart(story, state);
    kidney(story, state);
    if state.clotting {
        anticoagulant(story);
    }
    if state.respiratory {
        lasting(story, drugs::INHALED, 0.08);
    }
    mind(story, state);
    others(story);
}

/// A lasting treatment of a family without a level of its own.
fn lasting(story: &mut Story, family: &[Drug], new: f64) {
    if let Some(drug) = story.chance.pick(family) {
        let from = story.start(new);
        let repertoire = story.is_generic(drug);
        story.follow(Course::monthly(drug.atc, repertoire, from));
    }
}

/// A lasting treatment whose boxes have a level of their own.
fn levelled(story: &mut Story, family: &[Drug], level: f64, from: usize) {
    if let Some(drug) = story.chance.pick(family) {
        let repertoire = story.in_repertory(level);
        let rhythm = pack(story, 0.24);
        story.follow(Course { rhythm, ..Course::monthly(drug.atc, repertoire, from) });
    }
}

fn pack(story: &mut Story, large: f64) -> Rhythm {
    if story.chance.yes(large) { Rhythm::Quarterly } else { Rhythm::Monthly }
}

fn diabetes(story: &mut Story) {
    let levels = &story.world.levels;
    let (metformin, gliflozins) = (levels.metformin, story.world.calendar.year >= 2020);
    let from = story.start(0.05);
    let effect = story.effects.efficiency;
    let on_metformin = story.reaches(metformin, effect, 0.05);
    let others =
        if gliflozins { drugs::OTHER_ANTIDIABETICS_2020 } else { drugs::OTHER_ANTIDIABETICS };
    if on_metformin {
        oral(story, drugs::METFORMIN, from);
    }
    let on_insulin = story.chance.yes(if on_metformin { 0.17 } else { 0.4 });
    if on_insulin {
        insulin(story, from);
    }
    if story.chance.yes(0.5) || !(on_metformin || on_insulin) {
        oral(story, others, from);
    }
    if story.chance.yes(0.12) {
        oral(story, others, from);
    }
    hba1c(story);
    eye(story);
}

fn oral(story: &mut Story, family: &[Drug], from: usize) {
    if let Some(drug) = story.chance.pick(family) {
        let repertoire = story.is_generic(drug);
        let rhythm = pack(story, 0.2);
        story.follow(Course { rhythm, ..Course::monthly(drug.atc, repertoire, from) });
    }
}

fn insulin(story: &mut Story, from: usize) {
    if story.chance.yes(0.62) {
        let year = story.world.calendar.year;
        let levels = &story.world.levels;
        let (toujeo, biosimilar) = (levels.toujeo, levels.glargine);
        // The level counts Toujeo among the boxes in 2018 and 2019.
        let wide = matches!(year, 2018 | 2019);
        let biosimilar = if wide { (biosimilar / (1.0 - toujeo)).min(1.0) } else { biosimilar };
        let effect = story.effects.efficiency;
        let product = if story.chance.yes(toujeo) {
            drugs::TOUJEO
        } else if story.reaches(biosimilar, effect, 0.08) {
            drugs::BIOSIMILARS
        } else {
            drugs::LANTUS
        };
        let cip13 = Some(story.chance.code(product));
        story.follow(Course { cip13, ..Course::monthly(drugs::GLARGINE, false, from) });
    }
    if story.chance.yes(0.62)
        && let Some(drug) = story.chance.pick(drugs::OTHER_INSULINS)
    {
        story.follow(Course::monthly(drug.atc, false, from));
    }
}

fn hba1c(story: &mut Story) {
    let calendar = story.world.calendar;
    let (level, effect) = (story.world.levels.hba1c, story.effects.followup);
    let enough = story.reaches(level, effect, 0.085);
    let fructosamine = story.chance.yes(0.008);
    let count = if enough {
        2 + story.chance.poisson(0.9).min(3)
    } else {
        i32::from(story.chance.yes(0.62))
    };
    for day in story.chance.days(count, calendar.begin, calendar.end) {
        story.facts.lab(&mut story.chance, day, "1577");
        if story.chance.yes(0.6) {
            story.facts.lab(&mut story.chance, day, "0552");
        }
    }
    if fructosamine {
        for day in story.chance.days(3, calendar.begin, calendar.end) {
            story.facts.lab(&mut story.chance, day, "1576");
        }
    }
}

const EYE_ACTS: &Codes =
    &[(48, "BGQP002"), (30, "BGQP003"), (10, "BGQP007"), (7, "BGQP009"), (5, "EBQF001")];

fn eye(story: &mut Story) {
    let calendar = story.world.calendar;
    let (level, effect) = (story.world.levels.eye, story.effects.followup);
    let low = if calendar.year >= 2019 { calendar.months_27 } else { calendar.months_24 };
    if story.reaches(level, effect, 0.06) {
        let count = 1 + story.chance.poisson(0.5).min(2);
        for day in story.chance.days(count, low, calendar.end) {
            if story.chance.yes(0.55) {
                let code = story.chance.code(EYE_ACTS);
                story.facts.simple_act(&mut story.chance, day, "ccam", code);
            } else {
                specialist(story, day, "15");
            }
        }
    }
}

/// Kidney checks of diabetics and of patients on antihypertensives: both, the
/// creatinine alone, the albuminuria alone, or none.
fn kidney(story: &mut Story, state: State) {
    if !(state.diabetic || state.hypertensive || state.arterial) {
        return;
    }
    let calendar = story.world.calendar;
    let levels = &story.world.levels;
    let (diabetes, hypertension) = (levels.kidney_diabetes, levels.kidney_hypertension);
    let level = if state.diabetic {
        diabetes
    } else {
        let share = DIABETICS_ON_ANTIHYPERTENSIVES;
        ((hypertension - share * diabetes) / (1.0 - share)).max(0.0)
    };
    let effect = story.effects.kidney;
    let both = story.reaches(level, effect, 0.1);
    let creatinine = both || story.chance.yes(0.76);
    let albumin = both || (!creatinine && story.chance.yes(0.1));
    if creatinine {
        let count = 1 + story.chance.poisson(0.6).min(3);
        for day in story.chance.days(count, calendar.begin, calendar.end) {
            let code = if story.chance.yes(0.82) { "0592" } else { "0593" };
            story.facts.lab(&mut story.chance, day, code);
        }
    }
    let old = calendar.year <= 2018;
    if albumin {
        let day = story.chance.between(calendar.begin, calendar.end);
        let code = if old && story.chance.yes(0.35) { "2004" } else { "1133" };
        story.facts.lab(&mut story.chance, day, code);
    } else if !old && story.chance.yes(0.04) {
        // Proteinuria, which no longer counts.
        let day = story.chance.between(calendar.begin, calendar.end);
        story.facts.lab(&mut story.chance, day, "2004");
    }
}

/// Statin, antiplatelet and antihypertensives.
fn heart(story: &mut Story, state: State) {
    let age = story.person.age;
    let levels = &story.world.levels;
    let (three, repertory) = (levels.secondary_prevention, levels.antihypertensives);
    if state.arterial {
        let effect = story.effects.followup;
        let all = story.reaches(three, effect, 0.05);
        // Those who lack one of the three: four in ten lack the statin, two in
        // ten the antiplatelet, four in ten the last one.
        let lacking = story.chance.below(10);
        let statin = all || (lacking >= 4 && story.chance.yes(0.7));
        let antiplatelet = all || (!(4..6).contains(&lacking) && story.chance.yes(0.78));
        let raas = all || (lacking < 6 && story.chance.yes(0.6));
        let from = story.start(0.02);
        if statin {
            lipids(story, from, true);
        }
        if antiplatelet {
            platelets(story, from);
        }
        if raas {
            levelled(story, drugs::RAAS, repertory, from);
        }
        if story.chance.yes(0.72) {
            levelled(story, drugs::ANTIHYPERTENSIVES, repertory, from);
        }
        return;
    }
    if state.hypertensive {
        let from = story.start(0.06);
        let raas = story.chance.yes(0.66);
        if raas {
            levelled(story, drugs::RAAS, repertory, from);
        }
        if !raas || story.chance.yes(0.5) {
            levelled(story, drugs::ANTIHYPERTENSIVES, repertory, from);
        }
        if story.chance.yes(0.16) {
            levelled(story, drugs::ANTIHYPERTENSIVES, repertory, from);
        }
    }
    let more = if state.diabetic { 0.3 } else { 0.0 };
    let share = by_age(&STATIN, age);
    if story.chance.yes(share + (1.0 - share) * more) {
        let from = story.start(0.08);
        lipids(story, from, false);
    }
    let share = by_age(&ANTIPLATELET, age);
    if !state.clotting && story.chance.yes(share + (1.0 - share) * more * 0.5) {
        let from = story.start(0.05);
        platelets(story, from);
    }
}

fn lipids(story: &mut Story, from: usize, keeps_statin: bool) {
    let levels = &story.world.levels;
    let (ezetimibe, statins) = (levels.ezetimibe, levels.statins);
    let effect = story.effects.iatrogenic;
    if !story.reaches(ezetimibe, effect, 0.06) {
        levelled(story, drugs::STATINS, statins, from);
        return;
    }
    let form = if keeps_statin { 0 } else { story.chance.below(10) };
    if form < 5 {
        levelled(story, drugs::STATINS, statins, from);
    }
    match form {
        0..5 | 9 => lasting_from(story, &drugs::EZETIMIBE, from),
        _ => {
            if let Some(drug) = story.chance.pick(drugs::EZETIMIBE_COMBINED) {
                lasting_from(story, drug, from);
            }
        }
    }
}

fn lasting_from(story: &mut Story, drug: &Drug, from: usize) {
    let repertoire = story.is_generic(drug);
    story.follow(Course::monthly(drug.atc, repertoire, from));
}

fn platelets(story: &mut Story, from: usize) {
    let (level, effect) = (story.world.levels.aspirin, story.effects.efficiency);
    let aspirin = story.reaches(level, effect, 0.05);
    if aspirin {
        lasting_from(story, &drugs::ASPIRIN, from);
    }
    if (!aspirin || story.chance.yes(0.1))
        && let Some(drug) = story.chance.pick(drugs::OTHER_ANTIPLATELETS)
    {
        lasting_from(story, drug, from);
    }
}

fn anticoagulant(story: &mut Story) {
    let left = story.world.levels.avk_left;
    if !story.chance.yes(0.54 * left) {
        lasting(story, drugs::DIRECT_ANTICOAGULANTS, 0.1);
        return;
    }
    lasting(story, drugs::AVK, 0.04);
    let calendar = story.world.calendar;
    let deliveries = story.facts.delivery_dates("B01AA", calendar.begin, calendar.end);
    if deliveries == 0 {
        return;
    }
    let first = story
        .facts
        .deliveries
        .iter()
        .filter(|line| line.atc.starts_with("B01AA") && line.day >= calendar.begin)
        .map(|line| line.day)
        .min();
    let (level, effect) = (story.world.levels.inr, story.effects.followup);
    let enough = story.reaches(level, effect, 0.06);
    let least = if calendar.year <= 2018 { 10 } else { deliveries };
    let count = if enough {
        least.max(deliveries) + story.chance.poisson(1.5)
    } else {
        let most = (least - 1).max(0);
        story.chance.between(most / 3, most)
    };
    let low = first.unwrap_or(calendar.begin).min(calendar.end - 30);
    for day in story.chance.days(count, low, calendar.end) {
        story.facts.lab(&mut story.chance, day, "0127");
    }
}

/// Drugs of the mind taken for good.
fn mind(story: &mut Story, state: State) {
    let age = story.person.age;
    if age >= 75 {
        psychotropes(story);
    } else {
        let women = if story.person.woman { 1.35 } else { 0.65 };
        let depressed = by_age(&DEPRESSION, age) * women;
        if story.chance.yes(if state.psychiatric { 0.55 } else { depressed }) {
            lasting(story, drugs::ANTIDEPRESSANTS, 0.1);
        }
        if state.psychiatric && story.chance.yes(0.45) {
            lasting(story, drugs::ANTIPSYCHOTICS, 0.05);
        }
        if story.chance.yes(by_age(&HYPNOTIC, age)) {
            lasting(story, drugs::HYPNOTICS, 0.0);
        }
    }
    if story.chance.yes(by_age(&ANXIOLYTIC, age)) {
        lasting(story, drugs::ANXIOLYTICS, 0.0);
    }
}

/// From 75 years: two substances, one, or none, as the level asks.
fn psychotropes(story: &mut Story) {
    let (level, effect) = (story.world.levels.psychotropes, story.effects.iatrogenic);
    let families: &[&[Drug]] = if story.reaches(level, effect, 0.08) {
        match story.chance.below(20) {
            0..10 => &[drugs::ANTIDEPRESSANTS, drugs::HYPNOTICS],
            10..14 => &[drugs::ANTIDEPRESSANTS, drugs::ANTIPSYCHOTICS],
            14..17 => &[drugs::ANTIPSYCHOTICS, drugs::HYPNOTICS],
            _ => &[&drugs::ANTIDEPRESSANTS[..4], drugs::SECOND_ANTIDEPRESSANTS],
        }
    } else {
        match story.chance.below(100) {
            0..9 => &[drugs::ANTIDEPRESSANTS],
            9..15 => &[drugs::HYPNOTICS],
            15..17 => &[drugs::ANTIPSYCHOTICS],
            _ => &[],
        }
    };
    for family in families {
        lasting(story, family, 0.0);
    }
}

/// Other lasting drugs.
fn others(story: &mut Story) {
    let (age, woman) = (story.person.age, story.person.woman);
    if story.chance.yes(by_age(&PPI, age)) {
        lasting(story, drugs::PPI, 0.12);
    }
    let thyroid = by_age(&THYROID, age) * if woman { 1.0 } else { 0.25 };
    let thyroid = story.chance.yes(thyroid);
    if thyroid {
        let from = story.start(0.05);
        let repertoire = story.is_generic(&drugs::THYROID);
        let rhythm = pack(story, 0.35);
        story.follow(Course { rhythm, ..Course::monthly(drugs::THYROID.atc, repertoire, from) });
    }
    tsh(story, thyroid);
    if woman && (16..46).contains(&age) && story.chance.yes(0.3) {
        let from = story.start(0.15);
        if let Some(drug) = story.chance.pick(drugs::CONTRACEPTION) {
            let repertoire = story.is_generic(drug);
            let rhythm = Rhythm::Quarterly;
            story.follow(Course { rhythm, ..Course::monthly(drug.atc, repertoire, from) });
        }
    }
    if woman && age >= 50 && story.chance.yes(0.16) {
        lasting(story, drugs::LATER_WOMEN, 0.1);
    }
    if !woman && age >= 50 && story.chance.yes(if age >= 65 { 0.26 } else { 0.07 }) {
        lasting(story, drugs::PROSTATE, 0.08);
    }
    for _ in 0..story.chance.poisson(by_age(&LASTING, age)) {
        let new = if story.chance.yes(0.4) { 1.0 } else { 0.0 };
        stretch(story, new);
    }
}

/// A lasting drug that may also stop: half of them last the two years.
fn stretch(story: &mut Story, new: f64) {
    let Some(drug) = story.chance.pick(drugs::LASTING) else {
        return;
    };
    let from = story.start(new);
    let repertoire = story.is_generic(drug);
    let visits = if story.chance.yes(0.5) { usize::MAX } else { 3 };
    story.follow(Course { visits, ..Course::monthly(drug.atc, repertoire, from) });
}

/// Thyroid assays in percent, women without treatment.
const TSH: ByAge = [2.0, 6.0, 11.0, 12.0, 15.0, 17.0, 18.0, 20.0, 20.0];

/// The other thyroid assays.
const THYROID_ASSAYS: &Codes =
    &[(64, "1211"), (12, "1212"), (10, "1207"), (8, "1210"), (6, "1209")];

fn tsh(story: &mut Story, thyroid: bool) {
    let (age, woman) = (story.person.age, story.person.woman);
    let assayed = match (thyroid, woman) {
        (true, _) => 0.86,
        (false, true) => by_age(&TSH, age),
        (false, false) => by_age(&TSH, age) * 0.55,
    };
    if !story.chance.yes(assayed) {
        return;
    }
    let calendar = story.world.calendar;
    let (level, effect) = (story.world.levels.tsh_alone, story.effects.efficiency);
    let alone = story.reaches(level, effect, 0.06);
    if alone || story.chance.yes(0.5) {
        // Some of them in the last months of the year before.
        let count = 1 + i32::from(story.chance.yes(0.3));
        let low = if story.chance.yes(0.12) { calendar.months_15 } else { calendar.begin };
        for day in story.chance.days(count, low, calendar.end) {
            story.facts.lab(&mut story.chance, day, "1208");
        }
    }
    if !alone {
        let day = story.chance.between(calendar.begin, calendar.end);
        let code = story.chance.code(THYROID_ASSAYS);
        story.facts.lab(&mut story.chance, day, code);
    }
}
