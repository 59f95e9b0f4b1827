//! The system's store and Java's: each client of the machine accepts the CA once it is in, and refuses
//! it once it is out, and every file, link and entry is then as before.
//!
//! These change the machine. They want one that is thrown away, and to be told so by
//! `CERTWRIGHT_THROWAWAY=1`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use certwright::cert::Certificate;
use certwright::error::ErrorKind;
use certwright::fingerprint::Form;
use certwright::trust::process::{Privilege, Runner};
use certwright::trust::{Change, Machine, Plan, State, Store, java, system};

use super::clients::{named, prepare};
use super::guide::instructions;
use super::trust::{refuses, served};
use super::{ca_file, program};
use crate::guide::{Shell, block, in_place};
use crate::sandbox::Sandbox;

/// There is one machine, and the tests take turns, those of other processes too.
const TURN: &str = "/run/lock/certwright-judges";

const KEYSTORE: &str = "/etc/ssl/certs/java/cacerts";

fn turn() -> fs::File {
    assert!(
        std::env::var("CERTWRIGHT_THROWAWAY").is_ok_and(|value| value == "1"),
        "this test changes the machine's own stores: run it as root in a machine that is thrown away, with CERTWRIGHT_THROWAWAY=1"
    );
    let turn = fs::File::create(TURN).unwrap();
    turn.lock().unwrap();
    // What the distribution's own program would still do is not ours to be blamed for.
    let settled = outside("update-ca-certificates", &[]);
    assert!(
        settled.status.success(),
        "the tests are to run as root on Debian"
    );
    turn
}

/// A program of the machine, with nothing in the environment that says what to trust.
fn outside(program: &str, words: &[&str]) -> Output {
    let mut command = Command::new(program);
    command.args(words).env_clear().env("PATH", PATH);
    let output = command.stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}

const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

fn machine(privilege: Privilege) -> Machine {
    Machine {
        root: "/".into(),
        running: true,
        runner: Runner::new(privilege),
    }
}

fn the_system() -> system::System {
    system::stores(&machine(Privilege::Root)).remove(0).unwrap()
}

/// The one keystore that all machines of Debian share.
fn the_keystore() -> java::Keystore {
    let found = java::stores(&machine(Privilege::Root), None, None);
    let mut found = found.into_iter().flatten();
    let shared = found.find(|store| store.place() == Path::new(KEYSTORE));
    shared.expect("a virtual machine that reads Debian's keystore")
}

fn with_ca() -> (Sandbox, Certificate) {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let root = fs::read(ca_file(&sandbox, "root.crt")).unwrap();
    let root = Certificate::all_from_bytes(&root).unwrap().remove(0);
    (sandbox, root)
}

/// Every file and link of the store: modes, targets, contents. Java's keystore has times in it, and is
/// taken entry for entry.
fn everything() -> BTreeMap<PathBuf, String> {
    fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let told = if metadata.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                walk(&path, found);
                "folder".to_owned()
            } else if path == Path::new(KEYSTORE) {
                entries().join("\n")
            } else {
                format!("{:?}", fs::read(&path).unwrap())
            };
            let mode = metadata.permissions().mode();
            found.insert(path, format!("{mode:o} {told}"));
        }
    }
    let mut found = BTreeMap::new();
    walk(Path::new("/etc/ssl"), &mut found);
    walk(Path::new("/usr/local/share/ca-certificates"), &mut found);
    found
}

/// Aliases and fingerprints, sorted.
fn entries() -> Vec<String> {
    let listed = outside(
        "keytool",
        &["-list", "-keystore", KEYSTORE, "-storepass", "changeit"],
    );
    let listed = String::from_utf8(listed.stdout).unwrap();
    let lines: Vec<&str> = listed.lines().collect();
    let pairs = lines
        .windows(2)
        .filter(|pair| pair[1].starts_with("Certificate fingerprint"));
    let mut found: Vec<String> = pairs
        .map(|pair| format!("{} {}", pair[0].split(',').next().unwrap(), pair[1]))
        .collect();
    found.sort();
    found
}

