//! The scale of an indicator in one campaign: what its rate is held against.

use crate::fraction::Fraction;
use crate::status::Sourced;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A higher rate earns more.
    Rising,
    /// A lower rate earns more.
    Falling,
}

/// How a numerator relates to its denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateKind {
    /// A share, between 0 and 1; objectives are printed in %.
    Share,
    /// A number per patient, without upper bound; objectives are printed per 100.
    Per100,
}

/// What a minimum is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinimumUnit {
    /// Patients.
    Patients,
    /// Boxes.
    Boxes,
}

/// The scale of one indicator in one campaign. `None` is an unknown value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// Where the reading of who counts comes from.
    pub definition: Option<Sourced<()>>,
    /// Intermediate objective as printed: 74 is 74 %, or 74 per 100.
    pub intermediate: Option<Sourced<Fraction>>,
    /// Target as printed.
    pub target: Option<Sourced<Fraction>>,
    /// Fewest patients or boxes in the denominator for the indicator to count.
    pub minimum: Option<Sourced<u64>>,
    /// What `minimum` counts, when the page says.
    pub minimum_unit: Option<MinimumUnit>,
    /// Points earned at the target.
    pub points: Option<Sourced<Fraction>>,
    /// Euros for each patient of the numerator, in a scheme that pays by
    /// patient; such a scheme has nothing else of the above.
    pub amount: Option<Sourced<Fraction>>,
}
