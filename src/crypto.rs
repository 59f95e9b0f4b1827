//! The one room that knows the cryptographic providers: random bytes, digests, key pairs,
//! signatures and the encryption of keys.
//!
//! ring does what it can. aws-lc-rs generates RSA keys, does P-521 and the pairs of curve and
//! digest that ring lacks. Its random source may cost 30 ms on first use in a process, so nothing
//! that ring can do goes through it.

use std::fmt;
use std::num::NonZero;
use std::str::FromStr;
use std::sync::mpsc;
use std::thread;

use ::ring::rand::{SecureRandom as _, SystemRandom};
use ::ring::signature as ring;
use ::ring::signature::KeyPair as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature as aws;
use pkcs8::der::{Decode as _, Encode as _};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::der;
use crate::error::{Error, ErrorKind, Result};

/// The kinds of key pair that can be made here.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// ECDSA on NIST P-256: every client takes it, and nothing is faster to make and to sign with.
    #[default]
    P256,
    /// ECDSA on NIST P-384.
    P384,
    /// ECDSA on NIST P-521.
    P521,
    /// Ed25519 (RFC 8410). No browser takes it.
    Ed25519,
    /// RSA with a modulus of 2048 bits.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits.
    Rsa4096,
}

impl Algorithm {
    /// Every algorithm, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::P256,
        Self::P384,
        Self::P521,
        Self::Ed25519,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// Returns the name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::P521 => "p521",
            Self::Ed25519 => "ed25519",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = Error;

    /// Takes our names and the spellings of OpenSSL and Go: `P-256`, `prime256v1`, `secp384r1`, `rsa:2048`.
    fn from_str(text: &str) -> Result<Self> {
        let plain = text.to_ascii_lowercase().replace(['-', ':', '_'], "");
        let canonical = match plain.as_str() {
            "prime256v1" | "secp256r1" | "ec" | "ecdsa" | "es256" => "p256",
            "secp384r1" | "es384" => "p384",
            "secp521r1" | "es512" => "p521",
            "eddsa" => "ed25519",
            "rsa" => "rsa2048",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == canonical)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidValue,
                    format!("\"{text}\" is not a key algorithm known here"),
                )
                .with_hint("take one of p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096")
            })
    }
}

/// The elliptic curves that keys can be used on here (FIPS 186-5).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Curve {
    /// NIST P-256, secp256r1.
    P256,
    /// NIST P-384, secp384r1.
    P384,
    /// NIST P-521, secp521r1.
    P521,
}

impl Curve {
    /// The length of a private scalar in bytes (RFC 5915 §3).
    pub fn scalar_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// The arcs of its object identifier (RFC 5480 §2.1.1.1).
    pub fn arcs(self) -> &'static [u64] {
        match self {
            Self::P256 => &[1, 2, 840, 10045, 3, 1, 7],
            Self::P384 => &[1, 3, 132, 0, 34],
            Self::P521 => &[1, 3, 132, 0, 35],
        }
    }

    /// The curve with this object identifier, encoded with tag and length.
    pub fn from_oid(encoded: &[u8]) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521]
            .into_iter()
            .find(|curve| der::object_identifier(curve.arcs()) == encoded)
    }

    /// Completes a private scalar with its public point, uncompressed (SEC 1 §2.3.3).
    pub fn public_point(self, scalar: &[u8]) -> Result<Vec<u8>> {
        let oid = der::object_identifier(self.arcs());
        let sec1 = Zeroizing::new(der::sequence(&[
            &der::element(der::INTEGER, &[&[1]]),
            &der::element(der::OCTET_STRING, &[scalar]),
            &der::element(der::context_constructed(0), &[&oid]),
        ]));
        let pair = aws::EcdsaKeyPair::from_private_key_der(self.aws_signing(), &sec1)
            .map_err(|_| not_a_key())?;
        Ok(aws_lc_rs::signature::KeyPair::public_key(&pair)
            .as_ref()
            .to_vec())
    }

    fn aws_signing(self) -> &'static aws::EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &aws::ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &aws::ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &aws::ECDSA_P521_SHA512_ASN1_SIGNING,
        }
    }
}

