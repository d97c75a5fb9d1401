//! What no cell says alone: that people are known and told once, that nothing
//! happens before its beginning, that a patient has one doctor at a time.
//!
//! Hash maps are only looked up, never gone through: order comes from the rows.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, StringViewArray};
use arrow::datatypes::{ArrowPrimitiveType, Date32Type, Int64Type};

use crate::day::iso;
use crate::fault::{Collector, Place, Words};
use crate::rows::Rows;
use crate::schema::{TABLES, Table};

/// Dates that are events of a patient's life: none comes before birth.
const EVENTS: &[(&str, &str)] =
    &[("delivrances", "date"), ("actes", "date"), ("vaccinations", "date"), ("sejours", "entree")];

/// Pairs of dates of one line that follow each other, and what to say otherwise.
const ORDERED: &[(&str, &str, &str, &str)] = &[
    ("patients", "naissance", "deces", "décès avant la naissance"),
    ("rattachements", "debut", "fin", "fin avant le début"),
    ("ald", "debut", "fin", "fin avant le début"),
    ("sejours", "entree", "sortie", "sortie avant l'entrée"),
];

/// A table in memory, with its place among tables.
#[derive(Clone, Copy)]
struct Checked<'r> {
    table: &'static Table,
    rank: usize,
    rows: &'r Rows,
}

/// The columns of a batch, found by name.
#[derive(Clone, Copy)]
struct Batch<'r> {
    table: &'static Table,
    columns: &'r [ArrayRef],
    /// Row of the table that is the first of the batch.
    first: u64,
}

impl<'r> Batch<'r> {
    fn column(&self, name: &str) -> Option<&'r ArrayRef> {
        let index = self.table.columns.iter().position(|column| column.name == name)?;
        self.columns.get(index)
    }

    fn texts(&self, name: &str) -> Option<&'r StringViewArray> {
        self.column(name)?.as_string_view_opt()
    }

    fn numbers<T: ArrowPrimitiveType>(&self, name: &str) -> Option<&'r PrimitiveArray<T>> {
        self.column(name)?.as_primitive_opt()
    }

    fn dates(&self, name: &str) -> Option<&'r PrimitiveArray<Date32Type>> {
        self.numbers(name)
    }
}

/// The text of a row, unless unknown.
fn text(values: &StringViewArray, row: usize) -> Option<&str> {
    values.is_valid(row).then(|| values.value(row))
}

/// The number of a row, unless unknown.
fn value<T: ArrowPrimitiveType>(values: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    values.is_valid(row).then(|| values.value(row))
}

impl<'r> Checked<'r> {
    fn batches(self) -> impl Iterator<Item = Batch<'r>> {
        let mut first = 0;
        self.rows.batches.iter().map(move |columns| {
            let batch = Batch { table: self.table, columns, first };
            first += columns.first().map_or(0, |column| column.len() as u64);
            batch
        })
    }

    fn has(self, column: &str) -> bool {
        self.table.columns.iter().any(|known| known.name == column)
    }

    /// Reports a fault of the cell of a row.
    fn report(
        self,
        row: u64,
        column: &'static str,
        faults: &mut Collector,
        words: impl FnOnce() -> Words,
    ) {
        let (file, line) = self.rows.origins.of(row);
        let index = self.table.columns.iter().position(|known| known.name == column);
        let place =
            Place { table: self.rank + 1, file, line, column: index.map_or(0, |index| index + 1) };
        let name = self.rows.origins.files.get(file).map_or("", String::as_str);
        faults.report(place, name, || words().column(column));
    }

    /// How to name another row in the fault of a row.
    fn elsewhere(self, row: u64, from: u64) -> String {
        let (file, line) = self.rows.origins.of(row);
        match self.rows.origins.files.get(file) {
            Some(name) if self.rows.origins.of(from).0 != file => {
                format!("à la ligne {line} de {name}")
            }
            _ => format!("à la ligne {line}"),
        }
    }
}

/// A patient or a doctor.
#[derive(Clone, Copy)]
struct Person {
    row: u64,
    birth: Option<i32>,
}

/// The people of a table, by identifier.
type People<'r> = HashMap<&'r str, Person>;

