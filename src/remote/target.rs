//! Servers as people write them: `example.com`, `localhost:8443`, `https://…`, `[::1]:8443`, `smtp://…`.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use super::starttls::StartTls;
use crate::error::{Error, ErrorKind, Result};
use crate::name::DnsName;

/// A server: its host, its port, and how it comes to speak TLS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The host, which is also the name that is asked for.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
    /// What is spoken before TLS, if its scheme says that something is.
    pub starttls: Option<StartTls>,
    /// Whether HTTP is what is spoken under TLS, as far as that is known.
    pub http: bool,
}

/// A host: a name that is looked up, or an address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Host {
    /// An IP address.
    Address(IpAddr),
    /// A host name.
    Name(DnsName),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

impl FromStr for Host {
    type Err = Error;

    /// Takes an IP address, an IPv6 address also in brackets, or a host name, which may be
    /// internationalised.
    ///
    /// Fails with [`ErrorKind::InvalidName`].
    fn from_str(text: &str) -> Result<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner
                .strip_suffix(']')
                .and_then(|inner| inner.parse::<Ipv6Addr>().ok());
            return address
                .map(|address| Self::Address(address.into()))
                .ok_or_else(|| {
                    let no = format!("\"{text}\" is not an IPv6 address in brackets");
                    Error::new(ErrorKind::InvalidName, no).with_hint("such as [::1]")
                });
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let name: DnsName = text.parse()?;
        match name.is_wildcard() {
            false => Ok(Self::Name(name)),
            true => Err(Error::new(
                ErrorKind::InvalidName,
                format!("\"{text}\" is a wildcard, and a server has a name of its own"),
            )),
        }
    }
}

/// A host, and a port if one was given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// The TCP port.
    pub port: Option<u16>,
}

impl FromStr for Endpoint {
    type Err = Error;

