//! What is issued, and what is refused.

use time::macros::datetime;

use super::*;
use crate::crypto::Algorithm;
use crate::der;
use crate::name::{NameConstraints, Subtree};
use crate::profile::ConstraintPreset;
use crate::validity::Lifetime;

const NOW: time::OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn names(texts: &[&str]) -> Vec<San> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn template(profile: Profile, subject: &str, names: Vec<San>, key: &PrivateKey) -> Template {
    let subject = if subject.is_empty() {
        Subject::empty()
    } else {
        subject.parse().unwrap()
    };
    let validity = Validity::starting(NOW, Lifetime::days(30)).unwrap();
    Template {
        profile,
        subject,
        names,
        public_key: key.public_key().clone(),
        validity,
    }
}

fn authority(algorithm: Algorithm, subject: &str) -> Issuer {
    let key = PrivateKey::generate(algorithm).unwrap();
    let constraints = ConstraintPreset::Dns.constraints(&[]).unwrap();
    let template = template(
        Profile::root(Some(1), constraints),
        subject,
        Vec::new(),
        &key,
    );
    let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
    Issuer::new(certificate, key).unwrap()
}

#[test]
fn every_algorithm_issues_for_every_algorithm() {
    for issuing in Algorithm::ALL {
        let issuer = authority(issuing, "CN=root");
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let leaf = Profile::leaf(Purposes {
            server: true,
            ..Purposes::NONE
        });
        let template = template(
            leaf,
            "",
            names(&["localhost", "::1", "a@localhost", "https://localhost/"]),
            &key,
        );
        let certificate = issue(&template, Signatory::Issuer(&issuer)).unwrap();
        assert_eq!(
            certificate.authority_key_identifier(),
            Some(&issuer.certificate().key_identifier()[..])
        );
    }
}

#[test]
fn names_that_rcgen_cannot_hold_are_kept_exactly() {
    let subject = "CN=a+UID=b,OU=one,OU=two,DC=example,DC=test";
    let issuer = authority(Algorithm::P256, subject);
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let template = template(
        Profile::leaf(Purposes::ALL),
        subject,
        names(&["localhost"]),
        &key,
    );
    let certificate = issue(&template, Signatory::Issuer(&issuer)).unwrap();
    assert_eq!(certificate.issuer_der(), issuer.certificate().subject_der());
    assert_eq!(
        certificate.subject().to_string(),
        subject.parse::<Subject>().unwrap().to_string()
    );
}

#[test]
fn serials_differ_are_positive_and_follow_the_time() {
    for moment in [-62_000_000_000, -1, 0, 1, 1_800_000_000, 253_402_300_799] {
        let moment = OffsetDateTime::from_unix_timestamp(moment).unwrap();
        let serials: Vec<_> = (0..100).map(|_| serial_number(moment).unwrap()).collect();
        let is_positive = |serial: &[u8; 16]| serial[0] < 0x80 && serial[0] >= 0x40;
        assert!(serials.iter().all(is_positive));
        let differs = |(at, serial): (usize, &[u8; 16])| !serials[..at].contains(serial);
        assert!(serials.iter().enumerate().all(differs));
        let earlier = serial_number(moment - time::Duration::seconds(4)).unwrap();
        assert_ne!(earlier[..4], serials[0][..4]);
    }
    let at = |seconds| {
        let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        serial_number(moment).unwrap()
    };
    assert_eq!(at(1_795_000_000)[..4], [0x5a, 0xbf, 0x61, 0xb0]);
    assert!(at(1_795_000_000) < at(1_795_000_004) && at(1_795_000_004) < at(2_500_000_000));
}

#[test]
fn what_lies_outside_the_issuer_is_refused() {
    let issuer = authority(Algorithm::P256, "CN=root");
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let leaf = || Profile::leaf(Purposes::ALL);
    let refused = |template: &Template| issue(template, Signatory::Issuer(&issuer)).unwrap_err();

    let error = refused(&template(
        leaf(),
        "",
        names(&["localhost", "example.com"]),
        &key,
    ));
    assert_eq!(error.kind(), ErrorKind::OutOfScope);
    assert_eq!(
        error.hint(),
        Some("make a generation of the CA that may: certwright ca widen example.com")
    );

    let error = refused(&template(
        leaf(),
        "CN=www.example.com",
        names(&["localhost"]),
        &key,
    ));
    assert!(
        error
            .to_string()
            .starts_with("the common name www.example.com is outside")
    );
    assert!(
        issue(
            &template(leaf(), "CN=alice", names(&["localhost"]), &key),
            Signatory::Issuer(&issuer)
        )
        .is_ok()
    );

    let mut late = template(leaf(), "", names(&["localhost"]), &key);
    late.validity = Validity::starting(NOW, Lifetime::days(31)).unwrap();
    assert_eq!(refused(&late).kind(), ErrorKind::Expired);
}