/// The digests in use around certificates.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Digest {
    /// SHA-1, 20 bytes: for fingerprints that others still print, never for signatures.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Digest {
    /// Digests bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            // ring's is written for size, and three times slower.
            Self::Sha1 => {
                let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
                return aws_lc_rs::digest::digest(algorithm, bytes)
                    .as_ref()
                    .to_vec();
            }
            Self::Sha256 => &::ring::digest::SHA256,
            Self::Sha384 => &::ring::digest::SHA384,
            Self::Sha512 => &::ring::digest::SHA512,
        };
        ::ring::digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// Returns the HMAC of a message (RFC 2104).
pub fn hmac(digest: Digest, key: &[u8], message: &[u8]) -> Vec<u8> {
    let algorithm = match digest {
        Digest::Sha1 => ::ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Digest::Sha256 => ::ring::hmac::HMAC_SHA256,
        Digest::Sha384 => ::ring::hmac::HMAC_SHA384,
        Digest::Sha512 => ::ring::hmac::HMAC_SHA512,
    };
    let key = ::ring::hmac::Key::new(algorithm, key);
    ::ring::hmac::sign(&key, message).as_ref().to_vec()
}

/// Derives a key of 32 bytes from a password by PBKDF2 with HMAC (RFC 8018 §5.2).
///
/// Fails with [`ErrorKind::TooLarge`] if that would cost more than the limit here, and with
/// [`ErrorKind::Malformed`] for no iterations at all.
pub fn pbkdf2(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
) -> Result<Zeroizing<[u8; 32]>> {
    let algorithm = match digest {
        Digest::Sha1 => ::ring::pbkdf2::PBKDF2_HMAC_SHA1,
        Digest::Sha256 => ::ring::pbkdf2::PBKDF2_HMAC_SHA256,
        Digest::Sha384 => ::ring::pbkdf2::PBKDF2_HMAC_SHA384,
        Digest::Sha512 => ::ring::pbkdf2::PBKDF2_HMAC_SHA512,
    };
    if iterations > MAX_PBKDF2_ITERATIONS {
        let excess = format!(
            "deriving a key would take {iterations} iterations, more than {MAX_PBKDF2_ITERATIONS}"
        );
        return Err(Error::new(ErrorKind::TooLarge, excess));
    }
    let iterations = std::num::NonZeroU32::new(iterations)
        .ok_or_else(|| Error::new(ErrorKind::Malformed, "a key derived in no iterations"))?;
    let mut key = Zeroizing::new([0; 32]);
    ::ring::pbkdf2::derive(algorithm, iterations, salt, password, &mut *key);
    Ok(key)
}

/// Decrypts AES-256-CBC with the padding of PKCS #7; nothing comes of a wrong key, or nonsense.
pub fn decrypt_aes_256_cbc(
    key: &[u8; 32],
    iv: [u8; 16],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use aws_lc_rs::cipher;
    let key = cipher::UnboundCipherKey::new(&cipher::AES_256, key).ok()?;
    let key = cipher::PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let context = cipher::DecryptionContext::Iv128(iv.into());
    let plain = key.decrypt(&mut buffer, context).ok()?.to_vec();
    Some(Zeroizing::new(plain))
}

/// Decrypts Triple DES in CBC mode with the padding of PKCS #7, as [`decrypt_aes_256_cbc`] does.
pub fn decrypt_triple_des_cbc(
    key: &[u8; 24],
    iv: [u8; 8],
    encrypted: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
    let cipher = cbc::Decryptor::<des::TdesEde3>::new(key.into(), &iv.into());
    let plain = cipher.decrypt_padded_vec::<Pkcs7>(encrypted).ok()?;
    Some(Zeroizing::new(plain))
}

/// Returns random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| provider_failed("give random bytes"))?;
    Ok(bytes)
}