/// Checks the tables in memory against each other; `tables` in the order of
/// [`TABLES`], with nothing for those absent, left in Parquet or unreadable.
pub(crate) fn check(tables: &[Option<&Rows>], faults: &mut Collector) {
    let get = |name: &str| {
        let mut ranked = TABLES.iter().zip(tables).enumerate();
        ranked.find_map(|(rank, (table, rows))| {
            let rows = rows.filter(|_| table.name == name)?;
            Some(Checked { table, rank, rows })
        })
    };
    let doctors = get("medecins").map(|table| {
        (people(table, "medecin", "médecin déjà déclaré", faults), table.rows.complete)
    });
    let patients = get("patients").map(|table| {
        (people(table, "patient", "patient déjà déclaré", faults), table.rows.complete)
    });
    let (doctors, all_doctors) = doctors.unwrap_or_default();
    let (patients, all_patients) = patients.unwrap_or_default();
    for table in TABLES {
        let Some(table) = get(table.name) else {
            continue;
        };
        let name = table.table.name;
        // Against a table that could not be read whole, every line would look orphaned.
        if all_patients && name != "patients" && table.has("patient") {
            known_patients(table, &patients, faults);
        }
        if all_doctors && name != "medecins" && table.has("medecin") {
            known_doctors(table, &doctors, faults);
        }
        for (_, earlier, later, message) in ORDERED.iter().filter(|pair| pair.0 == name) {
            ordered(table, earlier, later, message, faults);
        }
        match name {
            "rattachements" => one_doctor_at_a_time(table, &patients, &doctors, faults),
            "declarations" => declared_fractions(table, faults),
            _ => {}
        }
    }
}

/// Gathers the people of a table, and reports those told twice.
fn people<'r>(
    table: Checked<'r>,
    identifier: &'static str,
    message: &str,
    faults: &mut Collector,
) -> People<'r> {
    let mut people = People::with_capacity(usize::try_from(table.rows.count).unwrap_or(0));
    for batch in table.batches() {
        let Some(ids) = batch.texts(identifier) else {
            continue;
        };
        let births = batch.dates("naissance");
        for index in 0..ids.len() {
            let Some(id) = text(ids, index) else { continue };
            let row = batch.first + index as u64;
            let birth = births.and_then(|births| value(births, index));
            match people.entry(id) {
                Entry::Vacant(place) => {
                    place.insert(Person { row, birth });
                }
                Entry::Occupied(first) => table.report(row, identifier, faults, || {
                    let first = table.elsewhere(first.get().row, row);
                    Words::new(format!("{message} {first}")).hint("gardez une seule de ces lignes")
                }),
            }
        }
    }
    people
}

/// Reports the lines of patients that the dossier does not know, and what
/// happens before birth.
fn known_patients(table: Checked<'_>, patients: &People<'_>, faults: &mut Collector) {
    let event = EVENTS.iter().find(|(name, _)| *name == table.table.name).map(|(_, date)| *date);
    for batch in table.batches() {
        let Some(ids) = batch.texts("patient") else {
            continue;
        };
        let dates = event.and_then(|name| Some((name, batch.dates(name)?)));
        // The lines of a patient often follow each other: one search serves them all.
        let mut last: Option<(&str, Option<&Person>)> = None;
        for index in 0..ids.len() {
            let Some(id) = text(ids, index) else { continue };
            let row = batch.first + index as u64;
            let person = match last {
                Some((last, person)) if last == id => person,
                _ => patients.get(id),
            };
            last = Some((id, person));
            let Some(person) = person else {
                table.report(row, "patient", faults, || {
                    Words::new("patient absent de la table patients")
                        .hint("ajoutez ce patient à la table patients, ou retirez la ligne")
                });
                continue;
            };
            let Some((name, dates)) = dates else { continue };
            if let (Some(date), Some(birth)) = (value(dates, index), person.birth)
                && date < birth
            {
                table.report(row, name, faults, || {
                    Words::new(format!("avant la naissance du patient ({})", iso(birth)))
                        .value(&iso(date))
                        .hint("corrigez cette date, ou la naissance dans la table patients")
                });
            }
        }
    }
}

/// Reports the lines of doctors that the dossier does not know.
fn known_doctors(table: Checked<'_>, doctors: &People<'_>, faults: &mut Collector) {
    for batch in table.batches() {
        let Some(ids) = batch.texts("medecin") else {
            continue;
        };
        for index in 0..ids.len() {
            if text(ids, index).is_some_and(|id| !doctors.contains_key(id)) {
                table.report(batch.first + index as u64, "medecin", faults, || {
                    Words::new("médecin absent de la table medecins")
                        .hint("ajoutez ce médecin à la table medecins, ou retirez la ligne")
                });
            }
        }
    }
}

