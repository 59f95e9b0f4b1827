//! Extensions (RFC 5280 §4.2 and §5.2), each shown by itself: a damaged one hides no other.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Serialize;
use x509_parser::extensions::{
    AccessDescription, CRLDistributionPoints, DistributionPointName, GeneralName, GeneralSubtree,
    ParsedExtension, PolicyInformation, ReasonFlags, SignedCertificateTimestamp, X509Extension,
};

use super::content::{
    AccessView, Content, NamedView, PointView, PolicyView, QualifierView, TimestampView,
};
use super::general_name::{self, GeneralNameView, Use};
use super::parts::{decimal, hex, strings_in};
use super::{oids, uncommon};
use crate::der::{self, dotted};
use crate::text::{Escaped, escape_bytes};
use crate::validity::to_rfc3339;

/// One extension, explained.
#[derive(Clone, Debug, Serialize)]
pub struct ExtensionView {
    /// Its type, in dotted decimal.
    pub oid: String,
    /// Its common name, if it is known here.
    pub name: Option<&'static str>,
    /// Whether a program that does not know it must refuse.
    pub critical: bool,
    /// What it says; nothing if it is not known here or damaged.
    pub value: Option<Content>,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// Its DER in hexadecimal, where nothing else is known of it; at most 4096 bytes.
    pub hex: Option<String>,
}

impl ExtensionView {
    /// Explains an extension.
    pub(super) fn read(extension: &X509Extension<'_>) -> Self {
        let oid = dotted(extension.oid.as_bytes());
        let decoded = match extension.parsed_extension() {
            ParsedExtension::ParseError { .. } => {
                Err("its content is not what its type asks for".to_owned())
            }
            ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::Unparsed => {
                uncommon::decode(&oid, extension.value)
            }
            // `x509-parser` does not keep the order of the encoding.
            ParsedExtension::ExtendedKeyUsage(_) => extended_key_usage(extension.value)
                .map(Some)
                .map_err(|error| error.to_string()),
            parsed => Ok(decode(parsed)),
        };
        let (value, fault) = match decoded {
            Ok(value) => (
                value,
                not_one_element(extension.value)
                    .or_else(|| fault_within(extension.value, extension.parsed_extension())),
            ),
            Err(fault) => (None, Some(fault)),
        };
        Self {
            name: oids::extension(&oid),
            oid,
            critical: extension.critical,
            hex: value.is_none().then(|| hex(extension.value)),
            value,
            fault,
        }
    }
}

/// Adds what is wrong with extensions, each by itself and together.
pub(super) fn faults_of(extensions: &[ExtensionView], faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for extension in extensions {
        let name = extension.name.unwrap_or(&extension.oid);
        if !seen.insert(&extension.oid) {
            faults.push(format!(
                "its extension {name} is there twice (RFC 5280 §4.2)"
            ));
        }
        if let Some(fault) = &extension.fault {
            faults.push(format!("its extension {name} is damaged: {fault}"));
        }
    }
}

fn not_one_element(value: &[u8]) -> Option<String> {
    der::only(value)
        .is_err()
        .then(|| "its content is not one DER element".to_owned())
}

