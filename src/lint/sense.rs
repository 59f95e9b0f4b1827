//! Good sense for private CAs: what no rule forbids, and one would rather know.

use std::collections::HashSet;

use super::Concern::{Leaves, Roots};
use super::Severity::{Notice, Warning};
use super::case::{ALWAYS, Case, listed};
use super::names::DOMAIN_COMPONENT;
use super::{Profile, Rule};
use crate::cert::extensions::SUBJECT_KEY_IDENTIFIER;
use crate::name::short_type;

/// What most rows here begin with.
const PRIVATE: Rule = Rule {
    profile: Some(Profile::Private),
    severity: Notice,
    ..ALWAYS
};

pub const RULES: &[Rule] = &[
    Rule {
        id: "serial-guessable",
        citation: "CA/B BR §7.1",
        check: |case| {
            let octets = case.certificate.serial.len();
            (octets < MIN_SERIAL).then(|| {
                format!("the serial number has {octets} octets, and public CAs must draw {MIN_SERIAL} at random: two CAs of one name that count from 1 make two certificates with one serial number, which Firefox refuses")
            })
        },
        ..PRIVATE
    },
    Rule {
        id: "leaf-subject-key-id-absent",
        citation: "RFC 5280 §4.2.1.2",
        concerns: Leaves,
        check: |case| {
            let absent = !case.has(SUBJECT_KEY_IDENTIFIER);
            absent.then(|| {
                "it has no subject key identifier, by which its key could be told from others"
                    .into()
            })
        },
        ..PRIVATE
    },
    Rule {
        id: "life-endless",
        severity: Warning,
        citation: "RFC 5280 §4.1.2.5",
        check: |case| {
            let year = case.certificate.not_after.year();
            (year == ENDLESS_YEAR).then(|| "it ends on the last day that can be written, which means never: a stolen key is good for ever".into())
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-repeated",
        severity: Warning,
        citation: "X.520, CA/B BR §7.1.4.2",
        check: |case| repeated(case, &[STREET, ORGANIZATIONAL_UNIT, DOMAIN_COMPONENT]),
        ..PRIVATE
    },
    Rule {
        id: "alternative-name-repeated",
        citation: "good sense",
        check: |case| {
            let mut seen = HashSet::new();
            let all = case
                .names()
                .iter()
                .map(|name| format!("{}:{name}", name.kind()).to_ascii_lowercase());
            let list = listed(all.filter(|name| !seen.insert(name.clone())))?;
            Some(format!(
                "the name {list} stands more than once among the alternative names"
            ))
        },
        ..PRIVATE
    },
    Rule {
        id: "root-unconstrained",
        citation: "RFC 5280 §4.2.1.10",
        concerns: Roots,
        check: |case| {
            let open = case.extensions().name_constraints.is_none();
            open.then(|| "the root may issue for every name: whoever gets its key can be any site for all who trust it; name constraints would bound that".into())
        },
        ..PRIVATE
    },
];

/// Attributes that stand more than once in the subject, though not of the types that many may.
pub fn repeated(case: &Case<'_>, many: &[&str]) -> Option<String> {
    let mut seen = HashSet::new();
    let oids = case.subject.iter().map(|attribute| attribute.oid.as_str());
    let twice = oids.filter(|oid| !many.contains(oid) && !seen.insert(*oid));
    let list = listed(twice.map(|oid| short_type(oid).unwrap_or(oid)))?;
    Some(format!(
        "its subject has more than one attribute {list}, and clients differ in which they read"
    ))
}

pub const STREET: &str = "2.5.4.9";
pub const ORGANIZATIONAL_UNIT: &str = "2.5.4.11";
/// 64 bits (CA/B BR §7.1).
pub const MIN_SERIAL: usize = 8;
/// RFC 5280 §4.1.2.5: 99991231235959Z stands for no end.
const ENDLESS_YEAR: i32 = 9999;
