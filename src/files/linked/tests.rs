use std::fs;
use std::path::{Path, PathBuf};

use super::super::disk::faults::{failing, killed_at};
use super::super::{Existing, NewFile, require_absent, settle, stage, write};
use super::*;

/// A folder whose files change together, with a pair in it and one file more.
struct Scene(tempfile::TempDir);

impl Scene {
    fn new() -> Self {
        let this = Self::empty();
        NewLink::make(&this.folder(), []).unwrap().keep();
        write(this.pair("old"), Existing::Keep).unwrap();
        write(vec![this.file("other", "other")], Existing::Keep).unwrap();
        this
    }

    fn empty() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::create_dir(this.folder()).unwrap();
        this
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("tls")
    }

    fn file(&self, name: &str, of: &str) -> NewFile {
        NewFile::public(self.folder().join(name), of)
    }

    fn pair(&self, of: &str) -> Vec<NewFile> {
        let key = NewFile::private(self.folder().join("a.key"), of);
        vec![key, self.file("a.crt", of)]
    }

    /// What a file of the folder has, by its own name.
    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder().join(name)).ok()
    }

    /// Whose the pair is, which is whole or not there.
    fn owner(&self) -> Option<String> {
        assert_eq!(self.text("a.key"), self.text("a.crt"));
        self.text("a.key")
    }

    fn version(&self) -> PathBuf {
        current(&self.folder()).unwrap().1
    }

    /// All names but those of versions.
    fn names(&self) -> Vec<String> {
        let names = entries(&self.folder()).unwrap().into_iter();
        let names = names.map(|(name, _)| name.into_string().unwrap());
        let mut names: Vec<_> = names.filter(|it| !it.starts_with(VERSION)).collect();
        names.sort();
        names
    }

    fn versions(&self) -> usize {
        let all = entries(&self.folder()).unwrap().into_iter();
        all.filter(|(name, _)| number(name).is_some()).count()
    }
}

#[test]
fn files_are_seen_by_their_names_and_change_by_the_link() {
    let scene = Scene::new();
    let before = scene.version();
    write(scene.pair("new"), Existing::Keep).unwrap_err();
    assert_eq!(scene.version(), before);
    write(scene.pair("new"), Existing::Replace).unwrap();
    assert_eq!(scene.owner().unwrap(), "new");
    assert_eq!(scene.text("other").unwrap(), "other");
    assert_eq!(scene.names(), ["..data", "a.crt", "a.key", "other"]);
    assert_eq!(
        fs::read_link(scene.folder().join("a.key")).unwrap(),
        Path::new("..data/a.key")
    );
    // Who had begun to read goes on.
    assert_eq!(fs::read_to_string(before.join("a.crt")).unwrap(), "old");
    write(scene.pair("newer"), Existing::Replace).unwrap();
    assert!(!before.exists());
    assert_eq!(scene.versions(), 2);
}

