//! Forms that bring files: read as they come, never whole in memory.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit, parse_boundary};

use crate::app::House;
use crate::failure::Failure;
use crate::fields::{Fields, LARGEST, TOKEN};

fn kind(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default()
}

/// Whether a body is a form with files.
pub fn is_one(headers: &HeaderMap) -> bool {
    let kind = kind(headers).split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("multipart/form-data")
}

/// A form with files, of which the fields before the first file are read. It
/// has come from a page of this site and of this session: the guard has seen
/// to it.
pub struct Upload {
    /// The fields read so far.
    pub fields: Fields,
    body: Option<Multipart<'static>>,
}

/// A file that comes.
pub struct File {
    /// What the visitor's machine calls it: never to be trusted.
    pub name: String,
    bytes: Field<'static>,
}

impl Upload {
    /// Begins to read a form of so many bytes at most: its first field must be
    /// the token.
    pub(crate) async fn begin(
        headers: &HeaderMap,
        body: Body,
        most: u64,
    ) -> Result<(String, Self), Failure> {
        let boundary = parse_boundary(kind(headers)).map_err(|_| Failure::NotAForm)?;
        let limit = Constraints::new().size_limit(SizeLimit::new().whole_stream(most));
        let mut body = Multipart::with_constraints(body.into_data_stream(), boundary, limit);
        let first = body.next_field().await.map_err(|error| failure(&error))?;
        let token = match first {
            Some(field) if field.name() == Some(TOKEN) && field.file_name().is_none() => {
                text(field).await?
            }
            _ => String::new(),
        };
        Ok((token, Self { fields: Fields::default(), body: Some(body) }))
    }

    /// What was sent by a form without files.
    pub(crate) fn without_files(fields: Fields) -> Self {
        Self { fields, body: None }
    }

    /// Every field, and no file: what may be shown again.
    pub(crate) async fn into_fields(mut self) -> Result<Fields, Failure> {
        while self.file().await?.is_some() {}
        Ok(self.fields)
    }

    /// Reads the fields up to the next file, and begins that file. A file that
    /// was not chosen is none.
    pub async fn file(&mut self) -> Result<Option<File>, Failure> {
        let Some(body) = &mut self.body else { return Ok(None) };
        while let Some(field) = body.next_field().await.map_err(|error| failure(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                None => self.fields.push(name, text(field).await?)?,
                Some(empty) if empty.is_empty() => {}
                Some(file) => return Ok(Some(File { name: file, bytes: field })),
            }
        }
        Ok(None)
    }
}

impl File {
    /// Some more bytes; none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        self.bytes.chunk().await.map_err(|error| failure(&error))
    }

    /// All of it, up to so many bytes and one more, which says that there are
    /// too many.
    pub async fn whole(&mut self, most: usize) -> Result<Vec<u8>, Failure> {
        let mut whole = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let left = (most + 1).saturating_sub(whole.len());
            whole.extend_from_slice(chunk.get(..left).unwrap_or(&chunk));
            if whole.len() > most {
                break;
            }
        }
        Ok(whole)
    }
}

async fn text(mut field: Field<'static>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| failure(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err(Failure::TooLarge);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn failure(error: &multer::Error) -> Failure {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            Failure::TooLarge
        }
        _ => Failure::NotAForm,
    }
}

/// On its way from the guard to its page.
#[derive(Clone)]
pub(crate) struct Passed(Arc<Mutex<Option<Upload>>>);

impl Passed {
    pub fn new(upload: Upload) -> Self {
        Self(Arc::new(Mutex::new(Some(upload))))
    }
}

impl FromRequestParts<House> for Upload {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Failure> {
        if let Some(passed) = parts.extensions.remove::<Passed>() {
            let mut held = passed.0.lock().unwrap_or_else(PoisonError::into_inner);
            return held.take().ok_or(Failure::NotAForm);
        }
        parts.extensions.remove::<Fields>().map(Self::without_files).ok_or(Failure::NotAForm)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn form(file: &str) -> (HeaderMap, Body) {
        let kind = HeaderValue::from_static("multipart/form-data; boundary=x");
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"jeton\"\r\n\r\nabc\r\n\
--x\r\nContent-Disposition: form-data; name=\"nature\"\r\n\r\ntables\r\n\
--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\r\n{file}\r\n--x--\r\n"
        );
        (HeaderMap::from_iter([(CONTENT_TYPE, kind)]), Body::from(body))
    }

    async fn sent(file: &str, most: u64) -> Result<(String, String, usize), Failure> {
        let (headers, body) = form(file);
        let (token, mut upload) = Upload::begin(&headers, body, most).await?;
        let mut size = 0;
        while let Some(mut file) = upload.file().await? {
            while let Some(chunk) = file.chunk().await? {
                size += chunk.len();
            }
        }
        Ok((token, upload.fields.text("nature").to_owned(), size))
    }

    #[tokio::test]
    async fn a_form_is_read_in_order_and_not_beyond_its_size() {
        let taken = sent("patient,date\n", 10_000).await.unwrap();
        assert_eq!(taken, ("abc".to_owned(), "tables".to_owned(), 13));
        let large = "x".repeat(20_000);
        assert!(matches!(sent(&large, 10_000).await, Err(Failure::TooLarge)));
        // The text of a field has its own size.
        let (headers, _) = form("");
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"jeton\"\r\n\r\n{}\r\n--x--\r\n",
            "y".repeat(LARGEST + 1)
        );
        let begun = Upload::begin(&headers, Body::from(body), 1 << 30).await;
        assert!(matches!(begun, Err(Failure::TooLarge)));
        // Cut short, or no form at all.
        for body in ["--x\r\nContent-Disp", "rien"] {
            let begun = Upload::begin(&headers, Body::from(body), 1_000).await;
            assert!(matches!(begun, Err(Failure::NotAForm)), "{body}");
        }
    }
}
