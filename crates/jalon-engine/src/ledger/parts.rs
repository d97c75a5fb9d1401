//! What an amount is made of, item by item.

use jalon_rules::amount::State;
use jalon_rules::forfait::Role;
use jalon_rules::{Fraction, Range};

use super::{ClassLedger, GateLedger, Ledger, PreventionLedger, SchemeLedger};

/// A part of the amount of a scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'r> {
    /// What it is.
    pub kind: PartKind<'r>,
    /// The euros it brings, unrounded, end by end: the lower ends of all parts
    /// add up to the lower end of the amount, the upper ends to the upper one.
    /// Nothing for what opens the block or raises the whole: those euros are
    /// another part's.
    pub euros: Option<Ends>,
}

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind<'r> {
    /// The block of a gate.
    Block,
    /// An item that opens the block: the identifier of its page.
    Prerequisite(&'r str),
    /// An indicator, a class or an item: the identifier of its page.
    Item(&'r str),
    /// An item that raises the whole: the identifier of its page.
    Uplift(&'r str),
    /// What no item brings alone: uplifts of the whole, points without an item,
    /// and, below 0, unknown points that cannot all be reached at once.
    Rest,
}

/// The least and the most of a part. Unlike those of a [`Range`], the ends of
/// a correction need not be in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// What it adds to the lower end.
    pub low: Fraction,
    /// What it adds to the upper end.
    pub high: Fraction,
}

impl<'r> PartKind<'r> {
    /// The word used in JSON and CSV.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Block => "bloc",
            Self::Prerequisite(_) => "prerequis",
            Self::Item(_) => "element",
            Self::Uplift(_) => "majoration",
            Self::Rest => "reste",
        }
    }

    /// The page it is about.
    #[must_use]
    pub const fn page(self) -> Option<&'r str> {
        match self {
            Self::Prerequisite(id) | Self::Item(id) | Self::Uplift(id) => Some(id),
            Self::Block | Self::Rest => None,
        }
    }
}

impl Ends {
    /// Nothing at either end.
    #[must_use]
    pub fn zero() -> Self {
        Self { low: Fraction::zero(), high: Fraction::zero() }
    }

    /// The sum, end by end.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self { low: &self.low + &other.low, high: &self.high + &other.high }
    }

    /// The difference, end by end.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self { low: &self.low - &other.low, high: &self.high - &other.high }
    }

    /// The figures it may be.
    #[must_use]
    pub fn range(&self) -> Range {
        Range::hull(self.low.clone(), self.high.clone())
    }
}

impl From<&Range> for Ends {
    fn from(range: &Range) -> Self {
        Self { low: range.min().clone(), high: range.max().clone() }
    }
}

impl<'r> Ledger<'r> {
    /// What the amount is made of, in the order of the scheme.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'r>> {
        let mut parts = match self {
            Self::Rate(ledger) => rates(ledger),
            Self::Prevention(ledger) => prevention(ledger),
            Self::Classes(ledger) => classes(ledger),
            Self::Gate(ledger) => gate(ledger),
        };
        let told = parts.iter().filter_map(|part| part.euros.as_ref());
        let told = told.fold(Ends::zero(), |sum, euros| sum.plus(euros));
        let rest = Ends::from(self.euros()).minus(&told);
        if rest != Ends::zero() {
            parts.push(Part { kind: PartKind::Rest, euros: Some(rest) });
        }
        parts
    }
}

fn item<'r>(id: &'r str, euros: &Range) -> Part<'r> {
    Part { kind: PartKind::Item(id), euros: Some(euros.into()) }
}

fn rates<'r>(ledger: &SchemeLedger<'r>) -> Vec<Part<'r>> {
    let lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
    let exists = lines.filter(|(_, amount)| amount.state != State::OutOfCampaign);
    exists.map(|(indicator, amount)| item(&indicator.page.id, &amount.euros)).collect()
}

fn prevention<'r>(ledger: &PreventionLedger<'r>) -> Vec<Part<'r>> {
    ledger.lines.iter().map(|line| item(&line.page.id, &line.paid.euros)).collect()
}

fn classes<'r>(ledger: &ClassLedger<'r>) -> Vec<Part<'r>> {
    let lines = ledger.lines.iter().zip(&ledger.amount.classes);
    lines.map(|(line, (_, paid))| item(&line.page.sheet.id, &paid.euros)).collect()
}

/// Euros behind a closed door are none; behind one that may be closed, none at
/// the least.
fn gate<'r>(ledger: &GateLedger<'r>) -> Vec<Part<'r>> {
    let amount = &ledger.amount;
    let point = ledger.point_value().unwrap_or_else(Fraction::one);
    let open = amount.open();
    let paid = |worth: &Range| Ends::from(&(&(worth * &open) * &point));
    let block = ledger.scheme.block_of(ledger.campaign).into_iter().map(|block| {
        let euros = paid(&Range::exact(block.points.value.clone()));
        Part { kind: PartKind::Block, euros: Some(euros) }
    });
    let items = ledger.lines.iter().zip(&amount.items).map(|(line, item)| {
        let id = line.page.sheet.id.as_str();
        match item.role {
            Role::Prerequisite => Part { kind: PartKind::Prerequisite(id), euros: None },
            Role::Uplift => Part { kind: PartKind::Uplift(id), euros: None },
            Role::Complement | Role::Option => {
                let euros = item.points.as_ref().map_or_else(Ends::zero, paid);
                Part { kind: PartKind::Item(id), euros: Some(euros) }
            }
        }
    });
    block.chain(items).collect()
}
