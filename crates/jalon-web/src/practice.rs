//! The facts of the practice, and what was computed from them: read once, asked
//! many times, thrown away when the facts change.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jalon_data::{Dossier, Faults};
use jalon_engine::ledger::{Book, Books, LedgerError, People};
use jalon_engine::worklist::{Finder, Histories, Order, Reading, Worklist, WorklistError, find};
use jalon_engine::{Engine, EngineError};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::Scheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Rules};
use jiff::civil::Date;

/// What is wrong with the practice's facts, or broke while they were asked.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// There is no dossier yet.
    #[error("aucun dossier")]
    Absent,
    /// The tables have faults.
    #[error("{0}")]
    Facts(#[from] Faults),
    /// Lines about people whom the tables do not know; declarations that
    /// contradict each other.
    #[error("{0}")]
    Told(String),
    /// The engine failed.
    #[error(transparent)]
    Engine(EngineError),
}

impl From<EngineError> for PracticeError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Strangers { .. } | EngineError::BeforeBirth { .. } => {
                Self::Told(error.to_string())
            }
            error => Self::Engine(error),
        }
    }
}

impl From<LedgerError> for PracticeError {
    fn from(error: LedgerError) -> Self {
        Self::Told(error.to_string())
    }
}

impl From<WorklistError> for PracticeError {
    fn from(error: WorklistError) -> Self {
        match error {
            WorklistError::Engine(error) => error.into(),
            WorklistError::Ledger(error) => error.into(),
        }
    }
}

/// A practice: its rules and where its facts are.
pub struct Practice {
    rules: &'static Rules,
    overlay: Option<&'static Overlay>,
    dossier: PathBuf,
    facts: RwLock<Option<Arc<Facts>>>,
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Practice")
    }
}

impl Practice {
    /// A practice whose facts are read when first asked. Rules and added
    /// values live as long as the program.
    #[must_use]
    pub fn new(rules: &'static Rules, overlay: Option<&'static Overlay>, dossier: &Path) -> Self {
        Self { rules, overlay, dossier: dossier.to_path_buf(), facts: RwLock::new(None) }
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &'static Rules {
        self.rules
    }

    /// Where the facts are.
    #[must_use]
    pub fn dossier(&self) -> &Path {
        &self.dossier
    }

    /// Values added to the rules.
    #[must_use]
    pub const fn overlay(&self) -> Option<&'static Overlay> {
        self.overlay
    }

    /// The facts as they were last read; read now, the first time.
    pub fn facts(&self) -> Result<Arc<Facts>, PracticeError> {
        let held = self.facts.read().unwrap_or_else(PoisonError::into_inner).clone();
        match held {
            Some(facts) => Ok(facts),
            None => self.read(),
        }
    }

    /// Reads the facts again: they have changed.
    pub fn read(&self) -> Result<Arc<Facts>, PracticeError> {
        if !self.dossier.exists() {
            return Err(PracticeError::Absent);
        }
        let mut held = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        let facts = Arc::new(Facts::read(self.rules, self.overlay, &self.dossier)?);
        *held = Some(Arc::clone(&facts));
        Ok(facts)
    }
}

/// What owns threads that must be waited for, which may not be done where pages
/// are answered: it ends on a thread of its own.
struct Ending<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> Deref for Ending<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(held) => held,
            None => unreachable!("taken when dropped"),
        }
    }
}

impl<T: Send + 'static> Drop for Ending<T> {
    fn drop(&mut self) {
        let held = self.0.take();
        std::thread::spawn(move || drop(held));
    }
}

/// Facts, and the answers kept about them.
pub struct Facts {
    rules: &'static Rules,
    overlay: Option<&'static Overlay>,
    dossier: Dossier,
    engine: Ending<Engine>,
    people: People,
    last: Option<Date>,
    seasons: Mutex<BTreeMap<Campaign, Arc<Vec<Book<'static>>>>>,
    lists: Mutex<BTreeMap<(Campaign, String), Arc<List>>>,
}

/// Whom to call for one doctor in one campaign, and the evidence behind it.
#[derive(Debug)]
pub struct List {
    /// Patients with gaps, in the order of need.
    pub worklist: Worklist<'static>,
    /// The evidence, scheme by scheme.
    pub readings: Vec<Reading<'static>>,
    /// Cases that are probable and invisible to the fund.
    pub finders: Vec<Finder>,
    /// Everyone on the lists.
    pub patients: BTreeSet<String>,
}

