//! Pages of a gate: what is asked of the doctor, by campaign, and what it gives.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::cells::{self, Cells};
use super::declared::{Answer, Declared};
use super::gate_amount::ItemState;
use super::sheet::{self, Parts, Sheet};
use crate::campaign::Campaign;
use crate::diagnostic::{Diagnostic, Source, choose};
use crate::fraction::Fraction;
use crate::page::markdown::{Cell, Table};
use crate::page::scale_table::{header_is, row_span};
use crate::range::Range as Interval;
use crate::status::Sourced;
use crate::toml_walk::{Keys, Walk};

/// The block that holds the rule.
pub(crate) const FENCE: &str = "toml verrou";

/// A page: one item of a gate.
#[derive(Clone, Debug)]
pub struct GatePage {
    /// Its words.
    pub sheet: Sheet,
    /// Scheme it belongs to.
    pub scheme: String,
    /// What the doctor keeps to prove it.
    pub proof: String,
    /// Are the points weighted by the size of the list?
    pub weighted: bool,
    /// First campaign, when not the scheme's.
    pub since: Option<Campaign>,
    /// Last campaign, when not the scheme's.
    pub until: Option<Campaign>,
    /// Day by which someone must read the sources again.
    pub review: Option<Date>,
    /// Identifier under which the item as a whole is declared: its own, unless
    /// several pages rest on one declaration.
    pub declared_id: String,
    /// What is declared piece by piece; empty when the item itself is declared.
    pub elements: Vec<Element>,
    /// How the elements make the item.
    pub combination: Combination,
    /// The scale, oldest first.
    pub scale: Vec<GateRow>,
    /// Does the scale count euros instead of points?
    pub in_euros: bool,
    /// The page's own tests.
    pub cases: Vec<GateCase>,
    pub(crate) scheme_span: Range<usize>,
}

/// A piece of an item, declared under its own identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Identifier in the declarations.
    pub id: String,
    /// The sentence shown to people.
    pub says: String,
}

/// How the elements of an item make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combination {
    /// Each meets what is asked of it.
    Each,
    /// Their mean meets what is asked.
    Mean,
    /// No text says. With one requirement for all, either each or their mean;
    /// with one for each, each or one of them.
    Unknown,
}

/// The place of an item in its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Of the block, which is all or nothing.
    Prerequisite,
    /// Of the block, but optional: it adds its points and locks nothing.
    Complement,
    /// Paid apart, when the block is met.
    Option,
    /// Raises everything else by a share.
    Uplift,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Prerequisite, Self::Complement, Self::Option, Self::Uplift];

    /// The word of the column `bloc`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prerequisite => "prérequis",
            Self::Complement => "complément",
            Self::Option => "option",
            Self::Uplift => "majoration",
        }
    }
}

/// The kind of thing that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Yes.
    Yes,
    /// A share of at least so much.
    Rate,
    /// A share of more than so much.
    RateAbove,
    /// A number of at least so much.
    Count,
    /// Any share: the points follow it.
    ProRata,
    /// A share of at least nobody knows what.
    Unknown,
}

/// What is asked, in every reading that sources give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The kind of thing that is asked.
    pub asked: Asked,
    /// How much of it, by reading: one value, several when sources disagree,
    /// none when it is unknown.
    pub values: Vec<Sourced<Fraction>>,
}

/// The item from one campaign on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateRow {
    /// First campaign of these values.
    pub since: Campaign,
    /// Where the reading of the text comes from.
    pub definition: Option<Sourced<()>>,
    /// Place in the gate.
    pub role: Role,
    /// What is asked of the item, or of each of its elements.
    pub requirement: Requirement,
    /// What is asked of single elements, by their identifier.
    pub own: BTreeMap<String, Requirement>,
    /// Points, euros or share, by reading; empty when unknown, and for what is
    /// paid with the block.
    pub points: Vec<Sourced<Fraction>>,
    pub(crate) span: Range<usize>,
}

/// A case: what is declared, and what follows.
#[derive(Clone, Debug)]
pub struct GateCase {
    /// Its name.
    pub name: String,
    /// The campaign.
    pub campaign: Campaign,
    /// What is declared.
    pub declared: Declared,
    /// The expected state.
    pub state: ItemState,
    /// The expected points, the block being met; nothing for a prerequisite.
    pub points: Option<Interval>,
    pub(crate) span: Range<usize>,
}

impl GatePage {
    /// The scale in force in a campaign: the last row that has begun.
    #[must_use]
    pub fn row_of(&self, campaign: Campaign) -> Option<&GateRow> {
        self.scale.iter().rev().find(|row| row.since <= campaign)
    }

