//! A page on the local network from which phones and other machines fetch the root certificate.
//!
//! What can be fetched is a table of documents that are all made before the first connection: no path of a
//! request ever reaches the disk, and none of them holds a secret. The time that is measured here is
//! monotonic; how long to serve is an argument.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::{mobileconfig, page};
use crate::cert::Certificate;
use crate::error::{Error, ErrorKind, Result, describe};

/// The page, and the certificate in each form that some platform takes.
#[derive(Clone, Debug)]
pub struct Site([Document; 4]);

#[derive(Clone, Debug)]
struct Document {
    path: &'static str,
    kind: &'static str,
    body: Vec<u8>,
}

impl Site {
    /// Makes the documents about a root certificate.
    pub fn of(root: &Certificate) -> Self {
        let document = |path, kind, body| Document { path, kind, body };
        Self([
            document("/", HTML, page::html(root).into_bytes()),
            document(
                "/root.crt",
                "application/x-x509-ca-cert",
                root.der().to_vec(),
            ),
            document(
                "/root.mobileconfig",
                "application/x-apple-aspen-config",
                mobileconfig::profile(root).into_bytes(),
            ),
            document(
                "/root.pem",
                "application/x-pem-file",
                root.to_pem().into_bytes(),
            ),
        ])
    }

    /// Answers the first line of a request.
    fn answer(&self, line: &[u8]) -> Answer<'_> {
        let words = std::str::from_utf8(line).unwrap_or_default();
        let words: Vec<&str> = words.trim_end().split(' ').collect();
        let [method, target, version] = words[..] else {
            return Answer::refusal("400 Bad Request");
        };
        if !version.starts_with("HTTP/1.") {
            return Answer::refusal("400 Bad Request");
        }
        let path = target.split('?').next();
        let Some(document) = self.0.iter().find(|document| Some(document.path) == path) else {
            return Answer {
                bodiless: method == "HEAD",
                ..Answer::refusal("404 Not Found")
            };
        };
        match method {
            "GET" | "HEAD" => Answer {
                status: "200 OK",
                kind: document.kind,
                body: &document.body,
                bodiless: method == "HEAD",
            },
            _ => Answer::refusal(NOT_ALLOWED),
        }
    }
}

struct Answer<'a> {
    status: &'static str,
    kind: &'static str,
    body: &'a [u8],
    /// Everything is told of the body, and it is not sent.
    bodiless: bool,
}

impl Answer<'_> {
    fn refusal(status: &'static str) -> Self {
        Self {
            status,
            kind: "text/plain; charset=utf-8",
            body: status.as_bytes(),
            bodiless: false,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let allow = match self.status {
            NOT_ALLOWED => "Allow: GET, HEAD\r\n",
            _ => "",
        };
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{allow}{FIXED}\r\n",
            self.status,
            self.kind,
            self.body.len()
        );
        let body = if self.bodiless { &[] } else { self.body };
        [head.as_bytes(), body].concat()
    }
}

/// Returns the address by which the local network knows this machine: that of the interface with the
/// default route, before IPv6 that of IPv4, which every phone has.
///
/// Nothing is sent for it. Fails with [`ErrorKind::NotFound`] if there is no default route.
pub fn own_address() -> Result<IpAddr> {
    let unspecified = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
    let found = unspecified.into_iter().find_map(source);
    found.ok_or_else(|| {
        Error::new(
            ErrorKind::NotFound,
            "this machine has no default route, so none of its addresses is the obvious one",
        )
        .with_hint("name the address that the other machines know it by, with --listen")
    })
}

/// Returns the address by which other machines reach a listener: its own, unless that stands for all.
///
/// Fails as [`own_address`] does.
pub fn reached_by(listening: IpAddr) -> Result<IpAddr> {
    match listening.is_unspecified() {
        true => source(listening).map_or_else(own_address, Ok),
        false => Ok(listening),
    }
}

