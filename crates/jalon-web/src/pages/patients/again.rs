//! What could not be noted, given back: why, what others noted meanwhile, and
//! what was typed, to be sent again. Nothing here needs the memory to answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jalon_store::worklist::{Meanwhile, State};
use jalon_store::{AccountId, PatientId};

use super::filter::Filter;
use super::form::{Form, outcomes, owners};
use super::story::{Line, Story, title};
use super::typed::{Picked, SAME, To, Typed};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Choice, Frame, Look, html};
use crate::texts::Calls;

/// Patients named among those who changed meanwhile.
const NAMED: usize = 20;

/// Why nothing was noted.
pub enum Trouble {
    /// Somebody was faster.
    Stale(Vec<Meanwhile>),
    /// The memory refused, or could not.
    Failed(Failure),
}

#[derive(Template)]
#[template(path = "again.html")]
struct Again {
    frame: Frame,
    w: &'static Calls,
    message: String,
    stories: Vec<Changed>,
    others: usize,
    /// Nothing where there is nothing to send again.
    form: Option<Form>,
    /// The change to undo once more.
    undo: Option<Undo>,
    leave: String,
    leave_label: &'static str,
}

struct Undo {
    action: String,
    change: String,
    restores: bool,
    back: String,
    next: String,
}

/// A patient who changed meanwhile.
struct Changed {
    label: String,
    to: String,
    lines: Vec<Line>,
}

impl Trouble {
    fn status(&self) -> StatusCode {
        match self {
            Self::Stale(_) => StatusCode::CONFLICT,
            Self::Failed(failure) => failure.status(),
        }
    }

    /// The message; a failure that is nobody's to mend is not explained here.
    fn says(&self, look: &Look, stale: &str) -> Result<String, Failure> {
        match self {
            Self::Stale(_) => Ok(stale.to_owned()),
            Self::Failed(Failure::Refused(why) | Failure::Memory(why)) => Ok(why.clone()),
            Self::Failed(Failure::Wait(_)) => Ok(look.t.wait_says.to_owned()),
            Self::Failed(other) => Err(other.clone()),
        }
    }

    /// What happened to those who changed, and how many more did.
    async fn stories(&self, look: &Look) -> Result<(Vec<Changed>, usize), Failure> {
        let Self::Stale(meanwhile) = self else { return Ok((Vec::new(), 0)) };
        let mut stories = Vec::new();
        for one in meanwhile.iter().take(NAMED) {
            let (patient, campaign) = (one.patient, one.campaign);
            // The journal has it that the patient is shown.
            let file = look
                .store(move |store, actor, now| store.patient(actor, patient, campaign, now))
                .await?;
            let story = Story::of(look, &one.events).await?;
            stories.push(Changed {
                label: file.tracked.key.expose().to_owned(),
                to: look.to_patient(patient),
                lines: story.lines(&one.events),
            });
        }
        Ok((stories, meanwhile.len().saturating_sub(NAMED)))
    }

    /// The versions that the next form has seen.
    fn seen(&self, picked: Vec<Picked>) -> Vec<Picked> {
        let Self::Stale(meanwhile) = self else { return picked };
        let last = |patient: PatientId| {
            let changed = meanwhile.iter().find(|one| one.patient == patient)?;
            changed.events.last().map(|event| event.id)
        };
        picked
            .into_iter()
            .map(|one| Picked { seen: last(one.patient).or(one.seen), ..one })
            .collect()
    }
}

/// The page, with a form that was understood.
pub async fn page(
    look: &Look,
    filter: &Filter,
    fields: &Fields,
    picked: Vec<Picked>,
    typed: &Typed,
    trouble: Trouble,
) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    // What was typed is given back even if what changed cannot be read.
    let (trouble, told) = match trouble.stories(look).await {
        Ok(told) => (trouble, told),
        Err(failure) => (Trouble::Failed(failure), (Vec::new(), 0)),
    };
    let message = trouble.says(look, w.stale)?;
    let gaps = gap_of(look, typed.gap.as_deref());
    let colleagues = colleagues(look).await;
    let form = Form::of(w, typed, trouble.seen(picked), gaps, &colleagues);
    shown(look, filter, fields, trouble.status(), message, told, Some(form))
}

