//! The keystores by which Java's virtual machines trust: `cacerts`, read and written by `keytool`.
//!
//! Several machines may share one keystore by links: it is one store then. On Debian, Fedora and their
//! like the system's store fills the shared one, so the system comes first, and nothing is left to do
//! here.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::process::{Call, Privilege, Step};
use super::{Change, Machine, PREFIX, Plan, State, Store, has_our_name, name_for};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::pem;

/// One keystore, of one virtual machine or of several.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Keystore {
    machine: Machine,
    /// What the virtual machines are called that read it.
    readers: Vec<String>,
    /// The keystore itself and the program, both without links, as the system names them.
    file: PathBuf,
    keytool: PathBuf,
}

/// Finds the keystore of every virtual machine: that of `JAVA_HOME`, if it is set, those of the
/// system, and those that a user has below a home folder. What kept some from being found stands
/// among them as an error.
///
/// A home folder is not looked at in an image, and `JAVA_HOME` is a path in it.
pub fn stores(
    machine: &Machine,
    java_home: Option<&Path>,
    home: Option<&Path>,
) -> Vec<Result<Keystore>> {
    let mut found: Vec<Result<Keystore>> = Vec::new();
    if let Some(java_home) = java_home.filter(|path| !path.as_os_str().is_empty()) {
        found.push(Keystore::of(machine, java_home).ok_or_else(|| {
            let message = format!(
                "JAVA_HOME is {}, and no keystore with a keytool is there",
                java_home.display()
            );
            Error::new(ErrorKind::NotFound, message)
                .with_hint("set JAVA_HOME to the folder that holds bin/keytool and lib/security/cacerts, or unset it")
        }));
    }
    let mut homes = Vec::new();
    for program in PROGRAMS {
        // Java 8 has its programs in a folder below.
        let program = real(machine, Path::new(program));
        let folder = program
            .as_deref()
            .and_then(Path::parent)
            .and_then(Path::parent);
        let above = folder.and_then(Path::parent);
        homes.extend(folder.into_iter().chain(above).map(Path::to_owned));
    }
    for folder in FOLDERS {
        homes.extend(beneath(machine, Path::new(folder)));
    }
    if let Some(home) = home.filter(|_| machine.running) {
        for folder in USER_FOLDERS {
            // Such a folder is named from the root of the running system.
            let folder = home.join(folder);
            let folder = folder.strip_prefix(&machine.root).unwrap_or(&folder);
            homes.extend(beneath(machine, &Path::new("/").join(folder)));
        }
    }
    found.extend(
        homes
            .iter()
            .filter_map(|home| Keystore::of(machine, home))
            .map(Ok),
    );
    merged(found)
}

/// Makes one store of all that are one file.
fn merged(found: Vec<Result<Keystore>>) -> Vec<Result<Keystore>> {
    let mut stores: Vec<Result<Keystore>> = Vec::new();
    for found in found {
        let Ok(found) = found else {
            stores.push(found);
            continue;
        };
        let mut known = stores.iter_mut().flatten();
        match known.find(|known| known.file == found.file) {
            Some(known) => {
                for reader in found.readers {
                    if !known.readers.contains(&reader) {
                        known.readers.push(reader);
                    }
                }
            }
            None => stores.push(Ok(found)),
        }
    }
    stores
}

/// The folders in a folder, in the order of their names.
fn beneath(machine: &Machine, folder: &Path) -> Vec<PathBuf> {
    let Some(folder) = real(machine, folder) else {
        return Vec::new();
    };
    let entries = fs::read_dir(outside(machine, &folder))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<_> = entries
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    found.sort();
    found
}

/// A path of the system, as it is to be opened from here.
fn outside(machine: &Machine, path: &Path) -> PathBuf {
    machine.root.join(path.strip_prefix("/").unwrap_or(path))
}

