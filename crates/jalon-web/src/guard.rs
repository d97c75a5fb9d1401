//! Who asks, and whether the page is for them. Nothing reaches a page that did
//! not pass here.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::{Actor, Role, SecretString, csrf_matches};

use crate::app::{App, House};
use crate::failure::Failure;
use crate::fields::{Fields, TOKEN};
use crate::pages::{Visit, lost, sign_in};
use crate::site::Sender;
use crate::texts::Language;
use crate::upload::{self, Passed, Upload};
use crate::work::away;

/// What a page asks of who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// To be someone.
    Account,
    /// To see patients.
    Patients,
    /// To see sums: no patient among them.
    Sums,
    /// To see amounts: one's own, or everybody's to watch over them.
    Amounts,
    /// To be a doctor with a list of one's own.
    OwnList,
    /// To bring facts in: to manage, or to be a doctor.
    Import,
    /// To manage accounts, backups and settings.
    Administration,
}

impl Need {
    /// Whether a page is for this person.
    #[must_use]
    pub fn is_met_by(self, actor: &Actor) -> bool {
        match self {
            Self::Nothing | Self::Account => true,
            Self::Patients => actor.role.cares(),
            Self::Sums => !actor.role.administers(),
            Self::Amounts => actor.role == Role::Auditor || actor.own().is_some(),
            Self::OwnList => actor.own().is_some(),
            Self::Import => actor.role.administers() || actor.own().is_some(),
            Self::Administration => actor.role.administers(),
        }
    }
}

/// Who asks from outside: where from, in what language, with what token.
#[derive(Clone)]
pub struct Visitor {
    pub app: App,
    pub address: String,
    pub language: Language,
    /// The token shown, good or not.
    pub token: Option<SecretString>,
}

/// Lets a request through to those whom the page is for. Files come only where
/// they may, in forms of `files` bytes at most.
pub async fn guard(
    house: House,
    need: Need,
    files: Option<u64>,
    request: Request,
    next: Next,
) -> Response {
    match pass(house.app(), need, files, request).await {
        Ok(request) => next.run(request).await,
        Err(answer) => *answer,
    }
}

/// The request with what the page may know of it, or the answer to give instead.
async fn pass(
    app: App,
    need: Need,
    files: Option<u64>,
    request: Request,
) -> Result<Request, Box<Response>> {
    let refuse = |failure: Failure| Box::new(failure.into_response());
    let (mut parts, body) = request.into_parts();
    let site = &app.setting.site;
    let language = Language::of(parts.headers.get(header::ACCEPT_LANGUAGE));
    let (address, token) = (site.address_of(&parts), site.token(&parts.headers));
    let changes = !matches!(parts.method, Method::GET | Method::HEAD);
    let sender = site.sender(&parts.headers);
    if changes && sender == Sender::Another {
        return Err(refuse(Failure::Foreign));
    }
    let entered = match &token {
        Some(token) if need != Need::Nothing => {
            enter(&app, token.clone(), address.clone()).await.map_err(refuse)?
        }
        _ => None,
    };
    if let Some(actor) = &entered
        && !need.is_met_by(actor)
    {
        return Err(refuse(Failure::NotFound));
    }
    let visitor = Visitor { app, address, language, token };
    if !changes {
        return match (entered, &visitor.token) {
            (Some(actor), Some(token)) => {
                parts.extensions.insert(Visit::new(&visitor, actor, token)?);
                Ok(Request::from_parts(parts, body))
            }
            _ if need == Need::Nothing => {
                parts.extensions.insert(visitor);
                Ok(Request::from_parts(parts, body))
            }
            _ => Err(Box::new(to_the_door(&parts.uri))),
        };
    }
    if let Some(most) = files
        && need != Need::Nothing
        && upload::is_one(&parts.headers)
    {
        let sent = Upload::begin(&parts.headers, body, most).await?;
        let (passed, visit) = proved(&visitor, entered, sender, parts.uri.path(), sent).await?;
        parts.extensions.insert(passed);
        parts.extensions.insert(visit);
        return Ok(Request::from_parts(parts, axum::body::Body::empty()));
    }
    let fields = Fields::read(&parts, body).await.map_err(refuse)?;
    if need == Need::Nothing {
        parts.extensions.insert(visitor);
    } else {
        let proved =
            visitor.token.as_ref().is_some_and(|token| csrf_matches(token, fields.secret(TOKEN)));
        // What somebody typed is not lost with the session; what another site
        // made somebody send is.
        let ours = proved || sender == Sender::Ours;
        // With the campaign and the list that the address says.
        let path = parts.uri.path_and_query().map_or("/", |asked| asked.as_str());
        match (entered, &visitor.token) {
            (Some(actor), Some(token)) => {
                let visit = Visit::new(&visitor, actor, token)?;
                if !proved {
                    let answer = if ours {
                        lost::again(&visit, path, &fields)
                    } else {
                        Err(Failure::Foreign)
                    };
                    return Err(Box::new(answer.into_response()));
                }
                parts.extensions.insert(visit);
            }
            _ if ours => {
                return Err(Box::new(sign_in::instead(&visitor, path, &fields).into_response()));
            }
            _ => return Err(refuse(Failure::SignIn)),
        }
    }
    parts.extensions.insert(fields);
    Ok(Request::from_parts(parts, axum::body::Body::empty()))
}

/// A form with files, once the token that came before them has proved whose it
/// is; or the answer to give instead, with what was typed and without the files.
async fn proved(
    visitor: &Visitor,
    entered: Option<Actor>,
    sender: Sender,
    path: &str,
    (shown, upload): (String, Upload),
) -> Result<(Passed, Visit), Box<Response>> {
    let proved = visitor.token.as_ref().is_some_and(|token| csrf_matches(token, &shown));
    let ours = proved || sender == Sender::Ours;
    match (entered, &visitor.token) {
        (Some(actor), Some(token)) => {
            let visit = Visit::new(visitor, actor, token)?;
            if proved {
                return Ok((Passed::new(upload), visit));
            }
            if !ours {
                return Err(Failure::Foreign.into());
            }
            let fields = upload.into_fields().await?;
            Err(Box::new(lost::again(&visit, path, &fields).into_response()))
        }
        _ if ours => {
            let fields = upload.into_fields().await?;
            Err(Box::new(sign_in::instead(visitor, path, &fields).into_response()))
        }
        _ => Err(Failure::SignIn.into()),
    }
}

/// Who shows this token.
async fn enter(app: &App, token: SecretString, address: String) -> Result<Option<Actor>, Failure> {
    let (store, now) = (Arc::clone(&app.store), app.clock().now());
    away(move || Ok(store.session(&token, &address, now)?)).await
}

/// To where one says who one is, and back to the page asked.
fn to_the_door(asked: &axum::http::Uri) -> Response {
    let asked = asked.path_and_query().map_or("/", |asked| asked.as_str());
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("vers", asked).finish();
    Redirect::to(&format!("/connexion?{query}")).into_response()
}

impl From<Failure> for Box<Response> {
    fn from(failure: Failure) -> Self {
        Self::new(failure.into_response())
    }
}
