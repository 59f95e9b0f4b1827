//! How keys come from passwords: PBKDF1 and PBKDF2 (RFC 8018 §5), scrypt (RFC 7914), and the way of PKCS #12.

use std::num::NonZeroU32;

use zeroize::Zeroizing;

use super::Digest;
use crate::error::{Error, ErrorKind, Result};

/// Derives a key from a password by PBKDF2 with HMAC (RFC 8018 §5.2).
///
/// Fails with [`ErrorKind::TooLarge`] if that would cost more than the limits here, and with
/// [`ErrorKind::Malformed`] for no iterations at all.
pub fn pbkdf2(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    let rounds = counted(iterations, length)?;
    let mut key = Zeroizing::new(vec![0; length]);
    let algorithm = match digest {
        Digest::Md5 => {
            pbkdf2::pbkdf2_hmac::<md5::Md5>(password, salt, iterations, &mut key);
            return Ok(key);
        }
        Digest::Sha224 => {
            pbkdf2::pbkdf2_hmac::<sha2::Sha224>(password, salt, iterations, &mut key);
            return Ok(key);
        }
        Digest::Sha512_256 => {
            pbkdf2::pbkdf2_hmac::<sha2::Sha512_256>(password, salt, iterations, &mut key);
            return Ok(key);
        }
        Digest::Sha1 => ::ring::pbkdf2::PBKDF2_HMAC_SHA1,
        Digest::Sha256 => ::ring::pbkdf2::PBKDF2_HMAC_SHA256,
        Digest::Sha384 => ::ring::pbkdf2::PBKDF2_HMAC_SHA384,
        Digest::Sha512 => ::ring::pbkdf2::PBKDF2_HMAC_SHA512,
    };
    ::ring::pbkdf2::derive(algorithm, rounds, salt, password, &mut key);
    Ok(key)
}

/// Derives a key from a password by PBKDF1 (RFC 8018 §5.1), which gives no more than its digest has.
///
/// Fails as [`pbkdf2()`] does.
pub(super) fn pbkdf1(
    digest: Digest,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    counted(iterations, length)?;
    let mut key = Zeroizing::new([password, salt].concat());
    for _ in 0..iterations {
        key = Zeroizing::new(digest.of(&key));
    }
    key.truncate(length);
    Ok(key)
}

/// The parameters of scrypt (RFC 7914 §2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scrypt {
    pub(super) cost: u64,
    pub(super) block_size: u32,
    pub(super) parallelization: u32,
}

impl Scrypt {
    /// Fails as [`pbkdf2()`] does.
    pub(super) fn derive(
        self,
        password: &[u8],
        salt: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>> {
        if self.bytes() > MAX_SCRYPT_BYTES {
            return Err(excess(format!("{} bytes of memory", self.bytes())));
        }
        let nonsense = || {
            Error::new(
                ErrorKind::Malformed,
                "the parameters of scrypt are not such",
            )
        };
        if !self.cost.is_power_of_two() {
            return Err(nonsense());
        }
        let log_cost = self.cost.trailing_zeros() as u8;
        let parameters = scrypt::Params::new(log_cost, self.block_size, self.parallelization)
            .map_err(|_| nonsense())?;
        let mut key = Zeroizing::new(vec![0; length]);
        scrypt::scrypt(password, salt, &parameters, &mut key).map_err(|_| nonsense())?;
        Ok(key)
    }

    /// What is gone through, so many times as there are lanes.
    fn bytes(self) -> u64 {
        let block = 128 * u64::from(self.block_size);
        let lane = self.cost.saturating_mul(block);
        lane.saturating_mul(u64::from(self.parallelization))
    }

    /// The work, in iterations of the other derivations.
    pub(super) fn rounds(self) -> u64 {
        self.bytes() / (MAX_SCRYPT_BYTES / u64::from(MAX_ITERATIONS))
    }
}

/// What is derived by the way of PKCS #12 (RFC 7292 B.3): its value is the ID.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// A key for a cipher.
    Key = 1,
    /// An initialisation vector.
    Iv = 2,
    /// A key for an authentication code.
    Mac = 3,
}

