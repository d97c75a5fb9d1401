//! Numbers as French readers write them: a decimal comma, thousands apart, a
//! space before the unit. No space breaks at the end of a line.

use jiff::civil::Date;

use crate::fraction::Fraction;
use crate::range::Range;

/// Between groups of three digits: U+202F, narrow no-break space.
const THOUSANDS: char = '\u{202f}';

/// Between a number and its unit: U+00A0, no-break space.
const UNIT: char = '\u{a0}';

/// The true minus sign.
const MINUS: char = '−';

/// A whole number: `1 234`.
#[must_use]
pub fn integer(value: u64) -> String {
    localised(&value.to_string())
}

/// A number rounded to this many digits after the comma: `1 234,50`.
#[must_use]
pub fn decimal(value: &Fraction, digits: usize) -> String {
    localised(&value.to_decimal(digits))
}

/// A number rounded to at most this many digits after the comma, without
/// useless zero: `9,913`, `74`.
#[must_use]
pub fn short(value: &Fraction, max_digits: usize) -> String {
    localised(&value.to_short_decimal(max_digits))
}

/// An amount to the cent: `1 234,56 €`.
#[must_use]
pub fn euros(value: &Fraction) -> String {
    format!("{}{UNIT}€", decimal(value, 2))
}

/// A share as a percentage, with at most this many digits: 3/4 is `75 %`.
#[must_use]
pub fn percent(share: &Fraction, max_digits: usize) -> String {
    format!("{}{UNIT}%", short(&share.times_hundred(), max_digits))
}

/// A number per patient as a number per 100: 7/20 is `35 pour 100`.
#[must_use]
pub fn per_100(value: &Fraction, max_digits: usize) -> String {
    format!("{}{UNIT}pour{UNIT}100", short(&value.times_hundred(), max_digits))
}

/// Points to the thousandth: `9,913 points`, `1,5 point`.
#[must_use]
pub fn points(value: &Fraction) -> String {
    quantity(value, 3, "point")
}

/// A number of things, given by their singular: `1 patient`, `2 patients`.
#[must_use]
pub fn count(value: u64, singular: &str) -> String {
    quantity(&value.into(), 0, singular)
}

/// A number, with at most this many digits, of things given by their singular.
/// French has a plural from 2 on.
#[must_use]
pub fn quantity(value: &Fraction, max_digits: usize, singular: &str) -> String {
    let (shown, two) = (value.round(max_digits), Fraction::from(2));
    let plural = if shown >= two || shown <= -two { "s" } else { "" };
    format!("{}{UNIT}{singular}{plural}", short(&shown, max_digits))
}

/// A day: `31/12/2024`.
#[must_use]
pub fn date(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// A figure in its own format, or the ends it lies between: `entre 0,00 € et
/// 63,00 €`. Ends that read the same are written once.
#[must_use]
pub fn range(range: &Range, format: impl Fn(&Fraction) -> String) -> String {
    let (min, max) = (format(range.min()), format(range.max()));
    if min == max { min } else { format!("entre {min} et {max}") }
}

/// Decimal writing with a point and a hyphen, in French.
fn localised(plain: &str) -> String {
    let (sign, unsigned) = match plain.strip_prefix('-') {
        Some(unsigned) => (Some(MINUS), unsigned),
        None => (None, plain),
    };
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut text: String = sign.into_iter().collect();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            text.push(THOUSANDS);
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push(',');
        text.push_str(decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{count, decimal, euros, integer, per_100, percent, points, range, short};
    use crate::fraction::Fraction;
    use crate::range::Range;

    fn number(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    #[test]
    fn thousands_and_comma() {
        assert_eq!(integer(0), "0");
        assert_eq!(integer(999), "999");
        assert_eq!(integer(1_000), "1\u{202f}000");
        assert_eq!(integer(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(decimal(&number("-1234.5"), 2), "−1\u{202f}234,50");
        assert_eq!(short(&number("1234.5600"), 3), "1\u{202f}234,56");
    }

    #[test]
    fn units() {
        assert_eq!(euros(&number("1234.555")), "1\u{202f}234,56\u{a0}€");
        assert_eq!(percent(&number("0.75"), 2), "75\u{a0}%");
        assert_eq!(per_100(&number("0.355"), 2), "35,5\u{a0}pour\u{a0}100");
        assert_eq!(points(&number("9.9130")), "9,913\u{a0}points");
        assert_eq!(points(&number("1.5")), "1,5\u{a0}point");
        assert_eq!(count(0, "boîte"), "0\u{a0}boîte");
        assert_eq!(count(2, "patient"), "2\u{a0}patients");
    }

    #[test]
    fn ranges() {
        let wide = Range::hull(Fraction::zero(), 63.into());
        assert_eq!(range(&wide, euros), "entre 0,00\u{a0}€ et 63,00\u{a0}€");
        assert_eq!(range(&Range::exact(63.into()), euros), "63,00\u{a0}€");
        let narrow = Range::hull(number("63.001"), number("63.002"));
        assert_eq!(range(&narrow, euros), "63,00\u{a0}€");
    }
}
