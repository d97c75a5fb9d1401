//! Patients by class: what the schemes count that pay so much for each.

use std::fmt::Write as _;

use jalon_rules::Campaign;
use jalon_rules::campaign::Window;
use jalon_rules::forfait::{ClassPage, ClassTest};

use super::Query;
use super::list::{Wanted, attached};
use crate::net::{REVERSIBLE, Reversible};
use crate::sql::{Steps, all, day};

/// What to count.
#[derive(Clone, Copy)]
pub struct ClassRequest<'a> {
    /// The classes.
    pub pages: &'a [&'a ClassPage],
    /// The campaign on whose reference day patients are counted.
    pub campaign: Campaign,
    /// Only this doctor.
    pub doctor: Option<&'a str>,
    /// Tables that hold reversals.
    pub reversals: &'a [Reversible],
}

/// Column of the patients who surely are of the class at this place.
pub fn surely(at: usize) -> String {
    format!("k{at}_min")
}

/// Column of the patients who may be of the class at this place.
pub fn possibly(at: usize) -> String {
    format!("k{at}_max")
}

/// One row per doctor: size of the list, patients of every class.
pub fn compile(request: ClassRequest<'_>) -> Query {
    let ClassRequest { pages, campaign, doctor, reversals } = request;
    let reference = day(campaign.reference_day());
    let mut steps = Steps::default();
    let asks = |of: fn(&ClassTest) -> bool| {
        pages.iter().flat_map(|page| &page.criteria).any(|criterion| of(&criterion.test))
    };
    let [_, acts] = REVERSIBLE;
    let mut lines = acts.table.to_owned();
    let reversed = reversals.iter().any(|reversible| reversible.table == acts.table);
    if reversed && asks(|test| matches!(test, ClassTest::Seen { .. })) {
        acts.add_to(&mut steps);
        lines = acts.netted();
    }
    let wanted = Wanted {
        at: campaign.into(),
        from: "rattachements AS listes".into(),
        paid: "listes.medecin",
        on_list: attached(campaign.into()),
        population: "TRUE".into(),
        doctor,
    };
    steps.add("liste", wanted.query());
    let mut joined = String::from("FROM liste");
    if asks(|test| matches!(test, ClassTest::Ald(_))) {
        steps.add(
            "maladies",
            format!(
                "  SELECT patient, bool_or(debut <= {reference} AND (fin IS NULL OR fin >= {reference})) AS en_ald
  FROM ald GROUP BY patient"
            ),
        );
        joined.push_str("\n  LEFT JOIN maladies ON maladies.patient = liste.patient");
    }
    let mut windows: Vec<u8> = Vec::new();
    for criterion in pages.iter().flat_map(|page| &page.criteria) {
        if let ClassTest::Seen { months, .. } = criterion.test
            && !windows.contains(&months)
        {
            windows.push(months);
            let (from, to) = Window::Months(months).days(campaign);
            let period = format!("date BETWEEN {} AND {}", day(from), day(to));
            let name = format!("vus{months}");
            steps.add(
                name.clone(),
                format!(
                    "  SELECT DISTINCT patient, executant FROM {lines} WHERE executant <> '' AND {period}"
                ),
            );
            steps.add(
                format!("{name}_peut_etre"),
                format!(
                    "  SELECT DISTINCT patient FROM {lines} WHERE (executant IS NULL OR executant = '') AND {period}"
                ),
            );
            // Writing to a String cannot fail.
            let _ = write!(
                joined,
                "\n  LEFT JOIN {name} ON {name}.patient = liste.patient AND {name}.executant = liste.medecin
  LEFT JOIN {name}_peut_etre ON {name}_peut_etre.patient = liste.patient"
            );
        }
    }
    let mut counts = String::new();
    for (at, page) in pages.iter().enumerate() {
        let conditions: Vec<_> =
            page.criteria.iter().map(|criterion| condition(&criterion.test)).collect();
        let condition = all(&conditions).unwrap_or_else(|| "TRUE".into());
        for (column, holds) in [(surely(at), ""), (possibly(at), " IS NOT FALSE")] {
            let _ = write!(
                counts,
                ",\n  sum(CASE WHEN {condition}{holds} THEN 1 ELSE 0 END) AS {column}"
            );
        }
    }
    let last = format!(
        "SELECT liste.medecin AS medecin, count(*) AS patientele{counts}\n{joined}\nGROUP BY liste.medecin\nORDER BY liste.medecin"
    );
    Query { steps, last }
}

/// A test of a class as a condition that is true, false or unknown.
fn condition(test: &ClassTest) -> String {
    match test {
        ClassTest::Row(condition) => format!("({condition})"),
        ClassTest::Ald(true) => "COALESCE(en_ald, FALSE)".into(),
        ClassTest::Ald(false) => "(NOT COALESCE(en_ald, FALSE))".into(),
        ClassTest::Seen { months, wanted } => {
            // An act whose performer is not written may be the doctor's.
            let seen = format!(
                "(CASE WHEN vus{months}.patient IS NOT NULL THEN TRUE WHEN vus{months}_peut_etre.patient IS NOT NULL THEN NULL ELSE FALSE END)"
            );
            if *wanted { seen } else { format!("(NOT {seen})") }
        }
    }
}
