//! Doctors, patients, and who is whose.

use std::borrow::Cow;

use jalon_data::day;

use super::json::Json;
use super::tables::Rows;
use crate::fhir::model::ours;
use crate::fhir::systems::{CENTRE_ID, DOCTOR_ID, EPISODE, PATIENT_ID, SPECIALITY};

/// The `id` of a resource about someone: the identifier itself, where FHIR
/// allows it, else a fingerprint of it.
pub(super) fn id(identifier: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if identifier.len() <= 64 && !identifier.is_empty() && identifier.bytes().all(plain) {
        identifier.into()
    } else {
        format!("x-{}", blake3::hash(identifier.as_bytes()).to_hex().get(..40).unwrap_or_default())
            .into()
    }
}

pub(super) fn practitioner(row: &Rows, _: u64, json: &mut Json) {
    let doctor = row.known("medecin");
    json.text("id", &id(doctor));
    json.identifiers(DOCTOR_ID, doctor);
    if let Some(name) = row.text("nom") {
        json.list("name", |names| names.item(|one| one.text("text", name)));
    }
    if let Some(birth) = row.day("naissance") {
        json.text("birthDate", &birth);
    }
    json.list("qualification", |qualifications| {
        qualifications.item(|one| one.concept("code", SPECIALITY, row.known("specialite")));
    });
}

/// Whether something is known of a doctor that is told of his role.
pub(super) fn has_role(row: &Rows) -> bool {
    ["secteur", "zone", "centre"].iter().any(|name| row.text(name).is_some())
        || row.days("installation").is_some()
}

pub(super) fn role(row: &Rows, _: u64, json: &mut Json) {
    let doctor = id(row.known("medecin"));
    json.text("id", &format!("role-{}", doctor.get(..doctor.len().min(59)).unwrap_or_default()));
    json.reference("practitioner", &format!("Practitioner/{doctor}"));
    if let Some(centre) = row.text("centre") {
        json.identified("organization", CENTRE_ID, centre);
    }
    if let Some(installed) = row.day("installation") {
        json.object("period", |period| period.text("start", &installed));
    }
    let (sector, zone) = (row.text("secteur"), row.text("zone"));
    if sector.is_some() || zone.is_some() {
        json.list("extension", |extensions| {
            for (address, value) in [(ours::SECTOR, sector), (ours::ZONE, zone)] {
                if let Some(value) = value {
                    extensions.item(|one| {
                        one.text("url", address);
                        one.text("valueString", value);
                    });
                }
            }
        });
    }
}

pub(super) fn patient(row: &Rows, _: u64, json: &mut Json) {
    let patient = row.known("patient");
    json.text("id", &id(patient));
    if let Some(c2s) = row.boolean("c2s") {
        json.list("extension", |extensions| {
            extensions.item(|one| {
                one.text("url", ours::C2S);
                one.boolean("valueBoolean", c2s);
            });
        });
    }
    json.identifiers(PATIENT_ID, patient);
    json.text("gender", if row.known("sexe") == "F" { "female" } else { "male" });
    if let Some(birth) = row.day("naissance") {
        json.text("birthDate", &birth);
    }
    if let Some(death) = row.day("deces") {
        json.text("deceasedDateTime", &death);
    }
    if let Some(place) = row.text("commune") {
        json.list("address", |addresses| addresses.item(|one| one.text("city", place)));
    }
}

/// A reference to the patient of a row.
pub(super) fn subject(key: &str, row: &Rows, json: &mut Json) {
    json.reference(key, &format!("Patient/{}", id(row.known("patient"))));
}

/// Whether an attachment has a day.
pub(super) fn lasts(row: &Rows) -> bool {
    row.days("fin").is_none_or(|end| row.days("debut").is_some_and(|start| start < end))
}

pub(super) fn episode(row: &Rows, rank: u64, json: &mut Json) {
    json.text("id", &format!("rattachement-{rank}"));
    json.text("status", if row.days("fin").is_some() { "finished" } else { "active" });
    json.list("type", |types| {
        types.item(|one| {
            one.list("coding", |codings| codings.coding(EPISODE, "medecin-traitant"));
        });
    });
    subject("patient", row, json);
    json.object("period", |period| {
        if let Some(start) = row.day("debut") {
            period.text("start", &start);
        }
        // The last day, where the table has the first day after.
        if let Some(end) = row.days("fin") {
            period.text("end", &day::iso(end - 1));
        }
    });
    json.reference("careManager", &format!("Practitioner/{}", id(row.known("medecin"))));
}
