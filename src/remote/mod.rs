//! The door to the network: asks a live server for its certificates, and fetches what certificates name.
//!
//! A probe does one handshake, takes whatever is sent, and judges nothing. Everything is bounded: one
//! deadline for all of it, the bytes and lines of every exchange. The time measured is monotonic.

mod fetch;
mod handshake;
mod legacy;
mod proxy;
mod refusal;
mod session;
mod starttls;
mod target;
mod wire;
mod witness;

use std::time::{Duration, Instant};

use rustls::AlertDescription;
use rustls::pki_types::ServerName;

pub use fetch::{Bounds, fetch};
pub use proxy::Proxy;
pub use session::{Asked, Session, Signed, Timings};
pub use starttls::StartTls;
pub use target::{Endpoint, Host, Target};
pub use wire::Family;
pub use witness::{Identity, Proof};

use handshake::{Client, Failure, Shaken};
use wire::{Deadline, Wire, look_up};

use crate::error::{Error, ErrorKind, Result};

/// What is asked of which server, and how it is reached.
#[derive(Debug)]
pub struct Request<'a> {
    /// The server.
    pub target: Target,
    /// The name to ask for instead of its host.
    pub servername: Option<Host>,
    /// Where to connect to instead of its host and port.
    pub connect: Option<Endpoint>,
    /// What is spoken before TLS, whatever the target says.
    pub starttls: Option<StartTls>,
    /// The proxy to go through.
    pub proxy: Option<Proxy>,
    /// Who we are, if the server asks.
    pub identity: Option<&'a Identity>,
    /// The family of addresses to go by, if only one.
    pub family: Option<Family>,
    /// The time for everything.
    pub timeout: Duration,
    /// Whether to find out by a second connection if the server resumes sessions.
    pub resumption: bool,
}

impl Request<'_> {
    /// Asks a server as any client would.
    pub fn to(target: Target) -> Self {
        Self {
            target,
            servername: None,
            connect: None,
            starttls: None,
            proxy: None,
            identity: None,
            family: None,
            timeout: TIMEOUT,
            resumption: false,
        }
    }

    /// Returns the name that is asked for.
    pub fn servername(&self) -> &Host {
        self.servername.as_ref().unwrap_or(&self.target.host)
    }

    /// Where a connection is to end, through whatever it goes.
    fn endpoint(&self) -> Endpoint {
        let target = Endpoint {
            host: self.target.host.clone(),
            port: Some(self.target.port),
        };
        match &self.connect {
            None => target,
            Some(connect) => Endpoint {
                host: connect.host.clone(),
                port: connect.port.or(target.port),
            },
        }
    }

    fn starttls(&self) -> Option<StartTls> {
        self.starttls.or(self.target.starttls)
    }

    /// Reaches the server, to where TLS begins.
    fn open(&self, deadline: Deadline) -> Result<(Wire, Timings)> {
        let mut timings = Timings::default();
        let end = self.endpoint();
        let first = self.proxy.as_ref().map_or(&end, |proxy| &proxy.endpoint);
        let port = first.port.unwrap_or(self.target.port);
        let addresses = timed(&mut timings.lookup_us, || {
            look_up(&first.host, port, self.family, deadline)
        })?;
        let mut wire = timed(&mut timings.tcp_us, || {
            Wire::connect(first, &addresses, deadline)
        })?;
        if let Some(proxy) = &self.proxy {
            timed(timings.proxy_us.insert(0), || proxy.tunnel(&mut wire, &end))?;
        }
        if let Some(starttls) = self.starttls() {
            let name = self.servername().to_string();
            timed(timings.starttls_us.insert(0), || {
                starttls.begin(&mut wire, &name)
            })?;
        }
        Ok((wire, timings))
    }

    fn client(&self, alpn: &[&[u8]]) -> Result<Client> {
        let name = match self.servername() {
            Host::Address(address) => ServerName::IpAddress((*address).into()),
            Host::Name(name) => ServerName::try_from(name.to_string()).map_err(|_| {
                let no = format!("\"{name}\" cannot be asked for in TLS");
                Error::new(ErrorKind::InvalidName, no)
            })?,
        };
        Client::new(name, self.identity, alpn)
    }

    /// Finds out what a server speaks that refused a handshake, if that is why it did.
    fn ask_for_legacy(&self, deadline: Deadline) -> Option<Error> {
        let (mut wire, _) = self.open(deadline.or_within(AGAIN)).ok()?;
        let name = match self.servername() {
            Host::Address(_) => None,
            Host::Name(name) => Some(name.as_str()),
        };
        let legacy = legacy::ask(&mut wire, name).ok()??;
        Some(refusal::unspoken(&legacy, &self.target))
    }
}