/// Generates a key pair, as PKCS #8 of whichever version the provider writes.
///
/// RSA keys are looked for on so many threads, and the first that is found is taken.
pub fn generate(algorithm: Algorithm, threads: NonZero<usize>) -> Result<Zeroizing<Vec<u8>>> {
    let random = SystemRandom::new();
    let ecdsa = |signing| {
        ring::EcdsaKeyPair::generate_pkcs8(signing, &random)
            .map(|key| Zeroizing::new(key.as_ref().to_vec()))
    };
    let made = match algorithm {
        Algorithm::P256 => ecdsa(&ring::ECDSA_P256_SHA256_ASN1_SIGNING).ok(),
        Algorithm::P384 => ecdsa(&ring::ECDSA_P384_SHA384_ASN1_SIGNING).ok(),
        Algorithm::P521 => generate_p521(),
        Algorithm::Ed25519 => ring::Ed25519KeyPair::generate_pkcs8(&random)
            .ok()
            .map(|key| Zeroizing::new(key.as_ref().to_vec())),
        Algorithm::Rsa2048 => first_rsa(KeySize::Rsa2048, threads),
        Algorithm::Rsa3072 => first_rsa(KeySize::Rsa3072, threads),
        Algorithm::Rsa4096 => first_rsa(KeySize::Rsa4096, threads),
    };
    made.ok_or_else(|| provider_failed("generate a key"))
}

fn generate_p521() -> Option<Zeroizing<Vec<u8>>> {
    let pair = aws::EcdsaKeyPair::generate(&aws::ECDSA_P521_SHA512_ASN1_SIGNING).ok()?;
    let encoded = pair.to_pkcs8v1().ok()?;
    Some(Zeroizing::new(encoded.as_ref().to_vec()))
}

/// How long a search for primes takes is luck, so the shortest of several is much shorter than one.
fn first_rsa(size: KeySize, threads: NonZero<usize>) -> Option<Zeroizing<Vec<u8>>> {
    if threads.get() == 1 {
        return generate_rsa(size);
    }
    let (found, first) = mpsc::channel();
    for _ in 0..threads.get() {
        let found = found.clone();
        // Whoever comes late finds nobody listening, and the key is wiped. A thread that cannot be
        // started is one searcher less.
        let _ = thread::Builder::new().spawn(move || found.send(generate_rsa(size)));
    }
    drop(found);
    first.recv().unwrap_or_else(|_| generate_rsa(size))
}

fn generate_rsa(size: KeySize) -> Option<Zeroizing<Vec<u8>>> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    let pair = aws_lc_rs::rsa::KeyPair::generate(size).ok()?;
    let encoded: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    Some(Zeroizing::new(encoded.as_ref().to_vec()))
}

/// A private key that the providers have taken, ready to sign.
pub struct Signer(SignerInner);

enum SignerInner {
    Aws(aws::EcdsaKeyPair),
    AwsRsa(aws_lc_rs::rsa::KeyPair),
    Ed25519(ring::Ed25519KeyPair),
    Ring(ring::EcdsaKeyPair),
    RingRsa(ring::RsaKeyPair),
}

impl Signer {
    /// Takes a scalar and its public point, uncompressed, which must belong together.
    pub fn ecdsa(curve: Curve, scalar: &[u8], point: &[u8]) -> Result<Self> {
        let ring_signing = match curve {
            Curve::P256 => &ring::ECDSA_P256_SHA256_ASN1_SIGNING,
            Curve::P384 => &ring::ECDSA_P384_SHA384_ASN1_SIGNING,
            Curve::P521 => {
                return aws::EcdsaKeyPair::from_private_key_and_public_key(
                    curve.aws_signing(),
                    scalar,
                    point,
                )
                .map(|pair| Self(SignerInner::Aws(pair)))
                .map_err(|_| not_a_key());
            }
        };
        ring::EcdsaKeyPair::from_private_key_and_public_key(
            ring_signing,
            scalar,
            point,
            &SystemRandom::new(),
        )
        .map(|pair| Self(SignerInner::Ring(pair)))
        .map_err(|_| not_a_key())
    }

