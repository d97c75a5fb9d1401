//! What facts show of what a doctor declares: suggested, never counted.

use std::collections::BTreeMap;

use jalon_engine::Question;
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::{Campaign, Rules};

use crate::practice::{Facts, PracticeError};

/// What facts show of one page, for one doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Those of whom a fact tells that it was done: a floor. None when no fact
    /// could tell.
    pub numerator: Option<u64>,
    /// Those of whom it is asked.
    pub denominator: u64,
}

/// What facts show of the declared pages of a scheme, by page.
pub fn of(
    facts: &Facts,
    rules: &Rules,
    scheme: &Scheme,
    campaign: Campaign,
    doctor: &str,
) -> Result<BTreeMap<String, Shown>, PracticeError> {
    let declared = rules.pages_of(scheme).into_iter();
    let pages: Vec<Page> = declared
        .filter(|page| rules.exists(page, campaign))
        .filter_map(Page::shown_by_facts)
        .collect();
    if pages.is_empty() {
        return Ok(BTreeMap::new());
    }
    let asked: Vec<&Page> = pages.iter().collect();
    let question =
        Question { rules, scheme, at: campaign.into(), pages: &asked, doctor: Some(doctor) };
    let counts = facts.engine().counts(question)?;
    let mine = counts.into_iter().find(|counts| counts.doctor == doctor);
    let mine = mine.map(|counts| counts.pages).unwrap_or_default();
    let shown = pages.iter().zip(mine).map(|(page, counts)| {
        let numerator = page.shows_numerator().then_some(counts.numerator);
        (page.id.clone(), Shown { numerator, denominator: counts.denominator })
    });
    Ok(shown.collect())
}
