//! What was done, by whom, when, from where, on what, and how it ended. Lines
//! are added; the database refuses to change or remove one.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::error::StoreError;
use crate::moment::At;
use crate::private::{AccountId, PatientId};
use crate::rights::Actor;
use crate::store::Store;
use crate::words::words;
use crate::worklist::list_of;

/// Longest object kept of an event, in characters.
const LONGEST: usize = 120;

words! {
    /// What may be done.
    Action {
        /// A session was opened, or not.
        Login = "connexion", "connexion";
        /// A session was ended.
        Logout = "deconnexion", "déconnexion";
        /// Failures that were only counted.
        ManyFailures = "echecs-comptes", "échecs de connexion, comptés";
        /// The first account was made.
        SetUp = "mise-en-service", "mise en service";
        /// An account was made, or invited again.
        Invite = "invitation", "invitation";
        /// A password and a second factor were chosen.
        Enrol = "inscription", "inscription";
        /// A password, or recovery codes, were changed.
        Credentials = "secret", "changement de mot de passe ou de codes";
        /// Rights were changed, or an account disabled or enabled.
        Rights = "droits", "changement de droits";
        /// A doctor lets another compare, or no longer does.
        Consent = "accord", "accord de comparaison";
        /// A patient was read.
        ReadPatient = "lecture-patient", "lecture d'un patient";
        /// Patients of a list were read.
        ReadList = "lecture-liste", "lecture d'une liste";
        /// What was done for patients was recorded.
        Change = "relance", "relance";
        /// A change was undone.
        Undo = "annulation", "annulation";
        /// Something left for a file.
        Export = "export", "export";
        /// An item was declared.
        Declare = "declaration", "déclaration";
        /// A document was added.
        AddDocument = "ajout-piece", "ajout d'une pièce";
        /// A document was read.
        ReadDocument = "lecture-piece", "lecture d'une pièce";
        /// A document was removed.
        RemoveDocument = "retrait-piece", "retrait d'une pièce";
        /// A statement or a payment was recorded.
        Ledger = "releve", "relevé ou versement";
        /// A setting, an extension or a mapping was changed.
        Setting = "reglage", "réglage";
        /// Facts were imported, or taken back.
        Import = "import", "import";
        /// The journal was read.
        ReadAudit = "lecture-journal", "lecture du journal";
        /// The database was copied.
        Backup = "sauvegarde", "sauvegarde";
        /// What had expired was removed.
        Sweep = "purge", "purge";
    }
}

words! {
    /// How it ended.
    Outcome {
        /// It was done.
        Done = "fait", "fait";
        /// The person had no right to it.
        Refused = "refuse", "refusé";
        /// It failed.
        Failed = "echec", "échec";
    }
}

/// Something to record.
#[derive(Clone, Copy, Debug)]
pub struct Event<'e> {
    /// Who, when known.
    pub account: Option<AccountId>,
    /// From where.
    pub address: Option<&'e str>,
    /// What.
    pub action: Action,
    /// On what, in words of the program: never an identifier of the facts.
    pub object: Option<&'e str>,
    /// The patient, when it is one.
    pub patient: Option<PatientId>,
    /// How it ended.
    pub outcome: Outcome,
}

impl<'e> Event<'e> {
    /// Something that an actor did.
    #[must_use]
    pub fn of(actor: &'e Actor, action: Action) -> Self {
        Self { address: Some(&actor.address), ..Self::by(actor.account, action) }
    }

    /// Something done by an account, or by nobody known.
    pub(crate) fn by(account: impl Into<Option<AccountId>>, action: Action) -> Self {
        Self {
            account: account.into(),
            address: None,
            action,
            object: None,
            patient: None,
            outcome: Outcome::Done,
        }
    }

    /// On what.
    #[must_use]
    pub fn on(mut self, object: &'e str) -> Self {
        self.object = Some(object);
        self
    }

    /// About whom.
    #[must_use]
    pub fn about(mut self, patient: PatientId) -> Self {
        self.patient = Some(patient);
        self
    }

