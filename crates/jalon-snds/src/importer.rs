//! The DCIR as a source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use jalon_import::drugs::DrugLookup;
use jalon_import::importer::{Importer, Listener, Progress};
use jalon_import::{Draft, ImportError};

use crate::ald::Diseases;
use crate::attachments::Attachments;
use crate::feed::{Shared, TABLES};
use crate::join::{self, Means};
use crate::layout::Layout;
use crate::months::SharedMonths;
use crate::names::Names;
use crate::people::People;
use crate::practitioners::Practitioners;
use crate::products::Products;
use crate::sink::Sink;
use crate::source::Source;
use crate::spec::TableId;
use crate::tally::{SharedTally, Tally};

/// Memory that sorting may hold before it spills, unless told otherwise.
const MEMORY: usize = 640 << 20;

/// Memory without which sorts cannot merge what they spilled, for each thread.
const LEAST: usize = 8 << 20;

/// Most threads: reading is soon as fast as disks are.
const MOST_THREADS: usize = 16;

/// Time between two words about progress.
const PACE: Duration = Duration::from_millis(100);

/// A folder of SNDS tables: the DCIR (`ER_PRS_F` and its details), its
/// references (`IR_…`, `DA_PRA_R`), and the stays and outpatient acts of
/// hospitals (`T_MCOaa…`), in CSV or Parquet.
///
/// `ER_PRS_F` and `IR_BEN_R` are needed; what the others would bring is said
/// in the report where they are missing.
#[derive(Clone)]
pub struct DcirImporter<'d> {
    folder: PathBuf,
    drugs: &'d dyn DrugLookup,
    memory: usize,
    threads: Option<usize>,
}

impl std::fmt::Debug for DcirImporter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DcirImporter").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl<'d> DcirImporter<'d> {
    /// Will read this folder, and those within it. What `IR_PHA_R` does not say
    /// of a presentation comes from the nomenclature, if it knows.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, drugs: &'d dyn DrugLookup) -> Self {
        Self { folder: folder.into(), drugs, memory: MEMORY, threads: None }
    }

    /// Memory, in bytes, that sorting may hold before it writes to disk: 640 MB
    /// unless told, and never less than 8 MB a thread. People take some 300
    /// bytes each besides. Changes nothing in the result.
    #[must_use]
    pub fn memory(self, bytes: usize) -> Self {
        Self { memory: bytes, ..self }
    }

    /// Number of threads; those of the machine unless told. Changes nothing in
    /// the result.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads: Some(threads), ..self }
    }

    fn thread_count(&self) -> usize {
        let own = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(own).clamp(1, MOST_THREADS)
    }
}

impl Importer for DcirImporter<'_> {
    fn kind(&self) -> &'static str {
        "dcir"
    }

    fn files(&self) -> Result<Vec<PathBuf>, ImportError> {
        let layout = Layout::find(&self.folder)?;
        let mut files: Vec<PathBuf> = layout.files.into_iter().map(|file| file.path).collect();
        files.sort();
        Ok(files)
    }

    fn settings(&self) -> String {
        self.drugs.hash()
    }

    fn read(&mut self, draft: &mut Draft, progress: Listener<'_>) -> Result<(), ImportError> {
        let source = Source::open(&self.folder)?;
        let total = source.bytes();
        let done = Arc::clone(&source.done);
        let tell = || {
            let done = done.load(Ordering::Relaxed).min(total);
            progress(Progress::reading(done, total));
        };
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let teller = scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    tell();
                    std::thread::park_timeout(PACE);
                }
                tell();
            });
            let result = self.import(&source, draft);
            over.store(true, Ordering::Relaxed);
            teller.thread().unpark();
            result
        })
    }
}

