//! Much work of one kind: done on all cores, told in order, and never much of it held at once.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anyhow::Result;

/// Maps items on all cores, and gives the results in the items' order, some at a time, to the calling thread.
/// Ends when that has enough, or fails.
///
/// No more than a few hundred items are in hand at once, however many there are and however slow one is.
pub fn in_order<T, U: Send>(
    items: impl Iterator<Item = T> + Send,
    map: impl Fn(T) -> U + Sync,
    mut each: impl FnMut(Vec<U>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let (permit, permits) = sync_channel(workers * AHEAD);
    // There is room for all of them, and for each that is given back.
    let allow = || permit.try_send(()).unwrap_or_default();
    (0..workers * AHEAD).for_each(|_| allow());
    let source = Mutex::new(Source {
        items,
        permits,
        blocks: 0,
    });
    let (done, results) = sync_channel(workers * AHEAD);
    thread::scope(|scope| {
        for _ in 0..workers {
            let (done, source, map) = (done.clone(), &source, &map);
            scope.spawn(move || work(source, map, &done));
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut next = 0;
        // Whatever ends this loop drops what permits and what takes results, at which the workers end.
        for (number, block) in results {
            early.insert(number, block);
            while let Some(block) = early.remove(&next) {
                next += 1;
                if each(block.unwrap_or_else(|panic| resume_unwind(panic)))?.is_break() {
                    return Ok(());
                }
                allow();
            }
        }
        Ok(())
    })
}

/// Where workers take items from, as far as they may.
struct Source<I> {
    items: I,
    permits: Receiver<()>,
    blocks: usize,
}

impl<I: Iterator> Source<I> {
    /// Some items, and their place in the order.
    fn take(&mut self) -> Option<(usize, Vec<I::Item>)> {
        self.permits.recv().ok()?;
        let items = Vec::from_iter(self.items.by_ref().take(BLOCK));
        let number = self.blocks;
        self.blocks += 1;
        (!items.is_empty()).then_some((number, items))
    }
}

/// A block of results with its number, or what a worker panicked with.
type Done<U> = (usize, thread::Result<Vec<U>>);

fn work<I: Iterator, U>(
    source: &Mutex<Source<I>>,
    map: &impl Fn(I::Item) -> U,
    done: &SyncSender<Done<U>>,
) {
    let take = || source.lock().ok().and_then(|mut source| source.take());
    while let Some((number, items)) = take() {
        let mapped = catch_unwind(AssertUnwindSafe(|| items.into_iter().map(map).collect()));
        if done.send((number, mapped)).is_err() {
            return;
        }
    }
}

/// A certificate takes a tenth of a millisecond, and to hand a block over some microseconds.
const BLOCK: usize = 8;
/// How many blocks a core may be ahead of the slowest.
const AHEAD: usize = 32;

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[test]
    fn results_come_in_order_and_all_of_them() {
        for count in [0, 1, BLOCK, 10_000] {
            let mut seen = Vec::new();
            in_order(
                0..count,
                |item| item * 2,
                |block| {
                    seen.extend(block);
                    Ok(ControlFlow::Continue(()))
                },
            )
            .unwrap();
            assert_eq!(seen, Vec::from_iter((0..count).map(|item| item * 2)));
        }
    }

    #[test]
    fn it_ends_when_the_caller_has_enough_and_takes_no_more_than_it_may_hold() {
        let taken = AtomicUsize::new(0);
        let count = || {
            (0..).inspect(|_: &usize| {
                taken.fetch_add(1, Relaxed);
            })
        };
        let enough = in_order(count(), |item| item, |_| Ok(ControlFlow::Break(())));
        assert!(enough.is_ok());
        let failed = in_order(count(), |item| item, |_| anyhow::bail!("no more"));
        assert_eq!(failed.unwrap_err().to_string(), "no more");
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        assert!(taken.load(Relaxed) <= 2 * workers * AHEAD * BLOCK);
    }

    #[test]
    #[should_panic(expected = "a defect")]
    fn a_panic_is_passed_on() {
        let fail = |item: usize| match item {
            5000 => panic!("a defect"),
            _ => item,
        };
        let _ = in_order(0..100_000, fail, |_| Ok(ControlFlow::Continue(())));
    }
}
