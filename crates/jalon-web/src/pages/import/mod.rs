//! Import: what was brought in, what is being brought in, what is taken back.

mod list;
mod listed;
mod show;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_import::facts::Day;
use jalon_import::register::{self, Lot};
use jalon_rules::{Campaign, french};
use jiff::civil::Date;
use serde::Deserialize;

pub use self::list::{ListAsked, correspond};
pub use self::show::show as follow;
use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::imports::{self, Job, Kind, State};
use crate::texts::Import;
use crate::upload::Upload;
use crate::work::away;

#[derive(Template)]
#[template(path = "import.html")]
struct Page {
    frame: Frame,
    w: &'static Import,
    message: String,
    kinds: Vec<(&'static str, &'static str, bool)>,
    since: String,
    /// Of which campaign a list would be, where the address said it.
    campaign: String,
    /// Why nothing comes in here, or nothing but lists; nothing where all may.
    closed: &'static str,
    lots: Vec<Batch>,
}

/// A batch, as the page shows it.
struct Batch {
    number: String,
    kind: String,
    day: String,
    files: String,
    rows: String,
    left: String,
}

impl Batch {
    fn of(lot: &Lot) -> Self {
        let names: Vec<_> = lot.fichiers.iter().map(|file| file.nom.as_str()).collect();
        let left = lot.rapport.ecartes.values().map(|left| left.nombre).sum();
        Self {
            number: lot.numero.to_string(),
            kind: lot.nature.clone(),
            day: imports::day(&lot.importe_le),
            files: match names[..] {
                [one] => one.to_owned(),
                ref several => french::count(several.len() as u64, "fichier"),
            },
            rows: french::integer(lot.rapport.ecrits.values().sum()),
            left: french::integer(left),
        }
    }
}

/// What an address may ask of the form.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    nature: Option<String>,
    campagne: Option<String>,
}

/// What the form holds already.
#[derive(Default)]
struct Typed {
    kind: String,
    since: String,
    campaign: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name| fields.text(name).to_owned();
        Self { kind: text("nature"), since: text("depuis"), campaign: text("campagne") }
    }
}

/// The page.
pub async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let typed = Typed {
        kind: wanted.nature.unwrap_or_default(),
        campaign: wanted.campagne.unwrap_or_default(),
        ..Typed::default()
    };
    page(&visit, "", typed).await
}

/// What is written of each kind, for those who may bring it in: the list of
/// the fund names patients.
fn kinds(
    visit: &Visit,
    w: &'static Import,
    chosen: &str,
    plain: bool,
) -> Vec<(&'static str, &'static str, bool)> {
    let label = |kind: Kind| match kind {
        Kind::Tables => w.tables,
        Kind::Dcir => w.dcir,
        Kind::Fhir => w.fhir,
        Kind::Omop => w.omop,
        Kind::List => w.list,
    };
    let takes = |kind: Kind| !visit.app.demo && (kind == Kind::List || !plain);
    let mine = Kind::ALL.into_iter().filter(|(_, kind)| may(visit, *kind) && takes(*kind));
    mine.map(|(word, kind)| (word, label(kind), word == chosen)).collect()
}

fn may(visit: &Visit, kind: Kind) -> bool {
    kind != Kind::List || visit.actor.own().is_some()
}

async fn page(visit: &Visit, message: &str, typed: Typed) -> Result<Response, Failure> {
    let w = Import::of(visit.language);
    let dossier = visit.app.practice.dossier().to_path_buf();
    let (plain, lots) = away(move || {
        let lots = register::list(&dossier).map(|list| list.lots).unwrap_or_default();
        Ok((imports::is_plain(&dossier), lots))
    })
    .await?;
    let page = html(&Page {
        frame: visit.frame(w.title, "/import"),
        w,
        message: message.to_owned(),
        kinds: kinds(visit, w, &typed.kind, plain),
        since: typed.since,
        campaign: typed.campaign,
        closed: if visit.app.demo {
            w.no_demo
        } else if plain {
            w.plain
        } else {
            ""
        },
        lots: lots.iter().rev().map(Batch::of).collect(),
    })?;
    Ok(page.into_response())
}

