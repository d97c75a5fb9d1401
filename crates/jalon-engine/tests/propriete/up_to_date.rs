//! Figures kept up to date fact by fact are those of a whole count.

use std::fmt::Write as _;
use std::num::NonZero;

use jalon_engine::ledger::{Book, Books, Ledger, People};
use jalon_engine::live::{Fact, Live};
use jalon_rules::codes::System;
use jalon_rules::{Campaign, Rules};

use crate::dice::Dice;
use crate::exam::{Exam, engine};
use crate::people;
use crate::reference::facts::Patient;
use crate::scripts::{CENTRES, DOCTORS};
use crate::tables::{Tables, tables};

/// Patients of a practice, and how many changes it goes through.
const PATIENTS: usize = 60;
const CHANGES: usize = 40;

/// Changes after which the figures are looked at.
const EVERY: usize = 8;

/// Campaigns with schemes of every form.
const YEARS: [i16; 2] = [2024, 2026];

/// Everything a book says: lists, points, euros, counts, and how each amount
/// was made.
fn told(books: &[Book<'_>]) -> String {
    let mut text = String::new();
    for book in books {
        for ledger in &book.ledgers {
            let (id, list) = (ledger.scheme().id(), ledger.list());
            let (points, euros, account) = (ledger.points(), ledger.euros(), ledger.account());
            let awaited = ledger.awaited();
            writeln!(
                text,
                "{} {id} {list:?} {points:?} {euros:?} {awaited:?}\n{account:#?}",
                book.payee
            )
            .unwrap();
            match ledger {
                Ledger::Rate(ledger) => {
                    for line in &ledger.indicators {
                        writeln!(text, "{} {:?} {:?}", line.page.id, line.measured, line.start)
                            .unwrap();
                    }
                }
                Ledger::Prevention(ledger) => {
                    for line in &ledger.lines {
                        writeln!(text, "{} {:?}", line.page.id, line.counts).unwrap();
                    }
                }
                Ledger::Classes(ledger) => {
                    for line in &ledger.lines {
                        writeln!(text, "{} {:?}", line.page.sheet.id, line.patients).unwrap();
                    }
                }
                Ledger::Gate(_) => {}
            }
        }
    }
    text
}

/// The figures of everyone, counted afresh.
fn recounted(rules: &Rules, campaign: Campaign, patients: &[Patient]) -> String {
    let engine = engine(&tables(patients));
    let people = People::read(&engine).unwrap();
    let books = Books { rules, campaign, overlay: None, list: None, doctor: None };
    let mut schemes = rules.any_schemes();
    schemes.retain(|scheme| scheme.covers(campaign));
    let counted = books.count_all(&engine, &people, &schemes, campaign).unwrap();
    told(&books.books(&counted, &people, &engine).unwrap())
}

/// The figures of everyone, kept up to date.
fn kept(live: &Live<'_>) -> String {
    let mut payees: Vec<&str> = DOCTORS.into_iter().chain(CENTRES.into_iter().flatten()).collect();
    payees.sort_unstable();
    payees.dedup();
    let books = payees.into_iter().filter_map(|payee| live.book(payee).unwrap());
    told(&books.collect::<Vec<_>>())
}

/// The rows of one patient, without those of the practice.
fn rows(patient: &Patient) -> Tables {
    let mut tables = tables(std::slice::from_ref(patient));
    tables.retain(|(name, _)| *name != "medecins");
    tables
}

/// A fact of another patient, told of this one: added to both.
fn borrowed(dice: &mut Dice, patient: &mut Patient, lender: &Patient) -> Option<Fact> {
    fn one<T: Clone>(dice: &mut Dice, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| dice.pick(from).clone())
    }
    let fact = match dice.below(5) {
        0 => {
            let mut line = one(dice, &lender.deliveries)?;
            line.prescriber = None;
            patient.deliveries.push(line.clone());
            Fact::Delivery {
                date: line.date,
                cip13: line.cip13,
                atc: line.atc,
                boxes: line.boxes,
                days: line.days,
                large_pack: line.large_pack,
                repertory: line.repertory,
            }
        }
        1 => {
            let mut act = one(dice, &lender.acts)?;
            (act.value, act.prescriber) = (None, None);
            patient.acts.push(act.clone());
            Fact::Act {
                date: act.date,
                system: System::from_word(&act.system).unwrap(),
                code: act.code,
                quantity: act.quantity,
                performer: act.performer,
                speciality: act.speciality,
            }
        }
        2 => {
            let mut vaccination = one(dice, &lender.vaccinations)?;
            vaccination.source = None;
            patient.vaccinations.push(vaccination.clone());
            Fact::Vaccination { date: vaccination.date, code: vaccination.code }
        }
        3 => {
            let ald = one(dice, &lender.alds)?;
            patient.alds.push(ald.clone());
            Fact::Illness { number: ald.number, from: ald.from, to: ald.to }
        }
        _ => {
            let stay = one(dice, &lender.stays)?;
            patient.stays.push(stay.clone());
            Fact::Stay {
                date: stay.date,
                icd10: stay.icd10,
                position: stay.position,
                ccam: stay.ccam,
            }
        }
    };
    Some(fact)
}

