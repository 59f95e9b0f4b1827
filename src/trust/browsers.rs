//! Where the browsers of one user keep their NSS databases, by their own rules.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Store as _;
use super::nss::{Absent, Database};
use crate::error::{Error, ErrorKind, Result};
use crate::files;

/// The user and the machine whose browsers are looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Host {
    /// The folder that the system's own paths are under: `/`.
    pub root: PathBuf,
    /// The user's home folder.
    pub home: PathBuf,
    /// `XDG_DATA_HOME`, if it is set.
    pub xdg_data_home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, if it is set.
    pub xdg_config_home: Option<PathBuf>,
    /// `APPDATA`, which Windows sets.
    pub app_data: Option<PathBuf>,
}

impl Host {
    fn data(&self) -> PathBuf {
        self.xdg(&self.xdg_data_home, ".local/share")
    }

    fn config(&self) -> PathBuf {
        self.xdg(&self.xdg_config_home, ".config")
    }

    /// The specification has relative paths ignored.
    fn xdg(&self, set: &Option<PathBuf>, default: &str) -> PathBuf {
        let set = set.clone().filter(|path| path.is_absolute());
        set.unwrap_or_else(|| self.home.join(default))
    }
}

/// Finds the databases of every browser, Chromium's first. What kept some from being found stands
/// among them as an error.
///
/// Firefox goes by `~/.mozilla` if that is there or `MOZ_LEGACY_HOME` is set, and else by the folder of
/// XDG. Here both are looked at, since a second Firefox on the machine may be of another age: so that
/// variable makes no difference.
pub fn databases(host: &Host) -> Vec<Result<Database>> {
    let mut found: Vec<_> = chromium(host).into_iter().map(Ok).collect();
    let home = &host.home;
    let flatpak = home.join(".var/app/org.mozilla.firefox");
    for (kind, folder) in [
        ("", home.join(".mozilla/firefox")),
        ("", host.config().join("mozilla/firefox")),
        ("snap ", home.join("snap/firefox/common/.mozilla/firefox")),
        ("flatpak ", flatpak.join(".mozilla/firefox")),
        ("flatpak ", flatpak.join("config/mozilla/firefox")),
    ] {
        firefox(&folder, kind, &mut found);
    }
    // On macOS and Windows the profiles lie in a folder below.
    let app_data = host.app_data.as_ref().filter(|path| path.is_absolute());
    let windows = app_data.map(|folder| folder.join("Mozilla/Firefox"));
    let macos = home.join("Library/Application Support/Firefox");
    for folder in windows.into_iter().chain([macos]) {
        firefox(&folder, "", &mut found);
        firefox(&folder.join("Profiles"), "", &mut found);
    }
    let mut seen = HashSet::new();
    found.retain(|database| match database {
        Ok(database) => seen.insert(real(&database.place())),
        Err(_) => true,
    });
    found
}

/// Chromium reads `~/.pki/nssdb` if that folder is there, even empty, and nothing else then.
fn chromium(host: &Host) -> Vec<Database> {
    let mut found = Vec::new();
    let mut add = |name: &str, home: &Path, data: &Path, wanted: bool| {
        let (old, new) = (home.join(".pki/nssdb"), data.join("pki/nssdb"));
        let name = format!("nss: {name}");
        if old.is_dir() {
            found.push(Database::new(name, old, Absent::MakeFiles));
        } else if wanted || new.is_dir() {
            found.push(Database::new(name, new, Absent::MakeFolder));
        }
    };
    add("chromium", &host.home, &host.data(), has_chromium(host));
    // Each sandbox has a home of its own, and makes it when the browser is first started.
    let snap = host.home.join("snap/chromium/current");
    add(
        "chromium snap",
        &snap,
        &snap.join(".local/share"),
        snap.is_dir(),
    );
    for app in FLATPAKS {
        let home = host.home.join(".var/app").join(app);
        let name = format!("{app} flatpak");
        add(&name, &home, &home.join("data"), home.is_dir());
    }
    found
}

/// Tells whether there is a Firefox that was never started by this user: it has no database before that,
/// and none can be made for it.
pub fn waits_for_firefox(host: &Host) -> bool {
    let mut found = Vec::new();
    for folder in [
        host.home.join(".mozilla/firefox"),
        host.config().join("mozilla/firefox"),
    ] {
        firefox(&folder, "", &mut found);
    }
    found.is_empty() && is_installed(host, &FIREFOX)
}

