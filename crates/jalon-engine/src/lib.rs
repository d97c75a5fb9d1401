//! Rules × facts: the pages of a campaign compiled to one query, its answers
//! by doctor and by patient, and the amounts they earn.
#![deny(clippy::float_arithmetic)]

mod atoms;
pub mod cases;
mod columns;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod facts;
mod inventory;
pub mod ledger;
mod net;
mod past;
mod plan;
pub mod simulation;
mod sql;
pub mod worklist;

pub use engine::{Engine, Question};
pub use error::EngineError;
