//! Documents behind a statement: the statement itself, a letter of the fund.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jalon_store::{LARGEST, Proof};

use super::{claim, is_own, study, to};
use crate::failure::Failure;
use crate::pages::{Look, Visit};
use crate::texts::Statements;
use crate::upload::Upload;

/// Most bytes of the form: the document, and what is around it.
pub const LARGEST_PROOF: u64 = LARGEST + 64 * 1024;

/// A document comes.
pub async fn attach(
    visit: Visit,
    Path(number): Path<String>,
    mut upload: Upload,
) -> Result<Response, Failure> {
    let mut file = upload.file().await?;
    let fields = upload.fields.clone();
    let look = Look::of_form(visit, &fields).await?;
    if !is_own(&look, &look.doctor()?) {
        return Err(Failure::NotFound);
    }
    let w = Statements::of(look.language);
    let id = study::kept(&look, &number).await?.id;
    let Some(file) = &mut file else {
        return claim::again(&look, &number, w.no_file, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let most = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    let (name, bytes) = (file.name.clone(), file.whole(most).await?);
    let added = look
        .store(move |store, actor, now| {
            let proof = Proof::Statement(id);
            // The same form, sent twice.
            let hash = blake3::hash(&bytes);
            let known = store.documents(actor, &proof)?;
            if known.iter().any(|one| one.hash == *hash.as_bytes()) {
                return Ok(());
            }
            store.add_document(actor, &proof, &name, &*bytes, None, now).map(drop)
        })
        .await;
    match added {
        Ok(()) => {
            let to = format!("{}#pieces", to(&look, id, "/reclamation"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(failure) => match failure.told() {
            Some((status, why)) => claim::again(&look, &number, &why, status).await,
            None => Err(failure),
        },
    }
}
