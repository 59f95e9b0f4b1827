//! Certificate requests (PKCS #10, RFC 2986).

use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::OID_X509_EXT_NAME_CONSTRAINTS;
use x509_parser::prelude::FromDer as _;

use crate::crypto::SignatureScheme;
use crate::der;
use crate::document::{Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::key::PublicKey;
use crate::name::{NameConstraints, San, Subject};
use crate::pem;

/// A request whose signature was checked.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    der: Vec<u8>,
    subject: Subject,
    public_key: PublicKey,
    names: Vec<San>,
    wishes: Wishes,
    path_length: Option<u32>,
}

/// What else a request asks for, which only its issuer may grant.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wishes {
    /// To be a CA's certificate.
    pub authority: bool,
    /// To be for TLS clients.
    pub client: bool,
    /// To be for TLS servers.
    pub server: bool,
    /// To be for the protection of e-mail.
    pub email: bool,
}

impl CertificateRequest {
    /// Reads a request, in DER, and checks that its own key signed it.
    ///
    /// Of the extensions that it asks for, only the subject alternative name is taken over: what a
    /// certificate may be used for is for its issuer to say.
    ///
    /// Fails with [`ErrorKind::Malformed`], [`ErrorKind::BadSignature`], and as reading names does.
    pub fn from_der(der: &[u8]) -> Result<Self> {
        Self::read(der, true)
    }

    fn read(der: &[u8], named: bool) -> Result<Self> {
        let malformed = || Error::new(ErrorKind::Malformed, "the certificate request is damaged");
        let (rest, parsed) = X509CertificationRequest::from_der(der).map_err(|_| malformed())?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        let info = &parsed.certification_request_info;
        let public_key = PublicKey::from_spki(info.subject_pki.raw)?;
        verify(der, &public_key)?;
        let subject = Subject::from_der(info.subject.as_raw());
        let mut names = Vec::new();
        let mut wishes = Wishes::default();
        let mut path_length = None;
        for extension in parsed.requested_extensions().into_iter().flatten() {
            match extension {
                ParsedExtension::SubjectAlternativeName(_) if !named => {}
                ParsedExtension::SubjectAlternativeName(requested) => {
                    for name in &requested.general_names {
                        names.push(San::of_request(name)?);
                    }
                }
                ParsedExtension::BasicConstraints(asked) => {
                    wishes.authority |= asked.ca;
                    path_length = asked.path_len_constraint;
                }
                ParsedExtension::KeyUsage(asked) => wishes.authority |= asked.key_cert_sign(),
                ParsedExtension::ExtendedKeyUsage(asked) => {
                    wishes.client |= asked.client_auth;
                    wishes.server |= asked.server_auth;
                    wishes.email |= asked.email_protection;
                }
                ParsedExtension::ParseError { .. } => return Err(malformed()),
                _ => {}
            }
        }
        Ok(Self {
            der: der.to_vec(),
            subject,
            public_key,
            names,
            wishes,
            path_length,
        })
    }

    /// Reads the first request of a file, PEM or DER.
    ///
    /// Fails with [`ErrorKind::WrongKind`] if there is none, and as [`Self::from_der`] does.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::first_of(bytes, true)
    }

    /// Reads the first request of a file as that of a CA, which is known by its subject. Its alternative
    /// names are passed over: Vault writes what the CA is called there, also if that is no host name.
    ///
    /// Fails as [`Self::from_bytes`] does.
    pub fn of_authority(bytes: &[u8]) -> Result<Self> {
        Self::first_of(bytes, false)
    }

    fn first_of(bytes: &[u8], named: bool) -> Result<Self> {
        let mut others = String::from("nothing");
        for document in documents(bytes)? {
            let document = document?;
            match document.kind {
                Kind::CertificateRequest => return Self::read(&document.der, named),
                other => others = other.to_string(),
            }
        }
        Err(Error::new(
            ErrorKind::WrongKind,
            format!("it holds {others}, and no certificate request"),
        ))
    }

    /// Returns the DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Returns the request in PEM.
    pub fn to_pem(&self) -> String {
        pem::encode("CERTIFICATE REQUEST", &self.der)
    }

    /// Returns the subject asked for, exactly as it was encoded.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Returns the public key to be certified.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Returns what it asks for beyond names.
    pub fn wishes(&self) -> Wishes {
        self.wishes
    }

    /// Returns how many further CAs may follow, if it asks for that to be limited.
    pub fn path_length(&self) -> Option<u32> {
        self.path_length
    }

    /// Returns the name constraints that it asks for.
    ///
    /// Fails with [`ErrorKind::Malformed`] if they cannot be read.
    pub fn constraints(&self) -> Result<Option<NameConstraints>> {
        let malformed = || Error::new(ErrorKind::Malformed, "the certificate request is damaged");
        let (_, parsed) = X509CertificationRequest::from_der(&self.der).map_err(|_| malformed())?;
        let info = parsed.certification_request_info;
        let asked = info.iter_attributes().find_map(|attribute| {
            let ParsedCriAttribute::ExtensionRequest(asked) = attribute.parsed_attribute() else {
                return None;
            };
            let mut extensions = asked.extensions.iter();
            extensions.find(|it| it.oid == OID_X509_EXT_NAME_CONSTRAINTS)
        });
        asked
            .map(|it| NameConstraints::from_der(it.value, it.critical))
            .transpose()
    }

    /// Returns the subject alternative names asked for.
    pub fn names(&self) -> &[San] {
        &self.names
    }

    /// Returns the names that a certificate for this request should hold: the alternative names, or
    /// only if there are none (RFC 9525 §2 has done with common names) the common names.
    ///
    /// Fails with [`ErrorKind::InvalidName`] if a common name would have to be one, and is none.
    pub fn names_to_certify(&self) -> Result<Vec<San>> {
        if !self.names.is_empty() {
            return Ok(self.names.clone());
        }
        self.subject.common_names().iter().map(|name| name.parse()).collect::<Result<_>>().map_err(|error| {
            error.with_hint("the request has no subject alternative name, so its common name would have to be one")
        })
    }
}

/// The request's signature is over its first element, by the key within it.
fn verify(der: &[u8], key: &PublicKey) -> Result<()> {
    let mut outer = der::only(der)?.open(der::SEQUENCE)?;
    let (info, algorithm, signature) =
        (outer.element()?.raw, outer.element()?.raw, outer.element()?);
    let scheme = SignatureScheme::from_algorithm_identifier(algorithm).ok_or_else(|| {
        Error::new(
            ErrorKind::Unsupported,
            "the request's signature algorithm is not known here",
        )
    })?;
    if key.verify(scheme, info, signature.octets_of_bit_string()?)? {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::BadSignature,
        "the request is not signed by the key that it asks a certificate for",
    )
    .with_hint("whoever made it must make it anew: certwright csr --key KEY NAME"))
}
