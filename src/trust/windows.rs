//! The root stores of Windows, read and written by its own `certutil.exe`: from Windows itself, and from
//! a Linux that runs beside it (WSL).
//!
//! The program speaks the language of its user, so nothing is read but what it says in all of them: the
//! name of the store, the lines between the certificates, and their SHA-1. By that it finds and deletes a
//! certificate; but the certificate is held against ours byte by byte before.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::process::{Call, Step};
use super::{Change, Machine, Plan, State, Store, has_our_name, unforeseen};
use crate::cert::Certificate;
use crate::crypto::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::files;
use crate::fingerprint::{Fingerprint, Form};
use crate::pem;

/// The root store of one user, or of the machine.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RootStore {
    machine: Machine,
    owner: Owner,
    certutil: PathBuf,
    /// What tells Windows' name of a path, where ours is another.
    wslpath: Option<PathBuf>,
    /// Where files lie for as long as `certutil.exe` reads or writes them.
    temporary: PathBuf,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owner {
    User,
    Machine,
}

/// Finds the root stores of the Windows that runs, given its folder of programs (`System32`) and one for
/// temporary files.
///
/// The machine's store is there only for an administrator's process. It comes first: what is in it is
/// trusted by every user, and for the user's own store Windows would ask in a window.
pub fn stores(machine: &Machine, programs: &Path, temporary: &Path) -> Vec<Result<RootStore>> {
    let certutil = programs.join(CERTUTIL);
    if !certutil.exists() {
        let message = format!(
            "{} is not there, and the root stores are changed by it",
            certutil.display()
        );
        return vec![Err(Error::new(ErrorKind::NotFound, message).with_hint(
            "it belongs to Windows itself: see whether this is a whole Windows",
        ))];
    }
    let store = |owner| RootStore {
        machine: machine.clone(),
        owner,
        certutil: certutil.clone(),
        wslpath: None,
        temporary: temporary.to_owned(),
    };
    let mut found = Vec::new();
    match is_administrator(machine, &programs.join("whoami.exe")) {
        Ok(true) => found.push(Ok(store(Owner::Machine))),
        Ok(false) => {}
        Err(error) => found.push(Err(error.about("Windows' root store of the machine"))),
    }
    found.push(Ok(store(Owner::User)));
    found
}

/// Finds the user's root store of the Windows that a Linux runs beside, given the name of the
/// distribution, if the environment has one, and a folder for temporary files.
///
/// There is none where that Windows cannot be reached, as in a container.
pub fn beside_wsl(
    machine: &Machine,
    distribution: Option<&str>,
    temporary: &Path,
) -> Vec<Result<RootStore>> {
    let named = distribution.is_some_and(|name| !name.is_empty());
    let is_wsl = || {
        let version = files::read(&machine.root.join("proc/version")).unwrap_or_default();
        let version = version.to_ascii_lowercase();
        memchr::memmem::find(&version, b"microsoft").is_some()
    };
    let certutil = machine.root.join(MOUNTED).join(CERTUTIL);
    if !machine.running || !certutil.exists() || !(named || is_wsl()) {
        return Vec::new();
    }
    vec![Ok(RootStore {
        machine: machine.clone(),
        owner: Owner::User,
        certutil,
        wslpath: Some(machine.root.join(WSLPATH)),
        temporary: temporary.to_owned(),
    })]
}

/// Tells whether this process has an administrator's rights, not only its user.
fn is_administrator(machine: &Machine, whoami: &Path) -> Result<bool> {
    let words = [whoami.as_os_str(), "/groups".as_ref()];
    let groups = machine.runner.run(&Call::as_ourselves(words))?;
    let groups = String::from_utf8_lossy(&groups);
    let has = |level: &str| groups.split_whitespace().any(|word| word == level);
    match groups.contains(LEVEL) {
        true => Ok(ELEVATED.iter().any(|level| has(level))),
        false => Err(Error::new(
            ErrorKind::Unsupported,
            "`whoami /groups` lists the groups in a form that is not known here",
        )
        .with_hint("take the CA in or out with the program certlm.msc")),
    }
}

/// A certificate as `certutil.exe` lists it.
struct Listed {
    /// What it says of it, in its user's language.
    text: String,
    /// Its SHA-1, in lower case.
    hash: String,
}

