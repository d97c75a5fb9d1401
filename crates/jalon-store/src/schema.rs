//! The schema, forward only: a file of SQL a version, never changed once released.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use crate::database::copy_to;
use crate::error::StoreError;

/// Written in the header of the file: « JALO ».
const APPLICATION: i64 = 0x4a41_4c4f;

/// The versions, in order.
const VERSIONS: &[M<'static>] = &[
    M::up(include_str!("schema/0001_comptes.sql")),
    M::up(include_str!("schema/0002_relances.sql")),
    M::up(include_str!("schema/0003_pieces.sql")),
    M::up(include_str!("schema/0004_reclamations.sql")),
];

/// Brings a database to the latest version, in one transaction, after a copy
/// of what it was. One from a later program, or from another, is left as it is.
pub fn migrate(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let known = i64::try_from(VERSIONS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = tables == 0 && found == 0;
    if !empty && application != APPLICATION {
        return Err(StoreError::Foreign(file.to_path_buf()));
    }
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    if empty {
        connection.pragma_update(None, "application_id", APPLICATION)?;
    } else {
        copy_to(connection, &file.with_extension(before(found)))?;
    }
    Migrations::from_slice(VERSIONS).to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => err.into(),
        _ => StoreError::Damaged,
    })
}

/// Name of the copy made before leaving a version.
fn before(version: i64) -> String {
    format!("avant-{}.sqlite", version + 1)
}