/// Asks a server for its certificates, by one handshake. Nothing that it sends is judged.
///
/// A server that ends the handshake for want of a client certificate has answered all the same, if it had
/// sent its own. Fails with [`ErrorKind::Unresolvable`], [`ErrorKind::Refused`], [`ErrorKind::Unreachable`],
/// [`ErrorKind::TimedOut`] or [`ErrorKind::ClosedEarly`] where the network failed; with
/// [`ErrorKind::ProxyRefused`] and [`ErrorKind::StartTlsRefused`] on the way to TLS; with
/// [`ErrorKind::NotTls`], [`ErrorKind::TlsAlert`], [`ErrorKind::TlsUnsupported`],
/// [`ErrorKind::NoCertificate`] or [`ErrorKind::Malformed`] in the handshake.
pub fn probe(request: &Request<'_>) -> Result<Session> {
    let deadline = Deadline::within(request.timeout);
    let web: &[&[u8]] = &[b"h2", b"http/1.1"];
    let alpn = if request.target.http && request.starttls().is_none() {
        web
    } else {
        &[]
    };
    match attempt(request, deadline, alpn)? {
        // It speaks TLS, and something else than the web.
        Attempt::Refused(
            Failure::Tls(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)),
            _,
        ) if !alpn.is_empty() => attempt(request, deadline, &[])?,
        other => other,
    }
    .into_session(request, deadline)
}

/// A handshake that was tried.
enum Attempt {
    Answered(Box<Session>),
    /// Why it failed, and the first bytes that came.
    Refused(Failure, Vec<u8>),
}

impl Attempt {
    fn into_session(self, request: &Request<'_>, deadline: Deadline) -> Result<Session> {
        let (failure, first) = match self {
            Self::Answered(session) => return Ok(*session),
            Self::Refused(failure, first) => (failure, first),
        };
        let legacy = refusal::may_be_legacy(&failure).then(|| request.ask_for_legacy(deadline));
        let error = || refusal::explain(&failure, &first, &request.target, deadline);
        Err(legacy.flatten().unwrap_or_else(error))
    }
}

fn attempt(request: &Request<'_>, deadline: Deadline, alpn: &[&[u8]]) -> Result<Attempt> {
    let client = request.client(alpn)?;
    let (mut wire, mut timings) = request.open(deadline)?;
    let mut shaken = timed(&mut timings.tls_us, || client.shake(&mut wire));
    timings.round_trips = wire.seen().round_trips;
    let wants_ours =
        |shaken: &Shaken| shaken.observed.asked.is_some() && !shaken.observed.chain.is_empty();
    let refusal = match shaken.failure.take() {
        None => {
            // A refusal takes as long as the rest of the handshake did, and the work of a slow machine.
            let patience = Duration::from_micros(timings.tls_us * 4)
                .clamp(SHORTEST_PATIENCE, LONGEST_PATIENCE);
            shaken.finish(&mut wire, patience)
        }
        Some(Failure::Tls(rustls::Error::AlertReceived(alert))) if wants_ours(&shaken) => {
            Some(alert)
        }
        Some(failure) => return Ok(Attempt::Refused(failure, wire.seen().first.clone())),
    };
    let mut session = Session::of(request, &shaken, &wire, timings);
    session.client_certificate.refused = refusal.map(refusal::alert_name);
    // Some servers have one client at a time.
    drop(wire);
    if request.resumption && refusal.is_none() {
        session.resumption = resumes(request, &client, &shaken, deadline);
    }
    Ok(Attempt::Answered(Box::new(session)))
}

/// Whether a second connection goes on from the first; nothing if there was none.
fn resumes(
    request: &Request<'_>,
    client: &Client,
    first: &Shaken,
    deadline: Deadline,
) -> Option<bool> {
    if !first.may_resume() {
        return Some(false);
    }
    let (mut wire, _) = request.open(deadline.or_within(AGAIN)).ok()?;
    let second = client.shake(&mut wire);
    second.failure.is_none().then(|| second.is_resumed())
}

/// Does something, and adds how long it took, in microseconds.
fn timed<T>(took: &mut u64, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    *took += u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
    done
}

/// The first packet of TCP is sent again after 1, 3 and 7 seconds (RFC 6298 §2, §5.5), so that three may be
/// lost; Go gives the handshake of TLS the same (`net/http`, `TLSHandshakeTimeout`).
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// For a second connection, beside what the first has brought: what it adds is not worth a long wait.
const AGAIN: Duration = Duration::from_secs(3);
/// A server on the same machine that is busy.
const SHORTEST_PATIENCE: Duration = Duration::from_millis(100);
/// A way around the world and back is a third of a second.
const LONGEST_PATIENCE: Duration = Duration::from_secs(1);