impl RootStore {
    fn certutil<W: Into<OsString>>(&self, words: impl IntoIterator<Item = W>) -> Call {
        let mut all = vec![self.certutil.clone().into_os_string()];
        all.extend((self.owner == Owner::User).then(|| "-user".into()));
        all.extend(words.into_iter().map(Into::into));
        Call::as_ourselves(all)
    }

    /// The path of one of our files as Windows names it. It does so only for what is there, and the file
    /// may be still to be made.
    fn as_windows(&self, file: &Path) -> Result<OsString> {
        let Some(wslpath) = &self.wslpath else {
            return Ok(file.into());
        };
        let words = [
            wslpath.as_os_str(),
            "-w".as_ref(),
            self.temporary.as_os_str(),
        ];
        let folder = self.machine.runner.run(&Call::as_ourselves(words))?;
        let folder = String::from_utf8_lossy(&folder);
        let folder = folder.trim_end_matches(['\r', '\n', '\\']);
        if folder.is_empty() || folder.contains(['\r', '\n']) {
            let message = format!(
                "`wslpath -w {}` did not tell one path",
                self.temporary.display()
            );
            return Err(Error::new(ErrorKind::Unsupported, message)
                .with_hint("set TMPDIR to a folder that Windows reaches, as one below /mnt/c"));
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{folder}\\{name}").into())
    }

    fn listed(&self, store: &str) -> Result<Vec<Listed>> {
        let listed = self.machine.runner.run(&self.certutil(["-store", store]))?;
        parse(&listed, store).ok_or_else(|| {
            let message =
                format!("`certutil.exe -store {store}` lists it in a form that is not known here");
            Error::new(ErrorKind::Unsupported, message).with_hint(match self.owner {
                Owner::User => "take the CA in or out with the program certmgr.msc",
                Owner::Machine => "take the CA in or out with the program certlm.msc",
            })
        })
    }

    fn lists(&self, store: &str, hash: &str) -> Result<bool> {
        let listed = self.listed(store)?;
        Ok(listed.iter().any(|one| one.hash == hash))
    }

    /// The certificate that the store has under a SHA-1, in DER.
    fn exported(&self, hash: &str) -> Result<Vec<u8>> {
        let file = unforeseen(&self.temporary)?;
        let seen = self.as_windows(&file)?;
        let runner = &self.machine.runner;
        let words = ["-store".into(), ROOT.into(), hash.into(), seen];
        let bytes = runner
            .run(&self.certutil::<OsString>(words))
            .and_then(|_| files::read(&file));
        let cleared = runner.carry_out(&[Step::RemoveFile {
            path: file,
            root: false,
        }]);
        let bytes = bytes?;
        cleared?;
        let block = pem::blocks(&bytes).flatten().next();
        match block {
            Some(block) => Ok(block.decode()?.to_vec()),
            None => Ok(bytes.to_vec()),
        }
    }

    fn has(&self, ca: &Certificate) -> Result<bool> {
        let hash = hash_of(ca);
        if !self.lists(ROOT, &hash)? {
            return Ok(false);
        }
        match self.exported(&hash)? == ca.der() {
            true => Ok(true),
            false => Err(Error::new(
                ErrorKind::AlreadyExists,
                format!("it holds another certificate under the CA's SHA-1, {hash}"),
            )
            .with_hint("look at both: one of them was made to be taken for the other")),
        }
    }

    fn judge(&self, ca: &Certificate) -> Result<State> {
        Ok(match self.has(ca)? {
            false => State::Missing,
            true if self.lists(DISALLOWED, &hash_of(ca))? => State::Untrusted,
            true => State::Trusted,
        })
    }

    fn steps(&self, change: Change, ca: &Certificate) -> Result<Vec<Step>> {
        let hash = hash_of(ca);
        Ok(match (change, self.judge(ca)?) {
            (Change::Install, State::Trusted) | (Change::Remove, State::Missing) => Vec::new(),
            (Change::Install, _) => {
                // Whoever put it there had a reason, and what is there outweighs every root store.
                if self.lists(DISALLOWED, &hash)? {
                    let line = self.certutil(["-delstore", DISALLOWED, &hash]);
                    let line = self.machine.runner.lines(&[Step::Run(line)], &[]).join("");
                    return Err(Error::new(
                        ErrorKind::AlreadyExists,
                        "the CA is in Windows' store of certificates that are never trusted",
                    )
                    .with_hint(format!("if it is to be trusted after all, run: {line}")));
                }
                let path = unforeseen(&self.temporary)?;
                let words = ["-addstore".into(), ROOT.into(), self.as_windows(&path)?];
                let add = self.certutil::<OsString>(words);
                vec![
                    Step::WriteFile {
                        path: path.clone(),
                        // Windows may come to it as another of the Linux's users.
                        mode: 0o644,
                        bytes: ca.to_pem().into_bytes(),
                        root: false,
                    },
                    Step::Run(add),
                    Step::RemoveFile { path, root: false },
                ]
            }
            (Change::Remove, _) => {
                vec![Step::Run(self.certutil(["-delstore", ROOT, &hash]))]
            }
        })
    }

    fn change(&self, change: Change, ca: &Certificate) -> Result<()> {
        let steps = self.steps(change, ca)?;
        let Some(last) = steps.last() else {
            return Ok(());
        };
        let runner = &self.machine.runner;
        let done = runner.carry_out(&steps);
        if done.is_err() && matches!(last, Step::RemoveFile { .. }) {
            let _ = runner.carry_out(std::slice::from_ref(last));
        }
        done?;
        match (change, self.judge(ca)?) {
            (Change::Install, State::Trusted) | (Change::Remove, State::Missing) => Ok(()),
            (Change::Install, _) => Err(Error::new(
                ErrorKind::Io,
                "`certutil.exe` entered the CA, and does not list it",
            )
            .with_hint("see whether a policy of the machine's owner forbids it")),
            (Change::Remove, _) => Err(Error::new(
                ErrorKind::Io,
                "`certutil.exe` deleted the CA, and still lists it",
            )
            .with_hint("it may stand in the machine's store, whose roots every user's store shows: run the same command as administrator")),
        }
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        let whose = match self.owner {
            Owner::User => "user",
            Owner::Machine => "machine",
        };
        result.map_err(|error| error.about(format_args!("Windows' root store of the {whose}")))
    }
}

impl Store for RootStore {
    fn name(&self) -> String {
        match self.owner {
            Owner::User => "windows: user".to_owned(),
            Owner::Machine => "windows: machine".to_owned(),
        }
    }

