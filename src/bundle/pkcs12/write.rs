//! Making a PKCS #12 file.

use zeroize::Zeroizing;

use super::{
    CERTIFICATE_BAG, DATA, ENCRYPTED_DATA, FRIENDLY_NAME, LOCAL_KEY_ID, SHROUDED_KEY_BAG,
    TRUSTED_KEY_USAGE, X509_CERTIFICATE, mac, oid,
};
use crate::bundle::Entry;
use crate::cert::Certificate;
use crate::crypto::{Digest, Passphrase, Scheme};
use crate::der;
use crate::error::Result;
use crate::key::{KeyForm, Password};

/// Who is to read the file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Profile {
    /// Whoever keeps up: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, and HMAC-SHA-256.
    #[default]
    Modern,
    /// macOS's keychain and old versions of Windows: SHA-1 and Triple DES.
    Compatible,
}

/// How one file is locked.
struct Lock {
    profile: Profile,
    password: Passphrase,
    iterations: u32,
}

impl Lock {
    fn new(profile: Profile, password: &Password, entries: &[Entry<'_>]) -> Self {
        Self {
            profile,
            password: Passphrase::new(password.as_bytes()),
            iterations: iterations(profile, entries),
        }
    }

    /// Encrypts under a scheme with a salt of its own.
    fn encrypt(&self, plain: &[u8]) -> Result<(Scheme, Vec<u8>)> {
        let scheme = match self.profile {
            Profile::Modern => Scheme::modern(self.iterations)?,
            Profile::Compatible => Scheme::compatible(self.iterations)?,
        };
        let encrypted = scheme.encrypt(&self.password, plain)?;
        Ok((scheme, encrypted))
    }

    /// The `MacData` of contents.
    fn mac(&self, contents: &[u8]) -> Result<Vec<u8>> {
        let digest = match self.profile {
            Profile::Modern => Digest::Sha256,
            Profile::Compatible => Digest::Sha1,
        };
        mac::encode(contents, &self.password, digest, self.iterations)
    }
}

/// Encodes entries as a `PFX`, under a password, which may be empty as OpenSSL's may.
///
/// Certificates come first, those of an entry in their order. A key and its certificate have the entry's
/// alias for a friendly name, and one local key identifier. Certificates without a key have the attribute
/// by which Java knows what is trusted; after the first of an entry their aliases are numbered, since a
/// keystore has each but once.
pub fn encode(
    entries: &[Entry<'_>],
    password: &Password,
    profile: Profile,
) -> Result<Zeroizing<Vec<u8>>> {
    let lock = Lock::new(profile, password, entries);
    let certificates: Vec<Vec<u8>> = entries.iter().flat_map(certificate_bags).collect();
    let mut keys = Vec::new();
    for entry in entries {
        keys.extend(key_bag(entry, &lock)?);
    }
    let mut safes = Vec::new();
    if !certificates.is_empty() {
        safes.push(encrypted(&concatenated(&certificates), &lock)?);
    }
    if !keys.is_empty() {
        safes.push(data(&concatenated(&keys)));
    }
    let contents = concatenated(&safes);
    let (version, code) = (der::unsigned(3), lock.mac(&contents)?);
    let pfx = der::sequence(&[&version, &data(&contents), &code]);
    Ok(Zeroizing::new(pfx))
}

/// How many iterations each derivation of a file takes: its keys share them with its certificates.
pub(super) fn iterations(profile: Profile, entries: &[Entry<'_>]) -> u32 {
    let keys = entries.iter().filter(|entry| entry.key.is_some()).count();
    let derivations = u32::try_from(keys + 1).unwrap_or(u32::MAX);
    match profile {
        Profile::Modern => (ITERATIONS_IN_ALL / derivations).clamp(LEAST_ITERATIONS, ITERATIONS),
        Profile::Compatible => COMPATIBLE_ITERATIONS,
    }
}

fn certificate_bags(entry: &Entry<'_>) -> Vec<Vec<u8>> {
    let bags = entry.certificates.iter().enumerate();
    bags.map(|(at, certificate)| {
        let attributes = match (entry.key, at) {
            (Some(_), 0) => vec![friendly_name(entry.alias), local_key_id(certificate)],
            (Some(_), _) => Vec::new(),
            (None, 0) => vec![friendly_name(entry.alias), trusted()],
            (None, at) => {
                let alias = format!("{} {}", entry.alias, at + 1);
                vec![friendly_name(&alias), trusted()]
            }
        };
        let octets = der::element(der::OCTET_STRING, &[certificate.der()]);
        let value = der::sequence(&[&oid(X509_CERTIFICATE), &explicit(&octets)]);
        bag(CERTIFICATE_BAG, &value, attributes)
    })
    .collect()
}

fn key_bag(entry: &Entry<'_>, lock: &Lock) -> Result<Option<Vec<u8>>> {
    let Some(key) = entry.key else {
        return Ok(None);
    };
    let (scheme, shrouded) = lock.encrypt(&key.to_der(KeyForm::Pkcs8)?)?;
    let shrouded = der::element(der::OCTET_STRING, &[&shrouded]);
    let value = der::sequence(&[scheme.to_der(), &shrouded]);
    let mut attributes = vec![friendly_name(entry.alias)];
    attributes.extend(entry.certificates.first().map(local_key_id));
    Ok(Some(bag(SHROUDED_KEY_BAG, &value, attributes)))
}

/// `SafeBag`.
fn bag(kind: &str, value: &[u8], attributes: Vec<Vec<u8>>) -> Vec<u8> {
    let mut attributes: Vec<Vec<u8>> = attributes
        .into_iter()
        .filter(|one| !one.is_empty())
        .collect();
    // DER has the elements of a SET OF in the order of their encodings (X.690 §11.6).
    attributes.sort();
    let attributes = match attributes.is_empty() {
        true => Vec::new(),
        false => der::element(der::SET, &[&attributes.concat()]),
    };
    der::sequence(&[&oid(kind), &explicit(value), &attributes])
}

/// Nothing for no name.
fn friendly_name(name: &str) -> Vec<u8> {
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
    match units.is_empty() {
        true => Vec::new(),
        false => attribute(FRIENDLY_NAME, &der::element(der::BMP_STRING, &[&units])),
    }
}

/// The SHA-1 fingerprint of the certificate, as with OpenSSL: it only has to be another for each key.
fn local_key_id(certificate: &Certificate) -> Vec<u8> {
    let id = Digest::Sha1.of(certificate.der());
    attribute(LOCAL_KEY_ID, &der::element(der::OCTET_STRING, &[&id]))
}

/// Trusted for any purpose: without it Java passes the certificate over.
fn trusted() -> Vec<u8> {
    attribute(TRUSTED_KEY_USAGE, &oid("2.5.29.37.0"))
}

fn attribute(kind: &str, value: &[u8]) -> Vec<u8> {
    der::sequence(&[&oid(kind), &der::element(der::SET, &[value])])
}

/// A `ContentInfo` of the type `data`.
fn data(octets: &[u8]) -> Vec<u8> {
    let octets = der::element(der::OCTET_STRING, &[octets]);
    der::sequence(&[&oid(DATA), &explicit(&octets)])
}

/// A `ContentInfo` of the type `encryptedData` (RFC 2315 §13).
fn encrypted(plain: &[u8], lock: &Lock) -> Result<Vec<u8>> {
    let (scheme, octets) = lock.encrypt(plain)?;
    let octets = der::element(der::context(0), &[&octets]);
    let info = der::sequence(&[&oid(DATA), scheme.to_der(), &octets]);
    let content = der::sequence(&[&der::unsigned(0), &info]);
    Ok(der::sequence(&[&oid(ENCRYPTED_DATA), &explicit(&content)]))
}

fn concatenated(elements: &[Vec<u8>]) -> Vec<u8> {
    der::sequence(&[&elements.concat()])
}

fn explicit(value: &[u8]) -> Vec<u8> {
    der::element(der::context_constructed(0), &[value])
}

/// The most that .NET takes of one derivation (`Pkcs12LoaderLimits`); a key by itself, which has no such
/// readers, takes twice as many.
const ITERATIONS: u32 = 300_000;
/// The most that .NET takes of all derivations of a file but for its code.
const ITERATIONS_IN_ALL: u32 = 1_000_000;
/// What keytool writes.
const LEAST_ITERATIONS: u32 = 10_000;
/// As OpenSSL and Windows write them; more would not save SHA-1 and Triple DES.
const COMPATIBLE_ITERATIONS: u32 = 2048;
