//! Laws that every amount keeps, whatever the facts and whatever is unknown.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use jalon_rules::account::{Account, Operation, Unit};
use jalon_rules::achievement::Objectives;
use jalon_rules::amount::{
    IndicatorAmount, Inputs, ListOrigin, ListSize, Measured, SchemeAmount, State, Terms,
    indicator_amount,
};
use jalon_rules::campaign::Campaign;
use jalon_rules::convention::Coefficient;
use jalon_rules::fraction::Fraction;
use jalon_rules::range::Range;
use jalon_rules::scale::{Direction, RateKind, Scale};
use jalon_rules::status::{Sourced, Status};
use proptest::prelude::*;
use proptest::sample::select;

/// Beyond every objective a test draws: what "without bound" comes close to.
const ENDLESS: u64 = 1_000_000_000_000;

/// An indicator as drawn: printed objectives, counts, what is unknown.
#[derive(Clone, Debug)]
struct Drawn {
    direction: Direction,
    kind: RateKind,
    tenths: u64,
    start: Option<u64>,
    intermediate: Option<u64>,
    target: Option<u64>,
    minimum: Option<u64>,
    points: Option<u64>,
    numerator: u64,
    denominator: u64,
}

impl Drawn {
    /// The highest value an unknown objective can take, or nearly.
    fn top(&self) -> u64 {
        match self.kind {
            RateKind::Share => 100,
            RateKind::Per100 => ENDLESS,
        }
    }

    fn share(&self) -> Fraction {
        Fraction::ratio(self.tenths, 10).unwrap()
    }

    fn rate(&self) -> Fraction {
        Fraction::ratio(self.numerator, self.denominator).unwrap()
    }

    fn scale(&self) -> Scale {
        Scale {
            definition: Some(sourced(())),
            intermediate: self.intermediate.map(|value| sourced(value.into())),
            target: self.target.map(|value| sourced(value.into())),
            minimum: self.minimum.map(sourced),
            minimum_unit: None,
            points: self.points.map(|value| sourced(value.into())),
            amount: None,
        }
    }

    fn achievement(&self) -> Range {
        let start = self.start.map(Fraction::from);
        Objectives::new(&self.scale(), start.as_ref(), &self.share(), self.direction, self.kind)
            .achievement(&self.rate())
    }

    /// Every way to fill in what is unknown with an extreme value.
    fn extremes(&self) -> Vec<Self> {
        let fill = |known: Option<u64>, others: &[u64]| match known {
            Some(value) => vec![value],
            None => others.to_vec(),
        };
        let known: Vec<_> = self.intermediate.into_iter().chain(self.target).collect();
        let ends = [&[0, self.top()], known.as_slice()].concat();
        let mut filled = Vec::new();
        for start in fill(self.start, &ends) {
            for intermediate in fill(self.intermediate, &ends) {
                for target in fill(self.target, &ends) {
                    for minimum in fill(self.minimum, &[0, ENDLESS]) {
                        for points in fill(self.points, &[0, BOUND]) {
                            filled.push(Self {
                                start: Some(start),
                                intermediate: Some(intermediate),
                                target: Some(target),
                                minimum: Some(minimum),
                                points: Some(points),
                                ..self.clone()
                            });
                        }
                    }
                }
            }
        }
        filled.retain(Self::in_order);
        filled
    }

    /// Is the intermediate objective no harder than the target?
    fn in_order(&self) -> bool {
        match (self.intermediate, self.target, self.direction) {
            (Some(intermediate), Some(target), Direction::Rising) => intermediate <= target,
            (Some(intermediate), Some(target), Direction::Falling) => intermediate >= target,
            _ => true,
        }
    }

