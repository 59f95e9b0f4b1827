//! What Apple's systems, browsers, OpenSSL, Java, Python, Windows and Firefox make of certificates, whoever
//! issued them.

use time::macros::date;

use super::Concern::{Authorities, Leaves, Roots, Servers};
use super::Severity::{Notice, Warning};
use super::case::{ALWAYS, COMMON_NAME, Case, is_like_host, listed};
use super::{Profile, Rule};
use crate::cert::extensions::{ANY_PURPOSE, SERVER_PURPOSE};
use crate::cert::extensions::{
    AUTHORITY_INFORMATION_ACCESS, CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, KeyUsage,
    SUBJECT_ALTERNATIVE_NAME,
};
use crate::crypto::SignatureScheme;
use crate::der;
use crate::key::KeyKind;
use crate::name::GeneralName;

pub const RULES: &[Rule] = &[
    Rule {
        id: "alternative-names-absent",
        citation: "RFC 9525 §6.3, Apple HT210176, Chromium since 58",
        concerns: Servers,
        check: |case| {
            let absent = !case.has(SUBJECT_ALTERNATIVE_NAME);
            absent.then(|| "it has no alternative names, and clients do not look for the host in the common name".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "rsa-too-short",
        citation: "CA/B BR §6.1.5, Apple HT210176, OpenSSL's security level 2",
        check: |case| match case.certificate.public_key.kind() {
            KeyKind::Rsa { bits, .. } if *bits < MIN_RSA_BITS => Some(format!(
                "its key is RSA with {bits} bits, and {MIN_RSA_BITS} at least are asked for"
            )),
            _ => None,
        },
        ..ALWAYS
    },
    Rule {
        id: "rsa-exponent-unfit",
        citation: "CA/B BR §6.1.6",
        check: |case| match case.certificate.public_key.kind() {
            // 0 stands for one beyond 64 bits, which is odd enough for anybody.
            KeyKind::Rsa { exponent, .. }
                if *exponent != 0 && (*exponent < 3 || exponent % 2 == 0) =>
            {
                Some(format!(
                    "its key's RSA exponent is {exponent}, and must be an odd number from 3"
                ))
            }
            _ => None,
        },
        ..ALWAYS
    },
    Rule {
        id: "rsa-exponent-small",
        severity: Warning,
        citation: "CA/B BR §6.1.6",
        check: |case| match case.certificate.public_key.kind() {
            KeyKind::Rsa {
                exponent: exponent @ (3..=65536),
                ..
            } if exponent % 2 == 1 => Some(format!(
                "its key's RSA exponent is {exponent}, and should be 65537 at least"
            )),
            _ => None,
        },
        ..ALWAYS
    },
    Rule {
        id: "key-not-for-browsers",
        severity: Warning,
        citation: "CA/B BR §6.1.5, Chromium and Firefox",
        check: |case| match case.certificate.public_key.kind() {
            kind @ (KeyKind::Ed25519 | KeyKind::Other(_)) => Some(format!(
                "its key is {kind}, and browsers take RSA, P-256, P-384 and P-521 only"
            )),
            _ => None,
        },
        ..ALWAYS
    },
    Rule {
        id: "digest-weak",
        citation: "CA/B BR §7.1.3.2.1, Chromium, Firefox, OpenSSL's security level 1",
        check: |case| {
            let digest = weak_digest(case)?;
            // Nobody checks the signature of a root.
            (!case.certificate.is_self_issued()).then(|| {
                format!("its signature is over {digest}, which can be forged, and clients ask for SHA-256 at least")
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "signature-algorithm-unknown",
        severity: Warning,
        citation: "RFC 5280 §4.1.1.2",
        check: |case| {
            let unknown = case.certificate.scheme.is_none() && weak_digest(case).is_none();
            unknown.then(|| {
                format!(
                    "its signature algorithm {} is none that clients know",
                    signature_oid(case)
                )
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "life-beyond-apple",
        severity: Warning,
        citation: "Apple HT210176",
        since: Some(date!(2019 - 07 - 01)),
        profile: Some(Profile::Private),
        concerns: Servers,
        check: |case| {
            let long = case.days() > APPLE_DAYS;
            long.then(|| {
                format!(
                    "it is valid for {} days, and Apple's systems take {APPLE_DAYS} at most",
                    case.days()
                )
            })
        },
    },
    Rule {
        id: "server-purpose-absent",
        severity: Warning,
        citation: "Apple HT210176",
        since: Some(date!(2019 - 07 - 01)),
        profile: Some(Profile::Private),
        concerns: Servers,
        check: |case| {
            let absent = !case.has(EXTENDED_KEY_USAGE) || !case.has_purpose(SERVER_PURPOSE);
            absent.then(|| {
                "it has no extended key usage serverAuth, and Apple's systems want one".into()
            })
        },
    },
    Rule {
        id: "any-purpose",
        severity: Warning,
        citation: "CA/B BR §7.1.2.7.10",
        profile: Some(Profile::Private),
        concerns: Leaves,
        check: |case| {
            let any = case.has_purpose(ANY_PURPOSE);
            any.then(|| "its extended key usage allows any purpose: whoever gets the key may be server, client and author of code; browsers want serverAuth by name".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "server-with-other-powers",
        severity: Warning,
        citation: "CA/B BR §7.1.2.7.10",
        check: |case| {
            let list = listed(
                OTHER_POWERS
                    .into_iter()
                    .filter(|(oid, _)| case.has_purpose(SERVER_PURPOSE) && case.has_purpose(oid))
                    .map(|(_, word)| word),
            )?;
            Some(format!(
                "it is a server's, and for {list} too: whoever breaks into the server has that power"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "server-without-signature",
        citation: "RFC 8446 §4.4.2.2",
        concerns: Servers,
        check: |case| {
            let may = case.usage(KeyUsage::DIGITAL_SIGNATURE)?;
            let exchange =
                case.usage(KeyUsage::KEY_ENCIPHERMENT)? || case.usage(KeyUsage::KEY_AGREEMENT)?;
            (!may).then(|| match exchange {
                true => "its key usage does not allow it to sign, which TLS 1.3 and all key exchanges with forward secrecy ask of a server".into(),
                false => "its key usage does not allow it to sign, and a server that cannot sign cannot speak TLS".into(),
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "authority-as-server",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.9, Firefox and rustls",
        concerns: Authorities,
        check: |case| {
            let is_host =
                |name: &&GeneralName| matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_));
            let mut hosts: Vec<String> = case
                .names()
                .iter()
                .filter(is_host)
                .map(ToString::to_string)
                .collect();
            // What many a tutorial makes: signed by itself, a CA by default, and named after its host.
            if hosts.is_empty() && case.certificate.is_self_issued() {
                hosts.extend(case.values(COMMON_NAME).filter(|name| is_like_host(name)));
            }
            let list = listed(hosts)?;
            Some(format!(
                "it is a CA's and names hosts ({list}): Firefox and rustls take no CA for a server, and whoever has the server's key can issue"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "wildcard-top-level",
        severity: Warning,
        citation: "CA/B BR §3.2.2.6, Chromium and Firefox",
        check: |case| {
            let broad = |name: &&str| {
                name.strip_prefix("*.")
                    .is_some_and(|rest| !rest.contains('.'))
                    || *name == "*"
            };
            let list = listed(case.dns_names().filter(broad))?;
            Some(format!(
                "the name {list} is a wildcard right under a top-level name, which browsers, curl, Python and Node refuse"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "stapling-required",
        severity: Notice,
        citation: "RFC 7633, Firefox",
        concerns: Leaves,
        check: |case| {
            let staple = case.has(TLS_FEATURE);
            staple.then(|| "it asks for a stapled answer about revocation (TLS feature): Firefox refuses a server that sends none".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "revocation-unknown",
        severity: Notice,
        citation: "Windows, schannel",
        profile: Some(Profile::Private),
        concerns: Servers,
        check: |case| {
            let none =
                !case.has(CRL_DISTRIBUTION_POINTS) && !case.has(AUTHORITY_INFORMATION_ACCESS);
            none.then(|| "it does not tell where to ask about revocation: on Windows curl (schannel) wants --ssl-revoke-best-effort".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "root-common-name-absent",
        severity: Warning,
        citation: "Apple iOS, Certificate Trust Settings",
        concerns: Roots,
        check: |case| {
            let absent = case.values(COMMON_NAME).next().is_none();
            absent.then(|| "the root has no common name, and iOS lists only roots that have one among those that can be trusted".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "common-name-not-in-names",
        severity: Warning,
        citation: "RFC 9525 §6.3",
        profile: Some(Profile::Private),
        concerns: Servers,
        check: |case| {
            let list = listed(
                case.values(COMMON_NAME)
                    .filter(|name| is_like_host(name) && case.lacks_name(name)),
            )?;
            Some(format!(
                "its common name {list} is not among its alternative names, and clients look only there"
            ))
        },
        ..ALWAYS
    },
];

/// What no server needs (RFC 5280 §4.2.1.12, RFC 6962 §3.1).
const OTHER_POWERS: [(&str, &str); 5] = [
    (ANY_PURPOSE, "any purpose"),
    ("1.3.6.1.4.1.11129.2.4.4", "precertificates"),
    ("1.3.6.1.5.5.7.3.3", "code signing"),
    ("1.3.6.1.5.5.7.3.8", "time stamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSP signing"),
];

/// The digest of the signature, if it can be forged.
pub fn weak_digest(case: &Case<'_>) -> Option<&'static str> {
    if case.certificate.scheme == Some(SignatureScheme::RsaPkcs1Sha1) {
        return Some("SHA-1");
    }
    match signature_oid(case).as_str() {
        "1.2.840.113549.1.1.2" => Some("MD2"),
        "1.2.840.113549.1.1.4" => Some("MD5"),
        "1.2.840.113549.1.1.5" | "1.2.840.10045.4.1" | "1.2.840.10040.4.3" | "1.3.14.3.2.29" => {
            Some("SHA-1")
        }
        _ => None,
    }
}

pub fn signature_oid(case: &Case<'_>) -> String {
    let oid = || {
        der::only(&case.certificate.algorithm)?
            .open(der::SEQUENCE)?
            .element()
    };
    oid().map_or_else(|_| String::new(), |oid| der::dotted(oid.content))
}

/// Apple HT210176: TLS servers under roots that the user added.
const APPLE_DAYS: i64 = 825;
/// CA/B BR §6.1.5.
const MIN_RSA_BITS: usize = 2048;
/// RFC 7633 §4.
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
