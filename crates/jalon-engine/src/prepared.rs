//! Queries planned once, then asked of one set of rows after another.
//!
//! The plan of a campaign is deep: making it takes longer than answering it for
//! a practice, and far longer than for one patient. Here tables are only names
//! and columns while a query is planned; their rows come with each question.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::context::{SessionConfig, SessionContext};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::{ExecutionPlan, collect};
use futures::stream;
use jalon_data::schema::{TABLES, canonical_schema};

use crate::net::REVERSIBLE;
use crate::plan::Query;

/// The name under which the last step of a question keeps its rows.
const ANSWER: &str = "reponse";

/// Rows by name of table.
#[derive(Clone, Debug, Default)]
pub struct Rows(BTreeMap<String, Vec<RecordBatch>>);

impl Rows {
    /// Gives a table these rows, and no others.
    pub fn put(&mut self, table: impl Into<String>, batches: Vec<RecordBatch>) {
        self.0.insert(table.into(), batches);
    }

    /// Adds rows to a table.
    pub fn add(
        &mut self,
        table: impl Into<String>,
        batches: impl IntoIterator<Item = RecordBatch>,
    ) {
        self.0.entry(table.into()).or_default().extend(batches);
    }

    /// The rows of a table; none for one that was never given any.
    pub fn of(&self, table: &str) -> &[RecordBatch] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// What the last step answered.
    pub fn answer(&self) -> &[RecordBatch] {
        self.of(ANSWER)
    }
}

/// A table without rows of its own: those of the question.
#[derive(Debug)]
struct Slot {
    name: String,
    schema: SchemaRef,
}

impl PartitionStream for Slot {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = context.session_config().get_extension::<Rows>();
        let batches = rows.map_or_else(Vec::new, |rows| rows.of(&self.name).to_vec());
        let batches = stream::iter(batches.into_iter().map(Ok));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}

/// Names and columns of tables.
pub type Columns = Vec<(String, SchemaRef)>;

/// Steps planned once: each may use the tables, and the rows of those before it.
#[derive(Debug)]
pub struct Prepared {
    tables: Columns,
    steps: Vec<(String, Arc<dyn ExecutionPlan>)>,
    config: SessionConfig,
    environment: Arc<RuntimeEnv>,
}

impl Prepared {
    /// The steps that every question stands on: they net the lines of the
    /// canonical tables.
    pub async fn netting() -> Result<Self, DataFusionError> {
        let tables = TABLES.iter().map(|table| (table.name.to_owned(), canonical_schema(table)));
        let steps = REVERSIBLE.into_iter().flat_map(|reversible| {
            let doubtful = (reversible.doubtful(), reversible.doubtful_query());
            [doubtful, (reversible.redone(), reversible.redone_query())]
        });
        Self::plan(tables.collect(), steps.collect()).await
    }

    /// A question over the tables there are after these steps, and others.
    pub async fn question(&self, others: Columns, query: &Query) -> Result<Self, DataFusionError> {
        let made = self.steps.iter().map(|(name, plan)| (name.clone(), plan.schema()));
        let tables = self.tables.iter().cloned().chain(made).chain(others).collect();
        let mut steps = query.first();
        steps.push((ANSWER.to_owned(), query.last()));
        Self::plan(tables, steps).await
    }

    async fn plan(
        tables: Columns,
        queries: Vec<(String, String)>,
    ) -> Result<Self, DataFusionError> {
        let config = config();
        let session = SessionContext::new_with_config(config.clone());
        let keep = |name: &str, schema: SchemaRef| {
            let slot = Slot { name: name.to_owned(), schema: Arc::clone(&schema) };
            let table = StreamingTable::try_new(schema, vec![Arc::new(slot)])?;
            session.register_table(name, Arc::new(table))
        };
        for (name, schema) in &tables {
            keep(name, Arc::clone(schema))?;
        }
        let mut steps = Vec::with_capacity(queries.len());
        for (name, query) in queries {
            let plan = session.sql(&query).await?.create_physical_plan().await?;
            keep(&name, plan.schema())?;
            steps.push((name, plan));
        }
        Ok(Self { tables, steps, config, environment: session.runtime_env() })
    }

    /// Runs every step over these rows, and keeps what each gives under its
    /// name.
    pub async fn run(&self, mut rows: Rows) -> Result<Rows, DataFusionError> {
        for (name, plan) in &self.steps {
            // What a plan remembers of its last run is forgotten.
            let plan = reset_plan_states(Arc::clone(plan))?;
            let config = self.config.clone().with_extension(Arc::new(rows.clone()));
            let context = TaskContext::new(
                None,
                String::new(),
                config,
                HashMap::new(),
                HashMap::new(),
                HashMap::new(),
                HashMap::new(),
                Arc::clone(&self.environment),
            );
            rows.put(name.clone(), collect(plan, Arc::new(context)).await?);
        }
        Ok(rows)
    }
}

/// Few rows: one thread a question, and nothing that a plan would learn from one
/// set of rows and keep for the next.
fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(1);
    let optimizer = &mut config.options_mut().optimizer;
    optimizer.repartition_joins = false;
    optimizer.join_reordering = false;
    optimizer.enable_dynamic_filter_pushdown = false;
    optimizer.enable_join_dynamic_filter_pushdown = false;
    optimizer.enable_topk_dynamic_filter_pushdown = false;
    optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    config
}
