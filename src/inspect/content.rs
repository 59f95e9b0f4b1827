//! What extensions say: a value for programs, and lines for people, made from it.

use std::borrow::Cow;

use serde::Serialize;

use super::general_name::GeneralNameView;
use super::oids;

/// The content of an extension, by the shape that its type has.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Content {
    /// Access methods, with places.
    Access {
        /// In the order of the encoding.
        descriptions: Vec<AccessView>,
    },
    /// Authority key identifier.
    AuthorityKey {
        /// In hexadecimal.
        key_id: Option<String>,
        /// The issuer of the authority's certificate.
        issuer: Vec<GeneralNameView>,
        /// Its serial number, in hexadecimal.
        serial: Option<String>,
    },
    /// Basic constraints.
    BasicConstraints {
        /// Whether the subject may issue.
        ca: bool,
        /// How many CAs may follow, not counting the end entity.
        path_length: Option<u32>,
    },
    /// A moment.
    Date {
        /// RFC 3339.
        date: String,
    },
    /// A digest.
    Digest {
        /// In hexadecimal.
        digest: String,
    },
    /// TLS features.
    Features {
        /// By name, or as the number of the TLS extension.
        features: Vec<Cow<'static, str>>,
    },
    /// An issuing distribution point.
    IssuingPoint {
        /// Where the list is to be had.
        names: Vec<GeneralNameView>,
        /// What is not in the list.
        limits: Vec<&'static str>,
        /// The only reasons that are in it.
        reasons: Vec<&'static str>,
    },
    /// Subject key identifier.
    KeyId {
        /// In hexadecimal.
        key_id: String,
    },
    /// Key usage.
    KeyUsage {
        /// In the order of their bits.
        usages: Vec<&'static str>,
    },
    /// Words with their OIDs.
    List {
        /// In the order of the encoding.
        list: Vec<String>,
    },
    /// Policy mappings.
    Mappings {
        /// The issuer's policy and the subject's.
        mappings: Vec<(String, String)>,
    },
    /// Name constraints.
    NameConstraints {
        /// If any of a kind is here, names of the kind must be within one of them.
        permitted: Vec<GeneralNameView>,
        /// No name may be within one of these.
        excluded: Vec<GeneralNameView>,
    },
    /// Alternative names.
    Names {
        /// In the order of the encoding.
        names: Vec<GeneralNameView>,
    },
    /// A number.
    Number {
        /// In hexadecimal.
        number: String,
    },
    /// A time during which a key is used.
    Period {
        /// RFC 3339.
        not_before: Option<String>,
        /// RFC 3339.
        not_after: Option<String>,
    },
    /// Distribution points.
    Points {
        /// In the order of the encoding.
        points: Vec<PointView>,
    },
    /// Certificate policies.
    Policies {
        /// In the order of the encoding.
        policies: Vec<PolicyView>,
    },
    /// Policy constraints.
    PolicyConstraints {
        /// After so many certificates a policy must be explicit.
        require_explicit_policy: Option<u32>,
        /// After so many certificates policies are not mapped.
        inhibit_policy_mapping: Option<u32>,
    },
    /// Extended key usage.
    Purposes {
        /// In the order of the encoding.
        purposes: Vec<NamedView>,
    },
    /// Why something was revoked.
    Reason {
        /// By name.
        reason: Cow<'static, str>,
    },
    /// Inhibit any-policy.
    SkipCertificates {
        /// After so many certificates.
        skip_certificates: u32,
    },
    /// It says all by being there.
    Statement {
        /// What it says.
        #[serde(skip)]
        meaning: &'static str,
    },
    /// Microsoft's certificate template.
    Template {
        /// Its OID.
        template: String,
        /// Major and minor.
        version: String,
    },
    /// Text.
    Text {
        /// Made safe to show.
        text: String,
    },
    /// Signed certificate timestamps.
    Timestamps {
        /// In the order of the encoding.
        timestamps: Vec<TimestampView>,
    },
    /// Netscape certificate type.
    Types {
        /// In the order of their bits.
        types: Vec<&'static str>,
    },
}

/// An OID with its name.
#[derive(Clone, Debug, Serialize)]
pub struct NamedView {
    /// In dotted decimal.
    pub oid: String,
    /// Its common name, if it is known here.
    pub name: Option<&'static str>,
}

/// An access description (RFC 5280 §4.2.2.1).
#[derive(Clone, Debug, Serialize)]
pub struct AccessView {
    /// The method, in dotted decimal.
    pub method: String,
    /// Its common name, if it is known here.
    pub name: Option<&'static str>,
    /// Where.
    pub location: GeneralNameView,
}

/// A distribution point (RFC 5280 §4.2.1.13).
#[derive(Clone, Debug, Serialize)]
pub struct PointView {
    /// Where the list is to be had.
    pub names: Vec<GeneralNameView>,
    /// The reasons that the list is for; all if empty.
    pub reasons: Vec<&'static str>,
    /// Who issues the list, if it is another.
    pub issuer: Vec<GeneralNameView>,
}

/// A certificate policy (RFC 5280 §4.2.1.4).
#[derive(Clone, Debug, Serialize)]
pub struct PolicyView {
    /// In dotted decimal.
    pub oid: String,
    /// Its common name, if it is known here.
    pub name: Option<&'static str>,
    /// What is said beside it.
    pub qualifiers: Vec<QualifierView>,
}

