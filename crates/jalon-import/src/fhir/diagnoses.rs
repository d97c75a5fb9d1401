//! Long-term diseases, and the diagnoses of stays.

use super::chunk::Resource;
use super::events::{Desk, Skip, start, when};
use super::index::within;
use super::model::{Concept, Condition, Encounter};
use super::names::names;
use super::output::{Fact, Output, Remark};
use super::stay::{Position, days, icd10, is_stay, position, position_of, took_place};
use super::systems::{System, system};
use crate::ald;

fn has_code(concept: Option<&Concept<'_>>, codes: &[&str]) -> bool {
    let codings = concept.into_iter().flat_map(|concept| &concept.coding);
    codings.filter_map(|coding| coding.code.as_deref()).any(|code| codes.contains(&code))
}

/// Statuses of a diagnosis that was never sure, or no longer is.
const UNSURE: &[&str] =
    &["refuted", "entered-in-error", "unconfirmed", "provisional", "differential"];

/// Statuses of a disease that is over.
const OVER: &[&str] = &["inactive", "remission", "resolved"];

/// A `Condition`: a long-term disease, or the diagnosis of a stay.
pub(super) fn condition<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let read: Condition<'_> = resource.read()?;
    if has_code(read.verification_status.as_ref(), UNSURE) {
        return Err("Condition réfutée, saisie par erreur ou non confirmée".into());
    }
    let long_term = long_term(&read);
    let names = names("Condition", read.id.as_deref(), resource.full_url);
    let mut listings = desk.index.listings(&names).peekable();
    let encounter = read.encounter.as_ref();
    let own_stay = encounter.and_then(|encounter| desk.index.stay(encounter, resource.base()));
    if long_term == LongTerm::No && listings.peek().is_none() && own_stay.is_none() {
        return Err("diagnostic qui n'est ni une ALD ni celui d'un séjour".into());
    }
    let patient = desk.subject(resource, read.subject.as_ref())?;
    let cim10 = read.code.as_ref().and_then(icd10);
    if long_term != LongTerm::No {
        let (number, from_diagnosis) = match long_term {
            LongTerm::Number(number) => (Some(number), false),
            LongTerm::No | LongTerm::Unnumbered => {
                (cim10.as_deref().and_then(ald::number_of), true)
            }
        };
        let number = number.ok_or("ALD sans numéro, que son diagnostic ne donne pas")?;
        let (debut, fin) = lasting(&read)?;
        if from_diagnosis {
            output.remark(Remark::DiseaseFromDiagnosis);
        }
        output.facts.push(Fact::Disease { patient, numero: number, cim10, debut, fin });
        return Ok(());
    }
    let Some(cim10) = cim10 else { return Err("diagnostic de séjour sans code CIM-10".into()) };
    let mut stays = Vec::new();
    for number in listings {
        output.diagnoses.push(number);
        if let Some(listing) = desk.index.listings.get(number as usize) {
            stays.push((listing.stay, listing.position));
        }
    }
    if let Some(stay) = own_stay.filter(|stay| stays.iter().all(|(known, _)| known != stay)) {
        stays.push((stay, position(read.category.iter(), None)));
    }
    let mut apart = true;
    for (stay, place) in stays {
        let Some((entree, sortie)) = desk.index.stays.get(stay as usize).copied() else { continue };
        let position = match (place, position(read.category.iter(), None)) {
            (Position::Known(position), _) | (Position::Unknown, Position::Known(position)) => {
                position
            }
            (Position::Apart, _) | (_, Position::Apart) => continue,
            (Position::Unknown, Position::Unknown) => {
                output.remark(Remark::PositionUnknown);
                "DAS"
            }
        };
        apart = false;
        output.facts.push(Fact::Stay {
            patient: patient.clone(),
            entree,
            sortie,
            cim10: cim10.clone(),
            position,
            ccam: None,
        });
    }
    if apart { Err(APART.into()) } else { Ok(()) }
}

const APART: &str = "diagnostic d'admission ou à visée documentaire";

/// Whether a condition is a long-term disease.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongTerm {
    No,
    Unnumbered,
    Number(i64),
}

fn long_term(read: &Condition<'_>) -> LongTerm {
    let concepts = read.category.iter().chain(&read.code);
    let mut is_disease = false;
    for coding in concepts.flat_map(|concept| &concept.coding) {
        let code = coding.code.as_deref().unwrap_or_default().trim();
        match coding.system.as_deref().and_then(system) {
            Some(System::DiseaseNumber) => {
                is_disease = true;
                if let Ok(number) = code.parse() {
                    return LongTerm::Number(number);
                }
            }
            Some(System::ConditionKind) => is_disease |= code == "ald",
            _ => {}
        }
    }
    is_disease |= has_code_in(&read.category, "ALD");
    if is_disease { LongTerm::Unnumbered } else { LongTerm::No }
}

