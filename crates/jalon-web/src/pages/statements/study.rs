//! A statement held against the facts: the two verdicts, what explains them,
//! and the two lists of patients.

use std::sync::Arc;

use jalon_claim::arithmetic::Arithmetic;
use jalon_claim::claim::Annex;
use jalon_claim::suspects::{Explanation, ToSee, explain};
use jalon_claim::{Data, Reconciliation};
use jalon_engine::EngineError;
use jalon_engine::ledger::{Book, SchemeLedger};
use jalon_engine::roster::Member;
use jalon_import::list::{List as FundList, Person};
use jalon_import::statement::{Statement, from_toml};
use jalon_rules::Campaign;
use jalon_rules::convention::Scheme;
use jalon_store::{Statement as Kept, StatementId};
use jiff::civil::Date;

use crate::failure::Failure;
use crate::pages::Look;
use crate::pages::lent::{self, Lent};
use crate::practice::{Facts, List, PracticeError};
use crate::texts::Statements;

/// A statement and all that is known of it.
pub struct Study {
    pub kept: Kept,
    pub held: Held,
    pub lent: Lent,
}

/// A statement held against the facts.
pub struct Held {
    pub scheme: &'static Scheme,
    pub arithmetic: Arithmetic,
    pub data: Data,
    pub annex: Annex,
    pub explanations: Vec<Explanation>,
    pub members: Vec<Member>,
    pub list: Arc<List>,
    /// The two lists, if the fund gave one.
    pub lists: Option<Reconciliation>,
    /// Who is who on the list of those to see, if the fund gave one.
    pub seen: Option<Reconciliation>,
}

/// A statement that was kept, by its number.
pub async fn kept(look: &Look, number: &str) -> Result<Kept, Failure> {
    let id = StatementId::parse(number).ok_or(Failure::NotFound)?;
    let (doctor, campaign) = (look.list_key()?, look.campaign.year());
    let all = look.store(move |store, actor, _| store.statements(actor, &doctor, campaign)).await?;
    all.into_iter().find(|one| one.id == id).ok_or(Failure::NotFound)
}

impl Study {
    /// Reads a statement and computes all of it.
    pub async fn read(look: &Look, number: &str) -> Result<Self, Failure> {
        let kept = kept(look, number).await?;
        let statement = parsed(&kept)?;
        let doctor = look.doctor()?;
        let patients = look.sees_patients();
        let lent = if patients { Lent::read(look).await? } else { Lent::default() };
        let (campaign, scheme, today) = (look.campaign, kept.scheme.clone(), look.today());
        let (whole, to_see) = (lent.whole.clone(), lent.to_see.clone());
        let held = look
            .ask(move |facts| {
                let asked = Asked { campaign, doctor: &doctor, scheme: &scheme, today };
                hold(facts, &statement, &asked, whole.as_ref(), to_see.as_ref())
            })
            .await?;
        let none = || Failure::Refused(Statements::of(look.language).no_facts.to_owned());
        let mut held = held.ok_or_else(none)?;
        concat!("Jalon ", env!("CARGO_PKG_VERSION")).clone_into(&mut held.annex.program);
        look.app.practice.rules().hash().clone_into(&mut held.annex.rules);
        look.facts.hash().clone_into(&mut held.annex.facts);
        held.annex.overlay = look.facts.overlay().map(|one| one.title.clone());
        Ok(Self { kept, held, lent })
    }
}

/// The statement of a text that was kept.
pub fn parsed(kept: &Kept) -> Result<Statement, Failure> {
    from_toml(kept.text.expose(), "relevé").map_err(|_| Failure::Broken("relevé gardé"))
}

/// Of whom, when and of what scheme a statement is.
struct Asked<'a> {
    campaign: Campaign,
    doctor: &'a str,
    scheme: &'a str,
    today: Date,
}

