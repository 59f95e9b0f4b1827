//! PKCS #12: what others write is read, and what is written is read by others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use certwright::bundle::pkcs12::{Profile, encode};
use certwright::bundle::{self, Entry};
use certwright::cert::Certificate;
use certwright::document::{Document, Kind, documents};
use certwright::error::Error;
use certwright::key::{Password, PrivateKey};

use super::{program, python, vectors};
use crate::sandbox::Sandbox;

#[test]
#[ignore = "needs openssl and Python's cryptography, cryptography_vectors (see .ci/run)"]
fn every_file_that_cryptography_is_tested_with_holds_what_others_find() {
    let mut files: Vec<_> = fs::read_dir(vectors().join("pkcs12"))
        .expect("the folder is there")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "p12"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 31, "the files are found");
    for file in files {
        let (password, theirs) = ["cryptography", "password", ""]
            .iter()
            .find_map(|password| Some((*password, by_openssl(&file, password)?)))
            .unwrap_or_else(|| panic!("openssl does not open {}", file.display()));
        let ours = open(&file, Some(password)).unwrap();
        assert_eq!(contents(&ours), theirs, "{}", file.display());
        assert_eq!(with_names(&ours), by_python(&file, password));
        let without = open(&file, None).map(|found| contents(&found));
        match password.is_empty() {
            true => assert_eq!(without.unwrap(), theirs, "{}", file.display()),
            false => assert_eq!(without.unwrap_err().kind().code(), "password-needed"),
        }
        if !password.is_empty() {
            let wrong = open(&file, Some("wrong")).unwrap_err();
            assert_eq!(wrong.kind().code(), "wrong-password", "{}", file.display());
        }
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn whatever_openssl_writes_is_read() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost -a rsa2048");
    let expected = expected(&sandbox);
    for options in [
        "",
        "-legacy",
        "-legacy -descert",
        "-legacy -certpbe PBE-SHA1-RC2-128 -keypbe PBE-SHA1-RC2-40",
        "-legacy -certpbe PBE-SHA1-RC4-128 -keypbe PBE-SHA1-RC4-40",
        "-legacy -certpbe PBE-SHA1-2DES -keypbe PBE-SHA1-3DES",
        "-legacy -certpbe PBE-MD5-DES -keypbe PBE-SHA1-DES",
        "-legacy -certpbe PBE-MD5-RC2-64 -keypbe PBE-SHA1-RC2-64",
        "-certpbe aes-128-cbc -keypbe aes-192-cbc",
        "-legacy -certpbe des-cbc -keypbe des-ede3-cbc",
        "-legacy -certpbe rc2-cbc -keypbe rc2-40-cbc",
        "-nomac",
        "-nomac -legacy",
        "-certpbe NONE",
        "-keypbe NONE",
        "-certpbe NONE -keypbe NONE",
        "-certpbe NONE -keypbe NONE -nomac",
        "-macalg md5",
        "-macalg sha1",
        "-macalg sha224",
        "-macalg sha384",
        "-macalg sha512",
        "-macalg sha512-256",
        "-noiter -nomaciter",
        "-iter 100000",
    ] {
        for password in PASSWORDS {
            sandbox.write("password", format!("{password}\n"));
            let made = format!(
                "pkcs12 -export -provider default -provider legacy {options} -in localhost.crt -inkey localhost.key -name Zoë \
                 -passout file:password -out theirs.p12"
            );
            sandbox.other("openssl", &made);
            let found = open(&sandbox.path("theirs.p12"), Some(password));
            let found = found.unwrap_or_else(|error| panic!("{options} {password}: {error}"));
            assert_eq!(with_names(&found), expected, "{options} {password}");
            assert_eq!(found[0].kind, Kind::PrivateKey, "{options}");
        }
    }
}

