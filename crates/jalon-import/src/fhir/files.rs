//! The files of a source, by their extension.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jalon_data::fault::{Collector, Place, Words, escaped};

use crate::error::ImportError;

/// How the resources of a file follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One a line.
    Lines,
    /// A bundle, or one resource.
    Json,
}

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct SourceFile {
    pub path: PathBuf,
    /// Its path within the source, as messages show it.
    pub label: String,
    pub format: Format,
    pub gzip: bool,
    /// Bytes on disk.
    pub size: u64,
}

/// Folders within folders that are looked into.
const DEEPEST: usize = 8;

const EXTENSIONS: &str =
    "`.ndjson` ou `.jsonl` (une ressource par ligne), `.json` (un Bundle), suivis ou non de `.gz`";

fn shape(name: &str) -> Option<(Format, bool)> {
    let name = name.to_ascii_lowercase();
    let (stem, gzip) = match name.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (name.as_str(), false),
    };
    let (_, extension) = stem.rsplit_once('.')?;
    match extension {
        "ndjson" | "jsonl" => Some((Format::Lines, gzip)),
        "json" => Some((Format::Json, gzip)),
        _ => None,
    }
}

/// The files of a source in the order of their paths, and how many others are
/// beside them.
pub(super) fn find(source: &Path) -> Result<(Vec<SourceFile>, u64), ImportError> {
    let mut found = Vec::new();
    let mut others = 0;
    let name = source.file_name().unwrap_or(source.as_os_str()).to_string_lossy();
    let label = escaped(&name);
    let refuse = |words: Words| {
        let mut faults = Collector::default();
        faults.report(Place::default(), &label, || words);
        Err(ImportError::Faults(faults.into_faults()))
    };
    let metadata = match fs::metadata(source) {
        Ok(metadata) => metadata,
        Err(error) => return refuse(unreadable(&error)),
    };
    if metadata.is_dir() {
        if let Err((path, error)) = walk(source, "", 0, &mut found, &mut others) {
            return Err(ImportError::Io { path, source: error });
        }
    } else {
        match shape(&name) {
            Some((format, gzip)) => found.push(SourceFile {
                path: source.to_path_buf(),
                label: label.clone(),
                format,
                gzip,
                size: metadata.len(),
            }),
            None => {
                return refuse(
                    Words::new("extension qui n'est pas celle d'un fichier FHIR")
                        .hint(format!("renommez-le : {EXTENSIONS} ; le XML n'est pas lu")),
                );
            }
        }
    }
    if found.is_empty() {
        return refuse(Words::new("aucun fichier FHIR dans ce dossier").hint(EXTENSIONS));
    }
    Ok((found, others))
}

fn unreadable(error: &io::Error) -> Words {
    match error.kind() {
        io::ErrorKind::NotFound => Words::new("fichier ou dossier introuvable")
            .hint("donnez le chemin d'un export FHIR : un fichier, ou le dossier qui le contient"),
        io::ErrorKind::PermissionDenied => Words::new("lecture refusée")
            .hint("donnez le droit de lire à la personne qui lance jalon"),
        _ => Words::new(format!("lecture impossible ({error})")),
    }
}

fn walk(
    folder: &Path,
    prefix: &str,
    depth: usize,
    found: &mut Vec<SourceFile>,
    others: &mut u64,
) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (folder.to_path_buf(), error);
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(failed)?;
    entries.sort_unstable();
    for entry in entries {
        let name = entry.to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let path = folder.join(&entry);
        let metadata = fs::metadata(&path).map_err(|error| (path.clone(), error))?;
        let label = format!("{prefix}{}", escaped(&name));
        if metadata.is_dir() {
            // A link may lead back up.
            if depth < DEEPEST && !path.is_symlink() {
                walk(&path, &format!("{label}/"), depth + 1, found, others)?;
            }
        } else if let Some((format, gzip)) = shape(&name) {
            found.push(SourceFile { path, label, format, gzip, size: metadata.len() });
        } else {
            *others += 1;
        }
    }
    Ok(())
}
