//! The secret of `key4.db`, and the MACs that it puts on whatever trust depends on.
//!
//! The row `password` of `metaData` holds a salt and the text `password-check`, encrypted under the
//! digest of salt and password. Under the same digest each value of a trust object has its MAC, in a
//! row named after both: PBMAC1 (RFC 8018 §7.1), without which NSS takes the value for forged. All
//! this holds for the empty password too, which is what nearly every browser has.

use zeroize::Zeroizing;

use crate::crypto::{self, Cipher, Digest};
use crate::der::{self, Element};
use crate::error::{Error, ErrorKind, Result};

/// What the MACs are made with.
pub(super) enum Secret {
    /// No program has set a password yet, not even the empty one: nothing has a MAC, and the browser
    /// makes those of all entries when it sets one.
    Unset,
    /// The password is empty; the digest of salt and password.
    Known(Zeroizing<Vec<u8>>),
    /// There is a password.
    Protected,
}

impl Secret {
    /// Tries the empty password on the two columns of the row `password`.
    ///
    /// Fails with [`ErrorKind::Unsupported`] if the row is not of the form known here.
    pub(super) fn read(salt: &[u8], check: &[u8]) -> Result<Self> {
        // NSS in FIPS mode writes salts of SHA-384's length, and that length decides the digest.
        let digest = match salt.len() {
            48 => Digest::Sha384,
            _ => Digest::Sha1,
        };
        // The password, being empty, adds nothing to the salt.
        let secret = Zeroizing::new(digest.of(salt));
        let plain = decrypt(check, &secret).map_err(|_| {
            Error::new(
                ErrorKind::Unsupported,
                "its password is checked in a way not known here (PBES2 with AES-256 is, and Triple DES)",
            )
        })?;
        Ok(match plain {
            Some(plain) if plain[..] == *b"password-check" => Self::Known(secret),
            _ => Self::Protected,
        })
    }

    /// Makes the MAC of an object's attribute, if it needs one.
    pub(super) fn seal(&self, id: u32, attribute: u32, value: &[u8]) -> Result<Option<Vec<u8>>> {
        let Self::Known(secret) = self else {
            return Ok(None);
        };
        let salt = crypto::random::<32>()?;
        let mac = mac(
            &Derivation {
                salt: &salt,
                iterations: 1,
                digest: Digest::Sha256,
            },
            Digest::Sha256,
            secret,
            &message(id, attribute, value),
        )?;
        let hmac = der::sequence(&[&oid(HMAC_SHA256)]);
        let derivation = der::sequence(&[
            &oid(PBKDF2),
            &der::sequence(&[
                &der::element(der::OCTET_STRING, &[&salt]),
                // As NSS does it for the empty password: more would protect nothing.
                &der::element(der::INTEGER, &[&[1]]),
                &der::element(der::INTEGER, &[&[32]]),
                &hmac,
            ]),
        ]);
        let scheme = der::sequence(&[&oid(PBMAC1), &der::sequence(&[&derivation, &hmac])]);
        let mac = der::element(der::OCTET_STRING, &[&mac]);
        Ok(Some(der::sequence(&[&scheme, &mac])))
    }

    /// Tells whether a MAC is that of an object's attribute. One in a form not known here is not.
    pub(super) fn fits(&self, sealed: &[u8], id: u32, attribute: u32, value: &[u8]) -> bool {
        match self {
            Self::Unset => true,
            Self::Protected => false,
            Self::Known(secret) => check(sealed, secret, &message(id, attribute, value)).is_ok(),
        }
    }
}

fn message(id: u32, attribute: u32, value: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes(), &attribute.to_be_bytes(), value].concat()
}

/// PBKDF2's parameters (RFC 8018 A.2).
struct Derivation<'a> {
    salt: &'a [u8],
    iterations: u32,
    digest: Digest,
}

impl<'a> Derivation<'a> {
    fn read(algorithm: &Element<'a>) -> Result<Self> {
        let mut parts = algorithm.open(der::SEQUENCE)?;
        require(parts.element()?.raw == oid(PBKDF2))?;
        let mut parts = parts.element()?.open(der::SEQUENCE)?;
        let salt = parts.element()?.expect(der::OCTET_STRING)?;
        let iterations = parts.element()?.expect(der::INTEGER)?;
        require(iterations.len() <= 4)?;
        let iterations = iterations
            .iter()
            .fold(0, |sum, octet| sum << 8 | u32::from(*octet));
        require(parts.element()?.expect(der::INTEGER)? == [32])?;
        let digest = hmac_digest(&parts.element()?)?;
        Ok(Self {
            salt,
            iterations,
            digest,
        })
    }

