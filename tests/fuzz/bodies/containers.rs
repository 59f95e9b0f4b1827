//! Files that hold documents, and text that carries them.

use certwright::ber;
use certwright::bundle::{self, Entry};
use certwright::cert::Certificate;
use certwright::crypto::Digest;
use certwright::der;
use certwright::document::{Document, Kind, Place, documents};
use certwright::error::Result;
use certwright::key::PrivateKey;
use certwright::pem;

use super::{NOW, answer, asks_for_much_work, explain, password};

/// What is made DER is DER, and DER stays as it is.
pub fn ber(bytes: &[u8]) {
    let Some(encoded) = answer(ber::to_der(bytes)) else {
        return;
    };
    assert_eq!(ber::to_der(&encoded).unwrap(), encoded);
    // Our reader takes no tag of several octets.
    if bytes.first().is_some_and(|tag| tag & 0x1f != 0x1f) {
        assert_eq!(der::only(&encoded).unwrap().raw, &encoded[..]);
    }
}

/// Whatever is found in text, or in containers in it, can be explained, and is found again in PEM.
pub fn carrier(bytes: &[u8]) {
    if asks_for_much_work(bytes) {
        return;
    }
    let lines = bytes.split(|byte| *byte == b'\n' || *byte == b'\r').count();
    for document in found(bundle::documents(bytes, None)) {
        assert!(
            document
                .place
                .line()
                .is_none_or(|line| (1..=lines).contains(&line))
        );
        explain(&document);
        found_again(&document);
    }
    found(bundle::documents(bytes, Some(&password())));
    answer(bundle::certificates(bytes, None));
    for block in pem::blocks(bytes) {
        if let Some(content) = answer(block).and_then(|block| answer(block.decode())) {
            let text = pem::encode("X", &content);
            let again = pem::blocks(text.as_bytes()).next().unwrap().unwrap();
            assert_eq!(again.decode().unwrap(), content);
        }
    }
}

fn found(documents: Result<impl Iterator<Item = Result<Document>>>) -> Vec<Document> {
    answer(documents)
        .into_iter()
        .flatten()
        .filter_map(answer)
        .collect()
}

/// Its PEM holds it, and it alone. What something in a container is, the container says, and that may be wrong.
fn found_again(document: &Document) {
    if matches!(document.place, Place::Entry(_)) {
        return;
    }
    let label = match document.kind {
        Kind::Certificate => "CERTIFICATE",
        Kind::CertificateRequest => "CERTIFICATE REQUEST",
        Kind::CertificateRevocationList => "X509 CRL",
        Kind::PublicKey => "PUBLIC KEY",
        Kind::Pkcs7 => "PKCS7",
        Kind::PrivateKey => "PRIVATE KEY",
        _ => return,
    };
    let text = pem::encode(label, &document.der);
    let again = found(documents(text.as_bytes()));
    assert_eq!(again.len(), 1);
    assert_eq!(
        (&again[0].kind, &again[0].der),
        (&document.kind, &document.der)
    );
}

/// The digest that ends a keystore is put right: to guess it would be all that a fuzzer does.
pub fn jks(bytes: &[u8]) {
    let spelt = "changeit".bytes().flat_map(|letter| [0, letter]);
    let digested: Vec<u8> = spelt
        .chain(*b"Mighty Aphrodite")
        .chain(bytes.iter().copied())
        .collect();
    let store = [bytes, &Digest::Sha1.of(&digested)].concat();
    explain(&Document::held(Kind::JavaKeystore, &store[..], 1, None));
    let Some(held) = answer(bundle::jks::decode(&store, None)) else {
        return;
    };
    // The encryption of a key may be one that is not known here.
    let Some(opened) = answer(bundle::jks::decode(&store, Some(&password()))) else {
        return;
    };
    assert_eq!(opened.len(), held.len());
    opened.iter().for_each(look_into);
    held_again(&opened);
}

/// A keystore made of the certificates holds them.
fn held_again(held: &[Document]) {
    let certificates: Vec<Certificate> = held
        .iter()
        .filter(|document| document.kind == Kind::Certificate)
        .filter_map(|document| answer(Certificate::from_der(&document.der)))
        .collect();
    let entry = Entry {
        alias: "a",
        key: None,
        certificates: &certificates,
    };
    let Some(store) = answer(bundle::jks::encode(&[entry], &password(), NOW)) else {
        return;
    };
    let again = bundle::jks::decode(&store, Some(&password())).unwrap();
    let read = again.iter().map(|document| &document.der[..]);
    assert!(read.eq(certificates.iter().map(Certificate::der)));
}

pub fn pkcs12(bytes: &[u8]) {
    if asks_for_much_work(bytes) {
        return;
    }
    explain(&Document::held(Kind::Pkcs12, bytes, 1, None));
    for password in [None, Some(&password())] {
        let held = answer(bundle::pkcs12::decode(bytes, password));
        held.iter().flatten().for_each(look_into);
    }
}

/// What one file is made of the certificates and lists of another holds the same.
pub fn pkcs7(bytes: &[u8]) {
    explain(&Document::held(Kind::Pkcs7, bytes, 1, None));
    let Some(held) = answer(bundle::pkcs7::decode(bytes)) else {
        return;
    };
    held.iter().for_each(look_into);
    let of = |kind| -> Vec<&[u8]> {
        let those = held.iter().filter(|document| document.kind == kind);
        those.map(|document| &document.der[..]).collect()
    };
    let (certificates, lists) = (of(Kind::Certificate), of(Kind::CertificateRevocationList));
    let again = bundle::pkcs7::decode(&bundle::pkcs7::encode(&certificates, &lists)).unwrap();
    let read = again.iter().map(|document| &document.der[..]);
    assert!(read.eq(certificates.into_iter().chain(lists)));
}

/// What a container holds can be explained, and its keys opened or not.
fn look_into(document: &Document) {
    explain(document);
    if document.kind.is_private_key() {
        answer(PrivateKey::from_document(document, Some(&password())));
    }
}
