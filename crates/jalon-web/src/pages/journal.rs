//! Journal: who did what; one's own lines, or all of them for those who watch
//! over it.

use askama::Template;
use axum::extract::Query;
use axum::response::Html;
use jalon_store::audit::{Action, Line, Lines};
use serde::Deserialize;

use super::{Choice, Frame, Visit, html};
use crate::failure::Failure;
use crate::texts::Settings;

/// Lines of a page.
const LINES: u16 = 100;

#[derive(Template)]
#[template(path = "journal.html")]
struct Journal {
    frame: Frame,
    w: &'static Settings,
    whole: bool,
    actions: Vec<Choice>,
    lines: Vec<Shown>,
    older: String,
}

struct Shown {
    when: String,
    who: String,
    from: String,
    what: &'static str,
    on: String,
    outcome: &'static str,
}

/// What is asked of the journal.
#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    action: String,
    avant: Option<i64>,
}

/// The page.
pub async fn show(visit: Visit, Query(filter): Query<Filter>) -> Result<Html<String>, Failure> {
    let w = Settings::of(visit.language);
    let action = Action::parse(&filter.action);
    let asked = Lines { action, before: filter.avant, most: LINES, ..Lines::default() };
    let found = visit.store(move |store, actor, now| store.journal(actor, asked, now)).await?;
    let older = found.last().filter(|_| found.len() == usize::from(LINES)).map(|line| {
        let action = action.map_or("", Action::word);
        format!("/reglages/journal?action={action}&avant={}", line.seq)
    });
    let choice = |one: &Action| Choice {
        value: one.word().to_owned(),
        label: one.label().to_owned(),
        chosen: action == Some(*one),
    };
    html(&Journal {
        frame: visit.frame(w.journal, "/reglages"),
        w,
        whole: visit.actor.role.audits(),
        actions: Action::ALL.iter().map(choice).collect(),
        lines: found.into_iter().map(|line| shown(&visit, line)).collect(),
        older: older.unwrap_or_default(),
    })
}

fn shown(visit: &Visit, line: Line) -> Shown {
    let patient =
        line.patient.map(|patient| format!("{} {patient}", visit.t.patient.to_lowercase()));
    let on: Vec<_> = line.object.into_iter().chain(patient).collect();
    Shown {
        when: visit.app.clock().shown(line.at),
        who: line.login.unwrap_or_default(),
        from: line.address.unwrap_or_default(),
        what: line.action.label(),
        on: on.join(" · "),
        outcome: line.outcome.label(),
    }
}
