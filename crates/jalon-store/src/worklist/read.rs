//! Reading patients: through one door, which writes the journal.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::present::{mark_live, present};
use super::{Event, Followup, Order, PatientFile, To, Tracked, What};
use crate::audit::{self, Action};
use crate::error::StoreError;
use crate::moment::{At, Day};
use crate::private::{DoctorKey, PatientId, PatientKey, Words};
use crate::rights::Actor;
use crate::seal::Sealed;
use crate::store::Store;

impl Store {
    /// The numbers that stand for the patients of a list, given to those who
    /// have none yet. The caller vouches that the facts have them on that list.
    pub fn admit(
        &self,
        actor: &Actor,
        list: &DoctorKey,
        keys: &[PatientKey],
        now: Timestamp,
    ) -> Result<BTreeMap<PatientKey, PatientId>, StoreError> {
        if !actor.sees_patients_of(list) {
            return self.refuse(audit::Event::of(actor, Action::ReadList), now);
        }
        let (mut known, new) = self.database.read(|tx| self.known(tx, list, keys))?;
        if new.is_empty() {
            return Ok(known);
        }
        self.database.write(|tx| {
            let (more, new) = self.known(tx, list, &new)?;
            known.extend(more);
            let mut insert = tx.prepare_cached(
                "INSERT INTO patients (id, list, sealed, lookup, added_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for key in new {
                if known.contains_key(&key) {
                    continue;
                }
                let id = PatientId(crate::random::number()?);
                insert.execute(params![
                    id,
                    list.expose(),
                    self.vault.seal(key.expose().as_bytes()),
                    self.vault.lookup(&key),
                    At(now)
                ])?;
                known.insert(key, id);
            }
            Ok(known)
        })
    }

    /// The patients among those asked for who have a number, and the others.
    #[allow(clippy::type_complexity)]
    fn known(
        &self,
        tx: &Transaction<'_>,
        list: &DoctorKey,
        keys: &[PatientKey],
    ) -> Result<(BTreeMap<PatientKey, PatientId>, Vec<PatientKey>), StoreError> {
        let mut select =
            tx.prepare_cached("SELECT id FROM patients WHERE list = ?1 AND lookup = ?2")?;
        let (mut known, mut new) = (BTreeMap::new(), Vec::new());
        for key in keys {
            let lookup = self.vault.lookup(key);
            let id =
                select.query_row(params![list.expose(), lookup], |row| row.get(0)).optional()?;
            match id {
                Some(id) => drop(known.insert(key.clone(), id)),
                None => new.push(key.clone()),
            }
        }
        Ok((known, new))
    }

    /// Who a number stands for, and on whose list: before any fact of his is
    /// shown. The journal keeps it.
    pub fn consult_patient(
        &self,
        actor: &Actor,
        patient: PatientId,
        now: Timestamp,
    ) -> Result<(DoctorKey, PatientKey), StoreError> {
        self.consult(Self::reading(actor, patient), now, |tx| {
            Ok((list_of(tx, actor, patient)?, self.key_of(tx, patient)?))
        })
    }

    /// Says that facts of the patients of a list are shown: before they are.
    /// The journal keeps it, as one line.
    pub fn consult_list(
        &self,
        actor: &Actor,
        list: &DoctorKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.consult(audit::Event::of(actor, Action::ReadList), now, |_| in_reach(actor, list))
    }

    /// A patient and his story in a campaign. The journal keeps it.
    pub fn patient(
        &self,
        actor: &Actor,
        patient: PatientId,
        campaign: i16,
        now: Timestamp,
    ) -> Result<PatientFile, StoreError> {
        self.consult(Self::reading(actor, patient), now, |tx| {
            let list = list_of(tx, actor, patient)?;
            let events = events_of(tx, patient, campaign)?;
            let tracked = tracked(patient, self.key_of(tx, patient)?, &events);
            Ok(PatientFile { list, tracked, events })
        })
    }

