//! Stays in hospital: encounters, and the diagnoses they list.

use super::date::When;
use super::model::{Concept, Diagnosis, Encounter};
use super::systems::{System, system};
use super::trouble::Trouble;

/// What a diagnosis is in its stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// A value of the column `position`.
    Known(&'static str),
    /// Written for information, or not yet sure: never counted.
    Apart,
    Unknown,
}

/// A stay, and the diagnoses it lists that are resources of their own.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub entree: i32,
    pub sortie: Option<i32>,
    /// The names that each diagnosis may go by.
    pub diagnoses: Vec<(Vec<String>, Position)>,
}

/// Codes of `Encounter.class` that are stays.
const STAYS: &[&str] = &["IMP", "ACUTE", "NONAC", "SS", "OBSENC"];

/// Whether an encounter is a stay.
pub(super) fn is_stay(encounter: &Encounter<'_>) -> bool {
    let class = encounter.class.as_ref().and_then(|class| class.code.as_deref());
    class.is_some_and(|class| STAYS.contains(&class))
}

/// Whether a stay took place.
pub(super) fn took_place(encounter: &Encounter<'_>) -> bool {
    matches!(encounter.status.as_deref(), Some("finished" | "in-progress" | "onleave"))
}

/// Days of a stay: none without a whole day of entry.
pub(super) fn days(encounter: &Encounter<'_>) -> Result<Option<(i32, Option<i32>)>, Trouble> {
    let Some(period) = &encounter.period else { return Ok(None) };
    let read =
        |path: &str, text: &str| When::parse(text).map_err(|bad| Trouble::date(path, text, bad));
    let end = period.end.as_deref().map(|text| read("period.end", text)).transpose()?;
    let Some(start) = period.start.as_deref() else { return Ok(None) };
    let start = read("period.start", start)?;
    Ok(start.day().map(|start| (start, end.and_then(When::day))))
}

/// A stay that counts, for the diagnoses that will come by themselves.
pub(super) fn listed(encounter: &Encounter<'_>, base: Option<&str>) -> Option<Listed> {
    if !is_stay(encounter) || !took_place(encounter) {
        return None;
    }
    let (entree, sortie) = days(encounter).ok()??;
    let diagnoses = encounter.diagnosis.iter().filter_map(|diagnosis| {
        let reference = diagnosis.condition.as_ref()?.reference.as_deref()?;
        if reference.starts_with('#') || reference.contains("Procedure/") {
            return None;
        }
        Some((spellings(reference, base), position_of(diagnosis)))
    });
    Some(Listed { entree, sortie, diagnoses: diagnoses.collect() })
}

/// The names of a resource that a reference may mean.
fn spellings(reference: &str, base: Option<&str>) -> Vec<String> {
    let reference = reference.split_once("/_history/").map_or(reference, |(name, _)| name);
    let mut all = vec![reference.to_owned()];
    if let Some((at, _)) = reference.match_indices("Condition/").last() {
        let relative = &reference[at..];
        if at > 0 {
            all.push(relative.to_owned());
        } else if let Some(base) = base {
            all.push(format!("{base}{relative}"));
        }
    }
    all
}

/// The position of a diagnosis listed by its encounter.
pub(super) fn position_of(diagnosis: &Diagnosis<'_>) -> Position {
    let first = diagnosis.rank.map(|rank| rank <= 1);
    match position(diagnosis.r#use.iter(), first) {
        Position::Unknown => match first {
            Some(true) => Position::Known("DP"),
            Some(false) => Position::Known("DAS"),
            None => Position::Unknown,
        },
        known => known,
    }
}

/// The position that concepts tell, in the words of the PMSI or of FHIR.
pub(super) fn position<'c>(
    concepts: impl Iterator<Item = &'c Concept<'c>>,
    first: Option<bool>,
) -> Position {
    let codes = concepts.flat_map(|concept| &concept.coding);
    for code in codes.filter_map(|coding| coding.code.as_deref()) {
        return match code.to_ascii_uppercase().as_str() {
            "DP" => Position::Known("DP"),
            "DR" => Position::Known("DR"),
            "DD" | "BILLING" if first != Some(false) => Position::Known("DP"),
            "DA" | "DAS" | "DASS" | "DASC" | "CM" | "DD" | "BILLING" => Position::Known("DAS"),
            "DAD" | "AD" | "CC" | "PRE-OP" | "POST-OP" => Position::Apart,
            _ => continue,
        };
    }
    Position::Unknown
}

/// The ICD-10 code of a concept, in capitals and without its dot.
pub(super) fn icd10(concept: &Concept<'_>) -> Option<String> {
    concept
        .coding
        .iter()
        .filter(|coding| coding.system.as_deref().and_then(system) == Some(System::Icd10))
        .filter_map(|coding| coding.code.as_deref())
        .map(|code| code.trim().replace('.', "").to_ascii_uppercase())
        .find(|code| !code.is_empty())
}
