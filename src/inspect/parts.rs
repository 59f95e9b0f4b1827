//! What certificates, requests and lists have in common: names, keys, signatures, periods.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::Serialize;
use time::OffsetDateTime;

use super::oids;
use crate::crypto::{Digest, SignatureScheme};
use crate::der::{self, Reader, dotted};
use crate::fingerprint::{Fingerprint, Form};
use crate::key::{KeyKind, PublicKey};
use crate::name::{parse_name, short_type, to_rfc4514};
use crate::text::{Escaped, escape_bytes};
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
    pub kind: Cow<'static, str>,
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
        let text = to_rfc4514(&rdns);
        let attributes = rdns.into_iter().enumerate().flat_map(|(rdn, attributes)| {
            attributes.into_iter().map(move |attribute| AttributeView {
                kind: short_type(&attribute.oid)
                    .map_or_else(|| attribute.oid.clone().into(), Cow::Borrowed),
                oid: attribute.oid,
                value: Escaped(&attribute.text).to_string(),
                rdn,
            })
        });
        Self {
            attributes: attributes.collect(),
            text,
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
        let (oid, parameters) = oid_and_parameters(encoded).unwrap_or_default();
        let algorithm = match oids::signature(&oid) {
            Some(name) if oid == RSASSA_PSS => {
                format!("{name} with {}", pss_digest(parameters).unwrap_or_default())
            }
            name => name.unwrap_or(&oid).to_owned(),
        };
        Self { algorithm, oid }
    }
}

/// Takes an `AlgorithmIdentifier` apart.
fn oid_and_parameters(encoded: &[u8]) -> crate::error::Result<(String, &[u8])> {
    let mut reader = der::only(encoded)?.open(der::SEQUENCE)?;
    let oid = dotted(reader.element()?.expect(der::OBJECT_IDENTIFIER)?);
    let parameters = if reader.is_empty() {
        &[]
    } else {
        reader.element()?.raw
    };
    Ok((oid, parameters))
}

/// The digest of `RSASSA-PSS-params` (RFC 4055 §3.1), which is SHA-1 where none is named; and the length of
/// the salt, if it is not the digest's.
fn pss_digest(parameters: &[u8]) -> crate::error::Result<String> {
    let mut reader = der::only(parameters)?.open(der::SEQUENCE)?;
    let (mut digest, mut salt) = ("SHA-1".to_owned(), vec![20]);
    while !reader.is_empty() {
        let parameter = reader.element()?;
        let value = der::only(parameter.content)?;
        match parameter.tag & 0x1f {
            0 => {
                let (oid, _) = oid_and_parameters(value.raw)?;
                digest = oids::other(&oid).map_or(oid, str::to_owned);
            }
            2 => salt = value.expect(der::INTEGER)?.to_vec(),
            _ => {}
        }
    }
    let usual: &[u8] = match digest.as_str() {
        "SHA-1" => &[20],
        "SHA-224" => &[28],
        "SHA-256" => &[32],
        "SHA-384" => &[48],
        "SHA-512" => &[64],
        _ => &[],
    };
    if salt != usual {
        digest.push_str(&format!(", a salt of {} octets", decimal(&salt)));
    }
    Ok(digest)
}

/// Hexadecimal, cut where nobody reads on.
pub(super) fn hex(octets: &[u8]) -> String {
    match octets.split_at_checked(MAX_HEX) {
        Some((shown, [_, ..])) => format!("{}…", HEXLOWER.encode(shown)),
        _ => HEXLOWER.encode(octets),
    }
}

/// Writes an INTEGER's octets in decimal, or in hexadecimal where it exceeds 64 bits or is negative.
pub(super) fn decimal(octets: &[u8]) -> String {
    match octets {
        [first, ..] if octets.len() <= 8 && first & 0x80 == 0 => octets
            .iter()
            .fold(0u64, |sum, octet| sum << 8 | u64::from(*octet))
            .to_string(),
        _ => format!("0x{}", hex(octets)),
    }
}

/// The strings within a value, in their order, not deeper than qualifiers and other names go.
pub(super) fn strings_in(value: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    collect_strings(value, MAX_DEPTH, &mut found);
    found
}

fn collect_strings(value: &[u8], depth: usize, found: &mut Vec<String>) {
    let mut reader = Reader::new(value);
    while let Ok(element) = reader.element() {
        match element.tag {
            // No name and no notice is of digits alone.
            der::NUMERIC_STRING => {}
            // Outside distinguished names nobody knows the characters of these.
            der::GENERAL_STRING | der::TELETEX_STRING => found.push(escape_bytes(element.content)),
            tag if tag & 0x20 != 0 && depth > 0 => {
                collect_strings(element.content, depth - 1, found);
            }
            tag => {
                let text = der::text(tag, element.content);
                found.extend(text.map(|text| Escaped(&text).to_string()));
            }
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

    /// Says how long it is to the end, or since: `12 days left`, `ended 3 hours ago`.
    pub fn left(&self) -> String {
        match self.seconds_left {
            0.. => format!("{} left", length(self.seconds_left)),
            ended => format!("ended {} ago", length(-ended)),
        }
    }

    /// Whole days from the moment to the end; negative if it is over.
    pub fn days_left(&self) -> i64 {
        self.seconds_left.div_euclid(86_400)
    }
}

fn length(seconds: i64) -> String {
    let (count, unit) = match seconds {
        172_800.. => (seconds / 86_400, "day"),
        7_200.. => (seconds / 3_600, "hour"),
        120.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
/// The largest extension seen in use, an SCT list or logotype, has fewer bytes.
const MAX_HEX: usize = 4096;
/// A Kerberos principal has its components seven levels down, a user notice its text three.
const MAX_DEPTH: usize = 8;
