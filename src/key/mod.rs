//! Key pairs and public keys.

mod public;

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use pkcs8::der::Decode as _;
use zeroize::Zeroizing;

use crate::crypto::{self, Algorithm, Curve, Pace, SignatureScheme, Signer};
use crate::der::{self, dotted};
use crate::document::{Document, Kind, documents, kind_of_der};
use crate::error::{Error, ErrorKind, Result};
use crate::pem;

pub use public::{KeyKind, PublicKey};

use public::{ED25519, RSA_ENCRYPTION, algorithm_name, ec_algorithm};

/// A password as bytes, wiped when dropped and never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Takes the password's bytes: UTF-8, as every program that encrypts keys does today.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// Returns the password's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// A private key with its public key, which were checked to belong together.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
    /// What signs; absent for a key that was just generated, since most of these never sign here,
    /// and for one too weak to.
    signer: Option<Signer>,
}

/// The numbers that make the key.
enum Secret {
    Ec {
        curve: Curve,
        scalar: Zeroizing<Vec<u8>>,
    },
    Ed25519(Zeroizing<Vec<u8>>),
    /// `RSAPrivateKey`, in DER.
    Rsa(Zeroizing<Vec<u8>>),
}

impl PrivateKey {
    /// Generates a key pair.
    pub fn generate(algorithm: Algorithm) -> Result<Self> {
        Self::generate_on(algorithm, NonZero::<usize>::MIN)
    }

    /// Generates a key pair with the help of several threads, where that shortens the time: for RSA.
    ///
    /// The threads that do not come first may go on for a while after this returns.
    pub fn generate_on(algorithm: Algorithm, threads: NonZero<usize>) -> Result<Self> {
        Self::decode_pkcs8(&crypto::generate(algorithm, threads)?)
    }

    /// Generates a key pair as one of many.
    pub fn generate_of_many(algorithm: Algorithm) -> Result<Self> {
        let Some(curve) = algorithm.curve() else {
            return Self::generate(algorithm);
        };
        let (scalar, point) = crypto::generate_of_many(curve)?;
        Ok(Self {
            secret: Secret::Ec { curve, scalar },
            public: PublicKey::ec(curve, &point),
            signer: None,
        })
    }

    /// Gets ready to sign very often, as a CA does that issues for a list.
    pub fn for_many(mut self) -> Result<Self> {
        if self.signer.is_some() {
            self.signer = Some(self.signer(Pace::Many)?);
        }
        Ok(self)
    }

    /// Reads the first private key of a file: PKCS #8, SEC 1 or PKCS #1, PEM or DER, encrypted or not.
    ///
    /// Fails with [`ErrorKind::PasswordNeeded`] if it is encrypted and no password was given.
    pub fn from_bytes(bytes: &[u8], password: Option<&Password>) -> Result<Self> {
        Self::first_of(documents(bytes)?, password)
    }

    /// Reads the first private key among documents.
    ///
    /// Fails as [`Self::from_bytes`] does.
    pub fn first_of(
        documents: impl Iterator<Item = Result<Document>>,
        password: Option<&Password>,
    ) -> Result<Self> {
        let mut others = Vec::new();
        for document in documents {
            let document = document?;
            if document.kind.is_private_key() {
                return Self::from_document(&document, password);
            }
            others.push(document.kind.to_string());
        }
        Err(Error::new(
            ErrorKind::WrongKind,
            format!("it holds {}, and no private key", list(&others)),
        ))
    }

    /// Reads a private key of any form.
    ///
    /// Fails as [`Self::from_bytes`] does.
    pub fn from_document(document: &Document, password: Option<&Password>) -> Result<Self> {
        match &document.kind {
            Kind::PrivateKey => Self::from_pkcs8(&document.der),
            Kind::EcPrivateKey => Self::decode_sec1(&document.der, None)?.checked(),
            Kind::RsaPrivateKey => Self::decode_pkcs1(&document.der)?.checked(),
            Kind::EncryptedPrivateKey => {
                let password = needed(password)?;
                Self::from_pkcs8(&crypto::decrypt(&document.der, password.as_bytes())?)
            }
            Kind::LegacyEncryptedKey(info) => {
                let password = needed(password)?.as_bytes();
                Self::from_structure(&crypto::decrypt_traditional(info, &document.der, password)?)
            }
            other => Err(Error::new(
                ErrorKind::WrongKind,
                format!("it is {other}, not a private key"),
            )),
        }
    }