#[test]
fn a_kill_at_any_step_leaves_one_pair_and_the_next_command_nothing_else() {
    let mut seen = [0, 0];
    for step in 0.. {
        let scene = Scene::new();
        let before = scene.version();
        let (_, taken) = killed_at(step, || write(scene.pair("new"), Existing::Replace));
        let owner = scene.owner().unwrap();
        seen[usize::from(owner == "new")] += 1;
        assert_eq!(
            fs::read(before.join("a.key")).unwrap(),
            b"old",
            "step {step}"
        );
        let places: Vec<PathBuf> = scene.pair("").into_iter().map(|it| it.path).collect();
        settle(places.iter().map(PathBuf::as_path)).unwrap();
        assert_eq!(scene.owner().unwrap(), owner, "step {step}");
        write(scene.pair("newer"), Existing::Replace).unwrap();
        assert_eq!(scene.owner().unwrap(), "newer", "step {step}");
        assert_eq!(scene.text("other").unwrap(), "other");
        assert_eq!(
            scene.names(),
            ["..data", "a.crt", "a.key", "other"],
            "step {step}"
        );
        assert_eq!(scene.versions(), 2, "step {step}");
        if taken <= step {
            break;
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn new_files_appear_at_once_or_not_at_all() {
    for length in [1, usize::MAX] {
        for step in 0_usize.. {
            let scene = Scene::empty();
            let first = || {
                let form = NewLink::make(&scene.folder(), [])?;
                write(scene.pair("new"), Existing::Keep)?;
                form.keep();
                Ok::<_, Error>(())
            };
            let (done, taken) = failing(&[(step, step.saturating_add(length))], first);
            let is_there = scene.owner().is_some();
            assert!(is_there || done.is_err(), "step {step}");
            if done.is_err() && length == 1 {
                assert!(!is_there, "step {step}");
                // It may have been the step that removes it.
                let probe = "...data.certwright-probe";
                let left: Vec<_> = scene.names().into_iter().filter(|it| it != probe).collect();
                assert!(left.is_empty(), "step {step}: {left:?}");
            }
            let places: Vec<PathBuf> = scene.pair("").into_iter().map(|it| it.path).collect();
            let places = || places.iter().map(PathBuf::as_path);
            settle(places()).unwrap();
            assert_eq!(
                require_absent(places()).is_ok(),
                scene.owner().is_none(),
                "step {step}"
            );
            NewLink::make(&scene.folder(), []).unwrap().keep();
            write(scene.pair("newer"), Existing::Replace).unwrap();
            assert_eq!(scene.owner().unwrap(), "newer");
            assert_eq!(scene.names(), ["..data", "a.crt", "a.key"], "step {step}");
            if taken <= step {
                break;
            }
        }
    }
}

#[test]
fn plain_files_are_taken_in_and_never_differ_meanwhile() {
    for step in 0.. {
        let scene = Scene::empty();
        write(scene.pair("old"), Existing::Keep).unwrap();
        let places: Vec<PathBuf> = scene.pair("").into_iter().map(|it| it.path).collect();
        let take = || {
            let places = places.iter().map(PathBuf::as_path);
            NewLink::make(&scene.folder(), places).map(NewLink::keep)
        };
        let (_, taken) = killed_at(step, take);
        assert_eq!(scene.owner().unwrap(), "old", "step {step}");
        take().unwrap();
        assert_eq!(scene.owner().unwrap(), "old", "step {step}");
        write(scene.pair("new"), Existing::Replace).unwrap();
        assert_eq!(scene.names(), ["..data", "a.crt", "a.key"], "step {step}");
        assert_eq!(fs::read(scene.version().join("a.key")).unwrap(), b"new");
        if taken <= step {
            break;
        }
    }
}

#[test]
fn files_elsewhere_come_with_the_link_or_not_at_all() {
    for length in [1, usize::MAX] {
        for step in 0_usize.. {
            let scene = Scene::new();
            let elsewhere = scene.0.path().join("elsewhere");
            fs::write(&elsewhere, "old").unwrap();
            let all = |of: &str| {
                let mut all = scene.pair(of);
                all.push(NewFile::public(&elsewhere, of));
                all
            };
            let replace = || write(all("new"), Existing::Replace);
            let (_, taken) = failing(&[(step, step.saturating_add(length))], replace);
            write(all("newer"), Existing::Keep).unwrap_err();
            let owner = scene.owner().unwrap();
            assert_eq!(
                fs::read_to_string(&elsewhere).unwrap(),
                owner,
                "step {step}"
            );
            write(all("newest"), Existing::Replace).unwrap();
            assert_eq!(scene.owner().unwrap(), "newest");
            assert_eq!(
                scene.names(),
                ["..data", "a.crt", "a.key", "other"],
                "step {step}"
            );
            if taken <= step {
                break;
            }
        }
    }
}

#[test]
fn what_is_carried_over_is_as_it_was() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let scene = Scene::new();
    let other = scene.folder().join("other");
    fs::set_permissions(&other, fs::Permissions::from_mode(0o604)).unwrap();
    std::os::unix::fs::symlink("other", scene.version().join("link")).unwrap();
    let before = fs::metadata(&other).unwrap();
    write(scene.pair("new"), Existing::Replace).unwrap();
    let after = fs::metadata(&other).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    assert_eq!(
        fs::read_link(scene.version().join("link")).unwrap(),
        Path::new("other")
    );

    fs::create_dir(scene.version().join("sub")).unwrap();
    let error = write(scene.pair("newer"), Existing::Replace).unwrap_err();
    assert!(error.to_string().ends_with("it is no file"), "{error}");
    assert_eq!(
        (scene.owner().unwrap(), scene.versions()),
        ("new".to_owned(), 2)
    );
}

#[test]
fn every_way_to_a_file_leads_through_the_link() {
    let scene = Scene::new();
    let around = scene.0.path();
    let link = around.join("link.crt");
    std::os::unix::fs::symlink(scene.folder().join("a.crt"), &link).unwrap();
    let ways: [&dyn Fn() -> PathBuf; 3] = [
        &|| link.clone(),
        &|| scene.folder().join("..data/a.crt"),
        &|| scene.version().join("a.crt"),
    ];
    for way in ways {
        let before = scene.version();
        write(vec![NewFile::public(way(), "new")], Existing::Replace).unwrap();
        assert_ne!(scene.version(), before);
        assert_eq!(fs::read(before.join("a.key")).unwrap(), b"old");
    }
    assert_eq!(scene.text("a.crt").unwrap(), "new");
    // One that is gone since, and another folder's file.
    let both = vec![
        scene.file("a.crt", "x"),
        NewFile::public(scene.folder().join("..data/a.crt"), "y"),
    ];
    assert_eq!(
        stage(both, Existing::Replace).unwrap_err().kind(),
        ErrorKind::InvalidValue
    );
    let plain = around.join("plain");
    write(vec![NewFile::public(&plain, "x")], Existing::Keep).unwrap();
    assert!(is_there(&plain));
}

#[test]
fn a_folder_that_others_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let scene = Scene::new();
    let mode = |mode| fs::set_permissions(scene.folder(), fs::Permissions::from_mode(mode));
    write(scene.pair("new"), Existing::Replace).unwrap();
    let versions = scene.versions();
    mode(0o777).unwrap();
    let error = write(scene.pair("newer"), Existing::Replace).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotWritable);
    assert!(
        error.to_string().contains("written to by others"),
        "{error}"
    );
    assert_eq!(
        (scene.owner().unwrap(), scene.versions()),
        ("new".to_owned(), versions)
    );
    // Only root can give it away, and make files in it all the same.
    mode(0o755).unwrap();
    if std::os::unix::fs::chown(scene.folder(), Some(65534), None).is_ok() {
        let error = write(scene.pair("newer"), Existing::Replace).unwrap_err();
        assert!(error.to_string().contains("another user"), "{error}");
    }
    let plain = Scene::empty();
    let open = fs::Permissions::from_mode(0o777);
    fs::set_permissions(plain.folder(), open).unwrap();
    let error = NewLink::make(&plain.folder(), []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotWritable);
    assert!(plain.names().is_empty());
}

