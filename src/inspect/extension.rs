//! Extensions (RFC 5280 §4.2 and §5.2), each shown by itself: a damaged one hides no other.

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::{Value, json};
use x509_parser::extensions::{
    CRLDistributionPoints, DistributionPointName, GeneralName, IssuingDistributionPoint,
    ParsedExtension, PolicyInformation, ReasonFlags, SubjectAlternativeName, X509Extension,
};
use x509_parser::prelude::FromDer as _;

use super::oids;
use crate::der::{self, Reader, dotted};
use crate::name::{parse_name, to_rfc4514};
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
    /// What it says, for programs; null if it is not known here or damaged.
    pub value: Value,
    /// What is wrong with it.
    pub fault: Option<String>,
    /// Its DER in hexadecimal, where nothing else is known of it; at most 4096 bytes.
    pub hex: Option<String>,
    /// What it says, for people.
    #[serde(skip)]
    pub lines: Vec<String>,
}

impl ExtensionView {
    /// Explains an extension.
    pub(super) fn read(extension: &X509Extension<'_>) -> Self {
        let oid = dotted(extension.oid.as_bytes());
        let name = oids::extension(&oid);
        let decoded = match extension.parsed_extension() {
            ParsedExtension::ParseError { .. } => {
                Err("its content is not what its type asks for".to_owned())
            }
            ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::Unparsed => {
                decode_ourselves(&oid, extension.value)
            }
            ParsedExtension::ExtendedKeyUsage(_) => extended_key_usage(extension.value)
                .map(Some)
                .map_err(|error| error.to_string()),
            parsed => Ok(Some(decode(parsed))),
        };
        let trailing = der::only(extension.value)
            .is_err()
            .then(|| "its content is not one DER element".to_owned());
        let (decoded, fault) = match decoded {
            Ok(decoded) => (decoded, trailing),
            Err(fault) => (None, Some(fault)),
        };
        let hex = decoded.is_none().then(|| hex(extension.value));
        let Decoded { value, lines } = decoded.unwrap_or_else(Decoded::nothing);
        Self {
            oid,
            name,
            critical: extension.critical,
            value,
            fault,
            hex,
            lines,
        }
    }
}

/// What an extension says, for programs and for people.
struct Decoded {
    value: Value,
    lines: Vec<String>,
}

impl Decoded {
    fn nothing() -> Self {
        Self {
            value: Value::Null,
            lines: Vec::new(),
        }
    }

    fn one(value: Value, line: impl Into<String>) -> Self {
        Self {
            value,
            lines: vec![line.into()],
        }
    }

    /// A list of words, which are shown as they are.
    fn words(key: &str, words: Vec<String>) -> Self {
        let line = words.join(", ");
        Self::one(json!({ key: words }), line)
    }
}

/// A general name (RFC 5280 §4.2.1.6), for programs and people.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct GeneralNameView {
    /// `DNS`, `IP`, `email`, `URI`, `directory`, `registered-id`, or `other`.
    pub kind: String,
    /// The name as text, made safe to show.
    pub value: String,
}

impl GeneralNameView {
    pub(super) fn read(name: &GeneralName<'_>) -> Self {
        let plain = |kind: &str, text: &str| (kind.to_owned(), Escaped(text).to_string());
        let (kind, value) = match name {
            GeneralName::DNSName(text) => plain("DNS", text),
            GeneralName::RFC822Name(text) => plain("email", text),
            GeneralName::URI(text) => plain("URI", text),
            GeneralName::IPAddress(octets) => ("IP".to_owned(), address(octets)),
            GeneralName::DirectoryName(name) => ("directory".to_owned(), name_text(name.as_raw())),
            GeneralName::RegisteredID(oid) => ("registered-id".to_owned(), dotted(oid.as_bytes())),
            GeneralName::OtherName(oid, value) => {
                let oid = dotted(oid.as_bytes());
                (
                    "other".to_owned(),
                    format!(
                        "{}: {}",
                        oids::named(&oid, oids::other(&oid)),
                        other_value(value)
                    ),
                )
            }
            GeneralName::X400Address(any) => ("x400".to_owned(), hex(any.data)),
            GeneralName::EDIPartyName(any) => ("edi-party".to_owned(), hex(any.data)),
            GeneralName::Invalid(tag, octets) => (
                "invalid".to_owned(),
                format!("tag {}: {}", tag.0, escape_bytes(octets)),
            ),
        };
        Self { kind, value }
    }
}