    /// A key of the registry: there is no file.
    fn place(&self) -> PathBuf {
        let hive = match self.owner {
            Owner::User => "HKEY_CURRENT_USER",
            Owner::Machine => "HKEY_LOCAL_MACHINE",
        };
        PathBuf::from(format!(
            r"{hive}\Software\Microsoft\SystemCertificates\Root"
        ))
    }

    fn state(&self, ca: &Certificate) -> Result<State> {
        self.named(self.judge(ca))
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

    fn ours(&self) -> Result<Vec<Certificate>> {
        self.named((|| {
            // A name stands in the listing as it is, and each of the others would cost a process.
            let mut listed = self.listed(ROOT)?;
            listed.retain(|one| one.text.contains(OUR_NAME));
            let mut found = Vec::new();
            for one in listed {
                let read = Certificate::from_der(&self.exported(&one.hash)?);
                // The user's store shows the machine's too.
                found.extend(
                    read.ok()
                        .filter(|read| has_our_name(read) && !found.contains(read)),
                );
            }
            Ok(found)
        })())
    }
}

/// The SHA-1 by which `certutil.exe` finds a certificate.
fn hash_of(ca: &Certificate) -> String {
    Fingerprint::of(Digest::Sha1, ca.der()).to_text(Form::Hex)
}

/// Reads what `certutil.exe -store` prints, if it is understood whole.
fn parse(listed: &[u8], store: &str) -> Option<Vec<Listed>> {
    let text = String::from_utf8_lossy(listed);
    let (mut head, mut sections) = (String::new(), Vec::new());
    for line in text.lines() {
        if line.starts_with("====") {
            sections.push(String::new());
        }
        let part = sections.last_mut().unwrap_or(&mut head);
        *part += line;
        part.push('\n');
    }
    let first = head.split_whitespace().next()?;
    if !first.eq_ignore_ascii_case(store) {
        return None;
    }
    let listed = sections.into_iter().map(|text| {
        // A serial number may be of the same form, and stands before.
        let hash = text.lines().rev().find_map(hash_in)?;
        Some(Listed { text, hash })
    });
    listed.collect()
}

/// The SHA-1 that a line ends in: older versions write it in pairs.
fn hash_in(line: &str) -> Option<String> {
    let line = line.trim_end();
    let start = line.trim_end_matches(|c: char| c.is_ascii_hexdigit() || c == ' ');
    let digits = line[start.len()..].replace(' ', "").to_lowercase();
    (digits.len() == HASH_DIGITS).then_some(digits)
}

const CERTUTIL: &str = "certutil.exe";

const ROOT: &str = "Root";

/// What is in it is trusted by nobody, whatever the root stores say.
const DISALLOWED: &str = "Disallowed";

/// Where WSL shows the programs of its Windows, below the root.
const MOUNTED: &str = "mnt/c/Windows/System32";

/// Of WSL itself, below the root.
const WSLPATH: &str = "usr/bin/wslpath";

/// How the identifiers of the levels begin, of which every process has one.
const LEVEL: &str = "S-1-16-";

/// The levels of an administrator who has agreed, and of the system.
const ELEVATED: [&str; 2] = ["S-1-16-12288", "S-1-16-16384"];

/// How the names of our roots begin.
const OUR_NAME: &str = "certwright root ";

const HASH_DIGITS: usize = 40;

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::trust::macos::tests::ca;
    use crate::trust::process::Runner;
    use crate::trust::process::tests::{runner, script};

