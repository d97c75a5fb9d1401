//! Mise en service: the first account, or a demonstration, against the code of
//! the console.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jalon_store::SecretString;

use super::{Outside, Visit, html, invitation, sign_in};
use crate::app::House;
use crate::demo;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::guard::Visitor;
use crate::texts::Door;
use crate::work::away;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUp<'a> {
    out: Outside,
    w: &'static Door,
    message: &'a str,
    login: &'a str,
    name: &'a str,
}

/// The page, while nobody has an account.
pub async fn show(visitor: Visitor) -> Result<Response, Failure> {
    let store = Arc::clone(&visitor.app.store);
    if away(move || Ok(store.is_set_up()?)).await? {
        return Ok(Redirect::to("/connexion").into_response());
    }
    Ok(page(&visitor, "", &Fields::default())?.into_response())
}

fn page(visitor: &Visitor, message: &str, fields: &Fields) -> Result<Html<String>, Failure> {
    let w = Door::of(visitor.language);
    let out = Outside::of(&visitor.app, visitor.language, w.setup);
    html(&SetUp { out, w, message, login: fields.text("identifiant"), name: fields.text("nom") })
}

fn again(visitor: &Visitor, fields: &Fields, failure: Failure) -> Result<Response, Failure> {
    match failure {
        Failure::Refused(why) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(visitor, &why, fields)?).into_response())
        }
        other => Err(other),
    }
}

/// The first account: its password comes next.
pub async fn first(visitor: Visitor, fields: Fields) -> Result<Response, Failure> {
    let (store, now) = (Arc::clone(&visitor.app.store), visitor.app.clock().now());
    let (sent, address) = (fields.clone(), visitor.address.clone());
    let made = away(move || {
        let code = SecretString::from(sent.text("code"));
        let (login, name) = (sent.text("identifiant"), sent.text("nom"));
        Ok(store.first_account(&code, login, name, &address, now)?)
    })
    .await;
    match made {
        Ok(made) => invitation::begin(&visitor, made.code, "").await,
        Err(failure) => again(&visitor, &fields, failure),
    }
}

/// The demonstration answers from now on, and whoever asked is inside.
pub async fn demonstration(
    visitor: Visitor,
    State(house): State<House>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (app, now) = (visitor.app.clone(), visitor.app.clock().now());
    let (code, address) = (SecretString::from(fields.text("code")), visitor.address.clone());
    let opened = away(move || {
        if !app.store.is_setup_code(&code, now)? {
            let code = Door::of(crate::texts::Language::French).console_code;
            return Err(Failure::Refused(format!("{code} : inexact, périmé ou déjà utilisé")));
        }
        demo::open(&app, &address)
    })
    .await;
    match opened {
        Ok((app, token)) => {
            house.show(app.clone());
            let visitor = Visitor { app, ..visitor };
            sign_in::welcome(&visitor, &token, &Fields::default()).await
        }
        Err(failure) => again(&visitor, &fields, failure),
    }
}

/// The practice answers again. What was done in the demonstration stays in its
/// folder.
pub async fn leave_demonstration(
    visit: Visit,
    State(house): State<House>,
) -> Result<Redirect, Failure> {
    if !visit.app.demo {
        return Err(Failure::NotFound);
    }
    house.show_practice();
    Ok(Redirect::to("/connexion"))
}
