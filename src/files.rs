//! The door to the disk: bounded reading, and writing whole or not at all.
//!
//! Several files that belong together, such as a key and its certificate, are written first under
//! temporary names beside their places and made durable; then a journal names the moves, then they
//! are made. Whoever is killed leaves either nothing under a final name, or a journal, which the
//! next command that writes there completes. The journal is also the lock under which two processes
//! that write the same files take turns.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorKind, Result};

/// Reads a file whole.
///
/// Fails with [`ErrorKind::TooLarge`] beyond `MAX_FILE` bytes (64 MiB).
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path).map_err(|source| Error::io("read", path, &source))?;
    let metadata = file
        .metadata()
        .map_err(|source| Error::io("read", path, &source))?;
    if metadata.is_dir() {
        return Err(Error::new(
            ErrorKind::WrongKind,
            format!("{} is a folder", path.display()),
        ));
    }
    read_up_to(file, metadata.len()).map_err(|source| match source.kind() {
        IoKind::FileTooLarge => Error::new(
            ErrorKind::TooLarge,
            format!("{} has more than {} MiB", path.display(), MAX_FILE >> 20),
        ),
        _ => Error::io("read", path, &source),
    })
}

/// Reads a stream to its end, or fails with [`IoKind::FileTooLarge`].
pub fn read_bounded(stream: impl std::io::Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    read_up_to(stream, 0)
}

fn read_up_to(stream: impl std::io::Read, expected: u64) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let room = usize::try_from(expected.min(MAX_FILE) + 1).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    stream.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(IoKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// A file to be written.
#[derive(Debug)]
pub struct NewFile {
    /// Its place.
    pub path: PathBuf,
    /// What it holds.
    pub contents: Zeroizing<Vec<u8>>,
    /// Whether only its owner may read it (mode 0600 from the first byte); else the umask decides.
    pub private: bool,
}

impl NewFile {
    /// A file that anybody may read.
    pub fn public(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: false,
        }
    }

    /// A file for its owner's eyes.
    pub fn private(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: true,
        }
    }
}

/// What happens to files that are there already.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Existing {
    /// They stay, and nothing is written.
    Keep,
    /// They are replaced.
    Replace,
}

/// Fails with [`ErrorKind::AlreadyExists`] if any of these places is taken.
pub fn require_absent<'a>(places: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    match places
        .into_iter()
        .find(|place| place.symlink_metadata().is_ok())
    {
        Some(taken) => Err(exists(taken)),
        None => Ok(()),
    }
}

/// Completes what a killed process had begun to move to these places.
pub fn settle<'a>(places: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let places: Vec<&Path> = places.into_iter().collect();
    for place in &places {
        if beside(place, "journal")?.symlink_metadata().is_ok() {
            Journal::lock(place)?.complete_interrupted(&resolved(places.iter().copied())?)?;
        }
    }
    Ok(())
}

/// Writes files that belong together, all or none.
///
/// Fails with [`ErrorKind::AlreadyExists`] if one is there and is to be kept.
pub fn write(files: Vec<NewFile>, existing: Existing) -> Result<()> {
    stage(files, existing)?.commit()
}

/// Writes one public file whose name nobody else can choose, such as a random serial number, so that
/// it takes no lock. Its contents are durable, its entry in the folder follows when the system sees fit.
///
/// Fails with [`ErrorKind::AlreadyExists`] all the same, and with [`ErrorKind::NotWritable`].
pub fn write_unique(place: &Path, contents: &[u8]) -> Result<()> {
    let planned = Move {
        temporary: beside(place, "tmp")?,
        place: place.to_owned(),
        replace: false,
    };
    let done = planned.write(contents, false).and_then(|()| planned.make());
    if done.is_err() {
        let _ = fs::remove_file(&planned.temporary);
    }
    done
}

/// Writes files under temporary names, durably, so that only their renaming is left to do.
///
/// Fails as [`write()`] does. Nothing remains if the result is dropped.
pub fn stage(files: Vec<NewFile>, existing: Existing) -> Result<Staged> {
    let mut targets = HashSet::new();
    for file in &files {
        if !targets.insert(&file.path) {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!(
                    "two different things would be written to {}",
                    file.path.display()
                ),
            ));
        }
    }
    let Some(first) = files.first() else {
        return Ok(Staged {
            journal: None,
            moves: Vec::new(),
            existing,
            done: true,
        });
    };
    let mut journal = Journal::lock(&first.path)?;
    journal.complete_interrupted(&resolved(files.iter().map(|file| file.path.as_path()))?)?;
    let mut staged = Staged {
        journal: Some(journal),
        moves: Vec::new(),
        existing,
        done: false,
    };
    for file in files {
        staged.add(file)?;
    }
    Ok(staged)
}

