//! The store of a Linux system: a folder of the administrator's certificates, and the program of the
//! distribution that makes from it the list that clients read.
//!
//! Which it is is told by what is there, the folder and the program. A CA is trusted if the list has
//! it; that a file lies in the folder says nothing.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::process::{Call, Privilege, Step};
use super::{Change, Machine, PREFIX, Plan, State, Store, has_our_name, name_for};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::pem;

/// The store of one system.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct System {
    machine: Machine,
    kind: Kind,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    /// Files in a folder, and a program below the root that is told when they change.
    Anchors {
        family: &'static Family,
        program: &'static str,
    },
    /// The system is built from a declaration, in which the CA has to stand.
    Declared(&'static Declared),
}

#[derive(Debug, Eq, PartialEq)]
struct Family {
    /// The administrator's folder, below the root, as all paths here.
    folder: &'static str,
    /// Is there if the folder is only not there yet.
    instead: Option<&'static str>,
    /// The programs that serve, the best first, with their arguments.
    programs: &'static [(&'static str, &'static [&'static str])],
    /// The lists that clients read, of which the first that is there counts.
    lists: &'static [&'static str],
    /// Where each certificate of the list has a link of its own, and others by its hash.
    links: Option<&'static str>,
}

#[derive(Debug, Eq, PartialEq)]
struct Declared {
    name: &'static str,
    mark: &'static str,
    list: &'static str,
    /// What to do, with `PEM` for the certificate as a string in double quotes.
    snippet: &'static str,
}

/// Finds the store of a machine, and why there is none.
pub fn stores(machine: &Machine) -> Vec<Result<System>> {
    vec![find(machine)]
}

fn find(machine: &Machine) -> Result<System> {
    let there = |path: &str| machine.root.join(path).symlink_metadata().is_ok();
    let system = |kind| System {
        machine: machine.clone(),
        kind,
    };
    // Such a system may have a folder and a program, and forgets at the next build what they did.
    if let Some(declared) = DECLARED.iter().find(|declared| there(declared.mark)) {
        return Ok(system(Kind::Declared(declared)));
    }
    let mut lacking = None;
    for family in &FAMILIES {
        let folder = there(family.folder) || family.instead.is_some_and(there);
        let mut programs = family.programs.iter();
        let program = programs.find_map(|(name, _)| {
            let folder = FOLDERS
                .iter()
                .find(|folder| there(&format!("{folder}/{name}")));
            folder.and(Some(*name))
        });
        match (folder, program) {
            (true, Some(program)) => return Ok(system(Kind::Anchors { family, program })),
            (true, None) => {
                lacking.get_or_insert(family);
            }
            _ => {}
        }
    }
    Err(match lacking {
        Some(family) => {
            let (program, _) = family.programs[0];
            let folder = machine.root.join(family.folder);
            let message = format!("{} is there, and no {program}", folder.display());
            Error::new(ErrorKind::NotFound, message)
                .with_hint("install the distribution's package ca-certificates")
        }
        None if there("run/ostree-booted") || there("usr/share/oem") => Error::new(
            ErrorKind::Unsupported,
            "this system is an image, which is changed where it is built",
        )
        .with_hint("let the image be built with the CA's root.crt among its certificates, or give each program the file, as SSL_CERT_FILE and the like"),
        None => Error::new(
            ErrorKind::Unsupported,
            format!(
                "{} has none of the stores known here: those of Debian, Fedora, Arch, openSUSE, Alpine, Gentoo and what is like them",
                machine.root.display()
            ),
        )
        .with_hint("install the distribution's package ca-certificates, or give each program the CA's root.crt, as SSL_CERT_FILE and the like"),
    })
}

impl System {
    fn path(&self, below: &str) -> PathBuf {
        self.machine.root.join(below)
    }

    /// The list that clients read.
    fn list(&self) -> PathBuf {
        let lists = match &self.kind {
            Kind::Anchors { family, .. } => family.lists,
            Kind::Declared(declared) => std::slice::from_ref(&declared.list),
        };
        let mut paths = lists.iter().map(|list| self.path(list));
        let found = paths.find(|path| path.exists());
        found.unwrap_or_else(|| self.path(lists[0]))
    }