async fn refused(visit: &Visit, failure: Failure, fields: &Fields) -> Result<Response, Failure> {
    let Some((status, why)) = failure.told() else { return Err(failure) };
    let mut page = page(visit, &why, Typed::of(fields)).await?;
    *page.status_mut() = status;
    Ok(page)
}

/// Files come.
pub async fn begin(visit: Visit, mut upload: Upload) -> Result<Response, Failure> {
    match receive(&visit, &mut upload).await {
        Ok(job) => Ok(Redirect::to(&format!("/import/{}", job.id)).into_response()),
        Err(failure) => refused(&visit, failure, &upload.fields).await,
    }
}

async fn receive(visit: &Visit, upload: &mut Upload) -> Result<Arc<Job>, Failure> {
    let w = Import::of(visit.language);
    let app = visit.app.clone();
    if app.demo {
        return Err(Failure::Refused(w.no_demo.to_owned()));
    }
    let (id, spool) = {
        let app = app.clone();
        away(move || app.imports.spool()).await?
    };
    let count = spool.receive(upload).await?;
    let fields = &upload.fields;
    let refuse = |why: &str| Failure::Refused(why.to_owned());
    let kind = Kind::parse(fields.text("nature")).filter(|kind| may(visit, *kind));
    let kind = kind.ok_or_else(|| refuse(w.no_kind))?;
    if count == 0 {
        return Err(refuse(w.no_file));
    }
    let since = match fields.given("depuis") {
        None => None,
        Some(text) => Some(day(text).ok_or_else(|| refuse(w.bad_day))?),
    };
    let today = app.clock().today();
    let campaign = match fields.given("campagne") {
        None => Campaign::new(today.year()),
        Some(text) => text.parse().ok().and_then(Campaign::new),
    };
    let state = if kind == Kind::List { State::List } else { State::Trying };
    let job = app.imports.begin(&visit.actor, kind, since, (id, spool), state)?;
    if kind == Kind::List {
        let (own, campaign) = visit.actor.own().zip(campaign).ok_or(Failure::NotFound)?;
        list::ready(&job, own.expose(), campaign, today, count)?;
    } else {
        imports::try_it(&app, &job);
    }
    Ok(job)
}

/// A day that facts may have.
fn day(text: &str) -> Option<Day> {
    text.parse::<Date>().ok()?;
    let day = jalon_data::day::parse(text).ok()?;
    jalon_data::day::PLAUSIBLE.contains(&day).then_some(Day(day))
}

/// An import of whoever looks.
fn job(visit: &Visit, id: &str) -> Result<Arc<Job>, Failure> {
    visit.app.imports.of(&visit.actor, id).ok_or(Failure::NotFound)
}

fn back_to(job: &Job) -> Response {
    Redirect::to(&format!("/import/{}", job.id)).into_response()
}

/// What was tried is kept.
pub async fn keep(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let job = job(&visit, &id)?;
    if job.kind == Kind::List {
        return list::keep(&visit, &job).await;
    }
    imports::keep(&visit.app, &job, &visit.actor, visit.now());
    Ok(back_to(&job))
}

/// What was tried is dropped.
pub async fn drop_it(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    // Sent twice: it is gone already.
    if let Ok(job) = job(&visit, &id) {
        visit.app.imports.forget(&job.id);
    }
    Ok(Redirect::to("/import").into_response())
}

/// A batch is taken back.
pub async fn take_back(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let Ok(lot) = fields.text("lot").parse() else { return Err(Failure::NotFound) };
    let app = &visit.app;
    let begun = app.imports.spool().and_then(|spool| {
        app.imports.begin(&visit.actor, Kind::Tables, None, spool, State::TakingBack)
    });
    match begun {
        Ok(job) => {
            imports::take_back(app, &job, lot, &visit.actor, visit.now());
            Ok(back_to(&job))
        }
        Err(failure) => refused(&visit, failure, &fields).await,
    }
}

/// The status of a page that says that something cannot be done.
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
