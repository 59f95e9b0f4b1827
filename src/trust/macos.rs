//! The system keychain of macOS, read and written by Apple's `security`.
//!
//! A certificate lies in the keychain, and the administrator's trust settings say beside it whether it
//! is trusted: both have to be made, and both taken back. What they come to is asked of the verifier
//! that clients ask.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::process::{Call, Step};
use super::{Change, Machine, Plan, State, Store, has_our_name, unforeseen};
use crate::cert::Certificate;
use crate::crypto::Digest;
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::{Fingerprint, Form};
use crate::pem;

/// The keychain that all users of one machine trust by.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Keychain {
    machine: Machine,
    security: PathBuf,
    /// Where files lie for as long as `security` reads them.
    temporary: PathBuf,
}

/// Finds the keychain of the machine that runs, given the place of the program `security` and a folder
/// for temporary files.
pub fn stores(machine: &Machine, security: &Path, temporary: &Path) -> Vec<Result<Keychain>> {
    if !security.exists() {
        let message = format!(
            "{} is not there, and the system keychain is changed by it",
            security.display()
        );
        return vec![Err(Error::new(ErrorKind::NotFound, message).with_hint(
            "it belongs to macOS itself: see whether this is a whole macOS",
        ))];
    }
    vec![Ok(Keychain {
        machine: machine.clone(),
        security: security.to_owned(),
        temporary: temporary.to_owned(),
    })]
}

impl Keychain {
    /// `security` with its words and a last one, which is a path.
    fn words(&self, words: &[&str], path: &Path) -> Vec<OsString> {
        let mut all = vec![self.security.clone().into_os_string()];
        all.extend(words.iter().map(OsString::from));
        all.push(path.into());
        all
    }

