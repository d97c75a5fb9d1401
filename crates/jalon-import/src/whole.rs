//! Files written whole or not at all.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::error::ImportError;

/// Writes files: every one is on the disk, under another name, before the
/// first takes its own, so that a full disk changes nothing. Cut between two
/// names, some files are new and the others old, each of them whole: what wrote
/// them must do no harm when done again. Only their owner may read them.
pub fn write(files: &[(PathBuf, Vec<u8>)]) -> Result<(), ImportError> {
    let mut ready = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(ImportError::io(folder))?;
        let mut file = NamedTempFile::new_in(folder).map_err(ImportError::io(folder))?;
        file.write_all(bytes).map_err(ImportError::io(path))?;
        file.as_file().sync_all().map_err(ImportError::io(path))?;
        ready.push((file, path, folder));
    }
    for (file, path, folder) in ready {
        file.persist(path).map_err(|error| ImportError::io(path)(error.error))?;
        // The name itself must outlive a power cut; not every system lets a
        // folder be opened.
        if let Ok(folder) = File::open(folder) {
            folder.sync_all().map_err(ImportError::io(path))?;
        }
    }
    Ok(())
}