impl std::fmt::Display for GeneralNameView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

/// Writes a DER `Name` after RFC 4514, made safe to show.
pub(super) fn name_text(encoded: &[u8]) -> String {
    parse_name(encoded).map_or_else(|| format!("#{}", hex(encoded)), |rdns| to_rfc4514(&rdns))
}

/// Hexadecimal, cut where nobody reads on.
pub(super) fn hex(octets: &[u8]) -> String {
    let shown = &octets[..octets.len().min(MAX_HEX)];
    let cut = if shown.len() < octets.len() {
        "…"
    } else {
        ""
    };
    format!("{}{cut}", HEXLOWER.encode(shown))
}

/// What `x509-parser` has taken apart.
fn decode(parsed: &ParsedExtension<'_>) -> Decoded {
    match parsed {
        ParsedExtension::AuthorityKeyIdentifier(id) => authority_key_identifier(id),
        ParsedExtension::SubjectKeyIdentifier(id) => {
            Decoded::one(json!({ "key_id": hex(id.0) }), hex(id.0))
        }
        ParsedExtension::KeyUsage(usage) => {
            Decoded::words("usages", flags(usage.flags, &KEY_USAGES))
        }
        ParsedExtension::CertificatePolicies(policies) => certificate_policies(policies),
        ParsedExtension::PolicyMappings(mappings) => {
            let pairs = mappings.mappings.iter().map(|mapping| {
                let side = |oid: &x509_parser::der_parser::oid::Oid<'_>| dotted(oid.as_bytes());
                (
                    side(&mapping.issuer_domain_policy),
                    side(&mapping.subject_domain_policy),
                )
            });
            let pairs: Vec<(String, String)> = pairs.collect();
            let lines = pairs
                .iter()
                .map(|(issuer, subject)| format!("{issuer} is {subject} to the subject"))
                .collect();
            Decoded {
                value: json!({ "mappings": pairs }),
                lines,
            }
        }
        ParsedExtension::SubjectAlternativeName(names) => names_of(&names.general_names),
        ParsedExtension::IssuerAlternativeName(names) => names_of(&names.general_names),
        ParsedExtension::BasicConstraints(constraints) => {
            let limit = constraints.path_len_constraint;
            let line = match (constraints.ca, limit) {
                (false, _) => "not a CA".to_owned(),
                (true, None) => "CA, any path length".to_owned(),
                (true, Some(limit)) => format!("CA, path length {limit}"),
            };
            Decoded::one(json!({ "ca": constraints.ca, "path_length": limit }), line)
        }
        ParsedExtension::NameConstraints(constraints) => name_constraints(constraints),
        ParsedExtension::PolicyConstraints(constraints) => policy_constraints(constraints),
        ParsedExtension::CRLDistributionPoints(points) => distribution_points(points),
        ParsedExtension::InhibitAnyPolicy(inhibit) => {
            let line = format!("after {} certificates", inhibit.skip_certs);
            Decoded::one(json!({ "skip_certificates": inhibit.skip_certs }), line)
        }
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
            Decoded::words(
                "types",
                all.iter()
                    .filter(|(set, _)| *set)
                    .map(|(_, name)| (*name).to_owned())
                    .collect(),
            )
        }
        ParsedExtension::NsCertComment(text) => text_of(text),
        ParsedExtension::IssuingDistributionPoint(point) => issuing_distribution_point(point),
        ParsedExtension::CRLNumber(number) => {
            let number = hex(&number.to_bytes_be());
            Decoded::one(json!({ "number": number }), format!("0x{number}"))
        }
        ParsedExtension::ReasonCode(code) => {
            let name = reason(code.0);
            Decoded::one(json!({ "reason": name }), name)
        }
        ParsedExtension::InvalidityDate(date) => {
            let date = to_rfc3339(date.to_datetime());
            Decoded::one(json!({ "date": date }), date)
        }
        ParsedExtension::SCT(list) => timestamps(list),
        _ => Decoded::nothing(),
    }
}

