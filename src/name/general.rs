//! Names of any kind, as certificates hold them.

use std::fmt;
use std::net::IpAddr;

use super::subtree::{DIRECTORY, DNS, EMAIL, IP, URI};
use super::{San, ip_from_octets, parse_name, to_rfc4514};
use crate::der;
use crate::error::Result;
use crate::text::{Escaped, escape_bytes};

/// A `GeneralName` (RFC 5280 §4.2.1.6) as it was found: whether its content can be is not decided here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GeneralName {
    /// A `Name`, in DER.
    Directory(Vec<u8>),
    /// What should be a host name.
    Dns(String),
    /// What should be a mailbox.
    Email(String),
    /// The octets of what should be an address.
    Ip(Vec<u8>),
    /// Another kind: all of its DER, whose tag tells which.
    Other(Vec<u8>),
    /// What should be a URI.
    Uri(String),
}

impl GeneralName {
    /// Reads a `GeneralName`. Octets that are no UTF-8 are written as `\x…`, so that they equal no name.
    pub fn read(element: der::Element<'_>) -> Self {
        let text = || {
            let text = std::str::from_utf8(element.content).map(str::to_owned);
            text.unwrap_or_else(|_| escape_bytes(element.content))
        };
        match element.tag {
            EMAIL => Self::Email(text()),
            DNS => Self::Dns(text()),
            DIRECTORY => Self::Directory(element.content.to_vec()),
            URI => Self::Uri(text()),
            IP => Self::Ip(element.content.to_vec()),
            _ => Self::Other(element.raw.to_vec()),
        }
    }

    /// Reads `GeneralNames`: one name or more.
    ///
    /// Fails with [`ErrorKind::Malformed`](crate::error::ErrorKind::Malformed) if it is no sequence.
    pub fn read_all(sequence: der::Element<'_>, tag: u8) -> Result<Vec<Self>> {
        let mut names = sequence.open(tag)?;
        let mut all = Vec::new();
        while !names.is_empty() {
            all.push(Self::read(names.element()?));
        }
        Ok(all)
    }

    /// The tag of its kind.
    pub(super) fn tag(&self) -> u8 {
        match self {
            Self::Directory(_) => DIRECTORY,
            Self::Dns(_) => DNS,
            Self::Email(_) => EMAIL,
            Self::Ip(_) => IP,
            Self::Other(whole) => whole.first().copied().unwrap_or_default(),
            Self::Uri(_) => URI,
        }
    }

    /// Tells whether its tag is that of a kind of names at all.
    pub fn is_of_a_kind(&self) -> bool {
        is_kind(self.tag())
    }

    /// Returns the address, if it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(octets) => ip_from_octets(octets),
            _ => None,
        }
    }

    /// Returns for how many short names it counts where names are compared: to read a long one, or one
    /// of attributes, takes longer.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Directory(name) => size_of_directory(name.len()),
            Self::Ip(_) | Self::Other(_) => 1,
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => size(text.len()),
        }
    }

    /// Returns the prefix by which OpenSSL and others tell the kinds apart.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Directory(_) => "DirName",
            Self::Dns(_) => "DNS",
            Self::Email(_) => "email",
            Self::Ip(_) => "IP",
            Self::Other(_) => "other",
            Self::Uri(_) => "URI",
        }
    }
}

impl fmt::Display for GeneralName {
    /// Writes it without its kind, safe to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(name) => {
                f.write_str(&to_rfc4514(&parse_name(name).unwrap_or_default()))
            }
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => Escaped(text).fmt(f),
            Self::Ip(octets) => match ip_from_octets(octets) {
                Some(address) => address.fmt(f),
                None => write!(f, "#{}", data_encoding::HEXLOWER.encode(octets)),
            },
            Self::Other(whole) => write!(f, "#{}", data_encoding::HEXLOWER.encode(whole)),
        }
    }
}

impl From<&San> for GeneralName {
    fn from(name: &San) -> Self {
        match name {
            San::Dns(name) => Self::Dns(name.to_string()),
            San::Email(address) => Self::Email(address.to_string()),
            San::Ip(IpAddr::V4(address)) => Self::Ip(address.octets().to_vec()),
            San::Ip(IpAddr::V6(address)) => Self::Ip(address.octets().to_vec()),
            San::Uri(uri) => Self::Uri(uri.to_string()),
        }
    }
}

/// Tells whether a tag is that of a kind of names (RFC 5280 §4.2.1.6).
pub(super) fn is_kind(tag: u8) -> bool {
    // Those with a structure inside (otherName, x400Address, directoryName and ediPartyName), then
    // strings, octets and the registeredID.
    matches!(tag, 0xa0 | 0xa3..=0xa5 | 0x81 | 0x82 | 0x86..=0x88)
}

/// A host name has 253 octets at most.
pub(super) fn size(octets: usize) -> usize {
    1 + octets / 256
}

/// One with a single short attribute has some 16 octets.
pub(super) fn size_of_directory(octets: usize) -> usize {
    1 + octets / 16
}

/// Returns the host of a URI's authority, if there is one: what name constraints speak of.
pub(super) fn uri_host(uri: &str) -> Option<&str> {
    // RFC 3986 §3: after the first colon or nowhere; further ones stand in a path or a query.
    let rest = uri.split_once(':')?.1.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.rsplit_once(':').map_or(host, |(host, _)| host),
    };
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_tags() {
        let read = |tag: u8, content: &[u8]| {
            let encoded = der::element(tag, &[content]);
            GeneralName::read(der::only(&encoded).unwrap())
        };
        assert_eq!(read(DNS, b"a.test").to_string(), "a.test");
        assert_eq!(read(DNS, b"\xff").to_string(), "\\xff");
        assert_eq!(read(IP, &[10, 0, 0, 1]).to_string(), "10.0.0.1");
        assert_eq!(read(IP, &[10, 0]).to_string(), "#0a00");
        assert_eq!(read(IP, &[10, 0]).address(), None);
        let other = read(der::context(8), &[0x2a, 3]);
        assert_eq!((other.tag(), other.kind()), (der::context(8), "other"));
        for text in ["a.test", "a@b.test", "::1", "https://a.test/"] {
            let san: San = text.parse().unwrap();
            assert_eq!(GeneralName::from(&san).to_string(), text);
        }
    }

    #[test]
    fn a_tag_has_the_form_of_its_kind() {
        let kinds: Vec<u8> = (0..=u8::MAX).filter(|tag| is_kind(*tag)).collect();
        assert_eq!(
            kinds,
            [0x81, 0x82, 0x86, 0x87, 0x88, 0xa0, 0xa3, 0xa4, 0xa5]
        );
    }
}