    /// Every certificate of the keychain, in DER.
    fn certificates(&self) -> Result<Vec<Vec<u8>>> {
        let words = ["find-certificate", "-a", "-Z", "-p"];
        let call = Call::as_ourselves(self.words(&words, &self.place()));
        let listed = match self.machine.runner.run(&call) {
            Err(error) if error.to_string().contains(NONE) => return Ok(Vec::new()),
            listed => listed?,
        };
        let text = String::from_utf8_lossy(&listed);
        let told = text.lines().filter(|line| line.starts_with("SHA-1 hash:"));
        let blocks = pem::blocks(&listed).flatten();
        let ders = blocks.filter_map(|block| Some(block.decode().ok()?.to_vec()));
        let ders: Vec<_> = ders.collect();
        // Nothing is concluded from a listing that was not understood whole.
        if told.count() != ders.len() || (ders.is_empty() && !listed.trim_ascii().is_empty()) {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "`security find-certificate` lists it in a form that is not known here",
            )
            .with_hint("take the CA in or out with the program Keychain Access"));
        }
        Ok(ders)
    }

    fn has(&self, ca: &Certificate) -> Result<bool> {
        Ok(self.certificates()?.iter().any(|der| der == ca.der()))
    }

    fn judge(&self, ca: &Certificate) -> Result<State> {
        Ok(match self.has(ca)? {
            false => State::Missing,
            true if self.is_believed(ca)? => State::Trusted,
            true => State::Untrusted,
        })
    }

    /// Asks whether the CA is trusted for TLS servers. The listing of the trust settings knows it only by
    /// its name, which another may bear.
    fn is_believed(&self, ca: &Certificate) -> Result<bool> {
        let (file, write, clear) = self.file(ca)?;
        let runner = &self.machine.runner;
        let verdict = runner.carry_out(&[write]).and_then(|()| {
            let mut words = self.words(&["verify-cert", "-c"], &file);
            // It is a CA that is judged, and nothing is to be fetched for it.
            words.extend(["-p", "ssl", "-l", "-L"].map(OsString::from));
            runner.run(&Call::as_ourselves(words))
        });
        let cleared = runner.carry_out(&[clear]);
        match verdict {
            Ok(_) => cleared.map(|()| true),
            Err(error) if VERDICTS.iter().any(|no| error.to_string().contains(no)) => {
                cleared.map(|()| false)
            }
            Err(error) => Err(error),
        }
    }

    /// The file that `security` reads, and the steps that write and remove it.
    fn file(&self, ca: &Certificate) -> Result<(PathBuf, Step, Step)> {
        let path = unforeseen(&self.temporary)?;
        let write = Step::WriteFile {
            path: path.clone(),
            // Root reads it, and nobody else has to.
            mode: 0o600,
            bytes: ca.to_pem().into_bytes(),
            root: false,
        };
        let clear = Step::RemoveFile {
            path: path.clone(),
            root: false,
        };
        Ok((path, write, clear))
    }

    fn delete(&self, ca: &Certificate) -> Step {
        let hash = Fingerprint::of(Digest::Sha1, ca.der()).to_text(Form::Hex);
        let words = ["delete-certificate", "-Z", &hash.to_uppercase()];
        Step::Run(Call::as_root(self.words(&words, &self.place())))
    }

    fn steps(&self, change: Change, before: State, ca: &Certificate) -> Result<Vec<Step>> {
        let (file, write, clear) = self.file(ca)?;
        let mut steps = Vec::new();
        match (change, before) {
            (Change::Install, State::Trusted) | (Change::Remove, State::Missing) => {
                return Ok(steps);
            }
            (Change::Install, _) => {
                let mut words = self.words(
                    &[
                        "add-trusted-cert",
                        "-d",
                        "-r",
                        "trustRoot",
                        "-p",
                        "ssl",
                        "-p",
                        "basic",
                        "-k",
                    ],
                    &self.place(),
                );
                words.push(file.into());
                steps.push(Step::Run(Call::as_root(words)));
            }
            (Change::Remove, _) => {
                // The settings first: while the certificate is there, a second try finds it.
                let words = self.words(&["remove-trusted-cert", "-d"], &file);
                steps.extend([Step::Run(Call::as_root(words)), self.delete(ca)]);
            }
        }
        steps.insert(0, write);
        steps.push(clear);
        Ok(steps)
    }

    fn change(&self, change: Change, ca: &Certificate) -> Result<()> {
        let before = self.judge(ca)?;
        let steps = self.steps(change, before, ca)?;
        let Some(clear) = steps.last() else {
            return Ok(());
        };
        let runner = &self.machine.runner;
        let mut done = runner.carry_out(&steps);
        // What is not trusted may be so because there are no settings, of which none can be removed.
        if let Err(error) = &done
            && (change, before) == (Change::Remove, State::Untrusted)
            && error.to_string().contains(NONE)
        {
            done = runner.carry_out(&steps[DELETION..]);
        }
        if let Err(error) = done {
            let _ = runner.carry_out(std::slice::from_ref(clear));
            return Err(match (change, before) {
                (Change::Install, State::Missing) => self.undone(ca, explained(error)),
                _ => explained(error),
            });
        }
        match (change, self.judge(ca)?) {
            (Change::Install, State::Trusted) | (Change::Remove, State::Missing) => Ok(()),
            (Change::Install, _) => Err(Error::new(
                ErrorKind::Io,
                "`security` entered the CA, and the system does not trust it",
            )
            .with_hint("look in Keychain Access whether somebody has set it never to be trusted")),
            (Change::Remove, _) => Err(Error::new(
                ErrorKind::Io,
                "`security` deleted the CA, and still lists it",
            )
            .with_hint("delete it in Keychain Access, from the keychain System")),
        }
    }

    /// Takes back a certificate that was entered and could not be trusted, as far as that goes.
    fn undone(&self, ca: &Certificate, error: Error) -> Error {
        if !self.has(ca).unwrap_or(false)
            || self.machine.runner.carry_out(&[self.delete(ca)]).is_ok()
        {
            return error;
        }
        let message = format!("{error}; its certificate was left behind, not trusted");
        let left = Error::new(error.kind(), message);
        match error.hint() {
            Some(hint) => left.with_hint(hint),
            None => left,
        }
    }

    fn named<T>(&self, result: Result<T>) -> Result<T> {
        let place = self.place();
        result.map_err(|error| error.about(format_args!("the system keychain {}", place.display())))
    }
}

