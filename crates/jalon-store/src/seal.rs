//! Identifiers and secrets at rest: the one place that knows how they are kept.
//!
//! Every sealed value begins with the number of its form. There is one so far,
//! the plain text; encryption will be another, with a key kept outside the
//! database, and both will be readable while a rotation lasts.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};

use crate::error::StoreError;
use crate::private::PatientKey;

/// The form of a value kept as it is.
const PLAIN: u8 = 0;

/// What a sealed column holds.
pub struct Sealed(Vec<u8>);

impl ToSql for Sealed {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for Sealed {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_blob()?.to_vec()))
    }
}

/// Seals and opens.
#[derive(Debug)]
pub struct Vault {
    /// The form that new values take.
    form: u8,
}

impl Vault {
    /// Keeps values as they are.
    pub const fn plain() -> Self {
        Self { form: PLAIN }
    }

    /// Seals bytes.
    pub fn seal(&self, bytes: &[u8]) -> Sealed {
        let mut sealed = Vec::with_capacity(bytes.len() + 1);
        sealed.push(self.form);
        sealed.extend_from_slice(bytes);
        Sealed(sealed)
    }

    /// Opens what was sealed.
    pub fn open<'s>(&self, sealed: &'s Sealed) -> Result<&'s [u8], StoreError> {
        match sealed.0.split_first() {
            Some((form, bytes)) if *form == self.form => Ok(bytes),
            _ => Err(StoreError::Damaged),
        }
    }

    /// Opens the key of a patient.
    pub fn patient(&self, sealed: &Sealed) -> Result<PatientKey, StoreError> {
        let text = std::str::from_utf8(self.open(sealed)?).map_err(|_| StoreError::Damaged)?;
        Ok(PatientKey::new(text))
    }

    /// Equal for equal keys: what a patient is looked up by.
    pub fn lookup(&self, key: &PatientKey) -> Sealed {
        self.seal(key.expose().as_bytes())
    }
}
