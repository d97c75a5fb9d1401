//! What invented doctors declare: the four indicators no claim can tell.

use super::World;
use super::calendrier::{Day, day};
use super::calibrage::lean;
use super::hasard::{Chance, Stream};

/// What one doctor's list counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ListCount {
    /// Adults of the list.
    pub adults: u32,
    /// Those treated for diabetes.
    pub diabetics: u32,
}

/// A line of `declarations`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Declaration<'a> {
    pub doctor: &'a str,
    pub indicator: &'static str,
    pub numerator: u32,
    pub denominator: u32,
    pub day: Day,
}

/// The declarations of every doctor, in their order. One in eight declares
/// nothing, and some forget an indicator.
pub(super) fn declare<'a>(world: &'a World, counts: &[ListCount]) -> Vec<Declaration<'a>> {
    let levels = &world.levels;
    let opens = day(world.calendar.year, 12, 10);
    let mut lines = Vec::new();
    for ((number, doctor), count) in (0_u64..).zip(&world.doctors.all).zip(counts) {
        let mut chance = Chance::new(world.seed, Stream::Declaration, number);
        if chance.yes(0.12) || count.adults < 20 {
            continue;
        }
        let day = chance.between(opens, world.calendar.last);
        let adults = f64::from(count.adults);
        let smokers = sample(&mut chance, count.adults, 0.23);
        let drinkers = sample(&mut chance, count.adults, 0.06);
        let statins = chance.poisson(adults * 0.012).unsigned_abs();
        let effects = &doctor.effects;
        for (indicator, denominator, level, effect) in [
            ("diabete-pieds", count.diabetics, levels.feet, effects.followup),
            ("risque-cv-score", statins, levels.risk_score, effects.efficiency),
            ("tabac", smokers, levels.tobacco, effects.screening),
            ("alcool", drinkers, levels.alcohol, effects.screening),
        ] {
            let level = lean(level, effect, 0.09);
            let numerator = sample(&mut chance, denominator, level);
            if !chance.yes(0.03) {
                lines.push(Declaration {
                    doctor: &doctor.id,
                    indicator,
                    numerator,
                    denominator,
                    day,
                });
            }
        }
    }
    lines
}

/// How many of `count`, each with this probability.
fn sample(chance: &mut Chance, count: u32, probability: f64) -> u32 {
    (0..count).map(|_| u32::from(chance.yes(probability))).sum()
}