fn authority_key_identifier(id: &x509_parser::extensions::AuthorityKeyIdentifier<'_>) -> Decoded {
    let key_id = id.key_identifier.as_ref().map(|id| hex(id.0));
    let issuer: Vec<_> = id
        .authority_cert_issuer
        .iter()
        .flatten()
        .map(GeneralNameView::read)
        .collect();
    let serial = id.authority_cert_serial.map(hex);
    let mut lines: Vec<String> = key_id.iter().cloned().collect();
    lines.extend(issuer.iter().map(|name| format!("issuer {name}")));
    lines.extend(serial.iter().map(|serial| format!("serial {serial}")));
    Decoded {
        value: json!({ "key_id": key_id, "issuer": issuer, "serial": serial }),
        lines,
    }
}

fn certificate_policies(policies: &[PolicyInformation<'_>]) -> Decoded {
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for policy in policies {
        let oid = dotted(policy.policy_id.as_bytes());
        lines.push(oids::named(&oid, oids::policy(&oid)));
        let mut qualifiers = Vec::new();
        for qualifier in policy.policy_qualifiers.iter().flatten() {
            let kind = dotted(qualifier.policy_qualifier_id.as_bytes());
            let text = strings_in(qualifier.qualifier).join(" ");
            lines.push(format!("  {}: {text}", oids::other(&kind).unwrap_or(&kind)));
            qualifiers.push(json!({ "oid": kind, "name": oids::other(&kind), "value": text }));
        }
        values.push(json!({ "oid": oid, "name": oids::policy(&oid), "qualifiers": qualifiers }));
    }
    Decoded {
        value: json!({ "policies": values }),
        lines,
    }
}

fn names_of(names: &[GeneralName<'_>]) -> Decoded {
    let names: Vec<_> = names.iter().map(GeneralNameView::read).collect();
    let line = names
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    Decoded::one(json!({ "names": names }), line)
}

fn name_constraints(constraints: &x509_parser::extensions::NameConstraints<'_>) -> Decoded {
    let side =
        |list: &Option<Vec<x509_parser::extensions::GeneralSubtree<'_>>>| -> Vec<GeneralNameView> {
            list.iter()
                .flatten()
                .map(|subtree| GeneralNameView::read(&subtree.base))
                .collect()
        };
    let (permitted, excluded) = (
        side(&constraints.permitted_subtrees),
        side(&constraints.excluded_subtrees),
    );
    let mut lines = Vec::new();
    for (verb, list) in [("permits", &permitted), ("excludes", &excluded)] {
        if !list.is_empty() {
            let names = list.iter().map(ToString::to_string).collect::<Vec<_>>();
            lines.push(format!("{verb} {}", names.join(", ")));
        }
    }
    Decoded {
        value: json!({ "permitted": permitted, "excluded": excluded }),
        lines,
    }
}

fn policy_constraints(constraints: &x509_parser::extensions::PolicyConstraints) -> Decoded {
    let (explicit, mapping) = (
        constraints.require_explicit_policy,
        constraints.inhibit_policy_mapping,
    );
    let mut lines = Vec::new();
    lines.extend(explicit.map(|count| format!("an explicit policy after {count} certificates")));
    lines.extend(mapping.map(|count| format!("no policy mapping after {count} certificates")));
    Decoded {
        value: json!({ "require_explicit_policy": explicit, "inhibit_policy_mapping": mapping }),
        lines,
    }
}

/// In the order of the encoding, which `x509-parser` does not keep.
fn extended_key_usage(value: &[u8]) -> crate::error::Result<Decoded> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(dotted(reader.element()?.expect(der::OBJECT_IDENTIFIER)?));
    }
    let words: Vec<&str> = all
        .iter()
        .map(|oid| oids::purpose(oid).unwrap_or(oid))
        .collect();
    let purposes: Vec<Value> = all
        .iter()
        .map(|oid| json!({ "oid": oid, "name": oids::purpose(oid) }))
        .collect();
    Ok(Decoded::one(
        json!({ "purposes": purposes }),
        words.join(", "),
    ))
}

