//! PKCS #12 there and back.

use time::macros::datetime;

use super::*;
use crate::bundle::{self, Entry};
use crate::cert::Certificate;
use crate::crypto::{self, Algorithm, Budget, Digest, Scheme};
use crate::document::{Document, Kind, Place};
use crate::error::{Error, ErrorKind};
use crate::issue::{Signatory, Template, issue};
use crate::key::{KeyForm, Password, PrivateKey};
use crate::name::Subject;
use crate::pem;
use crate::profile::{Profile as CertificateProfile, Purposes};
use crate::validity::{Lifetime, Validity};

fn pair(name: &str) -> (PrivateKey, Certificate) {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let start = datetime!(2026-11-21 12:00 UTC);
    let server = Purposes {
        server: true,
        ..Purposes::NONE
    };
    let template = Template {
        profile: CertificateProfile::leaf(server),
        subject: Subject::common_name(name).unwrap(),
        names: vec!["localhost".parse().unwrap()],
        public_key: key.public_key().clone(),
        validity: Validity::starting(start, Lifetime::days(90)).unwrap(),
    };
    let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
    (key, certificate)
}

fn shown(documents: &[Document]) -> Vec<(String, Option<&str>)> {
    let shown = documents.iter();
    shown
        .map(|one| (one.kind.to_string(), one.alias.as_deref()))
        .collect()
}

#[test]
fn what_is_written_is_read() {
    let ((key, leaf), (_, issuer)) = (pair("leaf"), pair("issuer"));
    let chain = [leaf, issuer];
    let entry = Entry {
        alias: "Zoë 😀",
        key: Some(&key),
        certificates: &chain,
    };
    for (profile, passwords) in [
        (Profile::Modern, &["pässwörd €"][..]),
        (Profile::Compatible, &["secret", "pässwörd €", "😀", ""]),
    ] {
        for password in passwords {
            let password = Password::new(*password);
            let pfx = encode(std::slice::from_ref(&entry), &password, profile).unwrap();
            let found = decode(&pfx, Some(&password)).unwrap();
            assert_eq!(
                shown(&found),
                [
                    ("a private key".to_owned(), Some("Zoë 😀")),
                    ("a certificate".to_owned(), Some("Zoë 😀")),
                    ("a certificate".to_owned(), None),
                ]
            );
            assert_eq!(**found[0].der, key.to_der(KeyForm::Pkcs8).unwrap()[..]);
            assert_eq!(*found[1].der, chain[0].der());
            assert_eq!(*found[2].der, chain[1].der());
        }
    }
}

#[test]
fn a_file_is_opened_by_its_password_alone() {
    let (key, leaf) = pair("leaf");
    let entry = Entry {
        alias: "leaf",
        key: Some(&key),
        certificates: &[leaf],
    };
    let entries = std::slice::from_ref(&entry);
    let pfx = encode(entries, &Password::new("right"), Profile::Compatible).unwrap();
    let kind = |password: Option<&str>| {
        let password = password.map(Password::new);
        decode(&pfx, password.as_ref()).unwrap_err().kind()
    };
    assert_eq!(kind(Some("wrong")), ErrorKind::WrongPassword);
    assert_eq!(kind(Some("")), ErrorKind::WrongPassword);
    assert_eq!(kind(None), ErrorKind::PasswordNeeded);
    let open = encode(entries, &Password::new(""), Profile::Compatible).unwrap();
    assert_eq!(decode(&open, None).unwrap().len(), 2);
}

#[test]
fn certificates_that_are_trusted_have_each_a_name() {
    let roots = [pair("a").1, pair("b").1];
    let entry = Entry {
        alias: "roots",
        key: None,
        certificates: &roots,
    };
    let pfx = encode(&[entry], &Password::new("x"), Profile::Compatible).unwrap();
    let found = decode(&pfx, Some(&Password::new("x"))).unwrap();
    let certificate = || "a certificate".to_owned();
    assert_eq!(
        shown(&found),
        [
            (certificate(), Some("roots")),
            (certificate(), Some("roots 2"))
        ]
    );
}

