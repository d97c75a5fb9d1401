//! Which files of a folder are which tables.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jalon_data::Format;
use jalon_data::fault::{Collector, Faults, Place, Words, escaped};
use jalon_data::records::cannot_read;

use crate::spec::{SPECS, TableId};

/// How deep folders are looked into: deliveries sort tables by domain, and a
/// table may be a folder of flows.
const DEPTH: usize = 4;

/// Most files: those of a spot are told by sixteen bits.
const MOST_FILES: usize = 60_000;

/// A file of a table.
#[derive(Clone, Debug)]
pub(crate) struct TableFile {
    pub table: TableId,
    /// Two digits, for the tables of the PMSI.
    pub year: u8,
    pub path: PathBuf,
    /// Its path from the folder, safe to show.
    pub label: String,
    pub format: Format,
    pub bytes: u64,
}

/// The files of a folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// By table, then by label.
    pub files: Vec<TableFile>,
    /// Tables that are there and not read, and other files: their labels, sorted.
    pub ignored: Vec<String>,
}

impl Layout {
    /// Looks for tables in a folder. That it holds those that are needed is not
    /// checked here.
    pub fn find(folder: &Path) -> Result<Self, Faults> {
        let mut layout = Self::default();
        let mut faults = Collector::default();
        layout.look(folder, "", None, DEPTH, &mut faults);
        if layout.files.len() > MOST_FILES {
            let count = layout.files.len();
            faults.report(Place::default(), &shown(folder), || {
                Words::new(format!("{count} fichiers de tables"))
                    .hint(format!("{MOST_FILES} au plus : réunissez des flux"))
            });
        }
        if !faults.is_empty() {
            return Err(faults.into_faults());
        }
        layout.files.sort_by(|a, b| {
            (a.table.place(), &a.label, &a.path).cmp(&(b.table.place(), &b.label, &b.path))
        });
        layout.ignored.sort();
        Ok(layout)
    }

    /// The ranks of the files of a table.
    pub fn of(&self, table: TableId) -> impl Iterator<Item = usize> {
        let files = self.files.iter().enumerate();
        files.filter(move |(_, file)| file.table == table).map(|(rank, _)| rank)
    }

    /// Whether a table is there.
    pub fn holds(&self, table: TableId) -> bool {
        self.of(table).next().is_some()
    }

    /// Looks into a folder; `within` is the table whose flows it holds.
    fn look(
        &mut self,
        folder: &Path,
        prefix: &str,
        within: Option<(TableId, u8)>,
        depth: usize,
        faults: &mut Collector,
    ) {
        let unreadable = |error: &io::Error| match error.kind() {
            io::ErrorKind::NotFound => Words::new("dossier introuvable"),
            io::ErrorKind::NotADirectory => Words::new("ce n'est pas un dossier")
                .hint("donnez le dossier qui contient les tables, ER_PRS_F et les autres"),
            _ => cannot_read(error),
        };
        let label = if prefix.is_empty() { shown(folder) } else { prefix.to_owned() };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return faults.report(Place::default(), &label, || unreadable(&error)),
        };
        for entry in entries {
            let (entry, data) = match entry.and_then(|entry| {
                // Links are followed.
                let data = fs::metadata(entry.path())?;
                Ok((entry, data))
            }) {
                Ok(found) => found,
                Err(error) => {
                    faults.report(Place::default(), &label, || unreadable(&error));
                    continue;
                }
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let slash = if prefix.is_empty() { "" } else { "/" };
            let label = format!("{prefix}{slash}{}", escaped(&name));
            if data.is_dir() {
                if depth > 0 {
                    let table = table_of(&name).or(within);
                    self.look(&entry.path(), &label, table, depth - 1, faults);
                }
                continue;
            }
            let (stem, format) = split(&name);
            match (table_of(stem).or(within), format) {
                (Some((table, year)), Some(format)) => self.files.push(TableFile {
                    table,
                    year,
                    path: entry.path(),
                    label,
                    format,
                    bytes: data.len(),
                }),
                _ => self.ignored.push(label),
            }
        }
    }
}

fn shown(path: &Path) -> String {
    escaped(&path.display().to_string())
}

/// The name of a file without its extension, and its format.
fn split(name: &str) -> (&str, Option<Format>) {
    let Some((stem, extension)) = name.rsplit_once('.') else { return (name, None) };
    let format = match extension.to_ascii_lowercase().as_str() {
        "csv" => Some(Format::Csv),
        "parquet" => Some(Format::Parquet),
        _ => None,
    };
    (stem, format)
}

/// The table that a name tells, in any case, and its year: `ER_PRS_F`,
/// `er_prs_f_202401`, `T_MCO24CSTC`.
fn table_of(name: &str) -> Option<(TableId, u8)> {
    let name = name.to_ascii_uppercase();
    if let Some(rest) = name.strip_prefix("T_MCO") {
        let year: u8 = rest
            .get(..2)
            .filter(|year| year.bytes().all(|it| it.is_ascii_digit()))?
            .parse()
            .ok()?;
        let table = rest.get(2..)?;
        let specs = SPECS.iter().filter(|spec| spec.yearly);
        return specs
            .filter(|spec| spec.names.iter().any(|name| is_part(table, name)))
            .map(|spec| (spec.id, year))
            .next();
    }
    let specs = SPECS.iter().filter(|spec| !spec.yearly);
    specs
        .filter(|spec| spec.names.iter().any(|known| is_part(&name, known)))
        .map(|spec| (spec.id, 0))
        .next()
}

/// Whether a name is that of a table, or of one of its flows: the name, then a
/// part that starts with a digit.
fn is_part(name: &str, table: &str) -> bool {
    match name.strip_prefix(table) {
        Some("") => true,
        Some(rest) => {
            let part = rest.strip_prefix(['_', '-', '.']);
            part.is_some_and(|part| part.starts_with(|first: char| first.is_ascii_digit()))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tables() {
        for name in ["ER_PRS_F", "er_prs_f", "ER_PRS_F_202401", "ER_PRS_F_2024-01", "NS_PRS_F"] {
            assert_eq!(table_of(name), Some((TableId::Prs, 0)), "{name}");
        }
        assert_eq!(table_of("T_MCO24C"), Some((TableId::Stay, 24)));
        assert_eq!(table_of("t_mco07fmstc"), Some((TableId::VisitAct, 7)));
        assert_eq!(table_of("T_MCO24CSTC_1"), Some((TableId::Visit, 24)));
        for name in ["ER_PRS", "ER_PRS_F_copie", "T_MCO2C", "T_MCO24E", "T_MCOaaC", "IR_IBA_R", ""]
        {
            assert_eq!(table_of(name), None, "{name}");
        }
    }
}
