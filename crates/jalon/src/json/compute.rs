//! The JSON of `jalon calculer`.

use jalon_data::Dossier;
use jalon_engine::ledger::{Book, ClassLine, GateLine, IndicatorLedger, Ledger, PreventionLine};
use jalon_rules::amount::{IndicatorAmount, Measured, State};
use jalon_rules::forfait::{ItemAmount, PaidAmount};
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Fraction, Range, Rules, Status};
use schemars::JsonSchema;
use serde::Serialize;

use super::{DIGITS, Interval, Origin};

/// Résultat de `jalon calculer --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Résultat de jalon calculer")]
pub struct Outcome {
    /// Année d'activité.
    pub campagne: i16,
    /// De quoi le résultat est fait.
    #[serde(flatten)]
    pub origine: Origin,
    /// Un élément par médecin, dans l'ordre des identifiants.
    pub medecins: Vec<Doctor>,
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
    /// `taux`, `par-patient`, `classes` ou `verrou`.
    pub forme: &'static str,
    /// Patients de la liste, au jour de référence du dispositif.
    pub patientele: u64,
    /// Points acquis ; nul quand le dispositif ne compte pas en points.
    pub points: Option<Interval>,
    /// Euros, arrondis au centime.
    pub euros: Interval,
    /// Statut le plus faible de tout ce dont le montant dépend.
    pub source: &'static str,
    /// Pourquoi le montant peut dépasser `euros.max` : formules que personne n'a publiées.
    pub en_plus: Vec<String>,
    /// Déclarations que le montant attend.
    pub attendus: Vec<String>,
    /// Les indicateurs, classes ou éléments de la campagne ; pour des taux, puis ceux qui n'existent que d'autres années.
    pub indicateurs: Vec<Indicator>,
}

/// Un indicateur.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Indicator {
    /// Identifiant.
    pub id: String,
    /// `compte`, `sous-seuil`, `inconnu` ou `hors-campagne` ; pour un verrou, `atteint`, `non atteint`, `en partie` ou `inconnu`.
    pub statut: &'static str,
    /// Entier, en texte ; nul si rien n'est déclaré, ou si l'effectif est incertain.
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
    /// Part des points acquise, entre 0 et 1 ; nulle hors des taux.
    pub realisation: Option<Interval>,
    /// Points acquis ; nul quand la ligne n'en porte pas.
    pub points: Option<Interval>,
    /// Euros, arrondis au centime ; pour un verrou, ceux que la ligne vaut si le bloc est atteint.
    pub euros: Interval,
    /// Statut le plus faible de tout ce dont le montant dépend.
    pub source: &'static str,
    /// Boîtes laissées de côté faute de connaître leur répertoire, ou leur classe.
    pub ecartes: Option<String>,
}

impl Outcome {
    /// The result of a computation; books are sorted by payee.
    pub fn new(
        campaign: Campaign,
        rules: &Rules,
        dossier: &Dossier,
        overlay: Option<&Overlay>,
        books: &[Book<'_>],
    ) -> Self {
        Self {
            campagne: campaign.year(),
            origine: Origin::new(rules, dossier, overlay),
            medecins: books
                .iter()
                .map(|book| Doctor {
                    medecin: book.payee.clone(),
                    dispositifs: book.ledgers.iter().map(Scheme::new).collect(),
                })
                .collect(),
        }
    }
}

impl Scheme {
    /// One scheme of one payee.
    pub fn new(ledger: &Ledger<'_>) -> Self {
        let indicateurs = match ledger {
            Ledger::Rate(ledger) => {
                let lines = ledger.indicators.iter().zip(&ledger.amount.indicators);
                lines.map(|(indicator, amount)| Indicator::rate(indicator, amount)).collect()
            }
            Ledger::Prevention(ledger) => ledger.lines.iter().map(Indicator::prevention).collect(),
            Ledger::Classes(ledger) => {
                let lines = ledger.lines.iter().zip(&ledger.amount.classes);
                lines.map(|(line, (_, paid))| Indicator::class(line, paid)).collect()
            }
            Ledger::Gate(ledger) => {
                let lines = ledger.lines.iter().zip(&ledger.amount.items);
                let point = ledger.point_value();
                lines.map(|(line, item)| Indicator::item(line, item, point.as_ref())).collect()
            }
        };
        Self {
            dispositif: ledger.scheme().id().to_owned(),
            forme: match ledger {
                Ledger::Rate(_) => "taux",
                Ledger::Prevention(_) => "par-patient",
                Ledger::Classes(_) => "classes",
                Ledger::Gate(_) => "verrou",
            },
            patientele: ledger.list().patients,
            points: ledger.points().map(|points| Interval::new(points, DIGITS)),
            euros: Interval::new(ledger.euros(), 2),
            source: ledger.source().word(),
            en_plus: ledger.more().to_vec(),
            attendus: ledger.awaited().into_iter().map(str::to_owned).collect(),
            indicateurs,
        }
    }
}

impl Indicator {
    fn rate(indicator: &IndicatorLedger<'_>, amount: &IndicatorAmount) -> Self {
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
            realisation: Some(Interval::new(&amount.achievement, DIGITS)),
            points: Some(Interval::new(&amount.points, DIGITS)),
            euros: Interval::new(&amount.euros, 2),
            source: if amount.state == State::OutOfCampaign { "" } else { amount.source.word() },
            ecartes: left_out.map(|boxes| boxes.to_string()),
        }
    }

    /// A line without objectives.
    fn bare(id: &str, euros: &Range, source: Status) -> Self {
        Self {
            id: id.to_owned(),
            statut: State::Counted.word(),
            numerateur: None,
            denominateur: None,
            taux: None,
            intermediaire: None,
            cible: None,
            seuil: None,
            depart: None,
            realisation: None,
            points: None,
            euros: Interval::new(euros, 2),
            source: source.word(),
            ecartes: None,
        }
    }

    fn prevention(line: &PreventionLine<'_>) -> Self {
        let counts = &line.counts;
        let rate = Fraction::ratio(counts.numerator, counts.denominator);
        Self {
            numerateur: Some(counts.numerator.to_string()),
            denominateur: Some(counts.denominator.to_string()),
            taux: rate.map(|rate| rate.to_decimal(DIGITS)),
            ..Self::bare(&line.page.id, &line.paid.euros, line.paid.source)
        }
    }

    fn class(line: &ClassLine<'_>, paid: &PaidAmount) -> Self {
        let (least, most) = line.patients;
        let patients = (least == most).then(|| least.to_string());
        Self {
            numerateur: patients.clone(),
            denominateur: patients,
            ..Self::bare(&line.page.sheet.id, &paid.euros, paid.source)
        }
    }

    /// `point` is the value of a point, where items count in points.
    fn item(line: &GateLine<'_>, item: &ItemAmount, point: Option<&Fraction>) -> Self {
        let worth = item.points.clone().unwrap_or_else(Range::zero);
        let euros = point.map_or_else(|| worth.clone(), |point| &worth * point);
        let source = item.met.weakest().unwrap_or(Status::Officiel);
        Self {
            statut: item.state.word(),
            numerateur: line.answer.map(|answer| answer.numerator.to_string()),
            denominateur: line.answer.map(|answer| answer.denominator.to_string()),
            points: point.and(item.points.as_ref()).map(|points| Interval::new(points, DIGITS)),
            ..Self::bare(&item.id, &euros, source)
        }
    }
}
