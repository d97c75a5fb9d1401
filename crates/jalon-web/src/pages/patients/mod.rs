//! Patients à rappeler: one row a patient, every open gap, where it stands, and
//! the form that notes what came of a call.
//!
//! A page of the list has a hundred patients: each row carries its form, so that
//! an outcome needs neither another page nor a script. The whole list is one
//! address further, for printing.

mod again;
mod choices;
mod export;
pub(super) mod filter;
pub(super) mod form;
pub(super) mod memory;
pub(super) mod people;
mod record;
pub(super) mod rows;
pub(super) mod story;
pub(super) mod typed;

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jalon_rules::french;
use jalon_store::worklist::FundMark;
use jalon_store::{PatientId, PatientKey};
use jiff::civil::Date;

use self::choices::Filters;
pub use self::export::export;
use self::filter::{Filter, Notice, Page, Which};
use self::form::{Form, Outcome, outcomes};
use self::memory::{Memory, numbers};
use self::people::{chosen, named, words};
pub use self::record::{note, undo};
use self::rows::{Row, Sight};
use self::typed::To;
use super::{Choice, Frame, Look, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::practice::List;
use crate::texts::Calls;

/// Patients on a page of the list.
const PAGE: usize = 100;

/// Characters of an identifier without which nobody is searched for.
const LEAST: usize = 3;

#[derive(Template)]
#[template(path = "patients.html")]
struct Patients {
    frame: Frame,
    w: &'static Calls,
    notice: Notice,
    message: String,
    /// What was searched for.
    search: Option<String>,
    filter: Filters,
    /// The fields of the address, for the forms that keep them.
    kept: Vec<(&'static str, String)>,
    summary: String,
    /// Patients counted by the fund, and those to claim: how many, and where.
    marks: Vec<(String, String)>,
    euros: bool,
    outcomes: Vec<Outcome>,
    rows: Vec<Row>,
    pager: Pager,
    /// For the patients that are ticked.
    form: Form,
    undo: String,
    search_to: String,
    note_to: String,
    back: String,
    print: String,
    finders: Vec<Finder>,
}

/// Where the other pages are; nothing where there is none.
struct Pager {
    says: String,
    before: Option<String>,
    after: Option<String>,
    whole: Option<String>,
}

struct Finder {
    says: String,
    patients: Vec<(String, String)>,
}

/// What is shown besides the list.
#[derive(Default)]
struct Told {
    notice: Notice,
    message: String,
    search: Option<String>,
    bulk: Option<Form>,
}

/// The page.
pub async fn show(look: Look, filter: Filter, notice: Notice) -> Result<Response, Failure> {
    let filter = filter.seen_by(&look);
    page(&look, &filter, Told { notice, ..Told::default() }, StatusCode::OK).await
}

/// The patients whose identifier holds a text. It comes by a form: no address
/// ever names a patient.
pub async fn search(look: Look, filter: Filter, fields: Fields) -> Result<Response, Failure> {
    let text = fields.text("recherche").to_owned();
    let short = text.chars().count() < LEAST;
    let message = if short { Calls::of(look.language).too_short } else { "" };
    let told =
        Told { message: message.to_owned(), search: (!short).then_some(text), ..Told::default() };
    page(&look, &filter.seen_by(&look), told, StatusCode::OK).await
}

async fn page(
    look: &Look,
    filter: &Filter,
    told: Told,
    status: StatusCode,
) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    let doctor = look.doctor()?;
    let campaign = look.campaign;
    let today = look.today();
    let list = look.ask(move |facts| facts.list(campaign, &doctor, today)).await?;
    let memory = Memory::read(look).await?;
    let words = words(&list);
    let mut message = told.message;
    let mut people = match &told.search {
        Some(text) => named(&list, &memory.kept, &words, text),
        None => chosen(&list, &memory.kept, &words, filter, today),
    };
    let all = people.len();
    let shown = match (&told.search, filter.page) {
        (Some(_), _) => {
            if all > PAGE {
                w.found_many.clone_into(&mut message);
            }
            people.truncate(PAGE);
            people
        }
        (None, Page::Whole) => people,
        (None, Page::Number(number)) => {
            people.into_iter().skip((number - 1).saturating_mul(PAGE)).take(PAGE).collect()
        }
    };
    let first = told.search.is_none() && matches!(filter.page, Page::Number(1) | Page::Whole);
    let mut keys: Vec<_> = shown.iter().map(|person| PatientKey::new(person.patient)).collect();
    for finder in list.finders.iter().filter(|_| first) {
        keys.extend(finder.patients.iter().map(|(patient, _)| PatientKey::new(patient.as_str())));
    }
    let numbers = numbers(look, keys).await?;
    let euros = filter.euros;
    let sight = Sight { look, w, list: &list, words: &words, memory: &memory, today, euros };
    let rows = shown.iter().filter_map(|person| sight.row(person, &numbers)).collect();
    let bulk = match told.bulk {
        Some(bulk) => bulk,
        None => bulk_form(w, &list, &words, filter, &memory),
    };
    let page = html(&Patients {
        frame: look.frame(look.t.patients, "/patients"),
        w,
        notice: told.notice,
        message,
        filter: Filters::of(look, &list, &words, filter, &memory),
        kept: filter.on(Page::default()).pairs(),
        summary: summary(look, w, &list, filter.which, all),
        marks: marks(look, w, &list, &memory, &words, today),
        euros,
        outcomes: outcomes(w, None),
        rows,
        pager: pager(look, w, filter, all, told.search.is_some()),
        form: Form { action: filter.to(look, "/patients/suivi"), ..bulk },
        undo: filter.to(look, "/patients/annuler"),
        search_to: filter.to(look, "/patients/recherche"),
        note_to: filter.to(look, "/patients/suivi"),
        back: filter.to(look, "/patients"),
        search: told.search,
        print: print_line(look, w, &memory.me, today),
        finders: if first { finders(look, &list, &numbers) } else { Vec::new() },
    })?;
    Ok((status, page).into_response())
}

/// What a printed list says of itself.
fn print_line(look: &Look, w: &Calls, me: &str, today: Date) -> String {
    let line = format!("{} · {} {} {} {me}", w.confidential, w.printed, french::date(today), w.by);
    match look.facts.last_day() {
        Some(day) => {
            format!("{line} · {} {}", look.t.data_until.to_lowercase(), french::date(day))
        }
        None => line,
    }
}

fn summary(look: &Look, w: &Calls, list: &List, which: Which, all: usize) -> String {
    let calls = matches!(which, Which::Following | Which::ToContact);
    format!(
        "{} {} {}",
        french::count(all as u64, "patient"),
        if calls { look.t.to_call } else { w.of },
        french::integer(list.patients.len() as u64)
    )
}

/// How many patients the fund counts, and how many are to be claimed.
fn marks(
    look: &Look,
    w: &Calls,
    list: &List,
    memory: &Memory,
    words: &[String],
    today: Date,
) -> Vec<(String, String)> {
    [(FundMark::Counted, w.counted_by_fund), (FundMark::ToClaim, w.to_claim)]
        .into_iter()
        .filter_map(|(mark, label)| {
            let filter = Filter::only(Which::Marked(mark));
            let count = chosen(list, &memory.kept, words, &filter, today).len();
            let says = format!("{} {label}", french::integer(count as u64));
            (count > 0).then(|| (says, filter.to(look, "/patients")))
        })
        .collect()
}

fn pager(look: &Look, w: &Calls, filter: &Filter, all: usize, searching: bool) -> Pager {
    let pages = all.div_ceil(PAGE).max(1);
    let to = |page| Some(filter.on(page).to(look, "/patients"));
    match filter.page {
        Page::Number(number) if !searching && (pages > 1 || number > 1) => Pager {
            says: format!("{} {number} {} {pages}", w.page, w.of),
            before: if number > 1 { to(Page::Number((number - 1).min(pages))) } else { None },
            after: if number < pages { to(Page::Number(number + 1)) } else { None },
            whole: to(Page::Whole),
        },
        _ => Pager { says: String::new(), before: None, after: None, whole: None },
    }
}

/// The form for the patients that are ticked: what it does not say stays.
fn bulk_form(w: &Calls, list: &List, words: &[String], filter: &Filter, memory: &Memory) -> Form {
    let wanted = filter.indicator.as_ref();
    let at = wanted.and_then(|wanted| words.iter().position(|word| word == wanted));
    let gap = at.and_then(|at| {
        let target = list.worklist.targets.get(at)?;
        Some(Choice {
            value: words.get(at)?.clone(),
            label: target.page.title.clone(),
            chosen: false,
        })
    });
    Form {
        action: String::new(),
        picked: Vec::new(),
        may_leave: true,
        outcomes: outcomes(w, None),
        gaps: gap.into_iter().collect(),
        reason: String::new(),
        day: String::new(),
        owners: form::owners(w, &memory.colleagues, &To::Same),
        note: None,
        back: String::new(),
        next: String::new(),
    }
}

/// The list again, because no patient was ticked: what was typed is still there.
async fn unticked(look: &Look, filter: &Filter, fields: &Fields) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    let bulk = Form { may_leave: true, ..again::as_typed(look, fields).await };
    let told = Told { message: w.none_chosen.to_owned(), bulk: Some(bulk), ..Told::default() };
    page(look, filter, told, StatusCode::UNPROCESSABLE_ENTITY).await
}

fn finders(look: &Look, list: &List, numbers: &BTreeMap<String, PatientId>) -> Vec<Finder> {
    let found = list.finders.iter().filter(|finder| !finder.patients.is_empty());
    found
        .map(|finder| Finder {
            says: finder.says.clone(),
            patients: finder
                .patients
                .iter()
                .filter_map(|(patient, _)| {
                    Some((patient.clone(), look.to_patient(*numbers.get(patient)?)))
                })
                .collect(),
        })
        .collect()
}
