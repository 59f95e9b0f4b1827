//! HTTP proxies, and the tunnel that CONNECT makes through one (RFC 9110 §9.3.6).

use std::fmt;
use std::io::{self, Write as _};
use std::str::FromStr;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::target::Endpoint;
use super::wire::{Wire, failed};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Password;
use crate::text::{escape_bytes, shorten};

/// A proxy, and who we are to it.
#[derive(Clone, Debug)]
pub struct Proxy {
    pub(super) endpoint: Endpoint,
    /// `user:password`.
    credentials: Option<Password>,
}

impl Proxy {
    /// Asks for a tunnel.
    pub(super) fn tunnel(&self, wire: &mut Wire, to: &Endpoint) -> Result<()> {
        let talked = self.ask(wire, to);
        let broken =
            |source: io::Error| failed("talk with the proxy", self, wire.deadline(), &source);
        let status = talked.map_err(broken)?;
        let words = shorten(&escape_bytes(&status), MAX_SHOWN);
        let code = status
            .split(|byte| *byte == b' ')
            .nth(1)
            .unwrap_or_default();
        let (kind, hint) = match code {
            [b'2', _, _] if status.starts_with(b"HTTP/1.") => return Ok(()),
            // Bad Gateway and Gateway Timeout: the proxy itself could not reach the server.
            b"502" | b"503" | b"504" => (ErrorKind::Unreachable, None),
            b"407" => (
                ErrorKind::ProxyRefused,
                Some("give --proxy http://USER:PASSWORD@HOST:PORT"),
            ),
            _ => (
                ErrorKind::ProxyRefused,
                Some("some proxies let connections through to port 443 alone"),
            ),
        };
        let no = format!("the proxy {self} makes no way to {to}: it says \"{words}\"");
        let error = Error::new(kind, no);
        Err(match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        })
    }

    /// Returns the first line of the answer.
    fn ask(&self, wire: &mut Wire, to: &Endpoint) -> io::Result<Vec<u8>> {
        let who = self
            .credentials
            .as_ref()
            .map_or_else(Zeroizing::default, |credentials| {
                let encoded = Zeroizing::new(BASE64.encode(credentials.as_bytes()));
                Zeroizing::new(format!("Proxy-Authorization: Basic {}\r\n", *encoded))
            });
        let request = Zeroizing::new(format!(
            "CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n{}\r\n",
            *who
        ));
        wire.write_all(request.as_bytes())?;
        let status = wire.line(MAX_LINE)?;
        if !status.starts_with(b"HTTP/") {
            return Ok(status);
        }
        for _ in 0..MAX_LINES {
            if wire.line(MAX_LINE)?.is_empty() {
                return Ok(status);
            }
        }
        Err(io::Error::other(format!(
            "it sent more than {MAX_LINES} lines"
        )))
    }
}

impl fmt::Display for Proxy {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

impl FromStr for Proxy {
    type Err = Error;

    /// Takes `http://[USER:PASSWORD@]HOST[:PORT]`, or `HOST:PORT`.
    ///
    /// Fails with [`ErrorKind::InvalidValue`], never showing the password.
    fn from_str(text: &str) -> Result<Self> {
        let rest = match text.split_once("://") {
            None => text,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                let no = format!("a proxy is spoken to in HTTP here, and not by {scheme}://");
                return Err(Error::new(ErrorKind::InvalidValue, no)
                    .with_hint("such as http://proxy.example:3128"));
            }
        };
        let authority = rest.split('/').next().unwrap_or(rest);
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(Password::new(decoded(credentials)?)), place),
            None => (None, authority),
        };
        let mut endpoint: Endpoint = place.parse()?;
        endpoint.port.get_or_insert(80);
        Ok(Self {
            endpoint,
            credentials,
        })
    }
}

/// Takes the percent signs out of what stands before the host (RFC 3986 §3.2.1).
fn decoded(text: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let (byte, after) = match (first, others) {
            (b'%', [high, low, after @ ..]) => {
                let pair = data_encoding::HEXLOWER_PERMISSIVE.decode(&[*high, *low]);
                let byte = pair.ok().and_then(|pair| pair.first().copied());
                (byte, after)
            }
            (b'%', _) => (None, others),
            (byte, after) => (Some(*byte), after),
        };
        bytes.push(byte.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidValue,
                "the user name or password of the proxy has a % that is not %XX",
            )
        })?);
        rest = after;
    }
    Ok(bytes)
}

/// As nginx and Apache bound a line of a head.
const MAX_LINE: usize = 8 * 1024;
/// As Apache bounds the lines of a head.
const MAX_LINES: usize = 100;
/// As much of a proxy's words as an error shows.
const MAX_SHOWN: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_written_as_urls() {
        let proxy: Proxy = "http://us%40er:p%3a:%C3%BC@proxy.test:3128/"
            .parse()
            .unwrap();
        assert_eq!(proxy.to_string(), "proxy.test:3128");
        let credentials = proxy.credentials.as_ref().unwrap();
        assert_eq!(credentials.as_bytes(), "us@er:p::ü".as_bytes());
        assert!(!format!("{proxy:?}").contains("us@er"));
        assert_eq!("[::1]".parse::<Proxy>().unwrap().to_string(), "[::1]:80");
        for text in [
            "socks5://a:1",
            "https://a",
            "http://",
            "http://%x@a",
            "http://%4@a",
        ] {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }
}
