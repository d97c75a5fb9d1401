//! A nominative list of the fund: kept for its doctor alone, and what it says
//! put on the patients it names.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_claim::label::catalogue;
use jalon_import::ImportError;
use jalon_import::list::{Asked, Intake};
use jalon_import::sheet::{self, Limits};
use jalon_store::audit::{Action, Event};
use jalon_store::worklist::FundMark;

use super::study::{Study, list_name};
use super::{file, gaps, is_own, marks, study};
use crate::failure::Failure;
use crate::pages::{Look, Visit};
use crate::texts::Statements;
use crate::upload::Upload;
use crate::work::away;

/// The indicator of lines that name none: those of a whole list.
const WHOLE: &str = "patientele";

/// Marks put in one change.
const AT_ONCE: usize = 4_000;

/// A list comes.
pub async fn bring(
    visit: Visit,
    Path(number): Path<String>,
    mut upload: Upload,
) -> Result<Response, Failure> {
    let mut sent = upload.file().await?;
    let fields = upload.fields.clone();
    let look = Look::of_form(visit, &fields).await?;
    let doctor = look.doctor()?;
    if !is_own(&look, &doctor) {
        return Err(Failure::NotFound);
    }
    let w = Statements::of(look.language);
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let kept = study::kept(&look, &number).await?;
    if look.app.demo {
        return gaps::page(&look, &number, w.no_demo, wrong).await;
    }
    let to_see = match fields.text("nature") {
        "voir" => true,
        "mt" => false,
        _ => return Err(Failure::NotFound),
    };
    let Some(sent) = &mut sent else {
        return gaps::page(&look, &number, w.no_file, wrong).await;
    };
    let most = usize::try_from(Limits::USUAL.file).unwrap_or(usize::MAX);
    let (name, bytes) = (sent.name.clone(), sent.whole(most).await?);
    let (folder, date) = (look.app.practice.dossier().to_path_buf(), look.today());
    let (rules, list) = (look.app.practice.rules(), list_name(&look, &doctor, to_see));
    let scheme = rules.scheme(&kept.scheme).ok_or(Failure::NotFound)?;
    let read = away(move || {
        let catalogue = catalogue(rules.pages_of(scheme));
        let name = name.rsplit(['/', '\\']).next().unwrap_or("liste");
        let asked = Asked {
            folder: &folder,
            name: &list,
            file: name,
            columns: &[],
            labels: &[],
            indicator: (!to_see).then_some(WHOLE),
            sheet: None,
            date,
            whole: true,
            catalogue: &catalogue,
        };
        Ok(keep(&asked, &bytes))
    })
    .await?;
    if let Err(error) = read {
        return gaps::page(&look, &number, &file::why(error, w), wrong).await;
    }
    look.store(|store, actor, now| {
        store.record(Event::of(actor, Action::Import).on("liste de la caisse"), now)
    })
    .await?;
    let count = if to_see { report(&look, &number).await? } else { 0 };
    let to = format!("{}&fait={count}#listes", super::to(&look, kept.id, ""));
    Ok(Redirect::to(&to).into_response())
}

fn keep(asked: &Asked<'_>, bytes: &[u8]) -> Result<(), ImportError> {
    let book = sheet::read_bytes(std::path::Path::new(asked.file), bytes, &Limits::USUAL)?;
    Intake::read(&book, asked)?.keep(asked.folder)
}

/// Puts on patients what the list of those to see says. Who is there although
/// the facts count the act is to be claimed; who was there, is no longer, and is
/// still on the doctor's list, is counted now. How many marks changed.
async fn report(look: &Look, number: &str) -> Result<usize, Failure> {
    let study = Study::read(look, number).await?;
    let numbers = look.numbers(&study.held.list).await?;
    let tracked = gaps::tracked(look).await?;
    let (Some(list), Some(same)) = (&study.funds.to_see, &study.held.seen) else { return Ok(0) };
    let mut marks = Vec::new();
    for line in &list.lignes {
        let Some(patient) = same.patient_of(line.patient) else { continue };
        let Some(id) = numbers.of(patient) else { continue };
        let Some(met) = met(&study, patient, &line.indicateur)? else { continue };
        let listed = |day| {
            let member = study.held.members.iter().find(|one| one.patient == patient);
            member.is_some_and(|member| member.is_listed_on(day))
        };
        let mark = match line.sorti {
            None => met.then_some(FundMark::ToClaim),
            Some(day) if listed(day) => Some(FundMark::Counted),
            Some(_) => continue,
        };
        let word = study.word(&line.indicateur);
        let held = tracked.get(patient).and_then(|kept| kept.gap(&word).fund);
        if held != mark {
            marks.push((id, word, mark));
        }
    }
    let mut count = 0;
    for some in marks.chunks(AT_ONCE) {
        count += marks::put(look, None, some.to_vec()).await?;
    }
    Ok(count)
}

/// Whether the facts count the act of a patient; none for an indicator that the
/// statement's scheme has not.
fn met(study: &Study, patient: &str, indicator: &str) -> Result<Option<bool>, Failure> {
    let broken = |_| Failure::Broken("moteur");
    let readings = study.held.list.readings.iter();
    for reading in readings.filter(|reading| reading.scheme.id == study.held.scheme.id) {
        let Some(at) = reading.pages.iter().position(|page| page.id == indicator) else {
            continue;
        };
        let own = reading.evidence.only(patient).map_err(broken)?.page(at).map_err(broken)?;
        let met = own.iter().any(|row| {
            row.counts.denominator > 0 && row.counts.numerator >= row.counts.denominator
        });
        return Ok(Some(met));
    }
    Ok(None)
}
