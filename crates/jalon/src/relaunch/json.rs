//! The JSON of `jalon relancer`: keys and numbers as in that of `calculer`.

use jalon_engine::worklist::{Gap, Row, Step, Target};
use jalon_rules::Fraction;
use serde::Serialize;

use super::{Outcome, sentence, worth};
use crate::json::{Complement, Interval};

/// Digits of a rate, and of an objective.
const DIGITS: usize = 6;

#[derive(Serialize)]
struct Document<'a> {
    campagne: i16,
    moteur: &'static str,
    regles: &'a str,
    donnees: &'a str,
    complement: Option<Complement>,
    medecin: &'a str,
    patientele: u64,
    indicateurs: Vec<Indicator<'a>>,
    patients: Vec<Called<'a>>,
    faits: Option<Vec<Fact<'a>>>,
    cas_probables: Vec<Finder<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Indicator<'a> {
    dispositif: &'a str,
    id: &'a str,
    numerateur: String,
    denominateur: String,
    taux: Option<String>,
    /// Gaps, and those among them that an act can close.
    manques: u64,
    rattrapables: u64,
    euros: Interval,
    /// Null when the worth is unknown.
    un_de_plus: Option<Interval>,
    tous: Option<Interval>,
    objectifs: Vec<Goal>,
}

#[derive(Serialize)]
struct Goal {
    objectif: &'static str,
    valeur: String,
    manquent: u64,
    /// Null when there are not so many gaps that an act can close.
    ensemble: Option<Interval>,
    chacun: Option<Interval>,
}

#[derive(Serialize)]
struct Called<'a> {
    patient: &'a str,
    dernier_contact: Option<String>,
    jusqu_au: Option<String>,
    manques: Vec<Lack<'a>>,
    ensemble: Interval,
    /// Gaps whose worth is unknown, left out of `ensemble`.
    sans_valeur: usize,
}

#[derive(Serialize)]
struct Lack<'a> {
    dispositif: &'a str,
    indicateur: &'a str,
    manque: String,
    /// Null when no act can close it.
    jusqu_au: Option<String>,
    /// Null when no act can close it, or its worth is unknown.
    euros: Option<Interval>,
}

#[derive(Serialize)]
struct Fact<'a> {
    patient: &'a str,
    dispositif: &'a str,
    indicateur: &'a str,
    dernier: Option<String>,
}

#[derive(Serialize)]
struct Finder<'a> {
    id: &'a str,
    phrase: &'a str,
    patients: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    patient: &'a str,
    date: String,
}

/// The text of the document.
pub fn text(outcome: &Outcome<'_, '_>) -> String {
    let document = Document {
        campagne: outcome.campaign.year(),
        moteur: env!("CARGO_PKG_VERSION"),
        regles: outcome.rules.hash(),
        donnees: outcome.dossier.hash(),
        complement: outcome.overlay.map(Complement::new),
        medecin: outcome.payee,
        patientele: outcome.patients,
        indicateurs: outcome.list.targets.iter().map(indicator).collect(),
        patients: outcome.list.rows.iter().map(|row| patient(outcome, row)).collect(),
        faits: outcome.facts.then(|| {
            let facts = outcome.list.facts.iter();
            facts
                .map(|fact| Fact {
                    patient: &fact.patient,
                    dispositif: outcome.scheme(fact.target),
                    indicateur: outcome.indicator(fact.target),
                    dernier: fact.last.map(|day| day.to_string()),
                })
                .collect()
        }),
        cas_probables: outcome
            .finders
            .iter()
            .map(|finder| Finder {
                id: &finder.id,
                phrase: &finder.says,
                patients: finder
                    .patients
                    .iter()
                    .map(|(patient, day)| Found { patient, date: day.to_string() })
                    .collect(),
            })
            .collect(),
        notes: &outcome.notes,
    };
    // Texts, numbers and lists always serialise.
    serde_json::to_string(&document).unwrap_or_default()
}

fn indicator<'a>(target: &'a Target<'_>) -> Indicator<'a> {
    let counts = target.counts;
    let rate = Fraction::ratio(counts.numerator, counts.denominator);
    Indicator {
        dispositif: &target.scheme.id,
        id: &target.page.id,
        numerateur: counts.numerator.to_string(),
        denominateur: counts.denominator.to_string(),
        taux: rate.map(|rate| rate.to_decimal(DIGITS)),
        manques: target.gaps(),
        rattrapables: target.open,
        euros: Interval::new(&target.paid, 2),
        un_de_plus: (!target.is_unsettled()).then(|| Interval::new(&target.one, 2)),
        tous: (!target.is_unsettled()).then(|| Interval::new(&target.all, 2)),
        objectifs: target.steps.iter().map(goal).collect(),
    }
}

fn goal(step: &Step) -> Goal {
    Goal {
        objectif: step.objective.word(),
        valeur: step.value.value.to_short_decimal(DIGITS),
        manquent: step.missing,
        ensemble: step.worth.as_ref().map(|worth| Interval::new(worth, 2)),
        chacun: step.each().as_ref().map(|each| Interval::new(each, 2)),
    }
}

fn patient<'a>(outcome: &'a Outcome<'_, '_>, row: &'a Row) -> Called<'a> {
    let lack = |gap: &Gap| Lack {
        dispositif: outcome.scheme(gap.target),
        indicateur: outcome.indicator(gap.target),
        manque: sentence(gap),
        jusqu_au: gap.until().filter(|_| gap.is_open()).map(|day| day.to_string()),
        euros: worth(outcome, gap).map(|worth| Interval::new(worth, 2)),
    };
    Called {
        patient: &row.patient,
        dernier_contact: row.contact.map(|day| day.to_string()),
        jusqu_au: row.until().map(|day| day.to_string()),
        manques: row.gaps.iter().map(lack).collect(),
        ensemble: Interval::new(&row.together, 2),
        sans_valeur: row.unsettled(&outcome.list.targets),
    }
}
