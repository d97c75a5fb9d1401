//! Whatever the values, words stay inside the drawing and off each other,
//! figures stay whole, and the text is sound XML, the same each time.

use std::fmt::Write as _;

use crate::support::scene::{hundredths, read, words};
use crate::support::{all, euros, prefix};
use jalon_charts::{
    Bullet, Chart, Decile, Deciles, Direction, Measure, Objectives, Others, Percentiles, Prefix,
    Rate, RateKind, Reading, Span, Step, Strip, Trend, Waterfall, Width,
};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

/// What holds of any drawing.
fn check(chart: &dyn Chart) -> Result<(), TestCaseError> {
    for width in [Width::Narrow, Width::Wide] {
        let svg = chart.svg(&prefix(), width);
        prop_assert_eq!(&svg, &chart.svg(&prefix(), width), "the same each time");
        let elements = read(svg.as_str());
        let view: Vec<i64> =
            elements[0].attribute("viewBox").unwrap().split(' ').map(hundredths).collect();
        let lines = words(&elements);
        for (rank, line) in lines.iter().enumerate() {
            let inside =
                line.left >= 0 && line.top >= 0 && line.right <= view[2] && line.bottom <= view[3];
            prop_assert!(inside, "{:?} outside {:?}\n{}", line, view, svg);
            for other in &lines[rank + 1..] {
                let apart = line.right <= other.left
                    || other.right <= line.left
                    || line.bottom <= other.top
                    || other.bottom <= line.top;
                prop_assert!(apart, "{:?}\n{:?}\n{}", line, other, svg);
            }
        }
        for element in &elements {
            let horizontal = ["x", "x1", "x2", "cx"].iter().filter_map(|key| element.length(key));
            for x in horizontal {
                prop_assert!(
                    (0..=view[2]).contains(&x) || element.name == "pattern",
                    "{:?}",
                    element
                );
            }
            let vertical = ["y", "y1", "y2", "cy"].iter().filter_map(|key| element.length(key));
            for y in vertical {
                prop_assert!((0..=view[3]).contains(&y), "{:?}", element);
            }
            for size in ["width", "height"].iter().filter_map(|key| element.length(key)) {
                prop_assert!(size >= 0, "{:?}", element);
            }
        }
    }
    let table = chart.table();
    prop_assert!(!table.rows().is_empty());
    prop_assert!(table.rows().iter().all(|row| row.len() == table.headers().len()));
    read(&table.html());
    Ok(())
}

/// All words of a drawing, a line each.
fn said(chart: &dyn Chart, width: Width) -> String {
    let lines = words(&read(chart.svg(&prefix(), width).as_str()));
    lines.into_iter().fold(String::new(), |mut all, line| {
        writeln!(all, "{}", line.text).unwrap();
        all
    })
}

fn title() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zéèàçœ'%<>&\"0-9 ]{1,60}",
        "[WM@]{1,300}",
        "([a-zé]{1,12} ){1,40}",
        "\\PC{1,80}",
    ]
    .prop_map(|text| format!("T{text}"))
}

fn kind() -> impl Strategy<Value = RateKind> {
    prop_oneof![Just(RateKind::Share), Just(RateKind::Per100)]
}

fn rate(kind: RateKind) -> impl Strategy<Value = Rate> {
    let most: u32 = if kind == RateKind::Share { 10_000 } else { 1_000_000 };
    prop_oneof![0..=most, 0..=5_000_u32, Just(most)]
        .prop_map(move |hundredths| Rate::new(kind, hundredths).unwrap())
}

fn objectives(kind: RateKind) -> impl Strategy<Value = Objectives> {
    let rates = (prop::option::of(rate(kind)), prop::option::of(rate(kind)), any::<bool>());
    let near = prop::option::of(0..40_u32);
    (rates, near).prop_map(move |((one, two, rising), near)| {
        let two = match (one, near) {
            (Some(one), Some(near)) => Rate::new(kind, one.hundredths() + near).ok().or(two),
            _ => two,
        };
        let direction = if rising { Direction::Rising } else { Direction::Falling };
        let (low, high) = match (one, two) {
            (Some(one), Some(two)) if two.hundredths() < one.hundredths() => (Some(two), Some(one)),
            both => both,
        };
        let (intermediate, target) = if rising { (low, high) } else { (high, low) };
        Objectives::new(kind, direction, intermediate, target).unwrap()
    })
}

