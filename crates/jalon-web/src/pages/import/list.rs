//! A list of patients lent by the fund: which column is which, what would
//! move, and nothing written before it is kept.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jalon_claim::label::catalogue;
use jalon_import::ImportError;
use jalon_import::list::{self, Asked, FIELDS, Intake, Outcome};
use jalon_import::sheet::{self, Limits, Workbook};
use jalon_rules::french;
use jalon_store::audit::{Action, Event};
use jiff::civil::Date;

use super::listed::{self, Field, Label, fields, indicators, labels, moves, remarks, sheets};
use super::{WRONG, back_to, job};
use crate::app::App;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::imports::{self, Job, Refusal, State};
use crate::pages::{Choice, Frame, Visit, html};
use crate::texts::Import;
use crate::work::away;

/// What whoever imports says of a list.
#[derive(Clone, Debug, Default)]
pub struct ListAsked {
    file: PathBuf,
    name: String,
    pub columns: Vec<(String, String)>,
    labels: Vec<(String, String)>,
    indicator: Option<String>,
    pub sheet: Option<String>,
    date: Option<Date>,
    whole: bool,
}

#[derive(Template)]
#[template(path = "import_list.html")]
struct Page {
    frame: Frame,
    w: &'static Import,
    id: String,
    message: String,
    refusal: Option<Refusal>,
    name: String,
    date: String,
    whole: bool,
    sheets: Vec<Choice>,
    indicators: Vec<Choice>,
    fields: Vec<Field>,
    others: Vec<String>,
    labels: Vec<Label>,
    moves: Vec<Vec<String>>,
    remarks: Vec<String>,
    already: String,
    /// Whether it may be kept as it is.
    asks: bool,
}

/// A list has come, in one file.
pub fn ready(job: &Job, today: Date, files: usize) -> Result<(), Failure> {
    let entry = std::fs::read_dir(job.files()).ok().and_then(|mut files| files.next());
    let file = entry.and_then(Result::ok).map(|entry| entry.path());
    let file = file.filter(|file| files == 1 && file.is_file());
    let file = file.ok_or_else(|| {
        Failure::Refused(
            "une liste est un seul fichier\naide : envoyez-les l'une après l'autre".to_owned(),
        )
    })?;
    let mut asked = job.list.lock().unwrap_or_else(PoisonError::into_inner);
    *asked = ListAsked {
        file,
        name: "prevention".to_owned(),
        date: Some(today),
        ..ListAsked::default()
    };
    Ok(())
}

