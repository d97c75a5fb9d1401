//! The engine: facts in, counts and evidence out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
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
use jalon_data::schema::{TABLES, canonical_schema};
use jalon_rules::Campaign;
use jalon_rules::convention::Scheme;
use jalon_rules::page::Page;
use jalon_rules::rules::Rules;
use tokio::runtime::Runtime;

use crate::columns;
use crate::error::EngineError;
use crate::evidence::{DoctorCounts, Evidence};
use crate::facts::{Declared, FactRow};
use crate::plan::{Plan, Request, Reversals, compile};

/// Stack of the threads that plan queries: a plan of many indicators is deep.
const STACK: usize = 32 << 20;

/// A dossier ready to be asked.
pub struct Engine {
    runtime: Runtime,
    context: SessionContext,
    reversals: Reversals,
}

/// What is asked: the indicators of a scheme in a campaign.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The rules.
    pub rules: &'a Rules,
    /// The scheme.
    pub scheme: &'a Scheme,
    /// The campaign.
    pub campaign: Campaign,
    /// The pages, among those of the scheme that exist in the campaign.
    pub pages: &'a [&'a Page],
    /// Only this doctor.
    pub doctor: Option<&'a str>,
}

impl Engine {
    /// Makes the tables of a dossier ready.
    pub fn open(dossier: &Dossier) -> Result<Self, EngineError> {
        let mut engine = Self::empty()?;
        engine.reversals = Reversals {
            deliveries: dossier.has_reversals("delivrances"),
            acts: dossier.has_reversals("actes"),
        };
        for table in TABLES {
            let schema = canonical_schema(table);
            let provider: Arc<dyn TableProvider> = match dossier.source(table.name) {
                Source::Memory(batches) => memory(schema, batches.clone())?,
                Source::Parquet { files, .. } => parquet(schema, files)?,
                Source::Absent => Arc::new(EmptyTable::new(schema)),
            };
            engine.context.register_table(table.name, provider)?;
        }
        engine.check_membership(dossier)?;
        Ok(engine)
    }

    /// Takes tables from memory, in their canonical schemas. Tables that are
    /// not given are empty.
    pub fn in_memory(tables: &[(&str, Vec<RecordBatch>)]) -> Result<Self, EngineError> {
        let mut engine = Self::empty()?;
        engine.reversals = Reversals { deliveries: true, acts: true };
        for table in TABLES {
            let schema = canonical_schema(table);
            let given = tables.iter().find(|(name, _)| *name == table.name);
            let provider: Arc<dyn TableProvider> = match given {
                Some((_, batches)) => memory(schema, batches.clone())?,
                None => Arc::new(EmptyTable::new(schema)),
            };
            engine.context.register_table(table.name, provider)?;
        }
        Ok(engine)
    }

