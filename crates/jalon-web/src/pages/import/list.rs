//! A list of patients lent by the fund: which column is which, what would
//! move, and nothing written before it is kept.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jalon_claim::label::catalogue;
use jalon_import::ImportError;
use jalon_import::list::{Asked, FIELDS, Intake, Outcome};
use jalon_import::sheet::{self, Limits, Workbook};
use jalon_rules::page::Page as Indicator;
use jalon_rules::{Campaign, french};
use jalon_store::audit::{Action, Event};
use jiff::civil::Date;

use super::listed::{self, Field, Label, fields, indicators, labels, moves, remarks, sheets};
use super::{WRONG, back_to, job};
use crate::app::App;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::imports::{self, Job, Refusal, State};
use crate::pages::lent::{self, Nature};
use crate::pages::{Choice, Frame, Look, Visit, campaigns, html};
use crate::texts::Import;
use crate::work::away;

/// The indicator of lines that name none: those of a whole list.
const WHOLE: &str = "patientele";

/// What the doctor who imports a list says of it.
#[derive(Clone, Debug)]
pub struct ListAsked {
    file: PathBuf,
    doctor: String,
    pub campaign: Campaign,
    nature: Nature,
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
    /// What the list is, and of which campaign.
    natures: Vec<Choice>,
    campaigns: Vec<Choice>,
    /// Whether its lines name indicators.
    by_indicator: bool,
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

/// A list has come, in one file, for a campaign.
pub fn ready(
    job: &Job,
    doctor: &str,
    campaign: Campaign,
    today: Date,
    files: usize,
) -> Result<(), Failure> {
    let entry = std::fs::read_dir(job.files()).ok().and_then(|mut files| files.next());
    let file = entry.and_then(Result::ok).map(|entry| entry.path());
    let file = file.filter(|file| files == 1 && file.is_file());
    let file = file.ok_or_else(|| {
        Failure::Refused(
            "une liste est un seul fichier\naide : envoyez-les l'une après l'autre".to_owned(),
        )
    })?;
    let mut asked = job.list.lock().unwrap_or_else(PoisonError::into_inner);
    *asked = Some(ListAsked {
        file,
        doctor: doctor.to_owned(),
        campaign,
        nature: Nature::ToSee,
        columns: Vec::new(),
        labels: Vec::new(),
        indicator: None,
        sheet: None,
        date: Some(today),
        whole: false,
    });
    Ok(())
}

/// What is said of the list of a job; there is none in the others.
pub fn asked(job: &Job) -> Result<ListAsked, Failure> {
    let asked = job.list.lock().unwrap_or_else(PoisonError::into_inner).clone();
    asked.ok_or(Failure::NotFound)
}

/// The indicators of which a list may speak: those that count patients in the
/// schemes of the doctor, each identifier once. Where no fact tells which
/// schemes, those paid by patient.
fn pages(app: &App, asked: &ListAsked) -> Vec<&'static Indicator> {
    let rules = app.practice.rules();
    let facts = app.practice.facts();
    let schemes = facts.and_then(|facts| facts.schemes(asked.campaign, &asked.doctor));
    let all = schemes.unwrap_or_default().into_iter().flat_map(|scheme| rules.pages_of(scheme));
    let mut pages: Vec<&'static Indicator> = Vec::new();
    for page in all.filter(|page| rules.exists(page, asked.campaign)) {
        if pages.iter().all(|known| known.id != page.id) {
            pages.push(page);
        }
    }
    if pages.is_empty() { rules.paid_by_patient() } else { pages }
}