/// What is wrong in content that can be read.
fn fault_within(value: &[u8], parsed: &ParsedExtension<'_>) -> Option<String> {
    let names = |names: &[GeneralName<'_>]| general_name::fault(names, Use::Name);
    match parsed {
        ParsedExtension::SubjectAlternativeName(found) => names(&found.general_names),
        ParsedExtension::IssuerAlternativeName(found) => names(&found.general_names),
        ParsedExtension::NameConstraints(constraints) => {
            let sides = [
                &constraints.permitted_subtrees,
                &constraints.excluded_subtrees,
            ];
            let bases = sides.into_iter().flatten().flatten();
            general_name::fault(bases.map(|subtree| &subtree.base), Use::Constraint)
        }
        ParsedExtension::CertificatePolicies(policies) => policies
            .iter()
            .flat_map(|policy| policy.policy_qualifiers.iter().flatten())
            .any(|qualifier| der::only(qualifier.qualifier).is_err())
            .then(|| "a policy qualifier that is not DER".to_owned()),
        ParsedExtension::ExtendedKeyUsage(_) => der::only(value)
            .is_ok_and(|purposes| purposes.content.is_empty())
            .then(|| "no purpose is in it, and there must be one (RFC 5280 §4.2.1.12)".to_owned()),
        ParsedExtension::SCT(list) => list.iter().find(|entry| entry.version.0 != 0).map(|entry| {
            let version = u16::from(entry.version.0) + 1;
            format!("a timestamp of version {version}, where RFC 6962 knows 1")
        }),
        _ => None,
    }
}

/// What `x509-parser` has taken apart.
fn decode(parsed: &ParsedExtension<'_>) -> Option<Content> {
    Some(match parsed {
        ParsedExtension::AuthorityKeyIdentifier(id) => Content::AuthorityKey {
            key_id: id.key_identifier.as_ref().map(|id| hex(id.0)),
            issuer: GeneralNameView::all(id.authority_cert_issuer.iter().flatten()),
            serial: id.authority_cert_serial.map(hex),
        },
        ParsedExtension::SubjectKeyIdentifier(id) => Content::KeyId { key_id: hex(id.0) },
        ParsedExtension::KeyUsage(usage) => Content::KeyUsage {
            usages: flags(usage.flags, &KEY_USAGES),
        },
        ParsedExtension::CertificatePolicies(policies) => Content::Policies {
            policies: policies.iter().map(policy).collect(),
        },
        ParsedExtension::PolicyMappings(mappings) => Content::Mappings {
            mappings: mappings
                .mappings
                .iter()
                .map(|mapping| {
                    (
                        dotted(mapping.issuer_domain_policy.as_bytes()),
                        dotted(mapping.subject_domain_policy.as_bytes()),
                    )
                })
                .collect(),
        },
        ParsedExtension::SubjectAlternativeName(found) => Content::Names {
            names: GeneralNameView::all(&found.general_names),
        },
        ParsedExtension::IssuerAlternativeName(found) => Content::Names {
            names: GeneralNameView::all(&found.general_names),
        },
        ParsedExtension::BasicConstraints(constraints) => Content::BasicConstraints {
            ca: constraints.ca,
            path_length: constraints.path_len_constraint,
        },
        ParsedExtension::NameConstraints(constraints) => {
            let side = |list: &Option<Vec<GeneralSubtree<'_>>>| {
                let bases = list.iter().flatten().map(|subtree| &subtree.base);
                bases.map(GeneralNameView::read).collect()
            };
            Content::NameConstraints {
                permitted: side(&constraints.permitted_subtrees),
                excluded: side(&constraints.excluded_subtrees),
            }
        }
        ParsedExtension::PolicyConstraints(constraints) => Content::PolicyConstraints {
            require_explicit_policy: constraints.require_explicit_policy,
            inhibit_policy_mapping: constraints.inhibit_policy_mapping,
        },
        ParsedExtension::CRLDistributionPoints(points) => distribution_points(points),
        ParsedExtension::InhibitAnyPolicy(inhibit) => Content::SkipCertificates {
            skip_certificates: inhibit.skip_certs,
        },
        ParsedExtension::AuthorityInfoAccess(access) => access_descriptions(&access.accessdescs),
        ParsedExtension::SubjectInfoAccess(access) => access_descriptions(&access.accessdescs),
        ParsedExtension::NSCertType(kinds) => {
            let all = [
                (kinds.ssl_client(), "SSL client"),
                (kinds.ssl_server(), "SSL server"),
                (kinds.smime(), "S/MIME"),
                (kinds.object_signing(), "object signing"),
                (kinds.ssl_ca(), "SSL CA"),
                (kinds.smime_ca(), "S/MIME CA"),
                (kinds.object_signing_ca(), "object signing CA"),
            ];
            Content::Types { types: set(&all) }
        }
        ParsedExtension::NsCertComment(text) => Content::Text {
            text: Escaped(text).to_string(),
        },
        ParsedExtension::IssuingDistributionPoint(point) => {
            let limits = [
                (point.only_contains_user_certs, "end entities only"),
                (point.only_contains_ca_certs, "CAs only"),
                (
                    point.only_contains_attribute_certs,
                    "attribute certificates only",
                ),
                (point.indirect_crl, "of several issuers"),
            ];
            Content::IssuingPoint {
                names: point_names(point.distribution_point.as_ref()),
                limits: set(&limits),
                reasons: reasons(point.only_some_reasons.as_ref()),
            }
        }
        ParsedExtension::CRLNumber(number) => Content::Number {
            number: hex(&number.to_bytes_be()),
        },
        ParsedExtension::ReasonCode(code) => Content::Reason {
            reason: reason(code.0),
        },
        ParsedExtension::InvalidityDate(date) => Content::Date {
            date: to_rfc3339(date.to_datetime()),
        },
        ParsedExtension::SCT(list) => Content::Timestamps {
            timestamps: list.iter().map(timestamp).collect(),
        },
        _ => return None,
    })
}

fn policy(policy: &PolicyInformation<'_>) -> PolicyView {
    let oid = dotted(policy.policy_id.as_bytes());
    let qualifiers = policy.policy_qualifiers.iter().flatten().map(|qualifier| {
        let oid = dotted(qualifier.policy_qualifier_id.as_bytes());
        QualifierView {
            name: oids::other(&oid),
            value: user_notice(qualifier.qualifier)
                .unwrap_or_else(|| strings_in(qualifier.qualifier).join(" ")),
            oid,
        }
    });
    PolicyView {
        qualifiers: qualifiers.collect(),
        name: oids::policy(&oid),
        oid,
    }
}

