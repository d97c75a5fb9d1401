//! Calendrier et versements: every due date of every scheme, and what was
//! expected and received.

mod money;
mod save;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jalon_engine::ledger::Book;
use jalon_rules::any_scheme::AnyScheme;
use jalon_rules::convention::Form;
use jalon_rules::french;
use jalon_store::{DoctorKey, Payment, PaymentKind};
use jiff::civil::Date;
use serde::Deserialize;

use self::money::{Entry, Row};
pub use self::save::{cancel, extend, pay};
use super::{Choice, Frame, Look, html};
use crate::calendar::{Fund, Span, Stage, Window};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::Calendar;

#[derive(Template)]
#[template(path = "calendar.html")]
struct Page {
    frame: Frame,
    w: &'static Calendar,
    campaign: String,
    doctor: String,
    message: String,
    /// How the message looks: of something done, or of something wrong.
    tone: &'static str,
    days: Vec<Due>,
    /// Whether amounts are shown.
    euros: bool,
    rows: Vec<Row>,
    total: Row,
    entries: Vec<Entry>,
    /// Whether who looks writes payments.
    writes: bool,
    /// Whether who looks writes extensions.
    extends: bool,
    fund: String,
    extended: Vec<(String, String, String, String)>,
    schemes: Vec<Choice>,
    typed: Typed,
    today: String,
}

/// A due date, as the page shows it.
struct Due {
    scheme: String,
    what: &'static str,
    first: String,
    last: String,
    state: String,
    ahead: bool,
    remark: String,
    source: String,
}

/// What was typed, shown again when it could not be saved.
#[derive(Default)]
struct Typed {
    label: String,
    amount: String,
    day: String,
    until: String,
    read_where: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            label: text("libelle"),
            amount: text("montant"),
            day: text("jour"),
            until: text("jusque"),
            read_where: text("source"),
        }
    }
}

/// What an address may ask besides.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    fait: Option<String>,
}

/// The page.
pub async fn show(look: Look, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let message = if wanted.fait.is_some() { Calendar::of(look.language).saved } else { "" };
    page(&look, message, &Fields::default()).await
}

/// The page with what was typed, and why it was not saved.
async fn again(
    look: &Look,
    message: &str,
    fields: &Fields,
    status: StatusCode,
) -> Result<Response, Failure> {
    let mut page = page(look, message, fields).await?;
    *page.status_mut() = status;
    Ok(page)
}

async fn page(look: &Look, message: &str, fields: &Fields) -> Result<Response, Failure> {
    let (doctor, campaign) = (look.doctor()?, look.campaign);
    let season = look.ask(move |facts| facts.season(campaign)).await?;
    let book = season.iter().find(|book| book.payee == doctor);
    let euros = look.sees_euros();
    let of = DoctorKey::new(doctor.as_str());
    let (fund, payments) = look
        .store(move |store, actor, _| {
            let fund = Fund::read(store, campaign.year())?;
            let payments =
                if euros { store.payments(actor, &of, campaign.year())? } else { Vec::new() };
            Ok((fund, payments))
        })
        .await?;
    let w = Calendar::of(look.language);
    let (rows, total) = if euros {
        money::rows(look, book, &fund, &payments)
    } else {
        (Vec::new(), Row::default())
    };
    let schemes = schemes(book);
    let chosen = fields.text("dispositif");
    let name = |id: &str| {
        let known = schemes.iter().find(|scheme| scheme.id() == id);
        known.map_or_else(|| id.to_owned(), |scheme| scheme.name().to_owned())
    };
    let extended = fund.extensions.iter().map(|one| {
        let what = Window::parse(&one.window).map_or("", |window| word(window, w));
        (name(&one.scheme), what.to_owned(), french::date(one.until), one.source.clone())
    });
    let choices = schemes.iter().map(|scheme| Choice {
        value: scheme.id().to_owned(),
        label: scheme.name().to_owned(),
        chosen: scheme.id() == chosen,
    });
    let page = html(&Page {
        frame: look.frame(w.title, "/calendrier"),
        w,
        campaign: campaign.to_string(),
        doctor: look.app.keys.of(&doctor),
        message: message.to_owned(),
        tone: if fields.given("medecin").is_none() { "done" } else { "warning" },
        days: days(look, &schemes, &fund),
        euros,
        rows,
        total,
        entries: payments.iter().map(|one| money::entry(one, &name(&one.scheme))).collect(),
        writes: is_own(look, &doctor),
        extends: look.actor.own().is_some(),
        extended: extended.collect(),
        fund: fund.name.clone(),
        schemes: choices.collect(),
        typed: Typed::of(fields),
        today: look.today().to_string(),
    })?;
    Ok(page.into_response())
}

