//! Hospital stays: `T_MCOaaC`, `B`, `D` and `A`, a set a year.

use std::collections::BTreeMap;
use std::path::Path;

use jalon_data::{Dossier, Format, day};
use jalon_import::ImportError;

use super::Summary;
use super::facts::each;
use super::output::Kind::{Date, Integer, Text};
use super::output::{Cell, Column, TableFile};
use super::references::pseudonym;

const WHO: &[Column] = &[
    ("ETA_NUM", Text),
    ("RSA_NUM", Integer),
    ("NIR_ANO_17", Text),
    ("EXE_SOI_DTD", Date),
    ("EXE_SOI_DTF", Date),
];
const MAIN: &[Column] =
    &[("ETA_NUM", Text), ("RSA_NUM", Text), ("DGN_PAL", Text), ("DGN_REL", Text)];
const OTHER: &[Column] = &[("ETA_NUM", Text), ("RSA_NUM", Text), ("ASS_DGN", Text)];
const ACT: &[Column] = &[("ETA_NUM", Text), ("RSA_NUM", Text), ("CDC_ACT", Text)];

/// The hospital of all stays.
const HOSPITAL: &str = "010000001";

/// The tables of a year.
struct Year {
    who: TableFile,
    main: TableFile,
    other: TableFile,
    act: TableFile,
    stays: i64,
}

/// A stay being gathered.
struct Stay {
    patient: String,
    from: i32,
    to: Option<i32>,
    main: Option<String>,
    related: Option<String>,
    others: Vec<String>,
    act: Option<String>,
}

/// Writes the stays of a dossier. Diagnoses of one patient and the same days,
/// one after the other, are one stay, as far as one can tell them: it has one
/// main diagnosis, one related, and an act goes with the first of them.
pub(super) fn write(
    dossier: &Dossier,
    dir: &Path,
    format: Format,
    summary: &mut Summary,
) -> Result<(), ImportError> {
    let mut years: BTreeMap<u8, Year> = BTreeMap::new();
    let mut open: Option<Stay> = None;
    let mut rows_of = [0_u64; 4];
    let mut end = |stay: Option<Stay>| match stay {
        Some(stay) => put(&stay, &mut years, dir, format, &mut rows_of),
        None => Ok(()),
    };
    each(dossier, "sejours", |rows| {
        for row in 0..rows.count() {
            let patient = rows.text(0, row).unwrap_or_default();
            let (from, to) = (rows.day(1, row).unwrap_or_default(), rows.day(2, row));
            let diagnosis = rows.text(3, row).unwrap_or_default().to_owned();
            let act = rows.text(5, row);
            if let Some(stay) = &mut open
                && stay.patient == patient
                && (stay.from, stay.to) == (from, to)
                && stay.main.is_some()
                && act.is_none()
            {
                match rows.text(4, row) {
                    Some("DAS") => {
                        stay.others.push(diagnosis);
                        continue;
                    }
                    Some("DR") if stay.related.is_none() => {
                        stay.related = Some(diagnosis);
                        continue;
                    }
                    _ => {}
                }
            }
            end(open.take())?;
            let mut stay = Stay {
                patient: patient.to_owned(),
                from,
                to,
                main: None,
                related: None,
                others: Vec::new(),
                act: act.map(str::to_owned),
            };
            match rows.text(4, row) {
                Some("DP") => stay.main = Some(diagnosis),
                Some("DR") => stay.related = Some(diagnosis),
                _ => stay.others.push(diagnosis),
            }
            open = Some(stay);
        }
        Ok(())
    })?;
    end(open.take())?;
    for (_, year) in years {
        for file in [year.who, year.main, year.other, year.act] {
            file.finish()?;
        }
    }
    let names = ["T_MCOaaC", "T_MCOaaB", "T_MCOaaD", "T_MCOaaA"];
    let told = names.into_iter().zip(rows_of).map(|(name, rows)| (name.to_owned(), rows));
    summary.rows.extend(told);
    Ok(())
}

fn put(
    stay: &Stay,
    years: &mut BTreeMap<u8, Year>,
    dir: &Path,
    format: Format,
    rows: &mut [u64; 4],
) -> Result<(), ImportError> {
    let left = day::date(stay.to.unwrap_or(stay.from)).map_or(0, jiff::civil::Date::year);
    let digits = u8::try_from(left.rem_euclid(100)).unwrap_or_default();
    let year = match years.entry(digits) {
        std::collections::btree_map::Entry::Occupied(year) => year.into_mut(),
        std::collections::btree_map::Entry::Vacant(place) => {
            let file = |letter: &str, columns| {
                let name = format!("T_MCO{digits:02}{letter}.{}", format.extension());
                TableFile::create(dir.join(name), columns, format)
            };
            place.insert(Year {
                who: file("C", WHO)?,
                main: file("B", MAIN)?,
                other: file("D", OTHER)?,
                act: file("A", ACT)?,
                stays: 0,
            })
        }
    };
    year.stays += 1;
    let number = format!("{:010}", year.stays);
    let key = [Cell::Text(HOSPITAL), Cell::Text(&number)];
    let [who, main, other, act] = rows;
    *who += 1;
    year.who.add(&[
        key[0],
        Cell::Integer(year.stays),
        Cell::Text(&pseudonym(&stay.patient)),
        Cell::Day(stay.from),
        stay.to.map_or(Cell::Unknown, Cell::Day),
    ])?;
    *main += 1;
    year.main.add(&[
        key[0],
        key[1],
        stay.main.as_deref().into(),
        stay.related.as_deref().into(),
    ])?;
    for diagnosis in &stay.others {
        *other += 1;
        year.other.add(&[key[0], key[1], Cell::Text(diagnosis)])?;
    }
    if let Some(code) = &stay.act {
        *act += 1;
        year.act.add(&[key[0], key[1], Cell::Text(code)])?;
    }
    Ok(())
}
