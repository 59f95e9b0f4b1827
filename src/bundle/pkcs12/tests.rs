//! PKCS #12 there and back.

use time::macros::datetime;

use super::*;
use crate::bundle::Entry;
use crate::cert::Certificate;
use crate::crypto::Algorithm;
use crate::document::{Document, Kind};
use crate::error::ErrorKind;
use crate::issue::{Signatory, Template, issue};
use crate::key::{KeyForm, Password, PrivateKey};
use crate::name::Subject;
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
    for profile in [Profile::Modern, Profile::Compatible] {
        for password in ["secret", "pässwörd €", "😀", ""] {
            let password = Password::new(password);
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
            assert_eq!(found[0].der, key.to_der(KeyForm::Pkcs8).unwrap());
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
