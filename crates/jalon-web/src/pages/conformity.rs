//! Conformité: what is kept, where, how long, and who sees it.

use askama::Template;
use axum::response::Html;

use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::texts::Settings;

#[derive(Template)]
#[template(path = "conformity.html")]
struct Conformity {
    frame: Frame,
}

/// The page.
pub async fn show(visit: Visit) -> Result<Html<String>, Failure> {
    let title = Settings::of(visit.language).conformity;
    html(&Conformity { frame: visit.frame(title, "/reglages") })
}
