//! Statements: what the fund prints of a campaign, typed in or taken from a
//! sheet. What they say is kept; what it is worth is for others to say.

mod complement;
mod number;
mod sheet_form;
mod toml_form;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::columns::Field;
pub use complement::{Addition, Conflict, Heading, Held, heading, merge, read_heading};
pub use number::Number;
pub use sheet_form::from_sheet;
pub use toml_form::{from_toml, is_toml, render};

/// A figure that a statement prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Fewest patients or boxes for the indicator to count.
    Minimum,
    /// Intermediate objective, in % or per 100.
    Intermediate,
    /// Target.
    Target,
    /// Rate from which progress is told.
    Start,
    /// Rate of the campaign.
    Rate,
    /// Its numerator.
    Numerator,
    /// Its denominator.
    Denominator,
    /// Points at the target.
    MostPoints,
    /// Points obtained.
    Points,
    /// Size of the list.
    List,
    /// Size of the list for which points are written.
    Reference,
    /// Euros a point.
    PointValue,
    /// Euros.
    Amount,
}

impl Figure {
    /// All, as statements are read from left to right.
    pub const ALL: [Self; 13] = [
        Self::Minimum,
        Self::Intermediate,
        Self::Target,
        Self::Start,
        Self::Rate,
        Self::Numerator,
        Self::Denominator,
        Self::MostPoints,
        Self::Points,
        Self::List,
        Self::Reference,
        Self::PointValue,
        Self::Amount,
    ];

    /// Figures of the whole statement, which lines may repeat.
    pub const COMMON: [Self; 3] = [Self::List, Self::Reference, Self::PointValue];

    /// How files name it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Minimum => "seuil",
            Self::Intermediate => "intermediaire",
            Self::Target => "cible",
            Self::Start => "depart",
            Self::Rate => "taux",
            Self::Numerator => "numerateur",
            Self::Denominator => "denominateur",
            Self::MostPoints => "points_max",
            Self::Points => "points",
            Self::List => "patientele",
            Self::Reference => "reference",
            Self::PointValue => "valeur_point",
            Self::Amount => "montant",
        }
    }

    /// Whether it is a rate, which a sheet may write as a share.
    const fn is_rate(self) -> bool {
        matches!(self, Self::Intermediate | Self::Target | Self::Start | Self::Rate)
    }
}

/// Figures, those printed.
pub type Figures = BTreeMap<Figure, Number>;

/// Whether the fund computes an indicator or the doctor declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Computed.
    Computed,
    /// Declared.
    Declared,
}

impl Nature {
    const fn word(self) -> &'static str {
        match self {
            Self::Computed => "calcule",
            Self::Declared => "declaratif",
        }
    }

    fn read(text: &str) -> Option<Self> {
        match crate::label::plain(text).as_str() {
            "calcule" | "calculee" | "calcul" => Some(Self::Computed),
            "declaratif" | "declare" | "declarative" | "declaree" => Some(Self::Declared),
            _ => None,
        }
    }
}

/// A line about an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Line of the file it was read from.
    pub line: u64,
    /// Identifier of the indicator, if the file or its reader says it.
    pub indicator: Option<String>,
    /// Label as printed.
    pub label: String,
    /// Theme as printed.
    pub theme: Option<String>,
    /// How it is told.
    pub nature: Option<Nature>,
    /// Period of reference as printed.
    pub period: Option<String>,
    /// Its figures.
    pub figures: Figures,
}

/// A line of totals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// Line of the file it was read from.
    pub line: u64,
    /// As printed: a theme, or "Total".
    pub label: String,
    /// Its figures.
    pub figures: Figures,
}

/// A statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Campaign, if the file says it.
    pub campaign: Option<i16>,
    /// Doctor, if the file says it.
    pub doctor: Option<String>,
    /// Scheme, if the file says it.
    pub scheme: Option<String>,
    /// Day it came.
    pub received: Option<Date>,
    /// Figures of the whole.
    pub common: Figures,
    /// Indicators, in order.
    pub lines: Vec<Line>,
    /// Totals, in order.
    pub totals: Vec<Total>,
    /// What whoever reads it should know, in French; not kept.
    pub remarks: Vec<String>,
}

