//! A form sent twice counts once.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::{Followup, Seen, Step, To};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::{AccountId, ChangeId, Words};

/// How long a form sent again is recognised.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(48);

/// What was done for the same form, if it came already.
pub fn earlier(
    tx: &Transaction<'_>,
    account: AccountId,
    key: &str,
    hash: &[u8; 32],
) -> Result<Option<ChangeId>, StoreError> {
    let shape = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(8..=64).contains(&key.len()) || !key.bytes().all(shape) {
        return Err(StoreError::refused("la clé de ce formulaire est mal écrite"));
    }
    let found: Option<([u8; 32], ChangeId)> = tx
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
        found => Ok(found.map(|(_, change)| change)),
    }
}

/// Remembers what was done for a form.
pub fn remember(
    tx: &Transaction<'_>,
    account: AccountId,
    key: &str,
    hash: &[u8; 32],
    change: ChangeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO requests (account, key, hash, result, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account, key, hash, change, At::after(now, REMEMBERED)],
    )?;
    Ok(())
}

/// Hash of what a form asks for.
pub fn hash_of(steps: &[Step<'_>]) -> [u8; 32] {
    let mut told = Told(blake3::Hasher::new());
    for step in steps {
        told.number(step.patient.0);
        told.number(i64::from(step.campaign));
        told.text(step.indicator);
        match step.seen {
            Seen::Whatever => told.number(-2),
            Seen::Last(last) => told.number(last.map_or(-1, |event| event.0)),
        }
        match &step.to {
            To::Fund(mark) => told.text(mark.map(super::FundMark::word)),
            To::Followup(followup) => told.followup(followup),
        }
    }
    *told.0.finalize().as_bytes()
}

/// Hash of undoing a change.
pub fn hash_of_undo(change: ChangeId) -> [u8; 32] {
    let mut told = Told(blake3::Hasher::new());
    told.text(Some("annulation"));
    told.number(change.0);
    *told.0.finalize().as_bytes()
}

/// Each value with its length or its absence, so that no two forms look alike.
struct Told(blake3::Hasher);

impl Told {
    fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(-1, |text| i64::try_from(text.len()).unwrap_or(i64::MAX)));
        self.0.update(text.unwrap_or_default().as_bytes());
    }

    fn followup(&mut self, followup: &Followup) {
        let Followup { state, reason, owner, appointment, review, note } = followup;
        self.text(Some(state.word()));
        self.text(reason.as_ref().map(Words::expose));
        self.number(owner.map_or(-1, |owner| owner.0));
        self.text(appointment.map(|day| day.to_string()).as_deref());
        self.text(review.map(|day| day.to_string()).as_deref());
        self.text(note.as_ref().map(Words::expose));
    }
}
