//! A practice's memory: accounts, what was done for patients, declarations,
//! documents, statements, payments, settings, and the journal of it all, in
//! one SQLite file and one folder of documents.
//!
//! - **No rule, no health query, no HTTP.** Indicators, items and schemes are
//!   words here; facts stay in the dossier.
//! - **No clock.** Whoever calls says what time it is.
//! - **Rights are checked here**, not by the pages: every function that shows
//!   or changes something takes an [`Actor`], and what is out of his reach does
//!   not exist ([`StoreError::NotFound`]).
//! - **What has answered is on the disk**: `synchronous = FULL`, one
//!   transaction a change.
//! - **Patients have a number** drawn at random ([`PatientId`]) for addresses
//!   and the journal. Their key is kept sealed, once, and neither `Debug` nor
//!   an error shows it.
//!
//! [`Store::open`] is the beginning; [`Store::setup_code`] that of a new practice.

mod accounts;
pub mod audit;
mod claims;
mod common;
mod consents;
mod database;
mod declarations;
mod documents;
mod enrolment;
mod error;
mod forms;
mod invitations;
mod ledger;
mod login;
mod moment;
mod password;
mod private;
mod random;
mod rights;
mod schema;
mod seal;
mod second_factor;
mod sessions;
mod settings;
mod store;
mod sweep;
mod throttle;
mod words;
pub mod worklist;

pub use secrecy::{ExposeSecret, SecretString};

pub use accounts::{Account, NewAccount};
pub use claims::{Claim, Written};
pub use declarations::{Declaration, Declared, NewDeclaration};
pub use documents::{Document, Kind, LARGEST, Proof};
pub use enrolment::Enrolment;
pub use error::StoreError;
pub use invitations::Invitation;
pub use ledger::{NewPayment, NewStatement, Payment, PaymentKind, Statement};
pub use login::{Credentials, Login, csrf_matches, csrf_token};
pub use password::Cost;
pub use private::{
    AccountId, ChangeId, ClaimId, DeclarationId, DoctorKey, DocumentId, EventId, PatientId,
    PatientKey, PaymentId, SessionId, StatementId, Words,
};
pub use rights::{Actor, Rights, Role};
pub use sessions::{ABSOLUTE, IDLE, NewSession, Session};
pub use settings::{Extension, Mapping, SECOND_FACTOR};
pub use store::{Options, Store};
pub use sweep::Swept;
