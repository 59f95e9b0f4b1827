//! What was found, told and counted.

use anyhow::Result;

use certwright::document::Kind;
use certwright::error::{Error, ErrorKind};

use super::tasks::Source;
use super::{Done, Examiner};
use crate::cli::output::{Closed, Teller};

/// What a part of a file is.
pub enum Found<R> {
    /// Something of the kind.
    Row(R),
    /// Something else.
    Other(Kind),
    /// Something that is damaged.
    Fault(anyhow::Error),
}

impl<R> Found<R> {
    /// Makes something else of what is of the kind.
    pub fn map<T>(self, make: impl FnOnce(R) -> T) -> Found<T> {
        match self {
            Self::Row(row) => Found::Row(make(row)),
            Self::Other(kind) => Found::Other(kind),
            Self::Fault(error) => Found::Fault(error),
        }
    }
}

/// How much was found.
#[derive(Default)]
pub struct Tally {
    pub rows: usize,
    pub failures: usize,
    /// What is worth a word beside.
    pub notes: Vec<String>,
    file: File,
    folder: Folder,
}

/// What the file holds that is read.
#[derive(Default)]
struct File {
    rows: usize,
    faults: usize,
    others: Vec<Kind>,
}

/// What was found in the folder that is gone through.
#[derive(Default)]
struct Folder {
    /// Files and failures of which something was told.
    told: usize,
    passed_over: usize,
}

/// Tells what came of a task.
pub(super) fn settle<E: Examiner>(
    done: Done<E::Row>,
    examiner: &E,
    tally: &mut Tally,
    teller: &mut Teller<'_>,
    mut tell: impl FnMut(&mut Teller<'_>, E::Row, usize) -> Result<()>,
) -> Result<()> {
    match done {
        Done::Found {
            source,
            found,
            ends,
        } => {
            tally.take(&source, found, teller, tell)?;
            if ends {
                tally.over(&source, examiner, teller)?;
            }
        }
        Done::Asked(found) => {
            for (found, number) in found.into_iter().zip(0..) {
                match found {
                    Found::Row(row) => {
                        tally.rows += 1;
                        tell(teller, row, number)?;
                    }
                    Found::Fault(error) => tally.fail(&error, teller)?,
                    Found::Other(_) => {}
                }
            }
        }
        Done::Over(source) => tally.over(&source, examiner, teller)?,
        Done::Left(folder) => tally.left::<E>(&folder, teller)?,
        Done::PassedOver => tally.folder.passed_over += 1,
        Done::Story(story) => tally.notes.push(story),
        Done::Failed(error) => tally.fail(&error, teller)?,
        Done::Unheard => return Err(Closed.into()),
        // It had its turn.
        Done::Wanting { .. } => {}
    }
    Ok(())
}

impl Tally {
    fn take<R>(
        &mut self,
        source: &Source,
        found: Result<Vec<Found<R>>>,
        teller: &mut Teller<'_>,
        mut tell: impl FnMut(&mut Teller<'_>, R, usize) -> Result<()>,
    ) -> Result<()> {
        let found = found.unwrap_or_else(|error| vec![Found::Fault(error)]);
        for found in found {
            // What was read ahead is not wanted either.
            if source.is_given_up() {
                break;
            }
            match found {
                Found::Row(row) => {
                    tell(teller, row, self.file.rows)?;
                    self.rows += 1;
                    self.file.rows += 1;
                }
                Found::Other(kind) if self.file.others.len() < MAX_OTHERS => {
                    if !self.file.others.contains(&kind) {
                        self.file.others.push(kind);
                    }
                }
                Found::Other(_) => {}
                Found::Fault(error) if source.is_anything && is_of_content(&error) => {}
                Found::Fault(error) => self.fault(source, &error, teller)?,
            }
        }
        Ok(())
    }

    fn fault(
        &mut self,
        source: &Source,
        error: &anyhow::Error,
        teller: &mut Teller<'_>,
    ) -> Result<()> {
        self.fail(error, teller)?;
        self.file.faults += 1;
        if self.file.faults == MAX_FAULTS {
            source.give_up();
            let enough = format!("{MAX_FAULTS} faults, and the rest of the file is not read");
            let enough = Error::new(ErrorKind::Malformed, enough).about(&*source.name);
            self.fail(&enough.into(), teller)?;
        }
        Ok(())
    }

    /// Ends a file.
    fn over<E: Examiner>(
        &mut self,
        source: &Source,
        examiner: &E,
        teller: &mut Teller<'_>,
    ) -> Result<()> {
        let file = std::mem::take(&mut self.file);
        if file.rows + file.faults > 0 {
            self.folder.told += usize::from(source.is_walked);
        } else if source.is_walked {
            self.folder.passed_over += 1;
        } else {
            let nothing = examiner.nothing(&source.name, file.others.last());
            self.fail(&nothing.into(), teller)?;
        }
        if E::TELLS_OTHERS && file.rows > 0 && !source.is_walked {
            let note = |kind| format!("{}: {kind} in it is passed over", source.name);
            self.notes.extend(file.others.iter().map(note));
        }
        Ok(())
    }

    /// Ends a folder. One in which nothing was found is no answer.
    fn left<E: Examiner>(&mut self, name: &str, teller: &mut Teller<'_>) -> Result<()> {
        let folder = std::mem::take(&mut self.folder);
        if folder.told == 0 {
            let nothing = format!("{name}: no file below it holds a {}", E::SOUGHT);
            return self.fail(&Error::new(ErrorKind::WrongKind, nothing).into(), teller);
        }
        let (holds, are) = match folder.passed_over {
            0 => return Ok(()),
            1 => ("1 file".to_owned(), "holds no"),
            count => (format!("{count} files"), "hold no"),
        };
        let note = format!("{holds} below {name} {are} {}, passed over", E::SOUGHT);
        self.notes.push(note);
        Ok(())
    }

    fn fail(&mut self, error: &anyhow::Error, teller: &mut Teller<'_>) -> Result<()> {
        self.failures += 1;
        self.folder.told += 1;
        teller.fail(error)
    }
}

/// Tells whether it is about what a file holds, and not about the file.
fn is_of_content(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<Error>().map(Error::kind);
    matches!(
        kind,
        Some(ErrorKind::Malformed | ErrorKind::Unsupported | ErrorKind::WrongKind)
    )
}

/// Nobody reads more; a file of a million broken headers ends here.
pub const MAX_FAULTS: usize = 20;
/// As many kinds of other things as are told of a file.
const MAX_OTHERS: usize = 20;
