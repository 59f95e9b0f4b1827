//! Many groups of files at once: each is in its places or not, whatever becomes of the others.
//!
//! What is asked of the disk in turns is asked for all groups together: that what was written, then what tells of
//! the moves, then the moves themselves be durable. Many hands carry the files, since each waits for the disk.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::hands::with_many_hands;
use super::journal::{Journals, twice};
use super::moves::{NotCommitted, make_durable};
use super::place::{require_plain, resolve};
use super::together::Together;
use super::{Existing, NewFile, Staged, linked};
use crate::error::{Error, ErrorKind, Result};

/// Files that belong together, and what happens to those that are there.
#[derive(Debug)]
pub struct Group {
    /// The files.
    pub files: Vec<NewFile>,
    /// Whether files that are there are replaced.
    pub existing: Existing,
}

/// Writes groups of files under temporary names, as [`stage`](super::stage) does one. Each fails by itself;
/// all fail if the places cannot be locked.
///
/// Each place is held open until its group is committed or dropped: a process may hold a few hundred.
pub fn stage_all(groups: Vec<Group>) -> Result<Vec<Result<Staged>>> {
    let mut taken = BTreeSet::new();
    let placed: Vec<_> = groups
        .into_iter()
        .map(|group| placed(group, &mut taken))
        .collect();
    // All in one order, since others wait for more than one of them too.
    let mut journals = Journals::lock(&taken)?;
    let together = Together::begin(taken.iter().map(PathBuf::as_path));
    let staged = placed.into_iter().map(|group| {
        group.map(|Placed { files, existing }| {
            let places = files.iter().map(|(place, _)| place);
            let locked = journals.take(&places.collect());
            (Staged::under(locked, existing), files)
        })
    });
    let staged = with_many_hands(staged.collect(), |group| {
        let (mut staged, files) = group?;
        files
            .into_iter()
            .try_for_each(|(place, file)| staged.add(place, file, together.flush()))?;
        Ok(staged)
    });
    together.sync()?;
    Ok(staged)
}

/// Puts groups of files in their places, as [`Staged::commit`] does one. What could not be staged is passed on.
pub fn commit_all(groups: Vec<Result<Staged>>) -> Vec<Result<(), NotCommitted>> {
    let moves = groups.iter().flatten().flat_map(Staged::moves);
    let places: Vec<PathBuf> = moves.map(|made| made.place.clone()).collect();
    let together = Together::begin(places.iter().map(PathBuf::as_path));
    let flush = together.flush();
    let announced = with_many_hands(groups, |group| {
        let mut group = group?;
        group.announce(flush).map(|()| group)
    });
    let durable = together.sync();
    let made = with_many_hands(announced, |group| {
        let mut group = group?;
        match &durable {
            Ok(()) => group.make(),
            Err(error) => group.give_up(Error::new(error.kind(), error.to_string()).into()),
        }
        .map(|()| group)
    });
    // A folder is made durable once for all that went into it.
    make_durable(made.iter().flatten().flat_map(Staged::moves));
    with_many_hands(made, |group| group.map(|mut group| group.finish()))
}

/// The files of a group, each with its place.
struct Placed {
    files: Vec<(PathBuf, NewFile)>,
    existing: Existing,
}

/// Finds the places of a group, of which none may be another's.
fn placed(group: Group, taken: &mut BTreeSet<PathBuf>) -> Result<Placed> {
    let mut files = Vec::with_capacity(group.files.len());
    let mut own = BTreeSet::new();
    for file in group.files {
        require_plain(&file.path)?;
        let place = resolve(&file.path)?;
        if linked::through(place.clone()) != place {
            return Err(changes_as_one(&file.path));
        }
        if taken.contains(&place) || !own.insert(place.clone()) {
            return Err(twice(&file.path));
        }
        files.push((place, file));
    }
    taken.append(&mut own);
    let existing = group.existing;
    Ok(Placed { files, existing })
}

