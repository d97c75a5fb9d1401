//! From answers to points and euros, for a gate.
//!
//! `amount = value of the point × (block + options met)` if every prerequisite
//! of the block is met, else 0. An answer nobody gave is no no: the amount is
//! then a range.

use std::fmt;

use super::declared::{Answer, DeclarationFault, Declared};
use super::doctor::{Doctor, renounced};
use super::gate_page::{Asked, Combination, GatePage, GateRow, Requirement, Role};
use super::scheme_file::{BlockTerms, Exemption, GateScheme};
use crate::account::{Account, Unit};
use crate::amount::ListSize;
use crate::campaign::Campaign;
use crate::convention::in_force;
use crate::fraction::Fraction;
use crate::range::Range;
use crate::status::{Sourced, Status};

/// What an item comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemState {
    /// What is asked is met.
    Met,
    /// It is not.
    Missed,
    /// A known part of it is.
    Partial,
    /// Nobody knows.
    Unknown,
}

impl ItemState {
    /// The word shown to people and used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Met => "atteint",
            Self::Missed => "non atteint",
            Self::Partial => "en partie",
            Self::Unknown => "inconnu",
        }
    }

    /// The state that a share of the item stands for.
    fn of(met: &Range) -> Self {
        if !met.is_exact() {
            Self::Unknown
        } else if met.max().is_zero() {
            Self::Missed
        } else if *met.min() >= Fraction::one() {
            Self::Met
        } else {
            Self::Partial
        }
    }
}

impl fmt::Display for ItemState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What the amount of a gate is computed from, for one doctor.
#[derive(Clone, Copy, Debug)]
pub struct GateFacts<'a> {
    /// The year of activity.
    pub campaign: Campaign,
    /// What the doctor declared for it.
    pub declared: &'a Declared,
    /// The doctor.
    pub doctor: &'a Doctor,
    /// The size of the list, for weighted items.
    pub list: &'a ListSize,
}

/// What one item gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemAmount {
    /// Identifier of the page.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Place in the gate in the campaign.
    pub role: Role,
    /// Whether what is asked is met.
    pub state: ItemState,
    /// The points it gives when the block is met, unrounded and weighted (euros
    /// when the scheme has no points; a share for an uplift); nothing for a
    /// prerequisite, paid with the block, and outside [`gate_amount`] for points
    /// that only a subtotal bounds.
    pub points: Option<Range>,
    /// What the doctor keeps to prove it.
    pub proof: String,
    /// Whether what is asked is met, and why: 0, 1, or a share of the item.
    pub met: Account,
    /// The points it gives when the block is met; nothing for a prerequisite
    /// and an uplift, and when no page says how many.
    pub account: Option<Account>,
}

/// The amount of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateAmount {
    /// Name of the scheme.
    pub title: String,
    /// Whether the block is met.
    pub block: ItemState,
    /// Every item of the campaign, in the order of the gate, then of
    /// identifiers; empty when the doctor gave the scheme up.
    pub items: Vec<ItemAmount>,
    /// The points earned, unrounded; nothing when the scheme counts euros.
    pub points: Option<Range>,
    /// The euros earned, unrounded.
    pub euros: Range,
    /// The weakest status among everything the amount rests on.
    pub source: Status,
    /// How the amount was made; its value is the amount rounded to the cent.
    pub account: Account,
}

/// An amount that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// Declarations that cannot be used, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Declarations(Vec<DeclarationFault>),
    /// The scheme does not exist in the campaign.
    #[error("{title} : pas de campagne {campaign}")]
    NoCampaign {
        /// Name of the scheme.
        title: String,
        /// The campaign.
        campaign: Campaign,
    },
    /// Points, a reference list or the value of a point are missing.
    #[error("{0} : montant sans borne")]
    Unbounded(String),
}

