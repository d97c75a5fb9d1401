//! What a doctor declares to the fund, and how it changed.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::{At, Day};
use crate::private::{AccountId, DeclarationId, DoctorKey};
use crate::rights::{Actor, Role};
use crate::store::Store;

/// A declaration to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeclaration<'d> {
    /// The doctor who declares.
    pub doctor: &'d DoctorKey,
    /// The year of the campaign.
    pub campaign: i16,
    /// The item, by the name that the rules use.
    pub item: &'d str,
    /// How many.
    pub numerator: u32,
    /// Out of how many.
    pub denominator: u32,
    /// On which day it was, or will be, entered at the fund's.
    pub declared_on: Date,
    /// The declaration that this one replaces, as its author had it before his
    /// eyes.
    pub seen: Option<DeclarationId>,
}

/// A declaration that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its number, in the order of time.
    pub id: DeclarationId,
    /// The doctor who declares.
    pub doctor: DoctorKey,
    /// The year of the campaign.
    pub campaign: i16,
    /// The item.
    pub item: String,
    /// How many.
    pub numerator: u32,
    /// Out of how many.
    pub denominator: u32,
    /// On which day it was entered at the fund's.
    pub declared_on: Date,
    /// When it was written here.
    pub at: Timestamp,
    /// By whom.
    pub author: AccountId,
}

/// What came of declarations made at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// They were written: their numbers, in the same order.
    Done(Vec<DeclarationId>),
    /// Somebody declared these items since they were seen: nothing was written.
    Stale(Vec<Declaration>),
}

impl Store {
    /// Declares items, each in place of the declaration that was seen, if there
    /// was one: all of them, or none.
    pub fn declare(
        &self,
        actor: &Actor,
        new: &[NewDeclaration<'_>],
        now: Timestamp,
    ) -> Result<Declared, StoreError> {
        let event = Event::of(actor, Action::Declare);
        if new.iter().any(|one| !may_declare(actor, one.doctor)) {
            return self.refuse(event, now);
        }
        for one in new {
            check_campaign(one.campaign)?;
            check_word("l'item", one.item)?;
            if one.numerator > one.denominator {
                return Err(StoreError::refused("le numérateur dépasse le dénominateur"));
            }
        }
        self.database.write(|tx| {
            let stale = stale(tx, new)?;
            if !stale.is_empty() {
                return Ok(Declared::Stale(stale));
            }
            let mut insert = tx.prepare_cached(
                "INSERT INTO declarations
                   (doctor, campaign, item, numerator, denominator, declared_on, at, author)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            let written = new.iter().map(|one| {
                insert.execute(params![
                    one.doctor.expose(),
                    one.campaign,
                    one.item,
                    one.numerator,
                    one.denominator,
                    Day(one.declared_on),
                    At(now),
                    actor.account
                ])?;
                let id = DeclarationId(tx.last_insert_rowid());
                audit::record(tx, event.on(one.item), now)?;
                Ok(id)
            });
            Ok(Declared::Done(written.collect::<Result<_, StoreError>>()?))
        })
    }

    /// What a doctor declares in a campaign: the last word on each item, by item.
    pub fn declarations(
        &self,
        actor: &Actor,
        doctor: &DoctorKey,
        campaign: i16,
    ) -> Result<Vec<Declaration>, StoreError> {
        if !actor.sees_rates_of(doctor) {
            return Err(StoreError::NotFound);
        }
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, doctor, campaign, item, numerator, denominator, declared_on, at, author
                 FROM declarations AS told WHERE doctor = ?1 AND campaign = ?2
                   AND NOT EXISTS (SELECT 1 FROM declarations AS later
                     WHERE later.doctor = told.doctor AND later.campaign = told.campaign
                       AND later.item = told.item AND later.id > told.id)
                 ORDER BY item",
            )?;
            let rows = select.query_map(params![doctor.expose(), campaign], declaration)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// What every doctor declares in every campaign, the last word on each item:
    /// for figures, which are not told to whoever may not see them.
    pub fn every_declaration(&self) -> Result<Vec<Declaration>, StoreError> {
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, doctor, campaign, item, numerator, denominator, declared_on, at, author
                 FROM declarations
                 WHERE id IN (SELECT max(id) FROM declarations GROUP BY doctor, campaign, item)
                 ORDER BY doctor, campaign, item",
            )?;
            let rows = select.query_map([], declaration)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Everything a doctor ever declared of an item in a campaign, latest first.
    pub fn declaration_history(
        &self,
        actor: &Actor,
        doctor: &DoctorKey,
        campaign: i16,
        item: &str,
    ) -> Result<Vec<Declaration>, StoreError> {
        if !actor.sees_rates_of(doctor) {
            return Err(StoreError::NotFound);
        }
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, doctor, campaign, item, numerator, denominator, declared_on, at, author
                 FROM declarations WHERE doctor = ?1 AND campaign = ?2 AND item = ?3
                 ORDER BY id DESC",
            )?;
            let rows = select.query_map(params![doctor.expose(), campaign, item], declaration)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Whether an actor prepares the declarations of a doctor.
pub(crate) fn may_declare(actor: &Actor, doctor: &DoctorKey) -> bool {
    matches!(actor.role, Role::Doctor | Role::Delegate) && actor.sees_patients_of(doctor)
}

/// The last word on each item, where it is not the one that was seen.
fn stale(tx: &Transaction<'_>, new: &[NewDeclaration<'_>]) -> Result<Vec<Declaration>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT id, doctor, campaign, item, numerator, denominator, declared_on, at, author
         FROM declarations WHERE doctor = ?1 AND campaign = ?2 AND item = ?3
         ORDER BY id DESC LIMIT 1",
    )?;
    let mut stale = Vec::new();
    for one in new {
        let last = select
            .query_row(params![one.doctor.expose(), one.campaign, one.item], declaration)
            .optional()?;
        match last {
            Some(last) if Some(last.id) != one.seen => stale.push(last),
            None if one.seen.is_some() => return Err(StoreError::NotFound),
            _ => {}
        }
    }
    Ok(stale)
}

fn declaration(row: &Row<'_>) -> rusqlite::Result<Declaration> {
    Ok(Declaration {
        id: row.get(0)?,
        doctor: DoctorKey::new(row.get::<_, String>(1)?),
        campaign: row.get(2)?,
        item: row.get(3)?,
        numerator: row.get(4)?,
        denominator: row.get(5)?,
        declared_on: row.get::<_, Day>(6)?.0,
        at: row.get::<_, At>(7)?.0,
        author: row.get(8)?,
    })
}

/// A year that a campaign may have.
pub(crate) fn check_campaign(campaign: i16) -> Result<(), StoreError> {
    if (2000..=2100).contains(&campaign) {
        Ok(())
    } else {
        Err(StoreError::refused("une campagne est une année de 2000 à 2100"))
    }
}

/// A name of the program: an indicator, an item, a scheme, a setting.
pub(crate) fn check_word(what: &str, word: &str) -> Result<(), StoreError> {
    let shape = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    if (1..=64).contains(&word.len()) && word.bytes().all(shape) {
        Ok(())
    } else {
        Err(StoreError::refused(format!(
            "{what} est mal écrit : 1 à 64 lettres, chiffres ou tirets"
        )))
    }
}
