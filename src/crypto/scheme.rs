//! Encryption under a password as files describe it: PBES1 and PBES2 (RFC 8018 §6), and the schemes of
//! PKCS #12 (RFC 7292 appendix C).

use std::fmt;

use zeroize::Zeroizing;

use super::derive::{self, MAX_ITERATIONS, Purpose, Scrypt, excess};
use super::{Cipher, Digest, Passphrase, provider_failed, random};
use crate::der::{self, Element};
use crate::error::{Error, ErrorKind, Result};

/// How something is encrypted under a password: an `AlgorithmIdentifier`, understood.
#[derive(Clone, Debug)]
pub struct Scheme {
    encoded: Vec<u8>,
    derivation: Derivation,
    cipher: Cipher,
    salt: Vec<u8>,
    /// For PBES2 alone; elsewhere it comes from the password.
    iv: Vec<u8>,
}

type Secret = Zeroizing<Vec<u8>>;

#[derive(Clone, Copy, Debug)]
enum Derivation {
    Pbkdf1(Digest, u32),
    Pbkdf2(Digest, u32),
    Scrypt(Scrypt),
    /// With SHA-1, the only digest for which there are schemes.
    Pkcs12(u32),
}

impl Scheme {
    /// Makes what is written today: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC.
    ///
    /// scrypt would be stronger, but neither GnuTLS nor Java reads it.
    pub fn modern(iterations: u32) -> Result<Self> {
        let (salt, iv) = (random::<16>()?, random::<16>()?);
        let prf = der::sequence(&[&oid(HMAC_SHA256), &der::element(der::NULL, &[])]);
        let salt = der::element(der::OCTET_STRING, &[&salt]);
        let parameters = der::sequence(&[&salt, &der::unsigned(iterations), &prf]);
        let kdf = der::sequence(&[&oid(PBKDF2), &parameters]);
        let iv = der::element(der::OCTET_STRING, &[&iv]);
        let cipher = der::sequence(&[&oid(AES_256_CBC), &iv]);
        let parameters = der::sequence(&[&kdf, &cipher]);
        Self::read(&der::only(&der::sequence(&[&oid(PBES2), &parameters]))?)
    }

    /// Makes what everything has read since 1999: PKCS #12's own scheme with SHA-1 and Triple DES.
    pub fn compatible(iterations: u32) -> Result<Self> {
        // RFC 7292 B.4 wants 64 bits or more, and what macOS and Windows write has just these.
        let salt = der::element(der::OCTET_STRING, &[&random::<8>()?]);
        let parameters = der::sequence(&[&salt, &der::unsigned(iterations)]);
        let scheme = der::sequence(&[&oid(PKCS12_TRIPLE_DES), &parameters]);
        Self::read(&der::only(&scheme)?)
    }

    /// Reads an `AlgorithmIdentifier`.
    ///
    /// Fails with [`ErrorKind::Unsupported`], naming the algorithm, if it is not known here.
    pub fn read(algorithm: &Element<'_>) -> Result<Self> {
        let (oid, parameters) = identifier(algorithm)?;
        let parameters = parameters.ok_or_else(malformed)?;
        let parts = match oid.as_str() {
            PBES2 => pbes2(&parameters)?,
            oid => by_name(oid, &parameters)?,
        };
        Ok(Self {
            encoded: algorithm.raw.to_vec(),
            ..parts
        })
    }

    /// Decrypts; nothing comes of a wrong password, as far as the padding tells.
    ///
    /// Fails with [`ErrorKind::TooLarge`] if that would take more work than the limits allow.
    pub fn decrypt(
        &self,
        password: &Passphrase,
        encrypted: &[u8],
        budget: &mut Budget,
    ) -> Result<Option<Secret>> {
        budget.spend(self.rounds())?;
        let (key, iv) = self.key_and_iv(password)?;
        Ok(self.cipher.decrypt(&key, &iv, encrypted))
    }

    /// Encrypts with what [`Self::modern`] or [`Self::compatible`] made.
    pub fn encrypt(&self, password: &Passphrase, plain: &[u8]) -> Result<Vec<u8>> {
        let (key, iv) = self.key_and_iv(password)?;
        self.cipher
            .encrypt(&key, &iv, plain)
            .ok_or_else(|| provider_failed("encrypt"))
    }

    /// Returns the `AlgorithmIdentifier`.
    pub fn to_der(&self) -> &[u8] {
        &self.encoded
    }

    /// Tells whether the password is taken as PKCS #12 takes it, about which programs disagree.
    pub fn takes_bmp(&self) -> bool {
        matches!(self.derivation, Derivation::Pkcs12(_))
    }

