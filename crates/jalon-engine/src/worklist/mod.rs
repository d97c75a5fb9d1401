//! What is left to do: patients with something that an act can still add to an
//! indicator, and what adding it would pay.
//!
//! Counting is done once, by the evidence of each scheme. Every value comes
//! from paying again on the counts as they would be, with the exact amounts of
//! the ledger: objectives, minima, lists and coefficients are all in it.

mod finders;
mod gaps;
mod till;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::Scheme;
use jalon_rules::page::{Page, Unit};
use jalon_rules::scale::{Direction, Scale};
use jalon_rules::{Fraction, Range, Sourced};
use jiff::civil::Date;

pub use self::finders::{Finder, find};
pub(crate) use self::gaps::missing;
pub use self::gaps::{Missing, deadline};
use self::till::Till;
use crate::columns;
use crate::engine::{Engine, Question};
use crate::error::EngineError;
use crate::evidence::{DoctorCounts, Evidence, PageCounts};
use crate::ledger::{Books, Ledger, LedgerError, People};
use crate::sql::text;

/// A worklist that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum WorklistError {
    /// The facts cannot be read.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The counts cannot be paid.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What was counted for one scheme of one doctor, patient by patient.
#[derive(Clone, Debug)]
pub struct Reading<'r> {
    /// The scheme.
    pub scheme: &'r Scheme,
    /// Its pages in the campaign.
    pub pages: Vec<&'r Page>,
    /// The sums of the doctor, over these pages.
    pub counts: DoctorCounts,
    /// The evidence of every patient.
    pub evidence: Evidence,
    /// The sums of the doctor on an earlier day, while the campaign is under way.
    pub today: Option<DoctorCounts>,
}

impl<'r> Reading<'r> {
    /// Asks the engine of the last day of the campaign, and of another day.
    pub fn of(
        engine: &Engine,
        books: &Books<'r>,
        scheme: &'r Scheme,
        payee: &str,
        today: Option<Standpoint>,
    ) -> Result<Self, EngineError> {
        let pages = books.basis(scheme).pages();
        let Books { rules, campaign, .. } = *books;
        let at = campaign.into();
        let question = Question { rules, scheme, at, pages: &pages, doctor: Some(payee) };
        let evidence = engine.evidence(question)?;
        let counts = evidence.counts(payee)?;
        let today = match today {
            Some(at) => {
                let sums = engine.counts(Question { at, ..question })?;
                sums.into_iter().find(|counts| counts.doctor == payee)
            }
            None => None,
        };
        Ok(Self { scheme, pages, counts, evidence, today })
    }
}

/// What is told of patients besides the indicators.
#[derive(Clone, Debug, Default)]
pub struct Histories {
    births: BTreeMap<String, Date>,
    contacts: BTreeMap<String, Date>,
    /// Acts say who performed them: contacts are those of the doctor, or of
    /// the doctors of the centre. If not, they are with anyone.
    pub own_contacts: bool,
}

impl Histories {
    /// Reads the births, and the last act of every patient.
    pub fn read(engine: &Engine, payee: &str) -> Result<Self, EngineError> {
        let births = engine.ask("SELECT patient, naissance FROM patients")?;
        let patients = columns::texts(&births, "patient")?.into_iter().flatten();
        let days = columns::days(&births, "naissance")?;
        let births = patients.zip(days).filter_map(|(patient, day)| Some((patient, day?)));
        let payee = text(payee);
        let acts = engine.ask(&format!(
            "WITH lignes AS (\n{}\n)
SELECT patient, max(date) AS tous,
  max(CASE WHEN executant = {payee} OR medecins.centre = {payee} THEN date END) AS siens,
  max(CASE WHEN executant <> '' THEN 1 ELSE 0 END) AS dits
FROM lignes LEFT JOIN medecins ON lignes.executant = medecins.medecin
GROUP BY patient",
            engine.net_lines("actes")
        ))?;
        let own_contacts = columns::counts(&acts, "dits")?.iter().any(|told| *told > 0);
        let days = columns::days(&acts, if own_contacts { "siens" } else { "tous" })?;
        let patients = columns::texts(&acts, "patient")?.into_iter().flatten();
        let contacts = patients.zip(days).filter_map(|(patient, day)| Some((patient, day?)));
        Ok(Self { births: births.collect(), contacts: contacts.collect(), own_contacts })
    }
}

