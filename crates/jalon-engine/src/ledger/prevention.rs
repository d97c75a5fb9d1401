//! So much for each patient who meets each indicator.

use jalon_rules::account::{Account, Unit};
use jalon_rules::convention::Scheme;
use jalon_rules::forfait::{Paid, PaidAmount, paid_amount};
use jalon_rules::page::Page;
use jalon_rules::{Campaign, Fraction, Range, Status};

use super::LedgerError;
use crate::evidence::{DoctorCounts, PageCounts};

/// What a scheme that pays by patient pays one doctor.
#[derive(Debug)]
pub struct PreventionLedger<'r> {
    /// The doctor.
    pub doctor: String,
    /// The scheme.
    pub scheme: &'r Scheme,
    /// Size of the list.
    pub patients: u64,
    /// Its indicators, in the order of the scheme.
    pub lines: Vec<PreventionLine<'r>>,
    /// The euros.
    pub euros: Range,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made.
    pub account: Account,
}

/// One indicator.
#[derive(Debug)]
pub struct PreventionLine<'r> {
    /// Its page.
    pub page: &'r Page,
    /// Patients concerned and patients who meet it.
    pub counts: PageCounts,
    /// What they are paid.
    pub paid: PaidAmount,
}

/// Pays what was counted.
pub(super) fn ledger<'r>(
    scheme: &'r Scheme,
    campaign: Campaign,
    pages: &[&'r Page],
    counts: &DoctorCounts,
) -> Result<PreventionLedger<'r>, LedgerError> {
    let mut lines = Vec::with_capacity(pages.len());
    for (page, counts) in pages.iter().zip(&counts.pages) {
        let scale = page.scale_of(campaign).map(|row| &row.scale);
        let amount = scale.and_then(|scale| scale.amount.as_ref());
        let amount = amount.ok_or_else(|| LedgerError::NoAmount(page.title.clone()))?;
        let paid = paid_amount(&Paid {
            title: &page.title,
            patients: Range::exact(Fraction::from(counts.numerator)),
            definition: scale.and_then(|scale| scale.definition.as_ref()),
            amount,
        });
        lines.push(PreventionLine { page, counts: *counts, paid });
    }
    let account = Account::sum(
        scheme.name.clone(),
        Unit::Euros,
        lines.iter().map(|line| line.paid.account.clone()).collect(),
    );
    Ok(PreventionLedger {
        doctor: counts.doctor.clone(),
        scheme,
        patients: counts.patients,
        euros: lines.iter().map(|line| &line.paid.euros).sum(),
        source: lines.iter().map(|line| line.paid.source).max().unwrap_or(Status::Officiel),
        lines,
        account: account.rounded(2),
    })
}
