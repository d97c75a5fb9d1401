//! Drugs, by the codes that name them.

use super::model::{Coding, Concept};
use super::systems::{System, system};
use crate::drugs::{Drug, DrugLookup};

/// The codes of a drug.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Codes {
    pub cip13: Option<String>,
    pub atc: Option<String>,
    cis: Option<String>,
    ucd: Option<String>,
}

impl Codes {
    /// The codes among those of a concept.
    pub(super) fn of(concept: Option<&Concept<'_>>) -> Self {
        let mut codes = Self::default();
        for coding in concept.into_iter().flat_map(|concept| &concept.coding) {
            codes.add(coding);
        }
        codes
    }

    fn add(&mut self, coding: &Coding<'_>) {
        let code = coding.code.as_deref().unwrap_or_default().trim();
        let Some(system) = coding.system.as_deref().and_then(system) else { return };
        if code.is_empty() {
            return;
        }
        let place = match (system, code.len()) {
            (System::Atc, _) => {
                // A class and one within it may both be given.
                let longest = self.atc.as_ref().is_none_or(|atc| code.len() > atc.len());
                if longest {
                    self.atc = Some(code.to_ascii_uppercase());
                }
                return;
            }
            (System::Cip, _) => &mut self.cip13,
            (System::Drug, 13) if code.starts_with("34009") => &mut self.cip13,
            (System::Cis, _) | (System::Drug, 8) => &mut self.cis,
            (System::Ucd, _) | (System::Drug, 7) => &mut self.ucd,
            (System::Drug, 13) if code.starts_with("34008") => &mut self.ucd,
            _ => return,
        };
        place.get_or_insert_with(|| code.to_owned());
    }

    /// What is known of the drug: the codes first, the nomenclature for the rest.
    pub(super) fn look_up(&self, drugs: &dyn DrugLookup) -> Drug {
        let by = |code: &Option<String>, look: &dyn Fn(&str) -> Option<Drug>| {
            code.as_deref().and_then(look)
        };
        let mut drug = by(&self.cip13, &|code| drugs.by_cip13(code))
            .or_else(|| by(&self.cis, &|code| drugs.by_cis(code)))
            .or_else(|| by(&self.ucd, &|code| drugs.by_ucd(code)))
            .unwrap_or_default();
        if let Some(atc) = &self.atc {
            // The nomenclature may know a class within the one given.
            if !drug.atc.as_ref().is_some_and(|known| known.starts_with(atc.as_str())) {
                drug.atc = Some(atc.clone());
            }
        }
        drug
    }
}
