//! One cell of a table.

use jalon_rules::{Fraction, Range};
use jiff::civil::Date;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A day, where there is one.
    Day(Option<Date>),
    /// Euros, to the cent.
    Euros(Fraction),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The least and the most an amount can be.
    #[must_use]
    pub fn euros(range: &Range) -> [Self; 2] {
        [Self::Euros(range.min().clone()), Self::Euros(range.max().clone())]
    }
}
