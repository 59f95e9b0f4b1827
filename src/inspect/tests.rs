//! What is explained of every kind of document, and of damaged ones.

use time::macros::datetime;

use super::*;
use crate::cert::Issuer;
use crate::crl::{Reason, RevocationListTemplate, Revoked};
use crate::crypto::Algorithm;
use crate::der;
use crate::document::documents;
use crate::issue::{Signatory, Template, issue, request, revocation_list};
use crate::key::PrivateKey;
use crate::name::Subject;
use crate::profile::{ConstraintPreset, Profile, Purposes};
use crate::validity::{Lifetime, Validity};

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn explain(bytes: &[u8]) -> Result<Item> {
    let document = documents(bytes)?.next().expect("there is a document")?;
    inspect(&document, NOW, None)
}

fn certificate(bytes: &[u8]) -> CertificateView {
    match explain(bytes) {
        Ok(Item::Certificate(view)) => *view,
        other => panic!("not a certificate: {other:?}"),
    }
}

fn issuer() -> Issuer {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let template = Template {
        profile: Profile::root(Some(1), ConstraintPreset::Strict.constraints(&[]).unwrap()),
        subject: "CN=root".parse().unwrap(),
        names: Vec::new(),
        public_key: key.public_key().clone(),
        validity: Validity::starting(NOW, Lifetime::days(30)).unwrap(),
    };
    Issuer::new(issue(&template, Signatory::Itself(&key)).unwrap(), key).unwrap()
}

fn leaf(subject: &str) -> Vec<u8> {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let template = Template {
        profile: Profile::leaf(Purposes::ALL),
        subject: Subject::common_name(subject).unwrap(),
        names: ["localhost", "::1", "a@localhost", "https://localhost/"]
            .map(|n| n.parse().unwrap())
            .to_vec(),
        public_key: key.public_key().clone(),
        validity: Validity::starting(NOW, Lifetime::days(10)).unwrap(),
    };
    issue(&template, Signatory::Issuer(&issuer()))
        .unwrap()
        .der()
        .to_vec()
}

/// A certificate with extensions of our choice, whose signature is of no interest.
fn with_extensions(extensions: &[(&[u64], &[u8])]) -> Vec<u8> {
    let whole = leaf("a");
    let outer = der::only(&whole).unwrap();
    let mut parts = outer.open(der::SEQUENCE).unwrap();
    let tbs = parts.element().unwrap();
    let rest: Vec<u8> = std::iter::from_fn(|| parts.element().ok())
        .flat_map(|part| part.raw.to_vec())
        .collect();
    let mut fields = tbs.open(der::SEQUENCE).unwrap();
    let kept: Vec<u8> = (0..7)
        .flat_map(|_| fields.element().unwrap().raw.to_vec())
        .collect();
    let list: Vec<u8> = extensions
        .iter()
        .flat_map(|(oid, value)| {
            der::sequence(&[
                &der::object_identifier(oid),
                &der::element(der::OCTET_STRING, &[value]),
            ])
        })
        .collect();
    let list = der::element(der::context_constructed(3), &[&der::sequence(&[&list])]);
    der::sequence(&[&der::sequence(&[&kept, &list]), &rest])
}

fn lines(oid: &[u64], value: &[u8]) -> Vec<String> {
    let view = certificate(&with_extensions(&[(oid, value)]));
    assert_eq!(view.extensions[0].fault, None, "{:?}", view.extensions);
    view.extensions[0].value.as_ref().unwrap().lines()
}

#[test]
fn a_certificate_is_explained() {
    let view = certificate(&leaf("a"));
    assert_eq!(
        (view.version, view.is_ca, view.self_issued),
        (3, false, false)
    );
    assert_eq!(view.validity.days_left(), 9);
    assert_eq!(
        view.names[1],
        GeneralNameView {
            kind: "IP",
            value: "::1".into()
        }
    );
    assert_eq!(view.faults, Vec::<String>::new());
    let names: Vec<_> = view
        .extensions
        .iter()
        .map(|extension| extension.name.unwrap())
        .collect();
    assert!(names.contains(&"extended key usage"), "{names:?}");
}

