//! How indicators went, month after month and year after year: long to ask, so
//! asked away from the pages, once, and kept with the facts it was asked of.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use jalon_engine::forecast::History;
use jalon_engine::ledger::Books;
use jalon_rules::Campaign;
use jalon_rules::convention::Scheme;

use crate::tables::Tables;

/// How the indicators of a campaign went, as far as that is asked.
#[derive(Clone, Debug)]
pub enum Course {
    /// It is being asked.
    Underway,
    /// It is known.
    Known(Arc<History<'static>>),
    /// It cannot be known: there is no fact, or the engine failed.
    Failed,
}

impl Course {
    /// What is known.
    #[must_use]
    pub fn known(&self) -> Option<&History<'static>> {
        match self {
            Self::Known(history) => Some(history),
            Self::Underway | Self::Failed => None,
        }
    }
}

/// Those that were asked.
#[derive(Debug, Default)]
pub struct Courses {
    asked: Mutex<BTreeMap<Campaign, Course>>,
    /// Held by the one that is asked: they are long, and pages come first.
    turn: Arc<Mutex<()>>,
}

impl Courses {
    /// How these schemes went in the campaign of the books; asked from now on,
    /// the first time. Never waits.
    pub fn of(
        &self,
        tables: &Arc<Tables>,
        books: Books<'static>,
        schemes: impl FnOnce() -> Vec<&'static Scheme>,
    ) -> Course {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(course) = asked.get(&books.campaign) {
            return course.clone();
        }
        let (weak, turn, schemes) = (Arc::downgrade(tables), Arc::clone(&self.turn), schemes());
        let work = move || read(&weak, &turn, &books, &schemes);
        let begun = thread::Builder::new().name("tendances".to_owned()).spawn(work);
        let course = if begun.is_ok() { Course::Underway } else { Course::Failed };
        asked.insert(books.campaign, course.clone());
        course
    }

    fn keep(&self, campaign: Campaign, course: Course) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(campaign, course);
    }
}

/// Asks, when its turn comes; not at all if other facts were read since.
fn read(
    tables: &Weak<Tables>,
    turn: &Mutex<()>,
    books: &Books<'static>,
    schemes: &[&'static Scheme],
) {
    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(tables) = tables.upgrade() else { return };
    let course = match tables.last {
        Some(today) => {
            let history = || History::read(tables.engine(), books, schemes, today);
            match catch_unwind(AssertUnwindSafe(history)) {
                Ok(Ok(history)) => Course::Known(Arc::new(history)),
                Ok(Err(_)) | Err(_) => Course::Failed,
            }
        }
        None => Course::Failed,
    };
    tables.courses.keep(books.campaign, course);
}
