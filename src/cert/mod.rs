//! Certificates (RFC 5280 §4), and keys that go with them.

mod decoded;
pub mod extensions;

use std::ops::Range;

use time::OffsetDateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;

use crate::crypto::{Digest, SignatureScheme};
use crate::der;
use crate::document::{Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::Fingerprint;
use crate::key::{PrivateKey, PublicKey};
use crate::name::{NameConstraints, San, Subject};
use crate::pem;
use crate::validity::{Validity, to_rfc3339};

pub(crate) use decoded::whole_octets;
pub use decoded::{Decoded, moment};

/// A certificate, parsed.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    tbs: Range<usize>,
    scheme: Option<SignatureScheme>,
    signature: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    validity: Validity,
    public_key: PublicKey,
    extensions: Extensions,
}

/// What the extensions say, as far as issuing and comparing need it.
#[derive(Clone, Debug, Default)]
struct Extensions {
    authority: bool,
    path_length: Option<u32>,
    /// None if there is no key usage extension: then every usage is allowed.
    may_sign_certificates: Option<bool>,
    may_sign_lists: Option<bool>,
    server: bool,
    client: bool,
    names: Vec<San>,
    name_constraints: Option<NameConstraints>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// Reads a certificate, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let malformed = || Error::new(ErrorKind::Malformed, "the certificate is damaged");
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| malformed())?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        let mut outer = der::only(der)?.open(der::SEQUENCE)?;
        let tbs = outer.element()?.raw;
        let algorithm = outer.element()?.raw;
        let start = tbs.as_ptr() as usize - der.as_ptr() as usize;
        let validity = Validity::new(
            parsed.validity().not_before.to_datetime(),
            parsed.validity().not_after.to_datetime(),
        )?;
        Ok(Self {
            der: der.to_vec(),
            tbs: start..start + tbs.len(),
            scheme: SignatureScheme::from_algorithm_identifier(algorithm),
            signature: parsed.signature_value.data.to_vec(),
            serial: parsed.raw_serial().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            subject: parsed.subject().as_raw().to_vec(),
            validity,
            public_key: PublicKey::from_spki(parsed.public_key().raw)?,
            extensions: Extensions::read(&parsed)?,
        })
    }

    /// Reads every certificate of a file, PEM or DER.
    ///
    /// Fails with [`ErrorKind::WrongKind`] if there is none.
    pub fn all_from_bytes(bytes: &[u8]) -> Result<Vec<Self>> {
        let (mut certificates, mut others) = (Vec::new(), String::from("nothing"));
        for document in documents(bytes)? {
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
        &self.der
    }

    /// Returns the certificate in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE", &self.der).to_string()
    }

    /// Returns the serial number in hexadecimal, lower case, as in `ledger` and file names.
    pub fn serial_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.serial)
    }

    /// Returns the octets of the serial number, as its INTEGER holds them.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Returns the issuer's `Name`, in DER.
    pub fn issuer_der(&self) -> &[u8] {
        &self.issuer
    }

    /// Returns the subject's `Name`, in DER.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject
    }

    /// Returns the subject.
    pub fn subject(&self) -> Subject {
        Subject::from_der(&self.subject)
    }

    /// Returns the period of validity.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Returns the subject's public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Returns the subject alternative names of the kinds that are issued here.
    pub fn names(&self) -> &[San] {
        &self.extensions.names
    }

    /// Returns what the certificate may issue for, if it says so.
    pub fn name_constraints(&self) -> Option<&NameConstraints> {
        self.extensions.name_constraints.as_ref()
    }

    /// Returns the subject key identifier, or the one that is derived from the key if there is none.
    pub fn key_identifier(&self) -> Vec<u8> {
        self.extensions
            .subject_key_id
            .clone()
            .unwrap_or_else(|| self.public_key.key_identifier())
    }

    /// Returns the authority key identifier, if there is one.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_id.as_deref()
    }

    /// Tells whether it may issue (basic constraints and key usage).
    pub fn is_authority(&self) -> bool {
        self.extensions.authority && self.extensions.may_sign_certificates != Some(false)
    }

    /// Tells whether it may sign revocation lists (key usage).
    pub fn may_sign_revocation_lists(&self) -> bool {
        self.extensions.may_sign_lists != Some(false)
    }

    /// Returns how many further authorities may follow, if that is limited.
    pub fn path_length(&self) -> Option<u32> {
        self.extensions.path_length
    }

    /// Tells whether the extended key usages name servers, and whether they name clients.
    pub fn server_and_client(&self) -> (bool, bool) {
        (self.extensions.server, self.extensions.client)
    }

    /// Tells whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Returns the SHA-256 of the DER.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(Digest::Sha256, &self.der)
    }

    /// Fails with [`ErrorKind::BadSignature`] unless a key made the signature.
    pub fn verify_signed_by(&self, key: &PublicKey) -> Result<()> {
        let scheme = self.scheme.ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "the certificate's signature algorithm is not known here",
            )
        })?;
        if key.verify(scheme, &self.der[self.tbs.clone()], &self.signature)? {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::BadSignature,
            format!(
                "the signature of {} is not by the key of {}",
                self.subject(),
                Subject::from_der(&self.issuer)
            ),
        ))
    }

    /// Fails with [`ErrorKind::KeyMismatch`] unless a private key belongs to this certificate.
    pub fn require_key(&self, key: &PrivateKey) -> Result<()> {
        if self.public_key.spki() == key.public_key().spki() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::KeyMismatch,
            format!(
                "the private key ({}) does not belong to the certificate of {} ({})",
                key.public_key().kind(),
                self.subject(),
                self.public_key.kind()
            ),
        ))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl Extensions {
    fn read(parsed: &X509Certificate<'_>) -> Result<Self> {
        let mut this = Self::default();
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(constraints) => {
                    this.authority = constraints.ca;
                    this.path_length = constraints.path_len_constraint;
                }
                ParsedExtension::KeyUsage(usage) => {
                    this.may_sign_certificates = Some(usage.key_cert_sign());
                    this.may_sign_lists = Some(usage.crl_sign());
                }
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    this.server = usage.any || usage.server_auth;
                    this.client = usage.any || usage.client_auth;
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    this.names = names
                        .general_names
                        .iter()
                        .filter_map(|name| San::from_general_name(name).ok())
                        .collect();
                }
                ParsedExtension::NameConstraints(_) => {
                    this.name_constraints = Some(NameConstraints::from_der(
                        extension.value,
                        extension.critical,
                    )?);
                }
                ParsedExtension::SubjectKeyIdentifier(id) => {
                    this.subject_key_id = Some(id.0.to_vec())
                }
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    this.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                ParsedExtension::ParseError { .. } => {
                    return Err(Error::new(
                        ErrorKind::Malformed,
                        format!("the certificate's extension {} is damaged", extension.oid),
                    ));
                }
                _ => {}
            }
        }
        Ok(this)
    }
}

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

    /// Fails with [`ErrorKind::Expired`] if the certificate, or one above it, is not valid at a moment.
    pub fn require_valid_at(&self, moment: OffsetDateTime) -> Result<()> {
        let Some(invalid) = self.chain().find(|ca| !ca.validity.contains(moment)) else {
            return Ok(());
        };
        Err(Error::new(
            ErrorKind::Expired,
            format!(
                "the CA {} is valid from {}, and now is {}",
                invalid.subject(),
                invalid.validity,
                to_rfc3339(moment)
            ),
        )
        .with_hint("make a new generation of it: certwright ca rotate"))
    }
}

#[cfg(test)]
pub(crate) mod forge;
