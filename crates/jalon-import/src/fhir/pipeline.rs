//! Chunks worked on by every core, their results taken in order.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::output::Located;
use super::source::{Chunk, Job};
use crate::error::ImportError;

/// Threads beyond which the one that takes results would not follow.
const MOST: usize = 8;

/// A result on its way.
enum Coming<T> {
    Worked(Receiver<T>),
    Broken(Located),
}

/// What comes out, in order.
pub(super) enum Taken<T> {
    Worked(T),
    Broken(Located),
}

/// Reads on one thread, works on others, takes results on this one in the
/// order in which they were read. Bounded queues: no more than a few chunks
/// for each core are ever in memory.
pub(super) fn run<T: Send>(
    read: impl FnOnce(&mut dyn FnMut(Job) -> bool) + Send,
    work: impl Fn(Chunk) -> T + Sync,
    mut take: impl FnMut(Taken<T>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(MOST);
    let (give, jobs) = sync_channel::<(Chunk, SyncSender<T>)>(workers);
    let (announce, coming) = sync_channel::<Coming<T>>(2 * workers);
    let jobs = Mutex::new(jobs);
    thread::scope(|scope| {
        scope.spawn(move || {
            read(&mut |job| match job {
                Job::Broken(located) => announce.send(Coming::Broken(located)).is_ok(),
                Job::Chunk(chunk) => {
                    let (result, later) = sync_channel(1);
                    // Announced first: a chunk no one waits for is not worked on.
                    announce.send(Coming::Worked(later)).is_ok()
                        && give.send((chunk, result)).is_ok()
                }
            });
        });
        let (jobs, work) = (&jobs, &work);
        for _ in 0..workers {
            scope.spawn(move || {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((chunk, result)) = job else { break };
                    // No one waits any more: the end is near.
                    let _ = result.send(work(chunk));
                }
            });
        }
        // Dropped on the way out, which tells the reader to stop.
        let coming = coming;
        while let Ok(next) = coming.recv() {
            match next {
                Coming::Broken(located) => take(Taken::Broken(located))?,
                Coming::Worked(later) => match later.recv() {
                    Ok(result) => take(Taken::Worked(result))?,
                    Err(_) => {
                        return Err(ImportError::Engine("lecture interrompue".to_owned()));
                    }
                },
            }
        }
        Ok(())
    })
}
