//! The Baseline Requirements on extensions.

use time::OffsetDateTime;
use time::macros::date;

use super::{BASELINE, POLICIES, PROFILES};
use crate::cert::extensions::{ANY_PURPOSE, SERVER_PURPOSE};
use crate::cert::extensions::{
    AUTHORITY_INFORMATION_ACCESS, BASIC_CONSTRAINTS, CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE, KEY_USAGE, KeyUsage, PRECERTIFICATE_POISON, SUBJECT_ALTERNATIVE_NAME,
};
use crate::der;
use crate::error::Result;
use crate::inspect::oids;
use crate::key::KeyKind;
use crate::lint::Concern::{Authorities, Intermediates, Leaves, Roots, Servers};
use crate::lint::Rule;
use crate::lint::Severity::Warning;
use crate::lint::case::{Case, listed};
use crate::lint::extensions::{ANY_POLICY, absent, critical, not_critical};
use crate::name::GeneralName;

pub const RULES: &[Rule] = &[
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
            let absent = case.has(EXTENDED_KEY_USAGE) && !case.has_purpose(SERVER_PURPOSE);
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

/// id-qt-cps (RFC 5280 §4.2.1.4).
const CPS: &str = "1.3.6.1.5.5.7.2.1";
/// id-ad-ocsp (RFC 5280 §4.2.2.1).
const OCSP: &str = "1.3.6.1.5.5.7.48.1";

/// BR §7.1.2.7.10: code signing, e-mail, time-stamping, OCSP, any.
const UNFIT_PURPOSES: [&str; 5] = [
    "1.3.6.1.5.5.7.3.3",
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.8",
    "1.3.6.1.5.5.7.3.9",
    ANY_PURPOSE,
];
