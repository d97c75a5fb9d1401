//! Lists of patients that the fund lends a doctor for a campaign, and what they
//! put on the patients whom they name. Nobody else's page asks for them.

use std::collections::{BTreeMap, BTreeSet};

use jalon_claim::reconciliation::Scope;
use jalon_claim::{Reconciliation, reconcile};
use jalon_engine::roster::Member;
use jalon_import::list::List as FundList;
use jalon_rules::Campaign;
use jalon_store::PatientId;
use jalon_store::worklist::{Applied, FundMark, Seen, Step, To};

use super::Look;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::practice::List;
use crate::work::away;

/// Age at which a patient chooses a médecin traitant alone: lists of the fund
/// begin or end there.
const ADULT: u8 = 16;

/// Digits of the key of a doctor in the name of a list, which is also that of
/// its file.
const KEY: usize = 24;

/// Marks put in one change.
const AT_ONCE: usize = 4_000;

/// What a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Patients to see, by indicator.
    ToSee,
    /// Patients whose médecin traitant the doctor is.
    Whole,
}

impl Nature {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ToSee, Self::Whole];

    /// That of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|nature| nature.word() == word)
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ToSee => "voir",
            Self::Whole => "mt",
        }
    }
}

/// The name of a list in the folder of the dossier.
pub fn name(keys: &Keys, doctor: &str, campaign: Campaign, nature: Nature) -> String {
    let key = keys.of(doctor);
    format!("{}-{campaign}-{}", nature.word(), key.get(..KEY).unwrap_or_default())
}

/// The lists of one doctor for one campaign.
#[derive(Default)]
pub struct Lent {
    /// Those whose médecin traitant the doctor is.
    pub whole: Option<FundList>,
    /// Those to see, by indicator.
    pub to_see: Option<FundList>,
}

impl Lent {
    /// Those of the doctor looked at.
    pub async fn read(look: &Look) -> Result<Self, Failure> {
        let doctor = look.doctor()?;
        let folder = look.app.practice.dossier().to_path_buf();
        let names = [Nature::Whole, Nature::ToSee]
            .map(|nature| name(&look.app.keys, &doctor, look.campaign, nature));
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
}

/// What the lists of a campaign are about.
pub fn scope(campaign: Campaign) -> Scope {
    Scope { day: campaign.reference_day(), first: campaign.first_day(), ages: vec![ADULT] }
}

/// Holds a list against that of the practice; of everyone it ever named, or of
/// those it still names. The facts name nobody: what the list says is all there is.
pub fn held(list: &FundList, members: &[Member], scope: &Scope, ever: bool) -> Reconciliation {
    let on_it =
        |number: u32| list.lignes.iter().any(|line| line.patient == number && line.sorti.is_none());
    let people = list.patients.iter().filter(|(number, _)| ever || on_it(**number));
    let people = people.map(|(number, person)| (*number, person.clone())).collect();
    reconcile(members, &BTreeMap::new(), &people, scope)
}

/// Puts on patients what the list of those to see says. Who is there although
/// the facts count the act is to be claimed; who was there, is no longer, and is
/// still on the doctor's list, is counted now. How many marks changed.
pub async fn report(look: &Look) -> Result<usize, Failure> {
    let Some(lent) = Lent::read(look).await?.to_see else { return Ok(0) };
    let (doctor, campaign, today) = (look.doctor()?, look.campaign, look.today());
    let (list, members) = look
        .ask(move |facts| {
            let list = facts.list(campaign, &doctor, today)?;
            Ok((list, facts.engine().roster(&doctor)?))
        })
        .await?;
    let same = held(&lent, &members, &scope(campaign), true);
    let numbers = look.numbers(&list).await?;
    let tracked = look.tracked().await?;
    let mut known = BTreeMap::new();
    let mut marks = Vec::new();
    for line in &lent.lignes {
        let Some(patient) = same.patient_of(line.patient) else { continue };
        let Some(id) = numbers.of(patient) else { continue };
        let listed = |day| {
            let member = members.iter().find(|one| one.patient == patient);
            member.is_some_and(|member| member.is_listed_on(day))
        };
        for (scheme, met) in met(&list, &line.indicateur, &mut known)? {
            let mark = match line.sorti {
                None => met.contains(patient).then_some(FundMark::ToClaim),
                Some(day) if listed(day) => Some(FundMark::Counted),
                Some(_) => continue,
            };
            let word = format!("{scheme}:{}", line.indicateur);
            let held = tracked.get(patient).and_then(|kept| kept.gap(&word).fund);
            if held != mark {
                marks.push((id, word, mark));
            }
        }
    }
    let mut count = 0;
    for some in marks.chunks(AT_ONCE) {
        count += mark(look, None, some.to_vec()).await?;
    }
    Ok(count)
}

/// Patients whose act the facts count, in each scheme that has the indicator.
type Met = Vec<(&'static str, BTreeSet<String>)>;

/// Those of an indicator: asked the first time, then known.
fn met<'k>(
    list: &List,
    indicator: &str,
    known: &'k mut BTreeMap<String, Met>,
) -> Result<&'k Met, Failure> {
    if !known.contains_key(indicator) {
        let mut met = Vec::new();
        for reading in &list.readings {
            let Some(at) = reading.pages.iter().position(|page| page.id == indicator) else {
                continue;
            };
            let rows = reading.evidence.page(at).map_err(|_| Failure::Broken("moteur"))?;
            let done = rows.into_iter().filter(|row| {
                row.counts.denominator > 0 && row.counts.numerator >= row.counts.denominator
            });
            met.push((reading.scheme.id.as_str(), done.map(|row| row.patient).collect()));
        }
        known.insert(indicator.to_owned(), met);
    }
    known.get(indicator).ok_or(Failure::Broken("moteur"))
}

/// Puts marks on gaps of patients: all, or none; how many.
pub async fn mark(
    look: &Look,
    form: Option<String>,
    marks: Vec<(PatientId, String, Option<FundMark>)>,
) -> Result<usize, Failure> {
    let (campaign, count) = (look.campaign.year(), marks.len());
    if marks.is_empty() {
        return Ok(0);
    }
    let applied = look
        .store(move |store, actor, now| {
            let steps: Vec<_> = marks
                .iter()
                .map(|(patient, word, mark)| Step {
                    patient: *patient,
                    campaign,
                    indicator: Some(word),
                    seen: Seen::Whatever,
                    to: To::Fund(*mark),
                })
                .collect();
            store.change(actor, form.as_deref(), &steps, now)
        })
        .await?;
    match applied {
        Applied::Done(_) | Applied::Again(_) => Ok(count),
        // What was seen is the fund's list, not the patient.
        Applied::Stale(_) => Err(Failure::Broken("marques")),
    }
}
