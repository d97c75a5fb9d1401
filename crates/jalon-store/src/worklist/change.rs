//! Changing where patients stand, and undoing it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::read::{events_of, list_of};
use super::{Event, Followup, To, What, request};
use crate::audit::{self, Action};
use crate::error::StoreError;
use crate::forms;
use crate::moment::{At, Day};
use crate::private::{AccountId, ChangeId, DoctorKey, EventId, PatientId, Words};
use crate::rights::Actor;
use crate::store::Store;

/// Most steps of one change.
const MOST: usize = 5_000;

/// Most characters of a reason or a note.
const LONGEST: usize = 2_000;

/// What whoever makes a change had before his eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The patient, at this version ([`Tracked::version`](super::Tracked::version)):
    /// the change is refused if somebody changed him since.
    Last(Option<EventId>),
    /// A file of the fund, not the patient.
    Whatever,
}

/// One step of a change.
#[derive(Clone, Debug)]
pub struct Step<'s> {
    /// The patient.
    pub patient: PatientId,
    /// The year of the campaign.
    pub campaign: i16,
    /// The gap; none for the patient as a whole.
    pub indicator: Option<&'s str>,
    /// What was seen.
    pub seen: Seen,
    /// What becomes of it.
    pub to: To,
}

/// What came of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was made, whole.
    Done(ChangeId),
    /// The same form had come already: this is what it did then.
    Again(ChangeId),
    /// Nothing was changed: some patients are no longer as they were seen.
    Stale(Vec<Meanwhile>),
}

/// What happened to a patient since he was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meanwhile {
    /// The patient.
    pub patient: PatientId,
    /// The year of the campaign.
    pub campaign: i16,
    /// What happened, latest last.
    pub events: Vec<Event>,
}

impl Store {
    /// Changes where patients stand: every step, or none. `form` is drawn by
    /// the page that sends the change (8 to 64 of `A-Z a-z 0-9 - _`): the same
    /// form sent twice counts once.
    pub fn change(
        &self,
        actor: &Actor,
        form: Option<&str>,
        steps: &[Step<'_>],
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        if steps.is_empty() || steps.len() > MOST {
            return Err(StoreError::refused("une modification porte sur 1 à 5 000 lignes"));
        }
        steps.iter().try_for_each(check)?;
        let hash = request::hash_of(steps);
        let done = self.database.write(|tx| {
            let mut lists = BTreeMap::new();
            for step in steps {
                lists.insert(step.patient, list_of(tx, actor, step.patient)?);
            }
            if let Some(change) = sent_before(tx, actor, form, &hash)? {
                return Ok(Applied::Again(change));
            }
            let stale = stale(tx, steps)?;
            if !stale.is_empty() {
                return Ok(Applied::Stale(stale));
            }
            let change = begin(tx, actor, None, now)?;
            for step in steps {
                if let (To::Followup(Followup { owner: Some(owner), .. }), Some(list)) =
                    (&step.to, lists.get(&step.patient))
                {
                    check_owner(tx, *owner, list)?;
                }
                insert(tx, change, step)?;
            }
            if let Some(form) = form {
                forms::remember(tx, actor.account, form, &hash, change.0, now)?;
            }
            told(tx, actor, Action::Change, change, lists.into_keys(), now)?;
            Ok(Applied::Done(change))
        });
        self.tell_refusal(actor, Action::Change, done, now)
    }

    /// Undoes a change, whole, as long as nobody has changed its patients
    /// since: the last first. Undoing is a change, which may be undone.
    pub fn undo(
        &self,
        actor: &Actor,
        form: Option<&str>,
        change: ChangeId,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let hash = request::hash_of_undo(change);
        let done = self.database.write(|tx| {
            let touched = touched(tx, change)?;
            let patients: BTreeSet<PatientId> =
                touched.iter().map(|(patient, _)| *patient).collect();
            for patient in &patients {
                list_of(tx, actor, *patient)?;
            }
            if let Some(change) = sent_before(tx, actor, form, &hash)? {
                return Ok(Applied::Again(change));
            }
            let mut stale = Vec::new();
            let mut targets = Vec::new();
            for (patient, campaign) in touched {
                let mut events = events_of(tx, patient, campaign)?;
                let own: Vec<Event> =
                    events.iter().filter(|event| event.change == change).cloned().collect();
                if own.iter().any(|event| !event.live) {
                    return Err(StoreError::refused("cette modification est déjà annulée"));
                }
                let last = own.iter().map(|event| event.id).max();
                events.retain(|event| {
                    event.live && matches!(event.what, What::To(_)) && Some(event.id) > last
                });
                if !events.is_empty() {
                    stale.push(Meanwhile { patient, campaign, events });
                }
                targets.extend(own.into_iter().map(|event| (patient, campaign, event)));
            }
            if !stale.is_empty() {
                return Ok(Applied::Stale(stale));
            }
            let undoing = begin(tx, actor, Some(change), now)?;
            let mut insert = tx.prepare_cached(
                "INSERT INTO events (change, patient, campaign, indicator, kind, undoes)
                 VALUES (?1, ?2, ?3, ?4, 'annulation', ?5)",
            )?;
            for (patient, campaign, event) in targets {
                insert.execute(params![undoing, patient, campaign, event.indicator, event.id])?;
            }
            if let Some(form) = form {
                forms::remember(tx, actor.account, form, &hash, undoing.0, now)?;
            }
            told(tx, actor, Action::Undo, undoing, patients.into_iter(), now)?;
            Ok(Applied::Done(undoing))
        });
        self.tell_refusal(actor, Action::Undo, done, now)
    }

    /// A patient out of reach is a refusal, which the journal keeps.
    fn tell_refusal(
        &self,
        actor: &Actor,
        action: Action,
        done: Result<Applied, StoreError>,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        match done {
            Err(StoreError::NotFound) => self.refuse(audit::Event::of(actor, action), now),
            done => done,
        }
    }
}

/// What any step must be, whoever makes it.
fn check(step: &Step<'_>) -> Result<(), StoreError> {
    crate::declarations::check_campaign(step.campaign)?;
    if let Some(indicator) = step.indicator {
        crate::declarations::check_word("l'indicateur", indicator)?;
    }
    let To::Followup(followup) = &step.to else { return Ok(()) };
    let said = |words: &Option<Words>| {
        words.as_ref().is_some_and(|words| !words.expose().trim().is_empty())
    };
    if followup.state.needs_reason() && !said(&followup.reason) {
        return Err(StoreError::refused(format!(
            "« {} » demande un motif\naide : dites pourquoi en quelques mots",
            followup.state.label()
        )));
    }
    let long = |words: &Option<Words>| {
        words.as_ref().is_some_and(|words| words.expose().chars().count() > LONGEST)
    };
    if long(&followup.reason) || long(&followup.note) {
        return Err(StoreError::refused("un motif ou une note a 2 000 caractères au plus"));
    }
    Ok(())
}

fn check_owner(tx: &Transaction<'_>, owner: AccountId, list: &DoctorKey) -> Result<(), StoreError> {
    let may: bool = tx
        .prepare_cached(
            "SELECT count(*) FROM accounts JOIN account_lists ON account_lists.account = accounts.id
             WHERE accounts.id = ?1 AND account_lists.doctor = ?2 AND accounts.disabled_at IS NULL
               AND accounts.role IN ('medecin', 'delegue', 'infirmiere')",
        )?
        .query_row(params![owner, list.expose()], |row| row.get(0))?;
    if may {
        Ok(())
    } else {
        Err(StoreError::refused("cette personne ne suit pas les patients de cette liste"))
    }
}

fn sent_before(
    tx: &Transaction<'_>,
    actor: &Actor,
    form: Option<&str>,
    hash: &[u8; 32],
) -> Result<Option<ChangeId>, StoreError> {
    match form {
        Some(form) => Ok(forms::earlier(tx, actor.account, form, hash)?.map(ChangeId)),
        None => Ok(None),
    }
}

/// The patients who are no longer as they were seen.
fn stale(tx: &Transaction<'_>, steps: &[Step<'_>]) -> Result<Vec<Meanwhile>, StoreError> {
    let mut last_of = tx.prepare_cached(
        "SELECT id FROM events WHERE patient = ?1 AND campaign = ?2 ORDER BY id DESC LIMIT 1",
    )?;
    let mut stale: BTreeMap<(PatientId, i16), Meanwhile> = BTreeMap::new();
    for step in steps {
        let Seen::Last(seen) = step.seen else { continue };
        let (patient, campaign) = (step.patient, step.campaign);
        let last: Option<EventId> =
            last_of.query_row(params![patient, campaign], |row| row.get(0)).optional()?;
        if last == seen {
            continue;
        }
        let mut events = events_of(tx, patient, campaign)?;
        events.retain(|event| Some(event.id) > seen);
        stale.insert((patient, campaign), Meanwhile { patient, campaign, events });
    }
    Ok(stale.into_values().collect())
}

