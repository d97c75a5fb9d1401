//! Files that come for an import: written to a folder of their own as they
//! come, under names made safe, and gone with it.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::upload::Upload;
use crate::work::away;

/// Most bytes of one upload.
pub const MOST: u64 = 1 << 30;

/// Most files of one upload.
const FILES: usize = 2_000;

/// Bytes gathered before they are written.
const GATHERED: usize = 1 << 20;

/// Longest name, in characters.
const LONGEST: usize = 100;

/// A folder that goes when it is no longer held.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What stays goes when the program starts again.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Spool {
    /// Makes a folder inside this one, for its owner alone.
    pub fn new(inside: &Path, name: &str) -> Result<Self, Failure> {
        let folder = inside.join(name);
        private(&folder).map_err(|error| failure(&error))?;
        Ok(Self { folder })
    }

    /// Where the files are.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes every file of a form as it comes; how many there were.
    pub async fn receive(&self, upload: &mut Upload) -> Result<usize, Failure> {
        let mut names = BTreeSet::new();
        while let Some(mut file) = upload.file().await? {
            let name = safe(&file.name);
            if names.len() >= FILES {
                return Err(Failure::Refused(format!("plus de {FILES} fichiers")));
            }
            if !names.insert(name.clone()) {
                return Err(Failure::Refused(
                    "deux fichiers du même nom\naide : envoyez-les en deux fois, ou renommez-en un"
                        .to_owned(),
                ));
            }
            let path = self.folder.join(name);
            let mut open = away(move || create(&path).map_err(|error| failure(&error))).await?;
            let mut gathered = Vec::with_capacity(GATHERED);
            while let Some(chunk) = file.chunk().await? {
                gathered.extend_from_slice(&chunk);
                if gathered.len() >= GATHERED {
                    (open, gathered) = write(open, gathered).await?;
                }
            }
            write(open, gathered).await?;
        }
        Ok(names.len())
    }
}

async fn write(mut file: File, mut bytes: Vec<u8>) -> Result<(File, Vec<u8>), Failure> {
    away(move || {
        file.write_all(&bytes).map_err(|error| failure(&error))?;
        bytes.clear();
        Ok((file, bytes))
    })
    .await
}

fn create(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        private(folder)?;
    }
    File::create_new(path)
}

fn private(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn failure(error: &std::io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "le disque est plein",
        ErrorKind::ReadOnlyFilesystem => "le disque est en lecture seule",
        ErrorKind::PermissionDenied => "le dossier de la mémoire ne se laisse pas écrire",
        _ => return Failure::Broken("réception d'un fichier"),
    };
    Failure::Memory(format!(
        "{why} : rien n'a été importé\naide : libérez de la place, ou vérifiez les droits"
    ))
}

/// A path inside a folder that leads nowhere else: the file, and at most one
/// folder around it. Browsers name the files of a folder after that folder,
/// which is left out.
fn safe(name: &str) -> PathBuf {
    let parts: Vec<String> =
        name.split(['/', '\\']).filter(|part| !part.is_empty()).map(plain).collect();
    let inside = if parts.len() > 1 { &parts[1..] } else { &parts[..] };
    let kept = inside.len().saturating_sub(2);
    let kept = inside.get(kept..).unwrap_or_default();
    if kept.is_empty() { PathBuf::from("fichier") } else { kept.iter().collect() }
}

/// A name without anything that a disk or an importer reads otherwise.
fn plain(part: &str) -> String {
    let allowed = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let end: Vec<char> = part.chars().rev().take(LONGEST).collect();
    let text: String = end.into_iter().rev().map(allowed).collect();
    let text = text.trim_start_matches('.');
    if text.is_empty() { "_".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for (name, path) in [
            ("patients.csv", "patients.csv"),
            ("essai/patients.csv", "patients.csv"),
            ("essai/delivrances/1.parquet", "delivrances/1.parquet"),
            ("a/b/c/d.csv", "c/d.csv"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\temp\\x.csv", "temp/x.csv"),
            ("..", "_"),
            ("...", "_"),
            (".htaccess", "htaccess"),
            ("", "fichier"),
            ("a b\0c\n.csv", "a_b_c_.csv"),
        ] {
            assert_eq!(safe(name), PathBuf::from(path), "{name:?}");
        }
        assert!(safe(&"x".repeat(5_000)).as_os_str().len() <= LONGEST);
    }

    #[test]
    fn a_disk_that_takes_no_more_is_told() {
        for (kind, says) in [
            (ErrorKind::StorageFull, "le disque est plein : rien n'a été importé"),
            (ErrorKind::ReadOnlyFilesystem, "le disque est en lecture seule : rien"),
            (ErrorKind::PermissionDenied, "ne se laisse pas écrire : rien"),
        ] {
            let (_, why) = failure(&kind.into()).told().unwrap();
            assert!(why.contains(says), "{why}");
        }
        assert!(failure(&ErrorKind::Other.into()).told().is_none());
    }

    #[test]
    fn a_folder_goes_with_what_holds_it() {
        let inside = tempfile::tempdir().unwrap();
        let spool = Spool::new(inside.path(), "a").unwrap();
        fs::write(spool.path().join("x"), "x").unwrap();
        drop(spool);
        assert_eq!(fs::read_dir(inside.path()).unwrap().count(), 0);
    }
}
