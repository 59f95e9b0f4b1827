//! `certwright mkcert`, and the same under the name `mkcert`

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

use certwright::bundle::documents;
use certwright::cert::Certificate;
use certwright::document::Kind;
use certwright::key::{Password, PrivateKey};

use crate::sandbox::{Sandbox, listing};

/// What came of a command line.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn finished(command: &mut Command) -> Ran {
    let output = command.output().expect("the program runs");
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn with(sandbox: &Sandbox, variables: &[(&str, &Path)], words: &[&str]) -> Ran {
    let mut command = sandbox.certwright("mkcert");
    command.args(words).envs(variables.iter().copied());
    finished(&mut command)
}

fn mkcert(sandbox: &Sandbox, words: &[&str]) -> Ran {
    with(sandbox, &[], words)
}

/// Runs it, which must succeed with nothing on standard output, and returns what it told.
fn done(sandbox: &Sandbox, words: &[&str]) -> String {
    let ran = mkcert(sandbox, words);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{words:?}: {}", ran.err);
    ran.err
}

/// Runs it, which must fail, and returns what it told.
fn fails(sandbox: &Sandbox, words: &[&str]) -> String {
    let ran = mkcert(sandbox, words);
    assert_eq!((ran.code, &*ran.out), (1, ""), "{words:?}: {}", ran.err);
    ran.err
}

fn caroot(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".local/share/mkcert")
}

fn certificate(path: &Path) -> Certificate {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Certificate::all_from_bytes(&bytes).unwrap().remove(0)
}

fn leaf(sandbox: &Sandbox, name: &str) -> Certificate {
    certificate(&sandbox.path(name))
}

fn names(certificate: &Certificate) -> Vec<String> {
    certificate
        .names()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn names_make_a_certificate_and_its_key() {
    let sandbox = Sandbox::new();
    let words = [
        "example.com",
        "*.example.com",
        "localhost",
        "127.0.0.1",
        "::1",
    ];
    let told = done(&sandbox, &words);
    for word in words {
        assert!(told.contains(&format!("\"{word}\"")), "{told}");
    }
    assert!(
        told.contains("\"./example.com+4.pem\"") && told.contains("it ends on "),
        "{told}"
    );
    assert_eq!(
        sandbox.files(),
        ["example.com+4-key.pem", "example.com+4.pem"]
    );
    let leaf = leaf(&sandbox, "example.com+4.pem");
    assert_eq!(names(&leaf), words);
    assert_eq!(
        leaf.subject().to_string(),
        "O=mkcert development certificate"
    );
    assert_eq!(
        (leaf.server_and_client(), leaf.is_authority()),
        ((true, false), false)
    );
    let key = fs::read(sandbox.path("example.com+4-key.pem")).unwrap();
    assert!(key.starts_with(b"-----BEGIN PRIVATE KEY-----"));
    leaf.require_key(&PrivateKey::from_bytes(&key, None).unwrap())
        .unwrap();
    assert_eq!(leaf.public_key().kind().to_string(), "RSA 2048");

    assert_eq!(listing(&caroot(&sandbox)), ["rootCA-key.pem", "rootCA.pem"]);
    let root = certificate(&caroot(&sandbox).join("rootCA.pem"));
    leaf.verify_signed_by(root.public_key()).unwrap();
    let subject = root.subject().to_string();
    assert!(
        subject.starts_with("CN=mkcert ") && subject.ends_with(",O=mkcert development CA"),
        "{subject}"
    );
    assert_eq!(root.public_key().kind().to_string(), "RSA 3072");
}

#[test]
fn it_is_said_once_that_the_ca_is_unconstrained() {
    let sandbox = Sandbox::new();
    let said = "is not constrained";
    assert!(done(&sandbox, &["a.test"]).contains(said));
    assert!(!done(&sandbox, &["b.test"]).contains(said));
}

#[test]
fn flags_choose_the_kind() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "-client", "a.test"]);
    let both = leaf(&sandbox, "a.test-client.pem");
    assert_eq!(both.server_and_client(), (true, true));
    for made in [both, certificate(&caroot(&sandbox).join("rootCA.pem"))] {
        assert_eq!(made.public_key().kind().to_string(), "ECDSA P-256");
    }
    done(
        &sandbox,
        &["--cert-file=c.pem", "-key-file", "k.pem", "dev@a.test"],
    );
    assert_eq!(leaf(&sandbox, "c.pem").server_and_client(), (false, false));
    done(
        &sandbox,
        &["-cert-file", "both.pem", "-key-file", "both.pem", "a.test"],
    );
    let both = sandbox.text("both.pem");
    let (first, second) = (both.find("CERTIFICATE"), both.find("PRIVATE KEY"));
    assert!(first.is_some() && first < second, "{both}");
}

