//! Where an indicator will stand at the end of the year, by how it went in the
//! years before.
//!
//! # The method
//!
//! On a day of the campaign, the rate is what it would be on 31 December if
//! nothing more came: the windows of the whole campaign, the facts known that
//! day. In each past campaign the practice has facts of, the same pages are
//! asked what they counted on the same day of that year, and what they counted
//! in the end: the difference, in points of rate, is the **growth** of that
//! year. The forecast is today's rate plus the least growth, to today's rate
//! plus the greatest. With one past year only, a growth of nothing counts as
//! the other end.
//!
//! The range never leaves what can be reached: no rate is below 0; no share is
//! above 100 %; and where an indicator counts patients, it cannot be above what
//! it would be if every patient who can still meet it did.
//!
//! Without any past year, the range goes from today's rate to that bound, and
//! says that it rests on no year. Where nothing bounds it (boxes, treatments,
//! events, criteria that say "at most"), there is no range.
//!
//! After the campaign the range is the rate itself.
//!
//! Where a lower rate is better the method is the same: the range says where
//! the rate goes, not whether that is good.
//!
//! # How good it is
//!
//! Each past campaign is forecast from the same day by the others alone, and
//! the forecast held against the rate it ended with ([`Forecast::hits`]).
//!
//! # What it supposes
//!
//! - The rules of this year, asked of other years: a change of the rules does
//!   not look like a change of the practice. Criteria and codes that are dated
//!   stay those of their year.
//! - A past year counts for a page when every month it looks at, from the
//!   beginning of its longest window to December, holds at least a quarter of
//!   the facts of an ordinary month: the median of the twelve before today.
//!   Windows without a beginning ask for the year alone.
//! - Facts of past years are cut by their own day, not by the day on which the
//!   practice heard of them: where facts come late, today looks a little worse
//!   than the same day of the years before.
//! - The bound supposes the patients of today: those who join the denominator
//!   later are supposed to do no better than those who are in it.
//!
//! The envelope of what was seen is the simplest honest range when years are
//! few (one to ten): it needs no law of probability, and a doctor can redo it by
//! hand. Leaving one year out at a time is the usual way to try a forecast on
//! the history it comes from.

mod coverage;
mod history;

use jalon_rules::scale::RateKind;
use jalon_rules::{Campaign, Fraction, Range};
use jiff::civil::Date;

pub use self::history::History;
use crate::evidence::PageCounts;

/// What an indicator counted, as it was known on a day, if nothing more came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The day.
    pub day: Date,
    /// What was counted.
    pub counts: PageCounts,
    /// Patients of the denominator who do not meet the indicator and still
    /// can; nothing where that bounds nothing.
    pub open: Option<u64>,
}

impl Point {
    /// The rate, in the unit of the objectives (in %, or per 100); nothing
    /// without a denominator.
    #[must_use]
    pub fn rate(&self) -> Option<Fraction> {
        rate(self.counts)
    }

    /// The rate if every patient who still can met the indicator.
    #[must_use]
    pub fn reach(&self) -> Option<Fraction> {
        let PageCounts { numerator, denominator, .. } = self.counts;
        Some(Fraction::ratio(numerator + self.open?, denominator)?.times_hundred())
    }
}

/// The rate of some counts, in the unit of the objectives.
fn rate(counts: PageCounts) -> Option<Fraction> {
    Some(Fraction::ratio(counts.numerator, counts.denominator)?.times_hundred())
}

/// How a past campaign went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastYear {
    /// The campaign.
    pub campaign: Campaign,
    /// On the same day as today.
    pub then: Point,
    /// In the end.
    pub end: PageCounts,
    /// The rate it ended with, less the rate it had then, in points.
    pub growth: Fraction,
    /// What the other past years would have forecast then; nothing when there
    /// was no other.
    pub forecast: Option<Range>,
}

impl PastYear {
    /// Whether the forecast held; nothing when there was none.
    #[must_use]
    pub fn held(&self) -> Option<bool> {
        Some(self.forecast.as_ref()?.contains(&rate(self.end)?))
    }
}

/// Where an indicator will stand at the end of the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// Where it stands today.
    pub today: Point,
    /// The rate at the end of the year, in the unit of the objectives; nothing
    /// without a rate today, or when nothing bounds it.
    pub range: Option<Range>,
    /// The past years it rests on, oldest first: none, and the range is all that
    /// can be reached.
    pub years: Vec<PastYear>,
}