    /// Identifiers under which the item may be declared.
    pub fn declared_as(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.declared_id.as_str())
            .chain(self.elements.iter().map(|element| element.id.as_str()))
    }

    /// Reads a page. Every fault goes to `faults`.
    pub(crate) fn parse(file: &str, text: &str, faults: &mut Vec<Diagnostic>) -> Option<Self> {
        let source = Source { file, text };
        let parts = sheet::cut(source, FENCE, &["campagne", "cas", "élément"], faults)?;
        let mut walk = Walk { source, offset: parts.block.span.start, faults: Vec::new() };
        let block = read_block(&mut walk, parts.block.text);
        faults.append(&mut walk.faults);
        let mut block = block?;
        block.scheme_span = block.scheme_span.start + parts.block.span.start
            ..block.scheme_span.end + parts.block.span.start;
        let (scale, in_euros) = read_scale(source, &parts, &block, faults);
        let id = file.rsplit('/').next().and_then(|name| name.strip_suffix(".md"))?;
        let declared_id = block.declared_id.unwrap_or_else(|| id.to_owned());
        let cases = parts
            .tables
            .get(1)
            .and_then(Option::as_ref)
            .map(|table| read_cases(source, table, &declared_id, faults))
            .unwrap_or_default();
        Some(Self {
            sheet: parts.sheet(source)?,
            declared_id,
            scheme: block.scheme,
            proof: block.proof,
            weighted: block.weighted,
            since: block.since,
            until: block.until,
            review: block.review,
            elements: block.elements,
            combination: block.combination,
            scale,
            in_euros,
            cases,
            scheme_span: block.scheme_span,
        })
    }
}

struct Block {
    scheme: String,
    scheme_span: Range<usize>,
    proof: String,
    weighted: bool,
    since: Option<Campaign>,
    until: Option<Campaign>,
    review: Option<Date>,
    declared_id: Option<String>,
    elements: Vec<Element>,
    combination: Combination,
}

fn read_block(walk: &mut Walk<'_>, text: &str) -> Option<Block> {
    let document = walk.parse(text);
    let mut keys = Keys::new(document.get_ref(), 0..0);
    let scheme = keys.required(walk, "dispositif");
    let proof = keys.required(walk, "preuve");
    let weighting = keys.choice(walk, "ponderation", &[("patientele", ())]);
    let since = keys.campaign(walk, "depuis").map(|(campaign, _)| campaign);
    let until = keys.campaign(walk, "jusque").map(|(campaign, _)| campaign);
    let review = keys.date(walk, "a_revoir").map(|(date, _)| date);
    let declared_id = keys.text(walk, "declaration").map(|(id, _)| id);
    let mut elements: Vec<Element> = Vec::new();
    for mut inner in keys.tables(walk, "element") {
        let id = inner.required(walk, "id");
        let says = inner.required(walk, "dit");
        inner.end(walk);
        if let (Some((id, span)), Some((says, _))) = (id, says) {
            if elements.iter().any(|element| element.id == id) {
                walk.fault(span, format!("élément déjà nommé : `{id}`"));
            }
            elements.push(Element { id, says });
        }
    }
    let combination = keys.choice(
        walk,
        "combinaison",
        &[
            ("chacun", Combination::Each),
            ("moyenne", Combination::Mean),
            ("inconnue", Combination::Unknown),
        ],
    );
    match (elements.len(), keys.has("combinaison")) {
        (0, true) => {
            let span = keys.key_span("combinaison");
            walk.fault(span, "`combinaison` ne va qu'avec des [[element]]");
        }
        (1, _) => {
            walk.fault(keys.span(), "un seul [[element]] : déclarez la page elle-même");
        }
        (2.., false) => keys.missing(walk, "combinaison"),
        _ => {}
    }
    keys.end(walk);
    let (scheme, scheme_span) = scheme?;
    Some(Block {
        scheme,
        scheme_span,
        proof: proof?.0,
        weighted: weighting.is_some(),
        since,
        until,
        review,
        declared_id,
        elements,
        combination: combination.unwrap_or(Combination::Each),
    })
}

const EXAMPLE: &str = "oui [a], 90 % [a], 2/3 [a], > 1/3 [a], 1 [a] ou prorata [a]";

