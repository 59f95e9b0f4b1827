//! Many files, folders and servers: found, read side by side, and told in their order, with memory that does not
//! grow with their number.

mod found;
mod tasks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::{
    IndexedParallelIterator as _, IntoParallelIterator as _, ParallelIterator as _,
};

use certwright::bundle;
use certwright::ca::Row;
use certwright::document::{Kind, Piece, Section, Sections};
use certwright::error::{Error, ErrorKind};
use certwright::files;
use certwright::key::Password;

use super::app::Context;
use super::in_order::in_order;
use super::output::Teller;
use super::reaching::{Reach, Reaching};
use super::what::Server;
use tasks::{Source, Task};

pub use found::{Found, MAX_FAULTS, Tally};

/// What a command makes of what is found. It is shared by threads.
pub trait Examiner: Sync {
    /// What is told of one thing.
    type Row: Send;

    /// Whether a file is judged as a whole, and not each thing in it by itself.
    const WHOLE: bool = false;
    /// What is looked for, as part of a sentence.
    const SOUGHT: &'static str = "certificate";
    /// Whether it is worth a note that a file holds other things beside.
    const TELLS_OTHERS: bool = false;

    /// What is told, beside, of a certificate that the ledger of the local CA knows.
    fn story(&self, _: &Row) -> Option<String> {
        None
    }

    /// Looks at the parts of a file, or of a piece of one.
    fn read(&self, part: Part<'_>) -> Result<Vec<Found<Self::Row>>>;

    /// Asks a server.
    fn ask(&self, server: &Server) -> Result<Vec<Found<Self::Row>>>;

    /// What is said of a file in which nothing of the kind was found.
    fn nothing(&self, source: &str, other: Option<&Kind>) -> Error;
}

/// A file, or a piece of one, taken apart.
pub struct Part<'a> {
    pub source: &'a Arc<str>,
    /// Whether nothing says that it holds anything of ours, so that nothing in it is meant to be what it is not.
    pub is_anything: bool,
    pub piece: &'a Piece,
    /// The parts that are a document each, or why it does not come apart.
    pub sections: Result<Sections<'a>, Error>,
    pub password: Option<&'a Password>,
}

impl Part<'_> {
    /// Looks at each thing, and is told whether there is no other; on all cores where it is worth the start of
    /// threads. Faults are as many as are told.
    pub fn each<R: Send>(
        self,
        look: impl Fn(Section<'_>, bool) -> Result<Found<R>, Error> + Send + Sync,
    ) -> Vec<Found<R>> {
        let source = self.source;
        let fault = |error: Error| Found::Fault(error.about(&**source).into());
        let mut sections = match self.sections {
            Ok(sections) => sections,
            Err(error) => return vec![fault(error)],
        };
        let mut found = Vec::new();
        let mut faults = 0;
        while faults < MAX_FAULTS {
            let batch: Vec<_> = sections.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            let is_only = self.piece.is_whole() && found.is_empty() && batch.len() == 1;
            let look = |section| look(section, is_only).unwrap_or_else(fault);
            let batch: Vec<_> = match self.piece.is_whole() {
                true => in_parallel(batch, look),
                // The pieces of a stream are looked at side by side already.
                false => batch.into_iter().map(look).collect(),
            };
            let is_fault = |found: &&Found<R>| matches!(found, Found::Fault(_));
            // Those of what nobody says is ours are not told.
            if !self.is_anything {
                faults += batch.iter().filter(is_fault).count();
            }
            found.extend(batch);
        }
        found
    }
}

/// Maps items in their order, on all cores where it is worth the start of threads.
fn in_parallel<T: Send, U: Send>(items: Vec<T>, map: impl Fn(T) -> U + Send + Sync) -> Vec<U> {
    match items.len() {
        0..WORTH_THREADS => items.into_iter().map(map).collect(),
        _ => items
            .into_par_iter()
            .with_min_len(WORTH_THREADS / 4)
            .map(map)
            .collect(),
    }
}

/// What is to be looked at.
pub struct Survey<'a> {
    what: &'a [PathBuf],
    /// Whether folders are gone through.
    recursive: bool,
    pub password: Option<Password>,
    context: &'a Context,
}

impl<'a> Survey<'a> {
    /// Reads what there is to be read before: the password, and what servers are shown.
    pub fn open(
        what: &'a [PathBuf],
        recursive: bool,
        password_file: Option<&Path>,
        reaching: &'a Reaching,
        context: &'a Context,
    ) -> Result<(Self, Reach<'a>)> {
        let password = context.input.given_password(password_file)?;
        let reach = reaching.prepare(context, password.as_ref())?;
        let this = Self {
            what,
            recursive,
            password,
            context,
        };
        Ok((this, reach))
    }

