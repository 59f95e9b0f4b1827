//! The roots that Mozilla trusts for servers, by which a public CA is told from a private one.
//!
//! They are part of the program, and grow old with it; nothing is refused because it is not among them.

use std::collections::HashSet;
use std::sync::LazyLock;

use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::cert::Decoded;
use crate::der;

/// Returns the certificates, in DER.
pub fn public() -> impl Iterator<Item = &'static [u8]> {
    TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref)
}

/// Tells whether a public root has this name and this key.
pub fn is_public(subject: &[u8], spki: &[u8]) -> bool {
    KNOWN.contains(&(subject, spki))
}

/// Tells whether a public root may have issued a certificate: it has the issuer's name, and its key is not
/// told to be another. Who knows the root's key holds the signature against it.
pub fn may_have_issued(certificate: &Decoded) -> bool {
    let authority_key = certificate.extensions.authority_key.as_ref();
    let wanted = authority_key.and_then(|key| key.key_id.as_ref());
    let named =
        public().filter(|root| read(root).is_some_and(|root| root.subject == certificate.issuer));
    named
        .filter_map(|root| Decoded::from_der(root).ok())
        .any(|root| {
            let known = root.extensions.subject_key_id.as_ref();
            wanted.is_none() || known.is_none() || wanted == known
        })
}

/// Names and keys, found at once: every path that is judged asks.
static KNOWN: LazyLock<HashSet<(&[u8], &[u8])>> =
    LazyLock::new(|| roots().map(|root| (root.subject, root.spki)).collect());

/// What tells a root from others, in DER.
struct Root {
    subject: &'static [u8],
    spki: &'static [u8],
}

fn roots() -> impl Iterator<Item = Root> {
    public().filter_map(read)
}

fn read(root: &'static [u8]) -> Option<Root> {
    let signed = der::only(root).ok()?.open(der::SEQUENCE).ok()?.element();
    let mut fields = signed.ok()?.open(der::SEQUENCE).ok()?;
    // Version, serial number, algorithm, issuer and validity stand before the subject; a few roots are
    // older than versions.
    let before = match fields.peek()? == der::context_constructed(0) {
        true => 5,
        false => 4,
    };
    for _ in 0..before {
        fields.element().ok()?;
    }
    Some(Root {
        subject: fields.element().ok()?.raw,
        spki: fields.element().ok()?.raw,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_is_known_by_its_name_and_key() {
        assert!(public().count() > 100);
        for root in public() {
            let root = Decoded::from_der(root).unwrap();
            assert!(
                is_public(&root.subject, root.public_key.spki()),
                "{}",
                root.subject()
            );
            assert_eq!(may_have_issued(&root), root.is_self_issued());
            assert!(!is_public(&root.subject, &[]) && !is_public(&[], root.public_key.spki()));
        }
    }
}
