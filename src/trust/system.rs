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
    Pool {
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

/// Returns the roots that the clients of a system trust, in DER, and the list that has them. That takes no
/// program: an image for containers often has nothing but the list.
///
/// Fails with [`ErrorKind::NotFound`] if there is none of the lists known here.
pub fn roots(root: &Path) -> Result<(PathBuf, Vec<Vec<u8>>)> {
    let of_families = FAMILIES.iter().flat_map(|family| family.lists).copied();
    let declared = DECLARED.iter().map(|declared| declared.list);
    let paths = of_families.chain(declared).chain(OTHER_LISTS);
    let list = paths
        .map(|list| root.join(list))
        .find(|list| list.exists())
        .ok_or_else(|| {
            let message = format!("{} has no list of trusted roots", root.display());
            Error::new(ErrorKind::NotFound, message).with_hint(
                "install the distribution's package ca-certificates, or give the roots with --roots FILE",
            )
        })?;
    let roots = ders(&files::read(&list)?).collect();
    Ok((list, roots))
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
            (true, Some(program)) => return Ok(system(Kind::Pool { family, program })),
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
            Kind::Pool { family, .. } => family.lists,
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
            Kind::Pool { family, program } => (*family, *program),
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
        let steps = self.steps(Change::Install, ca)?;
        if steps.is_empty() {
            return Ok(());
        }
        self.carry_out(&steps)
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
        if let (Kind::Pool { family, program }, Ok(true)) = (&self.kind, self.is_listed(ca)) {
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

    fn carry_out(&self, steps: &[Step]) -> Result<()> {
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
        let steps = self.steps(Change::Remove, ca)?;
        if steps.is_empty() {
            return Ok(());
        }
        self.carry_out(&steps)?;
        let Kind::Pool { family, .. } = &self.kind else {
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
            Kind::Pool { family, .. } => self.path(family.folder),
            Kind::Declared(_) => self.list(),
        }
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        self.named((|| {
            if self.is_listed(ca)? {
                return Ok(State::Trusted);
            }
            let there = match &self.kind {
                Kind::Pool { family, .. } => !self.files_of(family, ca)?.is_empty(),
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
        matches!(self.kind, Kind::Pool { .. })
    }

    fn ours(&self) -> Result<Vec<Certificate>> {
        let Kind::Pool { family, .. } = &self.kind else {
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

/// Where else OpenSSL's and Go's own tables look: FreeBSD, OpenBSD and Alpine, old Red Hat systems.
const OTHER_LISTS: [&str; 3] = [
    "etc/ssl/cert.pem",
    "etc/pki/tls/certs/ca-bundle.crt",
    "usr/local/share/certs/ca-root-nss.crt",
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

#[cfg(all(test, unix))]
pub(super) mod tests {
    use super::super::process::Runner;
    use super::super::process::tests::{runner, script};
    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::name::Subject;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity, parse_time};

    pub(in crate::trust) fn ca(name: &str) -> Certificate {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let start = parse_time("2026-11-21").unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: Subject::common_name(name).unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(start, Lifetime::days(9)).unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    /// A system with a folder and a program that makes the list from it, as the distribution's does.
    struct Bench {
        folder: tempfile::TempDir,
        machine: Machine,
    }

    impl Bench {
        fn bare() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let machine = Machine {
                root: folder.path().to_owned(),
                running: true,
                runner: runner(),
            };
            Self { folder, machine }
        }

        /// `program` is a path; what it does is to put all files of the folder into the list.
        fn of(anchors: &str, program: &str, list: &str) -> Self {
            let this = Self::bare();
            for folder in [Some(Path::new(anchors)), Path::new(list).parent()] {
                fs::create_dir_all(this.path(folder.unwrap().to_str().unwrap())).unwrap();
            }
            fs::write(this.path(list), ca("the web").to_pem()).unwrap();
            fs::write(this.path("web.pem"), ca("the web").to_pem()).unwrap();
            let root = this.folder.path().display();
            let text = format!(
                "echo \"$*\" >> {root}/log; cat {root}/web.pem {root}/{anchors}/* > {root}/{list} 2>/dev/null; true"
            );
            fs::create_dir_all(this.path(program).parent().unwrap()).unwrap();
            script(&this.path(program), &text);
            this
        }

        fn debian() -> Self {
            Self::of(
                "usr/local/share/ca-certificates",
                "usr/sbin/update-ca-certificates",
                "etc/ssl/certs/ca-certificates.crt",
            )
        }

        fn path(&self, below: &str) -> PathBuf {
            self.folder.path().join(below)
        }

        fn system(&self) -> System {
            find(&self.machine).unwrap()
        }

        /// What the program was called with, call by call.
        fn log(&self) -> Vec<String> {
            let text = fs::read_to_string(self.path("log")).unwrap_or_default();
            text.lines().map(str::to_owned).collect()
        }

        fn anchors(&self) -> Vec<String> {
            let entries = fs::read_dir(self.system().place()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name());
            names.map(|name| name.into_string().unwrap()).collect()
        }
    }

    #[test]
    fn every_distribution_has_its_folder_its_program_and_its_list() {
        for (anchors, program, list, install) in [
            (
                "usr/local/share/ca-certificates",
                "usr/sbin/update-ca-certificates",
                "etc/ssl/certs/ca-certificates.crt",
                "",
            ),
            (
                "etc/pki/ca-trust/source/anchors",
                "usr/bin/update-ca-trust",
                "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                "extract",
            ),
            (
                "etc/ca-certificates/trust-source/anchors",
                "usr/bin/update-ca-trust",
                "etc/ca-certificates/extracted/tls-ca-bundle.pem",
                "",
            ),
            (
                "etc/ca-certificates/trust-source/anchors",
                "usr/bin/trust",
                "etc/ca-certificates/extracted/tls-ca-bundle.pem",
                "extract-compat",
            ),
            (
                "etc/pki/trust/anchors",
                "usr/sbin/update-ca-certificates",
                "var/lib/ca-certificates/ca-bundle.pem",
                "",
            ),
            (
                "etc/pki/trust/anchors",
                "usr/sbin/update-ca-certificates",
                "etc/ssl/ca-bundle.pem",
                "",
            ),
        ] {
            let bench = Bench::of(anchors, program, list);
            // The vendor's folder of openSUSE, which is not to be written to.
            fs::create_dir_all(bench.path("usr/share/pki/trust/anchors")).unwrap();
            let (system, root) = (bench.system(), ca("certwright root 1a2b"));
            assert_eq!(system.place(), bench.path(anchors));
            assert_eq!(system.list(), bench.path(list));
            let before = fs::read(bench.path(list)).unwrap();
            assert_eq!(system.state(&root).unwrap(), State::Missing);
            system.remove(&root).unwrap();
            assert!(bench.log().is_empty(), "what is not there is not removed");
            system.install(&root).unwrap();
            assert_eq!(system.state(&root).unwrap(), State::Trusted);
            assert_eq!(bench.anchors(), [format!("{}.crt", name_for(&root))]);
            assert_eq!(system.ours().unwrap(), std::slice::from_ref(&root));
            system.install(&root).unwrap();
            assert_eq!(bench.log(), [install], "twice is once");
            system.remove(&root).unwrap();
            assert_eq!(system.state(&root).unwrap(), State::Missing);
            assert!(bench.anchors().is_empty());
            let after = fs::read(bench.path(list)).unwrap();
            assert!(after.len() < before.len() + 10);
            assert_eq!(bench.log().len(), 2);
        }
    }

    #[test]
    fn gentoo_has_the_folder_only_once_it_is_needed() {
        let bench = Bench::debian();
        fs::remove_dir(bench.path("usr/local/share/ca-certificates")).unwrap();
        assert!(find(&bench.machine).is_err());
        fs::write(bench.path("etc/ca-certificates.conf"), "").unwrap();
        let root = ca("certwright root 1");
        bench.system().install(&root).unwrap();
        assert_eq!(bench.system().state(&root).unwrap(), State::Trusted);
    }

    #[test]
    fn a_file_is_found_by_its_certificate_and_others_are_left() {
        let bench = Bench::debian();
        let (root, other) = (ca("certwright root 1"), ca("certwright root 1"));
        let folder = bench.system().place();
        fs::write(folder.join("by-hand.crt"), root.to_pem()).unwrap();
        fs::write(folder.join("other.crt"), other.to_pem()).unwrap();
        fs::create_dir(folder.join("folder")).unwrap();
        assert_eq!(bench.system().state(&root).unwrap(), State::Untrusted);
        bench.system().install(&root).unwrap();
        assert_eq!(bench.anchors().len(), 3, "no second file");
        // Not under our name: not ours to find again.
        assert!(bench.system().ours().unwrap().is_empty());
        bench.system().remove(&root).unwrap();
        assert!(!folder.join("by-hand.crt").exists());
        assert_eq!(bench.system().state(&other).unwrap(), State::Trusted);
    }

    #[test]
    fn a_ca_in_a_file_of_others_is_not_silently_left() {
        let bench = Bench::debian();
        let (root, other) = (ca("a"), ca("b"));
        let file = bench.system().place().join("both.crt");
        let both = root.to_pem() + &other.to_pem();
        fs::write(&file, &both).unwrap();
        bench.system().install(&root).unwrap();
        let error = bench.system().remove(&root).unwrap_err().to_string();
        assert!(error.contains("both.crt holds it among others"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), both);
    }

    #[test]
    fn a_stale_list_is_made_again_on_removal() {
        let bench = Bench::debian();
        let root = ca("certwright root 1");
        bench.system().install(&root).unwrap();
        fs::remove_file(bench.system().our_file(&FAMILIES[3], &root)).unwrap();
        assert_eq!(bench.system().state(&root).unwrap(), State::Trusted);
        bench.system().remove(&root).unwrap();
        assert_eq!(bench.system().state(&root).unwrap(), State::Missing);
    }

    #[test]
    fn debians_program_is_told_to_begin_afresh_and_java_to_forget() {
        let bench = Bench::debian();
        let root = ca("certwright root 1");
        let (name, place) = (name_for(&root), bench.folder.path().display());
        // It knows the option, which it is asked for by its text.
        let program = bench.path("usr/sbin/update-ca-certificates");
        let text = fs::read_to_string(&program).unwrap();
        script(
            &program,
            &format!("{}\n# --fresh", text.trim_start_matches("#!/bin/sh\n")),
        );
        bench.system().install(&root).unwrap();
        let keystore = bench.path(KEYSTORE);
        fs::create_dir_all(keystore.parent().unwrap()).unwrap();
        let java = [&JKS[..], format!("..debian:{name}.pem..").as_bytes()].concat();
        fs::write(&keystore, &java).unwrap();
        fs::create_dir_all(bench.path(HOOK).parent().unwrap()).unwrap();
        script(&bench.path(HOOK), &format!("cat >> {place}/told"));
        let error = bench.system().remove(&root).unwrap_err();
        assert!(error.to_string().contains("Java still trusts"), "{error}");
        assert!(
            error
                .hint()
                .unwrap()
                .contains(&format!("-alias debian:{name}.pem"))
        );
        assert_eq!(bench.log(), ["", "--fresh"]);
        let told = fs::read_to_string(bench.path("told")).unwrap();
        assert_eq!(told, format!("-/etc/ssl/certs/{name}.pem\n"));
        // And a hook that does it.
        bench.system().install(&root).unwrap();
        script(
            &bench.path(HOOK),
            &format!("printf '\\376\\355\\376\\355' > {}", keystore.display()),
        );
        bench.system().remove(&root).unwrap();
        assert_eq!(fs::read(&keystore).unwrap(), JKS);
    }

    #[test]
    fn a_dangling_link_is_a_trace() {
        let bench = Bench::debian();
        let root = ca("certwright root 1");
        let link = bench.path(&format!("etc/ssl/certs/{}.pem", name_for(&root)));
        std::os::unix::fs::symlink("/nowhere", &link).unwrap();
        let error = bench.system().remove(&root).unwrap_err().to_string();
        assert!(error.ends_with("was left dangling"), "{error}");
    }

    #[test]
    fn a_program_that_fails_leaves_nothing_of_ours() {
        let bench = Bench::debian();
        let program = bench.path("usr/sbin/update-ca-certificates");
        script(&program, "echo 'no space left on device' >&2; exit 7");
        let root = ca("certwright root 1");
        let error = bench.system().install(&root).unwrap_err().to_string();
        assert!(error.contains("the system's store"), "{error}");
        assert!(
            error.ends_with("ended with code 7: no space left on device"),
            "{error}"
        );
        assert!(bench.anchors().is_empty());
        // One that says it did, and did not.
        script(&program, "true");
        let error = bench.system().install(&root).unwrap_err().to_string();
        assert!(error.contains("has not come to hold it"), "{error}");
        assert!(bench.anchors().is_empty());
    }

    #[test]
    fn a_program_that_hangs_is_one_failure() {
        let mut bench = Bench::debian();
        script(&bench.path("usr/sbin/update-ca-certificates"), "sleep 60");
        bench.machine.runner.limit = std::time::Duration::from_millis(300);
        let error = bench.system().install(&ca("a")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(bench.anchors().is_empty());
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_told() {
        let bench = Bench::debian();
        let folder = bench.path("usr/local/share/ca-certificates");
        // Root may write to whatever has a mode against it, and not below a file.
        fs::remove_dir(&folder).unwrap();
        fs::write(&folder, "").unwrap();
        let error = bench.system().install(&ca("a")).unwrap_err();
        assert!(error.to_string().contains("ca-certificates"), "{error}");
        assert!(bench.log().is_empty());
    }

    #[test]
    fn what_is_lacking_is_told() {
        let bench = Bench::debian();
        fs::remove_file(bench.path("usr/sbin/update-ca-certificates")).unwrap();
        let error = find(&bench.machine).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(
            error
                .to_string()
                .ends_with("is there, and no update-ca-certificates"),
            "{error}"
        );
        let bench = Bench::bare();
        let error = find(&bench.machine).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        fs::create_dir_all(bench.path("run/ostree-booted")).unwrap();
        let error = find(&bench.machine).unwrap_err().to_string();
        assert!(error.contains("is an image"), "{error}");
    }

    #[test]
    fn nixos_is_told_what_to_declare() {
        let bench = Bench::debian();
        fs::write(bench.path("etc/NIXOS"), "").unwrap();
        let (system, root) = (bench.system(), ca("certwright root 1"));
        assert_eq!(system.state(&root).unwrap(), State::Missing);
        system.remove(&root).unwrap();
        let error = system.install(&root).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let hint = error.hint().unwrap();
        assert!(
            hint.starts_with("security.pki.certificates = [ \"-----BEGIN CERTIFICATE-----\\nMII"),
            "{hint}"
        );
        assert!(
            hint.contains("-----END CERTIFICATE-----\\n\" ]; in configuration.nix"),
            "{hint}"
        );
        assert!(bench.anchors_are_empty());
        // Once it is declared, the list has it.
        fs::write(system.list(), root.to_pem()).unwrap();
        assert_eq!(system.state(&root).unwrap(), State::Trusted);
        system.install(&root).unwrap();
        assert!(
            system
                .remove(&root)
                .unwrap_err()
                .hint()
                .unwrap()
                .starts_with("take this out")
        );
    }

    impl Bench {
        fn anchors_are_empty(&self) -> bool {
            let folder = self.path("usr/local/share/ca-certificates");
            fs::read_dir(folder).unwrap().next().is_none()
        }
    }

    #[test]
    fn a_plan_tells_the_steps_and_does_nothing() {
        let mut bench = Bench::debian();
        bench.machine.runner.privilege = Privilege::Sudo { interactive: false };
        let (system, root) = (bench.system(), ca("certwright root 1"));
        let Plan::Steps(steps) = system.plan(Change::Install, &root).unwrap() else {
            panic!("there is something to do");
        };
        let program = bench.path("usr/sbin/update-ca-certificates");
        let lines = system.machine.runner.lines(&steps, &[]);
        assert!(
            lines[0].ends_with(&format!("{}.crt", name_for(&root))),
            "{lines:?}"
        );
        assert_eq!(lines[1], format!("sudo {}", program.display()));
        assert_eq!(system.plan(Change::Remove, &root).unwrap(), Plan::Nothing);
        assert!(bench.anchors().is_empty() && bench.log().is_empty());
    }

    #[test]
    fn an_image_is_changed_as_far_as_rights_go() {
        let mut bench = Bench::debian();
        bench.machine.running = false;
        let root = ca("certwright root 1");
        let place = bench.folder.path().display().to_string();
        let Plan::Steps(steps) = bench.system().plan(Change::Install, &root).unwrap() else {
            panic!("there is something to do");
        };
        let update = &bench.machine.runner.lines(&steps, &[])[1];
        assert_eq!(
            *update,
            format!("chroot {place} /usr/sbin/update-ca-certificates")
        );
        // The folder is ours, and chroot is root's.
        bench.machine.runner = Runner::new(Privilege::None);
        let error = bench.system().install(&root).unwrap_err();
        assert_eq!(error.hint(), Some(&*format!("run as root: {update}")));
        assert_eq!(bench.anchors().len(), 1);
        assert_eq!(bench.system().state(&root).unwrap(), State::Untrusted);
    }

    #[test]
    fn a_name_that_is_taken_is_not_written_over() {
        let bench = Bench::debian();
        let (root, other) = (ca("a"), ca("b"));
        let path = bench.system().our_file(&FAMILIES[3], &root);
        fs::write(&path, other.to_pem()).unwrap();
        let error = bench.system().install(&root).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        // Half of a file is what a kill left.
        fs::write(&path, &root.to_pem()[..100]).unwrap();
        bench.system().install(&root).unwrap();
    }

    #[test]
    fn only_what_has_our_name_twice_is_ours() {
        let bench = Bench::debian();
        let folder = bench.system().place();
        for (file, name) in [
            ("certwright-1.crt", "certwright root 1"),
            ("certwright-2.crt", "somebody else"),
            ("certwright-3.crt", "certwright root x/y"),
            ("mine.crt", "certwright root 4"),
        ] {
            fs::write(folder.join(file), ca(name).to_pem()).unwrap();
        }
        fs::write(
            folder.join("certwright-5.crt"),
            "-----BEGIN CERTIFICATE-----\n",
        )
        .unwrap();
        let ours = bench.system().ours().unwrap();
        let names: Vec<_> = ours.iter().map(|ca| ca.subject().to_string()).collect();
        assert_eq!(names, ["CN=certwright root 1"]);
    }
}
