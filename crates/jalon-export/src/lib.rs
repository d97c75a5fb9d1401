//! Tables that leave for a file: CSV, and XLSX with typed cells.
//!
//! Texts come from a dossier or a form that anyone may have written. A
//! spreadsheet takes a text that begins with `=` for a formula: none leaves
//! here as such. Nothing here says the day it was made: the same cells give
//! the same bytes.

mod cell;
mod csv;
mod xlsx;

pub use cell::Cell;
pub use csv::{Csv, Dialect};
pub use xlsx::{Book, BookError};
