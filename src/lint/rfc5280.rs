//! RFC 5280 §4.1: the fields of a certificate. What names and extensions must be stands beside.

use time::OffsetDateTime;

use super::Concern::Authorities;

use super::Rule;
use super::case::{ALWAYS, Case, EMPTY_NAME, quoted};
use crate::der;
use crate::validity::to_rfc3339;

/// What cannot be decoded meets no other rule.
pub const MALFORMED: Rule = Rule {
    id: "certificate-malformed",
    citation: "RFC 5280 §4.1",
    ..ALWAYS
};

pub const RULES: &[Rule] = &[
    MALFORMED,
    Rule {
        id: "version-not-3",
        citation: "RFC 5280 §4.1.2.1",
        check: version,
        ..ALWAYS
    },
    Rule {
        id: "serial-zero",
        citation: "RFC 5280 §4.1.2.2",
        check: |case| {
            let serial = &case.certificate.serial;
            let zero = !serial.is_empty() && serial.iter().all(|octet| *octet == 0);
            zero.then(|| "the serial number is 0, and it must be positive".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "serial-negative",
        citation: "RFC 5280 §4.1.2.2",
        check: |case| {
            let negative = case
                .certificate
                .serial
                .first()
                .is_some_and(|first| *first > 0x7f);
            negative.then(|| "the serial number is negative, and it must be positive: an octet 00 before it makes it so".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "serial-too-long",
        citation: "RFC 5280 §4.1.2.2",
        check: |case| {
            let octets = case.certificate.serial.len();
            (octets > MAX_SERIAL).then(|| {
                format!(
                    "the serial number has {octets} octets, and at most {MAX_SERIAL} are allowed"
                )
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "serial-not-shortest",
        citation: "X.690 §8.3.2",
        check: |case| match case.certificate.serial.as_slice() {
            [] => Some("the serial number has no octets, and DER gives every number one".into()),
            [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => {
                Some("the serial number begins with an octet that DER leaves out".into())
            }
            _ => None,
        },
        ..ALWAYS
    },
    Rule {
        id: "signature-algorithm-mismatch",
        citation: "RFC 5280 §4.1.1.2",
        check: |case| {
            let same = case.inner_algorithm == case.certificate.algorithm;
            (!same).then(|| {
                let (inner, outer) = (algorithm(case.inner_algorithm), algorithm(&case.certificate.algorithm));
                format!("the signature algorithm among what is signed ({inner}) is not the one beside the signature ({outer}), and they must be the same")
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "signature-parameters-unfit",
        citation: "RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3",
        check: |case| parameters("the signature algorithm", &case.certificate.algorithm),
        ..ALWAYS
    },
    Rule {
        id: "key-parameters-unfit",
        citation: "RFC 3279 §2.3.1, RFC 8410 §3",
        check: |case| {
            let key = der::only(case.certificate.public_key.spki()).ok()?;
            let algorithm = key.open(der::SEQUENCE).ok()?.element().ok()?;
            parameters("the public key's algorithm", algorithm.raw)
        },
        ..ALWAYS
    },
    Rule {
        id: "curve-explicit",
        citation: "RFC 5480 §2.1.1",
        check: |case| {
            let explicit =
                curve_parameters(case.certificate.public_key.spki())? != der::OBJECT_IDENTIFIER;
            explicit.then(|| {
                "the key's curve is given by its parameters, and it must be named by an OID".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "issuer-empty",
        citation: "RFC 5280 §4.1.2.4",
        check: |case| {
            let empty = case.certificate.issuer == EMPTY_NAME;
            empty.then(|| "the issuer's name is empty, and it must not be".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "authority-subject-empty",
        citation: "RFC 5280 §4.1.2.6",
        concerns: Authorities,
        check: |case| {
            let empty = case.has_empty_subject();
            empty.then(|| "the subject of a CA is empty, and what it issues must name it".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "validity-reversed",
        citation: "RFC 5280 §4.1.2.5",
        check: |case| {
            let (first, last) = (case.certificate.not_before, case.certificate.not_after);
            (last < first).then(|| {
                format!(
                    "it ends on {}, before it begins on {}",
                    to_rfc3339(last),
                    to_rfc3339(first)
                )
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "time-type-unfit",
        citation: "RFC 5280 §4.1.2.5",
        check: |case| {
            let moments = [case.certificate.not_before, case.certificate.not_after];
            let mut both = case.times.iter().zip(moments);
            let early = |tag: u8, moment: OffsetDateTime| {
                tag == der::GENERALIZED_TIME && moment.year() < 2050
            };
            let (time, _) = both.find(|(time, moment)| early(time.tag, *moment))?;
            let text = String::from_utf8_lossy(time.content);
            Some(format!(
                "the time {} is a GeneralizedTime, and before 2050 it must be a UTCTime",
                quoted(&text)
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "unique-id-present",
        citation: "RFC 5280 §4.1.2.8",
        check: |case| {
            let present = case.certificate.has_unique_ids;
            present.then(|| {
                "it has a unique identifier of issuer or subject, and no CA may write one".into()
            })
        },
        ..ALWAYS
    },
];

fn version(case: &Case<'_>) -> Option<String> {
    let extended = !case.extensions().all.is_empty();
    match case.certificate.version {
        3 => None,
        0 => Some("its version is none of 1, 2 and 3".into()),
        version if extended => Some(format!(
            "its version is {version}, and it has extensions, which only version 3 has"
        )),
        version => Some(format!(
            "its version is {version}, and only version 3 has the extensions that say what it is for"
        )),
    }
}

/// The OID of an `AlgorithmIdentifier`, by name where there is one.
fn algorithm(encoded: &[u8]) -> String {
    let oid = || der::only(encoded)?.open(der::SEQUENCE)?.element();
    oid().map_or_else(|_| "none".into(), |oid| der::dotted(oid.content))
}

/// What is wrong with the parameters of an `AlgorithmIdentifier`: RSA has NULL, all else here has none.
fn parameters(what: &str, encoded: &[u8]) -> Option<String> {
    let mut fields = der::only(encoded).ok()?.open(der::SEQUENCE).ok()?;
    let oid = der::dotted(fields.element().ok()?.content);
    let written = fields.element().ok();
    let null = written.is_some_and(|element| element.raw == [der::NULL, 0]);
    if WITH_NULL.contains(&oid.as_str()) {
        return (!null)
            .then(|| format!("{what} ({oid}) has no NULL as its parameters, and it must have"));
    }
    let bare = WITHOUT_PARAMETERS.contains(&oid.as_str());
    (bare && written.is_some())
        .then(|| format!("{what} ({oid}) has parameters, and it must have none"))
}

/// The tag of the parameters of an elliptic curve's key.
fn curve_parameters(spki: &[u8]) -> Option<u8> {
    let key = der::only(spki)
        .ok()?
        .open(der::SEQUENCE)
        .ok()?
        .element()
        .ok()?;
    let mut algorithm = key.open(der::SEQUENCE).ok()?;
    let is_ec = der::dotted(algorithm.element().ok()?.content) == EC_PUBLIC_KEY;
    is_ec.then(|| algorithm.peek()).flatten()
}

/// RFC 5280 §4.1.2.2.
const MAX_SERIAL: usize = 20;
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
/// RSA keys, and PKCS #1 v1.5 signatures with MD2, MD5, SHA-1 and SHA-2.
const WITH_NULL: [&str; 8] = [
    "1.2.840.113549.1.1.1",
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.113549.1.1.14",
];
/// ECDSA with SHA-1 and SHA-2, DSA with SHA-1 and SHA-2 (RFC 3279 §2.2.2, RFC 5758 §3.1), and the keys
/// and signatures of RFC 8410.
const WITHOUT_PARAMETERS: [&str; 12] = [
    "1.2.840.10045.4.1",
    "1.2.840.10045.4.3.1",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
    "1.2.840.10040.4.3",
    "2.16.840.1.101.3.4.3.1",
    "2.16.840.1.101.3.4.3.2",
    "1.3.101.110",
    "1.3.101.111",
    "1.3.101.112",
    "1.3.101.113",
];