#[cfg(unix)]
#[test]
fn under_the_name_mkcert_it_needs_no_further_word() {
    let sandbox = Sandbox::new();
    let ours = env!("CARGO_BIN_EXE_certwright");
    let expected = format!("{}\n", caroot(&sandbox).display());
    fs::create_dir(sandbox.path("bin")).unwrap();
    std::os::unix::fs::symlink(ours, sandbox.path("bin/mkcert")).unwrap();
    fs::copy(ours, sandbox.path("bin/mkcert.exe")).unwrap();
    for name in ["mkcert", "mkcert.exe"] {
        let mut command = Command::new(sandbox.path("bin").join(name));
        command
            .current_dir(sandbox.work())
            .env_clear()
            .envs(sandbox.environment());
        let ran = finished(command.arg("-CAROOT"));
        assert_eq!((ran.code, &ran.out), (0, &expected), "{}", ran.err);
    }
    // A folder of that name means nothing, and our own command knows no such flag.
    let ran = finished(sandbox.certwright("-CAROOT").env("CAROOT", "x"));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("certwright ca show"), "{}", ran.err);
}

#[test]
fn only_what_is_asked_for_is_on_standard_output() {
    let sandbox = Sandbox::new();
    let printed = |words: &[&str]| {
        let ran = mkcert(&sandbox, words);
        assert_eq!(ran.code, 0, "{words:?}");
        (ran.out, ran.err)
    };
    let (usage, nothing) = printed(&[]);
    assert!(usage.contains("mkcert -install") && nothing.is_empty());
    let (help, nothing) = printed(&["-help"]);
    assert!(help.starts_with(&usage) && help.contains("-p12-file") && nothing.is_empty());
    assert_eq!(printed(&["-version"]).0, "v1.4.4\n");
    assert_eq!(
        printed(&["-CAROOT"]).0,
        format!("{}\n", caroot(&sandbox).display())
    );
    for words in [&["-h"][..], &["-ecdsa"], &["-client=false"]] {
        let (nothing, usage) = printed(words);
        assert!(
            nothing.is_empty() && usage.contains("mkcert -install"),
            "{words:?}"
        );
    }
    for words in [
        &["-bogus"][..],
        &["-ecdsa=maybe", "a.test"],
        &["-cert-file"],
        &["---x"],
    ] {
        let ran = mkcert(&sandbox, words);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{words:?}");
        assert!(ran.err.contains("mkcert -install"), "{words:?}");
    }
    assert!(!caroot(&sandbox).exists() && sandbox.files().is_empty());
}