    /// Tells whether the list has a CA. There may be no list before there is a certificate.
    fn is_listed(&self, ca: &Certificate) -> Result<bool> {
        let list = self.list();
        match files::read(&list) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            read => Ok(ders(&read?).any(|der| der == ca.der())),
        }
    }

    /// The files of the administrator's folder with what they hold, in the order of their names.
    fn entries(&self, family: &Family) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let folder = self.path(family.folder);
        let entries = match fs::read_dir(&folder) {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| Error::io("read", &folder, &source))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry
                .map_err(|source| Error::io("read", &folder, &source))?
                .path();
            // Folders, and what others left behind that cannot be read, hold none of ours.
            if path.is_file()
                && let Ok(bytes) = files::read(&path)
            {
                found.push((path, bytes.to_vec()));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The files that hold a CA and nothing else, whatever they are called.
    fn files_of(&self, family: &Family, ca: &Certificate) -> Result<Vec<PathBuf>> {
        let mut entries = self.entries(family)?;
        entries.retain(|(_, bytes)| {
            let mut held = ders(bytes);
            bytes == ca.der() || (held.next().as_deref() == Some(ca.der()) && held.next().is_none())
        });
        Ok(entries.into_iter().map(|(path, _)| path).collect())
    }

    fn our_file(&self, family: &Family, ca: &Certificate) -> PathBuf {
        let folder = self.path(family.folder);
        folder.join(format!("{}.crt", name_for(ca)))
    }

    /// Tells whether a place is root's to change, and we are not root.
    fn is_roots(&self, path: &Path) -> bool {
        if self.machine.runner.privilege == Privilege::Root {
            return true;
        }
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let owner = |path: &Path| fs::metadata(path).map(|found| found.uid()).ok();
            let ours = owner(Path::new("/proc/self"));
            ours.is_none() || folder.and_then(owner) != ours
        }
        #[cfg(not(unix))]
        folder.is_none()
    }

    /// A program of the system, run in it.
    fn call(&self, program: &str, arguments: &[&str]) -> Call {
        let mut words: Vec<OsString> = Vec::new();
        if self.machine.running {
            words.push(self.path(program).into());
        } else {
            words.extend(["chroot".into(), self.machine.root.clone().into()]);
            words.push(format!("/{program}").into());
        }
        words.extend(arguments.iter().map(Into::into));
        Call::as_root(words)
    }

    /// The program that makes the list, with its arguments for a change.
    fn update(&self, family: &Family, program: &str, change: Change) -> Result<Step> {
        let folder = FOLDERS.iter().find(|folder| {
            self.path(&format!("{folder}/{program}"))
                .symlink_metadata()
                .is_ok()
        });
        let program = format!("{}/{program}", folder.unwrap_or(&FOLDERS[0]));
        let mut arguments = family
            .programs
            .iter()
            .find(|(name, _)| program.ends_with(&format!("/{name}")))
            .map_or(Vec::new(), |(_, arguments)| arguments.to_vec());
        // Debian's does not notice by itself that a file is gone, and leaves dangling links. Alpine's,
        // of the same name, does, and does not know the option.
        if change == Change::Remove && family.links.is_some() {
            let knows = files::read(&self.path(&program))
                .is_ok_and(|text| memchr::memmem::find(&text, FRESH.as_bytes()).is_some());
            arguments.extend(knows.then_some(FRESH));
        }
        Ok(Step::Run(self.call(&program, &arguments)))
    }

    /// What the hook that fills Java's keystore on Debian was not told by the program that runs it.
    fn hook(&self, family: &Family, files: &[PathBuf]) -> Option<Step> {
        let links = Path::new("/").join(family.links?);
        if !self.path(HOOK).exists() {
            return None;
        }
        let mut told = String::new();
        for file in files {
            if self.java_has(file) {
                let link = links.join(file.with_extension("pem").file_name()?);
                told += &format!("-{}\n", link.display());
            }
        }
        (!told.is_empty()).then(|| Step::Run(self.call(HOOK, &[]).reading(told)))
    }

    /// Tells whether Debian's keystore for Java has an entry for a file. It may be of a form that does
    /// not show it; then it is taken to have one.
    fn java_has(&self, file: &Path) -> bool {
        let name = file.with_extension("pem");
        let name = name.file_name().unwrap_or_default().to_string_lossy();
        let alias = format!("debian:{}", name.to_lowercase());
        files::read(&self.path(KEYSTORE)).is_ok_and(|bytes| {
            !bytes.starts_with(&JKS) || memchr::memmem::find(&bytes, alias.as_bytes()).is_some()
        })
    }

    fn steps(&self, change: Change, ca: &Certificate) -> Result<Vec<Step>> {
        let (family, program) = match &self.kind {
            Kind::Anchors { family, program } => (*family, *program),
            Kind::Declared(declared) => {
                return match (change, self.is_listed(ca)?) {
                    (Change::Install, true) | (Change::Remove, false) => Ok(Vec::new()),
                    _ => Err(declared.refusal(change, ca)),
                };
            }
        };
        let files = self.files_of(family, ca)?;
        let listed = self.is_listed(ca)?;
        let mut steps = Vec::new();
        match change {
            Change::Install => {
                // In the list alone it would be gone with the next update.
                if listed && !files.is_empty() {
                    return Ok(steps);
                }
                if files.is_empty() {
                    let path = self.our_file(family, ca);
                    if let Ok(bytes) = files::read(&path)
                        && let Some(other) = ders(&bytes).next()
                        && Certificate::from_der(&other).is_ok()
                    {
                        let message = format!("{} holds another certificate", path.display());
                        return Err(Error::new(ErrorKind::AlreadyExists, message)
                            .with_hint("move it away, and run the same command again"));
                    }
                    steps.push(Step::WriteFile {
                        root: self.is_roots(&path),
                        path,
                        // Every user's programs read it.
                        mode: 0o644,
                        bytes: ca.to_pem().into_bytes(),
                    });
                }
                steps.push(self.update(family, program, change)?);
            }
            Change::Remove => {
                let dangling = self.dangling(family, ca);
                if !listed && files.is_empty() && dangling.is_empty() {
                    return Ok(steps);
                }
                steps.extend(files.iter().map(|path| Step::RemoveFile {
                    path: path.clone(),
                    root: self.is_roots(path),
                }));
                steps.push(self.update(family, program, change)?);
                let told = match files.is_empty() {
                    true => vec![self.our_file(family, ca)],
                    false => files,
                };
                steps.extend(self.hook(family, &told));
            }
        }
        Ok(steps)
    }

    /// The link that Debian leaves behind where our file was removed by hand.
    fn dangling(&self, family: &Family, ca: &Certificate) -> Vec<PathBuf> {
        let link = family.links.map(|links| {
            let name = format!("{}.pem", name_for(ca));
            self.path(links).join(name)
        });
        let dangling = link.filter(|link| link.is_symlink() && !link.exists());
        dangling.into_iter().collect()
    }

    fn put(&self, ca: &Certificate) -> Result<()> {
        let mut steps = self.steps(Change::Install, ca)?;
        if steps.is_empty() {
            return Ok(());
        }
        self.carry_out(&mut steps)
            .and_then(|()| match self.is_listed(ca)? {
                true => Ok(()),
                false => {
                    let list = self.list();
                    let message = format!(
                        "the CA's file was entered, and {} has not come to hold it",
                        list.display()
                    );
                    Err(Error::new(ErrorKind::Io, message).with_hint(
                        "see whether the CA is on the system's list of distrusted certificates",
                    ))
                }
            })
            .map_err(|error| self.undone(&steps, ca, error))
    }

    /// Takes back what a change that failed had written, as far as that goes.
    fn undone(&self, steps: &[Step], ca: &Certificate, error: Error) -> Error {
        let Some(Step::WriteFile { path, root, .. }) = steps.first() else {
            return error;
        };
        if self.waits(steps) || !path.exists() {
            return error;
        }
        let mut back = vec![Step::RemoveFile {
            path: path.clone(),
            root: *root,
        }];
        if let (Kind::Anchors { family, program }, Ok(true)) = (&self.kind, self.is_listed(ca)) {
            back.extend(self.update(family, program, Change::Remove));
        }
        match self.machine.runner.carry_out(&back) {
            Ok(()) => error,
            Err(_) => {
                let message = format!("{error}; {} was left behind", path.display());
                let left = Error::new(error.kind(), message);
                match error.hint() {
                    Some(hint) => left.with_hint(hint),
                    None => left,
                }
            }
        }
    }

    /// Tells whether only the files of an image can be changed, and its program not be run.
    fn waits(&self, steps: &[Step]) -> bool {
        let write = |step: &Step| !matches!(step, Step::Run(_));
        !self.machine.running
            && self.machine.runner.privilege == Privilege::None
            && !steps
                .iter()
                .filter(|step| write(step))
                .any(Step::needs_root)
    }

    fn carry_out(&self, steps: &mut Vec<Step>) -> Result<()> {
        let runner = &self.machine.runner;
        if !self.waits(steps) {
            return runner.carry_out(steps);
        }
        let (runs, writes): (Vec<_>, Vec<_>) = steps
            .iter()
            .cloned()
            .partition(|step| matches!(step, Step::Run(_)));
        runner.carry_out(&writes)?;
        Err(Error::new(
            ErrorKind::NotWritable,
            "the image's files are changed, and its list is not: making it takes root's rights",
        )
        .with_hint(format!(
            "run as root: {}",
            runner.lines(&runs, &[]).join(" && ").replace("sudo ", "")
        )))
    }

    fn take(&self, ca: &Certificate) -> Result<()> {
        let mut steps = self.steps(Change::Remove, ca)?;
        if steps.is_empty() {
            return Ok(());
        }
        self.carry_out(&mut steps)?;
        let Kind::Anchors { family, .. } = &self.kind else {
            return Ok(());
        };
        if self.is_listed(ca)? {
            let entries = self.entries(family)?;
            let mut holding = entries
                .iter()
                .filter(|(_, bytes)| ders(bytes).any(|der| der == ca.der()));
            let (from, hint) = match holding.next() {
                Some((path, _)) => (
                    format!("{} holds it among others", path.display()),
                    "take it out of that file, and run the same command again",
                ),
                None => (
                    "it does not come from the administrator's folder".to_owned(),
                    "look for the package or the folder that it comes from, and remove it there",
                ),
            };
            let message = format!("{} still holds the CA: {from}", self.list().display());
            return Err(Error::new(ErrorKind::Io, message).with_hint(hint));
        }
        if let Some(link) = self.dangling(family, ca).first() {
            let message = format!("{} was left dangling", link.display());
            return Err(Error::new(ErrorKind::Io, message)
                .with_hint("run as root: update-ca-certificates --fresh"));
        }
        let told = |step: &Step| match step {
            Step::Run(call) => !call.input.is_empty(),
            _ => false,
        };
        let keystore = self.path(KEYSTORE);
        let file = self.our_file(family, ca);
        let shown = files::read(&keystore).is_ok_and(|bytes| bytes.starts_with(&JKS));
        if steps.iter().any(told) && shown && self.java_has(&file) {
            let message = format!("Java still trusts the CA by {}", keystore.display());
            let alias = format!("debian:{}.pem", name_for(ca));
            return Err(Error::new(ErrorKind::Io, message).with_hint(format!(
                "run as root: keytool -delete -keystore {} -storepass changeit -alias {alias}",
                keystore.display()
            )));
        }
        Ok(())
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| {
            error.about(format_args!(
                "the system's store {}",
                self.place().display()
            ))
        })
    }
}

