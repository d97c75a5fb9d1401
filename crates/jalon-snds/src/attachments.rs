//! Who is whose médecin traitant: `IR_MTT_R`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jalon_data::day;
use jalon_import::facts::{Attachment, Day};
use jalon_import::{Draft, ImportError};

use crate::people::{People, Verdict};
use crate::source::Source;
use crate::spec::{TableId, mtt};
use crate::tally::{Reason, Tally, agreed};
use crate::words::Spot;

/// The first médecins traitants were chosen from 1 January 2005 on.
const FIRST: i32 = 12_784;

/// A choice that lasts.
const LASTS: i32 = i32::MAX;

/// A choice of a doctor: first day, first day after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    patient: u32,
    from: i32,
    to: i32,
    doctor: u32,
    spot: Spot,
}

/// Every choice of `IR_MTT_R`.
#[derive(Debug, Default)]
pub(crate) struct Attachments {
    choices: Vec<Choice>,
    doctors: Vec<Box<str>>,
    unstarted: u64,
}

impl Attachments {
    /// Reads `IR_MTT_R`.
    pub fn read(source: &Arc<Source>, people: &People, tally: &mut Tally) -> (Self, u64) {
        let mut all = Self::default();
        let mut numbers: BTreeMap<Box<str>, u32> = BTreeMap::new();
        let count = source.each(TableId::Mtt, |lines| {
            for row in 0..lines.len() {
                let spot = lines.spot(row);
                let Some(person) = lines.text(mtt::PERSON, row) else {
                    source.empty_cell(lines, row, mtt::PERSON);
                    continue;
                };
                let reason = match people.find(person, lines.integer(mtt::RANK, row)) {
                    Verdict::Patient(patient) => match lines.text(mtt::DOCTOR, row) {
                        None => Reason::NoDoctor,
                        Some(doctor) => {
                            let from = lines.day(mtt::FROM, row);
                            all.unstarted += u64::from(from.is_none());
                            let from = from.unwrap_or(FIRST);
                            // The last day is told; a year of 9999 stands for none.
                            let to = lines.day(mtt::TO, row);
                            let to = to.filter(|to| *to < *day::PLAUSIBLE.end());
                            let to = to.map_or(LASTS, |to| to + 1);
                            if to <= from {
                                Reason::Reversed(TableId::Mtt)
                            } else if day::PLAUSIBLE.contains(&from) {
                                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                                let doctor = if let Some(number) = numbers.get(doctor) {
                                    *number
                                } else {
                                    numbers.insert(doctor.into(), next);
                                    all.doctors.push(doctor.into());
                                    next
                                };
                                all.choices.push(Choice { patient, from, to, doctor, spot });
                                continue;
                            } else {
                                Reason::NoDay(TableId::Mtt)
                            }
                        }
                    },
                    Verdict::Left => Reason::LeftPerson(TableId::Mtt),
                    Verdict::Stranger => Reason::Stranger(TableId::Mtt),
                    Verdict::Ambiguous => Reason::Ambiguous(TableId::Mtt),
                };
                tally.leave(reason, spot);
            }
        });
        (all, count)
    }

    /// The doctors chosen, in the order of their numbers.
    pub fn doctors(&self) -> &[Box<str>] {
        &self.doctors
    }

    /// Writes the choices, one doctor at a time: a new choice ends the one
    /// before; of several from one day, the longest stands, then the first by
    /// number of doctor.
    pub fn write(
        mut self,
        ids: &[&str],
        births: &[Option<i32>],
        draft: &mut Draft,
        tally: &mut Tally,
    ) -> Result<(), ImportError> {
        let name = |choice: &Choice| {
            let rank = usize::try_from(choice.doctor).unwrap_or(usize::MAX);
            self.doctors.get(rank).map_or("", |name| &**name)
        };
        let mut choices = std::mem::take(&mut self.choices);
        choices.sort_by(|a, b| {
            (a.patient, a.from, -i64::from(a.to), name(a), a.spot).cmp(&(
                b.patient,
                b.from,
                -i64::from(b.to),
                name(b),
                b.spot,
            ))
        });
        let mut cut = 0_u64;
        let mut kept: Option<Choice> = None;
        for choice in choices {
            if let Some(mut before) = kept.take() {
                if before.patient == choice.patient && before.from == choice.from {
                    tally.leave(Reason::Covered, choice.spot);
                    kept = Some(before);
                    continue;
                }
                if before.patient == choice.patient && before.to > choice.from {
                    cut += u64::from(before.to != LASTS || name(&before) != name(&choice));
                    before.to = choice.from;
                }
                put(before, name(&before), ids, births, draft)?;
            }
            kept = Some(choice);
        }
        if let Some(last) = kept {
            put(last, name(&last), ids, births, draft)?;
        }
        if cut > 0 {
            draft.report.note(format!(
                "IR_MTT_R : {} sur la suivante, dont le début y met fin",
                match cut {
                    1 => "1 période empiétait".to_owned(),
                    cut => format!("{cut} périodes empiétaient"),
                }
            ));
        }
        if self.unstarted > 0 {
            let counted = agreed(self.unstarted, "compté");
            draft.report.note(format!(
                "IR_MTT_R : {} choix sans date de début, {counted} depuis le 1er janvier 2005 ou la naissance",
                self.unstarted
            ));
        }
        Ok(())
    }
}

fn put(
    choice: Choice,
    doctor: &str,
    ids: &[&str],
    births: &[Option<i32>],
    draft: &mut Draft,
) -> Result<(), ImportError> {
    let Some(rank) = usize::try_from(choice.patient).ok() else { return Ok(()) };
    // Patients without a birth are not written.
    let (Some(id), Some(Some(birth))) = (ids.get(rank), births.get(rank)) else { return Ok(()) };
    let from = if choice.from == FIRST { choice.from.max(*birth) } else { choice.from };
    let row = Attachment {
        patient: id,
        medecin: doctor,
        debut: Day(from),
        fin: (choice.to != LASTS).then_some(Day(choice.to.max(from))),
    };
    match draft.add(&row)? {
        Ok(()) => Ok(()),
        Err(unfit) => Err(ImportError::Engine(format!("rattachements : {unfit}"))),
    }
}