/// What is left to do for one doctor.
#[derive(Debug)]
pub struct Worklist<'r> {
    /// The indicators whose gaps are listed, in the order of the schemes.
    pub targets: Vec<Target<'r>>,
    /// The others, with the reason.
    pub aside: Vec<(&'r Page, Aside)>,
    /// Patients with at least one gap.
    pub rows: Vec<Row>,
    /// Patients who meet an indicator, in the order of indicators.
    pub facts: Vec<Fact>,
}

/// Why an indicator has no patient to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// A lower rate is better: no act closes it.
    Falling,
    /// Counted in boxes, treatments or events.
    NotPatients,
    /// Declared by the doctor.
    Declared,
    /// Its content is unknown.
    Unknown,
}

/// An indicator whose gaps are listed.
#[derive(Clone, Debug)]
pub struct Target<'r> {
    /// Its scheme.
    pub scheme: &'r Scheme,
    /// Its page.
    pub page: &'r Page,
    /// Its counts, on the last day of the campaign.
    pub counts: PageCounts,
    /// Its counts on an earlier day, while the campaign is under way.
    pub today: Option<PageCounts>,
    /// Gaps that an act can close.
    pub open: u64,
    /// What it pays.
    pub paid: Range,
    /// What one more patient adds; 0 when no gap is open.
    pub one: Range,
    /// What all open gaps add together.
    pub all: Range,
    /// What the gaps that no act can close any more would have added, after all
    /// the others.
    pub lost: Range,
    /// For rates: the objectives that are not reached.
    pub steps: Vec<Step>,
    /// For rates: the scale of the campaign.
    pub scale: Option<Scale>,
}

impl Target<'_> {
    /// Patients in the denominator and not in the numerator.
    #[must_use]
    pub const fn gaps(&self) -> u64 {
        self.counts.denominator.saturating_sub(self.counts.numerator)
    }

    /// Whether nothing can be said of what a gap is worth: what the indicator
    /// pays is a range, and one more patient moves neither end of it.
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        !self.paid.is_exact() && self.one == Range::zero()
    }
}

/// What is between a rate and an objective.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which objective.
    pub objective: Objective,
    /// The objective, as printed.
    pub value: Sourced<Fraction>,
    /// How many more patients reach it; at least 1.
    pub missing: u64,
    /// What they add together; nothing when there are not so many open gaps.
    pub worth: Option<Range>,
}

impl Step {
    /// What each of them adds, on average.
    #[must_use]
    pub fn each(&self) -> Option<Range> {
        Some(self.worth.as_ref()? * &Fraction::ratio(1, self.missing)?)
    }
}

/// The two objectives of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// `intermédiaire`
    Intermediate,
    /// `cible`
    Target,
}

impl Objective {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Intermediate => "intermédiaire",
            Self::Target => "cible",
        }
    }
}

/// A patient with gaps.
#[derive(Clone, Debug)]
pub struct Row {
    /// The patient.
    pub patient: String,
    /// The gaps, in the order of [`Worklist::targets`].
    pub gaps: Vec<Gap>,
    /// Day of the last act.
    pub contact: Option<Date>,
    /// What closing all open gaps would add, at once, as far as it is known: see
    /// [`Row::unsettled`].
    pub together: Range,
}