impl Declared {
    fn refusal(&self, change: Change, ca: &Certificate) -> Error {
        let pem = ca.to_pem().trim_end().replace('\n', "\\n");
        let snippet = self.snippet.replace("PEM", &format!("\"{pem}\\n\""));
        let (message, hint) = match change {
            Change::Install => ("has to be told to trust", snippet),
            Change::Remove => (
                "has to be told no longer to trust",
                format!("take this out again: {snippet}"),
            ),
        };
        let message = format!(
            "{} is built from a declaration, which {message} the CA",
            self.name
        );
        Error::new(ErrorKind::Unsupported, message).with_hint(hint)
    }
}

impl Store for System {
    fn name(&self) -> String {
        "system".to_owned()
    }

    fn place(&self) -> PathBuf {
        match &self.kind {
            Kind::Anchors { family, .. } => self.path(family.folder),
            Kind::Declared(_) => self.list(),
        }
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        self.named((|| {
            if self.is_listed(ca)? {
                return Ok(State::Trusted);
            }
            let there = match &self.kind {
                Kind::Anchors { family, .. } => !self.files_of(family, ca)?.is_empty(),
                Kind::Declared(_) => false,
            };
            Ok(if there {
                State::Untrusted
            } else {
                State::Missing
            })
        })())
    }

