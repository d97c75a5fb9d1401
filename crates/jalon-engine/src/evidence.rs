//! Answers: sums by doctor, and the evidence behind them by patient.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::array::RecordBatch;
use jalon_rules::Campaign;
use jalon_rules::criterion::Criterion;
use jalon_rules::page::{Page, Unit};
use jiff::civil::Date;

use crate::columns;
use crate::error::EngineError;
use crate::plan::classes::{possibly, surely};
use crate::plan::{CriterionColumns, PageColumns};

/// The sums of one page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// Denominator.
    pub denominator: u64,
    /// Numerator.
    pub numerator: u64,
    /// Boxes left out because something about them is unknown.
    pub left_out: u64,
}

/// The sums of one doctor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoctorCounts {
    /// The doctor.
    pub doctor: String,
    /// Size of the list on the reference day, as the scheme counts it.
    pub patients: u64,
    /// Sums of the pages, in the order of the question.
    pub pages: Vec<PageCounts>,
    /// Size of the list as each scheme that lends pages counts it, by scheme.
    pub lent: BTreeMap<String, u64>,
}

/// The patients of one doctor, by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCounts {
    /// The doctor.
    pub doctor: String,
    /// Size of the list on the reference day of the scheme.
    pub patients: u64,
    /// For each class, in the order of the question: how many surely are of
    /// it, and how many may be.
    pub classes: Vec<(u64, u64)>,
}

impl ClassCounts {
    /// Reads the answer; doctors without patients are there with zeros, in the
    /// order of `doctors`, which is sorted.
    pub(crate) fn read(
        batches: &[RecordBatch],
        classes: usize,
        doctors: &[String],
    ) -> Result<Vec<Self>, EngineError> {
        let named = columns::texts(batches, "medecin")?;
        let patients = columns::counts(batches, "patientele")?;
        let mut counted = BTreeMap::new();
        for (doctor, patients) in named.into_iter().zip(patients) {
            counted.insert(doctor.unwrap_or_default(), (patients, Vec::with_capacity(classes)));
        }
        for at in 0..classes {
            let surely = columns::counts(batches, &surely(at))?;
            let possibly = columns::counts(batches, &possibly(at))?;
            // Both are in the order of the rows, which is that of the doctors.
            for ((_, counts), pair) in counted.values_mut().zip(surely.into_iter().zip(possibly)) {
                counts.push(pair);
            }
        }
        let none = || (0, vec![(0, 0); classes]);
        Ok(doctors
            .iter()
            .map(|doctor| {
                let (patients, classes) = counted.remove(doctor).unwrap_or_else(none);
                Self { doctor: doctor.clone(), patients, classes }
            })
            .collect())
    }
}

impl DoctorCounts {
    pub(crate) fn read(
        batches: &[RecordBatch],
        pages: &[PageColumns],
        populations: &[(String, String)],
    ) -> Result<Vec<Self>, EngineError> {
        let doctors = columns::texts(batches, "medecin")?;
        let patients = columns::counts(batches, "patientele")?;
        let mut read: Vec<Self> = doctors
            .into_iter()
            .zip(patients)
            .map(|(doctor, patients)| Self {
                doctor: doctor.unwrap_or_default(),
                patients,
                pages: Vec::with_capacity(pages.len()),
                lent: BTreeMap::new(),
            })
            .collect();
        for (scheme, column) in populations {
            for (doctor, size) in read.iter_mut().zip(columns::counts(batches, column)?) {
                doctor.lent.insert(scheme.clone(), size);
            }
        }
        for page in pages {
            let sums = page_counts(batches, page)?;
            for (doctor, sum) in read.iter_mut().zip(sums) {
                doctor.pages.push(sum);
            }
        }
        Ok(read)
    }

    /// Adds doctors without patients; `doctors` is sorted, and so is the result.
    pub(crate) fn complete(counted: Vec<Self>, doctors: Vec<String>, pages: usize) -> Vec<Self> {
        let mut counted = counted.into_iter().peekable();
        let mut all = Vec::with_capacity(doctors.len());
        for doctor in doctors {
            match counted.next_if(|counts| counts.doctor == doctor) {
                Some(counts) => all.push(counts),
                None => all.push(Self {
                    doctor,
                    patients: 0,
                    pages: vec![PageCounts::default(); pages],
                    lent: BTreeMap::new(),
                }),
            }
        }
        all
    }
}

