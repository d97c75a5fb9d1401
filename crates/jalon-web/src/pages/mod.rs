//! The pages. Each asks the practice and its memory, makes plain texts of the
//! answers, and hands them to its template.

pub mod account;
pub mod assets;
pub mod backups;
pub mod calendar;
pub mod compare;
pub mod conformity;
pub mod consents;
pub mod declarations;
pub mod forecast;
mod frame;
pub mod help;
pub mod import;
pub mod indicator;
pub mod indicators;
pub mod invitation;
pub mod journal;
mod lent;
mod look;
pub mod lost;
pub mod patient;
pub mod patients;
pub mod people;
pub mod person;
pub mod practice;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod simulator;
pub mod statements;
pub mod team;
pub mod today;
mod visit;

pub use frame::{Choice, Frame, Link, Outside, html};
pub use look::{Look, Numbers, campaigns};
pub use visit::Visit;
