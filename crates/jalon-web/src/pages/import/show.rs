//! How far an import is: a page that is loaded again until the work is done.

use askama::Template;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use axum::response::{IntoResponse, Response};
use jalon_rules::{Fraction, french};

use super::{job, list};
use crate::failure::Failure;
use crate::imports::{Job, Preview, Refusal, State};
use crate::pages::{Frame, Visit, html};
use crate::texts::Import;

/// How long a browser waits before it asks again.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

#[derive(Template)]
#[template(path = "import_job.html")]
struct Page<'a> {
    frame: Frame,
    w: &'static Import,
    id: &'a str,
    says: String,
    /// Of a hundred, while work is under way and its size is known.
    percent: Option<u64>,
    busy: bool,
    preview: Option<&'a Preview>,
    /// Whether it waits to be kept.
    asks: bool,
    refusal: Option<&'a Refusal>,
    more: String,
    list_says: Vec<String>,
    /// Where what a list says is seen.
    seen: Vec<(String, &'static str)>,
}

/// The page.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let job = job(&visit, &id)?;
    match job.state() {
        State::List => list::show(&visit, &job, "").await,
        state => page(&visit, &job, &state),
    }
}

fn page(visit: &Visit, job: &Job, state: &State) -> Result<Response, Failure> {
    let w = Import::of(visit.language);
    let mut page = Page {
        frame: visit.frame(w.title, "/import"),
        w,
        id: &job.id,
        says: String::new(),
        percent: None,
        busy: state.is_busy(),
        preview: None,
        asks: false,
        refusal: None,
        more: String::new(),
        list_says: Vec::new(),
        seen: Vec::new(),
    };
    let says = match state {
        State::Trying => w.trying,
        State::Keeping => w.keeping,
        State::TakingBack => w.taking_back,
        State::Proposed(preview) => {
            page.preview = Some(preview);
            page.asks = preview.already.is_none();
            w.proposed
        }
        State::Kept(preview) => {
            page.preview = Some(preview);
            w.kept
        }
        State::TakenBack(lot) => {
            page.more = lot.to_string();
            w.taken_back
        }
        State::Refused(refusal) => {
            page.refusal = Some(refusal);
            let kept = refusal.faults.len() as u64;
            if refusal.total > kept {
                page.more = format!(
                    "{} {} {}",
                    french::count(refusal.total, "faute"),
                    w.of_which,
                    french::integer(kept)
                );
            }
            w.refused
        }
        State::ListKept(says) => {
            page.list_says.clone_from(says);
            let campaign = list::asked(job)?.campaign;
            page.seen = vec![
                (format!("/patients?campagne={campaign}"), visit.t.patients),
                (format!("/releves?campagne={campaign}"), visit.t.claims),
            ];
            w.list_kept
        }
        State::List => "",
    };
    says.clone_into(&mut page.says);
    if page.busy {
        if job.merges() {
            w.merging.clone_into(&mut page.says);
        }
        let (done, total) = job.progress();
        let share = Fraction::ratio(done.min(total), total);
        page.percent =
            share.and_then(|share| share.times_hundred().round(0).to_decimal(0).parse().ok());
    }
    let mut response = html(&page)?.into_response();
    if page.busy {
        response.headers_mut().insert(REFRESH, AGAIN);
    }
    Ok(response)
}
