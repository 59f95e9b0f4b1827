//! The private keys among the files that Python's cryptography is tested with, opened beside OpenSSL.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use certwright::error::Error;
use certwright::key::{Password, PrivateKey};

use super::vectors;

#[test]
#[ignore = "needs openssl and Python's cryptography_vectors (see .ci/run)"]
fn what_openssl_opens_is_opened_or_refused_by_its_name() {
    let root = vectors().join("asymmetric");
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut opened = 0;
    for path in keys(&root) {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let theirs = PASSWORDS
            .iter()
            .find_map(|password| Some((*password, by_openssl(&path, password)?)));
        let password = theirs.as_ref().map_or("password", |(password, _)| password);
        match by_us(&path, password) {
            Ok(ours) => {
                assert_eq!(theirs.map(|theirs| theirs.1), Some(ours), "{name}");
                opened += 1;
            }
            Err(error) => {
                let also = if theirs.is_none() { "openssl too" } else { "" };
                let files = refused.entry(error.to_string()).or_default();
                files.push(format!("{name} {also}").trim().to_owned());
            }
        }
    }
    let refused: Vec<(&str, Vec<&str>)> = refused
        .iter()
        .map(|(said, files)| (said.as_str(), files.iter().map(String::as_str).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = REFUSED
        .iter()
        .map(|(said, files)| (*said, files.to_vec()))
        .collect();
    assert_eq!(refused, expected);
    assert_eq!(opened, OPENED);
}

/// Every file that holds a private key, or is meant to.
fn keys(root: &Path) -> Vec<PathBuf> {
    let folders = [
        "DER_Serialization",
        "DH",
        "DSA/custom",
        "EC",
        "Ed25519",
        "Ed448",
        "MLDSA",
        "MLKEM",
        "OpenSSH",
        "PEM_Serialization",
        "PKCS8",
        "Traditional_OpenSSL_Serialization",
        "X25519",
        "X448",
    ];
    let mut found = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(root.join(folder)).expect("the folder is there");
        for entry in entries {
            let path = entry.unwrap().path();
            let text = std::fs::read(&path).unwrap_or_default();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let is_public = name.contains("pub")
                || name.contains("spki")
                || name.contains("param")
                || name.starts_with("dhp");
            let is_key = name.ends_with(".der") || memmem(&text, b"PRIVATE KEY");
            if is_key && !is_public {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn memmem(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

fn by_openssl(path: &Path, password: &str) -> Option<Vec<u8>> {
    let output = Command::new("openssl")
        .args([
            "pkey",
            "-provider",
            "legacy",
            "-provider",
            "default",
            "-pubout",
        ])
        .args([
            "-outform",
            "DER",
            "-passin",
            &format!("pass:{password}"),
            "-in",
        ])
        .arg(path)
        .output()
        .expect("openssl runs");
    output.status.success().then_some(output.stdout)
}

fn by_us(path: &Path, password: &str) -> Result<Vec<u8>, Error> {
    let bytes = std::fs::read(path).expect("the file can be read");
    let key = PrivateKey::from_bytes(&bytes, Some(&Password::new(password)))?;
    Ok(key.public_key().spki().to_vec())
}

const PASSWORDS: [&str; 13] = [
    "password",
    "foobar",
    "baz",
    "123456",
    "cryptography",
    "0123456789",
    "a123456",
    "hello",
    "",
    "hunter42",
    "hunter2",
    "PolarSSLTest",
    "Red Hat Enterprise Linux 7.4",
];

/// What is said of which files, and which of them openssl does not open either. The rest are keys of
/// kinds that are not used in certificates here, curves without a name, and keys that contradict
/// themselves, which openssl lets pass.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "a key derived in no iterations",
        &["PKCS8/enc-rsa-pkcs8-pbkdf2-0iter.pem openssl too"],
    ),
    (
        "it holds a PEM block DSA PRIVATE KEY, and no private key",
        &[
            "DSA/custom/nilpotent.pem",
            "PEM_Serialization/dsa_4096.pem",
            "Traditional_OpenSSL_Serialization/dsa-wrong-version.pem",
            "Traditional_OpenSSL_Serialization/dsa.1024.pem",
            "Traditional_OpenSSL_Serialization/dsa.2048.pem",
            "Traditional_OpenSSL_Serialization/dsa.3072.pem",
        ],
    ),
    (
        "it holds a PEM block OPENSSH PRIVATE KEY, and no private key",
        &[
            "OpenSSH/dsa-nopsw.key openssl too",
            "OpenSSH/dsa-psw.key openssl too",
            "OpenSSH/ecdsa-nopsw.key openssl too",
            "OpenSSH/ecdsa-psw.key openssl too",
            "OpenSSH/ed25519-aesgcm-psw.key openssl too",
            "OpenSSH/ed25519-nopsw.key openssl too",
            "OpenSSH/ed25519-psw.key openssl too",
            "OpenSSH/rsa-nopsw.key openssl too",
            "OpenSSH/rsa-psw.key openssl too",
            "OpenSSH/sk-ecdsa-nopsw.key openssl too",
            "OpenSSH/sk-ecdsa-psw.key openssl too",
            "OpenSSH/sk-ed25519-nopsw.key openssl too",
            "OpenSSH/sk-ed25519-psw.key openssl too",
        ],
    ),
    (
        "it holds an unknown DER structure, and no private key",
        &[
            "DER_Serialization/dsa.1024.der",
            "DER_Serialization/dsa.2048.der",
            "DER_Serialization/dsa.3072.der",
        ],
    ),
    (
        "private keys of the algorithm 0.37.11229.117.11229.113 are not supported",
        &["PKCS8/bad-oid-dsa-key.pem openssl too"],
    ),
    (
        "private keys of the algorithm 1.2.840.1004321.3213.321 are not supported",
        &["PKCS8/unknown-oid.der openssl too"],
    ),
    (
        "private keys of the algorithm 1.2.840.10046.2.1 are not supported",
        &["DH/dhkey_rfc5114_2.der", "DH/dhkey_rfc5114_2.pem"],
    ),
    (
        "private keys of the algorithm 2.16.840.1.101.3.4.4.2 are not supported",
        &[
            "MLKEM/mlkem768.der openssl too",
            "MLKEM/mlkem768.pem openssl too",
        ],
    ),
    (
        "private keys of the algorithm DSA are not supported",
        &[
            "DER_Serialization/unenc-dsa-pkcs8.der",
            "PKCS8/unenc-dsa-pkcs8.pem",
        ],
    ),
    (
        "private keys of the algorithm Diffie-Hellman are not supported",
        &[
            "DH/dh_key_256.pem openssl too",
            "DH/dhkey.der",
            "DH/dhkey.pem",
        ],
    ),
    (
        "private keys of the algorithm Ed448 are not supported",
        &[
            "Ed448/ed448-pkcs8-enc.der",
            "Ed448/ed448-pkcs8-enc.pem",
            "Ed448/ed448-pkcs8.der",
            "Ed448/ed448-pkcs8.pem",
        ],
    ),
    (
        "private keys of the algorithm ML-DSA-44 are not supported",
        &["MLDSA/mldsa44_priv.der openssl too"],
    ),
    (
        "private keys of the algorithm ML-DSA-65 are not supported",
        &["MLDSA/mldsa65_noseed_priv.der openssl too"],
    ),
    (
        "private keys of the algorithm RSA-PSS are not supported",
        &[
            "PKCS8/rsa_pss_2048.pem",
            "PKCS8/rsa_pss_2048_hash.pem",
            "PKCS8/rsa_pss_2048_hash_mask.pem",
            "PKCS8/rsa_pss_2048_hash_mask_diff.pem",
            "PKCS8/rsa_pss_2048_hash_mask_salt.pem",
        ],
    ),
    (
        "private keys of the algorithm X25519 are not supported",
        &[
            "X25519/x25519-pkcs8-enc.der",
            "X25519/x25519-pkcs8-enc.pem",
            "X25519/x25519-pkcs8.der",
            "X25519/x25519-pkcs8.pem",
        ],
    ),
    (
        "private keys of the algorithm X448 are not supported",
        &[
            "X448/x448-pkcs8-enc.der",
            "X448/x448-pkcs8-enc.pem",
            "X448/x448-pkcs8.der",
            "X448/x448-pkcs8.pem",
        ],
    ),
    (
        "private keys of the form in which this one was encrypted are not supported",
        &["PEM_Serialization/dsa_private_key.pem"],
    ),
    (
        "the DEK-Info of the key has no initialisation vector of DES-EDE3-CBC",
        &[
            "Traditional_OpenSSL_Serialization/key1-malformed-dek-info.pem openssl too",
            "Traditional_OpenSSL_Serialization/key1-malformed-iv.pem openssl too",
            "Traditional_OpenSSL_Serialization/key1-short-iv.pem openssl too",
        ],
    ),
    (
        "the RSA PRIVATE KEY block of line 1: at byte 0 of the DER: a length that is not in DER",
        &["Traditional_OpenSSL_Serialization/key1-no-dek-info.pem openssl too"],
    ),
    (
        "the authentication code 1.2.840.113549.2.9.213.321 is not known here",
        &["PKCS8/enc-unknown-pbkdf2-prf.pem openssl too"],
    ),
    (
        "the cipher 1.2.840.113549.3.7.23.321.3 is not known here",
        &["PKCS8/enc-unknown-algorithm.pem openssl too"],
    ),
    (
        "the description of the encryption is damaged",
        &["PKCS8/rsa-rc2-cbc-effective-key-length.pem openssl too"],
    ),
    (
        "the elliptic curve 1.3.132.0.28 is not supported",
        &["EC/secp128r1_private_key.pem"],
    ),
    (
        "the elliptic curve 1.3.6.1.4.1.8301.3.1.2.9.0.33 is not supported",
        &["PKCS8/withdompar_private.pkcs8.pem openssl too"],
    ),
    (
        "the encryption 0.24.97.792.97.792.97.792 is not known here",
        &["PKCS8/bad-encryption-oid.pem openssl too"],
    ),
    (
        "the key derivation 1.2.840.113549.1.5.12.321.321 is not known here",
        &["PKCS8/enc-unknown-kdf.pem openssl too"],
    ),
    (
        "the key does not name its elliptic curve",
        &[
            "EC/ec-missing-curve.pem openssl too",
            "EC/secp256k1-explicit-no-seed.pem",
            "EC/secp256r1-explicit-no-seed.pem",
            "EC/secp256r1-explicit-seed.pem",
            "EC/secp384r1-explicit-no-seed.pem",
            "EC/secp384r1-explicit-seed.pem",
            "EC/secp521r1-explicit-no-seed.pem",
            "EC/secp521r1-explicit-seed.pem",
            "PKCS8/ec_oid_not_in_reg_private_2.pkcs8.pem",
            "PKCS8/nodompar_private.pkcs8.pem",
            "PKCS8/private.pem",
        ],
    ),
    (
        "the numbers in the key do not make a key pair",
        &["Traditional_OpenSSL_Serialization/rsa-wrong-version.pem"],
    ),
    (
        "the private key is not PKCS #8",
        &["PKCS8/invalid-version.der"],
    ),
    (
        "the private key is not SEC 1",
        &[
            "EC/ec_private_key_non_zero_unused_bits.der",
            "PKCS8/ec-invalid-version.pem",
        ],
    ),
    (
        "the private key names two different elliptic curves",
        &[
            "PKCS8/ec-inconsistent-curve.pem openssl too",
            "PKCS8/ec-inconsistent-curve2.pem",
        ],
    ),
    (
        "the private number is longer than its curve allows",
        &["PKCS8/ec-invalid-private-scalar.pem"],
    ),
];

/// How many are opened, each the key that openssl finds.
const OPENED: usize = 49;
