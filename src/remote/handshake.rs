//! The handshake itself: rustls, with a verifier that takes every chain and reports.
//!
//! Nothing is judged here. What the server proves is that it holds the key of the first certificate, and
//! whether it did is part of the answer.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::aws_lc_rs::{self, kx_group, sign::any_supported_type};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, ClientConfig, ClientConnection, DigitallySignedStruct, HandshakeKind,
    ProtocolVersion, SignatureScheme as Scheme,
};
use serde::Serialize;

use super::wire::Wire;
use crate::cert::Certificate;
use crate::crypto::SignatureScheme;
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyForm, PrivateKey};

/// A client's certificates, its own first, and the key of that.
#[derive(Debug)]
pub struct Identity {
    /// The certificates, as they are sent.
    pub chain: Vec<Certificate>,
    /// The private key of the first.
    pub key: PrivateKey,
}

impl Identity {
    /// Brings certificates and a key together.
    ///
    /// Fails with [`ErrorKind::KeyMismatch`] if the key is not that of the first certificate.
    pub fn new(chain: Vec<Certificate>, key: PrivateKey) -> Result<Self> {
        if let Some(first) = chain.first() {
            first.require_key(&key)?;
        }
        Ok(Self { chain, key })
    }

    fn certified(&self) -> Result<CertifiedKey> {
        let key = PrivatePkcs8KeyDer::from(self.key.to_der(KeyForm::Pkcs8)?.to_vec());
        let key = any_supported_type(&PrivateKeyDer::Pkcs8(key)).map_err(|_| {
            let kind = self.key.public_key().kind();
            Error::new(
                ErrorKind::Weak,
                format!("the client's key ({kind}) cannot be used in TLS here"),
            )
        })?;
        let der = |certificate: &Certificate| CertificateDer::from(certificate.der().to_vec());
        Ok(CertifiedKey::new(self.chain.iter().map(der).collect(), key))
    }
}

/// Whether the server proved that it holds the key of its certificate.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Proof {
    /// The signature over the handshake is by that key.
    Valid,
    /// It is not.
    Invalid,
    /// It could not be checked here.
    Unchecked {
        /// Why.
        reason: String,
    },
}

/// What a handshake brought to light.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The certificates as they were sent.
    pub chain: Vec<Vec<u8>>,
    /// The OCSP response stapled to them; empty if there was none.
    pub staple: Vec<u8>,
    /// The scheme of the signature over the handshake, and whether it is right.
    pub proof: Option<(String, Proof)>,
    /// The names of the authorities whose client certificates are taken, if the server asked for one.
    pub asked: Option<Vec<Vec<u8>>>,
}

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
        let identity = identity.map(Identity::certified).transpose()?.map(Arc::new);
        let witness = Arc::new(Witness {
            identity,
            observed: Mutex::default(),
        });
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
        *self.witness.observed() = Observed::default();
        wire.begin();
        let failure = run(&mut connection, wire).err();
        let observed = self.witness.observed().clone();
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

/// Takes everything, and remembers it.
#[derive(Debug)]
struct Witness {
    identity: Option<Arc<CertifiedKey>>,
    observed: Mutex<Observed>,
}

impl Witness {
    fn observed(&self) -> MutexGuard<'_, Observed> {
        // Nothing panics while it holds them.
        self.observed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn weigh(
        &self,
        message: &[u8],
        leaf: &[u8],
        signed: &DigitallySignedStruct,
    ) -> HandshakeSignatureValid {
        let proof = check(message, leaf, signed).unwrap_or_else(|error| Proof::Unchecked {
            reason: error.to_string(),
        });
        self.observed().proof = Some((scheme_name(signed.scheme), proof));
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp_response: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut observed = self.observed();
        let chain = std::iter::once(end_entity).chain(intermediates);
        observed.chain = chain.map(|der| der.as_ref().to_vec()).collect();
        observed.staple = ocsp_response.to_vec();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.weigh(message, cert, dss))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(self.weigh(message, cert, dss))
    }

    fn supported_verify_schemes(&self) -> Vec<Scheme> {
        SCHEMES.to_vec()
    }
}

