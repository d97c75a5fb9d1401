//! Who looks: what every page inside begins with.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jalon_store::{Actor, ExposeSecret as _, SecretString, Store, StoreError, csrf_token};
use jiff::Timestamp;

use super::frame::{Frame, Link};
use crate::app::{App, House};
use crate::failure::Failure;
use crate::guard::{Need, Visitor};
use crate::texts::{Language, Texts};
use crate::work::away;

/// Someone inside, and the practice they look at.
#[derive(Clone)]
pub struct Visit {
    pub app: App,
    pub actor: Arc<Actor>,
    /// What the browser shows; to end or renew the session.
    pub token: SecretString,
    pub language: Language,
    /// The words of every page, in the language of who looks.
    pub t: &'static Texts,
    /// Drawn for the forms of this page.
    pub form_key: String,
}

impl Visit {
    pub(crate) fn new(
        visitor: &Visitor,
        actor: Actor,
        token: &SecretString,
    ) -> Result<Self, Failure> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Failure::Broken("aléa"))?;
        Ok(Self {
            app: visitor.app.clone(),
            actor: Arc::new(actor),
            token: token.clone(),
            language: visitor.language,
            t: Texts::of(visitor.language),
            form_key: format!("{:032x}", u128::from_be_bytes(bytes)),
        })
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.app.clock().now()
    }

    /// Asks the memory, in the name of who looks.
    pub async fn store<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Store, &Actor, Timestamp) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let (store, actor, now) =
            (Arc::clone(&self.app.store), Arc::clone(&self.actor), self.now());
        away(move || Ok(question(&store, &actor, now)?)).await
    }

    /// The frame of a page that is about no list: accounts, settings.
    pub fn frame(&self, title: &str, path: &str) -> Frame {
        let links = Need::pages(self.t)
            .into_iter()
            .filter(|(.., need)| need.is_met_by(&self.actor))
            .map(|(to, label, _)| Link { to: to.to_owned(), label, current: to == path })
            .collect();
        Frame {
            t: self.t,
            title: title.to_owned(),
            token: csrf_token(&self.token).expose_secret().to_owned(),
            form_key: self.form_key.clone(),
            demo: self.app.demo,
            about: None,
            links,
        }
    }
}

impl FromRequestParts<House> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::SignIn)
    }
}

impl FromRequestParts<House> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Broken("visiteur"))
    }
}
