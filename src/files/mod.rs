//! The door to the disk: bounded reading, and writing whole or not at all.
//!
//! Several files that belong together, such as a key and its certificate, are written first under
//! temporary names beside their places and made durable; then journals tell the moves, then they
//! are made. Whoever is killed leaves either nothing under a final name, or journals, which the
//! next command that writes there completes; whoever fails takes back what was done. The journals
//! are also the locks under which processes that write the same files take turns.

mod disk;
mod exposure;
mod folders;
mod groups;
mod growing;
mod journal;
mod linked;
mod moves;
mod place;
mod walk;

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind as IoKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use self::disk::Flush;
use self::journal::Journals;
use self::linked::Version;
use self::moves::Move;
use self::place::{beside, is_there, require_plain, resolve};
use crate::error::{Error, ErrorKind, Result};

#[cfg(test)]
pub(crate) use self::disk::faults;

pub use self::exposure::{Exposure, exposure};
pub use self::folders::{Lock, NewFolders, is_lockless, make_private_folder, make_shared_folder};
pub use self::groups::{Group, commit_all, stage_all};
pub use self::growing::Growing;
pub use self::linked::NewLink;
pub use self::moves::NotCommitted;
pub use self::walk::{Found, Walk};

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

/// Reads as much of a file as tells what it is.
pub fn beginning(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::io("read", path, &source);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(BEGINNING)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
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
    /// Whether only its owner may read it (mode 0600 from the first byte); else all may whom the umask lets, and
    /// nobody else writes.
    pub private: bool,
    /// To whom it is given before it has its name.
    pub holder: Holder,
}

/// The owner, group and mode of a file, as far as they are not to be those that every file gets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Holder {
    /// The number of the user: only root gives files to others.
    pub user: Option<u32>,
    /// The number of the group.
    pub group: Option<u32>,
    /// The mode.
    pub mode: Option<u32>,
}

impl Holder {
    /// Whose a file is that is there, and its mode.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let found = path.metadata();
        let found = found.map_err(|source| Error::io("read", path, &source))?;
        Ok(Self {
            user: Some(found.uid()),
            group: Some(found.gid()),
            mode: Some(found.mode() & 0o777),
        })
    }

    /// Elsewhere files have what their folder gives them.
    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Result<Self> {
        Ok(Self::default())
    }
}

impl NewFile {
    /// A file that anybody may read.
    pub fn public(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: false,
            holder: Holder::default(),
        }
    }

    /// A file for its owner's eyes.
    pub fn private(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: Zeroizing::new(contents.into()),
            private: true,
            holder: Holder::default(),
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
    for place in places {
        require_plain(place)?;
        if is_there(place) {
            return Err(exists(place));
        }
    }
    Ok(())
}

/// Completes what a killed process had begun to move to these places.
pub fn settle<'a>(places: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let (mut begun, mut untidy) = (BTreeSet::new(), BTreeSet::new());
    for place in places {
        // A folder that is not there yet holds nothing that was begun.
        let Ok(place) = resolve(place).map(linked::through) else {
            continue;
        };
        let moved = linked::moved(&place);
        let is_untidy = linked::is_untidy(&place);
        if is_untidy || is_there(&beside(&moved, "journal")?) {
            begun.insert(moved);
        }
        untidy.extend(
            linked::split(&place)
                .filter(|_| is_untidy)
                .map(|(folder, _)| folder.to_owned()),
        );
    }
    let _locks = Journals::lock(&begun)?;
    untidy.iter().for_each(|folder| linked::tidy(folder));
    Ok(())
}

/// Looks at places while no command moves anything to them.
///
/// Fails if they cannot be locked, as where nothing may be written beside them.
pub fn undisturbed<'a, T>(
    places: impl IntoIterator<Item = &'a Path>,
    look: impl FnOnce() -> T,
) -> Result<T> {
    let moved = |place: &Path| Ok(linked::moved(&linked::through(resolve(place)?)));
    let places = places.into_iter().map(moved).collect::<Result<_>>()?;
    let _locks = Journals::lock(&places)?;
    Ok(look())
}

/// Writes files that belong together, all or none.
///
/// Fails with [`ErrorKind::AlreadyExists`] if one is there and is to be kept, or is no plain file.
pub fn write(files: Vec<NewFile>, existing: Existing) -> Result<()> {
    stage(files, existing)?
        .commit()
        .map_err(|failed| failed.error)
}

