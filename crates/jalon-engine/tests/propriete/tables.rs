//! Patients as the canonical tables that the engine reads.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray, UInt32Array,
    new_null_array,
};
use datafusion::arrow::compute::take_record_batch;
use jalon_data::schema::{canonical_schema, table};
use jiff::civil::{Date, date};

use crate::dice::Dice;
use crate::reference::days::days_between;
use crate::reference::facts::Patient;
use crate::scripts::{CENTRES, DOCTORS};

/// Every table with its batches.
pub type Tables = Vec<(&'static str, Vec<RecordBatch>)>;

/// The tables of a dossier.
pub fn tables(patients: &[Patient]) -> Tables {
    let attachments = lines(patients, |patient| &patient.attachments);
    let deliveries = lines(patients, |patient| &patient.deliveries);
    let acts = lines(patients, |patient| &patient.acts);
    let vaccinations = lines(patients, |patient| &patient.vaccinations);
    let alds = lines(patients, |patient| &patient.alds);
    let stays = lines(patients, |patient| &patient.stays);
    vec![
        batch(
            "medecins",
            &[
                ("medecin", texts(&DOCTORS, |doctor| Some(doctor))),
                ("specialite", texts(&DOCTORS, |_| Some("1"))),
                ("centre", texts(&CENTRES, |centre| *centre)),
            ],
        ),
        batch(
            "patients",
            &[
                ("patient", texts(patients, |patient| Some(&patient.name))),
                ("naissance", days(patients, |patient| Some(patient.birth))),
                (
                    "sexe",
                    texts(patients, |patient| Some(if patient.sex == 'F' { "F" } else { "M" })),
                ),
                ("deces", days(patients, |patient| patient.death)),
                ("c2s", flags(patients, |patient| patient.c2s)),
            ],
        ),
        batch(
            "rattachements",
            &[
                ("patient", texts(&attachments, |(name, _)| Some(name))),
                ("medecin", texts(&attachments, |(_, one)| Some(&one.doctor))),
                ("debut", days(&attachments, |(_, one)| Some(one.from))),
                ("fin", days(&attachments, |(_, one)| one.to)),
            ],
        ),
        batch(
            "delivrances",
            &[
                ("patient", texts(&deliveries, |(name, _)| Some(name))),
                ("date", days(&deliveries, |(_, line)| Some(line.date))),
                ("cip13", texts(&deliveries, |(_, line)| line.cip13.as_deref())),
                ("atc", texts(&deliveries, |(_, line)| line.atc.as_deref())),
                ("boites", numbers(&deliveries, |(_, line)| Some(line.boxes))),
                ("jours", numbers(&deliveries, |(_, line)| line.days)),
                ("grand_conditionnement", flags(&deliveries, |(_, line)| line.large_pack)),
                ("repertoire", flags(&deliveries, |(_, line)| line.repertory)),
                ("prescripteur", texts(&deliveries, |(_, line)| line.prescriber.as_deref())),
            ],
        ),
        batch(
            "actes",
            &[
                ("patient", texts(&acts, |(name, _)| Some(name))),
                ("date", days(&acts, |(_, act)| Some(act.date))),
                ("systeme", texts(&acts, |(_, act)| Some(&act.system))),
                ("code", texts(&acts, |(_, act)| Some(&act.code))),
                ("quantite", numbers(&acts, |(_, act)| Some(act.quantity))),
                ("valeur", texts(&acts, |(_, act)| act.value.as_deref())),
                ("executant", texts(&acts, |(_, act)| act.performer.as_deref())),
                ("specialite", texts(&acts, |(_, act)| act.speciality.as_deref())),
                ("prescripteur", texts(&acts, |(_, act)| act.prescriber.as_deref())),
            ],
        ),
        batch(
            "vaccinations",
            &[
                ("patient", texts(&vaccinations, |(name, _)| Some(name))),
                ("date", days(&vaccinations, |(_, one)| Some(one.date))),
                ("code", texts(&vaccinations, |(_, one)| Some(&one.code))),
                ("source", texts(&vaccinations, |(_, one)| one.source.as_deref())),
            ],
        ),
        batch(
            "ald",
            &[
                ("patient", texts(&alds, |(name, _)| Some(name))),
                ("numero", numbers(&alds, |(_, ald)| Some(ald.number))),
                ("debut", days(&alds, |(_, ald)| Some(ald.from))),
                ("fin", days(&alds, |(_, ald)| ald.to)),
            ],
        ),
        batch(
            "sejours",
            &[
                ("patient", texts(&stays, |(name, _)| Some(name))),
                ("entree", days(&stays, |(_, stay)| Some(stay.date))),
                ("cim10", texts(&stays, |(_, stay)| Some(&stay.icd10))),
                ("position", texts(&stays, |(_, stay)| Some(&stay.position))),
                ("ccam", texts(&stays, |(_, stay)| stay.ccam.as_deref())),
            ],
        ),
    ]
}

/// The same lines in another order, in several batches, some of them empty.
pub fn shuffled(tables: &Tables, dice: &mut Dice) -> Tables {
    let mut shuffled = Tables::new();
    for (name, batches) in tables {
        let mut pieces = Vec::new();
        for batch in batches {
            let rows = batch.num_rows();
            let order = dice.permutation(rows);
            let order = order.into_iter().map(|row| u32::try_from(row).expect("un petit dossier"));
            let order = UInt32Array::from_iter_values(order);
            let mixed = take_record_batch(batch, &order).expect("les rangs existent");
            let (one, other) = (dice.below(rows + 1), dice.below(rows + 1));
            let (first, second) = (one.min(other), one.max(other));
            pieces.push(mixed.slice(0, first));
            pieces.push(mixed.slice(first, second - first));
            pieces.push(mixed.slice(second, rows - second));
        }
        shuffled.push((name, pieces));
    }
    shuffled
}

/// The same tables, every line of those named being there twice.
pub fn doubled(tables: &Tables, names: &[&str]) -> Tables {
    let mut doubled = tables.clone();
    for (name, batches) in &mut doubled {
        if names.contains(name) {
            batches.extend(batches.clone());
        }
    }
    doubled
}

/// The lines of every patient, each with the name of its patient.
fn lines<T>(patients: &[Patient], of: fn(&Patient) -> &Vec<T>) -> Vec<(&str, &T)> {
    let mut lines = Vec::new();
    for patient in patients {
        for line in of(patient) {
            lines.push((patient.name.as_str(), line));
        }
    }
    lines
}

fn texts<'a, T>(rows: &'a [T], value: impl Fn(&'a T) -> Option<&'a str>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<StringViewArray>())
}

fn numbers<T>(rows: &[T], value: impl Fn(&T) -> Option<i64>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<Int64Array>())
}

fn flags<T>(rows: &[T], value: impl Fn(&T) -> Option<bool>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<BooleanArray>())
}

fn days<T>(rows: &[T], value: impl Fn(&T) -> Option<Date>) -> ArrayRef {
    let number = |day| i32::try_from(days_between(date(1970, 1, 1), day)).expect("un jour proche");
    Arc::new(rows.iter().map(|row| value(row).map(number)).collect::<Date32Array>())
}

/// A batch of a canonical table; columns that are not given are unknown.
fn batch(name: &'static str, given: &[(&str, ArrayRef)]) -> (&'static str, Vec<RecordBatch>) {
    let schema = canonical_schema(table(name).expect("une table canonique"));
    let rows = given[0].1.len();
    let mut columns = Vec::new();
    for field in schema.fields() {
        let column = given.iter().find(|(name, _)| name == field.name());
        columns.push(match column {
            Some((_, column)) => Arc::clone(column),
            None => new_null_array(field.data_type(), rows),
        });
    }
    let batch = RecordBatch::try_new(schema, columns).expect("les colonnes de la table");
    (name, vec![batch])
}
