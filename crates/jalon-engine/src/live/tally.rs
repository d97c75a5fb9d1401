//! What was counted, less what one patient counted for, and what they count
//! for now.

use std::collections::BTreeMap;

use crate::evidence::{ClassCounts, DoctorCounts, PageCounts};
use crate::ledger::Counted;

/// A total after one patient has changed: nothing when the patient counted for
/// more than there is.
pub(super) fn moved(total: &Counted, old: &Counted, new: &Counted) -> Option<Counted> {
    match (total, old, new) {
        (Counted::Pages(total), Counted::Pages(old), Counted::Pages(new)) => {
            every(total, old, new, doctor).map(Counted::Pages)
        }
        (Counted::Classes(total), Counted::Classes(old), Counted::Classes(new)) => {
            every(total, old, new, class).map(Counted::Classes)
        }
        (Counted::Lists(total), Counted::Lists(old), Counted::Lists(new)) => {
            every(total, old, new, class).map(Counted::Lists)
        }
        _ => None,
    }
}

/// What was counted of one payee.
pub(super) fn of(counted: &Counted, payee: &str) -> Counted {
    let doctors = |counts: &[DoctorCounts]| {
        counts.iter().filter(|one| one.doctor == payee).cloned().collect()
    };
    let classes =
        |counts: &[ClassCounts]| counts.iter().filter(|one| one.doctor == payee).cloned().collect();
    match counted {
        Counted::Pages(counts) => Counted::Pages(doctors(counts)),
        Counted::Classes(counts) => Counted::Classes(classes(counts)),
        Counted::Lists(counts) => Counted::Lists(classes(counts)),
    }
}

/// The same people in the same order, each of them moved.
fn every<T>(
    total: &[T],
    old: &[T],
    new: &[T],
    moved: impl Fn(&T, &T, &T) -> Option<T>,
) -> Option<Vec<T>> {
    let people = total.iter().zip(old).zip(new);
    let alike = total.len() == old.len() && total.len() == new.len();
    alike.then(|| people.map(|((total, old), new)| moved(total, old, new)).collect())?
}

fn number(total: u64, old: u64, new: u64) -> Option<u64> {
    (total + new).checked_sub(old)
}

fn class(total: &ClassCounts, old: &ClassCounts, new: &ClassCounts) -> Option<ClassCounts> {
    Some(ClassCounts {
        doctor: total.doctor.clone(),
        patients: number(total.patients, old.patients, new.patients)?,
        classes: every(&total.classes, &old.classes, &new.classes, |total, old, new| {
            Some((number(total.0, old.0, new.0)?, number(total.1, old.1, new.1)?))
        })?,
    })
}

fn doctor(total: &DoctorCounts, old: &DoctorCounts, new: &DoctorCounts) -> Option<DoctorCounts> {
    let patients = number(total.patients, old.patients, new.patients)?;
    let lenders = total.lent.keys().chain(new.lent.keys());
    let lent = lenders.map(|lender| {
        let of = |counts: &DoctorCounts| counts.lent.get(lender).copied().unwrap_or_default();
        Some((lender.clone(), number(of(total), of(old), of(new))?))
    });
    Some(DoctorCounts {
        doctor: total.doctor.clone(),
        patients,
        pages: every(&total.pages, &old.pages, &new.pages, |total, old, new| {
            Some(PageCounts {
                denominator: number(total.denominator, old.denominator, new.denominator)?,
                numerator: number(total.numerator, old.numerator, new.numerator)?,
                left_out: number(total.left_out, old.left_out, new.left_out)?,
            })
        })?,
        // An empty list has no part that another scheme counts.
        lent: if patients == 0 { BTreeMap::new() } else { lent.collect::<Option<_>>()? },
    })
}