    /// Looks at everything, and tells each thing with its number within its file, from 0.
    pub fn run<E: Examiner>(
        &self,
        examiner: &E,
        teller: &mut Teller<'_>,
        mut tell: impl FnMut(&mut Teller<'_>, E::Row, usize) -> Result<()>,
    ) -> Result<Tally> {
        let mut tally = Tally::default();
        let work = |task| self.work(task, examiner);
        let tasks = self.tasks(examiner);
        in_order(tasks, Task::bytes, work, teller, |teller, done| {
            let done = self.in_turn(done, examiner);
            found::settle(done, examiner, &mut tally, teller, &mut tell)
        })?;
        Ok(tally)
    }

    fn work<E: Examiner>(&self, task: Task, examiner: &E) -> Done<E::Row> {
        match task {
            Task::File {
                path, is_walked, ..
            } => match self.file(&path, is_walked) {
                Ok(Some((source, piece))) => self.part(source, piece, true, examiner),
                Ok(None) => Done::PassedOver,
                Err(error) => Done::Failed(error),
            },
            Task::Piece(source, piece) => self.part(source, piece, false, examiner),
            Task::Server(server) => match examiner.ask(&server) {
                Ok(found) => Done::Asked(found),
                Err(error) => Done::Failed(error),
            },
            Task::Over(source) => Done::Over(source),
            Task::Left(folder) => Done::Left(folder),
            Task::Story(story) => Done::Story(story),
            Task::PassedOver => Done::PassedOver,
            Task::Unread(source, error) => Done::Found {
                source,
                found: Err(error),
                ends: false,
            },
            Task::Failed(error) => Done::Failed(error),
            Task::Unheard => Done::Unheard,
        }
    }

    /// Reads a short file. One that was found in a folder may be none of ours.
    fn file(&self, path: &Path, is_walked: bool) -> Result<Option<(Source, Piece)>> {
        let bytes = match files::read(path) {
            Err(error) if is_walked && error.kind() == ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        let source = match is_walked {
            true => Source::found(path, &bytes),
            false => Some(Source::named(path)),
        };
        Ok(source.map(|source| (source, Piece::whole(bytes))))
    }

    fn part<E: Examiner>(
        &self,
        source: Source,
        piece: Piece,
        ends: bool,
        examiner: &E,
    ) -> Done<E::Row> {
        // What is alone has all of it at any time.
        let has_budget = piece.is_whole();
        let password = self.password.as_ref();
        match self.examine(&source, &piece, password, has_budget, examiner) {
            Ok(found) => Done::Found {
                source,
                found,
                ends,
            },
            Err(wanted) => Done::Wanting {
                wanted,
                source,
                piece,
                ends,
            },
        }
    }

    /// Looks at what wants something that is had in turns. It is done by the one who tells, so that there is one
    /// question at a time, and chance has no part in what the budget is spent on.
    fn in_turn<E: Examiner>(&self, done: Done<E::Row>, examiner: &E) -> Done<E::Row> {
        let Done::Wanting {
            wanted,
            source,
            piece,
            ends,
        } = done
        else {
            return done;
        };
        let examine =
            |password: Option<&Password>| self.examine(&source, &piece, password, true, examiner);
        let found = match wanted {
            Wanted::Budget => examine(self.password.as_ref()),
            Wanted::Password => Err(wanted),
        };
        let found = found.unwrap_or_else(|_| {
            let what = format!("Password of {}", source.name);
            let password = self.context.input.ask(&what)?;
            examine(password.as_ref()).unwrap_or_else(|_| Ok(Vec::new()))
        });
        Done::Found {
            source,
            found,
            ends,
        }
    }

    /// Looks at a piece, or says what is to be had before.
    fn examine<E: Examiner>(
        &self,
        source: &Source,
        piece: &Piece,
        password: Option<&Password>,
        has_budget: bool,
        examiner: &E,
    ) -> Result<Result<Vec<Found<E::Row>>>, Wanted> {
        let mut budget = has_budget.then(|| source.budget());
        let sections = bundle::sections_of(piece, password, budget.as_deref_mut());
        drop(budget);
        let may_ask = || !source.is_walked && self.context.input.can_ask();
        let sections = match sections {
            Err(error) if error.kind() == ErrorKind::PasswordNeeded && may_ask() => {
                return Err(Wanted::Password);
            }
            // Text that begins with the digit which is DER's first byte.
            Ok(Some(Sections::Der(_))) if source.is_anything => return Ok(Ok(Vec::new())),
            Ok(sections) => Ok(sections.ok_or(Wanted::Budget)?),
            Err(error) => Err(error),
        };
        Ok(examiner.read(Part {
            source: &source.name,
            is_anything: source.is_anything,
            piece,
            sections,
            password,
        }))
    }
}

/// What came of a task.
enum Done<R> {
    Found {
        source: Source,
        found: Result<Vec<Found<R>>>,
        /// Whether there is no more of it.
        ends: bool,
    },
    Asked(Vec<Found<R>>),
    /// What is looked at again when it is its turn.
    Wanting {
        wanted: Wanted,
        source: Source,
        piece: Piece,
        ends: bool,
    },
    Over(Source),
    Left(String),
    PassedOver,
    Story(String),
    Failed(anyhow::Error),
    Unheard,
}

/// What one has at a time.
enum Wanted {
    /// What the containers of a stream may cost.
    Budget,
    /// An answer to the question for a password.
    Password,
}

/// Starting a pool of threads takes as long as explaining some 32 certificates.
const WORTH_THREADS: usize = 32;
/// As many as are held unread.
const BATCH: usize = 4096;
