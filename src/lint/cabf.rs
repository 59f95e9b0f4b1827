//! The CA/Browser Forum's Baseline Requirements for TLS, which public CAs must meet, and Chromium's on top.
//!
//! Sections are those of version 2, whose certificate profiles hold since 15 September 2023 (ballot SC-62).

mod extensions;

use std::net::IpAddr;

use time::macros::date;
use time::{Date, OffsetDateTime};

use super::Concern::{Authorities, Roots, Servers};
use super::Severity::Warning;
use super::case::{ALWAYS, COMMON_NAME, Case, is_like_host, listed};
use super::clients::signature_oid;
use super::names::{COUNTRY, DOMAIN_COMPONENT};
use super::sense::{MIN_SERIAL, ORGANIZATIONAL_UNIT, STREET, repeated};
use super::{Profile, Rule};
use crate::key::KeyKind;
use crate::name::{GeneralName, short_type};

pub use extensions::RULES as EXTENSIONS;

/// What every row here begins with: what the first version asked for already.
const BASELINE: Rule = Rule {
    profile: Some(Profile::Public),
    since: Some(date!(2012 - 07 - 01)),
    ..ALWAYS
};

/// What came with the certificate profiles of version 2.
const PROFILES: Rule = Rule {
    since: Some(date!(2023 - 09 - 15)),
    ..BASELINE
};

