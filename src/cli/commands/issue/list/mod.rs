//! `--from`: a certificate for each request of a list.

mod making;
mod outlet;
mod telling;

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::io::BufRead;
use std::iter::once;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::Result;
use clap::Args;

use certwright::batch::{Request, Requests};
use certwright::ca::Authority;
use certwright::error::{Error, ErrorKind};
use certwright::files::NewFolders;

use self::making::{Making, Outcome};
use self::outlet::Outlet;
use self::telling::Tally;
use super::{Issue, chain_pem};
use crate::cli::app::Context;
use crate::cli::args::{Form, new_password};
use crate::cli::in_order::in_order;
use crate::cli::output::{Closed, Teller};
use crate::cli::progress::Progress;
use crate::cli::report::{Ending, Reply};

/// Many certificates at once.
#[derive(Args, Clone)]
pub struct Listing {
    /// Issue a certificate for each line of a file, - for standard input: names; CSV with a column names; or JSON
    #[arg(long, value_name = "FILE", help_heading = "Lists", conflicts_with_all = ["names", "csr", "key", "cert_file", "key_file", "chain_file", "trust", "if_needed", "linked", "ca"])]
    from: Option<PathBuf>,

    /// Go on after a request that fails
    #[arg(long, requires = "from", help_heading = "Lists")]
    keep_going: bool,

    /// Write one tar archive instead of files; - for standard output
    #[arg(
        long,
        value_name = "FILE",
        requires = "from",
        conflicts_with = "inline",
        help_heading = "Lists"
    )]
    tar: Option<PathBuf>,

    /// Write no files: each row of --json-lines holds its certificate, chain and key, in PEM
    #[arg(long, requires = "from", help_heading = "Lists")]
    inline: bool,
}

impl Listing {
    /// Returns the list, if one was named.
    pub fn from(&self) -> Option<&Path> {
        self.from.as_deref()
    }

    /// Tells whether what is issued goes to one stream, and not to files of its own.
    fn is_streamed(&self) -> bool {
        self.tar.is_some() || self.inline
    }

    /// Refuses what is said of a list where none was named: clap does not, beside what goes with no list.
    pub fn require_list(&self) -> Result<()> {
        let flags = [
            ("--keep-going", self.keep_going),
            ("--tar", self.tar.is_some()),
            ("--inline", self.inline),
        ];
        match flags.iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((flag, _)) => {
                let alone = format!("{flag} is for lists, and no list was named");
                Err(Error::new(ErrorKind::InvalidValue, alone)
                    .with_hint("name one with --from FILE")
                    .into())
            }
        }
    }

    /// Tells whether rows have standard output for themselves.
    fn leaves_stdout(&self) -> bool {
        self.tar.as_deref() != Some(Path::new("-"))
    }

    fn require_form(&self, form: Form) -> Result<()> {
        if !self.leaves_stdout() && form != Form::Text {
            let both = "standard output is for the archive, and rows in JSON were asked for too";
            return Err(Error::new(ErrorKind::InvalidValue, both)
                .with_hint("name a file for the archive: --tar FILE")
                .into());
        }
        if self.inline && form != Form::JsonLines {
            let only =
                "--inline puts certificates and keys into JSON lines, and these were not asked for";
            return Err(Error::new(ErrorKind::InvalidValue, only)
                .with_hint("say --json-lines too, or --tar FILE")
                .into());
        }
        Ok(())
    }
}