#[test]
#[ignore = "needs keytool (Debian: openjdk-17-jdk-headless)"]
fn whatever_keytool_writes_is_read() {
    let sandbox = Sandbox::new();
    let make = "-genkeypair -storetype PKCS12 -keystore k.p12 -storepass:file password -keyalg EC -dname CN=a";
    for (old, password) in [(false, "secret"), (true, "secret")] {
        sandbox.write("password", password);
        let old = if old {
            "-J-Dkeystore.pkcs12.legacy"
        } else {
            ""
        };
        let _ = fs::remove_file(sandbox.path("k.p12"));
        for alias in ["one", "two"] {
            sandbox.other("keytool", &format!("{old} {make} -alias {alias}"));
        }
        let exported =
            "-exportcert -rfc -alias one -keystore k.p12 -storepass:file password -file one.pem";
        sandbox.other("keytool", exported);
        let import = "-importcert -noprompt -alias root -file one.pem -keystore k.p12 -storepass:file password";
        sandbox.other("keytool", &format!("{old} {import}"));
        let found = open(&sandbox.path("k.p12"), Some(password)).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|one| (one.kind.clone(), one.alias.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(shown.len(), 5, "{shown:?}");
        for alias in ["one", "two"] {
            let key = (Kind::PrivateKey, alias);
            let at = shown.iter().position(|one| *one == key).expect("the key");
            assert_eq!(shown[at + 1], (Kind::Certificate, alias));
        }
        assert!(shown.contains(&(Kind::Certificate, "root")), "{shown:?}");
    }
}

#[test]
#[ignore = "needs pk12util and certutil (Debian: libnss3-tools)"]
fn whatever_nss_writes_is_read_and_the_other_way_round() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    for profile in PROFILES {
        let ours = written(&sandbox, "pässwörd", profile);
        sandbox.write("password", "pässwörd\n");
        let _ = fs::remove_dir_all(sandbox.path("db"));
        fs::create_dir(sandbox.path("db")).unwrap();
        sandbox.other("certutil", "-N -d sql:db --empty-password");
        let ours = ours.display();
        sandbox.other("pk12util", &format!("-i {ours} -d sql:db -w password"));
        let listed = sandbox.other("certutil", "-K -d sql:db");
        assert!(listed.contains("Zoë"), "{listed}");
        for cipher in NSS_CIPHERS {
            let theirs = sandbox.path("theirs.p12");
            let words = [
                "-n", "Zoë", "-d", "sql:db", "-w", "password", "-c", cipher, "-C", cipher,
            ];
            ran(Command::new("pk12util")
                .current_dir(sandbox.work())
                .args(words)
                .arg("-o")
                .arg(&theirs));
            let found = open(&theirs, Some("pässwörd")).unwrap();
            let kinds: Vec<_> = found
                .iter()
                .map(|one| (&one.kind, one.alias.as_deref()))
                .collect();
            let key = kinds.iter().position(|one| *one.0 == Kind::PrivateKey);
            let after = key.and_then(|key| kinds.get(key + 1));
            assert_eq!(after, Some(&(&Kind::Certificate, Some("Zoë"))), "{kinds:?}");
        }
    }
}

#[test]
#[ignore = "needs openssl, certtool, node and Python's cryptography (see .ci/run)"]
fn what_is_written_is_read_by_others() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let expected = expected(&sandbox);
    let only_contents: Vec<String> = expected
        .iter()
        .filter(|line| !line.starts_with("name "))
        .cloned()
        .collect();
    for profile in PROFILES {
        for password in PASSWORDS {
            let file = written(&sandbox, password, profile);
            let theirs = by_openssl(&file, password).expect("openssl opens it");
            assert_eq!(theirs, only_contents, "{profile:?} {password}");
            // cryptography makes no difference between no password and an empty one, nor does it
            // take an empty one.
            if !password.is_empty() {
                assert_eq!(by_python(&file, password), expected);
            }
            let node = "require('tls').createSecureContext({pfx: require('fs').readFileSync(process.argv[1]), \
                        passphrase: process.argv[2]})";
            ran(Command::new("node")
                .args(["-e", node])
                .arg(&file)
                .arg(password));
            let listed = ran(Command::new("certtool")
                .args(["--p12-info", "--inder", "--infile"])
                .arg(&file)
                .args(["--password", password]));
            assert!(
                listed.contains("BEGIN PRIVATE KEY") || listed.contains("BEGIN ENCRYPTED"),
                "{listed}"
            );
            assert_eq!(listed.matches("BEGIN CERTIFICATE").count(), 2, "{listed}");
        }
    }
}