/// The address that packets to the world would have, of the same version as another. A UDP socket that is
/// connected chooses it, and sends nothing.
fn source(like: IpAddr) -> Option<IpAddr> {
    let (any, world): (IpAddr, IpAddr) = match like {
        IpAddr::V4(_) => (Ipv4Addr::UNSPECIFIED.into(), DOCUMENTATION_V4.into()),
        IpAddr::V6(_) => (Ipv6Addr::UNSPECIFIED.into(), DOCUMENTATION_V6.into()),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // 9 is the port of "discard"; any would do.
    socket.connect((world, 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

/// Listens on an address. Port 0 takes one that is free.
///
/// Fails with [`ErrorKind::Busy`] if another program listens there, and with [`ErrorKind::Io`].
pub fn listen(address: IpAddr, port: u16) -> Result<TcpListener> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).map_err(|source| {
        let (kind, hint) = match source.kind() {
            io::ErrorKind::AddrInUse => (
                ErrorKind::Busy,
                "name another with --port, or none for one that is free",
            ),
            io::ErrorKind::AddrNotAvailable => (
                ErrorKind::Io,
                "name one of this machine's own addresses with --listen",
            ),
            _ => (
                ErrorKind::Io,
                "ports below 1024 are the administrator's in most systems; name another with --port",
            ),
        };
        let refused = format!("cannot listen on {address}: {}", describe(&source));
        Error::new(kind, refused).with_hint(hint)
    })
}

/// Serves a site until a moment, and then returns; connections that are still open are cut.
///
/// A connection carries one request and is closed. Whoever is slow, sends too much or sends nonsense is
/// let go, and one address cannot take all the places. Fails with [`ErrorKind::Io`] if the listener is of no use.
pub fn serve(listener: &TcpListener, site: &Site, deadline: Instant) -> Result<()> {
    serve_within(listener, site, deadline, &Limits::STANDARD)
}

/// What one client may cost.
struct Limits {
    /// Bytes of a request up to the empty line.
    head: u64,
    /// The time from the first to the last byte of a connection.
    exchange: Duration,
    /// Connections at one time; the others wait in the system's queue.
    clients: usize,
    /// Connections of one address at one time; the others are closed.
    of_one: usize,
}

impl Limits {
    const STANDARD: Self = Self {
        // As Apache and nginx allow for a whole head; browsers send below 1 KiB here.
        head: 8 * 1024,
        // The documents are some kilobytes, and the network is the room's.
        exchange: Duration::from_secs(10),
        // A few phones may come at once.
        clients: 32,
        // A browser opens up to six.
        of_one: 8,
    };
}

fn serve_within(
    listener: &TcpListener,
    site: &Site,
    deadline: Instant,
    limits: &Limits,
) -> Result<()> {
    // There is no accept with a time limit in the standard library, so the queue is asked again and again.
    listener.set_nonblocking(true).map_err(|source| {
        let refused = format!("cannot serve: {}", describe(&source));
        Error::new(ErrorKind::Io, refused)
    })?;
    let places = Places::default();
    thread::scope(|scope| {
        while let Some(left) = left(deadline) {
            let full = places.taken().len() >= limits.clients;
            // A failed accept is the client's, or the want of a descriptor, which passes.
            let accepted = if full { None } else { listener.accept().ok() };
            let Some((stream, client)) = accepted else {
                thread::sleep(PAUSE.min(left));
                continue;
            };
            let Some(place) = places.take(client.ip(), limits.of_one) else {
                continue;
            };
            let until = deadline.min(Instant::now() + limits.exchange);
            let work = move || {
                let _place = place;
                // What fails here fails for the client alone, who can try again.
                let _ = exchange(&stream, site, until, limits.head);
            };
            // If there is no thread to be had, the connection is closed with what should have served it.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
    });
    Ok(())
}

/// The time until a moment, if there is any.
fn left(until: Instant) -> Option<Duration> {
    until
        .checked_duration_since(Instant::now())
        .filter(|left| !left.is_zero())
}

/// The addresses that have a connection, once for each.
#[derive(Default)]
struct Places(Mutex<Vec<IpAddr>>);

impl Places {
    fn taken(&self) -> MutexGuard<'_, Vec<IpAddr>> {
        // Nothing panics while it holds the list, and a list is whole in any case.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place, unless the address has as many as it may.
    fn take(&self, client: IpAddr, most: usize) -> Option<Place<'_>> {
        let mut taken = self.taken();
        let has = taken.iter().filter(|other| **other == client).count();
        (has < most).then(|| {
            taken.push(client);
            Place { of: self, client }
        })
    }
}

/// One connection that is counted, for as long as it is there.
struct Place<'a> {
    of: &'a Places,
    client: IpAddr,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        if let Some(at) = taken.iter().position(|client| *client == self.client) {
            taken.swap_remove(at);
        }
    }
}