/// One link would have to be renamed for each of the groups.
fn changes_as_one(path: &Path) -> Error {
    let told = format!(
        "{} is in a folder whose files change all at once, and those of a list come one after the other",
        path.display()
    );
    Error::new(ErrorKind::Unsupported, told).with_hint("choose another folder with --out-dir DIR")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::files::faults::{failing, full_at, killed_at};

    fn group(folder: &std::path::Path, names: &[&str], existing: Existing) -> Group {
        let file = |name: &&str| NewFile::public(folder.join(name), *name);
        Group {
            files: names.iter().map(file).collect(),
            existing,
        }
    }

    #[test]
    fn each_group_is_written_or_not_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        fs::write(here.join("taken"), "old").unwrap();
        let mut groups = vec![
            group(here, &["a", "b"], Existing::Keep),
            group(here, &["c", "taken"], Existing::Keep),
            group(here, &["d", "a"], Existing::Replace),
            group(here, &["missing/e"], Existing::Keep),
            group(here, &["f", "f"], Existing::Keep),
        ];
        let many: Vec<String> = (0..40).map(|number| format!("many-{number}")).collect();
        groups.extend(many.iter().map(|name| group(here, &[name], Existing::Keep)));
        let staged = stage_all(groups).unwrap();
        let failed: Vec<_> = staged
            .iter()
            .filter_map(|staged| Some(staged.as_ref().err()?.kind()))
            .collect();
        assert_eq!(
            failed,
            [
                ErrorKind::AlreadyExists,
                ErrorKind::InvalidValue,
                ErrorKind::NotFound,
                ErrorKind::InvalidValue
            ]
        );
        let committed = commit_all(staged);
        assert_eq!(committed.iter().filter(|done| done.is_ok()).count(), 41);
        let there = |name: &str| fs::read_to_string(here.join(name)).ok();
        assert_eq!(there("b").as_deref(), Some("b"));
        assert_eq!(there("taken").as_deref(), Some("old"));
        assert_eq!((there("c"), there("d"), there("f")), (None, None, None));
        assert_eq!(there("many-39").as_deref(), Some("many-39"));
        // Neither journals nor temporary files stay.
        assert_eq!(fs::read_dir(here).unwrap().count(), 3 + 40);
    }

    #[test]
    fn what_is_staged_and_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let groups = vec![group(folder.path(), &["a", "b"], Existing::Keep)];
        drop(stage_all(groups).unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Pairs, of which half take the place of older ones.
    struct Pairs(tempfile::TempDir);

    impl Pairs {
        fn new() -> Self {
            let this = Self(tempfile::tempdir().unwrap());
            for place in (0..COUNT).step_by(2).flat_map(|pair| this.places(pair)) {
                fs::write(place, "old").unwrap();
            }
            this
        }

        fn places(&self, pair: usize) -> [PathBuf; 2] {
            ["key", "crt"].map(|end| self.0.path().join(format!("{pair}.{end}")))
        }

        /// Writes all, each with what tells its run.
        fn write(&self, run: &str) -> Vec<Result<(), NotCommitted>> {
            let file = |place| NewFile::private(place, run);
            let group = |pair| Group {
                files: self.places(pair).map(file).into(),
                existing: Existing::Replace,
            };
            match stage_all((0..COUNT).map(group).collect()) {
                Ok(staged) => commit_all(staged),
                Err(error) => vec![Err(error.into())],
            }
        }

        /// What each place of a pair holds.
        fn held(&self, pair: usize) -> [String; 2] {
            self.places(pair)
                .map(|place| fs::read_to_string(place).unwrap_or_default())
        }

        fn was(pair: usize) -> &'static str {
            ["old", ""][pair % 2]
        }

        /// Completes what was begun, after which no pair is torn.
        fn settle(&self) {
            let places = Vec::from_iter((0..COUNT).flat_map(|pair| self.places(pair)));
            super::super::settle(places.iter().map(PathBuf::as_path)).unwrap();
        }

        fn require_whole(&self, told: &str) {
            for pair in 0..COUNT {
                let [key, certificate] = self.held(pair);
                assert_eq!(key, certificate, "{pair} {told}");
                assert!(
                    [Self::was(pair), "first"].contains(&&key[..]),
                    "{pair} {told}"
                );
            }
        }

        /// A second run completes all, and nothing else is left.
        fn require_completed(&self, told: &str) {
            for done in self.write("second") {
                assert!(done.is_ok(), "{told}");
            }
            for pair in 0..COUNT {
                assert_eq!(self.held(pair), ["second"; 2], "{told}");
            }
            assert_eq!(
                fs::read_dir(self.0.path()).unwrap().count(),
                2 * COUNT,
                "{told}"
            );
        }
    }

    /// Enough for two hands.
    const COUNT: usize = 8;

    #[test]
    fn where_a_step_fails_each_group_is_as_before_or_done() {
        for length in [1, 3] {
            for step in 0.. {
                let pairs = Pairs::new();
                let told = format!("step {step}, {length} fail");
                let (ends, taken) = failing(&[(step, step + length)], || pairs.write("first"));
                for (pair, end) in ends.iter().enumerate() {
                    let held = pairs.held(pair);
                    match end {
                        Ok(()) => assert_eq!(held, ["first"; 2], "{told}"),
                        Err(failed) if failed.as_before => {
                            assert_eq!(held, [Pairs::was(pair); 2], "{told}");
                        }
                        Err(_) => assert!(length > 1, "{told}"),
                    }
                }
                pairs.require_completed(&told);
                if taken <= step {
                    assert_eq!(ends.len(), COUNT);
                    assert!(ends.iter().all(Result::is_ok));
                    break;
                }
            }
        }
    }

    #[test]
    fn where_there_is_no_room_each_group_is_as_before_or_done() {
        for step in 0.. {
            let pairs = Pairs::new();
            let told = format!("full at step {step}");
            let (ends, taken) = full_at(step, || pairs.write("first"));
            for end in ends.iter().filter_map(|end| end.as_ref().err()) {
                assert!(end.as_before, "{told}: {}", end.error);
            }
            pairs.require_whole(&told);
            pairs.require_completed(&told);
            if taken <= step {
                break;
            }
        }
    }

    #[test]
    fn whatever_is_killed_the_next_completes_it_or_it_never_was() {
        for step in 0.. {
            let pairs = Pairs::new();
            let told = format!("killed at step {step}");
            let (_, taken) = killed_at(step, || pairs.write("first"));
            for held in (0..COUNT).flat_map(|pair| pairs.held(pair)) {
                assert!(["", "old", "first"].contains(&&held[..]), "{told}: {held}");
            }
            pairs.settle();
            pairs.require_whole(&told);
            pairs.require_completed(&told);
            if taken <= step {
                break;
            }
        }
    }
}