/// Files that are written but not yet in their places. See [`stage`].
#[derive(Debug)]
pub struct Staged {
    journal: Option<Journal>,
    moves: Vec<Move>,
    existing: Existing,
    done: bool,
}

impl Staged {
    /// Puts the files in their places.
    pub fn commit(mut self) -> Result<()> {
        if let Some(journal) = self.journal.as_mut().filter(|_| self.moves.len() > 1) {
            journal.write(&self.moves)?;
        }
        for at in 0..self.moves.len() {
            if let Err(error) = self.moves[at].make() {
                self.undo(at);
                return Err(error);
            }
        }
        make_durable(&self.moves);
        self.done = true;
        Ok(())
    }

    fn add(&mut self, file: NewFile) -> Result<()> {
        let (place, replace) = (file.path, self.existing == Existing::Replace);
        // A link is followed, so that what it points to is replaced and not the link.
        let place = match fs::symlink_metadata(&place) {
            Err(_) => place,
            Ok(_) if !replace => return Err(exists(&place)),
            Ok(metadata) if metadata.is_dir() => {
                return Err(Error::new(
                    ErrorKind::AlreadyExists,
                    format!("{} is a folder", place.display()),
                ));
            }
            Ok(_) => {
                fs::canonicalize(&place).map_err(|source| Error::io("replace", &place, &source))?
            }
        };
        let place = resolve(&place)?;
        let temporary = beside(&place, "tmp")?;
        self.moves.push(Move {
            temporary,
            place,
            replace,
        });
        let Some(added) = self.moves.last() else {
            return Ok(());
        };
        added.write(&file.contents, file.private)
    }

    /// Takes back the moves before `failed`; files that were replaced cannot be brought back, so
    /// there the journal stays for the next command to complete.
    fn undo(&mut self, failed: usize) {
        if self.existing == Existing::Replace && failed > 0 {
            self.done = true;
            if let Some(journal) = self.journal.take() {
                journal.keep();
            }
            return;
        }
        for made in &self.moves[..failed] {
            let _ = fs::remove_file(&made.place);
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            for planned in &self.moves {
                let _ = fs::remove_file(&planned.temporary);
            }
        }
    }
}

/// One file's way from its temporary name to its place.
#[derive(Debug, Deserialize, Serialize)]
struct Move {
    temporary: PathBuf,
    place: PathBuf,
    replace: bool,
}

impl Move {
    fn write(&self, contents: &[u8], private: bool) -> Result<()> {
        let failed = |source| Error::io("write", &self.place, &source);
        // Left by a process that was killed: nobody else writes it while the journal is locked.
        let _ = fs::remove_file(&self.temporary);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if private { 0o600 } else { 0o666 });
        #[cfg(not(unix))]
        let _ = private;
        let mut file = options.open(&self.temporary).map_err(failed)?;
        file.write_all(contents).map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    fn make(&self) -> Result<()> {
        let failed = |source: std::io::Error| match source.kind() {
            IoKind::AlreadyExists => exists(&self.place),
            _ => Error::io("write", &self.place, &source),
        };
        if self.replace {
            return fs::rename(&self.temporary, &self.place).map_err(failed);
        }
        // A link fails if the place is taken, which a renaming would not.
        match fs::hard_link(&self.temporary, &self.place) {
            Ok(()) => fs::remove_file(&self.temporary).map_err(failed),
            Err(source) if source.kind() == IoKind::AlreadyExists => Err(failed(source)),
            // File systems without links: exFAT, some network and container mounts.
            Err(_) if !self.place.exists() => {
                fs::rename(&self.temporary, &self.place).map_err(failed)
            }
            Err(source) => Err(failed(source)),
        }
    }

    fn complete(&self) -> Result<()> {
        if !self.temporary.exists() {
            return Ok(());
        }
        match self.make() {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(&self.temporary)
                    .map_err(|source| Error::io("remove", &self.temporary, &source))
            }
            other => other,
        }
    }
}