#[test]
fn what_no_constraint_can_permit_is_not_to_be_widened() {
    let issuer = authority(Algorithm::P256, "CN=root");
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    for uri in ["urn:a:b", "https://[::1]/", "https://127.0.0.1/"] {
        let leaf = template(Profile::leaf(Purposes::ALL), "", names(&[uri]), &key);
        let error = issue(&leaf, Signatory::Issuer(&issuer)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfScope, "{uri}");
        assert!(!error.hint().unwrap().contains("widen"), "{uri}");
    }
}

#[test]
fn the_subject_is_held_against_every_certificate_of_the_chain() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let company = "/C=DE/O=Company".parse::<Subject>().unwrap();
    let constraints = NameConstraints {
        permitted: vec![
            Subtree::Directory(company.to_der()),
            Subtree::Email("a.test".into()),
            Subtree::Dns("a.test".into()),
        ],
        excluded: vec![Subtree::Dns("bad.a.test".into())],
        critical: true,
    };
    let top = template(
        Profile::root(Some(1), Some(constraints)),
        "CN=top",
        Vec::new(),
        &key,
    );
    let top = issue(&top, Signatory::Itself(&key)).unwrap();
    let sub = template(Profile::intermediate(0, None), "CN=sub", Vec::new(), &key);
    let sub = issue(&sub, Signatory::Itself(&key)).unwrap();
    let issuer = Issuer::new(sub, key).unwrap().below([top]);
    let issued = |subject: &str, list: &[&str]| {
        let leaf = Profile::leaf(Purposes::ALL);
        let leaf = template(leaf, subject, names(list), issuer.key());
        issue(&leaf, Signatory::Issuer(&issuer)).map_err(|error| error.to_string())
    };
    assert!(issued("", &["x.a.test"]).is_ok());
    assert!(issued("/C=DE/O=Company/emailAddress=me@a.test", &["a.test"]).is_ok());
    for (subject, name, words) in [
        (
            "/O=Other",
            "a.test",
            "the subject O=Other is outside what the CA CN=top may issue for: O=Company,C=DE",
        ),
        (
            "/C=DE/O=Company/emailAddress=me@b.test",
            "a.test",
            "the emailAddress me@b.test in the subject is outside what the CA CN=top may issue for: a.test",
        ),
        (
            "/C=DE/O=Company/emailAddress=me",
            "a.test",
            "the emailAddress me in the subject",
        ),
        (
            "",
            "x.bad.a.test",
            "may issue for: a.test (excluded: bad.a.test)",
        ),
        (
            "/C=DE/O=Company/CN=1.2.3.4",
            "me@a.test",
            "the common name 1.2.3.4 is outside",
        ),
    ] {
        let error = issued(subject, &[name]).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn an_issuer_has_a_name_and_a_certificate_names_something() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let nameless = template(
        Profile::leaf(Purposes::ALL),
        "",
        names(&["localhost"]),
        &key,
    );
    let error = issue(&nameless, Signatory::Itself(&key)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSubject);
    let empty = template(Profile::leaf(Purposes::ALL), "", Vec::new(), &key);
    assert_eq!(
        issue(&empty, Signatory::Itself(&key)).unwrap_err().kind(),
        ErrorKind::InvalidName
    );
}

#[test]
fn nothing_signs_itself_with_anothers_key() {
    let [one, two] = [0; 2].map(|_| PrivateKey::generate(Algorithm::P256).unwrap());
    let leaf = template(Profile::leaf(Purposes::ALL), "CN=a", Vec::new(), &one);
    let error = issue(&leaf, Signatory::Itself(&two)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyMismatch);
}

#[test]
fn years_are_encoded_by_the_rule() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    for (year, tag) in [
        ("2049-12-31", der::UTC_TIME),
        ("2050-01-01", der::GENERALIZED_TIME),
    ] {
        let mut template = template(Profile::leaf(Purposes::ALL), "CN=a", Vec::new(), &key);
        template.validity = Validity::new(NOW, crate::validity::parse_time(year).unwrap()).unwrap();
        let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
        let mut tbs = der::only(certificate.der())
            .unwrap()
            .open(der::SEQUENCE)
            .unwrap()
            .element()
            .unwrap()
            .open(der::SEQUENCE)
            .unwrap();
        let mut validity = (0..5)
            .map(|_| tbs.element().unwrap())
            .last()
            .unwrap()
            .open(der::SEQUENCE)
            .unwrap();
        validity.element().unwrap();
        assert_eq!(validity.element().unwrap().tag, tag, "{year}");
    }
}

