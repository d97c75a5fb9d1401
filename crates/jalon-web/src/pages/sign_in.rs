//! Connexion and déconnexion.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::response::{Html, IntoResponse, Redirect, Response};
use jalon_store::{Credentials, Login, SecretString};
use serde::Deserialize;

use super::{Outside, Visit, html, lost};
use crate::app::House;
use crate::demo;
use crate::failure::{Failure, seconds};
use crate::fields::Fields;
use crate::guard::Visitor;
use crate::texts::Door;
use crate::work::away;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    out: Outside,
    w: &'static Door,
    /// What went wrong, or was lost; nothing at first.
    message: String,
    login: &'a str,
    /// Where to go once inside.
    to: &'a str,
    /// What was typed when the session was lost, as a browser writes it.
    kept: String,
    accounts: &'static [demo::Person],
    password: &'static str,
}

/// Where to go once inside.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    vers: String,
}

/// The page.
pub async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, Failure> {
    let store = Arc::clone(&visitor.app.store);
    if !away(move || Ok(store.is_set_up()?)).await? {
        return Ok(Redirect::to("/mise-en-service").into_response());
    }
    Ok(page(&visitor, "", &asked.vers, String::new(), String::new())?.into_response())
}

/// The page, in the place of one whose session has ended: what was typed there
/// comes with it.
pub fn instead(visitor: &Visitor, path: &str, fields: &Fields) -> Result<Response, Failure> {
    let words = Door::of(visitor.language);
    let page = page(visitor, "", path, lost::packed(fields), words.lost.to_owned())?;
    Ok((StatusCode::UNAUTHORIZED, page).into_response())
}

fn page(
    visitor: &Visitor,
    login: &str,
    to: &str,
    kept: String,
    message: String,
) -> Result<Html<String>, Failure> {
    let w = Door::of(visitor.language);
    let out = Outside::of(&visitor.app, visitor.language, w.enter);
    let (accounts, password) =
        if visitor.app.demo { (demo::PEOPLE, demo::PASSWORD) } else { (&[][..], "") };
    html(&SignIn { out, w, message, login, to, kept, accounts, password })
}

/// Someone at the door.
pub async fn enter(visitor: Visitor, fields: Fields) -> Result<Response, Failure> {
    let w = Door::of(visitor.language);
    let (store, now) = (Arc::clone(&visitor.app.store), visitor.app.clock().now());
    let (shown, before) = (fields.clone(), visitor.token.clone());
    let address = visitor.address.clone();
    let answer = away(move || {
        let password = SecretString::from(shown.secret("mot_de_passe"));
        let credentials = Credentials {
            login: shown.text("identifiant"),
            password: &password,
            code: shown.given("code"),
            address: &address,
            before: before.as_ref(),
        };
        Ok(store.login(&credentials, now)?)
    })
    .await;
    let again = |status: StatusCode, message: String| {
        let kept = fields.secret("repris").to_owned();
        let page = page(&visitor, fields.text("identifiant"), fields.text("vers"), kept, message)?;
        Ok((status, page).into_response())
    };
    match answer {
        Ok(Login::Opened(session)) => welcome(&visitor, &session.token, &fields).await,
        Ok(Login::Refused) => again(StatusCode::UNAUTHORIZED, w.refused.to_owned()),
        Ok(Login::Wait(wait)) => {
            let left = seconds(wait);
            let told = if left < 120 {
                format!("{} {left} {}.", w.wait, w.seconds)
            } else {
                format!("{} {} {}.", w.wait, left.div_ceil(60), w.minutes)
            };
            let mut page: Response = again(StatusCode::TOO_MANY_REQUESTS, told)?;
            page.headers_mut().insert(RETRY_AFTER, left.into());
            Ok(page)
        }
        Err(Failure::Wait(_)) => again(StatusCode::SERVICE_UNAVAILABLE, w.busy.to_owned()),
        Err(failure) => Err(failure),
    }
}

/// Lets someone in: to the page asked, or to what they were typing.
pub async fn welcome(
    visitor: &Visitor,
    token: &SecretString,
    fields: &Fields,
) -> Result<Response, Failure> {
    let to = local(fields.text("vers"));
    let kept = fields.secret("repris");
    let mut response = if kept.is_empty() {
        Redirect::to(to).into_response()
    } else {
        let (store, shown) = (Arc::clone(&visitor.app.store), token.clone());
        let (address, now) = (visitor.address.clone(), visitor.app.clock().now());
        let actor = away(move || Ok(store.session(&shown, &address, now)?)).await?;
        let visit = Visit::new(visitor, actor.ok_or(Failure::SignIn)?, token)?;
        lost::page(&visit, to, &Fields::of(kept.as_bytes()))?
    };
    let cookie = visitor.app.setting.site.cookie(Some(token)).ok_or(Failure::Broken("cookie"))?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// Someone leaves.
pub async fn leave(visit: Visit, State(house): State<House>) -> Result<Response, Failure> {
    let token = visit.token.clone();
    visit.store(move |store, actor, now| store.logout(actor, &token, now)).await?;
    let cookie = house.app().setting.site.cookie(None).ok_or(Failure::Broken("cookie"))?;
    let mut response = Redirect::to("/connexion").into_response();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

/// The address if it is one of this site, else the first page.
fn local(to: &str) -> &str {
    let plain = to.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if to.starts_with('/') && !to.starts_with("//") && plain { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for to in ["/", "/patients?campagne=2024&medecin=0a", "/aide/x/y"] {
            assert_eq!(local(to), to);
        }
        for to in ["", "//example.org", "/\\example.org", "https://example.org", "/a\nb", "/é", "x"]
        {
            assert_eq!(local(to), "/", "{to}");
        }
    }
}
