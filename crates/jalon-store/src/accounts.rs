//! Accounts: who has one, what it opens.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};

use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::At;
use crate::private::{AccountId, DoctorKey};
use crate::rights::{Actor, Rights, Role};
use crate::store::Store;

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What the person types to enter: 2 to 40 of `a-z 0-9 . _ -`.
    pub login: String,
    /// Name shown to colleagues.
    pub name: String,
    /// What it opens.
    pub rights: Rights,
}

/// An account, as those who manage accounts see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// What the person types to enter.
    pub login: String,
    /// Name shown to colleagues.
    pub name: String,
    /// What it opens.
    pub rights: Rights,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its person chose a password; not yet, while it is invited.
    pub enrolled_at: Option<Timestamp>,
    /// Since when it is closed.
    pub disabled_at: Option<Timestamp>,
    /// Whether it has a second factor.
    pub second_factor: bool,
}

impl Store {
    /// Changes what an account opens, and ends its sessions.
    pub fn change_rights(
        &self,
        actor: &Actor,
        account: AccountId,
        rights: &Rights,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.administer(actor, Action::Rights, now)?;
        check_rights(rights)?;
        self.database.write(|tx| {
            let own = rights.own.as_ref().map(DoctorKey::expose);
            let known = tx.execute(
                "UPDATE accounts SET role = ?2, doctor = ?3 WHERE id = ?1",
                params![account, rights.role, own],
            )?;
            if known == 0 {
                return Err(StoreError::NotFound);
            }
            keep_lists(tx, account, rights)?;
            changed(tx, actor, account, rights.role.word(), now)
        })
    }

    /// Closes an account, and ends its sessions.
    pub fn disable(
        &self,
        actor: &Actor,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.administer(actor, Action::Rights, now)?;
        self.database.write(|tx| {
            let open = tx.execute(
                "UPDATE accounts SET disabled_at = ?2 WHERE id = ?1 AND disabled_at IS NULL",
                params![account, At(now)],
            )?;
            if open == 0 {
                return Err(StoreError::NotFound);
            }
            changed(tx, actor, account, "fermeture", now)
        })
    }

    /// Opens again an account that was closed.
    pub fn enable(
        &self,
        actor: &Actor,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.administer(actor, Action::Rights, now)?;
        self.database.write(|tx| {
            let closed = tx.execute(
                "UPDATE accounts SET disabled_at = NULL WHERE id = ?1 AND disabled_at IS NOT NULL",
                [account],
            )?;
            if closed == 0 {
                return Err(StoreError::NotFound);
            }
            changed(tx, actor, account, "réouverture", now)
        })
    }

