//! Results and acts.

use std::borrow::Cow;

use super::chunk::Resource;
use super::events::{Desk, Skip, event_day, start};
use super::index::{Performer, within};
use super::model::{
    Component, Concept, Contained, Extension, Observation, Procedure, Reference, extension, ours,
};
use super::output::{Fact, Output, Remark};
use super::systems::{System, act_system, system};

/// What all rows of a resource share.
struct Shared<'i> {
    patient: Cow<'i, str>,
    date: i32,
    quantite: i64,
    performer: Performer<'i>,
    prescripteur: Option<Cow<'i, str>>,
}

impl<'i> Shared<'i> {
    fn row(&self, systeme: &'static str, code: String, valeur: Option<String>) -> Fact<'i> {
        Fact::Act {
            patient: self.patient.clone(),
            date: self.date,
            systeme,
            code,
            quantite: self.quantite,
            valeur,
            executant: self.performer.id.clone(),
            specialite: self.performer.speciality.clone(),
            prescripteur: self.prescripteur.clone(),
        }
    }
}

/// An `Observation` into rows of `actes`: one for each nomenclature that names
/// what was measured, and for each component.
pub(super) fn observation<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let mut read: Observation<'_> = resource.read()?;
    if !matches!(read.status.as_deref(), Some("final" | "amended" | "corrected")) {
        return Err("Observation dont le statut ne compte pas".into());
    }
    // Read the same way as a component.
    let top = Component {
        code: read.code.take(),
        value_quantity: read.value_quantity.take(),
        value_string: read.value_string.take(),
        value_codeable_concept: read.value_codeable_concept.take(),
        value_integer: read.value_integer,
        value_boolean: read.value_boolean,
        data_absent_reason: read.data_absent_reason.take(),
    };
    let measured: Vec<_> = std::iter::once(&top)
        .chain(&read.component)
        .map(|one| (one, one.code.as_ref().map(acts).unwrap_or_default()))
        .collect();
    if measured.iter().all(|(_, acts)| acts.is_empty()) {
        return Err("Observation dont aucun code n'est suivi (LOINC, NABM)".into());
    }
    let patient = desk.subject(resource, read.subject.as_ref())?;
    let date = event_day([
        ("effectiveDateTime", read.effective_date_time.as_deref()),
        ("effectiveInstant", read.effective_instant.as_deref()),
        ("effectivePeriod.start", start(read.effective_period.as_ref())),
    ])?;
    let shared = Shared {
        patient,
        date,
        quantite: quantity(&read.extension),
        performer: desk.performer(resource, read.performer.first(), &read.contained, output),
        prescripteur: requester(desk, resource, &read.based_on, &read.contained, output),
    };
    let mut kept = false;
    for (one, acts) in measured {
        let value = value(one);
        if value.is_none() && one.data_absent_reason.is_some() {
            continue;
        }
        for (systeme, code) in acts {
            kept = true;
            output.facts.push(shared.row(systeme, code, value.clone()));
        }
    }
    if kept { Ok(()) } else { Err("Observation sans résultat (dataAbsentReason)".into()) }
}

/// A `Procedure` into rows of `actes`.
pub(super) fn procedure<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let read: Procedure<'_> = resource.read()?;
    if read.status.as_deref() != Some("completed") {
        return Err("Procedure dont le statut n'est pas `completed`".into());
    }
    let acts = read.code.as_ref().map(acts).unwrap_or_default();
    if acts.is_empty() {
        return Err("Procedure dont aucun code n'est suivi (CCAM, NGAP, NABM)".into());
    }
    if read.code.as_ref().is_some_and(|code| code.coding.len() > acts.len()) {
        output.remark(Remark::ActCodeUnknown);
    }
    let patient = desk.subject(resource, read.subject.as_ref())?;
    let date = event_day([
        ("performedDateTime", read.performed_date_time.as_deref()),
        ("performedPeriod.start", start(read.performed_period.as_ref())),
    ])?;
    let actor = read.performer.first().and_then(|performer| performer.actor.as_ref());
    let shared = Shared {
        patient,
        date,
        quantite: quantity(&read.extension),
        performer: desk.performer(resource, actor, &read.contained, output),
        prescripteur: requester(desk, resource, &read.based_on, &read.contained, output),
    };
    output.facts.extend(acts.into_iter().map(|(systeme, code)| shared.row(systeme, code, None)));
    Ok(())
}

