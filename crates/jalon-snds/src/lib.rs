//! Claims of the national health data system: the DCIR and the hospital
//! stays, in and out.
//!
//! [`DcirImporter`] reads a folder of SNDS tables into canonical ones;
//! [`mod@write`] does the reverse, from a dossier. Names of tables and columns are
//! those of the SNDS, in capitals; what each becomes is told in
//! `docs/importer-dcir.md`.

mod ald;
mod attachments;
mod batches;
mod cells;
mod codes;
mod complaints;
mod dates;
mod facts;
mod feed;
mod importer;
mod join;
mod key;
mod layout;
mod lines;
mod months;
mod names;
mod opened;
mod parquet_part;
mod people;
mod practitioners;
mod products;
mod reader;
mod rules;
mod sink;
mod source;
mod spec;
mod tally;
mod words;
pub mod write;

pub use importer::DcirImporter;
