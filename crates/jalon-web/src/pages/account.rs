//! Mon compte: password, recovery codes, sessions.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::{ExposeSecret as _, SecretString, SessionId};

use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::{Account, Door};

#[derive(Template)]
#[template(path = "account.html")]
struct Mine {
    frame: Frame,
    w: &'static Account,
    d: &'static Door,
    message: String,
    done: bool,
    name: String,
    role: &'static str,
    lists: String,
    codes_left: u32,
    sessions: Vec<Session>,
}

struct Session {
    id: String,
    address: String,
    opened: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct Renewed {
    frame: Frame,
    w: &'static Account,
    d: &'static Door,
    codes: Vec<String>,
}

/// The page.
pub async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, String::new(), false).await
}

async fn page(visit: &Visit, message: String, done: bool) -> Result<Response, Failure> {
    let (name, codes_left, sessions) = visit
        .store(|store, actor, now| {
            let name = store.account_name(actor.account)?;
            Ok((name, store.recovery_codes_left(actor)?, store.sessions(actor, now)?))
        })
        .await?;
    let clock = visit.app.clock();
    let moment = |at| clock.shown(at);
    let sessions = sessions.into_iter().map(|one| Session {
        id: one.id.to_string(),
        address: one.address,
        opened: moment(one.opened_at),
        seen: moment(one.seen_at),
        current: one.current,
    });
    let w = Account::of(visit.language);
    let lists: Vec<_> = visit.actor.lists().map(|list| list.expose().to_owned()).collect();
    let page = html(&Mine {
        frame: visit.frame(visit.t.my_account, "/compte"),
        w,
        d: Door::of(visit.language),
        message,
        done,
        name,
        role: visit.actor.role.label(),
        lists: if lists.is_empty() { w.none.to_owned() } else { lists.join(", ") },
        codes_left,
        sessions: sessions.collect(),
    })?;
    Ok(page.into_response())
}

async fn refused(visit: &Visit, failure: Failure) -> Result<Response, Failure> {
    let Failure::Refused(why) = failure else { return Err(failure) };
    let mut page = page(visit, why, false).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// Another password, and another token for this session.
pub async fn password(mut visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let d = Door::of(visit.language);
    if fields.secret("mot_de_passe_nouveau") != fields.secret("mot_de_passe_encore") {
        return refused(&visit, Failure::Refused(d.not_same.to_owned())).await;
    }
    let token = visit.token.clone();
    let changed = visit
        .store(move |store, actor, now| {
            let old = SecretString::from(fields.secret("mot_de_passe"));
            let new = SecretString::from(fields.secret("mot_de_passe_nouveau"));
            store.change_password(actor, &old, &new, now)?;
            store.renew(&token, now)
        })
        .await;
    match changed {
        Ok(token) => {
            let token = token.ok_or(Failure::SignIn)?;
            let cookie = visit.app.setting.site.cookie(Some(&token));
            visit.token = token;
            let done = Account::of(visit.language).changed.to_owned();
            let mut page = page(&visit, done, true).await?;
            page.headers_mut().insert(SET_COOKIE, cookie.ok_or(Failure::Broken("cookie"))?);
            Ok(page)
        }
        Err(failure) => refused(&visit, failure).await,
    }
}

/// New recovery codes, shown once.
pub async fn codes(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let renewed = visit
        .store(move |store, actor, now| {
            let password = SecretString::from(fields.secret("mot_de_passe"));
            store.renew_recovery_codes(actor, &password, now)
        })
        .await;
    match renewed {
        Ok(codes) => {
            let w = Account::of(visit.language);
            let codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
            let frame = visit.frame(w.renewed, "/compte");
            Ok(html(&Renewed { frame, w, d: Door::of(visit.language), codes })?.into_response())
        }
        Err(failure) => refused(&visit, failure).await,
    }
}

/// One session ends, or all but this one.
pub async fn end_session(visit: Visit, fields: Fields) -> Result<Redirect, Failure> {
    let session = fields.text("session");
    if session == "autres" {
        visit.store(|store, actor, now| store.end_other_sessions(actor, now).map(drop)).await?;
    } else {
        let session = SessionId::parse(session).ok_or(Failure::NotFound)?;
        visit.store(move |store, actor, now| store.end_session(actor, session, now)).await?;
    }
    Ok(Redirect::to("/compte"))
}