    fn install(&self, ca: &Certificate) -> Result<()> {
        self.named(self.put(ca))
    }

    fn remove(&self, ca: &Certificate) -> Result<()> {
        self.named(self.take(ca))
    }

    fn plan(&self, change: Change, ca: &Certificate) -> Result<Plan> {
        let steps = self.named(self.steps(change, ca))?;
        Ok(match steps.is_empty() {
            true => Plan::Nothing,
            false => Plan::Steps(steps),
        })
    }

    fn needs_root(&self) -> bool {
        matches!(self.kind, Kind::Anchors { .. })
    }

    fn ours(&self) -> Result<Vec<Certificate>> {
        let Kind::Anchors { family, .. } = &self.kind else {
            return Ok(Vec::new());
        };
        let mut entries = self.named(self.entries(family))?;
        entries.retain(|(path, _)| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(PREFIX)
        });
        let held = entries.iter().flat_map(|(_, bytes)| ders(bytes));
        let read = held.filter_map(|der| Certificate::from_der(&der).ok());
        Ok(read.filter(has_our_name).collect())
    }
}

/// The certificates of a file, in DER. What is no certificate, or damaged, is passed over: others
/// made the file, and clients pass over it too.
fn ders(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let blocks = pem::blocks(bytes).flatten();
    let certificates = blocks.filter(|block| block.label == "CERTIFICATE");
    certificates.filter_map(|block| Some(block.decode().ok()?.to_vec()))
}

