//! The JSON of `jalon relancer`, filled in.

use jalon_engine::evidence::PageCounts;
use jalon_engine::worklist::{Gap, Row, Step, Target};
use jalon_rules::Fraction;

use super::{Outcome, worth};
use crate::json::relaunch::{
    Called, Document, Fact, Finder, Found, Goal, Indicator, Lack, Standing,
};
use crate::json::{self, DIGITS, Interval, Origin};

/// The text of the document.
pub fn text(outcome: &Outcome<'_, '_>) -> String {
    let document = Document {
        campagne: outcome.campaign.year(),
        origine: Origin::new(outcome.rules, outcome.dossier, outcome.overlay),
        au: outcome.today.map(|day| day.to_string()),
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
    json::text(&document)
}

fn indicator<'a>(target: &'a Target<'_>) -> Indicator<'a> {
    let Standing { numerateur, denominateur, taux } = standing(target.counts);
    Indicator {
        dispositif: &target.scheme.id,
        id: &target.page.id,
        a_ce_jour: target.today.map(standing),
        numerateur,
        denominateur,
        taux,
        manques: target.gaps(),
        rattrapables: target.open,
        euros: Interval::euros(&target.paid),
        un_de_plus: (!target.is_unsettled()).then(|| Interval::euros(&target.one)),
        tous: (!target.is_unsettled()).then(|| Interval::euros(&target.all)),
        objectifs: target.steps.iter().map(goal).collect(),
    }
}

fn standing(counts: PageCounts) -> Standing {
    let rate = Fraction::ratio(counts.numerator, counts.denominator);
    Standing {
        numerateur: counts.numerator.to_string(),
        denominateur: counts.denominator.to_string(),
        taux: rate.map(|rate| rate.to_decimal(DIGITS)),
    }
}

fn goal(step: &Step) -> Goal {
    Goal {
        objectif: step.objective.word(),
        valeur: step.value.value.to_short_decimal(DIGITS),
        manquent: step.missing,
        ensemble: step.worth.as_ref().map(Interval::euros),
        chacun: step.each().as_ref().map(Interval::euros),
    }
}

fn patient<'a>(outcome: &'a Outcome<'_, '_>, row: &'a Row) -> Called<'a> {
    let lack = |gap: &Gap| Lack {
        dispositif: outcome.scheme(gap.target),
        indicateur: outcome.indicator(gap.target),
        manque: gap.sentence(),
        jusqu_au: gap.until().filter(|_| gap.is_open()).map(|day| day.to_string()),
        euros: worth(outcome, gap).map(Interval::euros),
    };
    Called {
        patient: &row.patient,
        dernier_contact: row.contact.map(|day| day.to_string()),
        jusqu_au: row.until().map(|day| day.to_string()),
        manques: row.gaps.iter().map(lack).collect(),
        ensemble: Interval::euros(&row.together),
        sans_valeur: row.unsettled(&outcome.list.targets),
    }
}
