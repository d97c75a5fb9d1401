//! A statement taken from a file: read, its labels given their meaning, and
//! shown in the form. Nothing is kept here.

use std::path::Path;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jalon_import::ImportError;
use jalon_import::columns::{self, Given};
use jalon_import::label::{Catalogue, Meaning};
use jalon_import::sheet::{self, Limits};
use jalon_import::statement::{FIELDS, Statement, from_sheet, from_toml, is_toml};
use jalon_rules::convention::Scheme;
use jalon_rules::{Campaign, Rules};

use super::entry::{self, asked};
use super::sheet::Sheet;
use crate::failure::Failure;
use crate::imports::Refusal;
use crate::pages::{Look, Visit};
use crate::texts::Statements;
use crate::upload::Upload;
use crate::work::away;

/// Most bytes of the form: the file, and what is around it.
pub const MOST: u64 = Limits::USUAL.file + 64 * 1024;

/// A file comes.
pub async fn read(visit: Visit, mut upload: Upload) -> Result<Response, Failure> {
    let mut file = upload.file().await?;
    let fields = upload.fields.clone();
    let look = Look::of_form(visit, &fields).await?;
    let (doctor, scheme) = asked(&look, fields.text("dispositif")).await?;
    let w = Statements::of(look.language);
    let Some(file) = &mut file else { return refused(&look, w.no_file).await };
    let most = usize::try_from(Limits::USUAL.file).unwrap_or(usize::MAX);
    let (name, bytes) = (file.name.clone(), file.whole(most).await?);
    let (rules, campaign) = (look.app.practice.rules(), look.campaign);
    let found = away(move || Ok(statement(&name, &bytes))).await?;
    let mut statement = match found {
        Ok(statement) => statement,
        Err(error) => return refused(&look, &why(error, w)).await,
    };
    if statement.campaign.is_some_and(|year| campaign.year() != year) {
        return refused(&look, w.other_campaign).await;
    }
    if statement.doctor.as_ref().is_some_and(|named| *named != doctor) {
        return refused(&look, w.other_doctor).await;
    }
    let remarks = name_lines(rules, scheme, campaign, &mut statement, w);
    let sheet = Sheet::of(rules, scheme, campaign, statement, w);
    entry::page(&look, sheet, (w.check_file, false), remarks)
}

async fn refused(look: &Look, message: &str) -> Result<Response, Failure> {
    let mut page = super::page(look, message).await?.into_response();
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// Reads a file by what it holds; its name only tells what it is.
fn statement(name: &str, bytes: &[u8]) -> Result<Statement, ImportError> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or("relevé");
    if is_toml(bytes) {
        return from_toml(&String::from_utf8_lossy(bytes), name);
    }
    let book = sheet::read_bytes(Path::new(name), bytes, &Limits::USUAL)?;
    let given = Given { file: name, saved: None, columns: &[], sheet: None, least: 2 };
    let columns = columns::propose(&book, FIELDS, &given)?;
    let mut statement = from_sheet(&book, &columns, name)?;
    statement.remarks.extend(book.remarks.iter().cloned());
    Ok(statement)
}

/// Every fault, in words of this page.
pub fn why(error: ImportError, w: &Statements) -> String {
    let refusal = Refusal::of(error, &[]);
    let told = refusal.faults.iter().map(|fault| {
        let place =
            if fault.line.is_empty() { String::new() } else { format!("{} : ", fault.line) };
        let hint = match fault.hint.as_str() {
            "" => String::new(),
            hint if hint.contains("--") => format!(" ({})", w.titles),
            hint => format!(" ({hint})"),
        };
        format!("{place}{}{hint}", fault.says)
    });
    told.collect::<Vec<_>>().join(" ; ")
}

/// Says which indicator each line is of, once each; what was supposed is told.
fn name_lines(
    rules: &Rules,
    scheme: &Scheme,
    campaign: Campaign,
    statement: &mut Statement,
    w: &Statements,
) -> Vec<String> {
    let pages = rules.pages_of(scheme).into_iter().filter(|page| rules.exists(page, campaign));
    let known: Vec<_> = pages.map(jalon_claim::label::known).collect();
    let catalogue = Catalogue::new(&known);
    let mut remarks = std::mem::take(&mut statement.remarks);
    let mut taken: Vec<String> = Vec::new();
    for line in &mut statement.lines {
        let said = line.indicator.take().filter(|id| known.iter().any(|one| one.id == *id));
        let meaning = said.map_or_else(|| catalogue.find(&line.label), Meaning::Same);
        let id = meaning.id().map(str::to_owned).filter(|id| !taken.contains(id));
        if let (Meaning::Likely(_), Some(id)) = (&meaning, &id) {
            let title = known.iter().find(|one| one.id == *id).map_or("", |one| one.title.as_str());
            remarks.push(format!("« {} » : {} « {title} »", line.label, w.read_as));
        }
        taken.extend(id.clone());
        line.indicator = id;
    }
    remarks
}
