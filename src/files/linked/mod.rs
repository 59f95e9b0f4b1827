//! Folders whose files change together, in the instant in which one link is renamed.
//!
//! Such a folder has the form that Kubernetes gives to mounted secrets: `..data` is a link to a version, which is a
//! folder beside it with the files, and the name of each file is a link that goes through that one. What is written
//! is a new version, with what stays linked into it; then `..data` is renamed, which is a move like that of any
//! file. The folder itself is never replaced, so whoever has it open, watches it or has it mounted sees the new files.
//!
//! The version before stays until the next comes, for those who are just reading it. What a kill leaves is a version
//! that nothing names, or names of files that never came; whoever writes there next removes both.

mod form;
#[cfg(all(test, unix))]
mod tests;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub use self::form::NewLink;

#[cfg(unix)]
use super::Holder;
use super::disk::Flush;
use super::moves::{Move, write_new};
use super::place::{beside, is_there};
use super::{NewFile, disk};
use crate::error::{Error, ErrorKind, Result};

/// The place that is meant where a path leads into such a folder, whichever version that has then: `FOLDER/..data/NAME`.
/// Every other place is itself.
pub fn through(place: PathBuf) -> PathBuf {
    let parts = place.parent().zip(place.file_name());
    let Some((folder, name)) = parts.filter(|_| cfg!(unix)) else {
        return place;
    };
    let above = folder.parent().filter(|above| {
        let named = current(above);
        named.is_some_and(|(_, version)| version == folder)
    });
    if let Some(above) = above {
        return above.join(LINK).join(name);
    }
    let is_free = !is_there(&place) || is_unfilled(&place, name);
    match current(folder).filter(|_| is_free) {
        Some(_) => folder.join(LINK).join(name),
        None => place,
    }
}

/// What is renamed so that a place has its new contents, and locked before: itself, or the link that it leads through.
pub fn moved(place: &Path) -> PathBuf {
    match split(place) {
        Some((folder, _)) => folder.join(LINK),
        None => place.to_owned(),
    }
}

/// The folder and the name of a place that leads through a link.
pub fn split(place: &Path) -> Option<(&Path, &OsStr)> {
    let link = place
        .parent()
        .filter(|link| link.file_name() == Some(OsStr::new(LINK)))?;
    link.parent().zip(place.file_name())
}

/// Tells whether a kill left something in the folder of a place that leads through a link.
pub fn is_untidy(place: &Path) -> bool {
    split(place).is_some_and(|(folder, _)| !leftovers(folder).is_empty())
}

/// Removes what a kill left. The link is locked by whoever calls this, and what was begun with it is completed.
pub fn tidy(folder: &Path) {
    let left = leftovers(folder);
    if left.is_empty() || require_own(folder).is_err() {
        return;
    }
    for left in left {
        // What somebody else put there stays, and with it the folder; the next is beside it all the same.
        let _ = match left.is_symlink() {
            true => disk::remove(&left),
            false => remove_version(&left),
        };
    }
}

/// The next version of a folder, written and not yet named by the link.
#[derive(Debug)]
pub struct Version {
    folder: PathBuf,
    before: PathBuf,
    path: PathBuf,
    names: BTreeSet<OsString>,
}

