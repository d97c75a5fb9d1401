//! The batches of a dossier: brought in whole, listed, taken back.
//!
//! ```text
//! DOSSIER/courant           names the state in force, `etats/0003`
//!         etats/0003/       its tables, and lots.json, the list of batches
//!         lots/0002/        the tables of one batch, as it brought them
//! ```
//!
//! A change writes a new state beside the old one and then replaces `courant`:
//! whatever stops it, the dossier is as before or as after. What a stopped
//! change left behind is cleared by the next.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use jalon_data::{Dossier, POINTER, Pointed, STATES, pointed};
use serde::{Deserialize, Serialize};

use crate::draft::Draft;
use crate::error::ImportError;
use crate::importer::{Importer, Listener};
use crate::report::Report;
use crate::settle::{Part, settle};

/// Folders of a dossier of batches.
const LOTS: &str = "lots";

/// The list of batches, in the folder of a state.
const LIST: &str = "lots.json";

/// Held while a dossier changes.
const LOCK: &str = ".verrou";

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Number, never used twice.
    pub numero: u32,
    /// Kind of source: `dcir`, `fhir`, `omop`, `tables`.
    pub nature: String,
    /// Files read, by name, with their sizes and hashes.
    pub fichiers: Vec<SourceFile>,
    /// Hash of the kind, the settings and the bytes of the files.
    pub empreinte: String,
    /// When, in UTC, to the second.
    pub importe_le: String,
    /// How long it took, in milliseconds.
    pub duree_ms: u64,
    /// Flows of a series whose parts add up.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub flux: BTreeSet<String>,
    /// What was read, kept and left.
    pub rapport: Report,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Name, without its folders.
    pub nom: String,
    /// Size, in bytes.
    pub octets: u64,
    /// BLAKE3 of its bytes.
    pub empreinte: String,
}

/// The batches of a state, and how they met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// In the order of their import.
    pub lots: Vec<Lot>,
    /// Number of the next batch.
    suivant: u32,
    /// What was kept and set aside when they met.
    pub fusion: Report,
}

/// What an import did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The batch.
    pub lot: Lot,
    /// What the whole dossier kept and set aside.
    pub fusion: Report,
    /// The same bytes were already there: nothing changed.
    pub already: bool,
}

/// Whether an import changes the dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Real,
    /// Everything is done and shown, then thrown away.
    Trial,
}

/// A dossier made of batches, locked for a change.
#[derive(Debug)]
pub struct Register {
    root: PathBuf,
    /// Name of the state in force.
    state: Option<String>,
    list: List,
    /// The folder did not exist.
    created: bool,
    _lock: File,
}

/// The batches of a dossier, without locking it.
pub fn list(root: &Path) -> Result<List, ImportError> {
    let state = current(root)?.ok_or_else(|| no_batches(root))?;
    read_list(&root.join(STATES).join(state))
}

fn no_batches(root: &Path) -> ImportError {
    ImportError::Refused(format!(
        "{} : ce dossier n'est pas fait de lots\naide : `jalon importer` en crée un avec --vers",
        root.display()
    ))
}

/// The state in force, if the folder is made of batches.
fn current(root: &Path) -> Result<Option<String>, ImportError> {
    let path = root.join(POINTER);
    match pointed(root).map_err(ImportError::io(&path))? {
        Pointed::Nothing => Ok(None),
        Pointed::State(state) => Ok(Some(state)),
        Pointed::Nonsense => Err(ImportError::Refused(format!(
            "{} : ce fichier ne nomme aucun état du dossier\naide : rétablissez-le depuis une sauvegarde",
            path.display()
        ))),
    }
}

fn read_list(state: &Path) -> Result<List, ImportError> {
    let path = state.join(LIST);
    let text = fs::read(&path).map_err(ImportError::io(&path))?;
    serde_json::from_slice(&text).map_err(|error| {
        ImportError::Refused(format!(
            "{}:{} : liste de lots illisible\naide : rétablissez ce dossier depuis une sauvegarde",
            path.display(),
            error.line()
        ))
    })
}

