//! The practice application: where a doctor stands, whom to call, what is left
//! to do.
//!
//! Pages are made on the server and work without a script. Every figure comes
//! from the engine and every memory from `jalon-store`, which alone says who
//! may see what; this crate shows and never counts.
//!
//! A request passes `finish` (whose site it is, headers, failures, log), then
//! `guard` (who asks, whether the page is for them, whether a form is theirs),
//! then its page.

mod app;
mod calendar;
mod charts;
mod courses;
mod demo;
mod failure;
mod fields;
mod finish;
mod guard;
mod imports;
mod keys;
mod measured;
mod pages;
mod practice;
mod press;
mod routes;
mod shown;
mod simulator;
mod site;
mod spool;
mod tables;
mod tendency;
mod texts;
mod typed;
mod upload;
mod words;
mod work;

pub use app::{App, Clock, Log, Setting};
pub use practice::{Facts, Practice, PracticeError};
pub use press::pdf_program;
pub use routes::{Need, ROUTES, Route, router};
pub use site::Site;
