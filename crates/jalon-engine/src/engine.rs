//! The engine: facts in, counts and evidence out.

mod asked;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::config::TableParquetOptions;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::datasource::MemTable;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::options::ParquetReadOptions;
use jalon_data::dossier::{Dossier, Source};
use jalon_data::schema::{self, TABLES, canonical_schema};
use jalon_rules::Campaign;
use jalon_rules::campaign::Standpoint;
use jalon_rules::convention::{ListKind, Scheme};
use jalon_rules::criterion::Table;
use jalon_rules::forfait::ClassPage;
use jalon_rules::page::Page;
use jalon_rules::rules::Rules;
use jiff::civil::Date;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

pub(crate) use self::asked::{AskedClasses, AskedPages, Loom};
use crate::columns;
use crate::error::EngineError;
use crate::evidence::{ClassCounts, DoctorCounts, Evidence};
use crate::facts::{DeclarationRow, Declared, FactRow, Profile};
use crate::inventory::{CodeTable, Inventory};
use crate::net::{REVERSIBLE, Reversible};
use crate::past;
use crate::plan::classes::{self, ClassRequest};
use crate::plan::{Plan, Query, Request, View, compile};

/// Stack of the threads that plan queries: a plan of many indicators is deep.
const STACK: usize = 32 << 20;

/// A dossier ready to be asked.
pub struct Engine {
    runtime: Arc<Runtime>,
    config: SessionConfig,
    tables: Vec<Registered>,
    /// The tables that do hold reversals.
    reversals: Vec<Reversible>,
    inventory: Inventory,
    profiles: Vec<Profile>,
    doctors: Vec<String>,
    centres: Vec<String>,
}

/// A table under its name.
struct Registered {
    name: String,
    /// For queries that look at most of its rows.
    whole: Arc<dyn TableProvider>,
    /// For queries that pick few of its rows: the same, read more sparingly.
    picked: Arc<dyn TableProvider>,
}

/// How much of the tables a query looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Whole,
    Picked,
}

/// What is asked: the indicators of a scheme in a campaign.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// The campaign, and the day on which it is judged.
    pub at: Standpoint,
    /// The pages, among those of the scheme that exist in the campaign.
    pub pages: &'a [&'a Page],
    /// Only this doctor.
    pub doctor: Option<&'a str>,
}

impl Engine {
    /// Makes the tables of a dossier ready.
    pub fn open(dossier: &Dossier) -> Result<Self, EngineError> {
        Self::open_as_of(dossier, None)
    }

    /// The same, with what was known on a day: facts up to it, and no
    /// departure or death after it.
    pub fn open_as_of(dossier: &Dossier, day: Option<Date>) -> Result<Self, EngineError> {
        let mut engine = Self::empty()?;
        let known = |table: &schema::Table, provider| match day {
            Some(day) => past::known_on(day, table, provider),
            None => Ok(provider),
        };
        for table in TABLES {
            let schema = canonical_schema(table);
            let (whole, picked) = match dossier.source(table.name) {
                Source::Memory(batches) => twice(memory(schema, batches.clone())?),
                Source::Parquet { files, .. } => {
                    (parquet(&schema, files, Look::Whole)?, parquet(&schema, files, Look::Picked)?)
                }
                Source::Absent => twice(Arc::new(EmptyTable::new(schema))),
            };
            let (whole, picked) = (known(table, whole)?, known(table, picked)?);
            engine.tables.push(Registered { name: table.name.to_owned(), whole, picked });
        }
        for reversible in REVERSIBLE {
            let table = reversible.table;
            if dossier.needs_membership_check(table) {
                if let Some(doubtful) = engine.check_people(reversible)? {
                    engine.net(reversible, doubtful)?;
                }
            } else if dossier.has_reversals(table) {
                engine.net_from_query(reversible)?;
            }
        }
        engine.finish()
    }

