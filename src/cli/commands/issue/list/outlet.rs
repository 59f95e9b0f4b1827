//! Where what a list asks for goes: files, a tar archive, or the rows themselves.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::mem;
use std::path::{Component, Path};

use anyhow::Result;
use time::OffsetDateTime;

use certwright::ca::Notice;
use certwright::error::{Error, ErrorKind};
use certwright::files::{Growing, NewFile};

use super::Issue;
use super::making::{Making, Outcome, Ready};

/// Where what is made goes.
pub enum Outlet {
    Files,
    Rows,
    Archive(Box<Archive>),
}

/// A tar archive that is being written.
pub struct Archive {
    entries: tar::Builder<Sink>,
    /// The moment that its entries bear.
    now: OffsetDateTime,
    /// The names of their user and group, where names were said: who unpacks it as root goes by them.
    names: [Option<String>; 2],
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    File(Growing),
    /// Nothing more is wanted of it, and nothing is written.
    Over,
}

impl Outlet {
    /// Begins it. Fails if an archive cannot be written, or would go to a terminal.
    pub fn begin(asked: &Issue, now: OffsetDateTime) -> Result<Self> {
        let Some(path) = &asked.listing.tar else {
            return Ok(match asked.listing.inline {
                true => Self::Rows,
                false => Self::Files,
            });
        };
        let sink = match path == Path::new("-") {
            true if io::stdout().is_terminal() => {
                let shown = "an archive is not for a terminal, and standard output is one";
                return Err(Error::new(ErrorKind::InvalidValue, shown)
                    .with_hint("send it to a program, or name a file: --tar FILE")
                    .into());
            }
            true => Sink::Stdout(BufWriter::new(io::stdout())),
            false => Sink::File(Growing::begin(path, asked.overwrite.existing())?),
        };
        let names = asked.places.ownership.names();
        Ok(Self::Archive(Box::new(Archive {
            entries: tar::Builder::new(sink),
            now,
            names: names.map(|name| name.map(str::to_owned)),
        })))
    }

    /// How many certificates are best handed out at once.
    pub fn chunk(&self) -> usize {
        match self {
            Self::Files => (open_files().saturating_sub(OTHERS) / EACH).clamp(LEAST, MOST),
            Self::Rows | Self::Archive(_) => MOST_STREAMED,
        }
    }

    /// Records what was made, and hands it out.
    pub fn hand_out(
        &mut self,
        making: &Making<'_>,
        made: Vec<Ready>,
    ) -> Result<(Vec<Outcome>, Option<Notice>)> {
        let now = making.context.now;
        if let Self::Files = self {
            let were_free = Vec::from_iter(made.iter().map(|ready| ready.was_free));
            let (deliveries, made): (Vec<_>, Vec<_>) = made.into_iter().map(Ready::parted).unzip();
            let (ends, notice) = making.authority.deliver_all(deliveries, now)?;
            let ends = made.into_iter().zip(were_free).zip(ends);
            let ends = ends.map(|((made, was_free), end)| match end {
                Ok(()) => Outcome::Done(made),
                Err(error) => made.failed(told_of_others(error, was_free)),
            });
            return Ok((ends.collect(), notice));
        }
        let (mut entries, mut others) = (Vec::new(), Vec::new());
        for (delivery, told) in made.into_iter().map(Ready::parted) {
            entries.push(delivery.entry);
            others.push((delivery.group, told));
        }
        let notice = making.authority.record_all(entries, now)?;
        let mut ends = Vec::with_capacity(others.len());
        for (group, told) in others {
            if let Self::Archive(archive) = self {
                group
                    .files
                    .iter()
                    .try_for_each(|file| archive.append(file))?;
            }
            ends.push(Outcome::Done(told));
        }
        Ok((ends, notice))
    }

    /// Ends an archive. One of a list that was cut short is not there.
    pub fn finish(self, is_cut_short: bool) -> Result<()> {
        match self {
            Self::Archive(archive) => archive.finish(is_cut_short),
            Self::Files | Self::Rows => Ok(()),
        }
    }
}

