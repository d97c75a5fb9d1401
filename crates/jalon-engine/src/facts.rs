//! Facts read back for people: declarations, and the history of a patient.

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use jalon_rules::Fraction;
use jiff::civil::Date;

use crate::columns;
use crate::error::EngineError;
use crate::sql::text;

/// A doctor, as the table `medecins` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Identifier.
    pub doctor: String,
    /// Code of the speciality.
    pub speciality: Option<String>,
    /// First day in practice.
    pub installed: Option<Date>,
    /// Birth.
    pub birth: Option<Date>,
    /// Kind of zone of the practice.
    pub zone: Option<String>,
    /// The centre the doctor works in.
    pub centre: Option<String>,
}

impl Profile {
    pub(crate) const QUERY: &str = "SELECT medecin, specialite, installation, naissance, zone, centre FROM medecins ORDER BY medecin";

    pub(crate) fn read(batches: &[RecordBatch]) -> Result<Vec<Self>, EngineError> {
        let texts = |name| {
            let values = columns::texts(batches, name)?.into_iter();
            Ok::<_, EngineError>(values.map(|value| value.filter(|value| !value.is_empty())))
        };
        let rows = texts("medecin")?
            .zip(texts("specialite")?)
            .zip(columns::days(batches, "installation")?)
            .zip(columns::days(batches, "naissance")?)
            .zip(texts("zone")?)
            .zip(texts("centre")?);
        Ok(rows
            .map(|(((((doctor, speciality), installed), birth), zone), centre)| Self {
                doctor: doctor.unwrap_or_default(),
                speciality,
                installed,
                birth,
                zone,
                centre,
            })
            .collect())
    }
}

/// A row of the table `declarations`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclarationRow {
    /// Who declares.
    pub doctor: String,
    /// Year of activity.
    pub campaign: i16,
    /// What is declared.
    pub indicator: String,
    /// Numerator and denominator, when both are there.
    pub counts: Option<(u64, u64)>,
    /// Starting rate, in the unit of the objectives.
    pub start: Option<Fraction>,
    /// Day of the declaration.
    pub date: Option<Date>,
}

impl DeclarationRow {
    /// The latest word comes last.
    pub(crate) const QUERY: &str =
        "SELECT medecin, campagne, indicateur, numerateur, denominateur, depart, date FROM declarations
ORDER BY medecin, campagne, indicateur, date NULLS FIRST, numerateur NULLS FIRST, denominateur NULLS FIRST, depart NULLS FIRST";

    pub(crate) fn read(batches: &[RecordBatch]) -> Result<Vec<Self>, EngineError> {
        let whole = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
        let year = |number: Option<i64>| number.and_then(|number| i16::try_from(number).ok());
        let rows = columns::texts(batches, "medecin")?
            .into_iter()
            .zip(columns::integers(batches, "campagne")?)
            .zip(columns::texts(batches, "indicateur")?)
            .zip(columns::integers(batches, "numerateur")?)
            .zip(columns::integers(batches, "denominateur")?)
            .zip(columns::texts(batches, "depart")?)
            .zip(columns::days(batches, "date")?);
        Ok(rows
            .map(|((((((doctor, campaign), indicator), numerator), denominator), start), date)| {
                Self {
                    doctor: doctor.unwrap_or_default(),
                    campaign: year(campaign).unwrap_or_default(),
                    indicator: indicator.unwrap_or_default(),
                    counts: whole(numerator).zip(whole(denominator)),
                    start: start.and_then(|start| {
                        start.trim_end_matches('%').trim().replace(',', ".").parse().ok()
                    }),
                    date,
                }
            })
            .collect())
    }
}

/// What doctors declared for a campaign, by doctor, the latest word last.
#[derive(Clone, Debug, Default)]
pub struct Declared(BTreeMap<String, Vec<DeclarationRow>>);

impl Declared {
    /// Rows of one campaign, the latest word last.
    pub fn of<'a>(rows: impl Iterator<Item = &'a DeclarationRow>) -> Self {
        let mut by_doctor: BTreeMap<String, Vec<DeclarationRow>> = BTreeMap::new();
        for row in rows {
            by_doctor.entry(row.doctor.clone()).or_default().push(row.clone());
        }
        Self(by_doctor)
    }

    fn about<'a>(
        &'a self,
        doctor: &str,
        indicator: &'a str,
    ) -> impl DoubleEndedIterator<Item = &'a DeclarationRow> {
        let rows = self.0.get(doctor).into_iter().flatten();
        rows.filter(move |one| one.indicator == indicator)
    }

    /// Numerator and denominator: the latest line wins.
    #[must_use]
    pub fn counts(&self, doctor: &str, indicator: &str) -> Option<(u64, u64)> {
        self.about(doctor, indicator).rev().find_map(|one| one.counts)
    }

    /// Starting rate, in the unit of the objectives: the latest line wins.
    #[must_use]
    pub fn starting_rate(&self, doctor: &str, indicator: &str) -> Option<Fraction> {
        self.about(doctor, indicator).rev().find_map(|one| one.start.clone())
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
