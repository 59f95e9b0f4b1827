//! What stands where a client of rustls would judge: it takes every chain, and remembers what it saw.
//!
//! Nothing is judged here. What a server proves is that it holds the key of its first certificate, and
//! whether it did is part of the answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme as Scheme};
use serde::Serialize;

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

/// Takes everything, and remembers it.
#[derive(Debug)]
pub struct Witness {
    identity: Option<Arc<CertifiedKey>>,
    observed: Mutex<Observed>,
}

impl Witness {
    /// A witness with what is shown to a server that asks.
    pub fn of(identity: Option<&Identity>) -> Result<Self> {
        Ok(Self {
            identity: identity.map(Identity::certified).transpose()?.map(Arc::new),
            observed: Mutex::default(),
        })
    }

    /// Forgets what it saw.
    pub fn forget(&self) {
        *self.observed() = Observed::default();
    }

    /// Tells what it saw.
    pub fn told(&self) -> Observed {
        self.observed().clone()
    }

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
