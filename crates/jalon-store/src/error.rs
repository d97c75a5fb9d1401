//! Why the memory could not answer, in French.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// What went wrong. No message holds an identifier, a name or a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What was asked cannot be done: why, and what to do instead.
    #[error("{0}")]
    Refused(String),
    /// It does not exist, or not for this person: the two are not told apart.
    #[error("introuvable")]
    NotFound,
    /// Too many passwords are being checked at once.
    #[error("trop de connexions à la fois\naide : réessayez dans quelques secondes")]
    Busy,
    /// Another program held the database longer than the delay given at opening.
    #[error(
        "la base est occupée par un autre programme\naide : fermez-le, ou attendez qu'il finisse"
    )]
    Locked,
    /// The database cannot be written.
    #[error(
        "la base est en lecture seule : rien n'a été enregistré\naide : vérifiez les droits du dossier et du disque"
    )]
    ReadOnly,
    /// No room is left.
    #[error("le disque est plein : rien n'a été enregistré\naide : libérez de la place")]
    DiskFull,
    /// The disk refused to read or write.
    #[error(
        "le disque a refusé : rien n'a été enregistré\naide : vérifiez le disque avant de continuer"
    )]
    Disk,
    /// The database was made by a later version of the program.
    #[error(
        "cette base est d'une version plus récente du programme (schéma {found}, connu jusqu'à {known})\naide : installez la version qui l'a écrite ; une copie d'avant la migration est à côté de la base"
    )]
    Newer {
        /// Version of the schema in the file.
        found: i64,
        /// Latest version that this program knows.
        known: i64,
    },
    /// The file is not a database of this program.
    #[error("{} : ce fichier n'est pas une base de Jalon", .0.display())]
    Foreign(PathBuf),
    /// The file is spoilt.
    #[error("la base est abîmée\naide : rétablissez une sauvegarde")]
    Damaged,
    /// A stored document no longer is what was stored.
    #[error(
        "ce document a été modifié ou perdu hors du programme\naide : rétablissez une sauvegarde"
    )]
    DocumentLost,
    /// A file or folder could not be read, made or written.
    #[error("{} : {}", path.display(), told(source))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No randomness, or no hash: the machine fails.
    #[error("le système ne fournit pas d'aléa")]
    Random,
    /// The database answered something else.
    #[error("la base a répondu une erreur inattendue")]
    Database(#[source] rusqlite::Error),
}

/// Why a file could not be used, in French.
fn told(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "fichier ou dossier introuvable",
        io::ErrorKind::PermissionDenied => "accès refusé",
        io::ErrorKind::AlreadyExists => "existe déjà",
        io::ErrorKind::NotADirectory => "un fichier, et non un dossier, est à cet endroit",
        _ => "le disque a refusé",
    }
}

impl StoreError {
    /// For `map_err` on what touches a path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io { path, source },
        }
    }

    /// A refusal in these words.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
                Self::ReadOnly
            }
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::SystemIoFailure) => Self::Disk,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => match error {
                rusqlite::Error::QueryReturnedNoRows => Self::NotFound,
                error => Self::Database(error),
            },
        }
    }
}

impl From<getrandom::Error> for StoreError {
    fn from(_: getrandom::Error) -> Self {
        Self::Random
    }
}
