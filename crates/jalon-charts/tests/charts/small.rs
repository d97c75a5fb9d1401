//! Bullets in a cell, and strips of few.

use jalon_charts::Measure;
use jalon_charts::{Bullet, Chart, Direction, Objectives, Others, RateKind, Reading, Strip, Width};

use crate::support::{bullets, percent, prefix, rising};

fn share(numerator: u64, denominator: u64) -> Reading {
    Reading::known(Measure::new(RateKind::Share, numerator, denominator).unwrap())
}

#[test]
fn a_cell_has_a_name_and_no_letter() {
    let known = bullets().into_iter().find(|(name, _)| *name == "taux").unwrap().1;
    let cell = known.cell(&prefix()).into_string();
    assert!(
        cell.contains("role=\"img\"><title>entre l&#39;objectif intermédiaire et la cible</title>")
    );
    assert!(!cell.contains("<text") && !cell.contains(" id=") && cell.len() < 1_200, "{cell}");
    // 72,2 % of 116 pixels after the edge, and better is on the right.
    assert!(cell.contains("<rect x=\"2\" y=\"9\" width=\"83.78\""), "{cell}");
    let standings: Vec<String> =
        bullets().into_iter().map(|(_, bullet)| bullet.standing()).collect();
    assert!(standings.iter().all(|says| !says.is_empty()));
    for says in [
        "entre l'objectif intermédiaire et la cible",
        "effectif insuffisant (3\u{a0}<\u{a0}5)",
        "taux inconnu",
        "selon ce qui est inconnu",
        "objectif intermédiaire atteint",
    ] {
        assert!(standings.iter().any(|one| one == says), "{says}: {standings:?}");
    }
    let falling = crate::support::falling(2950, 2225);
    let measure = Measure::new(RateKind::Per100, 10, 100).unwrap();
    let turned = Bullet::new("x", Reading::known(measure), falling).unwrap();
    assert_eq!(turned.standing(), "cible atteinte");
    // 0 is on the right.
    assert!(turned.cell(&prefix()).into_string().contains("width=\"39.32\" height=\"4\""));
}

#[test]
fn an_indicator_may_be_held_against_nothing() {
    let none = Objectives::none(RateKind::Share, Direction::Rising);
    let bullet = Bullet::new("Mammographie", share(3, 4), none).unwrap();
    assert_eq!(bullet.standing(), "sans objectif");
    let svg = bullet.svg(&prefix(), Width::Wide).into_string();
    assert!(svg.contains("Sans objectif.") && !svg.contains("inconnu"), "{svg}");
    assert!(!bullet.table().html().contains("Cible"));
    let unknown = Objectives::new(RateKind::Share, Direction::Rising, None, None).unwrap();
    let bullet = Bullet::new("Mammographie", share(3, 4), unknown).unwrap();
    assert_eq!(bullet.standing(), "objectifs inconnus");
    assert_eq!(
        Bullet::new("x", share(9, 10), rising(6100, 8000)).unwrap().standing(),
        "cible atteinte"
    );
}

#[test]
fn few_have_no_median() {
    let strip = |rates: &[u32]| {
        let rates = rates.iter().map(|rate| ("un confrère".to_owned(), percent(*rate))).collect();
        let others = Others::rates(Direction::Rising, rates).unwrap();
        Strip::new("HbA1c", others).unwrap().with_own_rate("vous", percent(7_500)).unwrap()
    };
    for rates in [&[6_000][..], &[6_000, 8_000]] {
        let strip = strip(rates);
        for width in [Width::Narrow, Width::Wide] {
            let svg = strip.svg(&prefix(), width).into_string();
            assert!(!svg.contains("médiane") && svg.contains("vous 75"), "{svg}");
        }
        assert!(!strip.table().html().contains("Médiane"));
    }
    let three = strip(&[6_000, 8_000, 7_000]);
    assert!(three.svg(&prefix(), Width::Wide).into_string().contains("médiane 70\u{a0}%"));
    assert!(three.table().html().contains("Médiane"));
}