impl Forecast {
    /// Makes a forecast from today and the past years: where each stood on the
    /// same day, and what it counted in the end. Years without a rate on both
    /// days say nothing and are left out.
    #[must_use]
    pub fn new(kind: RateKind, today: Point, past: &[(Campaign, Point, PageCounts)]) -> Self {
        let mut years: Vec<PastYear> = past
            .iter()
            .filter_map(|(campaign, then, end)| {
                let growth = rate(*end)? - then.rate()?;
                let (campaign, then, end) = (*campaign, *then, *end);
                Some(PastYear { campaign, then, end, growth, forecast: None })
            })
            .collect();
        for at in 0..years.len() {
            let others = years.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<&Fraction> = others.map(|(_, year)| &year.growth).collect();
            let forecast = match others.as_slice() {
                [] => None,
                others => expected(kind, &years[at].then, others),
            };
            years[at].forecast = forecast;
        }
        let growths: Vec<&Fraction> = years.iter().map(|year| &year.growth).collect();
        let range = expected(kind, &today, &growths);
        Self { today, range, years }
    }

    /// How many past years were forecast by the others, and in how many of them
    /// the rate ended inside the range.
    #[must_use]
    pub fn hits(&self) -> Hits {
        self.years.iter().filter_map(PastYear::held).fold(Hits::default(), |hits, held| Hits {
            inside: hits.inside + u64::from(held),
            tried: hits.tried + 1,
        })
    }
}

/// Forecasts of past years held against what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Rates that ended inside the range forecast.
    pub inside: u64,
    /// Forecasts made.
    pub tried: u64,
}

impl Hits {
    /// The share of the forecasts that held; nothing when none was made.
    #[must_use]
    pub fn share(&self) -> Option<Fraction> {
        Fraction::ratio(self.inside, self.tried)
    }
}

impl std::iter::Sum for Hits {
    fn sum<I: Iterator<Item = Self>>(hits: I) -> Self {
        hits.fold(Self::default(), |sum, hits| Self {
            inside: sum.inside + hits.inside,
            tried: sum.tried + hits.tried,
        })
    }
}