fn asked(job: &Job) -> ListAsked {
    job.list.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Reads the file as it is asked to be.
fn read(
    app: &App,
    asked: &ListAsked,
) -> Result<(Workbook, Result<Intake, ImportError>), ImportError> {
    let book = sheet::read(&asked.file, &Limits::USUAL)?;
    let file = asked.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let catalogue = catalogue(app.practice.rules().paid_by_patient());
    let request = Asked {
        folder: app.practice.dossier(),
        name: &asked.name,
        file: &file,
        columns: &asked.columns,
        labels: &asked.labels,
        indicator: asked.indicator.as_deref(),
        sheet: asked.sheet.as_deref(),
        date: asked.date.unwrap_or(app.clock().today()),
        whole: asked.whole,
        catalogue: &catalogue,
    };
    let intake = Intake::read(&book, &request);
    Ok((book, intake))
}

/// The page.
pub async fn show(visit: &Visit, job: &Arc<Job>, message: &str) -> Result<Response, Failure> {
    let (app, held) = (visit.app.clone(), Arc::clone(job));
    let (asked, found) = away(move || {
        let asked = asked(&held);
        let found = read(&app, &asked).map_err(|error| imports::refusal(&app, &held, error));
        let found = found.map(|(book, intake)| {
            (book, intake.map_err(|error| imports::refusal(&app, &held, error)))
        });
        Ok((asked, found))
    })
    .await?;
    let w = Import::of(visit.language);
    let rules = visit.app.practice.rules();
    let mut page = Page {
        frame: visit.frame(w.list, "/import"),
        w,
        id: job.id.clone(),
        message: message.to_owned(),
        refusal: None,
        name: asked.name.clone(),
        date: asked.date.map_or_else(String::new, |date| date.to_string()),
        whole: asked.whole,
        sheets: Vec::new(),
        indicators: indicators(rules, asked.indicator.as_deref()),
        fields: Vec::new(),
        others: Vec::new(),
        labels: Vec::new(),
        moves: Vec::new(),
        remarks: Vec::new(),
        already: String::new(),
        asks: false,
    };
    match found {
        Err(refusal) => page.refusal = Some(refusal),
        Ok((book, intake)) => {
            page.sheets = sheets(&book, asked.sheet.as_deref());
            match intake {
                Err(refusal) => {
                    page.fields = fields(&book, None, &asked);
                    page.refusal = Some(listed::mended_here(refusal, w));
                }
                Ok(intake) => {
                    page.fields = fields(&book, Some(&intake), &asked);
                    page.others =
                        intake.columns.others.iter().map(|(_, title)| title.clone()).collect();
                    page.labels = labels(rules, &intake);
                    page.remarks = remarks(&book, &intake, w);
                    match &intake.outcome {
                        Outcome::Already(day) => page.already = french::date(*day),
                        outcome @ Outcome::Added { .. } => {
                            page.moves = moves(outcome);
                            page.asks = true;
                        }
                    }
                }
            }
        }
    }
    let mut response = html(&page)?.into_response();
    if page.refusal.is_some() {
        *response.status_mut() = WRONG;
    }
    Ok(response)
}

/// Which column is which, said again.
pub async fn correspond(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let job = job(&visit, &id)?;
    let w = Import::of(visit.language);
    let name = fields.text("liste").to_owned();
    let Ok(date) = fields.given("jour").map(str::parse).transpose() else {
        return show(&visit, &job, w.bad_day).await;
    };
    if !list::is_name(&name) {
        return show(&visit, &job, w.bad_name).await;
    }
    let rules = visit.app.practice.rules();
    let known = |id: &&str| rules.paid_by_patient().iter().any(|page| page.id == *id);
    let columns = FIELDS
        .iter()
        .filter(|field| fields.has(&format!("col:{}", field.key)))
        .map(|field| (field.key.to_owned(), fields.text(&format!("col:{}", field.key)).to_owned()))
        .collect();
    let labels = fields.all("libelle").zip(fields.all("designe"));
    let labels = labels.filter(|(_, id)| known(id));
    let said = ListAsked {
        file: asked(&job).file,
        name,
        columns,
        labels: labels.map(|(text, id)| (text.to_owned(), id.to_owned())).collect(),
        indicator: fields.given("indicateur").filter(known).map(str::to_owned),
        sheet: fields.given("feuille").map(str::to_owned),
        date,
        whole: fields.given("complet").is_some(),
    };
    *job.list.lock().unwrap_or_else(PoisonError::into_inner) = said;
    Ok(back_to(&job))
}

/// The list is kept.
pub async fn keep(visit: &Visit, job: &Arc<Job>) -> Result<Response, Failure> {
    if !matches!(job.state(), State::List) {
        return Ok(back_to(job));
    }
    let (app, held) = (visit.app.clone(), Arc::clone(job));
    let kept = away(move || {
        let asked = asked(&held);
        // The page says why not.
        let Ok((_, Ok(mut intake))) = read(&app, &asked) else { return Ok(None) };
        let folder = app.practice.dossier();
        match intake.keep(folder) {
            Ok(()) => Ok(Some((asked.name, intake.outcome))),
            Err(error) => {
                let refusal = imports::refusal(&app, &held, error);
                let first = refusal.faults.into_iter().next();
                Err(Failure::Memory(first.map_or_else(String::new, |fault| fault.says)))
            }
        }
    })
    .await;
    let (name, outcome) = match kept {
        Ok(Some(kept)) => kept,
        Ok(None) => return show(visit, job, "").await,
        Err(Failure::Memory(why)) => {
            let mut page = show(visit, job, &why).await?;
            *page.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
            return Ok(page);
        }
        Err(failure) => return Err(failure),
    };
    let says = format!("liste {name}");
    visit
        .store(move |store, actor, now| {
            store.record(Event::of(actor, Action::Import).on(&says), now)
        })
        .await?;
    let w = Import::of(visit.language);
    let words = [w.rows, w.new, w.came_back, w.gone, w.changed];
    let told = |cells: &Vec<String>| {
        let numbers = cells.iter().skip(1).zip(words);
        let numbers: Vec<_> = numbers.map(|(number, word)| format!("{word} {number}")).collect();
        format!("{} : {}", cells.first().map_or("", String::as_str), numbers.join(", "))
    };
    job.list_kept(moves(&outcome).iter().map(told).collect());
    Ok(back_to(job))
}
