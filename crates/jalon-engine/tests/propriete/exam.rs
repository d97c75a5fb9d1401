//! One campaign of one scheme asked of the engine and of the interpreter.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::ops::Range;

use jalon_engine::evidence::{CriterionEvidence, Evidence, PageCounts, PatientEvidence};
use jalon_engine::{Engine, Question};
use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::Scheme;
use jalon_rules::page::{Page, Unit};
use jalon_rules::{Campaign, Rules};
use jiff::civil::Date;

use crate::reference::facts::Patient;
use crate::reference::{Answer, Reference, Verdict};
use crate::scripts::{CENTRES, DOCTORS};
use crate::tables::{Tables, tables};

/// A scheme in a campaign, with the pages that exist then.
pub struct Exam {
    /// The rules.
    pub rules: &'static Rules,
    /// The scheme.
    pub scheme: &'static Scheme,
    /// The campaign.
    pub campaign: Campaign,
    /// The day on which it is judged.
    pub day: Date,
    /// The pages.
    pub pages: Vec<&'static Page>,
}

impl Exam {
    /// Every campaign of every scheme.
    pub fn all(rules: &'static Rules) -> Vec<Self> {
        let mut exams = Vec::new();
        for (_, scheme) in rules.schemes() {
            for campaign in scheme.campaigns() {
                let mut pages = rules.pages_of(scheme);
                pages.retain(|page| rules.exists(page, campaign));
                let day = campaign.reference_day();
                exams.push(Self { rules, scheme, campaign, day, pages });
            }
        }
        exams
    }

    /// Those whose criteria are not all those of the campaign before, and the
    /// last one of each scheme: the others ask the same of another year.
    pub fn turning_points(rules: &'static Rules) -> Vec<Self> {
        let exams = Self::all(rules);
        let asked: Vec<_> = exams.iter().map(|exam| (&exam.scheme.id, exam.asked())).collect();
        let kept: Vec<bool> = (0..exams.len())
            .map(|at| {
                let before = at.checked_sub(1).and_then(|before| asked.get(before));
                let last = asked.get(at + 1).is_none_or(|after| after.0 != asked[at].0);
                last || before != asked.get(at)
            })
            .collect();
        let exams = exams.into_iter().zip(kept);
        exams.filter_map(|(exam, kept)| kept.then_some(exam)).collect()
    }

    /// The pages with the criteria that apply.
    fn asked(&self) -> Vec<(&str, Vec<&str>)> {
        let of_page = |page: &&'static Page| {
            let criteria = page.rule.criteria();
            let criteria = criteria.filter(|criterion| criterion.applies(self.campaign));
            (page.id.as_str(), criteria.map(|criterion| criterion.id.as_str()).collect())
        };
        self.pages.iter().map(of_page).collect()
    }

    /// All the pages at once.
    pub fn question(&self) -> Question<'_> {
        Question {
            rules: self.rules,
            scheme: self.scheme,
            at: Standpoint::on(self.campaign, self.day).unwrap(),
            pages: &self.pages,
            doctor: None,
        }
    }

    /// The schemes that lend their pages.
    pub fn lenders(&self) -> impl Iterator<Item = &'static Scheme> {
        let lenders = self.scheme.pages_from.iter();
        lenders.filter_map(|lender| self.rules.scheme(&lender.value))
    }

    /// The pages that facts answer, with their places in the question.
    pub fn computed(&self) -> impl Iterator<Item = (usize, &'static Page)> {
        let pages = self.pages.iter().copied().enumerate();
        pages.filter(|(_, page)| page.rule.unit.is_computed())
    }

    /// Where the engine and the interpreter do not say the same: at most one
    /// difference a page.
    pub fn differences<'a>(
        &'a self,
        engine: &Engine,
        patients: &'a [Patient],
    ) -> Vec<Difference<'a>> {
        let evidence = engine.evidence(self.question()).unwrap();
        self.differences_with(&evidence, patients)
    }

    fn differences_with<'a>(
        &'a self,
        evidence: &Evidence,
        patients: &'a [Patient],
    ) -> Vec<Difference<'a>> {
        let mut people = Vec::new();
        for patient in patients {
            let reference = Reference::on(self.rules, self.campaign, self.day, patient);
            people.push((patient, reference.payees(self.scheme, &centres()), reference));
        }
        let mut differences = Vec::new();
        for (at, page) in self.computed() {
            let rows = evidence.page(at).unwrap();
            let mut answers: BTreeMap<&str, Vec<(&str, Answer)>> = BTreeMap::new();
            for row in &rows {
                let of_patient = answers.entry(&row.patient).or_default();
                of_patient.push((&row.doctor, answer(page, row)));
            }
            for (patient, payees, reference) in &people {
                let mut theirs = answers.remove(patient.name.as_str()).unwrap_or_default();
                let ours = payees.iter().map(|payee| (payee.as_str(), reference.answer(page)));
                let ours: Vec<_> = ours.collect();
                // Of a patient who is not of the population of a page that the
                // scheme has taken, there is no criterion to speak of.
                for ((_, theirs), (_, ours)) in theirs.iter_mut().zip(&ours) {
                    if ours.criteria.is_empty() {
                        theirs.criteria.clear();
                    }
                }
                if theirs != ours {
                    let engine = told(&theirs);
                    let reference = told(&ours);
                    differences.push(Difference { exam: self, page, patient, engine, reference });
                    break;
                }
            }
        }
        differences
    }

    /// The same campaign with a single page.
    fn only(&self, page: &'static Page) -> Self {
        Self { pages: vec![page], ..*self }
    }
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