#[test]
#[ignore = "needs keytool (Debian: openjdk-17-jdk-headless)"]
fn keytool_reads_keys_with_their_chains_and_what_is_trusted() {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost");
    let list = |name: &str| {
        let words =
            format!("-J-Duser.language=en -list -v -keystore {name} -storepass:file password");
        sandbox.other("keytool", &words)
    };
    sandbox.write("password", "secret");
    for profile in PROFILES {
        written(&sandbox, "secret", profile);
        let listed = list("ours.p12");
        assert!(listed.contains("Entry type: PrivateKeyEntry"), "{listed}");
        assert!(listed.contains("Certificate chain length: 2"), "{listed}");
        assert!(listed.contains("Alias name: zo"), "{listed}");
        let roots = certificates(&sandbox.path("localhost.crt"));
        let entry = Entry {
            alias: "roots",
            key: None,
            certificates: &roots,
        };
        let pfx = encode(&[entry], &Password::new("secret"), profile).unwrap();
        sandbox.write("trusted.p12", &*pfx);
        let listed = list("trusted.p12");
        assert_eq!(
            listed.matches("Entry type: trustedCertEntry").count(),
            2,
            "{listed}"
        );
        assert!(listed.contains("Alias name: roots 2"), "{listed}");
    }
}

/// Those of PKCS #5 and of PKCS #12, by NSS's names.
const NSS_CIPHERS: [&str; 5] = [
    "AES-256-CBC",
    "DES-EDE3-CBC",
    "RC2-CBC",
    "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC",
    "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC",
];
const PROFILES: [Profile; 2] = [Profile::Modern, Profile::Compatible];
const PASSWORDS: [&str; 4] = ["secret", "pässwörd €", "😀", ""];

fn certificates(path: &Path) -> Vec<Certificate> {
    Certificate::all_from_bytes(&fs::read(path).expect("the file can be read"))
        .expect("certificates")
}

/// The sandbox's certificate and key, in a file of ours.
fn written(sandbox: &Sandbox, password: &str, profile: Profile) -> PathBuf {
    let key = fs::read(sandbox.path("localhost.key")).expect("a key");
    let key = PrivateKey::from_bytes(&key, None).expect("a key");
    let entry = Entry {
        alias: "Zoë",
        key: Some(&key),
        certificates: &certificates(&sandbox.path("localhost.crt")),
    };
    let pfx = encode(&[entry], &Password::new(password), profile).expect("it is written");
    sandbox.write("ours.p12", &*pfx);
    sandbox.path("ours.p12")
}

/// What a file with the sandbox's certificate and key holds.
fn expected(sandbox: &Sandbox) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["localhost.crt", "localhost.key"] {
        let bytes = fs::read(sandbox.path(name)).expect("the file can be read");
        found.extend(documents(&bytes).unwrap().map(Result::unwrap));
    }
    found[0].alias = Some("Zoë".to_owned());
    with_names(&found)
}

/// What a file holds, sorted: certificates in hexadecimal, and the public keys of keys.
fn contents(found: &[Document]) -> Vec<String> {
    let mut contents: Vec<String> = found.iter().map(content).collect();
    contents.sort();
    contents
}

fn content(document: &Document) -> String {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    match document.kind {
        Kind::PrivateKey => {
            let key = PrivateKey::from_document(document, None).expect("a key that is known");
            format!("key {}", hex(key.public_key().spki()))
        }
        _ => format!("{} {}", document.kind, hex(&document.der)),
    }
}

/// The same, and the certificates' friendly names.
fn with_names(found: &[Document]) -> Vec<String> {
    let mut contents = contents(found);
    let certificates = found.iter().filter(|one| one.kind == Kind::Certificate);
    let names = certificates.filter_map(|one| one.alias.as_deref());
    contents.extend(names.map(|name| format!("name {name}")));
    contents.sort();
    contents
}

/// What openssl finds, but for the names, which it spells in one byte a character.
fn by_openssl(file: &Path, password: &str) -> Option<Vec<String>> {
    let password = format!("pass:{password}");
    let output = Command::new("openssl")
        .args(["pkcs12", "-legacy", "-nodes", "-passin", &password, "-in"])
        .arg(file)
        .output()
        .expect("openssl runs");
    if !output.status.success() {
        return None;
    }
    let found: Vec<Document> = match documents(&output.stdout) {
        Ok(found) => found.map(|one| one.expect("openssl writes PEM")).collect(),
        Err(_) => Vec::new(),
    };
    Some(contents(&found))
}

fn by_python(file: &Path, password: &str) -> Vec<String> {
    let given = if password.is_empty() { "no" } else { "yes" };
    let said = ran(Command::new(python())
        .arg(program("pkcs12.py"))
        .arg(file)
        .args([password, given]));
    let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn ran(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let errors = text(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    text(&output.stdout)
}

fn open(file: &Path, password: Option<&str>) -> Result<Vec<Document>, Error> {
    let bytes = fs::read(file).expect("the file can be read");
    let password = password.map(Password::new);
    bundle::documents(&bytes, password.as_ref())?.collect()
}
