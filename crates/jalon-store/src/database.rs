//! The file: opening it, reading and writing it, copying it.
//!
//! One connection writes, a few read. With a single one, whoever records an
//! outcome waits until the lists that others open are read: 71 ms (median)
//! against 3 ms beside readers of their own, with two people opening again and
//! again a list of 2,000 patients of ten events each, on two shared cores
//! (`cargo run --release -p jalon-store --example mesure`).

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::schema;

/// Connections that read.
const READERS: usize = 4;

/// The file and its connections.
#[derive(Debug)]
pub struct Database {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Database {
    /// Opens the file, or makes it; checks it, and brings it to the latest version.
    pub fn open(file: &Path, patience: Duration) -> Result<Self, StoreError> {
        private_file(file)?;
        let mut writer = connect(file, patience)?;
        if writer.is_readonly("main")? {
            return Err(StoreError::ReadOnly);
        }
        check(&writer)?;
        schema::migrate(&mut writer, file)?;
        // Not before: a file of another program is left as it is.
        writer.pragma_update(None, "journal_mode", "wal")?;
        let readers = (0..READERS)
            .map(|_| {
                let reader = connect(file, patience)?;
                reader.pragma_update(None, "query_only", true)?;
                Ok(reader)
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            writer: Mutex::new(writer),
            readers: Mutex::new(readers),
            returned: Condvar::new(),
        })
    }

    /// Writes, all or nothing. Once it has answered, a loss of power loses none of it.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A poisoned connection rolled back as it unwound.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    /// Reads one state of the database, whatever is written meanwhile.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut reader = Borrowed { database: self, connection: Some(self.reader()) };
        let Some(connection) = reader.connection.as_mut() else { return Err(StoreError::Damaged) };
        let transaction = connection.transaction()?;
        work(&transaction)
    }

    fn reader(&self) -> Connection {
        let mut readers = self.free();
        loop {
            match readers.pop() {
                Some(reader) => return reader,
                None => {
                    readers = self.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For tests of what the database refuses.
    #[cfg(test)]
    pub fn with_writer<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        work(&self.writer.lock().unwrap())
    }
}

/// A reader that goes back even when the work unwinds.
struct Borrowed<'d> {
    database: &'d Database,
    connection: Option<Connection>,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        self.database.free().extend(self.connection.take());
        self.database.returned.notify_one();
    }
}

fn connect(file: &Path, patience: Duration) -> Result<Connection, StoreError> {
    // Every connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(patience)?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA recursive_triggers = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;",
    )?;
    Ok(connection)
}

fn check(connection: &Connection) -> Result<(), StoreError> {
    let answer: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if answer == "ok" { Ok(()) } else { Err(StoreError::Damaged) }
}

/// Copies a database in use to a file, which holds a whole, checked copy or
/// is as it was.
pub fn copy_to(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let part = part_of(to);
    remove(&part)?;
    private_file(&part)?;
    let copied = copy(from, &part)
        .and_then(|()| fs::rename(&part, to).map_err(StoreError::io(to)))
        .and_then(|()| sync_folder(to));
    if copied.is_err() {
        // The copy failed already; what it left is cleared by the next.
        let _ = fs::remove_file(&part);
    }
    copied
}

fn copy(from: &Connection, part: &Path) -> Result<(), StoreError> {
    let mut copy = Connection::open(part)?;
    Backup::new(from, &mut copy)?.run_to_completion(1024, Duration::ZERO, None)?;
    // A single file: nothing of it stays beside.
    copy.pragma_update(None, "journal_mode", "delete")?;
    check(&copy)?;
    copy.close().map_err(|(_, error)| error)?;
    File::open(part).and_then(|file| file.sync_all()).map_err(StoreError::io(part))
}

/// The name of a file while it is written.
pub fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    path.with_file_name(name)
}

/// Removes a file that may not be there.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::io(path)(error))
        }
        _ => Ok(()),
    }
}

/// Makes the names of a folder last: without it a loss of power may lose them.
pub fn sync_folder(inside: &Path) -> Result<(), StoreError> {
    let folder = inside.parent().unwrap_or(Path::new("."));
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(StoreError::io(folder))?;
    }
    Ok(())
}

