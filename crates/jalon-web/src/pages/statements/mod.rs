//! Relevés et écarts: what the fund printed, held against the facts, and the
//! claim that follows.

mod body;
mod claim;
mod entry;
mod file;
mod gaps;
mod marks;
mod out;
mod proofs;
mod sheet;
mod study;

use askama::Template;
use axum::response::{IntoResponse, Response};
use jalon_claim::arithmetic::{Arithmetic, Verdict};
use jalon_claim::data::Agreement;
use jalon_claim::{Data, Deadlines};
use jalon_engine::ledger::Book;
use jalon_rules::convention::Scheme;
use jalon_rules::french;
use jalon_store::{DoctorKey, StatementId};
use jiff::civil::Date;
use serde::Deserialize;

pub use self::claim::{save as save_claim, show as claim};
pub use self::entry::{save, show as entry};
pub use self::file::{MOST, read as read_file};
pub use self::gaps::show as gaps;
pub use self::marks::mark;
pub use self::out::{pdf, preview, xlsx};
pub use self::proofs::{LARGEST_PROOF, attach};
use super::{Frame, Look, html};
use crate::failure::Failure;
use crate::texts::Statements;

#[derive(Template)]
#[template(path = "statements.html")]
struct Page {
    frame: Frame,
    w: &'static Statements,
    rows: Vec<Row>,
    /// Whether who looks enters statements of this doctor.
    may: bool,
    campaign: String,
    doctor: String,
    schemes: Vec<(String, String, String)>,
    message: String,
}

struct Row {
    to: String,
    scheme: String,
    received: String,
    added: String,
    sum: &'static str,
    data: &'static str,
    deadline: String,
    replaced: bool,
}

/// What an address may ask besides.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// What was just done.
    fait: Option<String>,
    /// A scheme.
    dispositif: Option<String>,
    /// A statement to correct.
    corrige: Option<String>,
    /// For whom a claim is written.
    version: Option<String>,
}

/// The page.
pub async fn show(look: Look) -> Result<Response, Failure> {
    page(&look, "").await
}

async fn page(look: &Look, message: &str) -> Result<Response, Failure> {
    let w = Statements::of(look.language);
    let (doctor, key, campaign) = (look.doctor()?, look.list_key()?, look.campaign);
    let schemes = schemes(look, &doctor).await?;
    let kept =
        look.store(move |store, actor, _| store.statements(actor, &key, campaign.year())).await?;
    let mut rows = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for one in &kept {
        let statement = study::parsed(one)?;
        let (of, scheme) = (doctor.clone(), one.scheme.clone());
        let verdicts = look
            .ask(move |facts| study::verdicts(facts, campaign, &of, &statement, &scheme))
            .await?;
        let name = look.app.practice.rules().scheme(&one.scheme);
        let replaced = seen.contains(&one.scheme.as_str());
        seen.push(&one.scheme);
        rows.push(Row {
            to: to(look, one.id, ""),
            scheme: name.map_or_else(|| one.scheme.clone(), |scheme| scheme.name.clone()),
            received: french::date(one.received_on),
            added: look.app.clock().shown(one.at),
            sum: verdicts.as_ref().map_or("", |(sum, _)| of_sum(sum, w)),
            data: verdicts.as_ref().map_or(w.unknown, |(_, data)| of_data(data, w)),
            deadline: left(look, Some(claim::notified(look, one).await?)),
            replaced,
        });
    }
    let entry = |scheme: &&'static Scheme| {
        let to = format!("{}&dispositif={}", look.to("/releves/saisie"), scheme.id);
        (to, scheme.id.clone(), scheme.name.clone())
    };
    let page = html(&Page {
        frame: look.frame(w.title, "/releves"),
        w,
        rows,
        may: is_own(look, &doctor),
        campaign: campaign.to_string(),
        doctor: look.app.keys.of(&doctor),
        schemes: schemes.iter().map(entry).collect(),
        message: message.to_owned(),
    })?;
    Ok(page.into_response())
}

/// The schemes of which the doctor looked at has a statement by indicator.
async fn schemes(look: &Look, doctor: &str) -> Result<Vec<&'static Scheme>, Failure> {
    let (doctor, campaign) = (doctor.to_owned(), look.campaign);
    look.ask(move |facts| {
        let season = facts.season(campaign)?;
        let book = season.iter().find(|book| book.payee == doctor);
        Ok(book.into_iter().flat_map(Book::rates).map(|ledger| ledger.scheme).collect())
    })
    .await
}

/// Whether the doctor looked at is who looks: who alone writes here.
fn is_own(look: &Look, doctor: &str) -> bool {
    look.actor.own() == Some(&DoctorKey::new(doctor))
}

/// The address of a page about a statement.
fn to(look: &Look, statement: StatementId, page: &str) -> String {
    look.to(&format!("/releves/{statement}{page}"))
}

/// The first verdict in a word.
fn of_sum(arithmetic: &Arithmetic, w: &Statements) -> &'static str {
    match arithmetic.verdict() {
        Verdict::Agrees => w.agrees,
        Verdict::Differs { .. } => w.differs,
        Verdict::NoList | Verdict::NothingPrinted => w.unknown,
    }
}

/// The second verdict in a word.
fn of_data(data: &Data, w: &Statements) -> &'static str {
    match data.verdict() {
        Agreement::Same => w.agrees,
        Agreement::SameRate => w.same_rate,
        Agreement::Differs => w.differs,
        Agreement::Unknown => w.unknown,
    }
}

/// How long a claim may still be sent after a notification.
fn left(look: &Look, notified: Option<Date>) -> String {
    let w = Statements::of(look.language);
    let deadlines = Deadlines { notified, received: None };
    let (Some(by), Some(left)) = (deadlines.claim_by(), deadlines.left(look.today())) else {
        return w.unknown.to_owned();
    };
    let says = if left == 0 {
        w.too_late.to_owned()
    } else {
        format!("{} {}", french::integer(left.into()), w.days_left)
    };
    format!("{} ({says})", french::date(by))
}
