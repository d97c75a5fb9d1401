//! The facts of the practice, and what was computed from them: read once, asked
//! many times, thrown away when the facts change.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jalon_data::Faults;
use jalon_engine::facts::DeclarationRow;
use jalon_engine::ledger::{Book, Books, LedgerError, People};
use jalon_engine::worklist::{Order, Worklist, WorklistError};
use jalon_engine::{Engine, EngineError};
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Scheme;
use jalon_rules::overlay::Overlay;
use jalon_rules::{Campaign, Rules};
use jalon_store::{Store, StoreError};
use jiff::civil::Date;

use crate::courses::Course;
use crate::shown::Pages;
use crate::tables::{Count, Evidence, Tables};

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
    /// What was declared cannot be read.
    #[error(transparent)]
    Memory(#[from] StoreError),
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

/// A practice: its rules, where its facts are, and what was declared since.
pub struct Practice {
    rules: &'static Rules,
    overlay: Option<&'static Overlay>,
    dossier: PathBuf,
    memory: Option<Arc<Store>>,
    tables: Arc<RwLock<Option<Arc<Facts>>>>,
    /// The facts with what was declared, when anything was.
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
        let (tables, facts) = (Arc::default(), RwLock::default());
        Self { rules, overlay, dossier: dossier.to_path_buf(), memory: None, tables, facts }
    }

    /// The same practice and the same reading of its tables, where what was
    /// declared here holds in the place of what the tables say was.
    pub(crate) fn with_memory(&self, memory: Arc<Store>) -> Self {
        Self {
            rules: self.rules,
            overlay: self.overlay,
            dossier: self.dossier.clone(),
            memory: Some(memory),
            tables: Arc::clone(&self.tables),
            facts: RwLock::default(),
        }
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
            None => self.declared(),
        }
    }

    /// Reads the facts again: they have changed.
    pub fn read(&self) -> Result<Arc<Facts>, PracticeError> {
        *self.tables.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.declared()
    }

    /// Pays again: what was declared has changed, and no table.
    pub fn declared(&self) -> Result<Arc<Facts>, PracticeError> {
        let mut held = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        *held = None;
        let bare = self.bare()?;
        let told = self.told()?;
        let facts = if told.is_empty() {
            bare
        } else {
            let people = People::read(bare.engine())?.with_declarations(self.rules, told);
            Arc::new(self.with(Arc::clone(&bare.tables), people))
        };
        *held = Some(Arc::clone(&facts));
        Ok(facts)
    }

    /// What the tables say, and nothing else.
    fn bare(&self) -> Result<Arc<Facts>, PracticeError> {
        let mut held = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(facts) = &*held {
            return Ok(Arc::clone(facts));
        }
        if !self.dossier.exists() {
            return Err(PracticeError::Absent);
        }
        let tables = Arc::new(Tables::read(&self.dossier)?);
        let people = People::read(tables.engine())?;
        let facts = Arc::new(self.with(tables, people));
        *held = Some(Arc::clone(&facts));
        Ok(facts)
    }

    /// What was declared here, oldest first.
    fn told(&self) -> Result<Vec<DeclarationRow>, PracticeError> {
        let Some(memory) = &self.memory else { return Ok(Vec::new()) };
        let mut told = memory.every_declaration()?;
        told.sort_by_key(|one| one.id);
        let row = |one: jalon_store::Declaration| DeclarationRow {
            doctor: one.doctor.expose().to_owned(),
            campaign: one.campaign,
            indicator: one.item,
            counts: Some((one.numerator.into(), one.denominator.into())),
            start: None,
            date: Some(one.declared_on),
        };
        Ok(told.into_iter().map(row).collect())
    }

    fn with(&self, tables: Arc<Tables>, people: People) -> Facts {
        let Self { rules, overlay, .. } = *self;
        let (seasons, lists) = (Mutex::default(), Mutex::default());
        Facts { rules, overlay, tables, people, seasons, lists }
    }
}

/// Facts, and the answers kept about them.
pub struct Facts {
    rules: &'static Rules,
    overlay: Option<&'static Overlay>,
    tables: Arc<Tables>,
    people: People,
    seasons: Mutex<BTreeMap<Campaign, Arc<Vec<Book<'static>>>>>,
    lists: Mutex<BTreeMap<(Campaign, String), Dated>>,
}

/// A list, and the day from which it tells what can still be done.
type Dated = (Date, Arc<List>);

/// Whom to call for one doctor in one campaign, and the evidence behind it.
#[derive(Debug)]
pub struct List {
    /// Patients with gaps, in the order of need.
    pub worklist: Worklist<'static>,
    behind: Arc<Evidence>,
}

impl Deref for List {
    type Target = Evidence;

