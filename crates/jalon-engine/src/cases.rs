//! The cases of the pages, run by the engine itself.
//!
//! All the cases of a campaign make one dossier, one patient and one doctor
//! each, and one run of the plan answers them all.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::error::ArrowError;
use jalon_rules::Campaign;
use jalon_rules::criterion::{Criterion, Test};
use jalon_rules::diagnostic::Diagnostic;
use jalon_rules::page::{Case, Facts, Page};
use jalon_rules::rules::Rules;

use crate::canonical::{NamedTable, batch, booleans, days, integers, texts};
use crate::engine::{Engine, Question};
use crate::error::EngineError;
use crate::evidence::CriterionEvidence;

/// What running the cases said.
#[derive(Debug, Default)]
pub struct CaseReport {
    /// How many cases were run.
    pub run: usize,
    /// Cases whose answer was not the expected one.
    pub failures: Vec<Diagnostic>,
    /// Criteria that no case makes true, or none makes false.
    pub uncovered: Vec<Diagnostic>,
}

/// Runs every case of every page.
pub fn run(rules: &Rules) -> Result<CaseReport, EngineError> {
    let mut report = CaseReport::default();
    let mut seen = Coverage::default();
    for (_, scheme) in rules.schemes() {
        for campaign in scheme.campaigns() {
            let pages: Vec<&Page> = rules
                .pages_of(scheme)
                .into_iter()
                .filter(|page| rules.exists(page, campaign))
                .filter(|page| page.cases.iter().any(|case| case.campaign == campaign))
                .filter(|page| page.rule.scheme == scheme.id)
                .collect();
            if pages.is_empty() {
                continue;
            }
            let cases: Vec<(usize, &Case)> = pages
                .iter()
                .enumerate()
                .flat_map(|(at, page)| page.cases.iter().map(move |case| (at, case)))
                .filter(|(_, case)| case.campaign == campaign)
                .collect();
            let tables = dossier(campaign, &pages, &cases)
                .map_err(|error| EngineError::Shape(error.to_string()))?;
            let engine = Engine::in_memory(&tables)?;
            let question =
                Question { rules, scheme, at: campaign.into(), pages: &pages, doctor: None };
            let evidence = engine.evidence(question)?;
            let declared = engine.declared(campaign)?;
            let mut by_page = Vec::with_capacity(pages.len());
            for at in 0..pages.len() {
                let rows = evidence.page(at)?;
                let rows: BTreeMap<String, _> =
                    rows.into_iter().map(|row| (row.patient.clone(), row)).collect();
                by_page.push(rows);
            }
            for (index, (at, case)) in cases.iter().enumerate() {
                let page = pages[*at];
                let name = person(index);
                report.run += 1;
                let answer = if page.rule.unit.is_computed() {
                    let row = by_page[*at].get(&name);
                    if let Some(row) = row {
                        seen.note(page, &row.criteria);
                    }
                    let counts = row.map(|row| row.counts).unwrap_or_default();
                    (Some(counts.denominator), Some(counts.numerator))
                } else {
                    declared
                        .counts(&name, &page.id)
                        .map_or((None, None), |(numerator, denominator)| {
                            (Some(denominator), Some(numerator))
                        })
                };
                let expected = (case.denominator, expected_numerator(case));
                if answer != expected {
                    let said = |(denominator, numerator): (Option<u64>, Option<u64>)| {
                        let word = |number: Option<u64>| {
                            number.map_or("?".into(), |number| number.to_string())
                        };
                        format!("{} / {}", word(numerator), word(denominator))
                    };
                    report.failures.push(page.case_fault(
                        case,
                        format!(
                            "le moteur trouve {} et le cas attend {}",
                            said(answer),
                            said(expected)
                        ),
                    ));
                }
            }
        }
    }
    for page in rules.pages() {
        seen.missing(page, &mut report.uncovered);
    }
    Ok(report)
}

/// An unknown denominator leaves the numerator unknown.
fn expected_numerator(case: &Case) -> Option<u64> {
    case.denominator.and(case.numerator)
}