/// Reads one request and answers it.
fn exchange(stream: &TcpStream, site: &Site, until: Instant, limit: u64) -> io::Result<()> {
    // Some systems hand the listener's mode on to what it accepts.
    stream.set_nonblocking(false)?;
    let answer = match read_head(Timed { stream, until }, limit)? {
        Some(line) => site.answer(&line),
        None => Answer::refusal("431 Request Header Fields Too Large"),
    };
    Timed { stream, until }.write_all(&answer.to_bytes())?;
    // A connection that is closed while something lies unread is reset, and the client may lose the answer.
    stream.shutdown(std::net::Shutdown::Write)?;
    let until = until.min(Instant::now() + LINGER);
    let rest = Timed { stream, until }.take(MOST_UNREAD);
    io::copy(&mut { rest }, &mut io::sink())?;
    Ok(())
}

/// Reads a request up to the empty line, and returns its first line; nothing if it is too long.
fn read_head(client: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut lines = BufReader::new(client.take(limit));
    let mut first = None;
    loop {
        let mut line = Vec::new();
        lines.read_until(b'\n', &mut line)?;
        match &line[..] {
            b"\r\n" | b"\n" => return Ok(Some(first.unwrap_or_default())),
            line if line.ends_with(b"\n") => {}
            _ if lines.get_ref().limit() == 0 => return Ok(None),
            _ => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        first.get_or_insert(line);
    }
}

/// A connection whose every wait ends at one moment, however little comes at a time.
struct Timed<'a> {
    stream: &'a TcpStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Duration> {
        left(self.until).ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

const HTML: &str = "text/html; charset=utf-8";
const NOT_ALLOWED: &str = "405 Method Not Allowed";
/// What is the same in every answer: browsers fetch nothing beside the page, and keep nothing of it.
const FIXED: &str = "Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n";
/// RFC 5737 and RFC 3849: addresses that nobody has, on the far side of the default route.
const DOCUMENTATION_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const DOCUMENTATION_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
/// Between two looks at the queue: no person notices it, and it costs a thousandth of a core.
const PAUSE: Duration = Duration::from_millis(50);
/// For a client to take its answer and close; it has had the answer by then.
const LINGER: Duration = Duration::from_secs(1);
/// More than a form that somebody posts here by mistake.
const MOST_UNREAD: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Algorithm;
    use crate::issue::{Signatory, Template, issue};
    use crate::key::PrivateKey;
    use crate::profile::Profile;
    use crate::validity::{Lifetime, Validity, parse_time};

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn root(subject: &str) -> Certificate {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let template = Template {
            profile: Profile::root(None, None),
            subject: subject.parse().unwrap(),
            names: Vec::new(),
            public_key: key.public_key().clone(),
            validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::years(10))
                .unwrap(),
        };
        issue(&template, Signatory::Itself(&key)).unwrap()
    }

    /// Serves for a while, and hands the address to what plays the clients. Returns how long it served.
    fn serving(length: Duration, limits: &Limits, clients: impl FnOnce(SocketAddr)) -> Duration {
        let site = Site::of(&root("CN=root"));
        let listener = listen(LOOPBACK, 0).unwrap();
        let address = listener.local_addr().unwrap();
        let start = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| serve_within(&listener, &site, start + length, limits).unwrap());
            clients(address);
        });
        start.elapsed()
    }

    /// Sends bytes, and returns all that comes back.
    fn says(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn status(site: &Site, line: &str) -> String {
        let answer = String::from_utf8_lossy(&site.answer(line.as_bytes()).to_bytes()).into_owned();
        answer.lines().next().unwrap().replace("HTTP/1.1 ", "")
    }

    #[test]
    fn each_document_is_of_its_type_and_there_is_nothing_else() {
        let root = root("CN=root");
        let site = Site::of(&root);
        for (path, kind, body) in [
            (
                "/",
                "text/html; charset=utf-8",
                page::html(&root).as_bytes(),
            ),
            ("/root.crt", "application/x-x509-ca-cert", root.der()),
            (
                "/root.pem",
                "application/x-pem-file",
                root.to_pem().as_bytes(),
            ),
            (
                "/root.mobileconfig",
                "application/x-apple-aspen-config",
                mobileconfig::profile(&root).as_bytes(),
            ),
        ] {
            let answer = site.answer(format!("GET {path}?a=b HTTP/1.1\r\n").as_bytes());
            assert_eq!((answer.status, answer.kind), ("200 OK", kind), "{path}");
            assert!(
                answer.body == body && answer.to_bytes().ends_with(body),
                "{path}"
            );
            let head = site.answer(format!("HEAD {path} HTTP/1.0\r\n").as_bytes());
            let head = String::from_utf8(head.to_bytes()).unwrap();
            assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
            assert!(head.ends_with("\r\n\r\n"), "a head has no body: {head}");
        }
        for line in [
            "GET /root.key HTTP/1.1",
            "GET //root.crt HTTP/1.1",
            "GET /../root.crt HTTP/1.1",
            "GET /%2e%2e/etc/passwd HTTP/1.1",
            "GET * HTTP/1.1",
            "POST /elsewhere HTTP/1.1",
        ] {
            assert_eq!(status(&site, line), "404 Not Found", "{line}");
        }
        for line in [
            "POST / HTTP/1.1",
            "DELETE /root.crt HTTP/1.1",
            "get / HTTP/1.1",
        ] {
            assert_eq!(status(&site, line), NOT_ALLOWED, "{line}");
        }
        for line in [
            "",
            "GET",
            "GET /",
            "GET / HTTP/2",
            "GET  / HTTP/1.1",
            "\u{16}\u{3}\u{1}",
        ] {
            assert_eq!(status(&site, line), "400 Bad Request", "{line}");
        }
        assert_eq!(site.answer(b"\xff\xff\xff").status, "400 Bad Request");
    }

    #[test]
    fn the_page_is_whole_and_holds_no_markup_of_others() {
        let page = page::html(&root("CN=<script>alert(1)</script> & co"));
        // The backslashes are RFC 4514's.
        let subject = r"CN=\&lt;script\&gt;alert(1)\&lt;/script\&gt; &amp; co";
        assert!(page.contains(subject), "{page}");
        for outside in ["<script", "http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        let site = Site::of(&root("CN=root"));
        for link in page.split("href=\"").skip(1) {
            let path = link.split('"').next().unwrap();
            assert_eq!(
                status(&site, &format!("GET {path} HTTP/1.1")),
                "200 OK",
                "{path}"
            );
        }
        assert!(page.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn it_serves_until_the_deadline_and_not_longer() {
        let length = Duration::from_secs(1);
        let took = serving(length, &Limits::STANDARD, |address| {
            assert!(
                says(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    .starts_with("HTTP/1.1 200 OK\r\n")
            );
            let posted = says(address, b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b");
            assert!(posted.contains("\r\nAllow: GET, HEAD\r\n"), "{posted}");
            // Says nothing, and is cut.
            assert_eq!(says(address, b""), "");
        });
        assert!(took >= length && took < length * 3, "{took:?}");
    }

    #[test]
    fn a_long_head_is_refused() {
        serving(Duration::from_secs(1), &Limits::STANDARD, |address| {
            let long = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "a".repeat(20_000));
            assert!(says(address, long.as_bytes()).starts_with("HTTP/1.1 431 "));
            let endless = "a".repeat(9_000);
            assert!(says(address, endless.as_bytes()).starts_with("HTTP/1.1 431 "));
            let most = format!("GET / HTTP/1.1\r\nCookie: {}\r\n\r\n", "a".repeat(8_000));
            assert!(says(address, most.as_bytes()).starts_with("HTTP/1.1 200 "));
        });
    }

    #[test]
    fn a_slow_client_is_let_go_however_it_drips() {
        let limits = Limits {
            exchange: Duration::from_millis(300),
            ..Limits::STANDARD
        };
        serving(Duration::from_secs(2), &limits, |address| {
            let mut stream = TcpStream::connect(address).unwrap();
            let start = Instant::now();
            while stream.write_all(b"a").is_ok() && start.elapsed() < Duration::from_secs(1) {
                thread::sleep(Duration::from_millis(20));
            }
            assert!(
                start.elapsed() < Duration::from_secs(1),
                "{:?}",
                start.elapsed()
            );
        });
    }

    #[test]
    fn who_comes_when_all_places_are_taken_waits_for_one() {
        let limits = Limits {
            exchange: Duration::from_millis(500),
            clients: 2,
            ..Limits::STANDARD
        };
        serving(Duration::from_secs(2), &limits, |address| {
            let silent = [(); 2].map(|()| TcpStream::connect(address).unwrap());
            thread::sleep(PAUSE * 3);
            let start = Instant::now();
            assert!(says(address, b"GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
            assert!(
                start.elapsed() > Duration::from_millis(200),
                "{:?}",
                start.elapsed()
            );
            drop(silent);
        });
    }

    #[test]
    fn one_address_cannot_take_all_places() {
        let limits = Limits {
            of_one: 2,
            ..Limits::STANDARD
        };
        serving(Duration::from_secs(2), &limits, |address| {
            let silent = [(); 2].map(|()| TcpStream::connect(address).unwrap());
            thread::sleep(PAUSE * 3);
            let mut third = TcpStream::connect(address).unwrap();
            let start = Instant::now();
            // It is closed, in whatever way the system does that.
            assert!(third.read(&mut [0]).map_or(true, |read| read == 0));
            assert!(start.elapsed() < Duration::from_secs(1));
            drop(silent);
            thread::sleep(PAUSE * 3);
            assert!(says(address, b"GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 "));
        });
        let places = Places::default();
        let (one, other) = (LOOPBACK, DOCUMENTATION_V6.into());
        let held = places.take(one, 1).unwrap();
        assert!(places.take(one, 1).is_none() && places.take(other, 1).is_some());
        drop(held);
        assert!(places.take(one, 1).is_some() && places.taken().is_empty());
    }

    #[test]
    fn a_port_that_is_taken_is_said_to_be() {
        let taken = listen(LOOPBACK, 0).unwrap();
        let address = taken.local_addr().unwrap();
        let error = listen(LOOPBACK, address.port()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }

    #[test]
    fn an_address_is_reached_by_itself() {
        assert_eq!(reached_by(LOOPBACK).unwrap(), LOOPBACK);
        // Whether there is a default route depends on the machine; all addresses are never the answer.
        if let Ok(own) = own_address() {
            assert!(!own.is_unspecified() && !own.is_loopback(), "{own}");
        }
    }
}
