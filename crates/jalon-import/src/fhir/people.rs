//! Who and what the resources of a source refer to: the first reading.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::chunk::{Met, Resource, each};
use super::date::When;
use super::drug::Codes;
use super::identity::{PatientKey, Rules};
use super::model::{
    Concept, Encounter, Extension, HumanName, Medication, Organization, Patient, Period,
    Practitioner, PractitionerRole, Qualification, Reference, extension, ours,
};
use super::names::{Name, names};
use super::output::{At, Located, Output, Remark};
use super::source::Chunk;
use super::stay;
use super::systems::{System, speciality, system};

/// What the first reading finds of a resource.
#[derive(Debug)]
pub(super) enum Seen {
    Patient { names: Vec<Name>, key: String },
    Professional { names: Vec<Name>, key: String, told: Box<Told> },
    Role { names: Vec<Name>, role: Box<Role> },
    Organization { names: Vec<Name>, key: String },
    Medication { names: Vec<Name>, codes: Codes },
    Stay { names: Vec<Name>, stay: stay::Listed },
}

/// What a source tells of a professional.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub name: Option<String>,
    pub birth: Option<i32>,
    pub speciality: Option<String>,
    pub installed: Option<i32>,
    pub sector: Option<String>,
    pub zone: Option<String>,
    /// Whether a profession is said, and is the one of a doctor.
    pub is_doctor: Option<bool>,
}

/// What is said of a speciality.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Said {
    #[default]
    Nothing,
    /// That it is unknown, or one without a number.
    Unknown,
    Number(String),
}

impl Said {
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            Self::Nothing | Self::Unknown => None,
        }
    }
}

/// A role of a professional. References wait for the end of the reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Role {
    pub practitioner: Option<Pointer>,
    pub organization: Option<Pointer>,
    pub speciality: Said,
    pub told: Told,
}

/// A reference kept for later.
#[derive(Clone, Debug)]
pub(super) struct Pointer {
    pub reference: Option<String>,
    pub base: Option<String>,
    /// The identifier given beside the reference, or instead of it.
    pub key: Option<String>,
}

/// What the first reading of a chunk gives.
#[derive(Debug, Default)]
pub(super) struct First {
    pub file: usize,
    pub seen: Vec<(At, Seen)>,
    pub counts: BTreeMap<String, u64>,
    pub output: Output<'static>,
    /// The file has resources that the second reading needs.
    pub again: bool,
}

/// Kinds that the second reading turns into rows.
pub(super) const EVENTS: &[&str] = &[
    "Patient",
    "EpisodeOfCare",
    "Condition",
    "Encounter",
    "Observation",
    "Procedure",
    "MedicationDispense",
    "Immunization",
];

/// Kinds known and left, and why.
const LEFT: &[(&str, &str)] = &[
    ("MedicationRequest", "MedicationRequest : une prescription n'est pas une délivrance"),
    ("MedicationStatement", "MedicationStatement : un traitement déclaré n'est pas une délivrance"),
    (
        "MedicationAdministration",
        "MedicationAdministration : une administration n'est pas une délivrance",
    ),
];

/// Different unknown types named in the report of a chunk.
const MOST_TYPES: usize = 50;

/// Reads the people of a chunk and counts everything else.
pub(super) fn read(chunk: &Chunk, rules: Rules<'_>) -> First {
    let file = chunk.file;
    let mut first = First { file, ..First::default() };
    each(chunk, &mut |met| match met {
        Met::Nothing(at) => first.output.left.leave("entrée de Bundle sans ressource", file, at),
        Met::Trouble(at, trouble) => first.output.troubles.push(Located { file, at, trouble }),
        Met::Resource(resource) => first.resource(&resource, rules),
    });
    first
}