fn require_same(before: &BTreeMap<PathBuf, String>) {
    let after = everything();
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differs = |path: &&&PathBuf| before.get(**path) != after.get(**path);
    let differing: Vec<_> = paths.iter().filter(differs).collect();
    assert!(differing.is_empty(), "not as before: {differing:?}");
}

/// `openssl s_server` with a leaf of the sandbox's CA.
struct Server {
    process: Child,
    port: String,
    /// Kept open, since it ends when nobody listens to it.
    _output: BufReader<ChildStdout>,
}

impl Server {
    fn start(sandbox: &Sandbox) -> Self {
        let words = "s_server -accept 0 -www -cert localhost.crt -cert_chain localhost.crt -key localhost.key";
        let mut process = Command::new("openssl")
            .args(words.split_whitespace())
            .current_dir(sandbox.work())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It takes a free port and tells it: `ACCEPT [::]:40123`.
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.by_ref().lines().map(Result::unwrap);
        let line = lines.find(|line| line.starts_with("ACCEPT")).unwrap();
        let port = line.rsplit(':').next().unwrap().to_owned();
        Self {
            process,
            port,
            _output: output,
        }
    }

    /// What each client says of it: its name, whether it accepts, and its words.
    fn judged(&self) -> Vec<(&'static str, bool, String)> {
        let url = format!("https://localhost:{}/", self.port);
        let server = format!("localhost:{}", self.port);
        let fetch = format!("import urllib.request; urllib.request.urlopen('{url}')");
        let java = program("Fetch.java");
        let clients: [(&str, &[&str]); 4] = [
            ("curl", &["-sS", &url]),
            (
                "openssl",
                &[
                    "s_client",
                    "-connect",
                    &server,
                    "-servername",
                    "localhost",
                    "-verify_return_error",
                ],
            ),
            ("/usr/bin/python3", &["-c", &fetch]),
            ("java", &[&java, &url]),
        ];
        let judge = |(name, words): (&'static str, &[&str])| {
            let output = outside(name, words);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            (name, output.status.success(), said)
        };
        clients.map(judge).into()
    }

    fn require_accepted(&self) {
        for (client, accepted, said) in self.judged() {
            assert!(accepted, "{client}: {said}");
        }
    }

