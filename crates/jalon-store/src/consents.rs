//! Doctors who let a colleague compare with them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::DoctorKey;
use crate::rights::Actor;
use crate::store::Store;

impl Store {
    /// A doctor lets another compare with him, or no longer does.
    pub fn consent(
        &self,
        actor: &Actor,
        receiver: &DoctorKey,
        agrees: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(giver) = actor.own() else {
            return self.refuse(Event::of(actor, Action::Consent), now);
        };
        if giver == receiver {
            return Err(StoreError::refused("l'accord se donne à un confrère"));
        }
        self.database.write(|tx| {
            let pair = params![giver.expose(), receiver.expose(), At(now)];
            if agrees {
                tx.execute(
                    "INSERT INTO consents (giver, receiver, given_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO NOTHING",
                    pair,
                )?;
            } else {
                tx.execute(
                    "UPDATE consents SET withdrawn_at = ?3
                     WHERE giver = ?1 AND receiver = ?2 AND withdrawn_at IS NULL",
                    pair,
                )?;
            }
            let object = if agrees { "accord donné" } else { "accord retiré" };
            audit::record(tx, Event::of(actor, Action::Consent).on(object), now)
        })
    }

    /// The doctors whom an actor lets compare with him.
    pub fn consents(&self, actor: &Actor) -> Result<BTreeSet<DoctorKey>, StoreError> {
        let own = actor.own().map(DoctorKey::expose);
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT receiver FROM consents WHERE giver = ?1 AND withdrawn_at IS NULL",
            )?;
            let rows =
                select.query_map([own], |row| row.get(0).map(|key: String| DoctorKey::new(key)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// The doctors who let this one compare with them.
pub(crate) fn given_to(
    tx: &Transaction<'_>,
    receiver: &DoctorKey,
) -> Result<BTreeSet<DoctorKey>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT giver FROM consents WHERE receiver = ?1 AND withdrawn_at IS NULL",
    )?;
    let rows = select
        .query_map([receiver.expose()], |row| row.get(0).map(|key: String| DoctorKey::new(key)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
