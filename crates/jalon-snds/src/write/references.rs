//! People, doctors, choices of doctors, long-term diseases.

use std::collections::BTreeMap;
use std::path::Path;

use jalon_data::{Dossier, Format, day};
use jalon_import::ImportError;

use super::Summary;
use super::facts::{Rows, each};
use super::output::Kind::{Date, Integer, Text};
use super::output::{Cell, Column, TableFile};
use crate::dates::OPEN;

/// What the lines of claims repeat of each person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub year: i16,
    pub woman: bool,
    pub covered: Option<bool>,
}

/// The pseudonym of a patient.
pub(super) fn pseudonym(patient: &str) -> String {
    format!("PSA{patient}")
}

/// What claims repeat of everyone.
pub(super) fn people(dossier: &Dossier) -> Result<BTreeMap<String, Person>, ImportError> {
    let mut people = BTreeMap::new();
    each(dossier, "patients", |rows| {
        for row in 0..rows.count() {
            let Some(patient) = rows.text(0, row) else { continue };
            let born = rows.day(1, row).and_then(day::date);
            let person = Person {
                year: born.map_or(0, jiff::civil::Date::year),
                woman: rows.text(2, row) == Some("F"),
                covered: rows.boolean(4, row),
            };
            people.insert(patient.to_owned(), person);
        }
        Ok(())
    })?;
    Ok(people)
}

const PEOPLE: &[Column] = &[
    ("BEN_NIR_PSA", Text),
    ("BEN_RNG_GEM", Integer),
    ("BEN_IDT_ANO", Text),
    ("BEN_CDI_NIR", Text),
    ("BEN_NAI_ANN", Integer),
    ("BEN_NAI_MOI", Text),
    ("BEN_SEX_COD", Integer),
    ("BEN_DCD_DTE", Date),
    ("BEN_RES_DPT", Text),
    ("BEN_RES_COM", Text),
];

const DOCTORS: &[Column] = &[
    ("PFS_PFS_NUM", Text),
    ("PFS_PRA_SPE", Text),
    ("PFS_INS_DSD", Text),
    ("IPP_ANN_NAI", Integer),
];

const CHOICES: &[Column] = &[
    ("BEN_NIR_PSA", Text),
    ("BEN_RNG_GEM", Integer),
    ("MTT_PFS_NUM", Text),
    ("MTT_DEP_DTE", Date),
    ("MTT_FIN_DTE", Date),
];

const DISEASES: &[Column] = &[
    ("BEN_NIR_PSA", Text),
    ("BEN_RNG_GEM", Integer),
    ("IMB_ALD_NUM", Integer),
    ("IMB_ETM_NAT", Integer),
    ("IMB_ALD_DTD", Date),
    ("IMB_ALD_DTF", Date),
    ("MED_MTF_COD", Text),
    ("MED_NCL_IDT", Text),
];

/// Writes `IR_BEN_R`, `DA_PRA_R`, `IR_MTT_R` and `IR_IMB_R`.
pub(super) fn write(
    dossier: &Dossier,
    dir: &Path,
    format: Format,
    summary: &mut Summary,
) -> Result<(), ImportError> {
    type Line = fn(&Rows, usize, &mut TableFile) -> Result<(), ImportError>;
    let tables: [(&str, &str, &[Column], Line); 4] = [
        ("patients", "IR_BEN_R", PEOPLE, person),
        ("medecins", "DA_PRA_R", DOCTORS, doctor),
        ("rattachements", "IR_MTT_R", CHOICES, choice),
        ("ald", "IR_IMB_R", DISEASES, disease),
    ];
    for (from, to, columns, line) in tables {
        let path = dir.join(format!("{to}.{}", format.extension()));
        let mut file = TableFile::create(path, columns, format)?;
        let mut count = 0;
        each(dossier, from, |rows| {
            count += rows.count() as u64;
            (0..rows.count()).try_for_each(|row| line(rows, row, &mut file))
        })?;
        file.finish()?;
        summary.rows.push((to.to_owned(), count));
    }
    Ok(())
}

fn person(rows: &Rows, row: usize, file: &mut TableFile) -> Result<(), ImportError> {
    let patient = rows.text(0, row).unwrap_or_default();
    let born = rows.day(1, row).and_then(day::date);
    let month = born.map(|born| format!("{:02}", born.month()));
    // A code of five characters, of metropolitan France: elsewhere the columns
    // of the SNDS do not add up to a code.
    let town = rows.text(5, row).filter(|town| town.len() == 5 && !town.starts_with("97"));
    let town = town.and_then(|town| town.split_at_checked(2));
    let department = town.map(|(department, _)| format!("0{department}"));
    file.add(&[
        Cell::Text(&pseudonym(patient)),
        Cell::Integer(1),
        Cell::Text(patient),
        Cell::Text("00"),
        born.map(|born| i64::from(born.year())).into(),
        month.as_deref().into(),
        Cell::Integer(if rows.text(2, row) == Some("F") { 2 } else { 1 }),
        Cell::Day(rows.day(3, row).unwrap_or(OPEN)),
        department.as_deref().into(),
        town.map(|(_, town)| town).into(),
    ])
}

/// The code of a speciality, by number or by the one name dossiers use.
fn speciality(text: Option<&str>) -> Option<u8> {
    match text {
        Some("medecine-generale") => Some(1),
        text => text.and_then(|text| text.parse().ok()),
    }
}

fn doctor(rows: &Rows, row: usize, file: &mut TableFile) -> Result<(), ImportError> {
    let speciality = speciality(rows.text(2, row)).unwrap_or(99);
    let settled = rows.day(3, row).map(|settled| day::iso(settled).replace('-', ""));
    let born = rows.day(4, row).and_then(day::date).map(|born| i64::from(born.year()));
    file.add(&[
        rows.text(0, row).into(),
        Cell::Text(&format!("{speciality:02}")),
        settled.as_deref().into(),
        born.into(),
    ])
}

fn choice(rows: &Rows, row: usize, file: &mut TableFile) -> Result<(), ImportError> {
    file.add(&[
        Cell::Text(&pseudonym(rows.text(0, row).unwrap_or_default())),
        Cell::Integer(1),
        rows.text(1, row).into(),
        rows.day(2, row).map_or(Cell::Unknown, Cell::Day),
        // The last day, not the first after.
        Cell::Day(rows.day(3, row).map_or(OPEN, |end| end - 1)),
    ])
}

fn disease(rows: &Rows, row: usize, file: &mut TableFile) -> Result<(), ImportError> {
    let number = rows.integer(1, row).unwrap_or_default();
    let diagnosis = rows.text(2, row);
    file.add(&[
        Cell::Text(&pseudonym(rows.text(0, row).unwrap_or_default())),
        Cell::Integer(1),
        Cell::Integer(number),
        Cell::Integer(match number {
            31 => 43,
            32 => 45,
            _ => 41,
        }),
        rows.day(3, row).map_or(Cell::Unknown, Cell::Day),
        Cell::Day(rows.day(4, row).unwrap_or(OPEN)),
        diagnosis.into(),
        diagnosis.map(|_| "CIM10").into(),
    ])
}
