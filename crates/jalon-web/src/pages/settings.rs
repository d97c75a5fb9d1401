//! Réglages: where each is.

use askama::Template;
use axum::response::Html;

use super::{Frame, Link, Visit, html};
use crate::failure::Failure;
use crate::guard::Need;
use crate::texts;

#[derive(Template)]
#[template(path = "settings.html")]
struct Settings {
    frame: Frame,
    links: Vec<Link>,
}

/// The page.
pub async fn show(visit: Visit) -> Result<Html<String>, Failure> {
    let w = texts::Settings::of(visit.language);
    let links = [
        ("/reglages/personnes", w.people, Need::Administration),
        ("/reglages/cabinet", w.practice, Need::Administration),
        ("/reglages/sauvegardes", w.backups, Need::Administration),
        ("/reglages/accords", w.consents, Need::OwnList),
        ("/reglages/journal", w.journal, Need::Account),
        ("/reglages/conformite", w.conformity, Need::Account),
    ]
    .into_iter()
    .filter(|(.., need)| need.is_met_by(&visit.actor))
    .map(|(to, label, _)| Link { to: to.to_owned(), label, current: false })
    .collect();
    html(&Settings { frame: visit.frame(visit.t.settings, "/reglages"), links })
}
