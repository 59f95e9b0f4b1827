//! What must hold for any input at all: nothing panics, and what is written can be read.

use std::sync::LazyLock;

use data_encoding::BASE64;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use time::macros::datetime;

use certwright::bundle::{self, Entry, jks, pkcs7};
use certwright::crypto::Algorithm;
use certwright::document::documents;
use certwright::inspect::{StapleView, inspect};
use certwright::issue::{Signatory, Template, issue};
use certwright::key::{Password, PrivateKey};
use certwright::name::{Permission, San, Subject, Subnet};
use certwright::pem;
use certwright::profile::{Profile, Purposes};
use certwright::remote::{Proxy, Target};
use certwright::validity::{Lifetime, Validity, parse_time, to_rfc3339};

const NOW: time::OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

/// Explains whatever bytes hold; what is shown has no control characters.
fn explain(bytes: &[u8]) {
    if let Ok(found) = bundle::documents(bytes, Some(&Password::new("x"))) {
        let _ = found.count();
    }
    let Ok(found) = documents(bytes) else { return };
    for document in found.flatten() {
        let _ = PrivateKey::from_document(&document, Some(&Password::new("x")));
        if let Ok(item) = inspect(&document, NOW, None) {
            let shown = item.short() + &item.field("subject").unwrap_or_default();
            assert!(!shown.chars().any(char::is_control), "{shown:?}");
        }
    }
}

/// A file of each kind that holds others, and of text that carries some.
fn holders() -> &'static [Vec<u8>] {
    static MADE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::leaf(Purposes {
                server: true,
                ..Purposes::NONE
            }),
            subject: Subject::common_name("a.test").unwrap(),
            names: vec!["a.test".parse().unwrap()],
            public_key: key.public_key().clone(),
            validity: Validity::starting(NOW, Lifetime::days(30)).unwrap(),
        };
        let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
        let entry = Entry {
            alias: "a",
            key: Some(&key),
            certificates: std::slice::from_ref(&certificate),
        };
        let store = jks::encode(&[entry], &Password::new("changeit"), NOW).unwrap();
        let pkcs7 = pkcs7::encode(&[certificate.der()], &[]);
        let pem = certificate.to_pem();
        let carriers = format!(
            "a: {}\nb: \"{}\"\nc: >-\n  {}\n<d>{}</d>\n",
            BASE64.encode(pem.as_bytes()),
            pem.replace('\n', "\\n"),
            BASE64.encode(&store),
            BASE64.encode(&pkcs7),
        );
        vec![store.to_vec(), pkcs7, carriers.into_bytes()]
    });
    &MADE
}

/// Takes apart and explains what bytes hold.
fn take_apart(bytes: &[u8]) {
    for password in [None, Some(&Password::new("changeit"))] {
        let Ok(found) = bundle::documents(bytes, password) else {
            continue;
        };
        for document in found.flatten() {
            let _ = inspect(&document, NOW, None);
        }
    }
}

/// Text near to what names, subjects and times look like.
fn words() -> impl Strategy<Value = String> {
    "[-a-zA-Z0-9.*:/@=,+\\\\#_\\[\\]äß\u{202e} ]{0,40}"
}

