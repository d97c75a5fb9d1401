//! A reform, paid from what was counted under the rules it changes.
//!
//! There is no engine here: a simulation takes counts, and asks for none.

mod choice;

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::amount::State;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::forfait::Declared;
use jalon_rules::reform::{Change, Reformed, Setting};
use jalon_rules::scale::Direction;
use jalon_rules::{Fraction, Range};

use self::choice::{choices, core, is_core};
use crate::ledger::{Book, Books, Counted, Ledger, LedgerError, People};

/// What a simulation starts from: the present, counted and paid.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// What the ledgers were made from.
    pub books: Books<'a>,
    /// What was counted for each scheme.
    pub counted: &'a [(AnyScheme<'a>, Counted)],
    /// The doctors and their declarations.
    pub people: &'a People,
    /// What everyone is paid.
    pub paid: &'a [Book<'a>],
}

/// What a reform does to everyone.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Everyone who is paid, in the order of identifiers.
    pub payees: Vec<Payee>,
    /// The changes that change something, as written.
    pub effective: Vec<String>,
    /// What percentiles became objectives, in the order of the pages.
    pub objectives: Vec<Objectives>,
    /// Changes that name a doctor who is not there.
    pub strangers: usize,
}

/// Objectives computed from the rates of the doctors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objectives {
    /// The indicator.
    pub page: String,
    /// How many doctors have a rate that counts.
    pub doctors: usize,
    /// Intermediate objective and target, as printed; nothing when no doctor
    /// has a rate: they stay what they were.
    pub values: Option<(Fraction, Fraction)>,
}

/// What a reform does to one doctor, or one centre.
#[derive(Clone, Debug)]
pub struct Payee {
    /// Who is paid.
    pub id: String,
    /// Each scheme, in the order of the rules.
    pub schemes: Vec<(String, Moved)>,
}

/// An amount now and then, each scheme of each payee rounded to the cent as it
/// would be paid, and sums of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Under the present rules.
    pub before: Range,
    /// Under the reform.
    pub after: Range,
    /// The difference. What the reform does not touch does not move, even where
    /// nobody knows it: the range may be narrower than that of both amounts.
    pub difference: Range,
}

/// How many gain, and lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// Those who surely gain.
    pub winners: usize,
    /// Those who surely lose.
    pub losers: usize,
    /// Those for whom nothing changes.
    pub unmoved: usize,
    /// Those whose difference may be of either sign.
    pub unsure: usize,
}

/// A simulation that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// Objectives in the wrong order.
    #[error("{} : la cible devient plus facile que l'objectif intermédiaire", .0.join(", "))]
    Disordered(Vec<String>),
    /// Ledgers that cannot be made.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Moved {
    fn zero() -> Self {
        let [before, after, difference] = [(); 3].map(|()| Range::zero());
        Self { before, after, difference }
    }

    fn add(&mut self, other: &Self) {
        self.before = &self.before + &other.before;
        self.after = &self.after + &other.after;
        self.difference = &self.difference + &other.difference;
    }

    fn sum<'m>(all: impl IntoIterator<Item = &'m Self>) -> Self {
        let mut sum = Self::zero();
        all.into_iter().for_each(|one| sum.add(one));
        sum
    }
}

impl Payee {
    /// All schemes together.
    #[must_use]
    pub fn total(&self) -> Moved {
        Moved::sum(self.schemes.iter().map(|(_, moved)| moved))
    }
}

impl Simulated {
    /// Everyone together.
    #[must_use]
    pub fn total(&self) -> Moved {
        Moved::sum(self.payees.iter().flat_map(|payee| &payee.schemes).map(|(_, moved)| moved))
    }

    /// Everyone together, scheme after scheme.
    #[must_use]
    pub fn by_scheme(&self) -> Vec<(String, Moved)> {
        let mut sums: Vec<(String, Moved)> = Vec::new();
        for (scheme, moved) in self.payees.iter().flat_map(|payee| &payee.schemes) {
            match sums.iter_mut().find(|(known, _)| known == scheme) {
                Some((_, sum)) => sum.add(moved),
                None => sums.push((scheme.clone(), moved.clone())),
            }
        }
        sums
    }