    /// The rule as definitions.md writes it, when everything is known.
    fn by_the_book(&self) -> Fraction {
        let [d, oi, oc] = [self.start, self.intermediate, self.target].map(|v| v.unwrap().into());
        let (t, k) = (self.rate().times_hundred(), self.share());
        let beyond = |one: &Fraction, other: &Fraction| match self.direction {
            Direction::Rising => one >= other,
            Direction::Falling => one <= other,
        };
        if beyond(&t, &oc) {
            Fraction::one()
        } else if beyond(&t, &oi) {
            let way = (&t - &oi).checked_div(&(&oc - &oi)).unwrap();
            &k + (Fraction::one() - &k) * way
        } else if beyond(&d, &t) {
            Fraction::zero()
        } else {
            k * (&t - &d).checked_div(&(&oi - &d)).unwrap()
        }
    }

    /// The amount in euros, when everything is known.
    fn euros_by_the_book(&self, patients: u64) -> Fraction {
        if self.denominator < self.minimum.unwrap() {
            return Fraction::zero();
        }
        let weight = Fraction::ratio(patients, 800).unwrap();
        Fraction::from(self.points.unwrap()) * self.by_the_book() * Fraction::from(7) * weight
    }
}

/// What unknown points are bounded by.
const BOUND: u64 = 40;

fn sourced<T>(value: T) -> Sourced<T> {
    Sourced::new(value, Status::Officiel, "texte")
}

fn terms(share: Fraction, coefficient: Option<Range>) -> Terms {
    Terms {
        point_value: sourced(7.into()),
        share: sourced(share),
        reference: sourced(800.into()),
        formula: sourced(()),
        coefficient: coefficient.map(|range| Coefficient {
            campaign: Campaign::new(2020).unwrap(),
            name: "coefficient".to_owned(),
            value: sourced(range),
        }),
    }
}

fn list(patients: u64) -> ListSize {
    ListSize { patients, origin: ListOrigin::Counted }
}

fn direction() -> impl Strategy<Value = Direction> {
    select(vec![Direction::Rising, Direction::Falling])
}

fn kind() -> impl Strategy<Value = RateKind> {
    select(vec![RateKind::Share, RateKind::Per100])
}

/// Indicators of both directions and kinds; each value may be unknown.
fn drawn() -> impl Strategy<Value = Drawn> {
    drawn_with(any::<[bool; 5]>())
}

/// The same with every value known.
fn known() -> impl Strategy<Value = Drawn> {
    drawn_with(Just([true; 5]))
}

fn drawn_with(known: impl Strategy<Value = [bool; 5]>) -> impl Strategy<Value = Drawn> {
    let shape = (direction(), kind(), select(vec![3_u64, 5]));
    let values = (0..=100_u64, 0..=100_u64, 0..=100_u64, 0..=20_u64, 0..=BOUND);
    let counts = (1..=40_u64).prop_flat_map(|denominator| (0..=denominator, Just(denominator)));
    (shape, values, known, counts).prop_map(|(shape, values, known, counts)| {
        let (direction, kind, tenths) = shape;
        let (start, one, other, minimum, points) = values;
        let (intermediate, target) = match direction {
            Direction::Rising => (one.min(other), one.max(other)),
            Direction::Falling => (one.max(other), one.min(other)),
        };
        let (numerator, denominator) = counts;
        let numerator = if kind == RateKind::Per100 { 3 * numerator } else { numerator };
        Drawn {
            direction,
            kind,
            tenths,
            start: known[0].then_some(start),
            intermediate: known[1].then_some(intermediate),
            target: known[2].then_some(target),
            minimum: known[3].then_some(minimum),
            points: known[4].then_some(points),
            numerator,
            denominator,
        }
    })
}

/// What an amount borrows.
struct Values {
    scale: Scale,
    bound: Sourced<Fraction>,
    start: Option<Sourced<Fraction>>,
}

impl Values {
    fn of(drawn: &Drawn) -> Self {
        Self {
            scale: drawn.scale(),
            bound: sourced(BOUND.into()),
            start: drawn.start.map(|value| sourced(value.into())),
        }
    }

    fn inputs(&self, drawn: &Drawn) -> Inputs<'_> {
        Inputs {
            title: "indicateur",
            direction: drawn.direction,
            kind: drawn.kind,
            unit: Unit::Patients,
            scale: &self.scale,
            points_bound: Some(&self.bound),
            start: self.start.as_ref(),
            measured: Measured::Counts {
                numerator: drawn.numerator,
                denominator: drawn.denominator,
                left_out: 0,
            },
        }
    }
}

