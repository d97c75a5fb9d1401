//! Cases that are probable and that the fund does not see: one small query
//! each, with the sentence that says what it finds.
//!
//! They look at the practice's facts from outside the pages: nothing here
//! counts or is paid.

use std::collections::{BTreeMap, BTreeSet};

use jalon_rules::Campaign;
use jalon_rules::codes::System;
use jalon_rules::convention::Scheme;
use jalon_rules::criterion::{Criterion, Selection, Table, Test};
use jalon_rules::rules::Rules;
use jiff::civil::Date;

use crate::columns;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::Books;
use crate::plan::{TREATED_DATES, TREATED_DATES_LARGE_PACK};
use crate::sql::{any, code_in, day};

/// What one finder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finder {
    /// Its name.
    pub id: String,
    /// What it finds, for people.
    pub says: String,
    /// Patients, each with the last day that makes the case probable.
    pub patients: Vec<(String, Date)>,
}

/// A finder before it is asked: its query gives `patient` and `date`.
struct Wanted {
    id: String,
    says: String,
    query: String,
}

/// Code lists of laboratory results, and what they measure.
const RESULTS: [(&str, &str); 3] = [
    ("hba1c", "un résultat d'HbA1c"),
    ("albuminurie", "un résultat d'albuminurie"),
    ("creatinine", "un résultat de créatinine"),
];

/// Days before a vaccination in which its vaccine may have been bought, and
/// days after it in which its act may be dated.
const BOUGHT_BEFORE: u16 = 180;
const DATED_AFTER: u16 = 31;

/// Runs every finder, for these patients. `schemes` say which vaccines are
/// looked for.
pub fn find(
    engine: &Engine,
    books: &Books<'_>,
    schemes: &[&Scheme],
    patients: &BTreeSet<String>,
) -> Result<Vec<Finder>, EngineError> {
    let (rules, campaign) = (books.rules, books.campaign);
    let mut wanted: Vec<Wanted> =
        treated_without_illness(engine, rules, campaign).into_iter().collect();
    wanted.extend(
        RESULTS
            .iter()
            .filter_map(|(list, says)| result_without_act(engine, rules, campaign, list, says)),
    );
    for (list, days) in vaccine_lists(books, schemes) {
        wanted.extend(vaccination_unseen(engine, rules, campaign, &list, days));
    }
    wanted
        .into_iter()
        .map(|Wanted { id, says, query }| {
            let rows = engine.ask(&query)?;
            let names = columns::texts(&rows, "patient")?;
            let days = columns::days(&rows, "date")?;
            let found = names.into_iter().zip(days);
            let found = found.filter_map(|(patient, day)| Some((patient?, day?)));
            let patients = found.filter(|(patient, _)| patients.contains(patient));
            Ok(Finder { id, says, patients: patients.collect() })
        })
        .collect()
}

/// Treated by antidiabetics, as the indicators understand it, without ALD 8.
fn treated_without_illness(engine: &Engine, rules: &Rules, campaign: Campaign) -> Option<Wanted> {
    let drug = code_in(rules, "antidiabetiques", campaign, System::Atc, "atc")?;
    let (first, last) = (day(campaign.first_day()), day(campaign.reference_day()));
    Some(Wanted {
        id: "antidiabetiques-sans-ald-8".into(),
        says: "traité par antidiabétiques dans l'année, sans ALD 8 en cours".into(),
        query: format!(
            "WITH lignes AS (\n{lines}\n),
dates AS (
  SELECT patient, date, max(CASE WHEN grand_conditionnement THEN 1 ELSE 0 END) AS grand
  FROM lignes WHERE date BETWEEN {first} AND {last} AND {drug}
  GROUP BY patient, date
),
traites AS (
  SELECT patient, max(date) AS date FROM dates GROUP BY patient
  HAVING count(*) >= {TREATED_DATES} OR (count(*) >= {TREATED_DATES_LARGE_PACK} AND max(grand) = 1)
)
SELECT traites.patient, traites.date
FROM traites LEFT ANTI JOIN (
  SELECT patient FROM ald WHERE numero = 8 AND debut <= {last} AND (fin IS NULL OR fin >= {first})
) AS connus ON traites.patient = connus.patient
ORDER BY patient",
            lines = engine.net_lines("delivrances"),
        ),
    })
}

