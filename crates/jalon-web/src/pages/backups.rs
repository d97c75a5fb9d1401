//! Sauvegardes et conservation.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use jalon_rules::french;
use jalon_store::Store;

use super::{Frame, Visit, html};
use crate::failure::Failure;
use crate::texts::Settings;
use crate::work::away;

/// Copies kept in the folder.
const KEPT: usize = 10;

#[derive(Template)]
#[template(path = "backups.html")]
struct Backups {
    frame: Frame,
    w: &'static Settings,
    message: String,
    folder: String,
    documents: String,
    files: Vec<(String, String)>,
}

/// Where copies go: beside the documents.
fn folder(store: &Store) -> PathBuf {
    store.documents_dir().with_file_name("sauvegardes")
}

/// The copies of the folder, latest first: their names follow the hour.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let ours = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with("jalon-") && name.ends_with(".sqlite"))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).filter(ours).collect();
    found.sort();
    found.reverse();
    found
}

/// The page.
pub async fn show(visit: Visit) -> Result<Response, Failure> {
    page(&visit, String::new()).await
}

async fn page(visit: &Visit, message: String) -> Result<Response, Failure> {
    let w = Settings::of(visit.language);
    let store = Arc::clone(&visit.app.store);
    let (place, found) = away(move || {
        let place = folder(&store);
        let files = copies(&place).into_iter().filter_map(|path| {
            let size = fs::metadata(&path).ok()?.len().div_ceil(1_024);
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((name, format!("{} Kio", french::integer(size))))
        });
        let files: Vec<_> = files.collect();
        Ok((place, files))
    })
    .await?;
    let page = html(&Backups {
        frame: visit.frame(w.backups, "/reglages"),
        w,
        message,
        folder: place.display().to_string(),
        documents: visit.app.store.documents_dir().display().to_string(),
        files: found,
    })?;
    Ok(page.into_response())
}

/// A copy is made, and the oldest beyond those kept are removed.
pub async fn make(visit: Visit) -> Result<Redirect, Failure> {
    let local = visit.app.clock().local(visit.now());
    let name = format!("jalon-{}.sqlite", local.strftime("%Y-%m-%d-%H%M%S"));
    visit
        .store(move |store, actor, now| {
            let place = folder(store);
            // The folder around it is its owner's alone. Without this one the
            // copy fails, and says so.
            let _ = fs::create_dir(&place);
            store.backup_to(actor, &place.join(name), now)?;
            for old in copies(&place).into_iter().skip(KEPT) {
                // One that stays is on the page.
                let _ = fs::remove_file(old);
            }
            Ok(())
        })
        .await?;
    Ok(Redirect::to("/reglages/sauvegardes"))
}

/// What has expired is removed now.
pub async fn sweep(visit: Visit) -> Result<Response, Failure> {
    let today = visit.app.clock().today();
    let swept = visit.store(move |store, _, now| store.sweep(today, now)).await?;
    let w = Settings::of(visit.language);
    let told = [swept.documents, swept.statements, swept.sessions, swept.invitations];
    let told: Vec<_> = told.iter().map(ToString::to_string).collect();
    page(&visit, format!("{} {}", w.swept, told.join(", "))).await
}
