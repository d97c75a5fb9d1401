//! What a patient lacks of an indicator, and until when it can be done.

use jalon_rules::Campaign;
use jalon_rules::campaign::{Anchor, Window};
use jalon_rules::criterion::{Bounds, Criterion, Test};
use jalon_rules::page::Page;
use jiff::civil::Date;

use crate::evidence::{CriterionEvidence, PatientEvidence};

/// A criterion of the numerator that a patient does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The sentence of the criterion.
    pub says: String,
    /// Where one of several is enough: their sentences.
    pub options: Vec<String>,
    /// What was counted so far, where something is counted.
    pub seen: Option<u64>,
    /// Last day on which something can still be added; nothing when no act can
    /// change the answer.
    pub until: Option<Date>,
}

impl Missing {
    /// What is missing, and what was counted so far.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut says = self.says.clone();
        if !self.options.is_empty() {
            says = format!("{says} ({})", self.options.join(", ou "));
        }
        match self.seen {
            Some(seen) if seen > 0 => format!("{says} : {seen} à ce jour"),
            _ => says,
        }
    }
}

/// The criteria of the numerator that the patient does not meet.
pub(crate) fn missing(
    page: &Page,
    campaign: Campaign,
    row: &PatientEvidence,
    birth: Option<Date>,
    today: Option<Date>,
) -> Vec<Missing> {
    row.numerator(page, campaign)
        .filter(|(_, evidence)| evidence.holds == 0)
        .map(|(criterion, evidence)| Missing {
            says: criterion.says.clone(),
            options: match &criterion.test {
                Some(Test::AnyOf(options)) => options
                    .iter()
                    .filter(|option| option.applies(campaign))
                    .map(|option| option.says.clone())
                    .collect(),
                _ => Vec::new(),
            },
            seen: evidence.count,
            until: deadline(criterion, campaign, birth)
                .filter(|until| today.is_none_or(|today| today <= *until)),
        })
        .collect()
}

/// The last event that made the patient meet the numerator.
pub(super) fn last_counted(page: &Page, campaign: Campaign, row: &PatientEvidence) -> Option<Date> {
    fn last(evidence: &CriterionEvidence) -> Option<Date> {
        let inside = evidence.options.iter().filter(|option| option.holds > 0).filter_map(last);
        evidence.last.into_iter().chain(inside).max()
    }
    row.numerator(page, campaign)
        .filter(|(_, evidence)| evidence.holds > 0)
        .filter_map(|(_, evidence)| last(evidence))
        .max()
}

/// The last day on which something can still be added to a count. Windows told
/// from a birth need one; nothing for what no act can change.
#[must_use]
pub fn deadline(criterion: &Criterion, campaign: Campaign, birth: Option<Date>) -> Option<Date> {
    match &criterion.test {
        Some(Test::Count(test)) => match &test.bounds {
            Bounds::Numbers { at_most: Some(_), .. } | Bounds::Sum => None,
            Bounds::Numbers { .. } | Bounds::AtLeast(_) => {
                let window = test.count.window;
                match window.anchor() {
                    None => Some(window.days(campaign).1),
                    Some(Anchor::Birth) => Some(window.days_around(birth?)?.1),
                    Some(Anchor::Event) => None,
                }
            }
        },
        Some(Test::AnyOf(options)) => options
            .iter()
            .filter(|option| option.applies(campaign))
            .filter_map(|option| deadline(option, campaign, birth))
            .max(),
        Some(Test::TreatedBy(_)) => Some(Window::YEAR.days(campaign).1),
        _ => None,
    }
}
