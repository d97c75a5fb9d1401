//! The join, out of core: DataFusion sorts lines by key, what they become is
//! settled key by key, and DataFusion sorts the facts by patient.
//!
//! Lines of all tables are of one shape, so that a key's lines come together
//! whichever table they are from: the service, its details, the hospital that
//! billed it. Sorting spills to the folder given as soon as it holds more than
//! its share of memory; nothing is ever there whole.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, Partitioning, PhysicalSortExpr};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, RecordBatchStream};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::{Stream, StreamExt};
use jalon_data::fault::Words;
use jalon_import::ImportError;

use crate::batches::{Columns, FACTS, KEY, LINES, lines};
use crate::feed::{Feed, Shared};
use crate::rules::Group;
use crate::sink::Sink;
use crate::tally::Tally;

/// What the join may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means<'a> {
    /// Bytes of memory before spilling.
    pub memory: usize,
    pub threads: usize,
    /// Where to spill.
    pub spill: &'a Path,
}

/// Stack of the threads that run the plan.
const STACK: usize = 8 << 20;

/// Reads all parts, joins them, and hands the facts over by table and patient.
pub(crate) fn run(
    shared: &Arc<Shared>,
    means: Means<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(means.threads)
        .thread_stack_size(STACK)
        .build()
        .map_err(|error| ImportError::Engine(error.to_string()))?;
    let failed = |error: DataFusionError| ImportError::Engine(error.to_string());
    let environment = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(means.memory)))
        .with_temp_file_path(means.spill)
        .with_max_temp_directory_size(u64::MAX)
        .build_arc()
        .map_err(failed)?;
    let mut config = SessionConfig::new().with_target_partitions(means.threads);
    // What merging spilled runs needs, for each of the sorts at work.
    let reserve = &mut config.options_mut().execution.sort_spill_reservation_bytes;
    *reserve = (*reserve).min(means.memory / 64);
    let session = SessionContext::new_with_config_rt(config, environment);
    let plan = plan(shared, means.threads).map_err(failed)?;
    let mut stream = {
        let _inside = runtime.enter();
        plan.execute(0, session.task_ctx()).map_err(failed)?
    };
    // What follows the last sort is done here, while the threads sort.
    while let Some(batch) = runtime.block_on(stream.next()) {
        sink.take(&batch.map_err(failed)?)?;
    }
    sink.end()
}

fn plan(shared: &Arc<Shared>, threads: usize) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let read = (0..threads).map(|_| Arc::new(Read(Arc::clone(shared))) as Arc<dyn PartitionStream>);
    let read = table(&LINES, read.collect())?;
    let key: Arc<Column> = Arc::new(Column::new(KEY, 0));
    let shared_out = Partitioning::Hash(vec![Arc::clone(&key) as _], threads);
    let shared_out = Arc::new(RepartitionExec::try_new(read, shared_out)?);
    let sorted = sort(shared_out, key)?;
    let settled = (0..threads).map(|partition| {
        let input = Arc::clone(&sorted);
        Arc::new(Settle { shared: Arc::clone(shared), input, partition })
            as Arc<dyn PartitionStream>
    });
    let settled = table(&FACTS, settled.collect())?;
    let by_patient = Arc::new(Column::new("w0", 0));
    let ordering = ordering(Arc::clone(&by_patient))?;
    Ok(Arc::new(SortPreservingMergeExec::new(ordering, sort(settled, by_patient)?)))
}

fn table(
    schema: &SchemaRef,
    partitions: Vec<Arc<dyn PartitionStream>>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let schema = Arc::clone(schema);
    Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, [], false, None)?))
}

fn ordering(column: Arc<Column>) -> Result<LexOrdering, DataFusionError> {
    let by = PhysicalSortExpr::new_default(column);
    LexOrdering::new([by]).ok_or_else(|| DataFusionError::Internal("tri sans colonne".into()))
}

/// Sorts each partition on its own.
fn sort(
    input: Arc<dyn ExecutionPlan>,
    column: Arc<Column>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    Ok(Arc::new(SortExec::new(ordering(column)?, input).with_preserve_partitioning(true)))
}

/// One of those who read.
struct Read(Arc<Shared>);

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lecture")
    }
}

impl PartitionStream for Read {
    fn schema(&self) -> &SchemaRef {
        &LINES
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let feed = Feed::new(Arc::clone(&self.0)).map(|batch| batch.map_err(DataFusionError::from));
        let schema = Arc::clone(&LINES);
        Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(feed)))
    }
}

/// Lines of a partition, by key, become facts.
struct Settle {
    shared: Arc<Shared>,
    input: Arc<dyn ExecutionPlan>,
    partition: usize,
}

impl fmt::Debug for Settle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "jointure {}", self.partition)
    }
}

impl PartitionStream for Settle {
    fn schema(&self) -> &SchemaRef {
        &FACTS
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        match self.input.execute(self.partition, context) {
            Ok(input) => Box::pin(Settled {
                shared: Arc::clone(&self.shared),
                input: Some(input),
                key: None,
                group: Group::default(),
                tally: Tally::default(),
            }),
            Err(error) => {
                let failed = futures::stream::iter([Err(error)]);
                Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&FACTS), failed))
            }
        }
    }
}

/// The facts of a partition.
struct Settled {
    shared: Arc<Shared>,
    /// Nothing once it has ended.
    input: Option<SendableRecordBatchStream>,
    key: Option<i128>,
    group: Group,
    tally: Tally,
}

impl Settled {
    /// The facts that a batch of lines completes; all that is left when there
    /// is no batch.
    fn turn(&mut self, batch: Option<&RecordBatch>) -> Result<RecordBatch, DataFusionError> {
        // Sorted lines come once all are read: the faults are known.
        if !self.shared.source.complaints.is_empty() {
            return Err(DataFusionError::Execution("la source a des fautes".into()));
        }
        let Self { shared, key, group, tally, .. } = self;
        let mut facts = Columns::default();
        let mut settle = |group: &mut Group, tally: &mut Tally| {
            group.settle(tally, &mut |fact| facts.push(fact.words()), &mut |twin| {
                shared.source.complain(twin.spot.file(), twin.spot.line(), None, || {
                    Words::new("clé déjà vue sur une autre ligne")
                        .hint("la même extraction, ou le même flux, est-il là deux fois ?")
                });
            });
        };
        for (next, line) in batch.into_iter().flat_map(lines) {
            if *key != Some(next) {
                settle(group, tally);
                *key = Some(next);
            }
            if group.add(line).is_err() {
                shared.source.complaints.table(crate::spec::TableId::Prs, || {
                    Words::new("plus de cent mille lignes de même clé")
                        .hint("les colonnes des clés sont-elles remplies ?")
                });
                return Err(DataFusionError::Execution("la source a des fautes".into()));
            }
        }
        if batch.is_none() {
            settle(group, tally);
            shared.tally.add(std::mem::take(tally));
        }
        Ok(facts.take_facts()?)
    }
}

impl Stream for Settled {
    type Item = Result<RecordBatch, DataFusionError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(input) = &mut self.input else { return Poll::Ready(None) };
            let facts = match input.poll_next_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(batch))) => self.turn(Some(&batch)),
                Poll::Ready(Some(Err(error))) => Err(error),
                Poll::Ready(None) => {
                    let facts = self.turn(None);
                    self.input = None;
                    facts
                }
            };
            match facts {
                Ok(facts) if facts.num_rows() == 0 => {}
                facts => return Poll::Ready(Some(facts)),
            }
        }
    }
}

impl RecordBatchStream for Settled {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&FACTS)
    }
}
