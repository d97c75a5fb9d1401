//! Documents to print: what they hold, apart from how they look.
//!
//! A [`Document`] is data: titles, texts, tables. With the feature `typst`, the
//! function `pdf` sets it on pages. The composer takes minutes to build and has other
//! crates built with features of its own: what only makes documents does
//! without.

mod document;
#[cfg(feature = "typst")]
mod world;

pub use document::{Block, Column, Document, Side, Table};
#[cfg(feature = "typst")]
pub use world::{PdfError, pdf};