/// A `UserNotice`, if it is one: the organization with the numbers of its notices, then the text.
fn user_notice(value: &[u8]) -> Option<String> {
    let mut notice = der::only(value).ok()?.open(der::SEQUENCE).ok()?;
    let mut words = Vec::new();
    if notice.peek() == Some(der::SEQUENCE) {
        let mut reference = notice.element().ok()?.open(der::SEQUENCE).ok()?;
        words.extend(strings_in(reference.element().ok()?.raw));
        let mut numbers = reference.element().ok()?.open(der::SEQUENCE).ok()?;
        while !numbers.is_empty() {
            let number = numbers.element().ok()?.expect(der::INTEGER).ok()?;
            words.push(format!("#{}", decimal(number)));
        }
    }
    while !notice.is_empty() {
        words.extend(strings_in(notice.element().ok()?.raw));
    }
    Some(words.join(" "))
}

fn extended_key_usage(value: &[u8]) -> crate::error::Result<Content> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut purposes = Vec::new();
    while !reader.is_empty() {
        let oid = dotted(reader.element()?.expect(der::OBJECT_IDENTIFIER)?);
        let name = oids::purpose(&oid);
        purposes.push(NamedView { oid, name });
    }
    Ok(Content::Purposes { purposes })
}

pub(super) fn distribution_points(points: &CRLDistributionPoints<'_>) -> Content {
    let points = points.points.iter().map(|point| PointView {
        names: point_names(point.distribution_point.as_ref()),
        reasons: reasons(point.reasons.as_ref()),
        issuer: GeneralNameView::all(point.crl_issuer.iter().flatten()),
    });
    Content::Points {
        points: points.collect(),
    }
}

fn point_names(point: Option<&DistributionPointName<'_>>) -> Vec<GeneralNameView> {
    match point {
        None => Vec::new(),
        Some(DistributionPointName::FullName(names)) => GeneralNameView::all(names),
        Some(DistributionPointName::NameRelativeToCRLIssuer(relative)) => {
            let text = relative
                .iter()
                .map(|attribute| escape_bytes(attribute.attr_value().data));
            let value = text.collect::<Vec<_>>().join("+");
            let kind = "relative";
            vec![GeneralNameView { kind, value }]
        }
    }
}

fn access_descriptions(descriptions: &[AccessDescription<'_>]) -> Content {
    let descriptions = descriptions.iter().map(|description| {
        let method = dotted(description.access_method.as_bytes());
        AccessView {
            name: oids::other(&method),
            method,
            location: GeneralNameView::read(&description.access_location),
        }
    });
    Content::Access {
        descriptions: descriptions.collect(),
    }
}

/// RFC 6962 §3.2; the time is in milliseconds since 1970.
fn timestamp(entry: &SignedCertificateTimestamp<'_>) -> TimestampView {
    let seconds = i64::try_from(entry.timestamp / 1000).unwrap_or(i64::MAX);
    let time = time::OffsetDateTime::from_unix_timestamp(seconds);
    TimestampView {
        version: u16::from(entry.version.0) + 1,
        log_id: hex(entry.id.key_id),
        time: time.map(to_rfc3339).ok(),
    }
}

fn reasons(flags: Option<&ReasonFlags>) -> Vec<&'static str> {
    flags.map_or_else(Vec::new, |flags| self::flags(flags.flags, &REASON_FLAGS))
}

/// Returns the name of a `CRLReason` (RFC 5280 §5.3.1).
pub(super) fn reason(code: u8) -> Cow<'static, str> {
    Cow::Borrowed(match code {
        0 => "unspecified",
        1 => "key compromise",
        2 => "CA compromise",
        3 => "affiliation changed",
        4 => "superseded",
        5 => "cessation of operation",
        6 => "certificate hold",
        8 => "remove from CRL",
        9 => "privilege withdrawn",
        10 => "AA compromise",
        other => return format!("reason {other}").into(),
    })
}

fn flags(bits: u16, names: &[&'static str]) -> Vec<&'static str> {
    let bit = |(at, name): (usize, &&'static str)| (bits >> at & 1 == 1).then_some(*name);
    names.iter().enumerate().filter_map(bit).collect()
}

fn set(flags: &[(bool, &'static str)]) -> Vec<&'static str> {
    let set = flags.iter().filter(|(set, _)| *set);
    set.map(|(_, name)| *name).collect()
}

const KEY_USAGES: [&str; 9] = [
    "digital signature",
    "non-repudiation",
    "key encipherment",
    "data encipherment",
    "key agreement",
    "certificate signing",
    "CRL signing",
    "encipher only",
    "decipher only",
];
const REASON_FLAGS: [&str; 9] = [
    "unused",
    "key compromise",
    "CA compromise",
    "affiliation changed",
    "superseded",
    "cessation of operation",
    "certificate hold",
    "privilege withdrawn",
    "AA compromise",
];
