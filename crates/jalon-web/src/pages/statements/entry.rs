//! Entering a statement: by hand, or what a file said, read again.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_import::statement::{Statement, render};
use jalon_rules::convention::Scheme;
use jalon_store::{NewStatement, Words};

use super::sheet::Sheet;
use super::{Wanted, is_own, schemes, study};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Frame, Look, Visit, html};
use crate::texts::Statements;

#[derive(Template)]
#[template(path = "statement_entry.html")]
struct Page {
    frame: Frame,
    w: &'static Statements,
    campaign: String,
    doctor: String,
    back: String,
    sheet: Sheet,
    name: String,
    source: String,
    message: String,
    /// Whether the message is of something wrong.
    wrong: bool,
    remarks: Vec<String>,
}

/// The page.
pub async fn show(look: Look, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let doctor = look.doctor()?;
    if !is_own(&look, &doctor) {
        return Err(Failure::NotFound);
    }
    let (scheme, base) = match &wanted.corrige {
        Some(number) => {
            let kept = study::kept(&look, number).await?;
            (kept.scheme.clone(), study::parsed(&kept)?)
        }
        None => (wanted.dispositif.unwrap_or_default(), Statement::default()),
    };
    // Without a scheme, the first: the menu of the page has the others.
    let all = schemes(&look, &doctor).await?;
    let found = all
        .iter()
        .find(|one| one.id == scheme)
        .or_else(|| all.first().filter(|_| scheme.is_empty()));
    let Some(scheme) = found else {
        return if scheme.is_empty() {
            super::page(&look, w.no_scheme).await
        } else {
            Err(Failure::NotFound)
        };
    };
    let sheet = Sheet::of(look.app.practice.rules(), scheme, look.campaign, base, w);
    page(&look, sheet, ("", false), Vec::new())
}

/// The page, with what a form or a file said.
pub fn page(
    look: &Look,
    sheet: Sheet,
    (message, wrong): (&str, bool),
    remarks: Vec<String>,
) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let page = html(&Page {
        frame: look.frame(w.entry, "/releves"),
        w,
        campaign: look.campaign.to_string(),
        doctor: look.app.keys.of(&look.doctor()?),
        back: look.to("/releves"),
        name: sheet.scheme.name.clone(),
        source: sheet.source(),
        sheet,
        message: message.to_owned(),
        wrong,
        remarks,
    })?;
    Ok(page.into_response())
}

/// The doctor who writes, and the scheme that a form names.
pub async fn asked(look: &Look, id: &str) -> Result<(String, &'static Scheme), Failure> {
    let doctor = look.doctor()?;
    if !is_own(look, &doctor) {
        return Err(Failure::NotFound);
    }
    let found = schemes(look, &doctor).await?.into_iter().find(|one| one.id == id);
    Ok((doctor, found.ok_or(Failure::NotFound)?))
}

/// The form was sent.
pub async fn save(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    let (doctor, scheme) = asked(&look, fields.text("dispositif")).await?;
    let w = Statements::of(look.language);
    let rules = look.app.practice.rules();
    let mut sheet = Sheet::typed(rules, scheme, look.campaign, &fields, w);
    let Some(statement) = sheet.read(&doctor, look.today(), w) else {
        return again(&look, sheet, w.mend, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let (key, campaign) = (look.list_key()?, look.campaign.year());
    let form = fields.key().map(str::to_owned);
    let origin = if sheet.source().is_empty() { "main" } else { "fichier" };
    let kept = look
        .store(move |store, actor, now| {
            let new = NewStatement {
                doctor: &key,
                scheme: statement.scheme.as_deref().unwrap_or_default(),
                campaign,
                received_on: statement.received.unwrap_or_default(),
                text: &Words::new(render(&statement)),
                fields: &BTreeMap::from([("origine".to_owned(), origin.to_owned())]),
                expires_on: None,
            };
            store.add_statement(actor, form.as_deref(), &new, now)
        })
        .await;
    match kept {
        Ok(id) => {
            let to = format!("{}&fait=enregistre", super::to(&look, id, ""));
            Ok(Redirect::to(&to).into_response())
        }
        Err(failure) => {
            let Some((status, why)) = failure.told() else { return Err(failure) };
            again(&look, sheet, &format!("{why} {}", w.kept_below), status)
        }
    }
}

/// The page with what was typed.
fn again(
    look: &Look,
    sheet: Sheet,
    message: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let mut page = page(look, sheet, (message, true), Vec::new())?;
    *page.status_mut() = status;
    Ok(page)
}
