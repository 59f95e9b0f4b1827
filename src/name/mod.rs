//! Names: what a certificate is for, whom it names, and what a CA may name.

mod constraints;
mod dns;
mod folded;
mod general;
mod permission;
mod subject;
mod subnet;
mod subtree;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

pub use constraints::{NameConstraints, Objection};
pub use dns::DnsName;
pub use folded::FoldedName;
pub use general::GeneralName;
pub use permission::Permission;
pub use subject::{Attribute, Subject, parse_name, short_type, to_rfc4514};
pub use subnet::{MaskedAddress, Subnet};
pub use subtree::Subtree;

use crate::error::{Error, ErrorKind, Result};

/// One subject alternative name (`GeneralName`, RFC 5280 §4.2.1.6) of the kinds that are issued here.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum San {
    /// `dNSName`.
    Dns(DnsName),
    /// `rfc822Name`.
    Email(Email),
    /// `iPAddress`.
    Ip(IpAddr),
    /// `uniformResourceIdentifier`.
    Uri(Uri),
}

impl San {
    /// Reads a name of a request.
    ///
    /// Fails as [`Self::try_from`] does.
    pub(crate) fn of_request(name: &x509_parser::extensions::GeneralName<'_>) -> Result<Self> {
        use x509_parser::extensions::GeneralName as Asked;
        Self::try_from(&match name {
            Asked::DNSName(name) => GeneralName::Dns((*name).to_owned()),
            Asked::RFC822Name(address) => GeneralName::Email((*address).to_owned()),
            Asked::URI(uri) => GeneralName::Uri((*uri).to_owned()),
            Asked::IPAddress(octets) => GeneralName::Ip(octets.to_vec()),
            other => return Err(not_issued(other)),
        })
    }

    /// Returns a file name made of this name: it holds no separator and never starts with a dot.
    pub fn file_stem(&self) -> String {
        let text = self.to_string().replace('*', "_wildcard");
        let fit = |c: char| {
            if c.is_ascii_alphanumeric() || "._-+".contains(c) {
                c
            } else {
                '_'
            }
        };
        let stem: String = text.chars().map(fit).take(MAX_FILE_STEM).collect();
        if stem.starts_with(['.', '-']) {
            format!("_{stem}")
        } else {
            stem
        }
    }

    /// Returns the prefix by which OpenSSL and others tell the kinds apart.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Dns(_) => "DNS",
            Self::Email(_) => "email",
            Self::Ip(_) => "IP",
            Self::Uri(_) => "URI",
        }
    }
}

impl TryFrom<&GeneralName> for San {
    type Error = Error;

    /// Takes a name of the kinds that are issued here.
    ///
    /// Fails with [`ErrorKind::Unsupported`] for other kinds, and with [`ErrorKind::InvalidName`].
    fn try_from(name: &GeneralName) -> Result<Self> {
        match name {
            GeneralName::Dns(name) => name.parse().map(Self::Dns),
            GeneralName::Email(address) => address.parse().map(Self::Email),
            GeneralName::Uri(uri) => uri.parse().map(Self::Uri),
            GeneralName::Ip(octets) => ip_from_octets(octets).map(Self::Ip).ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidName,
                    format!("an IP address of {} bytes", octets.len()),
                )
            }),
            GeneralName::Directory(_) | GeneralName::Other(_) => Err(not_issued(name)),
        }
    }
}

impl fmt::Display for San {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => name.fmt(f),
            Self::Email(address) => address.fmt(f),
            Self::Ip(address) => address.fmt(f),
            Self::Uri(uri) => uri.fmt(f),
        }
    }
}

impl FromStr for San {
    type Err = Error;