/// Today's rate with the growths of other years, inside what can be reached.
fn expected(kind: RateKind, today: &Point, growths: &[&Fraction]) -> Option<Range> {
    let rate = today.rate()?;
    let highest = today.reach().or_else(|| (kind == RateKind::Share).then(|| 100_u64.into()));
    let nothing = Fraction::zero();
    let (least, greatest) = match growths {
        [] => return Some(Range::hull(rate, today.reach()?)),
        [only] => ((*only).min(&nothing), (*only).max(&nothing)),
        several => (*several.iter().min()?, *several.iter().max()?),
    };
    let inside = |rate: Fraction| {
        let rate = rate.max(Fraction::zero());
        highest.clone().map_or_else(|| rate.clone(), |highest| rate.clone().min(highest))
    };
    Some(Range::hull(inside(&rate + least), inside(&rate + greatest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn point(numerator: u64, denominator: u64, open: Option<u64>) -> Point {
        let counts = PageCounts { numerator, denominator, left_out: 0 };
        Point { day: date(2024, 6, 30), counts, open }
    }

    fn year(year: i16, then: (u64, u64), end: (u64, u64)) -> (Campaign, Point, PageCounts) {
        let (numerator, denominator) = end;
        let end = PageCounts { numerator, denominator, left_out: 0 };
        (Campaign::new(year).unwrap(), point(then.0, then.1, None), end)
    }

    fn range(low: u64, high: u64) -> Range {
        Range::hull(low.into(), high.into())
    }

    #[test]
    fn today_grows_as_the_years_before_did() {
        // 40 %, after years that gained 20, 10 and 15 points.
        let past = [
            year(2021, (50, 100), (70, 100)),
            year(2022, (40, 80), (60, 100)),
            year(2023, (9, 20), (12, 20)),
        ];
        let forecast = Forecast::new(RateKind::Share, point(20, 50, Some(30)), &past);
        assert_eq!(forecast.range, Some(range(50, 60)));
        let growths: Vec<_> = forecast.years.iter().map(|year| year.growth.clone()).collect();
        assert_eq!(growths, [20_u64, 10, 15].map(Fraction::from));
        // Each by the two others: 50 + [10, 15], 50 + [15, 20], 45 + [10, 20].
        let ranges: Vec<_> = forecast.years.iter().map(|year| year.forecast.clone()).collect();
        assert_eq!(ranges, [Some(range(60, 65)), Some(range(65, 70)), Some(range(55, 65))]);
        assert_eq!(forecast.hits(), Hits { inside: 1, tried: 3 });
        assert_eq!(forecast.hits().share(), Fraction::ratio(1, 3));
    }

    #[test]
    fn one_year_alone_is_one_end_and_is_not_tried() {
        let forecast = Forecast::new(
            RateKind::Share,
            point(20, 50, None),
            &[year(2023, (50, 100), (70, 100))],
        );
        assert_eq!(forecast.range, Some(range(40, 60)));
        assert_eq!(forecast.hits().share(), None);
        let falling = Forecast::new(
            RateKind::Share,
            point(20, 50, None),
            &[year(2023, (50, 100), (45, 100))],
        );
        assert_eq!(falling.range, Some(range(35, 40)));
    }

    #[test]
    fn no_range_leaves_what_can_be_reached() {
        let past = [year(2022, (10, 100), (90, 100)), year(2023, (90, 100), (10, 100))];
        // 40 %, and 5 of 50 who still can: 50 % at most, 0 at least.
        let forecast = Forecast::new(RateKind::Share, point(20, 50, Some(5)), &past);
        assert_eq!(forecast.range, Some(range(0, 50)));
        let boxes = Forecast::new(RateKind::Share, point(20, 50, None), &past);
        assert_eq!(boxes.range, Some(range(0, 100)));
        let number = Forecast::new(RateKind::Per100, point(20, 50, None), &past);
        assert_eq!(number.range, Some(range(0, 120)));
    }

    #[test]
    fn without_a_year_the_range_is_what_can_be_reached() {
        let forecast = Forecast::new(RateKind::Share, point(20, 50, Some(5)), &[]);
        assert_eq!((forecast.range, forecast.years), (Some(range(40, 50)), Vec::new()));
        assert_eq!(Forecast::new(RateKind::Share, point(20, 50, None), &[]).range, None);
        // A year without anyone says nothing, nor does a day.
        let empty = [year(2022, (0, 0), (9, 10)), year(2023, (1, 2), (0, 0))];
        let forecast = Forecast::new(RateKind::Share, point(20, 50, Some(5)), &empty);
        assert_eq!((forecast.range, forecast.years), (Some(range(40, 50)), Vec::new()));
        let nobody = [year(2022, (5, 10), (9, 10))];
        assert_eq!(Forecast::new(RateKind::Share, point(0, 0, Some(0)), &nobody).range, None);
    }

    proptest! {
        #[test]
        fn forecasts_keep_their_promises(
            today in (0..50_u64, 1..50_u64, 0..50_u64),
            past in proptest::collection::vec((0..50_u64, 1..50_u64, 0..50_u64, 1..50_u64), 0..6),
            share: bool,
            bounded: bool,
        ) {
            let kind = if share { RateKind::Share } else { RateKind::Per100 };
            let (met, of, open) = (today.0.min(today.1), today.1, today.2.min(today.1 - today.0.min(today.1)));
            let now = point(met, of, bounded.then_some(open));
            let mut years = Vec::new();
            for (at, (then, of, end, of_end)) in past.into_iter().enumerate() {
                let number = 2010 + i16::try_from(at).unwrap();
                years.push(year(number, (then.min(of), of), (end.min(of_end), of_end)));
            }
            let forecast = Forecast::new(kind, now, &years);
            let rate = now.rate().unwrap();
            match &forecast.range {
                Some(range) => {
                    prop_assert!(!range.min().is_negative());
                    if bounded {
                        prop_assert!(*range.max() <= now.reach().unwrap());
                    } else if share {
                        prop_assert!(*range.max() <= Fraction::from(100_u64));
                    }
                    if years.len() < 2 {
                        prop_assert!(range.contains(&rate));
                    }
                }
                None => prop_assert!(years.is_empty() && !bounded),
            }
            // Where the years come in the history does not matter.
            let mut turned = years.clone();
            turned.reverse();
            prop_assert_eq!(&Forecast::new(kind, now, &turned).range, &forecast.range);
            // Each year is tried as today is: by the others, and by them alone.
            prop_assert_eq!(forecast.years.len(), years.len());
            for (at, one) in forecast.years.iter().enumerate() {
                let mut others = years.clone();
                let (_, then, _) = others.remove(at);
                let tried = Forecast::new(kind, then, &others).range;
                prop_assert_eq!(&one.forecast, &tried.filter(|_| !others.is_empty()));
            }
            // One more year like another changes nothing; any other only widens.
            if years.len() > 1 {
                let narrow = forecast.range.unwrap();
                for more in &years {
                    let again = [years.clone(), vec![*more]].concat();
                    prop_assert_eq!(Forecast::new(kind, now, &again).range, Some(narrow.clone()));
                }
                let fewer = Forecast::new(kind, now, &years[1..]).range.unwrap();
                if years.len() > 2 {
                    prop_assert!(narrow.contains(fewer.min()) && narrow.contains(fewer.max()));
                }
            }
        }
    }
}
