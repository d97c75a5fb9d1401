//! What is written in the calendar: payments, and windows that the fund
//! prolonged.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_store::{DoctorKey, Extension, NewPayment, PaymentId, PaymentKind};
use jiff::civil::Date;

use super::{again, is_own};
use crate::calendar::{Fund, Window};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Look, Visit};
use crate::texts::Calendar;

/// A payment is written.
pub async fn pay(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    let doctor = look.doctor()?;
    if !is_own(&look, &doctor) {
        return Err(Failure::NotFound);
    }
    let w = Calendar::of(look.language);
    let kind = PaymentKind::parse(fields.text("nature")).ok_or(Failure::NotFound)?;
    let scheme = match scheme(&look, &fields) {
        Ok(scheme) => scheme,
        Err(why) => return wrong(&look, why, &fields).await,
    };
    let Some(cents) = cents(fields.text("montant")) else {
        return wrong(&look, w.bad_amount, &fields).await;
    };
    let Some(day) = day(fields.text("jour")) else {
        return wrong(&look, w.bad_day, &fields).await;
    };
    let (campaign, sent) = (look.campaign.year(), fields.clone());
    let written = look
        .store(move |store, actor, now| {
            let (doctor, label) = (DoctorKey::new(doctor), sent.text("libelle"));
            let new =
                NewPayment { doctor: &doctor, scheme: &scheme, campaign, kind, label, cents, day };
            store.add_payments(actor, sent.key(), &[new], now).map(drop)
        })
        .await;
    ended(&look, written, &fields).await
}

/// A payment written by mistake counts no more.
pub async fn cancel(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    let payment = PaymentId::parse(fields.text("versement")).ok_or(Failure::NotFound)?;
    let done = look.store(move |store, actor, now| store.cancel_payment(actor, payment, now)).await;
    match done {
        // Sent twice: it counts no more already.
        Err(Failure::NotFound) if is_own(&look, &look.doctor()?) => {
            ended(&look, Ok(()), &fields).await
        }
        done => ended(&look, done, &fields).await,
    }
}

/// The fund prolonged a window.
pub async fn extend(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let look = Look::of_form(visit, &fields).await?;
    let w = Calendar::of(look.language);
    let window = Window::parse(fields.text("echeance")).ok_or(Failure::NotFound)?;
    let scheme = match scheme(&look, &fields) {
        Ok(scheme) => scheme,
        Err(why) => return wrong(&look, why, &fields).await,
    };
    let Some(until) = day(fields.text("jusque")) else {
        return wrong(&look, w.bad_day, &fields).await;
    };
    let (campaign, source) = (look.campaign.year(), fields.text("source").to_owned());
    let written = look
        .store(move |store, actor, now| {
            let fund = Fund::read(store, campaign)?.name;
            let window = window.word().to_owned();
            let extension = Extension { fund, scheme, campaign, window, until, source };
            store.extend(actor, &extension, now)
        })
        .await;
    ended(&look, written, &fields).await
}

/// The scheme named, if it exists in the campaign.
fn scheme(look: &Look, fields: &Fields) -> Result<String, &'static str> {
    let id = fields.text("dispositif");
    let known = look.app.practice.rules().any_scheme(id).filter(|one| one.covers(look.campaign));
    let missing = Calendar::of(look.language).bad_scheme;
    known.map(|scheme| scheme.id().to_owned()).ok_or(missing)
}

async fn wrong(look: &Look, why: &str, fields: &Fields) -> Result<Response, Failure> {
    again(look, why, fields, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn ended(
    look: &Look,
    written: Result<(), Failure>,
    fields: &Fields,
) -> Result<Response, Failure> {
    match written {
        Ok(()) => Ok(Redirect::to(&format!("{}&fait=1", look.to("/calendrier"))).into_response()),
        Err(failure) => match failure.told() {
            Some((status, why)) => again(look, &why, fields, status).await,
            None => Err(failure),
        },
    }
}

/// A day of the years of campaigns.
fn day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| (2000..=2110).contains(&day.year()))
}

/// Cents of an amount as people type it: `1 234,56`, `-12.5`, `300 €`.
fn cents(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '€').collect();
    let (sign, plain) = match plain.strip_prefix(['-', '−']) {
        Some(plain) => (-1, plain),
        None => (1, plain.as_str()),
    };
    let (whole, decimals) = plain.split_once([',', '.']).unwrap_or((plain, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shape = (1..=9).contains(&whole.len()) && decimals.len() <= 2;
    if !shape || !digits(whole) || !digits(decimals) || plain.ends_with([',', '.']) {
        return None;
    }
    let cents: i64 = format!("{whole}{decimals:0<2}").parse().ok()?;
    Some(sign * cents)
}

#[cfg(test)]
mod tests {
    use super::{cents, day};

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, expected) in [
            ("4812,40", 481_240),
            ("1 234,5", 123_450),
            ("1\u{202f}234,56\u{a0}€", 123_456),
            ("-12.5", -1_250),
            ("−3", -300),
            ("0", 0),
        ] {
            assert_eq!(cents(text), Some(expected), "{text}");
        }
        for text in ["", "-", "1,234", "1.2.3", "12,", ",5", "1e3", "12a", "9999999999", "--1"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_campaigns() {
        assert!(day("2026-04-28").is_some());
        for text in ["", "28/04/2026", "2026-02-30", "1492-01-01"] {
            assert!(day(text).is_none(), "{text}");
        }
    }
}