/// Says what helps where macOS would have asked in a window.
fn explained(error: Error) -> Error {
    let said = error.to_string();
    match WINDOWLESS.iter().any(|word| said.contains(word)) {
        true => error.with_hint(
            "macOS asks for it in a window: run the same command in a terminal on that Mac's own screen; or, on a machine that has none, allow it by: sudo security authorizationdb write com.apple.trust-settings.admin allow",
        ),
        false => error,
    }
}

impl Store for Keychain {
    fn name(&self) -> String {
        "macos".to_owned()
    }

    fn place(&self) -> PathBuf {
        self.machine.root.join(KEYCHAIN)
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
        let steps = self.judge(ca);
        let steps = self.named(steps.and_then(|before| self.steps(change, before, ca)))?;
        let told = |step| match step {
            // The program that others' systems write a file with takes no pipe on this one.
            Step::WriteFile { path, bytes, .. } => {
                let words = [OsString::from("tee"), path.into()];
                Step::Run(Call::as_ourselves(words).reading(bytes))
            }
            step => step,
        };
        Ok(match steps.is_empty() {
            true => Plan::Nothing,
            false => Plan::Steps(steps.into_iter().map(told).collect()),
        })
    }

    fn needs_root(&self) -> bool {
        true
    }

    fn ours(&self) -> Result<Vec<Certificate>> {
        let ders = self.named(self.certificates())?;
        let read = ders
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok());
        Ok(read.filter(has_our_name).collect())
    }
}

/// Below the root.
const KEYCHAIN: &str = "Library/Keychains/System.keychain";

/// What `security` says where there is nothing to be listed or removed.
const NONE: &str = "could not be found in the keychain";

/// By which a verdict is told from a program that failed.
const VERDICTS: [&str; 2] = ["Cert Verify Result", "CSSMERR_"];

/// What `security` says where nobody could be asked.
const WINDOWLESS: [&str; 3] = [
    "errSecInternalComponent",
    "authorization",
    "interaction is not allowed",
];

/// Where among the steps of a removal the certificate is deleted.
const DELETION: usize = 2;

#[cfg(all(test, unix))]
pub(super) mod tests {
    use std::fs;
    use std::time::Duration;

    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::Profile;
    use crate::trust::process::tests::{runner, script};
    use crate::trust::process::{Privilege, Runner};
    use crate::validity::{Lifetime, Validity, parse_time};

