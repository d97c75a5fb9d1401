//! Where the tables are: files of a folder, or entries of a ZIP archive.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use jalon_data::fault::escaped;
use zip::ZipArchive;

use crate::error::ImportError;

/// The tables read, in the order in which they are.
pub(super) const TABLES: &[&str] = &[
    "concept",
    "provider",
    "death",
    "observation_period",
    "person",
    "visit_occurrence",
    "condition_occurrence",
    "drug_exposure",
    "measurement",
    "procedure_occurrence",
];

/// A table's file.
#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    Entry(usize),
}

/// The tables of a source, by name in lower case.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    tables: BTreeMap<&'static str, (Place, String, u64)>,
}

impl Store {
    /// Finds the tables of a folder or of an archive.
    pub(super) fn open(root: &Path) -> Result<Self, ImportError> {
        let mut tables = BTreeMap::new();
        let mut add = |place, label: String, size| {
            let former = tables.insert(table(&label)?, (place, label, size));
            former.map(|(_, first, _)| first)
        };
        let mut twice = None;
        if root.is_dir() {
            let entries = fs::read_dir(root).map_err(ImportError::io(root))?;
            let mut paths = entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(ImportError::io(root))?;
            paths.sort();
            for path in paths {
                let metadata = fs::metadata(&path).map_err(ImportError::io(&path))?;
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if metadata.is_file() {
                    twice = twice.or(add(Place::File(path), name, metadata.len()));
                }
            }
        } else {
            let mut archive = archive(root)?;
            for index in 0..archive.len() {
                let entry = archive.by_index_raw(index).map_err(|_| spoilt(root))?;
                let name = entry.name().map_err(|_| spoilt(root))?.into_owned();
                if entry.is_file() && !name.split('/').any(|part| part == "__MACOSX") {
                    twice = twice.or(add(Place::Entry(index), name, entry.size()));
                }
            }
        }
        if let Some(first) = twice {
            return Err(ImportError::Refused(format!(
                "{} : la table de {} est dans plusieurs fichiers\naide : gardez-en un seul",
                root.display(),
                escaped(&first)
            )));
        }
        if !tables.contains_key("person") {
            return Err(ImportError::Refused(format!(
                "{} : aucune table person\naide : un dossier ou un ZIP de fichiers CSV OMOP CDM 5.4, nommés comme leurs tables : person.csv, drug_exposure.csv…",
                root.display()
            )));
        }
        Ok(Self { root: root.to_path_buf(), tables })
    }

    /// The files whose bytes matter.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let path = |(place, ..): &(Place, String, u64)| match place {
            Place::File(path) => path.clone(),
            Place::Entry(_) => self.root.clone(),
        };
        let mut files: Vec<_> = self.tables.values().map(path).collect();
        files.sort();
        files.dedup();
        files
    }

    /// Bytes of all tables.
    pub(super) fn size(&self) -> u64 {
        self.tables.values().map(|(.., size)| size).sum()
    }

    /// Gives a table to be read, with the name of its file; nothing if it lacks.
    pub(super) fn read<T>(
        &self,
        name: &str,
        use_it: impl FnOnce(&mut dyn Read, &str) -> Result<T, ImportError>,
    ) -> Result<Option<T>, ImportError> {
        let Some((place, label, _)) = self.tables.get(name) else { return Ok(None) };
        let label = escaped(label);
        match place {
            Place::File(path) => {
                let mut file = File::open(path).map_err(ImportError::io(path))?;
                use_it(&mut file, &label).map(Some)
            }
            Place::Entry(index) => {
                let mut archive = archive(&self.root)?;
                let mut entry = archive.by_index(*index).map_err(|_| spoilt(&self.root))?;
                use_it(&mut entry, &label).map(Some)
            }
        }
    }
}

/// The table that a file holds, by its name.
fn table(label: &str) -> Option<&'static str> {
    let name = label.rsplit('/').next()?.to_lowercase();
    let (stem, extension) = name.rsplit_once('.')?;
    let known = matches!(extension, "csv" | "tsv" | "txt");
    TABLES.iter().copied().find(|table| known && *table == stem)
}

fn archive(path: &Path) -> Result<ZipArchive<File>, ImportError> {
    let file = File::open(path).map_err(ImportError::io(path))?;
    ZipArchive::new(file).map_err(|_| spoilt(path))
}

fn spoilt(path: &Path) -> ImportError {
    ImportError::Refused(format!(
        "{} : ni un dossier, ni une archive ZIP lisible\naide : donnez le dossier des tables, ou leur ZIP, entier",
        path.display()
    ))
}
