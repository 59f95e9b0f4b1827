//! Work on many things side by side, told in their order while it goes on, and never more than a few ahead.

use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use anyhow::Result;

use super::output::Teller;

/// Works on jobs on all cores, as they come, and tells what comes of each in the order of the jobs.
///
/// Ends early with what `tell` fails with.
pub fn in_order<J: Send, R: Send>(
    mut jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> R + Sync,
    teller: &mut Teller<'_>,
    mut tell: impl FnMut(&mut Teller<'_>, R) -> Result<()>,
) -> Result<()> {
    let few: Vec<J> = jobs.by_ref().take(WORTH_THREADS).collect();
    if few.len() < WORTH_THREADS {
        return few.into_iter().try_for_each(|job| tell(teller, work(job)));
    }
    let (jobs, work) = (few.into_iter().chain(jobs), &work);
    let ahead = AHEAD * thread::available_parallelism().map_or(1, usize::from);
    let (queue, results) = sync_channel::<Receiver<R>>(ahead);
    rayon::in_place_scope(|pool| {
        thread::scope(|threads| {
            threads.spawn(move || {
                for job in jobs {
                    let (done, result) = sync_channel(1);
                    // Nobody waits for it where telling has ended.
                    if queue.send(result).is_err() {
                        return;
                    }
                    pool.spawn(move |_| drop(done.send(work(job))));
                }
            });
            while let Some(result) = next(&results, teller)? {
                // What panicked has none, and the pool goes on with the panic.
                let Ok(result) = result.recv() else { break };
                tell(teller, result)?;
            }
            drop(results);
            Ok(())
        })
    })
}

/// Takes the next of a queue. Whoever reads sees what was told before there is a wait.
fn next<T>(queue: &Receiver<T>, teller: &mut Teller<'_>) -> Result<Option<T>> {
    match queue.try_recv() {
        Err(TryRecvError::Empty) => {
            teller.flush()?;
            Ok(queue.recv().ok())
        }
        taken => Ok(taken.ok()),
    }
}

/// A certificate and its key are told before the threads of a pool have begun.
const WORTH_THREADS: usize = 3;
/// As many jobs for each core as keep it busy while one of them takes longer than the others.
const AHEAD: usize = 8;
