//! Certificates (RFC 5280 §4), and keys that go with them.

mod chain;
mod decoded;
pub mod extensions;

use std::sync::Arc;

use time::OffsetDateTime;

use crate::crypto::Digest;
use crate::document::{Document, Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::Fingerprint;
use crate::key::{PrivateKey, PublicKey};
use crate::name::{NameConstraints, San, Subject};
use crate::pem;
use crate::profile::Purposes;
use crate::validity::{Validity, to_rfc3339};

use extensions::{ANY_PURPOSE, CLIENT_PURPOSE, EMAIL_PURPOSE, KeyUsage, SERVER_PURPOSE};

pub use chain::Chain;
pub(crate) use decoded::whole_octets;
pub use decoded::{Decoded, moment};

/// A certificate in which nothing is at fault, so that it can be worked with. Its copies share one place.
#[derive(Clone, Debug)]
pub struct Certificate(Arc<Sound>);

#[derive(Debug)]
struct Sound {
    decoded: Decoded,
    validity: Validity,
    /// The alternative names of the kinds that are issued here.
    names: Vec<San>,
}

impl Certificate {
    /// Reads a certificate, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`], also where [`Decoded`] would tell what is wrong beside the rest.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let damaged = |what: String| Error::new(ErrorKind::Malformed, what);
        let decoded = Decoded::from_der(der)
            .map_err(|error| damaged(format!("the certificate is damaged: {error}")))?;
        let validity = Validity::new(decoded.not_before, decoded.not_after)?;
        if let Some(fault) = decoded.faults.first() {
            return Err(damaged(match &fault.extension {
                Some(oid) => format!(
                    "the certificate's extension {oid} is damaged: {}",
                    fault.what
                ),
                None => format!("the certificate is damaged: {}", fault.what),
            }));
        }
        let names = decoded.extensions.names.iter().flatten();
        Ok(Self(Arc::new(Sound {
            names: names.filter_map(|name| San::try_from(name).ok()).collect(),
            decoded,
            validity,
        })))
    }

    /// Reads every certificate of a file, PEM or DER.
    ///
    /// Fails with [`ErrorKind::WrongKind`] if there is none.
    pub fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Self>> {
        Self::all_of(documents(bytes)?)
    }

    /// Reads every certificate among documents.
    ///
    /// Fails with [`ErrorKind::WrongKind`] if there is none.
    pub fn all_of(documents: impl Iterator<Item = Result<Document>>) -> Result<Vec<Self>> {
        let (mut certificates, mut others) = (Vec::new(), String::from("nothing"));
        for document in documents {
            let document = document?;
            match document.kind {
                Kind::Certificate => certificates.push(Self::from_der(&document.der)?),
                other => others = other.to_string(),
            }
        }
        if certificates.is_empty() {
            return Err(Error::new(
                ErrorKind::WrongKind,
                format!("it holds {others}, and no certificate"),
            ));
        }
        Ok(certificates)
    }

    /// Returns the DER.
    pub fn der(&self) -> &[u8] {
        self.0.decoded.der()
    }

    /// Returns the certificate in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", self.der())
    }

    /// Returns the serial number in hexadecimal, lower case, as in `ledger` and file names.
    pub fn serial_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(self.serial())
    }

    /// Returns the octets of the serial number, as its INTEGER holds them.
    pub fn serial(&self) -> &[u8] {
        &self.0.decoded.serial
    }

    /// Returns the issuer's `Name`, in DER.
    pub fn issuer_der(&self) -> &[u8] {
        &self.0.decoded.issuer
    }

    /// Returns the subject's `Name`, in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.0.decoded.subject
    }

    /// Returns the subject.
    pub fn subject(&self) -> Subject {
        self.0.decoded.subject()
    }

    /// Returns the period of validity.
    pub fn validity(&self) -> Validity {
        self.0.validity
    }

    /// Returns the subject's public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.decoded.public_key
    }

    /// Returns the subject alternative names of the kinds that are issued here.
    pub fn names(&self) -> &[San] {
        &self.0.names
    }

    /// Returns what the certificate may issue for, if it says so.
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.0.decoded.extensions.name_constraints.as_ref()
    }

    /// Returns where revocation lists are to be had that tell of it (§4.2.1.13).
    pub fn crl_urls(&self) -> Vec<String> {
        self.0.decoded.crl_urls()
    }

    /// Returns the extended key usages that are issued here.
    pub fn purposes(&self) -> Purposes {
        Purposes {
            server: self.names_purpose(SERVER_PURPOSE),
            client: self.names_purpose(CLIENT_PURPOSE),
            email: self.names_purpose(EMAIL_PURPOSE),
        }
    }

    /// Returns the subject key identifier, or the one that is derived from the key if there is none.
    pub fn key_identifier(&self) -> Vec<u8> {
        let told = self.0.decoded.extensions.subject_key_id.clone();
        told.unwrap_or_else(|| self.public_key().key_identifier())
    }

    /// Returns the authority key identifier, if there is one.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        let told = self.0.decoded.extensions.authority_key.as_ref();
        told.and_then(|key| key.key_id.as_deref())
    }

    /// Tells whether it may issue (basic constraints and key usage).
    pub fn is_authority(&self) -> bool {
        self.0.decoded.is_authority() && self.may(KeyUsage::CERTIFICATE_SIGN)
    }

    /// Tells whether it may sign revocation lists (key usage).
    pub fn may_sign_revocation_lists(&self) -> bool {
        self.may(KeyUsage::LIST_SIGN)
    }

    /// Without a key usage every use is allowed (RFC 5280 §4.2.1.3).
    fn may(&self, bit: u8) -> bool {
        let usage = self.0.decoded.extensions.key_usage;
        usage.is_none_or(|usage| usage.has(bit))
    }

    fn names_purpose(&self, oid: &str) -> bool {
        let mut purposes = self.0.decoded.extensions.purposes.iter().flatten();
        purposes.any(|purpose| purpose == oid || purpose == ANY_PURPOSE)
    }

    /// Returns how many further authorities may follow, if that is limited.
    pub fn path_length(&self) -> Option<u32> {
        self.0.decoded.extensions.basic_constraints?.path_length
    }

    /// Tells whether the extended key usages name servers, and whether they name clients.
    pub fn server_and_client(&self) -> (bool, bool) {
        (
            self.names_purpose(SERVER_PURPOSE),
            self.names_purpose(CLIENT_PURPOSE),
        )
    }

    /// Tells whether a server may use it: its extended key usages name servers, or it has none, by which it
    /// is for every purpose (RFC 5280 §4.2.1.12).
    pub fn may_be_a_servers(&self) -> bool {
        !self.has_extended_key_usages() || self.names_purpose(SERVER_PURPOSE)
    }

    /// Tells whether it says at all what it is for.
    pub fn has_extended_key_usages(&self) -> bool {
        self.0.decoded.extensions.purposes.is_some()
    }

    /// Tells whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.0.decoded.is_self_issued()
    }

    /// Returns the SHA-256 of the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(Digest::Sha256, self.der())
    }

    /// Fails with [`ErrorKind::BadSignature`] unless a key made the signature.
    pub fn verify_signed_by(&self, key: &PublicKey) -> Result<()> {
        let scheme = self.0.decoded.scheme.ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "the certificate's signature algorithm is not known here",
            )
        })?;
        if key.verify(scheme, self.0.decoded.signed(), self.0.decoded.signature())? {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::BadSignature,
            format!(
                "the signature of {} is not by the key of {}",
                self.subject(),
                self.0.decoded.issuer()
            ),
        ))
    }

    /// Fails with [`ErrorKind::KeyMismatch`] unless a private key belongs to this certificate.
    pub fn require_key(&self, key: &PrivateKey) -> Result<()> {
        if self.public_key().spki() == key.public_key().spki() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::KeyMismatch,
            format!(
                "the private key ({}) does not belong to the certificate of {} ({})",
                key.public_key().kind(),
                self.subject(),
                self.public_key().kind()
            ),
        ))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der() == other.der()
    }
}

