//! Name constraints (RFC 5280 §4.2.1.10): what a CA may name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use x509_parser::extensions::GeneralName;

use super::{DnsName, San};
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{Escaped, escape_bytes};

/// The subtrees of names that a CA may and may not issue for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NameConstraints {
    /// If there are any of a name's kind, the name must lie in one of them.
    pub permitted: Vec<Subtree>,
    /// A name may lie in none of these.
    pub excluded: Vec<Subtree>,
    /// Whether a client that does not know name constraints must refuse.
    pub critical: bool,
}

impl NameConstraints {
    /// Reads the extension as `x509-parser` gives it.
    pub(crate) fn from_parsed(
        parsed: &x509_parser::extensions::NameConstraints<'_>,
        critical: bool,
    ) -> Self {
        let subtrees = |list: &Option<Vec<x509_parser::extensions::GeneralSubtree<'_>>>| {
            list.iter()
                .flatten()
                .map(|subtree| Subtree::from_general_name(&subtree.base))
                .collect()
        };
        Self {
            permitted: subtrees(&parsed.permitted_subtrees),
            excluded: subtrees(&parsed.excluded_subtrees),
            critical,
        }
    }

    /// Tells whether a name lies within.
    pub fn permits(&self, name: &San) -> bool {
        let mut of_its_kind = self
            .permitted
            .iter()
            .filter(|subtree| subtree.concerns(name))
            .peekable();
        let permitted =
            of_its_kind.peek().is_none() || of_its_kind.any(|subtree| subtree.contains(name));
        permitted && !self.excluded.iter().any(|subtree| subtree.contains(name))
    }

    /// Adds a host name (with what lies below it, for DNS, e-mail and URIs) or a network.
    pub fn permit(&mut self, permitted: &Permission) {
        let subtrees = match permitted {
            Permission::Domain(name) => Subtree::of_domain(name),
            Permission::Network(subnet) => vec![Subtree::Ip(*subnet)],
        };
        for subtree in subtrees {
            if !self.permitted.contains(&subtree) {
                self.permitted.push(subtree);
            }
        }
    }

    /// Encodes the extension's value, in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let list = |tag: u8, subtrees: &[Subtree]| match subtrees {
            [] => Vec::new(),
            _ => {
                let encoded: Vec<u8> = subtrees
                    .iter()
                    .flat_map(|s| der::sequence(&[&s.general_name()]))
                    .collect();
                der::element(der::context_constructed(tag), &[&encoded])
            }
        };
        der::sequence(&[&list(0, &self.permitted), &list(1, &self.excluded)])
    }
}

/// The base of a subtree of names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Subtree {
    /// A domain and all below it.
    Dns(String),
    /// A mailbox, a host, or (with a leading dot) the hosts below a domain.
    Email(String),
    /// A network.
    Ip(Subnet),
    /// Any other kind of name: its description, for showing.
    Other(String),
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

    fn from_general_name(name: &GeneralName<'_>) -> Self {
        let lower = |text: &str| text.to_ascii_lowercase();
        match name {
            GeneralName::DNSName(base) => Self::Dns(lower(base)),
            GeneralName::RFC822Name(base) => Self::Email(lower(base)),
            GeneralName::URI(base) => Self::Uri(lower(base)),
            GeneralName::IPAddress(octets) => match Subnet::from_octets(octets) {
                Some(subnet) => Self::Ip(subnet),
                None => Self::Other(format!("IP:#{}", data_encoding::HEXLOWER.encode(octets))),
            },
            other => Self::Other(escape_bytes(other.to_string().as_bytes())),
        }
    }

    fn general_name(&self) -> Vec<u8> {
        match self {
            Self::Dns(base) => der::element(der::context(2), &[base.as_bytes()]),
            Self::Email(base) => der::element(der::context(1), &[base.as_bytes()]),
            Self::Ip(subnet) => der::element(der::context(7), &[&subnet.octets()]),
            // Only ever read, never written: kept out of what is made here by `Permission`.
            Self::Other(_) => Vec::new(),
            Self::Uri(base) => der::element(der::context(6), &[base.as_bytes()]),
        }
    }

    fn concerns(&self, name: &San) -> bool {
        matches!(
            (self, name),
            (Self::Dns(_), San::Dns(_))
                | (Self::Email(_), San::Email(_))
                | (Self::Ip(_), San::Ip(_))
                | (Self::Uri(_), San::Uri(_))
        )
    }

    fn contains(&self, name: &San) -> bool {
        match (self, name) {
            (Self::Dns(base), San::Dns(name)) => is_at_or_below(name.as_str(), base),
            (Self::Email(base), San::Email(address)) => match base.contains('@') {
                true => base.eq_ignore_ascii_case(&address.to_string()),
                false => is_host_in(address.host().as_str(), base),
            },
            (Self::Ip(subnet), San::Ip(address)) => subnet.contains(*address),
            (Self::Uri(base), San::Uri(uri)) => uri
                .host()
                .is_some_and(|host| is_host_in(&host.to_ascii_lowercase(), base)),
            _ => false,
        }
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(base) => write!(f, "DNS:{}", Escaped(base)),
            Self::Email(base) => write!(f, "email:{}", Escaped(base)),
            Self::Ip(subnet) => write!(f, "IP:{subnet}"),
            Self::Other(what) => f.write_str(what),
            Self::Uri(base) => write!(f, "URI:{}", Escaped(base)),
        }
    }
}

/// What a CA may be allowed on the command line: a domain with all below it, or a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Permission {
    /// A domain and all below it.
    Domain(String),
    /// A network, or one address.
    Network(Subnet),
}

