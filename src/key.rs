//! Key pairs and public keys.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;

use pkcs8::der::Decode as _;
use zeroize::Zeroizing;

use crate::crypto::{self, Algorithm, Curve, Digest, SignatureScheme, Signer, VerifyingKey};
use crate::der::{self, Reader, dotted};
use crate::document::{Document, Kind, documents};
use crate::error::{Error, ErrorKind, Result};
use crate::pem;

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

    /// Reads the first private key of a file: PKCS #8, SEC 1 or PKCS #1, PEM or DER, encrypted or not.
    ///
    /// Fails with [`ErrorKind::PasswordNeeded`] if it is encrypted and no password was given.
    pub fn from_bytes(bytes: &[u8], password: Option<&Password>) -> Result<Self> {
        let mut others = Vec::new();
        for document in documents(bytes)? {
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
            Kind::EncryptedPrivateKey => match password {
                Some(password) => {
                    Self::from_pkcs8(&crypto::decrypt(&document.der, password.as_bytes())?)
                }
                None => Err(
                    Error::new(ErrorKind::PasswordNeeded, "the private key is encrypted")
                        .with_hint(
                            "give its password with --password-file FILE, or - for standard input",
                        ),
                ),
            },
            Kind::LegacyEncryptedKey(cipher) => Err(Error::new(
                ErrorKind::Unsupported,
                format!("the private key is encrypted in OpenSSL's traditional way, with {cipher} (DEK-Info)"),
            )
            .with_hint("convert it: openssl pkcs8 -topk8 -in KEY -out NEW")),
            other => Err(Error::new(
                ErrorKind::WrongKind,
                format!("it is {other}, not a private key"),
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
        let key = sec1::EcPrivateKey::from_der(der)
            .map_err(|_| Error::new(ErrorKind::Malformed, "the private key is not SEC 1"))?;
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
        Ok(Self {
            secret: Secret::Rsa(Zeroizing::new(der.to_vec())),
            public,
            signer: None,
        })
    }

    /// Has the provider take the key, which checks that its halves belong together.
    fn checked(mut self) -> Result<Self> {
        if self.public.require_strength().is_ok() {
            self.signer = Some(self.signer()?);
        }
        Ok(self)
    }

    fn signer(&self) -> Result<Signer> {
        match &self.secret {
            Secret::Ec { curve, scalar } => Signer::ecdsa(*curve, scalar, &self.public.bits),
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
            None => self.signer()?.sign(self.scheme(), message),
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
                    self.public.kind
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
        Ok(pem::encode(form.label(), &self.to_der(form)?))
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
        Ok(pem::encode(
            "ENCRYPTED PRIVATE KEY",
            &self.to_encrypted_der(password)?,
        ))
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
        write!(f, "PrivateKey({}, ..)", self.public.kind)
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

/// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey {
    kind: KeyKind,
    bits: Vec<u8>,
    spki: Vec<u8>,
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`, in DER.
    ///
    /// Keys of algorithms that nothing here can use are read too. Fails with
    /// [`ErrorKind::Malformed`].
    pub fn from_spki(spki: &[u8]) -> Result<Self> {
        let mut outer = der::only(spki)?.open(der::SEQUENCE)?;
        let mut algorithm = outer.element()?.open(der::SEQUENCE)?;
        let bits = outer.element()?.octets_of_bit_string()?;
        outer.finish()?;
        let oid = algorithm.element()?;
        oid.expect(der::OBJECT_IDENTIFIER)?;
        let kind = KeyKind::recognise(&dotted(oid.content), algorithm, bits)?;
        Ok(Self {
            kind,
            bits: bits.to_vec(),
            spki: spki.to_vec(),
        })
    }

    /// Reads an `RSAPublicKey` (RFC 8017 A.1.1), in DER.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self> {
        let mut numbers = der::only(der)?.open(der::SEQUENCE)?;
        let (modulus, exponent) = (numbers.element()?, numbers.element()?);
        numbers.finish()?;
        Self::rsa(modulus.raw, exponent.raw)
    }

    fn ec(curve: Curve, point: &[u8]) -> Self {
        let spki = der::sequence(&[&ec_algorithm(curve), &der::bit_string(point)]);
        Self {
            kind: KeyKind::Ec(curve),
            bits: point.to_vec(),
            spki,
        }
    }

    fn ed25519(octets: &[u8]) -> Self {
        let algorithm = der::sequence(&[&der::object_identifier(ED25519)]);
        let spki = der::sequence(&[&algorithm, &der::bit_string(octets)]);
        Self {
            kind: KeyKind::Ed25519,
            bits: octets.to_vec(),
            spki,
        }
    }

    fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self> {
        let key = der::sequence(&[modulus, exponent]);
        let null = der::element(der::NULL, &[]);
        let algorithm = der::sequence(&[&der::object_identifier(RSA_ENCRYPTION), &null]);
        let spki = der::sequence(&[&algorithm, &der::bit_string(&key)]);
        Ok(Self {
            kind: rsa_kind(&key)?,
            bits: key,
            spki,
        })
    }

    /// Tells the algorithm and size.
    pub fn kind(&self) -> &KeyKind {
        &self.kind
    }

    /// Returns the whole structure, in DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Returns the key in PEM, labelled `PUBLIC KEY`.
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki).to_string()
    }

    /// Derives the key identifier of method 1 of RFC 7093 §2: the first 160 bits of the SHA-256 of
    /// the key's bits.
    pub fn key_identifier(&self) -> Vec<u8> {
        let mut digest = Digest::Sha256.of(&self.bits);
        digest.truncate(20);
        digest
    }

    /// Tells whether a signature over a message verifies under this key.
    ///
    /// Fails with [`ErrorKind::Unsupported`] if keys of this kind cannot be used here.
    pub fn verify(
        &self,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        let unsupported = || {
            let what = format!("signatures by keys of {} cannot be checked here", self.kind);
            Error::new(ErrorKind::Unsupported, what)
        };
        let key = match self.kind {
            KeyKind::Ec(curve) => VerifyingKey::Ec(curve, &self.bits),
            KeyKind::Ed25519 => VerifyingKey::Ed25519(&self.bits),
            KeyKind::Rsa { bits, .. } if scheme.rsa_bits().contains(&bits) => {
                VerifyingKey::Rsa(&self.bits)
            }
            KeyKind::Rsa { .. } | KeyKind::Other(_) => return Err(unsupported()),
        };
        key.verify(scheme, message, signature)
    }

    /// Fails with [`ErrorKind::Weak`] if clients refuse certificates for such a key, and with
    /// [`ErrorKind::Unsupported`] if nothing here can use it.
    pub fn require_strength(&self) -> Result<()> {
        match &self.kind {
            KeyKind::Rsa { bits, .. } if *bits < MIN_RSA_BITS => Err(Error::new(
                ErrorKind::Weak,
                format!(
                    "the key is RSA with {bits} bits, and clients want {MIN_RSA_BITS} at least"
                ),
            )),
            KeyKind::Rsa {
                exponent: 0..=2, ..
            } => Err(Error::new(
                ErrorKind::Weak,
                "the key's RSA exponent is too small",
            )),
            KeyKind::Other(what) => Err(Error::new(
                ErrorKind::Unsupported,
                format!("keys of the kind {what} are not supported"),
            )),
            _ => Ok(()),
        }
    }
}

/// The algorithm and size of a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum KeyKind {
    /// ECDSA on one of the NIST curves.
    Ec(Curve),
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSA: the length of its modulus in bits, and its exponent (0 if it exceeds 64 bits).
    Rsa {
        /// The length of the modulus in bits.
        bits: usize,
        /// The public exponent.
        exponent: u64,
    },
    /// What nothing here can use, by its common name or OID.
    Other(String),
}

impl KeyKind {
    /// Returns the algorithm that makes keys of this kind here, if one does.
    pub fn algorithm(&self) -> Option<Algorithm> {
        Some(match self {
            Self::Ec(Curve::P256) => Algorithm::P256,
            Self::Ec(Curve::P384) => Algorithm::P384,
            Self::Ec(Curve::P521) => Algorithm::P521,
            Self::Ed25519 => Algorithm::Ed25519,
            Self::Rsa { bits: 2048, .. } => Algorithm::Rsa2048,
            Self::Rsa { bits: 3072, .. } => Algorithm::Rsa3072,
            Self::Rsa { bits: 4096, .. } => Algorithm::Rsa4096,
            _ => return None,
        })
    }

    fn recognise(oid: &str, mut parameters: Reader<'_>, bits: &[u8]) -> Result<Self> {
        match oid {
            "1.2.840.113549.1.1.1" => rsa_kind(bits),
            "1.2.840.10045.2.1" => {
                let curve = parameters.element()?;
                if curve.tag != der::OBJECT_IDENTIFIER {
                    return Ok(Self::Other(
                        "an elliptic curve given by its parameters".into(),
                    ));
                }
                Ok(Curve::from_oid(curve.raw).map_or_else(
                    || Self::Other(algorithm_name(&dotted(curve.content))),
                    Self::Ec,
                ))
            }
            "1.3.101.112" if bits.len() == 32 => Ok(Self::Ed25519),
            other => Ok(Self::Other(algorithm_name(other))),
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ec(Curve::P256) => f.write_str("ECDSA P-256"),
            Self::Ec(Curve::P384) => f.write_str("ECDSA P-384"),
            Self::Ec(Curve::P521) => f.write_str("ECDSA P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Rsa { bits, .. } => write!(f, "RSA {bits}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

fn rsa_kind(key: &[u8]) -> Result<KeyKind> {
    let mut numbers = der::only(key)?.open(der::SEQUENCE)?;
    let modulus = numbers.element()?.expect(der::INTEGER)?;
    let exponent = numbers.element()?.expect(der::INTEGER)?;
    let significant = |number: &[u8]| {
        number
            .iter()
            .position(|byte| *byte != 0)
            .unwrap_or(number.len())
    };
    let modulus = &modulus[significant(modulus)..];
    let exponent = &exponent[significant(exponent)..];
    let bits = modulus.first().map_or(0, |first| {
        modulus.len() * 8 - first.leading_zeros() as usize
    });
    let exponent = match exponent.len() {
        0..=8 => exponent
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        _ => 0,
    };
    Ok(KeyKind::Rsa { bits, exponent })
}

fn ec_algorithm(curve: Curve) -> Vec<u8> {
    der::sequence(&[
        &der::object_identifier(EC_PUBLIC_KEY),
        &der::object_identifier(curve.arcs()),
    ])
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

/// The common name of an algorithm or curve that only others use; else the OID itself.
fn algorithm_name(oid: &str) -> String {
    let name = match oid {
        "1.2.840.10040.4.1" => "DSA",
        "1.2.840.10045.3.1.1" => "P-192",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.3.1" => "Diffie-Hellman",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.113" => "Ed448",
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.33" => "P-224",
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        "2.16.840.1.101.3.4.3.17" => "ML-DSA-44",
        "2.16.840.1.101.3.4.3.18" => "ML-DSA-65",
        "2.16.840.1.101.3.4.3.19" => "ML-DSA-87",
        other => other,
    };
    name.to_owned()
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

const EC_PUBLIC_KEY: &[u64] = &[1, 2, 840, 10045, 2, 1];
const ED25519: &[u64] = &[1, 3, 101, 112];
const RSA_ENCRYPTION: &[u64] = &[1, 2, 840, 113_549, 1, 1, 1];
/// CA/Browser Forum Baseline Requirements §6.1.5; OpenSSL, Java, Go and the browsers' public roots agree.
const MIN_RSA_BITS: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_survives_every_form_it_has() {
        for algorithm in Algorithm::ALL {
            let key = PrivateKey::generate(algorithm).unwrap();
            for form in [KeyForm::Pkcs8, KeyForm::Sec1, KeyForm::Pkcs1] {
                let Ok(text) = key.to_pem(form) else { continue };
                let again = PrivateKey::from_bytes(text.as_bytes(), None).unwrap();
                assert_eq!(again.public_key(), key.public_key(), "{algorithm} {form}");
                let again = PrivateKey::from_bytes(&key.to_der(form).unwrap(), None).unwrap();
                assert_eq!(again.to_pkcs8(), key.to_pkcs8(), "{algorithm} {form}");
            }
            let spki = PublicKey::from_spki(key.public_key().spki()).unwrap();
            assert_eq!(&spki, key.public_key());
            let signature = key.sign(b"x").unwrap();
            assert!(
                spki.verify(key.scheme(), b"x", &signature).unwrap(),
                "{algorithm}"
            );
        }
    }

    #[test]
    fn forms_that_cannot_hold_a_key_are_refused() {
        let key = PrivateKey::generate(Algorithm::Ed25519).unwrap();
        let error = key.to_pem(KeyForm::Sec1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the key is Ed25519, and SEC 1 holds elliptic curve keys only"
        );
        assert!(key.to_pem(KeyForm::Pkcs1).is_err());
    }

    #[test]
    fn a_key_without_its_public_half_is_completed() {
        let key = PrivateKey::generate(Algorithm::P384).unwrap();
        let Secret::Ec { curve, scalar } = &key.secret else {
            unreachable!("P-384 is a curve")
        };
        let bare = der::sequence(&[
            &der::element(der::INTEGER, &[&[1]]),
            &der::element(der::OCTET_STRING, &[scalar]),
            &der::element(
                der::context_constructed(0),
                &[&der::object_identifier(curve.arcs())],
            ),
        ]);
        assert_eq!(
            PrivateKey::from_bytes(&bare, None).unwrap().public_key(),
            key.public_key()
        );
    }

    #[test]
    fn encrypted_keys_want_their_password() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let text = key.to_encrypted_pem(&Password::new("secret")).unwrap();
        let read = |password: Option<&str>| {
            PrivateKey::from_bytes(text.as_bytes(), password.map(Password::new).as_ref())
        };
        assert_eq!(read(None).unwrap_err().kind(), ErrorKind::PasswordNeeded);
        assert_eq!(
            read(Some("wrong")).unwrap_err().kind(),
            ErrorKind::WrongPassword
        );
        assert_eq!(read(Some("secret")).unwrap().public_key(), key.public_key());
        assert!(key.to_encrypted_pem(&Password::new("")).is_err());
    }

    #[test]
    fn a_private_key_is_never_shown() {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(ECDSA P-256, ..)");
        assert_eq!(format!("{:?}", Password::new("secret")), "Password(..)");
    }

    #[test]
    fn what_is_not_a_key_is_named() {
        let public = PrivateKey::generate(Algorithm::P256)
            .unwrap()
            .public_key()
            .to_pem();
        let error = PrivateKey::from_bytes(public.as_bytes(), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it holds a public key, and no private key"
        );
    }
}