fn reading(kind: RateKind) -> impl Strategy<Value = Reading> {
    let known = (1_u64..=100_000_000, 0_u64..=10_000).prop_map(move |(denominator, part)| {
        Reading::known(Measure::new(kind, denominator * part / 10_000, denominator).unwrap())
    });
    let between = (rate(kind), rate(kind)).prop_map(|(one, two)| {
        let (least, most) =
            if one.hundredths() <= two.hundredths() { (one, two) } else { (two, one) };
        Reading::between(least, most).unwrap()
    });
    let few =
        (1_u64..=100_000_000).prop_map(|minimum| Reading::too_few(minimum - 1, minimum).unwrap());
    prop_oneof![known, between, few, Just(Reading::unknown())]
}

fn bullet() -> impl Strategy<Value = Bullet> {
    kind()
        .prop_flat_map(|kind| (title(), reading(kind), objectives(kind)))
        .prop_map(|(title, reading, objectives)| Bullet::new(&title, reading, objectives).unwrap())
}

fn day(offset: i32) -> Date {
    date(2020, 1, 1).checked_add(offset.days()).unwrap()
}

fn days(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Date>> {
    let offsets = prop_oneof![
        prop::collection::btree_set(0..400, count.clone()),
        prop::collection::btree_set(0..20_000, count),
    ];
    offsets.prop_map(|offsets| offsets.into_iter().map(day).collect())
}

prop_compose! {
    fn trend()(kind in kind())(
        title in title(),
        name in title(),
        objectives in objectives(kind),
        own_days in days(1..30),
        rates in prop::collection::vec(prop::option::weighted(0.9, rate(kind)), 30),
        first in rate(kind),
        peer_days in days(0..10),
        peers in prop::collection::vec(prop::array::uniform5(rate(kind)), 10),
        events in prop::collection::vec((0..400, title()), 0..=8),
        incomplete in prop::option::of(0..400),
    ) -> Trend {
        let mut own: Vec<_> = own_days.into_iter().zip(rates).collect();
        own[0].1 = Some(first);
        let peers = peer_days
            .into_iter()
            .zip(peers)
            .map(|(day, mut rates)| {
                rates.sort_by_key(|rate| rate.hundredths());
                (day, Percentiles::new(rates).unwrap())
            })
            .collect();
        let mut trend =
            Trend::new(&title, &name, objectives, own).unwrap().with_peers(peers).unwrap();
        for (offset, what) in events {
            trend = trend.with_event(day(offset), &what).unwrap();
        }
        match incomplete {
            Some(offset) => trend.incomplete_from(day(offset)),
            None => trend,
        }
    }
}

fn cents() -> impl Strategy<Value = i64> {
    prop_oneof![-10_000_000_000..=10_000_000_000_i64, -100_000..100_000_i64, Just(0)]
}

fn step() -> impl Strategy<Value = Step> {
    let amount = (title(), title(), cents(), cents(), any::<bool>()).prop_map(
        |(label, operation, one, two, exact)| {
            let span = if exact {
                Span::exact(euros(one))
            } else {
                Span::between(euros(one.min(two)), euros(one.max(two))).unwrap()
            };
            Step::amount(&label, &operation, span).unwrap()
        },
    );
    let part = (title(), title(), title(), any::<u64>(), 1..u64::MAX).prop_map(
        |(label, operation, result, part, whole)| {
            Step::part(&label, &operation, &result, part % whole, whole).unwrap()
        },
    );
    let said =
        (title(), title()).prop_map(|(label, result)| Step::said(&label, "", &result).unwrap());
    prop_oneof![2 => amount, 1 => part, 1 => said]
}

fn waterfall() -> impl Strategy<Value = Waterfall> {
    (title(), title(), prop::collection::vec(step(), 0..8), cents()).prop_map(
        |(title, total, mut steps, last)| {
            steps.push(Step::amount("Fin", "", Span::exact(euros(last))).unwrap());
            Waterfall::new(&title, steps, &total).unwrap()
        },
    )
}

fn strip() -> impl Strategy<Value = Strip> {
    let rates = kind()
        .prop_flat_map(|kind| {
            (
                title(),
                prop::collection::vec(rate(kind), 1..80),
                prop::option::of(rate(kind)),
                any::<bool>(),
            )
        })
        .prop_map(|(title, rates, own, rising)| {
            let direction = if rising { Direction::Rising } else { Direction::Falling };
            let values = rates.into_iter().map(|rate| (String::from("m"), rate)).collect();
            let strip = Strip::new(&title, Others::rates(direction, values).unwrap()).unwrap();
            match own {
                Some(own) => strip.with_own_rate(&title, own).unwrap(),
                None => strip,
            }
        });
    let amounts = (title(), prop::collection::vec(cents(), 1..80), cents()).prop_map(
        |(title, cents, own)| {
            let values = cents.into_iter().map(|cents| (String::from("m"), euros(cents))).collect();
            let strip = Strip::new(&title, Others::amounts(values).unwrap()).unwrap();
            strip.with_own_amount(&title, euros(own)).unwrap()
        },
    );
    prop_oneof![rates, amounts]
}

fn deciles() -> impl Strategy<Value = Deciles> {
    let count = || prop_oneof![0..=100_000_000_u64, 0..100_u64];
    let decile = (cents(), count(), count(), count()).prop_map(|(cents, winners, losers, rest)| {
        Decile::new(euros(cents), winners, losers, rest).unwrap()
    });
    (title(), title(), prop::collection::vec(decile, 10)).prop_map(|(title, ranked_by, tenths)| {
        Deciles::new(&title, &ranked_by, tenths.try_into().unwrap()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bullets(chart in bullet()) {
        check(&chart)?;
        let table = chart.table();
        let reading = &table.rows()[0][1];
        for width in [Width::Narrow, Width::Wide] {
            let said = said(&chart, width);
            for figure in reading.split([' ', '\u{a0}']).filter(|word| word.contains(char::is_numeric)) {
                prop_assert!(said.contains(figure), "{figure} not in {said}");
            }
        }
    }

    #[test]
    fn trends(chart in trend()) {
        check(&chart)?;
    }

    #[test]
    fn waterfalls(chart in waterfall()) {
        check(&chart)?;
    }

    #[test]
    fn strips(chart in strip()) {
        check(&chart)?;
    }

    #[test]
    fn decile_bars(chart in deciles()) {
        check(&chart)?;
        for width in [Width::Narrow, Width::Wide] {
            let said = said(&chart, width);
            for row in chart.table().rows() {
                prop_assert!(said.contains(&row[1]), "{} not in {said}", row[1]);
            }
        }
    }
}

#[test]
fn known_states() {
    for (name, chart) in all() {
        check(&*chart).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    }
}

#[test]
fn ids_start_with_the_prefix_and_are_met_once() {
    for (_, chart) in all() {
        let prefix = Prefix::new("page-3").unwrap();
        let svg = chart.svg(&prefix, Width::Wide);
        let elements = read(svg.as_str());
        let mut ids: Vec<&str> =
            elements.iter().filter_map(|element| element.attribute("id")).collect();
        assert!(ids.len() >= 2 && ids.iter().all(|id| id.starts_with("page-3-")), "{ids:?}");
        let named = elements[0].attribute("aria-labelledby").unwrap();
        assert!(named.split(' ').all(|id| ids.contains(&id)), "{named}");
        for element in &elements {
            if let Some(fill) =
                element.attribute("fill").and_then(|fill| fill.strip_prefix("url(#"))
            {
                assert!(ids.contains(&fill.trim_end_matches(')')), "{fill}");
            }
        }
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
