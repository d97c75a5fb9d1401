//! The codes that occur in a dossier, and which classes of events each bears.
//!
//! Code lists hold prefixes and exclusions; a dossier holds a few thousand
//! different codes. Matching them here, once, leaves the query a plain look-up.

use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jalon_rules::Campaign;
use jalon_rules::codes::System;
use jalon_rules::criterion::{Selection, Table};
use jalon_rules::rules::Rules;

use crate::atoms::{Class, MARKS, mark};
use crate::columns;
use crate::error::EngineError;
use crate::prepared::Rows;
use crate::sql::text;

/// Columns that hold the codes of a table of events.
pub const fn code_columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Deliveries => &["atc"],
        Table::Acts => &["systeme", "code"],
        Table::Vaccinations => &["code"],
        Table::Stays => &["cim10", "ccam"],
    }
}

/// The name of a table of events in a dossier.
pub const fn table_name(table: Table) -> &'static str {
    match table {
        Table::Deliveries => "delivrances",
        Table::Acts => "actes",
        Table::Vaccinations => "vaccinations",
        Table::Stays => "sejours",
    }
}

/// The codes of one row of an event, in the order of [`code_columns`].
type Codes = Vec<Option<String>>;

/// The different codes of every table of events.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    known: Vec<(Table, Vec<Codes>)>,
    /// Whether other codes may come after.
    open: bool,
}

impl Inventory {
    /// The query that lists the codes of a table.
    pub fn query(table: Table) -> String {
        let columns = code_columns(table).join(", ");
        format!("SELECT DISTINCT {columns} FROM {} ORDER BY {columns}", table_name(table))
    }

    /// Adds the answer to [`Inventory::query`].
    pub fn read(&mut self, table: Table, batches: &[RecordBatch]) -> Result<(), EngineError> {
        let mut rows: Vec<Codes> = Vec::new();
        for column in code_columns(table) {
            for (at, code) in columns::texts(batches, column)?.into_iter().enumerate() {
                match rows.get_mut(at) {
                    Some(row) => row.push(code),
                    None => rows.push(vec![code]),
                }
            }
        }
        self.known.push((table, rows));
        Ok(())
    }

    /// Of rows to come, whose codes nobody knows yet.
    pub const fn open() -> Self {
        Self { known: Vec::new(), open: true }
    }

    /// The different codes of these rows.
    pub fn of(rows: &Rows) -> Result<Self, EngineError> {
        let mut inventory = Self::default();
        for table in Table::ALL {
            inventory.read(table, rows.of(table_name(table)))?;
        }
        for (_, codes) in &mut inventory.known {
            codes.sort();
            codes.dedup();
        }
        Ok(inventory)
    }

    fn codes(&self, table: Table) -> &[Codes] {
        self.known.iter().find(|(known, _)| *known == table).map_or(&[], |(_, rows)| rows)
    }

    /// The classes of delivered drugs among the codes that occur, as texts;
    /// nothing when any may occur.
    pub fn drugs(&self, bears: impl Fn(&str) -> bool) -> Option<Vec<&str>> {
        let codes = self.codes(Table::Deliveries).iter().filter_map(|row| row.first()?.as_deref());
        (!self.open).then(|| codes.filter(|code| bears(code)).collect())
    }

    /// The marks of every code of a table, for these classes.
    pub fn marks(
        &self,
        table: Table,
        classes: &[Class],
        rules: &Rules,
        campaign: Campaign,
    ) -> CodeTable {
        let words = classes.len().div_ceil(MARKS).max(1);
        let mut found = CodeTable {
            table,
            name: format!("codes_{}", table_name(table)),
            large_packs: table == Table::Deliveries && classes.iter().any(|class| class.large_pack),
            words,
            rows: Vec::new(),
        };
        for codes in self.codes(table) {
            let mut marks = vec![0_i64; words * if found.large_packs { 2 } else { 1 }];
            for (at, class) in classes.iter().enumerate() {
                if class.tables.contains(&table) && bears(class, table, codes, rules, campaign) {
                    let word = at / MARKS + if class.large_pack { words } else { 0 };
                    if let Some(marks) = marks.get_mut(word) {
                        *marks |= mark(at);
                    }
                }
            }
            found.rows.push((codes.clone(), marks));
        }
        found
    }
}