/// A path of the system without links, if something is there. A link of an image leads to where it
/// does when the image runs.
fn real(machine: &Machine, path: &Path) -> Option<PathBuf> {
    let mut done = PathBuf::from("/");
    let mut left: Vec<OsString> = parts(path);
    let mut links = 0;
    while let Some(part) = left.pop() {
        if part == ".." {
            done.pop();
            continue;
        }
        let next = done.join(&part);
        let place = outside(machine, &next);
        if !place.symlink_metadata().ok()?.is_symlink() {
            done = next;
            continue;
        }
        links += 1;
        if links > MOST_LINKS {
            return None;
        }
        let target = fs::read_link(place).ok()?;
        if target.is_absolute() {
            done = PathBuf::from("/");
        }
        left.extend(parts(&target));
    }
    Some(done)
}

/// The names in a path, the last first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    parts.collect()
}

/// A certificate in a keystore.
struct Entry {
    alias: String,
    der: Vec<u8>,
}

impl Keystore {
    /// The keystore of the virtual machine in a folder of the system, if one is there.
    fn of(machine: &Machine, home: &Path) -> Option<Self> {
        let home = real(machine, home)?;
        ["", "jre"].iter().find_map(|below| {
            let folder = home.join(below);
            let keytool = real(machine, &folder.join("bin/keytool"))?;
            let file = real(machine, &folder.join("lib/security/cacerts"))?;
            let name = home.file_name().unwrap_or_default();
            Some(Self {
                machine: machine.clone(),
                readers: vec![name.to_string_lossy().into_owned()],
                file,
                keytool,
            })
        })
    }

    /// Tells whether the file is one that only root may write to. keytool writes it in its place.
    fn is_roots(&self) -> bool {
        let opened = fs::OpenOptions::new().write(true).open(self.place());
        self.machine.runner.privilege == Privilege::Root || opened.is_err()
    }

    /// keytool on this keystore, to read or to write.
    fn keytool(&self, root: bool, words: &[&str]) -> Call {
        let mut all: Vec<OsString> = Vec::new();
        let file = match self.machine.running {
            true => {
                all.push(outside(&self.machine, &self.keytool).into());
                self.place()
            }
            false => {
                all.extend(["chroot".into(), self.machine.root.clone().into()]);
                all.push(self.keytool.clone().into());
                self.file.clone()
            }
        };
        // The words of its listing are to be the same everywhere.
        all.extend(["-J-Duser.language=en", words[0], "-keystore"].map(OsString::from));
        all.push(file.into());
        all.extend(["-storepass", PASSWORD].map(OsString::from));
        all.extend(words[1..].iter().map(OsString::from));
        match root || !self.machine.running {
            true => Call::as_root(all),
            false => Call::as_ourselves(all),
        }
    }

    fn entries(&self) -> Result<Vec<Entry>> {
        let listed = self
            .machine
            .runner
            .run(&self.keytool(false, &["-list", "-rfc"]));
        let listed = listed.map_err(|error| {
            let password = error.to_string().contains("password");
            match password {
                true => Error::new(ErrorKind::WrongPassword, error.to_string()).with_hint(
                    "its password is not the usual one, changeit: take the CA in or out by keytool",
                ),
                false => error,
            }
        })?;
        let entries = parse(&listed);
        let told = count(&listed);
        // Nothing is concluded from a listing that was not understood whole.
        if told.is_none_or(|told| told > 0 && entries.is_empty()) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "keytool lists it in a form that is not known here",
            )
            .with_hint("take the CA in or out by keytool"));
        }
        Ok(entries)
    }

    fn aliases(&self, ca: &Certificate) -> Result<Vec<String>> {
        let entries = self.entries()?.into_iter();
        let ours = entries.filter(|entry| entry.der == ca.der());
        Ok(ours.map(|entry| entry.alias).collect())
    }

    fn steps(&self, change: Change, ca: &Certificate) -> Result<Vec<Step>> {
        let aliases = self.aliases(ca)?;
        let root = self.is_roots();
        Ok(match change {
            Change::Install if aliases.is_empty() => {
                let alias = name_for(ca);
                let words = ["-importcert", "-noprompt", "-alias", &alias];
                let call = self.keytool(root, &words).reading(ca.to_pem());
                vec![Step::Run(call)]
            }
            Change::Install => Vec::new(),
            Change::Remove => {
                let delete = |alias: &String| self.keytool(root, &["-delete", "-alias", alias]);
                aliases.iter().map(delete).map(Step::Run).collect()
            }
        })
    }

    fn change(&self, change: Change, ca: &Certificate) -> Result<()> {
        let steps = self.steps(change, ca)?;
        if steps.is_empty() {
            return Ok(());
        }
        self.machine.runner.carry_out(&steps)?;
        let there = !self.aliases(ca)?.is_empty();
        let (wanted, message) = match change {
            Change::Install => (true, "keytool entered the CA, and does not list it"),
            Change::Remove => (false, "keytool deleted the CA, and still lists it"),
        };
        match there == wanted {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Io, message)
                .with_hint("see whether another program writes the keystore meanwhile")),
        }
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        let place = self.place();
        result.map_err(|error| error.about(format_args!("the keystore {}", place.display())))
    }
}

