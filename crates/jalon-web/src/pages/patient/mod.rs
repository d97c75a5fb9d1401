//! Fiche patient: where one patient stands, every indicator with its evidence,
//! the proofs, the story, who looked, and the facts. No amount is here, for
//! anybody.

mod evidence;
mod looks;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use jalon_rules::french;
use jalon_store::worklist::{PatientFile, State};
use jalon_store::{AccountId, Document, DocumentId, PatientId};

use self::evidence::{Aside, Line};
use self::looks::{Looked, looked};
use super::patients::filter::{Filter, Notice};
use super::patients::form::{Form, gaps, outcomes, owners};
use super::patients::memory::Memory;
use super::patients::people::{Person, one, words};
use super::patients::rows::{Badge, Sight, Standing};
use super::patients::story::{self, Story, moment, title};
use super::patients::typed::{Picked, To};
use super::{Frame, Look, html};
use crate::failure::Failure;
use crate::texts::Calls;

/// Lines of the journal shown, at most.
const LOOKS: u16 = 100;

#[derive(Template)]
#[template(path = "patient.html")]
struct Patient {
    frame: Frame,
    w: &'static Calls,
    notice: Notice,
    undo: String,
    back: String,
    badges: Vec<Badge>,
    standing: Option<Standing>,
    owner: String,
    note: String,
    form: Form,
    lines: Vec<Line>,
    asides: Vec<Aside>,
    proofs: Vec<Proof>,
    story: Vec<story::Line>,
    looks: Vec<Looked>,
    facts: Vec<Fact>,
}

struct Proof {
    name: String,
    to: String,
    about: String,
    kind: &'static str,
    at: String,
    author: String,
    expires: String,
}

struct Fact {
    date: String,
    kind: String,
    code: String,
    detail: String,
}

/// What the memory knows of one patient.
struct Known {
    file: PatientFile,
    colleagues: Vec<(AccountId, String)>,
    documents: Vec<(Option<String>, Document, String)>,
    looks: Vec<jalon_store::audit::Look>,
}

/// The page.
pub async fn show(
    mut look: Look,
    notice: Notice,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let number = PatientId::parse(&number).ok_or(Failure::NotFound)?;
    let known = known(&look, number).await?;
    look.doctor = Some(known.file.list.expose().to_owned());
    let w = Calls::of(look.language);
    let (campaign, of) = (look.campaign, known.file.list.expose().to_owned());
    let today = look.today();
    let list = look.ask(move |facts| facts.list(campaign, &of, today)).await?;
    let patient = known.file.tracked.key.expose().to_owned();
    // Whoever is no longer on the list is nobody here.
    if !list.knows(&patient) {
        return Err(Failure::NotFound);
    }
    let who = patient.clone();
    let facts = look.ask(move |facts| Ok(facts.engine().facts(&who)?)).await?;
    let facts = facts.into_iter().rev().map(|fact| Fact {
        date: french::date(fact.date),
        kind: fact.table,
        code: format!("{} {}", fact.system, fact.code),
        detail: fact.detail,
    });
    let words = words(&list);
    let person = one(&list, &patient, &known.file.tracked, &words);
    let memory = Memory::about(&look, &known.file.tracked, known.colleagues).await?;
    let sight =
        Sight { look: &look, w, list: &list, words: &words, memory: &memory, today, euros: false };
    let whole = person.whole();
    let (lines, asides) = evidence::of(&sight, &person)?;
    let telling = Story::of(&look, &known.file.events).await?;
    let page = html(&Patient {
        frame: look.frame(&format!("{} {patient}", look.t.patient), "/patients"),
        w,
        notice,
        undo: look.to("/patients/annuler"),
        back: look.to("/patients"),
        badges: person.items.iter().map(|item| sight.badge(item)).collect(),
        standing: sight.standing(&person),
        owner: person
            .owners()
            .find_map(|owner| memory.name(owner))
            .map_or_else(String::new, str::to_owned),
        note: whole
            .and_then(|told| told.note.as_ref())
            .map_or_else(String::new, |note| note.expose().to_owned()),
        form: form(&sight, &person, number, &memory.colleagues),
        lines,
        asides,
        proofs: proofs(&look, number, &known.documents),
        story: telling.lines(&known.file.events),
        looks: looked(&look, w, &known.looks),
        facts: facts.collect(),
    })?;
    Ok((StatusCode::OK, page).into_response())
}

