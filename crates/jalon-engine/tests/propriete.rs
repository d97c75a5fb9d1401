//! The engine and the reference interpreter give the same answers: on the
//! cases of the pages, on random dossiers, on pages made up for what the format
//! allows. And what must not matter to the engine does not.
//!
//! `PROPTEST_CASES` says how many random dossiers, 6 by default: the plan of a
//! campaign takes seconds in a development build, whatever the number of
//! patients, so dossiers are few and large.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

#[path = "propriete/dice.rs"]
mod dice;
#[path = "propriete/exam.rs"]
mod exam;
mod reference;
#[path = "propriete/scripts.rs"]
mod scripts;
#[path = "propriete/tables.rs"]
mod tables;
#[path = "propriete/up_to_date.rs"]
mod up_to_date;
#[path = "propriete/vocabulary.rs"]
mod vocabulary;
#[path = "propriete/years.rs"]
mod years;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::LazyLock;

use jalon_engine::evidence::{DoctorCounts, PageCounts, PatientEvidence};
use jalon_engine::{Engine, Question};
use jalon_rules::criterion::Treatment;
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Rules};
use proptest::prelude::*;
use proptest::sample::Index;

use dice::Dice;
use exam::{Difference, Exam, centres, engine, report};
use reference::facts::Patient;
use reference::{Reference, Verdict, days};
use scripts::Palette;
use tables::{Tables, doubled, shuffled, tables};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());
static VOCABULARY: LazyLock<Rules> = LazyLock::new(vocabulary::rules);

/// Patients of a random dossier.
const PATIENTS: usize = 250;

/// Patients of the dossiers that all campaigns are asked about.
const LARGE: usize = 500;

/// How many times that many patients are drawn for a page, at most.
const DRAWS: u64 = 12;

/// Random patients for these campaigns.
fn people(exams: &[&Exam], seed: u64, number: usize) -> Vec<Patient> {
    let campaigns: Vec<Campaign> = exams.iter().map(|exam| exam.campaign).collect();
    let rules = exams[0].rules;
    let pages: Vec<_> = exams.iter().flat_map(|exam| &exam.pages).copied().collect();
    let palette = Palette::new(rules, &distinct(pages), &campaigns);
    palette.people(&mut Dice::new(seed), number)
}

/// Each page once, in a stable order.
fn distinct(mut pages: Vec<&'static Page>) -> Vec<&'static Page> {
    pages.sort_by_key(|page| (&page.rule.scheme, &page.id));
    pages.dedup_by_key(|page| (&page.rule.scheme, &page.id));
    pages
}

/// Where the engine and the interpreter differ, campaign by campaign: nothing,
/// one hopes. The campaigns share the processors.
fn disagreements(exams: &[&Exam], patients: &[Patient]) -> String {
    let engine = engine(&tables(patients));
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = exams.len().div_ceil(workers).max(1);
    let differences = std::thread::scope(|scope| {
        let asked: Vec<_> = exams
            .chunks(share)
            .map(|exams| scope.spawn(|| differences(exams, &engine, patients)))
            .collect();
        asked.into_iter().flat_map(|asked| asked.join().unwrap()).collect::<Vec<_>>()
    });
    report(&differences)
}

fn differences<'a>(
    exams: &[&'a Exam],
    engine: &Engine,
    patients: &'a [Patient],
) -> Vec<Difference<'a>> {
    exams.iter().flat_map(|exam| exam.differences(engine, patients)).collect()
}

/// The same, scheme by scheme: each has patients of its own.
fn disagreements_by_scheme(exams: &[Exam], seed: u64, each: usize) -> String {
    let mut text = String::new();
    for exams in exams.chunk_by(|one, other| one.scheme.id == other.scheme.id) {
        let exams: Vec<&Exam> = exams.iter().collect();
        text.push_str(&disagreements(&exams, &people(&exams, seed, each)));
    }
    text
}