impl Register {
    /// Opens a dossier of batches for a change, or makes one. A folder that
    /// holds something else is refused, as is one that another change holds.
    pub fn open(root: &Path) -> Result<Self, ImportError> {
        let created = !root.exists();
        fs::create_dir_all(root).map_err(ImportError::io(root))?;
        let state = current(root)?;
        if state.is_none() {
            refuse_tables(root)?;
        }
        let path = root.join(LOCK);
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(ImportError::io(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ImportError::Refused(format!(
                    "{} : un autre import est en cours dans ce dossier\naide : attendez qu'il finisse",
                    root.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(ImportError::io(&path)(error)),
        }
        // Read again: another change may have ended before the lock was taken.
        let state = current(root)?.or(state);
        let list = match &state {
            Some(state) => read_list(&root.join(STATES).join(state))?,
            None => List::default(),
        };
        let register = Self { root: root.to_path_buf(), state, list, created, _lock: lock };
        register.clear()?;
        Ok(register)
    }

    /// The batches.
    #[must_use]
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Brings a source in as a new batch; nothing when the same bytes already
    /// are there.
    pub fn import(
        mut self,
        importer: &mut dyn Importer,
        mode: Mode,
        progress: Listener<'_>,
    ) -> Result<Outcome, ImportError> {
        let done = self.bring(importer, mode, progress);
        let unchanged = !matches!((&done, mode), (Ok(Outcome { already: false, .. }), Mode::Real));
        if unchanged {
            self.clear()?;
            self.leave_no_trace();
        }
        done
    }

    fn bring(
        &mut self,
        importer: &mut dyn Importer,
        mode: Mode,
        progress: Listener<'_>,
    ) -> Result<Outcome, ImportError> {
        let start = Instant::now();
        let files = importer.files()?;
        let fichiers = files.iter().map(|file| hashed(file)).collect::<Result<Vec<_>, _>>()?;
        let empreinte = identity(importer, &fichiers);
        if let Some(lot) = self.list.lots.iter().find(|lot| lot.empreinte == empreinte) {
            let fusion = self.list.fusion.clone();
            return Ok(Outcome { lot: lot.clone(), fusion, already: true });
        }
        let numero = self.list.suivant.max(1);
        let dir = self.root.join(LOTS).join(name(numero));
        fs::create_dir_all(&dir).map_err(ImportError::io(&dir))?;
        let mut draft = Draft::new(&dir);
        importer.read(&mut draft, progress)?;
        let (rapport, flux) = draft.finish()?;
        self.refuse_flows(importer.kind(), &flux)?;
        let lot = Lot {
            numero,
            nature: importer.kind().to_owned(),
            fichiers,
            empreinte,
            importe_le: now(),
            duree_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            flux,
            rapport,
        };
        let mut lots = self.list.lots.clone();
        lots.push(lot.clone());
        let list = List { lots, suivant: numero + 1, fusion: Report::default() };
        let (state, list) = self.settled(list, progress)?;
        let fusion = list.fusion.clone();
        if mode == Mode::Real {
            sync(&dir)?;
            self.switch(&state, list)?;
        }
        Ok(Outcome { lot, fusion, already: false })
    }

    /// Takes a batch back: the dossier is as if it had never come.
    pub fn take_back(mut self, numero: u32) -> Result<Lot, ImportError> {
        let Some(at) = self.list.lots.iter().position(|lot| lot.numero == numero) else {
            let known: Vec<_> = self.list.lots.iter().map(|lot| lot.numero.to_string()).collect();
            let known = if known.is_empty() { "aucun".to_owned() } else { known.join(", ") };
            self.leave_no_trace();
            return Err(ImportError::Refused(format!(
                "lot {numero} : inconnu dans ce dossier\naide : les lots sont {known}"
            )));
        };
        let mut list = self.list.clone();
        let lot = list.lots.remove(at);
        let (state, list) = match self.settled(list, &|_| ()) {
            Ok(settled) => settled,
            Err(error) => {
                self.clear()?;
                return Err(error);
            }
        };
        self.switch(&state, list)?;
        Ok(lot)
    }

    /// Batches of one series must not hold the same flow twice.
    fn refuse_flows(&self, kind: &str, flows: &BTreeSet<String>) -> Result<(), ImportError> {
        let mut series = self.list.lots.iter().filter(|lot| lot.nature == kind);
        let twice = series.find_map(|lot| Some((lot, lot.flux.intersection(flows).next()?)));
        match twice {
            Some((lot, flow)) => Err(ImportError::Refused(format!(
                "flux {flow} : déjà dans le lot {numero}, dont les lignes compteraient deux fois\naide : `jalon importer annuler {numero} --vers DOSSIER`, puis recommencez",
                numero = lot.numero
            ))),
            None => Ok(()),
        }
    }

    /// Writes and checks the state of these batches.
    fn settled(
        &self,
        mut list: List,
        progress: Listener<'_>,
    ) -> Result<(String, List), ImportError> {
        let next = self.state.as_ref().map_or(1, |state| state.parse::<u32>().unwrap_or(0) + 1);
        let state = name(next);
        let dir = self.root.join(STATES).join(&state);
        fs::create_dir_all(&dir).map_err(ImportError::io(&dir))?;
        list.fusion = settle(&self.parts(&list.lots), &dir, progress)?;
        // Tables that the whole does not allow, though each part did.
        Dossier::open(&dir)?;
        let path = dir.join(LIST);
        let mut text = serde_json::to_vec_pretty(&list)
            .map_err(|error| ImportError::Engine(error.to_string()))?;
        text.push(b'\n');
        fs::write(&path, text).map_err(ImportError::io(&path))?;
        sync(&dir)?;
        Ok((state, list))
    }

    /// The batches with the places of their sources: parts of a series stand at
    /// the place of the last of them.
    fn parts(&self, lots: &[Lot]) -> Vec<Part> {
        let place = |at: usize, lot: &Lot| {
            if lot.flux.is_empty() {
                return at;
            }
            let same = |other: &Lot| other.nature == lot.nature && !other.flux.is_empty();
            lots.iter().rposition(same).unwrap_or(at)
        };
        let part = |(at, lot): (usize, &Lot)| Part {
            dir: self.root.join(LOTS).join(name(lot.numero)),
            rank: place(at, lot),
        };
        lots.iter().enumerate().map(part).collect()
    }

    /// Puts a state in force: one rename.
    fn switch(&mut self, state: &str, list: List) -> Result<(), ImportError> {
        for folder in [self.root.join(LOTS), self.root.join(STATES)] {
            sync_folder(&folder)?;
        }
        let (path, next) = (self.root.join(POINTER), self.root.join(".courant.suivant"));
        let mut file = File::create(&next).map_err(ImportError::io(&next))?;
        writeln!(file, "{STATES}/{state}")
            .and_then(|()| file.sync_all())
            .map_err(ImportError::io(&next))?;
        fs::rename(&next, &path).map_err(ImportError::io(&path))?;
        sync_folder(&self.root)?;
        self.state = Some(state.to_owned());
        self.list = list;
        self.clear()
    }

    /// Removes what no state in force needs.
    fn clear(&self) -> Result<(), ImportError> {
        let lots: BTreeSet<_> = self.list.lots.iter().map(|lot| name(lot.numero)).collect();
        for (folder, keep) in [(LOTS, lots), (STATES, self.state.iter().cloned().collect())] {
            let folder = self.root.join(folder);
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(ImportError::io(&folder)(error)),
            };
            for entry in entries {
                let entry = entry.map_err(ImportError::io(&folder))?;
                if !keep.contains(entry.file_name().to_string_lossy().as_ref()) {
                    fs::remove_dir_all(entry.path()).map_err(ImportError::io(&entry.path()))?;
                }
            }
        }
        Ok(())
    }

    /// Removes the folder that this change made, if nothing came of it.
    fn leave_no_trace(&self) {
        if self.created && self.state.is_none() {
            // What brought us here matters more than an empty folder left.
            for folder in [LOTS, STATES] {
                let _ = fs::remove_dir(self.root.join(folder));
            }
            let _ = fs::remove_file(self.root.join(LOCK));
            let _ = fs::remove_dir(&self.root);
        }
    }
}

/// A folder that already is a dossier, of the plain kind, would be hidden by
/// its batches.
fn refuse_tables(root: &Path) -> Result<(), ImportError> {
    let holds = |name: &str| {
        let is = |end: &str| root.join(format!("{name}{end}")).exists();
        is(".csv") || is(".parquet") || is("")
    };
    match jalon_data::TABLES.iter().find(|table| holds(table.name)) {
        Some(table) => Err(ImportError::Refused(format!(
            "{0} : ce dossier tient déjà une table {1}, qui ne vient d'aucun lot\naide : `jalon importer tables {0} --vers NOUVEAU`, puis importez dans NOUVEAU",
            root.display(),
            table.name
        ))),
        None => Ok(()),
    }
}

fn name(number: u32) -> String {
    format!("{number:04}")
}

fn now() -> String {
    let now = jiff::Timestamp::now();
    format!("{now:.0}")
}

fn hashed(path: &Path) -> Result<SourceFile, ImportError> {
    let mut hasher = blake3::Hasher::new();
    File::open(path)
        .and_then(|file| hasher.update_reader(file).map(drop))
        .map_err(ImportError::io(path))?;
    let nom = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(SourceFile {
        nom,
        octets: hasher.count(),
        empreinte: hasher.finalize().to_hex().to_string(),
    })
}

/// What makes two imports the same: kind, settings, bytes; not names.
fn identity(importer: &dyn Importer, files: &[SourceFile]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [importer.kind(), &importer.settings()] {
        hasher.update(text.as_bytes()).update(&[0]);
    }
    let mut contents: Vec<_> = files.iter().map(|file| file.empreinte.as_str()).collect();
    contents.sort_unstable();
    for content in contents {
        hasher.update(content.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Makes sure that the files of a folder are on the disk.
fn sync(dir: &Path) -> Result<(), ImportError> {
    for entry in fs::read_dir(dir).map_err(ImportError::io(dir))? {
        let path = entry.map_err(ImportError::io(dir))?.path();
        if path.is_dir() {
            sync(&path)?;
        } else {
            File::open(&path).and_then(|file| file.sync_all()).map_err(ImportError::io(&path))?;
        }
    }
    sync_folder(dir)
}

/// Makes sure that the names in a folder are on the disk, where folders can be
/// asked that.
fn sync_folder(dir: &Path) -> Result<(), ImportError> {
    if cfg!(unix) {
        File::open(dir).and_then(|folder| folder.sync_all()).map_err(ImportError::io(dir))?;
    }
    Ok(())
}