impl List {
    /// Everyone whom the list is about, by identifier.
    pub fn everyone(&self) -> impl Iterator<Item = &str> {
        let found = self.finders.iter().flat_map(|finder| finder.patients.iter().map(|one| &one.0));
        self.patients.iter().chain(found).map(String::as_str)
    }

    /// Whether the list is about this patient.
    #[must_use]
    pub fn knows(&self, patient: &str) -> bool {
        self.patients.contains(patient) || self.everyone().any(|one| one == patient)
    }
}

impl Facts {
    fn read(
        rules: &'static Rules,
        overlay: Option<&'static Overlay>,
        path: &Path,
    ) -> Result<Self, PracticeError> {
        let dossier = Dossier::open(path)?;
        let engine = Ending(Some(Engine::open(&dossier)?));
        let (people, last) = (People::read(&engine)?, engine.last_fact()?);
        let (seasons, lists) = (Mutex::default(), Mutex::default());
        Ok(Self { rules, overlay, dossier, engine, people, last, seasons, lists })
    }

    /// The last day of which something is told.
    #[must_use]
    pub const fn last_day(&self) -> Option<Date> {
        self.last
    }

    /// Fingerprint of the tables.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.dossier.hash()
    }

    /// Every doctor, by identifier.
    pub fn doctors(&self) -> impl Iterator<Item = &str> {
        self.engine.profiles().iter().map(|profile| profile.doctor.as_str())
    }

    /// The engine, for the history of a patient.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Values added to the rules.
    #[must_use]
    pub const fn overlay(&self) -> Option<&'static Overlay> {
        self.overlay
    }

    const fn books(&self, campaign: Campaign, doctor: Option<&'static str>) -> Books<'static> {
        Books { rules: self.rules, campaign, overlay: self.overlay, list: None, doctor }
    }

    /// What everyone is paid in a campaign, in the order of identifiers.
    pub fn season(&self, campaign: Campaign) -> Result<Arc<Vec<Book<'static>>>, PracticeError> {
        let mut seasons = self.seasons.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(season) = seasons.get(&campaign) {
            return Ok(Arc::clone(season));
        }
        let books = self.books(campaign, None);
        let schemes: Vec<_> =
            self.rules.any_schemes().into_iter().filter(|one| one.covers(campaign)).collect();
        let counted = books.count_all(&self.engine, &self.people, &schemes, campaign)?;
        let season = Arc::new(books.books(&counted, &self.people, &self.engine)?);
        seasons.insert(campaign, Arc::clone(&season));
        Ok(season)
    }

    /// Whom to call for a doctor.
    pub fn list(&self, campaign: Campaign, doctor: &str) -> Result<Arc<List>, PracticeError> {
        let season = self.season(campaign)?;
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (campaign, doctor.to_owned());
        if let Some(list) = lists.get(&key) {
            return Ok(Arc::clone(list));
        }
        let mine = season.iter().find(|book| book.payee == doctor);
        let schemes: Vec<&'static Scheme> = mine
            .into_iter()
            .flat_map(|book| &book.ledgers)
            .filter_map(|ledger| match ledger.scheme() {
                AnyScheme::Counted(scheme) => Some(scheme),
                AnyScheme::Classes(_) | AnyScheme::Gate(_) => None,
            })
            .collect();
        let list = Arc::new(self.make(campaign, doctor, &schemes)?);
        lists.insert(key, Arc::clone(&list));
        Ok(list)
    }

    fn make(
        &self,
        campaign: Campaign,
        doctor: &str,
        schemes: &[&'static Scheme],
    ) -> Result<List, PracticeError> {
        // Everything kept about the list is about all doctors or about this one
        // by name: the question of whose list it is stays outside.
        let books = self.books(campaign, None);
        let today = self.last.filter(|day| *day < campaign.reference_day());
        let today = today.and_then(|day| Standpoint::on(campaign, day));
        let mut readings = Vec::with_capacity(schemes.len());
        for scheme in schemes {
            readings.push(Reading::of(&self.engine, &books, scheme, doctor, today)?);
        }
        let histories = Histories::read(&self.engine, doctor)?;
        let mut worklist = Worklist::make(
            &books,
            &self.people,
            &readings,
            &histories,
            today.map(Standpoint::reference_day),
        )?;
        worklist.sort(Order::Need);
        let mut patients = BTreeSet::new();
        for reading in &readings {
            patients.append(&mut reading.evidence.patients_of(doctor)?);
        }
        let finders = find(&self.engine, &books, schemes, &patients)?;
        Ok(List { worklist, readings, finders, patients })
    }
}