    /// Reads what was under a traditional encryption, whose label does not say which form it is.
    fn from_structure(der: &[u8]) -> Result<Self> {
        match kind_of_der(der)? {
            Some(Kind::PrivateKey) => Self::from_pkcs8(der),
            Some(Kind::EcPrivateKey) => Self::decode_sec1(der, None)?.checked(),
            Some(Kind::RsaPrivateKey) => Self::decode_pkcs1(der)?.checked(),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                "private keys of the form in which this one was encrypted are not supported",
            )),
        }
    }

    /// Reads a `PrivateKeyInfo` or `OneAsymmetricKey` (RFC 5958), in DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self> {
        Self::decode_pkcs8(der)?.checked()
    }

    fn decode_pkcs8(der: &[u8]) -> Result<Self> {
        let info = pkcs8::PrivateKeyInfoRef::from_der(der)
            .map_err(|_| Error::new(ErrorKind::Malformed, "the private key is not PKCS #8"))?;
        let secret = info.private_key.as_bytes();
        match info.algorithm.oid.to_string().as_str() {
            "1.2.840.10045.2.1" => {
                let curve = info
                    .algorithm
                    .parameters_oid()
                    .map_err(|_| explicit_curve())?;
                Self::decode_sec1(
                    secret,
                    Some(&der::element(der::OBJECT_IDENTIFIER, &[curve.as_bytes()])),
                )
            }
            "1.2.840.113549.1.1.1" => Self::decode_pkcs1(secret),
            "1.3.101.112" => Self::decode_ed25519(der::only(secret)?.expect(der::OCTET_STRING)?),
            other => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "private keys of the algorithm {} are not supported",
                    algorithm_name(other)
                ),
            )),
        }
    }

    /// Reads an `ECPrivateKey` (RFC 5915), in DER; the curve may stand in it or outside.
    fn decode_sec1(der: &[u8], curve: Option<&[u8]>) -> Result<Self> {
        let key = sec1::EcPrivateKey::from_der(der).map_err(|_| match has_explicit_curve(der) {
            true => explicit_curve(),
            false => Error::new(ErrorKind::Malformed, "the private key is not SEC 1"),
        })?;
        let inside = key
            .parameters
            .and_then(|parameters| parameters.named_curve());
        let inside = inside.map(|oid| der::element(der::OBJECT_IDENTIFIER, &[oid.as_bytes()]));
        if curve.is_some() && inside.is_some() && curve != inside.as_deref() {
            return Err(Error::new(
                ErrorKind::Malformed,
                "the private key names two different elliptic curves",
            ));
        }
        let oid = curve.or(inside.as_deref()).ok_or_else(explicit_curve)?;
        let curve = Curve::from_oid(oid).ok_or_else(|| unsupported_curve(oid))?;
        let scalar = padded(key.private_key, curve.scalar_length())?;
        // A compressed point is recomputed too, since the providers want the long form.
        let point = match key.public_key {
            Some(point) if point.first() == Some(&4) => point.to_vec(),
            _ => curve.public_point(&scalar)?,
        };
        let public = PublicKey::ec(curve, &point);
        Ok(Self {
            secret: Secret::Ec { curve, scalar },
            public,
            signer: None,
        })
    }

    /// Takes the 32 bytes of an Ed25519 key (RFC 8410 §7).
    fn decode_ed25519(seed: &[u8]) -> Result<Self> {
        let signer = Signer::ed25519(seed)?;
        let public = PublicKey::ed25519(signer.public_octets().unwrap_or_default());
        Ok(Self {
            secret: Secret::Ed25519(Zeroizing::new(seed.to_vec())),
            public,
            signer: Some(signer),
        })
    }

    /// Reads an `RSAPrivateKey` (RFC 8017 A.1.2), in DER.
    fn decode_pkcs1(der: &[u8]) -> Result<Self> {
        let mut numbers = der::only(der)?.open(der::SEQUENCE)?;
        let (_version, modulus, exponent) =
            (numbers.element()?, numbers.element()?, numbers.element()?);
        let public = PublicKey::rsa(modulus.raw, exponent.raw)?;
        // No provider looks at what is weak, and that it is a key at all is for us to see.
        for _ in 0..PRIVATE_RSA_NUMBERS {
            numbers.element()?.expect(der::INTEGER)?;
        }
        Ok(Self {
            secret: Secret::Rsa(Zeroizing::new(der.to_vec())),
            public,
            signer: None,
        })
    }

    /// Has the provider take the key, which checks that its halves belong together.
    fn checked(mut self) -> Result<Self> {
        if self.public.require_strength().is_ok() {
            self.signer = Some(self.signer(Pace::Few)?);
        }
        Ok(self)
    }

    fn signer(&self, pace: Pace) -> Result<Signer> {
        match &self.secret {
            Secret::Ec { curve, scalar } => Signer::ecdsa(*curve, scalar, &self.public.bits, pace),
            Secret::Ed25519(seed) => Signer::ed25519(seed),
            Secret::Rsa(der) => Signer::rsa(der),
        }
    }

    /// Returns the public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the signature scheme that this key signs certificates with.
    pub fn scheme(&self) -> SignatureScheme {
        match &self.secret {
            Secret::Ec {
                curve: Curve::P256, ..
            } => SignatureScheme::EcdsaSha256,
            Secret::Ec {
                curve: Curve::P384, ..
            } => SignatureScheme::EcdsaSha384,
            Secret::Ec {
                curve: Curve::P521, ..
            } => SignatureScheme::EcdsaSha512,
            Secret::Ed25519(_) => SignatureScheme::Ed25519,
            Secret::Rsa(_) => SignatureScheme::RsaPkcs1Sha256,
        }
    }

    /// Signs a message with [its scheme](Self::scheme).
    ///
    /// Fails with [`ErrorKind::Weak`] for RSA below 2048 bits.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        self.public
            .require_strength()
            .map_err(|error| error.with_hint("make a new one: certwright key"))?;
        match &self.signer {
            Some(signer) => signer.sign(self.scheme(), message),
            None => self.signer(Pace::Few)?.sign(self.scheme(), message),
        }
    }

    /// Encodes the key in DER.
    ///
    /// PKCS #8 is version 1, without attributes or public key field, which every reader takes.
    /// Fails with [`ErrorKind::WrongKind`] for SEC 1 of a key that is not on a curve, and PKCS #1
    /// of one that is not RSA.
    pub fn to_der(&self, form: KeyForm) -> Result<Zeroizing<Vec<u8>>> {
        let unfit = |needed| {
            Error::new(
                ErrorKind::WrongKind,
                format!(
                    "the key is {}, and {form} holds {needed} keys only",
                    self.public.kind()
                ),
            )
            .with_hint("PKCS #8 holds keys of every kind: --to pkcs8")
        };
        match (form, &self.secret) {
            (KeyForm::Pkcs8, _) => Ok(self.to_pkcs8()),
            (KeyForm::Sec1, Secret::Ec { curve, scalar }) => {
                Ok(self.ec_private_key(scalar, Some(*curve)))
            }
            (KeyForm::Sec1, _) => Err(unfit("elliptic curve")),
            (KeyForm::Pkcs1, Secret::Rsa(der)) => Ok(der.clone()),
            (KeyForm::Pkcs1, _) => Err(unfit("RSA")),
        }
    }

    /// Encodes the key in PEM, with the label of its form.
    ///
    /// Fails as [`Self::to_der`] does.
    pub fn to_pem(&self, form: KeyForm) -> Result<Zeroizing<String>> {
        Ok(Zeroizing::new(pem::encode(
            form.label(),
            &self.to_der(form)?,
        )))
    }

    /// Encodes the key as PKCS #8 in PEM, encrypted if there is a password.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] if the password is empty.
    pub fn to_pkcs8_pem(&self, password: Option<&Password>) -> Result<Zeroizing<String>> {
        match password {
            Some(password) => self.to_encrypted_pem(password),
            None => self.to_pem(KeyForm::Pkcs8),
        }
    }

    /// Encodes the key as `EncryptedPrivateKeyInfo` (RFC 5958 §3), in DER.
    ///
    /// Fails with [`ErrorKind::InvalidValue`] if the password is empty.
    pub fn to_encrypted_der(&self, password: &Password) -> Result<Vec<u8>> {
        if password.as_bytes().is_empty() {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                "an empty password protects nothing",
            ));
        }
        crypto::encrypt(&self.to_pkcs8(), password.as_bytes())
    }

    /// Encodes the key as `EncryptedPrivateKeyInfo`, in PEM.
    ///
    /// Fails as [`Self::to_encrypted_der`] does.
    pub fn to_encrypted_pem(&self, password: &Password) -> Result<Zeroizing<String>> {
        Ok(Zeroizing::new(pem::encode(
            "ENCRYPTED PRIVATE KEY",
            &self.to_encrypted_der(password)?,
        )))
    }

    fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let null = der::element(der::NULL, &[]);
        let (algorithm, secret) = match &self.secret {
            Secret::Ec { curve, scalar } => {
                (ec_algorithm(*curve), self.ec_private_key(scalar, None))
            }
            Secret::Ed25519(seed) => (
                der::sequence(&[&der::object_identifier(ED25519)]),
                Zeroizing::new(der::element(der::OCTET_STRING, &[seed])),
            ),
            Secret::Rsa(der) => (
                der::sequence(&[&der::object_identifier(RSA_ENCRYPTION), &null]),
                der.clone(),
            ),
        };
        let secret = Zeroizing::new(der::element(der::OCTET_STRING, &[&secret]));
        Zeroizing::new(der::sequence(&[
            &der::element(der::INTEGER, &[&[0]]),
            &algorithm,
            &secret,
        ]))
    }

    /// `ECPrivateKey`; inside PKCS #8 the curve stands outside it (RFC 5915 §1).
    fn ec_private_key(&self, scalar: &[u8], curve: Option<Curve>) -> Zeroizing<Vec<u8>> {
        let curve = curve.map_or_else(Vec::new, |curve| {
            der::element(
                der::context_constructed(0),
                &[&der::object_identifier(curve.arcs())],
            )
        });
        let point = der::element(
            der::context_constructed(1),
            &[&der::bit_string(&self.public.bits)],
        );
        let scalar = Zeroizing::new(der::element(der::OCTET_STRING, &[scalar]));
        Zeroizing::new(der::sequence(&[
            &der::element(der::INTEGER, &[&[1]]),
            &scalar,
            &curve,
            &point,
        ]))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, ..)", self.public.kind())
    }
}

