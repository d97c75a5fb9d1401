//! What surrounds every request: whose site it is, headers, pages of failures,
//! panics, and one line of log.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;

use crate::app::{App, House};
use crate::failure::{Failure, Trouble};
use crate::pages::Outside;
use crate::texts::Language;

/// No script, style, image or form of another origin; nothing embeds a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Answers a request, whatever happens.
pub async fn around(State(house): State<House>, request: Request, next: Next) -> Response {
    // The log has a clock of its own: how long, not when.
    let begun = Instant::now();
    let app = house.app();
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let asset = request.uri().path().starts_with("/assets/");
    let language = Language::of(request.headers().get(header::ACCEPT_LANGUAGE));
    let answered = if app.setting.site.is_asked(request.headers()) {
        AssertUnwindSafe(next.run(request)).catch_unwind().await
    } else {
        Ok(Failure::NotThisSite.into_response())
    };
    let response = answered.unwrap_or_else(|_| Failure::Broken("panique").into_response());
    let mut response = shown(response, &app, language);
    add_headers(&mut response, asset);
    let trouble = response.extensions().get::<Trouble>();
    let trouble = trouble.map(|one| format!(" {} {}", one.reference, one.what));
    app.setting.log.line(&format!(
        "{method} {} {} {} ms{}",
        path.as_deref().unwrap_or("-"),
        response.status().as_u16(),
        begun.elapsed().as_millis(),
        trouble.unwrap_or_default()
    ));
    response
}

/// A response that announced a failure, with its page.
fn shown(mut response: Response, app: &App, language: Language) -> Response {
    let failure = response.extensions_mut().remove::<Failure>();
    let failure = failure.or_else(|| {
        // What the library answers by itself.
        match response.status() {
            StatusCode::METHOD_NOT_ALLOWED => Some(Failure::Method),
            StatusCode::BAD_REQUEST => Some(Failure::NotFound),
            _ => None,
        }
    });
    match failure {
        Some(failure) => failure.page(response, Outside::of(app, language, "")),
        None => response,
    }
}

fn add_headers(response: &mut Response, asset: bool) {
    let cache = if asset { "max-age=3600" } else { "no-store" };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // To this site the browser must say where forms come from.
        (header::REFERRER_POLICY, "same-origin"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        (header::CACHE_CONTROL, cache),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