#[test]
fn requests_are_read_back_and_forged_ones_refused() {
    let key = PrivateKey::generate(Algorithm::P521).unwrap();
    let subject = "CN=a,OU=one,OU=two".parse().unwrap();
    let made = request(
        &subject,
        &names(&["localhost", "10.0.0.1"]),
        Purposes::ALL,
        &key,
    )
    .unwrap();
    let read = CertificateRequest::from_bytes(made.to_pem().as_bytes()).unwrap();
    assert_eq!(
        (read.subject().to_string(), read.names().len()),
        (subject.to_string(), 2)
    );
    let mut forged = made.der().to_vec();
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert_eq!(
        CertificateRequest::from_der(&forged).unwrap_err().kind(),
        ErrorKind::BadSignature
    );
}

#[test]
fn a_request_without_alternative_names_is_for_its_common_name() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let made = request(&"CN=10.0.0.1".parse().unwrap(), &[], Purposes::ALL, &key).unwrap();
    assert_eq!(made.names_to_certify().unwrap(), names(&["10.0.0.1"]));
    let made = request(&"CN=my server".parse().unwrap(), &[], Purposes::ALL, &key).unwrap();
    assert_eq!(
        made.names_to_certify().unwrap_err().kind(),
        ErrorKind::InvalidName
    );
}

#[test]
fn a_ca_has_room_below_every_ca_above_it() {
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let made = |profile, subject| {
        let template = template(profile, subject, Vec::new(), &key);
        issue(&template, Signatory::Itself(&key)).unwrap()
    };
    let below = |above: Option<u8>, own: Option<u8>, asked: u8| {
        let own = made(Profile::root(own, None), "CN=own");
        let own = Issuer::new(
            own,
            PrivateKey::from_pkcs8(&key.to_der(Default::default()).unwrap()).unwrap(),
        );
        // Issued by itself, and not counted by the next.
        let issuer = own
            .unwrap()
            .below([made(Profile::root(above, None), "CN=above")]);
        let asked = template(
            Profile::intermediate(asked, None),
            "CN=sub",
            Vec::new(),
            &key,
        );
        issue(&asked, Signatory::Issuer(&issuer))
    };
    for (above, own, asked) in [
        (None, None, 4),
        (Some(1), Some(1), 0),
        (Some(3), Some(3), 2),
    ] {
        let sub = below(above, own, asked).unwrap();
        assert_eq!(sub.path_length(), Some(asked.into()));
        assert!(sub.may_sign_revocation_lists());
    }
    for (above, own, asked, words) in [
        (
            None,
            Some(0),
            0,
            "the CA CN=own has a path length of 0, and a CA of path length 0 below it takes 1",
        ),
        (
            None,
            Some(1),
            1,
            "the CA CN=own has a path length of 1, and a CA of path length 1 below it takes 2",
        ),
        (
            Some(0),
            None,
            0,
            "the CA CN=above has a path length of 0, and",
        ),
    ] {
        let error = below(above, own, asked).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfScope);
        assert!(error.to_string().starts_with(words), "{error}");
        assert!(error.hint().unwrap().contains("--path-length"));
    }
}

#[test]
fn a_ca_asks_for_what_it_is_to_be() {
    let key = PrivateKey::generate(Algorithm::P384).unwrap();
    let constraints = ConstraintPreset::Dns.constraints(&[]).unwrap();
    let profile = Profile::intermediate(2, constraints.clone());
    let subject = "/O=Example/CN=ca".parse().unwrap();
    let made = authority_request(&profile, &subject, &key).unwrap();
    let read = CertificateRequest::from_bytes(made.to_pem().as_bytes()).unwrap();
    assert!(read.wishes().authority && read.names().is_empty());
    assert_eq!(read.path_length(), Some(2));
    assert_eq!(read.constraints().unwrap(), constraints);
    let nameless = authority_request(&profile, &Subject::empty(), &key);
    assert_eq!(nameless.unwrap_err().kind(), ErrorKind::InvalidName);
    let leaf = request(&subject, &[], Purposes::ALL, &key).unwrap();
    assert_eq!(
        (leaf.path_length(), leaf.constraints().unwrap()),
        (None, None)
    );
}
