//! The JSON of `jalon relancer`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Interval, Origin};

/// Résultat de `jalon relancer --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Résultat de jalon relancer")]
pub struct Document<'a> {
    /// Année d'activité.
    pub campagne: i16,
    /// De quoi le résultat est fait.
    #[serde(flatten)]
    pub origine: Origin,
    /// Jour de l'état à ce jour, AAAA-MM-JJ : le dernier des faits, ou celui de `--au` ; nul quand il n'est pas de l'année, avant son dernier jour.
    pub au: Option<String>,
    /// Identifiant du médecin, ou du centre.
    pub medecin: &'a str,
    /// Patients des listes de ses dispositifs.
    pub patientele: u64,
    /// Les indicateurs qu'une relance améliore.
    pub indicateurs: Vec<Indicator<'a>>,
    /// Les patients à qui il manque quelque chose, dans l'ordre demandé.
    pub patients: Vec<Called<'a>>,
    /// Ce qui est déjà compté, avec `--faits` ; nul sans lui.
    pub faits: Option<Vec<Fact<'a>>>,
    /// Ce que le cabinet sait et que la caisse ne voit peut-être pas.
    pub cas_probables: Vec<Finder<'a>>,
    /// Ce que la liste laisse de côté, et comment la lire.
    pub notes: &'a [String],
}

/// Un indicateur.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Indicator<'a> {
    /// Nom du dispositif.
    pub dispositif: &'a str,
    /// Identifiant.
    pub id: &'a str,
    /// L'état au jour `au`, nul sans lui.
    pub a_ce_jour: Option<Standing>,
    /// Patients validés au 31 décembre si rien d'autre n'arrive, entier en texte.
    pub numerateur: String,
    /// Patients concernés au 31 décembre, entier en texte.
    pub denominateur: String,
    /// Numérateur sur dénominateur, six décimales ; nul sans patient concerné.
    pub taux: Option<String>,
    /// Patients concernés qui ne sont pas validés.
    pub manques: u64,
    /// Ceux d'entre eux qu'un acte peut encore valider.
    pub rattrapables: u64,
    /// Ce que l'indicateur paie.
    pub euros: Interval,
    /// Ce qu'ajouterait un patient validé de plus ; nul si c'est inconnu.
    pub un_de_plus: Option<Interval>,
    /// Ce qu'ajouterait tout ce qui se rattrape ; nul si c'est inconnu.
    pub tous: Option<Interval>,
    /// Les objectifs qui ne sont pas atteints.
    pub objectifs: Vec<Goal>,
}

/// L'état d'un indicateur un jour de la campagne.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Standing {
    /// Patients validés, entier en texte.
    pub numerateur: String,
    /// Patients concernés, entier en texte.
    pub denominateur: String,
    /// Numérateur sur dénominateur, six décimales ; nul sans patient concerné.
    pub taux: Option<String>,
}

/// Un objectif à atteindre.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Goal {
    /// `intermediaire` ou `cible`.
    pub objectif: &'static str,
    /// Tel qu'imprimé.
    pub valeur: String,
    /// Patients qu'il faut valider en plus.
    pub manquent: u64,
    /// Ce qu'ils ajouteraient ; nul quand moins que cela se rattrapent.
    pub ensemble: Option<Interval>,
    /// Le même, par patient.
    pub chacun: Option<Interval>,
}

/// Un patient à relancer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Called<'a> {
    /// Identifiant.
    pub patient: &'a str,
    /// Jour du dernier acte, AAAA-MM-JJ.
    pub dernier_contact: Option<String>,
    /// Échéance la plus proche.
    pub jusqu_au: Option<String>,
    /// Ce qui lui manque.
    pub manques: Vec<Lack<'a>>,
    /// Ce qu'ajouterait tout ce qui se rattrape et dont la valeur est connue.
    pub ensemble: Interval,
    /// Manques de valeur inconnue, hors de `ensemble`.
    pub sans_valeur: usize,
}

/// Un manque.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Lack<'a> {
    /// Nom du dispositif.
    pub dispositif: &'a str,
    /// Identifiant de l'indicateur.
    pub indicateur: &'a str,
    /// Ce qui manque, en une phrase.
    pub manque: String,
    /// Dernier jour où l'acte compterait ; nul si aucun acte ne change plus la réponse.
    pub jusqu_au: Option<String>,
    /// Ce que l'acte ajouterait ; nul s'il ne change rien, ou si c'est inconnu.
    pub euros: Option<Interval>,
}

/// Un indicateur déjà validé pour un patient.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Fact<'a> {
    /// Identifiant du patient.
    pub patient: &'a str,
    /// Nom du dispositif.
    pub dispositif: &'a str,
    /// Identifiant de l'indicateur.
    pub indicateur: &'a str,
    /// Jour du dernier fait compté ; nul quand aucun jour ne le dit.
    pub dernier: Option<String>,
}

/// Des cas probables.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finder<'a> {
    /// Ce qui est cherché.
    pub id: &'a str,
    /// La même chose, en une phrase.
    pub phrase: &'a str,
    /// Les patients trouvés.
    pub patients: Vec<Found<'a>>,
}

/// Un patient trouvé.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Found<'a> {
    /// Identifiant.
    pub patient: &'a str,
    /// Jour du fait.
    pub date: String,
}