/// What one item gives a doctor. `None` when the page says nothing of the
/// campaign.
pub fn item_amount(
    page: &GatePage,
    scheme: &GateScheme,
    facts: &GateFacts<'_>,
) -> Option<Result<ItemAmount, Vec<DeclarationFault>>> {
    let row = page.row_of(facts.campaign)?;
    let mut faults = Vec::new();
    let met = met(page, row, scheme, facts, &mut faults);
    if !faults.is_empty() {
        return Some(Err(faults));
    }
    let share = met.value().cloned().unwrap_or_else(Range::share);
    let unit = match (row.role, page.in_euros) {
        (Role::Uplift, _) => Unit::Percent,
        (_, true) => Unit::Euros,
        (_, false) => Unit::Points,
    };
    let account = worth(row, unit).map(|worth| {
        let mut factors = vec![met.clone()];
        // A missed item rests on nothing but what was asked.
        if !share.max().is_zero() {
            factors.push(worth);
            factors.extend(page.weighted.then(|| weight(scheme, facts)));
        }
        Account::product(page.sheet.title.clone(), unit, factors)
    });
    let points = match (row.role, &account) {
        (Role::Complement | Role::Option | Role::Uplift, Some(account)) => account.value().cloned(),
        // What a subtotal leaves is known with the other items only.
        _ => None,
    };
    Some(Ok(ItemAmount {
        id: page.sheet.id.clone(),
        title: page.sheet.title.clone(),
        role: row.role,
        state: ItemState::of(&share),
        points,
        proof: page.proof.clone(),
        met,
        account,
    }))
}

/// The amount of a gate for one doctor; `pages` are those of the scheme that
/// exist in the campaign.
pub fn gate_amount(
    scheme: &GateScheme,
    pages: &[&GatePage],
    facts: &GateFacts<'_>,
) -> Result<GateAmount, GateError> {
    let title = scheme.name.clone();
    if !scheme.covers(facts.campaign) {
        return Err(GateError::NoCampaign { title, campaign: facts.campaign });
    }
    if let Some(renunciation) = facts.declared.renunciation().filter(|_| scheme.renounceable) {
        return Ok(GateAmount {
            block: ItemState::Missed,
            items: Vec::new(),
            points: (!scheme.point_value.is_empty()).then(Range::zero),
            euros: Range::zero(),
            source: Status::Releve,
            account: renounced(title.clone(), renunciation),
            title,
        });
    }
    let mut faults = Vec::new();
    let mut items = Vec::new();
    for page in pages {
        match item_amount(page, scheme, facts) {
            Some(Ok(item)) => items.push(item),
            Some(Err(found)) => faults.extend(found),
            None => {}
        }
    }
    if !faults.is_empty() {
        return Err(GateError::Declarations(faults));
    }
    items.sort_by(|one, other| (one.role, &one.id).cmp(&(other.role, &other.id)));
    let unbounded = || GateError::Unbounded(title.clone());
    let rest = spread(scheme, pages, facts.campaign);
    for item in items.iter_mut().filter(|item| item.account.is_none()) {
        let bounds = rest.as_ref().map(|rest| Range::hull(Fraction::zero(), rest.value.clone()));
        item.points = bounds.filter(|_| item.role != Role::Prerequisite).map(|bounds| {
            let none = item.state == ItemState::Missed;
            if none { Range::zero() } else { bounds }
        });
    }
    let (block, earned) = earned(scheme, &items, rest.as_ref(), facts).ok_or_else(unbounded)?;
    let value = in_force(&scheme.point_value, facts.campaign);
    let amount = match value {
        Some(value) => {
            let factor = Account::given("valeur du point", Unit::Euros, value.value.clone());
            let factors = vec![earned.clone(), factor.sourced(value)];
            Account::product(title.clone(), Unit::Euros, factors)
        }
        None => earned.clone(),
    };
    Ok(GateAmount {
        block,
        items,
        points: value.and(earned.value().cloned()),
        euros: amount.value().ok_or_else(unbounded)?.clone(),
        source: amount.weakest().unwrap_or(Status::Officiel),
        account: amount.rounded(2),
        title,
    })
}

impl GateAmount {
    /// What of the block is met: it multiplies everything the gate gives.
    #[must_use]
    pub fn open(&self) -> Range {
        let asked = prerequisites(&self.items);
        if asked.is_empty() {
            return if self.items.is_empty() { Range::zero() } else { Range::one() };
        }
        opening(asked).value().cloned().unwrap_or_else(Range::share)
    }
}

/// Whether each item that opens the block is met.
fn prerequisites(items: &[ItemAmount]) -> Vec<Account> {
    let asked = items.iter().filter(|item| item.role == Role::Prerequisite);
    asked.map(|item| item.met.clone()).collect()
}

fn opening(asked: Vec<Account>) -> Account {
    Account::all("tous les prérequis sont atteints", asked)
}

