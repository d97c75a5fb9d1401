//! Déclarations: what a doctor declares, with what proves it.

pub mod documents;
mod form;
mod lines;
pub mod recap;

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_rules::french;
use jalon_store::{Declaration, Declared, NewDeclaration, Role};
use serde::Deserialize;

use self::documents::Piece;
use self::form::{Asked, Typed, Wish};
pub use self::lines::items_of;
use self::lines::{Group, Item, Kind};
use super::{Frame, Look, Visit, html};
use crate::calendar::{Fund, Window};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::shown::Shown;
use crate::texts::{Calendar, Declarations};
use crate::work::away;

#[derive(Template)]
#[template(path = "declarations.html")]
struct Page {
    frame: Frame,
    w: &'static Declarations,
    campaign: String,
    doctor: String,
    /// Whether who looks prepares these declarations.
    may: bool,
    message: String,
    good: bool,
    /// The day of the declaration.
    day: String,
    groups: Vec<Shape>,
    suggest: String,
    recap: String,
    file: String,
    pieces: Vec<Piece>,
    declared: Vec<(String, String)>,
}

/// A scheme, as the page shows it.
struct Shape {
    id: String,
    name: String,
    window: String,
    open: bool,
    prolonged: String,
    remark: String,
    source: String,
    renounced: bool,
    items: Vec<Line>,
}

/// An item, as the page shows it.
struct Line {
    id: String,
    title: String,
    place: String,
    asks: Vec<String>,
    proof: String,
    shown: String,
    state: String,
    told: String,
    seen: String,
    yes_no: bool,
    count: bool,
    shared: bool,
    typed: Typed,
}

/// What an address may ask besides.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// Fill what is not declared with what facts show.
    proposer: Option<String>,
    /// What was just done.
    fait: Option<String>,
}

/// The page.
pub async fn show(look: Look, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let w = Declarations::of(look.language);
    let message = match wanted.fait.as_deref() {
        Some("enregistre") => w.saved,
        Some("joint") => w.attached,
        Some("retire") => w.removed,
        _ => "",
    };
    let sheet = Sheet::read(&look).await?;
    let typed = if wanted.proposer.is_some() { suggested(&sheet.groups) } else { BTreeMap::new() };
    page(&look, &sheet, &typed, "", message, true).await
}

/// What may be declared for the doctor looked at, and what was.
pub struct Sheet {
    groups: Vec<Group>,
    here: Vec<Declaration>,
    fund: Fund,
}

impl Sheet {
    /// Asks the facts and the memory.
    async fn read(look: &Look) -> Result<Self, Failure> {
        let (doctor, key) = (look.doctor()?, look.list_key()?);
        let (campaign, w) = (look.campaign, Declarations::of(look.language));
        let (here, fund) = look
            .store(move |store, actor, _| {
                let here = store.declarations(actor, &key, campaign.year())?;
                Ok((here, Fund::read(store, campaign.year())?))
            })
            .await?;
        let told = here.clone();
        let groups = look
            .ask(move |facts| {
                let season = facts.season(campaign)?;
                let book = season.iter().find(|book| book.payee == doctor);
                lines::groups(facts, campaign, book, &told, w)
            })
            .await?;
        Ok(Self { groups, here, fund })
    }

    /// The items that are answered once.
    fn items(&self) -> impl Iterator<Item = &Item> {
        self.groups.iter().flat_map(|group| &group.items).filter(|item| !item.shared)
    }
}

/// Whether who looks prepares the declarations of the doctor looked at.
fn may_declare(look: &Look) -> bool {
    matches!(look.actor.role, Role::Doctor | Role::Delegate) && look.sees_patients()
}

/// What facts show of the items that nobody declared.
fn suggested(groups: &[Group]) -> BTreeMap<String, Typed> {
    let items = groups.iter().flat_map(|group| &group.items);
    let new = items.filter(|item| item.told.is_none());
    new.filter_map(|item| {
        let Shown { numerator, denominator } = item.shown?;
        let numerator = numerator.map_or_else(String::new, |number| number.to_string());
        let denominator = denominator.to_string();
        Some((item.id.clone(), Typed { numerator, denominator, ..Typed::default() }))
    })
    .collect()
}

