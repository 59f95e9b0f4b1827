//! The CA/Browser Forum's Baseline Requirements for TLS, which public CAs must meet, and Chromium's on top.
//!
//! Sections are those of version 2, whose certificate profiles hold since 15 September 2023 (ballot SC-62).

use std::net::IpAddr;

use time::macros::date;
use time::{Date, OffsetDateTime};

use super::Concern::{Authorities, Intermediates, Leaves, Roots, Servers};
use super::Severity::Warning;
use super::case::{ALWAYS, ANY_PURPOSE, COMMON_NAME, Case, SERVER, is_like_host, listed};
use super::clients::signature_oid;
use super::extensions::{ANY_POLICY, absent, critical, not_critical};
use super::names::{COUNTRY, DOMAIN_COMPONENT};
use super::sense::{MIN_SERIAL, ORGANIZATIONAL_UNIT, STREET, repeated};
use super::{Profile, Rule};
use crate::cert::extensions::{
    AUTHORITY_INFORMATION_ACCESS, BASIC_CONSTRAINTS, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE, KEY_USAGE, KeyUsage, PRECERTIFICATE_POISON, SUBJECT_ALTERNATIVE_NAME,
};
use crate::der;
use crate::error::Result;
use crate::inspect::oids;
use crate::key::KeyKind;
use crate::name::{GeneralName, short_type};

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
    Rule {
        id: "policies-absent",
        citation: "CA/B BR §7.1.2.7.9, §7.1.2.10.5",
        check: |case| {
            let subordinate = !case.is(Roots);
            subordinate.then(|| {
                absent(
                    case,
                    CERTIFICATE_POLICIES,
                    "which must name how the subject was validated",
                )
            })?
        },
        ..BASELINE
    },
    Rule {
        id: "policy-reserved-absent",
        citation: "CA/B BR §7.1.6.1",
        check: |case| {
            let policies = case.extensions().policies.as_ref()?;
            let any_allowed = case.certificate.is_authority();
            let reserved =
                |oid: &&String| oid.starts_with(POLICIES) || (any_allowed && *oid == ANY_POLICY);
            let known = policies.iter().any(|oid| reserved(&oid));
            (!known && !case.is(Roots)).then(|| format!("none of its policies is one of {POLICIES}1 to 4, by which clients tell how the subject was validated"))
        },
        ..PROFILES
    },
    Rule {
        id: "policy-any",
        citation: "CA/B BR §7.1.2.7.9",
        concerns: Leaves,
        check: |case| {
            let any = case
                .extensions()
                .policies
                .as_ref()?
                .iter()
                .any(|oid| oid == ANY_POLICY);
            any.then(|| "it has the policy anyPolicy, which is for CAs only".into())
        },
        ..PROFILES
    },
    Rule {
        id: "policy-qualifier-unfit",
        citation: "CA/B BR §7.1.2.7.9, §7.1.2.10.5",
        check: |case| {
            let unfit = qualifiers(case).into_iter().filter(|oid| oid != CPS);
            Some(format!(
                "a policy has a qualifier of type {}, and only a URI of a practice statement may be one",
                listed(unfit)?
            ))
        },
        ..PROFILES
    },
    Rule {
        id: "policy-qualifier-present",
        severity: Warning,
        citation: "CA/B BR §7.1.2.7.9, §7.1.2.10.5",
        check: |case| {
            let some = !qualifiers(case).is_empty();
            some.then(|| {
                "a policy has qualifiers, which no client reads, and which are advised against"
                    .into()
            })
        },
        ..PROFILES
    },
    Rule {
        id: "policies-critical",
        citation: "CA/B BR §7.1.2.7.6, §7.1.2.10",
        check: |case| critical(case, CERTIFICATE_POLICIES),
        ..PROFILES
    },
    Rule {
        id: "purposes-critical",
        citation: "CA/B BR §7.1.2.7.6, §7.1.2.10",
        check: |case| critical(case, EXTENDED_KEY_USAGE),
        ..PROFILES
    },
    Rule {
        id: "purposes-absent",
        citation: "CA/B BR §7.1.2.7.10, §7.1.2.10.6",
        check: |case| {
            let subordinate = !case.is(Roots);
            subordinate.then(|| absent(case, EXTENDED_KEY_USAGE, "which must name serverAuth"))?
        },
        ..PROFILES
    },
    Rule {
        id: "purpose-unfit",
        citation: "CA/B BR §7.1.2.7.10, §7.1.2.10.6",
        concerns: Servers,
        check: |case| {
            let list = listed(
                UNFIT_PURPOSES
                    .into_iter()
                    .filter(|oid| case.has_purpose(oid))
                    .map(purpose),
            )?;
            Some(format!(
                "it is for {list} too, which a server's certificate must not be"
            ))
        },
        ..BASELINE
    },
    Rule {
        id: "purpose-server-absent",
        citation: "CA/B BR §7.1.2.7.10",
        concerns: Leaves,
        check: |case| {
            let absent = case.has(EXTENDED_KEY_USAGE) && !case.has_purpose(SERVER);
            absent.then(|| "its extended key usage does not name serverAuth".into())
        },
        ..PROFILES
    },
    Rule {
        id: "root-purposes",
        citation: "CA/B BR §7.1.2.1.2",
        concerns: Roots,
        check: |case| {
            case.has(EXTENDED_KEY_USAGE)
                .then(|| "the root has an extended key usage, and must have none".into())
        },
        ..PROFILES
    },
    Rule {
        id: "root-path-length",
        severity: Warning,
        citation: "CA/B BR §7.1.2.1.4",
        concerns: Roots,
        check: |case| {
            let length = case.extensions().basic_constraints?.path_length?;
            Some(format!(
                "the root limits the path below it to {length}, which is advised against"
            ))
        },
        ..PROFILES
    },
    Rule {
        id: "root-policies",
        severity: Warning,
        citation: "CA/B BR §7.1.2.1.2",
        concerns: Roots,
        check: |case| {
            case.has(CERTIFICATE_POLICIES)
                .then(|| "the root has policies, which are advised against".into())
        },
        ..PROFILES
    },
    Rule {
        id: "root-authority-key-id-absent",
        severity: Warning,
        citation: "CA/B BR §7.1.2.1.3",
        concerns: Roots,
        check: |case| {
            let absent = case.extensions().authority_key.is_none();
            absent.then(|| "the root has no authority key identifier, which is advised".into())
        },
        ..PROFILES
    },
    Rule {
        id: "authority-key-id-with-issuer",
        citation: "CA/B BR §7.1.2.11.1",
        check: |case| {
            let key = case.extensions().authority_key.as_ref()?;
            (key.issuer.is_some() || key.serial.is_some()).then(|| {
                "its authority key identifier names the issuer's certificate, and may name its key only".into()
            })
        },
        ..PROFILES
    },
    Rule {
        id: "leaf-subject-key-id-present",
        severity: Warning,
        citation: "CA/B BR §7.1.2.11.4",
        concerns: Leaves,
        check: |case| {
            let present = case.extensions().subject_key_id.is_some();
            present.then(|| {
                "it has a subject key identifier, which is advised against in what is no CA's"
                    .into()
            })
        },
        ..PROFILES
    },
    Rule {
        id: "authority-key-usage-unfit",
        citation: "CA/B BR §7.1.2.10.7",
        concerns: Authorities,
        check: authority_usage,
        ..PROFILES
    },
    Rule {
        id: "leaf-key-usage-unfit",
        citation: "CA/B BR §7.1.2.7.11",
        concerns: Leaves,
        check: leaf_usage,
        ..PROFILES
    },
    Rule {
        id: "leaf-key-usage-absent",
        severity: Warning,
        citation: "CA/B BR §7.1.2.7.11",
        concerns: Leaves,
        check: |case| absent(case, KEY_USAGE, "which is advised"),
        ..PROFILES
    },
    Rule {
        id: "leaf-basic-constraints-not-critical",
        citation: "CA/B BR §7.1.2.7.8",
        concerns: Leaves,
        check: |case| not_critical(case, BASIC_CONSTRAINTS),
        ..PROFILES
    },
    Rule {
        id: "access-absent",
        citation: "CA/B BR §7.1.2.7.7",
        concerns: Servers,
        check: |case| {
            absent(
                case,
                AUTHORITY_INFORMATION_ACCESS,
                "which must tell where the issuer's certificate is",
            )
        },
        ..BASELINE
    },
    Rule {
        id: "authority-access-absent",
        severity: Warning,
        citation: "CA/B BR §7.1.2.10.3",
        concerns: Intermediates,
        check: |case| absent(case, AUTHORITY_INFORMATION_ACCESS, "which is advised"),
        ..PROFILES
    },
    Rule {
        id: "access-not-http",
        citation: "CA/B BR §7.1.2.7.7, §7.1.2.10.3",
        check: |case| {
            let places = case
                .extensions()
                .access
                .iter()
                .filter(|access| !is_http(&access.location));
            let list = listed(places.map(|access| access.location.to_string()))?;
            Some(format!(
                "information about the issuer is at {list}, and must be at an http URL"
            ))
        },
        ..PROFILES
    },
    Rule {
        id: "revocation-absent",
        citation: "CA/B BR §7.1.2.11.2",
        concerns: Servers,
        check: |case| {
            let access = &case.extensions().access;
            let none = !case.has(CRL_DISTRIBUTION_POINTS)
                && !access.iter().any(|access| access.method == OCSP);
            (none && case.days() > short_life(case.certificate.not_before)).then(|| {
                "it tells neither a list of revoked certificates nor who answers about them, and lives too long to do without".into()
            })
        },
        ..BASELINE
    },
    Rule {
        id: "authority-crl-points-absent",
        citation: "CA/B BR §7.1.2.11.2",
        concerns: Intermediates,
        check: |case| {
            absent(
                case,
                CRL_DISTRIBUTION_POINTS,
                "which every CA's must have but a root's",
            )
        },
        ..BASELINE
    },
    Rule {
        id: "crl-point-unfit",
        citation: "CA/B BR §7.1.2.11.2",
        check: |case| {
            let points = &case.extensions().crl_points;
            let odd = points.iter().any(|point| {
                point.reasons.is_some() || !point.issuer.is_empty() || point.names().is_empty()
            });
            let names = points
                .iter()
                .flat_map(|point| point.names())
                .filter(|name| !is_http(name));
            match listed(names.map(ToString::to_string)) {
                Some(list) => Some(format!("a list of revoked certificates is at {list}, and must be at an http URL")),
                None => odd.then(|| "a CRL distribution point has more than a full name, or no name: only http URLs may stand there".into()),
            }
        },
        ..PROFILES
    },
    Rule {
        id: "timestamps-absent",
        citation: "Chromium CT policy, Apple HT205280",
        since: Some(date!(2018 - 05 - 01)),
        concerns: Servers,
        check: |case| {
            let none = case.extensions().timestamps.is_empty() && !case.has(PRECERTIFICATE_POISON);
            none.then(|| "it has no timestamps of Certificate Transparency: Chromium and Apple's systems refuse it unless the server sends them".into())
        },
        ..BASELINE
    },
    Rule {
        id: "alternative-names-on-authority",
        severity: Warning,
        citation: "CA/B BR §7.1.2.10",
        concerns: Authorities,
        check: |case| {
            let present = case.has(SUBJECT_ALTERNATIVE_NAME);
            present.then(|| {
                "a CA's certificate has alternative names, which are advised against".into()
            })
        },
        ..PROFILES
    },
];