#[test]
fn many_keys_share_the_work() {
    let (key, leaf) = pair("leaf");
    let leaf = [leaf];
    let entry = || Entry {
        alias: "",
        key: Some(&key),
        certificates: &leaf,
    };
    let iterations = |count: usize| {
        let entries: Vec<_> = (0..count).map(|_| entry()).collect();
        write::iterations(Profile::Modern, &entries)
    };
    assert_eq!(
        [1, 2, 3, 9, 99, 1000].map(iterations),
        [300_000, 300_000, 250_000, 100_000, 10_000, 10_000]
    );
}

/// openssl pkcs12 -export -name Zoe -passout pass:secret -iter 1, of an Ed25519 key.
fn by_openssl() -> Vec<u8> {
    let text = include_bytes!("../testdata/openssl.pem");
    let block = pem::blocks(text).next().unwrap().unwrap();
    block.decode().unwrap().to_vec()
}

#[test]
fn what_openssl_wrote_is_read_in_der_and_in_ber() {
    let password = Password::new("secret");
    let der = by_openssl();
    let found = decode(&der, Some(&password)).unwrap();
    let expected = [
        ("a private key".to_owned(), Some("Zoe")),
        ("a certificate".to_owned(), Some("Zoe")),
    ];
    assert_eq!(shown(&found), expected);
    let places: Vec<_> = found.iter().map(|one| one.place).collect();
    // The certificate comes first in the file.
    assert_eq!(places, [Place::Entry(2), Place::Entry(1)]);
    let mut ber = Vec::new();
    into_ber(&der, &mut ber);
    assert_ne!(ber, der);
    let found = bundle::documents(&ber, Some(&password)).unwrap();
    let found: Vec<_> = found.map(Result::unwrap).collect();
    assert_eq!(shown(&found), expected);
    let text = pem::encode("PKCS12", &ber);
    let found = bundle::documents(text.as_bytes(), Some(&password)).unwrap();
    assert_eq!(found.count(), 2);
}

/// Gives every constructed element an indefinite length, and makes two pieces of every OCTET STRING.

#[test]
fn protection_is_told_without_the_password() {
    let der = by_openssl();
    let mut ber = Vec::new();
    into_ber(&der, &mut ber);
    let ber = crate::ber::to_der(&ber).unwrap();
    for pfx in [&der[..], &ber] {
        let outline = Outline::read(pfx).unwrap();
        let code = "HMAC-SHA-256, PKCS #12's derivation of 1 iterations";
        assert_eq!(outline.code.as_deref(), Some(code));
        assert_eq!(outline.encryption, ["AES-256-CBC, PBKDF2 of 1 iterations"]);
    }
    let bare = bare(&[der::sequence(&[])]);
    assert_eq!(Outline::read(&bare).unwrap(), Outline::default());
    assert!(Outline::read(&der[..der.len() / 2]).is_err());
}

fn into_ber(der: &[u8], ber: &mut Vec<u8>) {
    let mut reader = der::Reader::new(der);
    while !reader.is_empty() {
        let element = reader.element().unwrap();
        if element.tag == der::OCTET_STRING {
            let (one, other) = element.content.split_at(element.content.len() / 2);
            ber.extend([0x24, 0x80]);
            ber.extend(der::element(der::OCTET_STRING, &[one]));
            ber.extend(der::element(der::OCTET_STRING, &[other]));
            ber.extend([0, 0]);
        } else if element.tag & 0x20 != 0 {
            ber.extend([element.tag, 0x80]);
            into_ber(element.content, ber);
            ber.extend([0, 0]);
        } else {
            ber.extend(element.raw);
        }
    }
}

#[test]
fn whatever_is_damaged_is_refused_or_read() {
    let password = Password::new("secret");
    let whole = by_openssl();
    for at in 0..whole.len() {
        assert!(decode(&whole[..at], Some(&password)).is_err(), "{at}");
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            // The code is over the contents, and what it is made with is not under it.
            if let Ok(found) = decode(&damaged, Some(&password)) {
                assert_eq!(found.len(), 2, "{at} {change}");
            }
            assert!(decode(&damaged, None).is_err(), "{at} {change}");
        }
    }
}

