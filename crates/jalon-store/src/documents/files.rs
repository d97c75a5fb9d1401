//! The bytes of documents, as files.
//!
//! A file is named `X.part` while the database and the folder do not agree: it
//! is then kept if the database knows `X`, and dropped otherwise, at the next
//! opening at the latest. Whoever is between the two holds a lock, so that an
//! opening elsewhere leaves his files to him.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write as _};
use std::path::Path;

use rusqlite::Transaction;

use crate::database::{part_of, private_file, private_folder, remove, sync_folder};
use crate::error::StoreError;
use crate::store::Store;

/// Where the bytes are, in the folder of the memory.
pub(crate) const FOLDER: &str = "documents";

/// Largest document, in bytes.
pub const LARGEST: u64 = 10 * 1024 * 1024;

/// Held by whoever has the database and the folder disagree.
const LOCK: &str = "documents.verrou";

impl Store {
    /// Keeps other openings from clearing what is being done.
    pub(crate) fn hold_documents(&self) -> Result<File, StoreError> {
        let path = self.dir.join(LOCK);
        let lock = lock_file(&path)?;
        lock.lock_shared().map_err(StoreError::io(&path))?;
        Ok(lock)
    }

    /// Forgets a document and its bytes: both, whatever stops it.
    pub(crate) fn drop_file(
        &self,
        file: &str,
        forget: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let _held = self.hold_documents()?;
        let path = self.documents_dir().join(file);
        let part = part_of(&path);
        // Bytes that are lost already stop nobody from forgetting the rest.
        let moved = fs::rename(&path, &part).is_ok();
        let forgotten = self.database.write(forget);
        match forgotten {
            Ok(()) => remove(&part),
            Err(error) => {
                if moved {
                    // If this fails too, the next opening does it.
                    let _ = fs::rename(&part, &path);
                }
                Err(error)
            }
        }
    }
}

/// Makes the folder, and ends what a stopped program left undone.
pub(crate) fn settle(store: &Store) -> Result<(), StoreError> {
    let folder = store.documents_dir();
    private_folder(&folder)?;
    let path = store.dir.join(LOCK);
    let lock = lock_file(&path)?;
    match lock.try_lock() {
        Ok(()) => {}
        // Another program is at work: what it leaves undone waits for the next opening.
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(StoreError::io(&path)(error)),
    }
    for entry in fs::read_dir(&folder).map_err(StoreError::io(&folder))? {
        let path = entry.map_err(StoreError::io(&folder))?.path();
        if path.extension().is_none_or(|extension| extension != "part") {
            continue;
        }
        let kept = path.with_extension("");
        let file = kept.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let known: bool = store.database.read(|tx| {
            Ok(tx.query_row("SELECT count(*) FROM documents WHERE file = ?1", [file], |row| {
                row.get(0)
            })?)
        })?;
        if known {
            fs::rename(&path, &kept).map_err(StoreError::io(&kept))?;
        } else {
            remove(&path)?;
        }
    }
    Ok(())
}

fn lock_file(path: &Path) -> Result<File, StoreError> {
    private_file(path)?;
    File::options().write(true).open(path).map_err(StoreError::io(path))
}

/// The bytes, unless there are too many: the rest is not even read.
pub fn taken(bytes: impl Read) -> Result<Vec<u8>, StoreError> {
    let mut taken = Vec::new();
    bytes
        .take(LARGEST + 1)
        .read_to_end(&mut taken)
        .map_err(|_| StoreError::refused("la pièce n'a pas été reçue en entier"))?;
    if taken.len() as u64 > LARGEST {
        return Err(StoreError::refused(
            "cette pièce dépasse 10 Mio\naide : numérisez-la en résolution plus faible",
        ));
    }
    Ok(taken)
}

/// Writes a file that a loss of power does not lose.
pub fn write(part: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    private_file(part)?;
    let mut file = fs::OpenOptions::new().write(true).open(part).map_err(StoreError::io(part))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(StoreError::io(part))?;
    sync_folder(part)
}