/// The acts that a concept names, each once.
fn acts(concept: &Concept<'_>) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    for coding in &concept.coding {
        let Some(system) = coding.system.as_deref().and_then(system) else { continue };
        let Some(name) = act_system(system) else { continue };
        let code = coding.code.as_deref().unwrap_or_default().trim();
        if code.is_empty() {
            continue;
        }
        let act = (name, spelled(system, code));
        if !all.contains(&act) {
            all.push(act);
        }
    }
    all
}

/// A code as lists write it.
fn spelled(system: System, code: &str) -> String {
    match system {
        // Laboratories write four digits, claims a number.
        System::Nabm if code.len() < 4 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{code:0>4}")
        }
        // Activity and phase may follow the seven characters of an act.
        System::Ccam => match code.get(..7) {
            Some(act) if is_ccam(act) && !code[7..].starts_with(|c: char| c.is_alphanumeric()) => {
                act.to_ascii_uppercase()
            }
            _ => code.to_owned(),
        },
        _ => code.to_owned(),
    }
}

fn is_ccam(act: &str) -> bool {
    let (letters, digits) = act.split_at_checked(4).unwrap_or_default();
    letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A result as text.
fn value(one: &Component<'_>) -> Option<String> {
    let quantity = one.value_quantity.as_ref().and_then(|quantity| {
        let number = quantity.value?.to_string();
        let unit = quantity.unit.as_deref().or(quantity.code.as_deref()).map(str::trim);
        Some(match unit.filter(|unit| !unit.is_empty()) {
            Some(unit) => format!("{number} {unit}"),
            None => number,
        })
    });
    let concept = || {
        let concept = one.value_codeable_concept.as_ref()?;
        let code = concept.coding.iter().find_map(|coding| coding.code.as_deref());
        code.or(concept.text.as_deref()).map(str::to_owned)
    };
    quantity
        .or_else(|| one.value_string.as_deref().map(|text: &str| text.to_owned()))
        .or_else(concept)
        .or_else(|| one.value_integer.map(|number| number.to_string()))
        .or_else(|| one.value_boolean.map(|yes| if yes { "oui" } else { "non" }.to_owned()))
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

fn quantity(extensions: &[Extension<'_>]) -> i64 {
    let said = extension(extensions, ours::QUANTITY);
    said.and_then(|extension| extension.value_integer).unwrap_or(1)
}

/// Who asked for it: told by the request, followed when it comes along.
fn requester<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    based_on: &[Reference<'_>],
    contained: &[Contained<'_>],
    output: &mut Output<'i>,
) -> Option<Cow<'i, str>> {
    let mut requests =
        based_on.iter().filter_map(|reference| within(contained, reference.reference.as_deref()?));
    let requester = requests.find_map(|request| request.requester.as_ref());
    desk.performer(resource, requester, contained, output).id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled_as_lists_do() {
        for (system, code, wanted) in [
            (System::Nabm, "127", "0127"),
            (System::Nabm, "1577", "1577"),
            (System::Ccam, "jkhd001", "JKHD001"),
            (System::Ccam, "JKHD001-01", "JKHD001"),
            (System::Ccam, "JKHD0012", "JKHD0012"),
            (System::Loinc, "4548-4", "4548-4"),
            (System::Ngap, "G", "G"),
        ] {
            assert_eq!(spelled(system, code), wanted);
        }
    }
}