    /// Takes `HOST`, `HOST:PORT`, `[::1]`, `[::1]:PORT` and a plain IPv6 address.
    ///
    /// Fails with [`ErrorKind::InvalidName`], and with [`ErrorKind::InvalidValue`] for the port.
    fn from_str(text: &str) -> Result<Self> {
        let whole = |host: &str| {
            Ok(Self {
                host: host.parse()?,
                port: None,
            })
        };
        if text.parse::<Ipv6Addr>().is_ok() || text.ends_with(']') {
            return whole(text);
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return whole(text);
        };
        let number = port.parse().ok().filter(|port| *port != 0);
        let port = number.ok_or_else(|| {
            let no = format!("\"{port}\" in \"{text}\" is not a port");
            Error::new(ErrorKind::InvalidValue, no)
                .with_hint("a port is a number from 1 to 65535, as in localhost:8443 or [::1]:8443")
        })?;
        Ok(Self {
            host: host.parse()?,
            port: Some(port),
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.port) {
            (host, None) => host.fmt(f),
            (Host::Address(IpAddr::V6(address)), Some(port)) => write!(f, "[{address}]:{port}"),
            (host, Some(port)) => write!(f, "{host}:{port}"),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    /// Takes a host with or without a port (443 is meant), or a URL of a scheme that is known.
    ///
    /// Fails with [`ErrorKind::InvalidName`] and with [`ErrorKind::InvalidValue`].
    fn from_str(text: &str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Ok(Self::over_tls(text.parse()?, HTTPS, true));
        };
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        let place = authority
            .rsplit_once('@')
            .map_or(authority, |(_, place)| place);
        let place = place.strip_suffix(':').unwrap_or(place);
        if place.is_empty() {
            let none = format!("\"{text}\" names no host");
            return Err(Error::new(ErrorKind::InvalidName, none));
        }
        let endpoint: Endpoint = place.parse()?;
        if let Some((_, port)) = OVER_TLS.iter().find(|(name, _)| *name == scheme) {
            let http = *port == HTTPS;
            return Ok(Self::over_tls(endpoint, *port, http));
        }
        let starttls = StartTls::of_scheme(&scheme).ok_or_else(|| unknown(&scheme, place))?;
        Ok(Self {
            starttls: Some(starttls),
            ..Self::over_tls(endpoint, starttls.port(), false)
        })
    }
}

impl Target {
    fn over_tls(endpoint: Endpoint, port: u16, http: bool) -> Self {
        let port = endpoint.port.unwrap_or(port);
        Self {
            host: endpoint.host,
            port,
            starttls: None,
            http,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.host.clone();
        let port = Some(self.port);
        Endpoint { host, port }.fmt(f)
    }
}

fn unknown(scheme: &str, place: &str) -> Error {
    let message =
        format!("{scheme}:// is not a scheme of servers that speak TLS, as far as is known here");
    let hint = match scheme {
        "http" | "ws" => format!("write https://{place}, or {place} with its port"),
        _ => "write HOST:PORT, with --starttls PROTOCOL if the connection begins in plain text"
            .to_owned(),
    };
    Error::new(ErrorKind::InvalidValue, message).with_hint(hint)
}

/// RFC 9110 §4.2.2.
const HTTPS: u16 = 443;

/// The schemes under which TLS begins at once, with the ports of the IANA's registry (that of Redis is its own).
const OVER_TLS: [(&str, u16); 13] = [
    ("https", HTTPS),
    ("wss", HTTPS),
    ("tls", HTTPS),
    ("imaps", 993),
    ("pop3s", 995),
    ("smtps", 465),
    ("submissions", 465),
    ("ftps", 990),
    ("ldaps", 636),
    ("amqps", 5671),
    ("mqtts", 8883),
    ("ircs", 6697),
    ("rediss", 6379),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str) -> String {
        let target: Target = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        match target.starttls {
            Some(starttls) => format!("{target} {starttls}"),
            None => target.to_string(),
        }
    }

    #[test]
    fn servers_are_written_in_many_ways() {
        for (text, expected) in [
            ("example.com", "example.com:443"),
            ("localhost:8443", "localhost:8443"),
            ("127.0.0.1", "127.0.0.1:443"),
            ("127.0.0.1:8443", "127.0.0.1:8443"),
            ("::1", "[::1]:443"),
            ("[::1]", "[::1]:443"),
            ("[::1]:8443", "[::1]:8443"),
            ("Bücher.example:444", "xn--bcher-kva.example:444"),
            ("https://example.com", "example.com:443"),
            ("HTTPS://example.com:/", "example.com:443"),
            (
                "https://user:p%40ss@example.com:8443/a:b?c=@d#e",
                "example.com:8443",
            ),
            ("https://[::1]:8443/", "[::1]:8443"),
            ("imaps://mail.example", "mail.example:993"),
            ("ldaps://[2001:db8::1]", "[2001:db8::1]:636"),
            ("smtp://mail.example", "mail.example:25 smtp"),
            ("smtp://mail.example:587", "mail.example:587 smtp"),
            ("postgresql://db/name?x=y", "db:5432 postgres"),
            ("mysql://root@db", "db:3306 mysql"),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
        assert!("https://a".parse::<Target>().unwrap().http);
        assert!(!"imaps://a".parse::<Target>().unwrap().http);
    }

    #[test]
    fn what_is_no_server_is_refused() {
        for text in [
            "",
            ":443",
            "a:0",
            "a:65536",
            "a:https",
            "[::1",
            "[::1]x",
            "[localhost]:1",
            "*.example.com",
            "https://",
            "https:///path",
            "a b",
            "a..b",
            "gopher://a",
            "1.2.3",
            "::1:x",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
        let error = "http://example.com:80/x".parse::<Target>().unwrap_err();
        assert_eq!(
            error.hint(),
            Some("write https://example.com:80, or example.com:80 with its port")
        );
        let error = "a:https".parse::<Target>().unwrap_err();
        assert_eq!(error.to_string(), "\"https\" in \"a:https\" is not a port");
    }
}
