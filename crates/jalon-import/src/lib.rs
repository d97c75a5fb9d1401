//! Facts from what people have: claims, records, lists of the fund.
//!
//! An [`Importer`] reads one kind of source and writes canonical rows into a
//! [`Draft`]; what it took and what it left is told by a [`Report`]. This crate
//! knows formats and no rule.

pub mod ald;
pub mod columns;
pub mod dates;
pub mod draft;
pub mod drugs;
pub mod error;
pub mod facts;
pub mod fhir;
pub mod importer;
pub mod label;
pub mod list;
pub mod nomenclature;
pub mod omop;
pub mod register;
pub mod report;
pub mod settle;
pub mod sheet;
pub mod statement;
pub mod tables;
pub mod toml_text;
pub mod whole;

pub use draft::Draft;
pub use error::ImportError;
pub use importer::{Importer, Progress, Stage};
pub use report::Report;
