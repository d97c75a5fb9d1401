//! Sessions: opened at the door, ended by time, by their owner or by whoever
//! changes the rights. Only hashes of tokens are kept.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};
use secrecy::{ExposeSecret as _, SecretString};

use crate::accounts;
use crate::audit::{self, Action, Event};
use crate::consents;
use crate::error::StoreError;
use crate::moment::At;
use crate::private::{AccountId, DoctorKey, SessionId};
use crate::random;
use crate::rights::{Actor, Role};
use crate::store::Store;

/// A session that nobody uses ends after so long.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// A session ends after so long, used or not.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);

/// Its last use is written down when it is older than that: a page need not
/// wait for the disk.
const NOTED: SignedDuration = SignedDuration::from_secs(30);

/// A session just opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What the visitor shows from now on: 256 random bits, never kept here.
    pub token: SecretString,
    /// The session, to name it.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name, to end it.
    pub id: SessionId,
    /// From where it was opened.
    pub address: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it was last used, within half a minute.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

struct Found {
    id: SessionId,
    account: AccountId,
    role: Role,
    own: Option<String>,
    seen_at: Timestamp,
}

impl Store {
    /// Who shows this token, with the rights of this moment; nobody when the
    /// session has ended.
    pub fn session(
        &self,
        token: &SecretString,
        address: &str,
        now: Timestamp,
    ) -> Result<Option<Actor>, StoreError> {
        let hash = hash(token);
        let found = self.database.read(|tx| {
            let Some(found) = find(tx, &hash, now)? else { return Ok(None) };
            let own = found.own.clone().map(DoctorKey::new);
            let consents = match &own {
                Some(own) => consents::given_to(tx, own)?,
                None => BTreeSet::new(),
            };
            let actor = Actor {
                account: found.account,
                session: found.id,
                role: found.role,
                address: audit::plain(address),
                own,
                lists: accounts::lists(tx, found.account)?,
                consents,
            };
            Ok(Some((actor, found.seen_at)))
        })?;
        let Some((actor, seen_at)) = found else { return Ok(None) };
        if now.duration_since(seen_at) >= NOTED {
            let noted = self.database.write(|tx| {
                tx.execute(
                    "UPDATE sessions SET seen_at = ?2 WHERE hash = ?1",
                    params![hash, At(now)],
                )?;
                Ok(())
            });
            match noted {
                // The session ends sooner, and that is all: whoever was typing
                // is told by the page that cannot keep it, not thrown out here.
                Err(
                    StoreError::Locked
                    | StoreError::ReadOnly
                    | StoreError::DiskFull
                    | StoreError::Disk,
                ) => {}
                noted => noted?,
            }
        }
        Ok(Some(actor))
    }

    /// Another token for the same session, for whenever what it may do grows;
    /// the old one opens nothing any more. None when the session has ended.
    pub fn renew(
        &self,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<Option<SecretString>, StoreError> {
        let new = random::token()?;
        let renewed = self.database.write(|tx| {
            if find(tx, &hash(token), now)?.is_none() {
                return Ok(0);
            }
            Ok(tx.execute(
                "UPDATE sessions SET hash = ?2 WHERE hash = ?1",
                params![hash(token), hash(&new)],
            )?)
        })?;
        Ok((renewed == 1).then_some(new))
    }

    /// Ends one's session.
    pub fn logout(
        &self,
        actor: &Actor,
        token: &SecretString,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.database.write(|tx| {
            end(tx, token)?;
            audit::record(tx, Event::of(actor, Action::Logout), now)
        })
    }

    /// One's sessions, latest first.
    pub fn sessions(&self, actor: &Actor, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, address, opened_at, seen_at FROM sessions
                 WHERE account = ?1 AND expires_at > ?2 AND seen_at > ?3
                 ORDER BY opened_at DESC, id",
            )?;
            let rows = select.query_map(
                params![actor.account, At(now), At::before(now, IDLE)],
                |row| {
                    let id = row.get(0)?;
                    Ok(Session {
                        id,
                        address: row.get(1)?,
                        opened_at: row.get::<_, At>(2)?.0,
                        seen_at: row.get::<_, At>(3)?.0,
                        current: id == actor.session,
                    })
                },
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Ends one of one's sessions.
    pub fn end_session(
        &self,
        actor: &Actor,
        session: SessionId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.database.write(|tx| {
            let ended = tx.execute(
                "DELETE FROM sessions WHERE account = ?1 AND id = ?2",
                params![actor.account, session],
            )?;
            if ended == 0 {
                return Err(StoreError::NotFound);
            }
            audit::record(tx, Event::of(actor, Action::Logout), now)
        })
    }

    /// Ends all of one's sessions but this one; tells how many.
    pub fn end_other_sessions(&self, actor: &Actor, now: Timestamp) -> Result<usize, StoreError> {
        self.database.write(|tx| {
            let ended = tx.execute(
                "DELETE FROM sessions WHERE account = ?1 AND id <> ?2",
                params![actor.account, actor.session],
            )?;
            audit::record(tx, Event::of(actor, Action::Logout).on("autres sessions"), now)?;
            Ok(ended)
        })
    }
}

/// Opens a session.
pub(crate) fn begin(
    tx: &Transaction<'_>,
    account: AccountId,
    address: &str,
    now: Timestamp,
) -> Result<NewSession, StoreError> {
    let token = random::token()?;
    let id = SessionId(random::number()?);
    let expires_at = At::after(now, ABSOLUTE);
    tx.execute(
        "INSERT INTO sessions (hash, id, account, address, opened_at, seen_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        params![hash(&token), id, account, audit::plain(address), At(now), expires_at],
    )?;
    Ok(NewSession { token, id, account, expires_at: expires_at.0 })
}

/// Ends the session of a token, if there is one.
pub(crate) fn end(tx: &Transaction<'_>, token: &SecretString) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE hash = ?1", [hash(token)])?;
    Ok(())
}

fn hash(token: &SecretString) -> [u8; 32] {
    random::hash(token.expose_secret().as_bytes())
}

fn find(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let found = tx
        .prepare_cached(
            "SELECT sessions.id, accounts.id, accounts.role, accounts.doctor, sessions.seen_at
             FROM sessions JOIN accounts ON accounts.id = sessions.account
             WHERE sessions.hash = ?1 AND accounts.disabled_at IS NULL
               AND sessions.expires_at > ?2 AND sessions.seen_at > ?3",
        )?
        .query_row(params![hash, At(now), At::before(now, IDLE)], |row| {
            Ok(Found {
                id: row.get(0)?,
                account: row.get(1)?,
                role: row.get(2)?,
                own: row.get(3)?,
                seen_at: row.get::<_, At>(4)?.0,
            })
        })
        .optional()?;
    Ok(found)
}
