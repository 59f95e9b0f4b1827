//! Fetching what a certificate names by a URL: its issuer's certificate, and revocation lists.
//!
//! Plain HTTP only: what is fetched is signed, and HTTPS would need the very certificates that are being
//! looked for (RFC 5280 §8).

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use super::target::Endpoint;
use super::wire::{Deadline, Wire, failed, look_up};
use crate::error::{Error, ErrorKind, Result};
use crate::text::{escape_bytes, shorten};

/// What a fetch may cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The bytes of the answer's body.
    pub bytes: usize,
    /// The time for everything.
    pub timeout: Duration,
}

impl Bounds {
    /// For a certificate, or a handful of them in PKCS #7.
    pub const CERTIFICATE: Self = Self {
        // Ten times the longest chain that Firefox and OpenSSL take in a handshake.
        bytes: 1 << 20,
        timeout: super::TIMEOUT,
    };
    /// For a revocation list.
    pub const REVOCATION_LIST: Self = Self {
        // The largest of public CAs' lists had some 30 MB before they were split into shards.
        bytes: 32 << 20,
        timeout: Duration::from_secs(30),
    };
}

/// Gets what a URL of the scheme `http` names. Redirects are followed, a few, to where HTTP is spoken too.
///
/// Private addresses are reached like others: private CAs live there. Fails with
/// [`ErrorKind::Unsupported`] for other schemes, with [`ErrorKind::TooLarge`], with
/// [`ErrorKind::NotFound`] if the server has nothing there, and as [`probe`](super::probe) does where the
/// network fails.
pub fn fetch(url: &str, bounds: Bounds) -> Result<Vec<u8>> {
    let deadline = Deadline::within(bounds.timeout);
    let mut place = Place::parse(url)?;
    for _ in 0..=MAX_REDIRECTS {
        match place.get(bounds, deadline)? {
            Answer::Body(body) => return Ok(body),
            Answer::Elsewhere(other) => place = place.relative(&other)?,
        }
    }
    Err(Error::new(
        ErrorKind::TooLarge,
        format!("{place}: more than {MAX_REDIRECTS} redirects"),
    ))
}

/// A URL, taken apart.
#[derive(Debug)]
struct Place {
    endpoint: Endpoint,
    /// Host and port as they were written.
    authority: String,
    path: String,
}

enum Answer {
    Body(Vec<u8>),
    Elsewhere(String),
}

impl Place {
    fn parse(url: &str) -> Result<Self> {
        let shown = || shorten(&escape_bytes(url.as_bytes()), MAX_SHOWN);
        let rest = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            _ => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("{} is not fetched: nothing but http:// is", shown()),
                ));
            }
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        // What is no URL must not write lines of its own into the request.
        if !path.bytes().all(|byte| byte.is_ascii_graphic())
            || authority.contains('@')
            || path.len() > MAX_LINE
        {
            return Err(Error::new(
                ErrorKind::Malformed,
                format!("{} is not a URL", shown()),
            ));
        }
        let endpoint: Endpoint = authority.strip_suffix(':').unwrap_or(authority).parse()?;
        Ok(Self {
            authority: endpoint.to_string(),
            endpoint,
            path,
        })
    }

    /// The place that a redirect from here names.
    fn relative(&self, location: &str) -> Result<Self> {
        match location.starts_with('/') && !location.starts_with("//") {
            true => Self::parse(&format!("http://{}{location}", self.authority)),
            false => Self::parse(location),
        }
    }

    fn get(&self, bounds: Bounds, deadline: Deadline) -> Result<Answer> {
        let port = self.endpoint.port.unwrap_or(80);
        let addresses = look_up(&self.endpoint.host, port, None, deadline)?;
        let mut wire = Wire::connect(&self.endpoint, &addresses, deadline)?;
        let head = self
            .ask(&mut wire)
            .map_err(|source| failed("answer", self, deadline, &source))?;
        match head.status {
            200 => self.body(wire, &head, bounds, deadline).map(Answer::Body),
            301 | 302 | 303 | 307 | 308 => head.location.map(Answer::Elsewhere).ok_or_else(|| {
                Error::new(
                    ErrorKind::Malformed,
                    format!("{self}: a redirect to nowhere"),
                )
            }),
            status => {
                let kind = if status >= 500 {
                    ErrorKind::Unreachable
                } else {
                    ErrorKind::NotFound
                };
                Err(Error::new(
                    kind,
                    format!("{self}: the server answers with the status {status}"),
                ))
            }
        }
    }

    /// HTTP/1.0, so that the body comes in one piece; the host all the same, which servers go by.
    fn ask(&self, wire: &mut Wire) -> io::Result<Head> {
        let request = format!(
            "GET {} HTTP/1.0\r\nHost: {}\r\nUser-Agent: certwright\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            self.path, self.authority
        );
        wire.write_all(request.as_bytes())?;
        let first = wire.line(MAX_LINE)?;
        let code = first
            .strip_prefix(b"HTTP/1.")
            .and_then(|rest| rest.get(2..5));
        let code = code
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| code.parse().ok());
        let status = code.ok_or_else(|| io::Error::other("what answers is not HTTP"))?;
        let mut head = Head {
            status,
            length: None,
            location: None,
        };
        for _ in 0..MAX_LINES {
            let line = wire.line(MAX_LINE)?;
            if line.is_empty() {
                return Ok(head);
            }
            head.take(&String::from_utf8_lossy(&line))?;
        }
        Err(io::Error::other(format!(
            "it sent more than {MAX_LINES} lines"
        )))
    }

    fn body(&self, wire: Wire, head: &Head, bounds: Bounds, deadline: Deadline) -> Result<Vec<u8>> {
        let too_large = || {
            let large = format!(
                "{self}: more than {} bytes, which is the limit for what is fetched",
                bounds.bytes
            );
            Error::new(ErrorKind::TooLarge, large)
        };
        if head
            .length
            .is_some_and(|length| length > bounds.bytes as u64)
        {
            return Err(too_large());
        }
        let most = head.length.unwrap_or(bounds.bytes as u64 + 1);
        let mut body = Vec::new();
        let read = wire.take(most).read_to_end(&mut body);
        read.map_err(|source| failed("answer", self, deadline, &source))?;
        match head.length {
            Some(length) if (body.len() as u64) < length => Err(failed(
                "answer",
                self,
                deadline,
                &io::ErrorKind::UnexpectedEof.into(),
            )),
            _ if body.len() > bounds.bytes => Err(too_large()),
            _ => Ok(body),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = shorten(&self.path, MAX_SHOWN);
        write!(f, "http://{}{path}", self.authority)
    }
}

