//! Which way an indicator goes: today against the same day of the year before,
//! or against three months ago where nothing was counted that year.

use std::cmp::Ordering;

use jalon_engine::forecast::{History, Point};
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::scale::{Direction, RateKind};
use jalon_rules::{Fraction, french};
use jiff::ToSpan as _;

use crate::texts::Figures;

/// A change, in a sign and in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tendency {
    /// An arrow; empty where nothing is known.
    pub arrow: &'static str,
    /// The same in words.
    pub says: String,
}

/// How the rate of a payee has moved.
pub fn of(
    history: &History<'_>,
    payee: &str,
    scheme: &Scheme,
    page: &Page,
    w: &Figures,
) -> Option<Tendency> {
    let curve = history.curve(payee, scheme, page);
    let today = curve.last()?;
    let now = today.rate()?;
    let (before, since) = match year_before(history, payee, scheme, page) {
        Some(rate) => (rate, w.in_a_year),
        None => (three_months_before(&curve, today)?, w.in_three_months),
    };
    Some(between(&before, &now, (page.rule.rate, page.rule.direction), since, w))
}

/// The rate of the same day a year before, as it was known then. A year in
/// which nobody reached what is asked is more often one of which the facts are
/// missing: it is left aside.
fn year_before(
    history: &History<'_>,
    payee: &str,
    scheme: &Scheme,
    page: &Page,
) -> Option<Fraction> {
    let last_year = history.campaign().year() - 1;
    let years = history.forecast(payee, scheme, page)?.years;
    let year = years.iter().find(|year| year.campaign.year() == last_year)?;
    (year.then.counts.numerator > 0).then(|| year.then.rate())?
}

/// The rate of the last end of a month that is three months old.
fn three_months_before(curve: &[Point], today: &Point) -> Option<Fraction> {
    let then = today.day.checked_sub(3.months()).ok()?;
    curve.iter().rev().find(|point| point.day <= then)?.rate()
}

fn between(
    before: &Fraction,
    now: &Fraction,
    (kind, direction): (RateKind, Direction),
    since: &str,
    w: &Figures,
) -> Tendency {
    let change = (now - before).round(1);
    let one = change > Fraction::from(-2) && change < Fraction::from(2);
    let unit = match kind {
        RateKind::Share if one => w.point_of_rate,
        RateKind::Share => w.points_of_rate,
        RateKind::Per100 => w.for_100,
    };
    let order = change.cmp(&Fraction::zero());
    let better = match direction {
        Direction::Rising => order,
        Direction::Falling => order.reverse(),
    };
    let (arrow, sign) = match order {
        Ordering::Greater => ("↗", "+"),
        Ordering::Less => ("↘", ""),
        Ordering::Equal => return Tendency { arrow: "→", says: format!("{} {since}", w.stable) },
    };
    let judged = if better == Ordering::Greater { w.better } else { w.worse };
    let says = format!("{sign}{}\u{a0}{unit} {since}, {judged}", french::short(&change, 1));
    Tendency { arrow, says }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn a_change_is_said_with_its_sense() {
        let w = Figures::of(Language::French);
        let said = |before: u64, now: u64, kind, direction| {
            let rate = |value: u64| Fraction::ratio(value, 100).unwrap();
            let tendency = between(&rate(before), &rate(now), (kind, direction), "en un an", w);
            format!("{} {}", tendency.arrow, tendency.says.replace('\u{a0}', " "))
        };
        let (share, rising, falling) = (RateKind::Share, Direction::Rising, Direction::Falling);
        assert_eq!(said(6_100, 6_444, share, rising), "↗ +3,4 points en un an, mieux");
        assert_eq!(said(6_444, 6_100, share, rising), "↘ −3,4 points en un an, moins bien");
        assert_eq!(
            said(2_500, 2_225, RateKind::Per100, falling),
            "↘ −2,8 pour 100 en un an, mieux"
        );
        assert_eq!(said(2_225, 2_500, share, falling), "↗ +2,8 points en un an, moins bien");
        assert_eq!(said(6_100, 6_220, share, rising), "↗ +1,2 point en un an, mieux");
        assert_eq!(said(6_100, 6_103, share, rising), "→ stable en un an");
    }
}
