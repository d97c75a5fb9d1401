//! A common core, and the indicators that each doctor chooses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::amount::State;
use jalon_rules::reform::{Change, Pick, Setting};

use crate::ledger::{Book, SchemeLedger};

/// Whether a change puts an indicator of a scheme in its core.
pub(super) fn is_core(change: &Change, scheme: &str) -> bool {
    change.setting == Setting::Core && change.scheme == scheme
}

/// The indicators of a scheme that hold for everyone.
pub(super) fn core<'c>(changes: &'c [Change], scheme: &str) -> BTreeSet<&'c str> {
    let of_scheme = changes.iter().filter(|change| is_core(change, scheme));
    of_scheme.filter_map(|change| change.page.as_deref()).collect()
}

/// What a doctor chooses in each scheme where there is a choice: the last one
/// that names him, else the last one for everyone.
pub(super) fn choices(changes: &[Change], book: &Book<'_>) -> Vec<(usize, BTreeSet<String>)> {
    let mut last: BTreeMap<&str, (bool, usize)> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate() {
        let named = change.doctor.is_some();
        let mine = change.doctor.as_ref().is_none_or(|doctor| *doctor == book.payee);
        if matches!(change.setting, Setting::Choice(_)) && mine {
            let best = last.entry(&change.scheme).or_insert((named, at));
            *best = (*best).max((named, at));
        }
    }
    last.into_iter()
        .filter_map(|(scheme, (_, at))| {
            let Setting::Choice(choice) = &changes.get(at)?.setting else { return None };
            let ledger = book.rates().find(|ledger| ledger.scheme.id == scheme)?;
            let chosen = match &choice.pick {
                Pick::Named(ids) => ids.iter().cloned().collect(),
                Pick::Best(number) => best(ledger, &core(changes, scheme), *number),
            };
            Some((at, chosen))
        })
        .collect()
}

/// The indicators outside the core that a doctor achieves best: by the least,
/// then the most, then the name.
fn best(ledger: &SchemeLedger<'_>, core: &BTreeSet<&str>, number: usize) -> BTreeSet<String> {
    let lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
    let mut open: Vec<_> = lines
        .filter(|(indicator, amount)| {
            amount.state != State::OutOfCampaign
                && indicator.scale.points.is_some()
                && !core.contains(indicator.page.id.as_str())
        })
        .map(|(indicator, amount)| {
            let ends = (amount.achievement.min(), amount.achievement.max());
            (Reverse(ends), indicator.page.id.as_str())
        })
        .collect();
    open.sort();
    open.into_iter().take(number).map(|(_, id)| id.to_owned()).collect()
}
