//! A statement held against the facts: the two verdicts, what explains them,
//! and the two lists of patients.

use std::collections::BTreeMap;
use std::sync::Arc;

use jalon_claim::arithmetic::Arithmetic;
use jalon_claim::claim::Annex;
use jalon_claim::reconciliation::Scope;
use jalon_claim::suspects::{Explanation, ToSee, explain};
use jalon_claim::{Data, Reconciliation, reconcile};
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
use crate::practice::{Facts, List, PracticeError};
use crate::texts::Statements;
use crate::work::away;

/// Age at which a patient chooses a médecin traitant alone: lists of the fund
/// begin or end there.
const ADULT: u8 = 16;

/// A statement and all that is known of it.
pub struct Study {
    pub kept: Kept,
    pub held: Held,
    pub funds: Funds,
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

/// The lists that the fund gave of the patients of one doctor.
#[derive(Default)]
pub struct Funds {
    /// Those whose médecin traitant the doctor is.
    pub whole: Option<FundList>,
    /// Those to see, by indicator.
    pub to_see: Option<FundList>,
}

/// Names of the lists of a doctor, in the folder of the dossier: nobody else's
/// page asks for them.
pub fn list_name(look: &Look, doctor: &str, to_see: bool) -> String {
    let key = look.app.keys.of(doctor);
    if to_see { format!("voir-{key}") } else { format!("mt-{key}") }
}

impl Funds {
    async fn read(look: &Look, doctor: &str) -> Result<Self, Failure> {
        let folder = look.app.practice.dossier().to_path_buf();
        let names = [list_name(look, doctor, false), list_name(look, doctor, true)];
        away(move || {
            let read = |name: &str| {
                let list = FundList::load(&folder, name);
                let list = list.map_err(|_| Failure::Broken("liste de la caisse"))?;
                Ok::<_, Failure>((!list.imports.is_empty()).then_some(list))
            };
            Ok(Self { whole: read(&names[0])?, to_see: read(&names[1])? })
        })
        .await
    }

    /// What the fund's lists say of who a patient is.
    pub fn person(&self, held: &Held, patient: &str) -> Person {
        let sides = [(&self.whole, &held.lists), (&self.to_see, &held.seen)];
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
        let funds = if patients { Funds::read(look, &doctor).await? } else { Funds::default() };
        let (campaign, scheme, today) = (look.campaign, kept.scheme.clone(), look.today());
        let (whole, to_see) = (funds.whole.clone(), funds.to_see.clone());
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
        Ok(Self { kept, held, funds })
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
    let scope =
        Scope { day: campaign.reference_day(), first: campaign.first_day(), ages: vec![ADULT] };
    // The facts name nobody: what the fund's list says is all there is.
    let names = BTreeMap::new();
    let held = |list: &FundList| {
        let on_it = |number: &u32| {
            list.lignes.iter().any(|line| line.patient == *number && line.sorti.is_none())
        };
        let people = list.patients.iter().filter(|(number, _)| on_it(number));
        let people = people.map(|(number, person)| (*number, person.clone())).collect();
        reconcile(&members, &names, &people, &scope)
    };
    let lists = whole.map(held);
    // Who has left the list is still known by it.
    let seen = to_see.map(|list| reconcile(&members, &names, &list.patients, &scope));
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
    /// The name of an indicator for the memory, as the worklist has it.
    pub fn word(&self, indicator: &str) -> String {
        format!("{}:{indicator}", self.held.scheme.id)
    }
}