impl DcirImporter<'_> {
    fn import(&self, source: &Arc<Source>, draft: &mut Draft) -> Result<(), ImportError> {
        let mut tally = Tally::default();
        let (people, people_lines) = People::read(source, &mut tally);
        let (products, product_lines) = Products::read(source, self.drugs);
        let (practitioners, practitioner_lines) = Practitioners::read(source);
        let (attachments, attachment_lines) = Attachments::read(source, &people, &mut tally);
        let (diseases, disease_lines) = Diseases::read(source, &people, &mut tally);
        source.complaints.check()?;

        // Doctors chosen by patients whose speciality only their acts may tell
        // take the first numbers.
        let names = Names::default();
        let mut wanted = vec![AtomicI64::new(0)];
        let mut numbers: BTreeMap<Box<str>, usize> = BTreeMap::new();
        for doctor in attachments.doctors() {
            if practitioners.speciality(doctor) == 0 && names.number(doctor.as_bytes()).is_some() {
                numbers.insert(doctor.clone(), wanted.len());
                wanted.push(AtomicI64::new(0));
            }
        }

        let people = Arc::new(people);
        let shared = Arc::new(Shared {
            source: Arc::clone(source),
            people: Arc::clone(&people),
            flows: Arc::default(),
            practitioners: Arc::new(names),
            wanted,
            tally: SharedTally::default(),
            months: SharedMonths::default(),
            counts: std::array::from_fn(|_| AtomicUsize::new(0)),
            parts: TABLES.iter().flat_map(|table| source.parts(*table)).collect(),
            next: AtomicUsize::new(0),
        });
        self.join(&shared, &practitioners, &products, draft)?;
        tally.add(shared.tally.take());

        let births = people.births();
        let ids: Vec<&str> = people.ids().collect();
        people.write(&births, draft)?;
        let treating = attachments.doctors().iter().map(|doctor| {
            let told = numbers.get(doctor).and_then(|number| shared.wanted.get(*number));
            let told = told.map_or(0, |told| told.load(Ordering::Relaxed)).rem_euclid(256);
            (doctor.clone(), u8::try_from(told).ok().filter(|code| *code != 0))
        });
        practitioners.write(&treating.collect(), draft)?;
        attachments.write(&ids, &births, draft, &mut tally)?;
        diseases.write(&ids, &births, draft)?;

        // Stays come by year: a year brought twice would count twice, like a flow.
        let years = source.layout.files.iter().filter(|file| file.table.spec().yearly);
        let years = years.map(|file| format!("T_MCO{:02}", file.year));
        draft.flows = shared.months.flows().into_iter().chain(years).collect();
        let report = &mut draft.report;
        for (table, count) in [
            (TableId::Ben, people_lines),
            (TableId::Product, product_lines),
            (TableId::Practitioner, practitioner_lines),
            (TableId::Mtt, attachment_lines),
            (TableId::Imb, disease_lines),
        ]
        .into_iter()
        .chain(
            TABLES
                .iter()
                .zip(&shared.counts)
                .map(|(table, count)| (*table, count.load(Ordering::Relaxed) as u64)),
        ) {
            if source.layout.holds(table) {
                report.read(&table.name(), count);
            }
        }
        let labels = |rank: usize| {
            source.layout.files.get(rank).map_or_else(String::new, |file| file.label.clone())
        };
        tally.tell(report, labels);
        shared.months.tell(report);
        source.describe(report);
        Ok(())
    }

    /// Runs the join; faults come before what they break.
    fn join(
        &self,
        shared: &Arc<Shared>,
        practitioners: &Practitioners,
        products: &Products<'_>,
        draft: &mut Draft,
    ) -> Result<(), ImportError> {
        let beside = draft.dir().parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let spill = tempfile::Builder::new()
            .prefix(".tri-")
            .tempdir_in(&beside)
            .map_err(ImportError::io(&beside))?;
        let threads = self.thread_count();
        let means =
            Means { memory: self.memory.max(LEAST * threads), threads, spill: spill.path() };
        let ids = shared.people.ids().collect();
        let births = || shared.people.births();
        let names = Arc::clone(&shared.practitioners);
        let mut sink = Sink::new(draft, ids, births, &names, practitioners, products);
        let result = join::run(shared, means, &mut sink);
        shared.source.complaints.check()?;
        result
    }
}
