//! General names (RFC 5280 §4.2.1.6), each with what is wrong with it.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use x509_parser::extensions::GeneralName;

use super::oids;
use super::parts::{hex, strings_in};
use crate::der::{self, dotted};
use crate::name::{MaskedAddress, ip_from_octets, parse_name, to_rfc4514};
use crate::text::{Escaped, escape_bytes};

/// A general name, for programs and people.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct GeneralNameView {
    /// `DNS`, `IP`, `email`, `URI`, `directory`, `registered-id`, `other`, `x400`, `edi-party`,
    /// `relative` or `invalid`.
    pub kind: &'static str,
    /// The name as text, made safe to show.
    pub value: String,
}

impl GeneralNameView {
    pub(super) fn read(name: &GeneralName<'_>) -> Self {
        let (kind, value) = match name {
            GeneralName::DNSName(text) => ("DNS", Escaped(text).to_string()),
            GeneralName::RFC822Name(text) => ("email", Escaped(text).to_string()),
            GeneralName::URI(text) => ("URI", Escaped(text).to_string()),
            GeneralName::IPAddress(octets) => (
                "IP",
                address(octets).unwrap_or_else(|| format!("#{}", hex(octets))),
            ),
            GeneralName::DirectoryName(name) => ("directory", name_text(name.as_raw())),
            GeneralName::RegisteredID(oid) => ("registered-id", dotted(oid.as_bytes())),
            GeneralName::OtherName(oid, value) => {
                let oid = dotted(oid.as_bytes());
                let name = oids::named(&oid, oids::other(&oid));
                ("other", format!("{name}: {}", other_value(&oid, value)))
            }
            GeneralName::X400Address(any) => ("x400", hex(any.data)),
            GeneralName::EDIPartyName(any) => ("edi-party", hex(any.data)),
            GeneralName::Invalid(tag, octets) => (
                "invalid",
                format!("tag {}: {}", tag.0, escape_bytes(octets)),
            ),
        };
        Self { kind, value }
    }

    pub(super) fn all<'a>(names: impl IntoIterator<Item = &'a GeneralName<'a>>) -> Vec<Self> {
        names.into_iter().map(Self::read).collect()
    }
}

impl fmt::Display for GeneralNameView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match self.kind {
            "DNS" | "email" | "URI" => quoted(&self.value),
            _ => Cow::Borrowed(self.value.as_str()),
        };
        write!(f, "{}:{value}", self.kind)
    }
}

/// Puts a name into quotation marks if it could pass for several in a list, as in CVE-2021-44532.
pub fn quoted(name: &str) -> Cow<'_, str> {
    match name.contains([',', ' ', '"', ';']) {
        true => Cow::Owned(format!("{name:?}")),
        false => Cow::Borrowed(name),
    }
}

/// Whether a general name is a name, or limits names: an address then has a mask beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Use {
    Constraint,
    Name,
}

/// Finds the first of some names that cannot be.
pub(super) fn fault<'a>(
    names: impl IntoIterator<Item = &'a GeneralName<'a>>,
    used: Use,
) -> Option<String> {
    names.into_iter().find_map(|name| match name {
        GeneralName::IPAddress(octets) => {
            let lengths = match used {
                Use::Constraint => [8, 32],
                Use::Name => [4, 16],
            };
            (!lengths.contains(&octets.len())).then(|| {
                let [four, sixteen] = lengths;
                format!(
                    "an IP address of {} octets, where {four} or {sixteen} belong",
                    octets.len()
                )
            })
        }
        GeneralName::OtherName(_, value) => der::only(value)
            .is_err()
            .then(|| "an other name whose value is not DER".to_owned()),
        GeneralName::Invalid(tag, octets) if !octets.is_ascii() => Some(format!(
            "a name of tag {} that is not ASCII: {}",
            tag.0,
            escape_bytes(octets)
        )),
        GeneralName::Invalid(tag, _) => Some(format!("a name of tag {}, which cannot be", tag.0)),
        _ => None,
    })
}

/// Writes a DER `Name` after RFC 4514, made safe to show.
fn name_text(encoded: &[u8]) -> String {
    parse_name(encoded).map_or_else(|| format!("#{}", hex(encoded)), |rdns| to_rfc4514(&rdns))
}

/// An address, or that of a constraint with its mask.
fn address(octets: &[u8]) -> Option<String> {
    let alone = ip_from_octets(octets).map(|address| address.to_string());
    alone.or_else(|| MaskedAddress::from_octets(octets).map(|masked| masked.to_string()))
}

fn other_value(oid: &str, value: &[u8]) -> String {
    let strings = strings_in(value);
    match &strings[..] {
        [] => hex(value),
        // KRB5PrincipalName (RFC 4556 §3.2.2): the realm, then the components of the name.
        [realm, components @ ..] if oid == "1.3.6.1.5.2.2" && !components.is_empty() => {
            format!("{}@{realm}", components.join("/"))
        }
        _ => strings.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer as _;

    use super::*;

    fn read(encoded: &[u8]) -> (String, Option<String>) {
        let (_, name) = GeneralName::from_der(encoded).unwrap();
        (
            GeneralNameView::read(&name).to_string(),
            fault([&name], Use::Name),
        )
    }

    #[test]
    fn a_kerberos_principal_is_shown_whole() {
        let text = |text: &str| der::element(der::GENERAL_STRING, &[text.as_bytes()]);
        let explicit =
            |number, inner: &[u8]| der::element(der::context_constructed(number), &[inner]);
        let components = der::sequence(&[&text("host"), &text("a.test")]);
        let name = der::sequence(&[
            &explicit(0, &der::element(der::INTEGER, &[&[3]])),
            &explicit(1, &components),
        ]);
        let principal = der::sequence(&[&explicit(0, &text("REALM")), &explicit(1, &name)]);
        let other = der::element(
            0xa0,
            &[
                &der::object_identifier(&[1, 3, 6, 1, 5, 2, 2]),
                &explicit(0, &principal),
            ],
        );
        let (shown, fault) = read(&other);
        assert_eq!(
            shown,
            "other:Kerberos principal name (1.3.6.1.5.2.2): host/a.test@REALM"
        );
        assert_eq!(fault, None);
    }

    #[test]
    fn names_that_cannot_be_are_faults() {
        let (shown, fault) = read(&der::element(der::context(7), &[&[10, 0, 0]]));
        assert_eq!(shown, "IP:#0a0000");
        assert_eq!(
            fault.unwrap(),
            "an IP address of 3 octets, where 4 or 16 belong"
        );
        let (_, fault) = read(&der::element(der::context(2), &[b"caf\xe9"]));
        assert_eq!(
            fault.unwrap(),
            "a name of tag 2 that is not ASCII: caf\\xe9"
        );
    }
}
