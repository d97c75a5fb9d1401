//! A claim that goes out: seen before, as a workbook, on pages. The journal has
//! every one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jalon_claim::{Claim, Version};
use jalon_pdf::{Block, Document, Side};
use jalon_rules::french;
use jalon_store::audit::{Action, Event};

use super::claim::Dossier;
use super::{Wanted, study, to};
use crate::charts::{self, Drawing};
use crate::failure::Failure;
use crate::pages::{Frame, Look, html};
use crate::texts::Statements;
use crate::work::away;

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Template)]
#[template(path = "claim_preview.html")]
struct Page {
    frame: Frame,
    w: &'static Statements,
    back: String,
    title: String,
    author: String,
    day: String,
    footer: String,
    parts: Vec<Part>,
}

/// A block of a document, for a page.
#[derive(Default)]
struct Part {
    kind: &'static str,
    text: String,
    lines: Vec<String>,
    right: bool,
    columns: Vec<(String, bool)>,
    /// Each cell, and whether it is a number.
    rows: Vec<Vec<(String, bool)>>,
    totals: Vec<Vec<(String, bool)>>,
    drawing: Drawing,
}

/// The version asked, if it is for who asks.
fn version(look: &Look, wanted: &Wanted) -> Result<Version, Failure> {
    match wanted.version.as_deref() {
        Some("nominative") if look.sees_patients() => Ok(Version::Nominative),
        None | Some("anonyme") => Ok(Version::Anonymous),
        _ => Err(Failure::NotFound),
    }
}

/// The claim as it was saved, or its draft.
async fn made(look: &Look, number: &str) -> Result<(Claim, String), Failure> {
    let dossier = Dossier::read(look, number).await?;
    let (body, _) = dossier.body(look).await?;
    let w = Statements::of(look.language);
    let meant = body.read(w).map_err(|_| Failure::Refused(w.save_first.to_owned()))?;
    let scheme = dossier.study.kept.scheme.clone();
    Ok((dossier.claim(look, &body, meant), scheme))
}

/// Tells the journal that a version leaves.
async fn told(look: &Look, version: Version, what: &str) -> Result<(), Failure> {
    let version = if version == Version::Nominative { "nominative" } else { "sans identité" };
    let says = format!("réclamation {version}, {what}");
    look.store(move |store, actor, now| {
        store.record(Event::of(actor, Action::Export).on(&says), now)
    })
    .await
}

/// The claim as a page to print.
pub async fn preview(
    look: Look,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let version = version(&look, &wanted)?;
    let (claim, _) = made(&look, &number).await?;
    told(&look, version, "aperçu").await?;
    let w = Statements::of(look.language);
    let kept = study::kept(&look, &number).await?;
    let document = away(move || Ok(claim.document(version))).await?;
    let Document { title, author, date, footer, blocks, landscape: _ } = document;
    let page = html(&Page {
        frame: look.frame(w.claim, "/releves"),
        w,
        back: to(&look, kept.id, "/reclamation"),
        title,
        author,
        day: french::date(date),
        footer,
        parts: blocks.into_iter().map(part).collect(),
    })?;
    Ok(page.into_response())
}

fn part(block: Block) -> Part {
    match block {
        Block::Heading { level, text } => {
            // Under the title of the page, and that of the document.
            let kind = match level {
                1 => "h3",
                2 => "h4",
                _ => "h5",
            };
            Part { kind, text, ..Part::default() }
        }
        Block::Paragraph { text } => Part { kind: "p", text, ..Part::default() },
        Block::Lines { lines, right } => Part { kind: "lines", lines, right, ..Part::default() },
        Block::List { items } => Part { kind: "list", lines: items, ..Part::default() },
        Block::Table(table) => {
            let columns = table.columns.into_iter();
            let columns: Vec<_> = columns.map(|one| (one.title, one.side == Side::Right)).collect();
            let cells = |row: Vec<String>| -> Vec<(String, bool)> {
                row.into_iter().zip(columns.iter().map(|(_, number)| *number)).collect()
            };
            let mut rows: Vec<_> = table.rows.into_iter().map(cells).collect();
            let totals = rows.split_off(rows.len().saturating_sub(table.totals));
            Part { kind: "table", text: table.caption, columns, rows, totals, ..Part::default() }
        }
        // It has its words in it.
        Block::Figure { svg, .. } => {
            Part { kind: "figure", drawing: charts::of_document(svg), ..Part::default() }
        }
        Block::PageBreak => Part { kind: "break", ..Part::default() },
    }
}

/// The claim as a workbook.
pub async fn xlsx(
    look: Look,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let version = version(&look, &wanted)?;
    let (claim, scheme) = made(&look, &number).await?;
    let bytes = away(move || claim.xlsx(version).map_err(|_| Failure::Broken("classeur"))).await?;
    told(&look, version, "XLSX").await?;
    file(bytes, WORKBOOK, &name(&look, &scheme, version, "xlsx"))
}

/// The claim on pages.
pub async fn pdf(
    look: Look,
    Path(number): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let version = version(&look, &wanted)?;
    let kept = study::kept(&look, &number).await?;
    let press = Arc::clone(&look.app.press);
    if !press.is_there() {
        let w = Statements::of(look.language);
        return Err(Failure::Unmade(w.no_pdf.to_owned()));
    }
    let (claim, _) = made(&look, &number).await?;
    let bytes = away(move || press.print(&claim.document(version))).await?;
    told(&look, version, "PDF").await?;
    file(bytes, "application/pdf", &name(&look, &kept.scheme, version, "pdf"))
}

/// The name of a file: nobody's.
fn name(look: &Look, scheme: &str, version: Version, kind: &str) -> String {
    let version = if version == Version::Nominative { "nominative" } else { "anonyme" };
    format!("reclamation-{scheme}-{}-{version}.{kind}", look.campaign)
}

fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Result<Response, Failure> {
    let mut response = bytes.into_response();
    let attached = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, attached.map_err(|_| Failure::Broken("nom de fichier"))?);
    Ok(response)
}