impl Eq for Certificate {}

/// A certificate and its private key, which may issue.
#[derive(Debug)]
pub struct Issuer {
    certificate: Certificate,
    key: PrivateKey,
    /// Those above it, towards the root.
    above: Vec<Certificate>,
}

impl Issuer {
    /// Brings a CA's certificate and key together.
    ///
    /// Fails with [`ErrorKind::KeyMismatch`], with [`ErrorKind::WrongKind`] if the certificate may
    /// not issue, and with [`ErrorKind::Weak`] if clients would refuse what the key signs.
    pub fn new(certificate: Certificate, key: PrivateKey) -> Result<Self> {
        certificate.require_key(&key)?;
        key.public_key().require_strength()?;
        if !certificate.is_authority() {
            return Err(Error::new(
                ErrorKind::WrongKind,
                format!(
                    "the certificate of {} is not a CA's, and may not issue",
                    certificate.subject()
                ),
            ));
        }
        Ok(Self {
            certificate,
            key,
            above: Vec::new(),
        })
    }

    /// Puts it below others, towards the root: what they may not issue for, it may not either.
    #[must_use]
    pub fn below(self, above: impl IntoIterator<Item = Certificate>) -> Self {
        Self {
            above: above.into_iter().collect(),
            ..self
        }
    }

    /// Gets ready to issue for a long list.
    pub fn for_many(self) -> Result<Self> {
        Ok(Self {
            key: self.key.for_many()?,
            ..self
        })
    }

    /// Returns the certificate, then those above it that are known.
    pub fn chain(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.certificate).chain(&self.above)
    }

    /// Returns the certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Returns the private key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Returns the private key alone.
    #[must_use]
    pub fn into_key(self) -> PrivateKey {
        self.key
    }

    /// Fails with [`ErrorKind::Expired`] if the certificate, or one above it, is not valid at a moment.
    pub fn require_valid_at(&self, moment: OffsetDateTime) -> Result<()> {
        let Some(invalid) = self.chain().find(|ca| !ca.validity().contains(moment)) else {
            return Ok(());
        };
        Err(Error::new(
            ErrorKind::Expired,
            format!(
                "the CA {} is valid from {}, and now is {}",
                invalid.subject(),
                invalid.validity(),
                to_rfc3339(moment)
            ),
        )
        .with_hint("make a new generation of it: certwright ca rotate"))
    }
}

#[cfg(test)]
pub(crate) mod forge;
