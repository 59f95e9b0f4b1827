//! Going over to TLS on a connection that begins in plain text.
//!
//! Each protocol has one exchange, bounded in lines and bytes. Nothing beyond its last byte is read: what
//! follows is TLS, and what somebody slipped in before it must not be taken for the server's word.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;
use std::str::FromStr;

use super::wire::Wire;
use crate::error::{Error, ErrorKind, Result};
use crate::text::{escape_bytes, shorten};

/// The protocols that begin in plain text and can go over to TLS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs)] // Each is its own name.
pub enum StartTls {
    Ftp,
    Imap,
    Ldap,
    Mysql,
    Pop3,
    Postgres,
    Smtp,
    Xmpp,
}

impl StartTls {
    /// Every protocol, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Smtp,
        Self::Imap,
        Self::Pop3,
        Self::Ftp,
        Self::Postgres,
        Self::Mysql,
        Self::Ldap,
        Self::Xmpp,
    ];

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Imap => "imap",
            Self::Ldap => "ldap",
            Self::Mysql => "mysql",
            Self::Pop3 => "pop3",
            Self::Postgres => "postgres",
            Self::Smtp => "smtp",
            Self::Xmpp => "xmpp",
        }
    }

    /// Returns its port in the IANA's registry.
    pub fn port(self) -> u16 {
        match self {
            Self::Ftp => 21,
            Self::Imap => 143,
            Self::Ldap => 389,
            Self::Mysql => 3306,
            Self::Pop3 => 110,
            Self::Postgres => 5432,
            Self::Smtp => 25,
            Self::Xmpp => 5222,
        }
    }

    /// Returns the protocol that usually has a port; that of submission is SMTP too (RFC 6409).
    pub(super) fn of_port(port: u16) -> Option<Self> {
        let port = if port == 587 { 25 } else { port };
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.port() == port)
    }

    /// Returns the protocol of a URL's scheme, in lower case.
    pub(super) fn of_scheme(scheme: &str) -> Option<Self> {
        scheme.parse().ok()
    }

    /// Asks a server to go over to TLS; `name` is what it is called.
    pub(super) fn begin(self, wire: &mut Wire, name: &str) -> Result<()> {
        let talked = match self {
            Self::Ftp => ftp(wire),
            Self::Imap => imap(wire),
            Self::Ldap => ldap(wire),
            Self::Mysql => mysql(wire),
            Self::Pop3 => pop3(wire),
            Self::Postgres => postgres(wire),
            Self::Smtp => smtp(wire),
            Self::Xmpp => xmpp(wire, name),
        };
        talked.map_err(|stop| match stop {
            Stop::Failed(source) => {
                let step = format!("{} exchange before TLS", self.title());
                super::wire::failed(&step, wire.address(), wire.deadline(), &source)
            }
            Stop::Declined(said) => {
                let title = self.title();
                let said = shorten(&escape_bytes(&said), MAX_SHOWN);
                let no = format!(
                    "{} does not go over to TLS in {title}: it says \"{said}\"",
                    wire.address()
                );
                Error::new(ErrorKind::StartTlsRefused, no)
                    .with_hint("is TLS enabled there, and is it this protocol?")
            }
        })
    }

    /// Its name as people write it.
    fn title(self) -> &'static str {
        match self {
            Self::Ftp => "FTP",
            Self::Imap => "IMAP",
            Self::Ldap => "LDAP",
            Self::Mysql => "MySQL's protocol",
            Self::Pop3 => "POP3",
            Self::Postgres => "PostgreSQL's protocol",
            Self::Smtp => "SMTP",
            Self::Xmpp => "XMPP",
        }
    }
}

impl fmt::Display for StartTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for StartTls {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let name = match text.to_ascii_lowercase().as_str() {
            "postgresql" => "postgres".to_owned(),
            "mariadb" => "mysql".to_owned(),
            "submission" => "smtp".to_owned(),
            other => other.to_owned(),
        };
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.name() == name)
            .ok_or_else(|| {
                let no = format!(
                    "\"{text}\" is not a protocol that goes over to TLS, as far as is known here"
                );
                let names = Self::ALL.map(Self::name).join(", ");
                Error::new(ErrorKind::InvalidValue, no).with_hint(format!("take one of {names}"))
            })
    }
}