impl Archive {
    fn append(&mut self, file: &NewFile) -> Result<()> {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.contents.len() as u64);
        header.set_mode(match (file.private, file.holder.mode) {
            (true, Some(mode)) => mode,
            (true, None) => 0o600,
            (false, _) => 0o644,
        });
        // What belongs to nobody else is root's.
        header.set_uid(file.holder.user.unwrap_or(0).into());
        header.set_gid(file.holder.group.unwrap_or(0).into());
        let [user, group] = self.names.each_ref().map(Option::as_deref);
        // Of a name that is too long for a header the number is left.
        let _ = header.set_username(user.unwrap_or_default());
        let _ = header.set_groupname(group.unwrap_or_default());
        header.set_mtime(self.now.unix_timestamp().unsigned_abs());
        self.entries
            .append_data(&mut header, &file.path, &file.contents[..])
            .map_err(|error| unwritten(&error))
    }

    fn finish(mut self, is_cut_short: bool) -> Result<()> {
        if is_cut_short {
            return self.break_off().map_err(|error| unwritten(&error));
        }
        self.entries.finish().map_err(|error| unwritten(&error))?;
        match self.sink() {
            Sink::File(file) => Ok(file.finish()?),
            Sink::Stdout(mut out) => out.flush().map_err(|error| unwritten(&error)),
            Sink::Over => Ok(()),
        }
    }

    /// Has whoever unpacks it fail: where nothing but the end is missing, nobody tells that it is.
    fn break_off(&mut self) -> io::Result<()> {
        match self.sink() {
            Sink::Stdout(mut out) => {
                out.write_all(&NO_HEADER)?;
                out.flush()
            }
            Sink::File(_) | Sink::Over => Ok(()),
        }
    }

    /// Takes what it is written to: nothing more is, not even its end.
    fn sink(&mut self) -> Sink {
        mem::replace(self.entries.get_mut(), Sink::Over)
    }
}

/// What could not be gone on with is no whole archive.
impl Drop for Archive {
    fn drop(&mut self) {
        // Why it ended is told, and here nobody is left to tell.
        let _ = self.break_off();
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::File(file) => file.write(bytes),
            Self::Over => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::File(file) => file.flush(),
            Self::Over => Ok(()),
        }
    }
}

/// What was free when it was looked at is another's by now: of two runs of a list one makes each certificate.
fn told_of_others(error: Error, was_free: bool) -> Error {
    match (error.kind(), was_free) {
        (ErrorKind::AlreadyExists, true) => error.with_hint(
            "another command wrote it meanwhile; run the same command again: what is done is kept",
        ),
        _ => error,
    }
}

fn unwritten(error: &io::Error) -> anyhow::Error {
    anyhow::anyhow!("the archive cannot be written: {error}")
}

/// An archive that writes outside of where it is unpacked is refused by all who unpack it, and a file that is
/// named like a folder becomes one.
pub fn require_inside(path: &Path) -> Result<(), Error> {
    let is_inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/")
        || !matches!(path.components().next_back(), Some(Component::Normal(_)));
    match (path.components().all(is_inside), is_folder) {
        (true, false) => Ok(()),
        (true, true) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!(
                "{} is the name of a folder, and a file is to be there",
                path.display()
            ),
        )
        .with_hint("name a file")),
        (false, _) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!(
                "{} lies outside of the archive that it would be in",
                path.display()
            ),
        )
        .with_hint("give names below one folder, without ..")),
    }
}

/// A block that no archive has in the place of a header (POSIX ustar: its checksum is not that of its octets).
const NO_HEADER: [u8; 512] = [b'x'; 512];

/// How many files a process may hold open.
fn open_files() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let most = getrlimit(Resource::Nofile).current;
        most.map_or(usize::MAX, |most| {
            usize::try_from(most).unwrap_or(usize::MAX)
        })
    }
    // The C library of Windows has as many.
    #[cfg(not(unix))]
    512
}

/// The files that each certificate holds open on its way: the locks of certificate, key and chain.
const EACH: usize = 3;
/// What else is open: the ledger, locks, and what many hands write at a time.
const OTHERS: usize = 64;
const LEAST: usize = 16;
/// By then what is done once for all of them, which takes some ten milliseconds, is little beside what is done for each.
const MOST: usize = 256;
/// As many are entered in the ledger at once; more are hardly faster.
const MOST_STREAMED: usize = 1024;