    /// Takes tables from memory, in their canonical schemas. Tables that are
    /// not given are empty.
    pub fn in_memory(tables: &[(&str, Vec<RecordBatch>)]) -> Result<Self, EngineError> {
        let mut engine = Self::empty()?;
        for table in TABLES {
            let schema = canonical_schema(table);
            let given = tables.iter().find(|(name, _)| *name == table.name);
            let (whole, picked) = twice(match given {
                Some((_, batches)) => memory(schema, batches.clone())?,
                None => Arc::new(EmptyTable::new(schema)),
            });
            engine.tables.push(Registered { name: table.name.to_owned(), whole, picked });
        }
        for reversible in REVERSIBLE {
            engine.net_from_query(reversible)?;
        }
        engine.finish()
    }

    fn empty() -> Result<Self, EngineError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK)
            .build()?;
        let runtime = Arc::new(runtime);
        let mut config = SessionConfig::new().with_target_partitions(threads);
        let optimizer = &mut config.options_mut().optimizer;
        // The plan puts the small side of every join first; statistics guess worse.
        optimizer.repartition_joins = false;
        optimizer.join_reordering = false;
        Ok(Self {
            runtime,
            config,
            tables: Vec::new(),
            reversals: Vec::new(),
            inventory: Inventory::default(),
            profiles: Vec::new(),
            doctors: Vec::new(),
            centres: Vec::new(),
        })
    }

    /// Learns what every question needs to know: who, and which codes.
    fn finish(mut self) -> Result<Self, EngineError> {
        for table in Table::ALL {
            let codes = self.collect(&Inventory::query(table), Look::Whole)?;
            self.inventory.read(table, &codes)?;
        }
        self.profiles = Profile::read(&self.collect(Profile::QUERY, Look::Whole)?)?;
        let doctors = self.profiles.iter().map(|profile| profile.doctor.clone());
        self.doctors = doctors.collect::<BTreeSet<_>>().into_iter().collect();
        let centres = self.profiles.iter().filter_map(|profile| profile.centre.clone());
        self.centres = centres.collect::<BTreeSet<_>>().into_iter().collect();
        Ok(self)
    }

    /// The day of the last fact: a delivery, an act, a vaccination or a stay.
    /// Nothing when there is none.
    pub fn last_fact(&self) -> Result<Option<Date>, EngineError> {
        let days = self.ask(
            "SELECT max(jour) AS jour FROM (
  SELECT max(date) AS jour FROM delivrances
  UNION ALL SELECT max(date) FROM actes
  UNION ALL SELECT max(date) FROM vaccinations
  UNION ALL SELECT max(entree) FROM sejours
) AS derniers",
        )?;
        Ok(columns::days(&days, "jour")?.into_iter().flatten().next())
    }

    /// Sizes of lists and sums of every page, by doctor, in the order of
    /// identifiers. A doctor without patients is there with zeros.
    pub fn counts(&self, question: Question<'_>) -> Result<Vec<DoctorCounts>, EngineError> {
        let plan = self.plan(question, View::Counts);
        let batches = self.answer(&plan.query, &plan.codes)?;
        Ok(self.complete(DoctorCounts::read(&batches, &plan.columns, &plan.populations)?, question))
    }

    /// The evidence of every patient, by doctor and patient.
    pub fn evidence(&self, question: Question<'_>) -> Result<Evidence, EngineError> {
        let plan = self.plan(question, View::Evidence);
        let batches = self.answer(&plan.query, &plan.codes)?;
        Ok(Evidence::new(batches, plan.columns, plan.populations))
    }

    /// Sizes of lists and patients of every class, by doctor. `campaign` is the
    /// one on whose reference day patients are counted.
    pub fn class_counts(
        &self,
        pages: &[&ClassPage],
        campaign: Campaign,
        doctor: Option<&str>,
    ) -> Result<Vec<ClassCounts>, EngineError> {
        let reversals = &self.reversals;
        let query = classes::compile(ClassRequest { pages, campaign, doctor, reversals });
        let mut doctors = self.doctors.clone();
        doctors.retain(|one| doctor.is_none_or(|wanted| wanted == one));
        ClassCounts::read(&self.answer(&query, &[])?, pages.len(), &doctors)
    }

    /// The query behind [`Engine::counts`], to be read or run elsewhere: it
    /// stands on the tables of the dossier alone.
    #[must_use]
    pub fn query(&self, question: Question<'_>) -> String {
        let Plan { query, codes, .. } = self.plan(question, View::Counts);
        query.whole(&codes)
    }

    /// The query behind [`Engine::class_counts`].
    #[must_use]
    pub fn class_query(
        &self,
        pages: &[&ClassPage],
        campaign: Campaign,
        doctor: Option<&str>,
    ) -> String {
        let reversals = &self.reversals;
        classes::compile(ClassRequest { pages, campaign, doctor, reversals }).whole(&[])
    }

    /// The identifiers of the centres, sorted.
    #[must_use]
    pub fn centres(&self) -> &[String] {
        &self.centres
    }

    /// The identifiers of the doctors, sorted.
    #[must_use]
    pub fn doctors(&self) -> &[String] {
        &self.doctors
    }

    /// Those whom a scheme pays, sorted: the doctors, or their centres.
    #[must_use]
    pub fn payees(&self, scheme: &Scheme) -> &[String] {
        match scheme.list {
            ListKind::TreatingDoctor | ListKind::Followed => &self.doctors,
            ListKind::Centre => &self.centres,
        }
    }

    /// What doctors declared for a campaign.
    pub fn declared(&self, campaign: Campaign) -> Result<Declared, EngineError> {
        let rows = self.declarations()?;
        Ok(Declared::of(rows.iter().filter(|row| row.campaign == campaign.year())))
    }

    /// Every row of `declarations`, the latest word last.
    pub fn declarations(&self) -> Result<Vec<DeclarationRow>, EngineError> {
        DeclarationRow::read(&self.collect(DeclarationRow::QUERY, Look::Whole)?)
    }

    /// The doctors, as the dossier describes them.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// The facts of one patient, oldest first, for people to read.
    pub fn facts(&self, patient: &str) -> Result<Vec<FactRow>, EngineError> {
        FactRow::read(&self.collect(&FactRow::query(patient), Look::Picked)?)
    }

    /// The rows of a small query over the tables of the dossier.
    pub(crate) fn ask(&self, query: &str) -> Result<Vec<RecordBatch>, EngineError> {
        self.collect(query, Look::Whole)
    }

    /// The net lines of a table, as a query.
    pub(crate) fn net_lines(&self, table: &str) -> String {
        match self.reversals.iter().find(|reversible| reversible.table == table) {
            Some(reversible) => reversible.net_query(),
            None => format!("  SELECT * FROM {table}"),
        }
    }

    /// Writes the evidence of every patient to a Parquet file, and counts from
    /// what was written: the plan of the facts runs once.
    pub fn write_evidence(
        &self,
        question: Question<'_>,
        file: &Path,
    ) -> Result<Vec<DoctorCounts>, EngineError> {
        const WRITTEN: &str = "preuves_ecrites";
        let plan = self.plan(question, View::Evidence);
        let path = url(file)?;
        let session = self.ready(&plan.query, &plan.codes)?;
        let (query, counts) = (plan.query.last(), plan.counts_of(WRITTEN));
        let batches = self.run(async move {
            let options = DataFrameWriteOptions::new().with_single_file_output(true);
            session.sql(&query).await?.write_parquet(&path, options, None).await?;
            // Whatever the name of the file ends with.
            let read = ParquetReadOptions { file_extension: "", ..ParquetReadOptions::default() };
            session.register_parquet(WRITTEN, &path, read).await?;
            session.sql(&counts).await?.collect().await
        })?;
        Ok(self.complete(DoctorCounts::read(&batches, &plan.columns, &plan.populations)?, question))
    }

    /// Adds the doctors without patients.
    fn complete(&self, counted: Vec<DoctorCounts>, question: Question<'_>) -> Vec<DoctorCounts> {
        let mut doctors = self.payees(question.scheme).to_vec();
        doctors.retain(|doctor| question.doctor.is_none_or(|wanted| wanted == doctor));
        DoctorCounts::complete(counted, doctors, question.pages.len())
    }

    fn plan(&self, question: Question<'_>, view: View) -> Plan {
        let Question { rules, scheme, at, pages, doctor } = question;
        // Where there is one doctor, everyone is of their list or of none.
        let doctor = doctor.filter(|doctor| self.payees(scheme) != [*doctor]);
        let (reversals, inventory) = (&self.reversals, &self.inventory);
        let request = Request { rules, scheme, at, pages, doctor, reversals, inventory };
        compile(request, view)
    }

    /// A place to run queries, with every table under its name.
    fn session(&self, look: Look) -> Result<SessionContext, EngineError> {
        let session = SessionContext::new_with_config(self.config.clone());
        for table in &self.tables {
            let provider = if look == Look::Whole { &table.whole } else { &table.picked };
            session.register_table(&table.name, Arc::clone(provider))?;
        }
        Ok(session)
    }

    /// A session with everything a query stands on.
    fn ready(&self, query: &Query, codes: &[CodeTable]) -> Result<SessionContext, EngineError> {
        let (session, picker) = (self.session(Look::Whole)?, self.session(Look::Picked)?);
        let keep = |name: &str, table: Arc<dyn TableProvider>| {
            picker.register_table(name, Arc::clone(&table))?;
            session.register_table(name, table)
        };
        for codes in codes {
            let (schema, rows) = codes.rows()?;
            keep(&codes.name, memory(schema, vec![rows])?)?;
        }
        for (name, query) in query.first() {
            keep(&name, self.kept(&picker, &query)?)?;
        }
        Ok(session)
    }

    /// The rows of a query, kept in memory.
    fn kept(
        &self,
        session: &SessionContext,
        query: &str,
    ) -> Result<Arc<dyn TableProvider>, EngineError> {
        let (session, query) = (session.clone(), query.to_owned());
        let (schema, partitions) = self.run(async move {
            let frame = session.sql(&query).await?;
            let schema = Arc::clone(frame.schema().inner());
            Ok((schema, frame.collect_partitioned().await?))
        })?;
        Ok(Arc::new(MemTable::try_new(schema, partitions)?))
    }

    fn answer(&self, query: &Query, codes: &[CodeTable]) -> Result<Vec<RecordBatch>, EngineError> {
        let (session, query) = (self.ready(query, codes)?, query.last());
        self.run(async move { session.sql(&query).await?.collect().await })
    }

    fn collect(&self, query: &str, look: Look) -> Result<Vec<RecordBatch>, EngineError> {
        let (session, query) = (self.session(look)?, query.to_owned());
        self.run(async move { session.sql(&query).await?.collect().await })
    }

    /// Runs on a thread with room for deep plans.
    fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, DataFusionError>> + Send + 'static,
    ) -> Result<T, EngineError> {
        wait(&self.runtime, self.runtime.spawn(task))
    }

    /// Finds the days with a reversal, and nets their lines.
    fn net_from_query(&mut self, reversible: Reversible) -> Result<(), EngineError> {
        let doubtful = self.kept(&self.session(Look::Picked)?, &reversible.doubtful_query())?;
        self.net(reversible, doubtful)
    }

    /// Nets the lines of the days with a reversal, once for all questions.
    fn net(
        &mut self,
        reversible: Reversible,
        doubtful: Arc<dyn TableProvider>,
    ) -> Result<(), EngineError> {
        let (whole, picked) = twice(doubtful);
        self.tables.push(Registered { name: reversible.doubtful(), whole, picked });
        let redone = self.kept(&self.session(Look::Picked)?, &reversible.redone_query())?;
        let (whole, picked) = twice(redone);
        self.tables.push(Registered { name: reversible.redone(), whole, picked });
        self.reversals.push(reversible);
        Ok(())
    }

    /// Tables too large to be checked line by line beforehand are checked here,
    /// in the pass that finds the days with a reversal.
    fn check_people(
        &self,
        reversible: Reversible,
    ) -> Result<Option<Arc<dyn TableProvider>>, EngineError> {
        let Reversible { table, quantity } = reversible;
        let batches = self.collect(
            &format!(
                "SELECT lignes.patient, lignes.date, naissance IS NULL AS inconnu,
  COALESCE(lignes.date < naissance, FALSE) AS avant
FROM patients RIGHT JOIN {table} AS lignes ON patients.patient = lignes.patient
WHERE naissance IS NULL OR lignes.date < naissance OR lignes.{quantity} <= 0"
            ),
            Look::Whole,
        )?;
        let strangers = columns::counts(&batches, "inconnu")?.into_iter().sum();
        if strangers > 0 {
            return Err(EngineError::Strangers { table, lines: strangers });
        }
        let before = columns::counts(&batches, "avant")?;
        if before.iter().any(|before| *before > 0) {
            let people = columns::texts(&batches, "patient")?.into_iter().zip(before);
            let people: BTreeSet<_> =
                people.filter(|(_, before)| *before > 0).map(|(patient, _)| patient).collect();
            return Err(EngineError::BeforeBirth { table, patients: people.len() as u64 });
        }
        let days: Vec<RecordBatch> = batches
            .iter()
            .map(|batch| batch.project(&[0, 1]))
            .collect::<Result<_, _>>()
            .map_err(|error| EngineError::Shape(error.to_string()))?;
        let schema = days.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
        Ok((!days.is_empty()).then_some(memory(schema, days)?))
    }
}

