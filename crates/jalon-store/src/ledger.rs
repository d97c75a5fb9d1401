//! What the fund says and pays: statements as they were read, payments
//! expected and received.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Row, Transaction, params};

use crate::audit::{self, Action, Event};
use crate::declarations::{check_campaign, check_word};
use crate::error::StoreError;
use crate::forms::{self, Told};
use crate::moment::{At, Day};
use crate::private::{AccountId, DoctorKey, PaymentId, StatementId, Words};
use crate::rights::Actor;
use crate::store::Store;
use crate::words::words;

/// Longest text of a statement, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Most fields of a statement.
const FIELDS: usize = 2_000;

/// A statement of the fund. Its meaning is the caller's: this crate keeps the
/// text and the fields read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStatement<'s> {
    /// The doctor who was paid.
    pub doctor: &'s DoctorKey,
    /// The scheme.
    pub scheme: &'s str,
    /// The year of the campaign.
    pub campaign: i16,
    /// When it was received.
    pub received_on: Date,
    /// Its text.
    pub text: &'s Words,
    /// What was read from it, by name.
    pub fields: &'s BTreeMap<String, String>,
    /// After which day it is removed.
    pub expires_on: Option<Date>,
}

/// A statement that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its number.
    pub id: StatementId,
    /// The scheme.
    pub scheme: String,
    /// The year of the campaign.
    pub campaign: i16,
    /// When it was received.
    pub received_on: Date,
    /// Its text.
    pub text: Words,
    /// What was read from it, by name.
    pub fields: BTreeMap<String, String>,
    /// When it was written here.
    pub at: Timestamp,
    /// By whom.
    pub author: AccountId,
}

words! {
    /// Which side of the ledger a payment is on.
    PaymentKind {
        /// Due on that day.
        Expected = "attendu", "attendu";
        /// Received on that day.
        Received = "recu", "reçu";
    }
}

/// A payment, expected or received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPayment<'p> {
    /// The doctor who is paid.
    pub doctor: &'p DoctorKey,
    /// The scheme.
    pub scheme: &'p str,
    /// The year of the campaign.
    pub campaign: i16,
    /// Expected or received.
    pub kind: PaymentKind,
    /// What the bank or the fund calls it.
    pub label: &'p str,
    /// How much, in cents; negative when it is taken back.
    pub cents: i64,
    /// Due or received on that day.
    pub day: Date,
}

/// A payment that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its number.
    pub id: PaymentId,
    /// The scheme.
    pub scheme: String,
    /// The year of the campaign.
    pub campaign: i16,
    /// Expected or received.
    pub kind: PaymentKind,
    /// What the bank or the fund calls it.
    pub label: String,
    /// How much, in cents.
    pub cents: i64,
    /// Due or received on that day.
    pub day: Date,
    /// When it was written here.
    pub at: Timestamp,
    /// By whom.
    pub author: AccountId,
}