/// Whether the block is met, and what the gate gives.
fn earned(
    scheme: &GateScheme,
    items: &[ItemAmount],
    rest: Option<&Sourced<Fraction>>,
    facts: &GateFacts<'_>,
) -> Option<(ItemState, Account)> {
    let in_points = !scheme.point_value.is_empty();
    let (unit, label) = if in_points {
        (Unit::Points, "points acquis".to_owned())
    } else {
        (Unit::Euros, scheme.name.clone())
    };
    let of = |role: Role| items.iter().filter(move |item| item.role == role);
    let asked = prerequisites(items);
    let terms = scheme.block_of(facts.campaign);
    let mut factors = Vec::new();
    let mut state = ItemState::Met;
    let label_of_sum = if asked.is_empty() { "somme" } else { "ouvert par le bloc" };
    if !asked.is_empty() {
        let mut gate = opening(asked);
        state = ItemState::of(gate.value()?);
        if let Some(note) = terms.and_then(|terms| terms.otherwise.as_deref())
            && state != ItemState::Met
        {
            gate = gate.noted(note);
        }
        factors.push(gate);
    }
    if state == ItemState::Missed {
        return Some((state, Account::product(label, unit, factors)));
    }
    let block = |terms: &BlockTerms| {
        let name = format!("{}, bloc", scheme.sections[0]);
        Account::given(name, unit, terms.points.value.clone()).sourced(&terms.points)
    };
    let mut terms: Vec<_> = terms.map(block).into_iter().collect();
    let paid = || of(Role::Complement).chain(of(Role::Option));
    terms.extend(paid().filter_map(|item| item.account.clone()));
    let unpriced: Vec<_> =
        paid().filter(|item| item.account.is_none()).map(|item| item.met.clone()).collect();
    if !unpriced.is_empty() {
        terms.push(unsplit(rest?, unpriced, unit));
    }
    terms.extend(scheme.gap(facts.campaign).map(|gap| {
        let bounds = Range::hull(Fraction::zero(), gap.points.value.clone());
        Account::bounded(gap.name.clone(), unit, bounds).sourced(&gap.points)
    }));
    factors.push(Account::sum(label_of_sum, unit, terms));
    for uplift in of(Role::Uplift) {
        let one = Account::given("sans majoration", Unit::Percent, Fraction::one());
        factors.push(Account::sum(
            format!("avec « {} »", uplift.title),
            Unit::Percent,
            vec![one, uplift.account.clone()?],
        ));
    }
    let earned = Account::product(label, unit, factors);
    earned.value()?;
    Some((state, earned))
}

/// Points whose split between items is unknown: all of them when each item is
/// met, none when no item is.
fn unsplit(rest: &Sourced<Fraction>, met: Vec<Account>, unit: Unit) -> Account {
    let readings = vec![
        Account::all("tous les indicateurs sont atteints", met.clone()),
        Account::any("un indicateur au moins est atteint", met),
    ];
    let met = Account::readings("part acquise", Unit::Answer, readings);
    let points = Account::given("points à répartir", unit, rest.value.clone()).sourced(rest);
    Account::product("points dont la répartition est inconnue", unit, vec![met, points])
}

/// What a subtotal leaves to the options whose points are unknown.
fn spread(
    scheme: &GateScheme,
    pages: &[&GatePage],
    campaign: Campaign,
) -> Option<Sourced<Fraction>> {
    let subtotal = scheme.subtotal(Some(&scheme.sections[1]), campaign)?;
    let rows = pages.iter().filter_map(|page| page.row_of(campaign));
    let known: Fraction = rows
        .filter(|row| row.role == Role::Option)
        .filter_map(|row| row.points.iter().map(|points| points.value.clone()).max())
        .sum();
    let Sourced { value, status, source } = &subtotal.points;
    Some(Sourced::new(value - known, *status, source))
}

/// The points of an item, in every reading; nothing when they are unknown.
fn worth(row: &GateRow, unit: Unit) -> Option<Account> {
    let name = if unit == Unit::Percent { "majoration" } else { "points" };
    readings(name, unit, &row.points)
}

/// One value, or several when sources disagree; nothing when unknown.
fn readings(name: &'static str, unit: Unit, values: &[Sourced<Fraction>]) -> Option<Account> {
    let leaf =
        |value: &Sourced<Fraction>| Account::given(name, unit, value.value.clone()).sourced(value);
    match values {
        [] => None,
        [value] => Some(leaf(value)),
        _ => Some(
            Account::readings(name, unit, values.iter().map(leaf).collect())
                .sourced(&Sourced::new((), Status::Conflit, "les sources divergent")),
        ),
    }
}