fn is_installed(host: &Host, programs: &[&str]) -> bool {
    PROGRAM_FOLDERS.iter().any(|folder| {
        let folder = host.root.join(folder);
        programs
            .iter()
            // A link may be an absolute one, which leads out of another root.
            .any(|name| folder.join(name).symlink_metadata().is_ok())
    })
}

/// Tells whether there is a browser that would read a database made for it.
fn has_chromium(host: &Host) -> bool {
    let config = host.config();
    let started = SETTINGS.iter().any(|folder| config.join(folder).is_dir());
    started || is_installed(host, &PROGRAMS)
}

/// Finds the profiles that `profiles.ini` names, and those that only lie there.
fn firefox(folder: &Path, kind: &str, found: &mut Vec<Result<Database>>) {
    let mut profiles = Vec::new();
    let list = folder.join("profiles.ini");
    if list.symlink_metadata().is_ok() {
        let read = read_profiles(&list, folder, &mut profiles);
        if let Err(error) = read {
            found.push(Err(error.with_hint("mend it, or delete it and start Firefox once; profiles with a database beside it were found without it")));
        }
    }
    let beside = match fs::read_dir(folder) {
        Ok(entries) => Some(entries),
        Err(source) if is_absent(&source) => None,
        Err(source) => {
            found.push(Err(Error::io("read", folder, &source)));
            None
        }
    };
    let beside = beside.into_iter().flatten().flatten();
    let mut beside: Vec<PathBuf> = beside.map(|entry| entry.path()).collect();
    beside.sort();
    profiles.extend(
        beside
            .into_iter()
            .filter(|path| path.join("cert9.db").exists()),
    );
    for profile in profiles {
        // Firefox names a folder by random characters, a dot, and what the profile is for.
        let name = profile.file_name().unwrap_or_default().to_string_lossy();
        let name = name.split_once('.').map_or(&*name, |(_, name)| name);
        // A profile that was deleted may stay in the list.
        if profile.is_dir() {
            let name = format!("nss: firefox {kind}{name}");
            found.push(Ok(Database::new(name, &profile, Absent::MakeFiles)));
        }
    }
}

/// Reads the profiles of a `profiles.ini`; those before the first fault are kept.
fn read_profiles(list: &Path, folder: &Path, profiles: &mut Vec<PathBuf>) -> Result<()> {
    let bytes = files::read(list)?;
    let broken = |line: usize, what: &str| {
        let place = list.display();
        Error::new(
            ErrorKind::Malformed,
            format!("{place} is broken: line {line} {what}"),
        )
    };
    let text = std::str::from_utf8(&bytes).map_err(|fault| {
        let line = bytes[..fault.valid_up_to()].split(|b| *b == b'\n').count();
        broken(line, "is not in UTF-8")
    })?;
    let mut section: Option<Section> = None;
    // Windows editors put a byte order mark before the text.
    let text = text.trim_start_matches('\u{feff}');
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with([';', '#']) {
            continue;
        }
        let number = number + 1;
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let ended = section.replace(Section::new(name, number));
            ended
                .map_or(Ok(()), |section| section.end(folder, profiles))
                .map_err(|line| broken(line, NO_PATH))?;
            continue;
        }
        let parts = line.split_once('=');
        let (Some((key, value)), Some(section)) = (parts, &mut section) else {
            return Err(broken(number, "is neither a section nor a setting in one"));
        };
        match key.trim() {
            "Path" => section.path = Some(value.trim().into()),
            "IsRelative" => section.relative = value.trim() != "0",
            _ => {}
        }
    }
    let ended = section.map_or(Ok(()), |section| section.end(folder, profiles));
    ended.map_err(|line| broken(line, NO_PATH))
}

/// A section of `profiles.ini`, as far as it was read.
struct Section {
    profile: bool,
    line: usize,
    path: Option<PathBuf>,
    relative: bool,
}

impl Section {
    fn new(name: &str, line: usize) -> Self {
        let number = name.strip_prefix("Profile");
        let profile = number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
        Self {
            profile,
            line,
            path: None,
            relative: true,
        }
    }

    /// Fails with the line that the section begins in.
    fn end(self, folder: &Path, profiles: &mut Vec<PathBuf>) -> std::result::Result<(), usize> {
        if !self.profile {
            return Ok(());
        }
        let path = self.path.ok_or(self.line)?;
        profiles.push(match self.relative {
            true => folder.join(path),
            false => path,
        });
        Ok(())
    }
}