#[test]
fn the_folder_is_where_mkcert_has_it() {
    let sandbox = Sandbox::new();
    let told = |variables: &[(&str, &Path)]| with(&sandbox, variables, &["-CAROOT"]).out;
    let [data, named] = [Path::new("/data"), Path::new("here/ca")];
    assert_eq!(told(&[("XDG_DATA_HOME", data)]), "/data/mkcert\n");
    assert_eq!(
        told(&[("XDG_DATA_HOME", data), ("CAROOT", named)]),
        "here/ca\n"
    );
    assert_eq!(
        told(&[("CAROOT", Path::new(""))]),
        format!("{}\n", caroot(&sandbox).display())
    );
    // Whatever else is asked for.
    let asked = mkcert(&sandbox, &["-CAROOT", "-csr", "x", "a.test"]);
    assert_eq!(asked.out, told(&[]), "{}", asked.err);
    let ran = with(&sandbox, &[("CAROOT", named)], &["a.test"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(sandbox.path("here/ca/rootCA.pem").exists() && !caroot(&sandbox).exists());
    // What is somebody else's folder of a CA is not touched.
    assert!(!sandbox.ca().exists());
}

#[test]
fn a_ca_is_made_only_for_what_needs_one() {
    let sandbox = Sandbox::new();
    assert!(done(&sandbox, &["-uninstall"]).contains("there is no CA in"));
    fails(&sandbox, &["a.test", "a b"]);
    fails(&sandbox, &["-csr", "nothing.csr"]);
    fails(&sandbox, &["-install", "-uninstall"]);
    fails(&sandbox, &["-CAROOT", "-install"]);
    fails(&sandbox, &["-csr", "x", "-client"]);
    fails(&sandbox, &["-csr", "x", "a.test"]);
    sandbox.write("notes.txt", "mine");
    fails(&sandbox, &["-cert-file", "notes.txt", "a.test"]);
    assert!(!caroot(&sandbox).exists());
    assert_eq!(sandbox.files(), ["notes.txt"]);
}

#[test]
fn what_is_no_name_is_named() {
    let sandbox = Sandbox::new();
    for word in ["a..b", "*", "a b", "localhost:80", ""] {
        assert!(
            fails(&sandbox, &["a.test", word]).contains(&format!("\"{word}\"")),
            "{word}"
        );
    }
    let told = fails(&sandbox, &["a.test", "-ecdsa"]);
    assert!(
        told.contains("\"-ecdsa\"") && told.contains("before the first name"),
        "{told}"
    );
    fails(&sandbox, &["--", "-x"]);
    assert!(sandbox.files().is_empty());
}

#[test]
fn names_are_written_as_clients_compare_them() {
    let sandbox = Sandbox::new();
    done(
        &sandbox,
        &["-ecdsa", "Example.Test", "www.example.test.", "bücher.test"],
    );
    let leaf = leaf(&sandbox, "Example.Test+2.pem");
    assert_eq!(
        names(&leaf),
        ["example.test", "www.example.test", "xn--bcher-kva.test"]
    );
}

#[test]
fn an_ipv4_address_in_the_form_of_an_ipv6_one_is_an_ipv4_address() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "::ffff:1.2.3.4"]);
    assert_eq!(names(&leaf(&sandbox, "__ffff_1.2.3.4.pem")), ["1.2.3.4"]);
}

#[test]
fn a_hyphen_is_the_name_of_a_request() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.certwright("mkcert -csr -");
    let ran = finished(command.write_stdin("not read"));
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no such file"), "{}", ran.err);
}

/// A root that anybody may replace is not to be trusted.
#[cfg(unix)]
#[test]
fn nobody_else_may_write_whatever_the_umask() {
    let sandbox = Sandbox::new();
    let script = "umask 000 && exec \"$0\" mkcert -ecdsa a.test";
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_certwright")])
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment());
    let ran = finished(&mut shell);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let folder = caroot(&sandbox);
    for place in [
        folder.clone(),
        folder.join("rootCA.pem"),
        sandbox.path("a.test.pem"),
    ] {
        assert_eq!(mode(&place) & 0o022, 0, "{}", place.display());
    }
}

