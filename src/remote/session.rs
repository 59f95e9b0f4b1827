//! What a server answered.

use std::net::SocketAddr;

use serde::Serialize;

use super::handshake::Shaken;
use super::wire::Wire;
use super::witness::Proof;
use super::{Host, Request};
use crate::name::Subject;
use crate::text::escape_bytes;

/// A handshake with a server, and the certificates that came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Session {
    /// The address that was connected to: the proxy's, if there was one.
    pub address: SocketAddr,
    /// The name that was asked for; none where an address was.
    pub servername: Option<String>,
    /// The proxy.
    pub proxy: Option<String>,
    /// What was spoken before TLS.
    pub starttls: Option<&'static str>,
    /// The version of TLS.
    pub protocol: Option<&'static str>,
    /// The cipher suite, by its name in the IANA's registry.
    pub cipher_suite: Option<String>,
    /// The group of the key exchange.
    pub key_exchange: Option<String>,
    /// The protocol of the application that the server picked of those offered.
    pub alpn: Option<String>,
    /// How the server proved that it has the key of its certificate.
    pub signature: Option<Signed>,
    /// What it wants of the client.
    pub client_certificate: Asked,
    /// Whether it went on from this session in another; nothing if that was not tried, or failed.
    pub resumption: Option<bool>,
    /// Where the time went.
    pub timings: Timings,
    #[serde(skip)]
    pub(super) chain: Vec<Vec<u8>>,
    #[serde(skip)]
    pub(super) staple: Vec<u8>,
}

/// The signature over a handshake.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Signed {
    /// Its scheme.
    pub scheme: String,
    /// Whether it is by the key of the first certificate.
    #[serde(flatten)]
    pub proof: Proof,
}

/// What a server wants of the client.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Asked {
    /// Whether it asked for a certificate.
    pub asked: bool,
    /// Whether it got one.
    pub sent: bool,
    /// The alert by which it refused what it got, or that it got none.
    pub refused: Option<String>,
    /// The authorities that it named.
    pub authorities: Vec<String>,
}

/// Where the time went, in microseconds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Timings {
    /// The look-up of the host's name.
    pub lookup_us: u64,
    /// The connection: one round trip.
    pub tcp_us: u64,
    /// The talk with the proxy.
    pub proxy_us: Option<u64>,
    /// The talk before TLS.
    pub starttls_us: Option<u64>,
    /// The handshake.
    pub tls_us: u64,
    /// The round trips of the handshake, as they were counted.
    pub round_trips: u32,
}

impl Session {
    /// Tells what a handshake brought to light.
    pub(super) fn of(
        request: &Request<'_>,
        shaken: &Shaken,
        wire: &Wire,
        timings: Timings,
    ) -> Self {
        let observed = &shaken.observed;
        let names = observed.asked.as_deref().unwrap_or_default();
        let servername = match request.servername() {
            Host::Address(_) => None,
            Host::Name(name) => Some(name.to_string()),
        };
        Self {
            address: wire.address(),
            servername,
            proxy: request.proxy.as_ref().map(ToString::to_string),
            starttls: request.starttls().map(super::StartTls::name),
            protocol: shaken.protocol(),
            cipher_suite: shaken.cipher_suite(),
            key_exchange: shaken.key_exchange(),
            alpn: shaken.alpn().map(escape_bytes),
            signature: observed
                .proof
                .clone()
                .map(|(scheme, proof)| Signed { scheme, proof }),
            client_certificate: Asked {
                asked: observed.asked.is_some(),
                sent: observed.asked.is_some() && request.identity.is_some(),
                refused: None,
                authorities: names.iter().map(|name| shown(name)).collect(),
            },
            resumption: None,
            timings,
            chain: observed.chain.clone(),
            staple: observed.staple.clone(),
        }
    }

    /// Returns the certificates as they were sent, in DER, the server's own first. Nothing is known of them.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// Returns the OCSP response that was stapled to the first certificate, in DER, if one was.
    pub fn staple(&self) -> Option<&[u8]> {
        Some(&self.staple[..]).filter(|staple| !staple.is_empty())
    }
}

fn shown(name: &[u8]) -> String {
    let text = Subject::from_der(name).to_string();
    match text.is_empty() {
        true => "(empty)".to_owned(),
        false => text,
    }
}