    fn key_and_iv(&self, password: &Passphrase) -> Result<(Secret, Secret)> {
        let (cipher, salt) = (self.cipher, &self.salt[..]);
        let iv = Zeroizing::new(self.iv.clone());
        let key = match self.derivation {
            Derivation::Pbkdf1(digest, iterations) => {
                // The IV follows the key, and either has 8 bytes with every cipher of PBES1.
                let mut key = derive::pbkdf1(digest, password.octets(), salt, iterations, 16)?;
                let iv = Zeroizing::new(key.split_off(8));
                return Ok((key, iv));
            }
            Derivation::Pkcs12(iterations) => {
                let part = |purpose, length| {
                    let password = password.bmp();
                    derive::derive_pkcs12(Digest::Sha1, purpose, password, salt, iterations, length)
                };
                let key = part(Purpose::Key, cipher.key_length())?;
                return Ok((key, part(Purpose::Iv, cipher.iv_length())?));
            }
            Derivation::Pbkdf2(digest, iterations) => derive::pbkdf2(
                digest,
                password.octets(),
                salt,
                iterations,
                cipher.key_length(),
            )?,
            Derivation::Scrypt(scrypt) => {
                scrypt.derive(password.octets(), salt, cipher.key_length())?
            }
        };
        Ok((key, iv))
    }

    fn rounds(&self) -> u64 {
        let length = self.cipher.key_length();
        let times = |iterations, blocks: usize| u64::from(iterations) * blocks as u64;
        match self.derivation {
            Derivation::Pbkdf1(_, iterations) => u64::from(iterations),
            Derivation::Pbkdf2(digest, n) => times(n, length.div_ceil(digest.length())),
            Derivation::Pkcs12(n) => times(n, length.div_ceil(Digest::Sha1.length()) + 1),
            Derivation::Scrypt(scrypt) => scrypt.rounds(),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.cipher)?;
        match self.derivation {
            Derivation::Pbkdf1(digest, n) => write!(f, "PBKDF1 of {n} iterations of {digest}"),
            Derivation::Pbkdf2(_, iterations) => write!(f, "PBKDF2 of {iterations} iterations"),
            Derivation::Scrypt(scrypt) => write!(f, "scrypt with N = {}", scrypt.cost),
            Derivation::Pkcs12(n) => write!(f, "PKCS #12's derivation of {n} iterations of SHA-1"),
        }
    }
}

/// How much work one file may ask for before its password is known to be right or wrong.
#[derive(Debug)]
pub struct Budget {
    rounds: u64,
}

impl Budget {
    /// For a file that holds one thing.
    pub fn of_key() -> Self {
        Self::of(u64::from(MAX_ITERATIONS) * 2)
    }

    /// For a file that may hold many.
    pub fn of_store() -> Self {
        Self::of(MAX_ROUNDS_OF_STORE)
    }

    fn of(rounds: u64) -> Self {
        Self { rounds }
    }

    /// Takes the work of a derivation, in iterations.
    ///
    /// Fails with [`ErrorKind::TooLarge`] if there is not as much left.
    pub fn spend(&mut self, rounds: u64) -> Result<()> {
        let left = self.rounds.checked_sub(rounds);
        self.rounds = left.ok_or_else(|| excess("too many iterations in all"))?;
        Ok(())
    }
}

/// The algorithm and its parameters, if it has any.
pub(super) fn identifier<'a>(algorithm: &Element<'a>) -> Result<(String, Option<Element<'a>>)> {
    let mut parts = algorithm.open(der::SEQUENCE)?;
    let oid = parts.element()?.oid()?;
    let parameters = match parts.is_empty() {
        true => None,
        false => Some(parts.element()?),
    };
    parts.finish()?;
    Ok((oid, parameters))
}

/// The schemes whose name says all: PBES1 and PKCS #12's.
fn by_name(oid: &str, parameters: &Element<'_>) -> Result<Scheme> {
    let rc2 = |key_length: usize| Cipher::Rc2 {
        key_length,
        effective_bits: key_length * 8,
    };
    let (pbkdf1, cipher) = match oid {
        "1.2.840.113549.1.5.3" => (Some(Digest::Md5), Cipher::Des),
        "1.2.840.113549.1.5.6" => (Some(Digest::Md5), rc2(8)),
        "1.2.840.113549.1.5.10" => (Some(Digest::Sha1), Cipher::Des),
        "1.2.840.113549.1.5.11" => (Some(Digest::Sha1), rc2(8)),
        "1.2.840.113549.1.12.1.1" => (None, Cipher::Rc4 { key_length: 16 }),
        "1.2.840.113549.1.12.1.2" => (None, Cipher::Rc4 { key_length: 5 }),
        PKCS12_TRIPLE_DES => (None, Cipher::TripleDes),
        "1.2.840.113549.1.12.1.4" => (None, Cipher::TripleDesTwoKeys),
        "1.2.840.113549.1.12.1.5" => (None, rc2(16)),
        "1.2.840.113549.1.12.1.6" => (None, rc2(5)),
        _ => return Err(unknown("encryption", oid)),
    };
    let mut parts = parameters.open(der::SEQUENCE)?;
    let salt = parts.element()?.expect(der::OCTET_STRING)?.to_vec();
    let iterations = parts.element()?.small()?;
    parts.finish()?;
    Ok(Scheme {
        encoded: Vec::new(),
        derivation: match pbkdf1 {
            Some(digest) => Derivation::Pbkdf1(digest, iterations),
            None => Derivation::Pkcs12(iterations),
        },
        cipher,
        salt,
        iv: Vec::new(),
    })
}