/// The page, with a form that was not understood: its words as they came.
pub async fn unread(
    look: &Look,
    filter: &Filter,
    fields: &Fields,
    picked: Vec<Picked>,
    why: String,
) -> Result<Response, Failure> {
    let form = Form { picked, ..as_typed(look, fields).await };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    shown(look, filter, fields, status, why, (Vec::new(), 0), Some(form))
}

/// A form with the words that came in another, understood or not.
pub async fn as_typed(look: &Look, fields: &Fields) -> Form {
    let w = Calls::of(look.language);
    let colleagues = colleagues(look).await;
    Form {
        action: String::new(),
        picked: Vec::new(),
        may_leave: fields.text("etat") == SAME || fields.text("qui") == SAME,
        outcomes: outcomes(w, State::parse(fields.text("etat"))),
        gaps: gap_of(look, fields.given("pour")),
        reason: fields.text("motif").to_owned(),
        day: fields.text("jour").to_owned(),
        owners: owners(w, &colleagues, &owner_of(fields)),
        note: fields.has("note").then(|| fields.text("note").to_owned()),
        back: String::new(),
        next: String::new(),
    }
}

fn owner_of(fields: &Fields) -> To<Option<AccountId>> {
    match fields.text("qui") {
        SAME => To::Same,
        _ if !fields.has("qui") => To::Same,
        id => To::This(AccountId::parse(id)),
    }
}

/// A change that was not undone.
pub async fn not_undone(
    look: &Look,
    filter: &Filter,
    fields: &Fields,
    trouble: Trouble,
) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    let message = trouble.says(look, w.stale_undo)?;
    let (stories, others) = trouble.stories(look).await?;
    let retry = matches!(trouble, Trouble::Failed(Failure::Memory(_) | Failure::Wait(_)));
    let undo = retry.then(|| Undo {
        action: filter.to(look, "/patients/annuler"),
        change: fields.text("modification").to_owned(),
        restores: fields.text("retablir") == "1",
        back: fields.text("retour").to_owned(),
        next: fields.text("suite").to_owned(),
    });
    let (leave, leave_label) = leave(look, filter, fields);
    let frame = look.frame(w.nothing_saved, "/patients");
    let page = Again { frame, w, message, stories, others, form: None, undo, leave, leave_label };
    Ok((trouble.status(), html(&page)?).into_response())
}

fn shown(
    look: &Look,
    filter: &Filter,
    fields: &Fields,
    status: StatusCode,
    message: String,
    (stories, others): (Vec<Changed>, usize),
    form: Option<Form>,
) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    let form = form.map(|form| Form {
        action: filter.to(look, "/patients/suivi"),
        back: fields.text("retour").to_owned(),
        next: fields.text("suite").to_owned(),
        ..form
    });
    let (leave, leave_label) = leave(look, filter, fields);
    let frame = look.frame(w.nothing_saved, "/patients");
    let page = Again { frame, w, message, stories, others, form, undo: None, leave, leave_label };
    Ok((status, html(&page)?).into_response())
}

/// Where to go without sending anything.
fn leave(look: &Look, filter: &Filter, fields: &Fields) -> (String, &'static str) {
    let w = Calls::of(look.language);
    match PatientId::parse(fields.text("retour")) {
        Some(patient) => (look.to_patient(patient), w.back_patient),
        None => (filter.to(look, "/patients"), w.back),
    }
}

/// The gap of the form, as its only other choice than the patient as a whole.
fn gap_of(look: &Look, word: Option<&str>) -> Vec<Choice> {
    let Some(word) = word else { return Vec::new() };
    let label = title(look, word);
    vec![Choice { value: word.to_owned(), label, chosen: true }]
}

/// Those who may take care of a patient; nobody when the memory does not answer.
async fn colleagues(look: &Look) -> Vec<(AccountId, String)> {
    let Ok(doctor) = look.list_key() else { return Vec::new() };
    look.store(move |store, actor, _| store.colleagues(actor, &doctor)).await.unwrap_or_default()
}