fn person(index: usize) -> String {
    format!("cas-{index:05}")
}

/// Which criteria were seen true and false.
#[derive(Default)]
struct Coverage(BTreeSet<(String, String, String, bool)>);

impl Coverage {
    fn note(&mut self, page: &Page, criteria: &[CriterionEvidence]) {
        for criterion in criteria {
            let mut note = |truth| {
                let key = (page.rule.scheme.clone(), page.id.clone(), criterion.id.clone(), truth);
                self.0.insert(key);
            };
            if criterion.holds > 0 {
                note(true);
            }
            if criterion.fails.map_or(criterion.holds == 0, |fails| fails > 0) {
                note(false);
            }
            self.note(page, &criterion.options);
        }
    }

    fn missing(&self, page: &Page, diagnostics: &mut Vec<Diagnostic>) {
        if !page.rule.unit.is_computed() {
            return;
        }
        let mut check = |criterion: &Criterion| {
            for (truth, word) in [(true, "vrai"), (false, "faux")] {
                let key = (page.rule.scheme.clone(), page.id.clone(), criterion.id.clone(), truth);
                if !self.0.contains(&key) {
                    let message = format!("aucun cas ne rend le critère `{}` {word}", criterion.id);
                    diagnostics.push(page.page_fault(message));
                }
            }
        };
        for criterion in page.rule.criteria() {
            check(criterion);
            if let Some(Test::AnyOf(options)) = &criterion.test {
                options.iter().for_each(&mut check);
            }
        }
    }
}

/// The facts of the cases as canonical tables.
fn dossier(
    campaign: Campaign,
    pages: &[&Page],
    cases: &[(usize, &Case)],
) -> Result<Vec<NamedTable>, ArrowError> {
    let people: Vec<(String, &Facts)> =
        cases.iter().enumerate().map(|(index, (_, case))| (person(index), &case.facts)).collect();
    let names = || people.iter().map(|(name, _)| Some(name.as_str()));
    let mut tables = vec![
        batch(
            "medecins",
            &[("medecin", texts(names())), ("specialite", texts(names().map(|_| Some("1"))))],
        )?,
        batch(
            "patients",
            &[
                ("patient", texts(names())),
                ("naissance", days(people.iter().map(|(_, facts)| Some(facts.birth)))),
                (
                    "sexe",
                    texts(
                        people
                            .iter()
                            .map(|(_, facts)| Some(if facts.sex == 'F' { "F" } else { "M" })),
                    ),
                ),
                ("deces", days(people.iter().map(|(_, facts)| facts.death))),
                ("c2s", booleans(people.iter().map(|(_, facts)| Some(facts.c2s)))),
            ],
        )?,
        batch(
            "rattachements",
            &[
                ("patient", texts(names())),
                ("medecin", texts(names())),
                ("debut", days(people.iter().map(|(_, facts)| Some(facts.attached.0)))),
                ("fin", days(people.iter().map(|(_, facts)| facts.attached.1))),
            ],
        )?,
    ];
    tables.extend(events(&people)?);
    let declared: Vec<_> = cases
        .iter()
        .zip(&people)
        .filter_map(|((at, _), (name, facts))| {
            Some((name.as_str(), pages[*at].id.as_str(), facts.declaration?))
        })
        .collect();
    let signed = |number: u64| i64::try_from(number).ok();
    tables.push(batch(
        "declarations",
        &[
            ("medecin", texts(declared.iter().map(|(name, _, _)| Some(*name)))),
            ("campagne", integers(declared.iter().map(|_| Some(i64::from(campaign.year()))))),
            ("indicateur", texts(declared.iter().map(|(_, page, _)| Some(*page)))),
            (
                "numerateur",
                integers(declared.iter().map(|(_, _, (numerator, _))| signed(*numerator))),
            ),
            (
                "denominateur",
                integers(declared.iter().map(|(_, _, (_, denominator))| signed(*denominator))),
            ),
        ],
    )?);
    Ok(tables)
}

