//! Who may see what. Denied unless said here.

use std::collections::BTreeSet;

use crate::private::{AccountId, DoctorKey, SessionId};
use crate::words::words;

words! {
    /// What an account is for.
    Role {
        /// Users, backups, settings; no patient and no amount.
        Administrator = "administrateur", "administrateur";
        /// Patients of the lists given, amounts of the own list.
        Doctor = "medecin", "médecin";
        /// Patients of the lists given, no amount: coordinator, secretary.
        Delegate = "delegue", "délégué";
        /// Patients of the lists given, no amount: nurse.
        Nurse = "infirmiere", "infirmière";
        /// Aggregates and the journal; no patient.
        Auditor = "auditeur", "auditeur";
    }
}

impl Role {
    /// Whether this role works with patients.
    #[must_use]
    pub const fn cares(self) -> bool {
        matches!(self, Self::Doctor | Self::Delegate | Self::Nurse)
    }

    /// Whether this role manages accounts, backups and settings.
    #[must_use]
    pub const fn administers(self) -> bool {
        matches!(self, Self::Administrator)
    }

    /// Whether this role reads the whole journal.
    #[must_use]
    pub const fn audits(self) -> bool {
        matches!(self, Self::Administrator | Self::Auditor)
    }
}

/// What is granted to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// What it is for.
    pub role: Role,
    /// The doctor it belongs to: whose amounts it sees. Only for a doctor.
    pub own: Option<DoctorKey>,
    /// The doctors whose patients it sees; the own one goes without saying.
    pub lists: BTreeSet<DoctorKey>,
}

/// Someone who has entered, with the rights of this very moment: made for one
/// request, by [`Store::session`](crate::Store::session).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// What the account is for.
    pub role: Role,
    /// From where.
    pub address: String,
    pub(crate) own: Option<DoctorKey>,
    pub(crate) lists: BTreeSet<DoctorKey>,
    pub(crate) consents: BTreeSet<DoctorKey>,
}

impl Actor {
    /// The doctor whose amounts are his own.
    #[must_use]
    pub fn own(&self) -> Option<&DoctorKey> {
        self.own.as_ref().filter(|_| self.role == Role::Doctor)
    }

    /// Whether the patients of that doctor's list are open to him.
    #[must_use]
    pub fn sees_patients_of(&self, doctor: &DoctorKey) -> bool {
        self.role.cares() && self.lists.contains(doctor)
    }

    /// The lists whose patients are open to him, in order.
    pub fn lists(&self) -> impl Iterator<Item = &DoctorKey> {
        self.lists.iter().filter(|_| self.role.cares())
    }

    /// Whether that doctor's declarations and rates are open to him.
    #[must_use]
    pub fn sees_rates_of(&self, doctor: &DoctorKey) -> bool {
        self.role == Role::Auditor || self.sees_patients_of(doctor)
    }

    /// Whether that doctor's amounts are open to him.
    #[must_use]
    pub fn sees_amounts_of(&self, doctor: &DoctorKey) -> bool {
        self.role == Role::Auditor || self.own() == Some(doctor)
    }

    /// Whether he may set his figures beside that doctor's, who agreed to it.
    #[must_use]
    pub fn compares_with(&self, doctor: &DoctorKey) -> bool {
        self.own().is_some_and(|own| own == doctor || self.consents.contains(doctor))
    }
}
