//! The tables of the practice, and what was counted in them: the same whatever
//! is declared.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jalon_data::Dossier;
use jalon_engine::Engine;
use jalon_engine::ledger::{Books, Counted, People};
use jalon_engine::worklist::{Finder, Histories, Reading, find};
use jalon_rules::Campaign;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::Scheme;
use jiff::civil::Date;

use crate::courses::Courses;
use crate::practice::PracticeError;
use crate::shown;

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

/// What was counted for each scheme.
pub type Count = Arc<Vec<(AnyScheme<'static>, Counted)>>;

/// The tables, read.
pub struct Tables {
    pub dossier: Dossier,
    engine: Ending<Engine>,
    /// The last day of which something is told.
    pub last: Option<Date>,
    /// By campaign of the rules, then of the facts.
    counted: Mutex<BTreeMap<(Campaign, Campaign), Count>>,
    gathered: Mutex<BTreeMap<(Campaign, String), Arc<Evidence>>>,
    /// How indicators went.
    pub courses: Courses,
    pub shown: shown::Known,
}

/// What is known of the patients of one doctor in one campaign.
#[derive(Debug)]
pub struct Evidence {
    /// The evidence, scheme by scheme.
    pub readings: Vec<Reading<'static>>,
    /// Births and last contacts.
    pub histories: Histories,
    /// Cases that are probable and invisible to the fund.
    pub finders: Vec<Finder>,
    /// Everyone on the lists.
    pub patients: BTreeSet<String>,
}

impl Tables {
    /// Reads them.
    pub fn read(path: &Path) -> Result<Self, PracticeError> {
        let dossier = Dossier::open(path)?;
        let engine = Ending(Some(Engine::open(&dossier)?));
        let last = engine.last_fact()?;
        let (counted, gathered) = (Mutex::default(), Mutex::default());
        let (courses, shown) = (Courses::default(), shown::Known::default());
        Ok(Self { dossier, engine, last, counted, gathered, courses, shown })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What every scheme of the campaign of the books counts, on the days and
    /// ages of another.
    pub fn counted(
        &self,
        books: &Books<'static>,
        people: &People,
        facts: Campaign,
    ) -> Result<Count, PracticeError> {
        let mut known = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (books.campaign, facts);
        if let Some(counted) = known.get(&key) {
            return Ok(Arc::clone(counted));
        }
        let mut schemes = books.rules.any_schemes();
        schemes.retain(|one| one.covers(books.campaign));
        let counted = Arc::new(books.count_all(&self.engine, people, &schemes, facts)?);
        known.insert(key, Arc::clone(&counted));
        Ok(counted)
    }

    /// What is known of the patients of a doctor, for these schemes.
    pub fn evidence(
        &self,
        books: &Books<'static>,
        doctor: &str,
        schemes: &[&'static Scheme],
    ) -> Result<Arc<Evidence>, PracticeError> {
        let mut known = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (books.campaign, doctor.to_owned());
        if let Some(evidence) = known.get(&key) {
            return Ok(Arc::clone(evidence));
        }
        let today = self.today(books.campaign);
        let mut readings = Vec::with_capacity(schemes.len());
        for scheme in schemes {
            readings.push(Reading::of(&self.engine, books, scheme, doctor, today)?);
        }
        let histories = Histories::read(&self.engine, doctor)?;
        let mut patients = BTreeSet::new();
        for reading in &readings {
            patients.append(&mut reading.evidence.patients_of(doctor)?);
        }
        let finders = find(&self.engine, books, schemes, &patients)?;
        let evidence = Arc::new(Evidence { readings, histories, finders, patients });
        known.insert(key, Arc::clone(&evidence));
        Ok(evidence)
    }

    /// The last day of the facts, while the campaign is under way.
    pub fn today(&self, campaign: Campaign) -> Option<Standpoint> {
        let today = self.last.filter(|day| *day < campaign.reference_day());
        today.and_then(|day| Standpoint::on(campaign, day))
    }
}