/// How many days a server's certificate may live, by its first (BR §6.3.2, its history, and SC-081v3).
fn longest_life(not_before: OffsetDateTime) -> i64 {
    let (_, days) = LIVES
        .iter()
        .rev()
        .find(|(since, _)| *since <= not_before.date())
        .unwrap_or(&LIVES[0]);
    *days
}

/// How many days make a certificate so short-lived that nobody need revoke it (BR §1.6.1).
fn short_life(not_before: OffsetDateTime) -> i64 {
    match not_before.date() {
        day if day >= date!(2026 - 03 - 15) => 7,
        day if day >= date!(2024 - 03 - 15) => 10,
        _ => 0,
    }
}

fn authority_usage(case: &Case<'_>) -> Option<String> {
    let usage = case.extensions().key_usage?;
    let both = usage.has(KeyUsage::CERTIFICATE_SIGN) && usage.has(KeyUsage::LIST_SIGN);
    let allowed = ["keyCertSign", "cRLSign", "digitalSignature"];
    let others: Vec<&str> = usage
        .words()
        .into_iter()
        .filter(|word| !allowed.contains(word))
        .collect();
    match listed(others) {
        Some(list) => Some(format!(
            "the key usage of a CA allows {list}, which it must not"
        )),
        None => (!both).then(|| {
            "the key usage of a CA must allow it to sign certificates and lists of revoked ones"
                .into()
        }),
    }
}

