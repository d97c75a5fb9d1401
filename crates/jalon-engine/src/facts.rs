//! Facts read back for people: declarations, and the history of a patient.

use datafusion::arrow::array::RecordBatch;
use jalon_rules::{Campaign, Fraction};
use jiff::civil::Date;

use crate::columns;
use crate::error::EngineError;
use crate::sql::text;

/// What doctors declared for a campaign, the latest word first heard last.
#[derive(Clone, Debug, Default)]
pub struct Declared(Vec<Declaration>);

#[derive(Clone, Debug)]
struct Declaration {
    doctor: String,
    indicator: String,
    counts: Option<(u64, u64)>,
    start: Option<Fraction>,
}

impl Declared {
    pub(crate) fn query(campaign: Campaign) -> String {
        format!(
            "SELECT medecin, indicateur, numerateur, denominateur, depart FROM declarations
WHERE campagne = {campaign}
ORDER BY medecin, indicateur, date NULLS FIRST, numerateur NULLS FIRST, denominateur NULLS FIRST, depart NULLS FIRST"
        )
    }

    pub(crate) fn read(batches: &[RecordBatch]) -> Result<Self, EngineError> {
        let doctors = columns::texts(batches, "medecin")?;
        let indicators = columns::texts(batches, "indicateur")?;
        let numerators = columns::integers(batches, "numerateur")?;
        let denominators = columns::integers(batches, "denominateur")?;
        let starts = columns::texts(batches, "depart")?;
        let whole = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let rows =
            doctors.into_iter().zip(indicators).zip(numerators).zip(denominators).zip(starts);
        Ok(Self(
            rows.map(|((((doctor, indicator), numerator), denominator), start)| Declaration {
                doctor: doctor.unwrap_or_default(),
                indicator: indicator.unwrap_or_default(),
                counts: whole(numerator).zip(whole(denominator)),
                start: start.and_then(|start| {
                    start.trim_end_matches('%').trim().replace(',', ".").parse().ok()
                }),
            })
            .collect(),
        ))
    }

    fn of<'a>(
        &'a self,
        doctor: &'a str,
        indicator: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a Declaration> {
        self.0.iter().filter(move |one| one.doctor == doctor && one.indicator == indicator)
    }

    /// Numerator and denominator: the latest line wins.
    #[must_use]
    pub fn counts(&self, doctor: &str, indicator: &str) -> Option<(u64, u64)> {
        self.of(doctor, indicator).rev().find_map(|one| one.counts)
    }

    /// Starting rate, in the unit of the objectives: the latest line wins.
    #[must_use]
    pub fn starting_rate(&self, doctor: &str, indicator: &str) -> Option<Fraction> {
        self.of(doctor, indicator).rev().find_map(|one| one.start.clone())
    }
}

/// One fact about a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// Its day; the first day of a long-term illness.
    pub date: Date,
    /// Its table.
    pub table: String,
    /// System of its code.
    pub system: String,
    /// Its code.
    pub code: String,
    /// Quantity, end date, position: what the table says besides.
    pub detail: String,
}

impl FactRow {
    pub(crate) fn query(patient: &str) -> String {
        let patient = text(patient);
        format!(
            "SELECT * FROM (
  SELECT date, 'delivrance' AS nature, 'atc' AS systeme, COALESCE(atc, cip13, '') AS code,
    CAST(boites AS VARCHAR) || COALESCE(', ' || CAST(jours AS VARCHAR) || ' jours', '')
    || CASE WHEN grand_conditionnement THEN ', grand conditionnement' ELSE '' END
    || CASE WHEN repertoire THEN ', répertoire' WHEN NOT repertoire THEN ', hors répertoire' ELSE '' END AS detail
  FROM delivrances WHERE patient = {patient}
  UNION ALL
  SELECT date, 'acte', systeme, code,
    CAST(quantite AS VARCHAR) || CASE WHEN specialite IS NULL THEN '' ELSE ', spécialité ' || specialite END
  FROM actes WHERE patient = {patient}
  UNION ALL
  SELECT date, 'vaccination', 'atc', code, COALESCE(source, '') FROM vaccinations WHERE patient = {patient}
  UNION ALL
  SELECT debut, 'ald', 'ald', CAST(numero AS VARCHAR),
    CASE WHEN fin IS NULL THEN 'en cours' ELSE 'jusqu''au ' || CAST(fin AS VARCHAR) END
  FROM ald WHERE patient = {patient}
  UNION ALL
  SELECT entree, 'sejour', 'cim10', cim10, position || COALESCE(', ' || ccam, '')
  FROM sejours WHERE patient = {patient}
) AS faits
ORDER BY date, nature, systeme, code, detail"
        )
    }

    pub(crate) fn read(batches: &[RecordBatch]) -> Result<Vec<Self>, EngineError> {
        let days = columns::days(batches, "date")?;
        let [tables, systems, codes, details] =
            ["nature", "systeme", "code", "detail"].map(|column| columns::texts(batches, column));
        let (tables, systems, codes, details) = (tables?, systems?, codes?, details?);
        let rows = days.into_iter().zip(tables).zip(systems).zip(codes).zip(details);
        Ok(rows
            .filter_map(|((((date, table), system), code), detail)| {
                Some(Self {
                    date: date?,
                    table: table?,
                    system: system?,
                    code: code?,
                    detail: detail.unwrap_or_default(),
                })
            })
            .collect())
    }
}