impl Row {
    /// How many open gaps are worth nobody knows what.
    #[must_use]
    pub fn unsettled(&self, targets: &[Target<'_>]) -> usize {
        let unsettled = |gap: &Gap| targets.get(gap.target).is_some_and(Target::is_unsettled);
        self.gaps.iter().filter(|gap| gap.is_open() && unsettled(gap)).count()
    }

    /// How many gaps an act can close.
    #[must_use]
    pub fn open(&self) -> usize {
        self.gaps.iter().filter(|gap| gap.is_open()).count()
    }

    /// The nearest day until which an open gap can be closed.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        self.gaps.iter().filter(|gap| gap.is_open()).filter_map(Gap::until).min()
    }
}

/// An indicator that asks for a patient and has not got what it asks.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Its place in [`Worklist::targets`].
    pub target: usize,
    /// What is missing.
    pub missing: Vec<Missing>,
    /// What closing it alone would add; 0 when no act can, or nothing is known:
    /// see [`Target::is_unsettled`].
    pub worth: Range,
}

impl Gap {
    /// Whether an act can close it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.missing.iter().all(|one| one.until.is_some())
    }

    /// The last day on which everything can still be done.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        self.missing.iter().filter_map(|one| one.until).min()
    }

    /// What is missing, in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let all: Vec<_> = self.missing.iter().map(Missing::sentence).collect();
        all.join(" ; ")
    }
}

/// A patient who meets an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its place in [`Worklist::targets`].
    pub target: usize,
    /// The patient.
    pub patient: String,
    /// The last event counted.
    pub last: Option<Date>,
}

/// How patients are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those who lack most, then those whose day is nearest, then the value.
    Need,
    /// The value, then the need.
    Worth,
}

