//! RFC 5280 §4.2 on keys: how they are told apart, and what they may do.

use super::Concern::{Authorities, Intermediates, Leaves};
use super::Rule;
use super::Severity::Warning;
use super::case::{ALWAYS, Case};
use super::extensions::{absent, critical, not_critical};
use crate::cert::extensions::ANY_PURPOSE;
use crate::cert::extensions::{
    AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE, KEY_USAGE, KeyUsage,
    SUBJECT_KEY_IDENTIFIER,
};
use crate::key::KeyKind;

pub const RULES: &[Rule] = &[
    Rule {
        id: "authority-key-id-absent",
        citation: "RFC 5280 §4.2.1.1",
        check: |case| {
            let key = case.extensions().authority_key.as_ref();
            let named = key.is_some_and(|key| key.key_id.is_some());
            let own = || case.certificate.is_self_issued() && is_signed_by_itself(case);
            (!named && !own()).then(|| match key {
                Some(_) => "its authority key identifier names no key, only the issuer's certificate".into(),
                None => "it has no authority key identifier, which Python's strict mode and others want in all but self-signed certificates".into(),
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "authority-key-id-critical",
        citation: "RFC 5280 §4.2.1.1",
        check: |case| critical(case, AUTHORITY_KEY_IDENTIFIER),
        ..ALWAYS
    },
    Rule {
        id: "authority-key-id-half",
        citation: "RFC 5280 §A.2",
        check: |case| {
            let key = case.extensions().authority_key.as_ref()?;
            (key.issuer.is_some() != key.serial.is_some()).then(|| {
                "its authority key identifier has one of issuer and serial number, and it must have both or neither".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "authority-key-id-not-own",
        citation: "RFC 5280 §4.2.1.1",
        check: |case| {
            let key = case
                .extensions()
                .authority_key
                .as_ref()?
                .key_id
                .as_deref()?;
            let own = case.extensions().subject_key_id.as_deref()?;
            let differ =
                case.certificate.is_self_issued() && is_signed_by_itself(case) && key != own;
            differ.then(|| format!("it is self-signed, and its authority key identifier ({}) is not its subject key identifier ({})", hex(key), hex(own)))
        },
        ..ALWAYS
    },
    Rule {
        id: "subject-key-id-absent",
        citation: "RFC 5280 §4.2.1.2",
        concerns: Authorities,
        check: |case| absent(case, SUBJECT_KEY_IDENTIFIER, "and every CA's must have one"),
        ..ALWAYS
    },
    Rule {
        id: "subject-key-id-critical",
        citation: "RFC 5280 §4.2.1.2",
        check: |case| critical(case, SUBJECT_KEY_IDENTIFIER),
        ..ALWAYS
    },
    Rule {
        id: "subject-key-id-empty",
        citation: "RFC 5280 §4.2.1.2",
        check: |case| {
            let empty = case.extensions().subject_key_id.as_ref()?.is_empty();
            empty.then(|| {
                "its subject key identifier has no octets, and tells no key from another".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "key-usage-absent",
        citation: "RFC 5280 §4.2.1.3",
        concerns: Authorities,
        check: |case| {
            absent(
                case,
                KEY_USAGE,
                "and a CA's must have one that allows it to sign certificates",
            )
        },
        ..ALWAYS
    },
    Rule {
        id: "key-usage-empty",
        citation: "RFC 5280 §4.2.1.3",
        check: |case| {
            let empty = case.extensions().key_usage?.is_empty();
            empty.then(|| "its key usage allows nothing, and at least one bit must be set".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "key-usage-not-critical",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.3",
        check: |case| not_critical(case, KEY_USAGE),
        ..ALWAYS
    },
    Rule {
        id: "authority-without-certificate-sign",
        citation: "RFC 5280 §4.2.1.9",
        concerns: Authorities,
        check: |case| {
            let may = case.usage(KeyUsage::CERTIFICATE_SIGN)?;
            (!may).then(|| "basic constraints call it a CA, and its key usage does not allow it to sign certificates".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "leaf-with-certificate-sign",
        citation: "RFC 5280 §4.2.1.3",
        concerns: Leaves,
        check: |case| {
            let may = case.usage(KeyUsage::CERTIFICATE_SIGN)?;
            may.then(|| "its key usage allows it to sign certificates, and basic constraints do not call it a CA".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "key-usage-unfit",
        citation: "RFC 8813 §3, RFC 9295 §3, RFC 3279 §2.3.1",
        check: key_usage_unfit,
        ..ALWAYS
    },
    Rule {
        id: "basic-constraints-not-critical",
        citation: "RFC 5280 §4.2.1.9",
        concerns: Authorities,
        check: |case| not_critical(case, BASIC_CONSTRAINTS),
        ..ALWAYS
    },
    Rule {
        id: "path-length-unfit",
        citation: "RFC 5280 §4.2.1.9",
        check: |case| {
            let constraints = case.extensions().basic_constraints?;
            let length = constraints.path_length?;
            let signs = case.usage(KeyUsage::CERTIFICATE_SIGN) != Some(false);
            (!constraints.authority || !signs).then(|| {
                format!("it limits the path below it to {length}, and it is no CA that signs certificates")
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "any-purpose-critical",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.12",
        check: |case| {
            let hard = case.has_purpose(ANY_PURPOSE) && case.has_with(EXTENDED_KEY_USAGE, true);
            hard.then(|| {
                "its extended key usage allows any purpose, and should not be critical".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "timestamping-unfit",
        citation: "RFC 3161 §2.3",
        concerns: Leaves,
        check: |case| {
            let alone = case.extensions().purposes.as_ref()?.len() == 1;
            let sound = alone && case.has_with(EXTENDED_KEY_USAGE, true);
            (case.has_purpose(TIMESTAMPING) && !sound).then(|| {
                "it is for time-stamping, which must be its only purpose, in a critical extension".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "intermediate-authority-key-is-own",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.1",
        concerns: Intermediates,
        check: |case| {
            let key = case
                .extensions()
                .authority_key
                .as_ref()?
                .key_id
                .as_deref()?;
            let own = case.extensions().subject_key_id.as_deref()?;
            (key == own).then(|| format!("its authority key identifier is its own subject key identifier ({}), and another issued it", hex(own)))
        },
        ..ALWAYS
    },
];

fn hex(octets: &[u8]) -> String {
    let shown = octets.get(..SHOWN_OCTETS).unwrap_or(octets);
    let more = if shown.len() < octets.len() {
        "…"
    } else {
        ""
    };
    data_encoding::HEXLOWER.encode(shown) + more
}

/// Whether the key of a certificate made its signature; where that cannot be checked it is believed.
fn is_signed_by_itself(case: &Case<'_>) -> bool {
    let certificate = case.certificate;
    let Some(scheme) = certificate.scheme else {
        return true;
    };
    let checked =
        certificate
            .public_key
            .verify(scheme, certificate.signed(), certificate.signature());
    checked.unwrap_or(true)
}

/// The bits that a key of some kind cannot do.
fn key_usage_unfit(case: &Case<'_>) -> Option<String> {
    let usage = case.extensions().key_usage?;
    let (kind, unfit): (_, &[&str]) = match case.certificate.public_key.kind() {
        KeyKind::Rsa { .. } => ("RSA", &["keyAgreement", "encipherOnly", "decipherOnly"]),
        KeyKind::Ec(_) => ("ECDSA", &["keyEncipherment", "dataEncipherment"]),
        KeyKind::Ed25519 => (
            "Ed25519",
            &["keyEncipherment", "dataEncipherment", "keyAgreement"],
        ),
        KeyKind::Other(_) => return None,
    };
    let words = usage.words();
    let found: Vec<&str> = words
        .into_iter()
        .filter(|word| unfit.contains(word))
        .collect();
    let found = (!found.is_empty()).then(|| found.join(", "))?;
    Some(format!(
        "its key usage allows {found}, which a key for {kind} cannot do"
    ))
}

/// A key identifier of a SHA-256 is shown whole.
const SHOWN_OCTETS: usize = 32;
const TIMESTAMPING: &str = "1.3.6.1.5.5.7.3.8";
