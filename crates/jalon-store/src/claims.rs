//! What a doctor writes to the fund about a statement: kept as it is typed,
//! until it is sent and after.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::{AccountId, ClaimId, DoctorKey, StatementId, Words};
use crate::rights::Actor;
use crate::store::Store;

/// Longest text of a claim, in bytes.
const LONGEST: usize = 256 * 1024;

/// What was written last about a statement. Its form is the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its number: what whoever writes the next one has seen.
    pub id: ClaimId,
    /// Its text.
    pub body: Words,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub author: AccountId,
}

/// What came of writing a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is kept; the same text written again is kept once.
    Done(ClaimId),
    /// Nothing was kept: this was written since.
    Stale(Claim),
}

impl Store {
    /// What was written last about a statement, if anything.
    pub fn claim(
        &self,
        actor: &Actor,
        statement: StatementId,
    ) -> Result<Option<Claim>, StoreError> {
        self.database.read(|tx| {
            if !actor.sees_amounts_of(&doctor_of(tx, statement)?) {
                return Err(StoreError::NotFound);
            }
            last(tx, statement)
        })
    }

    /// Writes about a statement, over what its author has `seen`.
    pub fn write_claim(
        &self,
        actor: &Actor,
        statement: StatementId,
        seen: Option<ClaimId>,
        body: &Words,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let event = Event::of(actor, Action::Ledger).on("réclamation");
        let own = self.database.read(|tx| {
            let doctor = doctor_of(tx, statement)?;
            Ok(actor.own() == Some(&doctor))
        });
        if !matches!(own, Ok(true)) {
            return self.refuse(event, now);
        }
        if body.expose().len() > LONGEST {
            return Err(StoreError::refused("cette réclamation est trop longue : 256 Kio au plus"));
        }
        self.database.write(|tx| {
            if let Some(last) = last(tx, statement)? {
                if last.body == *body {
                    return Ok(Written::Done(last.id));
                }
                if seen != Some(last.id) {
                    return Ok(Written::Stale(last));
                }
            }
            tx.execute(
                "INSERT INTO claims (statement, body, at, author) VALUES (?1, ?2, ?3, ?4)",
                params![statement, body.expose(), At(now), actor.account],
            )?;
            let id = ClaimId(tx.last_insert_rowid());
            audit::record(tx, event, now)?;
            Ok(Written::Done(id))
        })
    }
}

/// The doctor of a statement.
fn doctor_of(tx: &Transaction<'_>, statement: StatementId) -> Result<DoctorKey, StoreError> {
    let found: Option<String> = tx
        .query_row("SELECT doctor FROM statements WHERE id = ?1", [statement], |row| row.get(0))
        .optional()?;
    found.map(DoctorKey::new).ok_or(StoreError::NotFound)
}

fn last(tx: &Transaction<'_>, statement: StatementId) -> Result<Option<Claim>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id, body, at, author FROM claims WHERE statement = ?1 ORDER BY id DESC LIMIT 1",
    )?;
    let claim = select.query_row([statement], |row| {
        Ok(Claim {
            id: row.get(0)?,
            body: Words::new(row.get::<_, String>(1)?),
            at: row.get::<_, At>(2)?.0,
            author: row.get(3)?,
        })
    });
    Ok(claim.optional()?)
}