#[test]
fn a_name_that_was_removed_is_free() {
    let scene = Scene::new();
    let place = scene.folder().join("a.key");
    fs::remove_file(&place).unwrap();
    require_absent([place.as_path()]).unwrap();
    write(vec![scene.file("a.key", "new")], Existing::Keep).unwrap();
    assert_eq!(scene.text("a.key").unwrap(), "new");
    // What has a name in the version alone is there.
    let within = scene.version().join("x");
    fs::write(&within, "x").unwrap();
    let error = write(vec![NewFile::public(within, "y")], Existing::Keep).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    write(scene.pair("newer"), Existing::Replace).unwrap();
    assert_eq!(scene.text("..data/x").unwrap(), "x");
}

#[test]
fn the_form_goes_again_unless_something_came() {
    let scene = Scene::empty();
    drop(NewLink::make(&scene.folder(), []).unwrap());
    assert_eq!((scene.names().len(), scene.versions()), (0, 0));
    let made = NewLink::make(&scene.folder(), []).unwrap();
    write(scene.pair("new"), Existing::Keep).unwrap();
    drop(made);
    assert_eq!(scene.owner().unwrap(), "new");
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    let scene = Scene::empty();
    let around = scene.0.path();
    let folder = scene.folder();
    fs::create_dir(around.join("secret")).unwrap();
    fs::write(around.join("secret/id"), "secret").unwrap();
    let links = [
        ("..data", "..certwright-1"),
        ("..certwright-1", "../secret"),
    ];
    for (name, target) in links {
        std::os::unix::fs::symlink(target, folder.join(name)).unwrap();
    }
    let error = NewLink::make(&folder, []).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    write(scene.pair("new"), Existing::Keep).unwrap();
    assert!(is_plain_file(&folder.join("a.key")));
    // Kubernetes' own, and numbers that are not written here.
    for target in [
        "..2026_01_01_00_00_00.1",
        "../secret",
        "..certwright-01",
        "..certwright-",
    ] {
        fs::remove_file(folder.join("..data")).unwrap();
        let _ = fs::create_dir(folder.join(target));
        std::os::unix::fs::symlink(target, folder.join("..data")).unwrap();
        write(scene.pair("newer"), Existing::Replace).unwrap();
        assert!(is_plain_file(&folder.join("a.key")), "{target}");
    }
    assert_eq!(fs::read(around.join("secret/id")).unwrap(), b"secret");
}

fn is_plain_file(path: &Path) -> bool {
    path.symlink_metadata().unwrap().is_file()
}