/// A patient of whom the engine and the interpreter do not say the same.
pub struct Difference<'a> {
    exam: &'a Exam,
    page: &'static Page,
    patient: &'a Patient,
    engine: String,
    reference: String,
}

impl Difference<'_> {
    /// The same difference with as few facts as show it. The engine is asked
    /// again and again, about one patient and one page: that is quick, where
    /// removing patients from a whole dossier would not be.
    fn reduced(&self) -> String {
        let exam = self.exam.only(self.page);
        let ask = |patient: &Patient| {
            let patients = std::slice::from_ref(patient);
            let engine = engine(&tables(patients));
            exam.differences(&engine, patients).first().map(ToString::to_string)
        };
        let mut patient = self.patient.clone();
        let Some(mut text) = ask(&patient) else {
            return format!("{self}(ce patient ne montre rien quand il est seul)");
        };
        // Many facts at once to begin with: few of them matter.
        for number in [64, 16, 4, 1] {
            let mut at = 0;
            while let Some(shorter) = without(&patient, at, number) {
                match ask(&shorter) {
                    Some(shown) => (patient, text) = (shorter, shown),
                    None => at += number,
                }
            }
        }
        text
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} en {}", self.page.id, self.exam.campaign)?;
        writeln!(f, "  moteur    : {}", self.engine)?;
        writeln!(f, "  référence : {}", self.reference)?;
        writeln!(f, "{}", self.patient)
    }
}

/// The first difference of a few pages in full, the places of the others.
pub fn report(differences: &[Difference<'_>]) -> String {
    const IN_FULL: usize = 3;
    let mut pages: Vec<&str> = Vec::new();
    let (mut text, mut others) = (String::new(), String::new());
    for one in differences {
        if pages.len() < IN_FULL && !pages.contains(&one.page.id.as_str()) {
            pages.push(&one.page.id);
            text.push_str(&one.reduced());
        } else {
            let Difference { page, exam, patient, .. } = one;
            let (page, campaign, patient) = (&page.id, exam.campaign, &patient.name);
            let _ = writeln!(others, "aussi : {page} en {campaign}, {patient}");
        }
    }
    text + &others
}

/// The centres of those who work in one.
pub fn centres() -> BTreeMap<String, String> {
    let centres = DOCTORS.iter().zip(CENTRES);
    centres
        .filter_map(|(doctor, centre)| Some(((*doctor).to_owned(), centre?.to_owned())))
        .collect()
}

/// Tables ready to be asked.
pub fn engine(tables: &Tables) -> Engine {
    Engine::in_memory(tables).unwrap()
}

/// The patient without some facts; `None` when there is none left from there on.
fn without(patient: &Patient, at: usize, number: usize) -> Option<Patient> {
    // Facts are numbered through all the lists.
    fn shorten<T>(list: &mut Vec<T>, next: &mut usize, removed: &Range<usize>) {
        list.retain(|_| {
            let kept = !removed.contains(next);
            *next += 1;
            kept
        });
    }
    let removed = at..at + number;
    let (mut shorter, mut next) = (patient.clone(), 0);
    shorten(&mut shorter.deliveries, &mut next, &removed);
    shorten(&mut shorter.acts, &mut next, &removed);
    shorten(&mut shorter.vaccinations, &mut next, &removed);
    shorten(&mut shorter.alds, &mut next, &removed);
    shorten(&mut shorter.stays, &mut next, &removed);
    shorten(&mut shorter.attachments, &mut next, &removed);
    (at < next).then_some(shorter)
}

/// Answers in a line or two.
fn told(answers: &[(&str, Answer)]) -> String {
    if answers.is_empty() {
        return "sur aucune liste".to_owned();
    }
    let mut text = String::new();
    for (doctor, answer) in answers {
        let Answer { denominator, numerator, left_out, criteria } = answer;
        let _ = write!(text, "{doctor} {numerator}/{denominator}, {left_out} de côté");
        tell(&mut text, criteria);
    }
    text
}

fn tell(text: &mut String, criteria: &[Verdict]) {
    for Verdict { id, holds, count, last, options } in criteria {
        let _ = write!(text, " ; {id} {}", if *holds { "oui" } else { "non" });
        if let Some(count) = count {
            let _ = write!(text, ", {count} fois");
        }
        if let Some(last) = last {
            let _ = write!(text, " jusqu'au {last}");
        }
        tell(text, options);
    }
}