/// A `PFX` without a code, of these `SafeContents`.
fn bare(safes: &[Vec<u8>]) -> Vec<u8> {
    let data = |octets: &[u8]| {
        let octets = der::element(der::OCTET_STRING, &[octets]);
        let content = der::element(der::context_constructed(0), &[&octets]);
        der::sequence(&[&oid(DATA), &content])
    };
    let safes: Vec<u8> = safes.iter().flat_map(|safe| data(safe)).collect();
    let contents = data(&der::sequence(&[&safes]));
    der::sequence(&[&der::unsigned(3), &contents])
}

fn bag(kind: &str, value: &[u8]) -> Vec<u8> {
    let value = der::element(der::context_constructed(0), &[value]);
    der::sequence(&[&oid(kind), &value])
}

#[test]
fn every_bag_is_told() {
    let (key, leaf) = pair("leaf");
    let typed = |kind: &str, content: &[u8]| {
        let octets = der::element(der::OCTET_STRING, &[content]);
        let content = der::element(der::context_constructed(0), &[&octets]);
        der::sequence(&[&oid(kind), &content])
    };
    let plain = key.to_der(KeyForm::Pkcs8).unwrap();
    let locked = key.to_encrypted_der(&Password::new("x")).unwrap();
    let inner = der::sequence(&[&bag(CERTIFICATE_BAG, &typed(X509_CERTIFICATE, leaf.der()))]);
    let bags = der::sequence(&[
        &bag(KEY_BAG, &plain),
        &bag(SHROUDED_KEY_BAG, &locked),
        &bag(SAFE_CONTENTS_BAG, &inner),
        &bag(CRL_BAG, &typed(X509_CRL, &der::sequence(&[]))),
        &bag(CERTIFICATE_BAG, &typed("1.2.840.113549.1.9.22.2", b"x")),
        &bag(SECRET_BAG, &typed("1.2.3", b"x")),
        &bag("1.2.4", &der::sequence(&[])),
    ]);
    let pfx = bare(&[bags]);
    let kinds = |password: Option<&str>| {
        let password = password.map(Password::new);
        let found = decode(&pfx, password.as_ref())?;
        Ok::<_, Error>(found.iter().map(|one| one.kind.clone()).collect::<Vec<_>>())
    };
    let mut expected = vec![
        Kind::PrivateKey,
        Kind::PrivateKey,
        Kind::Certificate,
        Kind::CertificateRevocationList,
        Kind::Other("a certificate of the type 1.2.840.113549.1.9.22.2".into()),
        Kind::Other("a secret (1.2.3)".into()),
        Kind::Other("a bag of the type 1.2.4".into()),
    ];
    assert_eq!(kinds(Some("x")).unwrap(), expected);
    assert_eq!(
        kinds(Some("y")).unwrap_err().kind(),
        ErrorKind::WrongPassword
    );
    // Nobody is asked for the password of a file that is not locked as a whole.
    expected[1] = Kind::EncryptedPrivateKey;
    assert_eq!(kinds(None).unwrap(), expected);
}

