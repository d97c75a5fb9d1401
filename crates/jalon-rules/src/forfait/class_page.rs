//! Pages of a scheme by classes: who is of the class, and what each pays a year.

use std::ops::Range;

use jiff::civil::Date;

use super::cells::{self, Cells};
use super::sheet::{self, Parts, Sheet};
use crate::campaign::Campaign;
use crate::condition::{Column, Comparison, Condition, Literal};
use crate::diagnostic::{Diagnostic, Source};
use crate::fraction::Fraction;
use crate::page::markdown::{Cell, Table};
use crate::page::scale_table::{header_is, row_span};
use crate::status::Sourced;
use crate::toml_walk::{Keys, Walk};

/// The block that holds the rule.
pub(crate) const FENCE: &str = "toml classe";

/// A page: one class of patients.
#[derive(Clone, Debug)]
pub struct ClassPage {
    /// Its words.
    pub sheet: Sheet,
    /// Scheme it belongs to.
    pub scheme: String,
    /// Does the class come on top of the others? Then it is outside the base of
    /// uplifts, and a patient is of this class besides another.
    pub on_top: bool,
    /// First campaign, when not the scheme's.
    pub since: Option<Campaign>,
    /// Last campaign, when not the scheme's.
    pub until: Option<Campaign>,
    /// Day by which someone must read the sources again.
    pub review: Option<Date>,
    /// All must hold.
    pub criteria: Vec<ClassCriterion>,
    /// The scale, oldest first.
    pub scale: Vec<ClassRow>,
    /// The page's own tests.
    pub cases: Vec<ClassCase>,
    pub(crate) scheme_span: Range<usize>,
}

/// One sentence of a class, with the test that translates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCriterion {
    /// Name, unique in its page.
    pub id: String,
    /// The sentence shown to people.
    pub says: String,
    /// What is tested.
    pub test: ClassTest,
}

/// The test of a criterion, on the reference day of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassTest {
    /// `ou`: a condition on the columns of a patient; `age` is in complete
    /// years on the reference day.
    Row(Condition),
    /// `ald`: some long-term illness is in force on the reference day, or none.
    Ald(bool),
    /// `vu`, `non_vu`: the doctor has performed an act for the patient in this
    /// many months up to the reference day, or none.
    Seen {
        /// Length of the window, as in [`crate::campaign::Window::Months`].
        months: u8,
        /// Is an act asked for, or its absence?
        wanted: bool,
    },
}

/// The class from one campaign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassRow {
    /// First campaign of these values.
    pub since: Campaign,
    /// Where the reading of the text comes from.
    pub definition: Option<Sourced<()>>,
    /// Euros a patient and a year.
    pub amount: Option<Sourced<Fraction>>,
    pub(crate) span: Range<usize>,
}

/// What decides of a patient's class, on the reference day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatientFacts {
    /// Complete years.
    pub age: i64,
    /// Is the patient a woman? Nothing when no class asks.
    pub woman: Option<bool>,
    /// Is some long-term illness in force?
    pub ald: bool,
    /// Did the doctor see the patient in two years? Nothing when unknown.
    pub seen: Option<bool>,
    /// Does the patient have the complémentaire santé solidaire? Nothing when
    /// unknown.
    pub c2s: Option<bool>,
}

/// A case: a patient, and whether the class holds him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCase {
    /// Its name.
    pub name: String,
    /// The campaign.
    pub campaign: Campaign,
    /// The patient.
    pub patient: PatientFacts,
    /// The expected answer; nothing when it is unknown.
    pub expected: Option<bool>,
    pub(crate) span: Range<usize>,
}

impl ClassTest {
    /// Whether a patient passes; nothing when that is unknown.
    #[must_use]
    pub fn holds(&self, patient: &PatientFacts) -> Option<bool> {
        match self {
            Self::Row(condition) => holds(condition, patient),
            Self::Ald(wanted) => Some(patient.ald == *wanted),
            Self::Seen { wanted, .. } => patient.seen.map(|seen| seen == *wanted),
        }
    }
}

impl ClassPage {
    /// The scale in force in a campaign: the last row that has begun.
    #[must_use]
    pub fn row_of(&self, campaign: Campaign) -> Option<&ClassRow> {
        self.scale.iter().rev().find(|row| row.since <= campaign)
    }

    /// Whether a patient is of the class; nothing when that is unknown.
    #[must_use]
    pub fn holds(&self, patient: &PatientFacts) -> Option<bool> {
        let answers = self.criteria.iter().map(|criterion| criterion.test.holds(patient));
        answers.fold(Some(true), and)
    }