#[test]
fn the_interpreter_answers_every_case() {
    let mut faults = Vec::new();
    let mut run = 0;
    for (_, scheme) in RULES.schemes() {
        for page in RULES.pages_of(scheme) {
            for case in &page.cases {
                if page.rule.scheme != scheme.id {
                    continue;
                }
                let found = if page.rule.unit.is_computed() {
                    let patient = Patient::of_case("cas", "m1", &case.facts);
                    let reference = Reference::new(&RULES, case.campaign, &patient);
                    let listed = !reference.payees(scheme, &BTreeMap::new()).is_empty();
                    let answer = listed.then(|| reference.answer(page));
                    let counts = answer.map(|answer| (answer.denominator, answer.numerator));
                    Some(counts.unwrap_or_default())
                } else {
                    let declared = case.facts.declaration;
                    declared.map(|(numerator, denominator)| (denominator, numerator))
                };
                let expected = case.denominator.zip(case.numerator);
                if found != expected {
                    let message = format!("l'interpréteur trouve {found:?}, le cas {expected:?}");
                    faults.push(page.case_fault(case, message).to_string());
                }
                run += 1;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(run > 1500, "{run}");
}

/// By the interpreter. Boxes, treatments and events say nothing of their criteria.
#[test]
fn the_cases_meet_every_criterion_of_a_patient() {
    let mut seen: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for page in RULES.pages().iter().filter(|page| page.rule.unit == Unit::Patient) {
        let scheme = RULES.scheme(&page.rule.scheme).unwrap();
        for case in &page.cases {
            let patient = Patient::of_case("cas", "m1", &case.facts);
            let reference = Reference::new(&RULES, case.campaign, &patient);
            if reference.payees(scheme, &BTreeMap::new()).is_empty() {
                continue;
            }
            let criteria = reference.answer(page).criteria;
            for verdict in criteria.iter().flat_map(Verdict::with_options) {
                let id = format!("{} {} {}", scheme.id, page.id, verdict.id);
                seen.entry(id).or_default()[usize::from(verdict.holds)] = true;
            }
        }
    }
    assert!(seen.len() > 150, "{}", seen.len());
    seen.retain(|_, truths| *truths != [true, true]);
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn every_campaign_agrees() {
    let exams = Exam::turning_points(&RULES);
    let disagreements = disagreements_by_scheme(&exams, 2017, LARGE);
    assert!(disagreements.is_empty(), "{disagreements}");
}

/// On days that end no year, no month, or a short month.
#[test]
fn campaigns_under_way_agree() {
    let mut exams = Vec::new();
    for (at, mut exam) in Exam::turning_points(&RULES).into_iter().enumerate() {
        let (month, day) = [(10, 15), (2, 28), (6, 30), (5, 31)][at % 4];
        exam.day = jiff::civil::date(exam.campaign.year(), month, day);
        let last = RULES.scheme(&exam.scheme.id).is_some_and(|one| one.last == exam.campaign);
        if last || exam.scheme.id == "rosp-adulte" {
            exams.push(exam);
        }
    }
    let schemes: BTreeSet<&str> = exams.iter().map(|exam| exam.scheme.id.as_str()).collect();
    assert!(exams.len() > schemes.len() && schemes.len() > 5, "{schemes:?}");
    let disagreements = disagreements_by_scheme(&exams, 2026, PATIENTS);
    assert!(disagreements.is_empty(), "{disagreements}");
}

#[test]
fn the_whole_vocabulary_agrees() {
    let exams = Exam::all(&VOCABULARY);
    assert_eq!(exams.len(), 4);
    let disagreements = disagreements_by_scheme(&exams, 2017, LARGE);
    assert!(disagreements.is_empty(), "{disagreements}");
}

/// Random patients are worth nothing if they meet no page: in one campaign or
/// another each page counts someone at the numerator and someone not, and each
/// criterion is met and is not, among a few patients drawn for that page.
#[test]
fn random_patients_meet_every_page() {
    let mut missed = Vec::new();
    for exams in [Exam::all(&RULES), Exam::all(&VOCABULARY)] {
        for exams in exams.chunk_by(|one, other| one.scheme.id == other.scheme.id) {
            let exams: Vec<&Exam> = exams.iter().collect();
            let pages = exams.iter().flat_map(|exam| exam.computed()).map(|(_, page)| page);
            for page in distinct(pages.collect()) {
                missed.extend(missed_by_patients(&exams, page));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// What no patient drawn for a page makes true, or false.
fn missed_by_patients(exams: &[&Exam], page: &'static Page) -> Vec<String> {
    let has = |exam: &&Exam| exam.pages.iter().any(|other| std::ptr::eq(*other, page));
    let exams: Vec<&Exam> = exams.iter().copied().filter(has).collect();
    let campaigns: Vec<Campaign> = exams.iter().map(|exam| exam.campaign).collect();
    let palette = Palette::new(exams[0].rules, &[page], &campaigns);
    let mut seen: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for seed in 0..DRAWS {
        for patient in palette.people(&mut Dice::new(seed), PATIENTS) {
            for exam in &exams {
                let reference = Reference::new(exam.rules, exam.campaign, &patient);
                if reference.payees(exam.scheme, &centres()).is_empty() {
                    continue;
                }
                let answer = reference.answer(page);
                let counts = seen.entry("le compte".to_owned()).or_default();
                counts[0] |= answer.numerator < answer.denominator;
                counts[1] |= answer.numerator > 0;
                for verdict in answer.criteria.iter().flat_map(Verdict::with_options) {
                    let truths = seen.entry(verdict.id.clone()).or_default();
                    truths[usize::from(verdict.holds)] = true;
                }
            }
        }
        if seen.values().all(|truths| *truths == [true, true]) && !seen.is_empty() {
            return Vec::new();
        }
    }
    let id = format!("{} {}", exams[0].scheme.id, page.id);
    seen.retain(|_, truths| *truths != [true, true]);
    seen.into_iter().map(|(what, truths)| format!("{id}, {what} : {truths:?}")).collect()
}

fn config(cases: u32) -> ProptestConfig {
    // A failure is reduced by `report`, to the facts of one patient.
    ProptestConfig {
        cases,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(6)
}

/// The answers of the engine, page by page.
fn answers(exam: &Exam, tables: &Tables, doctor: Option<&str>) -> Vec<Vec<PatientEvidence>> {
    let question = Question { doctor, ..exam.question() };
    let evidence = engine(tables).evidence(question).unwrap();
    (0..exam.pages.len()).map(|at| evidence.page(at).unwrap()).collect()
}

proptest! {
    #![proptest_config(config(cases()))]

    #[test]
    fn random_dossiers_agree(seed: u64, exam: Index, before in proptest::option::of(1..366)) {
        let mut exams = Exam::all(&RULES);
        let exam = exam.get_mut(&mut exams);
        // Half of them while the campaign is under way.
        let early = days::plus(exam.day, -i64::from(before.unwrap_or(0)));
        exam.day = early.max(exam.campaign.first_day());
        let exam = &*exam;
        let disagreements = disagreements(&[exam], &people(&[exam], seed, PATIENTS));
        prop_assert!(disagreements.is_empty(), "{}", disagreements);
    }
}

proptest! {
    #![proptest_config(config(cases().div_ceil(6)))]

    #[test]
    fn order_and_repetition_change_nothing(seed: u64, exam: Index) {
        let exams = Exam::all(&RULES);
        let exam = exam.get(&exams);
        let told = tables(&people(&[exam], seed, PATIENTS));
        let once = answers(exam, &told, None);

        let mixed = shuffled(&told, &mut Dice::new(seed));
        prop_assert!(answers(exam, &mixed, None) == once, "l'ordre ou le découpage compte");

        let facts = ["actes", "vaccinations", "ald", "sejours", "rattachements"];
        let twice = answers(exam, &doubled(&told, &facts), None);
        prop_assert!(twice == once, "un fait dit deux fois compte deux fois");

        let twice = answers(exam, &doubled(&told, &["delivrances"]), None);
        for ((page, once), twice) in exam.pages.iter().zip(&once).zip(&twice) {
            prop_assert_eq!(once.len(), twice.len());
            for (once, twice) in once.iter().zip(twice) {
                match page.rule.unit {
                    Unit::Box => {
                        let PageCounts { denominator, numerator, left_out } = once.counts;
                        let [denominator, numerator, left_out] =
                            [denominator, numerator, left_out].map(|boxes| 2 * boxes);
                        let expected = PageCounts { denominator, numerator, left_out };
                        prop_assert_eq!(twice.counts, expected, "{}", page.id);
                    }
                    // More boxes make a treatment longer where no line says how long.
                    Unit::Treatment(Treatment::Runs { .. }) => {}
                    _ => prop_assert_eq!(twice, once, "{}", page.id),
                }
            }
        }
    }

    #[test]
    fn sums_are_those_of_the_evidence(seed: u64, exam: Index) {
        let exams = Exam::all(&RULES);
        let exam = exam.get(&exams);
        let patients = people(&[exam], seed, PATIENTS);
        let told = tables(&patients);
        let evidence = answers(exam, &told, None);

        let engine = engine(&told);
        let payees = engine.payees(exam.scheme);
        let mut lists: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for patient in &patients {
            let reference = Reference::new(exam.rules, exam.campaign, patient);
            for payee in reference.payees(exam.scheme, &centres()) {
                for lender in exam.lenders() {
                    let of_lender = u64::from(reference.concerned(lender));
                    *lists.entry((payee.clone(), &lender.id)).or_default() += of_lender;
                }
            }
        }
        // Nothing is said of the lists of those who have no patient.
        let of_payee = |payee: &String| DoctorCounts {
            doctor: payee.clone(),
            patients: evidence[0].iter().filter(|row| row.doctor == *payee).count() as u64,
            pages: evidence.iter().map(|rows| sum(rows, payee)).collect(),
            lent: (lists.iter().filter(|((one, _), _)| one == payee))
                .map(|((_, lender), size)| ((*lender).to_owned(), *size))
                .collect(),
        };
        let expected: Vec<DoctorCounts> = payees.iter().map(of_payee).collect();
        prop_assert_eq!(engine.counts(exam.question()).unwrap(), expected);

        let one = payees.get(1).unwrap();
        let mut alone = evidence.clone();
        for rows in &mut alone {
            rows.retain(|row| row.doctor == *one);
        }
        let asked = answers(exam, &told, Some(one));
        prop_assert!(asked == alone, "un médecin seul reçoit d'autres réponses");
    }
}

fn sum(rows: &[PatientEvidence], doctor: &str) -> PageCounts {
    let mut sum = PageCounts::default();
    for row in rows.iter().filter(|row| row.doctor == doctor) {
        sum.denominator += row.counts.denominator;
        sum.numerator += row.counts.numerator;
        sum.left_out += row.counts.left_out;
    }
    sum
}
