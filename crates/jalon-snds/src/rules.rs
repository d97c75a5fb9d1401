//! What the lines of one key become: the published rules of the SNDS, once
//! lines and their details are together.

use crate::facts::{Fact, System};
use crate::tally::{Reason, Tally};
use crate::words::{Detail, Head, Line, Tag};

/// Most details of one key. A statement has a few lines; beyond this the keys
/// are not keys, and memory must not follow.
const MOST: usize = 100_000;

/// What happens to a group that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// The lines of one key.
#[derive(Debug, Default)]
pub(crate) struct Group {
    head: Option<Head>,
    /// Other heads with the same key, which should not be.
    twins: Vec<Head>,
    details: Vec<Detail>,
}

impl Group {
    pub fn add(&mut self, line: Line) -> Result<(), TooMany> {
        match line {
            Line::Head(head) => match &mut self.head {
                None => self.head = Some(head),
                Some(first) => {
                    let mut twin = head;
                    if twin.spot < first.spot {
                        std::mem::swap(first, &mut twin);
                    }
                    if self.twins.len() == MOST {
                        return Err(TooMany);
                    }
                    self.twins.push(twin);
                }
            },
            Line::Detail(detail) => {
                if self.details.len() == MOST {
                    return Err(TooMany);
                }
                self.details.push(detail);
            }
        }
        Ok(())
    }

    /// Gives the facts of the group, and empties it. `twin` hears of every
    /// head whose key was already that of another.
    pub fn settle(
        &mut self,
        tally: &mut Tally,
        give: &mut impl FnMut(Fact),
        twin: &mut impl FnMut(Head),
    ) {
        self.twins.drain(..).for_each(twin);
        match self.head.take() {
            None => {
                for detail in &self.details {
                    tally.leave(Reason::NoHead(detail.tag.table()), detail.spot);
                }
            }
            Some(head) => {
                let Some(patient) = head.patient else {
                    self.leave_details(tally);
                    return;
                };
                match head.tag {
                    Tag::Stay => self.stay(head, patient, tally, give),
                    Tag::Visit => self.visit(head, patient, tally, give),
                    _ => self.service(head, patient, tally, give),
                }
            }
        }
        self.details.clear();
    }

    /// The head says nothing, or nothing that counts: its reason is told.
    fn leave_details(&mut self, tally: &mut Tally) {
        for detail in self.details.drain(..) {
            // Where care was given is no fact: nothing is lost.
            if detail.tag != Tag::HospitalBilling {
                tally.leave(Reason::LeftHead(detail.tag.table()), detail.spot);
            }
        }
    }

    /// A line of the DCIR.
    fn service(
        &mut self,
        head: Head,
        patient: u32,
        tally: &mut Tally,
        give: &mut impl FnMut(Fact),
    ) {
        let billing = |detail: &Detail| detail.tag == Tag::HospitalBilling && detail.code == 1;
        if self.details.iter().any(billing) {
            tally.leave(Reason::HospitalBilling, head.spot);
            return self.leave_details(tally);
        }
        let act = Fact {
            system: System::Service,
            patient,
            day: head.day,
            quantity: head.quantity,
            code: head.nature.into(),
            speciality: head.speciality,
            position: 0,
            performer: head.performer,
            prescriber: head.prescriber,
            act: 0,
        };
        let drug = Fact { performer: 0, speciality: 0, ..act };
        for detail in &self.details {
            let (code, quantity) = (detail.code, detail.quantity);
            let fact = match detail.tag {
                Tag::Box => Fact { system: System::Cip13, code, quantity, ..drug },
                Tag::HospitalDrug => Fact { system: System::Ucd, code, quantity, ..drug },
                Tag::Laboratory => Fact { system: System::Nabm, code, quantity, ..act },
                // The table of CCAM acts tells no quantity.
                Tag::Act => Fact { system: System::Ccam, code, ..act },
                _ => continue,
            };
            if fact.quantity == 0 {
                tally.leave(Reason::Nothing, detail.spot);
            } else {
                give(fact);
            }
        }
        match told_by(head.nature) {
            Some(tables) => {
                let told = self.details.iter().any(|it| tables.contains(&it.tag));
                if let (false, Some(tag)) = (told, tables.first()) {
                    tally.leave(Reason::NoDetail(tag.table()), head.spot);
                }
            }
            None if head.supplement => tally.leave(Reason::Supplement, head.spot),
            None if head.quantity == 0 => tally.leave(Reason::Nothing, head.spot),
            None => give(act),
        }
    }

    /// An outpatient visit of a public hospital.
    fn visit(&self, head: Head, patient: u32, tally: &mut Tally, give: &mut impl FnMut(Fact)) {
        for detail in &self.details {
            let system = if detail.tag == Tag::VisitAct { System::Ccam } else { System::Letter };
            if detail.quantity == 0 {
                tally.leave(Reason::Nothing, detail.spot);
                continue;
            }
            give(Fact {
                system,
                patient,
                day: head.day.saturating_add(detail.delay),
                quantity: detail.quantity,
                code: detail.code,
                speciality: detail.speciality,
                position: 0,
                performer: 0,
                prescriber: 0,
                act: 0,
            });
        }
    }

    /// A stay: one fact a diagnosis. Acts go with the main diagnosis, which is
    /// repeated for each; without one, with the first of the others.
    fn stay(&mut self, head: Head, patient: u32, tally: &mut Tally, give: &mut impl FnMut(Fact)) {
        let mut acts: Vec<u64> =
            self.details.iter().filter(|it| it.tag == Tag::StayAct).map(|it| it.code).collect();
        acts.sort_unstable();
        acts.dedup();
        self.details.retain(|it| it.tag != Tag::StayAct);
        self.details.sort_unstable_by_key(|it| (it.tag, it.code));
        let days = head.days.and_then(|days| i32::try_from(days).ok()).unwrap_or(-1);
        for (rank, detail) in self.details.iter().enumerate() {
            let position = match detail.tag {
                Tag::MainDiagnosis => 0,
                Tag::RelatedDiagnosis => 1,
                _ => 2,
            };
            let own: &[u64] = if rank == 0 && !acts.is_empty() { &acts } else { &[0] };
            for act in own {
                give(Fact {
                    system: System::Icd10,
                    patient,
                    day: head.day,
                    quantity: days,
                    code: detail.code,
                    speciality: 0,
                    position,
                    performer: 0,
                    prescriber: 0,
                    act: *act,
                });
            }
        }
        if self.details.is_empty() {
            tally.leave(Reason::NoDiagnosis, head.spot);
        }
    }
}

/// The details that tell what a nature of service is, when it is nothing but a
/// price: pharmacy by rate, laboratory acts, CCAM acts by family, drugs of a
/// hospital. Other natures are facts of their own.
pub(crate) fn told_by(nature: u16) -> Option<&'static [Tag]> {
    match nature {
        3311..=3316 | 3341 => Some(&[Tag::Box]),
        3317..=3320 | 3336 | 3351 | 3354 | 3356 | 3357 => Some(&[Tag::HospitalDrug, Tag::Box]),
        3211 => Some(&[Tag::Laboratory]),
        1321..=1324 | 1351 | 1352 => Some(&[Tag::Act]),
        _ => None,
    }
}

/// Whether a qualifier of expense says that a line is for information only.
pub(crate) fn is_information(qualifier: Option<i64>) -> bool {
    matches!(qualifier, Some(71 | 72))
}
