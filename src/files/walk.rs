//! The files below a folder, in the order of their names, however many there are.
//!
//! A folder's names are taken in passes, each of the next so many in their order, so that a folder of millions
//! takes no more memory than a small one. Links to folders are not followed, so that there is no going around, and
//! hidden names are passed over: what changes at once behind a link is found by its names alone.

use std::collections::BinaryHeap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

/// A file that was found.
#[derive(Debug)]
pub struct Found {
    /// Its place: the folder's, and from there.
    pub path: PathBuf,
    /// How many bytes it has.
    pub length: u64,
}

/// The files below a folder that are still to come: those of a folder where its name stands among others.
///
/// What is neither a file nor a folder, nor a link to a file, is left out, and so is what is hidden.
#[derive(Debug)]
pub struct Walk {
    /// The folders that it is in, the innermost last.
    folders: Vec<Folder>,
    names_at_once: usize,
}

impl Walk {
    /// Sets out in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folders: vec![Folder::new(folder.to_owned())],
            names_at_once: NAMES_AT_ONCE,
        }
    }

    /// Takes what a name stands for, and enters it if it is a folder.
    fn take(&mut self, path: PathBuf) -> Option<Result<Found>> {
        // Of what is a link it tells what that leads to; what leads nowhere is no file.
        let there = match fs::metadata(&path) {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return None,
            Err(source) => return Some(Err(Error::io("read", &path, &source))),
            Ok(there) => there,
        };
        if there.is_file() {
            let length = there.len();
            return Some(Ok(Found { path, length }));
        }
        let is_own = there.is_dir() && !path.is_symlink();
        if is_own && self.folders.len() == MAX_DEPTH {
            let deep = format!("{} lies deeper than {MAX_DEPTH} folders", path.display());
            return Some(Err(Error::new(ErrorKind::TooLarge, deep)));
        }
        if is_own {
            self.folders.push(Folder::new(path));
        }
        None
    }
}

impl Iterator for Walk {
    type Item = Result<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let folder = self.folders.last_mut()?;
            match folder.next(self.names_at_once) {
                Some(Ok(path)) => {
                    if let Some(found) = self.take(path) {
                        return Some(found);
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                None => drop(self.folders.pop()),
            }
        }
    }
}

/// A folder on the way.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// The next names, the first of them last.
    names: Vec<OsString>,
    /// The last name of those that were taken.
    last: Option<OsString>,
    /// Whether there are no names beyond.
    is_done: bool,
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            names: Vec::new(),
            last: None,
            is_done: false,
        }
    }

    fn next(&mut self, at_once: usize) -> Option<Result<PathBuf>> {
        if self.names.is_empty() && !self.is_done {
            let taken = self.pass(at_once);
            self.is_done = *taken.as_ref().unwrap_or(&true);
            if let Err(source) = taken {
                return Some(Err(Error::io("read", &self.path, &source)));
            }
        }
        let name = self.names.pop()?;
        let path = self.path.join(&name);
        self.last = Some(name);
        Some(Ok(path))
    }

    /// Takes the next names in their order, and tells whether these are all.
    fn pass(&mut self, at_once: usize) -> std::io::Result<bool> {
        let mut next = BinaryHeap::new();
        let mut is_all = true;
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let is_hidden = name.as_encoded_bytes().starts_with(b".");
            if is_hidden || self.last.as_ref().is_some_and(|last| name <= *last) {
                continue;
            }
            next.push(name);
            if next.len() > at_once {
                next.pop();
                is_all = false;
            }
        }
        self.names = next.into_sorted_vec();
        self.names.reverse();
        Ok(is_all)
    }
}

/// Some megabytes. A folder of a million files is gone through sixteen times, which is little beside reading them.
const NAMES_AT_ONCE: usize = 1 << 16;
/// Deeper than anything that was made by hand; each folder on the way holds its names.
const MAX_DEPTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn made(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    fn names(folder: &Path, names_at_once: usize) -> Vec<String> {
        let walk = Walk {
            names_at_once,
            ..Walk::new(folder)
        };
        let below = |found: Found| {
            let name = found.path.strip_prefix(folder).unwrap().to_owned();
            assert_eq!(found.length, name.as_os_str().len() as u64);
            name.to_str().unwrap().to_owned()
        };
        walk.map(|found| below(found.unwrap())).collect()
    }

    #[test]
    fn files_come_by_their_names_in_any_number_of_passes() {
        let all = ["a/b/c", "a/d", "a.crt", "b", "c/z", "d"];
        let folder = made(&all);
        fs::create_dir(folder.path().join("empty")).unwrap();
        for at_once in [1, 2, 3, 100] {
            let found = names(folder.path(), at_once);
            let mut sorted = found.clone();
            sorted.sort_by_key(|name| PathBuf::from(name));
            assert_eq!(found, sorted);
            assert_eq!(found.len(), all.len(), "{found:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_files_and_not_around() {
        use std::os::unix::fs::symlink;
        let folder = made(&["a/file"]);
        let at = |name: &str| folder.path().join(name);
        symlink("..", at("a/up")).unwrap();
        symlink("a", at("b")).unwrap();
        symlink("nowhere", at("c")).unwrap();
        symlink("a/file", at("d")).unwrap();
        let found: Vec<PathBuf> = Walk::new(folder.path())
            .map(|found| found.unwrap().path)
            .collect();
        assert_eq!(found, [at("a/file"), at("d")]);
    }

    #[test]
    fn a_folder_that_is_gone_is_told_and_the_rest_is_found() {
        let folder = made(&["a/file", "b"]);
        let mut walk = Walk::new(folder.path());
        walk.folders.push(Folder::new(folder.path().join("gone")));
        assert!(walk.next().unwrap().is_err());
        assert_eq!(walk.count(), 2);
    }

    #[test]
    fn what_lies_too_deep_is_told_once() {
        let deep = ["d"; MAX_DEPTH + 3].join("/");
        let folder = made(&[&deep, "file"]);
        let found: Vec<_> = Walk::new(folder.path()).collect();
        assert_eq!(found.len(), 2);
        let error = found[0].as_ref().unwrap_err().to_string();
        assert!(error.ends_with("lies deeper than 128 folders"), "{error}");
    }
}