fn read_scale(
    source: Source<'_>,
    parts: &Parts<'_>,
    block: &Block,
    faults: &mut Vec<Diagnostic>,
) -> (Vec<GateRow>, bool) {
    let Some(Some(table)) = parts.tables.first() else { return (Vec::new(), false) };
    let in_euros = table.header.last().is_some_and(|cell| cell.text == "montant");
    let amount = if in_euros { "montant" } else { "points" };
    let columns = ["campagne", "définition", "bloc", "exigence", amount];
    if !header_is(source, table, &columns, faults) {
        return (Vec::new(), in_euros);
    }
    let mut cells = Cells { source, references: &parts.references, used: Vec::new(), faults };
    let mut rows: Vec<GateRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let [year, definition, role, requirement, points] = row.as_slice() else { continue };
        let definition = cells.value(definition, "[a]", |text| text.is_empty().then_some(()));
        let found = Role::ALL.into_iter().find(|known| known.word() == role.text);
        if found.is_none() {
            let words: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
            let hint = choose(role.text, "places", &words);
            let _: Option<()> =
                cells.fault(role, format!("place inconnue : `{}`", role.text), hint);
        }
        let asked = read_requirement(&mut cells, requirement);
        let points = found.and_then(|role| read_points(&mut cells, points, role));
        let since = campaign(&mut cells, year);
        let (Some(since), Some(role), Some(requirement), Some(points)) =
            (since, found, asked, points)
        else {
            continue;
        };
        if rows.last().is_some_and(|last| last.since >= since) {
            let hint = "une ligne par campagne, dans l'ordre, sans doublon";
            let _: Option<()> =
                cells.fault(year, format!("la campagne {since} n'est pas à sa place"), hint);
        }
        let own = BTreeMap::new();
        rows.push(GateRow {
            since,
            definition,
            role,
            requirement,
            own,
            points,
            span: row_span(row),
        });
    }
    if let Some(Some(table)) = parts.tables.get(2) {
        read_own(&mut cells, table, block, &mut rows);
    }
    cells.end(table.span());
    (rows, in_euros)
}

fn campaign(cells: &mut Cells<'_>, cell: &Cell<'_>) -> Option<Campaign> {
    let campaign = cell.text.parse().ok().and_then(Campaign::new);
    if campaign.is_none() {
        let message = format!("campagne illisible : `{}`", cell.text);
        return cells.fault(cell, message, "une année, comme 2024");
    }
    campaign
}

fn read_requirement(cells: &mut Cells<'_>, cell: &Cell<'_>) -> Option<Requirement> {
    let values = cells.values(cell, EXAMPLE, |text| {
        Some(match text {
            "oui" => (Asked::Yes, Fraction::one()),
            "prorata" => (Asked::ProRata, Fraction::one()),
            _ => match text.strip_prefix('>') {
                Some(above) => (Asked::RateAbove, cells::share(above.trim())?),
                None => match text.parse::<u32>() {
                    Ok(0) => return None,
                    Ok(count) => (Asked::Count, Fraction::from(count)),
                    Err(_) => (Asked::Rate, cells::share(text)?),
                },
            },
        })
    })?;
    let asked = values.first().map_or(Asked::Unknown, |first| first.value.0);
    if values.iter().any(|value| value.value.0 != asked) {
        return cells.fault(cell, "les deux lectures ne demandent pas la même chose", EXAMPLE);
    }
    let values = values
        .into_iter()
        .map(|Sourced { value: (_, value), status, source }| Sourced { value, status, source })
        .collect();
    Some(Requirement { asked, values })
}

fn read_points(
    cells: &mut Cells<'_>,
    cell: &Cell<'_>,
    role: Role,
) -> Option<Vec<Sourced<Fraction>>> {
    match (role, cell.text == "—") {
        (Role::Prerequisite, true) => Some(Vec::new()),
        (Role::Prerequisite, false) => {
            let hint = "écrivez `—` : les points du bloc sont ceux du dispositif";
            cells.fault(cell, "un prérequis n'a pas de points à lui", hint)
        }
        (Role::Uplift, _) => {
            let values = cells.values(cell, "20 % [a]", cells::share)?;
            if values.is_empty() {
                return cells.fault(cell, "majoration inconnue", "20 % [a]");
            }
            Some(values)
        }
        _ => cells.values(cell, "30 [a], ou 0 [a] ou 22,5 [b]", cells::number),
    }
}

