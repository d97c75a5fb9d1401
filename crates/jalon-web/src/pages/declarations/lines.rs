//! What a doctor may declare in a campaign, and what he said of it.

use std::collections::{BTreeMap, BTreeSet};

use jalon_engine::ledger::{Book, GateLedger, Ledger, SchemeLedger};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::CalendarEntry;
use jalon_rules::criterion::Criterion;
use jalon_rules::forfait::{Asked, GatePage, GateRow, ItemAmount, RESERVED, Requirement};
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, french};
use jalon_store::Declaration;

use crate::practice::{Facts, PracticeError};
use crate::shown::Shown;
use crate::texts::Declarations;

/// What is answered to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    YesNo,
    /// A part of a whole.
    Rate,
    /// A number.
    Count,
}

/// The items of one scheme, in its order.
pub struct Group {
    pub id: String,
    pub name: String,
    pub entry: Option<&'static CalendarEntry>,
    /// Whether the doctor gave the scheme up.
    pub renounced: bool,
    pub items: Vec<Item>,
}

/// One thing that may be declared.
pub struct Item {
    /// The name that the rules give it.
    pub id: String,
    pub title: String,
    /// Its place in the scheme.
    pub place: String,
    /// What is asked, or what the two numbers are.
    pub asks: Vec<String>,
    pub proof: String,
    pub kind: Kind,
    pub shown: Option<Shown>,
    /// What came of it in the figures.
    pub state: String,
    /// What holds now.
    pub told: Option<Told>,
    /// Its answer is that of an item above.
    pub shared: bool,
}

/// An answer that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub numerator: u64,
    pub denominator: u64,
    pub day: Option<jiff::civil::Date>,
    /// Where it was written here, and not in the dossier.
    pub here: Option<Declaration>,
}

/// Everything a doctor may declare, scheme by scheme.
pub fn groups(
    facts: &Facts,
    campaign: Campaign,
    book: Option<&Book<'static>>,
    here: &[Declaration],
    w: &Declarations,
) -> Result<Vec<Group>, PracticeError> {
    let Some(book) = book else { return Ok(Vec::new()) };
    let told = Answers { rows: facts.people().declarations(&book.payee), here, campaign };
    let mut groups = Vec::new();
    let mut situation = false;
    for ledger in &book.ledgers {
        let scheme = ledger.scheme();
        situation |= !matches!(scheme, AnyScheme::Counted(_));
        let (renounced, items) = match ledger {
            Ledger::Rate(ledger) => {
                let shown = facts.shown(ledger.scheme, campaign, &book.payee)?;
                (false, rate(ledger, campaign, &shown, &told, w))
            }
            Ledger::Gate(ledger) => (ledger.lines.is_empty(), gate(ledger, campaign, &told, w)),
            Ledger::Prevention(_) | Ledger::Classes(_) => continue,
        };
        if renounced || !items.is_empty() {
            let entry = scheme.calendar(campaign);
            let (id, name) = (scheme.id().to_owned(), scheme.name().to_owned());
            groups.push(Group { id, name, entry, renounced, items });
        }
    }
    if situation {
        let one = |id: &str, title: &str| Item {
            id: id.to_owned(),
            title: title.to_owned(),
            place: String::new(),
            asks: Vec::new(),
            proof: String::new(),
            kind: Kind::YesNo,
            shown: None,
            state: String::new(),
            told: told.of(id),
            shared: false,
        };
        let [_, first, software] = RESERVED;
        let items = vec![one(first, w.first_practice), one(software, w.no_software)];
        let (id, name) = ("situation".to_owned(), w.situation.to_owned());
        groups.push(Group { id, name, entry: None, renounced: false, items });
    }
    share(&mut groups);
    Ok(groups)
}

/// An answer is given once, whatever rests on it.
fn share(groups: &mut [Group]) {
    let mut seen = BTreeSet::new();
    for item in groups.iter_mut().flat_map(|group| &mut group.items) {
        item.shared = !seen.insert(item.id.clone());
    }
}

/// What holds, from the dossier and from here.
struct Answers<'a> {
    rows: &'a [jalon_engine::facts::DeclarationRow],
    here: &'a [Declaration],
    campaign: Campaign,
}

impl Answers<'_> {
    fn of(&self, id: &str) -> Option<Told> {
        let about = |row: &&jalon_engine::facts::DeclarationRow| {
            row.campaign == self.campaign.year() && row.indicator == id && row.counts.is_some()
        };
        let row = self.rows.iter().rev().find(about)?;
        let (numerator, denominator) = row.counts?;
        let here = self.here.iter().find(|one| one.item == id).cloned();
        Some(Told { numerator, denominator, day: row.date, here })
    }
}

