//! Figures kept up to date fact by fact.
//!
//! A fact touches one patient. What that patient counted for is taken away from
//! the sums, what the patient counts for now is added, and the sums are paid
//! again: the same rules, the same queries and the same amounts as a whole
//! count, asked of the rows of one patient. What costs time is planning the
//! queries of a campaign: that is done once, when the figures are opened.

mod fact;
mod shelf;
mod tally;

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use jalon_data::schema::ACT_SYSTEMS;
use jalon_rules::any_scheme::AnyScheme;
use jiff::civil::Date;

pub use self::fact::Fact;
use self::shelf::Shelf;
use crate::columns;
use crate::engine::{AskedClasses, AskedPages, Engine, Loom, Question};
use crate::error::EngineError;
use crate::inventory::Inventory;
use crate::ledger::{Book, Books, Counted, LedgerError, People};
use crate::plan::View;
use crate::prepared::Rows;

/// The table of doctors.
const DOCTORS: &str = "medecins";

/// Figures that cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The facts cannot be counted.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The counts cannot be paid.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Nobody of that name.
    #[error("ce patient n'est pas dans le dossier")]
    Stranger,
    /// A fact from before the patient was born.
    #[error("fait daté du {0}, avant la naissance du patient")]
    BeforeBirth(Date),
    /// A code of a system in which acts are not coded.
    #[error("un acte ne se code pas en `{0}`")]
    System(&'static str),
}

/// The figures of one campaign for everyone who is paid, as they stand.
///
/// The facts of every patient are held in memory: this is for a practice, not
/// for a region.
pub struct Live<'r> {
    books: Books<'r>,
    people: People,
    doctors: Vec<String>,
    loom: Loom,
    /// What is asked, for these schemes: gates all ask the same.
    asked: Vec<(Vec<AnyScheme<'r>>, Asked)>,
    /// What is counted, in the same order.
    totals: Vec<Counted>,
    /// Who the doctors are: no patient changes that.
    practice: Vec<RecordBatch>,
    shelf: Shelf,
    /// Patients who are no longer as they were read.
    changed: BTreeMap<String, Standing>,
}

/// A question planned once.
enum Asked {
    Pages { pages: AskedPages, payees: Vec<String> },
    Classes(AskedClasses),
    Lists(AskedClasses),
}

/// A patient: rows, and what they count for.
#[derive(Clone)]
struct Standing {
    rows: Rows,
    counted: Vec<Counted>,
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("campaign", &self.books.campaign).finish_non_exhaustive()
    }
}

impl<'r> Live<'r> {
    /// Plans what the schemes of a campaign ask, and counts everyone once:
    /// seconds. `books.doctor` is left aside, the figures are those of all.
    pub fn open(engine: &Engine, books: &Books<'r>) -> Result<Self, LiveError> {
        let books = Books { doctor: None, ..*books };
        let people = People::read(engine)?;
        let loom = engine.loom()?;
        let mut asked: Vec<(Vec<AnyScheme<'r>>, Asked)> = Vec::new();
        let covered = |scheme: &AnyScheme<'r>| {
            scheme.covers(books.campaign) && books.may_pay(engine, *scheme, &people)
        };
        for scheme in books.rules.any_schemes().into_iter().filter(covered) {
            let lists = asked.iter_mut().find(|(_, asked)| matches!(asked, Asked::Lists(_)));
            if let (AnyScheme::Gate(_), Some((gates, _))) = (scheme, lists) {
                gates.push(scheme);
                continue;
            }
            asked.push((vec![scheme], ask(engine, &loom, &books, scheme)?));
        }
        let rows = engine.rows()?;
        let mut live = Self {
            books,
            people,
            doctors: engine.doctors().to_vec(),
            loom,
            asked,
            totals: Vec::new(),
            practice: rows.of(DOCTORS).to_vec(),
            shelf: Shelf::new(&rows)?,
            changed: BTreeMap::new(),
        };
        live.totals = live.count(&[&rows])?.pop().unwrap_or_default();
        Ok(live)
    }

