//! Aujourd'hui: what is sure, what is within reach, what to do next.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_engine::ledger::Book;
use jalon_rules::{Range, french};
use jiff::civil::Date;

use super::{Frame, Look, Visit, html};
use crate::calendar::{Fund, Window};
use crate::failure::Failure;
use crate::guard::Need;
use crate::practice::List;
use crate::words;

/// Actions shown.
const ACTIONS: usize = 5;

#[derive(Template)]
#[template(path = "today.html")]
struct Today {
    frame: Frame,
    euros: bool,
    schemes: Vec<SchemeLine>,
    total: SchemeLine,
    actions: Vec<Action>,
    deadlines: Vec<Deadline>,
}

struct SchemeLine {
    name: String,
    sure: String,
    reach: String,
    lost: String,
    source: String,
}

struct Action {
    title: String,
    to: String,
    says: String,
    worth: String,
}

struct Deadline {
    what: String,
    when: String,
    left: String,
}

/// The page.
pub async fn show(visit: Visit, look: Result<Look, Failure>) -> Result<Response, Failure> {
    // Whoever manages sees no figure: their first page is another.
    if !Need::Sums.is_met_by(&visit.actor) {
        return Ok(Redirect::to("/reglages").into_response());
    }
    let look = look?;
    let doctor = look.doctor()?;
    let (campaign, of) = (look.campaign, doctor.clone());
    let today = look.today();
    let (season, list) = look
        .ask(move |facts| Ok((facts.season(campaign)?, facts.list(campaign, &of, today)?)))
        .await?;
    let fund = look.store(move |store, _, _| Fund::read(store, campaign.year())).await?;
    let book = season.iter().find(|book| book.payee == doctor);
    let euros = look.sees_euros();
    let (schemes, total) =
        if euros { sums(&look, book, &list) } else { (Vec::new(), line("", &[])) };
    let page = html(&Today {
        frame: look.frame(look.t.today, "/"),
        euros,
        schemes,
        total,
        actions: if look.sees_patients() { actions(&look, &list, euros) } else { Vec::new() },
        deadlines: deadlines(book, &fund, &look),
    })?;
    Ok(page.into_response())
}

/// What is sure, what open gaps can add, what is out of reach.
struct Sums {
    /// To the cent, as it would be paid.
    sure: Range,
    reach: Range,
    lost: Range,
}

fn line(name: &str, sums: &[Sums]) -> SchemeLine {
    let told = |range: Range| {
        if range == Range::zero() { "—".to_owned() } else { words::euros(&range) }
    };
    SchemeLine {
        name: name.to_owned(),
        sure: words::euros(&sums.iter().map(|one| &one.sure).sum()),
        reach: told(sums.iter().map(|one| &one.reach).sum()),
        lost: told(sums.iter().map(|one| &one.lost).sum()),
        source: String::new(),
    }
}

/// What each scheme pays; what its open gaps would add, each indicator closed
/// whole; what those that no act can close any more would have added.
fn sums(look: &Look, book: Option<&Book<'_>>, list: &List) -> (Vec<SchemeLine>, SchemeLine) {
    let ledgers = book.map(|book| book.ledgers.as_slice()).unwrap_or_default();
    let sums: Vec<Sums> = ledgers
        .iter()
        .map(|ledger| {
            let targets = || {
                let all = list.worklist.targets.iter();
                all.filter(|target| target.scheme.id == ledger.scheme().id())
            };
            Sums {
                sure: ledger.euros().round(2),
                reach: targets().map(|target| &target.all).sum(),
                lost: targets().map(|target| &target.lost).sum(),
            }
        })
        .collect();
    let lines = ledgers
        .iter()
        .zip(&sums)
        .map(|(ledger, sums)| SchemeLine {
            source: ledger.source().word().to_owned(),
            ..line(ledger.scheme().name(), std::slice::from_ref(sums))
        })
        .collect();
    (lines, line(look.t.total, &sums))
}

/// The indicators with most people to call, the nearest day first.
fn actions(look: &Look, list: &List, euros: bool) -> Vec<Action> {
    let worklist = &list.worklist;
    let mut found: Vec<_> = worklist
        .targets
        .iter()
        .enumerate()
        .filter(|(_, target)| target.open > 0)
        .map(|(at, target)| {
            let open = worklist.rows.iter().flat_map(|row| &row.gaps);
            let open = open.filter(|gap| gap.target == at && gap.is_open());
            (open.filter_map(jalon_engine::worklist::Gap::until).min(), target)
        })
        .collect();
    found.sort_by_key(|(until, target)| {
        (until.unwrap_or(Date::MAX), std::cmp::Reverse(target.open))
    });
    found
        .into_iter()
        .take(ACTIONS)
        .map(|(until, target)| {
            let people = french::count(target.open, "patient");
            let until = until
                .map(|day| format!(", {} {}", look.t.before.to_lowercase(), french::date(day)));
            let path = format!("/indicateurs/{}/{}", target.scheme.id, target.page.id);
            Action {
                title: target.page.title.clone(),
                to: look.to(&path),
                says: format!("{people}{}", until.unwrap_or_default()),
                worth: if euros && !target.is_unsettled() {
                    words::euros(&target.all)
                } else {
                    String::new()
                },
            }
        })
        .collect()
}

/// The days to come of the schemes that pay the doctor.
fn deadlines(book: Option<&Book<'_>>, fund: &Fund, look: &Look) -> Vec<Deadline> {
    let today = look.today();
    let mut days: Vec<(Date, String)> = Vec::new();
    for ledger in book.map(|book| book.ledgers.as_slice()).unwrap_or_default() {
        let scheme = ledger.scheme();
        let (name, entry) = (scheme.name(), scheme.calendar(look.campaign));
        let span = |window| fund.span(scheme.id(), entry, window);
        let (declared, paid) = (span(Window::Declaration).last, span(Window::Payment).first);
        days.extend(declared.map(|day| (day, format!("{} : {name}", look.t.declare))));
        days.extend(paid.map(|day| (day, format!("{} : {name}", look.t.paid))));
    }
    days.retain(|(day, _)| *day >= today);
    days.sort();
    days.into_iter()
        .map(|(day, what)| {
            let left = (day - today).get_days();
            let left = match left {
                0 => look.t.today.to_owned(),
                left => format!("J−{left}"),
            };
            Deadline { what, when: french::date(day), left }
        })
        .collect()
}