/// Reads the patient. The journal has it, before anything is shown.
async fn known(look: &Look, number: PatientId) -> Result<Known, Failure> {
    let campaign = look.campaign.year();
    look.store(move |store, actor, now| {
        let file = store.patient(actor, number, campaign, now)?;
        let colleagues = store.colleagues(actor, &file.list)?;
        let documents = store
            .documents_about(actor, number, campaign)?
            .into_iter()
            .map(|(gap, document)| {
                let author = store.account_name(document.author)?;
                Ok((gap, document, author))
            })
            .collect::<Result<_, jalon_store::StoreError>>()?;
        let looks = store.looks(actor, number, LOOKS)?;
        Ok(Known { file, colleagues, documents, looks })
    })
    .await
}

/// The form, with what stays unless it is changed.
fn form(
    sight: &Sight<'_>,
    person: &Person<'_>,
    number: PatientId,
    colleagues: &[(AccountId, String)],
) -> Form {
    let w = sight.w;
    let whole = person.whole();
    let seen = person.kept.and_then(|kept| kept.version);
    let day = whole.and_then(|told| match told.state {
        State::Booked => told.appointment,
        _ => told.review,
    });
    Form {
        action: Filter::default().to(sight.look, "/patients/suivi"),
        picked: vec![Picked { patient: number, seen }],
        may_leave: false,
        outcomes: outcomes(w, whole.map(|told| told.state)),
        gaps: gaps(sight.list, sight.words, &person.items, None),
        reason: whole
            .and_then(|told| told.reason.as_ref())
            .map_or_else(String::new, |reason| reason.expose().to_owned()),
        day: day.map_or_else(String::new, |day| day.to_string()),
        owners: owners(w, colleagues, &To::This(whole.and_then(|told| told.owner))),
        note: Some(
            whole
                .and_then(|told| told.note.as_ref())
                .map_or_else(String::new, |note| note.expose().to_owned()),
        ),
        back: number.to_string(),
        next: String::new(),
    }
}

fn proofs(
    look: &Look,
    number: PatientId,
    documents: &[(Option<String>, Document, String)],
) -> Vec<Proof> {
    let one = |(gap, document, author): &(Option<String>, Document, String)| Proof {
        name: document.name.clone(),
        to: look.to(&format!("/patients/{number}/pieces/{}", document.id)),
        about: gap.as_deref().map_or_else(String::new, |gap| title(look, gap)),
        kind: document.kind.label(),
        at: moment(look, document.at),
        author: author.clone(),
        expires: document.expires_on.map_or_else(String::new, french::date),
    };
    documents.iter().map(one).collect()
}

/// A proof, to keep: a browser never opens it in its own name.
pub async fn proof(
    look: Look,
    Path((number, document)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let number = PatientId::parse(&number).ok_or(Failure::NotFound)?;
    let document = DocumentId::parse(&document).ok_or(Failure::NotFound)?;
    let campaign = look.campaign.year();
    let (found, bytes) = look
        .store(move |store, actor, now| {
            let about = store.documents_about(actor, number, campaign)?;
            if about.iter().all(|(_, known)| known.id != document) {
                return Err(jalon_store::StoreError::NotFound);
            }
            store.read_document(actor, document, now)
        })
        .await?;
    let name = format!("attachment; filename=\"{}\"", found.name);
    let headers = [(CONTENT_TYPE, found.kind.media_type().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, bytes).into_response())
}