fn pbes2(parameters: &Element<'_>) -> Result<Scheme> {
    let mut parts = parameters.open(der::SEQUENCE)?;
    let (kdf, encryption) = (parts.element()?, parts.element()?);
    parts.finish()?;
    let (derivation, salt, length) = key_derivation(&kdf)?;
    let (cipher, iv) = encryption_scheme(&encryption, length)?;
    let fits = length.is_none_or(|length| length == cipher.key_length());
    if !fits || iv.len() != cipher.iv_length() {
        return Err(malformed());
    }
    Ok(Scheme {
        encoded: Vec::new(),
        derivation,
        cipher,
        salt,
        iv,
    })
}

/// The derivation, its salt, and the length of the key where it is told.
fn key_derivation(kdf: &Element<'_>) -> Result<(Derivation, Vec<u8>, Option<usize>)> {
    let (oid, parameters) = identifier(kdf)?;
    let parameters = parameters.ok_or_else(malformed)?;
    match oid.as_str() {
        PBKDF2 => {
            let read = Pbkdf2::read(&parameters)?;
            let derivation = Derivation::Pbkdf2(read.digest, read.iterations);
            Ok((derivation, read.salt, read.length))
        }
        "1.3.6.1.4.1.11591.4.11" => {
            let mut parts = parameters.open(der::SEQUENCE)?;
            let salt = parts.element()?.expect(der::OCTET_STRING)?.to_vec();
            let scrypt = Scrypt {
                cost: parts.element()?.number()?,
                block_size: parts.element()?.small()?,
                parallelization: parts.element()?.small()?,
            };
            let length = optional_length(&mut parts)?;
            parts.finish()?;
            Ok((Derivation::Scrypt(scrypt), salt, length))
        }
        oid => Err(unknown("key derivation", oid)),
    }
}

/// The parameters of PBKDF2 (RFC 8018 A.2), understood.
#[derive(Debug)]
pub struct Pbkdf2 {
    digest: Digest,
    salt: Vec<u8>,
    iterations: u32,
    /// The length of the key, where it is told.
    pub length: Option<usize>,
}

impl Pbkdf2 {
    /// Reads the `AlgorithmIdentifier` of a key derivation that is PBKDF2.
    ///
    /// Fails with [`ErrorKind::Unsupported`], naming the algorithm, if it is another.
    pub fn from_algorithm(algorithm: &Element<'_>) -> Result<Self> {
        match identifier(algorithm)? {
            (oid, Some(parameters)) if oid == PBKDF2 => Self::read(&parameters),
            (oid, _) => Err(unknown("key derivation", &oid)),
        }
    }

    /// Derives a key.
    ///
    /// Fails with [`ErrorKind::TooLarge`] if that would take more work than the limits allow.
    pub fn derive(
        &self,
        password: &Passphrase,
        length: usize,
        budget: &mut Budget,
    ) -> Result<Secret> {
        let blocks = length.div_ceil(self.digest.length()) as u64;
        budget.spend(u64::from(self.iterations).saturating_mul(blocks))?;
        derive::pbkdf2(
            self.digest,
            password.octets(),
            &self.salt,
            self.iterations,
            length,
        )
    }

    fn read(parameters: &Element<'_>) -> Result<Self> {
        let mut parts = parameters.open(der::SEQUENCE)?;
        let salt = parts.element()?.expect(der::OCTET_STRING)?.to_vec();
        let iterations = parts.element()?.small()?;
        let length = optional_length(&mut parts)?;
        let digest = match parts.is_empty() {
            true => Digest::Sha1,
            false => hmac_digest(&parts.element()?)?,
        };
        parts.finish()?;
        Ok(Self {
            digest,
            salt,
            iterations,
            length,
        })
    }
}

/// Reads the `AlgorithmIdentifier` of an HMAC.
///
/// Fails with [`ErrorKind::Unsupported`], naming the algorithm, if it is another.
pub fn hmac_digest(algorithm: &Element<'_>) -> Result<Digest> {
    let (oid, _) = identifier(algorithm)?;
    Ok(match oid.as_str() {
        "1.2.840.113549.2.6" => Digest::Md5,
        "1.2.840.113549.2.7" => Digest::Sha1,
        "1.2.840.113549.2.8" => Digest::Sha224,
        HMAC_SHA256 => Digest::Sha256,
        "1.2.840.113549.2.10" => Digest::Sha384,
        "1.2.840.113549.2.11" => Digest::Sha512,
        "1.2.840.113549.2.13" => Digest::Sha512_256,
        oid => return Err(unknown("authentication code", oid)),
    })
}