impl Permission {
    /// What it takes to permit this very name.
    ///
    /// A URI without a host takes nothing: it may be under no constraint on URIs (RFC 5280
    /// §4.2.1.10), so it cannot be permitted.
    pub fn for_name(name: &San) -> Option<Self> {
        match name {
            San::Dns(name) => Some(Self::Domain(
                name.as_str().trim_start_matches("*.").to_owned(),
            )),
            San::Email(address) => Some(Self::Domain(address.host().to_string())),
            San::Ip(address) => Some(Self::Network(Subnet::single(*address))),
            San::Uri(uri) => Some(Self::Domain(uri.host()?.to_ascii_lowercase())),
        }
    }
}

impl FromStr for Permission {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Ok(subnet) = text.parse() {
            return Ok(Self::Network(subnet));
        }
        let name: DnsName = text.trim_start_matches('.').parse()?;
        Ok(Self::Domain(
            name.as_str().trim_start_matches("*.").to_owned(),
        ))
    }
}

/// A network: an address and the length of its prefix.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Subnet {
    address: IpAddr,
    prefix: u8,
}

impl Subnet {
    /// The network of one address.
    pub fn single(address: IpAddr) -> Self {
        Self {
            address,
            prefix: if address.is_ipv4() { 32 } else { 128 },
        }
    }

    /// Tells whether an address lies within.
    pub fn contains(&self, address: IpAddr) -> bool {
        let shift = self.width() - u32::from(self.prefix);
        let same = |a: u128, b: u128| {
            a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
        };
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits()),
            _ => false,
        }
    }

    /// Reads address and mask, 8 or 32 octets; a mask with holes is no network.
    fn from_octets(octets: &[u8]) -> Option<Self> {
        let (address, mask) = octets.split_at(octets.len() / 2);
        let (address, mask, width): (IpAddr, u128, u32) = match octets.len() {
            8 => (
                Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?).into(),
                u128::from(u32::from_be_bytes(mask.try_into().ok()?)) << 96,
                32,
            ),
            32 => (
                Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?).into(),
                u128::from_be_bytes(mask.try_into().ok()?),
                128,
            ),
            _ => return None,
        };
        let prefix = mask.leading_ones();
        let whole = mask.count_ones() == prefix && prefix <= width;
        whole.then_some(Self {
            address,
            prefix: prefix as u8,
        })
    }

    /// Address and mask, as a constraint encodes them.
    fn octets(&self) -> Vec<u8> {
        let shift = self.width() - u32::from(self.prefix);
        match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(shift).unwrap_or(0);
                [(address.to_bits() & mask).to_be_bytes(), mask.to_be_bytes()].concat()
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
                [(address.to_bits() & mask).to_be_bytes(), mask.to_be_bytes()].concat()
            }
        }
    }

    fn width(&self) -> u32 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Subnet {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not a network"),
            )
            .with_hint("write it as 10.0.0.0/8 or fd00::/8")
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let single = Self::single(address.parse().map_err(|_| invalid())?);
        let prefix = prefix.map_or(Ok(single.prefix), |prefix| {
            prefix.parse().map_err(|_| invalid())
        })?;
        if prefix > single.prefix {
            Err(invalid())
        } else {
            Ok(Self { prefix, ..single })
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(permitted: &[&str]) -> NameConstraints {
        let mut constraints = NameConstraints {
            critical: true,
            ..NameConstraints::default()
        };
        permitted
            .iter()
            .for_each(|text| constraints.permit(&text.parse().unwrap()));
        constraints
    }

    fn san(text: &str) -> San {
        text.parse().unwrap()
    }

    #[test]
    fn a_domain_permits_itself_and_what_lies_below() {
        let scope = constraints(&["localhost", "app.test"]);
        for name in [
            "localhost",
            "a.localhost",
            "*.localhost",
            "b.app.test",
            "dev@localhost",
            "dev@x.localhost",
            "https://a.localhost:1/x",
        ] {
            assert!(scope.permits(&san(name)), "{name}");
        }
        for name in [
            "test",
            "xapp.test",
            "localhost.example",
            "dev@example.test",
            "https://example.test/",
            "urn:a:b",
            "https://127.0.0.1/",
        ] {
            assert!(!scope.permits(&san(name)), "{name}");
        }
    }

    #[test]
    fn kinds_without_a_subtree_stay_open() {
        assert!(constraints(&["localhost"]).permits(&san("8.8.8.8")));
        let strict = constraints(&["localhost", "127.0.0.0/8", "::1"]);
        assert!(strict.permits(&san("127.1.2.3")) && strict.permits(&san("::1")));
        assert!(!strict.permits(&san("8.8.8.8")) && !strict.permits(&san("::2")));
    }

    #[test]
    fn what_is_excluded_is_out() {
        let mut scope = constraints(&["test"]);
        scope.excluded = vec![Subtree::Dns("bad.test".into())];
        assert!(scope.permits(&san("good.test")) && !scope.permits(&san("a.bad.test")));
    }

    #[test]
    fn networks_are_read_and_written() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0/0",
            "::/0",
            "fd00::/8",
            "127.0.0.1/32",
            "::1/128",
        ] {
            let subnet: Subnet = text.parse().unwrap();
            assert_eq!(subnet.to_string(), text);
            assert_eq!(
                Subnet::from_octets(&subnet.octets()),
                Some(subnet),
                "{text}"
            );
        }
        for bad in ["10.0.0.0/33", "::/129", "10/8", "a", "1.2.3.4/x"] {
            assert!(bad.parse::<Subnet>().is_err(), "{bad}");
        }
        assert_eq!(Subnet::from_octets(&[10, 0, 0, 0, 255, 0, 255, 0]), None);
    }
}