fn leaf_usage(case: &Case<'_>) -> Option<String> {
    let usage = case.extensions().key_usage?;
    let allowed: &[&str] = match case.certificate.public_key.kind() {
        KeyKind::Rsa { .. } => &["digitalSignature", "keyEncipherment", "dataEncipherment"],
        _ => &["digitalSignature", "keyAgreement"],
    };
    let others = usage
        .words()
        .into_iter()
        .filter(|word| !allowed.contains(word));
    let list = listed(others)?;
    Some(format!(
        "its key usage allows {list}, which a server's must not: {} may be allowed",
        allowed.join(", ")
    ))
}

/// The types of the qualifiers of all policies; of policies that cannot be read, none.
fn qualifiers(case: &Case<'_>) -> Vec<String> {
    let found = case.extensions().find(CERTIFICATE_POLICIES);
    found
        .and_then(|extension| qualifier_types(&extension.value).ok())
        .unwrap_or_default()
}

fn qualifier_types(value: &[u8]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut policies = der::only(value)?.open(der::SEQUENCE)?;
    while !policies.is_empty() {
        let mut policy = policies.element()?.open(der::SEQUENCE)?;
        policy.element()?;
        if policy.is_empty() {
            continue;
        }
        let mut list = policy.element()?.open(der::SEQUENCE)?;
        while !list.is_empty() {
            let oid = list.element()?.open(der::SEQUENCE)?.element()?;
            found.push(der::dotted(oid.content));
        }
    }
    Ok(found)
}

fn purpose(oid: &str) -> String {
    oids::named(oid, oids::purpose(oid))
}

fn is_http(name: &GeneralName) -> bool {
    matches!(name, GeneralName::Uri(uri) if uri.to_ascii_lowercase().starts_with("http://"))
}

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
/// id-qt-cps (RFC 5280 §4.2.1.4).
const CPS: &str = "1.3.6.1.5.5.7.2.1";
/// id-ad-ocsp (RFC 5280 §4.2.2.1).
const OCSP: &str = "1.3.6.1.5.5.7.48.1";
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
/// BR §7.1.2.7.10: code signing, e-mail, time-stamping, OCSP, any.
const UNFIT_PURPOSES: [&str; 5] = [
    "1.3.6.1.5.5.7.3.3",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.8",
    "1.3.6.1.5.5.7.3.9",
    ANY_PURPOSE,
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