/// Derives bytes from a password, in [its form](super::Passphrase::bmp) for this, as RFC 7292 B.2 says.
///
/// Fails as [`pbkdf2()`] does.
pub fn derive_pkcs12(
    digest: Digest,
    purpose: Purpose,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Result<Zeroizing<Vec<u8>>> {
    counted(iterations, length)?;
    let block = digest.block_length();
    let diversifier = vec![purpose as u8; block];
    let mut input = Zeroizing::new(filled(salt, block));
    input.extend_from_slice(&Zeroizing::new(filled(password, block)));
    let mut key = Zeroizing::new(Vec::with_capacity(length + digest.length()));
    while key.len() < length {
        let message = Zeroizing::new([&diversifier[..], &input].concat());
        let mut part = Zeroizing::new(digest.of(&message));
        for _ in 1..iterations {
            part = Zeroizing::new(digest.of(&part));
        }
        key.extend_from_slice(&part);
        let addend: Zeroizing<Vec<u8>> =
            Zeroizing::new(part.iter().copied().cycle().take(block).collect());
        for number in input.chunks_mut(block) {
            add_with_one(number, &addend);
        }
    }
    key.truncate(length);
    Ok(key)
}

/// Derives a key as OpenSSL's `EVP_BytesToKey` does with MD5 and one iteration, which is how its
/// traditional keys are encrypted.
pub(super) fn bytes_to_key(password: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(length + Digest::Md5.length()));
    while key.len() < length {
        let before = key.len().saturating_sub(Digest::Md5.length());
        let message = Zeroizing::new([&key[before..], password, salt].concat());
        key.extend_from_slice(&Zeroizing::new(Digest::Md5.of(&message)));
    }
    key.truncate(length);
    key
}

/// Repeats bytes until they fill whole blocks (RFC 7292 B.2, steps 2 and 3).
fn filled(bytes: &[u8], block: usize) -> Vec<u8> {
    let length = bytes.len().div_ceil(block) * block;
    bytes.iter().copied().cycle().take(length).collect()
}

/// Adds as big-endian numbers of the same length, and one (step 6C).
fn add_with_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1;
    for (digit, added) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*digit) + u16::from(*added) + carry;
        *digit = sum as u8;
        carry = sum >> 8;
    }
}

/// Holds a derivation against the limits.
fn counted(iterations: u32, length: usize) -> Result<NonZeroU32> {
    if iterations > MAX_ITERATIONS {
        return Err(excess(format!(
            "{iterations} iterations, more than {MAX_ITERATIONS}"
        )));
    }
    if length > MAX_KEY_LENGTH {
        return Err(excess(format!("a derived key of {length} bytes")));
    }
    NonZeroU32::new(iterations)
        .ok_or_else(|| Error::new(ErrorKind::Malformed, "a key derived in no iterations"))
}

pub(super) fn excess(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::TooLarge, format!("opening it would take {what}"))
        .with_hint("no program writes such files by itself; ask whoever made it")
}

