//! The subtrees that name constraints are made of.

use std::fmt;

use super::general::{is_kind, size, size_of_directory, uri_host};
use super::{FoldedName, GeneralName, Subnet, ip_from_octets, parse_name, to_rfc4514};
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Escaped;

/// The base of a subtree of names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subtree {
    /// The subjects that begin with the attributes of a `Name`, in DER.
    Directory(Vec<u8>),
    /// A domain and all below it.
    Dns(String),
    /// A mailbox, a host, or (with a leading dot) the hosts below a domain.
    Email(String),
    /// A network.
    Ip(Subnet),
    /// Anything else: the whole `GeneralSubtree` in DER, so that it can be carried over.
    Other(Vec<u8>),
    /// A host, or (with a leading dot) the hosts below a domain, in URIs.
    Uri(String),
}

impl Subtree {
    /// The subtrees that hold a domain with all below it, in each kind of name that has hosts.
    ///
    /// For DNS names the base covers what lies below; for e-mail and URIs that takes a second
    /// subtree with a leading dot (RFC 5280 §4.2.1.10).
    pub fn of_domain(name: &str) -> Vec<Self> {
        let below = format!(".{name}");
        vec![
            Self::Dns(name.to_owned()),
            Self::Email(name.to_owned()),
            Self::Email(below.clone()),
            Self::Uri(name.to_owned()),
            Self::Uri(below),
        ]
    }

    /// Reads a `GeneralSubtree`.
    ///
    /// Fails if its base is of no kind that a name can be of: it would constrain nothing.
    pub(super) fn read(encoded: der::Element<'_>) -> Result<Self> {
        let mut fields = encoded.open(der::SEQUENCE)?;
        let base = fields.element()?;
        if !is_kind(base.tag) {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!(
                    "a subtree has the tag 0x{:02x}, which is no name's",
                    base.tag
                ),
            ));
        }
        let text = || {
            std::str::from_utf8(base.content)
                .ok()
                .filter(|text| text.is_ascii())
        };
        // A minimum or maximum is of no use to anybody (RFC 5280 §4.2.1.10), and kept all the same.
        let known = match base.tag {
            _ if !fields.is_empty() => None,
            EMAIL => text()
                .filter(|text| mailbox(text).is_some() || is_host_base(text))
                .map(|text| Self::Email(lower_host(text))),
            DNS => text()
                .filter(|text| text.is_empty() || is_host_base(text))
                .map(|text| Self::Dns(text.to_ascii_lowercase())),
            DIRECTORY => {
                FoldedName::from_der(base.content).map(|_| Self::Directory(base.content.to_vec()))
            }
            URI => text()
                .filter(|text| is_host_base(text))
                .map(|text| Self::Uri(text.to_ascii_lowercase())),
            IP => Subnet::from_octets(base.content).map(Self::Ip),
            _ => None,
        };
        Ok(known.unwrap_or_else(|| Self::Other(encoded.raw.to_vec())))
    }

    /// Encodes the `GeneralSubtree`.
    pub(super) fn to_der(&self) -> Vec<u8> {
        let base = match self {
            Self::Directory(name) => der::element(DIRECTORY, &[name]),
            Self::Dns(base) => der::element(DNS, &[base.as_bytes()]),
            Self::Email(base) => der::element(EMAIL, &[base.as_bytes()]),
            Self::Ip(subnet) => der::element(IP, &[&subnet.octets()]),
            Self::Other(whole) => return whole.clone(),
            Self::Uri(base) => der::element(URI, &[base.as_bytes()]),
        };
        der::sequence(&[&base])
    }

    /// Tells whether it speaks of names of this kind.
    pub fn concerns(&self, name: &GeneralName) -> bool {
        self.tag() == name.tag()
    }

    /// Returns for how many short ones it counts, as [`GeneralName::size`].
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Directory(base) => size_of_directory(base.len()),
            Self::Dns(base) | Self::Email(base) | Self::Uri(base) => size(base.len()),
            Self::Ip(_) | Self::Other(_) => 1,
        }
    }

    /// The tag of the kind of names that it speaks of.
    pub(super) fn tag(&self) -> u8 {
        match self {
            Self::Directory(_) => DIRECTORY,
            Self::Dns(_) => DNS,
            Self::Email(_) => EMAIL,
            Self::Ip(_) => IP,
            Self::Other(whole) => {
                let base = || der::only(whole)?.open(der::SEQUENCE)?.element();
                base().map_or(0, |base| base.tag)
            }
            Self::Uri(_) => URI,
        }
    }

    /// Returns the base as text that is safe to show, without its kind.
    pub fn base(&self) -> String {
        match self {
            Self::Directory(name) => to_rfc4514(&parse_name(name).unwrap_or_default()),
            Self::Dns(base) | Self::Email(base) | Self::Uri(base) => Escaped(base).to_string(),
            Self::Ip(subnet) => subnet.to_string(),
            Self::Other(whole) => format!("#{}", data_encoding::HEXLOWER.encode(whole)),
        }
    }

    /// Tells whether all that a name stands for lies within; nothing if that cannot be told: of kinds that
    /// are not known here, of hosts, mailboxes, addresses and masks that are none, of URIs without a host
    /// name (RFC 5280 §4.2.1.10).
    pub(crate) fn contains(&self, name: &GeneralName) -> Option<bool> {
        match (self, name) {
            (Self::Directory(base), GeneralName::Directory(name)) => is_name_below(name, base),
            (Self::Dns(base), GeneralName::Dns(name)) => {
                let name = host(name);
                is_host(name.strip_prefix("*.").unwrap_or(&name))
                    .then(|| is_at_or_below(&name, base))
            }
            // OpenSSL compares the local part with its case.
            (Self::Email(base), GeneralName::Email(address)) => {
                let (_, host) = mailbox(address)?;
                Some(match base.contains('@') {
                    true => *base == lower_host(address),
                    false => is_host_in(&host.to_ascii_lowercase(), base),
                })
            }
            (Self::Ip(subnet), GeneralName::Ip(octets)) => {
                Some(subnet.contains(ip_from_octets(octets)?))
            }
            (Self::Uri(base), GeneralName::Uri(uri)) => {
                let name = host(uri_host(uri)?);
                (is_host(&name) && !is_numeric(&name)).then(|| is_host_in(&name, base))
            }
            _ => None,
        }
    }

    /// Tells whether anything that a name stands for lies within. A wildcard stands for hosts one label
    /// below its domain, so it also reaches into a subtree that is one of them (CVE-2025-61727).
    pub(super) fn touches(&self, name: &GeneralName) -> Option<bool> {
        if let (Self::Dns(base), GeneralName::Dns(name)) = (self, name)
            && let Some(domain) = host(name).strip_prefix("*.")
            && let Some((_, parent)) = base.split_once('.')
            && parent == domain
        {
            return Some(true);
        }
        self.contains(name)
    }

    /// Tells whether another subtree lies within this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(base), Self::Dns(name)) => is_at_or_below(name, base),
            (Self::Email(base), Self::Email(name)) | (Self::Uri(base), Self::Uri(name)) => {
                match (base.strip_prefix('.'), name.strip_prefix('.')) {
                    (Some(parent), Some(below)) => below == parent || is_below(below, parent),
                    (None, Some(_)) => false,
                    _ => is_host_in(name, base),
                }
            }
            (Self::Ip(outer), Self::Ip(inner)) => outer.covers(inner),
            _ => false,
        }
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Directory(_) => "DirName:",
            Self::Dns(_) => "DNS:",
            Self::Email(_) => "email:",
            Self::Ip(_) => "IP:",
            Self::Other(_) => "",
            Self::Uri(_) => "URI:",
        };
        write!(f, "{kind}{}", self.base())
    }
}

