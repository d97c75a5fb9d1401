//! Style sheet and script, inside the program.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::failure::Failure;

/// A file by its name.
pub async fn show(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_str!("../../assets/style.css")),
        "charts.css" => ("text/css; charset=utf-8", jalon_charts::STYLE_SHEET),
        "patients.css" => ("text/css; charset=utf-8", include_str!("../../assets/patients.css")),
        "patients.js" => {
            ("text/javascript; charset=utf-8", include_str!("../../assets/patients.js"))
        }
        _ => return Failure::NotFound.into_response(),
    };
    ([(CONTENT_TYPE, kind)], text).into_response()
}