/// Makes a file that only its owner reads, or makes it so. SQLite gives what
/// it writes beside the database the same rights. A file that is there is not
/// opened: closing it would drop the locks that SQLite holds on it.
pub fn private_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => narrow(path, 0o600),
        made => made.map(drop),
    };
    made.map_err(StoreError::io(path))
}

/// Makes a folder that only its owner enters, or makes it so.
pub fn private_folder(path: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(path).and_then(|()| narrow(path, 0o700)).map_err(StoreError::io(path))
}

#[cfg(unix)]
fn narrow(path: &Path, rights: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let now = fs::metadata(path)?.permissions().mode() & 0o777;
    if now & !rights == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(now & rights))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn narrow(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(database: &Database, key: &str) -> Result<(), StoreError> {
        database.write(|tx| {
            tx.execute(
                "INSERT INTO settings (key, value, changed_at) VALUES (?1, zeroblob(9000) || 'x', 0)",
                [key],
            )?;
            Ok(())
        })
    }

    fn kept(database: &Database) -> i64 {
        let count = |tx: &Transaction<'_>| {
            Ok(tx.query_row("SELECT count(*) FROM settings", [], |row| row.get(0))?)
        };
        database.read(count).unwrap()
    }

    fn database() -> (tempfile::TempDir, Database) {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::open(&dir.path().join("x"), Duration::from_millis(50)).unwrap();
        (dir, database)
    }

    #[test]
    fn a_full_disk_is_told_and_writing_resumes_after() {
        let (_dir, database) = database();
        put(&database, "a").unwrap();
        // The database itself says that no page is left.
        database.with_writer(|writer| writer.pragma_update(None, "max_page_count", 1).unwrap());
        assert!(matches!(put(&database, "b"), Err(StoreError::DiskFull)));
        assert_eq!(kept(&database), 1);
        database
            .with_writer(|writer| writer.pragma_update(None, "max_page_count", 10_000).unwrap());
        put(&database, "b").unwrap();
        assert_eq!(kept(&database), 2);
    }

    #[test]
    fn a_database_that_cannot_be_written_is_told() {
        let (_dir, database) = database();
        database.with_writer(|writer| writer.pragma_update(None, "query_only", true).unwrap());
        let error = put(&database, "a").unwrap_err();
        assert!(matches!(error, StoreError::ReadOnly));
        assert!(error.to_string().starts_with("la base est en lecture seule"));
    }

    #[test]
    fn readers_cannot_write() {
        let (_dir, database) = database();
        let written = database.read(|tx| Ok(tx.execute("DELETE FROM settings", [])?));
        assert!(matches!(written, Err(StoreError::ReadOnly)));
    }

    #[test]
    fn work_that_fails_or_panics_changes_nothing_and_holds_nothing() {
        let (_dir, database) = database();
        for _ in 0..READERS * 2 {
            let panics = || {
                let _: Result<(), _> = database.read(|_| panic!("expected"));
            };
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
            let panics = || {
                let _: Result<(), _> = database.write(|tx| {
                    tx.execute(
                        "INSERT INTO settings (key, value, changed_at) VALUES ('a', 'x', 0)",
                        [],
                    )?;
                    panic!("expected")
                });
            };
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        }
        assert_eq!(kept(&database), 0);
        put(&database, "a").unwrap();
    }

    #[test]
    fn every_connection_is_careful() {
        let (_dir, database) = database();
        let asked = |connection: &Connection| {
            ["synchronous", "foreign_keys", "secure_delete", "recursive_triggers", "trusted_schema"]
                .map(|name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)))
                .map(Result::unwrap)
        };
        assert_eq!(database.with_writer(asked), [2, 1, 1, 1, 0]);
        assert_eq!(database.read(|tx| Ok(asked(tx))).unwrap(), [2, 1, 1, 1, 0]);
        let mode = |writer: &Connection| {
            writer.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0)).unwrap()
        };
        assert_eq!(database.with_writer(mode), "wal");
    }
}
