//! What there is to do, found as it is wanted: arguments, the files of folders, the pieces of streams.

use std::iter::once;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use certwright::crypto::Budget;
use certwright::document::{Likeness, Piece, Pieces};
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Walk};

use super::{Examiner, Survey};
use crate::cli::input::{shown, source_name};
use crate::cli::issued::Copied;
use crate::cli::what::{Server, What, is_named_like_ours};

/// One thing to do.
pub enum Task {
    /// A file that is short enough to be read whole.
    File {
        path: PathBuf,
        is_walked: bool,
        length: u64,
    },
    Piece(Source, Piece),
    Server(Server),
    /// A file came to its end.
    Over(Source),
    /// A folder did.
    Left(String),
    /// What is known of the next.
    Story(String),
    /// What was found can be nothing of ours.
    PassedOver,
    /// A file, or the rest of it, cannot be read.
    Unread(Source, anyhow::Error),
    Failed(anyhow::Error),
    /// Nobody would hear of the rest.
    Unheard,
}

impl Task {
    /// As much of a file as it holds, or will.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::File { length, .. } => *length,
            Self::Piece(_, piece) => piece.bytes().len() as u64,
            _ => 0,
        }
    }
}

/// A file that is read.
#[derive(Clone)]
pub struct Source {
    pub name: Arc<str>,
    /// Whether it was found in a folder.
    pub is_walked: bool,
    /// Whether nothing says that it holds anything of ours, so that what is wrong with it is nobody's concern.
    pub is_anything: bool,
    shared: Arc<Shared>,
}

/// What the pieces of one file share.
struct Shared {
    /// For what containers in it cost.
    budget: Mutex<Budget>,
    /// Whether the rest is not wanted.
    is_given_up: AtomicBool,
}

impl Source {
    /// Takes a file that an argument names.
    pub fn named(path: &Path) -> Self {
        Self {
            name: source_name(path).into(),
            is_walked: false,
            is_anything: false,
            shared: Arc::new(Shared {
                budget: Mutex::new(Budget::of_store()),
                is_given_up: AtomicBool::new(false),
            }),
        }
    }

    /// Takes a file that was found in a folder, by its beginning; none if it can be nothing of ours.
    pub fn found(path: &Path, beginning: &[u8]) -> Option<Self> {
        let likeness = Likeness::of(beginning);
        let is_anything = !likeness.is_of_document() && !is_named_like_ours(path);
        let is_ours = !is_anything || likeness != Likeness::Foreign;
        is_ours.then(|| Self {
            is_walked: true,
            is_anything,
            ..Self::named(path)
        })
    }

    /// Returns what containers in it may still cost.
    pub fn budget(&self) -> MutexGuard<'_, Budget> {
        let budget = self.shared.budget.lock();
        budget.unwrap_or_else(PoisonError::into_inner)
    }

    /// Wants no more of it.
    pub fn give_up(&self) {
        self.shared.is_given_up.store(true, Ordering::Relaxed);
    }

    /// Tells whether no more of it is wanted.
    pub fn is_given_up(&self) -> bool {
        self.shared.is_given_up.load(Ordering::Relaxed)
    }
}

type Tasks<'t> = Box<dyn Iterator<Item = Task> + Send + 't>;

