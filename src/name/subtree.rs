//! The subtrees that name constraints are made of.

use std::fmt;

use super::{Attribute, San, Subnet, parse_name, to_rfc4514};
use crate::der;
use crate::error::Result;
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
    pub(super) fn read(encoded: der::Element<'_>) -> Result<Self> {
        let mut fields = encoded.open(der::SEQUENCE)?;
        let base = fields.element()?;
        let text = || {
            std::str::from_utf8(base.content)
                .ok()
                .filter(|text| text.is_ascii())
        };
        // A minimum or maximum is of no use to anybody (RFC 5280 §4.2.1.10), and kept all the same.
        let known = match base.tag {
            _ if !fields.is_empty() => None,
            EMAIL => text().map(|text| Self::Email(lower_host(text))),
            DNS => text().map(|text| Self::Dns(text.to_ascii_lowercase())),
            DIRECTORY => parse_name(base.content).map(|_| Self::Directory(base.content.to_vec())),
            URI => text().map(|text| Self::Uri(text.to_ascii_lowercase())),
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
    pub fn concerns(&self, name: &San) -> bool {
        matches!(
            (self, name),
            (Self::Dns(_), San::Dns(_))
                | (Self::Email(_), San::Email(_))
                | (Self::Ip(_), San::Ip(_))
                | (Self::Uri(_), San::Uri(_))
        )
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

    pub(super) fn contains(&self, name: &San) -> bool {
        match (self, name) {
            (Self::Dns(base), San::Dns(name)) => is_at_or_below(name.as_str(), base),
            // OpenSSL compares the local part with its case.
            (Self::Email(base), San::Email(address)) => match base.contains('@') {
                true => *base == address.to_string(),
                false => is_host_in(address.host().as_str(), base),
            },
            (Self::Ip(subnet), San::Ip(address)) => subnet.contains(*address),
            (Self::Uri(base), San::Uri(uri)) => uri
                .host_name()
                .is_some_and(|host| is_host_in(&host.to_ascii_lowercase(), base)),
            _ => false,
        }
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

/// A mailbox keeps the case of its local part.
fn lower_host(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((local, host)) => format!("{local}@{}", host.to_ascii_lowercase()),
        None => text.to_ascii_lowercase(),
    }
}

/// RFC 5280 §7.1, as far as OpenSSL goes: attributes from the front, text without regard to the case
/// of ASCII letters and to the number of spaces.
pub(super) fn is_name_below(name: &[u8], base: &[u8]) -> bool {
    let folded = |encoded: &[u8]| -> Option<Vec<Vec<Attribute>>> {
        let mut rdns = parse_name(encoded)?;
        for attribute in rdns.iter_mut().flatten().filter(|it| it.is_text) {
            let words: Vec<&str> = attribute.text.split_ascii_whitespace().collect();
            attribute.text = words.join(" ").to_ascii_lowercase();
        }
        Some(rdns)
    };
    match (folded(name), folded(base)) {
        (Some(name), Some(base)) => {
            // The order within a multi-valued one says nothing.
            let same = |a: &Vec<Attribute>, b: &Vec<Attribute>| {
                a.len() == b.len() && a.iter().all(|attribute| b.contains(attribute))
            };
            base.len() <= name.len() && base.iter().zip(&name).all(|(a, b)| same(a, b))
        }
        _ => false,
    }
}

pub(super) const EMAIL: u8 = der::context(1);
pub(super) const DNS: u8 = der::context(2);
/// Constructed, since `Name` is a CHOICE and so tagged explicitly.
pub(super) const DIRECTORY: u8 = der::context_constructed(4);
const URI: u8 = der::context(6);
pub(super) const IP: u8 = der::context(7);