    /// Recognises the kind of a name: an IP address, a URI, an e-mail address, else a host name.
    ///
    /// Fails with [`ErrorKind::InvalidName`], saying why it is none of them.
    fn from_str(text: &str) -> Result<Self> {
        if let Some(address) = parse_ip(text) {
            return Ok(Self::Ip(address));
        }
        if text.contains("://") || has_opaque_scheme(text) {
            return text.parse().map(Self::Uri);
        }
        if let Some((prefix, name)) = text.split_once(':')
            && ["dns", "ip", "email", "uri"].contains(&prefix.to_ascii_lowercase().as_str())
            && !name.is_empty()
        {
            return Err(invalid(text, "a name").with_hint(format!(
                "names are written plainly, and their kind is told: {name}"
            )));
        }
        if let Some((one, other)) = text.split_once(',') {
            return Err(invalid(text, "one name").with_hint(format!(
                "names stand apart: {} {}",
                one.trim(),
                other.trim()
            )));
        }
        if let Some((address, zone)) = text.split_once('%')
            && parse_ip(address).is_some()
        {
            return Err(invalid(text, "a name").with_hint(format!(
                "a certificate has no zone (%{zone}); write the address alone: {address}"
            )));
        }
        if let Some(address) = text.strip_prefix("mailto:") {
            return Err(
                invalid(text, "a name").with_hint(format!("write the address alone: {address}"))
            );
        }
        if text.contains('@') {
            return text.parse().map(Self::Email);
        }
        if let Some((host, port)) = text.rsplit_once(':')
            && !port.is_empty()
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(Error::new(
                ErrorKind::InvalidName,
                format!("\"{text}\" has a port, and a certificate names hosts"),
            )
            .with_hint(format!("leave it out: {host}")));
        }
        if let Some((address, _)) = text.split_once('/')
            && parse_ip(address).is_some()
        {
            return Err(Error::new(
                ErrorKind::InvalidName,
                format!("\"{text}\" is a network, and a certificate names hosts"),
            )
            .with_hint("list the addresses one by one"));
        }
        text.parse().map(Self::Dns)
    }
}

/// An `rfc822Name`: an ASCII local part, and a host name as A-labels.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Email {
    local: String,
    host: DnsName,
}

impl Email {
    /// Returns the host of the mailbox.
    pub fn host(&self) -> &DnsName {
        &self.host
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.host)
    }
}

impl FromStr for Email {
    type Err = Error;

    /// Takes a `Mailbox` of RFC 5321 §4.1.2 whose local part is not quoted.
    fn from_str(text: &str) -> Result<Self> {
        let (local, host) = text
            .rsplit_once('@')
            .ok_or_else(|| invalid(text, "an e-mail address"))?;
        let atoms_are_sound = local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ATOM_SPECIALS.contains(c))
        });
        if local.len() > MAX_LOCAL_PART || !atoms_are_sound {
            return Err(invalid(text, "an e-mail address"));
        }
        let host: DnsName = host.parse()?;
        if host.is_wildcard() {
            return Err(invalid(text, "an e-mail address"));
        }
        Ok(Self {
            local: local.to_owned(),
            host,
        })
    }
}

/// A `uniformResourceIdentifier`: absolute, ASCII, and kept as it was written.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Uri(String);

impl Uri {
    /// Returns the host of the authority, if there is one: what name constraints speak of.
    pub fn host(&self) -> Option<&str> {
        general::uri_host(&self.0)
    }

    /// Returns the host, if it is a host name and no IP address.
    pub fn host_name(&self) -> Option<&str> {
        self.host().filter(|host| host.parse::<IpAddr>().is_err())
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Uri {
    type Err = Error;

    /// Takes an absolute URI (RFC 3986 §4.3) whose host, if it has one, is a host name or an address.
    fn from_str(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once(':').ok_or_else(|| invalid(text, "a URI"))?;
        let mut letters = scheme.chars();
        let scheme_is_sound = letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let text_is_sound = text
            .chars()
            .all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
        if !scheme_is_sound || !text_is_sound || rest.is_empty() || text.len() > MAX_URI {
            return Err(invalid(text, "a URI")
                .with_hint("other characters than those of RFC 3986 are written %XX"));
        }
        let uri = Self(text.to_owned());
        if rest.starts_with("//") {
            let host = uri
                .host()
                .ok_or_else(|| invalid(text, "a URI with a host"))?;
            if parse_ip(host).is_none() {
                host.parse::<DnsName>()?;
            }
        }
        Ok(uri)
    }
}

fn not_issued(name: &impl fmt::Display) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("names such as {name} are not issued here"),
    )
    .with_hint("host names, IP addresses, e-mail addresses and URIs are")
}