    fn empty() -> Result<Self, EngineError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_stack_size(STACK)
            .build()?;
        let mut config = SessionConfig::new().with_target_partitions(threads);
        let optimizer = &mut config.options_mut().optimizer;
        // The plan puts the small side of every join first; statistics guess worse.
        optimizer.repartition_joins = false;
        optimizer.join_reordering = false;
        let context = SessionContext::new_with_config(config);
        Ok(Self { runtime, context, reversals: Reversals::default() })
    }

    /// Sizes of lists and sums of every page, by doctor, in the order of
    /// identifiers. A doctor without patients is there with zeros.
    pub fn counts(&self, question: Question<'_>) -> Result<Vec<DoctorCounts>, EngineError> {
        let plan = self.plan(question)?;
        let batches = self.collect(&plan.counts)?;
        self.complete(DoctorCounts::read(&batches, &plan.columns)?, question)
    }

    /// The evidence of every patient, by doctor and patient.
    pub fn evidence(&self, question: Question<'_>) -> Result<Evidence, EngineError> {
        let plan = self.plan(question)?;
        Ok(Evidence::new(self.collect(&plan.evidence)?, plan.columns))
    }

    /// The query behind [`Engine::counts`], to be read or run elsewhere.
    pub fn query(&self, question: Question<'_>) -> Result<String, EngineError> {
        Ok(self.plan(question)?.counts)
    }

    /// The identifiers of the doctors, sorted.
    pub fn doctors(&self) -> Result<Vec<String>, EngineError> {
        let batches = self.collect("SELECT DISTINCT medecin FROM medecins ORDER BY medecin")?;
        Ok(columns::texts(&batches, "medecin")?.into_iter().flatten().collect())
    }

    /// What doctors declared for a campaign.
    pub fn declared(&self, campaign: Campaign) -> Result<Declared, EngineError> {
        Declared::read(&self.collect(&Declared::query(campaign))?)
    }

    /// The facts of one patient, oldest first, for people to read.
    pub fn facts(&self, patient: &str) -> Result<Vec<FactRow>, EngineError> {
        FactRow::read(&self.collect(&FactRow::query(patient))?)
    }

    /// Writes the evidence of every patient to a Parquet file, and counts from
    /// what was written: the plan of the facts runs once.
    pub fn write_evidence(
        &self,
        question: Question<'_>,
        file: &Path,
    ) -> Result<Vec<DoctorCounts>, EngineError> {
        const WRITTEN: &str = "preuves_ecrites";
        let plan = self.plan(question)?;
        let path = url(file)?;
        let context = self.context.clone();
        let query = plan.evidence.clone();
        self.run(async move {
            let options = DataFrameWriteOptions::new().with_single_file_output(true);
            context.sql(&query).await?.write_parquet(&path, options, None).await?;
            // Whatever the name of the file ends with.
            let read = ParquetReadOptions { file_extension: "", ..ParquetReadOptions::default() };
            context.register_parquet(WRITTEN, &path, read).await
        })?;
        let batches = self.collect(&plan.counts_of(WRITTEN));
        self.context.deregister_table(WRITTEN)?;
        self.complete(DoctorCounts::read(&batches?, &plan.columns)?, question)
    }

    /// Adds the doctors without patients.
    fn complete(
        &self,
        counted: Vec<DoctorCounts>,
        question: Question<'_>,
    ) -> Result<Vec<DoctorCounts>, EngineError> {
        let mut doctors = self.doctors()?;
        doctors.retain(|doctor| question.doctor.is_none_or(|wanted| wanted == doctor));
        Ok(DoctorCounts::complete(counted, doctors, question.pages.len()))
    }

    fn plan(&self, question: Question<'_>) -> Result<Plan, EngineError> {
        let Question { rules, scheme, campaign, pages, doctor } = question;
        for page in pages {
            if let Some(word) = crate::uncompiled::first(scheme, page, campaign) {
                return Err(EngineError::Uncompiled { page: page.id.clone(), word });
            }
        }
        let reversals = self.reversals;
        Ok(compile(Request { rules, scheme, campaign, pages, doctor, reversals }))
    }

    fn collect(&self, query: &str) -> Result<Vec<RecordBatch>, EngineError> {
        let context = self.context.clone();
        let query = query.to_owned();
        self.run(async move { context.sql(&query).await?.collect().await })
    }

    /// Runs on a thread with room for deep plans.
    fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, DataFusionError>> + Send + 'static,
    ) -> Result<T, EngineError> {
        let joined = self.runtime.block_on(self.runtime.spawn(task));
        joined.map_err(|error| EngineError::Shape(error.to_string()))?.map_err(EngineError::from)
    }

    /// Tables too large to be checked line by line beforehand are checked here
    /// in one aggregation each.
    fn check_membership(&self, dossier: &Dossier) -> Result<(), EngineError> {
        for table in ["delivrances", "actes"] {
            if !dossier.needs_membership_check(table) {
                continue;
            }
            let batches = self.collect(&format!(
                "SELECT
  CAST(COALESCE(sum(CASE WHEN naissance IS NULL THEN n END), 0) AS BIGINT) AS inconnus,
  CAST(COALESCE(sum(CASE WHEN premiere < naissance THEN 1 END), 0) AS BIGINT) AS avant
FROM patients RIGHT JOIN (
  SELECT patient, count(*) AS n, min(date) AS premiere FROM {table} GROUP BY patient
) AS lignes ON patients.patient = lignes.patient"
            ))?;
            let lines = columns::one(&batches, "inconnus")?;
            if lines > 0 {
                return Err(EngineError::Strangers { table, lines });
            }
            let patients = columns::one(&batches, "avant")?;
            if patients > 0 {
                return Err(EngineError::BeforeBirth { table, patients });
            }
        }
        Ok(())
    }
}

fn memory(
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
) -> Result<Arc<dyn TableProvider>, EngineError> {
    Ok(Arc::new(MemTable::try_new(schema, vec![batches])?))
}

/// Parquet files read with the canonical schema: types are converted while
/// reading, columns that a file lacks are unknown.
fn parquet(schema: SchemaRef, files: &[PathBuf]) -> Result<Arc<dyn TableProvider>, EngineError> {
    let urls = files
        .iter()
        .map(|file| ListingTableUrl::parse(url(file)?))
        .collect::<Result<Vec<_>, DataFusionError>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(schema);
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
