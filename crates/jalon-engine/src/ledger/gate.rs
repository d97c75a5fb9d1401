//! A block, all or nothing, that opens options.

use jalon_rules::amount::ListSize;
use jalon_rules::forfait::{
    Answer, Declared, GateAmount, GateFacts, GatePage, GateScheme, ItemState, gate_amount,
};

use jalon_rules::convention::in_force;
use jalon_rules::{Campaign, Fraction};

use super::LedgerError;

/// What a gate pays one doctor.
#[derive(Debug)]
pub struct GateLedger<'r> {
    /// The doctor.
    pub doctor: String,
    /// The scheme.
    pub scheme: &'r GateScheme,
    /// The campaign.
    pub campaign: Campaign,
    /// The list that weights some items.
    pub list: ListSize,
    /// Its items, in the order of the amount.
    pub lines: Vec<GateLine<'r>>,
    /// What they come to.
    pub amount: GateAmount,
}

/// One item.
#[derive(Debug)]
pub struct GateLine<'r> {
    /// Its page.
    pub page: &'r GatePage,
    /// What the doctor declared for it as a whole.
    pub answer: Option<Answer>,
}

impl<'r> GateLedger<'r> {
    /// Euros a point, where the scheme counts in points.
    #[must_use]
    pub fn point_value(&self) -> Option<Fraction> {
        in_force(&self.scheme.point_value, self.campaign).map(|value| value.value.clone())
    }

    /// Items whose answer nobody gave.
    #[must_use]
    pub fn awaited(&self) -> Vec<&'r str> {
        self.lines
            .iter()
            .zip(&self.amount.items)
            .filter(|(_, item)| item.state == ItemState::Unknown)
            .map(|(line, _)| line.page.sheet.id.as_str())
            .collect()
    }
}

/// Pays what was declared.
pub(super) fn ledger<'r>(
    scheme: &'r GateScheme,
    pages: &[&'r GatePage],
    doctor: &str,
    facts: &GateFacts<'_>,
) -> Result<GateLedger<'r>, LedgerError> {
    let amount = gate_amount(scheme, pages, facts)?;
    let line = |id: &String| {
        let page = pages.iter().find(|page| page.sheet.id == *id)?;
        Some(GateLine { page, answer: answer(page, facts.declared) })
    };
    let lines = amount.items.iter().filter_map(|item| line(&item.id)).collect();
    let (doctor, campaign, list) = (doctor.to_owned(), facts.campaign, *facts.list);
    Ok(GateLedger { doctor, scheme, campaign, list, lines, amount })
}

fn answer(page: &GatePage, declared: &Declared) -> Option<Answer> {
    if page.elements.is_empty() { declared.answer(&page.declared_id) } else { None }
}
