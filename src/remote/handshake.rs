//! The handshake itself, by rustls, with a witness in the place of a judge.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs::{self, kx_group};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion};

use super::wire::Wire;
use super::witness::{Identity, Observed, Witness};
use crate::error::{Error, ErrorKind, Result};

/// A client that has one server in mind.
pub struct Client {
    config: Arc<ClientConfig>,
    witness: Arc<Witness>,
    name: ServerName<'static>,
}

impl Client {
    /// Makes a client that offers these protocols of the application.
    pub fn new(
        name: ServerName<'static>,
        identity: Option<&Identity>,
        alpn: &[&[u8]],
    ) -> Result<Self> {
        let witness = Arc::new(Witness::of(identity)?);
        let provider = rustls::crypto::CryptoProvider {
            // As browsers do: the hybrid first, which brings a share of X25519 along.
            kx_groups: vec![
                kx_group::X25519MLKEM768,
                kx_group::X25519,
                kx_group::SECP256R1,
                kx_group::SECP384R1,
            ],
            ..aws_lc_rs::default_provider()
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .map_err(|source| {
                Error::new(ErrorKind::Io, format!("TLS cannot be set up: {source}"))
            })?;
        let mut config = builder
            .dangerous()
            .with_custom_certificate_verifier(witness.clone())
            .with_client_cert_resolver(witness.clone());
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        config.check_selected_alpn = false;
        config.resumption = Resumption::in_memory_sessions(4);
        Ok(Self {
            config: Arc::new(config),
            witness,
            name,
        })
    }

    /// Does a handshake.
    pub fn shake(&self, wire: &mut Wire) -> Shaken {
        let made = ClientConnection::new(self.config.clone(), self.name.clone());
        let mut connection = match made {
            Ok(connection) => connection,
            Err(error) => {
                return Shaken {
                    connection: None,
                    failure: Some(Failure::Tls(error)),
                    observed: Observed::default(),
                };
            }
        };
        self.witness.forget();
        wire.begin();
        let failure = run(&mut connection, wire).err();
        let observed = self.witness.told();
        Shaken {
            connection: Some(connection),
            failure,
            observed,
        }
    }
}

/// A handshake, as far as it came.
pub struct Shaken {
    connection: Option<ClientConnection>,
    /// What ended it before its time.
    pub failure: Option<Failure>,
    /// What it brought to light.
    pub observed: Observed,
}

/// Why a handshake ended before its time.
#[derive(Debug)]
pub enum Failure {
    /// The connection broke.
    Io(io::Error),
    /// One of the sides would not go on.
    Tls(rustls::Error),
}

impl Shaken {
    /// Returns the version of TLS.
    pub fn protocol(&self) -> Option<&'static str> {
        Some(match self.connection.as_ref()?.protocol_version()? {
            ProtocolVersion::TLSv1_2 => "TLS 1.2",
            ProtocolVersion::TLSv1_3 => "TLS 1.3",
            _ => "unknown",
        })
    }

    /// Returns the cipher suite, by its name in the IANA's registry.
    pub fn cipher_suite(&self) -> Option<String> {
        let suite = self.connection.as_ref()?.negotiated_cipher_suite()?.suite();
        Some(format!("{suite:?}").replace("TLS13_", "TLS_"))
    }

    /// Returns the group of the key exchange.
    pub fn key_exchange(&self) -> Option<String> {
        let group = self.connection.as_ref()?.negotiated_key_exchange_group()?;
        Some(format!("{:?}", group.name()))
    }

    /// Returns the protocol of the application that the server picked.
    pub fn alpn(&self) -> Option<&[u8]> {
        self.connection.as_ref()?.alpn_protocol()
    }

    /// Tells whether this went on from an earlier session.
    pub fn is_resumed(&self) -> bool {
        let kind = self
            .connection
            .as_ref()
            .and_then(|connection| connection.handshake_kind());
        kind == Some(HandshakeKind::Resumed)
    }

    /// Says goodbye, and listens for what comes after the handshake: tickets, and in TLS 1.3 the refusal of
    /// the client's certificate, which it learns of no sooner. Returns the alert of a refusal.
    ///
    /// Who asked for a certificate gets time to refuse before anything is said.
    pub fn finish(&mut self, wire: &mut Wire, patience: Duration) -> Option<AlertDescription> {
        let Self {
            connection: Some(connection),
            failure: None,
            observed,
        } = self
        else {
            return None;
        };
        if observed.asked.is_some()
            && let Some(alert) = listen(connection, wire, patience)
        {
            return Some(alert);
        }
        connection.send_close_notify();
        while connection.wants_write() {
            connection.write_tls(wire).ok()?;
        }
        listen(connection, wire, patience)
    }

    /// Tells whether there is something to go on from; in TLS 1.2 only the next handshake shows it.
    pub fn may_resume(&self) -> bool {
        let Some(connection) = self.connection.as_ref().filter(|_| self.failure.is_none()) else {
            return false;
        };
        connection.protocol_version() == Some(ProtocolVersion::TLSv1_2)
            || connection.tls13_tickets_received() > 0
    }
}

/// Does the handshake, and sees an alert even where the way to the server was cut first.
fn run(connection: &mut ClientConnection, wire: &mut Wire) -> Result<(), Failure> {
    while connection.is_handshaking() || connection.wants_write() {
        let error = match connection.complete_io(wire) {
            // A goodbye in the middle: there is nothing to wait for any more.
            Ok((0, 0)) => io::ErrorKind::UnexpectedEof.into(),
            Ok(_) => continue,
            Err(error) => error,
        };
        if let Some(tls) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        {
            return Err(Failure::Tls(tls.clone()));
        }
        // Somebody who refuses and closes may make our next write fail, with the refusal still unread.
        let is_cut = matches!(
            error.kind(),
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
        );
        if is_cut && connection.read_tls(wire).is_ok_and(|count| count > 0) {
            connection.process_new_packets().map_err(Failure::Tls)?;
        }
        return Err(Failure::Io(error));
    }
    Ok(())
}

/// Reads until the server closes, speaks, refuses, or the patience ends.
fn listen(
    connection: &mut ClientConnection,
    wire: &mut Wire,
    patience: Duration,
) -> Option<AlertDescription> {
    let whole = wire.deadline();
    wire.set_deadline(whole.or_within(patience));
    let alert = loop {
        if !connection.read_tls(wire).is_ok_and(|count| count > 0) {
            break None;
        }
        match connection.process_new_packets() {
            Err(rustls::Error::AlertReceived(alert)) => break Some(alert),
            Ok(state) if state.plaintext_bytes_to_read() == 0 && !state.peer_has_closed() => {}
            _ => break None,
        }
    };
    wire.set_deadline(whole);
    alert
}