/// List / reference list.
fn weight(scheme: &GateScheme, facts: &GateFacts<'_>) -> Account {
    let patients = Fraction::from(facts.list.patients);
    let reference = match in_force(&scheme.reference, facts.campaign) {
        Some(reference) => {
            Account::given("patientèle de référence", Unit::Patients, reference.value.clone())
                .sourced(reference)
        }
        None => Account::unknown("patientèle de référence inconnue", Unit::Patients),
    };
    let list = Account::given("patientèle", Unit::Patients, patients);
    Account::quotient("pondération", Unit::None, list, reference)
}

/// Whether an item is met: 0, 1, or the share of it that is.
fn met(
    page: &GatePage,
    row: &GateRow,
    scheme: &GateScheme,
    facts: &GateFacts<'_>,
    faults: &mut Vec<DeclarationFault>,
) -> Account {
    let title = page.sheet.title.clone();
    if let Some(exemption) = scheme.exemptions.iter().find(|one| one.item == page.sheet.id)
        && is_exempt(exemption, facts)
    {
        return Account::given(title, Unit::Answer, Fraction::one())
            .sourced(&exemption.source)
            .noted("dispense : aucun logiciel certifié pour la spécialité");
    }
    let mut ask = Ask { campaign: facts.campaign, faults };
    let whole = facts.declared.answer(&page.declared_id);
    if page.elements.is_empty() {
        return ask.requirement(&title, &page.declared_id, &row.requirement, whole, row);
    }
    let parts: Vec<_> =
        page.elements.iter().map(|element| (element, facts.declared.answer(&element.id))).collect();
    if let Some(answer) = whole {
        if let Some((element, _)) = parts.iter().find(|(_, answer)| answer.is_some()) {
            ask.faults.push(DeclarationFault::WholeAndPart {
                campaign: facts.campaign,
                item: page.declared_id.clone(),
                element: element.id.clone(),
            });
        }
        // The outcome itself is declared: yes or no.
        let yes = Requirement { asked: Asked::Yes, values: Vec::new() };
        return ask.requirement(&title, &page.declared_id, &yes, Some(answer), row);
    }
    let each = |ask: &mut Ask<'_>| -> Vec<Account> {
        parts
            .iter()
            .map(|(element, answer)| {
                let asked = row.own.get(&element.id).unwrap_or(&row.requirement);
                ask.requirement(&element.says, &element.id, asked, *answer, row)
            })
            .collect()
    };
    match page.combination {
        Combination::Each => Account::all(title, each(&mut ask)),
        Combination::Mean => {
            let rates =
                parts.iter().map(|(element, answer)| ask.rate(&element.says, &element.id, *answer));
            let rates: Vec<_> = rates.collect();
            mean(title, rates, &row.requirement, row)
        }
        Combination::Unknown => {
            let answers = each(&mut ask);
            let all = Account::all("lecture : chacun", answers.clone());
            let other = if row.own.is_empty() {
                let rates =
                    parts.iter().map(|(element, answer)| rate(&element.says, *answer)).collect();
                mean("lecture : leur moyenne".to_owned(), rates, &row.requirement, row)
            } else {
                Account::any("lecture : un au moins", answers)
            };
            disputed(Account::readings(title, Unit::Answer, vec![all, other]))
        }
    }
}

/// Whether a doctor is not asked for an item: by speciality, or by word.
fn is_exempt(exemption: &Exemption, facts: &GateFacts<'_>) -> bool {
    facts.declared.without_certified_software() == Some(true)
        || facts
            .doctor
            .speciality
            .as_ref()
            .is_some_and(|speciality| exemption.specialities.contains(speciality))
}

/// The mean of rates against what is asked of it.
fn mean(label: String, rates: Vec<Account>, asked: &Requirement, row: &GateRow) -> Account {
    let many = Fraction::from(u64::try_from(rates.len()).unwrap_or(u64::MAX));
    let mean = Account::quotient(
        "moyenne des taux",
        Unit::Percent,
        Account::sum("somme des taux", Unit::Percent, rates),
        Account::given("nombre de taux", Unit::None, many),
    );
    held(label, mean, asked, row)
}

