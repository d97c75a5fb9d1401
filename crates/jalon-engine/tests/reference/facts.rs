//! The facts of one patient, as the tables of a dossier tell them.

use std::fmt;

use jalon_rules::page::Facts;
use jiff::civil::Date;

/// A patient with everything that is known of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// Identifier.
    pub name: String,
    /// Day of birth.
    pub birth: Date,
    /// `F` or `M`.
    pub sex: char,
    /// Day of death.
    pub death: Option<Date>,
    /// Complémentaire santé solidaire.
    pub c2s: Option<bool>,
    /// Doctors, one period each.
    pub attachments: Vec<Attachment>,
    /// Lines of drug deliveries.
    pub deliveries: Vec<Delivery>,
    /// Lines of acts.
    pub acts: Vec<Act>,
    /// Vaccinations.
    pub vaccinations: Vec<Vaccination>,
    /// Long-term illnesses.
    pub alds: Vec<Ald>,
    /// Hospital stays.
    pub stays: Vec<Stay>,
}

/// A period on a doctor's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The doctor.
    pub doctor: String,
    /// First day.
    pub from: Date,
    /// Day from which the doctor is no longer theirs.
    pub to: Option<Date>,
}

/// A line of deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Day.
    pub date: Date,
    /// Presentation.
    pub cip13: Option<String>,
    /// Class.
    pub atc: Option<String>,
    /// Boxes; negative on a reversal.
    pub boxes: i64,
    /// Days covered by the whole line.
    pub days: Option<i64>,
    /// Large pack.
    pub large_pack: Option<bool>,
    /// Repertory of generics.
    pub repertory: Option<bool>,
    /// Prescriber.
    pub prescriber: Option<String>,
}

/// A line of acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Day.
    pub date: Date,
    /// System of the code.
    pub system: String,
    /// Code.
    pub code: String,
    /// Quantity; negative on a reversal.
    pub quantity: i64,
    /// Result.
    pub value: Option<String>,
    /// Who performed it.
    pub performer: Option<String>,
    /// Their speciality.
    pub speciality: Option<String>,
    /// Prescriber.
    pub prescriber: Option<String>,
}

/// A vaccination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vaccination {
    /// Day.
    pub date: Date,
    /// ATC class.
    pub code: String,
    /// Who says so.
    pub source: Option<String>,
}

/// A long-term illness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ald {
    /// Number.
    pub number: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

/// A hospital stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Day of entry.
    pub date: Date,
    /// Diagnosis.
    pub icd10: String,
    /// `DP`, `DR` or `DAS`.
    pub position: String,
    /// Act.
    pub ccam: Option<String>,
}

impl Patient {
    /// The patient of a page's case, on the list of `doctor`.
    pub fn of_case(name: &str, doctor: &str, facts: &Facts) -> Self {
        Self {
            name: name.to_owned(),
            birth: facts.birth,
            sex: facts.sex,
            death: facts.death,
            c2s: Some(facts.c2s),
            attachments: vec![Attachment {
                doctor: doctor.to_owned(),
                from: facts.attached.0,
                to: facts.attached.1,
            }],
            deliveries: (facts.deliveries.iter())
                .map(|line| Delivery {
                    date: line.date,
                    cip13: line.cip13.clone(),
                    atc: Some(line.atc.clone()),
                    boxes: line.boxes,
                    days: line.days,
                    large_pack: line.large_pack,
                    repertory: line.repertory,
                    prescriber: None,
                })
                .collect(),
            acts: (facts.acts.iter())
                .map(|act| Act {
                    date: act.date,
                    system: act.system.clone(),
                    code: act.code.clone(),
                    quantity: act.quantity,
                    value: None,
                    performer: act.by_doctor.then(|| doctor.to_owned()),
                    speciality: act.speciality.clone(),
                    prescriber: None,
                })
                .collect(),
            vaccinations: (facts.vaccinations.iter())
                .map(|(date, code)| Vaccination { date: *date, code: code.clone(), source: None })
                .collect(),
            alds: (facts.alds.iter())
                .map(|ald| Ald { number: i64::from(ald.number), from: ald.from, to: ald.to })
                .collect(),
            stays: (facts.stays.iter())
                .map(|stay| Stay {
                    date: stay.date,
                    icd10: stay.icd10.clone(),
                    position: stay.position.clone(),
                    ccam: stay.ccam.clone(),
                })
                .collect(),
        }
    }

