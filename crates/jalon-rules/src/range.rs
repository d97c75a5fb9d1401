//! Ranges: what is known of a figure that rests on an unknown value.

use std::iter::Sum;
use std::ops::{Add, Mul, Sub};

use crate::fraction::Fraction;

/// The least and the most a figure can be, both ends included. An exact figure
/// has both ends equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    min: Fraction,
    max: Fraction,
}

impl Range {
    /// The range between these ends, nothing when they are the wrong way round.
    #[must_use]
    pub fn new(min: Fraction, max: Fraction) -> Option<Self> {
        (min <= max).then_some(Self { min, max })
    }

    /// The smallest range that holds both figures.
    #[must_use]
    pub fn hull(one: Fraction, other: Fraction) -> Self {
        if one <= other { Self { min: one, max: other } } else { Self { min: other, max: one } }
    }

    /// A figure without doubt.
    #[must_use]
    pub fn exact(value: Fraction) -> Self {
        Self { min: value.clone(), max: value }
    }

    /// Exactly 0.
    #[must_use]
    pub fn zero() -> Self {
        Self::exact(Fraction::zero())
    }

    /// Exactly 1.
    #[must_use]
    pub fn one() -> Self {
        Self::exact(Fraction::one())
    }

    /// Any share, from 0 to 1.
    #[must_use]
    pub fn share() -> Self {
        Self { min: Fraction::zero(), max: Fraction::one() }
    }

    /// The least the figure can be.
    #[must_use]
    pub const fn min(&self) -> &Fraction {
        &self.min
    }

    /// The most the figure can be.
    #[must_use]
    pub const fn max(&self) -> &Fraction {
        &self.max
    }

    /// Is the figure known exactly?
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.min == self.max
    }

    /// The figure, when it is known exactly.
    #[must_use]
    pub fn as_exact(&self) -> Option<&Fraction> {
        self.is_exact().then_some(&self.min)
    }

    /// Can the figure be this one?
    #[must_use]
    pub fn contains(&self, value: &Fraction) -> bool {
        (&self.min..=&self.max).contains(&value)
    }

    /// Both ends rounded to this many digits after the point, half away from
    /// zero.
    #[must_use]
    pub fn round(&self, digits: usize) -> Self {
        self.map(|end| end.round(digits))
    }

    /// What a non-decreasing function makes of the range.
    fn map(&self, function: impl Fn(&Fraction) -> Fraction) -> Self {
        let min = function(&self.min);
        let max = if self.is_exact() { min.clone() } else { function(&self.max) };
        Self { min, max }
    }

    /// The quotient, nothing when the divisor can be 0.
    #[must_use]
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        if divisor.contains(&Fraction::zero()) {
            return None;
        }
        let one = Fraction::one();
        Some(self * &Self::hull(one.checked_div(&divisor.min)?, one.checked_div(&divisor.max)?))
    }
}

impl From<Fraction> for Range {
    fn from(value: Fraction) -> Self {
        Self::exact(value)
    }
}

impl Add for &Range {
    type Output = Range;

    fn add(self, other: Self) -> Range {
        if let Some(term) = other.as_exact() {
            return self.map(|end| end + term);
        }
        Range { min: &self.min + &other.min, max: &self.max + &other.max }
    }
}

impl Sub for &Range {
    type Output = Range;

    fn sub(self, other: Self) -> Range {
        Range { min: &self.min - &other.max, max: &self.max - &other.min }
    }
}

impl Mul<&Fraction> for &Range {
    type Output = Range;

    fn mul(self, factor: &Fraction) -> Range {
        let Range { min, max } = self.map(|end| end * factor);
        if factor.is_negative() { Range { min: max, max: min } } else { Range { min, max } }
    }
}

impl Mul for &Range {
    type Output = Range;

    fn mul(self, other: Self) -> Range {
        if let Some(factor) = other.as_exact() {
            return self * factor;
        }
        let low = self * &other.min;
        let high = self * &other.max;
        Range { min: low.min.min(high.min), max: low.max.max(high.max) }
    }
}

impl Sum for Range {
    fn sum<I: Iterator<Item = Self>>(ranges: I) -> Self {
        ranges.fold(Self::zero(), |total, range| &total + &range)
    }
}

impl<'a> Sum<&'a Self> for Range {
    fn sum<I: Iterator<Item = &'a Self>>(ranges: I) -> Self {
        ranges.fold(Self::zero(), |total, range| &total + range)
    }
}

#[cfg(test)]
mod tests {
    use super::Range;
    use crate::fraction::Fraction;

    fn range(min: i64, max: i64) -> Range {
        Range::new(min.into(), max.into()).unwrap()
    }

    #[test]
    fn ends_are_in_order() {
        assert_eq!(Range::new(2.into(), 1.into()), None);
        assert_eq!(Range::hull(2.into(), 1.into()), range(1, 2));
        assert!(range(3, 3).is_exact());
        assert_eq!(range(1, 2).as_exact(), None);
        assert!(range(1, 2).contains(&Fraction::one()));
        assert!(!range(1, 2).contains(&Fraction::zero()));
    }

    #[test]
    fn arithmetic_keeps_every_possible_result() {
        assert_eq!(&range(1, 2) + &range(10, 20), range(11, 22));
        assert_eq!(&range(1, 2) - &range(10, 20), range(-19, -8));
        assert_eq!(&range(1, 2) * &range(10, 20), range(10, 40));
        assert_eq!(&range(-1, 2) * &range(-3, 4), range(-6, 8));
        assert_eq!(&range(-1, 2) * &range(3, 4), range(-4, 8));
        assert_eq!(&range(1, 2) * &Fraction::from(-3), range(-6, -3));
        assert_eq!(range(10, 20).checked_div(&range(2, 5)), Some(range(2, 10)));
        assert_eq!(range(10, 20).checked_div(&range(0, 5)), None);
        assert_eq!([range(1, 2), range(3, 5)].iter().sum::<Range>(), range(4, 7));
    }
}
