//! Work on many things side by side, told in their order while it goes on, and never more than a few ahead.

use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::Result;

use super::output::Teller;

/// Works on jobs on all cores, as they come, and tells what comes of each in the order of the jobs. Those that wait
/// weigh no more than a bound, in bytes.
///
/// Ends early with what `tell` fails with, once the next job has come.
pub fn in_order<J: Send, R: Send>(
    jobs: impl Iterator<Item = J> + Send,
    weigh: impl Fn(&J) -> u64 + Send,
    work: impl Fn(J) -> R + Sync,
    teller: &mut Teller<'_>,
    mut tell: impl FnMut(&mut Teller<'_>, R) -> Result<()>,
) -> Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (queue, turns) = sync_channel(AHEAD * cores);
    let (told, mut room) = Room::new();
    let work = &work;
    thread::scope(move |threads| {
        threads.spawn(move || {
            let begun = jobs.map_while(|job| {
                let weight = weigh(&job);
                room.take(weight)?;
                let (job, turn) = turn(job, weight);
                // Nobody waits for it where telling has ended.
                queue.send(turn).ok()?;
                Some(job)
            });
            work_on(begun, work);
        });
        while let Some(turn) = next(&turns, teller)? {
            // What nobody has begun is not waited for.
            let result = match turn.job.take() {
                Some(job) => work(job),
                None => match next(&turn.result, teller)? {
                    Some(result) => result,
                    // It panicked, and the scope goes on with that.
                    None => break,
                },
            };
            tell(teller, result)?;
            let _ = told.send(turn.weight);
        }
        Ok(())
    })
}

/// Has all cores work on jobs, unless those who wait for them are done with so few before they have begun.
fn work_on<J: Send, R: Send>(
    mut jobs: impl Iterator<Item = Begun<J, R>>,
    work: &(impl Fn(J) -> R + Sync),
) {
    let few: Vec<_> = jobs.by_ref().take(WORTH_THREADS).collect();
    if few.len() < WORTH_THREADS {
        return;
    }
    rayon::in_place_scope(|pool| {
        for begun in few.into_iter().chain(jobs) {
            pool.spawn(move |_| {
                if let Some(job) = begun.job.take() {
                    let _ = begun.done.send(work(job));
                }
            });
        }
    });
}

/// A job, for the first who takes it.
struct Job<J>(Arc<Mutex<Option<J>>>);

impl<J> Job<J> {
    fn take(&self) -> Option<J> {
        let mut job = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        job.take()
    }
}

/// What a thread of the pool has of a job.
struct Begun<J, R> {
    job: Job<J>,
    done: SyncSender<R>,
}

/// What the one who tells has of it.
struct Turn<J, R> {
    job: Job<J>,
    result: Receiver<R>,
    weight: u64,
}

fn turn<J, R>(job: J, weight: u64) -> (Begun<J, R>, Turn<J, R>) {
    let job = Arc::new(Mutex::new(Some(job)));
    let (done, result) = sync_channel(1);
    let begun = Begun {
        job: Job(job.clone()),
        done,
    };
    let turn = Turn {
        job: Job(job),
        result,
        weight,
    };
    (begun, turn)
}

/// How much may wait to be told.
struct Room {
    taken: u64,
    told: Receiver<u64>,
}

impl Room {
    /// Makes a room, and what says what has left it.
    fn new() -> (Sender<u64>, Self) {
        let (sender, told) = channel();
        (sender, Self { taken: 0, told })
    }

    /// Waits until there is room for so much, or nothing else in it; none if nothing will leave it any more.
    fn take(&mut self, weight: u64) -> Option<()> {
        self.taken -= self.told.try_iter().sum::<u64>();
        while self.taken > 0 && self.taken + weight > MOST_WEIGHT {
            self.taken -= self.told.recv().ok()?;
        }
        self.taken += weight;
        Some(())
    }
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
/// Four of the longest files that are read, which machines with many cores would hold by the hundred.
const MOST_WEIGHT: u64 = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_room_waits_until_something_has_left() {
        let (told, mut room) = Room::new();
        assert!(room.take(MOST_WEIGHT - 1).is_some() && room.take(1).is_some());
        told.send(MOST_WEIGHT - 1).unwrap();
        assert!(room.take(2).is_some());
        assert_eq!(room.taken, 3);
        // Nobody says any more that something has left, so that it shows who waits for that.
        drop(told);
        assert!(room.take(MOST_WEIGHT - 3).is_some());
        assert!(room.take(1).is_none());
    }

    #[test]
    fn what_is_too_much_goes_alone() {
        let (told, mut room) = Room::new();
        assert!(room.take(2 * MOST_WEIGHT).is_some());
        told.send(2 * MOST_WEIGHT).unwrap();
        assert!(room.take(2 * MOST_WEIGHT).is_some());
        drop(told);
        assert!(room.take(1).is_none());
    }
}
