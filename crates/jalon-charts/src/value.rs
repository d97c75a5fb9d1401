//! Rates, counts and amounts as charts take them: whole numbers of a stated
//! unit, checked once.

use std::cmp::Ordering;

use jalon_rules::fraction::Fraction;
use jalon_rules::french;
pub use jalon_rules::scale::{Direction, RateKind};

use crate::fault::Fault;
use crate::text::clean;

/// Most patients, boxes or doctors.
const MOST_COUNTED: u64 = 100_000_000;

/// Highest number per 100, in hundredths.
const MOST_PER_100: u64 = 1_000_000;

/// Highest amount, in cents.
const MOST_CENTS: i64 = 10_000_000_000;

/// A rate to the hundredth: a percentage from 0 to 100, or a number per 100
/// from 0 to 10 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    kind: RateKind,
    hundredths: u32,
}

impl Rate {
    /// A rate in hundredths of a percent, or of a number per 100: 7222 is
    /// 72,22 %. Refuses what is out of bounds.
    pub fn new(kind: RateKind, hundredths: u32) -> Result<Self, Fault> {
        let most = match kind {
            RateKind::Share => 10_000,
            RateKind::Per100 => MOST_PER_100,
        };
        if u64::from(hundredths) > most {
            return Err(Fault::Rate);
        }
        Ok(Self { kind, hundredths })
    }

    /// In hundredths of a percent, or of a number per 100.
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        self.hundredths
    }

    /// What it is a rate of.
    #[must_use]
    pub const fn kind(self) -> RateKind {
        self.kind
    }

    /// Where it stands on an axis.
    pub(crate) fn position(self) -> i64 {
        i64::from(self.hundredths)
    }

    /// As an objective is printed: `61,25 %`, `35,5 pour 100`.
    pub(crate) fn printed(self) -> String {
        written(self.kind, &hundredths(self.position()), 2)
    }

    /// As a measured rate is written: `72,2 %`.
    pub(crate) fn measured(self) -> String {
        written(self.kind, &hundredths(self.position()), 1)
    }

    /// Without the words of its unit, for labels: `61 %`, `35,5`.
    pub(crate) fn brief(self, digits: usize) -> String {
        tick(self.kind, self.position(), digits)
    }

    /// On which side of another it is better to be; `Greater` is better.
    pub(crate) fn against(self, other: Self, direction: Direction) -> Ordering {
        turned(self.hundredths.cmp(&other.hundredths), direction)
    }
}

/// A value of an axis of rates.
pub(crate) fn tick(kind: RateKind, value: i64, digits: usize) -> String {
    match kind {
        RateKind::Share => written(kind, &hundredths(value), digits),
        RateKind::Per100 => french::short(&hundredths(value), digits),
    }
}

fn written(kind: RateKind, rate: &Fraction, digits: usize) -> String {
    match kind {
        RateKind::Share => french::percent(&rate.hundredths(), digits),
        RateKind::Per100 => french::per_100(&rate.hundredths(), digits),
    }
}

fn hundredths(value: i64) -> Fraction {
    Fraction::from(value).hundredths()
}

fn turned(order: Ordering, direction: Direction) -> Ordering {
    match direction {
        Direction::Rising => order,
        Direction::Falling => order.reverse(),
    }
}

/// Rates of one kind only.
pub(crate) fn same_kind(
    kind: RateKind,
    rates: impl IntoIterator<Item = Rate>,
) -> Result<(), Fault> {
    if rates.into_iter().all(|rate| rate.kind == kind) { Ok(()) } else { Err(Fault::MixedKinds) }
}

/// What was counted: so many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    kind: RateKind,
    numerator: u64,
    denominator: u64,
}

impl Measure {
    /// So many of so many. Refuses a denominator of 0, a share above the whole,
    /// a number per 100 above 10 000, and counts above a hundred million.
    pub fn new(kind: RateKind, numerator: u64, denominator: u64) -> Result<Self, Fault> {
        let most = match kind {
            RateKind::Share => denominator,
            RateKind::Per100 => denominator.saturating_mul(100),
        };
        match () {
            () if denominator == 0 => Err(Fault::NoDenominator),
            () if numerator.max(denominator) > MOST_COUNTED => Err(Fault::Count),
            () if numerator > most => Err(Fault::Rate),
            () => Ok(Self { kind, numerator, denominator }),
        }
    }

    pub(crate) const fn kind(self) -> RateKind {
        self.kind
    }

    /// The nearest hundredth of a percent, for its place on an axis.
    pub(crate) fn position(self) -> i64 {
        let nearest = (self.numerator * 20_000 + self.denominator) / (2 * self.denominator);
        i64::try_from(nearest).unwrap_or_default()
    }

    /// `72,2 %`.
    pub(crate) fn rate(self) -> String {
        // A denominator is never 0 here.
        let rate = Fraction::ratio(self.numerator, self.denominator).unwrap_or_else(Fraction::zero);
        written(self.kind, &rate.times_hundred(), 1)
    }