#[test]
fn a_root_signs_itself_and_shows_its_constraints() {
    let view = certificate(issuer().certificate().der());
    assert_eq!((view.is_ca, view.self_issued), (true, true));
    let constraints = view
        .extensions
        .iter()
        .find(|extension| extension.name == Some("name constraints"))
        .unwrap();
    let lines = constraints.value.as_ref().unwrap().lines();
    assert!(lines[0].contains("IP:10.0.0.0/8"), "{lines:?}");
    assert!(lines[0].contains("IP:fc00::/7"), "{lines:?}");
}

#[test]
fn extensions_of_every_kind_are_read() {
    let oid = |arcs: &[u64]| der::object_identifier(arcs);
    let utf8 = |text: &str| der::element(der::UTF8_STRING, &[text.as_bytes()]);
    let int = |value: u8| der::element(der::INTEGER, &[&[value]]);
    let uri = der::element(der::context(6), &[b"http://a.test/x"]);
    let point = der::sequence(&[&der::element(0xa0, &[&der::element(0xa0, &[&uri])])]);
    let policy = der::sequence(&[
        &oid(&[2, 23, 140, 1, 2, 1]),
        &der::sequence(&[&der::sequence(&[
            &oid(&[1, 3, 6, 1, 5, 5, 7, 2, 1]),
            &der::element(der::IA5_STRING, &[b"http://cps"]),
        ])]),
    ]);
    let access = der::sequence(&[&oid(&[1, 3, 6, 1, 5, 5, 7, 48, 1]), &uri]);
    let mapping = der::sequence(&[&oid(&[2, 5, 29, 32, 1]), &oid(&[2, 5, 29, 32, 2])]);
    let cases: Vec<(&[u64], Vec<u8>, &str)> = vec![
        (
            &[2, 5, 29, 32],
            der::sequence(&[&policy]),
            "domain validated (2.23.140.1.2.1)|  CPS: http://cps",
        ),
        (
            &[2, 5, 29, 33],
            der::sequence(&[&mapping]),
            "2.5.29.32.1 is 2.5.29.32.2 to the subject",
        ),
        (
            &[2, 5, 29, 18],
            der::sequence(&[&uri]),
            "URI:http://a.test/x",
        ),
        (
            &[2, 5, 29, 36],
            der::sequence(&[&der::element(0x80, &[&[0]])]),
            "an explicit policy after 0 certificates",
        ),
        (&[2, 5, 29, 54], int(2), "after 2 certificates"),
        (
            &[2, 5, 29, 31],
            der::sequence(&[&point]),
            "URI:http://a.test/x",
        ),
        (
            &[2, 5, 29, 46],
            der::sequence(&[&point]),
            "URI:http://a.test/x",
        ),
        (
            &[1, 3, 6, 1, 5, 5, 7, 1, 1],
            der::sequence(&[&access]),
            "OCSP URI:http://a.test/x",
        ),
        (
            &[1, 3, 6, 1, 5, 5, 7, 1, 24],
            der::sequence(&[&int(5)]),
            "status_request (must staple)",
        ),
        (
            &[2, 16, 840, 1, 113_730, 1, 13],
            der::element(der::IA5_STRING, &[b"hello"]),
            "hello",
        ),
        (
            &[1, 3, 6, 1, 4, 1, 311, 20, 2],
            der::element(der::BMP_STRING, &[&[0, b'W', 0, b'S']]),
            "WS",
        ),
        (
            &[1, 3, 6, 1, 4, 1, 311, 21, 7],
            der::sequence(&[&oid(&[1, 2, 3]), &int(100), &int(4)]),
            "1.2.3, version 100.4",
        ),
        (
            &[2, 5, 29, 9],
            der::sequence(&[&der::sequence(&[&oid(&[2, 5, 4, 65]), &utf8("x")])]),
            "pseudonym (2.5.4.65)",
        ),
        (
            &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5],
            der::element(der::NULL, &[]),
            "its own revocation is not looked up",
        ),
    ];
    for (arcs, value, expected) in cases {
        assert_eq!(lines(arcs, &value).join("|"), expected, "{arcs:?}");
    }
}

#[test]
fn a_damaged_extension_hides_no_other() {
    let good = der::sequence(&[&der::element(der::context(2), &[b"a.test"])]);
    let view = certificate(&with_extensions(&[
        (&[2, 5, 29, 15], &[4, 9, 9]),
        (&[2, 5, 29, 17], &good),
    ]));
    assert_eq!(view.extensions[0].hex.as_deref(), Some("040909"));
    assert!(
        view.faults[0].starts_with("its extension key usage is damaged"),
        "{:?}",
        view.faults
    );
    assert_eq!(view.names[0].value, "a.test");
}