impl First {
    fn resource(&mut self, resource: &Resource<'_>, rules: Rules<'_>) {
        let kind = resource.kind;
        if let Some(count) = self.counts.get_mut(kind) {
            *count += 1;
        } else {
            let is_name = kind.len() <= 40 && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
            let name = if is_name && self.counts.len() < MOST_TYPES { kind } else { "autre" };
            *self.counts.entry(name.to_owned()).or_default() += 1;
        }
        self.again |= EVENTS.contains(&kind);
        let seen = match kind {
            "Patient" => Ok(self.patient(resource, rules)),
            "Encounter" => Ok(listed(resource)),
            "Practitioner" => resource.read().map(|read| professional(resource, &read, rules)),
            "PractitionerRole" => resource.read().map(|read| Some(role(resource, &read, rules))),
            "Organization" => resource.read().map(|read| organization(resource, &read, rules)),
            "Medication" => resource.read().map(|read| medication(resource, &read)),
            _ if EVENTS.contains(&kind) => return,
            _ => {
                let reason = LEFT
                    .iter()
                    .find(|(left, _)| *left == kind)
                    .map_or("ressource d'un type qui n'est pas lu", |(_, reason)| reason);
                self.output.left.leave(reason, resource.file, resource.at);
                return;
            }
        };
        let (file, at) = (resource.file, resource.at);
        match seen {
            Ok(Some(seen)) => self.seen.push((at, seen)),
            Ok(None) => {}
            Err(trouble) => self.output.troubles.push(Located { file, at, trouble }),
        }
    }

    /// The names of a patient. What is wrong with one is told by the second reading.
    fn patient(&mut self, resource: &Resource<'_>, rules: Rules<'_>) -> Option<Seen> {
        let patient: Patient<'_> = resource.read().ok()?;
        let (key, remark) = patient_key(resource, &patient, rules)?;
        if let Some(remark) = remark {
            self.output.remark(remark);
        }
        let names = names("Patient", patient.id.as_deref(), resource.full_url);
        Some(Seen::Patient { names, key })
    }
}

/// The identifier of a patient, unless another record replaces this one.
pub(super) fn patient_key(
    resource: &Resource<'_>,
    patient: &Patient<'_>,
    rules: Rules<'_>,
) -> Option<(String, Option<Remark>)> {
    if is_replaced(patient) {
        return None;
    }
    let key = rules.patient(&patient.identifier, &patient.extension, patient.id.as_deref());
    if let Some(PatientKey { value, wrong_key }) = key {
        return Some((value, wrong_key.then_some(Remark::WrongKey)));
    }
    let key = rules.patient(&[], &[], resource.full_url)?;
    Some((key.value, Some(Remark::UnstableId)))
}

/// Whether another record of the patient is to be used instead.
pub(super) fn is_replaced(patient: &Patient<'_>) -> bool {
    patient.link.iter().any(|link| link.r#type.as_deref() == Some("replaced-by"))
}

/// A stay. What is wrong with an encounter is told by the second reading.
fn listed(resource: &Resource<'_>) -> Option<Seen> {
    let encounter: Encounter<'_> = resource.read().ok()?;
    let stay = stay::listed(&encounter, resource.base())?;
    let names = names("Encounter", encounter.id.as_deref(), resource.full_url);
    Some(Seen::Stay { names, stay })
}

fn professional(
    resource: &Resource<'_>,
    read: &Practitioner<'_>,
    rules: Rules<'_>,
) -> Option<Seen> {
    let names = names("Practitioner", read.id.as_deref(), resource.full_url);
    let key = rules.professional(&read.identifier, read.id.as_deref().or(resource.full_url))?;
    let codes = || read.qualification.iter().filter_map(|one| one.code.as_ref());
    let told = Told {
        name: read.name.first().and_then(full_name),
        birth: read.birth_date.as_deref().and_then(day),
        speciality: qualified(&read.qualification),
        is_doctor: is_doctor(codes()),
        ..Told::default()
    };
    Some(Seen::Professional { names, key, told: Box::new(told) })
}

/// The speciality among qualifications.
pub(super) fn qualified(qualifications: &[Qualification<'_>]) -> Option<String> {
    let codes = qualifications.iter().filter_map(|one| one.code.as_ref());
    specialities(codes).map(Cow::into_owned)
}

/// The first speciality that has a number, of concepts that tell several things.
pub(super) fn specialities<'c>(
    concepts: impl Iterator<Item = &'c Concept<'c>>,
) -> Option<Cow<'c, str>> {
    concepts.flat_map(|concept| &concept.coding).find_map(|coding| {
        let system = system(coding.system.as_deref()?)?;
        speciality(system, coding.code.as_deref()?.trim()).map(Cow::Borrowed)
    })
}