    /// A stand-in that keeps each store as a folder, and writes what it was called with into "log". It
    /// speaks German, and a user's store shows the machine's too.
    const PROGRAM: &str = r#"
cd "${0%/*}" || exit 9
echo "$*" >> log
own=machine
[ "$1" = -user ] && { own=user; shift; }
mkdir -p "kept/$own/$2"
path() { printf %s "$1" | sed 's/^W://; y/\\/\//'; }
der() { sed '/-----/d' "$1" | base64 -d; }
case $1 in
-store)
    if [ -n "$4" ]; then
        for file in kept/$own/$2/$3 kept/machine/$2/$3; do
            [ -e "$file" ] && exec cp "$file" "$(path "$4")"
        done
        echo 'CertUtil: Das Objekt wurde nicht gefunden.'; exit 17
    fi
    printf '%s "Vertrauenswürdige"\r\n' "$2"
    for file in kept/machine/$2/* kept/user/$2/*; do
        [ -e "$file" ] && [ "$own" != machine -o "${file#kept/user}" = "$file" ] || continue
        printf '================ Zertifikat 0 ================\r\nSeriennummer: 00112233445566778899aabbccddeeff00112233\r\n'
        printf 'Antragsteller: CN=certwright root ab12\r\n'
        printf 'Zertifikathash(sha1): %s\r\nKein Schl\374sselanbieter\r\n' "$(basename "$file")"
    done
    printf 'CertUtil: -store-Befehl wurde erfolgreich ausgef\201hrt.\r\n' ;;
-addstore)
    [ -e refuse ] && { echo 'CertUtil: Der Vorgang wurde abgebrochen.'; exit 199; }
    file=$(path "$3")
    der "$file" > "kept/$own/$2/$(der "$file" | sha1sum | cut -c 1-40)" ;;
-delstore)
    rm "kept/$own/$2/$3" 2> /dev/null || { echo 'CertUtil: Das Objekt wurde nicht gefunden.'; exit 17; } ;;
*) exit 2 ;;
esac
"#;

    struct Pc {
        folder: tempfile::TempDir,
        machine: Machine,
    }

    impl Pc {
        fn new(certutil: &str, level: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            fs::create_dir_all(path("temporary")).unwrap();
            fs::create_dir_all(path(MOUNTED).join("kept")).unwrap();
            script(&path(MOUNTED).join(CERTUTIL), certutil);
            let groups = format!(r"echo 'VERBINDLICH\Stufe Bezeichnung {level} Gruppe'");
            script(&path(MOUNTED).join("whoami.exe"), &groups);
            script(
                &path(WSLPATH),
                r#"[ "$1" = -w ] && [ -e "$2" ] && printf 'W:%s\r\n' "$2" | tr / '\\'"#,
            );
            let machine = Machine {
                root: folder.path().to_owned(),
                running: true,
                runner: runner(),
            };
            Self { folder, machine }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn stores(&self) -> Vec<Result<RootStore>> {
            stores(&self.machine, &self.path(MOUNTED), &self.path("temporary"))
        }

        fn store(&self) -> RootStore {
            self.stores().pop().unwrap().unwrap()
        }

        fn beside_wsl(&self, distribution: Option<&str>) -> Vec<Result<RootStore>> {
            beside_wsl(&self.machine, distribution, &self.path("temporary"))
        }

        /// The calls since this was last asked.
        fn calls(&self) -> Vec<String> {
            let log = self.path(MOUNTED).join("log");
            let text = fs::read_to_string(&log).unwrap_or_default();
            let _ = fs::remove_file(log);
            text.lines().map(str::to_owned).collect()
        }

        fn is_clean(&self) -> bool {
            fs::read_dir(self.path("temporary")).unwrap().count() == 0
        }
    }

    const USER: &str = "S-1-16-8192";

    #[test]
    fn a_ca_is_entered_once_and_leaves_nothing_behind() {
        let (pc, ca, other) = (Pc::new(PROGRAM, USER), ca(), ca());
        assert_eq!(pc.stores().len(), 1);
        let store = pc.store();
        assert_eq!(store.name(), "windows: user");
        assert!(!store.needs_root());
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        store.install(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Trusted);
        // Another of the same name is another.
        assert_eq!(store.state(&other).unwrap(), State::Missing);
        assert_eq!(store.ours().unwrap(), std::slice::from_ref(&ca));
        pc.calls();
        store.install(&ca).unwrap();
        let calls = pc.calls();
        assert!(calls.iter().all(|call| call.starts_with("-user -store ")));
        store.remove(&ca).unwrap();
        let deletion = format!("-user -delstore Root {}", hash_of(&ca));
        assert!(pc.calls().contains(&deletion));
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        pc.calls();
        store.remove(&ca).unwrap();
        assert_eq!(pc.calls(), ["-user -store Root"]);
        assert!(pc.is_clean());
    }

    #[test]
    fn an_administrator_has_the_machines_store_which_counts_for_the_user() {
        let (pc, ca) = (Pc::new(PROGRAM, ELEVATED[0]), ca());
        let found: Vec<_> = pc.stores().into_iter().map(Result::unwrap).collect();
        let [machine, user] = &found[..] else {
            panic!("two stores: {found:?}")
        };
        assert_eq!(machine.name(), "windows: machine");
        machine.install(&ca).unwrap();
        pc.calls();
        assert_eq!(user.plan(Change::Install, &ca).unwrap(), Plan::Nothing);
        user.install(&ca).unwrap();
        assert!(pc.calls().iter().all(|call| !call.contains("-addstore")));
        let path = |own: &str| pc.path(MOUNTED).join(format!("kept/{own}/Root"));
        let hash = hash_of(&ca);
        fs::copy(path("machine").join(&hash), path("user").join(&hash)).unwrap();
        assert_eq!(user.ours().unwrap(), std::slice::from_ref(&ca));
        fs::remove_file(path("user").join(&hash)).unwrap();
        // Without the machine's, the user's alone cannot be freed of it, and says so.
        let error = user.remove(&ca).unwrap_err().to_string();
        assert!(
            error.starts_with("Windows' root store of the user: "),
            "{error}"
        );
        machine.remove(&ca).unwrap();
        assert_eq!(user.state(&ca).unwrap(), State::Missing);
        let pc = Pc::new(PROGRAM, "and no level");
        let found = pc.stores();
        let error = found[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(found[1].is_ok(), "the user's is there all the same");
    }

    #[test]
    fn what_windows_never_trusts_is_not_entered() {
        let (pc, ca) = (Pc::new(PROGRAM, USER), ca());
        let store = pc.store();
        store.install(&ca).unwrap();
        let disallowed = pc.path(MOUNTED).join("kept/user/Disallowed");
        fs::create_dir_all(&disallowed).unwrap();
        fs::write(disallowed.join(hash_of(&ca)), ca.der()).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Untrusted);
        let error = store.install(&ca).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert!(error.hint().unwrap().contains("-delstore Disallowed"));
        store.remove(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        assert!(store.install(&ca).is_err());
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
    }

    #[test]
    fn a_certificate_of_the_same_sha1_is_not_deleted() {
        let (pc, ca, other) = (Pc::new(PROGRAM, USER), ca(), ca());
        let store = pc.store();
        store.install(&ca).unwrap();
        let kept = pc.path(MOUNTED).join("kept/user/Root");
        fs::write(kept.join(hash_of(&ca)), other.der()).unwrap();
        for done in [store.install(&ca), store.remove(&ca)] {
            assert_eq!(done.unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        assert!(kept.join(hash_of(&ca)).exists());
        assert!(pc.is_clean());
    }

    #[test]
    fn a_linux_beside_windows_reaches_its_users_store() {
        let (pc, ca) = (Pc::new(PROGRAM, USER), ca());
        assert!(
            pc.beside_wsl(None).is_empty(),
            "nothing says that it is one"
        );
        assert!(pc.beside_wsl(Some("")).is_empty());
        assert_eq!(pc.beside_wsl(Some("Debian")).len(), 1);
        fs::create_dir_all(pc.path("proc")).unwrap();
        fs::write(pc.path("proc/version"), "Linux 4.4.0-Microsoft x").unwrap();
        let store = pc.beside_wsl(None).remove(0).unwrap();
        let Plan::Steps(steps) = store.plan(Change::Install, &ca).unwrap() else {
            panic!("it is not there yet");
        };
        let lines = pc.machine.runner.lines(&steps, &[]);
        let folder = pc.path("temporary").display().to_string();
        let (_, file) = lines[0].rsplit_once('/').unwrap();
        assert!(lines[0].ends_with(&format!(" | install -D -m 644 /dev/stdin {folder}/{file}")));
        let seen = folder.replace('/', r"\");
        assert_eq!(
            lines[1..],
            [
                format!(
                    r"{} -user -addstore Root 'W:{seen}\{file}'",
                    pc.path(MOUNTED).join(CERTUTIL).display()
                ),
                format!("rm -f {folder}/{file}"),
            ]
        );
        assert!(pc.is_clean());
        store.install(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Trusted);
        let Plan::Steps(steps) = store.plan(Change::Remove, &ca).unwrap() else {
            panic!("it is there");
        };
        assert_eq!(steps.len(), 1);
        store.remove(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        assert!(pc.is_clean());
        script(&pc.path(WSLPATH), "exit 0");
        let error = store.install(&ca).unwrap_err().to_string();
        assert!(error.ends_with("did not tell one path"), "{error}");
        // An image is no machine that runs beside anything, nor is a container without the mount.
        let image = Machine {
            running: false,
            ..pc.machine.clone()
        };
        assert!(beside_wsl(&image, Some("Debian"), Path::new("/tmp")).is_empty());
        fs::remove_file(pc.path(MOUNTED).join(CERTUTIL)).unwrap();
        assert!(pc.beside_wsl(None).is_empty());
    }

    #[test]
    fn a_program_that_fails_hangs_or_is_missing_is_a_fault() {
        let (mut pc, ca) = (Pc::new(PROGRAM, USER), ca());
        fs::write(pc.path(MOUNTED).join("refuse"), "").unwrap();
        let error = pc.store().install(&ca).unwrap_err().to_string();
        assert!(
            error.ends_with("ended with code 199: CertUtil: Der Vorgang wurde abgebrochen."),
            "{error}"
        );
        assert!(pc.is_clean());
        let hangs = format!("case $* in *-addstore*) sleep 60;; esac\n{PROGRAM}");
        script(&pc.path(MOUNTED).join(CERTUTIL), &hangs);
        pc.machine.runner = Runner {
            limit: Duration::from_millis(800),
            ..runner()
        };
        let error = pc.store().install(&ca).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(pc.is_clean());
        let deaf = PROGRAM.replace("rm \"kept/$own", ": \"kept/$own");
        let pc = Pc::new(&deaf, USER);
        pc.store().install(&ca).unwrap();
        let error = pc.store().remove(&ca).unwrap_err().to_string();
        assert!(error.ends_with("still lists it"), "{error}");
        let pc = Pc::new(&PROGRAM.replace("    der \"$file\" >", "    : >"), USER);
        let error = pc.store().install(&ca).unwrap_err().to_string();
        assert!(
            error.starts_with("Windows' root store of the user: "),
            "{error}"
        );
        fs::remove_file(pc.path(MOUNTED).join(CERTUTIL)).unwrap();
        let found = pc.stores();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].as_ref().unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_listing_is_understood_whole_or_not_at_all() {
        let hash = "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33";
        let whole = format!("ROOT\r\n=== no\r\n==== 1 ====\r\nHash(sha1) : {hash}\r\nend: 12\r\n");
        let listed = parse(whole.as_bytes(), ROOT).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].hash, hash.replace(' ', ""));
        assert!(parse(b"Root \"empty\"\r\n", ROOT).unwrap().is_empty());
        assert!(parse(b"", ROOT).is_none());
        assert!(parse(b"My \"another\"\r\n", ROOT).is_none());
        let half = format!("{whole}==== 2 ====\r\nHash(sha1): 00 11\r\n");
        assert!(parse(half.as_bytes(), ROOT).is_none());
        let pc = Pc::new("echo nonsense", USER);
        let error = pc.store().state(&ca()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}
