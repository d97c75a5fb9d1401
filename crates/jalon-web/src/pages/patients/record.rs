//! Noting an outcome, for one patient or several, and undoing it.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::worklist::{Applied, Followup, Order, Seen, Step, To as What, Tracked};
use jalon_store::{ChangeId, PatientId};

use super::again::{self, Trouble};
use super::filter::{Filter, Notice};
use super::typed::{Picked, Typed, picked};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::Look;
use crate::texts::Calls;

/// Notes an outcome.
pub async fn note(look: Look, filter: Filter, fields: Fields) -> Result<Response, Failure> {
    let w = Calls::of(look.language);
    let filter = filter.seen_by(&look);
    let Some(picked) = picked(&fields) else {
        return super::unticked(&look, &filter, &fields).await;
    };
    let typed = match Typed::read(&fields, look.app.practice.rules(), w) {
        Ok(typed) => typed,
        Err(why) => return again::unread(&look, &filter, &fields, picked, why).await,
    };
    let key = fields.key().map(str::to_owned);
    match apply(&look, picked.clone(), typed.clone(), key).await {
        Ok(Applied::Done(change) | Applied::Again(change)) => {
            Ok(done(&look, &filter, &fields, Notice::Done(change)))
        }
        Ok(Applied::Stale(meanwhile)) => {
            again::page(&look, &filter, &fields, picked, &typed, Trouble::Stale(meanwhile)).await
        }
        Err(Failure::NotFound) => Err(Failure::NotFound),
        Err(failure) => {
            again::page(&look, &filter, &fields, picked, &typed, Trouble::Failed(failure)).await
        }
    }
}

/// Changes every patient, or none.
async fn apply(
    look: &Look,
    picked: Vec<Picked>,
    typed: Typed,
    key: Option<String>,
) -> Result<Applied, Failure> {
    let campaign = look.campaign.year();
    let list = if typed.leaves_something() { Some(look.list_key()?) } else { None };
    look.store(move |store, actor, now| {
        let standing: BTreeMap<PatientId, Tracked> = match &list {
            Some(list) => {
                let tracked = store.worklist(actor, list, campaign, Order::LastChange, now)?;
                tracked.into_iter().map(|tracked| (tracked.patient, tracked)).collect()
            }
            None => BTreeMap::new(),
        };
        let steps: Vec<_> = picked
            .iter()
            .map(|one| Step {
                patient: one.patient,
                campaign,
                indicator: typed.gap.as_deref(),
                seen: Seen::Last(one.seen),
                to: What::Followup(
                    typed.after(standing.get(&one.patient).and_then(|told| stood(told, &typed))),
                ),
            })
            .collect();
        store.change(actor, key.as_deref(), &steps, now)
    })
    .await
}

/// Where what the form is about stood.
fn stood<'t>(tracked: &'t Tracked, typed: &Typed) -> Option<&'t Followup> {
    let gap = match &typed.gap {
        Some(word) => tracked.alone.get(word)?,
        None => &tracked.whole,
    };
    gap.followed.as_ref().map(|followed| &followed.followup)
}

/// To where the form came from, with what was done.
fn done(look: &Look, filter: &Filter, fields: &Fields, notice: Notice) -> Response {
    let told = notice.query();
    if let Some(patient) = PatientId::parse(fields.text("retour")) {
        return Redirect::to(&format!("{}{told}#suivi", look.to_patient(patient))).into_response();
    }
    let place = match PatientId::parse(fields.text("suite")).or_else(|| only(fields)) {
        Some(patient) => format!("p-{patient}"),
        None => "liste".to_owned(),
    };
    Redirect::to(&format!("{}{told}#{place}", filter.to(look, "/patients"))).into_response()
}

/// The patient of a form about one.
fn only(fields: &Fields) -> Option<PatientId> {
    let picked = picked(fields)?;
    let [one] = picked[..] else { return None };
    Some(one.patient)
}

/// Undoes a change, or an undoing.
pub async fn undo(look: Look, filter: Filter, fields: Fields) -> Result<Response, Failure> {
    let filter = filter.seen_by(&look);
    let change = ChangeId::parse(fields.text("modification")).ok_or(Failure::NotFound)?;
    let key = fields.key().map(str::to_owned);
    let undone =
        look.store(move |store, actor, now| store.undo(actor, key.as_deref(), change, now)).await;
    match undone {
        Ok(Applied::Done(undoing) | Applied::Again(undoing)) => {
            let again = fields.text("retablir") == "1";
            let notice = if again { Notice::Done(undoing) } else { Notice::Undone(undoing) };
            Ok(done(&look, &filter, &fields, notice))
        }
        Ok(Applied::Stale(meanwhile)) => {
            again::not_undone(&look, &filter, &fields, Trouble::Stale(meanwhile)).await
        }
        Err(Failure::NotFound) => Err(Failure::NotFound),
        Err(failure) => again::not_undone(&look, &filter, &fields, Trouble::Failed(failure)).await,
    }
}
