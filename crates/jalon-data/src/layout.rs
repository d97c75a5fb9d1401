//! Which files of a folder hold which table.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::fault::{Collector, Place, Words, escaped, nearest};
use crate::records::cannot_read;
use crate::schema::{TABLES, Table};
use crate::write::Format;

/// The file of a dossier made of batches that says which folder holds its
/// tables, `etats/0003`: replaced whole, so that the tables change at once.
pub const POINTER: &str = "courant";

/// Whether every required table must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Yes.
    Whole,
    /// A missing table is an empty one.
    Part,
}

/// The folder, in a dossier made of batches, that holds its states.
pub const STATES: &str = "etats";

/// What the pointer of a folder says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// There is no pointer: the folder itself holds its tables.
    Nothing,
    /// The state in force, a number in [`STATES`]: `0003`.
    State(String),
    /// Something else.
    Nonsense,
}

/// Reads the pointer of a folder.
pub fn pointed(root: &Path) -> io::Result<Pointed> {
    let told = match fs::read_to_string(root.join(POINTER)) {
        Ok(told) => told,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound => Ok(Pointed::Nothing),
                io::ErrorKind::InvalidData => Ok(Pointed::Nonsense),
                _ => Err(error),
            };
        }
    };
    let state = told.trim_end().strip_prefix(STATES).and_then(|rest| rest.strip_prefix('/'));
    Ok(match state {
        Some(state) if !state.is_empty() && state.bytes().all(|byte| byte.is_ascii_digit()) => {
            Pointed::State(state.to_owned())
        }
        _ => Pointed::Nonsense,
    })
}

/// The folder of the tables of a dossier: itself, or the one its pointer names.
pub(crate) fn tables_of(root: &Path) -> Result<PathBuf, Words> {
    match pointed(root) {
        Ok(Pointed::State(state)) => Ok(root.join(STATES).join(state)),
        Ok(Pointed::Nonsense) => Err(Words::new("ce fichier ne nomme aucun état du dossier")
            .hint("il est écrit par jalon importer : rétablissez-le depuis une sauvegarde")),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(cannot_read(&error)),
        // After an error too: the folder itself is looked at next, and says why
        // it cannot be read.
        Ok(Pointed::Nothing) | Err(_) => Ok(root.to_path_buf()),
    }
}

/// A file of a table.
#[derive(Clone, Debug)]
pub(crate) struct TableFile {
    pub path: PathBuf,
    /// Path within the dossier, as faults show it.
    pub label: String,
}

/// What a folder holds of a table.
#[derive(Debug)]
pub(crate) enum Found {
    /// Nothing, and nothing is needed.
    Absent,
    /// Something that cannot be read, already reported.
    Broken,
    /// Files of one format, in name order.
    Files(Format, Vec<TableFile>),
}

/// An entry of a folder.
struct Entry {
    path: PathBuf,
    name: String,
    nature: Nature,
}

enum Nature {
    File,
    Folder,
    Other,
    Unreadable(io::Error),
}

/// The entries of a folder in name order, hidden ones left out.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.file_name()))
        .collect::<io::Result<Vec<_>>>()?;
    names.sort_unstable();
    let entries = names.into_iter().map(|name| {
        let path = folder.join(&name);
        let nature = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => Nature::Folder,
            Ok(metadata) if metadata.is_file() => Nature::File,
            Ok(_) => Nature::Other,
            Err(error) => Nature::Unreadable(error),
        };
        Entry { path, name: name.to_string_lossy().into_owned(), nature }
    });
    Ok(entries.filter(|entry| !entry.name.starts_with('.')).collect())
}

/// The name of a file without the extension of a format, and that format.
fn split(name: &str) -> (&str, Option<Format>) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.eq_ignore_ascii_case("csv") => {
            (stem, Some(Format::Csv))
        }
        Some((stem, extension)) if extension.eq_ignore_ascii_case("parquet") => {
            (stem, Some(Format::Parquet))
        }
        _ => (name, None),
    }
}

