//! Why nothing was imported.

use std::io;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use jalon_data::{Faults, PlaceError, StoredError, WriteError};

/// Nothing was imported, and nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The source has faults: all of them.
    #[error("{}", .0.found_in("la source"))]
    Faults(#[from] Faults),
    /// What was asked cannot be done; says what to do instead, in French.
    #[error("{0}")]
    Refused(String),
    /// A file or a folder could not be read, made, written or renamed.
    #[error("{} : {}", path.display(), told(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A table could not be read again.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// Rows could not be put in columns.
    #[error(transparent)]
    Rows(#[from] ArrowError),
    /// A library failed in a way that no source explains.
    #[error("{0}")]
    Engine(String),
}

/// Why a file could not be used, in French.
fn told(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "fichier ou dossier introuvable",
        io::ErrorKind::PermissionDenied => "accès refusé",
        io::ErrorKind::AlreadyExists => "existe déjà",
        io::ErrorKind::NotADirectory => "un fichier, et non un dossier, est à cet endroit",
        io::ErrorKind::IsADirectory => "un dossier, et non un fichier, est à cet endroit",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "le disque est plein",
        io::ErrorKind::ReadOnlyFilesystem => "le disque est en lecture seule",
        _ => "le disque a refusé",
    }
}

impl From<PlaceError> for ImportError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Io { path, source } => Self::Io { path, source },
            error => Self::Refused(error.to_string()),
        }
    }
}

impl ImportError {
    /// For `map_err` on what touches a path.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}