impl Issue {
    /// Issues a certificate for each request of a list. What was done before and is still good is not done again.
    pub(super) fn list<'a>(&'a self, from: &'a Path, context: &'a Context) -> Result<Reply<'a>> {
        self.listing.require_form(context.form)?;
        self.require_ownership()?;
        let lines = context.input.lines(from, &context.ending)?;
        let seal = self.packing.seal(&self.key, &self.places, context)?;
        if self.listing.inline && seal.is_some() {
            let packed = "--inline puts PEM into the rows, and --to asks for containers";
            return Err(Error::new(ErrorKind::InvalidValue, packed)
                .with_hint("leave out --to; or have the containers in an archive with --tar FILE")
                .into());
        }
        let password = match &seal {
            Some(seal) => Some(seal.password.clone()),
            None => new_password(self.key.encrypt, self.key.password_file.as_ref(), context)?,
        };
        // A CA that were made now would be limited to names that nobody has seen.
        let authority = Authority::open(context.home()?)?;
        let (issuer, notices) = self.unlock(&authority, context)?;
        let to_files = Some(()).filter(|()| !self.listing.is_streamed());
        let folders = NewFolders::make(to_files.and(self.places.out_dir.as_ref()))?;
        let outlet = Outlet::begin(self, context.now)?;
        let mut unended = Vec::new();
        if let Some(ledger) = authority.existing_ledger()? {
            let open = authority.resume_list(&ledger, COMMAND, password.as_ref(), context.now)?;
            unended = of_earlier(&open);
        }
        let making = Making {
            asked: self,
            context,
            constrained: authority.current().constraints().is_some(),
            chain: chain_pem(authority.current().intermediates()),
            authority,
            issuer: issuer.for_many()?,
            seal,
            password,
            rows: Some(context.form).filter(|_| self.listing.leaves_stdout()),
        };
        let total = context.input.count_lines(from);
        let reply = Reply::of_rows("items", move |teller| {
            let mut delivering = Delivering {
                making: &making,
                outlet,
                progress: Progress::new("certificates", total, context.quiet),
                tally: Tally::default(),
                places: HashSet::new(),
                hasher: RandomState::new(),
                folder: None,
                waiting: Vec::new(),
                held: 0,
            };
            let (is_over, is_left) = (AtomicBool::new(false), AtomicBool::new(false));
            let goes_on = || {
                let is_asked = context.ending.is_asked();
                is_left.fetch_or(is_asked, Relaxed);
                !(is_asked || is_over.load(Relaxed))
            };
            let (requests, read) = coming(Requests::new(lines));
            let (mut taken, mut done) = (0, 0);
            let blocks = std::iter::from_fn(move || {
                let size = taken.clamp(LEAST_AT_ONCE, MOST_AT_ONCE);
                let first = requests.recv().ok()?;
                let others = requests.try_iter().take(size - 1);
                let block = Vec::from_iter(once(first).chain(others));
                taken += block.len();
                goes_on().then_some(block)
            });
            let told = in_order(
                blocks,
                // A block is bounded by its lines.
                |_| 0,
                |block: Vec<_>| {
                    let outcomes = block.into_iter();
                    Vec::from_iter(outcomes.map(|(line, request)| making.outcome(line, request)))
                },
                teller,
                |teller, outcomes| {
                    done += outcomes.len();
                    if !delivering.is_cut_short() {
                        delivering.take(outcomes, teller)?;
                    }
                    // Whoever gives requests one by one waits for what comes of each.
                    if done == read.load(SeqCst) {
                        delivering.flush(teller)?;
                    }
                    is_over.store(delivering.is_cut_short(), Relaxed);
                    Ok(())
                },
            );
            told.map_err(|error| delivering.unread_if_closed(error))?;
            folders.keep();
            delivering.end(is_left.into_inner(), teller)
        });
        let notices = notices.iter().map(ToString::to_string);
        Ok(reply.with_notes(notices.chain(unended)))
    }
}

impl Issue {
    /// Refuses owners that cannot be, and those of no files.
    fn require_ownership(&self) -> Result<()> {
        let ownership = &self.places.ownership;
        if self.listing.inline && (ownership.is_given() || ownership.mode.is_some()) {
            let none = "--owner, --group and --mode are for files, and none is written";
            return Err(Error::new(ErrorKind::InvalidValue, none)
                .with_hint("leave them out; or write files, or an archive with --tar FILE")
                .into());
        }
        match self.listing.tar {
            Some(_) => ownership.numbered().map(drop),
            None => ownership.holder().map(drop),
        }
    }
}

/// What is made goes out, in the order of the list.
struct Delivering<'a> {
    making: &'a Making<'a>,
    outlet: Outlet,
    progress: Progress,
    tally: Tally,
    /// The places written to so far, each by a number in which they hardly ever agree by chance.
    places: HashSet<u64>,
    hasher: RandomState,
    /// The last folder, and how it is written in full: the next is mostly the same.
    folder: Option<(PathBuf, PathBuf)>,
    waiting: Vec<Outcome>,
    /// How many octets the copies of those that wait take.
    held: usize,
}