    /// Takes the 32 bytes of an Ed25519 private key (RFC 8032 §5.1.5).
    pub fn ed25519(seed: &[u8]) -> Result<Self> {
        ring::Ed25519KeyPair::from_seed_unchecked(seed)
            .map(|pair| Self(SignerInner::Ed25519(pair)))
            .map_err(|_| not_a_key())
    }

    /// Takes an `RSAPrivateKey` (RFC 8017 A.1.2) of 2048 to 8192 bits.
    pub fn rsa(pkcs1: &[u8]) -> Result<Self> {
        if let Ok(pair) = ring::RsaKeyPair::from_der(pkcs1) {
            return Ok(Self(SignerInner::RingRsa(pair)));
        }
        // ring ends at 4096 bits and wants primes of equal length.
        aws_lc_rs::rsa::KeyPair::from_der(pkcs1)
            .map(|pair| Self(SignerInner::AwsRsa(pair)))
            .map_err(|_| not_a_key())
    }

    /// Returns the raw public key of an Ed25519 pair, the point of an ECDSA pair, or nothing for RSA.
    pub fn public_octets(&self) -> Option<&[u8]> {
        match &self.0 {
            SignerInner::Aws(pair) => {
                Some(aws_lc_rs::signature::KeyPair::public_key(pair).as_ref())
            }
            SignerInner::Ed25519(pair) => Some(pair.public_key().as_ref()),
            SignerInner::Ring(pair) => Some(pair.public_key().as_ref()),
            SignerInner::AwsRsa(_) | SignerInner::RingRsa(_) => None,
        }
    }

    /// Signs a message; the signature is in the form that X.509 holds in its BIT STRING.
    pub fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        let signed = match &self.0 {
            SignerInner::Ring(pair) => pair
                .sign(&random, message)
                .ok()
                .map(|s| s.as_ref().to_vec()),
            SignerInner::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            SignerInner::Aws(pair) => pair
                .sign(&aws_lc_rs::rand::SystemRandom::new(), message)
                .ok()
                .map(|s| s.as_ref().to_vec()),
            SignerInner::RingRsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding = match scheme {
                    SignatureScheme::RsaPkcs1Sha384 => &ring::RSA_PKCS1_SHA384,
                    SignatureScheme::RsaPkcs1Sha512 => &ring::RSA_PKCS1_SHA512,
                    _ => &ring::RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &random, message, &mut signature)
                    .ok()
                    .map(|()| signature)
            }
            SignerInner::AwsRsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let padding = match scheme {
                    SignatureScheme::RsaPkcs1Sha384 => &aws::RSA_PKCS1_SHA384,
                    SignatureScheme::RsaPkcs1Sha512 => &aws::RSA_PKCS1_SHA512,
                    _ => &aws::RSA_PKCS1_SHA256,
                };
                let random = aws_lc_rs::rand::SystemRandom::new();
                pair.sign(padding, &random, message, &mut signature)
                    .ok()
                    .map(|()| signature)
            }
        };
        signed.ok_or_else(|| provider_failed("sign"))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(..)")
    }
}

/// The signature algorithms of certificates that can be made or checked here.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[allow(missing_docs)] // Each is its own name in RFC 5758, RFC 8410, RFC 8017 and RFC 4055.
pub enum SignatureScheme {
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    Ed25519,
    RsaPkcs1Sha1,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
}

