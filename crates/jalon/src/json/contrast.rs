//! The JSON of `jalon comparer`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Interval, Moved, Origin};

/// Résultat de `jalon comparer --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Résultat de jalon comparer")]
pub struct Contrast {
    /// Année d'activité de la première campagne.
    pub campagne_avant: i16,
    /// Année d'activité de la seconde.
    pub campagne_apres: i16,
    /// Si les règles de la seconde sont appliquées aux faits de la première.
    pub memes_faits: bool,
    /// De quoi le résultat est fait.
    #[serde(flatten)]
    pub origine: Origin,
    /// Tous les dispositifs de tous les médecins.
    pub total: Moved,
    /// Les dispositifs en regard, tous médecins ensemble.
    pub dispositifs: Vec<Pair>,
    /// Un élément par médecin, dans l'ordre des identifiants.
    pub medecins: Vec<Payee>,
}

/// Un médecin.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Payee {
    /// Identifiant.
    pub medecin: String,
    /// Tous ses dispositifs.
    #[serde(flatten)]
    pub total: Moved,
    /// Ses dispositifs, en regard.
    pub dispositifs: Vec<Pair>,
}

/// Des dispositifs et ceux qui ont pris leur place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pair {
    /// Ceux de la première campagne ; vide si rien n'a été remplacé.
    pub dispositifs_avant: Vec<String>,
    /// Ceux de la seconde ; vide si rien ne remplace.
    pub dispositifs_apres: Vec<String>,
    /// Ce qu'ils paient ensemble, chaque dispositif de chaque médecin arrondi au centime.
    #[serde(flatten)]
    pub montants: Moved,
    /// De quoi ces montants sont faits ; les montants non arrondis de tous les éléments d'un dispositif font le sien, bout à bout.
    pub elements: Vec<Line>,
}

/// Des éléments qui parlent de la même chose.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// Ceux de la première campagne.
    pub avant: Vec<Element>,
    /// Ceux de la seconde.
    pub apres: Vec<Element>,
    /// Après moins avant ; nulle quand aucun n'a de montant à lui.
    pub difference: Option<Interval>,
}

/// Ce que montre une ligne d'un dispositif.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Element {
    /// Nom du dispositif.
    pub dispositif: String,
    /// `element` (indicateur, classe, option), `bloc`, `prerequis` (ouvre le bloc), `majoration`, ou `reste` : ce qu'aucun élément n'apporte seul.
    pub quoi: &'static str,
    /// Identifiant de la page ; nul pour un bloc et un reste.
    pub id: Option<String>,
    /// Euros, arrondis au centime ; nuls pour ce qui est payé avec le bloc ou compris dans le reste. Les deux bouts d'un reste s'ajoutent chacun au sien : ils peuvent être négatifs et dans le désordre.
    pub euros: Option<Interval>,
}
