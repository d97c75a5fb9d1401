//! Documents that prove something. Their bytes are files under random names,
//! in a folder that nothing serves; the database knows what they are.

mod files;
mod kind;

use std::fs;
use std::io::Read;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use crate::audit::{self, Action, Event};
use crate::database::{part_of, sync_folder};
use crate::declarations::{check_campaign, check_word, may_declare};
use crate::error::StoreError;
use crate::moment::{At, Day};
use crate::private::{AccountId, DeclarationId, DoctorKey, DocumentId, PatientId, StatementId};
use crate::random;
use crate::rights::Actor;
use crate::store::Store;
use crate::worklist::list_of;

pub use self::files::LARGEST;
pub(crate) use self::files::{FOLDER, settle};
use self::files::{taken, write};
pub use self::kind::Kind;
use self::kind::served_name;

/// What a document proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A declaration.
    Declaration(DeclarationId),
    /// A statement of the fund.
    Statement(StatementId),
    /// What was done for a patient, of one gap or of him as a whole.
    Patient {
        /// The patient.
        patient: PatientId,
        /// The year of the campaign.
        campaign: i16,
        /// The gap.
        indicator: Option<String>,
    },
}

/// A document, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its number, drawn at random.
    pub id: DocumentId,
    /// A name that is safe to give to a browser.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its size, in bytes.
    pub size: u64,
    /// BLAKE3 of its bytes.
    pub hash: [u8; 32],
    /// When it was added.
    pub at: Timestamp,
    /// By whom.
    pub author: AccountId,
    /// After which day it is removed.
    pub expires_on: Option<Date>,
}

/// What the database knows of a document besides.
struct Stored {
    document: Document,
    file: String,
    proof: Proof,
}