    /// How many gain, and lose.
    #[must_use]
    pub fn sides(&self) -> Sides {
        let mut sides = Sides::default();
        let zero = Fraction::zero();
        for payee in &self.payees {
            let difference = payee.total().difference;
            let side = if *difference.min() > zero {
                &mut sides.winners
            } else if *difference.max() < zero {
                &mut sides.losers
            } else if difference.is_exact() {
                &mut sides.unmoved
            } else {
                &mut sides.unsure
            };
            *side += 1;
        }
        sides
    }

    /// The percentile of the differences of everyone, by nearest rank: the
    /// smallest difference that at least this percentage does not exceed.
    #[must_use]
    pub fn percentile(&self, percent: u8) -> Option<Range> {
        let all: Vec<Range> = self.payees.iter().map(|payee| payee.total().difference).collect();
        let sorted = |end: fn(&Range) -> &Fraction| {
            let mut ends: Vec<_> = all.iter().map(|one| end(one).clone()).collect();
            ends.sort();
            ends
        };
        let least = nearest_rank(&sorted(Range::min), percent)?.clone();
        let most = nearest_rank(&sorted(Range::max), percent)?.clone();
        Some(Range::hull(least, most))
    }
}

/// The percentile of sorted values by nearest rank: that of rank
/// ⌈percent × number / 100⌉, from 1.
fn nearest_rank(sorted: &[Fraction], percent: u8) -> Option<&Fraction> {
    let rank = (usize::from(percent) * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1)
}

/// What is particular to a doctor: decisions by their place, the year of
/// practice for each uplift of beginners, and what is chosen by each choice, by
/// its place among all changes.
type Particular = (Vec<usize>, Vec<Option<i16>>, Vec<(usize, BTreeSet<String>)>);

/// Pays everyone under the changes.
pub fn simulate(present: &Present<'_>, changes: &[Change]) -> Result<Simulated, SimulationError> {
    let Books { rules, overlay, campaign, .. } = present.books;
    let mut common = Reformed::new(rules, overlay, campaign);
    let mut effective = Vec::new();
    let mut objectives = Vec::new();
    let mut starts = Vec::new();
    for change in changes.iter().filter(|change| change.doctor.is_none()) {
        let moved = match &change.setting {
            Setting::Percentiles(low, high) => {
                let found = percentiles(present.paid, &change.scheme, (*low, *high));
                for one in &found {
                    if let Some((low, high)) = &one.values {
                        common.objectives(&change.scheme, &one.page, low, high, &change.text);
                    }
                }
                objectives.extend(found);
                true
            }
            Setting::Start(rates) => {
                starts.push((change, rates.as_slice()));
                true
            }
            _ => common.apply(change),
        };
        effective.extend(moved.then(|| change.text.clone()));
    }
    refuse_disorder(&common)?;
    let named: Vec<&Change> = changes.iter().filter(|change| change.doctor.is_some()).collect();
    let mut variants: BTreeMap<Particular, BTreeSet<&str>> = BTreeMap::new();
    for book in present.paid {
        let mine = |change: &Change| change.doctor.as_ref() == Some(&book.payee);
        let decisions = (0..named.len()).filter(|at| mine(named[*at])).collect();
        let doctor = present.people.doctor(&book.payee, &Declared::default());
        let year = doctor.year_of_practice(campaign.reference_day());
        let years = starts
            .iter()
            .map(|(_, rates)| {
                year.map(|year| {
                    year.min(i16::try_from(rates.len()).unwrap_or(i16::MAX).saturating_add(1))
                })
            })
            .collect();
        let chosen = choices(changes, book);
        variants.entry((decisions, years, chosen)).or_default().insert(book.payee.as_str());
    }
    let mut after = BTreeMap::new();
    for ((decisions, years, chosen), payees) in &variants {
        if decisions.is_empty() && years.is_empty() && chosen.is_empty() {
            pay(present, &common, payees, &mut after)?;
            continue;
        }
        let mut variant = common.clone();
        for change in decisions.iter().map(|at| named[*at]) {
            if variant.apply(change) {
                effective.push(change.text.clone());
            }
        }
        for ((change, rates), year) in starts.iter().zip(years) {
            variant.multiply(&change.scheme, &uplift(rates, *year), &change.text);
        }
        for (at, pages) in chosen {
            let Change { text, scheme, setting, .. } = &changes[*at];
            if let Setting::Choice(choice) = setting {
                let core = core(changes, scheme);
                variant.choose(scheme, &core, pages, &choice.share, text);
                effective.push(text.clone());
                let told = changes.iter().filter(|one| is_core(one, scheme));
                effective.extend(told.map(|one| one.text.clone()));
            }
        }
        refuse_disorder(&variant)?;
        pay(present, &variant, payees, &mut after)?;
    }
    let payees = present.paid.iter().map(|book| Payee {
        id: book.payee.clone(),
        schemes: book
            .ledgers
            .iter()
            .map(|ledger| {
                let scheme = ledger.scheme().id().to_owned();
                let moved = after.remove(&(book.payee.clone(), scheme.clone()));
                (scheme, moved.unwrap_or_else(Moved::zero))
            })
            .collect(),
    });
    let known = |change: &&&Change| {
        present.paid.iter().any(|book| change.doctor.as_ref() == Some(&book.payee))
    };
    let strangers = named.len() - named.iter().filter(known).count();
    Ok(Simulated { payees: payees.collect(), effective, objectives, strangers })
}

