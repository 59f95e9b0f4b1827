//! Documents that stand alone.

use certwright::cert::{Certificate, Decoded};
use certwright::crl::DecodedList;
use certwright::csr::CertificateRequest;
use certwright::document::{Document, Kind, documents};
use certwright::fingerprint::Form;
use certwright::inspect::StapleView;
use certwright::key::{KeyForm, PrivateKey, PublicKey};
use certwright::lint::{Profile, lint, rules};
use certwright::name::{NameConstraints, San, Subject, Uri};

use super::{answer, asks_for_much_work, explain, password, safe, safe_throughout};

pub fn certificate(bytes: &[u8]) {
    let decoded = answer(Decoded::from_der(bytes));
    if let Some(decoded) = &decoded {
        judged(decoded);
    }
    if let Some(certificate) = answer(Certificate::from_der(bytes)) {
        assert!(decoded.is_some(), "it is read for use, and not for judging");
        kept(&certificate);
    }
    explain(&Document::held(Kind::Certificate, bytes, 1, None));
}

/// What is kept of a certificate in which nothing is wrong is what stands in it.
fn kept(certificate: &Certificate) {
    let again = Certificate::all_from_bytes(certificate.to_pem().as_bytes()).unwrap();
    assert_eq!(again[0].der(), certificate.der());
    assert_eq!(certificate.subject().to_der(), certificate.subject_der());
    certificate.names().iter().for_each(typed_again);
    if let Some(constraints) = certificate.name_constraints() {
        encoded_again(constraints);
    }
    let validity = certificate.validity();
    assert!(validity.contains(validity.last_third()));
    safe(certificate.fingerprint().to_text(Form::Hex));
    safe(certificate.subject());
}

/// A name is shown as it can be typed, where its kind is known: of URIs only the usual ones tell it themselves.
pub fn typed_again(name: &San) {
    safe(name);
    let shown = name.to_string();
    match name {
        San::Uri(uri) => assert_eq!(&shown.parse::<Uri>().unwrap(), uri),
        _ => assert_eq!(&shown.parse::<San>().unwrap(), name),
    }
    let stem = name.file_stem();
    assert!(!stem.is_empty() && !stem.contains(['/', '\\', '\0']) && !stem.starts_with(['.', '-']));
}

/// Constraints are written as they were read.
pub fn encoded_again(constraints: &NameConstraints) {
    let again = NameConstraints::from_der(&constraints.to_der(), constraints.critical).unwrap();
    assert_eq!(&again, constraints);
    let subtrees = constraints.permitted.iter().chain(&constraints.excluded);
    subtrees.for_each(|subtree| safe(subtree.base()));
}

/// Every finding is of a rule that there is, and can be shown.
fn judged(decoded: &Decoded) {
    for profile in [Profile::of(decoded), Profile::Public, Profile::Private] {
        for finding in lint(decoded, profile) {
            assert!(rules().any(|rule| rule.id == finding.rule));
            safe(finding.message);
        }
    }
    decoded.faults.iter().for_each(|fault| safe(&fault.what));
}

pub fn request(bytes: &[u8]) {
    if let Some(request) = answer(CertificateRequest::from_der(bytes)) {
        let again = CertificateRequest::from_bytes(request.to_pem().as_bytes()).unwrap();
        assert_eq!(again.der(), request.der());
        safe(request.subject());
        request.names().iter().for_each(typed_again);
        answer(request.names_to_certify());
    }
    explain(&Document::held(Kind::CertificateRequest, bytes, 1, None));
}

pub fn revocation_list(bytes: &[u8]) {
    if let Some(list) = answer(DecodedList::from_der(bytes)) {
        assert!(list.entries().count() <= bytes.len());
        safe(Subject::from_der(&list.issuer));
    }
    explain(&Document::held(
        Kind::CertificateRevocationList,
        bytes,
        1,
        None,
    ));
}

pub fn staple(bytes: &[u8]) {
    safe_throughout(&serde_json::to_value(StapleView::read(bytes)).unwrap());
}

pub fn key(bytes: &[u8]) {
    if asks_for_much_work(bytes) {
        return;
    }
    if let Some(key) = answer(PublicKey::from_spki(bytes)) {
        assert_eq!(PublicKey::from_spki(key.spki()).unwrap(), key);
        safe(key.kind());
        answer(key.require_strength());
    }
    for document in answer(documents(bytes)).into_iter().flatten() {
        let Some(document) = answer(document) else {
            continue;
        };
        explain(&document);
        for password in [None, Some(&password())] {
            if let Some(key) = answer(PrivateKey::from_document(&document, password)) {
                written_again(&key);
            }
        }
    }
}

/// In each form that there is for a key it is the same key.
fn written_again(key: &PrivateKey) {
    for form in [KeyForm::Pkcs8, KeyForm::Sec1, KeyForm::Pkcs1] {
        if let Ok(der) = key.to_der(form) {
            let again = PrivateKey::from_bytes(&der, None).unwrap();
            assert_eq!(again.public_key(), key.public_key());
        }
    }
}
