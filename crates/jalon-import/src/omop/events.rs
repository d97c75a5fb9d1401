//! `visit_occurrence`, `condition_occurrence`, `drug_exposure`, `measurement`,
//! `procedure_occurrence`: what happened to people.

use jalon_data::fault::shown;

use super::people::fits;
use super::sheet::{Faulty, Row};
use super::vocabulary::{Code, System};
use super::{Bench, Reading, Stay};
use crate::drugs::Drug;
use crate::error::ImportError;
use crate::facts::{self, Act, Day, Delivery};
use crate::nomenclature::codes;

/// Visits that are stays: inpatient, and emergency room followed by a stay.
const STAYS: &[i64] = &[9201, 262];

/// Exposures that are prescriptions and not deliveries: prescription written,
/// prescription of a medical record.
const PRESCRIPTIONS: &[i64] = &[38_000_177, 32_838];

/// The diagnosis a stay was for.
const PRIMARY: &[i64] = &[32_902];

impl Reading<'_> {
    pub(super) fn events(&mut self) -> Result<(), ImportError> {
        self.visits()?;
        self.conditions()?;
        self.exposures()?;
        self.measurements()?;
        self.procedures()
    }

    fn visits(&mut self) -> Result<(), ImportError> {
        let columns =
            ["!visit_occurrence_id", "!visit_concept_id", "!visit_start_date", "visit_end_date"];
        self.table("visit_occurrence", &columns, |row, faults, bench| {
            let Some(concept) = row.number("visit_concept_id", 0, faults) else { return Ok(()) };
            if !STAYS.contains(&concept) {
                leave(row, faults, bench, "visit_occurrence : pas une hospitalisation");
                return Ok(());
            }
            let visit = row.needed("visit_occurrence_id", faults).map(ToOwned::to_owned);
            let entree = row.day("visit_start_date", faults);
            let ended = !row.get("visit_end_date").is_empty();
            let sortie = if ended { row.day("visit_end_date", faults) } else { None };
            if let (Some(visit), Some(entree)) = (visit, entree) {
                bench.stays.insert(visit, Stay { entree, sortie });
            }
            Ok(())
        })
    }

    fn conditions(&mut self) -> Result<(), ImportError> {
        let columns = [
            "!person_id",
            "!condition_start_date",
            "!condition_source_value",
            "condition_source_concept_id",
            "condition_status_concept_id",
            "condition_status_source_value",
            "visit_occurrence_id",
        ];
        self.table("condition_occurrence", &columns, |row, faults, bench| {
            let Some(patient) = row.needed("person_id", faults) else { return Ok(()) };
            if row.day("condition_start_date", faults).is_none() {
                return Ok(());
            }
            let table = "condition_occurrence";
            let Some((_, code)) = coded(row, faults, bench, table, "condition", &[System::Cim10])
            else {
                return Ok(());
            };
            let Some(stay) = bench.stays.get(row.get("visit_occurrence_id")).copied() else {
                leave(row, faults, bench, "condition_occurrence : diagnostic hors d'un séjour hospitalier, qui n'est pas une ALD");
                return Ok(());
            };
            let status = row.number("condition_status_concept_id", 0, faults).unwrap_or_default();
            let position = match row.get("condition_status_source_value") {
                "DP" => "DP",
                "DR" => "DR",
                "DAS" => "DAS",
                _ if PRIMARY.contains(&status) => "DP",
                _ => "DAS",
            };
            let stay = facts::Stay {
                patient,
                entree: stay.entree,
                sortie: stay.sortie,
                // As in the lists of codes.
                cim10: &code.replace('.', ""),
                position,
                ccam: None,
            };
            fits(bench.draft.add(&stay)?, row, faults);
            Ok(())
        })
    }

    fn exposures(&mut self) -> Result<(), ImportError> {
        let columns = [
            "!person_id",
            "!drug_exposure_start_date",
            "!drug_source_value",
            "drug_source_concept_id",
            "drug_type_concept_id",
            "quantity",
            "days_supply",
            "provider_id",
        ];
        self.table("drug_exposure", &columns, |row, faults, bench| {
            let Some(patient) = row.needed("person_id", faults) else { return Ok(()) };
            let Some(date) = row.day("drug_exposure_start_date", faults) else { return Ok(()) };
            let shapes = &[System::Cip13, System::Atc, System::Ucd];
            let Some((system, code)) = coded(row, faults, bench, "drug_exposure", "drug", shapes)
            else {
                return Ok(());
            };
            let Some(kind) = row.number("drug_type_concept_id", 0, faults) else { return Ok(()) };
            if PRESCRIPTIONS.contains(&kind) {
                leave(row, faults, bench, "drug_exposure : prescription, et non délivrance");
                return Ok(());
            }
            let Some(mut boites) = row.number("quantity", 0, faults) else { return Ok(()) };
            if boites == 0 {
                bench.draft.report.note("delivrances : une quantité inconnue ou nulle compte pour une boîte");
                boites = 1;
            }
            let Some(days) = row.number("days_supply", 0, faults) else { return Ok(()) };
            let Some((cip13, drug)) = identified(system, &code, bench) else {
                let reason = "drug_exposure : code français inconnu de la nomenclature";
                leave(row, faults, bench, reason);
                return Ok(());
            };
            if drug.atc.is_none() {
                bench.draft.report.note("delivrances : des présentations n'ont pas de classe ATC ; une nomenclature en donnerait");
            }
            let jours = (days > 0).then_some(days).or_else(|| {
                drug.days_per_box.map(|days| i64::from(days) * boites).filter(|days| *days > 0)
            });
            let prescripteur = row.get("provider_id");
            let delivery = Delivery {
                patient,
                date,
                cip13: cip13.as_deref(),
                atc: drug.atc.as_deref(),
                boites,
                jours,
                grand_conditionnement: drug.large_pack,
                repertoire: drug.repertoire,
                prescripteur: (!prescripteur.is_empty()).then_some(prescripteur),
            };
            fits(bench.draft.add(&delivery)?, row, faults);
            Ok(())
        })
    }

    fn measurements(&mut self) -> Result<(), ImportError> {
        let columns = [
            "!person_id",
            "!measurement_date",
            "!measurement_source_value",
            "measurement_source_concept_id",
            "value_as_number",
            "value_source_value",
        ];
        self.table("measurement", &columns, |row, faults, bench| {
            let Some(patient) = row.needed("person_id", faults) else { return Ok(()) };
            let Some(date) = row.day("measurement_date", faults) else { return Ok(()) };
            let shapes = &[System::Loinc, System::Nabm];
            let Some((system, code)) =
                coded(row, faults, bench, "measurement", "measurement", shapes)
            else {
                return Ok(());
            };
            if system == System::Nabm && matches!(row.get("measurement_source_concept_id"), "" | "0") {
                bench.draft.report.note("actes : sans vocabulaire source, un code de quatre chiffres au plus est pris pour la NABM");
            }
            let value = match row.get("value_as_number") {
                "" => row.get("value_source_value"),
                number => number,
            };
            act(
                row,
                faults,
                bench,
                Event { patient, date, system, code, quantity: 1, value, provider: "" },
            )
        })
    }

    fn procedures(&mut self) -> Result<(), ImportError> {
        let columns = [
            "!person_id",
            "!procedure_date",
            "!procedure_source_value",
            "procedure_source_concept_id",
            "quantity",
            "provider_id",
        ];
        self.table("procedure_occurrence", &columns, |row, faults, bench| {
            let Some(patient) = row.needed("person_id", faults) else { return Ok(()) };
            let Some(date) = row.day("procedure_date", faults) else { return Ok(()) };
            let shapes = &[System::Ccam];
            let Some((system, code)) =
                coded(row, faults, bench, "procedure_occurrence", "procedure", shapes)
            else {
                return Ok(());
            };
            let Some(quantity) = row.number("quantity", 1, faults) else { return Ok(()) };
            let quantity = if quantity == 0 { 1 } else { quantity };
            let provider = row.get("provider_id");
            act(
                row,
                faults,
                bench,
                Event { patient, date, system, code, quantity, value: "", provider },
            )
        })
    }
}

