//! Exact fractions: every rate, point and euro of Jalon is one.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{One, Signed, ToPrimitive, Zero, pow};

/// An exact fraction, of any size: no binary float, no overflow, no rounding
/// but the one that is asked for.
///
/// Nearly all fractions of an account have short parts: they are computed in
/// machine words, and in big numbers only where words overflow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fraction(BigRational);

/// A text that is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nombre décimal attendu : `{0}`")]
pub struct ParseFractionError(String);

impl Fraction {
    /// 0.
    #[must_use]
    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    /// 1.
    #[must_use]
    pub fn one() -> Self {
        Self(BigRational::one())
    }

    /// `numerator / denominator`, nothing when the denominator is 0.
    #[must_use]
    pub fn ratio(numerator: u64, denominator: u64) -> Option<Self> {
        (denominator != 0).then(|| Self(BigRational::new(numerator.into(), denominator.into())))
    }

    /// This number of hundredths: the share that a printed percentage stands
    /// for, 74 giving 37/50.
    #[must_use]
    pub fn hundredths(&self) -> Self {
        self * Self(BigRational::new_raw(BigInt::one(), BigInt::from(100)))
    }

    /// A hundred times this number: the percentage of a share.
    #[must_use]
    pub fn times_hundred(&self) -> Self {
        self * Self::from(100)
    }

    /// The quotient, nothing when the divisor is 0.
    #[must_use]
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| match self.both_short(divisor) {
            Some((one, two)) => Self::from_short(one / two),
            None => Self(&self.0 / &divisor.0),
        })
    }

    /// Is it 0?
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Is it below 0?
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// The nearest decimal number with this many digits after the point, half
    /// away from zero.
    #[must_use]
    pub fn round(&self, digits: usize) -> Self {
        Self(BigRational::new(self.scaled(digits), power_of_ten(digits)))
    }

    /// The rounded number in decimal writing with a point and exactly this
    /// many digits after it: `69.39`. Zero has no sign.
    #[must_use]
    pub fn to_decimal(&self, digits: usize) -> String {
        let scaled = self.scaled(digits);
        let sign = if scaled.is_negative() { "-" } else { "" };
        let mut text = format!("{:0>width$}", scaled.abs().to_string(), width = digits + 1);
        if digits > 0 {
            text.insert(text.len() - digits, '.');
        }
        format!("{sign}{text}")
    }

    /// The rounded number in decimal writing, with at most this many digits
    /// after the point and no useless zero: `74`, `74.5`.
    #[must_use]
    pub fn to_short_decimal(&self, max_digits: usize) -> String {
        let text = self.to_decimal(max_digits);
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    }

    /// The same fraction in machine words, if both parts fit in half a word:
    /// then no operation on two of them overflows.
    fn short(&self) -> Option<Ratio<i64>> {
        let (numerator, denominator) = (self.0.numer().to_i32()?, self.0.denom().to_i32()?);
        Some(Ratio::new_raw(numerator.into(), denominator.into()))
    }

    /// Two fractions in machine words, if both fit.
    fn both_short(&self, other: &Self) -> Option<(Ratio<i64>, Ratio<i64>)> {
        Some((self.short()?, other.short()?))
    }

    /// A fraction in machine words as one of any size.
    fn from_short(short: Ratio<i64>) -> Self {
        let (numerator, denominator) = short.into_raw();
        Self(BigRational::new_raw(numerator.into(), denominator.into()))
    }

    /// The nearest whole number of units of 10⁻ᵈⁱᵍⁱᵗˢ, half away from zero.
    fn scaled(&self, digits: usize) -> BigInt {
        (&self.0 * power_of_ten(digits)).round().to_integer()
    }
}

/// 10 to this power.
fn power_of_ten(exponent: usize) -> BigInt {
    pow(BigInt::from(10), exponent)
}

/// The exact value: `3`, `17/22`.
impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// Reads `74`, `-3`, `74.5` or `74,5`: digits on both sides of the separator,
/// nothing else.
impl FromStr for Fraction {
    type Err = ParseFractionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = match unsigned.split_once(['.', ',']) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (unsigned, None),
        };
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits_only(whole) || !decimals.is_none_or(digits_only) {
            return Err(ParseFractionError(text.to_owned()));
        }
        let decimals = decimals.unwrap_or_default();
        let scaled: BigInt = format!("{whole}{decimals}")
            .parse()
            .map_err(|_| ParseFractionError(text.to_owned()))?;
        let value = Self(BigRational::new(scaled, power_of_ten(decimals.len())));
        Ok(if unsigned.len() < text.len() { -value } else { value })
    }
}

/// A whole number.
macro_rules! whole {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Fraction {
            fn from(value: $integer) -> Self {
                Self(BigRational::from_integer(value.into()))
            }
        }
    )*};
}