/// The lock on a group of files, and the moves that were begun.
#[derive(Debug)]
struct Journal {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Journal {
    fn lock(first: &Path) -> Result<Self> {
        let path = beside(first, "journal")?;
        let failed = |source| Error::io("write", first, &source);
        if path
            .symlink_metadata()
            .is_ok_and(|metadata| !metadata.is_file())
        {
            let odd = format!("{} is not a plain file, and none of ours", path.display());
            return Err(Error::new(ErrorKind::AlreadyExists, odd).with_hint("remove it"));
        }
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path).map_err(failed)?;
            match file.lock() {
                Ok(()) => {}
                // Without locks the atomic moves still hold; only the turns are lost.
                Err(source) if source.kind() == IoKind::Unsupported => {}
                Err(source) => return Err(failed(source)),
            }
            // Whoever held the lock before may have removed the file that was waited for.
            if is_still_at(&file, &path) {
                return Ok(Self {
                    path,
                    file,
                    kept: false,
                });
            }
        }
    }

    /// Only moves to the places of the present command are made, and only from our own names beside
    /// them: anybody may have put a journal into a folder that was downloaded.
    fn complete_interrupted(&mut self, places: &HashSet<PathBuf>) -> Result<()> {
        let mut text = String::new();
        let read = (&self.file).take(MAX_JOURNAL).read_to_string(&mut text);
        // One that was cut off while it was written announces nothing yet.
        let moves: Option<Vec<Move>> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        let is_ours = |planned: &&Move| {
            let beside = beside(&planned.place, "tmp").is_ok_and(|ours| ours == planned.temporary);
            beside && places.contains(&planned.place)
        };
        let moves = moves.unwrap_or_default();
        moves.iter().filter(is_ours).try_for_each(Move::complete)
    }

    fn write(&mut self, moves: &[Move]) -> Result<()> {
        let failed = |source| Error::io("write", &self.path, &source);
        let text = serde_json::to_string(moves).map_err(|source| {
            Error::new(
                ErrorKind::InvalidValue,
                format!("a file name cannot be written down: {source}"),
            )
        })?;
        self.file.rewind().map_err(failed)?;
        self.file.set_len(0).map_err(failed)?;
        self.file.write_all(text.as_bytes()).map_err(failed)?;
        self.file.sync_all().map_err(failed)
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes a folder that only its owner may enter, and those above it.
pub fn make_private_folder(path: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|source| Error::io("make the folder", path, &source))
}

/// A lock that lasts as long as the value, on a file made for it.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] File);

impl Lock {
    /// Waits for the lock on a file, which is made if need be and stays.
    pub fn wait(path: &Path) -> Result<Self> {
        let failed = |source| Error::io("lock", path, &source);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(failed)?;
        match file.lock() {
            Err(source) if source.kind() != IoKind::Unsupported => Err(failed(source)),
            _ => Ok(Self(file)),
        }
    }
}

/// Who beside its owner may read a private file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exposure {
    /// Nobody.
    None,
    /// Others, and its mode can be changed.
    Mendable(u32),
    /// Others, and its mode cannot be changed: read-only mounts, other people's files.
    Fixed(u32),
}

/// Tells whether others may read a file, and whether `chmod` could mend it.
pub fn exposure(path: &Path) -> Result<Exposure> {
    let metadata = fs::metadata(path).map_err(|source| Error::io("read", path, &source))?;
    #[cfg(unix)]
    {
        let permissions = metadata.permissions();
        let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
        if mode & 0o077 == 0 {
            return Ok(Exposure::None);
        }
        // Setting the mode it has changes nothing, and fails where setting another would.
        let mendable = fs::set_permissions(path, permissions).is_ok();
        Ok(if mendable {
            Exposure::Mendable(mode)
        } else {
            Exposure::Fixed(mode)
        })
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        Ok(Exposure::None)
    }
}

fn beside(place: &Path, suffix: &str) -> Result<PathBuf> {
    let name = place.file_name().ok_or_else(|| {
        Error::new(
            ErrorKind::InvalidValue,
            format!("\"{}\" is not the name of a file", place.display()),
        )
    })?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".certwright-");
    hidden.push(suffix);
    Ok(place.with_file_name(hidden))
}

/// Makes the folders' entries durable; not every system lets a folder be opened for that.
fn make_durable(moves: &[Move]) {
    let folders: HashSet<&Path> = moves
        .iter()
        .filter_map(|made| made.place.parent())
        .collect();
    for folder in folders {
        let _ = File::open(or_here(folder)).and_then(|folder| folder.sync_all());
    }
}

fn resolved<'a>(places: impl Iterator<Item = &'a Path>) -> Result<HashSet<PathBuf>> {
    places.map(resolve).collect()
}

