//! Private keys, there and back.

use super::ALGORITHMS;
use crate::sandbox::Sandbox;

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn openssl_reads_every_key() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "pässwörd");
    for algorithm in ALGORITHMS {
        sandbox.run(&format!("key -a {algorithm} -o k.key --force"));
        sandbox.other("openssl", "pkey -in k.key -check -noout");
        let ours = sandbox.run("convert k.key --to public");
        assert_eq!(
            ours,
            sandbox.other("openssl", "pkey -in k.key -pubout"),
            "{algorithm}"
        );
        sandbox.run(
            "convert k.key --to pkcs8 --encrypt --new-password-file password -o e.key --force",
        );
        assert_eq!(
            ours,
            sandbox.other("openssl", "pkey -in e.key -passin file:password -pubout"),
            "{algorithm}"
        );
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn keys_of_openssl_become_the_same_pkcs8_as_by_openssl() {
    for make in [
        "ecparam -name prime256v1 -genkey -noout -out k.pem",
        "ecparam -name secp384r1 -genkey -out k.pem",
        "ecparam -name secp521r1 -genkey -noout -out k.pem",
        "genrsa -traditional -out k.pem 2048",
        "genrsa -traditional -out k.pem 3072",
        "genpkey -algorithm ed25519 -out k.pem",
    ] {
        let sandbox = Sandbox::new();
        sandbox.other("openssl", make);
        let theirs = sandbox.other("openssl", "pkcs8 -topk8 -nocrypt -in k.pem");
        assert_eq!(sandbox.run("convert k.pem --to pkcs8"), theirs, "{make}");
        sandbox.other("openssl", "pkey -in k.pem -outform DER -out k.der");
        assert_eq!(sandbox.run("convert k.der --to pkcs8"), theirs, "{make}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn sec1_and_pkcs1_are_as_openssl_writes_them() {
    let sandbox = Sandbox::new();
    sandbox.run("key -a p384 -o ec.key");
    assert_eq!(
        sandbox.run("convert ec.key --to sec1"),
        sandbox.other("openssl", "pkey -in ec.key -traditional")
    );
    sandbox.run("key -a rsa2048 -o rsa.key");
    assert_eq!(
        sandbox.run("convert rsa.key --to pkcs1"),
        sandbox.other("openssl", "pkey -in rsa.key -traditional")
    );
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn keys_without_a_public_half_are_read() {
    let sandbox = Sandbox::new();
    sandbox.run("key -a p256 -o k.key");
    sandbox.other("openssl", "ec -in k.key -no_public -out bare.key");
    assert_eq!(
        sandbox.run("convert bare.key --to pkcs8"),
        sandbox.text("k.key")
    );
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn keys_that_openssl_encrypted_are_opened() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "pässwörd\n");
    sandbox.run("key -o k.key");
    for options in [
        "-v2 aes-256-cbc",
        "-v2 aes-128-cbc",
        "-v2 aes-256-cbc -v2prf hmacWithSHA1",
        "-v2 aes-256-cbc -v2prf hmacWithSHA512",
        "-v2 des3",
        "-scrypt",
        "-v1 PBE-SHA1-3DES",
        "-v1 PBE-MD5-DES",
        "-v1 PBE-SHA1-RC2-40",
    ] {
        sandbox.other(
            "openssl",
            &format!(
                "pkcs8 -topk8 -provider default -provider legacy -in k.key {options} -passout file:password -out e.key"
            ),
        );
        let opened = sandbox.run("convert e.key --to pkcs8 --password-file password");
        assert_eq!(opened, sandbox.text("k.key"), "{options}");
    }
    for cipher in ["aes128", "aes192", "aes256", "des", "des3"] {
        let old = "-provider default -provider legacy -in k.key -passout file:password -out e.key";
        sandbox.other("openssl", &format!("ec -{cipher} {old}"));
        let opened = sandbox.run("convert e.key --to pkcs8 --password-file password");
        assert_eq!(opened, sandbox.text("k.key"), "{cipher}");
    }
}

#[test]
#[ignore = "needs openssl (Debian: openssl)"]
fn keys_that_cannot_be_opened_are_refused_with_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "x");
    sandbox.other(
        "openssl",
        "genrsa -traditional -camellia128 -passout file:password -out old.key 2048",
    );
    let error = sandbox.fails(2, "convert old.key --to pkcs8 --password-file password");
    assert!(
        error.contains("CAMELLIA-128-CBC (DEK-Info)") && error.contains("openssl pkcs8 -topk8"),
        "{error}"
    );
    sandbox.other(
        "openssl",
        "pkcs8 -topk8 -v2 camellia-256-cbc -in old.key -passin pass:x -passout pass:x -out new.key",
    );
    let error = sandbox.fails(2, "convert new.key --to pkcs8 --password-file password");
    assert!(
        error.contains("CAMELLIA-256-CBC") && error.contains("openssl pkcs8"),
        "{error}"
    );
    sandbox.other(
        "openssl",
        "ecparam -name secp256k1 -genkey -noout -out k1.key",
    );
    assert!(
        sandbox
            .fails(2, "csr a.test --key k1.key")
            .contains("secp256k1")
    );
    sandbox.other("openssl", "genrsa -out weak.key 1024");
    assert!(
        sandbox
            .fails(2, "csr a.test --key weak.key")
            .contains("RSA with 1024 bits")
    );
}
