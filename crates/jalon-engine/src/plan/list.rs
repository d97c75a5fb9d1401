//! Who is on whose list on the reference day.

use jalon_rules::Campaign;
use jalon_rules::convention::ListKind;
use jalon_rules::criterion::Table;

use super::{Compiler, Request};
use crate::sql::{day, text};

/// Which patients, of whom, on the reference day of which campaign.
pub(super) struct Wanted<'a> {
    pub(super) campaign: Campaign,
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
pub(super) fn attached(campaign: Campaign) -> String {
    let reference = day(campaign.reference_day());
    format!("debut <= {reference} AND (fin IS NULL OR fin > {reference})")
}

impl Wanted<'_> {
    /// One row per patient of a list: who is paid, and the columns of the
    /// patient that pages may use.
    pub(super) fn query(&self) -> String {
        let Self { campaign, from, paid, on_list, population, doctor } = self;
        let reference = day(campaign.reference_day());
        let doctor =
            doctor.map_or_else(String::new, |doctor| format!(" AND {paid} = {}", text(doctor)));
        format!(
            "  SELECT medecin, patient, age, mois, sexe, c2s
  FROM (
    SELECT DISTINCT {paid} AS medecin, patients.patient, sexe, c2s,
      CAST({year} - date_part('year', patients.naissance) AS INT) AS age,
      CAST({months} - 12 * date_part('year', patients.naissance) - date_part('month', patients.naissance) AS INT) AS mois
    FROM {from} JOIN patients ON listes.patient = patients.patient
    WHERE {on_list} AND (deces IS NULL OR deces > {reference}) AND patients.naissance <= {reference}{doctor}
  ) AS presents
  WHERE {population}",
            year = campaign.year(),
            // The reference day ends its month: every month begun is complete.
            months = 12 * i32::from(campaign.year()) + 12,
        )
    }
}

impl Compiler<'_> {
    pub(super) fn list(&self) -> String {
        let Request { campaign, scheme, doctor, .. } = self.request;
        let (paid, from, on_list) = match scheme.list {
            ListKind::TreatingDoctor => {
                ("listes.medecin", "rattachements AS listes".to_owned(), attached(campaign))
            }
            ListKind::Centre => (
                "centre",
                "medecins JOIN rattachements AS listes ON medecins.medecin = listes.medecin".into(),
                format!("centre <> '' AND {}", attached(campaign)),
            ),
            ListKind::Followed => ("listes.medecin", self.contacts(), "TRUE".into()),
        };
        let population = scheme.population.to_string();
        Wanted { campaign, from, paid, on_list, population, doctor }.query()
    }

    /// The doctors of the dossier with the patients on whom they performed
    /// acts on enough different dates.
    fn contacts(&self) -> String {
        let (from, to) = ListKind::FOLLOWED_WINDOW.days(self.request.campaign);
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