fn amount(drawn: &Drawn, terms: &Terms, patients: u64) -> IndicatorAmount {
    let values = Values::of(drawn);
    indicator_amount(&values.inputs(drawn), terms, &list(patients)).unwrap()
}

/// The smallest range that holds all these figures.
fn hull(values: impl IntoIterator<Item = Fraction>) -> Range {
    let values: Vec<_> = values.into_iter().collect();
    Range::hull(values.iter().min().unwrap().clone(), values.iter().max().unwrap().clone())
}

/// Equal, or as close as a bound that is approached and never reached.
fn close(one: &Fraction, other: &Fraction, exactly: bool) -> bool {
    let apart = Range::hull(one.clone(), other.clone());
    let apart = apart.max() - apart.min();
    if exactly { apart.is_zero() } else { apart < Fraction::ratio(1, 1_000_000).unwrap() }
}

fn every_node(account: &Account, visit: &mut impl FnMut(&Account)) {
    visit(account);
    account.children().iter().for_each(|child| every_node(child, visit));
}

proptest! {
    // Counter-examples belong in a test of their own, not in a file of seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rule_is_the_one_of_the_book(drawn in known()) {
        prop_assert_eq!(drawn.achievement(), Range::exact(drawn.by_the_book()));
    }

    #[test]
    fn one_more_good_act_never_earns_less(drawn in drawn()) {
        let better = match drawn.direction {
            Direction::Rising => drawn.numerator + 1,
            Direction::Falling => drawn.numerator.saturating_sub(1),
        };
        let bounded = drawn.kind == RateKind::Share;
        let better = if bounded { better.min(drawn.denominator) } else { better };
        let (before, after) = (drawn.achievement(), Drawn { numerator: better, ..drawn }.achievement());
        prop_assert!(before.min() <= after.min() && before.max() <= after.max());
    }

    #[test]
    fn ranges_hold_every_completion(
        drawn in drawn(),
        draw in (0..=100_u64, 0..=100_u64, 0..=100_u64, 0..=50_u64, 0..=BOUND),
    ) {
        let completed = Drawn {
            start: drawn.start.or(Some(draw.0)),
            intermediate: drawn.intermediate.or(Some(draw.1)),
            target: drawn.target.or(Some(draw.2)),
            minimum: drawn.minimum.or(Some(draw.3)),
            points: drawn.points.or(Some(draw.4)),
            ..drawn.clone()
        };
        prop_assume!(completed.in_order());
        prop_assert!(drawn.achievement().contains(&completed.by_the_book()));
        let terms = terms(drawn.share(), None);
        let euros = amount(&drawn, &terms, 1000).euros;
        prop_assert!(euros.contains(&completed.euros_by_the_book(1000)));
    }

    #[test]
    fn ranges_are_no_wider_than_they_must_be(drawn in drawn()) {
        let exactly = drawn.kind == RateKind::Share;
        let tight = hull(drawn.extremes().iter().map(Drawn::by_the_book));
        let range = drawn.achievement();
        prop_assert!(close(range.min(), tight.min(), exactly), "{:?} {:?}", range, tight);
        prop_assert!(close(range.max(), tight.max(), exactly), "{:?} {:?}", range, tight);

        let range = amount(&drawn, &terms(drawn.share(), None), 1000).euros;
        let tight = hull(drawn.extremes().iter().map(|drawn| drawn.euros_by_the_book(1000)));
        prop_assert!(close(range.min(), tight.min(), exactly), "{:?} {:?}", range, tight);
        prop_assert!(close(range.max(), tight.max(), exactly), "{:?} {:?}", range, tight);
    }

    #[test]
    fn falling_mirrors_rising(drawn in drawn()) {
        prop_assume!(drawn.kind == RateKind::Share);
        let flip = |value: Option<u64>| value.map(|value| 100 - value);
        let mirrored = Drawn {
            direction: match drawn.direction {
                Direction::Rising => Direction::Falling,
                Direction::Falling => Direction::Rising,
            },
            start: flip(drawn.start),
            intermediate: flip(drawn.intermediate),
            target: flip(drawn.target),
            numerator: drawn.denominator - drawn.numerator,
            ..drawn.clone()
        };
        prop_assert_eq!(mirrored.achievement(), drawn.achievement());
    }

    #[test]
    fn leaves_add_up_to_the_amount(
        drawn in drawn(),
        patients in 0..=3000_u64,
        thousandths in (900..=1800_u64, 900..=1800_u64),
    ) {
        let [low, high] = [thousandths.0, thousandths.1].map(|n| Fraction::ratio(n, 1000).unwrap());
        let coefficient = Range::hull(low, high);
        let terms = terms(drawn.share(), Some(coefficient.clone()));
        let amount = amount(&drawn, &terms, patients);
        amount.account.check().unwrap();
        prop_assert_eq!(amount.account.value(), Some(&amount.euros.round(2)));
        prop_assert_eq!(amount.account.children()[0].value(), Some(&amount.euros));

        let most = drawn.points.map_or(Range::hull(Fraction::zero(), BOUND.into()), |n| {
            Range::exact(n.into())
        });
        prop_assert_eq!(&amount.points, &(&amount.achievement * &most));
        let weight = Fraction::ratio(patients, 800).unwrap();
        let euros = &(&(&amount.points * &Fraction::from(7)) * &weight) * &coefficient;
        prop_assert_eq!(&amount.euros, &euros);

        let counted = drawn.minimum.map(|minimum| drawn.denominator >= minimum);
        prop_assert_eq!(amount.state, match counted {
            Some(true) => State::Counted,
            Some(false) => State::BelowMinimum,
            None => State::Unknown,
        });
        every_node(&amount.account, &mut |node| {
            assert!(node.operation().is_leaf() == node.children().is_empty());
            assert!(node.value().is_some() || matches!(
                node.operation(),
                Operation::Unknown | Operation::Unused
            ));
        });
        prop_assert!(amount.account.lines().len() >= 3);
    }

    #[test]
    fn a_scheme_is_the_sum_of_its_indicators(
        many in prop::collection::vec(drawn(), 0..6),
        patients in 0..=3000_u64,
    ) {
        let terms = terms(Fraction::ratio(3, 10).unwrap(), None);
        let values: Vec<_> = many.iter().map(Values::of).collect();
        let all = values.iter().zip(&many).map(|(values, drawn)| values.inputs(drawn));
        let paid = |inputs| indicator_amount(&inputs, &terms, &list(patients)).unwrap();
        let scheme = SchemeAmount::sum("dispositif", all.map(paid).collect(), Vec::new());
        prop_assert_eq!(scheme.indicators.len(), many.len());
        let sum: Range = scheme.indicators.iter().map(|indicator| &indicator.euros).sum();
        prop_assert_eq!(&scheme.euros, &sum);
        let account = scheme.account();
        account.check().unwrap();
        prop_assert_eq!(account.value(), Some(&sum.round(2)));
    }

    #[test]
    fn decimal_writing_is_read_back(units in any::<i64>(), digits in 0..8_usize) {
        let scale = "1".to_owned() + &"0".repeat(digits);
        let value = Fraction::from(units).checked_div(&scale.parse().unwrap()).unwrap();
        prop_assert_eq!(&value.to_decimal(digits).parse::<Fraction>().unwrap(), &value);
        prop_assert_eq!(&value.to_short_decimal(digits).parse::<Fraction>().unwrap(), &value);
    }

    #[test]
    fn rounding_goes_to_the_nearest(units in any::<i64>(), part in 1..1_000_000_u64) {
        let value = Fraction::from(units).checked_div(&part.into()).unwrap();
        let error = (value.round(2) - &value) * Fraction::from(200);
        prop_assert!(Range::hull((-1).into(), 1.into()).contains(&error));
        let mirrored = -(-&value).round(2);
        prop_assert_eq!(value.round(2), mirrored);
    }
}
