//! Imports under way: each is tried first, then kept or dropped by whoever
//! began it. The work is done apart, and says how far it is.

mod told;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jalon_data::TABLES;
use jalon_import::drugs::{DrugLookup, NoLookup};
use jalon_import::facts::Day;
use jalon_import::fhir::{FhirImporter, FhirOptions};
use jalon_import::nomenclature::Nomenclature;
use jalon_import::omop::{OmopImporter, OmopOptions};
use jalon_import::register::{Mode, Outcome, Register};
use jalon_import::tables::TablesImporter;
use jalon_import::{ImportError, Importer, Progress, Stage};
use jalon_snds::DcirImporter;
use jalon_store::audit::{Action, Event};
use jalon_store::{AccountId, Actor};
use jiff::Timestamp;

pub use self::told::{Preview, Refusal, day};
use crate::app::App;
use crate::failure::Failure;
use crate::spool::Spool;

/// Bytes that sorting may hold while pages are answered.
const SORTING: usize = 128 << 20;

/// Imports remembered, done or not.
const REMEMBERED: usize = 20;

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Canonical tables.
    Tables,
    /// Claims of the SNDS.
    Dcir,
    /// FHIR R4.
    Fhir,
    /// OMOP CDM 5.4.
    Omop,
    /// A list of patients lent by the fund.
    List,
}

impl Kind {
    /// Every kind, with its word.
    pub const ALL: [(&'static str, Self); 5] = [
        ("tables", Self::Tables),
        ("dcir", Self::Dcir),
        ("fhir", Self::Fhir),
        ("omop", Self::Omop),
        ("liste", Self::List),
    ];

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, kind)| kind)
    }
}

/// How far an import is.
#[derive(Clone, Debug)]
pub enum State {
    /// It is being tried.
    Trying,
    /// It was tried: what it would do.
    Proposed(Arc<Preview>),
    /// It is being kept.
    Keeping,
    /// It was kept: what it did.
    Kept(Arc<Preview>),
    /// A batch is being taken back.
    TakingBack,
    /// A batch was taken back.
    TakenBack(u32),
    /// A list of the fund, to be looked at.
    List,
    /// A list of the fund was kept: what moved, in words.
    ListKept(Arc<Vec<String>>),
    /// It cannot be done: why.
    Refused(Arc<Refusal>),
}

impl State {
    /// Whether work is under way.
    pub const fn is_busy(&self) -> bool {
        matches!(self, Self::Trying | Self::Keeping | Self::TakingBack)
    }
}

/// An import, or the taking back of one.
#[derive(Debug)]
pub struct Job {
    pub id: String,
    pub account: AccountId,
    pub kind: Kind,
    /// From which day undated attachments run.
    pub since: Option<Day>,
    /// What whoever imports says of a list, where it is one.
    pub list: Mutex<Option<crate::pages::import::ListAsked>>,
    spool: Spool,
    state: Mutex<State>,
    merging: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

impl Job {
    /// How far it is.
    pub fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, state: State) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// From one state to another, if it is still in the first: of two who ask,
    /// one is heard.
    fn pass(&self, from: impl Fn(&State) -> bool, to: State) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let may = from(&state);
        if may {
            *state = to;
        }
        may
    }

    /// Whether all batches are becoming one dossier, the source being read.
    pub fn merges(&self) -> bool {
        self.merging.load(Ordering::Relaxed)
    }

    /// What is done, of what there is to do.
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// The folder of its files.
    pub fn files(&self) -> &Path {
        self.spool.path()
    }

    /// The source: the only file where it is an archive, else the folder.
    fn source(&self) -> PathBuf {
        let entries: Vec<_> = std::fs::read_dir(self.files())
            .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
            .unwrap_or_default();
        match &entries[..] {
            [one] if one.is_file() && self.kind != Kind::Tables && self.kind != Kind::Dcir => {
                one.clone()
            }
            _ => self.files().to_path_buf(),
        }
    }

    /// Keeps a list of the fund.
    pub fn list_kept(&self, says: Vec<String>) {
        self.set(State::ListKept(Arc::new(says)));
    }
}

/// The imports of a practice.
#[derive(Debug)]
pub struct Imports {
    folder: PathBuf,
    jobs: Mutex<Vec<Arc<Job>>>,
}

impl Imports {
    /// None under way. What an earlier program left is removed.
    pub fn new(folder: PathBuf) -> Self {
        let _ = std::fs::remove_dir_all(&folder);
        Self { folder, jobs: Mutex::default() }
    }

    /// A place for the files of an import.
    pub fn spool(&self) -> Result<(String, Spool), Failure> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Failure::Broken("aléa"))?;
        let id = format!("{:032x}", u128::from_be_bytes(bytes));
        let spool = Spool::new(&self.folder, &id)?;
        Ok((id, spool))
    }

    /// An import that begins. One at a time: they meet in the same dossier.
    pub fn begin(
        &self,
        actor: &Actor,
        kind: Kind,
        since: Option<Day>,
        (id, spool): (String, Spool),
        state: State,
    ) -> Result<Arc<Job>, Failure> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_busy() && jobs.iter().any(|job| job.state().is_busy()) {
            return Err(Failure::Refused(
                "un autre import est en cours\naide : attendez qu'il finisse".to_owned(),
            ));
        }
        let job = Arc::new(Job {
            id,
            account: actor.account,
            kind,
            since,
            list: Mutex::default(),
            spool,
            state: Mutex::new(state),
            merging: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
        });
        while jobs.len() >= REMEMBERED {
            let Some(at) = jobs.iter().position(|job| !job.state().is_busy()) else { break };
            jobs.remove(at);
        }
        jobs.push(Arc::clone(&job));
        Ok(job)
    }

    /// An import that this person began.
    pub fn of(&self, actor: &Actor, id: &str) -> Option<Arc<Job>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().find(|job| job.id == id && job.account == actor.account).cloned()
    }

    /// Forgets an import and its files, unless it is at work.
    pub fn forget(&self, id: &str) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.retain(|job| job.id != id || job.state().is_busy());
    }
}

