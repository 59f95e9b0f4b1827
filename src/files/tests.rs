use std::fs::{self, File};

use super::*;

pub fn folder_with(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    names
        .iter()
        .for_each(|name| fs::write(folder.path().join(name), "old").unwrap());
    folder
}

pub fn listing(folder: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn pair(folder: &tempfile::TempDir) -> Vec<NewFile> {
    vec![
        NewFile::private(folder.path().join("a.key"), "key"),
        NewFile::public(folder.path().join("a.crt"), "certificate"),
    ]
}

/// A pair whose files tell whose they are.
pub fn version(folder: &tempfile::TempDir, of: &str) -> Vec<NewFile> {
    vec![
        NewFile::private(folder.path().join("a.key"), of),
        NewFile::public(folder.path().join("a.crt"), of),
    ]
}

pub fn is_whole(folder: &tempfile::TempDir) -> bool {
    let mut versions = ["old", "first", "second"].into_iter();
    versions.any(|of| both_are(folder, of))
}

pub fn both_are(folder: &tempfile::TempDir, of: &str) -> bool {
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    read("a.key") == of && read("a.crt") == of
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
        let (failed, _) = disk::faults::failing(&[(2 + step, 3 + step)], || {
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

/// A pair, and journals that would have it replaced, as a kill leaves them.
#[cfg(unix)]
fn begun() -> tempfile::TempDir {
    for step in 0.. {
        let folder = folder_with(&["a.crt", "a.key"]);
        let replace = || write(version(&folder, "first"), Existing::Replace);
        let _ = disk::faults::killed_at(step, replace);
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
