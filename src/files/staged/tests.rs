//! Kills and failures at every step.

use std::fs;

use super::super::disk::faults::{failing, killed_at};
use super::super::tests::{both_are, folder_with, is_whole, listing, pair, version};
use super::super::write;
use super::*;

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

#[cfg(unix)]
#[test]
fn a_folder_need_not_be_named_in_unicode() {
    use std::os::unix::ffi::OsStrExt as _;
    let around = tempfile::tempdir().unwrap();
    let folder = around.path().join(std::ffi::OsStr::from_bytes(b"\xff"));
    fs::create_dir(&folder).unwrap();
    let files = |of: &str| ["a.key", "a.crt"].map(|name| NewFile::public(folder.join(name), of));
    for step in 0..20 {
        let (_, _) = killed_at(step, || write(files("first").into(), Existing::Replace));
        write(files("second").into(), Existing::Replace).unwrap();
        assert_eq!(fs::read(folder.join("a.crt")).unwrap(), b"second");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    }
}