/// Why an exchange did not come to TLS.
enum Stop {
    /// The server said something else.
    Declined(Vec<u8>),
    /// It said nothing, or too much.
    Failed(io::Error),
}

impl From<io::Error> for Stop {
    fn from(source: io::Error) -> Self {
        Self::Failed(source)
    }
}

/// RFC 4217 §4.
fn ftp(wire: &mut Wire) -> Result<(), Stop> {
    reply(wire, b"220")?;
    wire.write_all(b"AUTH TLS\r\n")?;
    reply(wire, b"234")
}

/// RFC 3207. Before HELLO the client may not ask; who has no name says its address (RFC 5321 §4.1.3).
fn smtp(wire: &mut Wire) -> Result<(), Stop> {
    reply(wire, b"220")?;
    let own = match wire.own_address()?.ip() {
        IpAddr::V4(address) => format!("[{address}]"),
        IpAddr::V6(address) => format!("[IPv6:{address}]"),
    };
    wire.write_all(format!("EHLO {own}\r\n").as_bytes())?;
    reply(wire, b"250")?;
    wire.write_all(b"STARTTLS\r\n")?;
    reply(wire, b"220")
}

/// A reply of SMTP or FTP (RFC 5321 §4.2.1): lines that begin with its code, all but the last with `-` after it.
/// In FTP the lines between may begin with anything (RFC 959 §4.2).
fn reply(wire: &mut Wire, code: &[u8]) -> Result<(), Stop> {
    let first = wire.line(MAX_LINE)?;
    if !first.starts_with(code) {
        return Err(Stop::Declined(first));
    }
    let ends = |line: &[u8]| line.starts_with(code) && line.get(3) != Some(&b'-');
    let mut line = first;
    for _ in 0..MAX_LINES {
        if ends(&line) {
            return Ok(());
        }
        line = wire.line(MAX_LINE)?;
    }
    Err(endless())
}

/// RFC 9051 §6.2.1.
fn imap(wire: &mut Wire) -> Result<(), Stop> {
    let greeting = wire.line(MAX_LINE)?;
    if !starts_with(&greeting, b"* OK") && !starts_with(&greeting, b"* PREAUTH") {
        return Err(Stop::Declined(greeting));
    }
    wire.write_all(b"a STARTTLS\r\n")?;
    for _ in 0..MAX_LINES {
        let line = wire.line(MAX_LINE)?;
        if starts_with(&line, b"a OK") {
            return Ok(());
        }
        if !line.starts_with(b"* ") {
            return Err(Stop::Declined(line));
        }
    }
    Err(endless())
}

/// RFC 2595 §4.
fn pop3(wire: &mut Wire) -> Result<(), Stop> {
    let accepted = |line: Vec<u8>| match starts_with(&line, b"+OK") {
        true => Ok(()),
        false => Err(Stop::Declined(line)),
    };
    accepted(wire.line(MAX_LINE)?)?;
    wire.write_all(b"STLS\r\n")?;
    accepted(wire.line(MAX_LINE)?)
}

/// `SSLRequest` of PostgreSQL's protocol (its documentation, "Message Formats"): the answer is one letter.
fn postgres(wire: &mut Wire) -> Result<(), Stop> {
    wire.write_all(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])?;
    match wire.exactly()? {
        [b'S'] => Ok(()),
        other => Err(Stop::Declined(other.to_vec())),
    }
}

/// MySQL's protocol (its documentation, "Connection Phase"): the server greets and tells what it can, and
/// the client's `SSLRequest` has no answer but TLS.
fn mysql(wire: &mut Wire) -> Result<(), Stop> {
    let [a, b, c, _] = wire.exactly()?;
    let length = usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16;
    if length > MAX_MESSAGE {
        return Err(Stop::Declined(vec![a, b, c]));
    }
    let mut greeting = vec![0; length];
    wire.read_exact(&mut greeting)?;
    // The version of the protocol; then in text that of the server; 4 bytes of a number, 8 of a challenge, a zero.
    let fields = match greeting.split_first() {
        Some((10, rest)) => rest.splitn(2, |byte| *byte == 0).nth(1),
        _ => None,
    };
    let can = fields.and_then(|fields| fields.get(13..15));
    let can_tls = can.is_some_and(|flags| flags[1] & 0x08 != 0);
    if !can_tls {
        let said = greeting
            .strip_prefix(&[0xff])
            .and_then(|error| error.get(2..));
        return Err(Stop::Declined(
            said.unwrap_or(b"(without the flag CLIENT_SSL)").to_vec(),
        ));
    }
    // CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH; packets to 16 MiB; UTF-8.
    let mut request = vec![32, 0, 0, 1, 0x00, 0x8a, 0x08, 0x00, 0, 0, 0, 1, 33];
    request.resize(4 + 32, 0);
    Ok(wire.write_all(&request)?)
}