/// One change: a fact, a patient who becomes another, leaves, comes, or goes
/// back to what was read.
fn change(
    dice: &mut Dice,
    live: &mut Live<'_>,
    patients: &mut Vec<Patient>,
    read: &[Patient],
    lenders: &[Patient],
) {
    let at = dice.below(patients.len());
    let lender = dice.pick(lenders);
    match dice.below(8) {
        0 => {
            let name = std::mem::take(&mut patients[at].name);
            patients[at] = Patient { name, ..lender.clone() };
            live.replace(&patients[at].name, &rows(&patients[at])).unwrap();
        }
        1 => {
            let left = patients.remove(at);
            live.replace(&left.name, &[]).unwrap();
        }
        2 => {
            let come = Patient { name: format!("venu-{}", patients.len()), ..lender.clone() };
            if patients.iter().all(|one| one.name != come.name) {
                live.replace(&come.name, &rows(&come)).unwrap();
                patients.push(come);
            }
        }
        3 => {
            if let Some(before) = read.iter().find(|one| one.name == patients[at].name) {
                live.restore(&before.name).unwrap();
                patients[at] = before.clone();
            }
        }
        _ => {
            let mut patient = patients[at].clone();
            let fact = borrowed(dice, &mut patient, lender);
            if let Some(fact) = fact.filter(|fact| fact.day() >= patient.birth) {
                live.add(&patient.name, &[fact]).unwrap();
                patients[at] = patient;
            }
        }
    }
}

/// Every change of a practice through a campaign, then back to what was read.
fn follow(rules: &'static Rules, year: i16, seed: u64) {
    let campaign = Campaign::new(year).unwrap();
    let exams: Vec<Exam> =
        Exam::all(rules).into_iter().filter(|exam| exam.campaign == campaign).collect();
    let exams: Vec<&Exam> = exams.iter().collect();
    let read = people(&exams, seed, PATIENTS);
    let lenders = people(&exams, seed ^ 1, PATIENTS);
    let first = engine(&tables(&read));
    let books = Books { rules, campaign, overlay: None, list: None, doctor: None };
    let mut live = Live::open(&first, &books).unwrap();
    let opened = kept(&live);
    let mut patients = read.clone();
    let mut dice = Dice::new(seed);
    let mut moves = 0;
    let mut last = opened.clone();
    for _ in 0..CHANGES / EVERY {
        for _ in 0..EVERY {
            change(&mut dice, &mut live, &mut patients, &read, &lenders);
        }
        let now = kept(&live);
        moves += usize::from(now != last);
        last = now;
    }
    // Changes that change no figure would prove nothing.
    assert_eq!(moves, CHANGES / EVERY, "{year} {seed}");
    assert_eq!(last, recounted(rules, campaign, &patients), "{year} {seed}, après tout");
    for patient in &read {
        live.restore(&patient.name).unwrap();
    }
    for at in 0..PATIENTS + CHANGES {
        live.restore(&format!("venu-{at}")).unwrap();
    }
    assert_eq!(kept(&live), opened, "{year} {seed}, de retour");
}

#[test]
fn figures_kept_up_to_date_are_those_of_a_whole_count() {
    let rules = &*crate::RULES;
    let seeds = u64::from(crate::cases().div_ceil(6));
    let all: Vec<(i16, u64)> =
        YEARS.into_iter().flat_map(|year| (0..seeds).map(move |seed| (year, seed))).collect();
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    std::thread::scope(|scope| {
        for share in all.chunks(all.len().div_ceil(workers).max(1)) {
            scope.spawn(move || share.iter().for_each(|(year, seed)| follow(rules, *year, *seed)));
        }
    });
}

/// What cannot be told of a patient is refused, and changes nothing.
#[test]
fn facts_of_nobody_are_refused() {
    let rules = &*crate::RULES;
    let campaign = Campaign::new(2024).unwrap();
    let exams: Vec<Exam> =
        Exam::all(rules).into_iter().filter(|exam| exam.campaign == campaign).collect();
    let read = people(&exams.iter().collect::<Vec<_>>(), 7, 3);
    let engine = engine(&tables(&read));
    let books = Books { rules, campaign, overlay: None, list: None, doctor: None };
    let mut live = Live::open(&engine, &books).unwrap();
    let before = kept(&live);
    let vaccination = |date| Fact::Vaccination { date, code: "J07BB02".into() };
    let day = campaign.reference_day();
    let early = read[0].birth.yesterday().unwrap();
    let act = Fact::Act {
        date: day,
        system: System::Atc,
        code: "A10".into(),
        quantity: 1,
        performer: None,
        speciality: None,
    };
    let name = read[0].name.clone();
    let refused = [
        live.add("personne", &[vaccination(day)]),
        live.add(&name, &[vaccination(early)]),
        live.add(&name, &[vaccination(day), act]),
        live.replace(&name, &rows(&read[1])),
    ];
    let said: Vec<_> = refused.into_iter().map(|one| one.unwrap_err().to_string()).collect();
    assert_eq!(
        said,
        [
            "ce patient n'est pas dans le dossier".to_owned(),
            format!("fait daté du {early}, avant la naissance du patient"),
            "un acte ne se code pas en `atc`".to_owned(),
            "ce patient n'est pas dans le dossier".to_owned(),
        ]
    );
    assert_eq!(kept(&live), before);
    assert!(live.book("inconnu").unwrap().is_none());
}
