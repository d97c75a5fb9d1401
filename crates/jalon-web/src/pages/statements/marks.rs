//! What the fund counts of a patient, or should: marks that the list of
//! patients to call shows.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::PatientId;
use jalon_store::worklist::FundMark;

use super::{gaps, is_own, study};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Look, Visit, lent};
use crate::texts::Statements;

/// Patients were ticked.
pub async fn mark(
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    if !is_own(&look, &look.doctor()?) {
        return Err(Failure::NotFound);
    }
    let w = Statements::of(look.language);
    let kept = study::kept(&look, &number).await?;
    let word = fields.text("indicateur").to_owned();
    let known = word.strip_prefix(&format!("{}:", kept.scheme));
    let rules = look.app.practice.rules();
    let scheme = rules.scheme(&kept.scheme).ok_or(Failure::NotFound)?;
    if !rules.pages_of(scheme).iter().any(|page| Some(page.id.as_str()) == known) {
        return Err(Failure::NotFound);
    }
    let mark = match fields.text("marque") {
        "" => None,
        word => Some(FundMark::parse(word).ok_or(Failure::NotFound)?),
    };
    let patients: Option<Vec<_>> = fields.all("patient").map(PatientId::parse).collect();
    let patients = patients.ok_or(Failure::NotFound)?;
    if patients.is_empty() {
        return gaps::page(&look, &number, w.tick_some, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let marks = patients.into_iter().map(|patient| (patient, word.clone(), mark)).collect();
    match lent::mark(&look, fields.key().map(str::to_owned), marks).await {
        Ok(count) => {
            let to = format!("{}&fait={count}#patients", super::to(&look, kept.id, ""));
            Ok(Redirect::to(&to).into_response())
        }
        Err(failure) => match failure.told() {
            Some((status, why)) => gaps::page(&look, &number, &why, status).await,
            None => Err(failure),
        },
    }
}
