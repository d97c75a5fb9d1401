//! The law of Jalon: rule pages, code lists, conventions, and the exact
//! arithmetic that turns counts into points and euros.
//!
//! Nothing here reads a file, a clock or a table of facts: rules come in as
//! texts, counts as numbers, and everything that goes out is a value.
#![deny(clippy::float_arithmetic)]

pub mod account;
pub mod achievement;
pub mod amount;
pub mod any_scheme;
pub mod campaign;
pub mod codes;
pub mod condition;
pub mod convention;
pub mod criterion;
pub mod diagnostic;
pub mod forfait;
pub mod fraction;
pub mod french;
pub mod overlay;
pub mod page;
pub mod range;
pub mod reform;
pub mod replacement;
pub mod rules;
pub mod scale;
pub mod status;
mod toml_walk;

pub use campaign::Campaign;
pub use fraction::Fraction;
pub use range::Range;
pub use rules::Rules;
pub use status::{Sourced, Status};