impl Store for Keystore {
    fn name(&self) -> String {
        format!("java: {}", self.readers.join(", "))
    }

    fn place(&self) -> PathBuf {
        outside(&self.machine, &self.file)
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        let aliases = self.named(self.aliases(ca))?;
        Ok(match aliases.is_empty() {
            true => State::Missing,
            false => State::Trusted,
        })
    }

    fn install(&self, ca: &Certificate) -> Result<()> {
        self.named(self.change(Change::Install, ca))
    }

    fn remove(&self, ca: &Certificate) -> Result<()> {
        self.named(self.change(Change::Remove, ca))
    }

    fn plan(&self, change: Change, ca: &Certificate) -> Result<Plan> {
        let steps = self.named(self.steps(change, ca))?;
        Ok(match steps.is_empty() {
            true => Plan::Nothing,
            false => Plan::Steps(steps),
        })
    }

    fn needs_root(&self) -> bool {
        self.is_roots()
    }

    fn ours(&self) -> Result<Vec<Certificate>> {
        let mut entries = self.named(self.entries())?;
        entries.retain(|entry| {
            // As the system's hook names what it takes from there.
            let name = entry.alias.strip_prefix("debian:").unwrap_or(&entry.alias);
            name.starts_with(PREFIX)
        });
        let read = entries
            .iter()
            .filter_map(|entry| Certificate::from_der(&entry.der).ok());
        let mut seen = HashSet::new();
        let once = read.filter(|found| seen.insert(found.der().to_vec()));
        Ok(once.filter(has_our_name).collect())
    }
}

/// Reads what `keytool -list -rfc` prints. Only what is trusted by itself counts, not the certificate
/// of a private key.
fn parse(listed: &[u8]) -> Vec<Entry> {
    let text = String::from_utf8_lossy(listed);
    let mut entries = Vec::new();
    for section in text.split("Alias name: ").skip(1) {
        let alias = section.lines().next().unwrap_or_default().to_owned();
        if !section.contains("Entry type: trustedCertEntry") {
            continue;
        }
        if let Some(Ok(block)) = pem::blocks(section.as_bytes()).next()
            && let Ok(der) = block.decode()
        {
            let der = der.to_vec();
            entries.push(Entry { alias, der });
        }
    }
    entries
}

/// How many entries keytool says there are.
fn count(listed: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(listed);
    let (_, rest) = text.split_once("Your keystore contains ")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Where the system has the virtual machine that it uses, mostly by links.
const PROGRAMS: [&str; 6] = [
    "/etc/alternatives/java",
    "/etc/alternatives/javac",
    "/usr/bin/java",
    "/usr/bin/javac",
    "/usr/local/bin/java",
    "/usr/local/bin/javac",
];

/// Where packages put virtual machines, Oracle's in the last.
const FOLDERS: [&str; 3] = ["/usr/lib/jvm", "/usr/lib64/jvm", "/usr/java"];

/// Where SDKMAN, IntelliJ, asdf and mise put them for one user.
const USER_FOLDERS: [&str; 4] = [
    ".sdkman/candidates/java",
    ".jdks",
    ".asdf/installs/java",
    ".local/share/mise/installs/java",
];

/// Every `cacerts` is protected by it.
const PASSWORD: &str = "changeit";

/// As many as Linux follows.
const MOST_LINKS: usize = 40;
