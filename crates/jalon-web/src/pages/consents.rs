//! Accords: the colleagues whom a doctor lets compare.

use askama::Template;
use axum::response::{Html, Redirect};
use jalon_store::DoctorKey;

use super::{Frame, Visit, html, people};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::Settings;

#[derive(Template)]
#[template(path = "consents.html")]
struct Consents {
    frame: Frame,
    w: &'static Settings,
    colleagues: Vec<Colleague>,
}

struct Colleague {
    key: String,
    label: String,
    agreed: bool,
}

/// The other doctors of the practice.
async fn others(visit: &Visit) -> Vec<String> {
    let own = visit.actor.own().map(|own| own.expose().to_owned());
    let mut doctors = people::doctors(visit).await;
    doctors.retain(|doctor| Some(doctor) != own.as_ref());
    doctors
}

/// The page.
pub async fn show(visit: Visit) -> Result<Html<String>, Failure> {
    let w = Settings::of(visit.language);
    let given = visit.store(|store, actor, _| store.consents(actor)).await?;
    let colleague = |doctor: String| Colleague {
        key: visit.app.keys.of(&doctor),
        agreed: given.contains(&DoctorKey::new(doctor.as_str())),
        label: doctor,
    };
    let colleagues = others(&visit).await.into_iter().map(colleague).collect();
    html(&Consents { frame: visit.frame(w.consents, "/reglages"), w, colleagues })
}

/// A consent is given or taken back.
pub async fn change(visit: Visit, fields: Fields) -> Result<Redirect, Failure> {
    let key = fields.text("confrere");
    let found = others(&visit).await.into_iter().find(|doctor| visit.app.keys.of(doctor) == key);
    let receiver = DoctorKey::new(found.ok_or(Failure::NotFound)?);
    let agrees = fields.text("accord") == "oui";
    visit.store(move |store, actor, now| store.consent(actor, &receiver, agrees, now)).await?;
    Ok(Redirect::to("/reglages/accords"))
}