impl SignatureScheme {
    const ALL: [Self; 11] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::Ed25519,
        Self::RsaPkcs1Sha1,
        Self::RsaPkcs1Sha256,
        Self::RsaPkcs1Sha384,
        Self::RsaPkcs1Sha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
    ];

    /// Encodes the `AlgorithmIdentifier` (RFC 5280 §4.1.1.2).
    pub fn algorithm_identifier(self) -> Vec<u8> {
        let null = der::element(der::NULL, &[]);
        match self {
            Self::EcdsaSha256 => {
                der::sequence(&[&der::object_identifier(&[1, 2, 840, 10045, 4, 3, 2])])
            }
            Self::EcdsaSha384 => {
                der::sequence(&[&der::object_identifier(&[1, 2, 840, 10045, 4, 3, 3])])
            }
            Self::EcdsaSha512 => {
                der::sequence(&[&der::object_identifier(&[1, 2, 840, 10045, 4, 3, 4])])
            }
            Self::Ed25519 => der::sequence(&[&der::object_identifier(&[1, 3, 101, 112])]),
            Self::RsaPkcs1Sha1 => der::sequence(&[&pkcs1(5), &null]),
            Self::RsaPkcs1Sha256 => der::sequence(&[&pkcs1(11), &null]),
            Self::RsaPkcs1Sha384 => der::sequence(&[&pkcs1(12), &null]),
            Self::RsaPkcs1Sha512 => der::sequence(&[&pkcs1(13), &null]),
            Self::RsaPssSha256 => pss(1, 32),
            Self::RsaPssSha384 => pss(2, 48),
            Self::RsaPssSha512 => pss(3, 64),
        }
    }

    /// The lengths of RSA moduli, in bits, under which the providers check this scheme.
    pub fn rsa_bits(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::RsaPkcs1Sha1 | Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha512 => 1024..=8192,
            _ => 2048..=8192,
        }
    }

    /// Recognises an encoded `AlgorithmIdentifier`, PKCS #1's also without its NULL (RFC 4055 §5).
    pub fn from_algorithm_identifier(encoded: &[u8]) -> Option<Self> {
        let null = der::element(der::NULL, &[]);
        Self::ALL.into_iter().find(|scheme| {
            let ours = scheme.algorithm_identifier();
            ours == encoded || {
                let with_null =
                    der::only(encoded).map(|bare| der::sequence(&[bare.content, &null]));
                with_null.is_ok_and(|with_null| ours == with_null)
            }
        })
    }
}

