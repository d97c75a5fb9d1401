//! The skeleton of a page: title, text, rule block, tables.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Source};

/// A cell of a table, trimmed, with the bytes it occupies.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    pub text: &'a str,
    pub span: Range<usize>,
}

/// A Markdown table.
#[derive(Clone, Debug)]
pub(crate) struct Table<'a> {
    pub header: Vec<Cell<'a>>,
    pub rows: Vec<Vec<Cell<'a>>>,
}

impl Table<'_> {
    /// Bytes of the header, for faults about the whole table.
    pub fn span(&self) -> Range<usize> {
        let start = self.header.first().map_or(0, |cell| cell.span.start);
        start..self.header.last().map_or(start, |cell| cell.span.end)
    }
}

/// A page cut into its parts; the parts themselves are not read yet.
#[derive(Debug, Default)]
pub(crate) struct Skeleton<'a> {
    pub title: Option<Cell<'a>>,
    pub text: Vec<&'a str>,
    pub rule: Option<Cell<'a>>,
    pub tables: Vec<Table<'a>>,
}

/// Cuts a page whose rule stands in a block of this kind (`toml regle`); every
/// line that has no place is a fault.
pub(crate) fn cut<'a>(
    source: Source<'a>,
    block: &str,
    faults: &mut Vec<Diagnostic>,
) -> Skeleton<'a> {
    let mut skeleton = Skeleton::default();
    let mut lines = lines(source.text).peekable();
    while let Some(line) = lines.next() {
        let text = line.text;
        if text.is_empty() {
            continue;
        }
        if let Some(title) = text.strip_prefix("# ") {
            if skeleton.title.is_some() {
                faults.push(source.fault(line.span, "deuxième titre"));
            } else {
                skeleton.title = Some(Cell { text: title.trim(), span: line.span });
            }
        } else if let Some(fence) = text.strip_prefix("```") {
            let start = line.span.end + 1;
            let mut end = None;
            for inner in lines.by_ref() {
                if inner.text == "```" {
                    end = Some(inner.span.start);
                    break;
                }
            }
            let Some(end) = end else {
                faults.push(
                    source.fault(line.span, "bloc sans fin").hint("fermez le bloc par ``` seul"),
                );
                break;
            };
            if fence != block {
                faults.push(
                    source
                        .fault(line.span, format!("bloc inconnu : `{fence}`"))
                        .hint(format!("un seul bloc est permis : ```{block}")),
                );
            } else if skeleton.rule.is_some() {
                faults.push(source.fault(line.span, format!("deuxième bloc `{block}`")));
            } else {
                let span = start.min(end)..end;
                skeleton.rule = Some(Cell { text: &source.text[span.clone()], span });
            }
        } else if text.starts_with('|') {
            let header = cells(&line);
            let mut rows = Vec::new();
            while let Some(row) = lines.next_if(|next| next.text.starts_with('|')) {
                rows.push(row);
            }
            skeleton.tables.push(table(source, header, &rows, faults));
        } else if skeleton.rule.is_none() {
            skeleton.text.push(text);
        } else {
            faults.push(source.fault(line.span, "texte après le bloc de règle").hint(format!(
                "le texte va avant ```{block} ; après ne viennent que des tableaux"
            )));
        }
    }
    skeleton
}

fn table<'a>(
    source: Source<'a>,
    header: Vec<Cell<'a>>,
    rows: &[Cell<'a>],
    faults: &mut Vec<Diagnostic>,
) -> Table<'a> {
    let is_rule = |row: &Cell<'_>| row.text.chars().all(|c| "|-: ".contains(c));
    let body = match rows.split_first() {
        Some((first, body)) if is_rule(first) => body,
        _ => {
            let span = header.first().map_or(0..0, |cell| cell.span.clone());
            faults
                .push(source.fault(span, "tableau sans ligne de séparation").hint("| --- | --- |"));
            rows
        }
    };
    let mut read = Vec::with_capacity(body.len());
    for line in body {
        let row = cells(line);
        if row.len() == header.len() {
            read.push(row);
        } else {
            faults.push(source.fault(
                line.span.clone(),
                format!("{} cases au lieu de {}", row.len(), header.len()),
            ));
        }
    }
    Table { header, rows: read }
}

fn lines(text: &str) -> impl Iterator<Item = Cell<'_>> {
    let mut at = 0;
    text.split('\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        let trimmed = line.trim_end();
        Cell { text: trimmed, span: start..start + trimmed.len() }
    })
}

fn cells<'a>(line: &Cell<'a>) -> Vec<Cell<'a>> {
    let inner = line.text.strip_prefix('|').unwrap_or(line.text);
    let mut at = line.span.end - inner.len();
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .split('|')
        .map(|raw| {
            let start = at + (raw.len() - raw.trim_start().len());
            at += raw.len() + 1;
            let text = raw.trim();
            Cell { text, span: start..start + text.len() }
        })
        .collect()
}
