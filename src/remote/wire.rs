//! A connection under one deadline: every wait on it ends in time, however little comes at a time.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::target::{Endpoint, Host};
use crate::error::{Error, ErrorKind, Result, describe};

/// The moment by which everything is done, and how long that was from the start.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    until: Instant,
    length: Duration,
}

impl Deadline {
    /// Starts to run now.
    pub fn within(length: Duration) -> Self {
        let until = Instant::now() + length.min(LONGEST);
        Self { until, length }
    }

    /// The same, with an end that is near.
    pub fn or_within(self, length: Duration) -> Self {
        let until = self.until.min(Instant::now() + length);
        Self { until, ..self }
    }

    /// The time that is left, if there is any.
    fn left(self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => Err(io::ErrorKind::TimedOut.into()),
            false => Ok(left),
        }
    }
}

/// The families of addresses, one of which may be asked for alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Family {
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    fn has(self, address: &SocketAddr) -> bool {
        match self {
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// Looks a host up.
///
/// The system's resolver knows no time limit, so a thread waits for it, and is left behind if it is late.
pub fn look_up(
    host: &Host,
    port: u16,
    family: Option<Family>,
    deadline: Deadline,
) -> Result<Vec<SocketAddr>> {
    let name = match host {
        Host::Address(address) => {
            return picked(vec![SocketAddr::new(*address, port)], host, family);
        }
        Host::Name(name) => name.to_string(),
    };
    let (answer, answers) = mpsc::channel();
    let work = move || {
        let found = (name.as_str(), port).to_socket_addrs();
        // Nobody may be waiting any more.
        let _ = answer.send(found.map(|found| found.take(MAX_ADDRESSES).collect::<Vec<_>>()));
    };
    let spawned = thread::Builder::new().spawn(work).map(|_| ());
    let late = || failed("look-up", host, deadline, &io::ErrorKind::TimedOut.into());
    let left = spawned.and_then(|()| deadline.left()).map_err(|_| late())?;
    let unresolvable = |why: String| {
        Error::new(ErrorKind::Unresolvable, format!("the name {host} has no address: {why}"))
            .with_hint("is it written right? a name that only one server knows is reached with --connect ADDRESS")
    };
    let found = answers
        .recv_timeout(left)
        .map_err(|_| late())?
        .map_err(|source| unresolvable(describe(&source)))?;
    match found.is_empty() {
        true => Err(unresolvable("the resolver knows none".to_owned())),
        false => picked(found, host, family),
    }
}

fn picked(
    mut addresses: Vec<SocketAddr>,
    host: &Host,
    family: Option<Family>,
) -> Result<Vec<SocketAddr>> {
    if let Some(family) = family {
        addresses.retain(|address| family.has(address));
        if addresses.is_empty() {
            let none = format!("{host} has no address of {family}, which alone was asked for");
            return Err(Error::new(ErrorKind::Unresolvable, none));
        }
    }
    Ok(addresses)
}

/// What failed on the way to or in talk with a server, named by the step and the place.
pub fn failed(
    step: &str,
    place: impl fmt::Display,
    deadline: Deadline,
    source: &io::Error,
) -> Error {
    use io::ErrorKind as Io;
    let (kind, message) = match source.kind() {
        Io::TimedOut => {
            let seconds = deadline.length.as_secs_f32();
            let late = format!("{place}: no end of the {step} within {seconds} s");
            let error = Error::new(ErrorKind::TimedOut, late);
            return error.with_hint(
                "it may be down, or a firewall drops what is sent; --timeout gives it longer",
            );
        }
        Io::UnexpectedEof | Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe => {
            let closed = format!("{place} closed the connection during the {step}");
            (ErrorKind::ClosedEarly, closed)
        }
        Io::ConnectionRefused => {
            let refused = format!("{place} refuses connections: nothing listens there");
            (ErrorKind::Refused, refused)
        }
        // Ours: what was said is against the rules.
        Io::Other => {
            let wrong = format!("{place} breaks the rules of the {step}: {source}");
            (ErrorKind::Malformed, wrong)
        }
        _ => {
            let unreachable = format!("{place} cannot be reached: {}", describe(source));
            (ErrorKind::Unreachable, unreachable)
        }
    };
    Error::new(kind, message)
}

/// A TCP connection, and what was seen on it.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    deadline: Deadline,
    address: SocketAddr,
    seen: Seen,
}

/// What was seen on a connection since it began, or since somebody asked to begin anew.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The first bytes that came.
    pub first: Vec<u8>,
    /// How often something came after something was sent: the round trips.
    pub round_trips: u32,
    sending: bool,
}

impl Wire {
    /// Connects to the first of some addresses that takes the connection.
    ///
    /// Each gets its share of the time that is left, so that one that is silent does not hide the next.
    pub fn connect(
        endpoint: &Endpoint,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for (at, address) in addresses.iter().enumerate() {
            let share = (addresses.len() - at) as u32;
            let tried = deadline
                .left()
                .and_then(|left| TcpStream::connect_timeout(address, left / share));
            match tried.and_then(|stream| stream.set_nodelay(true).map(|()| stream)) {
                Ok(stream) => {
                    return Ok(Self {
                        stream,
                        deadline,
                        address: *address,
                        seen: Seen::default(),
                    });
                }
                Err(error) => last = error,
            }
        }
        let place = match addresses {
            [one] if one.to_string() == endpoint.to_string() => one.to_string(),
            [one] => format!("{endpoint} ({one})"),
            all => format!("{endpoint} ({} addresses)", all.len()),
        };
        Err(failed("TCP connection", place, deadline, &last))
    }

    /// The address that was reached.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The deadline of every wait.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Changes the deadline.
    pub fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// The address of this end.
    pub fn own_address(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    /// What was seen.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Forgets what was seen.
    pub fn begin(&mut self) {
        self.seen = Seen::default();
    }

    /// Reads a line of at most so many bytes, and nothing beyond it: what follows may be TLS already. The
    /// end of the line is not part of it.
    pub fn line(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut line = self.until(b"\n", most)?;
        while line
            .last()
            .is_some_and(|last| matches!(last, b'\n' | b'\r'))
        {
            line.pop();
        }
        Ok(line)
    }

    /// Reads up to the end of a phrase, and nothing beyond it.
    pub fn until(&mut self, phrase: &[u8], most: usize) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        while !text.ends_with(phrase) {
            if text.len() == most {
                return Err(io::Error::other(format!(
                    "it sent more than {most} bytes without an end"
                )));
            }
            text.extend_from_slice(&self.exactly::<1>()?);
        }
        Ok(text)
    }

    /// Reads so many bytes.
    pub fn exactly<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.deadline.left()?))?;
        let count = self.stream.read(into).map_err(late)?;
        let seen = &mut self.seen;
        let room = MAX_SEEN.saturating_sub(seen.first.len()).min(count);
        seen.first.extend_from_slice(&into[..room]);
        if count > 0 && std::mem::take(&mut seen.sending) {
            seen.round_trips += 1;
        }
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.deadline.left()?))?;
        let count = self.stream.write(bytes).map_err(late)?;
        self.seen.sending = true;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unix says that a read would block where its time is over, and other systems that it is.
fn late(source: io::Error) -> io::Error {
    match source.kind() {
        io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
        _ => source,
    }
}

/// A name with more addresses than this is a list of machines, and the first that answers is as good as any.
const MAX_ADDRESSES: usize = 8;
/// Enough for a greeting, or a refusal in HTTP.
const MAX_SEEN: usize = 512;
/// What an `Instant` can take on every system.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
