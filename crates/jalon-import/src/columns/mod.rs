//! Which column of a sheet is which field: proposed from the titles, decided
//! by whoever imports, kept for the next time.

mod file;
mod propose;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::label::plain;

pub use file::{load, render};
pub(crate) use propose::one_fault;
pub use propose::{Given, propose};

/// A field that an import reads.
#[derive(Debug)]
pub struct Field {
    /// How options and files name it.
    pub key: &'static str,
    /// What it is, in French.
    pub what: &'static str,
    /// Titles it goes by, as [`plain`] writes them.
    pub titles: &'static [&'static str],
}

impl Field {
    /// Whether a title is one of its own, said of the patient or not.
    #[must_use]
    pub fn bears(&self, title: &str) -> bool {
        let title = plain(title.split(['(', '[']).next().unwrap_or_default());
        let mut title = title.as_str();
        for of in ["patient", "beneficiaire", "assure", "patiente"] {
            for link in [" du ", " de la ", " de l ", " "] {
                title = title.strip_suffix(&format!("{link}{of}")).unwrap_or(title);
            }
        }
        self.titles.contains(&title)
    }
}

/// What is kept from one import to the next: titles of columns, and what
/// labels mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Title of the column, by field; empty for a field that no column gives.
    pub columns: BTreeMap<String, String>,
    /// Identifier of the indicator, by label.
    pub labels: BTreeMap<String, String>,
}

/// The columns of a sheet, found.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Which sheet of the file.
    pub sheet: usize,
    /// Which of its rows holds the titles.
    pub header: usize,
    /// Column and its title, by field.
    pub fields: BTreeMap<&'static str, (usize, String)>,
    /// Columns of no field, with their titles.
    pub others: Vec<(usize, String)>,
}

impl Columns {
    /// The text of a field in a row; empty if no column gives it.
    #[must_use]
    pub fn text<'r>(&self, row: &'r crate::sheet::Row, key: &str) -> &'r str {
        self.fields.get(key).map_or("", |(column, _)| row.cell(*column))
    }

    /// The title of a field's column.
    #[must_use]
    pub fn title(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(|(_, title)| title.as_str())
    }

    /// Whether a column gives a field.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The titles as they are kept.
    #[must_use]
    pub fn titles(&self) -> BTreeMap<String, String> {
        self.fields.iter().map(|(key, (_, title))| ((*key).to_owned(), title.clone())).collect()
    }
}

/// The file of a correspondence, in a folder.
#[must_use]
pub fn correspondence(folder: &Path, name: &str) -> PathBuf {
    folder.join("correspondances").join(format!("{name}.toml"))
}

/// What the next import will find.
#[must_use]
pub fn kept(
    saved: Option<&Saved>,
    columns: &Columns,
    given: &[(String, String)],
    labels: &[(String, String)],
) -> Saved {
    let mut keep = saved.cloned().unwrap_or_default();
    // Fields done without stay so.
    keep.columns.retain(|_, title| title.is_empty());
    keep.columns.extend(given.iter().filter(|(_, title)| title.is_empty()).cloned());
    keep.columns.extend(columns.titles());
    keep.labels.extend(labels.iter().cloned());
    keep
}
