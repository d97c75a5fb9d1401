//! From an invitation to an account that opens: a password and a second
//! factor. And changing them later.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use secrecy::{ExposeSecret as _, SecretString};

use crate::audit::{self, Action, Event, Outcome};
use crate::error::StoreError;
use crate::invitations::{code_hash, wrong_code};
use crate::moment::At;
use crate::password;
use crate::private::AccountId;
use crate::random;
use crate::rights::Actor;
use crate::seal::Sealed;
use crate::second_factor;
use crate::settings::SECOND_FACTOR;
use crate::store::Store;

/// What an invited person is shown, once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// What she will type to enter.
    pub login: String,
    /// Her name.
    pub name: String,
    /// The secret of the second factor, to type into an authenticator.
    pub secret: SecretString,
    /// The same, to show as a picture: `otpauth://…`.
    pub uri: SecretString,
    /// Whether the practice lets her do without.
    pub optional: bool,
}

/// An account that an invitation names.
struct Invited {
    account: AccountId,
    login: String,
    name: String,
    totp: Option<Sealed>,
}

impl Store {
    /// Opens an invitation: whose it is, and a secret for the second factor,
    /// the same until the invitation has served.
    pub fn begin_enrolment(
        &self,
        code: &SecretString,
        now: Timestamp,
    ) -> Result<Enrolment, StoreError> {
        self.database.write(|tx| {
            let invited = invited(tx, code, now)?;
            let secret = if let Some(sealed) = &invited.totp {
                self.vault.open(sealed)?.to_vec()
            } else {
                let secret = second_factor::secret()?;
                tx.execute(
                    "UPDATE invitations SET totp = ?2 WHERE hash = ?1",
                    params![code_hash(code), self.vault.seal(&secret)],
                )?;
                secret.to_vec()
            };
            Ok(Enrolment {
                secret: second_factor::base32(&secret),
                uri: second_factor::uri(&invited.login, &secret),
                login: invited.login,
                name: invited.name,
                optional: !second_factor_required(tx)?,
            })
        })
    }

    /// Chooses the password and proves the second factor with a first code;
    /// without one only where the practice allows it. Gives the recovery
    /// codes, to be kept on paper: only their hashes are kept here.
    pub fn finish_enrolment(
        &self,
        code: &SecretString,
        password: &SecretString,
        first: Option<&str>,
        address: &str,
        now: Timestamp,
    ) -> Result<Vec<SecretString>, StoreError> {
        let known = self.database.read(|tx| invited(tx, code, now))?;
        password::check(password, &[&known.login, &known.name])?;
        let kept = self.hasher.hash(password)?;
        self.database.write(|tx| {
            // Read again: it may have served meanwhile.
            let Invited { account, totp, .. } = invited(tx, code, now)?;
            let proved = match (&totp, first) {
                (Some(totp), Some(first)) => {
                    let step = second_factor::step_of(self.vault.open(totp)?, first, now)?;
                    Some((totp, step.ok_or_else(wrong_first_code)?))
                }
                (None, Some(_)) => return Err(wrong_first_code()),
                (_, None) if second_factor_required(tx)? => return Err(wrong_first_code()),
                (_, None) => None,
            };
            tx.execute(
                "UPDATE accounts SET password = ?2, totp = ?3, totp_step = ?4, enrolled_at = ?5
                 WHERE id = ?1",
                params![
                    account,
                    kept,
                    proved.map(|(totp, _)| totp),
                    proved.map(|(_, step)| step),
                    At(now)
                ],
            )?;
            // The code of the console goes with the first to enter.
            tx.execute("DELETE FROM invitations WHERE account = ?1 OR account IS NULL", [account])?;
            let event = Event { address: Some(address), ..Event::by(account, Action::Enrol) };
            audit::record(tx, event, now)?;
            match proved {
                Some(_) => recovery_codes(tx, account),
                None => Ok(Vec::new()),
            }
        })
    }