fn rank(name: &str) -> Option<usize> {
    TABLES.iter().position(|table| table.name == name)
}

fn nearest_table(name: &str) -> Option<&'static str> {
    nearest(name, TABLES.iter().map(|table| table.name))
}

/// What was found of a table, while its folder is gone through.
#[derive(Default)]
struct Candidates {
    files: Vec<(Format, TableFile)>,
    folder: Option<(PathBuf, String)>,
    broken: bool,
}

/// Finds the files of every table, in the order of [`TABLES`].
pub(crate) fn find(root: &Path, wanted: Wanted, faults: &mut Collector) -> Vec<Found> {
    let entries = match entries(root) {
        Ok(entries) => entries,
        Err(error) => {
            let label = escaped(&root.display().to_string());
            faults.report(Place::default(), &label, || no_dossier(&error));
            return TABLES.iter().map(|_| Found::Broken).collect();
        }
    };
    let mut tables: Vec<_> = TABLES.iter().map(|_| Candidates::default()).collect();
    for (position, entry) in entries.into_iter().enumerate() {
        let (stem, format) = split(&entry.name);
        let label = escaped(&entry.name);
        // A fault about a table goes with it, others with the dossier.
        let table = rank(stem);
        let place =
            Place { table: table.map_or(0, |rank| rank + 1), file: position, ..Place::default() };
        let Some(candidates) = table.and_then(|rank| tables.get_mut(rank)) else {
            stray(&entry, stem, format, |words| {
                faults.report(place, &label, || words);
            });
            continue;
        };
        let words = match (entry.nature, format) {
            (Nature::File, Some(format)) => {
                candidates.files.push((format, TableFile { path: entry.path, label }));
                continue;
            }
            (Nature::Folder, None) => {
                candidates.folder = Some((entry.path, label));
                continue;
            }
            (Nature::Folder, Some(_)) => Words::new("dossier au lieu d'un fichier")
                .hint(format!("un dossier de fichiers de cette table se nomme `{stem}`")),
            (Nature::File, None) => Words::new("fichier sans extension").hint(format!(
                "nommez-le `{stem}.csv` ou `{stem}.parquet` ; `{stem}` seul est un dossier de fichiers"
            )),
            (Nature::Other, _) => Words::new("ni un fichier ni un dossier")
                .hint("mettez un fichier à cet endroit"),
            (Nature::Unreadable(error), _) => cannot_read(&error),
        };
        candidates.broken = true;
        faults.report(place, &label, || words);
    }
    let tables = tables.into_iter().zip(TABLES).enumerate();
    tables
        .map(|(rank, (candidates, table))| settle(table, rank, wanted, candidates, faults))
        .collect()
}

fn no_dossier(error: &io::Error) -> Words {
    match error.kind() {
        io::ErrorKind::NotFound => Words::new("dossier introuvable")
            .hint("donnez le chemin du dossier qui contient les tables"),
        io::ErrorKind::NotADirectory => Words::new("fichier au lieu d'un dossier")
            .hint("donnez le chemin du dossier qui contient les tables"),
        io::ErrorKind::PermissionDenied => Words::new("lecture du dossier refusée")
            .hint("donnez le droit de lire ce dossier à la personne qui lance jalon"),
        _ => Words::new(format!("lecture du dossier impossible ({error})")),
    }
}

/// An entry that is no table: a fault if it looks like one that was meant to be read.
fn stray(entry: &Entry, stem: &str, format: Option<Format>, report: impl FnOnce(Words)) {
    let near = nearest_table(stem);
    match (&entry.nature, format, near) {
        (Nature::Folder, _, Some(near)) => {
            report(Words::new("dossier qui n'est pas une table").hint(format!("`{near}` ?")));
        }
        (Nature::Folder, ..) | (_, None, _) => {}
        _ if is_notice(stem) => {}
        (_, Some(_), Some(near)) => {
            report(Words::new("fichier qui n'est pas une table").hint(format!("`{near}` ?")));
        }
        (_, Some(_), None) => {
            let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
            report(
                Words::new("fichier qui n'est pas une table")
                    .hint(format!("retirez-le du dossier ; les tables sont {}", names.join(", "))),
            );
        }
    }
}