    /// What someone is paid, as the facts now stand; nothing for someone whom
    /// the dossier does not know.
    pub fn book(&self, payee: &str) -> Result<Option<Book<'r>>, LedgerError> {
        let mut counted = Vec::new();
        for ((schemes, _), total) in self.asked.iter().zip(&self.totals) {
            let mine = tally::of(total, payee);
            counted.extend(schemes.iter().map(|scheme| (*scheme, mine.clone())));
        }
        // In the order of the rules, as in a whole count.
        counted.sort_by_key(|(scheme, _)| {
            self.books.rules.any_schemes().iter().position(|one| one.id() == scheme.id())
        });
        let doctors = self.doctors.iter().filter(|doctor| *doctor == payee);
        Ok(self.books.books_of(&counted, &self.people, doctors)?.pop())
    }

    /// Adds facts about one patient.
    pub fn add(&mut self, patient: &str, facts: &[Fact]) -> Result<(), LiveError> {
        let before = self.standing(patient)?;
        let birth = columns::days(before.of("patients"), "naissance")?.into_iter().flatten().next();
        let birth = birth.ok_or(LiveError::Stranger)?;
        let mut rows = before;
        for fact in facts {
            if fact.day() < birth {
                return Err(LiveError::BeforeBirth(fact.day()));
            }
            if let Fact::Act { system, .. } = fact
                && !ACT_SYSTEMS.contains(&system.word())
            {
                return Err(LiveError::System(system.word()));
            }
            let made = fact.row(patient).map_err(|error| EngineError::Shape(error.to_string()));
            let (table, batches) = made?;
            rows.add(table, batches);
        }
        self.change(patient, rows)
    }

    /// Puts these rows, all of them of one patient and in canonical schemas, in
    /// the place of everything known of the patient: for one who comes, leaves,
    /// dies, or whose facts are corrected. Tables that are not given are empty.
    pub fn replace(
        &mut self,
        patient: &str,
        tables: &[(&str, Vec<RecordBatch>)],
    ) -> Result<(), LiveError> {
        let mut rows = Rows::default();
        for (table, batches) in tables {
            if Shelf::tables().any(|known| known == *table) {
                let names = columns::texts(batches, "patient")?;
                if names.iter().any(|name| name.as_deref() != Some(patient)) {
                    return Err(LiveError::Stranger);
                }
                rows.put(*table, batches.clone());
            }
        }
        self.change(patient, rows)
    }

    /// Takes a patient back to what was read when the figures were opened.
    pub fn restore(&mut self, patient: &str) -> Result<(), LiveError> {
        let rows = self.shelf.of(patient)?;
        if self.changed.contains_key(patient) {
            self.change(patient, rows)?;
            self.changed.remove(patient);
        }
        Ok(())
    }

    /// The rows of a patient as they now are.
    fn standing(&self, patient: &str) -> Result<Rows, EngineError> {
        match self.changed.get(patient) {
            Some(Standing { rows, .. }) => Ok(rows.clone()),
            None => self.shelf.of(patient),
        }
    }

    /// Moves every sum by what a patient counted for and now counts for.
    fn change(&mut self, patient: &str, rows: Rows) -> Result<(), LiveError> {
        let (before, after) = if let Some(known) = self.changed.get(patient) {
            (known.counted.clone(), self.count(&[&rows])?.pop().unwrap_or_default())
        } else {
            let mut both = self.count(&[&self.shelf.of(patient)?, &rows])?;
            let after = both.pop().unwrap_or_default();
            (both.pop().unwrap_or_default(), after)
        };
        let sums = self.totals.iter().zip(&before).zip(&after);
        let moved = sums.map(|((total, before), after)| {
            tally::moved(total, before, after).ok_or_else(|| {
                EngineError::Shape("un patient compte pour plus que tous ensemble".into())
            })
        });
        self.totals = moved.collect::<Result<_, _>>()?;
        self.changed.insert(patient.to_owned(), Standing { rows, counted: after });
        Ok(())
    }

    /// What each of several sets of patients, or of several states of one patient,
    /// counts for: one count a question.
    fn count(&self, patients: &[&Rows]) -> Result<Vec<Vec<Counted>>, EngineError> {
        let mut questions = Vec::with_capacity(patients.len() * self.asked.len());
        for rows in patients {
            let mut rows = (*rows).clone();
            rows.put(DOCTORS, self.practice.clone());
            let rows = self.loom.net(rows)?;
            let inventory = Inventory::of(&rows)?;
            for (_, asked) in &self.asked {
                questions.push(match asked {
                    Asked::Pages { pages, .. } => {
                        pages.of_new(self.books.rules, &inventory, rows.clone())?
                    }
                    Asked::Classes(classes) | Asked::Lists(classes) => classes.of(rows.clone()),
                });
            }
        }
        let answers = self.loom.ask(questions)?;
        let counted = answers.iter().zip(self.asked.iter().cycle()).map(|(answer, (_, asked))| {
            Ok::<_, EngineError>(match asked {
                Asked::Pages { pages, payees } => {
                    Counted::Pages(pages.counts(answer.answer(), payees)?)
                }
                Asked::Classes(classes) => {
                    Counted::Classes(classes.counts(answer.answer(), &self.doctors)?)
                }
                Asked::Lists(lists) => {
                    Counted::Lists(lists.counts(answer.answer(), &self.doctors)?)
                }
            })
        });
        let counted: Vec<Counted> = counted.collect::<Result<_, _>>()?;
        Ok(counted.chunks(self.asked.len().max(1)).map(<[Counted]>::to_vec).collect())
    }
}

/// Plans what a scheme counts.
fn ask(
    engine: &Engine,
    loom: &Loom,
    books: &Books<'_>,
    scheme: AnyScheme<'_>,
) -> Result<Asked, EngineError> {
    let Books { rules, campaign, .. } = *books;
    Ok(match scheme {
        AnyScheme::Counted(scheme) => {
            let pages = books.basis(scheme).pages();
            let at = campaign.into();
            let question = Question { rules, scheme, at, pages: &pages, doctor: None };
            let pages = loom.pages(question, View::Counts, &Inventory::open())?;
            Asked::Pages { pages, payees: engine.payees(scheme).to_vec() }
        }
        AnyScheme::Classes(scheme) => {
            let pages = rules.class_pages(scheme, campaign);
            Asked::Classes(loom.classes(&pages, scheme.counted_in(campaign))?)
        }
        AnyScheme::Gate(_) => Asked::Lists(loom.classes(&[], campaign)?),
    })
}
