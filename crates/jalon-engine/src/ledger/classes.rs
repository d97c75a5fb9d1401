//! So much a year for each patient of a class.

use std::collections::BTreeMap;

use jalon_rules::forfait::{ClassAmount, ClassPage, ClassScheme, Doctor, class_amount};
use jalon_rules::{Campaign, Fraction, Range};

use super::LedgerError;
use crate::evidence::ClassCounts;

/// What a scheme by classes pays one doctor.
#[derive(Debug)]
pub struct ClassLedger<'r> {
    /// The doctor.
    pub doctor: String,
    /// The scheme.
    pub scheme: &'r ClassScheme,
    /// Size of the list on the reference day of the scheme.
    pub patients: u64,
    /// Its classes.
    pub lines: Vec<ClassLine<'r>>,
    /// What they come to, in the same order.
    pub amount: ClassAmount,
}

/// One class.
#[derive(Debug)]
pub struct ClassLine<'r> {
    /// Its page.
    pub page: &'r ClassPage,
    /// Patients: from those who surely are of the class to those who may be.
    pub patients: (u64, u64),
}

/// Pays what was counted.
pub(super) fn ledger<'r>(
    scheme: &'r ClassScheme,
    campaign: Campaign,
    pages: &[&'r ClassPage],
    counts: &ClassCounts,
    doctor: &Doctor,
) -> Result<ClassLedger<'r>, LedgerError> {
    let lines: Vec<_> = pages
        .iter()
        .zip(&counts.classes)
        .map(|(page, patients)| ClassLine { page, patients: *patients })
        .collect();
    let numbers: BTreeMap<String, Range> = lines
        .iter()
        .map(|line| {
            let (least, most) = line.patients;
            let range = Range::hull(Fraction::from(least), Fraction::from(most));
            (line.page.sheet.id.clone(), range)
        })
        .collect();
    let amount = class_amount(scheme, pages, campaign, &numbers, doctor)?;
    let (doctor, patients) = (counts.doctor.clone(), counts.patients);
    Ok(ClassLedger { doctor, scheme, patients, lines, amount })
}