/// The place that a path means, whatever folder a later command runs in; a link means what it points to.
fn resolve(place: &Path) -> Result<PathBuf> {
    let failed = |source| Error::io("write", place, &source);
    if place.is_symlink() && place.exists() {
        return fs::canonicalize(place).map_err(failed);
    }
    let folder =
        fs::canonicalize(or_here(place.parent().unwrap_or(Path::new("")))).map_err(failed)?;
    Ok(folder.join(place.file_name().unwrap_or_default()))
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

fn exists(place: &Path) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("{} is there already", place.display()),
    )
    .with_hint("replace it with --force, or choose another place")
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(there)) => (held.dev(), held.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Elsewhere a file that is open is not removed.
#[cfg(not(unix))]
fn is_still_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The largest CRLs of public CAs have some 20 MiB; nothing else around certificates comes near.
const MAX_FILE: u64 = 64 << 20;
/// A handful of paths.
const MAX_JOURNAL: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        names
            .iter()
            .for_each(|name| fs::write(folder.path().join(name), "old").unwrap());
        folder
    }

    fn listing(folder: &tempfile::TempDir) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn pair(folder: &tempfile::TempDir) -> Vec<NewFile> {
        vec![
            NewFile::private(folder.path().join("a.key"), "key"),
            NewFile::public(folder.path().join("a.crt"), "certificate"),
        ]
    }

    #[test]
    fn files_appear_together_and_nothing_else_stays() {
        let folder = folder_with(&[]);
        write(pair(&folder), Existing::Keep).unwrap();
        assert_eq!(listing(&folder), ["a.crt", "a.key"]);
        #[cfg(unix)]
        assert_eq!(
            exposure(&folder.path().join("a.key")).unwrap(),
            Exposure::None
        );
    }

    #[test]
    fn nothing_is_written_if_one_is_there() {
        let folder = folder_with(&["a.crt"]);
        let error = write(pair(&folder), Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(listing(&folder), ["a.crt"]);
        write(pair(&folder), Existing::Replace).unwrap();
        assert_eq!(
            fs::read(folder.path().join("a.crt")).unwrap(),
            b"certificate"
        );
    }

    #[test]
    fn one_that_appears_in_between_undoes_the_others() {
        let folder = folder_with(&[]);
        let staged = stage(pair(&folder), Existing::Keep).unwrap();
        fs::write(folder.path().join("a.crt"), "another's").unwrap();
        assert!(staged.commit().is_err());
        assert_eq!(listing(&folder), ["a.crt"]);
        assert_eq!(fs::read(folder.path().join("a.crt")).unwrap(), b"another's");
    }

    #[test]
    fn what_was_interrupted_is_completed() {
        let folder = folder_with(&[]);
        let mut staged = stage(pair(&folder), Existing::Keep).unwrap();
        let journal = staged.journal.as_mut().unwrap();
        journal.write(&staged.moves).unwrap();
        staged.moves[0].make().unwrap();
        // As if killed here: neither destructor runs.
        staged.journal.take().unwrap().keep();
        staged.done = true;
        drop(staged);
        let error = write(pair(&folder), Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(listing(&folder), ["a.crt", "a.key"]);
    }

    #[test]
    fn a_foreign_journal_moves_nothing() {
        let folder = folder_with(&["payload"]);
        let (from, to) = (folder.path().join("payload"), folder.path().join("victim"));
        let moves = [Move {
            temporary: from,
            place: to.clone(),
            replace: true,
        }];
        let journal = folder.path().join(".a.key.certwright-journal");
        fs::write(journal, serde_json::to_string(&moves).unwrap()).unwrap();
        write(pair(&folder), Existing::Keep).unwrap();
        assert!(!to.exists());
        assert_eq!(listing(&folder), ["a.crt", "a.key", "payload"]);
    }

    #[test]
    fn one_place_is_not_written_twice() {
        let folder = folder_with(&[]);
        let mut files = pair(&folder);
        files[1].path = files[0].path.clone();
        assert_eq!(
            write(files, Existing::Keep).unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_key_is_private_even_if_the_old_one_was_not() {
        let folder = folder_with(&["a.key"]);
        write(pair(&folder), Existing::Replace).unwrap();
        assert_eq!(
            exposure(&folder.path().join("a.key")).unwrap(),
            Exposure::None
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed() {
        let folder = folder_with(&["real"]);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("real"), &link).unwrap();
        write(vec![NewFile::public(&link, "new")], Existing::Replace).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(folder.path().join("real")).unwrap(), b"new");
    }
}