/// Whether the doctor looked at is who looks.
fn is_own(look: &Look, doctor: &str) -> bool {
    look.actor.own() == Some(&DoctorKey::new(doctor))
}

/// The schemes that say something to a doctor.
fn schemes(book: Option<&Book<'static>>) -> Vec<AnyScheme<'static>> {
    let ledgers = book.map(|book| book.ledgers.as_slice()).unwrap_or_default();
    ledgers.iter().map(jalon_engine::ledger::Ledger::scheme).collect()
}

/// Every due date, the nearest to come first, then those that have passed, then
/// those that nobody knows.
fn days(look: &Look, schemes: &[AnyScheme<'_>], fund: &Fund) -> Vec<Due> {
    let today = look.today();
    let w = Calendar::of(look.language);
    let mut dates: Vec<((u8, Option<Date>), Due)> = Vec::new();
    for scheme in schemes {
        let entry = scheme.calendar(look.campaign);
        for window in Window::ALL {
            let span = fund.span(scheme.id(), entry, window);
            let nothing = window == Window::Declaration && !is_declared(*scheme);
            if (entry.is_none() || nothing) && span == Span::default() {
                continue;
            }
            let stage = span.stage(today);
            let day = |day: Option<Date>| day.map_or_else(|| w.unknown.to_owned(), french::date);
            let source = entry.map_or_else(String::new, |entry| entry.source.source.clone());
            let due = Due {
                scheme: scheme.name().to_owned(),
                what: word(window, w),
                first: day(span.first),
                last: day(span.last),
                state: match window {
                    Window::Declaration => stage.says(today, w),
                    Window::Payment => paid_by(&span, today, w),
                },
                ahead: stage.is_ahead() && stage != Stage::Unknown,
                remark: entry.and_then(|entry| entry.remark.clone()).unwrap_or_default(),
                source: match &span.prolonged {
                    Some(told) => format!("{} : {told}", w.prolonged),
                    None => source,
                },
            };
            dates.push((rank(&span, stage), due));
        }
    }
    dates.sort_by_key(|(rank, _)| *rank);
    dates.into_iter().map(|(_, due)| due).collect()
}

/// Whether a doctor declares something to a scheme.
fn is_declared(scheme: AnyScheme<'_>) -> bool {
    match scheme {
        AnyScheme::Counted(scheme) => scheme.form == Form::Rate,
        AnyScheme::Gate(_) => true,
        AnyScheme::Classes(_) => false,
    }
}

/// What comes first.
fn rank(span: &Span, stage: Stage) -> (u8, Option<Date>) {
    match stage {
        Stage::Before(day) | Stage::Open(Some(day)) | Stage::Until(day) => (0, Some(day)),
        Stage::Open(None) => (0, span.first),
        Stage::After(day) => (1, Some(day)),
        Stage::Unknown => (2, None),
    }
}

/// Where a payment stands.
fn paid_by(span: &Span, today: Date, w: &Calendar) -> String {
    let on = |word: &str, day: Date| format!("{word} {}", french::date(day));
    let left = |day: Date| format!(" (J−{})", (day - today).get_days());
    match span.stage(today) {
        Stage::Unknown => w.unknown_days.to_owned(),
        Stage::Before(day) => on(w.due_from, day) + &left(day),
        Stage::Open(Some(day)) | Stage::Until(day) => on(w.due_by, day) + &left(day),
        Stage::Open(None) => span.first.map_or_else(String::new, |day| on(w.was_due, day)),
        Stage::After(day) => on(w.was_due, day),
    }
}

const fn word(window: Window, w: &Calendar) -> &'static str {
    match window {
        Window::Declaration => w.declaration,
        Window::Payment => w.payment,
    }
}

/// The payments of one side of a scheme.
fn of_kind<'p>(
    payments: &'p [Payment],
    scheme: &'p str,
    kind: PaymentKind,
) -> impl Iterator<Item = &'p Payment> {
    payments.iter().filter(move |one| one.scheme == scheme && one.kind == kind)
}