#[test]
fn a_uri_may_stand_first() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "spiffe://cluster.test/ns/a"]);
    done(
        &sandbox,
        &["-ecdsa", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
    );
    let leaf = leaf(&sandbox, "spiffe___cluster.test_ns_a.pem");
    assert_eq!(names(&leaf), ["spiffe://cluster.test/ns/a"]);
    assert_eq!(sandbox.files().len(), 4);
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone_whatever_was_there() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "a.test"]);
    let key = sandbox.path("a.test-key.pem");
    let modes = || [mode(&key), mode(&sandbox.path("a.test.pem"))];
    assert_eq!(modes()[0], 0o600);
    let before = sandbox.text("a.test-key.pem");
    for path in [&key, &sandbox.path("a.test.pem")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    }
    let told = done(&sandbox, &["-ecdsa", "a.test"]);
    assert!(
        told.contains("replaced ./a.test.pem, ./a.test-key.pem"),
        "{told}"
    );
    assert_eq!(modes(), [0o600, 0o644]);
    assert_ne!(sandbox.text("a.test-key.pem"), before);
    done(
        &sandbox,
        &[
            "-ecdsa",
            "-cert-file",
            "b.pem",
            "-key-file",
            "b.pem",
            "a.test",
        ],
    );
    assert_eq!(mode(&sandbox.path("b.pem")), 0o600);
    assert_eq!(mode(&caroot(&sandbox).join("rootCA-key.pem")), 0o400);
    assert_eq!(mode(&caroot(&sandbox).join("rootCA.pem")) & 0o444, 0o444);
}

#[test]
fn nothing_but_certificates_and_keys_is_written_over() {
    let sandbox = Sandbox::new();
    sandbox.write("notes.txt", "mine");
    done(&sandbox, &["-ecdsa", "a.test"]);
    for flag in ["-cert-file", "-key-file"] {
        let told = fails(&sandbox, &["-ecdsa", flag, "notes.txt", "a.test"]);
        assert!(told.contains("neither a certificate nor a key"), "{told}");
        assert_eq!(sandbox.text("notes.txt"), "mine");
    }
    fails(&sandbox, &["-cert-file", "none/a.pem", "a.test"]);
    fs::create_dir(sandbox.path("folder")).unwrap();
    fails(&sandbox, &["-key-file", "folder", "a.test"]);
}

#[cfg(unix)]
#[test]
fn a_certificate_can_be_piped_on() {
    let sandbox = Sandbox::new();
    let words = [
        "-ecdsa",
        "-cert-file",
        "/dev/stdout",
        "-key-file",
        "/dev/null",
        "a.test",
    ];
    let ran = mkcert(&sandbox, &words);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let made = Certificate::all_from_bytes(ran.out.as_bytes()).unwrap();
    assert_eq!(names(&made[0]), ["a.test"]);
    assert!(sandbox.files().is_empty() && Path::new("/dev/null").exists());
}

#[test]
fn one_file_holds_certificate_key_and_root() {
    let sandbox = Sandbox::new();
    let told = done(&sandbox, &["-pkcs12", "-ecdsa", "a.test", "b.test"]);
    assert!(
        told.contains("\"./a.test+1.p12\"") && told.contains("\"changeit\""),
        "{told}"
    );
    assert_eq!(sandbox.files(), ["a.test+1.p12"]);
    #[cfg(unix)]
    assert_eq!(mode(&sandbox.path("a.test+1.p12")), 0o600);
    let bytes = fs::read(sandbox.path("a.test+1.p12")).unwrap();
    let password = Password::new("changeit");
    let held: Vec<_> = documents(&bytes, Some(&password))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = held.iter().find(|held| held.kind.is_private_key()).unwrap();
    let key = PrivateKey::from_document(key, Some(&password)).unwrap();
    let certificates: Vec<_> = held
        .iter()
        .filter(|held| held.kind == Kind::Certificate)
        .map(|held| Certificate::from_der(&held.der).unwrap())
        .collect();
    assert_eq!(certificates.len(), 2);
    certificates[0].require_key(&key).unwrap();
    // Only here there is a common name, since some that read it want one.
    assert_eq!(certificates[0].subject().common_names(), ["a.test"]);
    assert_eq!(
        certificates[1],
        certificate(&caroot(&sandbox).join("rootCA.pem"))
    );
    // Again, and to a place of its own.
    done(&sandbox, &["-pkcs12", "-ecdsa", "a.test", "b.test"]);
    done(
        &sandbox,
        &["-pkcs12", "-ecdsa", "-p12-file", "x.pfx", "a.test"],
    );
    assert!(sandbox.path("x.pfx").exists());
}

