//! A list of the fund as its page shows it: columns, labels, what moves.

use jalon_import::label::Meaning;
use jalon_import::list::{self, FIELDS, Intake, Outcome};
use jalon_import::sheet::{Row, Workbook};
use jalon_rules::french;
use jalon_rules::page::Page;

use super::list::ListAsked;
use crate::imports::Refusal;
use crate::pages::Choice;
use crate::texts::Import;

/// Rows shown of the file.
const EXAMPLES: usize = 3;

/// Rows in which titles are looked for.
const LOOKED: usize = 20;

/// A field, and the column that gives it.
pub struct Field {
    pub key: &'static str,
    pub what: &'static str,
    pub titles: Vec<Choice>,
    pub examples: String,
}

/// A label of the file, and what it names.
pub struct Label {
    pub text: String,
    pub says: String,
    pub indicators: Vec<Choice>,
}

/// Hints that name options of the command say what the page offers instead.
pub fn mended_here(mut refusal: Refusal, w: &Import) -> Refusal {
    for fault in &mut refusal.faults {
        if fault.hint.contains("--") {
            w.choose_below.clone_into(&mut fault.hint);
        }
    }
    refusal
}

pub fn sheets(book: &Workbook, chosen: Option<&str>) -> Vec<Choice> {
    let named = book.sheets.iter().filter(|sheet| !sheet.name.is_empty());
    named
        .map(|sheet| Choice {
            value: sheet.name.clone(),
            label: sheet.name.clone(),
            chosen: chosen == Some(sheet.name.as_str()),
        })
        .collect()
}

pub fn indicators(pages: &[&Page], chosen: Option<&str>) -> Vec<Choice> {
    pages
        .iter()
        .map(|page| Choice {
            value: page.id.clone(),
            label: page.title.clone(),
            chosen: chosen == Some(page.id.as_str()),
        })
        .collect()
}

/// Each field with the titles that it may have, and what stands below it:
/// nobody is recognised by that.
pub fn fields(book: &Workbook, intake: Option<&Intake>, asked: &ListAsked) -> Vec<Field> {
    let titles = match intake {
        Some(intake) => {
            let known = intake.columns.fields.values().map(|(_, title)| title.clone());
            known.chain(intake.columns.others.iter().map(|(_, title)| title.clone())).collect()
        }
        None => header(book, asked.sheet.as_deref()),
    };
    let rows = intake.map(|intake| list::preview(book, &intake.columns, EXAMPLES));
    FIELDS
        .iter()
        .map(|field| {
            let said = asked.columns.iter().rev().find(|(key, _)| key == field.key);
            let chosen = match (said, intake) {
                (Some((_, title)), _) => Some(title.as_str()),
                (None, Some(intake)) => intake.columns.title(field.key),
                (None, None) => titles.iter().map(String::as_str).find(|it| field.bears(it)),
            };
            let at = intake
                .and_then(|intake| intake.columns.fields.keys().position(|key| *key == field.key));
            let examples = rows.iter().flatten().filter_map(|row| row.get(at?)).cloned();
            let choice = |title: &String| Choice {
                value: title.clone(),
                label: title.clone(),
                chosen: chosen == Some(title.as_str()),
            };
            Field {
                key: field.key,
                what: field.what,
                titles: titles.iter().map(choice).collect(),
                examples: examples.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · "),
            }
        })
        .collect()
}

/// The row that looks most like titles.
fn header(book: &Workbook, sheet: Option<&str>) -> Vec<String> {
    let sheets = book.sheets.iter();
    let found = sheets.clone().find(|one| Some(one.name.as_str()) == sheet);
    let rows = found.or_else(|| sheets.clone().next()).map_or(&[][..], |sheet| &sheet.rows);
    let filled = |row: &&Row| row.cells.iter().filter(|text| !text.is_empty()).count();
    // Of two rows alike, the first: titles come before what they head.
    let first = rows.iter().take(LOOKED).rev().max_by_key(filled);
    let titles = first.map(|row| row.cells.clone()).unwrap_or_default();
    titles.into_iter().filter(|title| !title.is_empty()).collect()
}

/// Labels of the file, and what they were taken for.
pub fn labels(pages: &[&Page], intake: &Intake) -> Vec<Label> {
    let read = intake.reading.labels.iter();
    read.filter(|(_, meaning)| !matches!(meaning, Meaning::Same(_)))
        .map(|(label, meaning)| Label {
            text: label.clone(),
            says: meaning.id().unwrap_or("?").to_owned(),
            indicators: indicators(pages, meaning.id()),
        })
        .collect()
}

/// What moves, by indicator.
pub fn moves(outcome: &Outcome) -> Vec<Vec<String>> {
    let Outcome::Added { counts, .. } = outcome else { return Vec::new() };
    counts
        .iter()
        .map(|(indicator, counts)| {
            let mut cells = vec![indicator.clone()];
            cells.extend(counts.shown().map(|number| french::integer(number as u64)));
            cells
        })
        .collect()
}

pub fn remarks(book: &Workbook, intake: &Intake, w: &Import) -> Vec<String> {
    let mut remarks = book.remarks.clone();
    let mut lines = |what: &str, lines: &[u64]| {
        if !lines.is_empty() {
            let first: Vec<_> = lines.iter().take(10).map(u64::to_string).collect();
            let count = french::integer(lines.len() as u64);
            remarks.push(format!("{what} : {count} ({} {})", w.lines, first.join(", ")));
        }
    };
    lines(w.unsound, &intake.reading.unsound);
    lines(w.doubled, &intake.reading.doubled);
    lines(w.totals, &intake.reading.totals);
    if let Outcome::Added { untouched, .. } = &intake.outcome
        && !untouched.is_empty()
    {
        remarks.push(format!("{} : {}", w.untouched, untouched.join(", ")));
    }
    remarks
}