/// The declared indicators of a scheme.
fn rate(
    ledger: &SchemeLedger<'_>,
    campaign: Campaign,
    shown: &BTreeMap<String, Shown>,
    told: &Answers<'_>,
    w: &Declarations,
) -> Vec<Item> {
    let lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
    lines
        .filter(|(one, _)| one.page.rule.unit == Unit::Declared)
        .filter(|(one, _)| one.measured != jalon_rules::amount::Measured::OutOfCampaign)
        .map(|(one, paid)| Item {
            id: one.page.id.clone(),
            title: one.page.title.clone(),
            place: one.page.rule.section.clone(),
            asks: numbers(one.page, campaign, w),
            proof: String::new(),
            kind: Kind::Rate,
            shown: shown.get(&one.page.id).copied(),
            state: paid.state.word().to_owned(),
            told: told.of(&one.page.id),
            shared: false,
        })
        .collect()
}

/// What the two numbers of an indicator are.
fn numbers(page: &Page, campaign: Campaign, w: &Declarations) -> Vec<String> {
    let says = |criteria: &[Criterion]| {
        let holding = criteria.iter().filter(|one| one.applies(campaign));
        holding.map(|one| one.says.as_str()).collect::<Vec<_>>().join(", ")
    };
    vec![
        format!("{} : {}", w.numerator, says(&page.rule.numerator)),
        format!("{} : {}", w.denominator, says(&page.rule.denominator)),
    ]
}

/// The items of a gate, of which nothing is said.
pub fn items_of(ledger: &GateLedger<'_>, campaign: Campaign, w: &Declarations) -> Vec<Item> {
    gate(ledger, campaign, &Answers { rows: &[], here: &[], campaign }, w)
}

/// The items of a gate, or what they are made of.
fn gate(
    ledger: &GateLedger<'_>,
    campaign: Campaign,
    told: &Answers<'_>,
    w: &Declarations,
) -> Vec<Item> {
    let mut items = Vec::new();
    for (line, paid) in ledger.lines.iter().zip(&ledger.amount.items) {
        let Some(row) = line.page.row_of(campaign) else { continue };
        items.extend(asked_of(line.page, row, paid, told, w));
    }
    items
}

fn asked_of(
    page: &GatePage,
    row: &GateRow,
    paid: &ItemAmount,
    told: &Answers<'_>,
    w: &Declarations,
) -> Vec<Item> {
    let item = |id: &str, title: String, asked: &Requirement| Item {
        id: id.to_owned(),
        title,
        place: row.role.word().to_owned(),
        asks: vec![format!("{} : {}", w.asked, words(asked, w))],
        proof: page.proof.clone(),
        kind: match asked.asked {
            Asked::Yes => Kind::YesNo,
            Asked::Count => Kind::Count,
            Asked::Rate | Asked::RateAbove | Asked::ProRata | Asked::Unknown => Kind::Rate,
        },
        shown: None,
        state: paid.state.word().to_owned(),
        told: told.of(id),
        shared: false,
    };
    let title = page.sheet.title.clone();
    if page.elements.is_empty() {
        return vec![item(&page.declared_id, title, &row.requirement)];
    }
    // Told in one word already: its elements would contradict it.
    if told.of(&page.declared_id).is_some() {
        let yes = Requirement { asked: Asked::Yes, values: Vec::new() };
        return vec![item(&page.declared_id, title, &yes)];
    }
    let elements = page.elements.iter().map(|element| {
        let asked = row.own.get(&element.id).unwrap_or(&row.requirement);
        item(&element.id, format!("{title} : {}", element.says), asked)
    });
    elements.collect()
}

/// What is asked, in every reading.
fn words(asked: &Requirement, w: &Declarations) -> String {
    let values = |format: &dyn Fn(&jalon_rules::Fraction) -> String| {
        let told: Vec<_> = asked.values.iter().map(|value| format(&value.value)).collect();
        told.join(&format!(" {} ", w.or))
    };
    let percent = |value: &jalon_rules::Fraction| french::percent(value, 2);
    match (asked.asked, asked.values.is_empty()) {
        (Asked::Yes, _) => w.yes.to_owned(),
        (Asked::ProRata, _) => w.pro_rata.to_owned(),
        (Asked::Unknown, _) | (_, true) => w.threshold_unknown.to_owned(),
        (Asked::Rate, _) => format!("{} {}", w.at_least, values(&percent)),
        (Asked::RateAbove, _) => format!("{} {}", w.more_than, values(&percent)),
        (Asked::Count, _) => {
            format!("{} {}", w.at_least, values(&|value| french::short(value, 2)))
        }
    }
}
