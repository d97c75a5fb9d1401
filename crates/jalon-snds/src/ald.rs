//! Long-term diseases: `IR_IMB_R`.

use std::sync::Arc;

use jalon_data::day;
use jalon_import::facts::{Day, Disease};
use jalon_import::{Draft, ImportError, ald};

use crate::people::{People, Verdict};
use crate::source::Source;
use crate::spec::{TableId, imb};
use crate::tally::{Reason, Tally, count};

/// Off the list of thirty.
const OFF_LIST: i64 = 31;

/// Several diseases.
const SEVERAL: i64 = 32;

/// A long-term disease of a patient.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    patient: u32,
    from: i32,
    number: i64,
    diagnosis: Option<Box<str>>,
    to: Option<i32>,
}

/// Every long-term disease of `IR_IMB_R`.
#[derive(Debug, Default)]
pub(crate) struct Diseases {
    lines: Vec<Line>,
    rebuilt: u64,
}

impl Diseases {
    /// Reads `IR_IMB_R`.
    pub fn read(source: &Arc<Source>, people: &People, tally: &mut Tally) -> (Self, u64) {
        let mut all = Self::default();
        let lines_read = source.each(TableId::Imb, |lines| {
            for row in 0..lines.len() {
                let Some(person) = lines.text(imb::PERSON, row) else {
                    source.empty_cell(lines, row, imb::PERSON);
                    continue;
                };
                let nature = lines.integer(imb::NATURE, row);
                let verdict = people.find(person, lines.integer(imb::RANK, row));
                let icd10 = lines
                    .text(imb::NOMENCLATURE, row)
                    .is_none_or(|nomenclature| nomenclature.eq_ignore_ascii_case("CIM10"));
                let diagnosis = lines.text(imb::DIAGNOSIS, row).filter(|_| icd10);
                let to = lines.day(imb::TO, row);
                let to = to.filter(|to| *to < *day::PLAUSIBLE.end());
                let reason = match (nature, verdict, lines.day(imb::FROM, row)) {
                    (Some(41 | 43 | 45), Verdict::Patient(patient), Some(from))
                        if day::PLAUSIBLE.contains(&from) =>
                    {
                        let told = lines.integer(imb::NUMBER, row).filter(|number| *number > 0);
                        let number = told.or_else(|| rebuilt(nature, diagnosis));
                        match number {
                            _ if to.is_some_and(|to| to < from) => Reason::Reversed(TableId::Imb),
                            None => Reason::NoNumber,
                            Some(number) => {
                                all.rebuilt += u64::from(told.is_none());
                                let diagnosis = diagnosis.map(Into::into);
                                all.lines.push(Line { patient, from, number, diagnosis, to });
                                continue;
                            }
                        }
                    }
                    (Some(41 | 43 | 45), Verdict::Patient(_), _) => Reason::NoDay(TableId::Imb),
                    (Some(41 | 43 | 45), Verdict::Left, _) => Reason::LeftPerson(TableId::Imb),
                    (Some(41 | 43 | 45), Verdict::Stranger, _) => Reason::Stranger(TableId::Imb),
                    (Some(41 | 43 | 45), Verdict::Ambiguous, _) => Reason::Ambiguous(TableId::Imb),
                    (other, ..) => Reason::Exemption(
                        other.and_then(|nature| u8::try_from(nature).ok()).unwrap_or(u8::MAX),
                    ),
                };
                tally.leave(reason, lines.spot(row));
            }
        });
        (all, lines_read)
    }

    /// Writes them, by patient and day.
    pub fn write(
        mut self,
        ids: &[&str],
        births: &[Option<i32>],
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        self.lines.sort_unstable();
        for line in &self.lines {
            let Some(rank) = usize::try_from(line.patient).ok() else { continue };
            let (Some(id), Some(Some(_))) = (ids.get(rank), births.get(rank)) else { continue };
            let row = Disease {
                patient: id,
                numero: line.number,
                cim10: line.diagnosis.as_deref(),
                debut: Day(line.from),
                fin: line.to.map(Day),
            };
            if let Err(unfit) = draft.add(&row)? {
                return Err(ImportError::Engine(format!("ald : {unfit}")));
            }
        }
        if self.rebuilt > 0 {
            draft.report.note(format!(
                "IR_IMB_R : numéro d'ALD 0 ou vide, reconstruit d'après le diagnostic ou la nature de l'exonération, sur {}",
                count(self.rebuilt, "ligne")
            ));
        }
        Ok(())
    }
}

/// The number of a disease that bears none.
fn rebuilt(nature: Option<i64>, diagnosis: Option<&str>) -> Option<i64> {
    match nature {
        Some(43) => Some(OFF_LIST),
        Some(45) => Some(SEVERAL),
        _ => ald::number_of(diagnosis?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(rebuilt(Some(43), None), Some(31));
        assert_eq!(rebuilt(Some(45), Some("E11")), Some(32));
        assert_eq!(rebuilt(Some(41), Some("E11")), Some(8));
        assert_eq!(rebuilt(Some(41), None), None);
    }
}