/// Whether concepts say a profession, and whether it is the one of a doctor.
fn is_doctor<'c>(concepts: impl Iterator<Item = &'c Concept<'c>>) -> Option<bool> {
    let mut said = None;
    for coding in concepts.flat_map(|concept| &concept.coding) {
        if coding.system.as_deref().and_then(system) == Some(System::Profession) {
            let doctor = coding.code.as_deref() == Some("10");
            said = Some(said.unwrap_or(false) || doctor);
        }
    }
    said
}

fn full_name(name: &HumanName<'_>) -> Option<String> {
    let text = name.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).or_else(|| {
        let given = name.given.iter().map(|given| given.trim());
        let parts = name.family.as_deref().map(str::trim).into_iter().chain(given);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

/// A day that is only kept, and read by no computation: what is wrong with it
/// is no reason to refuse a source.
fn day(text: &str) -> Option<i32> {
    When::parse(text).ok().and_then(When::day)
}

fn role(resource: &Resource<'_>, read: &PractitionerRole<'_>, rules: Rules<'_>) -> Seen {
    let base = resource.base();
    let text = |address| {
        extension(&read.extension, address)
            .and_then(|extension| extension.value_string.as_deref())
            .map(|text: &str| text.trim().to_owned())
    };
    let role =
        Role {
            practitioner: read.practitioner.as_ref().map(|one| Pointer {
                key: one.identifier.as_ref().and_then(|identifier| {
                    rules.professional(std::slice::from_ref(identifier), None)
                }),
                ..pointer(one, base)
            }),
            organization: read.organization.as_ref().map(|one| Pointer {
                key: one.identifier.as_ref().and_then(|identifier| {
                    rules.organization(std::slice::from_ref(identifier), None)
                }),
                ..pointer(one, base)
            }),
            speciality: said_speciality(&read.specialty),
            told: Told {
                installed: read
                    .period
                    .as_ref()
                    .and_then(|period: &Period<'_>| period.start.as_deref())
                    .and_then(day),
                sector: text(ours::SECTOR),
                zone: text(ours::ZONE),
                is_doctor: is_doctor(read.code.iter()),
                ..Told::default()
            },
        };
    let names = names("PractitionerRole", read.id.as_deref(), resource.full_url);
    Seen::Role { names, role: Box::new(role) }
}

/// What a role says of the speciality.
pub(super) fn said_speciality(concepts: &[Concept<'_>]) -> Said {
    match specialities(concepts.iter()) {
        Some(number) => Said::Number(number.into_owned()),
        None if concepts.is_empty() => Said::Nothing,
        None => Said::Unknown,
    }
}

fn pointer(reference: &Reference<'_>, base: Option<&str>) -> Pointer {
    Pointer {
        reference: reference.reference.as_deref().map(str::to_owned),
        base: base.map(str::to_owned),
        key: None,
    }
}

fn organization(
    resource: &Resource<'_>,
    read: &Organization<'_>,
    rules: Rules<'_>,
) -> Option<Seen> {
    let names = names("Organization", read.id.as_deref(), resource.full_url);
    let key = rules.organization(&read.identifier, read.id.as_deref().or(resource.full_url))?;
    Some(Seen::Organization { names, key })
}

fn medication(resource: &Resource<'_>, read: &Medication<'_>) -> Option<Seen> {
    if read.status.as_deref() == Some("entered-in-error") {
        return None;
    }
    let names = names("Medication", read.id.as_deref(), resource.full_url);
    Some(Seen::Medication { names, codes: Codes::of(read.code.as_ref()) })
}

/// What extensions say of the complémentaire santé solidaire.
pub(super) fn c2s(extensions: &[Extension<'_>]) -> Option<bool> {
    extension(extensions, ours::C2S).and_then(|extension| extension.value_boolean)
}