fn has_code_in(concepts: &[Concept<'_>], wanted: &str) -> bool {
    let codings = concepts.iter().flat_map(|concept| &concept.coding);
    let codes = codings.filter_map(|coding| coding.code.as_deref());
    codes.into_iter().any(|code| code.eq_ignore_ascii_case(wanted))
}

/// First and last days of a long-term disease: the widest reading of its
/// dates. One said to be over without a date would seem to last.
fn lasting(read: &Condition<'_>) -> Result<(i32, Option<i32>), Skip> {
    let starts = [
        ("onsetDateTime", read.onset_date_time.as_deref()),
        ("onsetPeriod.start", start(read.onset_period.as_ref())),
        ("recordedDate", read.recorded_date.as_deref()),
    ];
    let abated = read.abatement_period.as_ref().and_then(|period| period.end.as_deref());
    let ended = read.onset_period.as_ref().and_then(|period| period.end.as_deref());
    let ends = [
        ("abatementDateTime", read.abatement_date_time.as_deref()),
        ("abatementPeriod.end", abated),
        ("onsetPeriod.end", ended),
    ];
    let first = |dates: [(&'static str, Option<&str>); 3]| {
        let mut dates = dates.into_iter().filter_map(|(path, text)| Some((path, text?)));
        dates.next().map(|(path, text)| when(path, text)).transpose()
    };
    let (begin, end) = (first(starts)?, first(ends)?);
    let Some(begin) = begin else { return Err("date absente".into()) };
    let over =
        has_code(read.clinical_status.as_ref(), OVER) || read.abatement_boolean == Some(true);
    if over && end.is_none() {
        return Err("ALD terminée sans date de fin".into());
    }
    if end.is_some_and(|end| end.last < begin.first) {
        return Err("fin avant le début".into());
    }
    Ok((begin.first, end.map(|end| end.last)))
}

/// An `Encounter` that holds its own diagnoses and acts.
pub(super) fn encounter<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let read: Encounter<'_> = resource.read()?;
    if !is_stay(&read) {
        return Err("Encounter qui n'est pas une hospitalisation".into());
    }
    if !took_place(&read) {
        return Err("Encounter dont le statut ne compte pas".into());
    }
    let Some((entree, sortie)) = days(&read)? else {
        return Err("séjour sans jour d'entrée".into());
    };
    if sortie.is_some_and(|sortie| sortie < entree) {
        return Err("fin avant le début".into());
    }
    let (mut diagnoses, mut acts) = (Vec::new(), Vec::new());
    for diagnosis in &read.diagnosis {
        let name = diagnosis.condition.as_ref().and_then(|one| one.reference.as_deref());
        let Some(inner) = name.and_then(|name| within(&read.contained, name)) else { continue };
        let code = inner.code.0.first();
        if inner.resource_type.as_deref() == Some("Procedure") {
            acts.extend(code.and_then(ccam));
            continue;
        }
        if has_code(inner.verification_status.0.first(), UNSURE) {
            continue;
        }
        let position = match position_of(diagnosis) {
            Position::Known(position) => position,
            Position::Apart => {
                output.left.leave(APART, resource.file, resource.at);
                continue;
            }
            Position::Unknown => {
                output.remark(Remark::PositionUnknown);
                "DAS"
            }
        };
        match code.and_then(icd10) {
            Some(cim10) => diagnoses.push((cim10, position)),
            None => output.left.leave(
                "diagnostic de séjour sans code CIM-10",
                resource.file,
                resource.at,
            ),
        }
    }
    if diagnoses.is_empty() {
        if !acts.is_empty() {
            return Err("actes d'un séjour sans diagnostic".into());
        }
        // Its diagnoses come by themselves, if it has any.
        return Ok(());
    }
    let patient = desk.subject(resource, read.subject.as_ref())?;
    // A row has room for one act: those beyond the diagnoses repeat the first.
    for at in 0..diagnoses.len().max(acts.len()) {
        let Some((cim10, position)) = diagnoses.get(at).or(diagnoses.first()) else { break };
        output.facts.push(Fact::Stay {
            patient: patient.clone(),
            entree,
            sortie,
            cim10: cim10.clone(),
            position,
            ccam: acts.get(at).cloned(),
        });
    }
    Ok(())
}

fn ccam(concept: &Concept<'_>) -> Option<String> {
    let ours = |address: &str| system(address) == Some(System::Ccam);
    let mut codings = concept.coding.iter().filter(|one| one.system.as_deref().is_some_and(ours));
    codings.find_map(|coding| Some(coding.code.as_deref()?.trim().to_owned()))
}
