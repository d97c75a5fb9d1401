//! Who there is: doctors, patients, and whose patient each one is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use arrow::array::RecordBatch;
use jalon_data::canonical_schema;
use jalon_data::schema::{Kind, Table};
use jalon_data::stored::batches;

use super::Files;
use super::columns::{Destination, day, fingerprint, number, text};
use crate::draft::{Cell, Values};
use crate::error::ImportError;
use crate::facts::Day;

/// The people of the merged dossier: fingerprint of the identifier, birth.
pub(super) type People = HashMap<u64, Option<i32>>;

/// Everyone that lines may be about.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub doctors: People,
    pub patients: People,
}

/// The cells of a person, owned.
type Person = Vec<Owned>;

#[derive(Clone, Debug, PartialEq)]
enum Owned {
    Unknown,
    Text(Box<str>),
    Day(i32),
    Integer(i64),
    Boolean(bool),
}

impl Owned {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Unknown => Cell::Unknown,
            Self::Text(text) => Cell::Text(text),
            Self::Day(day) => Cell::Day(Day(*day)),
            Self::Integer(number) => Cell::Integer(*number),
            Self::Boolean(yes) => Cell::Boolean(*yes),
        }
    }
}

/// Merges `medecins` or `patients`, whose first column is the identifier.
pub(super) fn merge(
    table: &'static Table,
    files: &Files,
    place: &mut Destination<'_>,
) -> Result<People, ImportError> {
    if let [(file, _)] = &files[..]
        && let Some((people, rows)) = as_it_is(table, file)?
    {
        place.take(table, None, file, rows)?;
        return Ok(people);
    }
    let mut all: BTreeMap<Box<str>, Person> = BTreeMap::new();
    let mut moved = 0;
    for (file, _) in in_order(files) {
        for batch in batches(file, table, None)? {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                let Some(id) = text(&batch, table.columns[0].name, row) else { continue };
                let told: Person =
                    table.columns.iter().map(|column| owned(&batch, column, row)).collect();
                match all.get_mut(id) {
                    Some(known) => moved += u64::from(complete(table, known, told)),
                    None => {
                        all.insert(id.into(), told);
                    }
                }
            }
        }
    }
    if moved > 0 {
        place.report.note(format!(
            "{} : {moved} fois, deux lots disent autre chose de la même personne (naissance ou sexe) ; le dernier l'emporte",
            table.name
        ));
    }
    write_people(table, &mut all, place)
}

/// The people of a file that can be taken as it is: told once each, with dates
/// in order.
fn as_it_is(table: &'static Table, file: &Path) -> Result<Option<(People, u64)>, ImportError> {
    let mut people = People::new();
    let mut rows = 0;
    for batch in batches(file, table, None)? {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let Some(id) = text(&batch, table.columns[0].name, row) else { return Ok(None) };
            let (birth, death) = (day(&batch, "naissance", row), day(&batch, "deces", row));
            if people.insert(fingerprint(id), birth).is_some() || out_of_order(birth, death) {
                return Ok(None);
            }
        }
        rows += batch.num_rows() as u64;
    }
    Ok(Some((people, rows)))
}

fn out_of_order(first: Option<i32>, last: Option<i32>) -> bool {
    matches!((first, last), (Some(first), Some(last)) if last < first)
}

fn owned(batch: &RecordBatch, column: &jalon_data::Column, row: usize) -> Owned {
    use arrow::array::{Array, AsArray};
    let value = match column.kind {
        Kind::Date => day(batch, column.name, row).map(Owned::Day),
        Kind::Integer => number(batch, column.name, row).map(Owned::Integer),
        Kind::Boolean => batch
            .column_by_name(column.name)
            .and_then(|values| values.as_boolean_opt())
            .and_then(|values| values.is_valid(row).then(|| values.value(row)))
            .map(Owned::Boolean),
        Kind::Identifier | Kind::Text | Kind::OneOf(_) | Kind::Decimal => {
            text(batch, column.name, row).map(|text| Owned::Text(text.into()))
        }
    };
    value.unwrap_or(Owned::Unknown)
}

/// Adds what is told last to what is known; whether it contradicts it on who
/// the person is.
fn complete(table: &Table, known: &mut Person, told: Person) -> bool {
    let mut contradicts = false;
    for ((column, known), told) in table.columns.iter().zip(known).zip(told) {
        if told == Owned::Unknown || told == *known {
            continue;
        }
        if *known != Owned::Unknown && matches!(column.name, "naissance" | "sexe") {
            contradicts = true;
        }
        *known = told;
    }
    contradicts
}

