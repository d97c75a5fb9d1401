//! A folder that appears complete or not at all.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder cannot appear there.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The place is taken.
    #[error("{} : existe déjà et n'est pas un dossier vide", .0.display())]
    Occupied(PathBuf),
    /// A path that ends with no name, such as `/` or `..`.
    #[error("{} : donner le nom du dossier à créer", .0.display())]
    Unnamed(PathBuf),
    /// A folder could not be read, made or renamed.
    #[error("{} : {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PlaceError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { path, source }
    }
}

/// A folder under way beside the wanted one, whose name it takes at the end;
/// dropped before that, it disappears with all it holds.
#[derive(Debug)]
pub struct Place {
    wanted: PathBuf,
    temporary: PathBuf,
    taken: bool,
}

impl Place {
    /// Starts a folder, which must not exist yet or be empty. Its parents are
    /// made.
    pub fn reserve(wanted: &Path) -> Result<Self, PlaceError> {
        if !is_free(wanted).map_err(PlaceError::io(wanted))? {
            return Err(PlaceError::Occupied(wanted.to_path_buf()));
        }
        let name = wanted.file_name().ok_or_else(|| PlaceError::Unnamed(wanted.to_path_buf()))?;
        let parent = match wanted.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(PlaceError::io(parent))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.en-cours", std::process::id()));
        let temporary = parent.join(hidden);
        fs::create_dir(&temporary).map_err(PlaceError::io(&temporary))?;
        Ok(Self { wanted: wanted.to_path_buf(), temporary, taken: false })
    }

    /// The folder under way.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.temporary
    }

    /// Gives the folder its name.
    pub fn take(mut self) -> Result<(), PlaceError> {
        // An empty folder is replaced; one that has been filled meanwhile is not.
        match fs::remove_dir(&self.wanted) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(PlaceError::io(&self.wanted)(error));
            }
            _ => {}
        }
        fs::rename(&self.temporary, &self.wanted).map_err(PlaceError::io(&self.wanted))?;
        self.taken = true;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.taken {
            // The error that brought us here matters more than this one.
            let _ = fs::remove_dir_all(&self.temporary);
        }
    }
}

fn is_free(path: &Path) -> io::Result<bool> {
    match fs::read_dir(path) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(true),
            io::ErrorKind::NotADirectory => Ok(false),
            _ => Err(error),
        },
    }
}
