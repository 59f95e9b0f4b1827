//! How a folder comes to have such a form.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::disk;
use super::super::journal::Journals;
use super::super::moves::Move;
use super::super::place::{beside, is_there, or_here};
use super::{LINK, current, make_version, require_own};
use crate::error::{Error, ErrorKind, Result};

/// A folder that was given this form, and loses it again unless something came into it.
#[derive(Debug)]
#[must_use = "the form goes again when this is dropped"]
pub struct NewLink(Option<PathBuf>);

impl NewLink {
    /// Gives a folder this form, if it does not have it. Of the places those that are plain files in it become
    /// files of its version, as they are.
    ///
    /// Fails with [`ErrorKind::Unsupported`] where there are no such links, with [`ErrorKind::NotWritable`] if the
    /// folder is not ours alone, and with [`ErrorKind::AlreadyExists`] if something else has the name of the link.
    pub fn make<'a>(folder: &Path, places: impl IntoIterator<Item = &'a Path>) -> Result<Self> {
        require_links()?;
        let folder = fs::canonicalize(or_here(folder))
            .map_err(|source| Error::io("write", folder, &source))?;
        let mut within = Vec::new();
        for place in places {
            let place = by_its_own_name(place)?;
            within.extend((place.parent() == Some(&folder)).then_some(place));
        }
        // A kill leaves the lock of one that is taken in already.
        let journal = |place: &Path| beside(place, "journal").is_ok_and(|path| is_there(&path));
        let own = within.iter().filter(|it| is_plain(it) || journal(it));
        let link = std::iter::once(folder.join(LINK));
        let _locks = Journals::lock(&link.chain(own.cloned()).collect())?;
        require_own(&folder)?;
        let this = match current(&folder) {
            Some(_) => Self(None),
            None => {
                begin_first(&folder)?;
                Self(Some(folder.clone()))
            }
        };
        let mut plain = within.iter().filter(|place| is_plain(place));
        plain.try_for_each(|place| take_in(&folder, place))?;
        Ok(this)
    }

    /// Lets the form stay.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for NewLink {
    fn drop(&mut self) {
        let Some(folder) = &self.0 else { return };
        let link = folder.join(LINK);
        let Ok(_locks) = Journals::lock(&BTreeSet::from([link.clone()])) else {
            return;
        };
        let Some((_, version)) = current(folder) else {
            return;
        };
        // What somebody else put into it meanwhile stays.
        if fs::read_dir(&version).is_ok_and(|mut held| held.next().is_none()) {
            let _ = disk::remove(&link).and_then(|()| disk::remove_folder(&version));
        }
    }
}

fn require_links() -> Result<()> {
    if cfg!(unix) {
        return Ok(());
    }
    let told = "there are no folders here whose files change by a link";
    Err(Error::new(ErrorKind::Unsupported, told)
        .with_hint("leave out --linked: files are replaced one after the other"))
}

fn begin_first(folder: &Path) -> Result<()> {
    let link = folder.join(LINK);
    if is_there(&link) {
        let told = format!(
            "{} is there, and is not a link to a version of ours",
            link.display()
        );
        return Err(Error::new(ErrorKind::AlreadyExists, told)
            .with_hint("remove it, or choose another folder"));
    }
    let version = make_version(folder)?;
    let name = version.file_name().unwrap_or_default();
    let made = disk::symlink(Path::new(name), &link);
    made.map_err(|source| {
        let _ = disk::remove_folder(&version);
        Error::io("write", &link, &source)
    })
}

/// Makes a plain file one of the version: at every step its name has the same contents.
fn take_in(folder: &Path, place: &Path) -> Result<()> {
    let failed = |source| Error::io("write", place, &source);
    let name = place.file_name().unwrap_or_default();
    let within = folder.join(LINK).join(name);
    if is_there(&within) {
        disk::remove(&within).map_err(failed)?;
    }
    disk::link(place, &within).map_err(failed)?;
    let mut planned = Move::to(place.to_owned(), true)?;
    planned.point(&Path::new(LINK).join(name))?;
    planned.make()
}

/// The place of a name itself, whatever it is a link to.
fn by_its_own_name(place: &Path) -> Result<PathBuf> {
    let folder = or_here(place.parent().unwrap_or(Path::new("")));
    let folder = fs::canonicalize(folder).map_err(|source| Error::io("write", place, &source))?;
    Ok(folder.join(place.file_name().unwrap_or_default()))
}

fn is_plain(place: &Path) -> bool {
    place.symlink_metadata().is_ok_and(|it| it.is_file())
}
