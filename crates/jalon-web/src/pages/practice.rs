//! Cabinet et sécurité: what the practice chooses for all.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jalon_store::SECOND_FACTOR;

use super::{Frame, Visit, html};
use crate::calendar::FUND;
use crate::failure::Failure;
use crate::fields::Fields;
use crate::texts::Settings;

/// The setting that holds the name of the practice.
const NAME: &str = "cabinet";

#[derive(Template)]
#[template(path = "practice.html")]
struct Practice {
    frame: Frame,
    w: &'static Settings,
    message: String,
    done: bool,
    name: String,
    fund: String,
    optional: bool,
}

/// The page.
pub async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, String::new(), false).await
}

async fn page(visit: &Visit, message: String, done: bool) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let [name, fund, factor] = visit
        .store(|store, _, _| {
            Ok([store.setting(NAME)?, store.setting(FUND)?, store.setting(SECOND_FACTOR)?])
        })
        .await?;
    let page = html(&Practice {
        frame: visit.frame(w.practice, "/reglages"),
        w,
        message,
        done,
        name: name.unwrap_or_default(),
        fund: fund.unwrap_or_default(),
        optional: factor.as_deref() == Some("facultatif"),
    })?;
    Ok(page.into_response())
}

/// The choices are kept.
pub async fn save(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let fund = fields.text("caisse");
    let known = fund.len() == 3 && fund.bytes().all(|byte| byte.is_ascii_digit());
    if !fund.is_empty() && !known {
        let mut page = page(&visit, format!("{} : {}", w.fund, w.fund_says), false).await?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(page);
    }
    visit
        .store(move |store, actor, now| {
            let wanted = [
                (NAME, fields.given("cabinet")),
                (FUND, fields.given("caisse")),
                (SECOND_FACTOR, fields.given("second_facteur").filter(|one| *one == "facultatif")),
            ];
            for (key, value) in wanted {
                if store.setting(key)?.as_deref() != value {
                    store.set_setting(actor, key, value, now)?;
                }
            }
            Ok(())
        })
        .await?;
    page(&visit, w.saved.to_owned(), true).await
}
