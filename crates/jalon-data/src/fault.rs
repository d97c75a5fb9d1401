//! What is wrong with a dossier, said so that a person can mend it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Faults kept; the others are only counted.
pub const KEPT: usize = 100;

/// Characters of a value that a fault shows.
const SHOWN: usize = 40;

/// Digits of the longest number shown: a date without dashes has eight, a
/// social security number thirteen.
const LONG: usize = 8;

/// One thing wrong in a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// File, relative to the dossier.
    pub file: String,
    /// Line of the file, the header being line 1; in a Parquet file, row number from 1.
    pub line: Option<u64>,
    /// Column, when one is at fault.
    pub column: Option<String>,
    /// The value met, shortened and escaped; never an identifier, nor a
    /// number long enough to be one that strayed into another column.
    pub value: Option<String>,
    /// What is wrong, in French; never an identifier.
    pub message: String,
    /// What to do about it, in French.
    pub hint: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        match (&self.column, &self.value) {
            (Some(column), Some(value)) => write!(f, "{column} « {value} » : ")?,
            (Some(column), None) => write!(f, "{column} : ")?,
            (None, Some(value)) => write!(f, "« {value} » : ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\n   aide : {hint}")?;
        }
        Ok(())
    }
}

/// Everything wrong in a dossier: at least one fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    total: u64,
}

impl Faults {
    /// The first faults (at most [`KEPT`]), by table, file, line and column.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.kept
    }

    /// How many faults there are, those not kept included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl Faults {
    /// All of them in words, said to be in something: « le dossier », « la
    /// source ».
    #[must_use]
    pub fn found_in(&self, what: &str) -> String {
        let mut out = String::new();
        for fault in &self.kept {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{fault}");
        }
        let kept = self.kept.len();
        let _ = match self.total {
            1 => write!(out, "1 faute dans {what}"),
            total if usize::try_from(total) == Ok(kept) => {
                write!(out, "{total} fautes dans {what}")
            }
            total => {
                write!(out, "{total} fautes dans {what}, dont voici les {kept} premières")
            }
        };
        out
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.found_in("le dossier"))
    }
}

impl std::error::Error for Faults {}

/// Where a fault is, in the order in which faults are told. A table comes
/// before its files, a file before its lines, a line before its cells: hence
/// the zeros, which stand for "the whole of it".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// 0 for the dossier itself, then 1 + rank of the table.
    pub table: usize,
    /// Rank of the file among those of the table.
    pub file: usize,
    /// Line, or 0 for the file as a whole.
    pub line: u64,
    /// 1 + rank of the column, or 0 for the line as a whole.
    pub column: usize,
}

/// What is to be said of a fault, its place aside.
#[derive(Clone, Debug, Default)]
pub struct Words {
    column: Option<String>,
    value: Option<String>,
    message: String,
    hint: Option<String>,
}

impl Words {
    /// What is wrong, in French; never with an identifier.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The column at fault.
    #[must_use]
    pub fn column(mut self, column: &str) -> Self {
        self.column = Some(shown(column));
        self
    }

    /// The value met. Never to be called with an identifier. When columns are mistaken for one
    /// another, one may come all the same: long numbers are not shown.
    #[must_use]
    pub fn value(mut self, value: &str) -> Self {
        let mut numbers = value.split(|c: char| !c.is_ascii_digit());
        let long = numbers.any(|number| number.len() > LONG);
        self.value = (!long).then(|| shown(value));
        self
    }
}

/// Gathers faults, in any order, in bounded memory: a file of ten million bad
/// lines must cost no more than a file of a hundred.
#[derive(Debug, Default)]
pub struct Collector {
    /// The first faults by place; the number tells apart those of one place.
    kept: BTreeMap<(Place, u64), Fault>,
    total: u64,
}

impl Collector {
    /// Reports a fault. Its words are only made if it is among those kept.
    pub fn report(&mut self, place: Place, file: &str, words: impl FnOnce() -> Words) {
        let key = (place, self.total);
        self.total += 1;
        if self.kept.len() >= KEPT {
            if self.kept.last_key_value().is_some_and(|(last, _)| *last < key) {
                return;
            }
            self.kept.pop_last();
        }
        let Words { column, value, message, hint } = words();
        let line = (place.line > 0).then_some(place.line);
        self.kept.insert(key, Fault { file: file.to_owned(), line, column, value, message, hint });
    }

    /// Whether nothing was reported.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Every fault reported; to be asked for when there is one.
    #[must_use]
    pub fn into_faults(self) -> Faults {
        Faults { kept: self.kept.into_values().collect(), total: self.total }
    }
}

/// A text from a file, safe to show: shortened, on one line, with nothing in
/// it that a terminal would obey.
#[must_use]
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => escaped(text.get(..end).unwrap_or_default()) + "…",
        None => escaped(text),
    }
}

/// The same, whole: for the name of a file.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Beside control characters, those that reorder or hide what follows them.
        let risky = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}');
        if risky {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The name among those known that was probably meant.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    // A name has no reason to be longer, and comparing costs the product of lengths.
    if name.len() > 64 {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&name, candidate), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_by_place_and_counts_the_rest() {
        let mut faults = Collector::default();
        for line in (1..=250).rev() {
            let place = Place { table: 1, line, ..Place::default() };
            faults.report(place, "t.csv", || Words::new("non"));
        }
        let faults = faults.into_faults();
        assert_eq!(faults.total(), 250);
        let lines: Vec<_> = faults.faults().iter().filter_map(|fault| fault.line).collect();
        assert_eq!(lines, (1..=100).collect::<Vec<_>>());
        assert!(
            faults
                .to_string()
                .ends_with("250 fautes dans le dossier, dont voici les 100 premières")
        );
    }

    #[test]
    fn shows_values_safely() {
        assert_eq!(shown("été"), "été");
        assert_eq!(shown("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(shown(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
        assert_eq!(shown("\u{202e}x"), "\\u{202e}x");
    }

    #[test]
    fn suggests_near_names_only() {
        let known = ["patient", "naissance", "sexe"];
        assert_eq!(nearest("PATIENTS", known), Some("patient"));
        assert_eq!(nearest("naisance", known), Some("naissance"));
        assert_eq!(nearest("poids", known), None);
    }
}
