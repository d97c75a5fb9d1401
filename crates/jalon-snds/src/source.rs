//! A folder of SNDS tables, its columns checked.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jalon_data::fault::{Faults, Words};
use jalon_import::Report;

use crate::complaints::Complaints;
use crate::layout::{Layout, TableFile};
use crate::lines::Lines;
use crate::opened::{self, Body, Opened};
use crate::reader::{Part, parts, read};
use crate::spec::{Need, SPECS, TableId};

/// A folder being read.
#[derive(Debug)]
pub(crate) struct Source {
    pub layout: Layout,
    opened: Vec<Option<Opened>>,
    pub complaints: Complaints,
    /// Bytes read so far.
    pub done: Arc<AtomicU64>,
}

impl Source {
    /// Finds the tables of a folder and checks their columns; all that is
    /// wrong with them otherwise.
    pub fn open(folder: &Path) -> Result<Arc<Self>, Faults> {
        let layout = Layout::find(folder)?;
        let complaints = Complaints::default();
        let opened = opened::open(&layout, &complaints);
        complaints.check()?;
        Ok(Arc::new(Self { layout, opened, complaints, done: Arc::default() }))
    }

    /// A file, by its rank.
    pub fn file(&self, rank: usize) -> Option<(&TableFile, &Opened)> {
        self.layout.files.get(rank).zip(self.opened.get(rank)?.as_ref())
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.layout.files.iter().map(|file| file.bytes).sum()
    }

    /// Reports a fault of a file.
    pub fn complain(
        &self,
        rank: usize,
        line: u64,
        column: Option<usize>,
        words: impl FnOnce() -> Words,
    ) {
        if let Some(file) = self.layout.files.get(rank) {
            self.complaints.file(rank, file, line, column, words);
        }
    }

    /// Reports a cell that may not be empty.
    pub fn empty_cell(&self, lines: &Lines, row: usize, column: usize) {
        let number = lines.numbers.get(row).copied().unwrap_or_default();
        self.complain(lines.file, number, Some(column), || Words::new("valeur absente"));
    }

    /// The parts of all files of a table.
    pub fn parts(&self, table: TableId) -> Vec<Part> {
        let files = self.layout.of(table).filter_map(|rank| Some((rank, self.file(rank)?)));
        files.flat_map(|(rank, (file, opened))| parts(rank, file, opened)).collect()
    }

    /// Reads a small table, in the order of its files; gives the number of lines.
    pub fn each(self: &Arc<Self>, table: TableId, mut hear: impl FnMut(&Lines)) -> u64 {
        let mut count = 0;
        for part in self.parts(table) {
            for lines in read(self, &part) {
                count += lines.len() as u64;
                hear(&lines);
            }
        }
        count
    }

    /// Says what the files lack, and what of the folder is not read.
    pub fn describe(&self, report: &mut Report) {
        for spec in SPECS {
            let name = spec.id.name();
            let ranks: Vec<usize> = self.layout.of(spec.id).collect();
            if ranks.is_empty() {
                if let Some(without) = spec.without {
                    report.note(format!("{name} absente : {without}"));
                }
                continue;
            }
            for (index, column) in spec.columns.iter().enumerate() {
                let Need::Useful(lost) = column.need else { continue };
                let opened = ranks.iter().filter_map(|rank| self.file(*rank));
                let lacking = opened.filter(|(_, opened)| opened.ranks[index].is_none()).count();
                if lacking > 0 {
                    let wanted = column.names.first().copied().unwrap_or_default();
                    report.note(format!("{name} sans {wanted} : {lost}"));
                }
            }
            for (file, opened) in ranks.iter().filter_map(|rank| self.file(*rank)) {
                if let Body::Csv { ends: false } = opened.body {
                    report.note(format!(
                        "{} ne finit pas par une fin de ligne : la dernière ligne est peut-être coupée",
                        file.label
                    ));
                }
            }
        }
        if let Some(first) = self.layout.ignored.first() {
            let count = self.layout.ignored.len();
            let others =
                if count > 1 { format!(" et {} autres", count - 1) } else { String::new() };
            report.note(format!("fichiers du dossier qui ne sont pas lus : {first}{others}"));
        }
    }
}
