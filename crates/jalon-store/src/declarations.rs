//! What a doctor declares to the fund, and how it changed.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row, params};

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

/// What came of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// It was written.
    Done(DeclarationId),
    /// Somebody declared that item since it was seen: nothing was written.
    Stale(Declaration),
}

impl Store {
    /// Declares an item, in place of the declaration `seen`, if there was one.
    pub fn declare(
        &self,
        actor: &Actor,
        new: &NewDeclaration<'_>,
        seen: Option<DeclarationId>,
        now: Timestamp,
    ) -> Result<Declared, StoreError> {
        let event = Event::of(actor, Action::Declare);
        if !may_declare(actor, new.doctor) {
            return self.refuse(event, now);
        }
        check_campaign(new.campaign)?;
        check_word("l'item", new.item)?;
        if new.numerator > new.denominator {
            return Err(StoreError::refused("le numérateur dépasse le dénominateur"));
        }
        self.database.write(|tx| {
            let last = tx
                .query_row(
                    "SELECT id, doctor, campaign, item, numerator, denominator, declared_on, at, author
                     FROM declarations WHERE doctor = ?1 AND campaign = ?2 AND item = ?3
                     ORDER BY id DESC LIMIT 1",
                    params![new.doctor.expose(), new.campaign, new.item],
                    declaration,
                )
                .optional()?;
            match last {
                Some(last) if Some(last.id) != seen => return Ok(Declared::Stale(last)),
                None if seen.is_some() => return Err(StoreError::NotFound),
                _ => {}
            }
            tx.execute(
                "INSERT INTO declarations
                   (doctor, campaign, item, numerator, denominator, declared_on, at, author)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    new.doctor.expose(),
                    new.campaign,
                    new.item,
                    new.numerator,
                    new.denominator,
                    Day(new.declared_on),
                    At(now),
                    actor.account
                ],
            )?;
            let id = DeclarationId(tx.last_insert_rowid());
            audit::record(tx, event.on(new.item), now)?;
            Ok(Declared::Done(id))
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
