//! What was typed when the session ended, shown again to whoever signs in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::fields::{Fields, KEY};
use crate::texts::Door;

#[derive(Template)]
#[template(path = "lost.html")]
struct Lost<'a> {
    frame: Frame,
    w: &'static Door,
    to: &'a str,
    fields: Vec<(String, String)>,
}

impl Lost<'_> {
    /// What people wrote, and not what the form says of itself.
    fn read(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(name, value)| name != KEY && !value.trim().is_empty())
    }
}

/// The fields as a browser writes them, to be carried through the door.
pub fn packed(fields: &Fields) -> String {
    let mut packed = form_urlencoded::Serializer::new(String::new());
    packed.extend_pairs(fields.to_keep()).finish()
}

/// The page: nothing is sent before its reader says so.
pub fn page(visit: &Visit, to: &str, fields: &Fields) -> Result<Response, Failure> {
    let w = Door::of(visit.language);
    let frame = visit.frame(w.again, "");
    Ok(html(&Lost { frame, w, to, fields: fields.to_keep() })?.into_response())
}

/// The same, for a form of an earlier session than that of whoever asks.
pub fn again(visit: &Visit, to: &str, fields: &Fields) -> Result<Response, Failure> {
    let mut response = page(visit, to, fields)?;
    *response.status_mut() = StatusCode::FORBIDDEN;
    Ok(response)
}