/// The two verdicts of a statement, as short as they are.
pub fn verdicts(
    facts: &Facts,
    campaign: Campaign,
    doctor: &str,
    statement: &Statement,
    scheme: &str,
) -> Result<Option<(Arithmetic, Data)>, PracticeError> {
    let season = facts.season(campaign)?;
    Ok(ledger(&season, doctor, scheme).map(|ledger| {
        let arithmetic = Arithmetic::of(statement, ledger.scheme, campaign);
        (arithmetic, Data::of(statement, ledger))
    }))
}

/// What a scheme of rates pays a doctor.
fn ledger<'s>(
    season: &'s [Book<'static>],
    doctor: &str,
    scheme: &str,
) -> Option<&'s SchemeLedger<'static>> {
    let book = season.iter().find(|book| book.payee == doctor)?;
    book.rates().find(|ledger| ledger.scheme.id == scheme)
}

fn hold(
    facts: &Facts,
    statement: &Statement,
    asked: &Asked<'_>,
    whole: Option<&FundList>,
    to_see: Option<&FundList>,
) -> Result<Option<Held>, PracticeError> {
    let Asked { campaign, doctor, scheme, today } = *asked;
    let verdicts = verdicts(facts, campaign, doctor, statement, scheme)?;
    let Some((arithmetic, data)) = verdicts else { return Ok(None) };
    let list = facts.list(campaign, doctor, today)?;
    let season = facts.season(campaign)?;
    let Some(ledger) = ledger(&season, doctor, scheme) else { return Ok(None) };
    let reading = list.readings.iter().find(|reading| reading.scheme.id == scheme);
    let members = facts.engine().roster(doctor)?;
    let scope = lent::scope(campaign);
    let lists = whole.map(|list| lent::held(list, &members, &scope, false));
    // Who has left the list is still known by it.
    let seen = to_see.map(|list| lent::held(list, &members, &scope, true));
    let waited = match (to_see, &seen) {
        (Some(list), Some(same)) => ToSee::of(list, same),
        _ => ToSee::default(),
    };
    let mut explanations = Vec::new();
    for row in &data.rows {
        let Some(reading) = reading else { continue };
        let at = reading.pages.iter().position(|page| page.id == row.indicator);
        let Some(at) = at.filter(|_| gap(row)) else { continue };
        let evidence = reading.evidence.page(at).map_err(engine)?;
        explanations.extend(explain(row, &evidence, &members, &waited, &scope));
    }
    let annex = Annex::of(ledger, |id| data.rows.iter().any(|row| row.indicator == id));
    let scheme = ledger.scheme;
    Ok(Some(Held { scheme, arithmetic, data, annex, explanations, members, list, lists, seen }))
}

fn engine(error: EngineError) -> PracticeError {
    error.into()
}

/// Whether a count differs.
fn gap(row: &jalon_claim::data::Comparison) -> bool {
    [row.numerator_gap(), row.denominator_gap()].iter().flatten().any(|gap| *gap != 0)
}

impl Study {
    /// What the fund's lists say of who a patient is.
    pub fn person(&self, patient: &str) -> Person {
        let Self { held, lent, .. } = self;
        let sides = [(&lent.whole, &held.lists), (&lent.to_see, &held.seen)];
        let known = sides.into_iter().find_map(|(list, same)| {
            let same = same.as_ref()?;
            let mut pairs = same.both.iter().chain(&same.known);
            let number = pairs.find(|pair| pair.patient == patient)?.number;
            list.as_ref()?.patients.get(&number).cloned()
        });
        let mut person = known.unwrap_or_default();
        if let Some(member) = held.members.iter().find(|one| one.patient == patient) {
            person.naissance = member.birth.or(person.naissance);
            person.sexe = member.sex.clone().or(person.sexe);
        }
        person
    }

    /// The name of an indicator for the memory, as the worklist has it.
    pub fn word(&self, indicator: &str) -> String {
        format!("{}:{indicator}", self.held.scheme.id)
    }
}