/// A rate as declared, or any rate when it was not.
fn rate(label: &str, answer: Option<Answer>) -> Account {
    let unknown =
        |why: &str| Account::bounded(format!("{label} : {why}"), Unit::Percent, Range::share());
    match answer {
        None => unknown("taux non déclaré"),
        Some(Answer { denominator: 0, .. }) => unknown("taux sans objet, 0 sur 0"),
        Some(Answer { numerator, denominator }) => Account::quotient(
            label.to_owned(),
            Unit::Percent,
            Account::given("numérateur", Unit::None, Fraction::from(numerator)),
            Account::given("dénominateur", Unit::None, Fraction::from(denominator)),
        ),
    }
}

/// Something declared, against what is asked in every reading.
fn held(label: String, declared: Account, asked: &Requirement, row: &GateRow) -> Account {
    let (name, unit) = match asked.asked {
        Asked::Yes => ("demandé", Unit::Answer),
        Asked::Count => ("nombre demandé", Unit::None),
        _ => ("taux demandé", Unit::Percent),
    };
    let wanted = readings_without_doubt(name, unit, &asked.values);
    let known = declared.value().is_some_and(Range::is_exact);
    let account = Account::requirement(label, asked.asked == Asked::RateAbove, declared, wanted);
    let account = match &row.definition {
        Some(definition) => account.sourced(definition),
        None => account,
    };
    if known && asked.values.len() > 1 { disputed(account) } else { account }
}

/// What is asked, in every reading. Readings that agree on the outcome are not
/// in conflict: [`disputed`] says when they do.
fn readings_without_doubt(name: &'static str, unit: Unit, values: &[Sourced<Fraction>]) -> Account {
    let leaf =
        |value: &Sourced<Fraction>| Account::given(name, unit, value.value.clone()).sourced(value);
    match (values, unit) {
        // A yes that no row dates: the item declared as a whole.
        ([], Unit::Answer) => Account::given(name, unit, Fraction::one()),
        ([], _) => Account::bounded("taux demandé inconnu", unit, Range::share()),
        ([value], _) => leaf(value),
        _ => Account::readings(name, unit, values.iter().map(leaf).collect()),
    }
}

/// An outcome that depends on the reading rests on a conflict.
fn disputed(account: Account) -> Account {
    if account.value().is_some_and(Range::is_exact) {
        return account;
    }
    account.sourced(&Sourced::new((), Status::Conflit, "l'issue dépend de la lecture"))
}

/// Holds answers against what is asked, and keeps the faults.
struct Ask<'a> {
    campaign: Campaign,
    faults: &'a mut Vec<DeclarationFault>,
}

impl Ask<'_> {
    fn requirement(
        &mut self,
        label: &str,
        item: &str,
        asked: &Requirement,
        answer: Option<Answer>,
        row: &GateRow,
    ) -> Account {
        let declared = match (asked.asked, answer) {
            (Asked::Yes, None) => Account::bounded("non déclaré", Unit::Answer, Range::share()),
            (Asked::Yes, Some(answer)) => self.yes_or_no(item, answer),
            (Asked::Count, None) => Account::unknown("nombre non déclaré", Unit::None),
            (Asked::Count, Some(answer)) => {
                Account::given("déclaré", Unit::None, Fraction::from(answer.numerator))
            }
            (Asked::Rate | Asked::RateAbove | Asked::Unknown, answer) => {
                self.rate("taux", item, answer)
            }
            (Asked::ProRata, answer) => {
                let share = self.rate(label, item, answer);
                return match &row.definition {
                    Some(definition) => share.sourced(definition),
                    None => share,
                };
            }
        };
        held(label.to_owned(), declared, asked, row)
    }

    fn yes_or_no(&mut self, item: &str, Answer { numerator, denominator }: Answer) -> Account {
        if denominator != 1 || numerator > 1 {
            self.faults.push(DeclarationFault::NotAnAnswer {
                campaign: self.campaign,
                item: item.to_owned(),
                numerator,
                denominator,
            });
        }
        Account::given("déclaré", Unit::Answer, Fraction::from(numerator.min(1)))
    }

    fn rate(&mut self, label: &str, item: &str, answer: Option<Answer>) -> Account {
        if let Some(Answer { numerator, denominator }) = answer
            && numerator > denominator
        {
            self.faults.push(DeclarationFault::AboveDenominator {
                campaign: self.campaign,
                item: item.to_owned(),
                numerator,
                denominator,
            });
        }
        rate(label, answer)
    }
}
