//! The share of its points that a rate earns.
//!
//! The rule, with `t` the rate, `d` the starting rate, `OI` the intermediate
//! objective, `OC` the target and `k` the share granted at `OI`:
//!
//! ```text
//! t at or beyond OC               1
//! t at or beyond OI               k + (1 − k) × (t − OI) / (OC − OI)
//! short of OI but better than d   k × (t − d) / (OI − d)
//! otherwise                       0
//! ```
//!
//! Source: convention of 25 August 2016, article 27, for the two objectives and
//! the pay for progress; the three branches are described by the FMF
//! ("Comprendre les nébuleux calculs de la ROSP"), the quotient below `OI` is
//! deduced. Differences are signed, so falling indicators follow unchanged.
//!
//! # Unknown values
//!
//! The share earned never grows when `OI`, `OC` or `d` gets harder. The tight
//! range over everything the unknown values can be therefore goes from the
//! share under the hardest admissible values to the share under the easiest:
//! between 0 % and 100 % for a share, without upper bound for a rate per 100,
//! `OI` never harder than `OC`.

use crate::fraction::Fraction;
use crate::range::Range;
use crate::scale::{Direction, RateKind, Scale};

/// What a rate is held against. `None` is an unknown value. Every value is per
/// patient, as the rate is: 74 % and 74 per 100 are both 37/50.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objectives {
    /// Which way is better.
    pub direction: Direction,
    /// Are rates bounded by 1?
    pub kind: RateKind,
    /// The rate that progress is measured from.
    pub start: Option<Fraction>,
    /// The objective that earns `share`.
    pub intermediate: Option<Fraction>,
    /// The objective that earns everything.
    pub target: Option<Fraction>,
    /// Share of the points granted at the intermediate objective.
    pub share: Option<Fraction>,
}

/// The branch of the rule that a rate falls in, as far as the known values
/// tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// At or beyond the target.
    Reached,
    /// At or beyond the intermediate objective, and not known to have reached
    /// the target.
    Between,
    /// Short of the intermediate objective, and not known to be no better than
    /// the starting rate.
    Progress,
    /// Short of the intermediate objective and no better than the starting
    /// rate.
    NoProgress,
    /// The intermediate objective is unknown and the target, if known, not
    /// reached.
    Open,
}

/// Is this target at least as hard as this intermediate objective?
#[must_use]
pub fn ordered(intermediate: &Fraction, target: &Fraction, direction: Direction) -> bool {
    match direction {
        Direction::Rising => intermediate <= target,
        Direction::Falling => intermediate >= target,
    }
}

impl Branch {
    /// Does the share earned depend on the starting rate?
    #[must_use]
    pub const fn uses_start(self) -> bool {
        matches!(self, Self::Progress | Self::NoProgress | Self::Open)
    }

    /// Does the share earned depend on the intermediate objective?
    #[must_use]
    pub const fn uses_intermediate(self) -> bool {
        !matches!(self, Self::Reached)
    }

    /// Does the share earned depend on the target?
    #[must_use]
    pub const fn uses_target(self) -> bool {
        matches!(self, Self::Reached | Self::Between | Self::Open)
    }

    /// Does the share earned depend on the share granted at the intermediate
    /// objective?
    #[must_use]
    pub const fn uses_share(self) -> bool {
        matches!(self, Self::Between | Self::Progress | Self::Open)
    }
}

impl Objectives {
    /// The objectives of a scale, with the doctor's starting rate as printed
    /// and the share granted at the intermediate objective.
    #[must_use]
    pub fn new(
        scale: &Scale,
        start: Option<&Fraction>,
        share: &Fraction,
        direction: Direction,
        kind: RateKind,
    ) -> Self {
        Self {
            direction,
            kind,
            start: start.map(Fraction::hundredths),
            intermediate: scale.intermediate.as_ref().map(|known| known.value.hundredths()),
            target: scale.target.as_ref().map(|known| known.value.hundredths()),
            share: Some(share.clone()),
        }
    }