whole!(i32, i64, u32, u64);

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.both_short(other) {
            Some((one, two)) => (one.numer() * two.denom()).cmp(&(two.numer() * one.denom())),
            None => self.0.cmp(&other.0),
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Neg for &Fraction {
    type Output = Fraction;

    fn neg(self) -> Fraction {
        Fraction(-&self.0)
    }
}

impl Neg for Fraction {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// An operator on values and references alike.
macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl $operator<&Fraction> for &Fraction {
            type Output = Fraction;

            fn $method(self, other: &Fraction) -> Fraction {
                match self.both_short(other) {
                    Some((one, two)) => Fraction::from_short(one.$method(two)),
                    None => Fraction((&self.0).$method(&other.0)),
                }
            }
        }

        impl $operator<Fraction> for &Fraction {
            type Output = Fraction;

            fn $method(self, other: Fraction) -> Fraction {
                self.$method(&other)
            }
        }

        impl $operator<&Fraction> for Fraction {
            type Output = Fraction;

            fn $method(self, other: &Fraction) -> Fraction {
                (&self).$method(other)
            }
        }

        impl $operator<Fraction> for Fraction {
            type Output = Fraction;

            fn $method(self, other: Fraction) -> Fraction {
                (&self).$method(&other)
            }
        }
    };
}

operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);

impl Sum for Fraction {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::zero(), |total, value| total + value)
    }
}

impl<'a> Sum<&'a Self> for Fraction {
    fn sum<I: Iterator<Item = &'a Self>>(values: I) -> Self {
        values.fold(Self::zero(), |total, value| total + value)
    }
}

#[cfg(test)]
mod tests {
    use super::Fraction;

    fn decimal(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn reads_decimal_numbers_only() {
        assert_eq!(decimal("74"), Fraction::from(74));
        assert_eq!(decimal("74.5"), Fraction::ratio(149, 2).unwrap());
        assert_eq!(decimal("74,5"), decimal("74.50"));
        assert_eq!(decimal("1.0040"), Fraction::ratio(251, 250).unwrap());
        assert_eq!(decimal("-0.5"), -Fraction::ratio(1, 2).unwrap());
        for wrong in ["", "-", "+1", ".5", "5.", "1.2.3", "1,2,3", "1e3", "½", "1 000", " 1", "٣"]
        {
            let error = wrong.parse::<Fraction>().unwrap_err();
            assert_eq!(error.to_string(), format!("nombre décimal attendu : `{wrong}`"));
        }
    }

    #[test]
    fn rounds_half_away_from_zero() {
        for (value, digits, expected) in [
            ("0.005", 2, "0.01"),
            ("-0.005", 2, "-0.01"),
            ("0.0049", 2, "0.00"),
            ("-0.0049", 2, "0.00"),
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("1234.5", 2, "1234.50"),
        ] {
            assert_eq!(decimal(value).to_decimal(digits), expected);
            assert_eq!(decimal(value).round(digits), decimal(expected));
        }
    }

    #[test]
    fn short_writing_has_no_useless_zero() {
        assert_eq!(decimal("74.00").to_short_decimal(2), "74");
        assert_eq!(decimal("74.50").to_short_decimal(2), "74.5");
        assert_eq!(decimal("100").to_short_decimal(0), "100");
        assert_eq!(Fraction::ratio(2, 3).unwrap().to_short_decimal(2), "0.67");
        assert_eq!(Fraction::zero().to_short_decimal(2), "0");
    }

    #[test]
    fn long_and_short_parts_compute_alike() {
        // A factor that no machine word holds sends every operation to big
        // numbers; taken out again, it leaves what machine words give.
        let factor = decimal(&format!("1{}7", "0".repeat(40)));
        let edges = [i32::MIN.into(), -7, 0, 3, i32::MAX.into(), i64::from(i32::MAX) + 1];
        let values: Vec<Fraction> = edges
            .into_iter()
            .flat_map(|part| edges.map(|whole| (part, whole)))
            .filter_map(|(part, whole)| Fraction::from(part).checked_div(&whole.into()))
            .collect();
        for one in &values {
            for two in &values {
                let (long_one, long_two) = (one * &factor, two * &factor);
                let back = |long: Fraction| long.checked_div(&factor).unwrap();
                assert_eq!(one + two, back(&long_one + &long_two));
                assert_eq!(one - two, back(&long_one - &long_two));
                assert_eq!(one * two, back(&long_one * two));
                assert_eq!(one.checked_div(two), long_one.checked_div(&long_two));
                assert_eq!(one.cmp(two), long_one.cmp(&long_two));
            }
        }
    }

    #[test]
    fn nothing_is_divided_by_zero() {
        assert_eq!(Fraction::ratio(1, 0), None);
        assert_eq!(Fraction::one().checked_div(&Fraction::zero()), None);
        assert_eq!(decimal("74").hundredths().times_hundred(), decimal("74"));
        assert_eq!(Fraction::ratio(34, 44).unwrap().to_string(), "17/22");
    }
}
