//! The door: a login, a password, a second factor.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};
use secrecy::{ExposeSecret as _, SecretString};

use crate::accounts::login_of;
use crate::audit::{self, Action, Event, Outcome};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::AccountId;
use crate::random;
use crate::seal::Sealed;
use crate::second_factor;
use crate::sessions::{self, NewSession};
use crate::store::Store;
use crate::throttle::Throttle;

/// What someone shows at the door.
#[derive(Clone, Debug)]
pub struct Credentials<'c> {
    /// The login, as it was typed.
    pub login: &'c str,
    /// The password.
    pub password: &'c SecretString,
    /// The code of six digits, or a recovery code.
    pub code: Option<&'c str>,
    /// From where.
    pub address: &'c str,
    /// The session of a visitor who was already inside: it ends.
    pub before: Option<&'c SecretString>,
}

/// The answer of the door. It never tells which part was wrong, nor whether
/// the account exists.
#[derive(Debug)]
pub enum Login {
    /// Come in.
    Opened(NewSession),
    /// No.
    Refused,
    /// Not now: too many tries.
    Wait(Duration),
}

/// What is kept of whoever may enter.
struct Kept {
    id: AccountId,
    password: String,
    totp: Option<Sealed>,
}

impl Store {
    /// Lets someone in, or not.
    pub fn login(&self, shown: &Credentials<'_>, now: Timestamp) -> Result<Login, StoreError> {
        let login = login_of(shown.login);
        if let Some(wait) = self.throttled(&login, shown.address, now) {
            return Ok(Login::Wait(wait));
        }
        // The same steps for everybody: look up, hash, compute a code, write a line.
        let kept = self.database.read(|tx| find(tx, &login))?;
        let known = kept.as_ref().map(|kept| kept.password.as_str());
        let right = self.hasher.verify(shown.password, known)?;
        let rehashed = match known {
            Some(known) if right && self.hasher.outdated(known) => {
                Some(self.hasher.hash(shown.password)?)
            }
            _ => None,
        };
        let opened = self.database.write(|tx| {
            let proved = self.second_factor(tx, kept.as_ref(), right, shown.code, now)?;
            let Some(kept) = kept.as_ref().filter(|_| right && proved) else {
                self.tell_failure(tx, kept.as_ref().map(|kept| kept.id), shown.address, now)?;
                return Ok(None);
            };
            // The account may have been closed or invited again since it was read.
            let same: bool = tx.query_row(
                "SELECT count(*) FROM accounts
                 WHERE id = ?1 AND password = ?2 AND disabled_at IS NULL",
                params![kept.id, kept.password],
                |row| row.get(0),
            )?;
            if !same {
                self.tell_failure(tx, Some(kept.id), shown.address, now)?;
                return Ok(None);
            }
            if let Some(rehashed) = &rehashed {
                tx.execute(
                    "UPDATE accounts SET password = ?2 WHERE id = ?1",
                    params![kept.id, rehashed],
                )?;
            }
            if let Some(before) = shown.before {
                sessions::end(tx, before)?;
            }
            let session = sessions::begin(tx, kept.id, shown.address, now)?;
            let event = Event { address: Some(shown.address), ..Event::by(kept.id, Action::Login) };
            audit::record(tx, event, now)?;
            Ok(Some(session))
        })?;
        Ok(match opened {
            None => Login::Refused,
            Some(session) => {
                self.forget_tries(&login, shown.address);
                Login::Opened(session)
            }
        })
    }

    /// Whether the code is right. It serves once: taken only with the right
    /// password, so that nobody else can use it up.
    fn second_factor(
        &self,
        tx: &Transaction<'_>,
        kept: Option<&Kept>,
        right: bool,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let secret = kept.and_then(|kept| kept.totp.as_ref());
        let bytes = match secret {
            Some(sealed) => self.vault.open(sealed)?,
            None => [0; second_factor::SECRET].as_slice(),
        };
        let step = second_factor::step_of(bytes, code.unwrap_or("000000"), now)?;
        let recovery = random::code_hash(code.unwrap_or_default());
        let Some(kept) = kept else { return Ok(false) };
        if secret.is_none() || !right {
            return Ok(secret.is_none());
        }
        if code.is_none() {
            return Ok(false);
        }
        let taken = match step {
            Some(step) => tx.execute(
                "UPDATE accounts SET totp_step = ?2
                 WHERE id = ?1 AND (totp_step IS NULL OR totp_step < ?2)",
                params![kept.id, step],
            )?,
            None => tx.execute(
                "UPDATE recovery_codes SET used_at = ?3
                 WHERE account = ?1 AND hash = ?2 AND used_at IS NULL",
                params![kept.id, recovery, At(now)],
            )?,
        };
        Ok(taken == 1)
    }

    fn tell_failure(
        &self,
        tx: &Transaction<'_>,
        account: Option<AccountId>,
        address: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let telling = self.throttle().tell(now);
        if telling.untold > 0 {
            let object = telling.untold.to_string();
            audit::record(tx, Event::by(None, Action::ManyFailures).on(&object), now)?;
        }
        if telling.told {
            // Never what was typed: people type passwords into the wrong field.
            let event = Event { address: Some(address), ..Event::by(account, Action::Login) };
            audit::record(tx, event.ended(Outcome::Failed), now)?;
        }
        Ok(())
    }

    /// Counts a try, or tells how long to wait.
    pub(crate) fn throttled(&self, login: &str, address: &str, now: Timestamp) -> Option<Duration> {
        self.throttle().try_now(login, address, now).err()
    }

    /// Forgets the tries of an account that was entered.
    pub(crate) fn forget_tries(&self, login: &str, address: &str) {
        self.throttle().entered(login, address);
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle> {
        self.throttle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(tx: &Transaction<'_>, login: &str) -> Result<Option<Kept>, StoreError> {
    let found = tx
        .prepare_cached(
            "SELECT id, password, totp FROM accounts
             WHERE login = ?1 AND password IS NOT NULL AND disabled_at IS NULL",
        )?
        .query_row([login], |row| {
            Ok(Kept { id: row.get(0)?, password: row.get(1)?, totp: row.get(2)? })
        })
        .optional()?;
    Ok(found)
}

/// A token that proves a form comes from a page of this session. It follows
/// from the session's own, so nothing is kept of it.
#[must_use]
pub fn csrf_token(session: &SecretString) -> SecretString {
    let key = blake3::derive_key("jalon-store 2026 csrf token", session.expose_secret().as_bytes());
    blake3::Hash::from_bytes(key).to_hex().as_str().into()
}

/// Whether a form comes from a page of this session, in constant time.
#[must_use]
pub fn csrf_matches(session: &SecretString, given: &str) -> bool {
    let expected = blake3::hash(csrf_token(session).expose_secret().as_bytes());
    // Hashes compare in constant time.
    expected == blake3::hash(given.as_bytes())
}
