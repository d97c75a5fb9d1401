//! The JSON of the commands: a promise to those who build on it, written down
//! in `docs/*.schema.json`. Keys and numbers mean the same everywhere.

pub mod compute;
pub mod contrast;
pub mod relaunch;
pub mod simulate;

use jalon_data::Dossier;
use jalon_engine::ledger::Ends;
use jalon_engine::simulation;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Range, Rules};
use schemars::JsonSchema;
use serde::Serialize;

/// Digits of a rate and of points: enough to tell any two apart.
pub const DIGITS: usize = 6;

/// Ce dont le résultat est fait.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Origin {
    /// Version du moteur.
    pub moteur: &'static str,
    /// Empreinte BLAKE3 des règles.
    pub regles: String,
    /// Empreinte BLAKE3 des tables de faits.
    pub donnees: String,
    /// Valeurs ajoutées aux règles, s'il y en a.
    pub complement: Option<Complement>,
}

impl Origin {
    /// Rules, facts, added values.
    pub fn new(rules: &Rules, dossier: &Dossier, overlay: Option<&Overlay>) -> Self {
        Self {
            moteur: env!("CARGO_PKG_VERSION"),
            regles: rules.hash().to_owned(),
            donnees: dossier.hash().to_owned(),
            complement: overlay.map(Complement::new),
        }
    }
}

/// Valeurs ajoutées aux règles.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Complement {
    /// Ce qu'elles sont.
    pub titre: String,
    /// `fictif` ou `releve`.
    pub nature: &'static str,
    /// Empreinte BLAKE3.
    pub empreinte: String,
}

impl Complement {
    fn new(overlay: &Overlay) -> Self {
        Self {
            titre: overlay.title.clone(),
            nature: overlay.status.word(),
            empreinte: overlay.hash.clone(),
        }
    }
}

/// Plus petite et plus grande valeur possibles, égales quand tout est connu.
/// Nombres décimaux en texte.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Interval {
    /// La plus petite.
    pub min: String,
    /// La plus grande.
    pub max: String,
}

impl Interval {
    /// Both ends with this many decimals.
    pub fn new(range: &Range, digits: usize) -> Self {
        Self { min: range.min().to_decimal(digits), max: range.max().to_decimal(digits) }
    }

    /// Euros, to the cent.
    pub fn euros(range: &Range) -> Self {
        Self::new(range, 2)
    }
}

impl From<&Ends> for Interval {
    fn from(ends: &Ends) -> Self {
        Self { min: ends.low.to_decimal(2), max: ends.high.to_decimal(2) }
    }
}

/// Un montant avant et après, en euros, au centime.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Moved {
    /// Avant.
    pub avant: Interval,
    /// Après.
    pub apres: Interval,
    /// Après moins avant.
    pub difference: Interval,
}

impl From<&simulation::Moved> for Moved {
    fn from(moved: &simulation::Moved) -> Self {
        Self {
            avant: Interval::euros(&moved.before),
            apres: Interval::euros(&moved.after),
            difference: Interval::euros(&moved.difference),
        }
    }
}

/// The text of a document, on one line.
pub fn text(document: &impl Serialize) -> String {
    // Texts, numbers and lists always serialise.
    serde_json::to_string(document).unwrap_or_default() + "\n"
}