    fn key(&self, secret: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        crypto::pbkdf2(self.digest, secret, self.salt, self.iterations, 32)
    }
}

fn mac(
    derivation: &Derivation<'_>,
    digest: Digest,
    secret: &[u8],
    message: &[u8],
) -> Result<Vec<u8>> {
    let key = derivation.key(secret)?;
    Ok(crypto::hmac(digest, &key[..], message))
}

fn check(sealed: &[u8], secret: &[u8], message: &[u8]) -> Result<()> {
    let mut outer = der::only(sealed)?.open(der::SEQUENCE)?;
    let mut scheme = outer.element()?.open(der::SEQUENCE)?;
    let found = outer.element()?.expect(der::OCTET_STRING)?;
    require(scheme.element()?.raw == oid(PBMAC1))?;
    let mut parameters = scheme.element()?.open(der::SEQUENCE)?;
    let derivation = Derivation::read(&parameters.element()?)?;
    let digest = hmac_digest(&parameters.element()?)?;
    require(mac(&derivation, digest, secret, message)? == found)
}

/// Decrypts a sequence of algorithm and octets; under another secret nothing comes of it.
fn decrypt(encoded: &[u8], secret: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let mut outer = der::only(encoded)?.open(der::SEQUENCE)?;
    let mut scheme = outer.element()?.open(der::SEQUENCE)?;
    let encrypted = outer.element()?.expect(der::OCTET_STRING)?;
    let algorithm = scheme.element()?.raw;
    let mut parameters = scheme.element()?.open(der::SEQUENCE)?;
    if algorithm == oid(PBE_SHA1_TRIPLE_DES) {
        let salt = parameters.element()?.expect(der::OCTET_STRING)?;
        require(parameters.element()?.expect(der::INTEGER)? == [1])?;
        let (key, iv) = triple_des_key(secret, salt)?;
        return Ok(Cipher::TripleDes.decrypt(&key[..], &iv, encrypted));
    }
    require(algorithm == oid(PBES2))?;
    let derivation = Derivation::read(&parameters.element()?)?;
    let mut cipher = parameters.element()?.open(der::SEQUENCE)?;
    require(cipher.element()?.raw == oid(AES_256_CBC))?;
    // NSS writes an IV of 14 octets, and means with it the 16 that its encoding has.
    let iv = cipher.element()?;
    let iv = <[u8; 16]>::try_from(iv.raw).or_else(|_| iv.content.try_into());
    let iv = iv.map_err(|_| unknown())?;
    let key = derivation.key(secret)?;
    Ok(Cipher::Aes256.decrypt(&key, &iv, encrypted))
}

/// The key and IV of databases from before 2020, by a derivation that NSS alone has: after one SHA-1
/// of secret and salt, two blocks of HMAC.
fn triple_des_key(secret: &[u8], salt: &[u8]) -> Result<(Zeroizing<[u8; 24]>, [u8; 8])> {
    let key = Zeroizing::new(Digest::Sha1.of(&[secret, salt].concat()));
    let hmac = |message: &[&[u8]]| crypto::hmac(Digest::Sha1, &key, &message.concat());
    let mut padded = salt.to_vec();
    padded.resize(padded.len().max(20), 0);
    let second = hmac(&[&padded]);
    let made = Zeroizing::new([hmac(&[&padded, salt]), hmac(&[&second, salt])].concat());
    let key = made.first_chunk().ok_or_else(unknown)?;
    let iv = made.last_chunk().ok_or_else(unknown)?;
    Ok((Zeroizing::new(*key), *iv))
}

fn hmac_digest(algorithm: &Element<'_>) -> Result<Digest> {
    let found = algorithm.open(der::SEQUENCE)?.element()?.raw;
    let known = [
        (HMAC_SHA1, Digest::Sha1),
        (HMAC_SHA256, Digest::Sha256),
        (HMAC_SHA384, Digest::Sha384),
        (HMAC_SHA512, Digest::Sha512),
    ];
    let digest = known.into_iter().find(|(arcs, _)| oid(arcs) == found);
    digest.map(|(_, digest)| digest).ok_or_else(unknown)
}

fn require(holds: bool) -> Result<()> {
    if holds { Ok(()) } else { Err(unknown()) }
}

fn unknown() -> Error {
    Error::new(ErrorKind::Unsupported, "a form of NSS not known here")
}