/// Reads the file as it is asked to be.
fn read(
    app: &App,
    asked: &ListAsked,
    pages: &[&Indicator],
) -> Result<(Workbook, Result<Intake, ImportError>), ImportError> {
    let book = sheet::read(&asked.file, &Limits::USUAL)?;
    let file = asked.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let catalogue = catalogue(pages.iter().copied());
    let whole = (asked.nature == Nature::Whole).then_some(WHOLE);
    let request = Asked {
        folder: app.practice.dossier(),
        name: &lent::name(&app.keys, &asked.doctor, asked.campaign, asked.nature),
        file: &file,
        columns: &asked.columns,
        labels: &asked.labels,
        indicator: whole.or(asked.indicator.as_deref()),
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
    let (asked, pages, found) = away(move || {
        let asked = asked(&held)?;
        let pages = pages(&app, &asked);
        let found =
            read(&app, &asked, &pages).map_err(|error| imports::refusal(&app, &held, error));
        let found = found.map(|(book, intake)| {
            (book, intake.map_err(|error| imports::refusal(&app, &held, error)))
        });
        Ok((asked, pages, found))
    })
    .await?;
    let w = Import::of(visit.language);
    let nature = |nature: Nature| Choice {
        value: nature.word().to_owned(),
        label: match nature {
            Nature::ToSee => w.to_see.to_owned(),
            Nature::Whole => w.whole_list.to_owned(),
        },
        chosen: nature == asked.nature,
    };
    let mut page = Page {
        frame: visit.frame(w.list, "/import"),
        w,
        id: job.id.clone(),
        message: message.to_owned(),
        refusal: None,
        natures: Nature::ALL.into_iter().map(nature).collect(),
        campaigns: campaigns(visit.app.practice.rules(), asked.campaign),
        by_indicator: asked.nature == Nature::ToSee,
        date: asked.date.map_or_else(String::new, |date| date.to_string()),
        whole: asked.whole,
        sheets: Vec::new(),
        indicators: indicators(&pages, asked.indicator.as_deref()),
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
                    page.labels = labels(&pages, &intake);
                    page.remarks = remarks(&book, &intake, w);
                    match &intake.outcome {
                        // The facts may have changed since.
                        Outcome::Already(day) => {
                            page.already = french::date(*day);
                            page.asks = page.by_indicator;
                        }
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
    let before = asked(&job)?;
    let nature = Nature::parse(fields.text("quoi")).ok_or(Failure::NotFound)?;
    let campaign = fields.text("annee").parse().ok().and_then(Campaign::new);
    let campaign = campaign.ok_or(Failure::NotFound)?;
    let Ok(date) = fields.given("jour").map(str::parse).transpose() else {
        return show(&visit, &job, w.bad_day).await;
    };
    let said = ListAsked { campaign, nature, date, ..before };
    let (app, held) = (visit.app.clone(), said.clone());
    let pages = away(move || Ok(pages(&app, &held))).await?;
    let known = |id: &&str| pages.iter().any(|page| page.id == *id);
    let columns = FIELDS
        .iter()
        .filter(|field| fields.has(&format!("col:{}", field.key)))
        .map(|field| (field.key.to_owned(), fields.text(&format!("col:{}", field.key)).to_owned()))
        .collect();
    let labels = fields.all("libelle").zip(fields.all("designe"));
    let labels = labels.filter(|(_, id)| known(id));
    let said = ListAsked {
        columns,
        labels: labels.map(|(text, id)| (text.to_owned(), id.to_owned())).collect(),
        indicator: fields.given("indicateur").filter(known).map(str::to_owned),
        sheet: fields.given("feuille").map(str::to_owned),
        whole: fields.given("complet").is_some(),
        ..said
    };
    *job.list.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    Ok(back_to(&job))
}

/// The list is kept.
pub async fn keep(visit: &Visit, job: &Arc<Job>) -> Result<Response, Failure> {
    if !matches!(job.state(), State::List) {
        return Ok(back_to(job));
    }
    let (app, held) = (visit.app.clone(), Arc::clone(job));
    let kept = away(move || {
        let asked = asked(&held)?;
        let pages = pages(&app, &asked);
        // The page says why not.
        let Ok((_, Ok(mut intake))) = read(&app, &asked, &pages) else { return Ok(None) };
        let folder = app.practice.dossier();
        match intake.keep(folder) {
            Ok(()) => Ok(Some((asked, intake.outcome))),
            Err(error) => {
                let refusal = imports::refusal(&app, &held, error);
                let first = refusal.faults.into_iter().next();
                Err(Failure::Memory(first.map_or_else(String::new, |fault| fault.says)))
            }
        }
    })
    .await;
    let (asked, outcome) = match kept {
        Ok(Some(kept)) => kept,
        Ok(None) => return show(visit, job, "").await,
        Err(Failure::Memory(why)) => {
            let mut page = show(visit, job, &why).await?;
            *page.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
            return Ok(page);
        }
        Err(failure) => return Err(failure),
    };
    let says = format!("liste de la caisse ({}, {})", asked.nature.word(), asked.campaign);
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
    let mut told: Vec<String> = moves(&outcome).iter().map(told).collect();
    if asked.nature == Nature::ToSee
        && let Some(count) = report(visit, asked.campaign).await?
    {
        told.push(format!("{} : {}", w.marked, french::integer(count as u64)));
    }
    job.list_kept(told);
    Ok(back_to(job))
}

/// What the list says of patients of whom there are facts: how many marks
/// changed. None where there is no fact yet.
async fn report(visit: &Visit, campaign: Campaign) -> Result<Option<usize>, Failure> {
    match Look::own(visit.clone(), campaign).await {
        Ok(look) => lent::report(&look).await.map(Some),
        Err(Failure::NoFacts) => Ok(None),
        Err(failure) => Err(failure),
    }
}
