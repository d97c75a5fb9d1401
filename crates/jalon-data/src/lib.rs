//! The facts: reading, checking and writing the canonical tables of a *dossier*.
//!
//! [`Dossier::open`] reads a folder of canonical tables, CSV or Parquet, and
//! either gives checked tables or every [`Fault`] found in them;
//! [`TableWriter`] writes such tables. This crate knows no rule: what the
//! facts are worth is the engine's business.

mod checks;
mod csv_table;
pub mod day;
pub mod dossier;
pub mod fault;
pub mod generer;
pub mod guard;
mod header;
mod layout;
mod parquet_table;
pub mod place;
pub mod records;
mod rows;
pub mod schema;
pub mod stored;
pub mod write;

pub use dossier::{Dossier, Source};
pub use fault::{Fault, Faults};
pub use layout::{POINTER, Pointed, STATES, pointed};
pub use place::{Place, PlaceError};
pub use schema::{Column, Kind, TABLES, Table, canonical_schema, table};
pub use stored::StoredError;
pub use write::{Format, TableWriter, WriteError};
