//! RFC 5280 on names: the attributes of distinguished names, and alternative names.

use std::net::IpAddr;

use super::Rule;
use super::Severity::Warning;
use super::case::{ALWAYS, Attribute, Case, listed, quoted};
use crate::der;
use crate::name::{DnsName, Email, GeneralName, Uri, short_type};

pub const RULES: &[Rule] = &[
    Rule {
        id: "name-malformed",
        citation: "RFC 5280 §4.1.2.4",
        check: |case| {
            let fault = case.name_fault.as_deref()?;
            Some(format!("subject or issuer cannot be read: {fault}"))
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-too-long",
        citation: "RFC 5280 §A.1",
        check: |case| {
            attribute(case, |attribute| {
                let (length, bound) = (
                    attribute.text().chars().count(),
                    upper_bound(&attribute.oid)?,
                );
                (length > bound)
                    .then(|| format!("has {length} characters, and at most {bound} are allowed"))
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-empty",
        citation: "RFC 5280 §A.1",
        check: |case| {
            attribute(case, |attribute| {
                let empty = attribute.content.is_empty();
                empty.then(|| {
                    "is empty, and has one character at least: leave the attribute out".into()
                })
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "country-not-two-letters",
        citation: "RFC 5280 §A.1",
        check: |case| {
            attribute(case, |attribute| {
                let text = attribute.text();
                let sound = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
                (attribute.oid == COUNTRY && !sound).then(|| {
                    format!(
                        "is {}, and a country is two capital letters of ISO 3166",
                        quoted(&text)
                    )
                })
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-type-of-string",
        citation: "RFC 5280 §A.1",
        check: |case| {
            attribute(case, |attribute| {
                let (types, wanted) = string_types(&attribute.oid)?;
                (!types.contains(&attribute.tag))
                    .then(|| format!("is {}, and must be {wanted}", string_name(attribute.tag)))
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-string-outdated",
        severity: Warning,
        citation: "RFC 5280 §4.1.2.4",
        check: |case| {
            attribute(case, |attribute| {
                let old = [der::TELETEX_STRING, der::BMP_STRING, UNIVERSAL_STRING]
                    .contains(&attribute.tag);
                old.then(|| {
                    format!(
                        "is {}, and new certificates have UTF8String instead",
                        string_name(attribute.tag)
                    )
                })
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "attribute-characters-unfit",
        citation: "X.680 §41",
        check: |case| {
            attribute(case, |attribute| {
                let unfit = unfit_character(attribute)?;
                Some(format!(
                    "holds {}, which {} cannot",
                    quoted(&unfit),
                    string_name(attribute.tag)
                ))
            })
        },
        ..ALWAYS
    },
    Rule {
        id: "email-in-subject",
        severity: Warning,
        citation: "RFC 5280 §4.1.2.6",
        check: |case| {
            let list = listed(
                case.values(EMAIL_ADDRESS)
                    .filter(|email| case.has_name(email)),
            )?;
            Some(format!(
                "its subject has the e-mail address {list}, which stands among the alternative names and belongs nowhere else"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "email-not-in-names",
        citation: "RFC 5280 §4.1.2.6",
        check: |case| {
            let list = listed(
                case.values(EMAIL_ADDRESS)
                    .filter(|email| case.lacks_name(email)),
            )?;
            Some(format!(
                "its subject has the e-mail address {list}, which is not among its alternative names, where it must be"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "dns-name-underscore",
        severity: Warning,
        citation: "RFC 5280 §4.2.1.6, CA/B BR §7.1.4.2.1",
        check: |case| {
            let list = listed(case.dns_names().filter(|name| name.contains('_')))?;
            Some(format!(
                "the name {list} has an underscore, which no host name has, and Java refuses"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "dns-name-trailing-dot",
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let list = listed(
                case.dns_names()
                    .filter(|name| name.len() > 1 && name.ends_with('.')),
            )?;
            Some(format!(
                "the name {list} ends in a dot, and a name in a certificate has none"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "wildcard-misplaced",
        citation: "RFC 9525 §6.3",
        check: |case| {
            let misplaced = |name: &&str| name.strip_prefix("*.").unwrap_or(name).contains('*');
            let list = listed(case.dns_names().filter(misplaced))?;
            Some(format!(
                "the name {list} has a wildcard that clients do not take: it must be the whole first label, before others"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "address-as-dns-name",
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let list = listed(
                case.dns_names()
                    .filter(|name| name.parse::<IpAddr>().is_ok()),
            )?;
            Some(format!(
                "the address {list} is written as a DNS name, where clients do not look: it belongs in an IP name"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "dns-name-unfit",
        citation: "RFC 5280 §4.2.1.6, RFC 1034 §3.5",
        check: |case| {
            let list = listed(case.dns_names().filter(|name| is_unfit(name)))?;
            Some(format!("the DNS name {list} is no host name"))
        },
        ..ALWAYS
    },
    Rule {
        id: "email-unfit",
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let list = listed(case.names().iter().filter_map(|name| match name {
                GeneralName::Email(text) if text.parse::<Email>().is_err() => Some(text),
                _ => None,
            }))?;
            Some(format!(
                "the e-mail name {list} is not a mailbox, such as name@host.example"
            ))
        },
        ..ALWAYS
    },
    Rule {
        id: "uri-unfit",
        citation: "RFC 5280 §4.2.1.6",
        check: |case| {
            let list = listed(case.names().iter().filter_map(|name| match name {
                GeneralName::Uri(text) if text.parse::<Uri>().is_err() => Some(text),
                _ => None,
            }))?;
            Some(format!("the URI {list} is not absolute, or not one at all"))
        },
        ..ALWAYS
    },
    Rule {
        id: "domain-component-unfit",
        citation: "RFC 4519 §2.4",
        check: |case| {
            attribute(case, |attribute| {
                let text = attribute.text();
                let label = !text.is_empty()
                    && text
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
                (attribute.oid == DOMAIN_COMPONENT && !label)
                    .then(|| format!("is {}, and must be one label of a host name", quoted(&text)))
            })
        },
        ..ALWAYS
    },
];

/// Tells of the first attribute of subject or issuer in which something is wrong. In a certificate that
/// issued itself both are the same.
fn attribute(case: &Case<'_>, wrong: impl Fn(&Attribute<'_>) -> Option<String>) -> Option<String> {
    let sides = [("subject", &case.subject), ("issuer", &case.issuer)];
    sides.into_iter().find_map(|(side, attributes)| {
        attributes.iter().find_map(|attribute| {
            let name = short_type(&attribute.oid).unwrap_or(&attribute.oid);
            Some(format!(
                "the attribute {name} of its {side} {}",
                wrong(attribute)?
            ))
        })
    })
}

/// Whether a DNS name is no host name for a reason that has no rule of its own.
fn is_unfit(name: &str) -> bool {
    let plain = name.strip_prefix("*.").unwrap_or(name);
    let known = plain.contains('*') || plain.ends_with('.') || plain.parse::<IpAddr>().is_ok();
    !known && plain.parse::<DnsName>().is_err()
}

/// The first character that an attribute's type of string does not have.
fn unfit_character(attribute: &Attribute<'_>) -> Option<String> {
    let is_fit = |byte: &u8| match attribute.tag {
        der::PRINTABLE_STRING => byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte),
        der::NUMERIC_STRING => byte.is_ascii_digit() || *byte == b' ',
        der::IA5_STRING => byte.is_ascii(),
        der::VISIBLE_STRING => (b' '..=b'~').contains(byte),
        _ => true,
    };
    match attribute.tag {
        der::UTF8_STRING => {
            let valid = std::str::from_utf8(attribute.content);
            let place = valid.err()?.valid_up_to();
            Some(crate::text::escape_bytes(&attribute.content[place..=place]))
        }
        _ => {
            let unfit = attribute.content.iter().find(|byte| !is_fit(byte))?;
            Some(crate::text::escape_bytes(&[*unfit]))
        }
    }
}

/// The upper bounds of RFC 5280 §A.1, in characters.
fn upper_bound(oid: &str) -> Option<usize> {
    Some(match oid {
        // Country and DN qualifier aside: the one has its own rule, the other no bound.
        "2.5.4.3" | "2.5.4.5" | "2.5.4.10" | "2.5.4.11" | "2.5.4.12" => 64,
        "2.5.4.7" | "2.5.4.8" | "2.5.4.9" | "2.5.4.65" => 128,
        "2.5.4.17" => 40,
        EMAIL_ADDRESS => 255,
        "2.5.4.4" | "2.5.4.42" | "2.5.4.43" | "2.5.4.44" | "2.5.4.41" => 32768,
        _ => return None,
    })
}

/// The types of string that an attribute may have, and what they are called.
fn string_types(oid: &str) -> Option<(&'static [u8], &'static str)> {
    match oid {
        COUNTRY | "2.5.4.5" | "2.5.4.46" => Some((&[der::PRINTABLE_STRING], "a PrintableString")),
        DOMAIN_COMPONENT | EMAIL_ADDRESS => Some((&[der::IA5_STRING], "an IA5String")),
        "2.5.4.3" | "2.5.4.4" | "2.5.4.7" | "2.5.4.8" | "2.5.4.9" | "2.5.4.10" | "2.5.4.11"
        | "2.5.4.12" | "2.5.4.17" | "2.5.4.41" | "2.5.4.42" | "2.5.4.43" | "2.5.4.44"
        | "2.5.4.65" => Some((
            &DIRECTORY_STRING,
            "one of the types of a DirectoryString, best UTF8String",
        )),
        _ => None,
    }
}

fn string_name(tag: u8) -> String {
    match tag {
        der::UTF8_STRING => "a UTF8String".into(),
        der::NUMERIC_STRING => "a NumericString".into(),
        der::PRINTABLE_STRING => "a PrintableString".into(),
        der::TELETEX_STRING => "a TeletexString".into(),
        der::IA5_STRING => "an IA5String".into(),
        der::VISIBLE_STRING => "a VisibleString".into(),
        UNIVERSAL_STRING => "a UniversalString".into(),
        der::BMP_STRING => "a BMPString".into(),
        _ => format!("of tag 0x{tag:02x}"),
    }
}

const UNIVERSAL_STRING: u8 = 0x1c;
/// RFC 5280 §4.1.2.4.
const DIRECTORY_STRING: [u8; 5] = [
    der::UTF8_STRING,
    der::PRINTABLE_STRING,
    der::TELETEX_STRING,
    der::BMP_STRING,
    UNIVERSAL_STRING,
];
pub const COUNTRY: &str = "2.5.4.6";
pub const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";
pub const DOMAIN_COMPONENT: &str = "0.9.2342.19200300.100.1.25";