    /// A root with a name that this program gives.
    pub(in crate::trust) fn ca() -> Certificate {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: "CN=certwright root ab12".parse().unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::years(10))
                .unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    /// A stand-in that keeps certificates and settings as files in the folder "kept", and writes what it
    /// was called with into "log".
    const SECURITY: &str = r#"
cd "${0%/*}" || exit 9
echo "$*" >> log
none='security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.'
hash() { sed '/-----/d' "$1" | base64 -d | sha1sum | cut -c 1-40 | tr a-f A-F; }
verb=$1
case $verb in
find-certificate)
    [ "$2 $3 $4" = '-a -Z -p' ] || exit 2
    for file in kept/*.pem; do
        [ -e "$file" ] || { echo "$none" >&2; exit 44; }
        echo "SHA-1 hash: $(basename "$file" .pem)"
        cat "$file"
    done ;;
add-trusted-cert)
    [ "$*" = "add-trusted-cert -d -r trustRoot -p ssl -p basic -k ${10} ${11}" ] || exit 2
    [ "$(stat -c %a "${11}")" = 600 ] || exit 3
    cp "${11}" "kept/$(hash "${11}").pem"
    [ -e deny ] && { echo 'SecTrustSettingsSetTrustSettings: The authorization was denied since no user interaction was possible.' >&2; exit 1; }
    touch "kept/$(hash "${11}").trusted" ;;
verify-cert)
    [ -e "kept/$(hash "$3").trusted" ] || { echo 'Cert Verify Result: CSSMERR_TP_NOT_TRUSTED' >&2; exit 1; }
    echo '...certificate verification successful.' ;;
remove-trusted-cert)
    rm "kept/$(hash "$3").trusted" 2> /dev/null || { echo "SecTrustSettingsRemoveTrustSettings: $none" >&2; exit 1; } ;;
delete-certificate)
    rm "kept/$3.pem" ;;
esac
"#;

    struct Mac {
        folder: tempfile::TempDir,
        machine: Machine,
    }

    impl Mac {
        fn new(security: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for name in ["kept", "temporary"] {
                fs::create_dir(folder.path().join(name)).unwrap();
            }
            script(&folder.path().join("security"), security);
            let machine = Machine {
                root: folder.path().to_owned(),
                running: true,
                runner: runner(),
            };
            Self { folder, machine }
        }

        fn store(&self) -> Keychain {
            let folder = self.folder.path();
            let mut found = stores(
                &self.machine,
                &folder.join("security"),
                &folder.join("temporary"),
            );
            assert_eq!(found.len(), 1);
            found.remove(0).unwrap()
        }

        /// The verbs of the calls since this was last asked.
        fn verbs(&self) -> Vec<String> {
            let log = self.folder.path().join("log");
            let text = fs::read_to_string(&log).unwrap_or_default();
            let _ = fs::remove_file(log);
            let verb = |line: &str| line.split(' ').next().map(str::to_owned);
            text.lines().filter_map(verb).collect()
        }

        /// How many files are in a folder.
        fn count(&self, folder: &str) -> usize {
            fs::read_dir(self.folder.path().join(folder))
                .unwrap()
                .count()
        }
    }

    #[test]
    fn a_ca_is_entered_once_and_leaves_nothing_behind() {
        let (mac, ca, other) = (Mac::new(SECURITY), ca(), ca());
        let store = mac.store();
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        store.install(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Trusted);
        // Another of the same name is another.
        assert_eq!(store.state(&other).unwrap(), State::Missing);
        assert_eq!(store.ours().unwrap(), std::slice::from_ref(&ca));
        mac.verbs();
        store.install(&ca).unwrap();
        assert_eq!(mac.verbs(), ["find-certificate", "verify-cert"]);
        store.install(&other).unwrap();
        store.remove(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Missing);
        assert_eq!(store.state(&other).unwrap(), State::Trusted);
        store.remove(&other).unwrap();
        mac.verbs();
        store.remove(&ca).unwrap();
        assert_eq!(mac.verbs(), ["find-certificate"]);
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
    }

    #[test]
    fn a_certificate_without_trust_is_told_mended_and_removed() {
        let (mac, ca) = (Mac::new(SECURITY), ca());
        let store = mac.store();
        store.install(&ca).unwrap();
        let distrust = || {
            let kept = fs::read_dir(mac.folder.path().join("kept")).unwrap();
            let mut paths = kept.map(|entry| entry.unwrap().path());
            let trusted = paths.find(|path| path.extension().unwrap() == "trusted");
            fs::remove_file(trusted.unwrap()).unwrap();
        };
        distrust();
        assert_eq!(store.state(&ca).unwrap(), State::Untrusted);
        store.install(&ca).unwrap();
        assert_eq!(store.state(&ca).unwrap(), State::Trusted);
        distrust();
        store.remove(&ca).unwrap();
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
    }

    #[test]
    fn what_could_not_be_trusted_is_taken_back() {
        let (mac, ca) = (Mac::new(SECURITY), ca());
        fs::write(mac.folder.path().join("deny"), "").unwrap();
        let error = mac.store().install(&ca).unwrap_err();
        assert!(error.to_string().contains("System.keychain: `"));
        assert!(error.to_string().contains("authorization"), "{error}");
        assert!(error.hint().unwrap().contains("authorizationdb"));
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
    }

    #[test]
    fn a_rehearsal_tells_the_lines_and_does_nothing() {
        let (mut mac, ca) = (Mac::new(SECURITY), ca());
        mac.machine.runner.privilege = Privilege::Sudo { interactive: false };
        let lines = |mac: &Mac, change| match mac.store().plan(change, &ca).unwrap() {
            Plan::Steps(steps) => mac.machine.runner.lines(&steps, &[]),
            Plan::Nothing => Vec::new(),
            Plan::Edit(_) => panic!("a program does it"),
        };
        assert!(lines(&mac, Change::Remove).is_empty());
        let told = lines(&mac, Change::Install);
        let security = mac.folder.path().join("security");
        let keychain = mac.store().place();
        let (_, file) = told[0].split_once(" | tee ").unwrap();
        assert!(told[0].starts_with("printf '%b' '-----BEGIN"), "{told:?}");
        assert_eq!(
            told[1..],
            [
                format!(
                    "sudo {} add-trusted-cert -d -r trustRoot -p ssl -p basic -k {} {file}",
                    security.display(),
                    keychain.display()
                ),
                format!("rm -f {file}"),
            ]
        );
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
        mac.machine.runner.privilege = Privilege::Root;
        mac.store().install(&ca).unwrap();
        assert!(lines(&mac, Change::Install).is_empty());
        let told = lines(&mac, Change::Remove);
        assert_eq!(told.len(), 4);
        assert!(told[1].contains(" remove-trusted-cert -d "), "{told:?}");
        let hash = Fingerprint::of(Digest::Sha1, ca.der()).to_text(Form::Hex);
        let deletion = format!("delete-certificate -Z {} ", hash.to_uppercase());
        assert!(told[2].contains(&deletion), "{told:?}");
    }

    #[test]
    fn without_rights_nothing_is_done_and_the_commands_are_told() {
        let (mut mac, ca) = (Mac::new(SECURITY), ca());
        mac.machine.runner.privilege = Privilege::None;
        assert!(mac.store().needs_root());
        let error = mac.store().install(&ca).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritable);
        assert!(error.hint().unwrap().contains("add-trusted-cert"));
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
    }

    #[test]
    fn a_program_that_is_missing_or_talks_otherwise_is_a_fault() {
        let (mac, ca) = (Mac::new("echo 'not a keychain at all'"), ca());
        let error = mac.store().state(&ca).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let half = "echo 'SHA-1 hash: 00'; echo 'SHA-1 hash: 01'";
        assert!(Mac::new(half).store().install(&ca).is_err());
        let error = Mac::new("echo broken >&2; exit 3").store().remove(&ca);
        let error = error.unwrap_err().to_string();
        assert!(error.ends_with("ended with code 3: broken"), "{error}");
        fs::remove_file(mac.folder.path().join("security")).unwrap();
        let found = stores(
            &mac.machine,
            &mac.folder.path().join("security"),
            Path::new("/"),
        );
        let error = found[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_program_that_asks_for_ever_is_ended_and_its_file_removed() {
        let hangs = format!("[ $1 = add-trusted-cert ] && sleep 60\n{SECURITY}");
        let mut mac = Mac::new(&hangs);
        mac.machine.runner = Runner {
            limit: Duration::from_millis(800),
            ..runner()
        };
        let error = mac.store().install(&ca()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert_eq!((mac.count("kept"), mac.count("temporary")), (0, 0));
    }

    #[test]
    fn what_was_entered_and_is_not_believed_is_a_failure() {
        let stubborn = SECURITY.replace("    touch \"kept", "    : \"kept");
        let mac = Mac::new(&stubborn);
        let error = mac.store().install(&ca()).unwrap_err();
        assert!(error.to_string().ends_with("does not trust it"), "{error}");
        assert_eq!(mac.count("temporary"), 0);
        let deaf = SECURITY.replace("    rm \"kept/$3.pem\"", "    :");
        let (mac, ca) = (Mac::new(&deaf), ca());
        mac.store().install(&ca).unwrap();
        let error = mac.store().remove(&ca).unwrap_err();
        assert!(error.to_string().ends_with("still lists it"), "{error}");
    }
}