    /// The patients of a list of whom something is kept in a campaign. The
    /// journal keeps it, as one line.
    pub fn worklist(
        &self,
        actor: &Actor,
        list: &DoctorKey,
        campaign: i16,
        order: Order,
        now: Timestamp,
    ) -> Result<Vec<Tracked>, StoreError> {
        let event = audit::Event::of(actor, Action::ReadList);
        let mut found = self.consult(event, now, |tx| {
            in_reach(actor, list)?;
            let mut select = tx.prepare_cached(
                "SELECT events.id, events.change, changes.at, changes.author, accounts.name,
                        events.indicator, events.kind, events.state, events.reason, events.owner,
                        events.appointment, events.review, events.note, events.mark,
                        events.undoes, patients.id, patients.sealed
                 FROM patients
                 JOIN events ON events.patient = patients.id AND events.campaign = ?2
                 JOIN changes ON changes.id = events.change
                 JOIN accounts ON accounts.id = changes.author
                 WHERE patients.list = ?1 AND patients.erased_at IS NULL
                 ORDER BY events.id",
            )?;
            let mut rows = select.query(params![list.expose(), campaign])?;
            let mut stories: BTreeMap<PatientId, (PatientKey, Vec<Event>)> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let patient = row.get(15)?;
                let event = event_in(row)?;
                if let Some((_, events)) = stories.get_mut(&patient) {
                    events.push(event);
                } else {
                    let key = self.vault.patient(&row.get::<_, Sealed>(16)?)?;
                    stories.insert(patient, (key, vec![event]));
                }
            }
            let stories = stories.into_iter().map(|(patient, (key, mut events))| {
                mark_live(&mut events);
                tracked(patient, key, &events)
            });
            Ok(stories.collect::<Vec<_>>())
        })?;
        match order {
            Order::LastChange => found.sort_by_key(|tracked| Reverse(tracked.version)),
            Order::Appointment => found.sort_by_key(|tracked| none_last(tracked.appointment())),
            Order::Review => found.sort_by_key(|tracked| none_last(tracked.review())),
            Order::State => found.sort_by_key(|tracked| {
                none_last(tracked.whole.followed.as_ref().map(|told| told.followup.state))
            }),
        }
        Ok(found)
    }

    fn key_of(&self, tx: &Transaction<'_>, patient: PatientId) -> Result<PatientKey, StoreError> {
        let sealed: Sealed = tx.query_row(
            "SELECT sealed FROM patients WHERE id = ?1 AND erased_at IS NULL",
            [patient],
            |row| row.get(0),
        )?;
        self.vault.patient(&sealed)
    }
}

fn none_last<T>(value: Option<T>) -> (bool, Option<T>) {
    (value.is_none(), value)
}

fn in_reach(actor: &Actor, list: &DoctorKey) -> Result<(), StoreError> {
    if actor.sees_patients_of(list) { Ok(()) } else { Err(StoreError::NotFound) }
}

/// The list of a patient, if the actor sees it; else he does not exist.
pub fn list_of(
    tx: &Transaction<'_>,
    actor: &Actor,
    patient: PatientId,
) -> Result<DoctorKey, StoreError> {
    let list: String = tx
        .prepare_cached("SELECT list FROM patients WHERE id = ?1 AND erased_at IS NULL")?
        .query_row([patient], |row| row.get(0))?;
    let list = DoctorKey::new(list);
    in_reach(actor, &list)?;
    Ok(list)
}

/// The story of a patient in a campaign, latest last.
pub fn events_of(
    tx: &Transaction<'_>,
    patient: PatientId,
    campaign: i16,
) -> Result<Vec<Event>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT events.id, events.change, changes.at, changes.author, accounts.name,
                events.indicator, events.kind, events.state, events.reason, events.owner,
                events.appointment, events.review, events.note, events.mark, events.undoes
         FROM events
         JOIN changes ON changes.id = events.change
         JOIN accounts ON accounts.id = changes.author
         WHERE events.patient = ?1 AND events.campaign = ?2 ORDER BY events.id",
    )?;
    let mut rows = select.query(params![patient, campaign])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(event_in(row)?);
    }
    mark_live(&mut events);
    Ok(events)
}

fn event_in(row: &Row<'_>) -> Result<Event, StoreError> {
    let words = |column| row.get::<_, Option<String>>(column).map(|text| text.map(Words::new));
    let day = |column| row.get::<_, Option<Day>>(column).map(|day| day.map(|day| day.0));
    let undoes = row.get(14)?;
    let state = row.get(7)?;
    let what = match (undoes, state) {
        (Some(target), _) => What::Undo(target),
        (None, Some(state)) => What::To(To::Followup(Followup {
            state,
            reason: words(8)?,
            owner: row.get(9)?,
            appointment: day(10)?,
            review: day(11)?,
            note: words(12)?,
        })),
        (None, None) => What::To(To::Fund(row.get(13)?)),
    };
    Ok(Event {
        id: row.get(0)?,
        change: row.get(1)?,
        at: row.get::<_, At>(2)?.0,
        author: row.get(3)?,
        author_name: row.get(4)?,
        indicator: row.get(5)?,
        what,
        live: true,
    })
}

fn tracked(patient: PatientId, key: PatientKey, events: &[Event]) -> Tracked {
    let (whole, alone) = present(events);
    Tracked { patient, key, version: events.last().map(|event| event.id), whole, alone }
}