#[test]
fn bags_have_bounds() {
    let mut deep = der::sequence(&[]);
    for _ in 0..40 {
        deep = der::sequence(&[&bag(SAFE_CONTENTS_BAG, &deep)]);
    }
    let many = bag("1.2.4", &der::sequence(&[])).repeat(10_001);
    for contents in [deep, der::sequence(&[&many])] {
        let error = decode(&bare(&[contents]), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    }
}

#[test]
fn other_protections_are_named() {
    let info = |kind: &str| {
        let content = der::element(der::context_constructed(0), &[&der::sequence(&[])]);
        der::sequence(&[&oid(kind), &content])
    };
    for (kind, word) in [
        (SIGNED_DATA, "SignedData"),
        (ENVELOPED_DATA, "EnvelopedData"),
        ("1.2.3", "1.2.3"),
    ] {
        let octets = der::element(der::OCTET_STRING, &[&der::sequence(&[&info(kind)])]);
        let content = der::element(der::context_constructed(0), &[&octets]);
        let inside = der::sequence(&[&oid(DATA), &content]);
        for contents in [info(kind), inside] {
            let pfx = der::sequence(&[&der::unsigned(3), &contents]);
            let error = decode(&pfx, Some(&Password::new("x"))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains(word), "{error}");
        }
    }
}

#[test]
fn the_work_of_all_bags_is_bounded() {
    let scheme = Scheme::compatible(9_000_000).unwrap();
    let octets = der::element(der::OCTET_STRING, &[&[0; 16]]);
    let locked = bag(
        SHROUDED_KEY_BAG,
        &der::sequence(&[scheme.to_der(), &octets]),
    );
    let pfx = bare(&[der::sequence(&[&locked.repeat(100)])]);
    let error = decode(&pfx, Some(&Password::new("x"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[test]
fn pbmac1_is_checked() {
    let password = Password::new("secret");
    let digest = |arcs: &str| der::sequence(&[&oid(arcs), &der::element(der::NULL, &[])]);
    let prf = digest("1.2.840.113549.2.9");
    let make = |length: &[u8], octets: usize| {
        let bare = bare(&[der::sequence(&[])]);
        let mut parts = der::only(&bare).unwrap().open(der::SEQUENCE).unwrap();
        let (version, info) = (parts.element().unwrap(), parts.element().unwrap());
        let key = crypto::pbkdf2(Digest::Sha256, b"secret", b"saltsalt", 2, octets).unwrap();
        let code = crypto::hmac(Digest::Sha256, &key, &der::sequence(&[&safe()]));
        let salt = der::element(der::OCTET_STRING, &[b"saltsalt"]);
        let kdf = der::sequence(&[&salt, &der::unsigned(2), length, &prf]);
        let kdf = der::sequence(&[&oid("1.2.840.113549.1.5.12"), &kdf]);
        let parameters = der::sequence(&[&kdf, &prf]);
        let algorithm = der::sequence(&[&oid("1.2.840.113549.1.5.14"), &parameters]);
        let code = der::element(der::OCTET_STRING, &[&code]);
        let mac = der::sequence(&[
            &der::sequence(&[&algorithm, &code]),
            &salt,
            &der::unsigned(1),
        ]);
        der::sequence(&[version.raw, info.raw, &mac])
    };
    let pfx = make(&der::unsigned(20), 20);
    assert_eq!(decode(&pfx, Some(&password)).unwrap().len(), 0);
    let wrong = decode(&pfx, Some(&Password::new("wrong"))).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::WrongPassword);
    let error = decode(&make(&[], 20), Some(&password)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    // Of no bytes, it is the same under every password.
    for length in [0, 1, 19] {
        let short = make(&der::unsigned(length), length as usize);
        for password in ["secret", "wrong"] {
            let error = decode(&short, Some(&Password::new(password))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{length}");
        }
    }
}

#[test]
fn several_share_what_work_may_be_asked_for() {
    let pfx = encode(&[], &Password::new(""), Profile::Compatible).unwrap();
    let mut budget = Budget::of_store();
    budget.spend(20_000_000 - 3 * 2048).unwrap();
    for _ in 0..3 {
        decode_within(&pfx, None, &mut budget).unwrap();
    }
    let error = decode_within(&pfx, None, &mut budget).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn not_every_way_of_many_is_told() {
    let octets = der::element(der::OCTET_STRING, &[&[0; 16]]);
    let bags = (1..100).map(|iterations| {
        let scheme = Scheme::compatible(iterations).unwrap();
        bag(
            SHROUDED_KEY_BAG,
            &der::sequence(&[scheme.to_der(), &octets]),
        )
    });
    let bags: Vec<u8> = bags.flatten().collect();
    let outline = Outline::read(&bare(&[der::sequence(&[&bags])])).unwrap();
    assert_eq!(outline.encryption.len(), 20);
}

/// The `ContentInfo` of no bags.
fn safe() -> Vec<u8> {
    let octets = der::element(der::OCTET_STRING, &[&der::sequence(&[])]);
    let content = der::element(der::context_constructed(0), &[&octets]);
    der::sequence(&[&oid(DATA), &content])
}
