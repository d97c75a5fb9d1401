//! A practice's memory, opened.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::audit::{self, Action, Event, Outcome};
use crate::database::{self, Database};
use crate::documents;
use crate::error::StoreError;
use crate::password::{Cost, Hasher};
use crate::private::PatientId;
use crate::rights::Actor;
use crate::seal::Vault;
use crate::throttle::Throttle;

/// The database, in the folder of a practice.
const FILE: &str = "jalon.sqlite";

/// What may be chosen at opening.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What checking a password costs.
    pub cost: Cost,
    /// How long to wait for another program that holds the database.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { cost: Cost::default(), patience: Duration::from_secs(5) }
    }
}

/// A practice's memory: one SQLite file and one folder of documents.
///
/// It may be shared between threads. Nothing in it reads a clock: whoever
/// calls says what time it is.
#[derive(Debug)]
pub struct Store {
    pub(crate) dir: PathBuf,
    pub(crate) database: Database,
    pub(crate) vault: Vault,
    pub(crate) hasher: Hasher,
    pub(crate) throttle: Mutex<Throttle>,
}

impl Store {
    /// Opens the memory of a folder, or makes it; nobody but its owner reads it.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, Options::default())
    }

    /// The same, with other choices than the usual ones.
    pub fn open_with(dir: &Path, options: Options) -> Result<Self, StoreError> {
        database::private_folder(dir)?;
        let store = Self {
            dir: dir.to_path_buf(),
            database: Database::open(&dir.join(FILE), options.patience)?,
            vault: Vault::plain(),
            hasher: Hasher::new(options.cost)?,
            throttle: Mutex::new(Throttle::new()?),
        };
        documents::settle(&store)?;
        Ok(store)
    }

    /// Copies the database, in use or not, to a file that only its owner
    /// reads. The copy is checked; an earlier file of that name is replaced at
    /// the end, or left as it was. Documents are files of their own, in the
    /// folder [`Store::documents_dir`].
    pub fn backup_to(&self, actor: &Actor, file: &Path, now: Timestamp) -> Result<(), StoreError> {
        let event = Event::of(actor, Action::Backup);
        if !actor.role.administers() {
            return self.refuse(event, now);
        }
        self.record(event, now)?;
        self.database.read(|tx| database::copy_to(tx, file))
    }

    /// Where the bytes of documents are.
    #[must_use]
    pub fn documents_dir(&self) -> PathBuf {
        self.dir.join(documents::FOLDER)
    }

    /// Says no, and remembers it.
    pub(crate) fn refuse<T>(&self, event: Event<'_>, now: Timestamp) -> Result<T, StoreError> {
        self.record(event.ended(Outcome::Refused), now)?;
        Err(StoreError::NotFound)
    }

    /// The door of every read of patients: nothing is answered before the
    /// journal has it, a refusal included.
    pub(crate) fn consult<T>(
        &self,
        event: Event<'_>,
        now: Timestamp,
        read: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let answer = self.database.read(read);
        let outcome = match &answer {
            Ok(_) => Outcome::Done,
            Err(StoreError::NotFound) => Outcome::Refused,
            Err(_) => Outcome::Failed,
        };
        self.database.write(|tx| audit::record(tx, event.ended(outcome), now))?;
        answer
    }

    /// What the journal says of reading a patient: his number, never his key.
    pub(crate) fn reading(actor: &Actor, patient: PatientId) -> Event<'_> {
        Event::of(actor, Action::ReadPatient).about(patient)
    }
}
