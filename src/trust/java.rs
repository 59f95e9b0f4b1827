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
        // Nothing is concluded from a listing that was not understood whole.
        let Some(entries) = parse(&listed) else {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "keytool lists it in a form that is not known here",
            )
            .with_hint("take the CA in or out by keytool"));
        };
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

/// Reads what `keytool -list -rfc` prints, if there are as many entries as it says. Only what is
/// trusted by itself counts, not the certificate of a private key.
fn parse(listed: &[u8]) -> Option<Vec<Entry>> {
    let text = String::from_utf8_lossy(listed);
    let (_, rest) = text.split_once("Your keystore contains ")?;
    let said: usize = rest.split_whitespace().next()?.parse().ok()?;
    let sections: Vec<_> = rest.split("\nAlias name: ").skip(1).collect();
    if sections.len() != said {
        return None;
    }
    let trusted = sections
        .into_iter()
        .filter(|section| section.contains("\nEntry type: trustedCertEntry"));
    let read = trusted.map(|section| {
        let block = pem::blocks(section.as_bytes()).next()?.ok()?;
        Some(Entry {
            alias: section.lines().next()?.to_owned(),
            der: block.decode().ok()?.to_vec(),
        })
    });
    read.collect()
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

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::process::Runner;
    use super::super::process::tests::{runner, script};
    use super::*;

    fn ca() -> Certificate {
        super::super::system::tests::ca("certwright root 1a2b")
    }

    struct Bench {
        folder: tempfile::TempDir,
        machine: Machine,
    }

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let machine = Machine {
                root: folder.path().canonicalize().unwrap(),
                running: true,
                runner: runner(),
            };
            Self { folder, machine }
        }

        fn path(&self, below: &str) -> PathBuf {
            self.folder.path().join(below)
        }

        /// A virtual machine whose keytool keeps a folder `KEYSTORE.d` with a file for each alias.
        fn jvm(&self, home: &str) {
            let home = self.path(home);
            fs::create_dir_all(home.join("bin")).unwrap();
            fs::create_dir_all(home.join("lib/security")).unwrap();
            if home
                .join("lib/security/cacerts")
                .symlink_metadata()
                .is_err()
            {
                fs::write(home.join("lib/security/cacerts"), "").unwrap();
            }
            script(&home.join("bin/java"), "");
            script(&home.join("bin/keytool"), KEYTOOL);
        }

        fn stores(&self, java_home: Option<&str>) -> Vec<Result<Keystore>> {
            stores(
                &self.machine,
                java_home.map(Path::new),
                Some(&self.path("home")),
            )
        }

        fn only(&self) -> Keystore {
            let mut stores = self.stores(None);
            assert_eq!(stores.len(), 1);
            stores.remove(0).unwrap()
        }
    }

    const KEYTOOL: &str = r#"
[ "$5" = -storepass ] && [ "$6" = changeit ] || exit 9
d=$4.d; mkdir -p "$d"
case $2 in
-list)
    echo "Keystore type: JKS"; echo; echo "Your keystore contains $(ls "$d" | wc -l) entries"; echo
    for f in "$d"/*; do
        [ -e "$f" ] || continue
        echo "Alias name: ${f##*/}"; echo "Creation date: Nov 21, 2026"
        echo "Entry type: trustedCertEntry"; echo; cat "$f"; echo "*****"
    done;;
-importcert)
    [ -e "$d/$9" ] && { echo "keytool error: java.lang.Exception: Certificate not imported, alias <$9> already exists"; exit 1; }
    cat > "$d/$9";;
