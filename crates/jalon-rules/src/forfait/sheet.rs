//! What the pages of flat rates have in common with all others: title, text,
//! rule block, tables.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Source};
use crate::page::Reference;
use crate::page::markdown::{self, Cell, Table};
use crate::page::scale_table;

/// A page of a flat rate as a file: its words, apart from its rule.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Identifier: the name of the file.
    pub id: String,
    /// Path in the rules folder.
    pub file: String,
    /// Title, shown to people.
    pub title: String,
    /// What the text asks, in the project's words, one string per line.
    pub text: Vec<String>,
    /// The texts it rests on (the line « Textes : … »).
    pub law: String,
    /// What the values rest on.
    pub references: Vec<Reference>,
    /// The whole page, for those who want to read it.
    pub source: String,
}

impl Sheet {
    /// A fault at a place of the page.
    pub(crate) fn fault(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Source { file: &self.file, text: &self.source }.fault(span, message)
    }

    /// A fault about the page as a whole.
    #[must_use]
    pub fn page_fault(&self, message: impl Into<String>) -> Diagnostic {
        self.fault(head(&self.source), message)
    }
}

/// A page cut into its parts, before its rule and its tables are read.
pub(super) struct Parts<'a> {
    pub block: Cell<'a>,
    /// One table for each of the wanted first columns, in their order.
    pub tables: Vec<Option<Table<'a>>>,
    pub references: Vec<Reference>,
    title: Option<&'a str>,
    text: Vec<&'a str>,
    law: Option<&'a str>,
}

/// Cuts a page whose rule stands in a block of this kind and whose tables begin
/// with one of these columns. The first two tables must be there; the table of
/// sources goes without saying.
pub(super) fn cut<'a>(
    source: Source<'a>,
    fence: &str,
    columns: &[&str],
    faults: &mut Vec<Diagnostic>,
) -> Option<Parts<'a>> {
    let skeleton = markdown::cut(source, fence, faults);
    let head = head(source.text);
    if skeleton.title.is_none() {
        faults.push(source.fault(head.clone(), "page sans titre").hint("première ligne : # Titre"));
    }
    let law = skeleton.text.last().and_then(|line| line.strip_prefix("Textes :"));
    if law.is_none() {
        faults.push(
            source
                .fault(head.clone(), "la page ne dit pas ses textes")
                .hint("dernière ligne avant le bloc : « Textes : convention du … »"),
        );
    }
    let mut tables: Vec<Option<Table<'a>>> = columns.iter().map(|_| None).collect();
    let mut sources = None;
    for table in skeleton.tables {
        let first = table.header.first().map_or("", |cell| cell.text);
        let slot = match columns.iter().position(|column| *column == first) {
            Some(at) => &mut tables[at],
            None if first == "réf" => &mut sources,
            None => {
                let names: Vec<_> = columns.iter().map(|column| format!("`{column}`")).collect();
                let hint = format!("un tableau commence par `réf`, {}", names.join(", "));
                faults.push(source.fault(table.span(), "tableau inconnu").hint(hint));
                continue;
            }
        };
        if slot.is_some() {
            faults.push(source.fault(table.span(), "deux tableaux du même genre"));
        }
        *slot = Some(table);
    }
    for (table, column) in tables.iter().zip(columns).take(2) {
        if table.is_none() {
            let message = format!("page sans tableau `{column}`");
            faults.push(source.fault(head.clone(), message));
        }
    }
    if sources.is_none() {
        faults.push(source.fault(head.clone(), "page sans tableau des sources"));
    }
    let references =
        sources.map(|table| scale_table::references(source, &table, faults)).unwrap_or_default();
    let Some(block) = skeleton.rule else {
        let hint = format!("un bloc ```{fence}");
        faults.push(source.fault(head, "page sans règle").hint(hint));
        return None;
    };
    let title = skeleton.title.map(|title| title.text);
    Some(Parts { block, tables, references, title, text: skeleton.text, law })
}

impl Parts<'_> {
    /// The words of the page, when none of them is missing.
    pub fn sheet(self, source: Source<'_>) -> Option<Sheet> {
        let id = source.file.rsplit('/').next().and_then(|name| name.strip_suffix(".md"))?;
        Some(Sheet {
            id: id.to_owned(),
            file: source.file.to_owned(),
            title: self.title?.to_owned(),
            text: self.text.iter().map(|line| (*line).to_owned()).collect(),
            law: self.law?.trim().to_owned(),
            references: self.references,
            source: source.text.to_owned(),
        })
    }
}

/// The first line.
fn head(text: &str) -> Range<usize> {
    0..text.find('\n').unwrap_or(text.len())
}