/// Waits for what runs on a thread with room for deep plans.
fn wait<T>(
    runtime: &Runtime,
    task: JoinHandle<Result<T, DataFusionError>>,
) -> Result<T, EngineError> {
    let joined = runtime.block_on(task);
    joined.map_err(|error| EngineError::Shape(error.to_string()))?.map_err(EngineError::from)
}

/// A table that is read alike whatever is looked for.
fn twice(table: Arc<dyn TableProvider>) -> (Arc<dyn TableProvider>, Arc<dyn TableProvider>) {
    (Arc::clone(&table), table)
}

fn memory(
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    Ok(Arc::new(MemTable::try_new(schema, vec![batches])?))
}

/// Parquet files read with the canonical schema: types are converted while
/// reading, columns that a file lacks are unknown.
fn parquet(
    schema: &SchemaRef,
    files: &[PathBuf],
    look: Look,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    let urls = files
        .iter()
        .map(|file| ListingTableUrl::parse(url(file)?))
        .collect::<Result<Vec<_>, DataFusionError>>()?;
    let mut parquet = TableParquetOptions::default();
    // Columns decoded only where the filter holds: a gain when that is rare.
    parquet.global.pushdown_filters = look == Look::Picked;
    let format = ParquetFormat::default().with_options(parquet);
    let options = ListingOptions::new(Arc::new(format));
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::clone(schema));
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// The URL of a file. The library would take `*`, `?` and `[` in a path for
/// patterns, and what comes before `:` for a protocol.
fn url(file: &Path) -> Result<String, std::io::Error> {
    let path = std::path::absolute(file)?;
    let mut url = String::from("file://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\\' if cfg!(windows) => url.push('/'),
            b'/' | b'.' | b'-' | b'_' | b'~' => url.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
            b':' if cfg!(windows) => url.push(':'),
            byte => {
                // Writing to a String cannot fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    if cfg!(windows) {
        url.insert(7, '/');
    }
    Ok(url)
}