/// RFC 4511 §4.14: an extended operation, whose result is 0.
fn ldap(wire: &mut Wire) -> Result<(), Stop> {
    let name = b"1.3.6.1.4.1.1466.20037";
    wire.write_all(&[0x30, 0x1d, 2, 1, 1, 0x77, 0x18, 0x80, 0x16])?;
    wire.write_all(name)?;
    let [tag] = wire.exactly()?;
    let length = match wire.exactly()? {
        [short @ 0..=0x7f] => usize::from(short),
        // BER: Active Directory always writes four bytes.
        [count @ 0x81..=0x84] => {
            let mut length = 0;
            for _ in 0x80..count {
                length = length << 8 | usize::from(wire.exactly::<1>()?[0]);
            }
            length
        }
        [other] => return Err(Stop::Declined(vec![tag, other])),
    };
    if tag != 0x30 || length > MAX_MESSAGE {
        return Err(Stop::Declined(vec![tag]));
    }
    let mut message = vec![0; length];
    wire.read_exact(&mut message)?;
    // The number of the message, the answer's tag (24), and in it the result.
    let result = ber(&message).and_then(|(_, _, rest)| ber(rest));
    let result = result
        .filter(|(tag, ..)| *tag == 0x78)
        .and_then(|(_, content, _)| ber(content));
    match result {
        Some((0x0a, [0], _)) => Ok(()),
        Some((0x0a, code, _)) => Err(Stop::Declined(format!("result {code:?}").into_bytes())),
        _ => Err(Stop::Declined(message)),
    }
}

/// The tag, the content, and what follows of the first element in BER of definite length.
fn ber(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, first, rest @ ..] = bytes else {
        return None;
    };
    let count = usize::from(first & 0x7f);
    let (length, rest) = match first {
        0..=0x7f => (count, rest),
        _ if count > 4 => return None,
        _ => {
            let (octets, rest) = rest.split_at_checked(count)?;
            let length = octets
                .iter()
                .fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            (length, rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// RFC 6120 §5.4. The server's stream is read as text: what is asked of it is one element that it has or not.
fn xmpp(wire: &mut Wire, name: &str) -> Result<(), Stop> {
    let open = format!(
        "<?xml version='1.0'?><stream:stream to='{name}' version='1.0' xmlns='jabber:client' \
         xmlns:stream='http://etherx.jabber.org/streams'>"
    );
    wire.write_all(open.as_bytes())?;
    let features = wire.until(b"</stream:features>", MAX_MESSAGE)?;
    if memchr::memmem::find(&features, b"<starttls").is_none() {
        return Err(Stop::Declined(b"(without the feature starttls)".to_vec()));
    }
    wire.write_all(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")?;
    let answer = wire.until(b">", MAX_LINE)?;
    match memchr::memmem::find(&answer, b"<proceed") {
        Some(_) => Ok(()),
        None => Err(Stop::Declined(answer)),
    }
}

fn starts_with(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

fn endless() -> Stop {
    Stop::Failed(io::Error::other(format!(
        "it sent more than {MAX_LINES} lines"
    )))
}

/// RFC 5321 §4.5.3.1.5 has 512 for a reply's line; others write longer lists of what they can.
const MAX_LINE: usize = 4096;
/// Greetings of FTP servers are pages at times.
const MAX_LINES: usize = 100;
/// As much as any of the binary greetings, and any list of features, has room for many times over.
const MAX_MESSAGE: usize = 16 * 1024;
/// As much of a server's words as an error shows.
const MAX_SHOWN: usize = 160;

#[cfg(test)]
mod tests;