    fn deref(&self) -> &Evidence {
        &self.behind
    }
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
    /// The last day of which something is told.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.tables.last
    }

    /// Fingerprint of the tables.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.tables.dossier.hash()
    }

    /// Every doctor, by identifier.
    pub fn doctors(&self) -> impl Iterator<Item = &str> {
        self.engine().profiles().iter().map(|profile| profile.doctor.as_str())
    }

    /// The engine, for the history of a patient.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.tables.engine()
    }

    /// The doctors and what they declared.
    #[must_use]
    pub const fn people(&self) -> &People {
        &self.people
    }

    /// Values added to the rules.
    #[must_use]
    pub const fn overlay(&self) -> Option<&'static Overlay> {
        self.overlay
    }

    /// What the ledgers of a campaign are made from, whoever is paid.
    #[must_use]
    pub const fn books(&self, campaign: Campaign) -> Books<'static> {
        Books { rules: self.rules, campaign, overlay: self.overlay, list: None, doctor: None }
    }

    /// What every scheme of a campaign counts, on the days and ages of another.
    pub fn counted(&self, campaign: Campaign, facts: Campaign) -> Result<Count, PracticeError> {
        self.tables.counted(&self.books(campaign), &self.people, facts)
    }

    /// What the facts show of what a doctor declares in a scheme.
    pub fn shown(
        &self,
        scheme: &Scheme,
        campaign: Campaign,
        doctor: &str,
    ) -> Result<Pages, PracticeError> {
        Ok(self.tables.shown.of(self.engine(), self.rules, scheme, campaign, doctor)?)
    }

    /// What everyone is paid in a campaign, in the order of identifiers.
    pub fn season(&self, campaign: Campaign) -> Result<Arc<Vec<Book<'static>>>, PracticeError> {
        let mut seasons = self.seasons.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(season) = seasons.get(&campaign) {
            return Ok(Arc::clone(season));
        }
        let counted = self.counted(campaign, campaign)?;
        let books = self.books(campaign);
        let season = Arc::new(books.books(&counted, &self.people, self.engine())?);
        seasons.insert(campaign, Arc::clone(&season));
        Ok(season)
    }

    /// How the indicators of everyone's schemes went in a campaign: asked in the
    /// background, never waited for.
    pub fn course(&self, campaign: Campaign) -> Result<Course, PracticeError> {
        let season = self.season(campaign)?;
        let schemes = || {
            let mut schemes: Vec<&'static Scheme> = Vec::new();
            for ledger in season.iter().flat_map(|book| &book.ledgers) {
                if let AnyScheme::Counted(scheme) = ledger.scheme()
                    && schemes.iter().all(|known| known.id != scheme.id)
                {
                    schemes.push(scheme);
                }
            }
            schemes
        };
        Ok(self.tables.courses.of(&self.tables, self.books(campaign), schemes))
    }

    /// The schemes that count patients of a doctor in a campaign.
    pub fn schemes(
        &self,
        campaign: Campaign,
        doctor: &str,
    ) -> Result<Vec<&'static Scheme>, PracticeError> {
        Ok(counted(&self.season(campaign)?, doctor))
    }

    /// Whom to call for a doctor, from this day on.
    pub fn list(
        &self,
        campaign: Campaign,
        doctor: &str,
        today: Date,
    ) -> Result<Arc<List>, PracticeError> {
        let season = self.season(campaign)?;
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (campaign, doctor.to_owned());
        if let Some((day, list)) = lists.get(&key)
            && *day == today
        {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(self.make(campaign, doctor, &counted(&season, doctor), today)?);
        lists.insert(key, (today, Arc::clone(&list)));
        Ok(list)
    }

    fn make(
        &self,
        campaign: Campaign,
        doctor: &str,
        schemes: &[&'static Scheme],
        today: Date,
    ) -> Result<List, PracticeError> {
        // Everything kept about the list is about all doctors or about this one
        // by name: the question of whose list it is stays outside.
        let books = self.books(campaign);
        let behind = self.tables.evidence(&books, doctor, schemes)?;
        let mut worklist =
            Worklist::make(&books, &self.people, &behind.readings, &behind.histories, Some(today))?;
        worklist.sort(Order::Need);
        Ok(List { worklist, behind })
    }
}

/// The schemes of a season that count patients of a doctor.
fn counted(season: &[Book<'static>], doctor: &str) -> Vec<&'static Scheme> {
    let mine = season.iter().filter(|book| book.payee == doctor).flat_map(|book| &book.ledgers);
    mine.filter_map(|ledger| match ledger.scheme() {
        AnyScheme::Counted(scheme) => Some(scheme),
        AnyScheme::Classes(_) | AnyScheme::Gate(_) => None,
    })
    .collect()
}