/// What is asked of single elements, campaign by campaign.
fn read_own(cells: &mut Cells<'_>, table: &Table<'_>, block: &Block, rows: &mut [GateRow]) {
    if !header_is(cells.source, table, &["élément", "campagne", "exigence"], cells.faults) {
        return;
    }
    let ids: Vec<_> = block.elements.iter().map(|element| element.id.as_str()).collect();
    for line in &table.rows {
        let [element, year, requirement] = line.as_slice() else { continue };
        let since = campaign(cells, year);
        let requirement = read_requirement(cells, requirement);
        if !ids.contains(&element.text) {
            let hint = choose(element.text, "éléments", &ids);
            let _: Option<()> =
                cells.fault(element, format!("élément inconnu : `{}`", element.text), hint);
            continue;
        }
        let (Some(since), Some(requirement)) = (since, requirement) else { continue };
        match rows.iter_mut().find(|row| row.since == since) {
            Some(row) => {
                if row.own.insert(element.text.to_owned(), requirement).is_some() {
                    let message = format!("`{}` figure deux fois", element.text);
                    let _: Option<()> =
                        cells.fault(element, message, "une ligne par élément et par campagne");
                }
            }
            None => {
                let _: Option<()> = cells.fault(
                    year,
                    format!("{since} n'a pas de ligne au barème"),
                    "les exigences des éléments suivent les lignes du barème",
                );
            }
        }
    }
}

fn read_cases(
    source: Source<'_>,
    table: &Table<'_>,
    own: &str,
    faults: &mut Vec<Diagnostic>,
) -> Vec<GateCase> {
    if !header_is(source, table, &["cas", "campagne", "déclarations", "attendu", "points"], faults)
    {
        return Vec::new();
    }
    let mut cells = Cells { source, references: &[], used: Vec::new(), faults };
    let mut cases = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let [name, year, declared, state, points] = row.as_slice() else { continue };
        let campaign = campaign(&mut cells, year);
        let state = read_state(&mut cells, state);
        let declared = read_declared(&mut cells, declared, own);
        let points = read_expected(&mut cells, points);
        let (Some(campaign), Some(state), Some(declared), Some(points)) =
            (campaign, state, declared, points)
        else {
            continue;
        };
        let name = name.text.to_owned();
        cases.push(GateCase { name, campaign, declared, state, points, span: row_span(row) });
    }
    cases
}

fn read_state(cells: &mut Cells<'_>, cell: &Cell<'_>) -> Option<ItemState> {
    let states = [ItemState::Met, ItemState::Missed, ItemState::Partial, ItemState::Unknown];
    let found = states.into_iter().find(|state| state.word() == cell.text);
    let found = found.or((cell.text == "?").then_some(ItemState::Unknown));
    if found.is_none() {
        let message = format!("attendu illisible : `{}`", cell.text);
        return cells.fault(cell, message, "atteint, non atteint, en partie ou ?");
    }
    found
}

/// `oui`, `41/57` or `3` for the page itself, `element oui` for another
/// identifier, joined by ` ; `.
fn read_declared(cells: &mut Cells<'_>, cell: &Cell<'_>, own: &str) -> Option<Declared> {
    let mut answers: Vec<(String, Answer)> = Vec::new();
    for part in cell.text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (id, text) = part.rsplit_once(' ').unwrap_or(("", part));
        let Some(answer) = cells::declared(text) else {
            let message = format!("déclaration illisible : `{part}`");
            let hint = "oui, non, 41/57 ou 3 ; pour un élément, son nom d'abord";
            return cells.fault(cell, message, hint);
        };
        let id = if id.is_empty() { own } else { id.trim() };
        if answers.iter().any(|(other, _)| other == id) {
            return cells.fault(cell, format!("`{id}` déclaré deux fois"), "une fois suffit");
        }
        answers.push((id.to_owned(), answer));
    }
    Some(Declared::of(answers))
}

/// `—`, a number, a percentage, or `de 0 à 30`.
#[expect(clippy::option_option, reason = "a fault, or no points, or points")]
fn read_expected(cells: &mut Cells<'_>, cell: &Cell<'_>) -> Option<Option<Interval>> {
    let number = |text: &str| match text.strip_suffix('%') {
        Some(percent) => cells::number(percent.trim()).map(|percent| percent.hundredths()),
        None => cells::number(text),
    };
    if cell.text == "—" {
        return Some(None);
    }
    let ends = cell.text.strip_prefix("de ").and_then(|text| text.split_once(" à "));
    let range = match ends {
        Some((low, high)) => number(low.trim())
            .zip(number(high.trim()))
            .and_then(|(low, high)| Interval::new(low, high)),
        None => number(cell.text).map(Interval::exact),
    };
    if range.is_none() {
        let message = format!("points illisibles : `{}`", cell.text);
        return cells.fault(cell, message, "—, 30, 20 % ou de 0 à 30");
    }
    Some(range)
}
