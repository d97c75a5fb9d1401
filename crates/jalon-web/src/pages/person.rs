//! One account: its rights, closing it, inviting its person again.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::{Account, AccountId};

use super::people::{self, RightsForm};
use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::Settings;

#[derive(Template)]
#[template(path = "person.html")]
struct Person {
    frame: Frame,
    w: &'static Settings,
    message: String,
    login: String,
    state: &'static str,
    here: String,
    closed: bool,
    rights: RightsForm,
}

async fn account(visit: &Visit, id: &str) -> Result<Account, Failure> {
    let id = AccountId::parse(id).ok_or(Failure::NotFound)?;
    let accounts = visit.store(jalon_store::Store::accounts).await?;
    accounts.into_iter().find(|account| account.id == id).ok_or(Failure::NotFound)
}

/// The page.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&visit, &id, String::new()).await
}

async fn page(visit: &Visit, id: &str, message: String) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let account = account(visit, id).await?;
    let page = html(&Person {
        frame: visit.frame(&account.name, "/reglages"),
        w,
        message,
        state: people::state(&account, w),
        here: format!("/reglages/personnes/{}", account.id),
        closed: account.disabled_at.is_some(),
        rights: RightsForm::of(visit, &account.rights).await,
        login: account.login,
    })?;
    Ok(page.into_response())
}

/// The page again, with why not; or the list of people.
async fn answered(visit: &Visit, id: &str, done: Result<(), Failure>) -> Result<Response, Failure> {
    match done {
        Ok(()) => Ok(Redirect::to("/reglages/personnes").into_response()),
        Err(Failure::Refused(why)) => {
            let mut page = page(visit, id, why).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(failure) => Err(failure),
    }
}

/// The rights change.
pub async fn rights(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let rights = RightsForm::read(&fields)?;
    let account = account(&visit, &id).await?.id;
    let done =
        visit.store(move |store, actor, now| store.change_rights(actor, account, &rights, now));
    let done = done.await;
    answered(&visit, &id, done).await
}

/// The account closes.
pub async fn close(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let account = account(&visit, &id).await?.id;
    let done = visit.store(move |store, actor, now| store.disable(actor, account, now)).await;
    answered(&visit, &id, done).await
}

/// The account opens again.
pub async fn reopen(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let account = account(&visit, &id).await?.id;
    let done = visit.store(move |store, actor, now| store.enable(actor, account, now)).await;
    answered(&visit, &id, done).await
}

/// Its person is invited again.
pub async fn invite_again(visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let account = account(&visit, &id).await?.id;
    let made = visit.store(move |store, actor, now| store.invite_again(actor, account, now)).await;
    match made {
        Ok(invitation) => people::handed_over(&visit, &invitation),
        Err(failure) => answered(&visit, &id, Err(failure)).await,
    }
}