#[test]
fn unknown_extensions_and_doubles_are_shown() {
    let value = der::element(der::NULL, &[]);
    let view = certificate(&with_extensions(&[
        (&[1, 2, 3, 4], &value),
        (&[1, 2, 3, 4], &value),
    ]));
    assert_eq!(
        (view.extensions[0].name, view.extensions[0].hex.as_deref()),
        (None, Some("0500"))
    );
    assert_eq!(
        view.faults,
        ["its extension 1.2.3.4 is there twice (RFC 5280 §4.2)"]
    );
}

#[test]
fn nothing_shown_can_move_a_cursor() {
    let item = explain(&leaf("a\u{1b}[2Jb\u{202e}c")).unwrap();
    let json = serde_json::to_string(&item).unwrap();
    assert!(
        item.field("subject")
            .unwrap()
            .contains(r"\1B[2Jb\E2\80\AEc")
    );
    assert!(
        !json.contains("\\u001b") && !json.contains('\u{202e}'),
        "{json}"
    );
}

#[test]
fn requests_lists_and_keys_are_explained() {
    let key = PrivateKey::generate(Algorithm::Rsa2048).unwrap();
    let made = request(
        &Subject::empty(),
        &["a.test".parse().unwrap()],
        Purposes::ALL,
        &key,
    )
    .unwrap();
    let request = explain(made.to_pem().as_bytes()).unwrap();
    assert!(
        matches!(&request, Item::CertificateRequest(view) if view.signature_valid == Some(true))
    );

    let template = RevocationListTemplate {
        number: 7,
        this_update: NOW,
        next_update: NOW + time::Duration::days(1),
        revoked: vec![Revoked {
            serial: vec![0x40, 1],
            since: NOW,
            reason: Reason::KeyCompromise,
        }],
    };
    let list = explain(revocation_list(&template, &issuer()).unwrap().der()).unwrap();
    assert!(
        matches!(&list, Item::Crl(view) if view.revoked[0].serial == "4001" && view.status == "current")
    );

    let private = explain(&key.to_der(Default::default()).unwrap()).unwrap();
    assert_eq!(private.field("key").as_deref(), Some("RSA 2048"));
    let of = |item: &Item| item.side().unwrap();
    let ((holder, held), (key, in_hand)) = (of(&request), of(&private));
    assert_eq!((holder, key), (Side::Holder, Side::Key));
    assert_eq!(held, in_hand);
}

#[test]
fn a_locked_key_says_how_it_is_locked() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let locked = key.to_encrypted_der(&Password::new("x")).unwrap();
    let Item::LockedPrivateKey(view) = explain(&locked).unwrap() else {
        panic!("it is locked")
    };
    assert_eq!(
        view.reason,
        "encrypted with AES-256-CBC, PBKDF2 of 600000 iterations"
    );
}

#[test]
fn the_damaged_part_is_named() {
    let mut der = leaf("a");
    let at = der
        .windows(2)
        .position(|window| window == [der::UTC_TIME, 13])
        .unwrap();
    der[at + 3] = b'x';
    assert_eq!(
        explain(&der).unwrap_err().to_string(),
        "the certificate is damaged at its validity"
    );
}

/// SEQUENCEs within each other, built from the innermost outwards, back to front.
fn nested(levels: usize) -> Vec<u8> {
    let mut reversed: Vec<u8> = Vec::new();
    for _ in 0..levels {
        let length = reversed.len();
        let octets = length.to_be_bytes();
        let significant = &octets[length.leading_zeros() as usize / 8..];
        reversed.extend(significant.iter().rev());
        if length >= 0x80 {
            reversed.push(0x80 | significant.len() as u8);
        } else if length == 0 {
            reversed.push(0);
        }
        reversed.push(der::SEQUENCE);
    }
    reversed.reverse();
    reversed
}

#[test]
fn deep_nesting_is_no_deeper_for_us() {
    let nested = nested(60_000);
    assert!(der::only(&nested).is_ok(), "it is DER");
    let _ = explain(&nested);
    let view = certificate(&with_extensions(&[
        (&[2, 5, 29, 17], &nested),
        (&[1, 2, 3], &nested),
    ]));
    assert_eq!(view.extensions.len(), 2);
}