    /// `(26/36)`.
    pub(crate) fn fraction(self) -> String {
        format!("({}/{})", french::integer(self.numerator), french::integer(self.denominator))
    }

    /// On which side of a rate it is, exactly; `Greater` is better.
    pub(crate) fn against(self, rate: Rate, direction: Direction) -> Ordering {
        let own = self.numerator * 10_000;
        turned(own.cmp(&(u64::from(rate.hundredths) * self.denominator)), direction)
    }
}

/// The two objectives of an indicator; either may be unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objectives {
    kind: RateKind,
    direction: Direction,
    intermediate: Option<Rate>,
    target: Option<Rate>,
    /// Whether there are any, known or not.
    any: bool,
}

impl Objectives {
    /// The objectives, unknown when absent. Refuses rates of another kind, and
    /// a target that is easier than the intermediate objective.
    pub fn new(
        kind: RateKind,
        direction: Direction,
        intermediate: Option<Rate>,
        target: Option<Rate>,
    ) -> Result<Self, Fault> {
        same_kind(kind, intermediate.into_iter().chain(target))?;
        if let (Some(intermediate), Some(target)) = (intermediate, target)
            && target.against(intermediate, direction).is_lt()
        {
            return Err(Fault::Order("l'objectif intermédiaire, puis la cible"));
        }
        Ok(Self { kind, direction, intermediate, target, any: true })
    }

    /// Those of an indicator that is held against none.
    #[must_use]
    pub const fn none(kind: RateKind, direction: Direction) -> Self {
        Self { kind, direction, intermediate: None, target: None, any: false }
    }

    /// Whether there are any, known or not.
    pub(crate) const fn any(&self) -> bool {
        self.any
    }

    pub(crate) const fn kind(&self) -> RateKind {
        self.kind
    }

    pub(crate) const fn direction(&self) -> Direction {
        self.direction
    }

    pub(crate) const fn intermediate(&self) -> Option<Rate> {
        self.intermediate
    }

    pub(crate) const fn target(&self) -> Option<Rate> {
        self.target
    }

    /// Both, where known, with their name, their short name and whether it is
    /// the target.
    pub(crate) fn known(&self) -> impl Iterator<Item = (Rate, &'static str, &'static str, bool)> {
        let intermediate = self.intermediate.map(|rate| (rate, "intermédiaire", "interm.", false));
        let target = self.target.map(|rate| (rate, "cible", "cible", true));
        intermediate.into_iter().chain(target)
    }

    /// Both in a sentence.
    pub(crate) fn sentence(&self) -> String {
        let say = |rate: Option<Rate>| match rate {
            Some(rate) => rate.printed(),
            None => "inconnu".to_owned(),
        };
        let target = self.target.map_or("inconnue".to_owned(), Rate::printed);
        let mut sentence = if self.any {
            format!("Objectif intermédiaire : {} ; cible : {target}.", say(self.intermediate))
        } else {
            "Sans objectif.".to_owned()
        };
        if self.direction == Direction::Falling {
            sentence.push(' ');
            sentence.push_str(LOWER_IS_BETTER);
        }
        sentence
    }
}

/// Said wherever an axis is turned.
pub(crate) const LOWER_IS_BETTER: &str = "Plus bas est mieux : l'axe est retourné.";

/// An amount of money in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i64);

impl Amount {
    /// A number of cents: 4567 is 45,67 €. Refuses more than a hundred million
    /// euros.
    pub fn cents(cents: i64) -> Result<Self, Fault> {
        if (-MOST_CENTS..=MOST_CENTS).contains(&cents) {
            Ok(Self(cents))
        } else {
            Err(Fault::Amount)
        }
    }

    /// In cents, its place on an axis.
    #[must_use]
    pub const fn in_cents(self) -> i64 {
        self.0
    }

    /// `1 234,50 €`.
    pub(crate) fn written(self) -> String {
        euros(self.0)
    }

    /// With its sign, which is the meaning of a difference: `+12,00 €`.
    pub(crate) fn signed(self) -> String {
        let sign = if self.0 > 0 { "+" } else { "" };
        format!("{sign}{}", self.written())
    }
}

/// Cents as euros: `1 234,50 €`.
pub(crate) fn euros(cents: i64) -> String {
    french::euros(&hundredths(cents))
}

/// An amount of an axis: no cents where there are none.
pub(crate) fn euro_tick(cents: i64) -> String {
    format!("{}\u{a0}€", french::short(&hundredths(cents), 2))
}

/// A count that is not above what is drawn.
pub(crate) fn counted(count: u64) -> Result<u64, Fault> {
    if count > MOST_COUNTED { Err(Fault::Count) } else { Ok(count) }
}

/// A text from outside that says something.
pub(crate) fn words(what: &'static str, text: &str) -> Result<String, Fault> {
    let clean = clean(text);
    if clean.is_empty() { Err(Fault::Blank(what)) } else { Ok(clean) }
}
