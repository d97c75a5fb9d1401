//! Rules × facts: the pages of a campaign compiled to one query, its answers
//! by doctor and by patient, and the amounts they earn.
#![deny(clippy::float_arithmetic)]

mod atoms;
mod canonical;
pub mod cases;
mod columns;
pub mod engine;
pub mod error;
pub mod evidence;
pub mod facts;
pub mod forecast;
mod inventory;
pub mod ledger;
pub mod live;
mod net;
mod past;
mod plan;
mod prepared;
pub mod roster;
pub mod simulation;
mod sql;
pub mod worklist;

pub use engine::{Engine, Question};
pub use error::EngineError;