/// Tries an import: everything is done, and nothing kept.
pub fn try_it(app: &App, job: &Arc<Job>) {
    let app = app.clone();
    apart(job, move |job| match bring(&app, job, Mode::Trial) {
        Ok(outcome) => State::Proposed(Arc::new(Preview::of(&outcome))),
        Err(refusal) => State::Refused(Arc::new(refusal)),
    });
}

/// Keeps an import that was tried; the facts are then read again.
pub fn keep(app: &App, job: &Arc<Job>, actor: &Arc<Actor>, now: Timestamp) {
    if !job.pass(|state| matches!(state, State::Proposed(_)), State::Keeping) {
        return;
    }
    let (app, actor) = (app.clone(), Arc::clone(actor));
    apart(job, move |job| match bring(&app, job, Mode::Real) {
        Ok(outcome) => {
            let says = format!("lot {} ({})", outcome.lot.numero, outcome.lot.nature);
            let mut preview = Preview::of(&outcome);
            preview.notes.extend(ended(&app, &actor, &says, now));
            State::Kept(Arc::new(preview))
        }
        Err(refusal) => State::Refused(Arc::new(refusal)),
    });
}

/// Takes a batch back; the facts are then read again.
pub fn take_back(app: &App, job: &Arc<Job>, lot: u32, actor: &Arc<Actor>, now: Timestamp) {
    let (app, actor) = (app.clone(), Arc::clone(actor));
    apart(job, move |job| {
        let dossier = app.practice.dossier();
        match Register::open(dossier).and_then(|register| register.take_back(lot)) {
            Ok(lot) => {
                let says = format!("lot {} ({}) annulé", lot.numero, lot.nature);
                let _ = ended(&app, &actor, &says, now);
                State::TakenBack(lot.numero)
            }
            Err(error) => State::Refused(Arc::new(refusal(&app, job, error))),
        }
    });
}

/// The journal has it, and the facts are read again; what did not go well.
fn ended(app: &App, actor: &Actor, says: &str, now: Timestamp) -> Vec<String> {
    let written = app.store.record(Event::of(actor, Action::Import).on(says), now);
    let mut notes: Vec<_> = written.err().map(|error| error.to_string()).into_iter().collect();
    notes.extend(app.practice.read().err().map(|error| error.to_string()));
    notes
}

/// Does work on a thread of its own; a panic is a refusal.
fn apart(job: &Arc<Job>, work: impl FnOnce(&Job) -> State + Send + 'static) {
    let job = Arc::clone(job);
    std::thread::spawn(move || {
        let state = catch_unwind(AssertUnwindSafe(|| work(&job)));
        job.set(state.unwrap_or_else(|_| State::Refused(Arc::new(Refusal::broken()))));
    });
}

/// Brings the source of a job in.
fn bring(app: &App, job: &Job, mode: Mode) -> Result<Outcome, Refusal> {
    import(app, job, mode).map_err(|error| refusal(app, job, error))
}

fn import(app: &App, job: &Job, mode: Mode) -> Result<Outcome, ImportError> {
    let nomenclature = app.setting.nomenclature.as_deref().map(Nomenclature::open).transpose()?;
    let known = nomenclature.as_ref().map(|known| -> &dyn DrugLookup { known });
    let drugs = known.unwrap_or(&NoLookup);
    let source = job.source();
    let mut importer: Box<dyn Importer + '_> = match job.kind {
        Kind::Tables => Box::new(TablesImporter::open(&source, known)?),
        Kind::Dcir => Box::new(DcirImporter::new(&source, drugs).memory(SORTING)),
        Kind::Fhir => {
            let options = FhirOptions { since: job.since, patient_system: None, prefix: None };
            Box::new(FhirImporter::new(source, drugs, options))
        }
        Kind::Omop => {
            let options = OmopOptions { attached_since: job.since };
            Box::new(OmopImporter::new(source, drugs, options))
        }
        Kind::List => {
            return Err(ImportError::Refused("une liste ne fait pas de lot".to_owned()));
        }
    };
    let progress = |at: Progress| {
        job.merging.store(at.stage == Stage::Merging, Ordering::Relaxed);
        job.done.store(at.done, Ordering::Relaxed);
        job.total.store(at.total, Ordering::Relaxed);
    };
    Register::open(app.practice.dossier())?.import(&mut *importer, mode, &progress)
}

/// Why it cannot be done, without the places of this machine.
pub fn refusal(app: &App, job: &Job, error: ImportError) -> Refusal {
    Refusal::of(error, &[(job.files(), "l'envoi"), (app.practice.dossier(), "le dossier")])
}

/// Whether a dossier is one of plain tables, into which no batch comes.
pub fn is_plain(dossier: &Path) -> bool {
    let holds = |name: &str| {
        ["", ".csv", ".parquet"].iter().any(|end| dossier.join(format!("{name}{end}")).exists())
    };
    !dossier.join(jalon_data::POINTER).exists() && TABLES.iter().any(|table| holds(table.name))
}
