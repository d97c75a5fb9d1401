//! OMOP CDM 5.4 in CSV, as research warehouses hold it.
//!
//! Facts are taken by their source codes, where these are French: the standard
//! concepts (RxNorm, SNOMED) have no counterpart in a dossier, and are counted
//! as left, by vocabulary.

mod events;
mod people;
mod sheet;
mod store;
mod vocabulary;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jalon_data::day;
use jalon_data::fault::Collector;

use crate::draft::Draft;
use crate::drugs::DrugLookup;
use crate::error::ImportError;
use crate::facts::Day;
use crate::importer::{Importer, Listener, Progress};
use sheet::{Counted, Faulty, Row};
use store::{Store, TABLES};
use vocabulary::Vocabulary;

/// Concepts kept, beyond which the table is no table of concepts.
const MOST_CONCEPTS: u64 = 20_000_000;

/// What OMOP does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OmopOptions {
    /// First day on which the doctor of `person.provider_id` is the médecin
    /// traitant, until further notice; without it, they are so during the
    /// observation periods of the person.
    pub attached_since: Option<Day>,
}

/// A folder of OMOP tables, or a ZIP archive of them.
pub struct OmopImporter<'a> {
    source: PathBuf,
    drugs: &'a dyn DrugLookup,
    options: OmopOptions,
}

impl std::fmt::Debug for OmopImporter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OmopImporter").field("source", &self.source).finish_non_exhaustive()
    }
}

impl<'a> OmopImporter<'a> {
    /// Will read the tables at this place; drugs known by a French code get
    /// their class from this nomenclature.
    #[must_use]
    pub const fn new(source: PathBuf, drugs: &'a dyn DrugLookup, options: OmopOptions) -> Self {
        Self { source, drugs, options }
    }
}

impl Importer for OmopImporter<'_> {
    fn kind(&self) -> &'static str {
        "omop"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        Ok(Store::open(&self.source)?.files())
    }

    fn settings(&self) -> String {
        let since = self.options.attached_since.map_or_else(String::new, |Day(day)| day::iso(day));
        format!("rattachement-depuis={since};nomenclature={}", self.drugs.hash())
    }

    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError> {
        let store = Store::open(&self.source)?;
        let mut reading = Reading {
            total: store.size(),
            store,
            drugs: self.drugs,
            options: self.options,
            draft,
            progress,
            done: 0,
            faults: Collector::default(),
            vocabulary: Vocabulary::default(),
            specialities: BTreeMap::new(),
            deaths: BTreeMap::new(),
            periods: BTreeMap::new(),
            stays: BTreeMap::new(),
        };
        reading.concepts()?;
        reading.people()?;
        reading.events()?;
        if reading.faults.is_empty() { Ok(()) } else { Err(reading.faults.into_faults().into()) }
    }
}

/// A stay in hospital.
#[derive(Clone, Copy, Debug)]
struct Stay {
    entree: Day,
    sortie: Option<Day>,
}

/// A source under way. What is kept in memory is small beside the events:
/// concepts, doctors, deaths, periods, stays.
struct Reading<'a> {
    store: Store,
    drugs: &'a dyn DrugLookup,
    options: OmopOptions,
    draft: &'a mut Draft,
    progress: Listener<'a>,
    done: u64,
    total: u64,
    faults: Collector,
    vocabulary: Vocabulary,
    specialities: BTreeMap<String, String>,
    deaths: BTreeMap<String, Day>,
    periods: BTreeMap<String, Vec<(Day, Day)>>,
    stays: BTreeMap<String, Stay>,
}

/// What a row may use while its table is read.
struct Bench<'r> {
    draft: &'r mut Draft,
    vocabulary: &'r mut Vocabulary,
    drugs: &'r dyn DrugLookup,
    options: OmopOptions,
    specialities: &'r mut BTreeMap<String, String>,
    deaths: &'r mut BTreeMap<String, Day>,
    periods: &'r mut BTreeMap<String, Vec<(Day, Day)>>,
    stays: &'r mut BTreeMap<String, Stay>,
}

impl Reading<'_> {
    /// Reads a table to its end; one that lacks has no row.
    fn table(
        &mut self,
        name: &'static str,
        columns: &[&str],
        mut take: impl FnMut(&Row<'_>, &mut Faulty<'_>, &mut Bench<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let Self { store, progress, done, total, faults, .. } = self;
        let mut bench = Bench {
            draft: self.draft,
            vocabulary: &mut self.vocabulary,
            drugs: self.drugs,
            options: self.options,
            specialities: &mut self.specialities,
            deaths: &mut self.deaths,
            periods: &mut self.periods,
            stays: &mut self.stays,
        };
        let rank = TABLES.iter().position(|table| *table == name).unwrap_or_default();
        let mut tell = |bytes| {
            *done += bytes;
            progress(Progress::reading(*done, *total));
        };
        let lines = store.read(name, |input, label| {
            let mut input = Counted { input, tell: &mut tell };
            let mut faults = Faulty { faults, rank, label };
            sheet::each(&mut input, columns, &mut faults, |row, faults| {
                take(row, faults, &mut bench)
            })
        })?;
        if let Some(lines) = lines {
            self.draft.report.read(name, lines);
        }
        Ok(())
    }

    fn concepts(&mut self) -> Result<(), ImportError> {
        let columns = ["!concept_id", "!vocabulary_id", "!concept_code"];
        let mut count = 0;
        self.table("concept", &columns, |row, faults, bench| {
            count += 1;
            if count > MOST_CONCEPTS {
                return Err(ImportError::Refused(format!(
                    "concept : plus de {MOST_CONCEPTS} lignes\naide : gardez les concepts des vocabulaires utiles"
                )));
            }
            let Some(concept) = row.number("concept_id", 0, faults) else { return Ok(()) };
            if let Ok(concept) = u32::try_from(concept) {
                bench.vocabulary.add(concept, row.get("vocabulary_id"), row.get("concept_code"));
            }
            Ok(())
        })?;
        self.vocabulary.sort();
        Ok(())
    }
}
