//! What every page is made with.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use jalon_rules::french;
use jalon_store::{Store, StoreError};
use jiff::civil::Date;
use jiff::{Timestamp, Zoned};

use crate::demo;
use crate::imports::Imports;
use crate::keys::Keys;
use crate::practice::Practice;
use crate::press::Press;
use crate::site::Site;

/// What time it is, where the practice is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Zoned + Send + Sync>);

impl Clock {
    /// A clock that answers this.
    pub fn new(now: impl Fn() -> Zoned + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)().timestamp()
    }

    /// The day.
    #[must_use]
    pub fn today(&self) -> Date {
        (self.0)().date()
    }

    /// The day and hour of a moment, where the practice is.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> jiff::civil::DateTime {
        at.to_zoned((self.0)().time_zone().clone()).datetime()
    }

    /// The day and hour of a moment, as people read them.
    pub(crate) fn shown(&self, at: Timestamp) -> String {
        let local = self.local(at);
        format!("{} {:02}:{:02}", french::date(local.date()), local.hour(), local.minute())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Where lines about requests go. No line names a person.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// Lines go to this.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// Writes a line.
    pub fn line(&self, line: &str) {
        (self.0)(line);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

/// Where the application is served, and how it is told the time.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The address that browsers use.
    pub site: Site,
    /// What time it is.
    pub clock: Clock,
    /// Where lines about requests go.
    pub log: Log,
    /// The folder in which the demonstration may be made.
    pub demonstration: PathBuf,
    /// The nomenclature that gives imported drugs their class, if any.
    pub nomenclature: Option<PathBuf>,
    /// The program that sets documents on pages, if there is one.
    pub pdf: Option<PathBuf>,
}

/// A practice and its memory, shared by every request about it.
#[derive(Clone, Debug)]
pub struct App {
    /// The practice: its rules and facts.
    pub practice: Arc<Practice>,
    /// The memory of the practice.
    pub store: Arc<Store>,
    /// Where and when.
    pub setting: Arc<Setting>,
    /// Whether everybody in it is invented.
    pub demo: bool,
    /// Names of doctors in addresses.
    pub(crate) keys: Keys,
    /// What is being brought in.
    pub(crate) imports: Arc<Imports>,
    /// Who sets documents on pages.
    pub(crate) press: Arc<Press>,
}

impl App {
    /// An application on a practice and its memory. Invented people are never
    /// shown with real ones: memory and dossier say the same, or nothing opens.
    pub fn new(
        practice: impl Into<Arc<Practice>>,
        store: Store,
        setting: impl Into<Arc<Setting>>,
    ) -> Result<Self, StoreError> {
        let store = Arc::new(store);
        let practice = Arc::new(practice.into().with_memory(Arc::clone(&store)));
        let demo = store.is_demonstration()?;
        let dossier = practice.dossier();
        if demo != demo::is_marked(dossier) && (demo || dossier.exists()) {
            return Err(StoreError::Refused(
                "la mémoire et le dossier ne vont pas ensemble : l'un est celui de la démonstration, l'autre non\naide : donnez à chacun le sien, avec --dossier et --memoire".to_owned(),
            ));
        }
        let keys = Keys::new(store.page_secret()?);
        let imports = Arc::new(Imports::new(store.documents_dir().with_file_name("imports")));
        let setting = setting.into();
        let press = Arc::new(Press::new(setting.pdf.clone()));
        Ok(Self { practice, store, setting, demo, keys, imports, press })
    }

    /// What time it is.
    pub(crate) fn clock(&self) -> &Clock {
        &self.setting.clock
    }
}

/// The application that answers: the practice, or its demonstration. A request
/// is about one of the two from its beginning to its end.
#[derive(Clone, Debug)]
pub(crate) struct House {
    practice: App,
    shown: Arc<RwLock<App>>,
}

impl House {
    /// The practice answers.
    pub fn new(practice: App) -> Self {
        Self { shown: Arc::new(RwLock::new(practice.clone())), practice }
    }

    /// Who answers now.
    pub fn app(&self) -> App {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on, this answers.
    pub fn show(&self, app: App) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = app;
    }

    /// From now on, the practice answers.
    pub fn show_practice(&self) {
        self.show(self.practice.clone());
    }
}
