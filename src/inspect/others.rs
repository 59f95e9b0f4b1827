//! Requests, revocation lists and keys, explained.

use std::borrow::Cow;

use serde::Serialize;
use time::OffsetDateTime;
use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use super::extension::{ExtensionView, faults_of, reason};
use super::general_name::GeneralNameView;
use super::oids;
use super::parts::{KeyView, NameView, SignatureView, Signed, hex};
use crate::crypto::{Digest, Scheme, java_protected};
use crate::der::{self, Reader, dotted};
use crate::document::{Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::{Fingerprint, Form};
use crate::key::{Password, PrivateKey};
use crate::validity::to_rfc3339;

/// A certificate request (RFC 2986), explained.
#[derive(Clone, Debug, Serialize)]
pub struct RequestView {
    /// Whom the certificate is to name.
    pub subject: NameView,
    /// The alternative names asked for.
    pub names: Vec<GeneralNameView>,
    /// The public key to be certified.
    pub key: KeyView,
    /// How the request is signed.
    pub signature: SignatureView,
    /// Whether its own key signed it; null if that cannot be checked here.
    pub signature_valid: Option<bool>,
    /// SHA-256 of the DER, in hexadecimal.
    pub sha256: String,
    /// The extensions asked for.
    pub extensions: Vec<ExtensionView>,
    /// The other attributes, by name; a challenge password is named and not shown.
    pub attributes: Vec<String>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}

impl RequestView {
    /// Explains a request, in DER.
    ///
    /// An odd attribute is a fault of the answer. Fails with [`ErrorKind::Malformed`] if the rest cannot
    /// be read.
    pub(super) fn read(der: &[u8]) -> Result<Self> {
        let malformed = |error: Error| error.about("the certificate request is damaged");
        let signed = Signed::read(der).map_err(malformed)?;
        let mut info = der::only(signed.content)
            .and_then(|info| info.open(der::SEQUENCE))
            .map_err(malformed)?;
        let mut field = |tag| {
            let element = info.element()?;
            element.expect(tag).map(|_| element.raw)
        };
        field(der::INTEGER).map_err(malformed)?;
        let subject = field(der::SEQUENCE).map_err(malformed)?;
        let spki = field(der::SEQUENCE).map_err(malformed)?;
        let mut asked = Asked::default();
        if !info.is_empty() {
            asked.read(info).unwrap_or_else(|error| {
                let fault = format!("its attributes are damaged: {error}");
                asked.faults.push(fault);
            });
        }
        faults_of(&asked.extensions, &mut asked.faults);
        Ok(Self {
            subject: NameView::read(subject),
            names: asked.names,
            key: KeyView::read(spki),
            signature: SignatureView::read(signed.algorithm),
            signature_valid: signed.is_by(spki),
            sha256: Fingerprint::of(Digest::Sha256, der).to_text(Form::Hex),
            extensions: asked.extensions,
            attributes: asked.attributes,
            faults: asked.faults,
        })
    }
}

/// What the attributes of a request (RFC 2986 §4.1) ask for.
#[derive(Default)]
struct Asked {
    names: Vec<GeneralNameView>,
    extensions: Vec<ExtensionView>,
    attributes: Vec<String>,
    faults: Vec<String>,
}

impl Asked {
    fn read(&mut self, mut info: Reader<'_>) -> Result<()> {
        let mut attributes = info.element()?.open(der::context_constructed(0))?;
        info.finish()?;
        while !attributes.is_empty() {
            let mut attribute = attributes.element()?.open(der::SEQUENCE)?;
            let oid = dotted(attribute.element()?.expect(der::OBJECT_IDENTIFIER)?);
            if oid == EXTENSION_REQUEST {
                self.extension_request(attribute)?;
            } else {
                let name = oids::other(&oid);
                self.attributes.push(oids::named(&oid, name));
            }
        }
        Ok(())
    }

    /// RFC 2985 §5.4.2.
    fn extension_request(&mut self, mut attribute: Reader<'_>) -> Result<()> {
        let mut values = attribute.element()?.open(der::SET)?;
        let mut list = values.element()?.open(der::SEQUENCE)?;
        while !list.is_empty() {
            let encoded = list.element()?.raw;
            let (_, extension) = X509Extension::from_der(encoded).map_err(|_| {
                Error::new(ErrorKind::Malformed, "an extension is not an extension")
            })?;
            if let ParsedExtension::SubjectAlternativeName(requested) = extension.parsed_extension()
            {
                self.names
                    .extend(GeneralNameView::all(&requested.general_names));
            }
            self.extensions.push(ExtensionView::read(&extension));
        }
        Ok(())
    }
}

/// A revocation list (RFC 5280 §5.1), explained.
#[derive(Clone, Debug, Serialize)]
pub struct RevocationListView {
    /// Who issued it.
    pub issuer: NameView,
    /// When it was made, RFC 3339.
    pub this_update: String,
    /// When the next is to be had at the latest, RFC 3339.
    pub next_update: Option<String>,
    /// `current`, or `stale` after its next update.
    pub status: &'static str,
    /// How it is signed.
    pub signature: SignatureView,
    /// How many certificates it revokes.
    pub revoked_count: usize,
    /// The first 1000 of them.
    pub revoked: Vec<RevokedView>,
    /// SHA-256 of the DER, in hexadecimal.
    pub sha256: String,
    /// The extensions, in their order.
    pub extensions: Vec<ExtensionView>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}

/// An entry of a revocation list.
#[derive(Clone, Debug, Serialize)]
pub struct RevokedView {
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Why, if it says so.
    pub reason: Option<Cow<'static, str>>,
}

impl RevocationListView {
    pub(super) fn read(der: &[u8], at: OffsetDateTime) -> Result<Self> {
        let malformed = || Error::new(ErrorKind::Malformed, "the revocation list is damaged");
        let (rest, parsed) = CertificateRevocationList::from_der(der).map_err(|_| malformed())?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        let signed = Signed::read(der)?;
        let next = parsed.next_update().map(|next| next.to_datetime());
        let extensions: Vec<_> = parsed
            .extensions()
            .iter()
            .map(ExtensionView::read)
            .collect();
        let mut faults = Vec::new();
        faults_of(&extensions, &mut faults);
        let revoked = parsed
            .iter_revoked_certificates()
            .take(MAX_REVOKED)
            .map(|entry| RevokedView {
                serial: hex(entry.raw_serial()),
                since: to_rfc3339(entry.revocation_date.to_datetime()),
                reason: entry.reason_code().map(|(_, code)| reason(code.0)),
            });
        Ok(Self {
            issuer: NameView::read(parsed.issuer().as_raw()),
            this_update: to_rfc3339(parsed.last_update().to_datetime()),
            next_update: next.map(to_rfc3339),
            status: if next.is_some_and(|next| next < at) {
                "stale"
            } else {
                "current"
            },
            signature: SignatureView::read(signed.algorithm),
            revoked_count: parsed.iter_revoked_certificates().count(),
            revoked: revoked.collect(),
            sha256: Fingerprint::of(Digest::Sha256, der).to_text(Form::Hex),
            extensions,
            faults,
        })
    }
}

/// A private key, of which nothing secret is shown.
#[derive(Clone, Debug, Serialize)]
pub struct PrivateKeyView {
    /// Its public key.
    pub key: KeyView,
    /// `PKCS #8`, `SEC 1` or `PKCS #1`.
    pub form: &'static str,
    /// Whether a password opened it.
    pub encrypted: bool,
}

/// A private key that nothing opened, or of an algorithm that nothing here can use.
#[derive(Clone, Debug, Serialize)]
pub struct LockedKeyView {
    /// Why nothing more is shown.
    pub reason: String,
}

/// Explains a private key: opened if that can be.
pub(super) fn private_key(
    document: &Document,
    password: Option<&Password>,
) -> Result<std::result::Result<PrivateKeyView, LockedKeyView>> {
    let encrypted = document.kind == Kind::EncryptedPrivateKey;
    let form = match document.kind {
        Kind::EcPrivateKey => "SEC 1",
        Kind::RsaPrivateKey => "PKCS #1",
        _ => "PKCS #8",
    };
    match PrivateKey::from_document(document, password) {
        Ok(key) => Ok(Ok(PrivateKeyView {
            key: KeyView::of(key.public_key()),
            form,
            encrypted,
        })),
        Err(error) if error.kind() == ErrorKind::PasswordNeeded => Ok(Err(LockedKeyView {
            reason: format!("encrypted with {}", protection(&document.der)),
        })),
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(Err(LockedKeyView {
            reason: error.to_string(),
        })),
        Err(error) => Err(error),
    }
}

/// Tells how an `EncryptedPrivateKeyInfo` is protected.
fn protection(encrypted: &[u8]) -> String {
    let scheme = || {
        let algorithm = der::only(encrypted)?.open(der::SEQUENCE)?.element()?;
        Scheme::read(&algorithm)
    };
    match scheme() {
        Ok(scheme) => scheme.to_string(),
        Err(_) if java_protected(encrypted).is_some() => "the stream of SHA-1 of JKS".to_owned(),
        Err(_) => "a scheme not known here".to_owned(),
    }
}

/// A public key by itself.
pub(super) fn public_key(document: &Document) -> Result<KeyView> {
    if document.kind == Kind::RsaPublicKey {
        return crate::key::PublicKey::from_pkcs1(&document.der).map(|key| KeyView::of(&key));
    }
    der::only(&document.der)?;
    crate::key::PublicKey::from_spki(&document.der).map(|key| KeyView::of(&key))
}

/// More are counted, not shown: lists of public CAs have millions.
const MAX_REVOKED: usize = 1000;

const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