impl Store {
    /// Keeps a statement. The same form sent again keeps nothing more, and has
    /// the number of what it kept.
    pub fn add_statement(
        &self,
        actor: &Actor,
        form: Option<&str>,
        new: &NewStatement<'_>,
        now: Timestamp,
    ) -> Result<StatementId, StoreError> {
        let event = Event::of(actor, Action::Ledger);
        if actor.own() != Some(new.doctor) {
            return self.refuse(event, now);
        }
        check_campaign(new.campaign)?;
        check_word("le dispositif", new.scheme)?;
        let size: usize = new.fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        if new.text.expose().len() + size > LONGEST || new.fields.len() > FIELDS {
            return Err(StoreError::refused(
                "ce relevé est trop long : 1 Mio et 2 000 champs au plus",
            ));
        }
        let hash = hash_of_statement(new);
        self.database.write(|tx| {
            if let Some(form) = form
                && let Some(kept) = forms::earlier(tx, actor.account, form, &hash)?
            {
                return Ok(StatementId(kept));
            }
            tx.execute(
                "INSERT INTO statements
                   (doctor, scheme, campaign, received_on, text, at, author, expires_on)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    new.doctor.expose(),
                    new.scheme,
                    new.campaign,
                    Day(new.received_on),
                    new.text.expose(),
                    At(now),
                    actor.account,
                    new.expires_on.map(Day)
                ],
            )?;
            let id = StatementId(tx.last_insert_rowid());
            let mut insert = tx.prepare_cached(
                "INSERT INTO statement_fields (statement, name, value) VALUES (?1, ?2, ?3)",
            )?;
            for (name, value) in new.fields {
                insert.execute(params![id, name, value])?;
            }
            if let Some(form) = form {
                forms::remember(tx, actor.account, form, &hash, id.0, now)?;
            }
            audit::record(tx, event.on(new.scheme), now)?;
            Ok(id)
        })
    }

    /// The statements of a doctor in a campaign, latest received first.
    pub fn statements(
        &self,
        actor: &Actor,
        doctor: &DoctorKey,
        campaign: i16,
    ) -> Result<Vec<Statement>, StoreError> {
        if !actor.sees_amounts_of(doctor) {
            return Err(StoreError::NotFound);
        }
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, scheme, campaign, received_on, text, at, author FROM statements
                 WHERE doctor = ?1 AND campaign = ?2 ORDER BY received_on DESC, id DESC",
            )?;
            let rows = select.query_map(params![doctor.expose(), campaign], |row| {
                Ok(Statement {
                    id: row.get(0)?,
                    scheme: row.get(1)?,
                    campaign: row.get(2)?,
                    received_on: row.get::<_, Day>(3)?.0,
                    text: Words::new(row.get::<_, String>(4)?),
                    fields: BTreeMap::new(),
                    at: row.get::<_, At>(5)?.0,
                    author: row.get(6)?,
                })
            })?;
            rows.map(|statement| {
                let mut statement = statement?;
                statement.fields = fields(tx, statement.id)?;
                Ok(statement)
            })
            .collect()
        })
    }

    /// Records payments: all of them, or none. Of the same form sent again,
    /// nothing is written, and no number comes back.
    pub fn add_payments(
        &self,
        actor: &Actor,
        form: Option<&str>,
        new: &[NewPayment<'_>],
        now: Timestamp,
    ) -> Result<Vec<PaymentId>, StoreError> {
        let event = Event::of(actor, Action::Ledger);
        if new.iter().any(|payment| actor.own() != Some(payment.doctor)) {
            return self.refuse(event, now);
        }
        for payment in new {
            check_campaign(payment.campaign)?;
            check_word("le dispositif", payment.scheme)?;
            if payment.label.chars().count() > 200 {
                return Err(StoreError::refused("un libellé a 200 caractères au plus"));
            }
        }
        let hash = hash_of(new);
        self.database.write(|tx| {
            if let Some(form) = form {
                if forms::earlier(tx, actor.account, form, &hash)?.is_some() {
                    return Ok(Vec::new());
                }
                let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
                forms::remember(tx, actor.account, form, &hash, count, now)?;
            }
            let mut insert = tx.prepare_cached(
                "INSERT INTO payments (doctor, scheme, campaign, kind, label, cents, day, at, author)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            new.iter()
                .map(|payment| {
                    insert.execute(params![
                        payment.doctor.expose(),
                        payment.scheme,
                        payment.campaign,
                        payment.kind,
                        payment.label,
                        payment.cents,
                        Day(payment.day),
                        At(now),
                        actor.account
                    ])?;
                    let id = PaymentId(tx.last_insert_rowid());
                    audit::record(tx, event.on(payment.scheme), now)?;
                    Ok(id)
                })
                .collect()
        })
    }

    /// Takes back a payment that was written by mistake: it stays, and counts no more.
    pub fn cancel_payment(
        &self,
        actor: &Actor,
        payment: PaymentId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let event = Event::of(actor, Action::Ledger).on("versement retiré");
        let own = actor.own().map(DoctorKey::expose);
        let cancelled = self.database.write(|tx| {
            let cancelled = tx.execute(
                "UPDATE payments SET cancelled_at = ?3
                 WHERE id = ?1 AND doctor = ?2 AND cancelled_at IS NULL",
                params![payment, own, At(now)],
            )?;
            if cancelled == 1 {
                audit::record(tx, event, now)?;
            }
            Ok(cancelled)
        })?;
        if cancelled == 1 { Ok(()) } else { self.refuse(event, now) }
    }

    /// The payments of a doctor in a campaign, by day.
    pub fn payments(
        &self,
        actor: &Actor,
        doctor: &DoctorKey,
        campaign: i16,
    ) -> Result<Vec<Payment>, StoreError> {
        if !actor.sees_amounts_of(doctor) {
            return Err(StoreError::NotFound);
        }
        self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT id, scheme, campaign, kind, label, cents, day, at, author FROM payments
                 WHERE doctor = ?1 AND campaign = ?2 AND cancelled_at IS NULL ORDER BY day, id",
            )?;
            let rows = select.query_map(params![doctor.expose(), campaign], payment)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Hash of what a form asks to keep.
fn hash_of_statement(new: &NewStatement<'_>) -> [u8; 32] {
    let NewStatement { doctor, scheme, campaign, received_on, text, fields, expires_on } = new;
    let mut told = Told::default();
    for text in [doctor.expose(), scheme, &received_on.to_string(), text.expose()] {
        told.text(Some(text));
    }
    told.number(i64::from(*campaign));
    told.text(expires_on.map(|day| day.to_string()).as_deref());
    for (name, value) in *fields {
        told.text(Some(name));
        told.text(Some(value));
    }
    told.hash()
}

/// Hash of what a form asks to record.
fn hash_of(new: &[NewPayment<'_>]) -> [u8; 32] {
    let mut told = Told::default();
    for NewPayment { doctor, scheme, campaign, kind, label, cents, day } in new {
        let day = day.to_string();
        for text in [doctor.expose(), scheme, kind.word(), label, &day] {
            told.text(Some(text));
        }
        told.number(i64::from(*campaign));
        told.number(*cents);
    }
    told.hash()
}

fn fields(
    tx: &Transaction<'_>,
    statement: StatementId,
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut select =
        tx.prepare_cached("SELECT name, value FROM statement_fields WHERE statement = ?1")?;
    let rows = select.query_map([statement], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn payment(row: &Row<'_>) -> rusqlite::Result<Payment> {
    Ok(Payment {
        id: row.get(0)?,
        scheme: row.get(1)?,
        campaign: row.get(2)?,
        kind: row.get(3)?,
        label: row.get(4)?,
        cents: row.get(5)?,
        day: row.get::<_, Day>(6)?.0,
        at: row.get::<_, At>(7)?.0,
        author: row.get(8)?,
    })
}
