//! Who is on whose list on the reference day.

use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::ListKind;
use jalon_rules::criterion::Table;
use jiff::civil::Date;

use super::{Compiler, Request};
use crate::sql::{day, text};

/// Which patients, of whom, on the reference day.
pub(super) struct Wanted<'a> {
    pub(super) at: Standpoint,
    /// Rows with the columns `medecin` (or `centre`) and `patient`.
    pub(super) from: String,
    /// Column of the one who is paid.
    pub(super) paid: &'static str,
    /// The condition that makes a row one of a list.
    pub(super) on_list: String,
    /// Which patients of the list.
    pub(super) population: String,
    pub(super) doctor: Option<&'a str>,
}

/// The condition that a row of `rattachements` holds on the reference day.
pub(super) fn attached(at: Standpoint) -> String {
    let reference = day(at.reference_day());
    format!("debut <= {reference} AND (fin IS NULL OR fin > {reference})")
}

impl Wanted<'_> {
    /// One row per patient of a list: who is paid, and the columns of the
    /// patient that pages may use.
    pub(super) fn query(&self) -> String {
        let Self { at, from, paid, on_list, population, doctor } = self;
        let reference = day(at.reference_day());
        let doctor =
            doctor.map_or_else(String::new, |doctor| format!(" AND {paid} = {}", text(doctor)));
        format!(
            "  SELECT medecin, patient, age, mois, sexe, c2s
  FROM (
    SELECT DISTINCT {paid} AS medecin, patients.patient, sexe, c2s,
      CAST({age} AS INT) AS age,
      CAST({months} AS INT) AS mois
    FROM {from} JOIN patients ON listes.patient = patients.patient
    WHERE {on_list} AND (deces IS NULL OR deces > {reference}) AND patients.naissance <= {reference}{doctor}
  ) AS presents
  WHERE {population}",
            age = complete_years(at.reference_day()),
            months = complete_months(at.reference_day()),
        )
    }
}

/// Complete years on a day. A year is complete on the last day of its year,
/// whatever the birth.
fn complete_years(on: Date) -> String {
    let (year, month) = (on.year(), on.month());
    let years = format!("{year} - date_part('year', patients.naissance)");
    let to_come = match later_in_month(on) {
        None if month == 12 => return years,
        None => format!("date_part('month', patients.naissance) > {month}"),
        Some(later) => format!(
            "date_part('month', patients.naissance) > {month} OR date_part('month', patients.naissance) = {month} AND {later}"
        ),
    };
    format!("{years} - CASE WHEN {to_come} THEN 1 ELSE 0 END")
}

/// Complete months on a day.
fn complete_months(on: Date) -> String {
    let months = format!(
        "{} - 12 * date_part('year', patients.naissance) - date_part('month', patients.naissance)",
        12 * i32::from(on.year()) + i32::from(on.month())
    );
    match later_in_month(on) {
        None => months,
        Some(later) => format!("{months} - CASE WHEN {later} THEN 1 ELSE 0 END"),
    }
}

/// The condition that a birth is on a later day of the month than this one.
/// None is after the last day: a month without the day of the birth is complete
/// on its last.
fn later_in_month(on: Date) -> Option<String> {
    let later = format!("date_part('day', patients.naissance) > {}", on.day());
    (on != on.last_of_month()).then_some(later)
}

impl Compiler<'_> {
    pub(super) fn list(&self) -> String {
        let Request { at, scheme, doctor, .. } = self.request;
        let (paid, from, on_list) = match scheme.list {
            ListKind::TreatingDoctor => {
                ("listes.medecin", "rattachements AS listes".to_owned(), attached(at))
            }
            ListKind::Centre => (
                "centre",
                "medecins JOIN rattachements AS listes ON medecins.medecin = listes.medecin".into(),
                format!("centre <> '' AND {}", attached(at)),
            ),
            ListKind::Followed => ("listes.medecin", self.contacts(), "TRUE".into()),
        };
        let population = scheme.population.to_string();
        Wanted { at, from, paid, on_list, population, doctor }.query()
    }

    /// The doctors of the dossier with the patients on whom they performed
    /// acts on enough different dates.
    fn contacts(&self) -> String {
        let (from, to) = ListKind::FOLLOWED_WINDOW.days(self.request.at);
        format!(
            "(
      SELECT medecin, patient
      FROM (
        SELECT medecins.medecin, actes.patient, actes.date
        FROM medecins JOIN {acts} AS actes ON medecins.medecin = actes.executant
        WHERE actes.date BETWEEN {} AND {}
        GROUP BY medecins.medecin, actes.patient, actes.date
      ) AS contacts
      GROUP BY medecin, patient
      HAVING count(*) >= {}
    ) AS listes",
            day(from),
            day(to),
            ListKind::FOLLOWED_DATES,
            acts = self.net_source(Table::Acts),
        )
    }
}