/// The first that is there counts: each of the later ones may be there too on a system of an earlier.
static FAMILIES: [Family; 4] = [
    // openSUSE and SLES. The vendor's folder, /usr/share/pki/trust/anchors, is not ours.
    Family {
        folder: "etc/pki/trust/anchors",
        instead: None,
        programs: &[("update-ca-certificates", &[])],
        lists: &[
            "var/lib/ca-certificates/ca-bundle.pem",
            "etc/ssl/ca-bundle.pem",
        ],
        links: None,
    },
    // Fedora, RHEL, Amazon Linux, Mageia.
    Family {
        folder: "etc/pki/ca-trust/source/anchors",
        instead: None,
        programs: &[("update-ca-trust", &["extract"])],
        lists: &["etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"],
        links: None,
    },
    // Arch Linux.
    Family {
        folder: "etc/ca-certificates/trust-source/anchors",
        instead: None,
        programs: &[("update-ca-trust", &[]), ("trust", &["extract-compat"])],
        lists: &["etc/ca-certificates/extracted/tls-ca-bundle.pem"],
        links: None,
    },
    // Debian, Ubuntu, Alpine, Gentoo, Void. Gentoo has the folder only once somebody needs it.
    Family {
        folder: "usr/local/share/ca-certificates",
        instead: Some("etc/ca-certificates.conf"),
        programs: &[("update-ca-certificates", &[])],
        lists: &["etc/ssl/certs/ca-certificates.crt"],
        links: Some("etc/ssl/certs"),
    },
];

static DECLARED: [Declared; 2] = [
    Declared {
        name: "NixOS",
        mark: "etc/NIXOS",
        list: "etc/ssl/certs/ca-certificates.crt",
        snippet: "security.pki.certificates = [ PEM ]; in configuration.nix, then nixos-rebuild switch",
    },
    Declared {
        name: "Guix System",
        mark: "run/current-system/profile",
        list: "run/current-system/profile/etc/ssl/certs/ca-certificates.crt",
        snippet: "a package that puts a file with PEM into its etc/ssl/certs, in the field packages of the operating-system, then guix system reconfigure",
    },
];

/// Where the distributions have their programs of administration, below the root.
const FOLDERS: [&str; 6] = [
    "usr/sbin",
    "usr/bin",
    "sbin",
    "bin",
    "usr/local/sbin",
    "usr/local/bin",
];

/// Of the package ca-certificates-java.
const HOOK: &str = "etc/ca-certificates/update.d/jks-keystore";
const KEYSTORE: &str = "etc/ssl/certs/java/cacerts";

/// How a keystore of Java's older form begins, which shows its aliases.
const JKS: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

const FRESH: &str = "--fresh";