/// A qualifier of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct QualifierView {
    /// In dotted decimal.
    pub oid: String,
    /// Its common name, if it is known here.
    pub name: Option<&'static str>,
    /// Its text; a notice's numbers stand after `#`.
    pub value: String,
}

/// A signed certificate timestamp (RFC 6962 §3.2).
#[derive(Clone, Debug, Serialize)]
pub struct TimestampView {
    /// 1 for RFC 6962's.
    pub version: u16,
    /// In hexadecimal.
    pub log_id: String,
    /// RFC 3339; null if there is no such time.
    pub time: Option<String>,
}

impl Content {
    /// Says it in lines; those that are part of the one before are indented.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Access { descriptions } => descriptions
                .iter()
                .map(|access| {
                    let method = access.name.unwrap_or(&access.method);
                    format!("{method} {}", access.location)
                })
                .collect(),
            Self::AuthorityKey {
                key_id,
                issuer,
                serial,
            } => {
                let mut lines: Vec<String> = key_id.iter().cloned().collect();
                lines.extend(issuer.iter().map(|name| format!("issuer {name}")));
                lines.extend(serial.iter().map(|serial| format!("serial {serial}")));
                lines
            }
            Self::BasicConstraints { ca, path_length } => vec![match (ca, path_length) {
                (false, _) => "not a CA".to_owned(),
                (true, None) => "CA, any path length".to_owned(),
                (true, Some(limit)) => format!("CA, path length {limit}"),
            }],
            Self::Date { date } => vec![date.clone()],
            Self::Digest { digest } => vec![digest.clone()],
            Self::Features { features } => vec![features.join(", ")],
            Self::IssuingPoint {
                names,
                limits,
                reasons,
            } => {
                let mut lines: Vec<String> = names.iter().map(ToString::to_string).collect();
                lines.extend(limits.iter().map(|limit| (*limit).to_owned()));
                if !reasons.is_empty() {
                    lines.push(format!("for {} only", reasons.join(", ")));
                }
                lines
            }
            Self::KeyId { key_id } => vec![key_id.clone()],
            Self::KeyUsage { usages } => vec![usages.join(", ")],
            Self::List { list } => vec![list.join(", ")],
            Self::Mappings { mappings } => mappings
                .iter()
                .map(|(issuer, subject)| format!("{issuer} is {subject} to the subject"))
                .collect(),
            Self::NameConstraints {
                permitted,
                excluded,
            } => [("permits", permitted), ("excludes", excluded)]
                .into_iter()
                .filter(|(_, names)| !names.is_empty())
                .map(|(verb, names)| format!("{verb} {}", joined(names)))
                .collect(),
            Self::Names { names } => vec![joined(names)],
            Self::Number { number } => vec![format!("0x{number}")],
            Self::Period {
                not_before,
                not_after,
            } => {
                let side = |time: &Option<String>| time.clone().unwrap_or("any time".to_owned());
                vec![format!("{} to {}", side(not_before), side(not_after))]
            }
            Self::Points { points } => points.iter().flat_map(PointView::lines).collect(),
            Self::Policies { policies } => policies.iter().flat_map(PolicyView::lines).collect(),
            Self::PolicyConstraints {
                require_explicit_policy,
                inhibit_policy_mapping,
            } => {
                let explicit = require_explicit_policy
                    .map(|count| format!("an explicit policy after {count} certificates"));
                let mapping = inhibit_policy_mapping
                    .map(|count| format!("no policy mapping after {count} certificates"));
                explicit.into_iter().chain(mapping).collect()
            }
            Self::Purposes { purposes } => {
                let words: Vec<&str> = purposes
                    .iter()
                    .map(|purpose| purpose.name.unwrap_or(&purpose.oid))
                    .collect();
                vec![words.join(", ")]
            }
            Self::Reason { reason } => vec![reason.to_string()],
            Self::SkipCertificates { skip_certificates } => {
                vec![format!("after {skip_certificates} certificates")]
            }
            Self::Statement { meaning } => vec![(*meaning).to_owned()],
            Self::Template { template, version } => vec![format!("{template}, version {version}")],
            Self::Text { text } => vec![text.clone()],
            Self::Timestamps { timestamps } => timestamps
                .iter()
                .map(|entry| {
                    let time = entry.time.as_deref().unwrap_or("at an impossible time");
                    format!("{time} by log {}", entry.log_id)
                })
                .collect(),
            Self::Types { types } => vec![types.join(", ")],
        }
    }
}

impl PointView {
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        lines.extend(self.issuer.iter().map(|name| format!("  issued by {name}")));
        if !self.reasons.is_empty() {
            lines.push(format!("  for {}", self.reasons.join(", ")));
        }
        lines
    }
}

impl PolicyView {
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![oids::named(&self.oid, self.name)];
        lines.extend(self.qualifiers.iter().map(|qualifier| {
            let kind = qualifier.name.unwrap_or(&qualifier.oid);
            format!("  {kind}: {}", qualifier.value)
        }));
        lines
    }
}

fn joined(names: &[GeneralNameView]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}