    /// Every sort of patient that the classes can tell apart, up to 120 years.
    pub(crate) fn sorts() -> impl Iterator<Item = PatientFacts> {
        let both = [false, true];
        (0..=120).flat_map(move |age| {
            (0..16_usize).map(move |bits| {
                let bit = |at: usize| both[(bits >> at) & 1];
                PatientFacts {
                    age,
                    woman: Some(bit(0)),
                    ald: bit(1),
                    seen: Some(bit(2)),
                    c2s: Some(bit(3)),
                }
            })
        })
    }

    /// Reads a page. Every fault goes to `faults`.
    pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let source = Source { file, text };
        let parts = sheet::cut(source, FENCE, &["campagne", "cas"], faults)?;
        let offset = parts.block.span.start;
        let mut walk = Walk { source, offset, faults: Vec::new() };
        let block = read_block(&mut walk, parts.block.text);
        faults.append(&mut walk.faults);
        let block = block?;
        let scale = read_scale(source, &parts, faults);
        let cases = parts
            .tables
            .get(1)
            .and_then(Option::as_ref)
            .map(|table| read_cases(source, table, faults))
            .unwrap_or_default();
        let (scheme, span) = block.scheme;
        let page = Self {
            sheet: parts.sheet(source)?,
            scheme,
            on_top: block.on_top,
            since: block.since,
            until: block.until,
            review: block.review,
            criteria: block.criteria,
            scale,
            cases,
            scheme_span: span.start + offset..span.end + offset,
        };
        if !Self::sorts().any(|patient| page.holds(&patient) == Some(true)) {
            let hint = "ses critères se contredisent";
            faults
                .push(page.sheet.page_fault("aucun patient ne peut être de la classe").hint(hint));
        }
        Some(page)
    }
}

/// Both, when one may be unknown.
fn and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// A row condition on a patient; columns of other units do not get this far.
fn holds(condition: &Condition, patient: &PatientFacts) -> Option<bool> {
    let is = |column: Column, value: &Literal| match (column, value) {
        (Column::Age, Literal::Integer(number)) => Some(patient.age == *number),
        (Column::Sexe, Literal::Text(sex)) => patient.woman.map(|woman| woman == (sex == "F")),
        _ => None,
    };
    match condition {
        Condition::Compare(column, comparison, value) => {
            let age = |test: fn(&i64, &i64) -> bool| match (column, value) {
                (Column::Age, Literal::Integer(number)) => Some(test(&patient.age, number)),
                _ => None,
            };
            match comparison {
                Comparison::Equal => is(*column, value),
                Comparison::Different => is(*column, value).map(|same| !same),
                Comparison::Less => age(i64::lt),
                Comparison::AtMost => age(i64::le),
                Comparison::Greater => age(i64::gt),
                Comparison::AtLeast => age(i64::ge),
            }
        }
        Condition::In(column, values) => {
            let answers: Option<Vec<_>> = values.iter().map(|value| is(*column, value)).collect();
            answers.map(|answers| answers.contains(&true))
        }
        Condition::Is(Column::C2s) => patient.c2s,
        Condition::Is(_) => None,
        Condition::Not(inner) => holds(inner, patient).map(|held| !held),
        Condition::And(left, right) => and(holds(left, patient), holds(right, patient)),
        Condition::Or(left, right) => {
            let not = |side: &Condition| holds(side, patient).map(|held| !held);
            and(not(left), not(right)).map(|neither| !neither)
        }
    }
}

struct Block {
    scheme: (String, Range<usize>),
    on_top: bool,
    since: Option<Campaign>,
    until: Option<Campaign>,
    review: Option<Date>,
    criteria: Vec<ClassCriterion>,
}

fn read_block(walk: &mut Walk<'_>, text: &str) -> Option<Block> {
    let document = walk.parse(text);
    let mut keys = Keys::new(document.get_ref(), 0..0);
    let scheme = keys.required(walk, "dispositif");
    let on_top = keys.boolean(walk, "en_plus").unwrap_or(false);
    let since = keys.campaign(walk, "depuis").map(|(campaign, _)| campaign);
    let until = keys.campaign(walk, "jusque").map(|(campaign, _)| campaign);
    let review = keys.date(walk, "a_revoir").map(|(date, _)| date);
    let mut criteria: Vec<ClassCriterion> = Vec::new();
    for mut inner in keys.tables(walk, "critere") {
        let id = inner.required(walk, "id");
        let says = inner.required(walk, "dit");
        let read = read_test(walk, &mut inner);
        inner.end(walk);
        let (Some((id, span)), Some((says, _)), Some(criterion)) = (id, says, read) else {
            continue;
        };
        if criteria.iter().any(|other| other.id == id) {
            walk.fault(span, format!("critère déjà nommé : `{id}`"));
        }
        criteria.push(ClassCriterion { id, says, test: criterion });
    }
    if !keys.has("critere") {
        walk.fault_with(0..0, "aucun critère", "ajoutez un bloc [[critere]]");
    }
    keys.end(walk);
    Some(Block { scheme: scheme?, on_top, since, until, review, criteria })
}

