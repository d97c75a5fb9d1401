//! Reading Parquet that may be spoilt.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::errors::ParquetError;

use crate::fault::{Words, escaped};

/// Runs code of the Parquet library, which on a spoilt file may panic where it
/// should refuse. What it was building is dropped, so nothing half-made is seen.
pub fn guarded<T>(decode: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ParquetError::General("contenu incohérent".to_owned())))
}

/// The fault of a file that does not decode.
#[must_use]
pub fn unreadable(error: &ParquetError) -> Words {
    // The text of these errors speaks of the format, never of values.
    let text = error.to_string();
    let text = text.strip_prefix("Parquet error: ").unwrap_or(&text);
    let detail: String = escaped(text).chars().take(200).collect();
    Words::new(format!("fichier Parquet illisible ({detail})"))
        .hint("fichier coupé ou abîmé ? produisez-le de nouveau, compression snappy")
}