fn begin(
    tx: &Transaction<'_>,
    actor: &Actor,
    undoes: Option<ChangeId>,
    now: Timestamp,
) -> Result<ChangeId, StoreError> {
    tx.execute(
        "INSERT INTO changes (at, author, undoes) VALUES (?1, ?2, ?3)",
        params![At(now), actor.account, undoes],
    )?;
    Ok(ChangeId(tx.last_insert_rowid()))
}

fn insert(tx: &Transaction<'_>, change: ChangeId, step: &Step<'_>) -> Result<(), StoreError> {
    let (followup, mark) = match &step.to {
        To::Followup(followup) => (Some(followup), None),
        To::Fund(mark) => (None, *mark),
    };
    tx.prepare_cached(
        "INSERT INTO events (change, patient, campaign, indicator, kind, state, reason, owner,
                             appointment, review, note, mark)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        change,
        step.patient,
        step.campaign,
        step.indicator,
        if followup.is_some() { "suivi" } else { "caisse" },
        followup.map(|followup| followup.state),
        followup.and_then(|followup| followup.reason.as_ref()).map(Words::expose),
        followup.and_then(|followup| followup.owner),
        followup.and_then(|followup| followup.appointment).map(Day),
        followup.and_then(|followup| followup.review).map(Day),
        followup.and_then(|followup| followup.note.as_ref()).map(Words::expose),
        mark,
    ])?;
    Ok(())
}

/// One line of the journal a patient.
fn told(
    tx: &Transaction<'_>,
    actor: &Actor,
    action: Action,
    change: ChangeId,
    patients: impl Iterator<Item = PatientId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let object = format!("modification {}", change.0);
    for patient in patients {
        audit::record(tx, audit::Event::of(actor, action).on(&object).about(patient), now)?;
    }
    Ok(())
}

/// The patients and campaigns of a change, which exists.
fn touched(tx: &Transaction<'_>, change: ChangeId) -> Result<Vec<(PatientId, i16)>, StoreError> {
    let mut select = tx.prepare_cached(
        "SELECT DISTINCT patient, campaign FROM events WHERE change = ?1 ORDER BY patient, campaign",
    )?;
    let rows = select.query_map([change], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let touched = rows.collect::<Result<Vec<_>, _>>()?;
    if touched.is_empty() { Err(StoreError::NotFound) } else { Ok(touched) }
}
