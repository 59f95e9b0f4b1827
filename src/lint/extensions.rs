//! RFC 5280 §4.2: the extensions of a certificate, but for those about keys.

use super::Concern::{Authorities, Leaves};
use super::Rule;
use super::Severity::{Notice, Warning};
use super::case::{ALWAYS, Case, listed};
use crate::cert::extensions::{
    AUTHORITY_INFORMATION_ACCESS, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES, CRL_DISTRIBUTION_POINTS, EXTENDED_KEY_USAGE, INHIBIT_ANY_POLICY,
    KEY_USAGE, NAME_CONSTRAINTS, POLICY_CONSTRAINTS, POLICY_MAPPINGS, PRECERTIFICATE_POISON,
    SUBJECT_ALTERNATIVE_NAME, SUBJECT_KEY_IDENTIFIER, TIMESTAMPS, TWICE,
};
use crate::der::{self, Element};
use crate::inspect::oids;
use crate::name::Subtree;

pub const RULES: &[Rule] = &[
    Rule {
        id: "extensions-empty",
        citation: "RFC 5280 §4.1.2.9",
        check: |case| {
            let none = case.extensions().all.is_empty();
            let empty = none && extension_list(case.certificate.signed()).is_some();
            empty.then(|| "the list of extensions is empty, and then it must be left out".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "extension-duplicate",
        citation: "RFC 5280 §4.2",
        check: |case| {
            let faults = case.certificate.faults.iter();
            let twice = faults
                .filter(|fault| fault.what == TWICE)
                .filter_map(|fault| fault.extension.as_deref());
            Some(format!(
                "it has more than one extension of {}",
                listed(twice.map(named))?
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "extension-malformed",
        citation: "RFC 5280 §4.2",
        check: |case| {
            let faults = case
                .certificate
                .faults
                .iter()
                .filter(|fault| fault.what != TWICE);
            let mut told = faults.filter_map(|fault| {
                Some(format!(
                    "{}: {}",
                    named(fault.extension.as_deref()?),
                    fault.what
                ))
            });
            let first = told.next()?;
            Some(match told.count() {
                0 => format!("an extension cannot be read: {first}"),
                more => format!("an extension cannot be read: {first}; nor can {more} more"),
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "extension-critical-unknown",
        citation: "RFC 5280 §4.2",
        check: |case| {
            let all = case.extensions().all.iter();
            let unknown = all
                .filter(|extension| extension.critical && !KNOWN.contains(&extension.oid.as_str()));
            let list = listed(unknown.map(|extension| named(&extension.oid)))?;
            Some(format!(
                "{list} is critical, and clients refuse what they do not know"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "boolean-not-der",
        severity: Warning,
        citation: "X.690 §11.1, §11.5",
        check: |case| {
            let odd = case.extensions().all.iter().find_map(|extension| {
                let written = constraints_boolean(&extension.value)
                    .filter(|_| extension.oid == BASIC_CONSTRAINTS);
                let fault = boolean_fault(written?)?;
                Some(format!("{}: {fault}", named(&extension.oid)))
            });
            odd.or_else(|| critical_fault(case.certificate.signed()))
        },
        ..ALWAYS
    },
    Rule {
        id: "subject-empty",
        citation: "RFC 5280 §4.1.2.6",
        concerns: Leaves,
        check: |case| {
            let nameless = case.has_empty_subject() && !case.has(SUBJECT_ALTERNATIVE_NAME);
            nameless.then(|| {
                "its subject is empty, and it has no alternative names: it is about nobody".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "alternative-names-not-critical",
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let soft = case.has_empty_subject() && case.has_with(SUBJECT_ALTERNATIVE_NAME, false);
            soft.then(|| {
                "its subject is empty, so its alternative names must be critical, and they are not"
                    .into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "alternative-names-critical",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let hard = !case.has_empty_subject() && case.has_with(SUBJECT_ALTERNATIVE_NAME, true);
            hard.then(|| {
                "it has a subject, so its alternative names should not be critical, and they are"
                    .into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "name-constraints-on-leaf",
        citation: "RFC 5280 §4.2.1.10",
        concerns: Leaves,
        check: |case| {
            case.has(NAME_CONSTRAINTS)
                .then(|| "it has name constraints, which only a CA's may have".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "name-constraints-not-critical",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.10",
        concerns: Authorities,
        check: |case| not_critical(case, NAME_CONSTRAINTS),
        ..ALWAYS
    },
    Rule {
        id: "name-constraints-empty",
        citation: "RFC 5280 §4.2.1.10",
        check: |case| {
            let constraints = case.extensions().name_constraints.as_ref()?;
            let empty = constraints.permitted.is_empty() && constraints.excluded.is_empty();
            empty.then(|| {
                "its name constraints constrain nothing: they must permit or exclude a name".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "name-constraints-leading-dot",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.10",
        check: |case| {
            let constraints = case.extensions().name_constraints.as_ref()?;
            let all = constraints.permitted.iter().chain(&constraints.excluded);
            let dotted = all
                .filter(|subtree| matches!(subtree, Subtree::Dns(base) if base.starts_with('.')));
            let list = listed(dotted.map(Subtree::base))?;
            Some(format!(
                "a DNS name constraint begins with a dot ({list}), which not all clients read alike: without the dot it holds the domain with all below it"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "policy-mapping-of-any",
        citation: "RFC 5280 §4.2.1.5",
        check: |case| {
            let mappings = &case.extensions().policy_mappings;
            let any = mappings
                .iter()
                .any(|(from, to)| from == ANY_POLICY || to == ANY_POLICY);
            any.then(|| "it maps from or to anyPolicy, which must not be mapped".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "policy-mappings-not-critical",
        severity: Notice,
        citation: "RFC 5280 §4.2.1.5",
        check: |case| not_critical(case, POLICY_MAPPINGS),
        ..ALWAYS
    },
    Rule {
        id: "policy-constraints-not-critical",
        citation: "RFC 5280 §4.2.1.11",
        check: |case| not_critical(case, POLICY_CONSTRAINTS),
        ..ALWAYS
    },
    Rule {
        id: "inhibit-any-policy-not-critical",
        citation: "RFC 5280 §4.2.1.14",
        check: |case| not_critical(case, INHIBIT_ANY_POLICY),
        ..ALWAYS
    },
    Rule {
        id: "policy-extension-on-leaf",
        citation: "RFC 5280 §4.2.1.5, §4.2.1.11, §4.2.1.14",
        concerns: Leaves,
        check: |case| {
            let limits = [POLICY_MAPPINGS, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];
            let list = listed(limits.into_iter().filter(|oid| case.has(oid)).map(named))?;
            Some(format!("it has {list}, which is for CAs only"))
        },
        ..ALWAYS
    },
    Rule {
        id: "crl-points-critical",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.13",
        check: |case| critical(case, CRL_DISTRIBUTION_POINTS),
        ..ALWAYS
    },
    Rule {
        id: "access-critical",
        citation: "RFC 5280 §4.2.2",
        check: |case| {
            critical(case, AUTHORITY_INFORMATION_ACCESS)
                .or_else(|| critical(case, SUBJECT_INFORMATION_ACCESS))
        },
        ..ALWAYS
    },
    Rule {
        id: "freshest-crl-critical",
        citation: "RFC 5280 §4.2.1.15",
        check: |case| critical(case, FRESHEST_CRL),
        ..ALWAYS
    },
    Rule {
        id: "precertificate",
        severity: Notice,
        citation: "RFC 6962 §3.1",
        check: |case| {
            case.has(PRECERTIFICATE_POISON).then(|| {
                "it is a precertificate, made for the logs of Certificate Transparency: every client refuses it".into()
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "timestamps-critical",
        citation: "RFC 6962 §3.3",
        check: |case| critical(case, TIMESTAMPS),
        ..ALWAYS
    },
];

/// What an extension is called, with its OID.
pub fn named(oid: &str) -> String {
    oids::named(oid, oids::extension(oid))
}

/// Told if an extension is there and critical.
pub fn critical(case: &Case<'_>, oid: &str) -> Option<String> {
    let wrong = case.has_with(oid, true);
    wrong.then(|| format!("{} is critical, and must not be", named(oid)))
}

/// Told if an extension is there and not critical.
pub fn not_critical(case: &Case<'_>, oid: &str) -> Option<String> {
    let wrong = case.has_with(oid, false);
    wrong.then(|| {
        format!(
            "{} is not critical, and clients that do not know it would pass it over",
            named(oid)
        )
    })
}

/// Told if an extension is not there.
pub fn absent(case: &Case<'_>, oid: &str, why: &str) -> Option<String> {
    let wrong = !case.has(oid);
    wrong.then(|| format!("it has no extension {}, {why}", named(oid)))
}

/// The elements of the list of extensions.
fn extension_list(signed: &[u8]) -> Option<der::Reader<'_>> {
    let mut fields = der::only(signed).ok()?.open(der::SEQUENCE).ok()?;
    while !fields.is_empty() {
        let field = fields.element().ok()?;
        if field.tag == der::context_constructed(3) {
            let list = field.open(field.tag).ok()?.element().ok()?;
            return list.open(der::SEQUENCE).ok();
        }
    }
    None
}

/// What is wrong with how an extension tells whether it is critical.
fn critical_fault(signed: &[u8]) -> Option<String> {
    let mut list = extension_list(signed)?;
    while !list.is_empty() {
        let mut fields = list.element().ok()?.open(der::SEQUENCE).ok()?;
        let oid = fields.element().ok()?;
        let second = fields.element().ok()?;
        if let Some(fault) = Some(second)
            .filter(|field| field.tag == BOOLEAN)
            .and_then(boolean_fault)
        {
            return Some(format!("{}: {fault}", named(&der::dotted(oid.content))));
        }
    }
    None
}

/// The BOOLEAN in basic constraints.
fn constraints_boolean(value: &[u8]) -> Option<Element<'_>> {
    let first = der::only(value)
        .ok()?
        .open(der::SEQUENCE)
        .ok()?
        .element()
        .ok()?;
    (first.tag == BOOLEAN).then_some(first)
}

/// Here every BOOLEAN is FALSE by default, and left out then.
fn boolean_fault(element: Element<'_>) -> Option<String> {
    match element.content {
        [0xff] => None,
        [0] => Some("a FALSE is written out, which DER leaves out where it is the default".into()),
        _ => Some("a TRUE is not written as ff, as DER has it".into()),
    }
}

const BOOLEAN: u8 = 0x01;
/// anyPolicy (RFC 5280 §4.2.1.4).
pub const ANY_POLICY: &str = "2.5.29.32.0";
const SUBJECT_INFORMATION_ACCESS: &str = "1.3.6.1.5.5.7.1.11";
const FRESHEST_CRL: &str = "2.5.29.46";

/// What path validation after RFC 5280 §6 knows, and what marks a precertificate, which has its own rule.
const KNOWN: [&str; 13] = [
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    CERTIFICATE_POLICIES,
    CRL_DISTRIBUTION_POINTS,
    EXTENDED_KEY_USAGE,
    INHIBIT_ANY_POLICY,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    POLICY_CONSTRAINTS,
    POLICY_MAPPINGS,
    PRECERTIFICATE_POISON,
    SUBJECT_ALTERNATIVE_NAME,
    SUBJECT_KEY_IDENTIFIER,
];
