//! The public key that a document is or holds.

use certwright::cert::Certificate;
use certwright::csr::CertificateRequest;
use certwright::document::{Document, Kind};
use certwright::error::Error;
use certwright::key::PublicKey;

/// Returns the public key of a certificate, of a request, or the one that it is; nothing of all else.
pub fn public_key(document: &Document) -> Result<Option<PublicKey>, Error> {
    let der = &document.der;
    Ok(Some(match document.kind {
        Kind::Certificate => Certificate::from_der(der)?.public_key().clone(),
        Kind::CertificateRequest => CertificateRequest::from_der(der)?.public_key().clone(),
        Kind::PublicKey => PublicKey::from_spki(der)?,
        Kind::RsaPublicKey => PublicKey::from_pkcs1(der)?,
        _ => return Ok(None),
    }))
}
