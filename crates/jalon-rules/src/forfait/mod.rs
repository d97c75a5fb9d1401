//! Flat rates: what is paid otherwise than by a rate held against objectives.
//!
//! A **gate** ([`GateScheme`], block `toml verrou`) asks the doctor things: its
//! block is all or nothing and opens the options. A scheme **by classes**
//! ([`ClassScheme`], block `toml classe`) pays so much a year for each patient
//! of a class. Both have their own file beside `convention.toml`, named after
//! the scheme.
//!
//! Facts come in as values, an [`crate::account::Account`] goes out.

mod cells;
mod check;
mod class_amount;
mod class_page;
mod declared;
mod doctor;
mod gate_amount;
mod gate_page;
mod scheme_file;
mod sheet;

pub use class_amount::{ClassAmount, ClassError, Paid, PaidAmount, class_amount, paid_amount};
pub use class_page::{ClassCase, ClassCriterion, ClassPage, ClassRow, ClassTest, PatientFacts};
pub use declared::{Answer, Declaration, DeclarationFault, Declared, RESERVED};
pub use doctor::{Doctor, Renunciation, renounced};
pub use gate_amount::{
    GateAmount, GateError, GateFacts, ItemAmount, ItemState, gate_amount, item_amount,
};
pub use gate_page::{Asked, Combination, Element, GateCase, GatePage, GateRow, Requirement, Role};
pub use scheme_file::{
    BlockTerms, ClassScheme, Condition, Exemption, Gap, GateScheme, Uplift, UpliftRate,
};

pub use sheet::Sheet;

pub(crate) use check::check;
pub(crate) use class_page::FENCE as CLASS_FENCE;
pub(crate) use gate_page::FENCE as GATE_FENCE;
pub(crate) use scheme_file::{FlatScheme, parse as parse_scheme};
