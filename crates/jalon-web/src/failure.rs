//! What a page says when it cannot be shown.

use std::time::Duration;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use jalon_store::StoreError;

use crate::pages::Outside;
use crate::practice::PracticeError;
use crate::texts::{Language, Texts};

/// A page that cannot be shown. Says nothing of files, queries or people.
#[derive(Clone, Debug)]
pub enum Failure {
    /// There is no such page, or it is not for who asks: the same answer, so
    /// that nobody learns what exists.
    NotFound,
    /// Who asks must first say who they are.
    SignIn,
    /// A form of another site, or of a page that no longer holds.
    Foreign,
    /// What was sent is no form.
    NotAForm,
    /// What was sent is too large.
    TooLarge,
    /// Another name was made to lead here.
    NotThisSite,
    /// The method is not one of this page's.
    Method,
    /// No facts yet.
    NoFacts,
    /// The facts have faults, told to those who can mend them.
    Facts(String),
    /// What was asked cannot be done: why, and what to do instead.
    Refused(String),
    /// Not now: too many at once, or too many tries.
    Wait(Duration),
    /// The memory cannot be read or written for now: why.
    Memory(String),
    /// A document cannot be made: why, and what to do instead.
    Unmade(String),
    /// Something broke: what, in words of the program.
    Broken(&'static str),
}

#[derive(Template)]
#[template(path = "failure.html")]
struct Shown<'a> {
    out: Outside,
    message: &'a str,
    detail: &'a str,
}

/// What broke, and the reference that the page and the log share.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub what: &'static str,
    pub reference: String,
}

impl Failure {
    /// The status that announces it.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotThisSite => StatusCode::MISDIRECTED_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoFacts | Self::Facts(_) | Self::Memory(_) | Self::Unmade(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For a page that can be shown again with what was typed: its status, and
    /// why nothing was saved. None for what leaves no page to show.
    pub fn told(&self) -> Option<(StatusCode, String)> {
        match self {
            Self::Refused(why) | Self::Memory(why) => Some((self.status(), why.clone())),
            Self::Wait(_) => {
                let t = Texts::of(Language::French);
                Some((self.status(), format!("{} {}", t.wait, t.wait_says)))
            }
            _ => None,
        }
    }

    /// Title and message.
    const fn words(&self, t: &Texts) -> (&'static str, &'static str) {
        match self {
            Self::NotFound | Self::Method => (t.not_found, t.not_found_says),
            Self::SignIn => (t.sign_in, t.sign_in_says),
            Self::Foreign => (t.foreign, t.foreign_says),
            Self::NotAForm => (t.not_a_form, t.not_a_form_says),
            Self::TooLarge => (t.too_large, t.too_large_says),
            Self::NotThisSite => (t.not_this_site, t.not_this_site_says),
            Self::NoFacts => (t.no_facts, t.no_facts_says),
            Self::Facts(_) => (t.faulty, t.faulty_says),
            Self::Refused(_) => (t.refused, t.refused_says),
            Self::Wait(_) => (t.wait, t.wait_says),
            Self::Memory(_) => (t.memory, t.memory_says),
            Self::Unmade(_) => (t.unmade, t.unmade_says),
            Self::Broken(_) => (t.broken, t.broken_says),
        }
    }

    /// The page, with the response that announced it.
    pub fn page(&self, mut response: Response, mut out: Outside) -> Response {
        let (title, message) = self.words(out.t);
        let mut detail = match self {
            Self::Facts(detail)
            | Self::Refused(detail)
            | Self::Memory(detail)
            | Self::Unmade(detail) => detail.clone(),
            Self::Wait(wait) => format!("{} s", seconds(*wait)),
            _ => String::new(),
        };
        if let Some(trouble) = response.extensions().get::<Trouble>() {
            detail = format!("{} {}", out.t.reference, trouble.reference);
        }
        title.clone_into(&mut out.title);
        let page = Shown { out, message, detail: &detail }.render();
        let page = Html(page.unwrap_or_else(|_| title.to_owned())).into_response();
        let (parts, body) = page.into_parts();
        response.headers_mut().extend(parts.headers);
        *response.body_mut() = body;
        response
    }
}

/// Whole seconds, the last one included.
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl IntoResponse for Failure {
    /// The status; the page is made where it is known whose it is.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::Wait(wait) = &self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(*wait)));
        }
        if let Self::Broken(what) = &self {
            let mut bytes = [0; 4];
            // Without randomness a reference is still a reference.
            let _ = getrandom::fill(&mut bytes);
            let reference = format!("{:08x}", u32::from_be_bytes(bytes));
            response.extensions_mut().insert(Trouble { what, reference });
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<askama::Error> for Failure {
    fn from(_: askama::Error) -> Self {
        Self::Broken("page")
    }
}

impl From<PracticeError> for Failure {
    fn from(error: PracticeError) -> Self {
        match error {
            PracticeError::Absent => Self::NoFacts,
            PracticeError::Facts(_) | PracticeError::Told(_) => Self::Facts(error.to_string()),
            PracticeError::Engine(_) => Self::Broken("moteur"),
            PracticeError::Memory(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Refused(why) => Self::Refused(why),
            StoreError::Busy => Self::Wait(Duration::from_secs(5)),
            StoreError::Locked
            | StoreError::ReadOnly
            | StoreError::DiskFull
            | StoreError::Disk
            | StoreError::DocumentLost => Self::Memory(error.to_string()),
            StoreError::Damaged => Self::Broken("base abîmée"),
            StoreError::Newer { .. } | StoreError::Foreign(_) => Self::Broken("base étrangère"),
            StoreError::Io { .. } => Self::Broken("fichier du cabinet"),
            StoreError::Random => Self::Broken("aléa"),
            StoreError::Database(_) => Self::Broken("base"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_that_cannot_be_written_says_why_and_leaves_its_page() {
        for (error, says) in [
            (StoreError::ReadOnly, "la base est en lecture seule : rien n'a été enregistré"),
            (StoreError::DiskFull, "le disque est plein : rien n'a été enregistré"),
            (StoreError::Disk, "le disque a refusé : rien n'a été enregistré"),
            (StoreError::Locked, "la base est occupée par un autre programme"),
        ] {
            let (status, why) = Failure::from(error).told().unwrap();
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            assert!(why.starts_with(says) && why.contains("aide :"), "{why}");
        }
        assert!(Failure::from(StoreError::NotFound).told().is_none());
        assert!(Failure::Broken("x").told().is_none());
    }
}
