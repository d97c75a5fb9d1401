//! The summary of what was declared, to print and sign, and the same as a
//! table of a dossier.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use jalon_engine::facts::DeclarationRow;
use jalon_rules::french;
use jalon_store::AccountId;
use jalon_store::audit::{Action, Event};

use super::documents::{self, Piece};
use super::{Sheet, answer, may_declare, shape};
use crate::failure::Failure;
use crate::pages::{Frame, Look, html};
use crate::texts::Declarations;

#[derive(Template)]
#[template(path = "recap.html")]
struct Recap {
    frame: Frame,
    w: &'static Declarations,
    doctor: String,
    printed: String,
    back: String,
    groups: Vec<Part>,
    pieces: Vec<Piece>,
}

struct Part {
    name: String,
    window: String,
    lines: Vec<Line>,
}

struct Line {
    title: String,
    answer: String,
    day: String,
    who: String,
    state: String,
    proof: String,
}

/// The page.
pub async fn show(look: Look) -> Result<Html<String>, Failure> {
    let w = Declarations::of(look.language);
    let sheet = Sheet::read(&look).await?;
    let authors: Vec<AccountId> = sheet.here.iter().map(|one| one.author).collect();
    let names = look
        .store(move |store, _, _| {
            let named = |author| Ok((author, store.account_name(author)?));
            authors.into_iter().map(named).collect::<Result<BTreeMap<_, _>, _>>()
        })
        .await?;
    let groups = sheet.groups.iter().map(|group| {
        let told = group.items.iter().filter(|item| item.told.is_some() && !item.shared);
        let lines = told.map(|item| {
            let told = item.told.as_ref();
            let day = told.and_then(|told| told.day);
            let here = told.and_then(|told| told.here.as_ref());
            Line {
                title: item.title.clone(),
                answer: answer(item, w),
                day: day.map_or_else(String::new, french::date),
                who: match here {
                    Some(here) => names.get(&here.author).cloned().unwrap_or_default(),
                    None => w.in_dossier.to_owned(),
                },
                state: item.state.clone(),
                proof: item.proof.clone(),
            }
        });
        let shape = shape(&look, &sheet, group, &BTreeMap::new());
        Part { name: shape.name, window: shape.window, lines: lines.collect() }
    });
    let pieces = if may_declare(&look) { documents::of(&look, &sheet).await? } else { Vec::new() };
    html(&Recap {
        frame: look.frame(w.title, "/declarations"),
        w,
        doctor: look.doctor()?,
        printed: french::date(look.today()),
        back: look.to("/declarations"),
        groups: groups.filter(|part| !part.lines.is_empty()).collect(),
        pieces,
    })
}

/// The table `declarations` of the doctor looked at, as the figures take it:
/// in the place of his rows of the dossier's, `calculer` gives the same.
pub async fn table(look: Look) -> Result<Response, Failure> {
    let doctor = look.doctor()?;
    look.store(|store, actor, now| {
        store.record(Event::of(actor, Action::Export).on("declarations.csv"), now)
    })
    .await?;
    let broken = |_| Failure::Broken("declarations.csv");
    let mut table = csv::Writer::from_writer(Vec::new());
    let header =
        ["medecin", "campagne", "indicateur", "numerateur", "denominateur", "date", "depart"];
    table.write_record(header).map_err(broken)?;
    for row in look.facts.people().declarations(&doctor) {
        table.write_record(record(row)).map_err(broken)?;
    }
    let text = table.into_inner().map_err(|error| broken(error.into_error().into()))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"declarations.csv\""),
    ];
    Ok((headers, text).into_response())
}

fn record(row: &DeclarationRow) -> [String; 7] {
    let (numerator, denominator) = match row.counts {
        Some((numerator, denominator)) => (numerator.to_string(), denominator.to_string()),
        None => (String::new(), String::new()),
    };
    [
        row.doctor.clone(),
        row.campaign.to_string(),
        row.indicator.clone(),
        numerator,
        denominator,
        row.date.map_or_else(String::new, |day| day.to_string()),
        row.start.as_ref().map_or_else(String::new, |start| start.to_short_decimal(6)),
    ]
}