impl Delivering<'_> {
    /// Tells whether nothing more is to be taken.
    fn is_cut_short(&self) -> bool {
        self.tally.is_cut_short
    }

    fn take(&mut self, outcomes: Vec<Outcome>, teller: &mut Teller<'_>) -> Result<()> {
        for outcome in outcomes {
            let outcome = self.checked(outcome);
            self.held += outcome.size();
            let is_last = outcome.is_failure() && !self.making.asked.listing.keep_going;
            self.waiting.push(outcome);
            if is_last {
                self.tally.is_cut_short = true;
                return self.flush(teller);
            }
        }
        let is_enough = self.waiting.len() >= self.outlet.chunk() || self.held >= MOST_HELD;
        match is_enough || self.tally.is_long_ago() {
            true => self.flush(teller),
            false => Ok(()),
        }
    }

    /// Refuses what would go where another request of the list went.
    fn checked(&mut self, outcome: Outcome) -> Outcome {
        let Some(told) = outcome.told() else {
            return outcome;
        };
        for place in &told.places {
            let whole = match self.making.asked.listing.is_streamed() {
                true => plain(place),
                false => whole(place, &mut self.folder),
            };
            if !self.places.insert(self.hasher.hash_one(whole)) {
                let twice = format!("another request of the list is for {} too", place.display());
                let error = Error::new(ErrorKind::InvalidValue, twice)
                    .with_hint("give each a file of its own, with cert_file and key_file");
                return told.failed(error);
            }
        }
        outcome
    }

    /// Hands out what waits, and tells what came of it.
    fn flush(&mut self, teller: &mut Teller<'_>) -> Result<()> {
        self.hand_out(teller)
            .map_err(|error| self.unread_if_closed(error))
    }

    /// Whoever reads rows may have had enough; who made the list has not.
    fn unread_if_closed(&self, error: anyhow::Error) -> anyhow::Error {
        match error.is::<Closed>() {
            true => unread(self.tally.done()),
            false => error,
        }
    }

    fn hand_out(&mut self, teller: &mut Teller<'_>) -> Result<()> {
        self.held = 0;
        let (mut made, mut others) = (Vec::new(), Vec::new());
        for outcome in self.waiting.drain(..) {
            match outcome {
                Outcome::Made(ready) => {
                    others.push(None);
                    made.push(*ready);
                }
                other => others.push(Some(other)),
            }
        }
        let (ends, notice) = self.outlet.hand_out(self.making, made)?;
        self.tally.note(notice.map(|notice| notice.to_string()));
        self.progress.hide();
        let mut ends = ends.into_iter();
        for other in others {
            let Some(outcome) = other.or_else(|| ends.next()) else {
                continue;
            };
            if outcome.is_failure() && !self.making.asked.listing.keep_going {
                self.tally.is_cut_short = true;
            }
            self.tally.tell(outcome, self.making, teller)?;
        }
        teller.flush()?;
        self.progress.tell(self.tally.done());
        Ok(())
    }

    /// Tells the end, and whether it came by a signal while there was something left.
    fn end(mut self, is_left: bool, teller: &mut Teller<'_>) -> Result<Ending> {
        self.flush(teller)?;
        if is_left {
            self.tally.is_cut_short = true;
            teller.fail(&asked_to_end(self.tally.done()))?;
        }
        self.outlet.finish(self.tally.is_cut_short)?;
        Ok(self.tally.ending(self.progress.elapsed()))
    }
}

/// What cannot be ended of earlier lists: of each kind of reason the first, and how many more there are.
fn of_earlier(open: &[Error]) -> Vec<String> {
    let mut kinds: Vec<(&Error, usize)> = Vec::new();
    for error in open {
        match kinds
            .iter_mut()
            .find(|(first, _)| first.kind() == error.kind())
        {
            Some((_, more)) => *more += 1,
            None => kinds.push((error, 0)),
        }
    }
    let told = |(first, more)| match more {
        0 => format!("of an earlier list, {first}"),
        1 => format!("of an earlier list, {first}; one more is pending still"),
        _ => format!("of an earlier list, {first}; {more} more are pending still"),
    };
    kinds.into_iter().map(told).collect()
}

/// Reads requests, each with its line, as long as somebody takes them; and tells how many it read so far.
///
/// By a thread of its own, which may wait for the next while those before it are worked on, and for which nobody waits.
fn coming(mut requests: Requests<Box<dyn BufRead + Send>>) -> (Receiver<Coming>, Arc<AtomicUsize>) {
    let (sender, receiver) = sync_channel(MOST_AT_ONCE);
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    std::thread::spawn(move || {
        while let Some(request) = requests.next() {
            count.fetch_add(1, SeqCst);
            if sender.send((requests.line(), request)).is_err() {
                return;
            }
        }
    });
    (receiver, read)
}

/// A request, or why it is none, and its line.
type Coming = (u64, Result<Request, Error>);

/// A place by one of the ways to write it, with the folder that was looked up last.
fn whole(place: &Path, last: &mut Option<(PathBuf, PathBuf)>) -> PathBuf {
    let folder = match place.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if last.as_ref().is_none_or(|(known, _)| known != folder) {
        *last = folder
            .canonicalize()
            .ok()
            .map(|whole| (folder.to_owned(), whole));
    }
    match last.as_ref().zip(place.file_name()) {
        Some(((_, folder), name)) => folder.join(name),
        None => plain(place),
    }
}

/// A place within an archive, by one of the ways to write it.
fn plain(place: &Path) -> PathBuf {
    let parts = place.components();
    parts.filter(|part| *part != Component::CurDir).collect()
}

fn unread(done: u64) -> anyhow::Error {
    let told = format!("standard output was closed, after {done} of the list's requests");
    Error::new(ErrorKind::Interrupted, told)
        .with_hint("run the same command again, with > /dev/null for no rows: files that are there are kept")
        .into()
}

fn asked_to_end(done: u64) -> anyhow::Error {
    let told = format!("the list was asked to end by a signal, after {done} of its requests");
    Error::new(ErrorKind::Interrupted, told)
        .with_hint("run the same command again: what is done is kept")
        .into()
}

/// So that all cores have something to do for a short list.
const LEAST_AT_ONCE: usize = 8;
/// So that a long one has them busy while a part of it is made durable, which takes as long as hundreds of requests.
const MOST_AT_ONCE: usize = 64;
/// Copies of a part lie in one file, which is read like any other: less than 64 MiB, with what comes at once.
const MOST_HELD: usize = 16 << 20;
/// How the ledger knows what lists asked for.
const COMMAND: &str = "issue --from";