impl<'r> Worklist<'r> {
    /// Makes the worklist of one doctor from what was counted. What could only be
    /// done before `today`, if given, is too late.
    pub fn make(
        books: &Books<'r>,
        people: &People,
        readings: &[Reading<'r>],
        histories: &Histories,
        today: Option<Date>,
    ) -> Result<Self, WorklistError> {
        let mut list =
            Self { targets: Vec::new(), aside: Vec::new(), rows: Vec::new(), facts: Vec::new() };
        let mut rows = BTreeMap::new();
        for reading in readings {
            list.read(books, people, reading, (histories, today), &mut rows)?;
        }
        list.rows = rows.into_values().collect();
        Ok(list)
    }

    /// Sorts the patients; those alike by their identifiers.
    pub fn sort(&mut self, order: Order) {
        let need = |row: &Row| (Reverse(row.open()), row.until().map_or(Date::MAX, |day| day));
        // Of a range, its middle.
        let worth = |row: &Row| Reverse(row.together.min() + row.together.max());
        match order {
            Order::Need => self.rows.sort_by_cached_key(|row| {
                (need(row), worth(row), Reverse(row.gaps.len()), row.patient.clone())
            }),
            Order::Worth => {
                self.rows.sort_by_cached_key(|row| (worth(row), need(row), row.patient.clone()));
            }
        }
    }

    fn read(
        &mut self,
        books: &Books<'r>,
        people: &People,
        reading: &Reading<'r>,
        (histories, today): (&Histories, Option<Date>),
        rows: &mut BTreeMap<String, Row>,
    ) -> Result<(), WorklistError> {
        let campaign = books.campaign;
        let mut till = Till::open(books, reading.scheme, people, &reading.counts)?;
        // For each patient, the pages with an open gap: paid together below.
        let mut together: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
        for (at, page) in reading.pages.iter().enumerate() {
            if let Some(reason) = aside(page) {
                self.aside.push((page, reason));
                continue;
            }
            let target = self.targets.len();
            let mut open = 0;
            for row in reading.evidence.page(at)? {
                if row.doctor != reading.counts.doctor || row.counts.denominator == 0 {
                    continue;
                }
                if row.counts.numerator >= row.counts.denominator {
                    let last = gaps::last_counted(page, campaign, &row);
                    self.facts.push(Fact { target, patient: row.patient, last });
                    continue;
                }
                let birth = histories.births.get(&row.patient).copied();
                let missing = missing(page, campaign, &row, birth, today);
                let mut gap = Gap { target, missing, worth: Range::zero() };
                if gap.is_open() {
                    gap.worth = till.worth(&[(at, 1)])?;
                    together.entry(row.patient.clone()).or_default().push((at, 1));
                    open += 1;
                }
                let contact = histories.contacts.get(&row.patient).copied();
                let line = rows.entry(row.patient.clone()).or_insert_with(|| Row {
                    patient: row.patient,
                    gaps: Vec::new(),
                    contact,
                    together: Range::zero(),
                });
                line.gaps.push(gap);
            }
            self.targets.push(target_of(&mut till, reading, at, open)?);
        }
        for (patient, pages) in together {
            let worth = till.worth(&pages)?;
            if let Some(row) = rows.get_mut(&patient) {
                row.together = &row.together + &worth;
            }
        }
        Ok(())
    }
}

/// Why a page has no patient to call, if so.
fn aside(page: &Page) -> Option<Aside> {
    match (&page.rule.unit, page.rule.direction) {
        (Unit::Declared, _) => Some(Aside::Declared),
        (Unit::Unknown, _) => Some(Aside::Unknown),
        (_, Direction::Falling) => Some(Aside::Falling),
        (Unit::Patient, Direction::Rising) => None,
        _ => Some(Aside::NotPatients),
    }
}

fn target_of<'r>(
    till: &mut Till<'_, 'r>,
    reading: &Reading<'r>,
    at: usize,
    open: u64,
) -> Result<Target<'r>, WorklistError> {
    let page = reading.pages[at];
    let counts = reading.counts.pages.get(at).copied().unwrap_or_default();
    let (paid, scale) = paid_today(till.today.as_ref(), page);
    let mut steps = Vec::new();
    if let Some(scale) = &scale {
        let objectives =
            [(Objective::Intermediate, &scale.intermediate), (Objective::Target, &scale.target)];
        for (objective, value) in objectives {
            let Some(value) = value else { continue };
            if let Some(missing) = missing_to(counts, &value.value).filter(|more| *more > 0) {
                let worth =
                    if missing <= open { Some(till.worth(&[(at, missing)])?) } else { None };
                steps.push(Step { objective, value: value.clone(), missing, worth });
            }
        }
    }
    let today = reading.today.as_ref().and_then(|counts| counts.pages.get(at).copied());
    let all = till.worth(&[(at, open)])?;
    let whole = till.worth(&[(at, counts.denominator.saturating_sub(counts.numerator))])?;
    Ok(Target {
        scheme: reading.scheme,
        page,
        counts,
        today,
        open,
        paid,
        one: till.worth(&[(at, open.min(1))])?,
        lost: till::gain(&all, &whole),
        all,
        steps,
        scale,
    })
}

/// What an indicator pays today and, for a rate, its scale.
fn paid_today(ledger: Option<&Ledger<'_>>, page: &Page) -> (Range, Option<Scale>) {
    match ledger {
        Some(Ledger::Rate(ledger)) => {
            let mut lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
            let line = lines.find(|(indicator, _)| indicator.page.id == page.id);
            line.map_or((Range::zero(), None), |(indicator, amount)| {
                (amount.euros.clone(), Some(indicator.scale.clone()))
            })
        }
        Some(Ledger::Prevention(ledger)) => {
            let line = ledger.lines.iter().find(|line| line.page.id == page.id);
            (line.map_or_else(Range::zero, |line| line.paid.euros.clone()), None)
        }
        _ => (Range::zero(), None),
    }
}

/// How many more patients of the denominator reach an objective; nothing when
/// all of them do not.
fn missing_to(counts: PageCounts, objective: &Fraction) -> Option<u64> {
    let PageCounts { numerator, denominator, .. } = counts;
    (0..=denominator.saturating_sub(numerator)).find(|more| {
        Fraction::ratio(numerator + more, denominator)
            .is_some_and(|rate| rate.times_hundred() >= *objective)
    })
}
