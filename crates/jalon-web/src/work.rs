//! What takes long is done away from the threads that answer.

use crate::failure::Failure;

/// Runs work that reads a disk, hashes or computes.
pub async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Failure::Broken("travail"))?
}
