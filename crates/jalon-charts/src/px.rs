//! Lengths on the drawing: whole hundredths of a pixel, so that the bytes of a
//! chart are the same on every machine.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A length or a place, in hundredths of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Px(i64);

impl Px {
    /// Nothing.
    pub(crate) const ZERO: Self = Self(0);

    /// A whole number of pixels.
    pub(crate) const fn new(pixels: i64) -> Self {
        Self(pixels * 100)
    }

    /// A number of hundredths of a pixel.
    pub(crate) const fn hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// This many hundredths of a pixel.
    pub(crate) const fn in_hundredths(self) -> i64 {
        self.0
    }

    /// Half of it.
    pub(crate) const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// `self × part / whole`, to the nearest hundredth; `whole` is above 0.
    pub(crate) fn scaled(self, part: i64, whole: i64) -> Self {
        let (product, whole) = (i128::from(self.0) * i128::from(part), i128::from(whole));
        let nearest = (2 * product + whole).div_euclid(2 * whole);
        Self(i64::try_from(nearest).unwrap_or(if nearest < 0 { i64::MIN } else { i64::MAX }))
    }
}

/// As an attribute: `12`, `12.5`, `-0.25`.
impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match (size / 100, size % 100) {
            (whole, 0) => write!(f, "{sign}{whole}"),
            (whole, part) if part % 10 == 0 => write!(f, "{sign}{whole}.{}", part / 10),
            (whole, part) => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

impl Add for Px {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Px {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Px {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<i64> for Px {
    type Output = Self;

    fn mul(self, times: i64) -> Self {
        Self(self.0 * times)
    }
}

impl Div<i64> for Px {
    type Output = Self;

    fn div(self, by: i64) -> Self {
        Self(self.0 / by)
    }
}

#[cfg(test)]
mod tests {
    use super::Px;

    #[test]
    fn written_without_useless_zero() {
        for (hundredths, text) in
            [(0, "0"), (1200, "12"), (1250, "12.5"), (1205, "12.05"), (-25, "-0.25"), (-100, "-1")]
        {
            assert_eq!(Px::hundredths(hundredths).to_string(), text);
        }
    }

    #[test]
    fn scaled_to_the_nearest() {
        assert_eq!(Px::new(1).scaled(1, 3), Px::hundredths(33));
        assert_eq!(Px::new(1).scaled(2, 3), Px::hundredths(67));
        assert_eq!(Px::new(-1).scaled(2, 3), Px::hundredths(-67));
    }
}