/// The head of an answer, as far as it matters.
#[derive(Debug)]
struct Head {
    status: u16,
    length: Option<u64>,
    location: Option<String>,
}

impl Head {
    fn take(&mut self, line: &str) -> io::Result<()> {
        let Some((name, value)) = line.split_once(':') else {
            return Ok(());
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let length = value
                    .parse()
                    .map_err(|_| io::Error::other("its Content-Length is not a number"))?;
                self.length = Some(length);
            }
            "location" => self.location = Some(value.to_owned()),
            "transfer-encoding" => {
                // Not to be sent to who speaks HTTP/1.0 (RFC 9112 §6.1).
                return Err(io::Error::other("it cuts its answer into chunks, unasked"));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Browsers follow 20; a CA that moved has one or two.
const MAX_REDIRECTS: usize = 3;
/// As nginx and Apache bound a line of a head.
const MAX_LINE: usize = 8 * 1024;
/// As Apache bounds the lines of a head.
const MAX_LINES: usize = 100;
/// As much of a URL as an error shows.
const MAX_SHOWN: usize = 160;

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Serves answers, one a connection, and returns what comes of fetching the path `/a`, with the requests.
    fn with_server(
        answers: &'static [&'static [u8]],
        bytes: usize,
    ) -> (Result<Vec<u8>>, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut requests = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.push(byte[0]);
                }
                requests.push(String::from_utf8(request).unwrap());
                // The client may have seen enough before the end.
                let _ = stream.write_all(answer);
            }
            requests
        });
        let bounds = Bounds {
            bytes,
            timeout: Duration::from_secs(20),
        };
        let fetched = fetch(&format!("http://{address}/a?b#c"), bounds);
        (fetched, server.join().unwrap())
    }

    #[test]
    fn a_body_is_fetched_through_redirects() {
        let (body, requests) = with_server(
            &[
                b"HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd",
            ],
            3,
        );
        assert_eq!(body.unwrap(), b"abc");
        assert!(
            requests[0].starts_with("GET /a?b HTTP/1.0\r\nHost: 127.0.0.1:"),
            "{}",
            requests[0]
        );
        assert!(requests[1].starts_with("GET /x HTTP/1.0\r\n"));
        let (body, _) = with_server(&[b"HTTP/1.0 200 OK\r\n\r\nuntil the end"], 13);
        assert_eq!(body.unwrap(), b"until the end");
    }

    #[test]
    fn what_is_not_an_answer_is_named() {
        const ROUND: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n";
        const ANSWERS: [(&[&[u8]], ErrorKind); 11] = [
            (&[b"HTTP/1.1 404 Not Found\r\n\r\n"], ErrorKind::NotFound),
            (&[b"HTTP/1.1 503 Busy\r\n\r\n"], ErrorKind::Unreachable),
            (
                &[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"],
                ErrorKind::TooLarge,
            ),
            (&[b"HTTP/1.1 200 OK\r\n\r\nninebytes"], ErrorKind::TooLarge),
            (
                &[b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"],
                ErrorKind::ClosedEarly,
            ),
            (
                &[b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
                ErrorKind::Malformed,
            ),
            (&[b"SSH-2.0-x\r\n"], ErrorKind::Malformed),
            (
                &[b"HTTP/1.1 302 Found\r\nLocation: https://a.test/\r\n\r\n"],
                ErrorKind::Unsupported,
            ),
            (&[b"HTTP/1.1 302 Found\r\n\r\n"], ErrorKind::Malformed),
            (&[ROUND, ROUND, ROUND, ROUND], ErrorKind::TooLarge),
            (&[b""], ErrorKind::ClosedEarly),
        ];
        for (answers, kind) in ANSWERS {
            let error = with_server(answers, 8).0.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        }
    }

    #[test]
    fn what_is_no_url_is_not_fetched() {
        for url in [
            "ldap://a/b",
            "https://a/",
            "a",
            "http://",
            "http://a/b\r\nX: y",
            "http://u@a/",
            "http://a/\u{fc}",
        ] {
            assert!(fetch(url, Bounds::CERTIFICATE).is_err(), "{url}");
        }
    }
}