    /// How it ended.
    #[must_use]
    pub fn ended(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Number, in the order of time.
    pub seq: i64,
    /// When, in UTC.
    pub at: Timestamp,
    /// Who, when known.
    pub account: Option<AccountId>,
    /// Login of that account.
    pub login: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// What.
    pub action: Action,
    /// On what.
    pub object: Option<String>,
    /// The patient, when it was one.
    pub patient: Option<PatientId>,
    /// How it ended.
    pub outcome: Outcome,
}

/// Which lines to read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lines {
    /// Of one account.
    pub account: Option<AccountId>,
    /// Of one patient.
    pub patient: Option<PatientId>,
    /// Of one action.
    pub action: Option<Action>,
    /// Before that number: the next page.
    pub before: Option<i64>,
    /// At most so many, from 1 to 1,000.
    pub most: u16,
}

/// Someone who opened a patient's file, or changed something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Name of that person.
    pub name: String,
    /// When, in UTC.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
}

/// Adds a line.
pub(crate) fn record(
    connection: &Connection,
    event: Event<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO audit (at, account, address, action, object, patient, outcome)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    insert.execute(params![
        At(now),
        event.account,
        event.address.map(plain),
        event.action,
        event.object.map(plain),
        event.patient,
        event.outcome,
    ])?;
    Ok(())
}

/// On one line, and short: a journal must not be made to say something else.
pub(crate) fn plain(text: &str) -> String {
    let safe =
        |c: char| if c.is_control() || ('\u{200b}'..='\u{206f}').contains(&c) { ' ' } else { c };
    text.chars().take(LONGEST).map(safe).collect()
}

impl Store {
    /// Records something that this crate does not see: an export, an import, a refusal.
    pub fn record(&self, event: Event<'_>, now: Timestamp) -> Result<(), StoreError> {
        self.database.write(|tx| record(tx, event, now))
    }

    /// Reads the journal, latest first: all of it for those who watch over it,
    /// one's own lines for the others.
    pub fn journal(
        &self,
        actor: &Actor,
        lines: Lines,
        now: Timestamp,
    ) -> Result<Vec<Line>, StoreError> {
        let account = if actor.role.audits() { lines.account } else { Some(actor.account) };
        if lines.account.is_some_and(|asked| Some(asked) != account) {
            self.record(Event::of(actor, Action::ReadAudit).ended(Outcome::Refused), now)?;
            return Err(StoreError::NotFound);
        }
        let read = self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT audit.seq, audit.at, audit.account, accounts.login, audit.address,
                        audit.action, audit.object, audit.patient, audit.outcome
                 FROM audit LEFT JOIN accounts ON accounts.id = audit.account
                 WHERE (?1 IS NULL OR audit.account = ?1) AND (?2 IS NULL OR audit.patient = ?2)
                   AND (?3 IS NULL OR audit.action = ?3) AND (?4 IS NULL OR audit.seq < ?4)
                 ORDER BY audit.seq DESC LIMIT ?5",
            )?;
            let most = lines.most.clamp(1, 1_000);
            let rows = select.query_map(
                params![account, lines.patient, lines.action, lines.before, most],
                |row| {
                    Ok(Line {
                        seq: row.get(0)?,
                        at: row.get::<_, At>(1)?.0,
                        account: row.get(2)?,
                        login: row.get(3)?,
                        address: row.get(4)?,
                        action: row.get(5)?,
                        object: row.get(6)?,
                        patient: row.get(7)?,
                        outcome: row.get(8)?,
                    })
                },
            )?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        self.record(Event::of(actor, Action::ReadAudit), now)?;
        Ok(read)
    }

    /// Who opened a patient's file or changed something in it, latest first, at
    /// most so many times: for those to whom the patient is open. Whoever reads
    /// the whole list is not named here.
    pub fn looks(
        &self,
        actor: &Actor,
        patient: PatientId,
        most: u16,
    ) -> Result<Vec<Look>, StoreError> {
        self.database.read(|tx| {
            list_of(tx, actor, patient)?;
            let mut select = tx.prepare_cached(
                "SELECT accounts.name, audit.at, audit.action
                 FROM audit JOIN accounts ON accounts.id = audit.account
                 WHERE audit.patient = ?1 AND audit.outcome = ?2
                 ORDER BY audit.seq DESC LIMIT ?3",
            )?;
            let rows = select.query_map(params![patient, Outcome::Done, most], |row| {
                Ok(Look { name: row.get(0)?, at: row.get::<_, At>(1)?.0, action: row.get(2)? })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