fn distribution_points(points: &CRLDistributionPoints<'_>) -> Decoded {
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for point in &points.points {
        let names = point
            .distribution_point
            .as_ref()
            .map(point_names)
            .unwrap_or_default();
        let reasons = point.reasons.as_ref().map(reasons).unwrap_or_default();
        let issuer: Vec<_> = point
            .crl_issuer
            .iter()
            .flatten()
            .map(GeneralNameView::read)
            .collect();
        lines.extend(names.iter().map(ToString::to_string));
        lines.extend(issuer.iter().map(|name| format!("  issued by {name}")));
        if !reasons.is_empty() {
            lines.push(format!("  for {}", reasons.join(", ")));
        }
        values.push(json!({ "names": names, "reasons": reasons, "issuer": issuer }));
    }
    Decoded {
        value: json!({ "points": values }),
        lines,
    }
}

fn issuing_distribution_point(point: &IssuingDistributionPoint<'_>) -> Decoded {
    let names = point
        .distribution_point
        .as_ref()
        .map(point_names)
        .unwrap_or_default();
    let limits = [
        (point.only_contains_user_certs, "end entities only"),
        (point.only_contains_ca_certs, "CAs only"),
        (
            point.only_contains_attribute_certs,
            "attribute certificates only",
        ),
        (point.indirect_crl, "of several issuers"),
    ];
    let limits: Vec<&str> = limits
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, text)| *text)
        .collect();
    let reasons = point
        .only_some_reasons
        .as_ref()
        .map(reasons)
        .unwrap_or_default();
    let mut lines: Vec<String> = names.iter().map(ToString::to_string).collect();
    lines.extend(limits.iter().map(|limit| (*limit).to_owned()));
    Decoded {
        value: json!({ "names": names, "limits": limits, "reasons": reasons }),
        lines,
    }
}

fn access_descriptions(descriptions: &[x509_parser::extensions::AccessDescription<'_>]) -> Decoded {
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for description in descriptions {
        let oid = dotted(description.access_method.as_bytes());
        let place = GeneralNameView::read(&description.access_location);
        lines.push(format!("{} {place}", oids::other(&oid).unwrap_or(&oid)));
        values.push(json!({ "method": oid, "name": oids::other(&oid), "location": place }));
    }
    Decoded {
        value: json!({ "descriptions": values }),
        lines,
    }
}

/// RFC 6962 §3.2; the time is in milliseconds since 1970.
fn timestamps(list: &[x509_parser::extensions::SignedCertificateTimestamp<'_>]) -> Decoded {
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for entry in list {
        let seconds = i64::try_from(entry.timestamp / 1000).unwrap_or(i64::MAX);
        let time = time::OffsetDateTime::from_unix_timestamp(seconds)
            .map(to_rfc3339)
            .ok();
        let log = hex(entry.id.key_id);
        lines.push(format!(
            "{} by log {log}",
            time.as_deref().unwrap_or("at an impossible time")
        ));
        values.push(
            json!({ "version": u16::from(entry.version.0) + 1, "log_id": log, "time": time }),
        );
    }
    Decoded {
        value: json!({ "timestamps": values }),
        lines,
    }
}

/// The types that `x509-parser` does not know; nothing for those that are not known here either.
fn decode_ourselves(oid: &str, value: &[u8]) -> Result<Option<Decoded>, String> {
    let fault = |_| "its content is not what its type asks for".to_owned();
    let decoded = match oid {
        "1.3.6.1.5.5.7.1.24" => features(value).map_err(fault)?,
        "1.3.6.1.4.1.11129.2.4.3" => {
            Decoded::one(json!({}), "a precertificate, which is no certificate")
        }
        "1.3.6.1.5.5.7.48.1.5" => Decoded::one(json!({}), "its own revocation is not looked up"),
        "2.5.29.46" => {
            let points = CRLDistributionPoints::from_der(value)
                .map_err(|_| "its content is damaged".to_owned())?;
            distribution_points(&points.1)
        }
        "2.5.29.29" => {
            let names = SubjectAlternativeName::from_der(value)
                .map_err(|_| "its content is damaged".to_owned())?;
            names_of(&names.1.general_names)
        }
        "2.5.29.27" | "1.3.6.1.4.1.311.21.1" => {
            let number = hex(der::only(value)
                .and_then(|element| element.expect(der::INTEGER))
                .map_err(fault)?);
            Decoded::one(json!({ "number": number }), format!("0x{number}"))
        }
        "2.5.29.16" => usage_period(value).map_err(fault)?,
        "1.3.6.1.5.5.7.1.31" => {
            let digest = hex(der::only(value)
                .and_then(|e| e.expect(der::OCTET_STRING))
                .map_err(fault)?);
            Decoded::one(json!({ "digest": digest }), digest)
        }
        "1.3.6.1.4.1.311.21.7" => template(value).map_err(fault)?,
        "2.5.29.9" | "1.3.6.1.4.1.311.21.10" | "1.2.840.113549.1.9.15" | "1.3.6.1.5.5.7.1.3" => {
            list_of_oids(value).map_err(fault)?
        }
        "1.3.6.1.4.1.311.20.2"
        | "1.2.840.113533.7.65.0"
        | "2.16.840.1.113730.1.2"
        | "2.16.840.1.113730.1.3"
        | "2.16.840.1.113730.1.4"
        | "2.16.840.1.113730.1.7"
        | "2.16.840.1.113730.1.8"
        | "2.16.840.1.113730.1.12" => {
            let text = strings_in(value).join(" ");
            Decoded::one(json!({ "text": text }), text)
        }
        _ => return Ok(None),
    };
    Ok(Some(decoded))
}

/// RFC 7633: numbers of TLS extensions; 5 is `status_request`, known as "must staple".
fn features(value: &[u8]) -> crate::error::Result<Decoded> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut words = Vec::new();
    while !reader.is_empty() {
        words.push(match reader.element()?.expect(der::INTEGER)? {
            [5] => "status_request (must staple)".to_owned(),
            [17] => "status_request_v2".to_owned(),
            other => format!("0x{}", hex(other)),
        });
    }
    Ok(Decoded::words("features", words))
}

/// RFC 3280 §4.2.1.4.
fn usage_period(value: &[u8]) -> crate::error::Result<Decoded> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let (mut from, mut until) = (None, None);
    while !reader.is_empty() {
        let element = reader.element()?;
        let text = Some(generalized_time(element.content));
        match element.tag {
            0x80 => from = text,
            _ => until = text,
        }
    }
    let line = format!(
        "{} to {}",
        from.as_deref().unwrap_or("any time"),
        until.as_deref().unwrap_or("any time")
    );
    Ok(Decoded::one(
        json!({ "not_before": from, "not_after": until }),
        line,
    ))
}