/// A public key in the form that the providers take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum VerifyingKey<'a> {
    /// An uncompressed or compressed point.
    Ec(Curve, &'a [u8]),
    /// 32 bytes (RFC 8032).
    Ed25519(&'a [u8]),
    /// An `RSAPublicKey` (RFC 8017 A.1.1).
    Rsa(&'a [u8]),
}

impl VerifyingKey<'_> {
    /// Tells whether a signature over a message verifies.
    ///
    /// Fails with [`ErrorKind::Unsupported`] if neither provider can check this pair of key and
    /// scheme; a pair that cannot belong together is simply no valid signature.
    pub fn verify(
        &self,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        use SignatureScheme as S;
        let (key, check): (&[u8], Check) = match (*self, scheme) {
            (Self::Ec(Curve::P256, key), S::EcdsaSha256) => {
                (key, Check::Ring(&ring::ECDSA_P256_SHA256_ASN1))
            }
            (Self::Ec(Curve::P256, key), S::EcdsaSha384) => {
                (key, Check::Ring(&ring::ECDSA_P256_SHA384_ASN1))
            }
            (Self::Ec(Curve::P256, key), S::EcdsaSha512) => {
                (key, Check::Aws(&aws::ECDSA_P256_SHA512_ASN1))
            }
            (Self::Ec(Curve::P384, key), S::EcdsaSha256) => {
                (key, Check::Ring(&ring::ECDSA_P384_SHA256_ASN1))
            }
            (Self::Ec(Curve::P384, key), S::EcdsaSha384) => {
                (key, Check::Ring(&ring::ECDSA_P384_SHA384_ASN1))
            }
            (Self::Ec(Curve::P384, key), S::EcdsaSha512) => {
                (key, Check::Aws(&aws::ECDSA_P384_SHA512_ASN1))
            }
            (Self::Ec(Curve::P521, key), S::EcdsaSha256) => {
                (key, Check::Aws(&aws::ECDSA_P521_SHA256_ASN1))
            }
            (Self::Ec(Curve::P521, key), S::EcdsaSha384) => {
                (key, Check::Aws(&aws::ECDSA_P521_SHA384_ASN1))
            }
            (Self::Ec(Curve::P521, key), S::EcdsaSha512) => {
                (key, Check::Aws(&aws::ECDSA_P521_SHA512_ASN1))
            }
            (Self::Ed25519(key), S::Ed25519) => (key, Check::Ring(&ring::ED25519)),
            (Self::Rsa(key), S::RsaPkcs1Sha1) => (
                key,
                Check::Ring(&ring::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
            ),
            (Self::Rsa(key), S::RsaPkcs1Sha256) => (
                key,
                Check::Ring(&ring::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY),
            ),
            (Self::Rsa(key), S::RsaPkcs1Sha384) => {
                (key, Check::Ring(&ring::RSA_PKCS1_2048_8192_SHA384))
            }
            (Self::Rsa(key), S::RsaPkcs1Sha512) => (
                key,
                Check::Ring(&ring::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY),
            ),
            (Self::Rsa(key), S::RsaPssSha256) => {
                (key, Check::Ring(&ring::RSA_PSS_2048_8192_SHA256))
            }
            (Self::Rsa(key), S::RsaPssSha384) => {
                (key, Check::Ring(&ring::RSA_PSS_2048_8192_SHA384))
            }
            (Self::Rsa(key), S::RsaPssSha512) => {
                (key, Check::Ring(&ring::RSA_PSS_2048_8192_SHA512))
            }
            _ => return Ok(false),
        };
        Ok(check.verify(key, message, signature))
    }
}

enum Check {
    Aws(&'static dyn aws::VerificationAlgorithm),
    Ring(&'static dyn ring::VerificationAlgorithm),
}

impl Check {
    fn verify(self, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Aws(algorithm) => aws::UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok(),
            Self::Ring(algorithm) => ring::UnparsedPublicKey::new(algorithm, key)
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// Encrypts a `PrivateKeyInfo` with a password, as `EncryptedPrivateKeyInfo` (RFC 5958 §3) under
/// PBES2: PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2).
///
/// scrypt would be stronger, but neither GnuTLS nor Java reads it.
pub fn encrypt(pkcs8: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    let (salt, iv) = (random::<16>()?, random::<16>()?);
    let kdf = pkcs8::pkcs5::pbes2::Pbkdf2Params::hmac_sha256(PBKDF2_ITERATIONS, &salt)
        .map_err(|_| provider_failed("derive a key"))?;
    let parameters = pkcs8::pkcs5::pbes2::Parameters {
        kdf: kdf.into(),
        encryption: pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv },
    };
    let encrypted = parameters
        .encrypt(password, pkcs8)
        .map_err(|_| provider_failed("encrypt"))?;
    let scheme = pkcs8::pkcs5::EncryptionScheme::from(parameters);
    let scheme = scheme.to_der().map_err(|_| provider_failed("encode"))?;
    Ok(der::sequence(&[
        &scheme,
        &der::element(der::OCTET_STRING, &[&encrypted]),
    ]))
}

/// Decrypts an `EncryptedPrivateKeyInfo` that PBES2 protects (RFC 8018 §6.2).
///
/// Fails with [`ErrorKind::Unsupported`] for other schemes, with [`ErrorKind::TooLarge`] if the
/// key derivation would cost more than the limits here, and with [`ErrorKind::WrongPassword`].
pub fn decrypt(encrypted: &[u8], password: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    let info = pkcs8::EncryptedPrivateKeyInfoRef::from_der(encrypted).map_err(|_| {
        Error::new(
            ErrorKind::Unsupported,
            "the key is encrypted in a way not known here (PBES2 is)",
        )
        .with_hint("openssl reads it: openssl pkey -in KEY | openssl pkcs8 -topk8 -out NEW")
    })?;
    match &info.encryption_algorithm {
        pkcs8::pkcs5::EncryptionScheme::Pbes2(parameters) => refuse_excess(&parameters.kdf)?,
        _ => {
            return Err(Error::new(ErrorKind::Unsupported, "the key is encrypted with PBES1, which is broken")
                .with_hint("convert it: openssl pkcs8 -provider legacy -provider default -in KEY | openssl pkcs8 -topk8 -out NEW"));
        }
    }
    let opened = info.decrypt(password).map_err(|_| wrong_password())?;
    Ok(Zeroizing::new(opened.as_bytes().to_vec()))
}

fn refuse_excess(kdf: &pkcs8::pkcs5::pbes2::Kdf) -> Result<()> {
    let excess = |what: String| {
        Err(Error::new(
            ErrorKind::TooLarge,
            format!("opening the key would take {what}"),
        )
        .with_hint("no program writes such keys by itself; ask whoever made it"))
    };
    match kdf {
        pkcs8::pkcs5::pbes2::Kdf::Pbkdf2(p) if p.iteration_count > MAX_PBKDF2_ITERATIONS => {
            excess(format!(
                "{} iterations, more than {MAX_PBKDF2_ITERATIONS}",
                p.iteration_count
            ))
        }
        pkcs8::pkcs5::pbes2::Kdf::Scrypt(p) => {
            let bytes = p
                .cost_parameter
                .saturating_mul(128 * u64::from(p.block_size));
            let work = bytes.saturating_mul(u64::from(p.parallelization));
            if work > MAX_SCRYPT_BYTES {
                excess(format!("{bytes} bytes of memory"))
            } else {
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

fn pkcs1(last: u64) -> Vec<u8> {
    der::object_identifier(&[1, 2, 840, 113_549, 1, 1, last])
}

/// RSASSA-PSS with one SHA-2 digest throughout and a salt of its length (RFC 4055 §3.1).
fn pss(digest: u64, salt: u8) -> Vec<u8> {
    let null = der::element(der::NULL, &[]);
    let sha = der::sequence(&[
        &der::object_identifier(&[2, 16, 840, 1, 101, 3, 4, 2, digest]),
        &null,
    ]);
    let mgf = der::sequence(&[&pkcs1(8), &sha]);
    let parameters = der::sequence(&[
        &der::element(der::context_constructed(0), &[&sha]),
        &der::element(der::context_constructed(1), &[&mgf]),
        &der::element(
            der::context_constructed(2),
            &[&der::element(der::INTEGER, &[&[salt]])],
        ),
    ]);
    der::sequence(&[&pkcs1(10), &parameters])
}

fn provider_failed(doing: &str) -> Error {
    Error::new(
        ErrorKind::Io,
        format!("the cryptographic library could not {doing}"),
    )
}

fn not_a_key() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "the numbers in the key do not make a key pair",
    )
}

/// The error for a password that does not open a key.
pub fn wrong_password() -> Error {
    Error::new(
        ErrorKind::WrongPassword,
        "the password does not open the key",
    )
}

/// OWASP's Password Storage Cheat Sheet for PBKDF2-HMAC-SHA-256 (2023).
const PBKDF2_ITERATIONS: u32 = 600_000;
/// Some 5 s of one core, sixteen times what is written here.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;
/// Sixteen times the strongest setting that OpenSSL's documentation shows (N = 2^20, r = 8) would
/// take 1 GiB; this is that one setting.
const MAX_SCRYPT_BYTES: u64 = 1 << 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_are_read_in_other_tools_spellings() {
        for (text, algorithm) in [
            ("P-256", Algorithm::P256),
            ("prime256v1", Algorithm::P256),
            ("secp384r1", Algorithm::P384),
            ("rsa:4096", Algorithm::Rsa4096),
            ("RSA-3072", Algorithm::Rsa3072),
            ("Ed25519", Algorithm::Ed25519),
        ] {
            assert_eq!(text.parse::<Algorithm>().unwrap(), algorithm);
        }
        assert!("rsa1024".parse::<Algorithm>().is_err());
    }

    #[test]
    fn a_signature_verifies_under_its_own_key_and_no_other_message() {
        let seed = random::<32>().unwrap();
        let signer = Signer::ed25519(&seed).unwrap();
        let key = VerifyingKey::Ed25519(signer.public_octets().unwrap());
        let signature = signer.sign(SignatureScheme::Ed25519, b"message").unwrap();
        assert!(
            key.verify(SignatureScheme::Ed25519, b"message", &signature)
                .unwrap()
        );
        assert!(
            !key.verify(SignatureScheme::Ed25519, b"massage", &signature)
                .unwrap()
        );
        assert!(
            !key.verify(SignatureScheme::EcdsaSha256, b"message", &signature)
                .unwrap()
        );
    }

    #[test]
    fn signature_schemes_are_recognised_by_their_encoding() {
        for scheme in SignatureScheme::ALL {
            let encoded = scheme.algorithm_identifier();
            assert_eq!(
                SignatureScheme::from_algorithm_identifier(&encoded),
                Some(scheme)
            );
        }
        let without_null = der::sequence(&[&pkcs1(11)]);
        let scheme = SignatureScheme::from_algorithm_identifier(&without_null);
        assert_eq!(scheme, Some(SignatureScheme::RsaPkcs1Sha256));
    }

    #[test]
    fn a_public_point_is_found_from_the_scalar() {
        let mut one = [0; 32];
        one[31] = 1;
        let point = Curve::P256.public_point(&one).unwrap();
        // The base point of P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
        assert_eq!(point[..5], [4, 0x6b, 0x17, 0xd1, 0xf2]);
        assert!(Signer::ecdsa(Curve::P256, &one, &point).is_ok());
        one[31] = 2;
        assert!(Signer::ecdsa(Curve::P256, &one, &point).is_err());
    }

    #[test]
    fn encryption_is_undone_by_its_password_alone() {
        let plain = der::sequence(&[&der::element(der::INTEGER, &[&[0]])]);
        let encrypted = encrypt(&plain, "pässword".as_bytes()).unwrap();
        assert_eq!(
            &decrypt(&encrypted, "pässword".as_bytes()).unwrap()[..],
            plain
        );
        assert_eq!(
            decrypt(&encrypted, b"password").unwrap_err().kind(),
            ErrorKind::WrongPassword
        );
    }

    #[test]
    fn keys_are_derived_as_others_do() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        // RFC 4231 §4.3.
        let mac = hmac(Digest::Sha256, b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&mac[..8]), "5bdcc146bf60754e");
        // RFC 6070 with two iterations, of which that document has 20 bytes.
        let key = pbkdf2(Digest::Sha1, b"password", b"salt", 2).unwrap();
        assert_eq!(hex(&key[..8]), "ea6c014dc72d6f8c");
        for (iterations, kind) in [
            (0, ErrorKind::Malformed),
            (MAX_PBKDF2_ITERATIONS + 1, ErrorKind::TooLarge),
        ] {
            let refused = pbkdf2(Digest::Sha1, b"password", b"salt", iterations);
            assert_eq!(refused.unwrap_err().kind(), kind);
        }
    }

    #[test]
    fn a_key_that_would_take_for_ever_to_open_is_refused() {
        for (iterations, refused) in [(1, false), (MAX_PBKDF2_ITERATIONS + 1, true)] {
            let parameters = pkcs8::pkcs5::pbes2::Parameters {
                kdf: pkcs8::pkcs5::pbes2::Pbkdf2Params::hmac_sha256(iterations, b"saltsalt")
                    .unwrap()
                    .into(),
                encryption: pkcs8::pkcs5::pbes2::EncryptionScheme::Aes256Cbc { iv: [0; 16] },
            };
            let scheme = pkcs8::pkcs5::EncryptionScheme::from(parameters)
                .to_der()
                .unwrap();
            let locked = der::sequence(&[&scheme, &der::element(der::OCTET_STRING, &[&[0; 16]])]);
            let kind = decrypt(&locked, b"x").unwrap_err().kind();
            assert_eq!(kind == ErrorKind::TooLarge, refused, "{iterations}");
        }
    }
}