#[test]
fn what_is_left_of_a_ca_is_not_replaced() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "a.test"]);
    let [root, key] = ["rootCA.pem", "rootCA-key.pem"].map(|name| caroot(&sandbox).join(name));
    let before = fs::read(&key).unwrap();
    let kept = fs::read(&root).unwrap();
    fs::remove_file(&root).unwrap();
    let told = fails(&sandbox, &["b.test"]);
    assert!(
        told.contains("its certificate") && told.contains("rootCA.pem"),
        "{told}"
    );
    assert_eq!(fs::read(&key).unwrap(), before);
    // A root without its key can be installed, and issues nothing.
    fs::write(&root, kept).unwrap();
    fs::remove_file(&key).unwrap();
    assert!(fails(&sandbox, &["b.test"]).contains("rootCA-key.pem"));
    fs::create_dir_all(sandbox.home().join(".pki/nssdb")).unwrap();
    assert!(done(&sandbox, &["-install"]).contains("trusts the CA now"));
    assert!(!key.exists());
}

#[test]
fn stores_take_the_root_and_give_it_up() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.home().join(".pki/nssdb")).unwrap();
    assert!(done(&sandbox, &["-ecdsa", "a.test"]).contains("not trusted yet by nss: chromium"));
    assert!(done(&sandbox, &["-install"]).contains("nss: chromium trusts the CA now"));
    let told = done(&sandbox, &["-install", "-ecdsa", "b.test"]);
    assert!(
        told.contains("trusts the CA already") && told.contains("b.test.pem"),
        "{told}"
    );
    assert!(!done(&sandbox, &["-ecdsa", "c.test"]).contains("not trusted yet"));
    assert!(done(&sandbox, &["-uninstall"]).contains("no longer has the CA"));
    assert!(done(&sandbox, &["-uninstall"]).contains("does not have the CA"));
    assert!(caroot(&sandbox).join("rootCA-key.pem").exists());
}