fn optional_length(parts: &mut der::Reader<'_>) -> Result<Option<usize>> {
    match parts.peek() {
        Some(der::INTEGER) => Ok(Some(parts.element()?.small()? as usize)),
        _ => Ok(None),
    }
}

/// The cipher of PBES2 and its initialisation vector.
fn encryption_scheme(algorithm: &Element<'_>, length: Option<usize>) -> Result<(Cipher, Vec<u8>)> {
    let (oid, parameters) = identifier(algorithm)?;
    let parameters = parameters.ok_or_else(malformed);
    let cipher = match oid.as_str() {
        "2.16.840.1.101.3.4.1.2" => Cipher::Aes128,
        "2.16.840.1.101.3.4.1.22" => Cipher::Aes192,
        AES_256_CBC => Cipher::Aes256,
        "1.3.14.3.2.7" => Cipher::Des,
        "1.2.840.113549.3.7" => Cipher::TripleDes,
        "1.2.840.113549.3.2" => return rc2(&parameters?, length),
        oid => return Err(unknown("cipher", oid)),
    };
    Ok((cipher, parameters?.expect(der::OCTET_STRING)?.to_vec()))
}

/// RC2 says in a code of its own how many bits its key is worth (RFC 8018 B.2.3).
fn rc2(parameters: &Element<'_>, length: Option<usize>) -> Result<(Cipher, Vec<u8>)> {
    let mut parts = parameters.open(der::SEQUENCE)?;
    let version = match parts.peek() {
        Some(der::INTEGER) => parts.element()?.small()?,
        // 32 bits, which the code for them means by being absent.
        _ => 32,
    };
    let iv = parts.element()?.expect(der::OCTET_STRING)?.to_vec();
    parts.finish()?;
    let effective_bits = match version {
        160 => 40,
        120 => 64,
        58 => 128,
        32 => 32,
        256..=1024 => version as usize,
        _ => return Err(malformed()),
    };
    // Some do not tell it, and mean what the bits need.
    let key_length = length.unwrap_or(effective_bits / 8);
    // A key is never worth more bits than it has.
    if !(1..=128).contains(&key_length) || effective_bits > key_length * 8 {
        return Err(malformed());
    }
    let cipher = Cipher::Rc2 {
        key_length,
        effective_bits,
    };
    Ok((cipher, iv))
}

/// Says which algorithm it is that is not known here.
pub fn unknown(what: &str, oid: &str) -> Error {
    let name = NAMES.iter().find(|(known, _)| *known == oid);
    let name = name.map_or(oid, |(_, name)| name);
    Error::new(
        ErrorKind::Unsupported,
        format!("the {what} {name} is not known here"),
    )
}

fn malformed() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "the description of the encryption is damaged",
    )
}

fn oid(dotted: &str) -> Vec<u8> {
    der::object_identifier(&der::parse_dotted(dotted).unwrap_or_default())
}

const PBES2: &str = "1.2.840.113549.1.5.13";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const HMAC_SHA256: &str = "1.2.840.113549.2.9";
const AES_256_CBC: &str = "2.16.840.1.101.3.4.1.42";
const PKCS12_TRIPLE_DES: &str = "1.2.840.113549.1.12.1.3";

/// What is not read here and yet has been written, by the names of OpenSSL.
const NAMES: [(&str, &str); 12] = [
    ("1.2.840.113549.1.5.1", "pbeWithMD2AndDES-CBC"),
    ("1.2.840.113549.1.5.4", "pbeWithMD2AndRC2-CBC"),
    ("1.2.840.113549.3.9", "RC5-CBC"),
    ("1.2.392.200011.61.1.1.1.2", "CAMELLIA-128-CBC"),
    ("1.2.392.200011.61.1.1.1.3", "CAMELLIA-192-CBC"),
    ("1.2.392.200011.61.1.1.1.4", "CAMELLIA-256-CBC"),
    ("1.2.410.200004.1.4", "SEED-CBC"),
    ("1.2.840.113533.7.66.10", "CAST5-CBC"),
    ("1.3.6.1.4.1.188.7.1.1.2", "IDEA-CBC"),
    ("1.3.6.1.4.1.3029.1.2", "BF-CBC"),
    ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
];

/// Twice what one key may take: thirty keys of 600,000 iterations each, and some 10 s of one core.
const MAX_ROUNDS_OF_STORE: u64 = 20_000_000;