impl Survey<'_> {
    /// Returns what there is to do, in the order in which it is told.
    pub fn tasks<'t, E: Examiner>(&'t self, examiner: &'t E) -> impl Iterator<Item = Task> + Send {
        let of_argument = |argument: &'t PathBuf| {
            let tasks = self.of_argument(argument, examiner);
            tasks.unwrap_or_else(failed)
        };
        self.what.iter().flat_map(of_argument)
    }

    fn of_argument<'t, E: Examiner>(
        &'t self,
        argument: &'t Path,
        examiner: &E,
    ) -> Result<Tasks<'t>> {
        if self.recursive && argument.is_dir() {
            let files = Walk::new(argument).flat_map(|found| match found {
                Ok(found) => self.of_file::<E>(&found.path, true, Some(found.length)),
                Err(error) => failed(error.into()),
            });
            return Ok(Box::new(files.chain(once(Task::Left(shown(argument))))));
        }
        if let Some(copied) = Copied::find(argument, self.context)? {
            // What is judged as a whole is judged with its chain.
            let pem = match E::WHOLE {
                true => copied.chained()?,
                false => copied.certificate.to_pem(),
            };
            let story = examiner.story(&copied.row).map(Task::Story);
            let tasks = whole(&copied.file, Piece::whole(pem.into_bytes()));
            return Ok(Box::new(story.into_iter().chain(tasks)));
        }
        Ok(match What::of(argument)? {
            What::Server(server) => Box::new(once(Task::Server(server))),
            What::File(path) if path.is_dir() => return Err(folder(&path).into()),
            What::File(path) => {
                let there = path.metadata().ok().filter(|there| there.is_file());
                self.of_file::<E>(&path, false, there.map(|there| there.len()))
            }
        })
    }

    /// A file, or a stream, whose length nobody knows.
    fn of_file<E: Examiner>(
        &self,
        path: &Path,
        is_walked: bool,
        length: Option<u64>,
    ) -> Tasks<'static> {
        // A long one is nothing to be read whole before its beginning is seen.
        let is_long = length.is_some_and(|length| length > SHORT);
        let is_nothing = |beginning: Vec<u8>| Source::found(path, &beginning).is_none();
        if E::WHOLE && is_walked && is_long && files::beginning(path).is_ok_and(is_nothing) {
            return Box::new(once(Task::PassedOver));
        }
        let is_short = length.is_some_and(|length| length <= SHORT || E::WHOLE);
        // What is not there is told where it is read.
        let is_stream = path == Path::new("-") || path.exists();
        if is_short || !is_stream {
            return Box::new(once(Task::File {
                path: path.to_owned(),
                is_walked,
                length: length.unwrap_or_default(),
            }));
        }
        let tasks = match E::WHOLE {
            true => self.whole(path),
            false => self.pieces(path, is_walked),
        };
        tasks.unwrap_or_else(failed)
    }

    fn whole(&self, path: &Path) -> Result<Tasks<'static>> {
        Ok(whole(path, Piece::whole(self.context.input.read(path)?)))
    }

    fn pieces(&self, path: &Path, is_walked: bool) -> Result<Tasks<'static>> {
        let source = match is_walked {
            true => Source::found(path, &files::beginning(path)?),
            false => Some(Source::named(path)),
        };
        let Some(source) = source else {
            return Ok(Box::new(once(Task::PassedOver)));
        };
        let pieces = Pieces::new(self.context.input.open_heard(path)?);
        let (over, own, path) = (source.clone(), source.clone(), path.to_owned());
        let mut is_begun = false;
        let task = move |piece: std::io::Result<Piece>| match piece {
            Ok(piece) => {
                is_begun = true;
                Some(Task::Piece(source.clone(), piece))
            }
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Some(Task::Unheard),
            // Long, and nothing at its beginning: it is a log, a dump, or another tool's. Where something was found in
            // it the rest is not passed over without a word.
            Err(error) if source.is_anything && !is_begun && is_too_large(&error) => None,
            Err(error) => {
                let unread = unread(&path, &error, is_begun);
                Some(Task::Unread(source.clone(), unread.into()))
            }
        };
        let tasks = pieces.take_while(move |_| !own.is_given_up());
        Ok(Box::new(
            tasks.filter_map(task).chain(once(Task::Over(over))),
        ))
    }
}

fn is_too_large(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::FileTooLarge
}

fn whole(path: &Path, piece: Piece) -> Tasks<'static> {
    let source = Source::named(path);
    let over = Task::Over(source.clone());
    Box::new([Task::Piece(source, piece), over].into_iter())
}

fn failed<'t>(error: anyhow::Error) -> Tasks<'t> {
    Box::new(once(Task::Failed(error)))
}

fn folder(path: &Path) -> Error {
    let is = format!("{} is a folder", shown(path));
    Error::new(ErrorKind::WrongKind, is).with_hint("its files are read with -r (--recursive)")
}

/// Why a file, or what follows the pieces of it that were read, cannot be read.
fn unread(path: &Path, error: &std::io::Error, is_begun: bool) -> Error {
    let name = source_name(path);
    match (is_too_large(error), is_begun) {
        (false, _) => Error::io("read", Path::new(&name), error),
        (true, false) => Error::new(ErrorKind::TooLarge, format!("{name} has more than 64 MiB"))
            .with_hint(
                "what is longer is read in pieces if it is PEM, and begins within its first MiB",
            ),
        (true, true) => {
            let long = format!("{name} has more than 64 MiB without a line -----END");
            Error::new(ErrorKind::TooLarge, long)
                .with_hint("what comes before that was read; cut the file there")
        }
    }
}

/// What is longer is read in pieces, where that is possible.
const SHORT: u64 = 1 << 20;