/// A result of the laboratory without its act on the same day.
fn result_without_act(
    engine: &Engine,
    rules: &Rules,
    campaign: Campaign,
    list: &str,
    says: &str,
) -> Option<Wanted> {
    let result = code_in(rules, list, campaign, System::Loinc, "code")?;
    let act = code_in(rules, list, campaign, System::Nabm, "code")?;
    let (from, to) = (day(campaign.first_day()), day(campaign.reference_day()));
    Some(Wanted {
        id: format!("resultat-sans-acte-{list}"),
        says: format!("{says} dans l'année, sans acte de biologie le même jour"),
        query: format!(
            "WITH lignes AS (\n{lines}\n)
SELECT resultats.patient, max(resultats.date) AS date
FROM (
  SELECT patient, date FROM lignes
  WHERE systeme = 'loinc' AND {result} AND valeur <> '' AND date BETWEEN {from} AND {to}
) AS resultats LEFT ANTI JOIN (
  SELECT patient, date FROM lignes WHERE systeme = 'nabm' AND {act}
) AS payes ON resultats.patient = payes.patient AND resultats.date = payes.date
GROUP BY resultats.patient
ORDER BY patient",
            lines = engine.net_lines("actes"),
        ),
    })
}

/// A vaccination of the practice that no delivery and no prestation shows.
fn vaccination_unseen(
    engine: &Engine,
    rules: &Rules,
    campaign: Campaign,
    list: &str,
    (from, to): (Date, Date),
) -> Option<Wanted> {
    let vaccine = code_in(rules, list, campaign, System::Atc, "code")?;
    let bought = code_in(rules, list, campaign, System::Atc, "atc");
    let pack = code_in(rules, list, campaign, System::Cip13, "cip13");
    let bought = any(&bought.into_iter().chain(pack).collect::<Vec<_>>())?;
    let paid = code_in(rules, list, campaign, System::Prestation, "code");
    let paid = paid.map_or_else(String::new, |paid| {
        format!(
            "\n  UNION ALL\n  SELECT patient, date FROM gestes WHERE systeme = 'prestation' AND {paid}"
        )
    });
    let (from, to) = (day(from), day(to));
    Some(Wanted {
        id: format!("vaccination-sans-trace-{list}"),
        says: format!("vaccination du cabinet ({list}) sans délivrance ni prestation de la caisse"),
        query: format!(
            "WITH lignes AS (\n{lines}\n),
gestes AS (\n{acts}\n),
traces AS (
  SELECT patient, date FROM lignes WHERE {bought}{paid}
),
faites AS (
  SELECT DISTINCT patient, date FROM vaccinations
  WHERE {vaccine} AND date BETWEEN {from} AND {to}
),
vues AS (
  SELECT DISTINCT faites.patient, faites.date
  FROM faites JOIN traces ON faites.patient = traces.patient
  WHERE traces.date >= faites.date - INTERVAL '{BOUGHT_BEFORE}' DAY
    AND traces.date <= faites.date + INTERVAL '{DATED_AFTER}' DAY
)
SELECT faites.patient, max(faites.date) AS date
FROM faites LEFT ANTI JOIN vues ON faites.patient = vues.patient AND faites.date = vues.date
GROUP BY faites.patient
ORDER BY patient",
            lines = engine.net_lines("delivrances"),
            acts = engine.net_lines("actes"),
        ),
    })
}

/// The lists of vaccines that the indicators count among the practice's own
/// vaccinations, and the days on which they count.
fn vaccine_lists(books: &Books<'_>, schemes: &[&Scheme]) -> BTreeMap<String, (Date, Date)> {
    fn walk(criterion: &Criterion, found: &mut impl FnMut(&str, (Date, Date)), campaign: Campaign) {
        match &criterion.test {
            Some(Test::Count(test)) if test.count.tables.contains(&Table::Vaccinations) => {
                if let Selection::Codes(lists) = &test.count.selection {
                    for list in lists {
                        found(list, test.count.window.days(campaign));
                    }
                }
            }
            Some(Test::AnyOf(options)) => {
                for option in options {
                    walk(option, found, campaign);
                }
            }
            _ => {}
        }
    }
    let mut lists: BTreeMap<String, (Date, Date)> = BTreeMap::new();
    let mut found = |list: &str, (from, to): (Date, Date)| {
        let days = lists.entry(list.to_owned()).or_insert((from, to));
        *days = (days.0.min(from), days.1.max(to));
    };
    for scheme in schemes {
        for page in books.basis(scheme).pages() {
            for criterion in page.rule.numerator.iter().filter(|one| one.applies(books.campaign)) {
                walk(criterion, &mut found, books.campaign);
            }
        }
    }
    lists
}
