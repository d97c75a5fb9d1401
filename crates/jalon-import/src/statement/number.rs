//! Numbers of a statement, kept as exact decimals: what was printed, without
//! the manner of printing it.

use std::fmt;

/// Digits before the decimal point.
const WHOLE: usize = 9;

/// Digits after it.
const DECIMALS: usize = 9;

/// A decimal, not negative: `62.5`. Two writings of a number are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(String);

impl Number {
    /// Reads `1234,56`, `1 234,56 €`, `62.5 %`, `5 patients`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '+');
        let end = text
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',') || c.is_whitespace()));
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let unit = unit.trim().to_lowercase();
        let units = [
            "", "%", "€", "eur", "euros", "euro", "pts", "pt", "points", "point", "patients",
            "patient", "boîtes", "boites", "pour 100",
        ];
        if !units.contains(&unit.as_str()) {
            return None;
        }
        let number: String = number.chars().filter(|c| !c.is_whitespace()).collect();
        let (whole, decimals) = number.split_once([',', '.']).unwrap_or((&number, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(decimals) || number.ends_with([',', '.']) {
            return None;
        }
        let (whole, decimals) = (whole.trim_start_matches('0'), decimals.trim_end_matches('0'));
        if whole.len() > WHOLE || decimals.len() > DECIMALS {
            return None;
        }
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if decimals.is_empty() { "" } else { "." };
        Some(Self(format!("{whole}{point}{decimals}")))
    }

    /// Its decimal writing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has no decimals.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.0.contains('.')
    }

    /// Whether it is 1 or less: what a share may look like.
    #[must_use]
    pub fn is_at_most_one(&self) -> bool {
        self.0 == "1" || self.0 == "0" || self.0.starts_with("0.")
    }

    /// A hundred times as much.
    #[must_use]
    pub fn times_hundred(&self) -> Self {
        let (whole, decimals) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let decimals = format!("{decimals:0<2}");
        let (moved, rest) = decimals.split_at(2);
        let moved = format!("{whole}{moved}.{rest}0");
        Self::read(&moved).unwrap_or_else(|| self.clone())
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(value.to_string())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Number::read(text).map(|number| number.to_string())
    }

    #[test]
    fn writings() {
        for (text, number) in [
            ("1234,56", "1234.56"),
            ("1 234,56 €", "1234.56"),
            ("1\u{202f}234,560\u{a0}€", "1234.56"),
            ("62.5 %", "62.5"),
            ("007", "7"),
            ("0,0", "0"),
            ("5 patients", "5"),
            ("10 boîtes", "10"),
        ] {
            assert_eq!(read(text).as_deref(), Some(number), "{text}");
        }
        for text in ["", "-1", "1,2,3", "1e3", "n.c.", "12,", ",5", "5 ans", "1234567890"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn shares() {
        let hundred = |text: &str| Number::read(text).unwrap().times_hundred().to_string();
        assert_eq!(hundred("0.625"), "62.5");
        assert_eq!(hundred("0.7"), "70");
        assert_eq!(hundred("1"), "100");
        assert_eq!(hundred("0"), "0");
    }
}