fn write_people(
    table: &'static Table,
    all: &mut BTreeMap<Box<str>, Person>,
    place: &mut Destination<'_>,
) -> Result<People, ImportError> {
    let rank = |name: &str| table.columns.iter().position(|column| column.name == name);
    let (birth, death) = (rank("naissance"), rank("deces"));
    let told = |person: &Person, rank: Option<usize>| match rank.and_then(|rank| person.get(rank)) {
        Some(Owned::Day(day)) => Some(*day),
        _ => None,
    };
    let mut people = People::with_capacity(all.len());
    let mut columns: Vec<_> = table.columns.iter().map(|column| Values::of(column.kind)).collect();
    for (id, person) in all {
        let born = told(person, birth);
        if out_of_order(born, told(person, death))
            && let Some(cell) = death.and_then(|rank| person.get_mut(rank))
        {
            *cell = Owned::Unknown;
            place.report.leave_many("patients : décès avant la naissance, ignoré", 1);
        }
        people.insert(fingerprint(&**id), born);
        for (values, cell) in columns.iter_mut().zip(person.iter()) {
            values.push(cell.cell());
        }
    }
    let columns = columns.iter_mut().map(Values::finish).collect();
    let mut writer = place.whole(table)?;
    writer.write(&RecordBatch::try_new(canonical_schema(table), columns)?)?;
    place.end(table, writer)?;
    Ok(people)
}

/// Files from the first source to the last.
fn in_order(files: &Files) -> Vec<&(std::path::PathBuf, usize)> {
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by_key(|(_, rank)| *rank);
    files
}

/// A patient with a doctor, from a day to the day before another.
struct Period {
    patient: Box<str>,
    start: i32,
    end: Option<i32>,
    doctor: Box<str>,
}

/// Merges `rattachements`: of each patient, those of the last source that
/// speaks of them; then one doctor at a time.
pub(super) fn attachments(
    table: &'static Table,
    files: &Files,
    known: &Known,
    place: &mut Destination<'_>,
) -> Result<(), ImportError> {
    let mut periods: Vec<Period> = Vec::new();
    let mut heard: HashSet<u64> = HashSet::new();
    let files = in_order(files);
    for source in files.chunk_by(|one, next| one.1 == next.1).rev() {
        let mut now: HashSet<u64> = HashSet::new();
        for (file, _) in source {
            for batch in batches(file, table, None)? {
                let batch = batch?;
                for row in 0..batch.num_rows() {
                    let (Some(patient), Some(doctor), Some(start)) = (
                        text(&batch, "patient", row),
                        text(&batch, "medecin", row),
                        day(&batch, "debut", row),
                    ) else {
                        continue;
                    };
                    let id = fingerprint(patient);
                    let end = day(&batch, "fin", row);
                    let reason = if heard.contains(&id) {
                        "rattachements : patient dont un lot plus récent dit le médecin"
                    } else if !known.patients.contains_key(&id) {
                        "rattachements : patient inconnu"
                    } else if !known.doctors.contains_key(&fingerprint(doctor)) {
                        "rattachements : médecin inconnu"
                    } else if end.is_some_and(|end| end < start) {
                        "rattachements : fin avant le début"
                    } else {
                        now.insert(id);
                        let (patient, doctor) = (patient.into(), doctor.into());
                        periods.push(Period { patient, start, end, doctor });
                        continue;
                    };
                    place.report.leave_many(reason, 1);
                }
            }
        }
        heard.extend(now);
    }
    periods.sort_by(|a, b| {
        let order = a.patient.cmp(&b.patient).then(a.start.cmp(&b.start));
        order
            .then(a.end.unwrap_or(i32::MAX).cmp(&b.end.unwrap_or(i32::MAX)))
            .then(a.doctor.cmp(&b.doctor))
    });
    let shortened = one_at_a_time(&mut periods);
    place.report.leave_many(
        "rattachements : jours avec deux médecins, gardés au dernier choisi",
        shortened,
    );
    let mut columns: Vec<_> = table.columns.iter().map(|column| Values::of(column.kind)).collect();
    for period in &periods {
        let cells = [
            Cell::Text(&period.patient),
            Cell::Text(&period.doctor),
            Cell::Day(Day(period.start)),
            period.end.map(Day).into(),
        ];
        for (values, cell) in columns.iter_mut().zip(cells) {
            values.push(cell);
        }
    }
    let columns = columns.iter_mut().map(Values::finish).collect();
    let mut writer = place.whole(table)?;
    writer.write(&RecordBatch::try_new(canonical_schema(table), columns)?)?;
    place.end(table, writer)
}

/// Ends each period where that of another doctor starts; how many were
/// shortened. Periods are sorted by patient and start.
fn one_at_a_time(periods: &mut Vec<Period>) -> u64 {
    let lasts = |period: &Period| period.end.is_none_or(|end| end > period.start);
    periods.retain(lasts);
    let mut shortened = 0;
    // Where the next doctor of the same patient starts, other than that of the
    // period seen last.
    let mut other = None;
    for at in (0..periods.len()).rev() {
        let next = periods.get(at + 1).filter(|next| next.patient == periods[at].patient);
        other = match next {
            None => None,
            Some(next) if next.doctor == periods[at].doctor => other,
            Some(next) => Some(next.start),
        };
        let period = &mut periods[at];
        if let Some(other) = other
            && period.end.is_none_or(|end| end > other)
        {
            period.end = Some(other);
            shortened += 1;
        }
    }
    // A doctor chosen and replaced on the same day never was one.
    periods.retain(lasts);
    shortened
}