    /// The same patient with net lines only: lines that are identical but for
    /// their quantity add up, and sums of 0 or less vanish.
    pub fn net(&self) -> Self {
        Self {
            deliveries: net(&self.deliveries, |line| &mut line.boxes),
            acts: net(&self.acts, |act| &mut act.quantity),
            ..self.clone()
        }
    }
}

fn net<T: Clone + PartialEq>(lines: &[T], quantity: fn(&mut T) -> &mut i64) -> Vec<T> {
    // Each different line with its quantity set to 0, then its sum.
    let mut sums: Vec<(T, i64)> = Vec::new();
    for line in lines {
        let mut key = line.clone();
        let added = std::mem::take(quantity(&mut key));
        match sums.iter_mut().find(|(other, _)| *other == key) {
            Some((_, sum)) => *sum += added,
            None => sums.push((key, added)),
        }
    }
    sums.retain(|(_, sum)| *sum > 0);
    sums.into_iter()
        .map(|(mut line, sum)| {
            *quantity(&mut line) = sum;
            line
        })
        .collect()
}

impl fmt::Display for Patient {
    /// One fact a line, oldest first in each table: the facts are invented, and
    /// whoever reads a failure needs them all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn until(to: Option<Date>) -> String {
            to.map_or_else(String::new, |to| to.to_string())
        }
        fn known<T: fmt::Display>(word: &str, value: Option<T>) -> String {
            value.map_or_else(String::new, |value| format!(" {word}={value}"))
        }
        let Self { name, birth, sex, death, c2s, .. } = self;
        write!(f, "{name} : {sex}, né le {birth}")?;
        writeln!(f, "{}{}", known("décès", *death), known("c2s", *c2s))?;
        for one in &self.attachments {
            let Attachment { doctor, from, to } = one;
            writeln!(f, "  rattachement {doctor} {from}..{}", until(*to))?;
        }
        for ald in &self.alds {
            let Ald { number, from, to } = ald;
            writeln!(f, "  ald {number} {from}..{}", until(*to))?;
        }
        let mut deliveries: Vec<_> = self.deliveries.iter().collect();
        deliveries.sort_by_key(|line| line.date);
        for line in deliveries {
            write!(f, "  délivrance {}", line.date)?;
            write!(f, "{}", known("atc", line.atc.as_ref()))?;
            write!(f, "{}", known("cip13", line.cip13.as_ref()))?;
            write!(f, " boites={}{}", line.boxes, known("jours", line.days))?;
            write!(f, "{}", known("gc", line.large_pack))?;
            write!(f, "{}", known("rep", line.repertory))?;
            writeln!(f, "{}", known("prescripteur", line.prescriber.as_ref()))?;
        }
        let mut acts: Vec<_> = self.acts.iter().collect();
        acts.sort_by_key(|act| act.date);
        for act in acts {
            write!(f, "  acte {} {}:{}", act.date, act.system, act.code)?;
            write!(f, " quantité={}", act.quantity)?;
            write!(f, "{}", known("valeur", act.value.as_ref()))?;
            write!(f, "{}", known("exécutant", act.performer.as_ref()))?;
            write!(f, "{}", known("spécialité", act.speciality.as_ref()))?;
            writeln!(f, "{}", known("prescripteur", act.prescriber.as_ref()))?;
        }
        for vaccination in &self.vaccinations {
            writeln!(f, "  vaccin {} {}", vaccination.date, vaccination.code)?;
        }
        for stay in &self.stays {
            write!(f, "  séjour {} {}", stay.date, stay.icd10)?;
            write!(f, " {}", stay.position)?;
            writeln!(f, "{}", known("ccam", stay.ccam.as_ref()))?;
        }
        Ok(())
    }
}
