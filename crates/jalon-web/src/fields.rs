//! What a form says.

use axum::body::{Body, to_bytes};
use axum::extract::FromRequestParts;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;

use crate::app::House;
use crate::failure::Failure;

/// Most bytes of a form.
pub const LARGEST: usize = 256 * 1024;

/// Most fields of a form.
const MOST: usize = 10_000;

/// Name of the field that proves a form comes from a page of this session.
pub const TOKEN: &str = "jeton";

/// Name of the field by which a form sent twice counts once.
pub const KEY: &str = "formulaire";

/// The fields of a form, in its order. It has come from a page of this site and
/// of this session: the guard has seen to it.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the body of a form, up to so many bytes.
    pub(crate) async fn read(parts: &Parts, body: Body) -> Result<Self, Failure> {
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        let bytes = to_bytes(body, LARGEST).await.map_err(|_| Failure::TooLarge)?;
        // A form without a field has no type in some browsers.
        if !bytes.is_empty() && !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Failure::NotAForm);
        }
        let fields = Self::of(&bytes);
        if fields.0.len() > MOST { Err(Failure::TooLarge) } else { Ok(fields) }
    }

    /// Fields as a browser writes them.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes).take(MOST + 1);
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// Adds a field, while there are not too many.
    pub(crate) fn push(&mut self, name: String, value: String) -> Result<(), Failure> {
        let size: usize = self.0.iter().map(|(name, value)| name.len() + value.len()).sum();
        if self.0.len() >= MOST || size + name.len() + value.len() > LARGEST {
            return Err(Failure::TooLarge);
        }
        self.0.push((name, value));
        Ok(())
    }

    /// The first value of a field, without the spaces around it; nothing when
    /// it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.secret(name).trim()
    }

    /// The first value of a field, as it was typed.
    #[must_use]
    pub fn secret(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    /// Whether a field is there, empty or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The first value of a field; none when it is empty or not there.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|value| !value.is_empty())
    }

    /// Every field and its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields whose names begin so, by the rest of their names, and what
    /// they say when it is something.
    pub fn beginning<'f>(&'f self, with: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
        let said = self.pairs().map(|(name, value)| (name, value.trim()));
        let named = said.filter_map(move |(name, value)| Some((name.strip_prefix(with)?, value)));
        named.filter(|(_, value)| !value.is_empty())
    }

    /// Every value of a field: of boxes that were ticked.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// By which a form sent twice counts once, for the memory; none for a form without it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.given(KEY)
    }

    /// What may be shown again after the session was lost: not what proves
    /// anything, nor secrets.
    pub(crate) fn to_keep(&self) -> Vec<(String, String)> {
        let kept = |name: &str| {
            name != TOKEN && !name.starts_with("mot_de_passe") && !name.starts_with("code")
        };
        self.0.iter().filter(|(name, _)| kept(name)).cloned().collect()
    }
}

impl FromRequestParts<House> for Fields {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Failure> {
        parts.extensions.remove::<Self>().ok_or(Failure::NotAForm)
    }
}
