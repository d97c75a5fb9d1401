//! From the statement of the fund to a claim.
//!
//! Two verdicts are kept apart: whether the statement follows from its own
//! points ([`arithmetic`]), and whether the facts give the counts that it prints
//! ([`data`]). What explains a gap is searched among patients ([`suspects`]) and
//! between two lists of them ([`reconciliation`]); a reason that the facts do
//! not tell is unknown, and said so. What is sent is a [`Claim`], nominative or
//! without identities, as a document to print or a workbook.
//!
//! Nothing here reads a file or a clock.
#![deny(clippy::float_arithmetic)]

mod anonymous;
pub mod arithmetic;
pub mod claim;
pub mod data;
pub mod deadline;
mod drawing;
pub mod label;
mod paper;
pub mod reason;
pub mod reconciliation;
pub mod suspects;
mod tables;
mod workbook;

use jalon_import::statement::Number;
use jalon_rules::Fraction;

pub use claim::{Claim, Version};
pub use data::Data;
pub use deadline::Deadlines;
pub use drawing::waterfall;
pub use reason::Reason;
pub use reconciliation::{Reconciliation, reconcile};
pub use rust_xlsxwriter::XlsxError;

/// A number of a statement as an exact one.
#[must_use]
pub fn exact(number: &Number) -> Fraction {
    // What a `Number` holds is a decimal: nothing else is ever read into one.
    number.as_str().parse().unwrap_or_else(|_| Fraction::zero())
}
