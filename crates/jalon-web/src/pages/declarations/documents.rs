//! Documents that prove what was declared.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jalon_rules::{Fraction, french};
use jalon_store::{Document, DocumentId, LARGEST, Proof, StoreError};
use jiff::civil::Date;

use super::form::Wish;
use super::{Sheet, declare, may_declare};
use crate::failure::Failure;
use crate::fields::Fields;
use crate::pages::{Look, Visit};
use crate::texts::Declarations;
use crate::upload::Upload;

/// Most bytes of the form: the document, and what is around it.
pub const MOST: u64 = LARGEST + 64 * 1024;

/// A document, as the page shows it.
pub struct Piece {
    pub item: String,
    pub id: String,
    pub to: String,
    pub name: String,
    pub kind: &'static str,
    pub size: String,
    pub added: String,
    pub until: String,
    pub hash: String,
}

/// The documents behind what is declared here, item by item: also those of
/// earlier declarations of the same item.
pub async fn of(look: &Look, sheet: &Sheet) -> Result<Vec<Piece>, Failure> {
    let (doctor, campaign) = (look.list_key()?, look.campaign.year());
    let items: Vec<String> = sheet.here.iter().map(|one| one.item.clone()).collect();
    let found = look
        .store(move |store, actor, _| {
            let mut found = Vec::new();
            for item in items {
                for told in store.declaration_history(actor, &doctor, campaign, &item)? {
                    for document in store.documents(actor, &Proof::Declaration(told.id))? {
                        found.push((item.clone(), document));
                    }
                }
            }
            Ok(found)
        })
        .await?;
    let title = |id: &str| {
        let item = sheet.items().find(|item| item.id == id);
        item.map_or_else(|| id.to_owned(), |item| item.title.clone())
    };
    Ok(found.into_iter().map(|(item, document)| piece(look, title(&item), &document)).collect())
}

fn piece(look: &Look, item: String, document: &Document) -> Piece {
    let w = Declarations::of(look.language);
    Piece {
        item,
        id: document.id.to_string(),
        to: format!("/pieces/{}", document.id),
        name: document.name.clone(),
        kind: document.kind.label(),
        size: size(document.size),
        added: french::date(look.app.clock().local(document.at).date()),
        until: document.expires_on.map_or_else(|| w.no_end.to_owned(), french::date),
        hash: blake3::Hash::from_bytes(document.hash).to_hex().to_string(),
    }
}

/// A size in the unit that suits it.
fn size(bytes: u64) -> String {
    let unit = |unit: u64, name: &str| match Fraction::ratio(bytes, unit) {
        Some(size) => format!("{}\u{a0}{name}", french::decimal(&size, 1)),
        None => String::new(),
    };
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}o"),
        1_000..1_000_000 => unit(1_000, "ko"),
        _ => unit(1_000_000, "Mo"),
    }
}

