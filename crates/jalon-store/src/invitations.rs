//! Codes that serve once: that of the console at the first start, and those
//! that invite people.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, Transaction, params};
use secrecy::{ExposeSecret as _, SecretString};

use crate::accounts::{NewAccount, checked, end_sessions, insert, object};
use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::AccountId;
use crate::random;
use crate::rights::{Actor, Rights, Role};
use crate::store::Store;

/// How long an invitation may be used.
const INVITATION: SignedDuration = SignedDuration::from_hours(72);

/// What an invited person needs, to be handed over once: only its hash is kept.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The account.
    pub account: AccountId,
    /// The one-time code.
    pub code: SecretString,
    /// Until when.
    pub expires_at: Timestamp,
}

impl Store {
    /// The code that opens a memory nobody has entered yet, to be shown on the
    /// console; none once somebody has. Each call replaces the code before.
    pub fn setup_code(&self, now: Timestamp) -> Result<Option<SecretString>, StoreError> {
        self.database.write(|tx| {
            if entered(tx)? {
                return Ok(None);
            }
            let code = random::code()?;
            tx.execute("DELETE FROM invitations WHERE account IS NULL", [])?;
            let until = At::after(now, INVITATION);
            keep_invitation(tx, None, &code, now, until)?;
            Ok(Some(code))
        })
    }

    /// Whether somebody has ever entered: a new memory waits for its first account.
    pub fn is_set_up(&self) -> Result<bool, StoreError> {
        self.database.read(entered)
    }

    /// Whether this is the code of the console, still good.
    pub fn is_setup_code(&self, code: &SecretString, now: Timestamp) -> Result<bool, StoreError> {
        self.database.read(|tx| Ok(setup_code_holds(tx, code, now)? && !entered(tx)?))
    }

    /// The first account, an administrator, against the code of the console.
    /// Whoever began and did not finish may begin again.
    pub fn first_account(
        &self,
        code: &SecretString,
        login: &str,
        name: &str,
        address: &str,
        now: Timestamp,
    ) -> Result<Invitation, StoreError> {
        let rights = Rights { role: Role::Administrator, own: None, lists: BTreeSet::new() };
        let new = NewAccount { login: login.to_owned(), name: name.to_owned(), rights };
        let new = checked(&new)?;
        self.database.write(|tx| {
            if !setup_code_holds(tx, code, now)? || entered(tx)? {
                return Err(wrong_code());
            }
            tx.execute("DELETE FROM accounts WHERE enrolled_at IS NULL", [])?;
            let account = insert(tx, &new, now)?;
            let event = Event { address: Some(address), ..Event::by(account, Action::SetUp) };
            audit::record(tx, event, now)?;
            invitation(tx, account, now)
        })
    }

    /// Makes an account and its invitation.
    pub fn invite(
        &self,
        actor: &Actor,
        new: &NewAccount,
        now: Timestamp,
    ) -> Result<Invitation, StoreError> {
        self.administer(actor, Action::Invite, now)?;
        let new = checked(new)?;
        self.database.write(|tx| {
            let taken: bool = tx.query_row(
                "SELECT count(*) FROM accounts WHERE login = ?1",
                [&new.login],
                |row| row.get(0),
            )?;
            if taken {
                return Err(StoreError::refused("cet identifiant de connexion est déjà pris"));
            }
            let account = insert(tx, &new, now)?;
            audit::record(tx, Event::of(actor, Action::Invite).on(&object(account)), now)?;
            invitation(tx, account, now)
        })
    }

    /// Invites the person of an account again: a lost telephone, a forgotten
    /// password. The password and the second factor are void at once.
    pub fn invite_again(
        &self,
        actor: &Actor,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Invitation, StoreError> {
        self.administer(actor, Action::Invite, now)?;
        self.database.write(|tx| {
            let known = tx.execute(
                "UPDATE accounts SET password = NULL, totp = NULL, totp_step = NULL WHERE id = ?1",
                [account],
            )?;
            if known == 0 {
                return Err(StoreError::NotFound);
            }
            tx.execute("DELETE FROM recovery_codes WHERE account = ?1", [account])?;
            end_sessions(tx, account)?;
            audit::record(tx, Event::of(actor, Action::Invite).on(&object(account)), now)?;
            invitation(tx, account, now)
        })
    }
}

/// The hash of a one-time code.
pub(crate) fn code_hash(code: &SecretString) -> [u8; 32] {
    random::code_hash(code.expose_secret())
}

/// The answer to a code that is wrong, used or out of date: nobody learns which.
pub(crate) fn wrong_code() -> StoreError {
    StoreError::refused(
        "ce code n'est pas valable : il est faux, il a déjà servi ou il est périmé\naide : demandez-en un autre",
    )
}

fn setup_code_holds(
    tx: &Transaction<'_>,
    code: &SecretString,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.query_row(
        "SELECT count(*) FROM invitations
         WHERE hash = ?1 AND account IS NULL AND expires_at > ?2",
        params![code_hash(code), At(now)],
        |row| row.get(0),
    )?)
}

/// Whether anybody has ever chosen a password.
pub(crate) fn entered(tx: &Transaction<'_>) -> Result<bool, StoreError> {
    let first: Option<i64> = tx
        .query_row("SELECT 1 FROM accounts WHERE enrolled_at IS NOT NULL LIMIT 1", [], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(first.is_some())
}

fn invitation(
    tx: &Transaction<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<Invitation, StoreError> {
    let code = random::code()?;
    let until = At::after(now, INVITATION);
    tx.execute("DELETE FROM invitations WHERE account = ?1", [account])?;
    keep_invitation(tx, Some(account), &code, now, until)?;
    Ok(Invitation { account, code, expires_at: until.0 })
}

fn keep_invitation(
    tx: &Transaction<'_>,
    account: Option<AccountId>,
    code: &SecretString,
    now: Timestamp,
    until: At,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO invitations (hash, account, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        params![code_hash(code), account, At(now), until],
    )?;
    Ok(())
}
