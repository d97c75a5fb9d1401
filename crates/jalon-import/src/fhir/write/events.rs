//! Deliveries, acts, vaccinations, diseases, stays.

use super::json::Json;
use super::people::subject;
use super::tables::Rows;
use crate::fhir::model::{DATA_ABSENT, ours};
use crate::fhir::systems::{
    ATC, CCAM, CIP, CONDITION_KIND, DISEASE_NUMBER, DOCTOR_ID, DRUG, ICD10, SPECIALITY, act_address,
};

fn drug(row: &Rows, json: &mut Json) {
    let (cip13, atc) = (row.text("cip13"), row.text("atc"));
    json.object("medicationCodeableConcept", |concept| {
        if cip13.is_none() && atc.is_none() {
            concept.text("text", "inconnu");
            return;
        }
        concept.list("coding", |codings| {
            if let Some(code) = cip13 {
                // The shared system tells codes apart by their shape.
                let usual = code.len() == 13 && code.starts_with("34009");
                codings.coding(if usual { DRUG } else { CIP }, code);
            }
            if let Some(code) = atc {
                codings.coding(ATC, code);
            }
        });
    });
}

fn requester(row: &Rows, json: &mut Json) {
    if let Some(prescriber) = row.text("prescripteur") {
        json.identified("requester", DOCTOR_ID, prescriber);
    }
}

pub(super) fn dispense(row: &Rows, rank: u64, json: &mut Json) {
    json.text("id", &format!("delivrance-{rank}"));
    let prescribed = row.text("prescripteur").is_some();
    if prescribed {
        json.list("contained", |contained| {
            contained.item(|request| {
                request.text("resourceType", "MedicationRequest");
                request.text("id", "p");
                request.text("status", "completed");
                request.text("intent", "order");
                drug(row, request);
                subject("subject", row, request);
                requester(row, request);
            });
        });
    }
    let flags = [
        (ours::REPERTOIRE, row.boolean("repertoire")),
        (ours::LARGE_PACK, row.boolean("grand_conditionnement")),
    ];
    if flags.iter().any(|(_, flag)| flag.is_some()) {
        json.list("extension", |extensions| {
            for (address, flag) in flags {
                if let Some(flag) = flag {
                    extensions.item(|one| {
                        one.text("url", address);
                        one.boolean("valueBoolean", flag);
                    });
                }
            }
        });
    }
    json.text("status", "completed");
    drug(row, json);
    subject("subject", row, json);
    if prescribed {
        json.list("authorizingPrescription", |all| all.item(|one| one.text("reference", "#p")));
    }
    json.object("quantity", |quantity| {
        quantity.number("value", row.integer("boites").unwrap_or_default());
        quantity.text("unit", "boîte");
    });
    if let Some(days) = row.integer("jours") {
        json.object("daysSupply", |supply| {
            supply.number("value", days);
            supply.text("unit", "jour");
            supply.text("system", "http://unitsofmeasure.org");
            supply.text("code", "d");
        });
    }
    if let Some(day) = row.day("date") {
        json.text("whenHandedOver", &day);
    }
}

/// Acts that are results.
pub(super) fn is_measured(row: &Rows) -> bool {
    matches!(row.known("systeme"), "loinc" | "nabm")
}

/// The other acts.
pub(super) fn is_done(row: &Rows) -> bool {
    !is_measured(row)
}

/// What acts of both kinds have in common.
fn act(row: &Rows, rank: u64, json: &mut Json, status: &str) {
    json.text("id", &format!("acte-{rank}"));
    let performed = is_performed(row);
    let prescribed = row.text("prescripteur").is_some();
    if performed || prescribed {
        json.list("contained", |contained| {
            if performed {
                contained.item(|role| performer(row, role));
            }
            if prescribed {
                contained.item(|request| {
                    request.text("resourceType", "ServiceRequest");
                    request.text("id", "d");
                    request.text("status", "completed");
                    request.text("intent", "order");
                    subject("subject", row, request);
                    requester(row, request);
                });
            }
        });
    }
    let quantity = row.integer("quantite").unwrap_or(1);
    if quantity != 1 {
        json.list("extension", |extensions| {
            extensions.item(|one| {
                one.text("url", ours::QUANTITY);
                one.number("valueInteger", quantity);
            });
        });
    }
    if prescribed {
        json.list("basedOn", |all| all.item(|one| one.text("reference", "#d")));
    }
    json.text("status", status);
    json.concept("code", act_address(row.known("systeme")), row.known("code"));
    subject("subject", row, json);
}