fn is_notice(stem: &str) -> bool {
    let stem = stem.to_uppercase();
    stem.starts_with("README") || stem.starts_with("LISEZMOI")
}

/// Settles where a table is from what the folder has of it.
fn settle(
    table: &Table,
    rank: usize,
    wanted: Wanted,
    candidates: Candidates,
    faults: &mut Collector,
) -> Found {
    let Candidates { mut files, folder, broken } = candidates;
    let place = Place { table: rank + 1, ..Place::default() };
    let name = table.name;
    if files.len() + usize::from(folder.is_some()) > 1 {
        let mut labels: Vec<_> = files.iter().map(|(_, file)| file.label.clone()).collect();
        labels.extend(folder.iter().map(|(_, label)| format!("{label}/")));
        faults.report(place, name, || {
            Words::new(format!("table présente plusieurs fois : {}", labels.join(", "))).hint(
                "gardez-en une ; pour plusieurs fichiers, un dossier qui porte le nom de la table",
            )
        });
        return Found::Broken;
    }
    if let Some((path, label)) = folder {
        return settle_folder(&path, &label, place, faults);
    }
    match files.pop() {
        Some((format, file)) => Found::Files(format, vec![file]),
        None if broken => Found::Broken,
        None if !table.required || wanted == Wanted::Part => Found::Absent,
        None => {
            faults.report(place, &format!("{name}.csv"), || {
                Words::new("table absente").hint(format!(
                    "fichier `{name}.csv` ou `{name}.parquet`, ou dossier `{name}` de tels fichiers ; un en-tête seul suffit à une table sans ligne"
                ))
            });
            Found::Broken
        }
    }
}

/// The files of a table kept in its own folder.
fn settle_folder(path: &Path, label: &str, place: Place, faults: &mut Collector) -> Found {
    let entries = match entries(path) {
        Ok(entries) => entries,
        Err(error) => {
            faults.report(place, label, || no_dossier(&error));
            return Found::Broken;
        }
    };
    let mut files: Vec<(Format, TableFile)> = Vec::new();
    let mut broken = false;
    for (position, entry) in entries.into_iter().enumerate() {
        let (stem, format) = split(&entry.name);
        let label = format!("{label}/{}", escaped(&entry.name));
        let words = match (entry.nature, format) {
            (Nature::File, Some(_)) if is_notice(stem) => continue,
            (Nature::File, Some(format)) => {
                files.push((format, TableFile { path: entry.path, label }));
                continue;
            }
            (Nature::Folder, _) => Words::new("dossier au lieu d'un fichier")
                .hint("les fichiers d'une table sont tous dans le dossier de la table"),
            (_, None) => continue,
            (Nature::Other, _) => {
                Words::new("ni un fichier ni un dossier").hint("mettez un fichier à cet endroit")
            }
            (Nature::Unreadable(error), _) => cannot_read(&error),
        };
        broken = true;
        faults.report(Place { file: position, ..place }, &label, || words);
    }
    let Some(format) = files.first().map(|(format, _)| *format) else {
        if !broken {
            faults.report(place, label, || {
                Words::new("dossier sans fichier CSV ni Parquet")
                    .hint("un fichier réduit à son en-tête suffit à une table sans ligne")
            });
        }
        return Found::Broken;
    };
    if files.iter().any(|(other, _)| *other != format) {
        faults.report(place, label, || {
            Words::new("fichiers CSV et Parquet mêlés").hint("gardez un seul des deux formats")
        });
        return Found::Broken;
    }
    if broken {
        return Found::Broken;
    }
    Found::Files(format, files.into_iter().map(|(_, file)| file).collect())
}
