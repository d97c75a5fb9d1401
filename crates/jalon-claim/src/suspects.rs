//! Which patients may explain a gap between the counts of the fund and those of
//! the facts.
//!
//! A statement prints numbers, never names: unless a nominative list of the fund
//! says what it counts of someone, all that is known is that so many are among
//! so many others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jalon_engine::evidence::{CriterionEvidence, PatientEvidence};
use jalon_engine::roster::Member;
use jalon_import::list::List;
use jalon_rules::account::Unit;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::data::Comparison;
use crate::reason::Reason;
use crate::reconciliation::{Reconciliation, Scope, present};

/// Days before the end of the year in which an act may be reimbursed too late
/// to be counted. No text says how long the fund waits: a month is a choice.
const LATE: i32 = 31;

/// Which count differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those it is asked of.
    Denominator,
    /// Those who reach it.
    Numerator,
}

/// One patient who may be counted otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The patient.
    pub patient: String,
    /// What they add to our denominator: 1, or boxes.
    pub denominator: u64,
    /// What they add to our numerator.
    pub numerator: u64,
    /// The last day that our numerator looked at, if any.
    pub last: Option<Date>,
    /// Whether the fund's own list says that it counts them otherwise.
    pub sure: bool,
    /// Why, as far as the facts tell.
    pub reasons: Vec<Reason>,
}

/// What explains one gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Identifier of the indicator.
    pub indicator: String,
    /// Which count.
    pub part: Part,
    /// What the facts count more than the fund; less than 0 where they count
    /// less.
    pub gap: i64,
    /// Those whom the fund surely counts otherwise, then those it may, with a
    /// reason first.
    pub suspects: Vec<Suspect>,
    /// How much of the gap nobody in the facts can stand for; nothing when the
    /// facts do not bound it.
    pub beyond: Option<u64>,
}

impl Explanation {
    /// What is known, in one French sentence.
    #[must_use]
    pub fn says(&self) -> String {
        let sure = self.suspects.iter().filter(|one| one.sure).count();
        let others = self.suspects.len() - sure;
        let side =
            if self.gap > 0 { "que la caisse ne compte pas" } else { "que la caisse compte seule" };
        let what = match self.part {
            Part::Denominator => "au dénominateur",
            Part::Numerator => "au numérateur",
        };
        let mut text = format!("{} {what} {side}", self.gap.unsigned_abs());
        if sure > 0 {
            let _ = write!(text, " ; {sure} d'après sa liste");
        }
        if others > 0 {
            let s = if others > 1 { "s" } else { "" };
            let _ = write!(text, " ; {others} patient{s} possible{s}");
        }
        match self.beyond {
            Some(0) => {}
            Some(beyond) => {
                let s = if beyond > 1 { "s" } else { "" };
                let _ = write!(text, " ; {beyond} inconnu{s} de nos faits");
            }
            None => text.push_str(" ; nos faits ne bornent pas ce nombre"),
        }
        text
    }
}

/// Patients whom the fund's nominative list says are to be seen, by indicator:
/// those it counts in the denominator and not in the numerator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToSee(BTreeMap<String, Vec<String>>);

impl ToSee {
    /// Reads a list, of which `same` says who is who. People whom nobody
    /// recognised are left out.
    #[must_use]
    pub fn of(list: &List, same: &Reconciliation) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in list.lignes.iter().filter(|line| line.sorti.is_none()) {
            if let Some(patient) = same.patient_of(line.patient) {
                all.entry(line.indicateur.clone()).or_default().push(patient.to_owned());
            }
        }
        Self(all)
    }

    fn holds(&self, indicator: &str, patient: &str) -> bool {
        self.0.get(indicator).is_some_and(|all| all.iter().any(|one| one == patient))
    }
}

/// What explains the gaps of an indicator: its denominator, then its numerator;
/// counts that agree or are unknown are not there. `evidence` is that of the
/// doctor, `members` everyone of the list.
#[must_use]
pub fn explain(
    comparison: &Comparison,
    evidence: &[PatientEvidence],
    members: &[Member],
    seen: &ToSee,
    scope: &Scope,
) -> Vec<Explanation> {
    let by_patient: BTreeMap<&str, &Member> =
        members.iter().map(|one| (one.patient.as_str(), one)).collect();
    let parts = [
        (Part::Denominator, comparison.denominator_gap()),
        (Part::Numerator, comparison.numerator_gap()),
    ];
    let mut all = Vec::new();
    for (part, gap) in parts {
        let Some(gap) = gap.filter(|gap| *gap != 0) else { continue };
        let mut suspects: Vec<Suspect> = evidence
            .iter()
            .filter(|row| may_explain(row, part, gap))
            .map(|row| {
                let sure = part == Part::Numerator
                    && gap > 0
                    && seen.holds(&comparison.indicator, &row.patient);
                let last = last_counted(row);
                let member = by_patient.get(row.patient.as_str());
                let mut reasons = member.map_or_else(Vec::new, |member| present(member, scope));
                reasons.extend(last.filter(|last| is_late(*last, scope.day)).map(Reason::Late));
                Suspect {
                    patient: row.patient.clone(),
                    denominator: row.counts.denominator,
                    numerator: row.counts.numerator,
                    last,
                    sure,
                    reasons,
                }
            })
            .collect();
        suspects.sort_by_cached_key(|one| (!one.sure, one.reasons.is_empty(), one.patient.clone()));
        let bounded = gap > 0 || part == Part::Numerator || comparison.unit == Unit::Patients;
        let most: u64 = suspects.iter().map(|one| weight(one, part, gap)).sum();
        all.push(Explanation {
            indicator: comparison.indicator.clone(),
            part,
            gap,
            suspects,
            beyond: bounded.then(|| gap.unsigned_abs().saturating_sub(most)),
        });
    }
    all
}

/// Whether a patient can be one whom the two sides count otherwise.
fn may_explain(row: &PatientEvidence, part: Part, gap: i64) -> bool {
    let counts = row.counts;
    match (part, gap > 0) {
        (Part::Denominator, true) => counts.denominator > 0,
        (Part::Numerator, true) => counts.numerator > 0,
        // The fund knows of an act that we do not.
        (Part::Numerator, false) => counts.numerator < counts.denominator,
        // On the list, and not asked by our facts.
        (Part::Denominator, false) => counts.denominator == 0,
    }
}

/// How much of a gap a patient can stand for.
fn weight(one: &Suspect, part: Part, gap: i64) -> u64 {
    match (part, gap > 0) {
        (Part::Denominator, true) => one.denominator,
        (Part::Numerator, true) => one.numerator,
        (Part::Numerator, false) => one.denominator.saturating_sub(one.numerator),
        (Part::Denominator, false) => 1,
    }
}

fn is_late(last: Date, day: Date) -> bool {
    last <= day && day.checked_sub(LATE.days()).is_ok_and(|from| last > from)
}

/// The last day of what is counted about a patient.
fn last_counted(row: &PatientEvidence) -> Option<Date> {
    fn last(all: &[CriterionEvidence]) -> Option<Date> {
        all.iter()
            .filter(|one| one.holds > 0)
            .filter_map(|one| one.last.max(last(&one.options)))
            .max()
    }
    last(&row.criteria)
}
