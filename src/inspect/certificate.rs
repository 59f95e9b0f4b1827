//! Certificates, explained.

use serde::Serialize;
use time::OffsetDateTime;
use x509_parser::certificate::{Validity as ParsedValidity, X509Certificate};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo, X509Name};

use super::extension::{ExtensionView, faults_of};
use super::general_name::GeneralNameView;
use super::parts::{KeyView, NameView, PeriodView, SignatureView, Signed, hex};
use crate::crypto::Digest;
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::fingerprint::{Fingerprint, Form};

/// A certificate (RFC 5280 §4.1), explained.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateView {
    /// 1, 2 or 3.
    pub version: u32,
    /// The serial number, in hexadecimal.
    pub serial: String,
    /// Whom it names.
    pub subject: NameView,
    /// Who issued it.
    pub issuer: NameView,
    /// When it is valid.
    pub validity: PeriodView,
    /// The subject alternative names.
    pub names: Vec<GeneralNameView>,
    /// The subject's public key.
    pub key: KeyView,
    /// How it is signed.
    pub signature: SignatureView,
    /// Whether it may issue (basic constraints).
    pub is_ca: bool,
    /// Whether subject and issuer are the same name. No signature is checked here.
    pub self_issued: bool,
    /// SHA-256 of the DER, in hexadecimal.
    pub sha256: String,
    /// SHA-1 of the DER, in hexadecimal.
    pub sha1: String,
    /// The extensions, in their order.
    pub extensions: Vec<ExtensionView>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}

impl CertificateView {
    /// Explains a certificate, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`], naming the damaged part.
    pub(super) fn read(der: &[u8], at: OffsetDateTime) -> Result<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| damaged_part(der))?;
        if !rest.is_empty() {
            return Err(damaged("end", &format!(", {} bytes follow it", rest.len())));
        }
        let signed = Signed::read(der)?;
        let extensions: Vec<_> = parsed
            .extensions()
            .iter()
            .map(ExtensionView::read)
            .collect();
        let print = |digest| Fingerprint::of(digest, der).to_text(Form::Hex);
        Ok(Self {
            version: parsed.version().0.saturating_add(1),
            serial: hex(parsed.raw_serial()),
            subject: NameView::read(parsed.subject().as_raw()),
            issuer: NameView::read(parsed.issuer().as_raw()),
            validity: PeriodView::new(
                parsed.validity().not_before.to_datetime(),
                parsed.validity().not_after.to_datetime(),
                at,
            ),
            names: alternative_names(&parsed),
            key: KeyView::read(parsed.public_key().raw),
            signature: SignatureView::read(signed.algorithm),
            is_ca: parsed.extensions().iter().any(|extension| {
                matches!(extension.parsed_extension(), ParsedExtension::BasicConstraints(constraints) if constraints.ca)
            }),
            self_issued: parsed.subject().as_raw() == parsed.issuer().as_raw(),
            sha256: print(Digest::Sha256),
            sha1: print(Digest::Sha1),
            faults: faults(&parsed, &signed, &extensions),
            extensions,
        })
    }
}

fn alternative_names(parsed: &X509Certificate<'_>) -> Vec<GeneralNameView> {
    let names =
        parsed
            .extensions()
            .iter()
            .filter_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
                _ => None,
            });
    names.flatten().map(GeneralNameView::read).collect()
}

/// What a reader should know is wrong, though the rest can be shown.
fn faults(
    parsed: &X509Certificate<'_>,
    signed: &Signed<'_>,
    extensions: &[ExtensionView],
) -> Vec<String> {
    let mut faults = Vec::new();
    let serial = parsed.raw_serial();
    if serial.first().is_some_and(|first| first & 0x80 != 0) {
        faults.push("its serial number is negative (RFC 5280 §4.1.2.2)".to_owned());
    }
    if serial.len() > 20 {
        faults.push(format!(
            "its serial number has {} octets, and 20 are allowed (RFC 5280 §4.1.2.2)",
            serial.len()
        ));
    }
    if parsed.validity().not_after < parsed.validity().not_before {
        faults.push("it ends before it begins".to_owned());
    }
    if inner_algorithm(signed.content).is_some_and(|inner| inner != signed.algorithm) {
        faults.push("the signature algorithm within differs from the one beside the signature (RFC 5280 §4.1.1.2)".to_owned());
    }
    faults_of(extensions, &mut faults);
    faults
}

/// The AlgorithmIdentifier in what is signed: the first SEQUENCE in it.
fn inner_algorithm(content: &[u8]) -> Option<&[u8]> {
    let mut fields = der::only(content).ok()?.open(der::SEQUENCE).ok()?;
    std::iter::from_fn(|| fields.element().ok())
        .find(|field| field.tag == der::SEQUENCE)
        .map(|field| field.raw)
}

/// Finds the field that cannot be read.
fn damaged_part(der: &[u8]) -> Error {
    match walk(der) {
        Ok(Some(part)) => damaged(part, ""),
        Ok(None) => damaged("extensions", ""),
        Err(error) => error,
    }
}

fn walk(der: &[u8]) -> Result<Option<&'static str>> {
    let mut fields = der::only(der)?
        .open(der::SEQUENCE)?
        .element()?
        .open(der::SEQUENCE)?;
    if fields.peek() == Some(der::context_constructed(0)) {
        fields.element()?;
    }
    let mut damaged = |part: &'static str, reads: &dyn Fn(&[u8]) -> bool| {
        fields
            .element()
            .map(|field| (!reads(field.raw)).then_some(part))
    };
    let parts = [
        damaged("serial number", &|raw| raw.first() == Some(&der::INTEGER))?,
        damaged("signature algorithm", &|raw| {
            AlgorithmIdentifier::from_der(raw).is_ok()
        })?,
        damaged("issuer", &|raw| X509Name::from_der(raw).is_ok())?,
        damaged("validity", &|raw| ParsedValidity::from_der(raw).is_ok())?,
        damaged("subject", &|raw| X509Name::from_der(raw).is_ok())?,
        damaged("public key", &|raw| {
            SubjectPublicKeyInfo::from_der(raw).is_ok()
        })?,
    ];
    Ok(parts.into_iter().flatten().next())
}

fn damaged(part: &str, how: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("the certificate is damaged at its {part}{how}"),
    )
}