/// Who did it, in which speciality: said to be unknown where it is, lest the
/// one of the doctor himself be taken.
fn performer(row: &Rows, json: &mut Json) {
    json.text("resourceType", "PractitionerRole");
    json.text("id", "e");
    if let Some(performer) = row.text("executant") {
        json.identified("practitioner", DOCTOR_ID, performer);
    }
    json.list("specialty", |specialties| {
        specialties.item(|one| match row.text("specialite") {
            Some(code) => one.list("coding", |codings| codings.coding(SPECIALITY, code)),
            None => one.list("extension", |extensions| {
                extensions.item(|one| {
                    one.text("url", DATA_ABSENT);
                    one.text("valueCode", "unknown");
                });
            }),
        });
    });
}

fn is_performed(row: &Rows) -> bool {
    row.text("executant").is_some() || row.text("specialite").is_some()
}

pub(super) fn observation(row: &Rows, rank: u64, json: &mut Json) {
    act(row, rank, json, "final");
    if let Some(day) = row.day("date") {
        json.text("effectiveDateTime", &day);
    }
    if is_performed(row) {
        json.list("performer", |all| all.item(|one| one.text("reference", "#e")));
    }
    if let Some(value) = row.text("valeur") {
        json.text("valueString", value);
    }
}

pub(super) fn procedure(row: &Rows, rank: u64, json: &mut Json) {
    act(row, rank, json, "completed");
    if let Some(day) = row.day("date") {
        json.text("performedDateTime", &day);
    }
    if is_performed(row) {
        json.list("performer", |all| all.item(|one| one.reference("actor", "#e")));
    }
}

pub(super) fn immunization(row: &Rows, rank: u64, json: &mut Json) {
    json.text("id", &format!("vaccination-{rank}"));
    json.text("status", "completed");
    json.concept("vaccineCode", ATC, row.known("code"));
    subject("patient", row, json);
    if let Some(day) = row.day("date") {
        json.text("occurrenceDateTime", &day);
    }
    if let Some(source) = row.text("source") {
        json.boolean("primarySource", false);
        json.object("reportOrigin", |origin| origin.text("text", source));
    }
}

pub(super) fn condition(row: &Rows, rank: u64, json: &mut Json) {
    json.text("id", &format!("ald-{rank}"));
    let status = if row.days("fin").is_some() { "resolved" } else { "active" };
    let clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical";
    json.concept("clinicalStatus", clinical, status);
    json.list("category", |categories| {
        categories.item(|one| one.list("coding", |codings| codings.coding(CONDITION_KIND, "ald")));
    });
    json.object("code", |concept| {
        concept.list("coding", |codings| {
            if let Some(code) = row.text("cim10") {
                codings.coding(ICD10, code);
            }
            codings.coding(DISEASE_NUMBER, &row.integer("numero").unwrap_or_default().to_string());
        });
    });
    subject("subject", row, json);
    if let Some(day) = row.day("debut") {
        json.text("onsetDateTime", &day);
    }
    if let Some(day) = row.day("fin") {
        json.text("abatementDateTime", &day);
    }
}

pub(super) fn encounter(row: &Rows, rank: u64, json: &mut Json) {
    json.text("id", &format!("sejour-{rank}"));
    let act = row.text("ccam");
    json.list("contained", |contained| {
        contained.item(|condition| {
            condition.text("resourceType", "Condition");
            condition.text("id", "c");
            condition.concept("code", ICD10, row.known("cim10"));
            subject("subject", row, condition);
        });
        if let Some(code) = act {
            contained.item(|procedure| {
                procedure.text("resourceType", "Procedure");
                procedure.text("id", "a");
                procedure.text("status", "completed");
                procedure.concept("code", CCAM, code);
                subject("subject", row, procedure);
            });
        }
    });
    json.text("status", "finished");
    json.object("class", |class| {
        class.text("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
        class.text("code", "IMP");
    });
    subject("subject", row, json);
    json.object("period", |period| {
        if let Some(day) = row.day("entree") {
            period.text("start", &day);
        }
        if let Some(day) = row.day("sortie") {
            period.text("end", &day);
        }
    });
    json.list("diagnosis", |all| {
        all.item(|one| {
            one.reference("condition", "#c");
            one.concept("use", CONDITION_KIND, row.known("position"));
        });
        if act.is_some() {
            all.item(|one| one.reference("condition", "#a"));
        }
    });
}
