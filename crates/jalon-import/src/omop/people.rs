//! `provider`, `death`, `observation_period`, `person`: who there is.

use std::collections::BTreeSet;

use jalon_data::fault::Words;

use super::sheet::{Faulty, Row, read_day};
use super::{Bench, Reading};
use crate::error::ImportError;
use crate::facts::{Attachment, Day, Doctor, Patient};

/// General practice, among the standard specialities.
const GENERAL_PRACTICE: i64 = 38_004_446;

/// The speciality is not known.
const UNKNOWN: &str = "99";

impl Reading<'_> {
    pub(super) fn people(&mut self) -> Result<(), ImportError> {
        self.providers()?;
        self.table("death", &["!person_id", "!death_date"], |row, faults, bench| {
            let person = row.needed("person_id", faults).map(ToOwned::to_owned);
            if let (Some(person), Some(day)) = (person, row.day("death_date", faults)) {
                bench.deaths.insert(person, day);
            }
            Ok(())
        })?;
        let columns =
            ["!person_id", "!observation_period_start_date", "!observation_period_end_date"];
        self.table("observation_period", &columns, |row, faults, bench| {
            let person = row.needed("person_id", faults).map(ToOwned::to_owned);
            let start = row.day("observation_period_start_date", faults);
            let end = row.day("observation_period_end_date", faults);
            if let (Some(person), Some(start), Some(end)) = (person, start, end) {
                if end < start {
                    faults.report(row.line, || {
                        Words::new("la période finit avant de commencer")
                            .column("observation_period_end_date")
                    });
                } else {
                    bench.periods.entry(person).or_default().push((start, end));
                }
            }
            Ok(())
        })?;
        self.persons()
    }

    fn providers(&mut self) -> Result<(), ImportError> {
        let columns =
            ["!provider_id", "provider_name", "specialty_concept_id", "specialty_source_value"];
        self.table("provider", &columns, |row, faults, bench| {
            let Some(provider) = row.needed("provider_id", faults) else { return Ok(()) };
            let concept = row.number("specialty_concept_id", 0, faults).unwrap_or_default();
            let speciality = speciality(row.get("specialty_source_value"), concept);
            if speciality == UNKNOWN {
                let remark = "medecins : une spécialité qui n'est ni un code du SNDS ni la médecine générale devient 99, inconnue";
                bench.draft.report.note(remark);
            }
            if bench.specialities.insert(provider.to_owned(), speciality.clone()).is_some() {
                twice(row, faults, "provider_id");
                return Ok(());
            }
            let name = row.get("provider_name");
            let doctor = Doctor {
                medecin: provider,
                nom: (!name.is_empty()).then_some(name),
                specialite: &speciality,
                installation: None,
                naissance: None,
                secteur: None,
                zone: None,
                centre: None,
            };
            fits(bench.draft.add(&doctor)?, row, faults);
            Ok(())
        })
    }

    fn persons(&mut self) -> Result<(), ImportError> {
        let columns = [
            "!person_id",
            "!gender_concept_id",
            "!year_of_birth",
            "month_of_birth",
            "day_of_birth",
            "birth_datetime",
            "provider_id",
            "gender_source_value",
        ];
        let mut seen = BTreeSet::new();
        self.table("person", &columns, |row, faults, bench| {
            let Some(person) = row.needed("person_id", faults) else { return Ok(()) };
            if !seen.insert(person.to_owned()) {
                twice(row, faults, "person_id");
                return Ok(());
            }
            let Some(naissance) = birth(row, faults, bench) else { return Ok(()) };
            let concept = row.number("gender_concept_id", 0, faults).unwrap_or_default();
            let Some(sexe) = sex(concept, row.get("gender_source_value")) else {
                let line = row.line;
                bench.draft.report.leave("person : ni femme ni homme selon la source", || {
                    format!("{}:{line}", faults.label)
                });
                return Ok(());
            };
            let deces = bench.deaths.get(person).copied();
            let patient =
                Patient { patient: person, naissance, sexe, deces, c2s: None, commune: None };
            fits(bench.draft.add(&patient)?, row, faults);
            attach(person, row.get("provider_id"), naissance, row, faults, bench)
        })
    }
}

