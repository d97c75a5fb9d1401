//! The engine and the reference interpreter give the same answers, on the
//! cases of the pages and on random dossiers.
//!
//! `PROPTEST_CASES` says how many random dossiers; 24 by default.

#[path = "propriete/dice.rs"]
mod dice;
mod reference;
#[path = "propriete/scripts.rs"]
mod scripts;
#[path = "propriete/tables.rs"]
mod tables;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use jalon_engine::evidence::{CriterionEvidence, DoctorCounts, PageCounts, PatientEvidence};
use jalon_engine::{Engine, Question};
use jalon_rules::convention::Scheme;
use jalon_rules::criterion::Treatment;
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Rules};
use proptest::prelude::*;

use dice::Dice;
use reference::facts::Patient;
use reference::{Answer, Reference, Verdict};
use scripts::{DOCTORS, Palette, Script};
use tables::{Tables, doubled, shuffled, tables};

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::bundled().unwrap());

/// A scheme in a campaign, with the pages that exist then.
struct Exam {
    scheme: &'static Scheme,
    campaign: Campaign,
    pages: Vec<&'static Page>,
}

impl Exam {
    /// Every campaign of every scheme.
    fn all() -> Vec<Self> {
        let mut exams = Vec::new();
        for (_, scheme) in RULES.schemes() {
            for campaign in scheme.campaigns() {
                let mut pages = RULES.pages_of(scheme);
                pages.retain(|page| RULES.exists(page, campaign));
                exams.push(Self { scheme, campaign, pages });
            }
        }
        exams
    }

    fn question(&self) -> Question<'_> {
        Question {
            rules: &RULES,
            scheme: self.scheme,
            campaign: self.campaign,
            pages: &self.pages,
            doctor: None,
        }
    }

    /// The pages that facts answer, with their places in the question.
    fn computed(&self) -> impl Iterator<Item = (usize, &'static Page)> {
        let pages = self.pages.iter().copied().enumerate();
        pages.filter(|(_, page)| page.rule.unit != Unit::Declared)
    }
}

fn engine(tables: &Tables) -> Engine {
    Engine::in_memory(tables).unwrap()
}

/// What the engine says, in the interpreter's words.
fn answer(page: &Page, evidence: &PatientEvidence) -> Answer {
    let criteria = match page.rule.unit {
        Unit::Patient => evidence.criteria.iter().map(verdict).collect(),
        _ => Vec::new(),
    };
    let PageCounts { denominator, numerator, left_out } = evidence.counts;
    Answer { denominator, numerator, left_out, criteria }
}

fn verdict(evidence: &CriterionEvidence) -> Verdict {
    Verdict {
        id: evidence.id.clone(),
        holds: evidence.holds > 0,
        count: evidence.count,
        last: evidence.last,
        options: evidence.options.iter().map(verdict).collect(),
    }
}

/// Where the engine and the interpreter differ, one text for each page: the
/// first patient concerned, their facts, both answers.
fn differences(exam: &Exam, engine: &Engine, patients: &[Patient]) -> Vec<String> {
    let evidence = engine.evidence(exam.question()).unwrap();
    let mut expected = Vec::new();
    for patient in patients {
        let reference = Reference::new(&RULES, exam.campaign, patient);
        for doctor in reference.doctors(exam.scheme) {
            expected.push((doctor, patient, Reference::new(&RULES, exam.campaign, patient)));
        }
    }
    let mut texts = Vec::new();
    for (at, page) in exam.computed() {
        let mut rows: BTreeMap<(String, String), PatientEvidence> = BTreeMap::new();
        for row in evidence.page(at).unwrap() {
            rows.insert((row.doctor.clone(), row.patient.clone()), row);
        }
        let head = format!("{} en {}", page.id, exam.campaign);
        for (doctor, patient, reference) in &expected {
            let ours = reference.answer(page);
            let row = rows.remove(&(doctor.clone(), patient.name.clone()));
            let theirs = row.map(|row| answer(page, &row));
            if theirs.as_ref() != Some(&ours) {
                texts.push(format!(
                    "{head}, patientèle de {doctor}\nmoteur    : {theirs:?}\nréférence : {ours:?}\n{patient}"
                ));
                break;
            }
        }
    }
    if evidence.patients() != expected.len() {
        let (found, wanted) = (evidence.patients(), expected.len());
        texts.push(format!("{} : {found} patients au lieu de {wanted}", exam.campaign));
    }
    texts
}

#[test]
fn the_interpreter_answers_every_case() {
    let mut faults = Vec::new();
    for (_, scheme) in RULES.schemes() {
        for page in RULES.pages_of(scheme) {
            for case in &page.cases {
                let expected = (case.denominator, case.denominator.and(case.numerator));
                let found = if page.rule.unit == Unit::Declared {
                    let declared = case.facts.declaration;
                    (declared.map(|(_, denominator)| denominator), declared.map(|(numerator, _)| numerator))
                } else {
                    let patient = Patient::of_case("cas", "m1", &case.facts);
                    let reference = Reference::new(&RULES, case.campaign, &patient);
                    if reference.doctors(scheme).is_empty() {
                        (Some(0), Some(0))
                    } else {
                        let answer = reference.answer(page);
                        (Some(answer.denominator), Some(answer.numerator))
                    }
                };
                if found != expected {
                    faults.push(page.case_fault(case, format!("{found:?} au lieu de {expected:?}")).to_string());
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_campaign_agrees_on_a_large_dossier() {
    let exams = Exam::all();
    let campaigns: Vec<Campaign> = exams.iter().map(|exam| exam.campaign).collect();
    let pages: Vec<&Page> = RULES.pages().iter().collect();
    let palette = Palette::new(&RULES, &pages, &campaigns);
    let mut dice = Dice::new(1);
    let patients: Vec<Patient> = (0..500)
        .map(|number| {
            let script = Script { person: dice.any(), events: (0..8).map(|_| dice.any()).collect() };
            palette.patient(format!("p{number:03}"), &script)
        })
        .collect();
    let start = std::time::Instant::now();
    let engine = engine(&tables(&DOCTORS, &patients));
    let mut texts = Vec::new();
    for exam in &exams {
        texts.extend(differences(exam, &engine, &patients));
        eprintln!("{} {:?}", exam.campaign, start.elapsed());
    }
    assert!(texts.is_empty(), "{}", texts.join("\n"));
}