/// What a statement may print, by the titles of its columns.
pub const FIELDS: &[Field] = &[
    Field {
        key: "theme",
        what: "le thème",
        titles: &["theme", "volet", "thematique", "domaine", "bloc"],
    },
    Field {
        key: "libelle",
        what: "le libellé de l'indicateur",
        titles: &[
            "libelle",
            "indicateur",
            "indicateurs",
            "libelle de l indicateur",
            "libelle indicateur",
            "intitule",
            "intitule de l indicateur",
        ],
    },
    Field {
        key: "indicateur",
        what: "l'identifiant de l'indicateur",
        titles: &["id", "identifiant", "id indicateur", "identifiant de l indicateur"],
    },
    Field {
        key: "nature",
        what: "calculé ou déclaratif",
        titles: &[
            "nature",
            "calcule ou declaratif",
            "calcule declaratif",
            "mode de calcul",
            "type",
        ],
    },
    Field {
        key: "periode",
        what: "la période de référence",
        titles: &["periode", "periode de reference", "periode de calcul"],
    },
    Field {
        key: "seuil",
        what: "le seuil",
        titles: &[
            "seuil",
            "minimum",
            "seuil minimum",
            "seuil minimal",
            "effectif minimum",
            "denominateur minimum",
            "seuil de prise en compte",
        ],
    },
    Field {
        key: "intermediaire",
        what: "l'objectif intermédiaire",
        titles: &[
            "intermediaire",
            "objectif intermediaire",
            "obj intermediaire",
            "seuil intermediaire",
        ],
    },
    Field {
        key: "cible",
        what: "l'objectif cible",
        titles: &["cible", "objectif cible", "obj cible", "objectif", "objectif final"],
    },
    Field {
        key: "depart",
        what: "le taux de départ",
        titles: &[
            "depart",
            "taux de depart",
            "taux initial",
            "niveau de depart",
            "situation de depart",
        ],
    },
    Field {
        key: "taux",
        what: "le taux",
        titles: &[
            "taux",
            "taux actuel",
            "taux atteint",
            "taux obtenu",
            "taux realise",
            "taux de realisation",
            "resultat",
            "niveau atteint",
        ],
    },
    Field { key: "numerateur", what: "le numérateur", titles: &["numerateur"] },
    Field { key: "denominateur", what: "le dénominateur", titles: &["denominateur"] },
    Field {
        key: "points_max",
        what: "les points à la cible",
        titles: &[
            "points max",
            "points maximum",
            "points maximaux",
            "nombre de points max",
            "nombre de points maximum",
            "nb points max",
            "nb de points max",
            "maximum de points",
            "points possibles",
        ],
    },
    Field {
        key: "points",
        what: "les points obtenus",
        titles: &[
            "points",
            "points obtenus",
            "points acquis",
            "nombre de points",
            "nombre de points obtenus",
            "nb points",
            "nb de points",
            "nb points obtenus",
        ],
    },
    Field {
        key: "patientele",
        what: "la patientèle",
        titles: &[
            "patientele",
            "taille de la patientele",
            "nombre de patients",
            "nombre de patients mt",
            "patientele mt",
            "patientele retenue",
        ],
    },
    Field {
        key: "reference",
        what: "la patientèle de référence",
        titles: &["reference", "patientele de reference", "patientele reference"],
    },
    Field {
        key: "valeur_point",
        what: "la valeur du point",
        titles: &["valeur du point", "valeur point", "valeur d un point"],
    },
    Field {
        key: "montant",
        what: "le montant",
        titles: &[
            "montant",
            "montants",
            "montant en euros",
            "montant verse",
            "montant de la remuneration",
            "remuneration",
            "remuneration en euros",
            "euros",
        ],
    },
];