/// RFC 5280 §4.2.1.10: any name made by adding labels to the left of the base. A leading dot, which
/// many CAs write though the RFC has it for URIs only, leaves the base itself out.
fn is_at_or_below(name: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(parent) => is_below(name, parent),
        None => base.is_empty() || name == base || is_below(name, base),
    }
}

/// RFC 5280 §4.2.1.10 for hosts of e-mail addresses and URIs: a leading dot means all below.
fn is_host_in(host: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(parent) => is_below(host, parent),
        None => host == base,
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Tells whether it is a host name without the dot of the root. Underscores and hyphens stand anywhere in
/// names that are in use.
fn is_host(text: &str) -> bool {
    text.split('.').all(|label| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(fits)
    })
}

/// Tells whether it may be the base of a subtree of hosts: anything else would match no name, and what it
/// was to exclude would be allowed.
fn is_host_base(text: &str) -> bool {
    is_host(text.strip_prefix('.').unwrap_or(text))
}

/// Tells whether a host is an address, which some programs write as a single number or in octal: by the
/// last label, as URL parsers do (WHATWG URL §3.5).
fn is_numeric(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or(host);
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x")
}

/// Splits a mailbox (RFC 5321 §4.1.2) in two. Only a quoted local part may hold another @.
fn mailbox(address: &str) -> Option<(&str, &str)> {
    let (local, host) = address.rsplit_once('@')?;
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_plain = !local.is_empty() && !local.contains(['@', '"', ' ']);
    ((is_quoted || is_plain) && is_host(host)).then_some((local, host))
}

/// A mailbox keeps the case of its local part.
fn lower_host(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, host)) => format!("{local}@{}", host.to_ascii_lowercase()),
        None => text.to_ascii_lowercase(),
    }
}

/// Nothing if either is malformed, or it cannot be told.
pub(super) fn is_name_below(name: &[u8], base: &[u8]) -> Option<bool> {
    FoldedName::from_der(name)?.begins_with(&FoldedName::from_der(base)?)
}

/// A host name as it is compared: in lower case, and without the dot of the root.
fn host(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

pub(super) const EMAIL: u8 = der::context(1);
pub(super) const DNS: u8 = der::context(2);
/// Constructed, since `Name` is a CHOICE and so tagged explicitly.
pub(super) const DIRECTORY: u8 = der::context_constructed(4);
pub(super) const URI: u8 = der::context(6);
pub(super) const IP: u8 = der::context(7);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_of_a_kind_that_names_have() {
        let read = |tag: u8, base: &[u8]| {
            let encoded = der::sequence(&[&der::element(tag, &[base])]);
            Subtree::read(der::only(&encoded).unwrap())
        };
        for (tag, base) in [(DNS, &b"a.test"[..]), (0x88, &[0x2a]), (0xa0, &[5, 0])] {
            assert!(read(tag, base).is_ok(), "{tag:x}");
        }
        // A constructed dNSName, an INTEGER, and a directoryName that is not constructed.
        for tag in [0xa2, 0x02, 0x84] {
            assert!(read(tag, b"a.test").is_err(), "{tag:x}");
        }
        // A Name with something behind it is none.
        let odd = read(DIRECTORY, &[0x30, 0, 5, 0]).unwrap();
        assert!(matches!(odd, Subtree::Other(_)));
    }
}