impl ResolvesClientCert for Witness {
    fn resolve(&self, authorities: &[&[u8]], _: &[Scheme]) -> Option<Arc<CertifiedKey>> {
        let names = authorities
            .iter()
            .take(MAX_AUTHORITIES)
            .map(|name| name.to_vec());
        self.observed().asked = Some(names.collect());
        self.identity.clone()
    }

    /// Said even where there is none, so that the question is seen.
    fn has_certs(&self) -> bool {
        true
    }
}

fn check(message: &[u8], leaf: &[u8], signed: &DigitallySignedStruct) -> Result<Proof> {
    let Some(scheme) = in_the_room(signed.scheme) else {
        let reason = "signatures of this scheme cannot be checked here".to_owned();
        return Ok(Proof::Unchecked { reason });
    };
    let leaf = Certificate::from_der(leaf)?;
    match leaf
        .public_key()
        .verify(scheme, message, signed.signature())?
    {
        true => Ok(Proof::Valid),
        false => Ok(Proof::Invalid),
    }
}

fn in_the_room(scheme: Scheme) -> Option<SignatureScheme> {
    Some(match scheme {
        Scheme::ECDSA_NISTP256_SHA256 => SignatureScheme::EcdsaSha256,
        Scheme::ECDSA_NISTP384_SHA384 => SignatureScheme::EcdsaSha384,
        Scheme::ECDSA_NISTP521_SHA512 => SignatureScheme::EcdsaSha512,
        Scheme::ED25519 => SignatureScheme::Ed25519,
        Scheme::RSA_PKCS1_SHA1 => SignatureScheme::RsaPkcs1Sha1,
        Scheme::RSA_PKCS1_SHA256 => SignatureScheme::RsaPkcs1Sha256,
        Scheme::RSA_PKCS1_SHA384 => SignatureScheme::RsaPkcs1Sha384,
        Scheme::RSA_PKCS1_SHA512 => SignatureScheme::RsaPkcs1Sha512,
        Scheme::RSA_PSS_SHA256 => SignatureScheme::RsaPssSha256,
        Scheme::RSA_PSS_SHA384 => SignatureScheme::RsaPssSha384,
        Scheme::RSA_PSS_SHA512 => SignatureScheme::RsaPssSha512,
        _ => return None,
    })
}

/// The name in the IANA's registry, as far as it can be made of that in rustls.
fn scheme_name(scheme: Scheme) -> String {
    match scheme {
        Scheme::RSA_PSS_SHA256 | Scheme::RSA_PSS_SHA384 | Scheme::RSA_PSS_SHA512 => {
            format!("{scheme:?}")
                .replace("RSA_PSS", "rsa_pss_rsae")
                .to_ascii_lowercase()
        }
        Scheme::ECDSA_NISTP256_SHA256 => "ecdsa_secp256r1_sha256".to_owned(),
        Scheme::ECDSA_NISTP384_SHA384 => "ecdsa_secp384r1_sha384".to_owned(),
        Scheme::ECDSA_NISTP521_SHA512 => "ecdsa_secp521r1_sha512".to_owned(),
        other => format!("{other:?}").to_ascii_lowercase(),
    }
}

/// What a client can say it checks. All that exist, so that no server is turned away for its key.
const SCHEMES: [Scheme; 17] = [
    Scheme::ECDSA_NISTP256_SHA256,
    Scheme::ECDSA_NISTP384_SHA384,
    Scheme::ECDSA_NISTP521_SHA512,
    Scheme::ED25519,
    Scheme::ED448,
    Scheme::RSA_PSS_SHA256,
    Scheme::RSA_PSS_SHA384,
    Scheme::RSA_PSS_SHA512,
    Scheme::RSA_PKCS1_SHA256,
    Scheme::RSA_PKCS1_SHA384,
    Scheme::RSA_PKCS1_SHA512,
    Scheme::ML_DSA_44,
    Scheme::ML_DSA_65,
    Scheme::ML_DSA_87,
    Scheme::ECDSA_SHA1_Legacy,
    Scheme::RSA_PKCS1_SHA1,
    // RSASSA-PSS with a key that is for nothing else (RFC 8446 §4.2.3); rustls has no name for it.
    Scheme::Unknown(0x0809),
];
/// Some servers name every root that they trust; nobody reads more.
const MAX_AUTHORITIES: usize = 200;