/// A GeneralizedTime of RFC 5280's form as RFC 3339 has it; any other as it stands.
fn generalized_time(content: &[u8]) -> String {
    let text = escape_bytes(content);
    let digits = text
        .strip_suffix('Z')
        .filter(|digits| digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit()));
    digits.map_or(text.clone(), |d| {
        format!(
            "{}-{}-{}T{}:{}:{}Z",
            &d[..4],
            &d[4..6],
            &d[6..8],
            &d[8..10],
            &d[10..12],
            &d[12..]
        )
    })
}

/// `CertificateTemplate`: the template's OID, then its version.
fn template(value: &[u8]) -> crate::error::Result<Decoded> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let oid = dotted(reader.element()?.expect(der::OBJECT_IDENTIFIER)?);
    let mut version = Vec::new();
    while !reader.is_empty() {
        version.push(
            reader
                .element()?
                .content
                .iter()
                .fold(0u64, |sum, octet| sum << 8 | u64::from(*octet))
                .to_string(),
        );
    }
    let version = version.join(".");
    Ok(Decoded::one(
        json!({ "template": oid, "version": version }),
        format!("{oid}, version {version}"),
    ))
}

/// A SEQUENCE of SEQUENCEs that each begin with an OID.
fn list_of_oids(value: &[u8]) -> crate::error::Result<Decoded> {
    let mut reader = der::only(value)?.open(der::SEQUENCE)?;
    let mut words = Vec::new();
    while !reader.is_empty() {
        let oid = dotted(
            reader
                .element()?
                .open(der::SEQUENCE)?
                .element()?
                .expect(der::OBJECT_IDENTIFIER)?,
        );
        words.push(oids::named(
            &oid,
            oids::other(&oid).or_else(|| oids::purpose(&oid)),
        ));
    }
    Ok(Decoded::words("list", words))
}