fn page_counts(
    batches: &[RecordBatch],
    page: &PageColumns,
) -> Result<Vec<PageCounts>, EngineError> {
    let denominators = columns::counts(batches, &page.denominator)?;
    let numerators = columns::counts(batches, &page.numerator)?;
    let left_out = match &page.left_out {
        Some(column) => columns::counts(batches, column)?,
        None => vec![0; denominators.len()],
    };
    Ok(denominators
        .into_iter()
        .zip(numerators)
        .zip(left_out)
        .map(|((denominator, numerator), left_out)| PageCounts { denominator, numerator, left_out })
        .collect())
}

/// The evidence of every patient of the lists, column by column.
#[derive(Clone, Debug)]
pub struct Evidence {
    batches: Vec<RecordBatch>,
    pages: Vec<PageColumns>,
    populations: Vec<(String, String)>,
}

/// What one page says of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientEvidence {
    /// The doctor on whose list the patient is.
    pub doctor: String,
    /// The patient.
    pub patient: String,
    /// What the patient adds to the sums.
    pub counts: PageCounts,
    /// The criteria that apply in the campaign, in the order of the page.
    pub criteria: Vec<CriterionEvidence>,
}

/// What a criterion is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It makes a patient count.
    Denominator,
    /// It takes a patient out again.
    Exclusion,
    /// It is what is asked.
    Numerator,
}

impl Part {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denominator => "dénominateur",
            Self::Exclusion => "exclusion",
            Self::Numerator => "numérateur",
        }
    }
}

/// The criteria of a page that apply in a campaign, in its order.
pub fn criteria(page: &Page, campaign: Campaign) -> impl Iterator<Item = (Part, &Criterion)> {
    let rule = &page.rule;
    [
        (Part::Denominator, &rule.denominator),
        (Part::Exclusion, &rule.exclusions),
        (Part::Numerator, &rule.numerator),
    ]
    .into_iter()
    .flat_map(|(part, criteria)| criteria.iter().map(move |criterion| (part, criterion)))
    .filter(move |(_, criterion)| criterion.applies(campaign))
}

impl PatientEvidence {
    /// The criteria of the page that apply in the campaign, with what they say
    /// of the patient.
    pub fn by_criterion<'a>(
        &'a self,
        page: &'a Page,
        campaign: Campaign,
    ) -> impl Iterator<Item = (Part, &'a Criterion, &'a CriterionEvidence)> {
        let told = criteria(page, campaign).zip(&self.criteria);
        told.map(|((part, criterion), evidence)| (part, criterion, evidence))
    }

    /// Those of the numerator.
    pub fn numerator<'a>(
        &'a self,
        page: &'a Page,
        campaign: Campaign,
    ) -> impl Iterator<Item = (&'a Criterion, &'a CriterionEvidence)> {
        self.by_criterion(page, campaign)
            .filter(|(part, ..)| *part == Part::Numerator)
            .map(|(_, criterion, evidence)| (criterion, evidence))
    }

    /// The evidence of a criterion speaks of every box or treatment of a
    /// patient; from now on, that of the numerator speaks of those of the
    /// denominator.
    pub fn among_the_denominator(&mut self, page: &Page, campaign: Campaign) {
        let mut numerators = criteria(page, campaign)
            .enumerate()
            .filter(|(_, (part, _))| *part == Part::Numerator)
            .map(|(at, _)| at);
        let (Some(at), None) = (numerators.next(), numerators.next()) else { return };
        if !matches!(page.rule.unit, Unit::Box | Unit::Treatment(_) | Unit::Event(_)) {
            return;
        }
        if let Some(evidence) = self.criteria.get_mut(at) {
            evidence.holds = self.counts.numerator;
            evidence.fails = Some(self.counts.denominator.saturating_sub(self.counts.numerator));
        }
    }
}

/// What one criterion says of one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CriterionEvidence {
    /// The criterion.
    pub id: String,
    /// Patients: 1 or 0. Boxes and treatments: how many meet it.
    pub holds: u64,
    /// Boxes and treatments: how many do not.
    pub fails: Option<u64>,
    /// What was counted: dates, or substances.
    pub count: Option<u64>,
    /// The last day counted.
    pub last: Option<Date>,
    /// Criteria of which one is enough.
    pub options: Vec<Self>,
}

impl Evidence {
    pub(crate) fn new(
        batches: Vec<RecordBatch>,
        pages: Vec<PageColumns>,
        populations: Vec<(String, String)>,
    ) -> Self {
        Self { batches, pages, populations }
    }

