//! Faults of rule files as values: place, sentence, hint.

use std::fmt;
use std::ops::Range;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The rules cannot be used.
    Fault,
    /// Worth a look; the rules still work.
    Warning,
}

/// One thing that is wrong in a rule file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Path of the file inside the rules folder.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of the line are meant, at least 1.
    pub width: usize,
    /// The line itself.
    pub excerpt: String,
    /// What is wrong, in French.
    pub message: String,
    /// What to do about it, in French.
    pub hint: Option<String>,
    /// Fault or warning.
    pub severity: Severity,
}

impl Diagnostic {
    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Fault => "",
            Severity::Warning => "avertissement : ",
        };
        writeln!(f, "{}:{}:{}: {word}{}", self.file, self.line, self.column, self.message)?;
        let gutter = self.line.to_string().len().max(5);
        writeln!(f, "{:>gutter$} │ {}", self.line, self.excerpt)?;
        write!(f, "{:>gutter$} │ {}{}", "", " ".repeat(self.column - 1), "^".repeat(self.width))?;
        if let Some(hint) = &self.hint {
            write!(f, "\n{:>gutter$} │ aide : {hint}", "")?;
        }
        Ok(())
    }
}

/// A rule file being read: turns byte ranges into places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Source<'_> {
    /// A fault about the bytes `span` of the file.
    pub fn fault(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let start = floor_boundary(self.text, span.start);
        let end = floor_boundary(self.text, span.end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        let meant = &self.text[start..end.min(line_end).max(start)];
        Diagnostic {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: meant.chars().count().max(1),
            excerpt: self.text[line_start..line_end].trim_end().to_owned(),
            message: message.into(),
            hint: None,
            severity: Severity::Fault,
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

/// The candidate nearest to a mistyped word, when one is near enough.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3 + 1)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A hint that proposes the nearest word, then lists all of them.
pub(crate) fn choose(word: &str, what: &str, candidates: &[&str]) -> String {
    let list = candidates.join(", ");
    match nearest(word, candidates.iter().copied()) {
        Some(near) => format!("`{near}` ? {what} : {list}"),
        None => format!("{what} : {list}"),
    }
}