-delete) rm "$d/$8";;
esac"#;

    #[test]
    fn machines_are_found_wherever_they_are_and_each_file_once() {
        let bench = Bench::new();
        assert!(bench.stores(None).is_empty());
        for home in [
            "usr/lib/jvm/java-17",
            "usr/lib/jvm/temurin-25",
            "opt/jdk",
            "home/.jdks/own",
        ] {
            bench.jvm(home);
        }
        // The first two share one, by an absolute link that stays below the root.
        let shared = bench.path("etc/ssl/certs/java/cacerts");
        fs::create_dir_all(shared.parent().unwrap()).unwrap();
        fs::write(&shared, "").unwrap();
        for home in ["java-17", "temurin-25"] {
            let file = bench.path(&format!("usr/lib/jvm/{home}/lib/security/cacerts"));
            fs::remove_file(&file).unwrap();
            symlink("/etc/ssl/certs/java/cacerts", &file).unwrap();
        }
        symlink("java-17", bench.path("usr/lib/jvm/default")).unwrap();
        fs::create_dir_all(bench.path("usr/lib/jvm/openjdk-17")).unwrap();
        fs::create_dir_all(bench.path("etc/alternatives")).unwrap();
        symlink("/opt/jdk/bin/java", bench.path("etc/alternatives/java")).unwrap();
        let found = bench.stores(Some("/opt/jdk"));
        let found: Vec<_> = found
            .iter()
            .flatten()
            .map(|store| (store.name(), store.place()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "java: jdk".to_owned(),
                    bench.machine.root.join("opt/jdk/lib/security/cacerts")
                ),
                (
                    "java: java-17, temurin-25".to_owned(),
                    bench.machine.root.join("etc/ssl/certs/java/cacerts")
                ),
                (
                    "java: own".to_owned(),
                    bench
                        .machine
                        .root
                        .join("home/.jdks/own/lib/security/cacerts")
                ),
            ]
        );
    }

    #[test]
    fn java_8_has_its_own_a_folder_below() {
        let bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-8/jre");
        fs::create_dir_all(bench.path("usr/bin")).unwrap();
        symlink(
            "/usr/lib/jvm/java-8/jre/bin/java",
            bench.path("usr/bin/java"),
        )
        .unwrap();
        assert_eq!(
            bench.only().place(),
            bench
                .machine
                .root
                .join("usr/lib/jvm/java-8/jre/lib/security/cacerts")
        );
    }

    #[test]
    fn a_wrong_java_home_is_one_failure() {
        let bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        let found = bench.stores(Some("/nowhere"));
        let error = found[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(
            error.to_string().contains("JAVA_HOME is /nowhere"),
            "{error}"
        );
        assert!(found[1].is_ok() && found.len() == 2);
        assert_eq!(bench.stores(Some("")).len(), 1);
    }

    #[test]
    fn links_in_a_circle_lead_nowhere() {
        let bench = Bench::new();
        fs::create_dir_all(bench.path("usr/bin")).unwrap();
        symlink("java", bench.path("usr/bin/java")).unwrap();
        symlink("../../../../..", bench.path("usr/bin/javac")).unwrap();
        assert!(bench.stores(None).is_empty());
    }

    #[test]
    fn a_ca_is_entered_once_and_deleted_under_every_alias() {
        let bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        let (store, ca, other) = (bench.only(), ca(), ca());
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        store.remove(&ca).unwrap();
        store.install(&ca).unwrap();
        store.install(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Trusted);
        assert_eq!(store.state(&other).unwrap(), State::Missing);
        assert_eq!(store.ours().unwrap(), std::slice::from_ref(&ca));
        let aliases = bench.path("usr/lib/jvm/java-17/lib/security/cacerts.d");
        assert_eq!(fs::read_dir(&aliases).unwrap().count(), 1);
        // As the hook of the system's store enters it, and somebody by hand.
        fs::write(
            aliases.join(format!("debian:{}.pem", name_for(&ca))),
            ca.to_pem(),
        )
        .unwrap();
        fs::write(aliases.join("by hand"), ca.to_pem()).unwrap();
        fs::write(aliases.join("other"), other.to_pem()).unwrap();
        assert_eq!(store.ours().unwrap(), std::slice::from_ref(&ca));
        store.remove(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        assert_eq!(store.state(&other).unwrap(), State::Trusted);
    }

    #[test]
    fn an_alias_that_is_taken_is_reported() {
        let bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        let (store, ca, other) = (bench.only(), ca(), ca());
        store.install(&other).unwrap();
        let aliases = bench.path("usr/lib/jvm/java-17/lib/security/cacerts.d");
        fs::rename(aliases.join(name_for(&other)), aliases.join(name_for(&ca))).unwrap();
        let error = store.install(&ca).unwrap_err().to_string();
        assert!(error.contains("already exists"), "{error}");
        assert!(error.starts_with("the keystore "), "{error}");
    }

    #[test]
    fn what_keytool_cannot_do_is_one_failure() {
        let bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        let keytool = bench.path("usr/lib/jvm/java-17/bin/keytool");
        for (text, kind) in [
            (
                "echo 'keytool error: java.io.IOException: keystore password was incorrect'; exit 1",
                ErrorKind::WrongPassword,
            ),
            ("echo 'keytool error: broken'; exit 1", ErrorKind::Io),
            ("echo 'Ihr Keystore'", ErrorKind::Unsupported),
            (
                "echo 'Your keystore contains 3 entries'",
                ErrorKind::Unsupported,
            ),
        ] {
            script(&keytool, text);
            assert_eq!(
                bench.only().install(&ca()).unwrap_err().kind(),
                kind,
                "{text}"
            );
        }
        // It says that it did, and did not.
        script(&keytool, "echo 'Your keystore contains 0 entries'");
        let error = bench.only().install(&ca()).unwrap_err().to_string();
        assert!(error.ends_with("does not list it"), "{error}");
    }

    #[test]
    fn a_plan_tells_the_commands() {
        let mut bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        let ca = ca();
        let steps = |store: &Keystore| match store.plan(Change::Install, &ca).unwrap() {
            Plan::Steps(steps) => store.machine.runner.lines(&steps, &[]),
            other => panic!("{other:?}"),
        };
        let lines = steps(&bench.only());
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("-importcert"), "{lines:?}");
        assert!(
            lines[0].contains("-storepass changeit -noprompt -alias certwright-"),
            "{lines:?}"
        );
        // A keystore that is ours takes no root.
        bench.machine.runner = Runner::new(Privilege::None);
        assert!(!bench.only().needs_root());
        bench.only().install(&ca).unwrap();
        assert_eq!(
            bench.only().plan(Change::Install, &ca).unwrap(),
            Plan::Nothing
        );
    }

    #[test]
    fn an_image_has_its_keytool_run_in_it() {
        let mut bench = Bench::new();
        bench.jvm("usr/lib/jvm/java-17");
        bench.machine.running = false;
        let call = bench.only().keytool(false, &["-list", "-rfc"]);
        let line = bench
            .machine
            .runner
            .lines(&[Step::Run(call)], &[])
            .remove(0);
        let root = bench.machine.root.display();
        assert_eq!(
            line,
            format!(
                "chroot {root} /usr/lib/jvm/java-17/bin/keytool -J-Duser.language=en -list -keystore /usr/lib/jvm/java-17/lib/security/cacerts -storepass changeit -rfc"
            )
        );
    }

    #[test]
    fn the_certificate_of_a_private_key_is_not_trusted() {
        let ca = ca();
        let section = |kind: &str| {
            let text = format!(
                "Your keystore contains 1 entry\n\nAlias name: a\nEntry type: {kind}\n\n{}",
                ca.to_pem()
            );
            parse(text.as_bytes()).map(|entries| entries.len())
        };
        assert_eq!(section("trustedCertEntry"), Some(1));
        assert_eq!(section("PrivateKeyEntry"), Some(0));
    }
}
