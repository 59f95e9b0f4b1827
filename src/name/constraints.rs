//! Name constraints (RFC 5280 §4.2.1.10): what a CA may name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::{Attribute, DnsName, San, Subject, parse_name, to_rfc4514};
use crate::der;
use crate::error::{Error, ErrorKind, Result};
use crate::text::Escaped;

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
    /// Reads the extension's value, in DER.
    ///
    /// Fails with [`ErrorKind::Malformed`].
    pub fn from_der(value: &[u8], critical: bool) -> Result<Self> {
        let mut this = Self {
            critical,
            ..Self::default()
        };
        let mut lists = der::only(value)?.open(der::SEQUENCE)?;
        while !lists.is_empty() {
            let list = lists.element()?;
            let (tag, subtrees) = match list.tag {
                PERMITTED => (PERMITTED, &mut this.permitted),
                _ => (EXCLUDED, &mut this.excluded),
            };
            let mut encoded = list.open(tag)?;
            while !encoded.is_empty() {
                subtrees.push(Subtree::read(encoded.element()?)?);
            }
        }
        Ok(this)
    }

    /// Tells whether a name lies within.
    ///
    /// A URI that has no host name lies within no constraints on URIs (RFC 5280 §4.2.1.10).
    pub fn permits(&self, name: &San) -> bool {
        let concerned = |subtree: &&Subtree| subtree.concerns(name);
        if let San::Uri(uri) = name
            && uri.host_name().is_none()
        {
            let mut all = self.permitted.iter().chain(&self.excluded);
            return all.find(concerned).is_none();
        }
        let mut of_its_kind = self.permitted.iter().filter(concerned).peekable();
        let permitted =
            of_its_kind.peek().is_none() || of_its_kind.any(|subtree| subtree.contains(name));
        permitted && !self.excludes(name)
    }

    /// Tells whether a name lies in what is excluded, so that no permission helps it.
    pub fn excludes(&self, name: &San) -> bool {
        self.excluded.iter().any(|subtree| subtree.contains(name))
    }

    /// Tells whether a subject lies within the constraints on directory names; an empty one does.
    pub fn permits_subject(&self, subject: &Subject) -> bool {
        if subject.is_empty() {
            return true;
        }
        let encoded = subject.to_der();
        let begins = |subtree: &Subtree| match subtree {
            Subtree::Directory(base) => Some(is_name_below(&encoded, base)),
            _ => None,
        };
        let permitted: Vec<bool> = self.permitted.iter().filter_map(begins).collect();
        (permitted.is_empty() || permitted.contains(&true))
            && !self.excluded.iter().filter_map(begins).any(|inside| inside)
    }

    /// Permits a host name (with what lies below it, for DNS, e-mail and URIs) or a network too.
    /// Tells whether there was something to add.
    ///
    /// Where no subtree is permitted, every name of that kind is: a first one would forbid all
    /// others, so none is ever added there.
    pub fn permit(&mut self, permission: &Permission) -> bool {
        let before = self.permitted.len();
        for subtree in permission.subtrees() {
            if !self.is_open_for(&subtree) {
                self.permitted.push(subtree);
            }
        }
        self.permitted.len() > before
    }

    /// Tells whether all that a permission stands for may be issued for.
    pub fn covers(&self, permission: &Permission) -> bool {
        permission.subtrees().iter().all(|subtree| {
            self.is_open_for(subtree) && !self.excluded.iter().any(|out| out.covers(subtree))
        })
    }

    /// What holds under these and the constraints of a CA above: its kinds of names where these do
    /// not limit them, and all that either excludes.
    #[must_use]
    pub fn within(mut self, above: &Self) -> Self {
        let limits = |subtree: &Subtree| {
            let kind = std::mem::discriminant(subtree);
            self.permitted
                .iter()
                .any(|own| std::mem::discriminant(own) == kind)
        };
        let further: Vec<Subtree> = above
            .permitted
            .iter()
            .filter(|subtree| !limits(subtree))
            .cloned()
            .collect();
        self.permitted.extend(further);
        for subtree in &above.excluded {
            if !self.excluded.contains(subtree) {
                self.excluded.push(subtree.clone());
            }
        }
        self.critical |= above.critical;
        self
    }

    /// Tells whether a subtree's kind is not limited, or it lies in one that is permitted.
    fn is_open_for(&self, subtree: &Subtree) -> bool {
        let mut of_its_kind = self
            .permitted
            .iter()
            .filter(|other| std::mem::discriminant(*other) == std::mem::discriminant(subtree))
            .peekable();
        of_its_kind.peek().is_none() || of_its_kind.any(|base| base.covers(subtree))
    }

    /// Encodes the extension's value, in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let list = |tag: u8, subtrees: &[Subtree]| match subtrees {
            [] => Vec::new(),
            _ => {
                let encoded: Vec<u8> = subtrees.iter().flat_map(Subtree::to_der).collect();
                der::element(tag, &[&encoded])
            }
        };
        der::sequence(&[
            &list(PERMITTED, &self.permitted),
            &list(EXCLUDED, &self.excluded),
        ])
    }
}

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
    fn read(encoded: der::Element<'_>) -> Result<Self> {
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
    fn to_der(&self) -> Vec<u8> {
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

    fn contains(&self, name: &San) -> bool {
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
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(base), Self::Dns(name)) => is_at_or_below(name, base),
            (Self::Email(base), Self::Email(name)) | (Self::Uri(base), Self::Uri(name)) => {
                match (base.strip_prefix('.'), name.strip_prefix('.')) {
                    (Some(parent), Some(below)) => below == parent || is_below(below, parent),
                    (None, Some(_)) => false,
                    _ => is_host_in(name, base),
                }
            }
            (Self::Ip(outer), Self::Ip(inner)) => {
                outer.prefix <= inner.prefix && outer.contains(inner.address)
            }
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
    /// A URI without a host name takes nothing: it may be under no constraint on URIs (RFC 5280
    /// §4.2.1.10), so it cannot be permitted.
    pub fn for_name(name: &San) -> Option<Self> {
        match name {
            San::Dns(name) => Some(Self::Domain(
                name.as_str().trim_start_matches("*.").to_owned(),
            )),
            San::Email(address) => Some(Self::Domain(address.host().to_string())),
            San::Ip(address) => Some(Self::Network(Subnet::single(*address))),
            San::Uri(uri) => Some(Self::Domain(uri.host_name()?.to_ascii_lowercase())),
        }
    }

    fn subtrees(&self) -> Vec<Subtree> {
        match self {
            Self::Domain(name) => Subtree::of_domain(name),
            Self::Network(subnet) => vec![Subtree::Ip(*subnet)],
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(name) => f.write_str(name),
            Self::Network(subnet) => subnet.fmt(f),
        }
    }
}

impl FromStr for Permission {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse::<Subnet>() {
            Ok(subnet) => return Ok(Self::Network(subnet)),
            Err(error) if text.contains('/') => return Err(error),
            Err(_) => {}
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

    /// Tells whether it holds every address of its kind.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
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
        let subnet = Self {
            address,
            prefix: prefix as u8,
        };
        whole.then(|| subnet.of_network())
    }

    /// Clears the bits beyond the prefix, which nobody compares.
    fn of_network(self) -> Self {
        let octets = self.octets();
        let address = match self.address {
            IpAddr::V4(_) => <[u8; 4]>::try_from(&octets[..4]).map(IpAddr::from),
            IpAddr::V6(_) => <[u8; 16]>::try_from(&octets[..16]).map(IpAddr::from),
        };
        Self {
            address: address.unwrap_or(self.address),
            ..self
        }
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
            return Err(invalid());
        }
        let subnet = Self { prefix, ..single };
        let network = subnet.of_network();
        if network != subnet {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("{subnet} is an address within the network {network}, and not the network"),
            )
            .with_hint(format!(
                "write {network}, or {} for the one address",
                subnet.address
            )));
        }
        Ok(subnet)
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
fn is_name_below(name: &[u8], base: &[u8]) -> bool {
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

const PERMITTED: u8 = der::context_constructed(0);
const EXCLUDED: u8 = der::context_constructed(1);
const EMAIL: u8 = der::context(1);
const DNS: u8 = der::context(2);
/// Constructed, since `Name` is a CHOICE and so tagged explicitly.
const DIRECTORY: u8 = der::context_constructed(4);
const URI: u8 = der::context(6);
const IP: u8 = der::context(7);

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(permitted: &[&str]) -> NameConstraints {
        let subtrees = |text: &&str| text.parse::<Permission>().unwrap().subtrees();
        NameConstraints {
            permitted: permitted.iter().flat_map(subtrees).collect(),
            excluded: Vec::new(),
            critical: true,
        }
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
    fn a_kind_that_is_open_is_never_narrowed() {
        let mut scope = constraints(&["localhost"]);
        assert!(!scope.permit(&"10.0.0.0/8".parse().unwrap()));
        assert!(scope.permits(&san("8.8.8.8")));
        let mut hosts = NameConstraints {
            permitted: vec![Subtree::Dns("localhost".into())],
            ..NameConstraints::default()
        };
        assert!(hosts.permit(&"a.test".parse().unwrap()));
        assert!(hosts.permits(&san("b.a.test")) && hosts.permits(&san("x@other.test")));
        assert_eq!(hosts.permitted.len(), 2);
    }

    #[test]
    fn what_is_permitted_is_not_permitted_again() {
        let mut scope = constraints(&["foo.org", "10.0.0.0/8"]);
        for text in [
            "foo.org",
            "a.foo.org",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.3",
        ] {
            assert!(scope.covers(&text.parse().unwrap()), "{text}");
            assert!(!scope.permit(&text.parse().unwrap()), "{text}");
        }
        for text in ["org", "xfoo.org", "0.0.0.0/0", "11.0.0.0/8", "::1"] {
            assert!(!scope.covers(&text.parse().unwrap()), "{text}");
        }
        scope.excluded = vec![Subtree::Dns("bad.org".into())];
        let excluded: Permission = "a.bad.org".parse().unwrap();
        scope.permit(&excluded);
        assert!(!scope.covers(&excluded) && scope.excludes(&san("a.bad.org")));
    }

    #[test]
    fn constraints_of_a_chain_add_up() {
        let lower = constraints(&["a.test"]);
        let upper = NameConstraints {
            excluded: vec![Subtree::Dns("bad.a.test".into())],
            ..constraints(&["test", "10.0.0.0/8"])
        };
        assert_eq!(lower.clone().within(&lower), lower);
        let both = lower.within(&upper);
        assert!(both.permits(&san("b.a.test")) && both.permits(&san("10.1.2.3")));
        for name in ["b.test", "bad.a.test", "8.8.8.8"] {
            assert!(!both.permits(&san(name)), "{name}");
        }
    }

    #[test]
    fn a_uri_without_a_host_name_is_under_no_constraint_on_uris() {
        for text in ["urn:a:b", "https://127.0.0.1/", "https://[::1]/"] {
            assert_eq!(Permission::for_name(&san(text)), None, "{text}");
            assert!(!constraints(&["localhost"]).permits(&san(text)), "{text}");
            let scope = NameConstraints {
                excluded: vec![Subtree::Uri(".bad.test".into())],
                ..NameConstraints::default()
            };
            assert!(!scope.permits(&san(text)), "{text}");
            assert!(NameConstraints::default().permits(&san(text)), "{text}");
        }
    }

    #[test]
    fn every_kind_of_subtree_is_carried_over_exactly() {
        let name = "O=a,C=DE".parse::<Subject>().unwrap().to_der();
        let other = der::sequence(&[&der::element(der::context(8), &[&[0x2a, 3]])]);
        let bounded = der::sequence(&[
            &der::element(DNS, &[b"a.test"]),
            &der::element(der::context(0), &[&[1]]),
        ]);
        let holes = der::sequence(&[&der::element(IP, &[&[10, 0, 0, 0, 255, 0, 255, 0]])]);
        let permitted = [
            der::sequence(&[&der::element(DIRECTORY, &[&name])]),
            der::sequence(&[&der::element(EMAIL, &[b"Root@a.test"])]),
            other,
            bounded,
            holes,
        ]
        .concat();
        let value = der::sequence(&[&der::element(der::context_constructed(0), &[&permitted])]);
        let scope = NameConstraints::from_der(&value, true).unwrap();
        assert_eq!(scope.to_der(), value);
        assert_eq!(scope.permitted[0].to_string(), "DirName:O=a,C=DE");
        assert!(scope.permits(&san("Root@a.test")) && !scope.permits(&san("root@a.test")));
        assert!(NameConstraints::from_der(&value[..9], true).is_err());
    }

    #[test]
    fn subjects_are_held_against_directory_names() {
        let subject = |text: &str| text.parse::<Subject>().unwrap();
        let scope = NameConstraints {
            permitted: vec![Subtree::Directory(subject("/C=DE/O=My  Company").to_der())],
            excluded: vec![Subtree::Directory(
                subject("/C=DE/O=my company/OU=x").to_der(),
            )],
            critical: true,
        };
        assert!(scope.permits_subject(&Subject::empty()));
        assert!(scope.permits_subject(&subject("/C=de/O=my company/CN=a")));
        for text in [
            "/O=My Company/CN=a",
            "/C=DE",
            "/C=DE/O=My Company/OU=X/CN=a",
        ] {
            assert!(!scope.permits_subject(&subject(text)), "{text}");
        }
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
        let sloppy = Subnet::from_octets(&[10, 1, 2, 3, 255, 255, 0, 0]);
        assert_eq!(sloppy, "10.1.0.0/16".parse().ok());
        for text in ["10.1.2.3/16", "fd00::1/8"] {
            let error = text.parse::<Permission>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{text} is an address within"))
            );
        }
        let error = "10.1.2.3/16".parse::<Subnet>().unwrap_err();
        assert_eq!(
            error.hint(),
            Some("write 10.1.0.0/16, or 10.1.2.3 for the one address")
        );
    }
}
