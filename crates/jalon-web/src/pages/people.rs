//! Personnes et droits: who has an account, and inviting somebody.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jalon_store::{Account, DoctorKey, ExposeSecret as _, Invitation, NewAccount, Rights, Role};

use super::{Choice, Frame, Visit, html};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::Settings;
use crate::work::away;

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    frame: Frame,
    w: &'static Settings,
    message: String,
    accounts: Vec<Person>,
    login: String,
    name: String,
    rights: RightsForm,
}

struct Person {
    to: String,
    login: String,
    name: String,
    role: &'static str,
    lists: String,
    state: &'static str,
    factor: &'static str,
}

/// The fields of what an account opens.
pub struct RightsForm {
    pub roles: Vec<Choice>,
    pub own: String,
    pub lists: String,
    /// Doctors whom the facts know.
    pub doctors: Vec<String>,
}

#[derive(Template)]
#[template(path = "invited.html")]
struct Invited {
    frame: Frame,
    w: &'static Settings,
    code: String,
    address: String,
    until: String,
}

/// The page.
pub async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, String::new(), &Fields::default()).await
}

async fn page(visit: &Visit, message: String, typed: &Fields) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let accounts = visit.store(jalon_store::Store::accounts).await?;
    let accounts = accounts.iter().map(|account| person(account, w)).collect();
    let page = html(&People {
        frame: visit.frame(w.people, "/reglages"),
        w,
        message,
        accounts,
        login: typed.text("identifiant").to_owned(),
        name: typed.text("nom").to_owned(),
        rights: RightsForm::typed(visit, typed).await,
    })?;
    Ok(page.into_response())
}

fn person(account: &Account, w: &'static Settings) -> Person {
    Person {
        to: format!("/reglages/personnes/{}", account.id),
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.rights.role.label(),
        lists: written(&account.rights.lists),
        state: state(account, w),
        factor: if account.second_factor { w.second_factor } else { w.no_second_factor },
    }
}

/// Whether an account opens.
pub const fn state(account: &Account, w: &Settings) -> &'static str {
    match (account.disabled_at.is_some(), account.enrolled_at.is_some()) {
        (true, _) => w.closed,
        (false, true) => w.active,
        (false, false) => w.invited,
    }
}

/// Doctors, as people type them.
pub fn written(lists: &BTreeSet<DoctorKey>) -> String {
    let lists: Vec<_> = lists.iter().map(DoctorKey::expose).collect();
    lists.join(", ")
}

impl RightsForm {
    /// As it was typed.
    async fn typed(visit: &Visit, typed: &Fields) -> Self {
        let role = Role::parse(typed.text("role"));
        let (own, lists) = (typed.text("medecin").to_owned(), typed.text("patienteles").to_owned());
        Self { roles: roles(role), own, lists, doctors: doctors(visit).await }
    }

    /// What an account opens.
    pub async fn of(visit: &Visit, rights: &Rights) -> Self {
        Self {
            roles: roles(Some(rights.role)),
            own: rights.own.as_ref().map_or_else(String::new, |own| own.expose().to_owned()),
            lists: written(&rights.lists),
            doctors: doctors(visit).await,
        }
    }

    /// What a form asks an account to open.
    pub fn read(fields: &Fields) -> Result<Rights, Failure> {
        let role = Role::parse(fields.text("role")).ok_or(Failure::NotFound)?;
        let lists = fields.text("patienteles").split([',', ';', ' ', '\r', '\n', '\t']);
        let lists = lists.filter(|id| !id.is_empty()).map(DoctorKey::new).collect();
        Ok(Rights { role, own: fields.given("medecin").map(DoctorKey::new), lists })
    }
}

fn roles(chosen: Option<Role>) -> Vec<Choice> {
    let choice = |role: &Role| Choice {
        value: role.word().to_owned(),
        label: role.label().to_owned(),
        chosen: chosen == Some(*role),
    };
    Role::ALL.iter().map(choice).collect()
}

/// The doctors whom the facts know; nobody while there are none.
pub async fn doctors(visit: &Visit) -> Vec<String> {
    let practice = Arc::clone(&visit.app.practice);
    let facts = away(move || Ok(practice.facts()?)).await;
    facts.map_or_else(|_| Vec::new(), |facts| facts.doctors().map(ToOwned::to_owned).collect())
}

/// Somebody is invited.
pub async fn invite(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let rights = RightsForm::read(&fields)?;
    let (login, name) = (fields.text("identifiant").to_owned(), fields.text("nom").to_owned());
    let new = NewAccount { login, name, rights };
    match visit.store(move |store, actor, now| store.invite(actor, &new, now)).await {
        Ok(invitation) => handed_over(&visit, &invitation),
        Err(Failure::Refused(why)) => {
            let mut page = page(&visit, why, &fields).await?;
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
        Err(failure) => Err(failure),
    }
}

/// The page that shows an invitation, once.
pub fn handed_over(visit: &Visit, invitation: &Invitation) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let page = html(&Invited {
        frame: visit.frame(w.code, "/reglages"),
        w,
        code: invitation.code.expose_secret().to_owned(),
        address: format!("{}invitation", visit.app.setting.site.address()),
        until: visit.app.clock().shown(invitation.expires_at),
    })?;
    Ok(page.into_response())
}
