//! Counts held against the rules: what each doctor earns, and why.
//!
//! Counting asks the engine; paying is arithmetic on what was counted. A
//! changed parameter pays again without counting again.

mod book;
mod classes;
mod gate;
mod parts;
mod people;
mod prevention;
mod rate;

use jalon_rules::account::Account;
use jalon_rules::amount::{AmountError, ListOrigin, ListSize};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::forfait::{ClassError, DeclarationFault, GateError};
use jalon_rules::{Campaign, Range, Status};

pub use book::{Book, Books, Counted};
pub use classes::{ClassLedger, ClassLine};
pub use gate::{GateLedger, GateLine};
pub use parts::{Ends, Part, PartKind};
pub use people::People;
pub use prevention::{PreventionLedger, PreventionLine};
pub use rate::{Basis, IndicatorLedger, OneAmount, SchemeLedger};

/// What one scheme pays one doctor, or one centre, in one campaign.
#[derive(Debug)]
pub enum Ledger<'r> {
    /// Rates held against objectives.
    Rate(SchemeLedger<'r>),
    /// So much for each patient of each indicator.
    Prevention(PreventionLedger<'r>),
    /// So much a year for each patient of a class.
    Classes(ClassLedger<'r>),
    /// A block and its options.
    Gate(GateLedger<'r>),
}

impl<'r> Ledger<'r> {
    /// Who is paid.
    #[must_use]
    pub fn payee(&self) -> &str {
        match self {
            Self::Rate(ledger) => &ledger.doctor,
            Self::Prevention(ledger) => &ledger.doctor,
            Self::Classes(ledger) => &ledger.doctor,
            Self::Gate(ledger) => &ledger.doctor,
        }
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> AnyScheme<'r> {
        match self {
            Self::Rate(ledger) => AnyScheme::Counted(ledger.scheme),
            Self::Prevention(ledger) => AnyScheme::Counted(ledger.scheme),
            Self::Classes(ledger) => AnyScheme::Classes(ledger.scheme),
            Self::Gate(ledger) => AnyScheme::Gate(ledger.scheme),
        }
    }

    /// Size of the list.
    #[must_use]
    pub fn list(&self) -> ListSize {
        match self {
            Self::Rate(ledger) => ledger.list,
            Self::Prevention(ledger) => {
                ListSize { patients: ledger.patients, origin: ListOrigin::Counted }
            }
            Self::Classes(ledger) => {
                ListSize { patients: ledger.patients, origin: ListOrigin::Counted }
            }
            Self::Gate(ledger) => ledger.list,
        }
    }

    /// The points, where the scheme counts in points.
    #[must_use]
    pub fn points(&self) -> Option<&Range> {
        match self {
            Self::Rate(ledger) => Some(&ledger.amount.points),
            Self::Prevention(_) | Self::Classes(_) => None,
            Self::Gate(ledger) => ledger.amount.points.as_ref(),
        }
    }

    /// The euros, unrounded.
    #[must_use]
    pub fn euros(&self) -> &Range {
        match self {
            Self::Rate(ledger) => &ledger.amount.euros,
            Self::Prevention(ledger) => &ledger.euros,
            Self::Classes(ledger) => &ledger.amount.euros,
            Self::Gate(ledger) => &ledger.amount.euros,
        }
    }

    /// Why the amount may be higher than its range, by a formula nobody has
    /// published.
    #[must_use]
    pub fn more(&self) -> &[String] {
        match self {
            Self::Classes(ledger) => &ledger.amount.more,
            _ => &[],
        }
    }

    /// The weakest status among everything the amount rests on.
    #[must_use]
    pub fn source(&self) -> Status {
        match self {
            Self::Rate(ledger) => ledger.amount.source,
            Self::Prevention(ledger) => ledger.source,
            Self::Classes(ledger) => ledger.amount.source,
            Self::Gate(ledger) => ledger.amount.source,
        }
    }

    /// How the amount was made.
    #[must_use]
    pub fn account(&self) -> Account {
        match self {
            Self::Rate(ledger) => ledger.amount.account(),
            Self::Prevention(ledger) => ledger.account.clone(),
            Self::Classes(ledger) => ledger.amount.account.clone(),
            Self::Gate(ledger) => ledger.amount.account.clone(),
        }
    }

    /// What the doctor has not declared and the amount waits for.
    #[must_use]
    pub fn awaited(&self) -> Vec<&'r str> {
        match self {
            Self::Rate(ledger) => ledger.awaited(),
            Self::Gate(ledger) => ledger.awaited(),
            Self::Prevention(_) | Self::Classes(_) => Vec::new(),
        }
    }
}

/// A ledger that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The scheme has no terms in the campaign.
    #[error("{scheme} n'a pas de barème en {campaign}")]
    NoTerms {
        /// The scheme.
        scheme: String,
        /// The campaign.
        campaign: Campaign,
    },
    /// The amount of an indicator is unknown.
    #[error("{0} : montant par patient inconnu")]
    NoAmount(String),
    /// An amount without bound.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// Classes that cannot be paid.
    #[error(transparent)]
    Class(#[from] ClassError),
    /// A gate that cannot be paid.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// Declarations that cannot be used, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Declarations(Vec<DeclarationFault>),
}