/// A document comes.
pub async fn add(visit: Visit, mut upload: Upload) -> Result<Response, Failure> {
    let mut file = upload.file().await?;
    let fields = upload.fields.clone();
    let look = Look::of_form(visit, &fields).await?;
    if !may_declare(&look) {
        return Err(Failure::NotFound);
    }
    let w = Declarations::of(look.language);
    let refused = async |look: &Look, why: &str, status: StatusCode| {
        let sheet = Sheet::read(look).await?;
        let mut page = super::page(look, &sheet, &[].into(), "", why, false).await?;
        *page.status_mut() = status;
        Ok(page)
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(file) = &mut file else { return refused(&look, w.choose_again, wrong).await };
    let Ok(expires) = fields.given("terme").map(str::parse::<Date>).transpose() else {
        return refused(&look, w.bad_day, wrong).await;
    };
    let most = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    let (name, bytes) = (file.name.clone(), file.whole(most).await?);
    match attach(&look, &fields, name, bytes, expires).await {
        Ok(()) => {
            let to = format!("{}&fait=joint#pieces", look.to("/declarations"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(failure) => match failure.told() {
            Some((status, why)) => refused(&look, &why, status).await,
            None => Err(failure),
        },
    }
}

/// Keeps a document behind what is declared of an item. What only the dossier
/// tells is declared here first, as it is told there.
async fn attach(
    look: &Look,
    fields: &Fields,
    name: String,
    bytes: Vec<u8>,
    expires: Option<Date>,
) -> Result<(), Failure> {
    let w = Declarations::of(look.language);
    let (doctor, campaign) = (look.list_key()?, look.campaign.year());
    let id = fields.text("item").to_owned();
    let sheet = Sheet::read(look).await?;
    let item = sheet.items().find(|item| item.id == id).ok_or(Failure::NotFound)?;
    let told = item.told.as_ref();
    let told = told.ok_or_else(|| Failure::Refused(w.declare_first.to_owned()))?;
    if told.here.is_none() {
        let number = |number: u64| {
            u32::try_from(number).map_err(|_| Failure::Refused(w.whole_number.to_owned()))
        };
        let (numerator, denominator) = (number(told.numerator)?, number(told.denominator)?);
        // A number is told by itself alone.
        let denominator = denominator.max(numerator);
        let wish = Wish { item: id.clone(), numerator, denominator, seen: None };
        let day = told.day.unwrap_or_else(|| look.today());
        let stale = declare(look, vec![wish], day).await?;
        if !stale.is_empty() {
            return Err(Failure::Refused(w.meanwhile.to_owned()));
        }
    }
    look.store(move |store, actor, now| {
        let history = store.declaration_history(actor, &doctor, campaign, &id)?;
        let last = history.first().ok_or(StoreError::NotFound)?;
        let proof = Proof::Declaration(last.id);
        // The same form, sent twice.
        let hash = blake3::hash(&bytes);
        let known = store.documents(actor, &proof)?;
        if known.iter().any(|one| one.hash == *hash.as_bytes()) {
            return Ok(());
        }
        store.add_document(actor, &proof, &name, &*bytes, expires, now).map(drop)
    })
    .await
}

/// A document goes out, always as a file to keep.
pub async fn show(visit: Visit, Path(number): Path<String>) -> Result<Response, Failure> {
    let number = DocumentId::parse(&number).ok_or(Failure::NotFound)?;
    let (document, bytes) =
        visit.store(move |store, actor, now| store.read_document(actor, number, now)).await?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(document.kind.media_type()));
    headers.insert(CONTENT_DISPOSITION, disposition(&document.name)?);
    Ok(response)
}

/// An attachment of this name. The name is safe already: letters, digits,
/// spaces, dashes and one dot.
fn disposition(name: &str) -> Result<HeaderValue, Failure> {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let whole: String = name
        .bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&text).map_err(|_| Failure::Broken("nom de pièce"))
}

/// A document is taken away.
pub async fn remove(visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let number = DocumentId::parse(fields.text("piece")).ok_or(Failure::NotFound)?;
    let look = Look::of_form(visit, &fields).await?;
    let removed =
        look.store(move |store, actor, now| store.remove_document(actor, number, now)).await;
    match removed {
        // Sent twice: it is gone already.
        Ok(()) | Err(Failure::NotFound) => {
            let to = format!("{}&fait=retire#pieces", look.to("/declarations"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(failure) => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::{disposition, size};

    #[test]
    fn names_go_out_whole_and_safe() {
        let header = disposition("relevé 2026.pdf").unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "attachment; filename=\"relev_ 2026.pdf\"; filename*=UTF-8''relev%C3%A9%202026.pdf"
        );
    }

    #[test]
    fn sizes_are_read_by_people() {
        assert_eq!(size(12), "12\u{a0}o");
        assert_eq!(size(1_500), "1,5\u{a0}ko");
        assert_eq!(size(10_485_760), "10,5\u{a0}Mo");
    }
}