/// Writes one public file whose name nobody else can choose, such as a random serial number, so that
/// it takes no lock. Its contents are durable, its entry in the folder follows when the system sees fit.
///
/// Fails with [`ErrorKind::AlreadyExists`] all the same, and with [`ErrorKind::NotWritable`].
pub fn write_unique(place: &Path, contents: &[u8]) -> Result<()> {
    let mut planned = Move::to(place.to_owned(), false)?;
    let done = planned
        .write(&NewFile::public(place, contents), Flush::Now)
        .and_then(|()| planned.make());
    if done.is_err() {
        let _ = disk::remove(&planned.temporary);
    }
    done
}

/// Writes one public file under its own name from the first byte, durably, where whoever reads it knows that a
/// kill leaves a part of it.
///
/// Fails with [`ErrorKind::AlreadyExists`], and leaves nothing if it fails otherwise.
pub fn write_openly(place: &Path, contents: &[u8]) -> Result<()> {
    let failed = |source| Error::io("write", place, &source);
    let mut file = disk::create(place, false).map_err(failed)?;
    disk::fill(&mut file, contents, Flush::Now).map_err(|source| {
        let _ = disk::remove(place);
        failed(source)
    })
}

/// Gives a file another name, replacing what has it.
pub fn replace(from: &Path, to: &Path) -> Result<()> {
    disk::rename(from, to).map_err(|source| Error::io("write", to, &source))
}

/// Removes a file.
pub fn remove(place: &Path) -> Result<()> {
    disk::remove(place).map_err(|source| Error::io("remove", place, &source))
}

/// Tells whether something is at a place that takes what is written and holds nothing that could be
/// replaced: a pipe, a terminal, another device.
pub fn is_stream(place: &Path) -> bool {
    place
        .metadata()
        .is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Writes to such a place.
///
/// Fails as [`write()`] does; what was written by then cannot be taken back.
pub fn pour(place: &Path, contents: &[u8]) -> Result<()> {
    let poured = OpenOptions::new()
        .write(true)
        .open(place)
        .and_then(|mut stream| stream.write_all(contents));
    poured.map_err(|source| Error::io("write", place, &source))
}

/// Writes files under temporary names, durably, so that only their renaming is left to do.
///
/// Fails as [`write()`] does. Nothing remains if the result is dropped.
pub fn stage(files: Vec<NewFile>, existing: Existing) -> Result<Staged> {
    let mut places = BTreeSet::new();
    let mut targets = Vec::new();
    for file in files {
        require_plain(&file.path)?;
        let place = linked::through(resolve(&file.path)?);
        if !places.insert(place.clone()) {
            return Err(journal::twice(&file.path));
        }
        targets.push((place, file));
    }
    let moved = places.iter().map(|place| linked::moved(place)).collect();
    let mut staged = Staged {
        versions: Vec::new(),
        journals: Journals::lock(&moved)?,
        moves: Vec::new(),
        existing,
        flush: Flush::Now,
        done: false,
    };
    for (place, file) in targets {
        staged.add(place, file)?;
    }
    for version in &staged.versions {
        staged.moves.push(version.finish()?);
    }
    Ok(staged)
}

/// Files that are written but not yet in their places. See [`stage`].
#[derive(Debug)]
pub struct Staged {
    /// Dropped, and tidied after, while the locks are held.
    versions: Vec<Version>,
    journals: Journals,
    moves: Vec<Move>,
    existing: Existing,
    flush: Flush,
    done: bool,
}

impl Staged {
    /// Puts the files in their places, or leaves every place as it was.
    pub fn commit(mut self) -> std::result::Result<(), NotCommitted> {
        self.announce()?;
        self.make()?;
        moves::make_durable(&self.moves);
        self.finish();
        Ok(())
    }

    /// Has the journals tell the moves.
    fn announce(&mut self) -> std::result::Result<(), NotCommitted> {
        let announced = match self.moves.len() {
            0 | 1 => Ok(()),
            _ => self.journals.announce(&self.moves, self.flush),
        };
        announced.or_else(|error| self.give_up(error.into()))
    }

    /// Makes the moves, not durably yet.
    fn make(&mut self) -> std::result::Result<(), NotCommitted> {
        moves::carry_out(&self.moves).or_else(|failed| self.give_up(failed))
    }

    /// Has the journals tell nothing any more.
    fn give_up(&mut self, failed: NotCommitted) -> std::result::Result<(), NotCommitted> {
        match self.journals.withdraw() {
            Ok(()) => Err(failed),
            Err(error) => {
                self.done = true;
                Err(failed.and(&error))
            }
        }
    }

    /// Gives up what was replaced and what tells of the moves, once they are durable.
    fn finish(&mut self) {
        moves::remove_replaced(&self.moves);
        self.journals.finish();
        self.done = true;
    }

    fn add(&mut self, place: PathBuf, file: NewFile) -> Result<()> {
        let replace = self.existing == Existing::Replace;
        require_plain(&file.path)?;
        let within = linked::split(&place);
        if let Some((folder, _)) = within {
            self.version(folder)?;
        }
        if !replace && is_there(&file.path) {
            return Err(exists(&file.path));
        }
        if file.path.is_symlink() && !file.path.exists() {
            let told = format!("{} is a link to what is not there", file.path.display());
            return Err(Error::new(ErrorKind::AlreadyExists, told).with_hint("remove it"));
        }
        if let Some((folder, name)) = within {
            return self.version(folder)?.add(name, &file);
        }
        let mut planned = Move::to(place, replace)?;
        let written = planned.write(&file, self.flush);
        self.moves.push(planned);
        written
    }

    /// The next version of a folder whose files change together; once it is begun, nothing there is left of a kill.
    fn version(&mut self, folder: &Path) -> Result<&mut Version> {
        let known = self.versions.iter().position(|it| it.folder() == folder);
        let at = known.unwrap_or(self.versions.len());
        if known.is_none() {
            self.versions.push(Version::begin(folder)?);
        }
        Ok(&mut self.versions[at])
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            for planned in &self.moves {
                let _ = disk::remove(&planned.temporary);
            }
        }
    }
}