impl Store {
    /// Adds a document: PDF, PNG or JPEG, 10 MiB at most. `name` is what the
    /// visitor's machine calls it.
    pub fn add_document(
        &self,
        actor: &Actor,
        proof: &Proof,
        name: &str,
        bytes: impl Read,
        expires_on: Option<Date>,
        now: Timestamp,
    ) -> Result<Document, StoreError> {
        let event = Event::of(actor, Action::AddDocument);
        if let Proof::Patient { campaign, indicator, .. } = proof {
            check_campaign(*campaign)?;
            indicator.as_deref().map_or(Ok(()), |word| check_word("l'indicateur", word))?;
        }
        match self.database.read(|tx| in_reach(tx, actor, proof)) {
            Err(StoreError::NotFound) => return self.refuse(event, now),
            answer => answer?,
        }
        let bytes = taken(bytes)?;
        let kind = Kind::of(&bytes).ok_or_else(|| {
            StoreError::refused(
                "ce fichier n'est ni un PDF, ni une image PNG ou JPEG\naide : numérisez la pièce dans l'un de ces formats",
            )
        })?;
        let document = Document {
            id: DocumentId(random::number()?),
            name: served_name(name, kind),
            kind,
            size: bytes.len() as u64,
            hash: random::hash(&bytes),
            at: now,
            author: actor.account,
            expires_on,
        };
        let file = blake3::Hash::from_bytes(random::bytes()?).to_hex().to_string();
        let path = self.documents_dir().join(&file);
        let part = part_of(&path);
        let _held = self.hold_documents()?;
        let written = write(&part, &bytes).and_then(|()| {
            self.database.write(|tx| {
                in_reach(tx, actor, proof)?;
                insert(tx, &document, &file, proof)?;
                let event = match proof {
                    Proof::Patient { patient, .. } => event.about(*patient),
                    _ => event,
                };
                audit::record(tx, event.on(&document.id.to_string()), now)
            })
        });
        if let Err(error) = written {
            // Nothing knows this file: whatever stays of it goes at the next opening.
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        fs::rename(&part, &path).map_err(StoreError::io(&path))?;
        sync_folder(&path)?;
        Ok(document)
    }

    /// The documents that prove something, by time.
    pub fn documents(&self, actor: &Actor, proof: &Proof) -> Result<Vec<Document>, StoreError> {
        self.database.read(|tx| {
            in_reach(tx, actor, proof)?;
            let mut select = tx.prepare_cached(
                "SELECT id, name, kind, size, hash, at, author, expires_on, file,
                        declaration, statement, patient, campaign, indicator
                 FROM documents
                 WHERE declaration IS ?1 AND statement IS ?2 AND patient IS ?3
                   AND campaign IS ?4 AND indicator IS ?5
                 ORDER BY at, id",
            )?;
            let columns = Columns::of(proof);
            let rows = select.query_map(
                params![
                    columns.declaration,
                    columns.statement,
                    columns.patient,
                    columns.campaign,
                    columns.indicator
                ],
                |row| stored(row).map(|stored| stored.document),
            )?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The documents that prove what was done for a patient in a campaign, by
    /// time; each with the gap it is about, or none for him as a whole.
    pub fn documents_about(
        &self,
        actor: &Actor,
        patient: PatientId,
        campaign: i16,
    ) -> Result<Vec<(Option<String>, Document)>, StoreError> {
        self.database.read(|tx| {
            list_of(tx, actor, patient)?;
            let mut select = tx.prepare_cached(
                "SELECT id, name, kind, size, hash, at, author, expires_on, file,
                        declaration, statement, patient, campaign, indicator
                 FROM documents WHERE patient = ?1 AND campaign = ?2 ORDER BY at, id",
            )?;
            let rows = select.query_map(params![patient, campaign], |row| {
                Ok((row.get(13)?, stored(row)?.document))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A document and its bytes, as they were added. The journal keeps it.
    pub fn read_document(
        &self,
        actor: &Actor,
        id: DocumentId,
        now: Timestamp,
    ) -> Result<(Document, Vec<u8>), StoreError> {
        let object = id.to_string();
        let event = Event::of(actor, Action::ReadDocument).on(&object);
        let event = Event { patient: self.database.read(|tx| patient_of(tx, id))?, ..event };
        let stored = self.consult(event, now, |tx| reachable(tx, actor, id))?;
        let path = self.documents_dir().join(&stored.file);
        let bytes = fs::read(&path).map_err(|_| StoreError::DocumentLost)?;
        if random::hash(&bytes) != stored.document.hash {
            return Err(StoreError::DocumentLost);
        }
        Ok((stored.document, bytes))
    }

    /// Removes a document.
    pub fn remove_document(
        &self,
        actor: &Actor,
        id: DocumentId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let object = id.to_string();
        let event = Event::of(actor, Action::RemoveDocument).on(&object);
        let event = Event { patient: self.database.read(|tx| patient_of(tx, id))?, ..event };
        let stored = match self.database.read(|tx| reachable(tx, actor, id)) {
            Err(StoreError::NotFound) => return self.refuse(event, now),
            found => found?,
        };
        self.drop_file(&stored.file, |tx| {
            tx.execute("DELETE FROM documents WHERE id = ?1", [id])?;
            audit::record(tx, event, now)
        })
    }
}

/// What a proof is in the columns of the table.
#[derive(Default)]
struct Columns<'p> {
    declaration: Option<DeclarationId>,
    statement: Option<StatementId>,
    patient: Option<PatientId>,
    campaign: Option<i16>,
    indicator: Option<&'p str>,
}

impl<'p> Columns<'p> {
    fn of(proof: &'p Proof) -> Self {
        match proof {
            Proof::Declaration(id) => Self { declaration: Some(*id), ..Self::default() },
            Proof::Statement(id) => Self { statement: Some(*id), ..Self::default() },
            Proof::Patient { patient, campaign, indicator } => Self {
                patient: Some(*patient),
                campaign: Some(*campaign),
                indicator: indicator.as_deref(),
                ..Self::default()
            },
        }
    }
}

fn insert(
    tx: &Transaction<'_>,
    document: &Document,
    file: &str,
    proof: &Proof,
) -> Result<(), StoreError> {
    let columns = Columns::of(proof);
    tx.execute(
        "INSERT INTO documents (id, name, kind, size, hash, at, author, expires_on, file,
                                declaration, statement, patient, campaign, indicator)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            document.id,
            document.name,
            document.kind,
            i64::try_from(document.size).unwrap_or(i64::MAX),
            document.hash,
            At(document.at),
            document.author,
            document.expires_on.map(Day),
            file,
            columns.declaration,
            columns.statement,
            columns.patient,
            columns.campaign,
            columns.indicator,
        ],
    )?;
    Ok(())
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let size: i64 = row.get(3)?;
    let proof = match (row.get(9)?, row.get(10)?, row.get::<_, Option<_>>(11)?) {
        (Some(declaration), _, _) => Proof::Declaration(declaration),
        (_, Some(statement), _) => Proof::Statement(statement),
        (_, _, patient) => Proof::Patient {
            patient: patient.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            campaign: row.get(12)?,
            indicator: row.get(13)?,
        },
    };
    let document = Document {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get(2)?,
        size: u64::try_from(size).unwrap_or_default(),
        hash: row.get(4)?,
        at: row.get::<_, At>(5)?.0,
        author: row.get(6)?,
        expires_on: row.get::<_, Option<Day>>(7)?.map(|day| day.0),
    };
    Ok(Stored { document, file: row.get(8)?, proof })
}

/// The patient whom a document is about, for the journal.
fn patient_of(tx: &Transaction<'_>, id: DocumentId) -> Result<Option<PatientId>, StoreError> {
    let patient = tx
        .query_row("SELECT patient FROM documents WHERE id = ?1", [id], |row| row.get(0))
        .optional()?;
    Ok(patient.flatten())
}

/// A document that the actor may see; else it does not exist.
fn reachable(tx: &Transaction<'_>, actor: &Actor, id: DocumentId) -> Result<Stored, StoreError> {
    let found = tx
        .query_row(
            "SELECT id, name, kind, size, hash, at, author, expires_on, file,
                    declaration, statement, patient, campaign, indicator
             FROM documents WHERE id = ?1",
            [id],
            stored,
        )
        .optional()?
        .ok_or(StoreError::NotFound)?;
    in_reach(tx, actor, &found.proof)?;
    Ok(found)
}

/// Whether the actor works with what a document proves.
fn in_reach(tx: &Transaction<'_>, actor: &Actor, proof: &Proof) -> Result<(), StoreError> {
    let may = match proof {
        Proof::Patient { patient, .. } => return list_of(tx, actor, *patient).map(|_| ()),
        Proof::Declaration(id) => {
            let doctor: String =
                tx.query_row("SELECT doctor FROM declarations WHERE id = ?1", [id], |row| {
                    row.get(0)
                })?;
            may_declare(actor, &DoctorKey::new(doctor))
        }
        Proof::Statement(id) => {
            let doctor: String =
                tx.query_row("SELECT doctor FROM statements WHERE id = ?1", [id], |row| {
                    row.get(0)
                })?;
            actor.own() == Some(&DoctorKey::new(doctor))
        }
    };
    if may { Ok(()) } else { Err(StoreError::NotFound) }
}
