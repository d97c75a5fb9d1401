//! Removing what has had its time.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::params;

use crate::audit::{self, Action, Event};
use crate::error::StoreError;
use crate::moment::{At, Day};
use crate::private::DocumentId;
use crate::sessions::IDLE;
use crate::store::Store;

/// What was removed. Numbers only: nothing of it stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Sessions that had ended.
    pub sessions: usize,
    /// Invitations out of date.
    pub invitations: usize,
    /// Forms that nobody sends again.
    pub forms: usize,
    /// Documents out of date.
    pub documents: usize,
    /// Statements out of date.
    pub statements: usize,
}

impl Store {
    /// Removes what is out of date on that day; to be called once a day. The
    /// journal keeps how much, when it was anything that people had put here.
    pub fn sweep(&self, today: Date, now: Timestamp) -> Result<Swept, StoreError> {
        let mut swept = Swept::default();
        let documents: Vec<(DocumentId, String)> = self.database.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT documents.id, documents.file FROM documents
                 LEFT JOIN statements ON statements.id = documents.statement
                 WHERE documents.expires_on < ?1 OR statements.expires_on < ?1",
            )?;
            let rows = select.query_map([Day(today)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?;
        for (id, file) in documents {
            self.drop_file(&file, |tx| {
                tx.execute("DELETE FROM documents WHERE id = ?1", [id])?;
                let object = id.to_string();
                audit::record(tx, Event::by(None, Action::RemoveDocument).on(&object), now)
            })?;
            swept.documents += 1;
        }
        self.database.write(|tx| {
            swept.sessions = tx.execute(
                "DELETE FROM sessions WHERE expires_at <= ?1 OR seen_at <= ?2",
                params![At(now), At::before(now, IDLE)],
            )?;
            swept.invitations =
                tx.execute("DELETE FROM invitations WHERE expires_at <= ?1", [At(now)])?;
            swept.forms = tx.execute("DELETE FROM requests WHERE expires_at <= ?1", [At(now)])?;
            // Documents of these went above, or were added since: then it waits.
            swept.statements = tx.execute(
                "DELETE FROM statements WHERE expires_on < ?1
                   AND NOT EXISTS (SELECT 1 FROM documents WHERE statement = statements.id)",
                [Day(today)],
            )?;
            if swept.documents + swept.statements > 0 {
                let object = format!("{} pièces, {} relevés", swept.documents, swept.statements);
                audit::record(tx, Event::by(None, Action::Sweep).on(&object), now)?;
            }
            Ok(())
        })?;
        Ok(swept)
    }
}