/// An IPv4 address in four decimal parts, or an IPv6 address, perhaps in brackets.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let bracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(inner) => inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    }
}

/// Reads the octets of an `iPAddress`, 4 or 16 (RFC 5280 §4.2.1.6).
pub fn ip_from_octets(octets: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from))
        .ok()
}

/// Schemes without an authority that people put into certificates.
fn has_opaque_scheme(text: &str) -> bool {
    ["did:", "sip:", "sips:", "tag:", "urn:"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

fn invalid(text: &str, what: &str) -> Error {
    Error::new(ErrorKind::InvalidName, format!("\"{text}\" is not {what}"))
}

/// RFC 5322 §3.2.3, `atext`, less the letters and digits.
const ATOM_SPECIALS: &str = "!#$%&'*+-/=?^_`{|}~";
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL_PART: usize = 64;
/// What browsers and proxies take of a URL; SPIFFE IDs end there too (SPIFFE-ID §2.3).
const MAX_URI: usize = 2048;
/// File systems take 255 bytes; this leaves room for suffixes and temporary names.
const MAX_FILE_STEM: usize = 180;

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> &'static str {
        text.parse::<San>().unwrap().kind()
    }

    #[test]
    fn other_spellings_are_answered_with_ours() {
        for (text, hint) in [
            ("DNS:a.test", "kind is told: a.test"),
            ("IP:127.0.0.1", "kind is told: 127.0.0.1"),
            ("a.test,b.test", "names stand apart: a.test b.test"),
            ("fe80::1%eth0", "write the address alone: fe80::1"),
            ("10.0.0.0/33", "list the addresses one by one"),
        ] {
            let error = text.parse::<San>().unwrap_err();
            assert!(
                error.hint().unwrap_or_default().contains(hint),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn kinds_are_recognised() {
        for (text, expected) in [
            ("app.localhost", "DNS"),
            ("*.app.localhost", "DNS"),
            ("127.0.0.1", "IP"),
            ("::1", "IP"),
            ("[fe80::1]", "IP"),
            ("dev@example.test", "email"),
            ("https://app.localhost/x", "URI"),
            ("spiffe://cluster.local/ns/a/sa/b", "URI"),
            ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "URI"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_way_out() {
        for (text, hint) in [
            ("localhost:8443", "leave it out: localhost"),
            ("10.0.0.0/8", "list the addresses one by one"),
            ("mailto:a@b.test", "write the address alone: a@b.test"),
        ] {
            let error = text.parse::<San>().unwrap_err();
            assert_eq!(
                (error.kind(), error.hint()),
                (ErrorKind::InvalidName, Some(hint))
            );
        }
        for text in [
            "",
            "a@",
            "@b",
            "a b@c.test",
            "ü@c.test",
            "https://",
            "https:///x",
            "a://b c",
            "http://a..b/",
            "x/y",
        ] {
            assert_eq!(
                text.parse::<San>().unwrap_err().kind(),
                ErrorKind::InvalidName,
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_never_makes_a_path() {
        for (text, stem) in [
            ("*.test.localhost", "_wildcard.test.localhost"),
            ("::1", "__1"),
            ("https://a.test/../b", "https___a.test_.._b"),
            ("dev@a.test", "dev_a.test"),
            ("-a@b.test", "_-a_b.test"),
        ] {
            assert_eq!(text.parse::<San>().unwrap().file_stem(), stem);
        }
    }

    #[test]
    fn a_uri_knows_its_host() {
        for (text, host) in [
            ("https://u@a.test:8443/x?y", Some("a.test")),
            ("https://[::1]:8443", Some("::1")),
            ("urn:a:b", None),
            ("a1::/b://c.test", None),
        ] {
            assert_eq!(text.parse::<Uri>().unwrap().host(), host, "{text}");
        }
    }
}
