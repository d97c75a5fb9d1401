//! Invitation: from a code that serves once to an account that opens.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use jalon_store::{Enrolment, ExposeSecret as _, SecretString};
use qrcode::{Color, QrCode};

use super::{Outside, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::guard::Visitor;
use crate::texts::Door;
use crate::work::away;

#[derive(Template)]
#[template(path = "invitation.html")]
struct Ask<'a> {
    out: Outside,
    w: &'static Door,
    message: &'a str,
}

#[derive(Template)]
#[template(path = "enrolment.html")]
struct Choose<'a> {
    out: Outside,
    w: &'static Door,
    message: &'a str,
    code: &'a str,
    login: &'a str,
    name: &'a str,
    secret: String,
    optional: bool,
    picture: Option<Picture>,
}

#[derive(Template)]
#[template(path = "enrolled.html")]
struct Opened {
    out: Outside,
    w: &'static Door,
    codes: Vec<String>,
}

/// A picture that telephones read: its side, and its dark squares as a path.
struct Picture {
    side: usize,
    path: String,
}

/// The page where the code is typed.
pub async fn show(visitor: Visitor) -> Result<Html<String>, Failure> {
    ask(&visitor, "")
}

fn ask(visitor: &Visitor, message: &str) -> Result<Html<String>, Failure> {
    let w = Door::of(visitor.language);
    html(&Ask { out: Outside::of(&visitor.app, visitor.language, w.invitation), w, message })
}

/// A code was typed: whose it is, and what to choose.
pub async fn open(visitor: Visitor, fields: Fields) -> Result<Response, Failure> {
    begin(&visitor, SecretString::from(fields.text("code_invitation")), "").await
}

/// The page where the password is chosen and the second factor proved.
pub async fn begin(
    visitor: &Visitor,
    code: SecretString,
    message: &str,
) -> Result<Response, Failure> {
    let (store, now) = (Arc::clone(&visitor.app.store), visitor.app.clock().now());
    let shown = code.clone();
    let status = if message.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    match away(move || Ok(store.begin_enrolment(&shown, now)?)).await {
        Ok(enrolment) => Ok((status, choose(visitor, &code, &enrolment, message)?).into_response()),
        Err(Failure::Refused(why)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, ask(visitor, &why)?).into_response())
        }
        Err(failure) => Err(failure),
    }
}

fn choose(
    visitor: &Visitor,
    code: &SecretString,
    enrolment: &Enrolment,
    message: &str,
) -> Result<Html<String>, Failure> {
    let w = Door::of(visitor.language);
    html(&Choose {
        out: Outside::of(&visitor.app, visitor.language, w.welcome),
        w,
        message,
        code: code.expose_secret(),
        login: &enrolment.login,
        name: &enrolment.name,
        secret: in_groups(enrolment.secret.expose_secret()),
        optional: enrolment.optional,
        picture: picture(enrolment.uri.expose_secret()),
    })
}

/// The password is chosen and the second factor proved.
pub async fn finish(visitor: Visitor, fields: Fields) -> Result<Response, Failure> {
    let w = Door::of(visitor.language);
    let code = SecretString::from(fields.text("code_invitation"));
    if fields.secret("mot_de_passe") != fields.secret("mot_de_passe_encore") {
        return begin(&visitor, code, w.not_same).await;
    }
    let (store, now) = (Arc::clone(&visitor.app.store), visitor.app.clock().now());
    let (shown, address) = (code.clone(), visitor.address.clone());
    let finished = away(move || {
        let password = SecretString::from(fields.secret("mot_de_passe"));
        Ok(store.finish_enrolment(&shown, &password, fields.given("code"), &address, now)?)
    })
    .await;
    match finished {
        Ok(codes) => {
            let codes = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
            let out = Outside::of(&visitor.app, visitor.language, w.opened);
            Ok(html(&Opened { out, w, codes })?.into_response())
        }
        Err(Failure::Refused(why)) => begin(&visitor, code, &why).await,
        Err(failure) => Err(failure),
    }
}

/// In groups of four, as people type them.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}

/// Nothing for a text that no picture holds: the secret is beside it.
fn picture(text: &str) -> Option<Picture> {
    const MARGIN: usize = 4;
    let code = QrCode::new(text.as_bytes()).ok()?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let square = |(at, _): (usize, Color)| {
        format!("M{} {}h1v1h-1z", at % width + MARGIN, at / width + MARGIN)
    };
    Some(Picture { side: width + 2 * MARGIN, path: dark.map(square).collect() })
}