impl Version {
    /// Begins the next version of a folder whose link is locked.
    ///
    /// Fails with [`ErrorKind::NotFound`] if the folder has lost its form, and with [`ErrorKind::NotWritable`] if
    /// it is not ours alone.
    pub fn begin(folder: &Path) -> Result<Self> {
        require_own(folder)?;
        tidy(folder);
        let Some((_, before)) = current(folder) else {
            let lost = format!(
                "{} is no link to a version any more",
                folder.join(LINK).display()
            );
            return Err(Error::new(ErrorKind::NotFound, lost).with_hint("run the command again"));
        };
        let path = make_version(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            before,
            path,
            names: BTreeSet::new(),
        })
    }

    /// The folder that it is a version of.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of it.
    pub fn add(&mut self, name: &OsStr, file: &NewFile) -> Result<()> {
        let path = self.path.join(name);
        write_new(&path, &file.path, file, Flush::Now)?;
        self.names.insert(name.to_owned());
        Ok(())
    }

    /// Takes over what the version before has beside that, and returns the move after which the folder has this one.
    pub fn finish(&self) -> Result<Move> {
        self.carry_over()?;
        for name in &self.names {
            let shown = self.folder.join(name);
            if !is_there(&shown) {
                disk::symlink(&Path::new(LINK).join(name), &shown)
                    .map_err(|source| Error::io("write", &shown, &source))?;
            }
        }
        make_durable(&self.path)?;
        make_durable(&self.folder)?;
        let mut planned = Move::to(self.folder.join(LINK), true)?;
        planned.point(Path::new(self.path.file_name().unwrap_or_default()))?;
        Ok(planned)
    }

    /// As they are, with owner, mode and attributes: nobody writes into a file here.
    fn carry_over(&self) -> Result<()> {
        let mut carried = 0;
        for (name, kind) in entries(&self.before)? {
            if self.names.contains(&name) || is_of_ours(&name) {
                continue;
            }
            carried += 1;
            let (from, to) = (self.before.join(&name), self.path.join(&name));
            let failed = |source| Error::io("carry over", &from, &source);
            if carried > MAX_CARRIED || !(kind.is_file() || kind.is_symlink()) {
                return Err(not_carried(&from, carried));
            }
            match kind.is_symlink() {
                true => fs::read_link(&from).and_then(|target| disk::symlink(&target, &to)),
                false => disk::link(&from, &to),
            }
            .map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Version {
    /// Either it is the folder's now, and what is before the one before it goes; or it goes itself.
    fn drop(&mut self) {
        tidy(&self.folder);
    }
}

/// A folder with the next number. Whom the folder above lets in it lets in too: the files have modes of their own.
fn make_version(folder: &Path) -> Result<PathBuf> {
    let numbers = entries(folder)?.into_iter();
    let last = numbers.filter_map(|(name, _)| number(&name)).max();
    let path = folder.join(format!("{VERSION}{}", last.unwrap_or(0).saturating_add(1)));
    let failed = |source| Error::io("make the folder", &path, &source);
    disk::make_folder(&path).map_err(failed)?;
    let admitted = disk::admit_all(&path).map_err(failed);
    admitted.inspect_err(|_| {
        let _ = disk::remove_folder(&path);
    })?;
    Ok(path)
}

/// Whoever else writes to the folder could put a link in the place of a version, and have what is in another folder
/// removed, by root for instance.
#[cfg(unix)]
fn require_own(folder: &Path) -> Result<()> {
    let ours = super::journal::our_number(&folder.join(LINK))?;
    let there = Holder::of(folder)?;
    // Users have groups of their own, with which they share all that they make.
    let others = if ours == 0 { 0o022 } else { 0o002 };
    let why = match there.mode.is_none_or(|mode| mode & others != 0) {
        _ if there.user != Some(ours) => "belongs to another user",
        true => "may be written to by others",
        false => return Ok(()),
    };
    let told = format!(
        "{} {why}, who could lead elsewhere what is written through links",
        folder.display()
    );
    Err(Error::new(ErrorKind::NotWritable, told)
        .with_hint("run it as the owner, after chmod go-w on the folder; or choose another folder"))
}

/// Elsewhere there is no such form.
#[cfg(not(unix))]
fn require_own(_: &Path) -> Result<()> {
    Ok(())
}

/// The number and the place of the version that the link names.
fn current(folder: &Path) -> Option<(u32, PathBuf)> {
    named_by(&folder.join(LINK), folder)
}

fn named_by(link: &Path, folder: &Path) -> Option<(u32, PathBuf)> {
    let target = fs::read_link(link).ok()?;
    let number = number(target.as_os_str())?;
    let version = folder.join(target);
    // Not a link to somewhere else: what is in it is carried on and removed.
    let is_folder = version.symlink_metadata().is_ok_and(|it| it.is_dir());
    is_folder.then_some((number, version))
}

/// Versions that are neither the present one nor the one before nor about to come, and the names of files that never came.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let (Some((present, _)), Ok(entries)) = (current(folder), entries(folder)) else {
        return Vec::new();
    };
    let coming = beside(&folder.join(LINK), "tmp").ok();
    let coming = coming
        .and_then(|link| named_by(&link, folder))
        .map(|(number, _)| number);
    let versions = || entries.iter().filter(|(_, kind)| kind.is_dir());
    let before = versions().filter_map(|(name, _)| number(name));
    let before = before.filter(|number| *number < present).max();
    let is_over = |name: &OsStr| {
        let stays = [Some(present), coming, before];
        number(name).is_some_and(|number| !stays.contains(&Some(number)))
    };
    let over = versions().filter(|(name, _)| is_over(name));
    let unfilled = entries
        .iter()
        .filter(|(name, kind)| kind.is_symlink() && is_unfilled(&folder.join(name), name));
    over.chain(unfilled)
        .map(|(name, _)| folder.join(name))
        .collect()
}

/// Tells whether a name leads through the link to nothing.
fn is_unfilled(place: &Path, name: &OsStr) -> bool {
    let leads = fs::read_link(place).is_ok_and(|target| target == Path::new(LINK).join(name));
    leads && !place.exists()
}

fn remove_version(version: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(version)? {
        disk::remove(&entry?.path())?;
    }
    disk::remove_folder(version)
}

/// The number of a version by its name, as it is written here.
fn number(name: &OsStr) -> Option<u32> {
    let digits = name.to_str()?.strip_prefix(VERSION)?;
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

fn entries(folder: &Path) -> Result<Vec<(OsString, fs::FileType)>> {
    let failed = |source| Error::io("read", folder, &source);
    let read = fs::read_dir(folder).map_err(failed)?;
    let all = read.map(|entry| entry.and_then(|it| Ok((it.file_name(), it.file_type()?))));
    all.collect::<std::io::Result<_>>().map_err(failed)
}

/// Journals and files on their way, of whoever wrote into a version by its own name.
fn is_of_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') && name.contains(".certwright-")
}

fn make_durable(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| disk::sync(&folder));
    synced.map_err(|source| Error::io("write", folder, &source))
}

fn not_carried(place: &Path, carried: usize) -> Error {
    let why = match carried > MAX_CARRIED {
        true => format!("there are more than {MAX_CARRIED} files"),
        false => "it is no file".to_owned(),
    };
    let told = format!(
        "{} would not come into the next version: {why}",
        place.display()
    );
    Error::new(ErrorKind::Unsupported, told).with_hint("move it to another folder")
}

/// As Kubernetes calls it, which what watches folders knows.
const LINK: &str = "..data";
/// What the name of a version begins with. Two full stops hide it from who looks for files of servers too.
const VERSION: &str = "..certwright-";
/// Servers have some; each is linked anew for every version.
const MAX_CARRIED: usize = 4096;