/// An act under way.
struct Event<'r> {
    patient: &'r str,
    date: Day,
    system: System,
    code: String,
    quantity: i64,
    value: &'r str,
    provider: &'r str,
}

fn act(
    row: &Row<'_>,
    faults: &mut Faulty<'_>,
    bench: &mut Bench<'_>,
    event: Event<'_>,
) -> Result<(), ImportError> {
    let (systeme, code) = match event.system {
        System::Nabm => ("nabm", format!("{:0>4}", event.code)),
        // Some add the activity and the phase to the seven signs of an act.
        System::Ccam => ("ccam", event.code.chars().take(7).collect()),
        System::Ngap => ("ngap", event.code),
        System::Loinc => ("loinc", event.code),
        _ => {
            leave(row, faults, bench, "code d'une autre nature que sa table");
            return Ok(());
        }
    };
    let known = |text: &'_ str| !text.is_empty();
    let specialite = bench.specialities.get(event.provider).cloned();
    let act = Act {
        patient: event.patient,
        date: event.date,
        systeme,
        code: &code,
        quantite: event.quantity,
        valeur: Some(event.value).filter(|text| known(text)),
        executant: Some(event.provider).filter(|text| known(text)),
        specialite: specialite.as_deref(),
        prescripteur: None,
    };
    fits(bench.draft.add(&act)?, row, faults);
    Ok(())
}

/// The presentation and the drug of a code; nothing when only a nomenclature
/// could have told them.
fn identified(system: System, code: &str, bench: &Bench<'_>) -> Option<(Option<String>, Drug)> {
    match system {
        System::Atc => Some((None, Drug { atc: Some(code.to_owned()), ..Drug::default() })),
        System::Cip13 => {
            let drug = bench.drugs.by_cip13(code).unwrap_or_default();
            Some((Some(code.to_owned()), drug))
        }
        System::Cip7 => {
            let drug = bench.drugs.by_cip7(code).unwrap_or_default();
            Some((codes::cip13(code), drug))
        }
        System::Ucd => bench.drugs.by_ucd(code).map(|drug| (None, drug)),
        System::Cis => bench.drugs.by_cis(code).map(|drug| (None, drug)),
        _ => None,
    }
}

/// The French code of an event; one that is not is counted, by vocabulary.
fn coded(
    row: &Row<'_>,
    faults: &mut Faulty<'_>,
    bench: &mut Bench<'_>,
    table: &str,
    stem: &str,
    shapes: &[System],
) -> Option<(System, String)> {
    let concept = row.number(&format!("{stem}_source_concept_id"), 0, faults).unwrap_or_default();
    let value = row.get(&format!("{stem}_source_value"));
    match bench.vocabulary.code(value, concept, shapes) {
        Code::Known(system, code) => Some((system, code)),
        Code::Foreign(vocabulary) => {
            leave(row, faults, bench, &format!("{table} : {}", shown(&vocabulary)));
            None
        }
    }
}

fn leave(row: &Row<'_>, faults: &Faulty<'_>, bench: &mut Bench<'_>, reason: &str) {
    let (line, label) = (row.line, faults.label);
    bench.draft.report.leave(reason, || format!("{label}:{line}"));
}