proptest! {
    #[test]
    fn any_bytes_can_be_explained(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        explain(&bytes);
        explain(&[&[0x30, 0x82, 0x02, 0x00][..], &bytes].concat());
        explain(pem::encode("CERTIFICATE", &bytes).as_bytes());
    }

    #[test]
    fn a_mutated_fixture_can_be_explained(at in any::<proptest::sample::Index>(), with in any::<u8>()) {
        let text = include_bytes!("fixtures/asks-for-ca.csr");
        let mut der = documents(text).unwrap().next().unwrap().unwrap().der.to_vec();
        let at = at.index(der.len());
        der[at] = with;
        explain(&der);
        explain(&der[..at]);
        let mut mutated = text.to_vec();
        mutated[at] = with;
        explain(&mutated);
    }

    #[test]
    fn what_holds_others_can_be_taken_apart_when_mutated(
        which in any::<proptest::sample::Index>(),
        at in any::<proptest::sample::Index>(),
        with in proptest::collection::vec(any::<u8>(), 0..6),
    ) {
        let whole = which.get(holders());
        let at = at.index(whole.len());
        take_apart(&whole[..at]);
        let end = (at + with.len()).min(whole.len());
        take_apart(&[&whole[..at], &with, &whole[end..]].concat());
        take_apart(&[&whole[..at], &with, &whole[at..]].concat());
    }

    #[test]
    fn whatever_stands_around_it_a_certificate_is_found(before in "[ -~\n]{0,80}", after in "[ -~\n]{0,80}") {
        // What begins as PEM does is one.
        let sound = !before.contains("---") && !after.contains("---");
        let text = holders()[2].split(|byte| *byte == b'\n').nth(1).unwrap();
        let text = [before.as_bytes(), b"\n", text, b"\n", after.as_bytes()].concat();
        let mut found = documents(&text).unwrap();
        prop_assert!(!sound || found.any(|document| document.is_ok()));
    }

    #[test]
    fn a_server_that_is_taken_is_taken_as_it_is_shown(text in words()) {
        if let Ok(target) = text.parse::<Target>() {
            let shown = target.to_string();
            prop_assert!(!shown.chars().any(char::is_control));
            let again = shown.parse::<Target>().unwrap();
            prop_assert_eq!((&again.host, again.port), (&target.host, target.port));
        }
        let _ = text.parse::<Proxy>();
    }

    #[test]
    fn any_staple_can_be_explained(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let view = StapleView::read(&bytes);
        let shown = [view.this_update, view.next_update, view.fault].into_iter().flatten();
        prop_assert!(!shown.flat_map(|text| text.chars().collect::<Vec<_>>()).any(char::is_control));
    }

    #[test]
    fn a_name_that_is_taken_is_taken_as_it_is_shown(text in words()) {
        if let Ok(name) = text.parse::<San>() {
            prop_assert_eq!(&name.to_string().parse::<San>().unwrap(), &name);
            let stem = name.file_stem();
            prop_assert!(!stem.contains(['/', '\\', '\0']) && !stem.starts_with(['.', '-']) && !stem.is_empty());
            let _ = Permission::for_name(&name);
        }
    }

    #[test]
    fn a_subject_that_is_taken_is_taken_as_it_is_shown(text in words()) {
        for text in [text.clone(), format!("CN={text}")] {
            if let Ok(subject) = text.parse::<Subject>() {
                let again = subject.to_string().parse::<Subject>();
                prop_assert_eq!(again.unwrap().to_der(), subject.to_der());
            }
        }
    }

    #[test]
    fn any_value_of_a_subject_can_be_typed_as_it_is_shown(value in "[^\0]{1,64}|[-a\\\\#+,;<>=\" \\t\u{202e}]{1,9}") {
        let subject = Subject::common_name(&value).unwrap();
        let shown = subject.to_string();
        prop_assert!(!shown.chars().any(char::is_control), "{:?}", shown);
        prop_assert_eq!(shown.parse::<Subject>().unwrap().to_der(), subject.to_der(), "{}", shown);
    }

    #[test]
    fn other_words_are_taken_or_refused(text in words()) {
        let _ = text.parse::<Subnet>();
        let _ = text.parse::<Permission>();
        if let Ok(lifetime) = text.parse::<Lifetime>() {
            prop_assert_eq!(lifetime.to_string().parse::<Lifetime>().unwrap(), lifetime);
            let _ = lifetime.after(NOW);
        }
        if let Ok(moment) = parse_time(&text) {
            prop_assert_eq!(parse_time(&to_rfc3339(moment)).unwrap(), moment);
        }
    }

    #[test]
    fn what_is_encoded_in_pem_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = pem::encode("SOMETHING", &bytes);
        let block = pem::blocks(text.as_bytes()).next().unwrap().unwrap();
        prop_assert_eq!(&block.decode().unwrap()[..], &bytes[..]);
    }
}
