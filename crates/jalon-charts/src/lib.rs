//! Charts as SVG, made by pure functions: the same values give the same bytes
//! on every machine, in a page, on paper or in a test.
//!
//! A chart is built from whole numbers of a stated unit, hundredths of a
//! percent or cents, and refuses what cannot be: a rate above 100 %, a target
//! easier than the intermediate objective, an empty series. It then gives, as
//! often as asked, a drawing ([`Chart::svg`]) and the same values as a table
//! ([`Chart::table`]); [`figure`] puts both into a page.
//!
//! - No script, no `style`: shapes carry classes for [`STYLE_SHEET`], and
//!   attributes that are right without it.
//! - No float: places are whole hundredths of a pixel.
//! - Words never cover each other; those too long are cut with « … », figures
//!   never are.
//! - Nothing is said by colour alone: losses are hatched, bands have dotted
//!   edges, the median is dashed, one's own marks are square.
#![deny(clippy::float_arithmetic)]

mod axis;
mod bullet;
mod days;
mod deciles;
mod drawing;
mod fault;
mod ink;
mod place;
mod px;
mod strip;
mod table;
mod text;
mod trend;
mod value;
mod waterfall;

pub use bullet::{Bullet, Reading};
pub use deciles::{Decile, Deciles};
pub use drawing::{Prefix, Svg, Width};
pub use fault::Fault;
pub use strip::{Others, Strip};
pub use table::{Chart, Table, figure};
pub use trend::{Percentiles, Trend};
pub use value::{Amount, Direction, Measure, Objectives, Rate, RateKind};
pub use waterfall::{Span, Step, Waterfall};

/// The style sheet of charts: light, dark, print, and which layout is shown.
pub const STYLE_SHEET: &str = include_str!("charts.css");
