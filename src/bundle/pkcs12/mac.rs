//! The code over a PKCS #12 file's contents: HMAC under PKCS #12's own derivation (RFC 7292 §4), or
//! PBMAC1 (RFC 9579).

use std::fmt;

use zeroize::Zeroizing;

use crate::crypto::{
    self, Budget, Digest, Passphrase, Pbkdf2, Purpose, are_equal, derive_pkcs12, hmac, hmac_digest,
    random,
};
use crate::der::{self, Element};
use crate::error::{Error, ErrorKind, Result};

/// `MacData`, understood.
pub(super) struct Mac {
    derivation: Derivation,
    digest: Digest,
    code: Vec<u8>,
}

enum Derivation {
    Pkcs12 { salt: Vec<u8>, iterations: u32 },
    Pbmac1(Pbkdf2),
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = self.digest;
        match &self.derivation {
            Derivation::Pkcs12 { iterations, .. } => {
                write!(
                    f,
                    "HMAC-{digest}, PKCS #12's derivation of {iterations} iterations"
                )
            }
            Derivation::Pbmac1(_) => write!(f, "HMAC-{digest}, PBMAC1"),
        }
    }
}

impl Mac {
    /// Fails with [`ErrorKind::Unsupported`], naming the algorithm, if it is not known here.
    pub(super) fn read(encoded: &Element<'_>) -> Result<Self> {
        let mut parts = encoded.open(der::SEQUENCE)?;
        let mut info = parts.element()?.open(der::SEQUENCE)?;
        let salt = parts.element()?.expect(der::OCTET_STRING)?.to_vec();
        let iterations = match parts.is_empty() {
            true => 1,
            false => parts.element()?.small()?,
        };
        parts.finish()?;
        let mut algorithm = info.element()?.open(der::SEQUENCE)?;
        let code = info.element()?.expect(der::OCTET_STRING)?.to_vec();
        let oid = algorithm.element()?.oid()?;
        if oid == PBMAC1 {
            let mut parameters = algorithm.element()?.open(der::SEQUENCE)?;
            let kdf = Pbkdf2::from_algorithm(&parameters.element()?)?;
            return Ok(Self {
                derivation: Derivation::Pbmac1(kdf),
                digest: hmac_digest(&parameters.element()?)?,
                code,
            });
        }
        let digest = DIGESTS.iter().find(|(known, _)| *known == oid);
        let digest = digest.ok_or_else(|| crypto::unknown("digest", &oid))?.1;
        Ok(Self {
            derivation: Derivation::Pkcs12 { salt, iterations },
            digest,
            code,
        })
    }

    /// Tells whether a password makes this code of the contents.
    ///
    /// Fails with [`ErrorKind::TooLarge`] if telling would take more work than the limits allow.
    pub(super) fn is_of(
        &self,
        contents: &[u8],
        password: &Passphrase,
        budget: &mut Budget,
    ) -> Result<bool> {
        let key = match &self.derivation {
            Derivation::Pkcs12 { salt, iterations } => {
                budget.spend(u64::from(*iterations))?;
                key(self.digest, password, salt, *iterations)?
            }
            Derivation::Pbmac1(kdf) => {
                // RFC 9579 §4 wants the length told, so that nobody has to guess it.
                let length = kdf.length.ok_or_else(|| {
                    let message = "its authentication code does not tell the length of its key";
                    Error::new(ErrorKind::Malformed, message)
                })?;
                if length < MIN_LENGTH {
                    let message = format!(
                        "its authentication code has a key of {length} bytes, which can be guessed, where {MIN_LENGTH} are the least"
                    );
                    return Err(Error::new(ErrorKind::Malformed, message));
                }
                kdf.derive(password, length, budget)?
            }
        };
        Ok(are_equal(&hmac(self.digest, &key, contents), &self.code))
    }
}

/// Encodes the `MacData` of contents.
pub(super) fn encode(
    contents: &[u8],
    password: &Passphrase,
    digest: Digest,
    iterations: u32,
) -> Result<Vec<u8>> {
    let salt = random::<16>()?;
    let key = key(digest, password, &salt, iterations)?;
    let code = hmac(digest, &key, contents);
    let known = DIGESTS.iter().find(|(_, known)| *known == digest);
    let oid = super::oid(known.map_or("", |(oid, _)| oid));
    let algorithm = der::sequence(&[&oid, &der::element(der::NULL, &[])]);
    let info = der::sequence(&[&algorithm, &der::element(der::OCTET_STRING, &[&code])]);
    let salt = der::element(der::OCTET_STRING, &[&salt]);
    Ok(der::sequence(&[&info, &salt, &der::unsigned(iterations)]))
}

fn key(
    digest: Digest,
    password: &Passphrase,
    salt: &[u8],
    iterations: u32,
) -> Result<Zeroizing<Vec<u8>>> {
    let (password, length) = (password.bmp(), digest.length());
    derive_pkcs12(digest, Purpose::Mac, password, salt, iterations, length)
}

/// RFC 9579 §9: codes of shorter keys hold under other passwords too, of no bytes under every one.
const MIN_LENGTH: usize = 20;
const PBMAC1: &str = "1.2.840.113549.1.5.14";

const DIGESTS: [(&str, Digest); 7] = [
    ("1.2.840.113549.2.5", Digest::Md5),
    ("1.3.14.3.2.26", Digest::Sha1),
    ("2.16.840.1.101.3.4.2.4", Digest::Sha224),
    ("2.16.840.1.101.3.4.2.1", Digest::Sha256),
    ("2.16.840.1.101.3.4.2.2", Digest::Sha384),
    ("2.16.840.1.101.3.4.2.3", Digest::Sha512),
    ("2.16.840.1.101.3.4.2.6", Digest::Sha512_256),
];