    /// Changes one's password, and ends one's other sessions. Renew the one
    /// that stays with [`Store::renew`].
    pub fn change_password(
        &self,
        actor: &Actor,
        old: &SecretString,
        new: &SecretString,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (login, name, kept) = self.own_account(actor)?;
        self.prove(actor, old, &login, &kept, now)?;
        password::check(new, &[&login, &name])?;
        let kept = self.hasher.hash(new)?;
        self.database.write(|tx| {
            tx.execute(
                "UPDATE accounts SET password = ?2 WHERE id = ?1",
                params![actor.account, kept],
            )?;
            tx.execute(
                "DELETE FROM sessions WHERE account = ?1 AND id <> ?2",
                params![actor.account, actor.session],
            )?;
            audit::record(tx, Event::of(actor, Action::Credentials).on("mot de passe"), now)
        })
    }

    /// New recovery codes in place of the old, against one's password.
    pub fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: &SecretString,
        now: Timestamp,
    ) -> Result<Vec<SecretString>, StoreError> {
        let (login, _, kept) = self.own_account(actor)?;
        self.prove(actor, password, &login, &kept, now)?;
        self.database.write(|tx| {
            audit::record(tx, Event::of(actor, Action::Credentials).on("codes de secours"), now)?;
            recovery_codes(tx, actor.account)
        })
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self, actor: &Actor) -> Result<u32, StoreError> {
        self.database.read(|tx| {
            Ok(tx.query_row(
                "SELECT count(*) FROM recovery_codes WHERE account = ?1 AND used_at IS NULL",
                [actor.account],
                |row| row.get(0),
            )?)
        })
    }

    fn own_account(&self, actor: &Actor) -> Result<(String, String, String), StoreError> {
        self.database.read(|tx| {
            Ok(tx.query_row(
                "SELECT login, name, password FROM accounts
                 WHERE id = ?1 AND password IS NOT NULL AND disabled_at IS NULL",
                [actor.account],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?)
        })
    }

    /// The password again, from someone already inside; throttled like the door.
    fn prove(
        &self,
        actor: &Actor,
        password: &SecretString,
        login: &str,
        kept: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let wait = self.throttled(login, &actor.address, now);
        let right = wait.is_none() && self.hasher.verify(password, Some(kept))?;
        if right {
            self.forget_tries(login, &actor.address);
            return Ok(());
        }
        self.record(Event::of(actor, Action::Credentials).ended(Outcome::Failed), now)?;
        Err(StoreError::refused(match wait {
            None => "mot de passe refusé",
            Some(_) => "trop d'essais\naide : attendez un peu avant de recommencer",
        }))
    }
}

fn wrong_first_code() -> StoreError {
    StoreError::refused(
        "le code à six chiffres n'est pas le bon\naide : vérifiez l'heure du téléphone, puis tapez le code qu'il affiche",
    )
}

fn invited(
    connection: &Connection,
    code: &SecretString,
    now: Timestamp,
) -> Result<Invited, StoreError> {
    let found = connection
        .query_row(
            "SELECT accounts.id, accounts.login, accounts.name, invitations.totp
             FROM invitations JOIN accounts ON accounts.id = invitations.account
             WHERE invitations.hash = ?1 AND invitations.expires_at > ?2
               AND accounts.disabled_at IS NULL",
            params![code_hash(code), At(now)],
            |row| {
                Ok(Invited {
                    account: row.get(0)?,
                    login: row.get(1)?,
                    name: row.get(2)?,
                    totp: row.get(3)?,
                })
            },
        )
        .optional()?;
    found.ok_or_else(wrong_code)
}

fn second_factor_required(connection: &Connection) -> Result<bool, StoreError> {
    let set: Option<String> = connection
        .query_row("SELECT value FROM settings WHERE key = ?1", [SECOND_FACTOR], |row| row.get(0))
        .optional()?;
    Ok(set.as_deref() != Some("facultatif"))
}

fn recovery_codes(
    tx: &Transaction<'_>,
    account: AccountId,
) -> Result<Vec<SecretString>, StoreError> {
    tx.execute("DELETE FROM recovery_codes WHERE account = ?1", [account])?;
    let mut insert =
        tx.prepare_cached("INSERT INTO recovery_codes (account, hash) VALUES (?1, ?2)")?;
    (0..second_factor::RECOVERY_CODES)
        .map(|_| {
            let code = random::code()?;
            insert.execute(params![account, random::code_hash(code.expose_secret())])?;
            Ok(code)
        })
        .collect()
}