/// The forms in which a private key that is not encrypted is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeyForm {
    /// RFC 5958: any algorithm.
    #[default]
    Pkcs8,
    /// RFC 5915: elliptic curves.
    Sec1,
    /// RFC 8017: RSA.
    Pkcs1,
}

impl KeyForm {
    /// Returns the PEM label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pkcs8 => "PRIVATE KEY",
            Self::Sec1 => "EC PRIVATE KEY",
            Self::Pkcs1 => "RSA PRIVATE KEY",
        }
    }
}

impl fmt::Display for KeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs8 => "PKCS #8",
            Self::Sec1 => "SEC 1",
            Self::Pkcs1 => "PKCS #1",
        })
    }
}

impl FromStr for KeyForm {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "pkcs8" => Ok(Self::Pkcs8),
            "sec1" => Ok(Self::Sec1),
            "pkcs1" => Ok(Self::Pkcs1),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                format!("\"{text}\" is not a form of private key"),
            )
            .with_hint("take pkcs8, sec1 or pkcs1")),
        }
    }
}

fn needed(password: Option<&Password>) -> Result<&Password> {
    password.ok_or_else(|| {
        Error::new(ErrorKind::PasswordNeeded, "the private key is encrypted")
            .with_hint("give its password with --password-file FILE, or - for standard input")
    })
}

