//! What certificates, requests and lists have in common: names, keys, signatures, periods.

use serde::Serialize;
use time::OffsetDateTime;

use super::oids;
use crate::crypto::{Digest, SignatureScheme};
use crate::der::{self, dotted};
use crate::fingerprint::{Fingerprint, Form};
use crate::key::{KeyKind, PublicKey};
use crate::name::{parse_name, short_type, to_rfc4514};
use crate::text::Escaped;
use crate::validity::to_rfc3339;

/// A distinguished name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NameView {
    /// After RFC 4514, the last attribute first; empty for a name without attributes.
    pub text: String,
    /// In the order of the encoding.
    pub attributes: Vec<AttributeView>,
}

/// An attribute of a distinguished name.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AttributeView {
    /// Its short name, such as `CN`, or else its OID.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its type, in dotted decimal.
    pub oid: String,
    /// Its value, made safe to show.
    pub value: String,
    /// The relative distinguished name that it is part of, counted from 0.
    pub rdn: usize,
}

impl NameView {
    /// Explains a DER `Name`.
    pub(super) fn read(encoded: &[u8]) -> Self {
        let rdns = parse_name(encoded).unwrap_or_default();
        let attributes = rdns.iter().enumerate().flat_map(|(rdn, attributes)| {
            attributes.iter().map(move |attribute| AttributeView {
                kind: short_type(&attribute.oid)
                    .unwrap_or(&attribute.oid)
                    .to_owned(),
                oid: attribute.oid.clone(),
                value: Escaped(&attribute.text).to_string(),
                rdn,
            })
        });
        Self {
            attributes: attributes.collect(),
            text: to_rfc4514(&rdns),
        }
    }
}

impl std::fmt::Display for NameView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.text.is_empty() {
            "(empty)"
        } else {
            &self.text
        })
    }
}

/// A public key.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct KeyView {
    /// Its algorithm and size, such as `ECDSA P-256` or `RSA 2048`.
    pub algorithm: String,
    /// For RSA: the length of the modulus in bits.
    pub bits: Option<usize>,
    /// For RSA: the public exponent; 0 if it exceeds 64 bits.
    pub exponent: Option<u64>,
    /// SHA-256 of the SubjectPublicKeyInfo, in hexadecimal.
    pub spki_sha256: String,
    /// The same in base64, as HTTP public key pins have it.
    pub pin_sha256: String,
}

impl KeyView {
    /// Explains a public key.
    pub(super) fn of(key: &PublicKey) -> Self {
        let (bits, exponent) = match key.kind() {
            KeyKind::Rsa { bits, exponent } => (Some(*bits), Some(*exponent)),
            _ => (None, None),
        };
        let digest = Fingerprint::of(Digest::Sha256, key.spki());
        Self {
            algorithm: key.kind().to_string(),
            bits,
            exponent,
            spki_sha256: digest.to_text(Form::Hex),
            pin_sha256: digest.to_text(Form::Base64),
        }
    }

    /// Explains a `SubjectPublicKeyInfo`, also one that is damaged inside.
    pub(super) fn read(spki: &[u8]) -> Self {
        PublicKey::from_spki(spki)
            .map(|key| Self::of(&key))
            .unwrap_or_else(|_| {
                let digest = Fingerprint::of(Digest::Sha256, spki);
                Self {
                    algorithm: "damaged".to_owned(),
                    bits: None,
                    exponent: None,
                    spki_sha256: digest.to_text(Form::Hex),
                    pin_sha256: digest.to_text(Form::Base64),
                }
            })
    }
}

/// A signature algorithm.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SignatureView {
    /// Its common name, or its OID.
    pub algorithm: String,
    /// Its type, in dotted decimal.
    pub oid: String,
}

impl SignatureView {
    /// Explains a DER `AlgorithmIdentifier`.
    pub(super) fn read(encoded: &[u8]) -> Self {
        let oid = der::only(encoded)
            .and_then(|outer| {
                outer
                    .open(der::SEQUENCE)?
                    .element()?
                    .expect(der::OBJECT_IDENTIFIER)
            })
            .map(dotted)
            .unwrap_or_default();
        let digest = match SignatureScheme::from_algorithm_identifier(encoded) {
            Some(SignatureScheme::RsaPssSha256) => " with SHA-256",
            Some(SignatureScheme::RsaPssSha384) => " with SHA-384",
            Some(SignatureScheme::RsaPssSha512) => " with SHA-512",
            _ => "",
        };
        Self {
            algorithm: format!("{}{digest}", oids::signature(&oid).unwrap_or(&oid)),
            oid,
        }
    }
}

/// The parts of what is signed by its issuer: certificate, request, or list.
pub(super) struct Signed<'a> {
    /// What the signature is over.
    pub content: &'a [u8],
    /// The `AlgorithmIdentifier` beside the signature.
    pub algorithm: &'a [u8],
    /// The signature's octets.
    pub signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// Takes the outermost SEQUENCE apart.
    pub(super) fn read(encoded: &'a [u8]) -> crate::error::Result<Self> {
        let mut outer = der::only(encoded)?.open(der::SEQUENCE)?;
        let (content, algorithm) = (outer.element()?.raw, outer.element()?.raw);
        // One with unused bits cannot verify, and is no reason to show nothing.
        let signature = outer
            .element()?
            .expect(der::BIT_STRING)?
            .get(1..)
            .unwrap_or_default();
        Ok(Self {
            content,
            algorithm,
            signature,
        })
    }

    /// Tells whether a key made the signature; nothing if that cannot be checked here.
    pub(super) fn is_by(&self, spki: &[u8]) -> Option<bool> {
        let scheme = SignatureScheme::from_algorithm_identifier(self.algorithm)?;
        PublicKey::from_spki(spki)
            .ok()?
            .verify(scheme, self.content, self.signature)
            .ok()
    }
}

/// A period, and where a moment stands to it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PeriodView {
    /// The first second, RFC 3339.
    pub not_before: String,
    /// The last second, RFC 3339.
    pub not_after: String,
    /// `valid`, `expired` or `not-yet-valid`.
    pub status: &'static str,
    /// Seconds from the moment to the end; negative if it is over.
    pub seconds_left: i64,
    /// Seconds from the first to the last, both included.
    pub seconds_total: i64,
}

impl PeriodView {
    pub(super) fn new(
        not_before: OffsetDateTime,
        not_after: OffsetDateTime,
        at: OffsetDateTime,
    ) -> Self {
        let status = match () {
            () if at > not_after => "expired",
            () if at < not_before => "not-yet-valid",
            () => "valid",
        };
        Self {
            not_before: to_rfc3339(not_before),
            not_after: to_rfc3339(not_after),
            status,
            seconds_left: (not_after - at).whole_seconds(),
            seconds_total: (not_after - not_before).whole_seconds() + 1,
        }
    }

    /// Whole days from the moment to the end; negative if it is over.
    pub fn days_left(&self) -> i64 {
        self.seconds_left.div_euclid(86_400)
    }
}