    /// Refused, and for the reason that the issuer is not known.
    fn require_refused(&self) {
        for (client, accepted, said) in self.judged() {
            assert!(!accepted, "{client} accepts it");
            let reasons = [
                "unable to get local issuer",
                "unable to find valid certification path",
            ];
            let known = reasons.iter().any(|reason| said.contains(reason));
            assert!(known || client == "openssl", "{client}: {said}");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs curl, openssl, python3, java"]
fn every_client_trusts_the_ca_until_it_is_removed() {
    let _turn = turn();
    let (sandbox, root) = with_ca();
    let (store, keystore) = (the_system(), the_keystore());
    let server = Server::start(&sandbox);
    let before = everything();
    server.require_refused();
    assert_eq!(store.state(&root).unwrap(), State::Missing);
    store.install(&root).unwrap();
    assert_eq!(store.state(&root).unwrap(), State::Trusted);
    server.require_accepted();
    // The hook has told Java.
    assert_eq!(keystore.state(&root).unwrap(), State::Trusted);
    assert_eq!(
        keystore.plan(Change::Install, &root).unwrap(),
        Plan::Nothing
    );
    let once = everything();
    store.install(&root).unwrap();
    keystore.install(&root).unwrap();
    require_same(&once);
    assert_eq!(store.ours().unwrap(), std::slice::from_ref(&root));
    assert_eq!(keystore.ours().unwrap(), std::slice::from_ref(&root));
    store.remove(&root).unwrap();
    assert_eq!(store.state(&root).unwrap(), State::Missing);
    assert_eq!(keystore.state(&root).unwrap(), State::Missing);
    server.require_refused();
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs nginx and the programs of CLIENTS (see .ci/run)"]
fn the_commands_reach_every_program_that_goes_by_the_machines_stores() {
    let _turn = turn();
    let (sandbox, server) = served("localhost");
    prepare(&sandbox);
    let url = format!("https://localhost:{}", server.ports[0]);
    let clients = [
        "curl",
        "wget",
        "Git",
        "OpenSSL",
        "Python's ssl",
        "Ruby",
        "Go",
        "Java",
    ]
    .map(named);
    let before = everything();
    let all_refuse = || {
        for client in clients {
            refuses(client, &client.ask(&sandbox, &url, &[]));
        }
    };
    all_refuse();
    sandbox.run("trust --store system --store java");
    for client in clients {
        let told = client.ask(&sandbox, &url, &[]);
        assert!(told.done, "{}: {}", client.name, told.text);
    }
    sandbox.run("untrust --store system --store java");
    all_refuse();
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs curl, openssl, python3, java"]
fn the_lines_of_the_guide_that_trust_do_so() {
    let _turn = turn();
    let sandbox = Sandbox::new();
    let mut shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    shell.set("CERTWRIGHT_TRUST_STORES", "system,java,nss");
    let before = everything();
    shell.run(&block("trust"));
    for name in ["localhost.crt", "localhost.key"] {
        fs::copy(sandbox.path("tls").join(name), sandbox.path(name)).unwrap();
    }
    let server = Server::start(&sandbox);
    server.require_accepted();
    shell.run("certwright untrust");
    server.require_refused();
    require_same(&before);
    // In an image, with the root alone.
    sandbox.run("ca export --output root.crt");
    let line = &instructions("RUN")[2];
    let places = [("/opt/certwright/bin/", ""), ("/tmp/root.crt", "root.crt")];
    shell.run(&in_place(line, &places));
    server.require_accepted();
    shell.run("certwright untrust --store system --cert root.crt");
    server.require_refused();
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs curl, openssl, python3, java, mkcert"]
fn what_stands_in_for_mkcert_installs_and_uninstalls() {
    let _turn = turn();
    let sandbox = Sandbox::new();
    // What programs are told to trust in place of the system's store is not what is asked about.
    let mkcert = |words: &str| {
        let mut command = sandbox.certwright(&format!("mkcert {words}"));
        command
            .env("TRUST_STORES", "system")
            .env("SSL_CERT_FILE", "/nowhere");
        let output = command.assert().success().get_output().clone();
        String::from_utf8(output.stderr).unwrap()
    };
    let before = everything();
    let leaf = "-cert-file localhost.crt -key-file localhost.key localhost";
    assert!(mkcert(leaf).contains("not trusted yet by system"));
    let server = Server::start(&sandbox);
    server.require_refused();
    assert!(mkcert("-install").contains("system trusts the CA now"));
    server.require_accepted();
    assert!(mkcert("-install").contains("system trusts the CA already"));
    assert!(!mkcert(leaf).contains("not trusted yet"));
    assert!(mkcert("-uninstall").contains("system no longer has the CA"));
    server.require_refused();
    require_same(&before);
    // What mkcert itself put in goes as well.
    let theirs = Command::new("mkcert")
        .arg("-install")
        .env_clear()
        .envs(sandbox.environment())
        .env("TRUST_STORES", "system")
        .output()
        .unwrap();
    assert!(theirs.status.success(), "{theirs:?}");
    server.require_accepted();
    mkcert("-uninstall");
    server.require_refused();
    require_same(&before);
}

/// A line of `/etc/passwd` for as long as the value lives.
struct User(String);

impl User {
    fn with_home(home: &Path) -> Self {
        let accounts = fs::read_to_string("/etc/passwd").unwrap();
        let line = format!("certwright:x:{UID}:{UID}::{}:/bin/sh\n", home.display());
        fs::write("/etc/passwd", format!("{accounts}{line}")).unwrap();
        Self(accounts)
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let _ = fs::write("/etc/passwd", &self.0);
    }
}

/// Debian gives 60000 to 64999 to packages that have one of their own (Policy §9.2.2); this is nobody's.
const UID: u32 = 64_321;

#[test]
#[ignore = "changes the machine's accounts: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1"]
fn under_sudo_mkcert_is_about_who_typed_it() {
    let _turn = turn();
    let sandbox = Sandbox::new();
    let _user = User::with_home(&sandbox.home());
    // A copy under mkcert's name, where the user can reach it.
    let program = sandbox.home().join("mkcert");
    fs::copy(env!("CARGO_BIN_EXE_certwright"), &program).unwrap();
    let around = sandbox.home().parent().unwrap().to_owned();
    fs::set_permissions(&around, fs::Permissions::from_mode(0o755)).unwrap();
    let database = sandbox.home().join(".pki/nssdb");
    fs::create_dir_all(&database).unwrap();
    outside(
        "chown",
        &[
            "-R",
            &UID.to_string(),
            &sandbox.home().display().to_string(),
        ],
    );
    let root_home = tempfile::tempdir().unwrap();
    let mkcert = |words: &[&str]| {
        let output = Command::new(&program)
            .args(words)
            .current_dir(sandbox.work())
            .env_clear()
            .envs(sandbox.environment())
            .env("HOME", root_home.path())
            .env("SUDO_UID", UID.to_string())
            .env("SUDO_GID", UID.to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    let owner = |path: &Path| std::os::unix::fs::MetadataExt::uid(&fs::metadata(path).unwrap());
    mkcert(&["-install", "a.test"]);
    let caroot = sandbox.home().join(".local/share/mkcert");
    assert_eq!(owner(&caroot.join("rootCA-key.pem")), UID);
    assert_eq!(owner(&database.join("cert9.db")), UID);
    let root = caroot.join("rootCA.pem").display().to_string();
    mkcert(&["b.test"]);
    for leaf in ["a.test.pem", "b.test.pem"] {
        let leaf = sandbox.path(leaf);
        assert_eq!(owner(&leaf), 0);
        let leaf = leaf.display().to_string();
        let judged = outside("openssl", &["verify", "-CAfile", &root, &leaf]);
        assert!(judged.status.success(), "{judged:?}");
    }
    mkcert(&["-uninstall"]);
    assert_eq!(fs::read_dir(root_home.path()).unwrap().count(), 0);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs java"]
fn java_alone_trusts_what_is_entered_into_its_keystore() {
    let _turn = turn();
    let (sandbox, root) = with_ca();
    let server = Server::start(&sandbox);
    let (before, keystore) = (everything(), the_keystore());
    keystore.install(&root).unwrap();
    for (client, accepted, said) in server.judged() {
        assert_eq!(accepted, client == "java", "{client}: {said}");
    }
    // Then the system's hook enters it under a second alias, and both are deleted.
    the_system().install(&root).unwrap();
    assert_eq!(keystore.ours().unwrap(), std::slice::from_ref(&root));
    keystore.remove(&root).unwrap();
    assert_eq!(keystore.state(&root).unwrap(), State::Missing);
    the_system().remove(&root).unwrap();
    server.require_refused();
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs java"]
fn what_debian_leaves_behind_is_taken_away() {
    let _turn = turn();
    let (_sandbox, root) = with_ca();
    let (before, store) = (everything(), the_system());
    store.install(&root).unwrap();
    // By hand, as people do: the list no longer has it, and the link and Java do.
    let name = &root.fingerprint().to_text(Form::Hex)[..8];
    let file = format!("/usr/local/share/ca-certificates/certwright-{name}.crt");
    fs::remove_file(file).unwrap();
    assert!(outside("update-ca-certificates", &[]).status.success());
    assert_eq!(store.state(&root).unwrap(), State::Missing);
    assert_eq!(the_keystore().state(&root).unwrap(), State::Trusted);
    store.remove(&root).unwrap();
    assert_eq!(the_keystore().state(&root).unwrap(), State::Missing);
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs openssl"]
fn of_two_cas_one_is_removed() {
    let _turn = turn();
    let ((sandbox, root), (other_sandbox, other)) = (with_ca(), with_ca());
    let (before, store) = (everything(), the_system());
    store.install(&root).unwrap();
    let one = everything();
    store.install(&other).unwrap();
    assert_eq!(store.ours().unwrap().len(), 2);
    store.remove(&other).unwrap();
    require_same(&one);
    Server::start(&sandbox).require_accepted();
    Server::start(&other_sandbox).require_refused();
    store.remove(&root).unwrap();
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1"]
fn the_commands_that_are_told_do_it() {
    let _turn = turn();
    let (_sandbox, root) = with_ca();
    let before = everything();
    let store = system::stores(&machine(Privilege::None)).remove(0).unwrap();
    for (change, state) in [
        (Change::Install, State::Trusted),
        (Change::Remove, State::Missing),
    ] {
        let refused = match change {
            Change::Install => store.install(&root),
            Change::Remove => store.remove(&root),
        };
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotWritable);
        let commands = error.hint().unwrap().strip_prefix("run as root: ").unwrap();
        let output = outside("sh", &["-c", commands]);
        assert!(output.status.success(), "{commands}");
        assert_eq!(store.state(&root).unwrap(), state);
    }
    assert_eq!(the_keystore().state(&root).unwrap(), State::Missing);
    require_same(&before);
}

#[test]
#[ignore = "changes the machine's own stores: as root in a throw-away Debian, with CERTWRIGHT_THROWAWAY=1; needs sudo"]
fn sudo_does_the_single_steps() {
    let _turn = turn();
    assert!(Path::new("/usr/bin/sudo").exists(), "sudo is not installed");
    let (_sandbox, root) = with_ca();
    let before = everything();
    let privilege = Privilege::Sudo { interactive: false };
    let store = system::stores(&machine(privilege)).remove(0).unwrap();
    store.install(&root).unwrap();
    assert_eq!(store.state(&root).unwrap(), State::Trusted);
    store.remove(&root).unwrap();
    require_same(&before);
}

#[test]
#[ignore = "needs chroot, so root, and a dash (Debian): with CERTWRIGHT_THROWAWAY=1"]
fn an_image_has_its_own_program_run_in_it() {
    let _turn = turn();
    let (sandbox, root) = with_ca();
    let image = sandbox.path("image");
    let libraries = String::from_utf8(outside("ldd", &["/bin/dash"]).stdout).unwrap();
    let libraries = libraries
        .split_whitespace()
        .filter(|word| word.starts_with('/'));
    for file in libraries.chain(["/bin/dash"]) {
        let place = image.join(file.trim_start_matches('/'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(file, place).unwrap();
    }
    let (folder, list) = (
        "usr/local/share/ca-certificates",
        "etc/ssl/certs/ca-certificates.crt",
    );
    for folder in [folder, "etc/ssl/certs", "usr/sbin"] {
        fs::create_dir_all(image.join(folder)).unwrap();
    }
    // Without any program but the shell.
    let script = format!(
        "#!/bin/dash\nfor f in /{folder}/*.crt; do [ -e \"$f\" ] && while read -r l; do echo \"$l\"; done < \"$f\"; done > /{list}; true\n"
    );
    let program = image.join("usr/sbin/update-ca-certificates");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let before = everything();
    let machine = Machine {
        root: image.clone(),
        running: false,
        runner: Runner::new(Privilege::Root),
    };
    let store = system::stores(&machine).remove(0).unwrap();
    store.install(&root).unwrap();
    assert_eq!(fs::read_to_string(image.join(list)).unwrap(), root.to_pem());
    store.remove(&root).unwrap();
    assert_eq!(fs::read_to_string(image.join(list)).unwrap(), "");
    assert_eq!(fs::read_dir(image.join(folder)).unwrap().count(), 0);
    require_same(&before);
}
