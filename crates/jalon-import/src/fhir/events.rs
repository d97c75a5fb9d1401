//! Resources into rows: the second reading.

use std::borrow::Cow;

use super::chunk::{Met, Resource, each};
use super::date::When;
use super::identity::Rules;
use super::index::{Index, Lost, Performer};
use super::model::{Contained, EpisodeOfCare, Patient, Period, Reference, extension, ours};
use super::output::{Attending, Fact, Located, Output, Remark};
use super::people::{EVENTS, c2s, is_replaced, patient_key};
use super::source::Chunk;
use super::systems::{System, system};
use super::trouble::Trouble;
use super::{acts, deliveries, diagnoses};
use crate::drugs::DrugLookup;

/// What the second reading needs.
#[derive(Clone, Copy)]
pub(super) struct Desk<'i> {
    pub index: &'i Index,
    pub drugs: &'i dyn DrugLookup,
    pub rules: Rules<'i>,
}

/// Why a resource gives no row.
#[derive(Debug)]
pub(super) enum Skip {
    /// It is left out, for this reason.
    Left(Cow<'static, str>),
    /// It is wrong.
    Trouble(Trouble),
}

impl From<Trouble> for Skip {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<&'static str> for Skip {
    fn from(reason: &'static str) -> Self {
        Self::Left(reason.into())
    }
}

/// Reads the events of a chunk.
pub(super) fn read<'i>(chunk: &Chunk, desk: Desk<'i>) -> Output<'i> {
    let mut output = Output::default();
    each(chunk, &mut |met| {
        // The rest was told by the first reading.
        let Met::Resource(resource) = met else { return };
        if !EVENTS.contains(&resource.kind) {
            return;
        }
        let done = match resource.kind {
            "Patient" => desk.patient(&resource, &mut output),
            "EpisodeOfCare" => desk.episode(&resource, &mut output),
            "Condition" => diagnoses::condition(desk, &resource, &mut output),
            "Encounter" => diagnoses::encounter(desk, &resource, &mut output),
            "Observation" => acts::observation(desk, &resource, &mut output),
            "Procedure" => acts::procedure(desk, &resource, &mut output),
            "MedicationDispense" => deliveries::dispense(desk, &resource, &mut output),
            _ => deliveries::immunization(desk, &resource, &mut output),
        };
        let (file, at) = (resource.file, resource.at);
        match done {
            Ok(()) => {}
            Err(Skip::Left(reason)) => output.left.leave(reason, file, at),
            Err(Skip::Trouble(trouble)) => output.troubles.push(Located { file, at, trouble }),
        }
    });
    output
}

/// Reads a date, which must be well written.
pub(super) fn when(path: &str, text: &str) -> Result<When, Trouble> {
    When::parse(text).map_err(|bad| Trouble::date(path, text, bad))
}

/// The day of an event: the first date given. An event whose day is unknown
/// is not counted: its dates are what indicators count.
pub(super) fn event_day<'d>(
    dates: impl IntoIterator<Item = (&'static str, Option<&'d str>)>,
) -> Result<i32, Skip> {
    for (path, text) in dates {
        if let Some(text) = text {
            return when(path, text)?.day().ok_or_else(|| "date sans jour".into());
        }
    }
    Err("date absente".into())
}

pub(super) fn start<'p>(period: Option<&'p Period<'_>>) -> Option<&'p str> {
    period.and_then(|period| period.start.as_deref())
}

