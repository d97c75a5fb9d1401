//! Figures as the screens write them.

use jalon_rules::amount::Measured;
use jalon_rules::{Fraction, Range, french};

/// An amount, or the two ends it lies between.
pub fn euros(range: &Range) -> String {
    french::range(range, french::euros)
}

/// Points, or the two ends they lie between.
pub fn points(range: &Range) -> String {
    french::range(range, |value| french::short(value, 1))
}

/// What was counted; `?` while nothing is known.
pub fn measured(measured: Measured) -> String {
    match measured {
        Measured::Counts { numerator, denominator, .. } => rate(numerator, denominator),
        Measured::Unknown | Measured::OutOfCampaign => "?".to_owned(),
    }
}

/// A rate with its fraction: `72,2 % (26/36)`.
pub fn rate(numerator: u64, denominator: u64) -> String {
    match Fraction::ratio(numerator, denominator) {
        Some(rate) => format!(
            "{} ({}/{})",
            french::percent(&rate, 1),
            french::integer(numerator),
            french::integer(denominator)
        ),
        None => format!("({numerator}/{denominator})"),
    }
}