/// The columns that [`PatientFacts`] has.
const COLUMNS: [Column; 3] = [Column::Age, Column::Sexe, Column::C2s];

const TESTS: [&str; 4] = ["ou", "ald", "vu", "non_vu"];

fn read_test(walk: &mut Walk<'_>, keys: &mut Keys<'_, '_>) -> Option<ClassTest> {
    let written: Vec<_> = TESTS.into_iter().filter(|test| keys.has(test)).collect();
    let [only] = written.as_slice() else {
        keys.know(&TESTS);
        let message = format!("{} tests au lieu d'un", written.len());
        walk.fault_with(keys.span(), message, TESTS.join(", "));
        return None;
    };
    match *only {
        "ou" => {
            let (text, span) = keys.text(walk, "ou")?;
            match Condition::parse(&text, &COLUMNS) {
                Ok(condition) => Some(ClassTest::Row(condition)),
                Err(error) => {
                    let meant = span.start + 1 + error.span.start..span.start + 1 + error.span.end;
                    walk.fault_with(meant, error.message, error.hint);
                    None
                }
            }
        }
        "ald" => {
            keys.choice(walk, "ald", &[("toutes", true), ("aucune", false)]).map(ClassTest::Ald)
        }
        key => {
            let (key, wanted) = if key == "vu" { ("vu", true) } else { ("non_vu", false) };
            let (text, span) = keys.text(walk, key)?;
            let months = text
                .strip_suffix(" mois")
                .and_then(|months| months.parse().ok())
                .filter(|months| (1..=240).contains(months));
            if months.is_none() {
                walk.fault_with(span, format!("durée illisible : `{text}`"), "\"24 mois\"");
            }
            Some(ClassTest::Seen { months: months?, wanted })
        }
    }
}

fn read_scale(
    source: Source<'_>,
    parts: &Parts<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<ClassRow> {
    let Some(Some(table)) = parts.tables.first() else { return Vec::new() };
    if !header_is(source, table, &["campagne", "définition", "montant"], faults) {
        return Vec::new();
    }
    let mut cells = Cells { source, references: &parts.references, used: Vec::new(), faults };
    let mut rows: Vec<ClassRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let [year, definition, amount] = row.as_slice() else { continue };
        let definition = cells.value(definition, "[a]", |text| text.is_empty().then_some(()));
        let euros = |text: &str| cells::number(text.strip_suffix('€')?.trim());
        let amount = cells.value(amount, "5 € [a]", euros);
        let Some(since) = year.text.parse().ok().and_then(Campaign::new) else {
            let message = format!("campagne illisible : `{}`", year.text);
            let _: Option<()> = cells.fault(year, message, "une année, comme 2026");
            continue;
        };
        if rows.last().is_some_and(|last| last.since >= since) {
            let hint = "une ligne par campagne, dans l'ordre, sans doublon";
            let _: Option<()> =
                cells.fault(year, format!("la campagne {since} n'est pas à sa place"), hint);
        }
        rows.push(ClassRow { since, definition, amount, span: row_span(row) });
    }
    cells.end(table.span());
    rows
}

fn read_cases(
    source: Source<'_>,
    table: &Table<'_>,
    faults: &mut Vec<Diagnostic>,
) -> Vec<ClassCase> {
    if !header_is(source, table, &["cas", "campagne", "âge", "ald", "vu", "c2s", "attendu"], faults)
    {
        return Vec::new();
    }
    let mut cells = Cells { source, references: &[], used: Vec::new(), faults };
    let mut cases = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let [name, year, age, ald, seen, c2s, expected] = row.as_slice() else { continue };
        let mut answer = |cell: &Cell<'_>| match cell.text {
            "oui" => Some(Some(true)),
            "non" => Some(Some(false)),
            "?" => Some(None),
            other => cells.fault(cell, format!("réponse illisible : `{other}`"), "oui, non ou ?"),
        };
        let (ald, seen, c2s, expected) = (answer(ald), answer(seen), answer(c2s), answer(expected));
        let campaign = year.text.parse().ok().and_then(Campaign::new);
        let age: Option<i64> = age.text.parse().ok().filter(|age| (0..=120).contains(age));
        let (Some(campaign), Some(age)) = (campaign, age) else {
            let hint = "une campagne, comme 2026, et un âge de 0 à 120 ans";
            let _: Option<()> = cells.fault(year, "campagne ou âge illisible", hint);
            continue;
        };
        let (Some(Some(ald)), Some(seen), Some(c2s), Some(expected)) = (ald, seen, c2s, expected)
        else {
            continue;
        };
        let patient = PatientFacts { age, woman: None, ald, seen, c2s };
        let name = name.text.to_owned();
        cases.push(ClassCase { name, campaign, patient, expected, span: row_span(row) });
    }
    cases
}