fn text_of(text: &str) -> Decoded {
    let text = Escaped(text).to_string();
    Decoded::one(json!({ "text": text }), text)
}

fn point_names(point: &DistributionPointName<'_>) -> Vec<GeneralNameView> {
    match point {
        DistributionPointName::FullName(names) => names.iter().map(GeneralNameView::read).collect(),
        DistributionPointName::NameRelativeToCRLIssuer(relative) => {
            let text = relative
                .iter()
                .map(|attribute| escape_bytes(attribute.attr_value().data));
            let value = text.collect::<Vec<_>>().join("+");
            vec![GeneralNameView {
                kind: "relative".to_owned(),
                value,
            }]
        }
    }
}

fn reasons(flags: &ReasonFlags) -> Vec<String> {
    self::flags(flags.flags, &REASON_FLAGS)
}

/// Returns the name of a `CRLReason` (RFC 5280 §5.3.1).
pub(super) fn reason(code: u8) -> String {
    let name = match code {
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
        other => return format!("reason {other}"),
    };
    name.to_owned()
}

fn flags(bits: u16, names: &[&str]) -> Vec<String> {
    let set = names
        .iter()
        .enumerate()
        .filter(|(at, _)| bits >> at & 1 == 1);
    set.map(|(_, name)| (*name).to_owned()).collect()
}

fn address(octets: &[u8]) -> String {
    use std::net::{Ipv4Addr, Ipv6Addr};
    let (four, sixteen) = (
        |o: &[u8]| <[u8; 4]>::try_from(o).map(Ipv4Addr::from),
        |o: &[u8]| <[u8; 16]>::try_from(o).map(Ipv6Addr::from),
    );
    let half = octets.len() / 2;
    let text = match octets.len() {
        4 => four(octets).map(|a| a.to_string()).ok(),
        16 => sixteen(octets).map(|a| a.to_string()).ok(),
        8 => four(&octets[..half])
            .and_then(|a| four(&octets[half..]).map(|m| network(&a, m.to_bits().into(), 32, &m)))
            .ok(),
        32 => sixteen(&octets[..half])
            .and_then(|a| sixteen(&octets[half..]).map(|m| network(&a, m.to_bits(), 128, &m)))
            .ok(),
        _ => None,
    };
    text.unwrap_or_else(|| format!("#{}", hex(octets)))
}

/// A constraint's address and mask: as a prefix where the mask is one.
fn network(
    address: &dyn std::fmt::Display,
    mask: u128,
    width: u32,
    written: &dyn std::fmt::Display,
) -> String {
    let prefix = (mask << (128 - width)).leading_ones();
    match mask.count_ones() == prefix {
        true => format!("{address}/{prefix}"),
        false => format!("{address}/{written}"),
    }
}

fn other_value(value: &[u8]) -> String {
    let strings = strings_in(value);
    if strings.is_empty() {
        hex(value)
    } else {
        strings.join(" ")
    }
}

/// The strings within a value, in their order, not deeper than qualifiers and other names go.
fn strings_in(value: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    collect_strings(value, MAX_DEPTH, &mut found);
    found
}

fn collect_strings(value: &[u8], depth: usize, found: &mut Vec<String>) {
    let mut reader = Reader::new(value);
    while let Ok(element) = reader.element() {
        match element.tag {
            der::UTF8_STRING | der::PRINTABLE_STRING | der::IA5_STRING | 0x14 | 0x1a | 0x1b => {
                found.push(escape_bytes(element.content));
            }
            0x1e => {
                let units = element
                    .content
                    .chunks_exact(2)
                    .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                let text: String = char::decode_utf16(units)
                    .map(|c| c.unwrap_or('\u{fffd}'))
                    .collect();
                found.push(Escaped(&text).to_string());
            }
            tag if tag & 0x20 != 0 && depth > 0 => {
                collect_strings(element.content, depth - 1, found)
            }
            _ => {}
        }
    }
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
/// The largest extension seen in use, an SCT list or logotype, has fewer bytes.
const MAX_HEX: usize = 4096;
/// A user notice has its text three levels down.
const MAX_DEPTH: usize = 5;
