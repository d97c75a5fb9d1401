//! Questions planned once, for rows that come after.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::execution::context::SessionContext;
use jalon_data::schema::TABLES;
use jalon_rules::Campaign;
use jalon_rules::forfait::ClassPage;
use jalon_rules::rules::Rules;
use jiff::civil::Date;
use tokio::runtime::Runtime;

use super::{Engine, Look, Question, wait};
use crate::atoms::Class;
use crate::error::EngineError;
use crate::evidence::{ClassCounts, DoctorCounts, Evidence};
use crate::inventory::{CodeTable, Inventory};
use crate::net::REVERSIBLE;
use crate::past;
use crate::plan::classes::{self, ClassRequest};
use crate::plan::{PageColumns, Plan, Query, Request, View, compile};
use crate::prepared::{Columns, Prepared, Rows};

impl Engine {
    /// Every row of every table of the dossier, in memory.
    pub(crate) fn rows(&self) -> Result<Rows, EngineError> {
        let mut rows = Rows::default();
        for table in TABLES {
            let query = format!("SELECT * FROM {}", table.name);
            rows.put(table.name, self.collect(&query, Look::Whole)?);
        }
        Ok(rows)
    }

    /// Those that were known on a day: see [`open_as_of`](Self::open_as_of).
    pub(crate) fn rows_known_on(&self, day: Date) -> Result<Rows, EngineError> {
        let mut rows = Rows::default();
        for table in TABLES {
            let registered = self.tables.iter().find(|one| one.name == table.name);
            let Some(registered) = registered else { continue };
            let known = past::known_on(day, table, Arc::clone(&registered.whole))?;
            let session = SessionContext::new_with_config(self.config.clone());
            let batches = self.run(async move { session.read_table(known)?.collect().await })?;
            rows.put(table.name, batches);
        }
        Ok(rows)
    }

    /// The codes that occur in the dossier.
    pub(crate) const fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// A place to plan questions.
    pub(crate) fn loom(&self) -> Result<Loom, EngineError> {
        let netting = self.run(Prepared::netting())?;
        Ok(Loom { runtime: Arc::clone(&self.runtime), netting: Arc::new(netting) })
    }
}

/// Where questions are planned, and run.
pub(crate) struct Loom {
    runtime: Arc<Runtime>,
    netting: Arc<Prepared>,
}

impl Loom {
    /// Plans the pages of a scheme, for everyone on every list. `inventory`
    /// holds every code of the rows to come.
    pub(crate) fn pages(
        &self,
        question: Question<'_>,
        view: View,
        inventory: &Inventory,
    ) -> Result<AskedPages, EngineError> {
        let Question { rules, scheme, at, pages, .. } = question;
        let reversals = &REVERSIBLE;
        let request = Request { rules, scheme, at, pages, doctor: None, reversals, inventory };
        let Plan { codes, classes, query, columns, populations, .. } = compile(request, view);
        let others = codes
            .iter()
            .map(|codes| Ok((codes.name.clone(), codes.rows()?.0)))
            .collect::<Result<_, EngineError>>()?;
        let prepared = self.plan(others, query)?;
        let campaign = at.campaign();
        Ok(AskedPages { prepared, codes, classes, campaign, columns, populations })
    }

    /// Plans the classes of a scheme, for everyone on every list.
    pub(crate) fn classes(
        &self,
        pages: &[&ClassPage],
        campaign: Campaign,
    ) -> Result<AskedClasses, EngineError> {
        let reversals = &REVERSIBLE;
        let query = classes::compile(ClassRequest { pages, campaign, doctor: None, reversals });
        Ok(AskedClasses { prepared: self.plan(Columns::new(), query)?, classes: pages.len() })
    }

    fn plan(&self, others: Columns, query: Query) -> Result<Arc<Prepared>, EngineError> {
        let netting = Arc::clone(&self.netting);
        let planned = async move { netting.question(others, &query).await };
        Ok(Arc::new(wait(&self.runtime, self.runtime.spawn(planned))?))
    }

    /// Nets the lines of the canonical tables.
    pub(crate) fn net(&self, rows: Rows) -> Result<Rows, EngineError> {
        let netting = Arc::clone(&self.netting);
        wait(&self.runtime, self.runtime.spawn(async move { netting.run(rows).await }))
    }

    /// Asks several questions of their rows, all at once; answers come in the
    /// order of the questions.
    pub(crate) fn ask(
        &self,
        questions: Vec<(Arc<Prepared>, Rows)>,
    ) -> Result<Vec<Rows>, EngineError> {
        let spawn = |(prepared, rows): (Arc<Prepared>, Rows)| {
            self.runtime.spawn(async move { prepared.run(rows).await })
        };
        let tasks: Vec<_> = questions.into_iter().map(spawn).collect();
        tasks.into_iter().map(|task| wait(&self.runtime, task)).collect()
    }
}

/// The pages of a scheme, planned.
pub(crate) struct AskedPages {
    prepared: Arc<Prepared>,
    codes: Vec<CodeTable>,
    classes: Vec<Class>,
    campaign: Campaign,
    columns: Vec<PageColumns>,
    populations: Vec<(String, String)>,
}

impl AskedPages {
    /// The question, with netted rows in which every code is of the inventory it
    /// was planned with.
    pub(crate) fn of(&self, mut rows: Rows) -> Result<(Arc<Prepared>, Rows), EngineError> {
        for codes in &self.codes {
            rows.put(codes.name.clone(), vec![codes.rows()?.1]);
        }
        Ok((Arc::clone(&self.prepared), rows))
    }

    /// The question, with netted rows and their own codes.
    pub(crate) fn of_new(
        &self,
        rules: &Rules,
        inventory: &Inventory,
        mut rows: Rows,
    ) -> Result<(Arc<Prepared>, Rows), EngineError> {
        for CodeTable { table, name, .. } in &self.codes {
            let codes = inventory.marks(*table, &self.classes, rules, self.campaign);
            rows.put(name.clone(), vec![codes.rows()?.1]);
        }
        Ok((Arc::clone(&self.prepared), rows))
    }

    /// The answer, as sums; those of `payees` who have no patient are there with
    /// zeros.
    pub(crate) fn counts(
        &self,
        answer: &[RecordBatch],
        payees: &[String],
    ) -> Result<Vec<DoctorCounts>, EngineError> {
        let counted = DoctorCounts::read(answer, &self.columns, &self.populations)?;
        Ok(DoctorCounts::complete(counted, payees.to_vec(), self.columns.len()))
    }

    /// The answer, as evidence.
    pub(crate) fn evidence(&self, answer: Vec<RecordBatch>) -> Evidence {
        Evidence::new(answer, self.columns.clone(), self.populations.clone())
    }
}

/// The classes of a scheme, planned.
pub(crate) struct AskedClasses {
    prepared: Arc<Prepared>,
    classes: usize,
}

impl AskedClasses {
    /// The question, with netted rows.
    pub(crate) fn of(&self, rows: Rows) -> (Arc<Prepared>, Rows) {
        (Arc::clone(&self.prepared), rows)
    }

    /// The answer, as numbers of patients.
    pub(crate) fn counts(
        &self,
        answer: &[RecordBatch],
        doctors: &[String],
    ) -> Result<Vec<ClassCounts>, EngineError> {
        ClassCounts::read(answer, self.classes, doctors)
    }
}