impl<'i> Desk<'i> {
    /// The patient of an event.
    pub(super) fn subject(
        &self,
        resource: &Resource<'_>,
        reference: Option<&Reference<'_>>,
    ) -> Result<Cow<'i, str>, Skip> {
        self.index.patient(reference, resource.base(), self.rules).map_err(|lost| {
            match lost {
                Lost::Absent => "patient non désigné",
                Lost::Dangling => "référence sans cible : patient",
                Lost::Several => "référence ambiguë : patients de plusieurs serveurs",
            }
            .into()
        })
    }

    /// Who did something; no one when that is not to be found, which is told.
    pub(super) fn performer(
        &self,
        resource: &Resource<'_>,
        reference: Option<&Reference<'_>>,
        contained: &[Contained<'_>],
        output: &mut Output<'i>,
    ) -> Performer<'i> {
        let Some(reference) = reference else { return Performer::default() };
        let found = self.index.performer(reference, contained, resource.base(), self.rules);
        found.unwrap_or_else(|_| {
            output.remark(Remark::UnknownPerformer);
            Performer::default()
        })
    }

    fn patient(&self, resource: &Resource<'_>, output: &mut Output<'i>) -> Result<(), Skip> {
        let patient: Patient<'_> = resource.read()?;
        if is_replaced(&patient) {
            return Err("patient dont une autre fiche prend la place (replaced-by)".into());
        }
        let Some((key, _)) = patient_key(resource, &patient, self.rules) else {
            return Err("patient sans identifiant".into());
        };
        let birth =
            patient.birth_date.as_deref().map(|text| when("birthDate", text)).transpose()?;
        let death = patient.deceased_date_time.as_deref();
        let death = death.map(|text| when("deceasedDateTime", text)).transpose()?;
        let sexe = match patient.gender.as_deref() {
            Some("male") => "M",
            Some("female") => "F",
            _ => return Err("patient de sexe inconnu".into()),
        };
        let Some(birth) = birth else { return Err("patient sans date de naissance".into()) };
        if birth.day().is_none() {
            output.remark(Remark::BirthMonthOnly);
        }
        if death.is_none() && patient.deceased_boolean == Some(true) {
            output.remark(Remark::DeathWithoutDate);
        }
        let Some(number) = self.index.patients.keys.find(&key) else {
            return Err("patient sans identifiant".into());
        };
        let attending = self.attending(resource, &patient, output)?;
        output.facts.push(Fact::Patient {
            patient: number,
            naissance: birth.first,
            sexe,
            // Alive until the last day on which the death may be.
            deces: death.map(|death| death.last),
            c2s: c2s(&patient.extension),
            commune: patient
                .address
                .iter()
                .find_map(|address| address.city.as_deref())
                .map(|city| city.trim().to_owned())
                .filter(|city| !city.is_empty()),
            attending,
        });
        Ok(())
    }

    /// The one doctor, or centre, that a patient names.
    fn attending(
        &self,
        resource: &Resource<'_>,
        patient: &Patient<'_>,
        output: &mut Output<'i>,
    ) -> Result<Option<Attending<'i>>, Skip> {
        let mut found: Option<Attending<'i>> = None;
        for reference in &patient.general_practitioner {
            let base = resource.base();
            let performer = self.index.performer(reference, &patient.contained, base, self.rules);
            let doctor = performer.ok().and_then(|performer| performer.id);
            let named = doctor.map(|doctor| (doctor, false)).or_else(|| {
                let centre = self.index.organization(reference, base, self.rules);
                centre.map(|centre| (centre, true))
            });
            let Some((medecin, is_centre)) = named else {
                let reason = "référence sans cible : médecin traitant";
                output.left.leave(reason, resource.file, resource.at);
                continue;
            };
            if let Some(known) = &found {
                if known.medecin == medecin {
                    continue;
                }
                let reason = "plusieurs médecins traitants (generalPractitioner) : aucun retenu";
                output.left.leave(reason, resource.file, resource.at);
                return Ok(None);
            }
            let period = extension(&reference.extension, ours::PERIOD);
            let period = period.and_then(|extension| extension.value_period.as_ref());
            let (debut, fin) = bounds(period, "generalPractitioner.extension.valuePeriod")?;
            found = Some(Attending { medecin, is_centre, debut, fin });
        }
        Ok(found)
    }

    fn episode(&self, resource: &Resource<'_>, output: &mut Output<'i>) -> Result<(), Skip> {
        let episode: EpisodeOfCare<'_> = resource.read()?;
        let is_attending =
            episode.r#type.iter().flat_map(|concept| &concept.coding).any(|coding| {
                coding.system.as_deref().and_then(system) == Some(System::Episode)
                    && coding.code.as_deref() == Some("medecin-traitant")
            });
        if !is_attending {
            return Err("EpisodeOfCare qui n'est pas un suivi par le médecin traitant".into());
        }
        if !matches!(episode.status.as_deref(), Some("active" | "finished")) {
            return Err("EpisodeOfCare dont le statut ne compte pas".into());
        }
        let patient = self.subject(resource, episode.patient.as_ref())?;
        let (debut, fin) = bounds(episode.period.as_ref(), "period")?;
        let performer =
            self.performer(resource, episode.care_manager.as_ref(), &episode.contained, output);
        let Some(medecin) = performer.id else {
            return Err("référence sans cible : médecin traitant".into());
        };
        let Some(debut) = debut else { return Err("date absente".into()) };
        if fin.is_some_and(|fin| fin <= debut) {
            return Err("fin avant le début".into());
        }
        output.facts.push(Fact::Attachment { patient, medecin, debut, fin });
        Ok(())
    }
}

/// First day, and first day after, of a period: its widest reading.
fn bounds(period: Option<&Period<'_>>, path: &str) -> Result<(Option<i32>, Option<i32>), Trouble> {
    let Some(period) = period else { return Ok((None, None)) };
    let read = |name: &str, text: &Option<super::text::Text<'_>>| {
        text.as_deref().map(|text| when(&format!("{path}.{name}"), text)).transpose()
    };
    let (start, end) = (read("start", &period.start)?, read("end", &period.end)?);
    Ok((start.map(|start| start.first), end.map(|end| end.last + 1)))
}
