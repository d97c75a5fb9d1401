//! What no chart can say.

use crate::support::{euros, per_100, percent, rising};
use jalon_charts::{
    Amount, Bullet, Decile, Direction, Fault, Measure, Objectives, Others, Percentiles, Rate,
    RateKind, Reading, Span, Step, Strip, Trend, Waterfall,
};
use jiff::civil::date;

#[test]
fn rates_out_of_bounds() {
    assert_eq!(Rate::new(RateKind::Share, 10_001), Err(Fault::Rate));
    assert_eq!(Rate::new(RateKind::Per100, 1_000_001), Err(Fault::Rate));
    assert_eq!(Measure::new(RateKind::Share, 27, 26), Err(Fault::Rate));
    assert_eq!(Measure::new(RateKind::Per100, 0, 0), Err(Fault::NoDenominator));
    assert_eq!(Measure::new(RateKind::Share, 1, 100_000_001), Err(Fault::Count));
    assert!(Measure::new(RateKind::Per100, 27, 26).is_ok(), "a number per 100 passes 100");
    assert_eq!(Amount::cents(-10_000_000_001), Err(Fault::Amount));
}

#[test]
fn objectives_out_of_order() {
    let build = |direction, intermediate, target| {
        let (intermediate, target) = (Some(percent(intermediate)), Some(percent(target)));
        Objectives::new(RateKind::Share, direction, intermediate, target)
    };
    assert!(build(Direction::Rising, 6100, 6100).is_ok());
    assert!(matches!(build(Direction::Rising, 8000, 6100), Err(Fault::Order(_))));
    assert!(matches!(build(Direction::Falling, 6100, 8000), Err(Fault::Order(_))));
    let mixed =
        Objectives::new(RateKind::Share, Direction::Rising, Some(percent(1)), Some(per_100(2)));
    assert_eq!(mixed, Err(Fault::MixedKinds));
}

#[test]
fn readings_that_contradict_themselves() {
    assert!(matches!(Reading::between(percent(2), percent(1)), Err(Fault::Order(_))));
    assert_eq!(
        Reading::too_few(5, 5),
        Err(Fault::EnoughPatients { count: 5, minimum: 5 }),
        "a denominator at the minimum counts"
    );
    let known = Reading::known(Measure::new(RateKind::Per100, 1, 2).unwrap());
    assert_eq!(Bullet::new("T", known, rising(1, 2)), Err(Fault::MixedKinds));
    assert_eq!(Bullet::new(" \u{200b}", known, rising(1, 2)), Err(Fault::MixedKinds));
    assert!(matches!(
        Bullet::new(" \u{200b}", Reading::unknown(), rising(1, 2)),
        Err(Fault::Blank(_))
    ));
}

#[test]
fn series_that_say_nothing_or_too_much() {
    let (one, two) = (date(2025, 1, 31), date(2025, 2, 28));
    let trend = |own| Trend::new("T", "vous", rising(6100, 8000), own);
    assert!(matches!(trend(vec![]), Err(Fault::Empty(_))));
    assert!(matches!(trend(vec![(one, None)]), Err(Fault::Empty(_))));
    let rate = Some(percent(5000));
    assert!(matches!(trend(vec![(two, rate), (one, rate)]), Err(Fault::Order(_))));
    assert!(matches!(trend(vec![(one, rate), (one, rate)]), Err(Fault::Order(_))));
    let known = trend(vec![(one, rate)]).unwrap();
    let narrow = known.clone().on_scale(percent(5500), percent(9000));
    assert_eq!(narrow, Err(Fault::OutsideScale));
    let (least, most) = known.extent();
    assert_eq!((least, most), (percent(5000), percent(8000)));
    assert!(known.clone().on_scale(least, most).is_ok());
    let crowded = (0..9).try_fold(known, |trend, _| trend.with_event(one, "règle"));
    assert!(matches!(crowded, Err(Fault::TooMany { most: 8, .. })));
    let rates = [10, 30, 50, 40, 90].map(percent);
    assert!(matches!(Percentiles::new(rates), Err(Fault::Order(_))));

    assert!(matches!(Others::amounts(vec![]), Err(Fault::Empty(_))));
    assert!(matches!(Others::rates(Direction::Rising, vec![]), Err(Fault::Empty(_))));
    let amounts = Others::amounts(vec![("mars".to_owned(), euros(1))]).unwrap();
    let strip = Strip::new("T", amounts).unwrap();
    assert_eq!(strip.with_own_rate("vous", percent(1)), Err(Fault::MixedKinds));

    let said = Step::said("Taux", "", "50 %").unwrap();
    assert!(matches!(Waterfall::new("T", vec![said], "À payer"), Err(Fault::Empty(_))));
    assert!(matches!(Step::part("P", "", "2", 2, 1), Err(Fault::Order(_))));
    assert_eq!(Step::part("P", "", "0", 0, 0), Err(Fault::NoDenominator));
    assert!(matches!(Span::between(euros(2), euros(1)), Err(Fault::Order(_))));
    assert_eq!(Decile::new(euros(0), 0, 100_000_001, 0), Err(Fault::Count));
}
