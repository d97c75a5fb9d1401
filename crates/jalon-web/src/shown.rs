//! What facts show of what a doctor declares: suggested, never counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jalon_engine::{Engine, EngineError, Question};
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::{Campaign, Rules};

/// What facts show of one page, for one doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Those of whom a fact tells that it was done: a floor. None when no fact
    /// could tell.
    pub numerator: Option<u64>,
    /// Those of whom it is asked.
    pub denominator: u64,
}

/// By declared page of a scheme.
pub type Pages = Arc<BTreeMap<String, Shown>>;

/// What was asked: of which scheme, in which campaign, for whom.
type Asked = (String, Campaign, String);

/// What was shown, once asked.
#[derive(Debug, Default)]
pub struct Known(Mutex<BTreeMap<Asked, Pages>>);

impl Known {
    /// What facts show of the declared pages of a scheme.
    pub fn of(
        &self,
        engine: &Engine,
        rules: &Rules,
        scheme: &Scheme,
        campaign: Campaign,
        doctor: &str,
    ) -> Result<Pages, EngineError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = (scheme.id.clone(), campaign, doctor.to_owned());
        if let Some(pages) = known.get(&asked) {
            return Ok(Arc::clone(pages));
        }
        let pages = Arc::new(ask(engine, rules, scheme, campaign, doctor)?);
        known.insert(asked, Arc::clone(&pages));
        Ok(pages)
    }
}

fn ask(
    engine: &Engine,
    rules: &Rules,
    scheme: &Scheme,
    campaign: Campaign,
    doctor: &str,
) -> Result<BTreeMap<String, Shown>, EngineError> {
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
    let counts = engine.counts(question)?;
    let mine = counts.into_iter().find(|counts| counts.doctor == doctor);
    let mine = mine.map(|counts| counts.pages).unwrap_or_default();
    let shown = pages.iter().zip(mine).map(|(page, counts)| {
        let numerator = page.shows_numerator().then_some(counts.numerator);
        (page.id.clone(), Shown { numerator, denominator: counts.denominator })
    });
    Ok(shown.collect())
}