#[test]
fn stores_are_picked_by_the_variable() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.home().join(".pki/nssdb")).unwrap();
    let install = |stores: &str| {
        with(
            &sandbox,
            &[("TRUST_STORES", Path::new(stores))],
            &["-install"],
        )
    };
    let ran = install("bogus");
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("\"bogus\"") && ran.err.contains("system, java, nss"),
        "{}",
        ran.err
    );
    assert!(!caroot(&sandbox).exists());
    // Nothing is there to install into: no Java is named.
    let ran = install("java");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("nothing trusts the CA"), "{}", ran.err);
    let ran = install("java, nss");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("nss: chromium trusts the CA now"),
        "{}",
        ran.err
    );
    // Who only issues is not kept from it.
    let ran = with(
        &sandbox,
        &[("TRUST_STORES", Path::new("bogus"))],
        &["-ecdsa", "a.test"],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_store_that_fails_stops_no_other() {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.home().join(".pki/nssdb")).unwrap();
    let variables = [
        ("TRUST_STORES", Path::new("java,nss")),
        ("JAVA_HOME", Path::new("/none")),
    ];
    let ran = with(&sandbox, &variables, &["-install"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err.contains("JAVA_HOME is /none") && ran.err.contains("nss: chromium trusts"),
        "{}",
        ran.err
    );
    // One that is there and cannot be changed makes it fail.
    let other = Sandbox::new();
    fs::create_dir_all(other.home().join(".pki/nssdb")).unwrap();
    fs::write(other.home().join(".pki/nssdb/cert9.db"), "no database").unwrap();
    let told = fails(&other, &["-install", "-ecdsa", "a.test"]);
    assert!(told.contains("nss: chromium failed"), "{told}");
    assert_eq!(other.files(), ["a.test-key.pem", "a.test.pem"]);
}

#[test]
fn a_request_is_certified() {
    let sandbox = Sandbox::new();
    sandbox.run("csr b.test a.test dev@a.test --subject /O=Team");
    let request = sandbox.files()[0].clone();
    let told = done(&sandbox, &["-csr", &request]);
    assert!(told.contains("\"./b.test+2.pem\""), "{told}");
    let made = leaf(&sandbox, "b.test+2.pem");
    assert_eq!(names(&made), ["b.test", "a.test", "dev@a.test"]);
    assert_eq!(made.subject().to_string(), "O=Team");
    sandbox.run("csr c.test --client");
    done(
        &sandbox,
        &[
            "-csr",
            "c.test.csr",
            "-cert-file",
            "c.pem",
            "-key-file",
            "none.pem",
        ],
    );
    assert_eq!(leaf(&sandbox, "c.pem").server_and_client(), (false, true));
    assert!(!sandbox.path("none.pem").exists());
}

#[test]
fn a_request_gets_no_more_than_a_leaf_may_have() {
    let sandbox = Sandbox::new();
    sandbox.write("evil.csr", include_str!("../fixtures/asks-for-ca.csr"));
    let told = done(&sandbox, &["-csr", "evil.csr"]);
    assert!(told.contains("asks for a CA's certificate"), "{told}");
    let made = leaf(&sandbox, "evil.localhost.pem");
    assert!(!made.is_authority());
    assert_eq!(made.server_and_client(), (true, false));
}

#[test]
fn a_common_name_is_taken_for_what_it_is() {
    let sandbox = Sandbox::new();
    sandbox.run("csr --subject /CN=10.0.0.1 --csr-file ip.csr");
    done(&sandbox, &["-csr", "ip.csr"]);
    let made = leaf(&sandbox, "10.0.0.1.pem");
    assert_eq!(
        (made.names()[0].kind(), names(&made)),
        ("IP", vec!["10.0.0.1".to_owned()])
    );
    sandbox.run("csr --subject /O=Nobody --csr-file nobody.csr");
    assert!(fails(&sandbox, &["-csr", "nobody.csr"]).contains("nobody.csr: "));
    assert!(!sandbox.path(".pem").exists());
}

#[test]
fn a_certificate_ends_with_its_ca() {
    let sandbox = Sandbox::new();
    done(&sandbox, &["-ecdsa", "a.test"]);
    let root = certificate(&caroot(&sandbox).join("rootCA.pem"))
        .validity()
        .not_after();
    let at = |moment: time::OffsetDateTime| {
        let moment = certwright::validity::to_rfc3339(moment);
        let words = format!("--at {moment} mkcert b.test");
        finished(&mut sandbox.certwright(&words))
    };
    let ran = at(root - time::Duration::DAY);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("ends when its CA does"), "{}", ran.err);
    assert_eq!(leaf(&sandbox, "b.test.pem").validity().not_after(), root);
    assert_eq!(at(root + time::Duration::DAY).code, 1);
}

#[test]
fn a_program_is_told_where_the_files_are() {
    let sandbox = Sandbox::new();
    let told = sandbox.json("mkcert -ecdsa a.test");
    assert_eq!(told["files"]["certificate"], "./a.test.pem");
    assert_eq!(told["files"]["private_key"], "./a.test-key.pem");
    assert_eq!(told["ca_created"], true);
    assert_eq!(sandbox.json("mkcert -version")["lines"][0], "v1.4.4");
}

#[test]
fn of_many_that_run_at_once_one_makes_the_ca() {
    let sandbox = Sandbox::new();
    let hosts = ["a.test", "b.test", "c.test", "d.test"];
    std::thread::scope(|scope| {
        for host in hosts {
            scope.spawn(|| done(&sandbox, &["-ecdsa", host]));
        }
    });
    let root = certificate(&caroot(&sandbox).join("rootCA.pem"));
    for host in hosts {
        let made = leaf(&sandbox, &format!("{host}.pem"));
        made.verify_signed_by(root.public_key()).unwrap();
    }
    assert_eq!(listing(&caroot(&sandbox)), ["rootCA-key.pem", "rootCA.pem"]);
}