/// Programs differ in whether they keep leading zeros (RFC 5915 §3 wants them).
fn padded(scalar: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>> {
    let excess = scalar.len().saturating_sub(length);
    if scalar[..excess].iter().any(|byte| *byte != 0) {
        return Err(Error::new(
            ErrorKind::Malformed,
            "the private number is longer than its curve allows",
        ));
    }
    let mut padded = Zeroizing::new(vec![0; length.saturating_sub(scalar.len())]);
    padded.extend_from_slice(&scalar[excess..]);
    Ok(padded)
}

/// Tells whether an `ECPrivateKey` has its curve's parameters in place of the curve's name.
fn has_explicit_curve(der: &[u8]) -> bool {
    let parameters = || {
        let mut key = der::only(der)?.open(der::SEQUENCE)?;
        let (_version, _scalar) = (key.element()?, key.element()?);
        key.element()?.open(der::context_constructed(0))?.element()
    };
    parameters().is_ok_and(|parameters| parameters.tag == der::SEQUENCE)
}

fn explicit_curve() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "the key does not name its elliptic curve",
    )
    .with_hint(
        "keys with explicit parameters are refused everywhere; make a new one: certwright key",
    )
}

fn unsupported_curve(oid: &[u8]) -> Error {
    let name = der::only(oid)
        .map(|oid| algorithm_name(&dotted(oid.content)))
        .unwrap_or_default();
    Error::new(
        ErrorKind::Unsupported,
        format!("the elliptic curve {name} is not supported"),
    )
    .with_hint("browsers take P-256 and P-384")
}

fn list(kinds: &[String]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for kind in kinds {
        if !seen.contains(&kind.as_str()) {
            seen.push(kind);
        }
    }
    if seen.is_empty() {
        "nothing".into()
    } else {
        seen.join(" and ")
    }
}

/// After version, modulus and public exponent: the private exponent, two primes, and three for the Chinese remainder
/// theorem (RFC 8017 A.1.2).
const PRIVATE_RSA_NUMBERS: usize = 6;

#[cfg(test)]
mod tests;
