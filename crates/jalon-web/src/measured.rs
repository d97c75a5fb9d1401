//! The indicators of a book that are rates, whatever the scheme pays them by.

use jalon_engine::ledger::{Book, Ledger};
use jalon_rules::amount::{Measured, State};
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::scale::Scale;

/// An indicator of someone who is paid.
pub struct Indicator<'a> {
    /// Its scheme.
    pub scheme: &'static Scheme,
    /// Its page.
    pub page: &'static Page,
    /// What it is held against; nothing where each patient is paid.
    pub scale: Option<&'a Scale>,
    /// What it counted.
    pub measured: Measured,
    /// Whether it counts.
    pub state: State,
}

impl Indicator<'_> {
    /// Numerator and denominator, where there is someone to count.
    pub const fn counts(&self) -> Option<(u64, u64)> {
        match self.measured {
            Measured::Counts { numerator, denominator, .. } if denominator > 0 => {
                Some((numerator, denominator))
            }
            _ => None,
        }
    }
}

/// Those of a book that exist in its campaign, in the order of its schemes.
pub fn indicators<'a>(book: &'a Book<'static>) -> Vec<Indicator<'a>> {
    book.ledgers.iter().flat_map(of).collect()
}

fn of<'a>(ledger: &'a Ledger<'static>) -> Vec<Indicator<'a>> {
    match ledger {
        Ledger::Rate(ledger) => ledger
            .indicators
            .iter()
            .zip(&ledger.amount.indicators)
            .filter(|(one, _)| one.measured != Measured::OutOfCampaign)
            .map(|(one, paid)| Indicator {
                scheme: ledger.scheme,
                page: one.page,
                scale: Some(&one.scale),
                measured: one.measured,
                state: paid.state,
            })
            .collect(),
        Ledger::Prevention(ledger) => ledger
            .lines
            .iter()
            .map(|line| Indicator {
                scheme: ledger.scheme,
                page: line.page,
                scale: None,
                measured: Measured::Counts {
                    numerator: line.counts.numerator,
                    denominator: line.counts.denominator,
                    left_out: line.counts.left_out,
                },
                state: State::Counted,
            })
            .collect(),
        Ledger::Classes(_) | Ledger::Gate(_) => Vec::new(),
    }
}
