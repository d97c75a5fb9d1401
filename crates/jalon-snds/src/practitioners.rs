//! Practitioners: `DA_PRA_R`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jalon_data::day;
use jalon_import::facts::{Day, Doctor};
use jalon_import::{Draft, ImportError};

use crate::dates::Form;
use crate::people::{first_day, plausible_year};
use crate::source::Source;
use crate::spec::{TableId, practitioner};
use crate::tally::count;

/// Specialities of those who are no physicians: dentists, midwives, nurses,
/// physiotherapists, laboratories, pharmacies, carriers and the like. Only
/// physicians become rows of `medecins`, and whoever is a médecin traitant.
const OTHERS: &[u8] = &[
    19, 21, 24, 25, 26, 27, 28, 29, 30, 36, 39, 40, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61,
    62, 63, 64, 65, 66, 67, 68,
];

/// Stands for a speciality that is not known.
pub(crate) const UNKNOWN: u8 = 99;

/// What is known of a practitioner.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Year and month of the line, the latest winning.
    told: (i64, i64),
    speciality: u8,
    settled: Option<i32>,
    born: Option<i16>,
}

/// Practitioners by number.
#[derive(Debug, Default)]
pub(crate) struct Practitioners {
    known: BTreeMap<Box<str>, Known>,
    /// Days of settling that could not be read.
    unread: u64,
}

/// A speciality of a line, unless it stands for nothing.
pub(crate) fn speciality(code: Option<i64>) -> Option<u8> {
    code.and_then(|code| u8::try_from(code).ok()).filter(|code| (1..UNKNOWN).contains(code))
}

impl Practitioners {
    /// Reads `DA_PRA_R`, of which each year has its lines.
    pub fn read(source: &Arc<Source>) -> (Self, u64) {
        let mut all = Self::default();
        let lines_read = source.each(TableId::Practitioner, |lines| {
            for row in 0..lines.len() {
                let Some(number) = lines.text(practitioner::NUMBER, row) else { continue };
                // A text in the SNDS, of a form that its schema does not tell.
                let settled = lines.text(practitioner::SETTLED, row).and_then(|text| {
                    let day = Form::read(&mut None, text.as_bytes());
                    all.unread += u64::from(day.is_err());
                    day.ok().flatten().filter(|day| day::PLAUSIBLE.contains(day))
                });
                let told = |column| lines.integer(column, row).unwrap_or_default();
                let line = Known {
                    told: (told(practitioner::YEAR), told(practitioner::MONTH)),
                    speciality: speciality(lines.integer(practitioner::SPECIALITY, row))
                        .unwrap_or(UNKNOWN),
                    settled,
                    born: plausible_year(lines.integer(practitioner::BIRTH_YEAR, row)),
                };
                match all.known.get_mut(number) {
                    Some(known) if known.told >= line.told => {}
                    Some(known) => *known = line,
                    None => {
                        all.known.insert(number.into(), line);
                    }
                }
            }
        });
        (all, lines_read)
    }

    /// The speciality of a practitioner, 0 when unknown.
    pub fn speciality(&self, number: &str) -> u8 {
        let known = self.known.get(number).map_or(UNKNOWN, |known| known.speciality);
        if known == UNKNOWN { 0 } else { known }
    }

    /// Writes the doctors: the physicians of `DA_PRA_R`, and the médecins
    /// traitants, whose speciality may come from their own acts.
    pub fn write(
        &self,
        treating: &BTreeMap<Box<str>, Option<u8>>,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let physicians = self.known.iter().filter(|(_, known)| {
            known.speciality != UNKNOWN && !OTHERS.contains(&known.speciality)
        });
        let mut numbers: Vec<&str> = physicians.map(|(number, _)| &**number).collect();
        numbers.extend(treating.keys().map(|number| &**number));
        numbers.sort_unstable();
        numbers.dedup();
        let mut unknown = 0_u64;
        for number in numbers {
            let known = self.known.get(number).copied();
            let own = known.map(|known| known.speciality).filter(|code| *code != UNKNOWN);
            let speciality = own.or_else(|| treating.get(number).copied().flatten());
            unknown += u64::from(speciality.is_none());
            let row = Doctor {
                medecin: number,
                nom: None,
                specialite: &speciality.unwrap_or(UNKNOWN).to_string(),
                installation: known.and_then(|known| known.settled).map(Day),
                naissance: known
                    .and_then(|known| known.born)
                    .and_then(|year| first_day(year, 1))
                    .map(Day),
                secteur: None,
                zone: None,
                centre: None,
            };
            if let Err(unfit) = draft.add(&row)? {
                return Err(ImportError::Engine(format!("medecins : {unfit}")));
            }
        }
        if unknown > 0 {
            draft.report.note(format!(
                "{} de spécialité inconnue (99) : ni DA_PRA_R ni les actes ne la disent",
                count(unknown, "médecin")
            ));
        }
        if self.unread > 0 {
            draft.report.note(format!(
                "DA_PRA_R : date d'installation illisible (PFS_INS_DSD) et laissée de côté, sur {}",
                count(self.unread, "ligne")
            ));
        }
        Ok(())
    }
}
