//! The JSON of `jalon simuler`.

use jalon_engine::simulation;
use schemars::JsonSchema;
use serde::Serialize;

use super::{DIGITS, Interval, Moved, Origin};

/// Résultat de `jalon simuler --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Résultat de jalon simuler")]
pub struct Simulation {
    /// Année d'activité.
    pub campagne: i16,
    /// De quoi le résultat est fait.
    #[serde(flatten)]
    pub origine: Origin,
    /// Les réformes qui disent ou changent quelque chose.
    pub reformes: Vec<Reform>,
    /// Tous les dispositifs de tous les médecins.
    pub total: Moved,
    /// Chaque dispositif, tous médecins ensemble.
    pub dispositifs: Vec<Scheme>,
    /// Médecins qui gagnent sûrement.
    pub gagnants: usize,
    /// Médecins qui perdent sûrement.
    pub perdants: usize,
    /// Médecins pour qui rien ne change.
    pub inchanges: usize,
    /// Médecins dont la différence peut être des deux signes.
    pub incertains: usize,
    /// Les neuf déciles de la différence, percentiles au plus proche rang ; vide sans médecin.
    pub deciles: Vec<Interval>,
    /// Objectifs recalculés sur les médecins du dossier.
    pub objectifs: Vec<Objectives>,
    /// Un élément par médecin, avec `--par-medecin` ; absent sans lui.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medecins: Option<Vec<Payee>>,
}

/// Une réforme.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reform {
    /// Son titre.
    pub titre: String,
    /// Ce qu'elle change, et comment elle est lue.
    pub explication: String,
    /// D'où elle vient.
    pub source: String,
    /// Celles de ses modifications qui changent quelque chose, telles qu'écrites.
    pub modifications: Vec<String>,
    /// Ce qu'aucun fait ne permet de calculer.
    pub incalculable: Vec<String>,
}

/// Un dispositif.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scheme {
    /// Son nom.
    pub dispositif: String,
    /// Aujourd'hui et sous la réforme.
    #[serde(flatten)]
    pub montants: Moved,
}

/// Les objectifs d'un indicateur, recalculés.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Objectives {
    /// Identifiant de l'indicateur.
    pub indicateur: String,
    /// Médecins dont le taux compte.
    pub medecins: usize,
    /// Objectif intermédiaire tel qu'imprimé ; nul quand aucun médecin n'a de taux : il ne change pas.
    pub intermediaire: Option<String>,
    /// Cible telle qu'imprimée.
    pub cible: Option<String>,
}

/// Un médecin.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Payee {
    /// Identifiant.
    pub medecin: String,
    /// Tous ses dispositifs.
    #[serde(flatten)]
    pub total: Moved,
    /// Ses dispositifs.
    pub dispositifs: Vec<Scheme>,
}

impl Scheme {
    /// Each scheme with its amounts.
    pub fn all(schemes: &[(String, simulation::Moved)]) -> Vec<Self> {
        let one = |(scheme, moved): &(String, simulation::Moved)| Self {
            dispositif: scheme.clone(),
            montants: moved.into(),
        };
        schemes.iter().map(one).collect()
    }
}

impl From<&simulation::Objectives> for Objectives {
    fn from(one: &simulation::Objectives) -> Self {
        let (low, high) = one.values.as_ref().map(|(low, high)| (low, high)).unzip();
        Self {
            indicateur: one.page.clone(),
            medecins: one.doctors,
            intermediaire: low.map(|low| low.to_short_decimal(DIGITS)),
            cible: high.map(|high| high.to_short_decimal(DIGITS)),
        }
    }
}

impl From<&simulation::Payee> for Payee {
    fn from(payee: &simulation::Payee) -> Self {
        Self {
            medecin: payee.id.clone(),
            total: (&payee.total()).into(),
            dispositifs: Scheme::all(&payee.schemes),
        }
    }
}