    /// Number of patients.
    #[must_use]
    pub fn patients(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The evidence of one patient alone.
    pub fn only(&self, patient: &str) -> Result<Self, EngineError> {
        let mut batches = Vec::new();
        for batch in &self.batches {
            let named = columns::texts(std::slice::from_ref(batch), "patient")?;
            let rows = named.iter().enumerate();
            let his = rows.filter(|(_, one)| one.as_deref() == Some(patient));
            batches.extend(his.map(|(at, _)| batch.slice(at, 1)));
        }
        Ok(Self { batches, pages: self.pages.clone(), populations: self.populations.clone() })
    }

    /// The patients of one doctor.
    pub fn patients_of(&self, doctor: &str) -> Result<BTreeSet<String>, EngineError> {
        let doctors = columns::texts(&self.batches, "medecin")?;
        let patients = columns::texts(&self.batches, "patient")?;
        let rows = doctors.into_iter().zip(patients);
        let mine = rows.filter(|(one, _)| one.as_deref() == Some(doctor));
        Ok(mine.filter_map(|(_, patient)| patient).collect())
    }

    /// The sums of one doctor, added up from the evidence of the patients.
    pub fn counts(&self, doctor: &str) -> Result<DoctorCounts, EngineError> {
        let doctors = columns::texts(&self.batches, "medecin")?;
        let mine = |at: usize| doctors.get(at).is_some_and(|one| one.as_deref() == Some(doctor));
        let mut pages = Vec::with_capacity(self.pages.len());
        for page in &self.pages {
            let mut sum = PageCounts::default();
            for (at, counts) in page_counts(&self.batches, page)?.into_iter().enumerate() {
                if mine(at) {
                    sum.denominator += counts.denominator;
                    sum.numerator += counts.numerator;
                    sum.left_out += counts.left_out;
                }
            }
            pages.push(sum);
        }
        let patients = (0..doctors.len()).filter(|at| mine(*at)).count();
        let mut lent = BTreeMap::new();
        for (scheme, column) in &self.populations {
            let counts = columns::counts(&self.batches, column)?.into_iter().enumerate();
            let size = counts.filter(|(at, _)| mine(*at)).map(|(_, count)| count).sum();
            lent.insert(scheme.clone(), size);
        }
        Ok(DoctorCounts { doctor: doctor.to_owned(), patients: patients as u64, pages, lent })
    }

    /// What the page at this place of the question says of every patient.
    pub fn page(&self, at: usize) -> Result<Vec<PatientEvidence>, EngineError> {
        let Some(page) = self.pages.get(at) else { return Ok(Vec::new()) };
        let doctors = columns::texts(&self.batches, "medecin")?;
        let patients = columns::texts(&self.batches, "patient")?;
        let counts = page_counts(&self.batches, page)?;
        let mut rows: Vec<PatientEvidence> = doctors
            .into_iter()
            .zip(patients)
            .zip(counts)
            .map(|((doctor, patient), counts)| PatientEvidence {
                doctor: doctor.unwrap_or_default(),
                patient: patient.unwrap_or_default(),
                counts,
                criteria: Vec::with_capacity(page.criteria.len()),
            })
            .collect();
        for criterion in &page.criteria {
            for (row, evidence) in rows.iter_mut().zip(self.criterion(criterion)?) {
                row.criteria.push(evidence);
            }
        }
        Ok(rows)
    }

    fn criterion(
        &self,
        criterion: &CriterionColumns,
    ) -> Result<Vec<CriterionEvidence>, EngineError> {
        let batches = &self.batches;
        let mut rows: Vec<CriterionEvidence> = columns::counts(batches, &criterion.holds)?
            .into_iter()
            .map(|holds| CriterionEvidence {
                id: criterion.id.clone(),
                holds,
                fails: None,
                count: None,
                last: None,
                options: Vec::with_capacity(criterion.options.len()),
            })
            .collect();
        if let Some(column) = &criterion.fails {
            for (row, fails) in rows.iter_mut().zip(columns::counts(batches, column)?) {
                row.fails = Some(fails);
            }
        }
        if let Some(column) = &criterion.count {
            for (row, count) in rows.iter_mut().zip(columns::counts(batches, column)?) {
                row.count = Some(count);
            }
        }
        if let Some(column) = &criterion.last {
            for (row, last) in rows.iter_mut().zip(columns::days(batches, column)?) {
                row.last = last;
            }
        }
        for option in &criterion.options {
            for (row, evidence) in rows.iter_mut().zip(self.criterion(option)?) {
                row.options.push(evidence);
            }
        }
        Ok(rows)
    }
}
