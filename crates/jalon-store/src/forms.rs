//! A form sent twice counts once.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::error::StoreError;
use crate::moment::At;
use crate::private::AccountId;

/// How long a form sent again is recognised.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// The number of what was done for the same form, if it came already.
pub fn earlier(
    tx: &Transaction<'_>,
    account: AccountId,
    key: &str,
    hash: &[u8; 32],
) -> Result<Option<i64>, StoreError> {
    let shape = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(8..=64).contains(&key.len()) || !key.bytes().all(shape) {
        return Err(StoreError::refused("la clé de ce formulaire est mal écrite"));
    }
    let found: Option<([u8; 32], i64)> = tx
        .query_row(
            "SELECT hash, result FROM requests WHERE account = ?1 AND key = ?2",
            params![account, key],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match found {
        Some((earlier, _)) if earlier != *hash => Err(StoreError::refused(
            "ce formulaire a déjà servi pour autre chose\naide : rechargez la page",
        )),
        found => Ok(found.map(|(_, result)| result)),
    }
}

/// Remembers the number of what was done for a form.
pub fn remember(
    tx: &Transaction<'_>,
    account: AccountId,
    key: &str,
    hash: &[u8; 32],
    result: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO requests (account, key, hash, result, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account, key, hash, result, At::after(now, REMEMBERED)],
    )?;
    Ok(())
}

/// What a form asks for. Each value comes with its length or its absence, so
/// that no two forms look alike.
#[derive(Default)]
pub struct Told(blake3::Hasher);

impl Told {
    /// A number.
    pub fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    /// A text, or none.
    pub fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX)));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    /// All of it.
    pub fn hash(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }
}