/// Adds when the doctor of a person is their médecin traitant.
fn attach(
    patient: &str,
    medecin: &str,
    naissance: Day,
    row: &Row<'_>,
    faults: &mut Faulty<'_>,
    bench: &mut Bench<'_>,
) -> Result<(), ImportError> {
    let report = &mut bench.draft.report;
    let line = row.line;
    if medecin.is_empty() {
        report.leave("person : sans médecin (provider_id vide), donc sans rattachement", || {
            format!("{}:{line}", faults.label)
        });
        return Ok(());
    }
    let spans = if let Some(since) = bench.options.attached_since {
        vec![(since.max(naissance), None)]
    } else {
        let mut periods = bench.periods.get(patient).cloned().unwrap_or_default();
        periods.sort_unstable();
        merged(&periods)
    };
    if spans.is_empty() {
        report.leave("person : sans période d'observation, donc sans rattachement", || {
            format!("{}:{line}", faults.label)
        });
    } else {
        report.note("rattachements : le médecin de person.provider_id, tenu pour médecin traitant ; OMOP ne dit pas s'il l'est, ni depuis quand");
    }
    for (debut, fin) in spans {
        let attachment = Attachment { patient, medecin, debut, fin };
        fits(bench.draft.add(&attachment)?, row, faults);
    }
    Ok(())
}

/// Sorted periods, those that touch joined; an attachment ends on the first
/// day on which it is over.
fn merged(periods: &[(Day, Day)]) -> Vec<(Day, Option<Day>)> {
    let mut spans: Vec<(Day, Day)> = Vec::new();
    for (start, end) in periods {
        let after = Day(end.0 + 1);
        match spans.last_mut() {
            Some((_, last)) if *start <= *last => *last = (*last).max(after),
            _ => spans.push((*start, after)),
        }
    }
    spans.into_iter().map(|(start, after)| (start, Some(after))).collect()
}

/// The code of the SNDS, in two digits.
fn speciality(source: &str, concept: i64) -> String {
    match source.parse::<u8>() {
        Ok(code @ 1..=99) => format!("{code:02}"),
        _ if concept == GENERAL_PRACTICE => "01".to_owned(),
        _ => UNKNOWN.to_owned(),
    }
}

fn sex(concept: i64, source: &str) -> Option<&'static str> {
    match (concept, source) {
        (8507, _) | (0, "M" | "m" | "1" | "H") => Some("M"),
        (8532, _) | (0, "F" | "f" | "2") => Some("F"),
        _ => None,
    }
}

/// The day of birth, as near as it is known: the first of the month, or of the year.
fn birth(row: &Row<'_>, faults: &mut Faulty<'_>, bench: &mut Bench<'_>) -> Option<Day> {
    let year = row.needed("year_of_birth", faults)?;
    let month = row.number("month_of_birth", 0, faults)?;
    let day = row.number("day_of_birth", 0, faults)?;
    if month == 0 || day == 0 {
        if let Ok(day) = read_day(row.get("birth_datetime")) {
            return Some(day);
        }
        bench.draft.report.note("patients : un mois ou un jour de naissance inconnu est pris pour le premier ; l'âge au 31 décembre n'en dépend pas");
    }
    let text =
        format!("{year:0>4}-{:02}-{:02}", month.max(1), if month == 0 { 1 } else { day.max(1) });
    match read_day(&text) {
        Ok(day) => Some(day),
        Err(message) => {
            faults.report(row.line, || {
                Words::new(message)
                    .column("year_of_birth, month_of_birth, day_of_birth")
                    .value(&text)
                    .hint("année, mois et jour en chiffres")
            });
            None
        }
    }
}

fn twice(row: &Row<'_>, faults: &mut Faulty<'_>, column: &str) {
    faults.report(row.line, || {
        Words::new("identifiant en double").column(column).hint("une seule ligne chacun")
    });
}

/// Reports a row that cannot be a row of its table.
pub(super) fn fits(added: Result<(), crate::draft::Unfit>, row: &Row<'_>, faults: &mut Faulty<'_>) {
    if let Err(unfit) = added {
        faults.report(row.line, || Words::new(unfit.to_string()));
    }
}