pub const RULES: &[Rule] = &[
    Rule {
        id: "serial-short",
        citation: "CA/B BR §7.1",
        since: Some(date!(2016 - 09 - 30)),
        check: |case| {
            let octets = case.certificate.serial.len();
            (octets < MIN_SERIAL).then(|| {
                format!("the serial number has {octets} octets, and {MIN_SERIAL} at least must come of a random generator")
            })
        },
        ..BASELINE
    },
    Rule {
        id: "rsa-length-unfit",
        citation: "CA/B BR §6.1.5",
        check: |case| match case.certificate.public_key.kind() {
            KeyKind::Rsa { bits, .. } if bits % 8 != 0 => Some(format!(
                "its key is RSA with {bits} bits, which is no multiple of 8"
            )),
            _ => None,
        },
        ..BASELINE
    },
    Rule {
        id: "key-kind-unfit",
        citation: "CA/B BR §7.1.3.1",
        check: |case| match case.certificate.public_key.kind() {
            kind @ (KeyKind::Ed25519 | KeyKind::Other(_)) => Some(format!(
                "its key is {kind}, and public CAs may certify RSA, P-256, P-384 and P-521 only"
            )),
            _ => None,
        },
        ..BASELINE
    },
    Rule {
        id: "signature-algorithm-unfit",
        citation: "CA/B BR §7.1.3.2",
        since: Some(date!(2016 - 01 - 01)),
        check: |case| {
            let oid = signature_oid(case);
            let known = case.certificate.scheme.is_some() && SIGNATURES.contains(&oid.as_str());
            (!known).then(|| format!("its signature algorithm {oid} is not among those of public CAs: RSA and ECDSA with SHA-2"))
        },
        ..BASELINE
    },
    Rule {
        id: "life-too-long",
        citation: "CA/B BR §6.3.2",
        concerns: Servers,
        check: |case| {
            let limit = longest_life(case.certificate.not_before);
            let days = case.days();
            (days > limit).then(|| {
                format!(
                    "it is valid for {days} days, and what was issued then may live {limit} at most"
                )
            })
        },
        ..BASELINE
    },
    Rule {
        id: "root-life-unfit",
        citation: "CA/B BR §7.1.2.1.1",
        concerns: Roots,
        check: |case| {
            let days = case.days();
            (!ROOT_DAYS.contains(&days)).then(|| {
                format!(
                    "the root is valid for {days} days, and {} to {} are allowed",
                    ROOT_DAYS.start(),
                    ROOT_DAYS.end()
                )
            })
        },
        ..PROFILES
    },
    Rule {
        id: "internal-name",
        citation: "CA/B BR §4.2.2",
        since: Some(date!(2015 - 11 - 01)),
        concerns: Servers,
        check: |case| {
            let list = listed(case.dns_names().filter(|name| is_internal(name)))?;
            Some(format!(
                "the name {list} is not of the public DNS, and no public CA may certify it"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "internal-address",
        citation: "CA/B BR §4.2.2",
        since: Some(date!(2015 - 11 - 01)),
        concerns: Servers,
        check: |case| {
            let inner = case.addresses().filter(|address| is_reserved(*address));
            let list = listed(inner.map(|address| address.to_string()))?;
            Some(format!(
                "the address {list} is reserved, and no public CA may certify it"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "alternative-name-kind",
        citation: "CA/B BR §7.1.2.7.12",
        concerns: Servers,
        check: |case| {
            let others = case
                .names()
                .iter()
                .filter(|name| !matches!(name, GeneralName::Dns(_) | GeneralName::Ip(_)));
            let list = listed(others.map(|name| format!("{}:{name}", name.kind())))?;
            Some(format!(
                "the alternative name {list} is neither a DNS name nor an address, and a server's may be no other"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "dns-name-underscore-public",
        citation: "CA/B BR §7.1.2.7.12",
        since: Some(date!(2019 - 04 - 01)),
        concerns: Servers,
        check: |case| {
            let list = listed(case.dns_names().filter(|name| name.contains('_')))?;
            Some(format!(
                "the name {list} has an underscore, which no public CA may certify"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "common-name-foreign",
        citation: "CA/B BR §7.1.4.3",
        concerns: Servers,
        check: |case| {
            let list = listed(
                case.values(COMMON_NAME)
                    .filter(|name| case.lacks_name(name)),
            )?;
            Some(format!(
                "its common name {list} is not among its alternative names, of which it must be one"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "common-name-spelled-otherwise",
        citation: "CA/B BR §7.1.4.3",
        concerns: Servers,
        check: |case| {
            let list = listed(
                case.values(COMMON_NAME)
                    .filter(|name| is_other_spelling(case, name)),
            )?;
            Some(format!(
                "its common name {list} is not spelled like the alternative name that it stands for, and must be the same to the letter"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "common-name-present",
        severity: Warning,
        citation: "CA/B BR §7.1.4.3",
        concerns: Servers,
        check: |case| {
            let list = listed(case.values(COMMON_NAME))?;
            Some(format!(
                "it has the common name {list}, which is advised against: alternative names say all"
            ))
        },
        ..PROFILES
    },
    Rule {
        id: "attribute-duplicate",
        citation: "CA/B BR §7.1.4.1",
        check: |case| repeated(case, &[STREET, DOMAIN_COMPONENT]),
        ..PROFILES
    },
    Rule {
        id: "organizational-unit",
        citation: "CA/B BR §7.1.2.7, §7.1.2.10.2",
        since: Some(date!(2022 - 09 - 01)),
        check: |case| {
            let list = listed(case.values(ORGANIZATIONAL_UNIT))?;
            Some(format!(
                "its subject has the organizational unit {list}, which public CAs may not certify"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "domain-validated-attribute",
        citation: "CA/B BR §7.1.2.7.2",
        concerns: Servers,
        check: |case| {
            let policies = case.extensions().policies.as_ref()?;
            let allowed = [COMMON_NAME, COUNTRY];
            let oids = case.subject.iter().map(|attribute| attribute.oid.as_str());
            let list = listed(
                oids.filter(|oid| !allowed.contains(oid))
                    .map(|oid| short_type(oid).unwrap_or(oid)),
            )?;
            policies
                .iter()
                .any(|oid| oid == DOMAIN_VALIDATED)
                .then(|| format!("only the domain was validated, and its subject has {list}"))
        },
        ..BASELINE
    },
    Rule {
        id: "authority-attribute-absent",
        citation: "CA/B BR §7.1.2.10.2",
        concerns: Authorities,
        check: |case| {
            let wanted = [COMMON_NAME, ORGANIZATION, COUNTRY];
            let missing = wanted
                .into_iter()
                .filter(|oid| case.values(oid).next().is_none());
            let list = listed(missing.map(|oid| short_type(oid).unwrap_or(oid)))?;
            Some(format!(
                "the subject of a CA has no {list}, and must have C, O and CN"
            ))
        },
        ..BASELINE
    },
];

/// Whether a common name means one of the alternative names, and is not written like it.
fn is_other_spelling(case: &Case<'_>, name: &str) -> bool {
    let same_host = |known: &str| {
        idna::domain_to_ascii(name).is_ok_and(|host| host.eq_ignore_ascii_case(known))
    };
    let is_written = case
        .names()
        .iter()
        .any(|known| known.to_string().eq_ignore_ascii_case(name));
    let is_meant = case.dns_names().any(same_host)
        || address(name).is_some_and(|meant| case.addresses().any(|known| known == meant));
    // Letter case says nothing in a host name, and no client minds it.
    // What is signed may be no A-label of it: a U-label is none of the letters that it must be (§7.1.4.3).
    let has_u_label = !name.is_ascii() && is_like_host(name);
    (is_meant || has_u_label) && !is_written
}

/// Reads an address, an IPv4 one also in the ways that inet_aton(3) takes: octets with leading zeros, or in
/// hexadecimal, or all in one.
fn address(text: &str) -> Option<IpAddr> {
    let octet = |part: &str| match part.to_ascii_lowercase().strip_prefix("0x") {
        Some(digits) => u8::from_str_radix(digits, 16).ok(),
        None => part.parse().ok(),
    };
    let octets = || -> Option<IpAddr> {
        let octets: Vec<u8> = text.split('.').map(octet).collect::<Option<_>>()?;
        Some(<[u8; 4]>::try_from(octets).ok()?.into())
    };
    let whole = || {
        let digits = text.to_ascii_lowercase();
        let number = u32::from_str_radix(digits.strip_prefix("0x")?, 16).ok()?;
        Some(IpAddr::from(number.to_be_bytes()))
    };
    text.parse().ok().or_else(octets).or_else(whole)
}

/// How many days a server's certificate may live, by its first (BR §6.3.2, its history, and SC-081v3).
fn longest_life(not_before: OffsetDateTime) -> i64 {
    let (_, days) = LIVES
        .iter()
        .rev()
        .find(|(since, _)| *since <= not_before.date())
        .unwrap_or(&LIVES[0]);
    *days
}

/// Whether a name is none that anybody could register: one label, or below a name set aside for other uses.
fn is_internal(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let top = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.')
        || SET_ASIDE.contains(&top)
        || name.ends_with(".home.arpa")
        || name == "home.arpa"
}

/// Whether an address is one of IANA's special-purpose registries (RFC 6890).
fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_documentation()
                || matches!(
                    (a, b),
                    (0 | 240..=255, _) | (100, 64..=127) | (198, 18..=19)
                )
                || (a, b, c) == (192, 0, 0)
        }
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            // What is global unicast, without documentation.
            (a & 0xe000) != 0x2000 || (a, b) == (0x2001, 0xdb8)
        }
    }
}

/// What begins the policies of the CA/Browser Forum for TLS (BR §7.1.6.1).
pub const POLICIES: &str = "2.23.140.1.2.";
const DOMAIN_VALIDATED: &str = "2.23.140.1.2.1";
const ORGANIZATION: &str = "2.5.4.10";
/// BR §7.1.2.1.1.
const ROOT_DAYS: std::ops::RangeInclusive<i64> = 2922..=9132;

/// From when how many days are allowed: ballots 1.0 (60 months), 193 (39 months, 825 days), SC-31, SC-081v3.
const LIVES: [(Date, i64); 7] = [
    (date!(2012 - 07 - 01), 1830),
    (date!(2015 - 04 - 01), 1190),
    (date!(2018 - 03 - 01), 825),
    (date!(2020 - 09 - 01), 398),
    (date!(2026 - 03 - 15), 200),
    (date!(2027 - 03 - 15), 100),
    (date!(2029 - 03 - 15), 47),
];

/// BR §7.1.3.2: RSA (PKCS #1 v1.5 and PSS) and ECDSA with SHA-256, SHA-384 and SHA-512.
const SIGNATURES: [&str; 7] = [
    "1.2.840.113549.1.1.10",
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];

/// RFC 2606, 6761, 6762, and what ICANN set aside or will not delegate. The root zone is not carried along.
const SET_ASIDE: [&str; 11] = [
    "alt",
    "corp",
    "example",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localhost",
    "mail",
    "test",
];
