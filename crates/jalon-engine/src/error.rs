//! What can go wrong between checked facts and an answer.

use datafusion::error::DataFusionError;

/// A failure of the engine. Faults of facts and rules were reported before.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The query engine refused or failed.
    #[error("le moteur de requêtes a échoué : {0}")]
    Query(#[from] DataFusionError),
    /// The run time could not start.
    #[error("impossible de démarrer le moteur : {0}")]
    Start(#[from] std::io::Error),
    /// A page says what the compiler does not translate.
    #[error("`{page}` : {word} ne se calcule pas encore")]
    Uncompiled {
        /// The page.
        page: String,
        /// What it says.
        word: &'static str,
    },
    /// An answer does not have the shape the plan promises.
    #[error("réponse inattendue du moteur : {0}")]
    Shape(String),
    /// Lines about people that the dossier does not know, found in tables too
    /// large to be read beforehand.
    #[error("{table} : {lines} ligne(s) sur des patients absents de la table patients")]
    Strangers {
        /// The table.
        table: &'static str,
        /// How many lines.
        lines: u64,
    },
    /// Patients with lines dated before their birth.
    #[error("{table} : {patients} patient(s) ont des lignes d'avant leur naissance")]
    BeforeBirth {
        /// The table.
        table: &'static str,
        /// How many patients.
        patients: u64,
    },
}
