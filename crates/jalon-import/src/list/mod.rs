//! The lists of patients that the fund lends: read, compared with the last one,
//! kept with what the practice did about each line.

mod intake;
mod merge;
mod nir;
mod read;
mod store;

use crate::columns::Field;

pub use intake::{Asked, Intake};
pub use merge::{Counts, Download, Outcome, merge};
pub use nir::Nir;
pub use read::{Line, Reading, Request, preview, read};
pub use store::{Change, Entry, Facts, Import, List, MarkError, Person, State, Step, is_name};

/// What a list may say of a patient.
pub const FIELDS: &[Field] = &[
    Field {
        key: "nir",
        what: "le numéro de sécurité sociale",
        titles: &[
            "nir",
            "n nir",
            "numero nir",
            "nir cle",
            "n de securite sociale",
            "n securite sociale",
            "no de securite sociale",
            "numero de securite sociale",
            "numero securite sociale",
            "n ss",
            "num ss",
            "numero ss",
            "nss",
            "n secu",
            "numero de secu",
            "matricule",
            "immatriculation",
            "n d immatriculation",
            "numero d immatriculation",
        ],
    },
    Field {
        key: "identifiant",
        what: "un identifiant du patient",
        titles: &["identifiant", "id", "ipp", "n de dossier", "numero de dossier", "n dossier"],
    },
    Field {
        key: "nom",
        what: "le nom",
        titles: &[
            "nom",
            "nom de famille",
            "nom d usage",
            "nom usuel",
            "nom de naissance",
            "nom patronymique",
            "nom prenom",
            "nom et prenom",
            "nom complet",
            "patient",
            "beneficiaire",
        ],
    },
    Field {
        key: "prenom",
        what: "le prénom",
        titles: &["prenom", "prenoms", "premier prenom", "prenom usuel", "prenom d usage"],
    },
    Field {
        key: "naissance",
        what: "la date de naissance",
        titles: &[
            "date de naissance",
            "date naissance",
            "naissance",
            "ne le",
            "nee le",
            "ne e le",
            "date de naiss",
            "date naiss",
            "ddn",
        ],
    },
    Field { key: "sexe", what: "le sexe", titles: &["sexe", "genre", "civilite"] },
    Field { key: "age", what: "l'âge", titles: &["age", "age en annees", "age ans"] },
    Field {
        key: "indicateur",
        what: "l'indicateur",
        titles: &[
            "indicateur",
            "type",
            "type d indicateur",
            "type de depistage",
            "type de prevention",
            "depistage",
            "prevention",
            "action de prevention",
            "action",
            "theme",
            "thematique",
        ],
    },
    Field { key: "statut", what: "le statut", titles: &["statut", "etat", "situation"] },
    Field {
        key: "dernier_acte",
        what: "la date du dernier acte",
        titles: &[
            "date du dernier acte",
            "date dernier acte",
            "dernier acte",
            "date de l acte",
            "date du dernier examen",
            "date dernier examen",
            "dernier examen",
            "date du dernier depistage",
            "dernier depistage",
            "date de derniere realisation",
            "derniere realisation",
            "date de realisation",
            "derniere date",
        ],
    },
    Field {
        key: "medecin",
        what: "le médecin",
        titles: &["medecin", "medecin traitant", "nom du medecin", "praticien", "mt"],
    },
    Field {
        key: "commentaire",
        what: "un commentaire",
        titles: &[
            "commentaire",
            "commentaires",
            "remarque",
            "remarques",
            "observation",
            "observations",
            "note",
            "notes",
        ],
    },
];

/// Fields that a terminal may show whole: they tell of nobody.
const SHOWN: [&str; 5] = ["sexe", "age", "indicateur", "statut", "dernier_acte"];