fn is_absent(source: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(source.kind(), NotFound | NotADirectory)
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

const NO_PATH: &str = "begins a profile without a Path";

/// Where distributions put programs; snaps and flatpaks are found by their own homes.
const PROGRAM_FOLDERS: [&str; 4] = [
    "usr/bin",
    "usr/local/bin",
    "opt/google/chrome",
    "run/current-system/sw/bin",
];

/// Chromium and what is built on it, as the programs are called.
const PROGRAMS: [&str; 15] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "google-chrome-beta",
    "google-chrome-unstable",
    "chrome",
    "brave-browser",
    "brave",
    "microsoft-edge",
    "microsoft-edge-stable",
    "vivaldi",
    "vivaldi-stable",
    "opera",
    "ungoogled-chromium",
];
/// Firefox by its names in distributions.
const FIREFOX: [&str; 3] = ["firefox", "firefox-esr", "firefox-developer-edition"];

/// And as their settings' folders are.
const SETTINGS: [&str; 8] = [
    "chromium",
    "google-chrome",
    "google-chrome-beta",
    "google-chrome-unstable",
    "BraveSoftware",
    "microsoft-edge",
    "vivaldi",
    "opera",
];

/// And as Flathub calls them.
const FLATPAKS: [&str; 6] = [
    "org.chromium.Chromium",
    "com.google.Chrome",
    "com.brave.Browser",
    "com.microsoft.Edge",
    "com.vivaldi.Vivaldi",
    "io.github.ungoogled_software.ungoogled_chromium",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine without any browser.
    fn host(folder: &tempfile::TempDir) -> Host {
        Host {
            root: folder.path().to_owned(),
            home: folder.path().join("home"),
            xdg_data_home: None,
            xdg_config_home: None,
            app_data: None,
        }
    }

    fn make(path: PathBuf) {
        fs::create_dir_all(path).unwrap();
    }

    fn write(path: PathBuf, contents: &str) {
        make(path.parent().unwrap().to_owned());
        fs::write(path, contents).unwrap();
    }

    /// What was found: names, and places below the machine's root; failures by their kinds.
    fn found(host: &Host) -> Vec<String> {
        let tell = |found: Result<Database>| match found {
            Err(error) => error.kind().code().to_owned(),
            Ok(database) => {
                let place = database.place();
                let place = place.strip_prefix(&host.root).unwrap_or(&place);
                format!("{} {}", database.name(), place.display())
            }
        };
        databases(host).into_iter().map(tell).collect()
    }

    #[test]
    fn chromium_has_the_old_folder_or_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut host = host(&folder);
        assert!(found(&host).is_empty(), "nobody would read it");
        write(host.root.join("usr/bin/chromium"), "");
        assert_eq!(found(&host), ["nss: chromium home/.local/share/pki/nssdb"]);
        host.xdg_data_home = Some("relative".into());
        assert_eq!(found(&host), ["nss: chromium home/.local/share/pki/nssdb"]);
        host.xdg_data_home = Some(host.root.join("data"));
        assert_eq!(found(&host), ["nss: chromium data/pki/nssdb"]);
        make(host.root.join("data/pki/nssdb"));
        make(host.home.join(".pki/nssdb"));
        assert_eq!(found(&host), ["nss: chromium home/.pki/nssdb"]);
    }

    #[test]
    fn chromium_is_known_by_its_settings_too() {
        let folder = tempfile::tempdir().unwrap();
        let mut host = host(&folder);
        host.xdg_config_home = Some(host.root.join("config"));
        make(host.root.join("config/google-chrome"));
        assert_eq!(found(&host), ["nss: chromium home/.local/share/pki/nssdb"]);
    }

    #[test]
    fn a_firefox_that_never_ran_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(&folder);
        assert!(!waits_for_firefox(&host));
        write(host.root.join("usr/bin/firefox-esr"), "");
        assert!(waits_for_firefox(&host));
        write(host.home.join(".mozilla/firefox/a.default/cert9.db"), "");
        assert!(!waits_for_firefox(&host));
    }

    #[test]
    fn sandboxes_have_databases_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(&folder);
        make(host.home.join("snap/chromium/current/.pki/nssdb"));
        make(host.home.join(".var/app/com.google.Chrome"));
        let snap = host.home.join("snap/firefox/common/.mozilla/firefox");
        write(snap.join("a.default/cert9.db"), "");
        let flatpak = host.home.join(".var/app/org.mozilla.firefox");
        write(flatpak.join(".mozilla/firefox/b.default/cert9.db"), "");
        let chrome = ".var/app/com.google.Chrome";
        assert_eq!(
            found(&host),
            [
                "nss: chromium snap home/snap/chromium/current/.pki/nssdb".to_owned(),
                format!("nss: {} flatpak home/{chrome}/data/pki/nssdb", "com.google.Chrome"),
                "nss: firefox snap default home/snap/firefox/common/.mozilla/firefox/a.default".into(),
                "nss: firefox flatpak default home/.var/app/org.mozilla.firefox/.mozilla/firefox/b.default".into(),
            ]
        );
    }

    #[test]
    fn firefox_has_profiles_in_the_list_and_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(&folder);
        let old = host.home.join(".mozilla/firefox");
        let far = host.root.join("far/x.dev-edition-default");
        make(far.clone());
        make(old.join("a.default-esr"));
        write(old.join("stray/cert9.db"), "");
        write(old.join("a.default-esr/cert9.db"), "");
        make(old.join("Crash Reports"));
        let list = format!(
            "[Install4F96D1932A9F858E]\nDefault=a.default-esr\nLocked=1\n\n[Profile1]\r\nName=far\r\nIsRelative=0\r\nPath={}\r\n\n\
             [Profile0]\nName=default-esr\nIsRelative=1\nPath=a.default-esr\nDefault=1\n[Profile2]\nPath=gone\n\n[General]\nVersion=2\n",
            far.display()
        );
        write(old.join("profiles.ini"), &list);
        write(
            host.home.join(".config/mozilla/firefox/n.default/cert9.db"),
            "",
        );
        assert_eq!(
            found(&host),
            [
                "nss: firefox dev-edition-default far/x.dev-edition-default",
                "nss: firefox default-esr home/.mozilla/firefox/a.default-esr",
                "nss: firefox stray home/.mozilla/firefox/stray",
                "nss: firefox default home/.config/mozilla/firefox/n.default",
            ]
        );
    }

    #[test]
    fn firefox_has_other_folders_on_other_systems() {
        let folder = tempfile::tempdir().unwrap();
        let mut host = host(&folder);
        let macos = host.home.join("Library/Application Support/Firefox");
        write(macos.join("Profiles/a.default-release/cert9.db"), "");
        let list = "[Profile0]\nIsRelative=1\nPath=Profiles/a.default-release\n";
        write(macos.join("profiles.ini"), list);
        write(macos.join("Profiles/b.stray/cert9.db"), "");
        let roaming = host.home.join("AppData/Roaming");
        write(
            roaming.join("Mozilla/Firefox/Profiles/c.default/cert9.db"),
            "",
        );
        let below = "home/Library/Application Support/Firefox/Profiles";
        let mut expected = vec![
            format!("nss: firefox default-release {below}/a.default-release"),
            format!("nss: firefox stray {below}/b.stray"),
        ];
        assert_eq!(found(&host), expected);
        host.app_data = Some(roaming);
        let windows = "home/AppData/Roaming/Mozilla/Firefox/Profiles/c.default";
        expected.insert(0, format!("nss: firefox default {windows}"));
        assert_eq!(found(&host), expected);
    }

    #[test]
    fn a_broken_list_is_reported_and_stops_nothing() {
        for (list, fault) in [
            (
                "garbage",
                "line 1 is neither a section nor a setting in one",
            ),
            (
                "[Profile0]\nName=a\n",
                "line 1 begins a profile without a Path",
            ),
            (
                "[Profile0]\nPath=a\n[Profile1]\n[General]",
                "line 3 begins a profile without a Path",
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let host = host(&folder);
            let old = host.home.join(".mozilla/firefox");
            write(old.join("profiles.ini"), list);
            write(old.join("a.default/cert9.db"), "");
            write(
                host.home.join(".config/mozilla/firefox/b.other/cert9.db"),
                "",
            );
            let found = databases(&host);
            let error = found[0].as_ref().unwrap_err().to_string();
            assert!(error.ends_with(fault), "{error}");
            assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 2);
        }
    }

    #[test]
    fn a_list_that_is_a_folder_or_not_text_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let host = host(&folder);
        make(host.home.join(".mozilla/firefox/profiles.ini"));
        let new = host.home.join(".config/mozilla/firefox");
        make(new.clone());
        fs::write(new.join("profiles.ini"), b"[General]\n\xff").unwrap();
        assert_eq!(found(&host), ["wrong-kind", "malformed"]);
    }
}