/// Reports the lines whose second date comes before the first.
fn ordered(
    table: Checked<'_>,
    earlier: &'static str,
    later: &'static str,
    message: &str,
    faults: &mut Collector,
) {
    for batch in table.batches() {
        let (Some(starts), Some(ends)) = (batch.dates(earlier), batch.dates(later)) else {
            continue;
        };
        for index in 0..starts.len() {
            if let (Some(start), Some(end)) = (value(starts, index), value(ends, index))
                && end < start
            {
                table.report(batch.first + index as u64, later, faults, || {
                    Words::new(format!("{message} ({})", iso(start)))
                        .value(&iso(end))
                        .hint("corrigez l'une des deux dates")
                });
            }
        }
    }
}

/// A patient followed by a doctor from a day to the day before another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Period {
    patient: u64,
    start: i32,
    row: u64,
    end: i32,
    doctor: u64,
}

/// Reports the patients attached to two doctors on one day.
fn one_doctor_at_a_time(
    table: Checked<'_>,
    patients: &People<'_>,
    doctors: &People<'_>,
    faults: &mut Collector,
) {
    let mut periods = Vec::with_capacity(usize::try_from(table.rows.count).unwrap_or(0));
    for batch in table.batches() {
        let (Some(patient), Some(doctor), Some(starts), Some(ends)) = (
            batch.texts("patient"),
            batch.texts("medecin"),
            batch.dates("debut"),
            batch.dates("fin"),
        ) else {
            continue;
        };
        for index in 0..patient.len() {
            // People unknown and dates unreadable are already reported.
            let (Some(patient), Some(doctor), Some(start)) = (
                text(patient, index).and_then(|id| patients.get(id)),
                text(doctor, index).and_then(|id| doctors.get(id)),
                value(starts, index),
            ) else {
                continue;
            };
            let end = value(ends, index).unwrap_or(i32::MAX);
            if start < end {
                let row = batch.first + index as u64;
                periods.push(Period { patient: patient.row, start, row, end, doctor: doctor.row });
            }
        }
    }
    periods.sort_unstable();
    // Of the periods before, two are enough: the one that ends last, and the
    // one that ends last among those of the other doctors.
    let mut latest: [Option<Period>; 2] = [None, None];
    for period in periods {
        if latest[0].is_some_and(|latest| latest.patient != period.patient) {
            latest = [None, None];
        }
        let other = latest.into_iter().flatten().find(|other| other.doctor != period.doctor);
        if let Some(other) = other.filter(|other| other.end > period.start) {
            table.report(period.row, "medecin", faults, || {
                let place = table.elsewhere(other.row, period.row);
                let since = iso(other.start);
                Words::new(format!(
                    "deux médecins à la fois : le patient est rattaché à un autre depuis {since}, {place}"
                ))
                .hint("donnez une fin au premier rattachement, au plus tard le début du second")
            });
        }
        latest = match latest {
            [Some(first), second] if first.doctor == period.doctor => {
                [Some(if period.end > first.end { period } else { first }), second]
            }
            [Some(first), _] if period.end > first.end => [Some(period), Some(first)],
            [Some(first), Some(second)] if second.end >= period.end => [Some(first), Some(second)],
            [Some(first), _] => [Some(first), Some(period)],
            [None, _] => [Some(period), None],
        };
    }
}

/// Reports declared fractions that are none.
fn declared_fractions(table: Checked<'_>, faults: &mut Collector) {
    for batch in table.batches() {
        let (Some(numerators), Some(denominators)) =
            (batch.numbers::<Int64Type>("numerateur"), batch.numbers::<Int64Type>("denominateur"))
        else {
            continue;
        };
        for index in 0..numerators.len() {
            let row = batch.first + index as u64;
            if table.rows.faulty.binary_search(&row).is_ok() {
                continue;
            }
            match (value(numerators, index), value(denominators, index)) {
                (Some(numerator), Some(denominator)) if numerator > denominator => {
                    table.report(row, "numerateur", faults, || {
                        Words::new(format!("plus grand que le dénominateur ({denominator})"))
                            .value(&numerator.to_string())
                            .hint("le numérateur compte une partie du dénominateur")
                    });
                }
                (Some(_), None) => lone(table, row, "denominateur", "numérateur", faults),
                (None, Some(_)) => lone(table, row, "numerateur", "dénominateur", faults),
                _ => {}
            }
        }
    }
}

fn lone(table: Checked<'_>, row: u64, missing: &'static str, given: &str, faults: &mut Collector) {
    table.report(row, missing, faults, || {
        Words::new(format!("cellule vide alors que le {given} est donné"))
            .hint("donnez le numérateur et le dénominateur, ou aucun des deux")
    });
}