async fn page(
    look: &Look,
    sheet: &Sheet,
    typed: &BTreeMap<String, Typed>,
    day: &str,
    message: &str,
    good: bool,
) -> Result<Response, Failure> {
    let w = Declarations::of(look.language);
    let may = may_declare(look);
    let pieces = if may { documents::of(look, sheet).await? } else { Vec::new() };
    let titles = sheet.items().filter(|item| item.told.is_some());
    let page = html(&Page {
        frame: look.frame(w.title, "/declarations"),
        w,
        campaign: look.campaign.to_string(),
        doctor: look.app.keys.of(&look.doctor()?),
        may,
        message: message.to_owned(),
        good,
        day: if day.is_empty() { look.today().to_string() } else { day.to_owned() },
        groups: sheet.groups.iter().map(|group| shape(look, sheet, group, typed)).collect(),
        suggest: format!("{}&proposer=oui", look.to("/declarations")),
        recap: look.to("/declarations/recapitulatif"),
        file: look.to("/declarations/declarations.csv"),
        pieces,
        declared: titles.map(|item| (item.id.clone(), item.title.clone())).collect(),
    })?;
    Ok(page.into_response())
}

fn shape(look: &Look, sheet: &Sheet, group: &Group, typed: &BTreeMap<String, Typed>) -> Shape {
    let today = look.today();
    let span = sheet.fund.span(&group.id, group.entry, Window::Declaration);
    let stage = span.stage(today);
    let w = Declarations::of(look.language);
    Shape {
        id: group.id.clone(),
        name: group.name.clone(),
        window: match group.entry {
            None if span.last.is_none() => String::new(),
            _ => stage.says(today, Calendar::of(look.language)),
        },
        open: stage.is_ahead(),
        prolonged: span.prolonged.clone().unwrap_or_default(),
        remark: group.entry.and_then(|entry| entry.remark.clone()).unwrap_or_default(),
        source: group.entry.map_or_else(String::new, |entry| entry.source.source.clone()),
        renounced: group.renounced,
        items: group.items.iter().map(|item| line(item, typed.get(&item.id), w)).collect(),
    }
}

fn line(item: &Item, typed: Option<&Typed>, w: &Declarations) -> Line {
    let seen = item.told.as_ref().and_then(|told| told.here.as_ref());
    Line {
        id: item.id.clone(),
        title: item.title.clone(),
        place: item.place.clone(),
        asks: item.asks.clone(),
        proof: item.proof.clone(),
        shown: item.shown.map_or_else(String::new, |shown| told_by_facts(shown, w)),
        state: item.state.clone(),
        told: told(item, w),
        seen: seen.map_or_else(String::new, |one| one.id.to_string()),
        yes_no: item.kind == Kind::YesNo,
        count: item.kind == Kind::Count,
        shared: item.shared,
        typed: typed.cloned().unwrap_or_else(|| as_told(item)),
    }
}

/// What facts show, in words.
fn told_by_facts(shown: Shown, w: &Declarations) -> String {
    let denominator = french::integer(shown.denominator);
    match shown.numerator {
        Some(numerator) => format!(
            "{} {} {denominator} ; {}",
            french::integer(numerator),
            w.out_of,
            w.by_facts_floor
        ),
        None => format!("… {} {denominator} ; {}", w.out_of, w.by_facts_no_numerator),
    }
}

/// What holds, in words.
fn told(item: &Item, w: &Declarations) -> String {
    let Some(told) = &item.told else { return String::new() };
    let day = told.day.map_or_else(String::new, |day| format!(" {} {}", w.on, french::date(day)));
    let place = if told.here.is_some() { w.here } else { w.in_dossier };
    format!("{}{day}, {place}", answer(item, w))
}