/// The tables of events.
fn events(people: &[(String, &Facts)]) -> Result<Vec<NamedTable>, ArrowError> {
    let deliveries: Vec<_> = flat(people, |facts| &facts.deliveries);
    let deliveries = batch(
        "delivrances",
        &[
            ("patient", texts(deliveries.iter().map(|(name, _)| Some(*name)))),
            ("date", days(deliveries.iter().map(|(_, line)| Some(line.date)))),
            ("cip13", texts(deliveries.iter().map(|(_, line)| line.cip13.as_deref()))),
            ("atc", texts(deliveries.iter().map(|(_, line)| Some(line.atc.as_str())))),
            ("boites", integers(deliveries.iter().map(|(_, line)| Some(line.boxes)))),
            ("jours", integers(deliveries.iter().map(|(_, line)| line.days))),
            ("grand_conditionnement", booleans(deliveries.iter().map(|(_, line)| line.large_pack))),
            ("repertoire", booleans(deliveries.iter().map(|(_, line)| line.repertory))),
        ],
    )?;
    let acts: Vec<_> = flat(people, |facts| &facts.acts);
    let acts = batch(
        "actes",
        &[
            ("patient", texts(acts.iter().map(|(name, _)| Some(*name)))),
            ("date", days(acts.iter().map(|(_, act)| Some(act.date)))),
            ("systeme", texts(acts.iter().map(|(_, act)| Some(act.system.as_str())))),
            ("code", texts(acts.iter().map(|(_, act)| Some(act.code.as_str())))),
            ("quantite", integers(acts.iter().map(|(_, act)| Some(act.quantity)))),
            ("specialite", texts(acts.iter().map(|(_, act)| act.speciality.as_deref()))),
            ("executant", texts(acts.iter().map(|(name, act)| act.by_doctor.then_some(*name)))),
        ],
    )?;
    let vaccinations: Vec<_> = flat(people, |facts| &facts.vaccinations);
    let vaccinations = batch(
        "vaccinations",
        &[
            ("patient", texts(vaccinations.iter().map(|(name, _)| Some(*name)))),
            ("date", days(vaccinations.iter().map(|(_, (date, _))| Some(*date)))),
            ("code", texts(vaccinations.iter().map(|(_, (_, code))| Some(code.as_str())))),
        ],
    )?;
    let alds: Vec<_> = flat(people, |facts| &facts.alds);
    let alds = batch(
        "ald",
        &[
            ("patient", texts(alds.iter().map(|(name, _)| Some(*name)))),
            ("numero", integers(alds.iter().map(|(_, ald)| Some(i64::from(ald.number))))),
            ("debut", days(alds.iter().map(|(_, ald)| Some(ald.from)))),
            ("fin", days(alds.iter().map(|(_, ald)| ald.to))),
        ],
    )?;
    let stays: Vec<_> = flat(people, |facts| &facts.stays);
    let stays = batch(
        "sejours",
        &[
            ("patient", texts(stays.iter().map(|(name, _)| Some(*name)))),
            ("entree", days(stays.iter().map(|(_, stay)| Some(stay.date)))),
            ("cim10", texts(stays.iter().map(|(_, stay)| Some(stay.icd10.as_str())))),
            ("position", texts(stays.iter().map(|(_, stay)| Some(stay.position.as_str())))),
            ("ccam", texts(stays.iter().map(|(_, stay)| stay.ccam.as_deref()))),
        ],
    )?;
    Ok(vec![deliveries, acts, vaccinations, alds, stays])
}

/// The items of every person, each with the name of its person.
fn flat<'a, T>(
    people: &'a [(String, &'a Facts)],
    items: impl Fn(&'a Facts) -> &'a Vec<T>,
) -> Vec<(&'a str, &'a T)> {
    people
        .iter()
        .flat_map(|(name, facts)| items(facts).iter().map(move |item| (name.as_str(), item)))
        .collect()
}