    /// The share of the points that this rate earns: exact whenever everything
    /// it depends on is known, tight otherwise.
    #[must_use]
    pub fn achievement(&self, rate: &Fraction) -> Range {
        let rate = self.signed(rate);
        let hardest = self.hardest().earned(&rate);
        if self.is_known() {
            Range::exact(hardest)
        } else {
            Range::hull(hardest, self.easiest().earned(&rate))
        }
    }

    /// Is nothing unknown?
    const fn is_known(&self) -> bool {
        let Self { start, intermediate, target, share, .. } = self;
        start.is_some() && intermediate.is_some() && target.is_some() && share.is_some()
    }

    /// The branch of the rule that this rate falls in.
    #[must_use]
    pub fn branch(&self, rate: &Fraction) -> Branch {
        let beyond = |known: &Fraction| self.signed(rate) >= self.signed(known);
        match (&self.intermediate, &self.target) {
            (_, Some(target)) if beyond(target) => Branch::Reached,
            (None, _) => Branch::Open,
            (Some(intermediate), _) if beyond(intermediate) => Branch::Between,
            _ => match &self.start {
                Some(start) if self.signed(rate) <= self.signed(start) => Branch::NoProgress,
                _ => Branch::Progress,
            },
        }
    }

    /// The unknown values at their easiest.
    fn easiest(&self) -> Corner {
        let easiest = match (self.direction, self.kind) {
            (Direction::Rising, _) => Level::At(Fraction::zero()),
            (Direction::Falling, RateKind::Share) => Level::At(-Fraction::one()),
            (Direction::Falling, RateKind::Per100) => Level::BelowAll,
        };
        let intermediate = self.level(self.intermediate.as_ref()).unwrap_or(easiest.clone());
        Corner {
            target: self.level(self.target.as_ref()).unwrap_or(intermediate.clone()),
            intermediate,
            start: self.level(self.start.as_ref()).unwrap_or(easiest),
            share: self.share.clone().unwrap_or_else(Fraction::one),
        }
    }

    /// The unknown values at their hardest.
    fn hardest(&self) -> Corner {
        let hardest = match (self.direction, self.kind) {
            (Direction::Rising, RateKind::Share) => Level::At(Fraction::one()),
            (Direction::Rising, RateKind::Per100) => Level::AboveAll,
            (Direction::Falling, _) => Level::At(Fraction::zero()),
        };
        let target = self.level(self.target.as_ref()).unwrap_or(hardest.clone());
        Corner {
            intermediate: self.level(self.intermediate.as_ref()).unwrap_or(target.clone()),
            target,
            start: self.level(self.start.as_ref()).unwrap_or(hardest),
            share: self.share.clone().unwrap_or_else(Fraction::zero),
        }
    }

    /// A known value on the axis where higher is better.
    fn level(&self, known: Option<&Fraction>) -> Option<Level> {
        known.map(|value| Level::At(self.signed(value)))
    }

    /// A value on the axis where higher is better.
    fn signed(&self, value: &Fraction) -> Fraction {
        match self.direction {
            Direction::Rising => value.clone(),
            Direction::Falling => -value,
        }
    }
}

/// A value on the axis where higher is better, or beyond every number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    BelowAll,
    At(Fraction),
    AboveAll,
}

/// One way to fill in the unknown values.
struct Corner {
    start: Level,
    intermediate: Level,
    target: Level,
    share: Fraction,
}

impl Corner {
    /// The rule, for a rate on the axis where higher is better.
    fn earned(&self, rate: &Fraction) -> Fraction {
        let level = Level::At(rate.clone());
        if level >= self.target {
            Fraction::one()
        } else if level >= self.intermediate {
            let rest = Fraction::one() - &self.share;
            &self.share + rest * way(rate, &self.intermediate, &self.target)
        } else {
            &self.share * way(rate, &self.start, &self.intermediate)
        }
    }
}

/// The part of the way between two levels that a rate short of the second has
/// covered: none of an endless way, all of one that begins endlessly far.
fn way(rate: &Fraction, from: &Level, to: &Level) -> Fraction {
    match (from, to) {
        (Level::At(from), Level::At(to)) if from < rate => {
            (rate - from).checked_div(&(to - from)).unwrap_or_else(Fraction::zero)
        }
        (Level::BelowAll, Level::At(_)) => Fraction::one(),
        _ => Fraction::zero(),
    }
}