    /// Every account, by login.
    pub fn accounts(&self, actor: &Actor, now: Timestamp) -> Result<Vec<Account>, StoreError> {
        self.administer(actor, Action::Rights, now)?;
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, login, name, role, doctor, created_at, enrolled_at, disabled_at,
                        totp IS NOT NULL
                 FROM accounts ORDER BY login",
            )?;
            let rows = select.query_map([], |row| {
                let own: Option<String> = row.get(4)?;
                Ok(Account {
                    id: row.get(0)?,
                    login: row.get(1)?,
                    name: row.get(2)?,
                    rights: Rights {
                        role: row.get(3)?,
                        own: own.map(DoctorKey::new),
                        lists: BTreeSet::new(),
                    },
                    created_at: row.get::<_, At>(5)?.0,
                    enrolled_at: row.get::<_, Option<At>>(6)?.map(|at| at.0),
                    disabled_at: row.get::<_, Option<At>>(7)?.map(|at| at.0),
                    second_factor: row.get(8)?,
                })
            })?;
            rows.map(|account| {
                let mut account = account?;
                account.rights.lists = lists(tx, account.id)?;
                Ok(account)
            })
            .collect()
        })
    }

    /// Colleagues who may own a task: those who care for patients of that
    /// list, by name.
    pub fn colleagues(
        &self,
        actor: &Actor,
        list: &DoctorKey,
    ) -> Result<Vec<(AccountId, String)>, StoreError> {
        if !actor.sees_patients_of(list) {
            return Err(StoreError::NotFound);
        }
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT accounts.id, accounts.name FROM accounts
                 JOIN account_lists ON account_lists.account = accounts.id
                 WHERE account_lists.doctor = ?1 AND accounts.disabled_at IS NULL
                   AND accounts.role IN ('medecin', 'delegue', 'infirmiere')
                 ORDER BY accounts.name, accounts.id",
            )?;
            let rows = select.query_map([list.expose()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Refuses, and remembers it, unless the actor manages accounts.
    pub(crate) fn administer(
        &self,
        actor: &Actor,
        action: Action,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if actor.role.administers() { Ok(()) } else { self.refuse(Event::of(actor, action), now) }
    }
}

/// What the journal calls an account.
pub(crate) fn object(account: AccountId) -> String {
    format!("compte {}", account.0)
}

/// Ends every session of an account.
pub(crate) fn end_sessions(tx: &Transaction<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM sessions WHERE account = ?1", [account])?;
    Ok(())
}

/// The lists that an account sees.
pub(crate) fn lists(
    connection: &Connection,
    account: AccountId,
) -> Result<BTreeSet<DoctorKey>, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT doctor FROM account_lists WHERE account = ?1")?;
    let rows =
        select.query_map([account], |row| row.get(0).map(|key: String| DoctorKey::new(key)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The account as it will be kept, or what is wrong with it.
pub(crate) fn checked(new: &NewAccount) -> Result<NewAccount, StoreError> {
    let login = login_of(&new.login);
    let shape = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-".contains(&c);
    if !(2..=40).contains(&login.len()) || !login.bytes().all(shape) {
        return Err(StoreError::refused(
            "l'identifiant de connexion a 2 à 40 caractères : lettres sans accent, chiffres, point, tiret",
        ));
    }
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(StoreError::refused("le nom a 1 à 80 caractères"));
    }
    check_rights(&new.rights)?;
    Ok(NewAccount { login, name, rights: new.rights.clone() })
}

/// A login, however it was typed.
pub(crate) fn login_of(typed: &str) -> String {
    typed.trim().to_lowercase()
}

fn check_rights(rights: &Rights) -> Result<(), StoreError> {
    if rights.own.is_some() && rights.role != Role::Doctor {
        return Err(StoreError::refused("seul un médecin a une patientèle à lui"));
    }
    if !rights.lists.is_empty() && !rights.role.cares() {
        return Err(StoreError::refused("ce rôle ne voit aucun patient : retirez les patientèles"));
    }
    Ok(())
}

/// Writes an account down, without a password.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    new: &NewAccount,
    now: Timestamp,
) -> Result<AccountId, StoreError> {
    let own = new.rights.own.as_ref().map(DoctorKey::expose);
    tx.execute(
        "INSERT INTO accounts (login, name, role, doctor, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![new.login, new.name, new.rights.role, own, At(now)],
    )?;
    let account = AccountId(tx.last_insert_rowid());
    keep_lists(tx, account, &new.rights)?;
    Ok(account)
}

fn keep_lists(tx: &Transaction<'_>, account: AccountId, rights: &Rights) -> Result<(), StoreError> {
    tx.execute("DELETE FROM account_lists WHERE account = ?1", [account])?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO account_lists (account, doctor) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for doctor in rights.lists.iter().chain(&rights.own) {
        insert.execute(params![account, doctor.expose()])?;
    }
    Ok(())
}

/// After a change of rights: no session stays, and somebody still manages.
fn changed(
    tx: &Transaction<'_>,
    actor: &Actor,
    account: AccountId,
    what: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    end_sessions(tx, account)?;
    let managed: bool = tx.query_row(
        "SELECT count(*) FROM accounts
         WHERE role = 'administrateur' AND disabled_at IS NULL AND enrolled_at IS NOT NULL",
        [],
        |row| row.get(0),
    )?;
    if !managed {
        return Err(StoreError::refused(
            "il ne resterait aucun administrateur\naide : donnez d'abord ce rôle à un autre compte",
        ));
    }
    let object = format!("{} : {what}", object(account));
    audit::record(tx, Event::of(actor, Action::Rights).on(&object), now)
}