fn refuse_disorder(rules: &Reformed) -> Result<(), SimulationError> {
    let disordered: Vec<_> = rules.disordered().into_iter().map(str::to_owned).collect();
    if disordered.is_empty() { Ok(()) } else { Err(SimulationError::Disordered(disordered)) }
}

/// One plus the rate of a year of practice; of any year when it is unknown.
fn uplift(rates: &[Fraction], year: Option<i16>) -> Range {
    let with = |rate: &Fraction| &Fraction::one() + &rate.hundredths();
    let Some(year) = year else {
        let most = rates.iter().max().map_or_else(Fraction::one, with);
        return Range::hull(Fraction::one(), most);
    };
    let at = usize::try_from(year).ok().and_then(|year| year.checked_sub(1));
    let rate = at.and_then(|at| rates.get(at));
    rate.map_or_else(Range::one, |rate| Range::exact(with(rate)))
}

/// Percentiles of the rates of everyone, from worse to better.
fn percentiles(paid: &[Book<'_>], scheme: &str, (low, high): (u8, u8)) -> Vec<Objectives> {
    let mut rates: Vec<(String, Direction, Vec<Fraction>)> = Vec::new();
    for ledger in paid.iter().flat_map(|book| &book.ledgers) {
        let Ledger::Rate(ledger) = ledger else { continue };
        if ledger.scheme.id != scheme {
            continue;
        }
        for (indicator, amount) in ledger.indicators.iter().zip(&ledger.amount.indicators) {
            let counts = match amount.state {
                State::OutOfCampaign => continue,
                State::Counted | State::Unknown => amount.rate.as_ref(),
                State::BelowMinimum => None,
            };
            let page = indicator.page;
            let at = rates.iter().position(|(id, _, _)| *id == page.id).unwrap_or_else(|| {
                rates.push((page.id.clone(), page.rule.direction, Vec::new()));
                rates.len() - 1
            });
            if let Some((_, _, all)) = rates.get_mut(at) {
                all.extend(counts.map(Fraction::times_hundred));
            }
        }
    }
    rates
        .into_iter()
        .map(|(page, direction, mut rates)| {
            rates.sort();
            if direction == Direction::Falling {
                rates.reverse();
            }
            let at = |percent| nearest_rank(&rates, percent).cloned();
            Objectives { page, doctors: rates.len(), values: at(low).zip(at(high)) }
        })
        .collect()
}

/// Pays some of those who are paid, and holds it against the present.
fn pay(
    present: &Present<'_>,
    rules: &Reformed,
    payees: &BTreeSet<&str>,
    after: &mut BTreeMap<(String, String), Moved>,
) -> Result<(), LedgerError> {
    let books = Books { rules: rules.rules(), overlay: rules.overlay(), ..present.books };
    let ledgers = present.paid.iter().flat_map(|book| &book.ledgers);
    let before: BTreeMap<(&str, &str), &Ledger<'_>> =
        ledgers.map(|ledger| ((ledger.payee(), ledger.scheme().id()), ledger)).collect();
    for (scheme, counted) in present.counted {
        let Some(scheme) = rules.rules().any_scheme(scheme.id()) else { continue };
        let list = if rules.is_unweighted(scheme.id()) { Some(1) } else { books.list };
        let books = Books { list, ..books };
        for ledger in books.pay(scheme, &only(counted, payees), present.people)? {
            if let Some(before) = before.get(&(ledger.payee(), scheme.id())) {
                let key = (ledger.payee().to_owned(), scheme.id().to_owned());
                after.insert(key, moved(before, &ledger));
            }
        }
    }
    Ok(())
}

fn only(counted: &Counted, payees: &BTreeSet<&str>) -> Counted {
    let classes = |all: &[crate::evidence::ClassCounts]| -> Vec<_> {
        all.iter().filter(|one| payees.contains(one.doctor.as_str())).cloned().collect()
    };
    match counted {
        Counted::Pages(all) => {
            let mine = all.iter().filter(|one| payees.contains(one.doctor.as_str()));
            Counted::Pages(mine.cloned().collect())
        }
        Counted::Classes(all) => Counted::Classes(classes(all)),
        Counted::Lists(all) => Counted::Lists(classes(all)),
    }
}

fn moved(before: &Ledger<'_>, after: &Ledger<'_>) -> Moved {
    let apart = match (before, after) {
        (Ledger::Rate(one), Ledger::Rate(two)) => {
            let pairs = one.amount.indicators.iter().zip(&two.amount.indicators);
            let moved = pairs.filter(|(one, two)| one.account != two.account);
            moved.map(|(one, two)| &two.euros - &one.euros).collect::<Vec<_>>().iter().sum()
        }
        _ if before.account() == after.account() => Range::zero(),
        _ => after.euros() - before.euros(),
    };
    let (before, after) = (before.euros().round(2), after.euros().round(2));
    let exact = before.is_exact() && after.is_exact();
    let difference = if exact { &after - &before } else { apart.round(2) };
    Moved { before, after, difference }
}

#[cfg(test)]
mod tests {
    use super::{nearest_rank, uplift};
    use jalon_rules::{Fraction, Range};

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let values: Vec<Fraction> = [15_u64, 20, 35, 40, 50].map(Fraction::from).to_vec();
        for (percent, expected) in [(5, 15_u64), (30, 20), (40, 20), (50, 35), (80, 40), (100, 50)]
        {
            assert_eq!(nearest_rank(&values, percent), Some(&expected.into()), "{percent}");
        }
        assert_eq!(nearest_rank(&[], 50), None);
    }

    #[test]
    fn beginners_get_the_rate_of_their_year() {
        let rates = [20_u64, 10].map(Fraction::from);
        let exact = |text: &str| Range::exact(text.parse().unwrap());
        assert_eq!(uplift(&rates, Some(1)), exact("1.2"));
        assert_eq!(uplift(&rates, Some(2)), exact("1.1"));
        assert_eq!(uplift(&rates, Some(3)), exact("1"));
        assert_eq!(uplift(&rates, Some(0)), exact("1"));
        assert_eq!(uplift(&rates, None), Range::hull(Fraction::one(), "1.2".parse().unwrap()));
    }
}