fn oid(arcs: &[u64]) -> Vec<u8> {
    der::object_identifier(arcs)
}

// RFC 8018 appendix C, and NIST's own arc for AES.
const PBKDF2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 12];
const PBES2: &[u64] = &[1, 2, 840, 113_549, 1, 5, 13];
const PBMAC1: &[u64] = &[1, 2, 840, 113_549, 1, 5, 14];
const HMAC_SHA1: &[u64] = &[1, 2, 840, 113_549, 2, 7];
const HMAC_SHA256: &[u64] = &[1, 2, 840, 113_549, 2, 9];
const HMAC_SHA384: &[u64] = &[1, 2, 840, 113_549, 2, 10];
const HMAC_SHA512: &[u64] = &[1, 2, 840, 113_549, 2, 11];
/// NSS's name for PKCS #12's algorithm, with a derivation of its own.
const PBE_SHA1_TRIPLE_DES: &[u64] = &[1, 2, 840, 113_549, 1, 12, 5, 1, 3];
const AES_256_CBC: &[u64] = &[2, 16, 840, 1, 101, 3, 4, 1, 42];

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    /// Written by certutil 3.87 for the empty password.
    fn of_certutil() -> Secret {
        let salt = hex("2ab8a5bb3d314bef2417d138e97f280a4660a571");
        let check = hex(
            "308181306d06092a864886f70d01050d3060304106092a864886f70d01050c3034042049a8b2301da38404f4492c0bcfe047b63f3bfeb5ded585f8bb2a3b45548be45b020101020120300a06082a864886f70d0209301b060960864801650304012a040e03be75f7698ba3eddceb1dfa658104101d06a0dccbe73fe3749160747cb1da8f",
        );
        Secret::read(&salt, &check).unwrap()
    }

    #[test]
    fn the_macs_of_nss_are_understood() {
        let secret = of_certutil();
        assert!(matches!(secret, Secret::Known(_)));
        let sealed = hex(
            "308180305c06092a864886f70d01050e304f304106092a864886f70d01050c30340420403cb24bfc130884cf99e6eac5a45f0b4389a4cc95d9b9dcc0959d71d3d08185020101020120300a06082a864886f70d0209300a06082a864886f70d0209042050390aefaf69694ad3164b4a082950995317659a9420c9a3c3271e64fb9aefac",
        );
        let trusted = [0xce, 0x53, 0x43, 0x52];
        assert!(secret.fits(&sealed, 0x274b_e51e, 0xce53_6358, &trusted));
        assert!(!secret.fits(&sealed, 0x274b_e51f, 0xce53_6358, &trusted));
        assert!(!secret.fits(&sealed, 0x274b_e51e, 0xce53_6359, &trusted));
        assert!(!secret.fits(&sealed, 0x274b_e51e, 0xce53_6358, &[0; 4]));
        assert!(!secret.fits(b"nonsense", 0x274b_e51e, 0xce53_6358, &trusted));
    }

    #[test]
    fn our_macs_are_of_the_same_form() {
        let secret = of_certutil();
        let sealed = secret.seal(1, 2, b"value").unwrap().unwrap();
        assert_eq!(sealed.len(), 131);
        assert!(secret.fits(&sealed, 1, 2, b"value"));
        assert!(!secret.fits(&sealed, 1, 2, b"valve"));
        assert!(Secret::Unset.seal(1, 2, b"value").unwrap().is_none());
    }

    /// Made after NSS's sources, and accepted by certutil 3.87, which no longer writes it.
    #[test]
    fn old_databases_are_opened() {
        let salt = hex("29e08392d3de64394f1aefe9ab802bcb738576ef");
        for (check, empty) in [
            (
                "303c3028060b2a864886f70d010c050103301904141e8158eef91c988d1c210b11bb08ca9e465a8ec802010104102785fe8d3ed48de8cf18e4654cb2f600",
                true,
            ),
            // Of the password "x".
            (
                "303c3028060b2a864886f70d010c050103301904144d92c6fd38ffadd46c3da363b77ca28a88f82592020101041056fb80b9393e6b51cecdef70c129e7a4",
                false,
            ),
        ] {
            let secret = Secret::read(&salt, &hex(check)).unwrap();
            assert_eq!(matches!(secret, Secret::Known(_)), empty);
            assert_eq!(matches!(secret, Secret::Protected), !empty);
        }
    }

    #[test]
    fn another_way_of_checking_the_password_is_reported() {
        let error = Secret::read(&[0; 20], &der::sequence(&[])).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}
