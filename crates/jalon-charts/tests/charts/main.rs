//! Charts from outside: as they are written, as a browser reads them, and what
//! they refuse.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod colours;
mod geometry;
mod images;
mod refusals;
mod safety;
mod small;
mod support;