fn exists(place: &Path) -> Error {
    Error::new(
        ErrorKind::AlreadyExists,
        format!("{} is there already", place.display()),
    )
    .with_hint("replace it with --force, or choose another place")
}

/// The largest CRLs of public CAs have some 20 MiB; nothing else around certificates comes near.
const MAX_FILE: u64 = 64 << 20;
/// As far as is looked for what tells text from all else.
const BEGINNING: u64 = 8192;
#[cfg(test)]
mod tests {
    use std::fs;

    use super::disk::faults::{failing, killed_at};
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

    #[cfg(unix)]
    #[test]
    fn a_file_is_given_away_before_it_has_its_name() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = folder_with(&[]);
        let place = folder.path().join("a.key");
        // Everybody may give a file to themselves.
        let own = fs::metadata(folder.path()).unwrap();
        let holder = Holder {
            user: Some(own.uid()),
            group: Some(own.gid()),
            mode: Some(0o640),
        };
        let file = || NewFile {
            holder,
            ..NewFile::private(&place, "key")
        };
        for step in 0..3 {
            let (failed, _) = failing(&[(2 + step, 3 + step)], || {
                write(vec![file()], Existing::Keep)
            });
            assert!(failed.is_err(), "step {step}");
            assert_eq!(listing(&folder), [""; 0]);
        }
        write(vec![file()], Existing::Keep).unwrap();
        let found = fs::metadata(&place).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o640);
        assert_eq!((found.uid(), found.gid()), (own.uid(), own.gid()));
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

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_through() {
        let folder = folder_with(&["a"]);
        let [null, file] = [Path::new("/dev/null"), &folder.path().join("a")];
        assert!(is_stream(null) && !is_stream(file) && !is_stream(folder.path()));
        pour(null, b"x").unwrap();
        assert!(pour(&folder.path().join("b"), b"x").is_err());
        assert_eq!(listing(&folder), ["a"]);
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
    fn what_was_interrupted_is_completed_or_never_was() {
        for step in 0.. {
            let folder = folder_with(&[]);
            let (_, taken) = killed_at(step, || write(pair(&folder), Existing::Keep));
            if let Err(error) = write(pair(&folder), Existing::Keep) {
                assert_eq!(error.kind(), ErrorKind::AlreadyExists, "step {step}");
            }
            assert_eq!(listing(&folder), ["a.crt", "a.key"], "step {step}");
            if taken <= step {
                break;
            }
        }
    }

    /// A pair whose files tell whose they are.
    fn version(folder: &tempfile::TempDir, of: &str) -> Vec<NewFile> {
        vec![
            NewFile::private(folder.path().join("a.key"), of),
            NewFile::public(folder.path().join("a.crt"), of),
        ]
    }

    fn is_whole(folder: &tempfile::TempDir) -> bool {
        let mut versions = ["old", "first", "second"].into_iter();
        versions.any(|of| both_are(folder, of))
    }

    #[test]
    fn two_kills_in_a_row_harm_nothing() {
        let replace = |folder: &_, of: &_| write(version(folder, of), Existing::Replace);
        for first in 0.. {
            let mut steps = 0;
            for second in 0.. {
                let folder = folder_with(&["a.crt", "a.key"]);
                let (_, taken) = killed_at(first, || replace(&folder, "first"));
                let (_, then) = killed_at(second, || replace(&folder, "second"));
                let error = write(version(&folder, "third"), Existing::Keep).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AlreadyExists);
                assert!(is_whole(&folder), "steps {first} and {second}");
                assert_eq!(listing(&folder), ["a.crt", "a.key"]);
                steps = taken;
                if then <= second {
                    break;
                }
            }
            if steps <= first {
                break;
            }
        }
    }

    fn both_are(folder: &tempfile::TempDir, of: &str) -> bool {
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        read("a.key") == of && read("a.crt") == of
    }

    #[test]
    fn what_fails_leaves_everything_as_before_or_says_what_it_left() {
        for (length, mut failures) in [(1, 0), (2, 0), (3, 0), (4, 0)] {
            for step in 0.. {
                let folder = folder_with(&["a.crt", "a.key"]);
                let staged = stage(version(&folder, "first"), Existing::Replace).unwrap();
                let (done, taken) = failing(&[(step, step + length)], || staged.commit());
                match &done {
                    Ok(()) => assert!(both_are(&folder, "first")),
                    Err(failed) if failed.as_before => {
                        assert!(both_are(&folder, "old"), "{step} {length}");
                    }
                    Err(failed) => {
                        failures += 1;
                        let told = failed.error.to_string();
                        assert!(
                            told.contains("a.key is") || told.contains("still begun"),
                            "{told}"
                        );
                    }
                }
                // What was told is what stays.
                write(version(&folder, "third"), Existing::Keep).unwrap_err();
                match &done {
                    Ok(()) => assert!(both_are(&folder, "first")),
                    Err(failed) if failed.as_before => assert!(both_are(&folder, "old")),
                    Err(_) => {}
                }
                if taken <= step {
                    break;
                }
            }
            assert_eq!(failures > 0, length > 1, "{length} steps");
        }
    }

    #[test]
    fn a_kill_while_a_failure_is_undone_harms_nothing() {
        for fails in 0.. {
            let mut steps = 0;
            for killed in fails + 1.. {
                let folder = folder_with(&["a.crt", "a.key"]);
                let faults = [(fails, fails + 1), (killed, usize::MAX)];
                let replace = || write(version(&folder, "first"), Existing::Replace);
                let (_, taken) = failing(&faults, replace);
                steps = steps.max(taken);
                write(version(&folder, "third"), Existing::Keep).unwrap_err();
                assert!(is_whole(&folder), "steps {fails} and {killed}");
                if taken <= killed {
                    break;
                }
            }
            if steps <= fails {
                break;
            }
        }
    }

    #[test]
    fn what_an_earlier_failure_left_is_not_brought_back() {
        let left = ".a.key.certwright-old";
        let folder = folder_with(&[left]);
        write(version(&folder, "first"), Existing::Keep).unwrap();
        assert_eq!(
            listing(&folder),
            [left, "a.crt", "a.key"],
            "it may be wanted"
        );
        for count in [1, 2] {
            for step in 0.. {
                let folder = folder_with(&[left]);
                let mut files = version(&folder, "first");
                files.truncate(count);
                let replace = || write(files, Existing::Replace);
                let (done, taken) = failing(&[(step, step + 1)], replace);
                let is_there = folder.path().join("a.key").exists();
                assert_eq!(is_there, done.is_ok(), "{count} {step}");
                if taken <= step {
                    assert_eq!(listing(&folder)[..count], ["a.crt", "a.key"][2 - count..]);
                    break;
                }
            }
        }
    }

    #[test]
    fn every_place_is_locked() {
        let folder = folder_with(&[]);
        let is_locked = |name: &str| {
            let path = folder.path().join(format!(".{name}.certwright-journal"));
            File::open(path).is_ok_and(|file| file.try_lock().is_err())
        };
        let staged = stage(pair(&folder), Existing::Keep).unwrap();
        assert!(is_locked("a.key") && is_locked("a.crt"));
        staged.commit().unwrap();
        assert_eq!(listing(&folder), ["a.crt", "a.key"]);
    }

    #[test]
    fn what_was_interrupted_is_seen_from_every_place() {
        for place in 0..2 {
            for step in 0.. {
                let folder = folder_with(&[]);
                let first = || write(version(&folder, "first"), Existing::Keep);
                let (_, taken) = killed_at(step, first);
                let one = version(&folder, "second").swap_remove(place);
                let other = folder.path().join(["a.crt", "a.key"][place]);
                match write(vec![one], Existing::Keep) {
                    Ok(()) => assert!(!other.exists(), "step {step}"),
                    Err(_) => assert!(is_whole(&folder), "step {step}"),
                }
                if taken <= step {
                    break;
                }
            }
        }
    }

    /// A pair, and journals that would have it replaced, as a kill leaves them.
    #[cfg(unix)]
    fn begun() -> tempfile::TempDir {
        for step in 0.. {
            let folder = folder_with(&["a.crt", "a.key"]);
            let replace = || write(version(&folder, "first"), Existing::Replace);
            let _ = killed_at(step, replace);
            let journal = |name: &str| {
                let path = folder.path().join(format!(".{name}.certwright-journal"));
                fs::read_to_string(path).unwrap_or_default()
            };
            if journal("a.key").ends_with(']') && journal("a.key") == journal("a.crt") {
                assert!(both_are(&folder, "old"));
                return folder;
            }
        }
        unreachable!()
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_believed_only_if_it_is_ours() {
        use std::os::unix::fs::PermissionsExt as _;
        let untouched = begun();
        write(version(&untouched, "third"), Existing::Keep).unwrap_err();
        assert!(both_are(&untouched, "first"), "a sound one is obeyed");

        let changes: [&dyn Fn(&Path); 5] = [
            // As a repository leaves it.
            &|path| fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap(),
            // As an archive leaves it, with other files than it was made for.
            &|path| {
                let text = fs::read_to_string(path).unwrap();
                fs::write(path, text.replace("\"file\":", "\"file\":1")).unwrap();
            },
            // Another file of ours, to be spoilt by what is written here.
            &|path| fs::hard_link(path, path.with_extension("other")).unwrap(),
            // One place alone tells of both.
            &|path| {
                if path.ends_with(".a.crt.certwright-journal") {
                    fs::remove_file(path).unwrap();
                }
            },
            // Somebody else's, which only root can open, and make.
            &|path| {
                if std::os::unix::fs::chown(path, Some(65534), None).is_err() {
                    fs::remove_file(path).unwrap();
                }
            },
        ];
        for (at, change) in changes.iter().enumerate() {
            let folder = begun();
            for name in ["a.key", "a.crt"] {
                change(&folder.path().join(format!(".{name}.certwright-journal")));
            }
            write(version(&folder, "third"), Existing::Keep).unwrap_err();
            assert!(both_are(&folder, "old"), "change {at}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_journal_is_not_followed() {
        let folder = folder_with(&["victim"]);
        let journal = folder.path().join(".a.key.certwright-journal");
        std::os::unix::fs::symlink(folder.path().join("victim"), journal).unwrap();
        let error = write(pair(&folder), Existing::Keep).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("is not a plain file, and none of ours")
        );
        assert_eq!(fs::read(folder.path().join("victim")).unwrap(), b"old");
    }

    #[test]
    fn one_place_is_not_written_twice() {
        let folder = folder_with(&[]);
        let mut files = pair(&folder);
        files[1].path = folder.path().join("./a.key");
        assert_eq!(
            write(files, Existing::Keep).unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
        assert!(listing(&folder).is_empty());
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

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_plain_file_is_never_replaced() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};
        let folder = folder_with(&[]);
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        symlink(&socket, &link).unwrap();
        for place in [&socket, &link] {
            for existing in [Existing::Keep, Existing::Replace] {
                let error = write(vec![NewFile::public(place, "new")], existing).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::AlreadyExists);
                assert!(
                    error
                        .to_string()
                        .ends_with(" is a socket, and only plain files are replaced")
                );
                assert!(error.hint().unwrap().contains("-o -"));
                let is_socket = fs::metadata(place).unwrap().file_type().is_socket();
                assert!(is_socket, "it stays");
            }
        }
        assert_eq!(listing(&folder), ["link", "socket"]);
        let error = require_absent([Path::new("/dev/null")]).unwrap_err();
        assert!(error.to_string().contains("is a character device"));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_need_not_be_named_in_unicode() {
        use std::os::unix::ffi::OsStrExt as _;
        let around = tempfile::tempdir().unwrap();
        let folder = around.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
        fs::create_dir(&folder).unwrap();
        let files =
            |of: &str| ["a.key", "a.crt"].map(|name| NewFile::public(folder.join(name), of));
        for step in 0..20 {
            let (_, _) = killed_at(step, || write(files("first").into(), Existing::Replace));
            write(files("second").into(), Existing::Replace).unwrap();
            assert_eq!(fs::read(folder.join("a.crt")).unwrap(), b"second");
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        }
    }
}