/// Some 5 s of one core, sixteen times what is written here.
pub(super) const MAX_ITERATIONS: u32 = 10_000_000;
/// Sixteen times the strongest setting that OpenSSL's documentation shows (N = 2^20, r = 8) would
/// take 1 GiB; this is that one setting.
const MAX_SCRYPT_BYTES: u64 = 1 << 30;
/// The longest key that anything here is locked with is one for HMAC of as many bytes as SHA-512
/// takes at a time; RC2 may have as many.
const MAX_KEY_LENGTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        data_encoding::HEXLOWER.encode(bytes)
    }

    #[test]
    fn keys_are_derived_as_others_do() {
        // RFC 6070 with two iterations; the others by Python's hashlib.pbkdf2_hmac.
        for (digest, expected) in [
            (Digest::Md5, "042407b552be345ad6eee2cf2f7ed01d"),
            (Digest::Sha1, "ea6c014dc72d6f8ccd1ed92ace1d41f0"),
            (Digest::Sha224, "93200ffa96c5776d38fa10abdf8f5bfc"),
            (Digest::Sha256, "ae4d0c95af6b46d32d0adff928f06dd0"),
            (Digest::Sha512_256, "fcfd108c99cc888ec0af9f184885aff5"),
        ] {
            let key = pbkdf2(digest, b"password", b"salt", 2, 16).unwrap();
            assert_eq!(hex(&key), expected, "{digest}");
        }
    }

    #[test]
    fn pkcs12_derives_as_openssl_does() {
        // openssl kdf -kdfopt digest:… -kdfopt hexpass:007000e40000 -kdfopt hexsalt:0102030405060708
        // -kdfopt iter:3 -kdfopt id:… PKCS12KDF
        for (digest, purpose, length, expected) in [
            (
                Digest::Sha1,
                Purpose::Key,
                24,
                "49dbe2f4c34e37a2d04484e4e66a88cafb1d6e6ebe9231f1",
            ),
            (Digest::Sha1, Purpose::Iv, 8, "3445ad29467cf05a"),
            (
                Digest::Sha256,
                Purpose::Mac,
                32,
                "db4d08eb72c0f6ca405f88b02792bec4adeebe81f3d204e1043762d6e3b15f93",
            ),
            (
                Digest::Sha512,
                Purpose::Mac,
                64,
                "d930665b7220d3adb0f12b82dc69575f64d9404c66c1b8e4c29a352360c3bd329467de8e0f4353a06242185fe29ef98fcbd44908a2c265187df2bef96fe876fd",
            ),
        ] {
            let password = [0, b'p', 0, 0xe4, 0, 0];
            let salt = [1, 2, 3, 4, 5, 6, 7, 8];
            let key = derive_pkcs12(digest, purpose, &password, &salt, 3, length).unwrap();
            assert_eq!(hex(&key), expected, "{digest}");
        }
    }

    #[test]
    fn what_would_take_for_ever_is_refused() {
        let refusal = |iterations, length| {
            let derived = [
                pbkdf2(Digest::Sha1, b"x", b"salt", iterations, length),
                pbkdf1(Digest::Sha1, b"x", b"salt", iterations, length),
                derive_pkcs12(
                    Digest::Sha1,
                    Purpose::Key,
                    b"x",
                    b"salt",
                    iterations,
                    length,
                ),
            ];
            derived.map(|derived| derived.unwrap_err().kind())
        };
        assert_eq!(refusal(0, 8), [ErrorKind::Malformed; 3]);
        assert_eq!(refusal(MAX_ITERATIONS + 1, 8), [ErrorKind::TooLarge; 3]);
        assert_eq!(refusal(1, MAX_KEY_LENGTH + 1), [ErrorKind::TooLarge; 3]);
        let scrypt = |cost, block_size, parallelization| {
            let scrypt = Scrypt {
                cost,
                block_size,
                parallelization,
            };
            scrypt
                .derive(b"x", b"salt", 8)
                .map_err(|error| error.kind())
        };
        assert!(scrypt(16, 1, 1).is_ok());
        for (cost, block_size) in [(0, 1), (3, 1), (16, 0)] {
            assert_eq!(scrypt(cost, block_size, 1), Err(ErrorKind::Malformed));
        }
        for (cost, block_size, parallelization) in [
            (1 << 20, 9, 1),
            (2, u32::MAX, 1),
            (u64::MAX, u32::MAX, u32::MAX),
            (2, 8, u32::MAX),
        ] {
            let refused = scrypt(cost, block_size, parallelization);
            assert_eq!(refused, Err(ErrorKind::TooLarge), "{cost} {block_size}");
        }
    }
}