/// An answer as people write it.
fn answer(item: &Item, w: &Declarations) -> String {
    let Some(told) = &item.told else { return String::new() };
    match item.kind {
        Kind::YesNo if told.numerator > 0 => w.yes.to_owned(),
        Kind::YesNo => w.no.to_owned(),
        Kind::Count => french::integer(told.numerator),
        Kind::Rate => crate::words::rate(told.numerator, told.denominator),
    }
}

/// The fields of what holds.
fn as_told(item: &Item) -> Typed {
    let Some(told) = &item.told else { return Typed::default() };
    let answer = if told.numerator > 0 { "oui" } else { "non" };
    Typed {
        numerator: told.numerator.to_string(),
        denominator: told.denominator.to_string(),
        answer: answer.to_owned(),
        fault: String::new(),
    }
}

/// The form was sent.
pub async fn save(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    if !may_declare(&look) {
        return Err(Failure::NotFound);
    }
    let w = Declarations::of(look.language);
    let sheet = Sheet::read(&look).await?;
    let asked = form::read(&fields, &sheet.groups, look.today(), w);
    let Some(day) = asked.day.filter(|_| !asked.faulty) else {
        let day = if asked.day.is_none() {
            format!(" {} : {}.", w.declared_on, w.bad_day)
        } else {
            String::new()
        };
        let message = format!("{}{day} {}", w.mend, w.kept_below);
        return again(&look, &sheet, &asked, &message, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match declare(&look, asked.wishes.clone(), day).await {
        Ok(stale) if stale.is_empty() => {
            let to = format!("{}&fait=enregistre", look.to("/declarations"));
            Ok(Redirect::to(&to).into_response())
        }
        Ok(stale) => meanwhile(&look, &asked, &stale).await,
        // Nothing was saved: what was typed is shown again with the reason.
        Err(failure) => {
            let Some((status, why)) = failure.told() else { return Err(failure) };
            let message = format!("{why} {}", w.kept_below);
            again(&look, &sheet, &asked, &message, status).await
        }
    }
}

/// Declares, and pays again; what somebody else declared meanwhile, if anything.
async fn declare(
    look: &Look,
    wishes: Vec<Wish>,
    day: jiff::civil::Date,
) -> Result<Vec<Declaration>, Failure> {
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    let (doctor, campaign) = (look.list_key()?, look.campaign.year());
    let declared = look
        .store(move |store, actor, now| {
            let new: Vec<_> = wishes
                .iter()
                .map(|wish| NewDeclaration {
                    doctor: &doctor,
                    campaign,
                    item: &wish.item,
                    numerator: wish.numerator,
                    denominator: wish.denominator,
                    declared_on: day,
                    seen: wish.seen,
                })
                .collect();
            store.declare(actor, &new, now)
        })
        .await?;
    match declared {
        Declared::Stale(stale) => Ok(stale),
        Declared::Done(_) => {
            let practice = Arc::clone(&look.app.practice);
            away(move || Ok(practice.declared()?)).await?;
            Ok(Vec::new())
        }
    }
}

/// Somebody declared the same items since they were seen.
async fn meanwhile(look: &Look, asked: &Asked, stale: &[Declaration]) -> Result<Response, Failure> {
    let w = Declarations::of(look.language);
    let sheet = Sheet::read(look).await?;
    let mut typed = asked.typed.clone();
    for theirs in stale {
        if let Some(typed) = typed.get_mut(&theirs.item) {
            typed.fault = format!(
                "{} : {} {} {} ; {}",
                w.meanwhile, theirs.numerator, w.out_of, theirs.denominator, w.meanwhile_says
            );
        }
    }
    let (wishes, day_typed) = (Vec::new(), asked.day_typed.clone());
    let asked = Asked { typed, wishes, day: asked.day, day_typed, faulty: true };
    again(look, &sheet, &asked, w.mend, StatusCode::CONFLICT).await
}

/// The page with what was typed.
async fn again(
    look: &Look,
    sheet: &Sheet,
    asked: &Asked,
    message: &str,
    status: StatusCode,
) -> Result<Response, Failure> {
    let mut page = page(look, sheet, &asked.typed, &asked.day_typed, message, false).await?;
    *page.status_mut() = status;
    Ok(page)
}