/// Whether the codes of an event are those of a class.
fn bears(class: &Class, table: Table, codes: &Codes, rules: &Rules, campaign: Campaign) -> bool {
    let Selection::Codes(lists) = &class.selection else { return false };
    let read: Vec<(System, &str)> = match (table, codes.as_slice()) {
        (Table::Deliveries | Table::Vaccinations, [Some(code)]) => vec![(System::Atc, code)],
        (Table::Acts, [Some(system), Some(code)]) => {
            System::from_word(system).map(|system| (system, code.as_str())).into_iter().collect()
        }
        (Table::Stays, [diagnosis, act]) => [(System::Cim10, diagnosis), (System::Ccam, act)]
            .into_iter()
            .filter_map(|(system, code)| Some((system, code.as_deref()?)))
            .collect(),
        _ => Vec::new(),
    };
    lists
        .iter()
        .filter_map(|list| rules.list(list))
        .any(|list| read.iter().any(|(system, code)| list.holds(campaign, *system, code)))
}

/// A small table: the codes of a table of events with the marks they bear.
#[derive(Clone, Debug)]
pub struct CodeTable {
    /// The table of events.
    pub table: Table,
    /// Its name in the query.
    pub name: String,
    /// Whether it has the columns `g0`…: marks of large packs alone.
    large_packs: bool,
    words: usize,
    rows: Vec<(Codes, Vec<i64>)>,
}

impl CodeTable {
    fn mark_columns(&self) -> impl Iterator<Item = String> {
        let words = self.words;
        let large = if self.large_packs { words } else { 0 };
        (0..words).map(|word| format!("m{word}")).chain((0..large).map(|word| format!("g{word}")))
    }

    /// The table as a query of its own.
    pub fn values(&self) -> String {
        let columns: Vec<_> = code_columns(self.table)
            .iter()
            .map(|key| (*key).to_owned())
            .chain(self.mark_columns())
            .collect();
        let named: Vec<_> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| format!("column{} AS {column}", at + 1))
            .collect();
        let mut query = format!("  SELECT {}\n  FROM (VALUES", named.join(", "));
        let nothing =
            (vec![None; code_columns(self.table).len()], vec![0; self.mark_columns().count()]);
        let rows = if self.rows.is_empty() { std::slice::from_ref(&nothing) } else { &self.rows };
        for (at, (codes, marks)) in rows.iter().enumerate() {
            let codes = codes.iter().map(|code| code.as_deref().map_or("NULL".into(), text));
            let cells: Vec<_> = codes.chain(marks.iter().map(i64::to_string)).collect();
            let comma = if at == 0 { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(query, "{comma}\n    ({})", cells.join(", "));
        }
        query.push_str("\n  ) AS codes");
        query
    }

    /// The table as rows.
    pub fn rows(&self) -> Result<(SchemaRef, RecordBatch), EngineError> {
        let mut fields = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (at, key) in code_columns(self.table).iter().enumerate() {
            fields.push(Field::new(*key, DataType::Utf8View, true));
            let codes = self.rows.iter().map(|(codes, _)| codes.get(at).cloned().flatten());
            columns.push(Arc::new(codes.collect::<StringViewArray>()));
        }
        for (at, column) in self.mark_columns().enumerate() {
            fields.push(Field::new(column, DataType::Int64, false));
            let marks = self.rows.iter().map(|(_, marks)| marks.get(at).copied().unwrap_or(0));
            columns.push(Arc::new(marks.collect::<Int64Array>()));
        }
        let schema = Arc::new(Schema::new(fields));
        let rows = RecordBatch::try_new(Arc::clone(&schema), columns)
            .map_err(|error| EngineError::Shape(error.to_string()))?;
        Ok((schema, rows))
    }
}
