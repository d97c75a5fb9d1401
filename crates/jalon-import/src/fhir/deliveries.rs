//! Drugs handed over, vaccines given.

use std::borrow::Cow;

use super::chunk::Resource;
use super::drug::Codes;
use super::events::{Desk, Skip, event_day};
use super::index::{Performer, within};
use super::model::{Immunization, MedicationDispense, Quantity, extension, ours};
use super::output::{Fact, Output, Remark};
use super::trouble::Trouble;

/// Units that are boxes, in small letters. No unit at all is boxes too.
const BOXES: &[&str] = &[
    "",
    "1",
    "{box}",
    "{boite}",
    "{boîte}",
    "{boites}",
    "{boîtes}",
    "{package}",
    "boite",
    "boîte",
    "boites",
    "boîtes",
    "boite(s)",
    "boîte(s)",
    "bte",
    "bt",
    "box",
    "package",
    // EDQM: box.
    "30009000",
];

/// A `MedicationDispense` into a row of `delivrances`.
pub(super) fn dispense<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let read: MedicationDispense<'_> = resource.read()?;
    if read.status.as_deref() != Some("completed") {
        return Err("MedicationDispense dont le statut n'est pas `completed`".into());
    }
    let patient = desk.subject(resource, read.subject.as_ref())?;
    let date = event_day([
        ("whenHandedOver", read.when_handed_over.as_deref()),
        ("whenPrepared", read.when_prepared.as_deref()),
    ])?;
    let boites = boxes(read.quantity.as_ref())?;
    let codes = match (&read.medication_codeable_concept, &read.medication_reference) {
        (Some(concept), _) => Cow::Owned(Codes::of(Some(concept))),
        (None, Some(reference)) => desk
            .index
            .medication(reference, &read.contained, resource.base())
            .ok_or("référence sans cible : médicament")?,
        (None, None) => Cow::Owned(Codes::default()),
    };
    let drug = codes.look_up(desk.drugs);
    if drug.atc.is_none() {
        output.remark(Remark::NoAtc);
    }
    let jours = match days(read.days_supply.as_ref())? {
        Some(days) => Some(days),
        None => drug.days_per_box.and_then(|days| boites.abs().checked_mul(i64::from(days))),
    };
    let said =
        |address| extension(&read.extension, address).and_then(|extension| extension.value_boolean);
    // The prescriber is on the prescription: followed when it comes along.
    let prescription = read
        .authorizing_prescription
        .first()
        .and_then(|reference| within(&read.contained, reference.reference.as_deref()?));
    let requester = prescription.and_then(|prescription| prescription.requester.as_ref());
    let Performer { id: prescripteur, .. } =
        desk.performer(resource, requester, &read.contained, output);
    output.facts.push(Fact::Delivery {
        patient,
        date,
        cip13: codes.cip13.clone(),
        atc: drug.atc,
        boites,
        jours: jours.filter(|days| *days > 0),
        large: said(ours::LARGE_PACK).or(drug.large_pack),
        repertoire: said(ours::REPERTOIRE).or(drug.repertoire),
        prescripteur,
    });
    Ok(())
}

/// A whole number, exactly; none if it has decimals.
fn whole(value: f64, path: &str) -> Result<Option<i64>, Trouble> {
    // Beyond nine digits, nothing was ever handed over.
    if value.abs() >= 1e9 {
        return Err(Trouble::new("nombre hors de toute mesure")
            .hint("corrigez ce nombre")
            .at(path));
    }
    Ok(value.to_string().parse().ok())
}

fn boxes(quantity: Option<&Quantity<'_>>) -> Result<i64, Skip> {
    let Some((quantity, value)) = quantity.and_then(|quantity| Some((quantity, quantity.value?)))
    else {
        return Err("quantité absente".into());
    };
    let Some(count) = whole(value, "quantity.value")? else {
        return Err("quantité qui n'est pas un nombre entier de boîtes".into());
    };
    let is_box = |text: Option<&str>| {
        text.is_some_and(|text| BOXES.contains(&text.trim().to_lowercase().as_str()))
    };
    let (unit, code) = (quantity.unit.as_deref(), quantity.code.as_deref());
    if is_box(unit) || is_box(code) || (unit.is_none() && code.is_none()) {
        Ok(count)
    } else {
        Err("quantité dans une autre unité que la boîte".into())
    }
}

fn days(supply: Option<&Quantity<'_>>) -> Result<Option<i64>, Trouble> {
    let Some((supply, value)) = supply.and_then(|supply| Some((supply, supply.value?))) else {
        return Ok(None);
    };
    let count = whole(value, "daysSupply.value")?;
    let unit = supply.code.as_deref().or(supply.unit.as_deref()).unwrap_or("d");
    let times = match unit.trim().to_lowercase().as_str() {
        "d" | "j" | "day" | "days" | "jour" | "jours" => 1,
        "wk" | "week" | "weeks" | "semaine" | "semaines" => 7,
        _ => return Ok(None),
    };
    Ok(count.and_then(|count| count.checked_mul(times)))
}

/// An `Immunization` into a row of `vaccinations`.
pub(super) fn immunization<'i>(
    desk: Desk<'i>,
    resource: &Resource<'_>,
    output: &mut Output<'i>,
) -> Result<(), Skip> {
    let read: Immunization<'_> = resource.read()?;
    if read.status.as_deref() != Some("completed") {
        return Err("Immunization dont le statut n'est pas `completed`".into());
    }
    let patient = desk.subject(resource, read.patient.as_ref())?;
    let date = event_day([("occurrenceDateTime", read.occurrence_date_time.as_deref())])?;
    let codes = Codes::of(read.vaccine_code.as_ref());
    let Some(code) = codes.look_up(desk.drugs).atc else {
        return Err("vaccin sans classe ATC connue".into());
    };
    let origin = read.report_origin.as_ref().and_then(|origin| origin.text.as_deref());
    let source = origin.map(|origin| origin.trim().to_owned()).filter(|origin| !origin.is_empty());
    output.facts.push(Fact::Vaccination { patient, date, code, source });
    Ok(())
}
