//! The JSON of `jalon calculer`: a promise to those who build on it, written
//! down in `docs/calculer.schema.json`.

use jalon_data::Dossier;
use jalon_engine::ledger::{IndicatorLedger, SchemeLedger};
use jalon_rules::amount::{IndicatorAmount, Measured, State};
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Fraction, Rules};
use schemars::JsonSchema;
use serde::Serialize;

/// Digits of a rate and of points: enough to tell any two apart.
const DIGITS: usize = 6;

/// Résultat de `jalon calculer --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Résultat de jalon calculer")]
pub struct Outcome {
    /// Année d'activité.
    pub campagne: i16,
    /// Version du moteur.
    pub moteur: String,
    /// Empreinte BLAKE3 des règles.
    pub regles: String,
    /// Empreinte BLAKE3 des tables de faits.
    pub donnees: String,
    /// Valeurs ajoutées aux règles, s'il y en a.
    pub complement: Option<Complement>,
    /// Un élément par médecin, dans l'ordre des identifiants.
    pub medecins: Vec<Doctor>,
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

/// Un médecin.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Doctor {
    /// Identifiant.
    pub medecin: String,
    /// Ses dispositifs.
    pub dispositifs: Vec<Scheme>,
}

/// Un dispositif d'un médecin.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scheme {
    /// Nom du dispositif.
    pub dispositif: String,
    /// Patients de la liste au 31 décembre.
    pub patientele: u64,
    /// Points acquis.
    pub points: Interval,
    /// Euros, arrondis au centime.
    pub euros: Interval,
    /// Statut le plus faible de tout ce dont le montant dépend.
    pub source: &'static str,
    /// Les indicateurs de la campagne, puis ceux qui n'existent que d'autres années.
    pub indicateurs: Vec<Indicator>,
}

/// Un indicateur.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Indicator {
    /// Identifiant.
    pub id: String,
    /// `compte`, `sous-seuil`, `inconnu` ou `hors-campagne`.
    pub statut: &'static str,
    /// Entier, en texte ; nul si rien n'est déclaré.
    pub numerateur: Option<String>,
    /// Entier, en texte.
    pub denominateur: Option<String>,
    /// Numérateur sur dénominateur, six décimales ; nul si le dénominateur est nul ou inconnu.
    pub taux: Option<String>,
    /// Objectif intermédiaire tel qu'imprimé : 74 pour 74 %, ou pour 100 ; nul s'il est inconnu.
    pub intermediaire: Option<String>,
    /// Cible telle qu'imprimée ; nulle si elle est inconnue.
    pub cible: Option<String>,
    /// Plus petit dénominateur qui compte ; nul s'il est inconnu.
    pub seuil: Option<u64>,
    /// Taux de départ, dans l'unité des objectifs ; nul s'il est inconnu.
    pub depart: Option<String>,
    /// Part des points acquise, entre 0 et 1.
    pub realisation: Interval,
    /// Points acquis.
    pub points: Interval,
    /// Euros, arrondis au centime.
    pub euros: Interval,
    /// Statut le plus faible de tout ce dont le montant dépend.
    pub source: &'static str,
    /// Boîtes laissées de côté faute de connaître leur répertoire, ou leur classe.
    pub ecartes: Option<String>,
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
    fn new(range: &jalon_rules::Range, digits: usize) -> Self {
        Self { min: range.min().to_decimal(digits), max: range.max().to_decimal(digits) }
    }
}

impl Outcome {
    /// The result of a computation; ledgers are sorted by doctor.
    pub fn new(
        campaign: Campaign,
        rules: &Rules,
        dossier: &Dossier,
        overlay: Option<&Overlay>,
        ledgers: &[SchemeLedger<'_>],
    ) -> Self {
        Self {
            campagne: campaign.year(),
            moteur: env!("CARGO_PKG_VERSION").to_owned(),
            regles: rules.hash().to_owned(),
            donnees: dossier.hash().to_owned(),
            complement: overlay.map(|overlay| Complement {
                titre: overlay.title.clone(),
                nature: overlay.status.word(),
                empreinte: overlay.hash.clone(),
            }),
            medecins: ledgers
                .iter()
                .map(|ledger| Doctor {
                    medecin: ledger.doctor.clone(),
                    dispositifs: vec![Scheme::new(ledger)],
                })
                .collect(),
        }
    }

    /// The text of the document.
    pub fn to_text(&self) -> String {
        // Texts, numbers and lists always serialise.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Scheme {
    /// One scheme of one doctor.
    pub fn new(ledger: &SchemeLedger<'_>) -> Self {
        let amount = &ledger.amount;
        Self {
            dispositif: ledger.scheme.id.clone(),
            patientele: ledger.list.patients,
            points: Interval::new(&amount.points, DIGITS),
            euros: Interval::new(&amount.euros, 2),
            source: amount.source.word(),
            indicateurs: ledger
                .indicators
                .iter()
                .zip(&amount.indicators)
                .map(|(indicator, amount)| Indicator::new(indicator, amount))
                .collect(),
        }
    }
}

impl Indicator {
    fn new(indicator: &IndicatorLedger<'_>, amount: &IndicatorAmount) -> Self {
        let printed = |value: &Fraction| value.to_short_decimal(DIGITS);
        let scale = &indicator.scale;
        let (numerator, denominator, left_out) = match indicator.measured {
            Measured::Counts { numerator, denominator, left_out } => {
                (Some(numerator), Some(denominator), Some(left_out).filter(|boxes| *boxes > 0))
            }
            Measured::Unknown | Measured::OutOfCampaign => (None, None, None),
        };
        Self {
            id: indicator.page.id.clone(),
            statut: amount.state.word(),
            numerateur: numerator.map(|number| number.to_string()),
            denominateur: denominator.map(|number| number.to_string()),
            taux: amount.rate.as_ref().map(|rate| rate.to_decimal(DIGITS)),
            intermediaire: scale.intermediate.as_ref().map(|value| printed(&value.value)),
            cible: scale.target.as_ref().map(|value| printed(&value.value)),
            seuil: scale.minimum.as_ref().map(|value| value.value),
            depart: indicator.start.as_ref().map(|value| printed(&value.value)),
            realisation: Interval::new(&amount.achievement, DIGITS),
            points: Interval::new(&amount.points, DIGITS),
            euros: Interval::new(&amount.euros, 2),
            source: if amount.state == State::OutOfCampaign { "" } else { amount.source.word() },
            ecartes: left_out.map(|boxes| boxes.to_string()),
        }
    }
}
