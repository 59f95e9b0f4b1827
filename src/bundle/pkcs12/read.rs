//! Taking a PKCS #12 file apart.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::mac::Mac;
use super::{
    CERTIFICATE_BAG, CRL_BAG, DATA, ENCRYPTED_DATA, ENVELOPED_DATA, FRIENDLY_NAME, KEY_BAG,
    LOCAL_KEY_ID, SAFE_CONTENTS_BAG, SECRET_BAG, SHROUDED_KEY_BAG, SIGNED_DATA, TRUSTED_KEY_USAGE,
    X509_CERTIFICATE, X509_CRL,
};
use crate::ber;
use crate::crypto::{Budget, Passphrase, Scheme};
use crate::der::{self, Element};
use crate::document::{Document, Kind, kind_of_der};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Password;

/// Takes apart a `PFX` in DER: certificates, revocation lists and keys, each with its friendly name.
///
/// They come in the file's order, but for keys: each comes right before the certificate that has its
/// local key identifier, so that the two are seen to belong together. A key is decrypted; one that has
/// a password of its own stays encrypted, as does one in a file that is locked in no other way and for
/// which no password was given.
///
/// Without a password the empty one is tried. Fails with [`ErrorKind::PasswordNeeded`] if that is not
/// it, with [`ErrorKind::WrongPassword`] if the one given is not, with [`ErrorKind::Unsupported`] for a
/// protection that is not known here, naming it, and with [`ErrorKind::TooLarge`] for more work than
/// the limits allow.
pub fn decode(pfx: &[u8], password: Option<&Password>) -> Result<Vec<Document>> {
    decode_within(pfx, password, &mut Budget::of_store())
}

/// Takes apart one of several in a file, which share what work may be asked for.
pub(in crate::bundle) fn decode_within(
    pfx: &[u8],
    password: Option<&Password>,
    budget: &mut Budget,
) -> Result<Vec<Document>> {
    let mut parts = der::only(pfx)?.open(der::SEQUENCE)?;
    parts.element()?.expect(der::INTEGER)?;
    let contents = octets_of(&parts.element()?, "its contents are")?;
    let mut opening = Opening::new(password, budget);
    if !parts.is_empty() {
        opening.verify(&Mac::read(&parts.element()?)?, contents)?;
    }
    parts.finish()?;
    let contents = ber::to_der(contents)?;
    let mut safes = der::only(&contents)?.open(der::SEQUENCE)?;
    while !safes.is_empty() {
        let safe = safes.element()?;
        let bags = opening.bags_of(&safe)?;
        opening.take_safe(&bags, 0)?;
    }
    Ok(arranged(opening.found))
}

/// A file while it is taken apart.
struct Opening<'b> {
    /// What the password may stand for, the likeliest first.
    readings: Vec<Passphrase>,
    is_given: bool,
    is_confirmed: bool,
    budget: &'b mut Budget,
    found: Vec<Found>,
}

/// What one bag holds.
struct Found {
    document: Document,
    local_key_id: Option<Vec<u8>>,
}

impl<'b> Opening<'b> {
    fn new(password: Option<&Password>, budget: &'b mut Budget) -> Self {
        Self {
            readings: Passphrase::readings(password.map_or(&[], Password::as_bytes)),
            is_given: password.is_some(),
            is_confirmed: false,
            budget,
            found: Vec::new(),
        }
    }

    /// Finds the password under which the code holds.
    fn verify(&mut self, mac: &Mac, contents: &[u8]) -> Result<()> {
        for at in 0..self.readings.len() {
            if mac.is_of(contents, &self.readings[at], self.budget)? {
                self.confirm(at);
                return Ok(());
            }
        }
        Err(self.wrong_password())
    }

    /// Has what was right be tried first. The others stay: some write one empty password in both ways.
    fn confirm(&mut self, at: usize) {
        self.readings.swap(0, at);
        self.is_confirmed = true;
    }

    /// Decrypts, if one of the readings makes something sound.
    fn decrypt(&mut self, scheme: &Scheme, encrypted: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>> {
        for at in 0..self.readings.len() {
            let plain = scheme.decrypt(&self.readings[at], encrypted, self.budget)?;
            // A wrong password leaves sound padding behind one time in 256, and then not a structure.
            let sound = plain.and_then(|plain| ber::to_der(&plain).ok());
            if let Some(sound) = sound.filter(|sound| sound.first() == Some(&der::SEQUENCE)) {
                self.confirm(at);
                return Ok(Some(sound));
            }
        }
        Ok(None)
    }

    /// The `SafeContents` in a `ContentInfo`, decrypted and in DER.
    fn bags_of(&mut self, safe: &Element<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let (oid, content) = content_info(safe)?;
        if oid != ENCRYPTED_DATA {
            return ber::to_der(octets_of(safe, "a part of it is")?);
        }
        let mut parts = content.open(der::SEQUENCE)?;
        parts.element()?.expect(der::INTEGER)?;
        let mut parts = parts.element()?.open(der::SEQUENCE)?;
        parts.element()?.expect(der::OBJECT_IDENTIFIER)?;
        let scheme = Scheme::read(&parts.element()?)?;
        let encrypted = implicit_octets(&parts.element()?)?;
        let was_confirmed = self.is_confirmed;
        self.decrypt(&scheme, &encrypted)?
            .ok_or_else(|| match was_confirmed {
                true => another_password(),
                false => self.wrong_password(),
            })
    }

    /// Takes what is in bags, and in bags of bags.
    fn take_safe(&mut self, bags: &[u8], depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            let message = format!("the PKCS #12 file has bags more than {MAX_DEPTH} deep");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let mut bags = der::only(bags)?.open(der::SEQUENCE)?;
        while !bags.is_empty() {
            self.take_bag(&bags.element()?, depth)?;
        }
        Ok(())
    }

    fn take_bag(&mut self, bag: &Element<'_>, depth: usize) -> Result<()> {
        if self.found.len() >= MAX_BAGS {
            let message = format!("the PKCS #12 file holds more than {MAX_BAGS} things");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        let mut parts = bag.open(der::SEQUENCE)?;
        let oid = parts.element()?.oid()?;
        let value = explicit(&parts.element()?)?;
        let attributes = match parts.is_empty() {
            true => Attributes::default(),
            false => Attributes::read(&parts.element()?)?,
        };
        parts.finish()?;
        if oid == SAFE_CONTENTS_BAG {
            return self.take_safe(value.raw, depth + 1);
        }
        let (kind, der) = self.content(&oid, &value)?;
        let number = self.found.len() + 1;
        self.found.push(Found {
            document: Document {
                is_trusted: attributes.is_trusted,
                ..Document::held(kind, der, number, attributes.friendly_name)
            },
            local_key_id: attributes.local_key_id,
        });
        Ok(())
    }

    fn content(&mut self, oid: &str, value: &Element<'_>) -> Result<(Kind, Zeroizing<Vec<u8>>)> {
        let whole = || Zeroizing::new(value.raw.to_vec());
        Ok(match oid {
            KEY_BAG => (Kind::PrivateKey, whole()),
            SHROUDED_KEY_BAG => self.shrouded_key(value)?,
            CERTIFICATE_BAG => typed(value, X509_CERTIFICATE, Kind::Certificate)?,
            CRL_BAG => typed(value, X509_CRL, Kind::CertificateRevocationList)?,
            SECRET_BAG => {
                let secret = value.open(der::SEQUENCE)?.element()?.oid()?;
                (Kind::Other(format!("a secret ({secret})")), whole())
            }
            other => (Kind::Other(format!("a bag of the type {other}")), whole()),
        })
    }

    fn shrouded_key(&mut self, value: &Element<'_>) -> Result<(Kind, Zeroizing<Vec<u8>>)> {
        let mut parts = value.open(der::SEQUENCE)?;
        let scheme = Scheme::read(&parts.element()?)?;
        let encrypted = parts.element()?;
        let encrypted = encrypted.expect(der::OCTET_STRING)?;
        let may_stay = self.is_confirmed || !self.is_given;
        let is_key =
            |plain: &Zeroizing<Vec<u8>>| matches!(kind_of_der(plain), Ok(Some(Kind::PrivateKey)));
        match self.decrypt(&scheme, encrypted)?.filter(is_key) {
            Some(key) => Ok((Kind::PrivateKey, key)),
            None if may_stay => {
                let encrypted = Zeroizing::new(value.raw.to_vec());
                Ok((Kind::EncryptedPrivateKey, encrypted))
            }
            None => Err(self.wrong_password()),
        }
    }

    fn wrong_password(&self) -> Error {
        match self.is_given {
            true => Error::new(
                ErrorKind::WrongPassword,
                "the password does not open the PKCS #12 file",
            ),
            false => Error::new(ErrorKind::PasswordNeeded, "the PKCS #12 file is encrypted")
                .with_hint("give its password with --password-file FILE, or - for standard input"),
        }
    }
}

/// What a bag says about its content.
#[derive(Default)]
struct Attributes {
    friendly_name: Option<String>,
    local_key_id: Option<Vec<u8>>,
    is_trusted: bool,
}

impl Attributes {
    fn read(set: &Element<'_>) -> Result<Self> {
        let mut read = Self::default();
        let mut attributes = set.open(der::SET)?;
        while !attributes.is_empty() {
            let mut parts = attributes.element()?.open(der::SEQUENCE)?;
            let oid = parts.element()?.oid()?;
            let mut values = parts.element()?.open(der::SET)?;
            let value = match values.is_empty() {
                true => continue,
                false => values.element()?,
            };
            match oid.as_str() {
                FRIENDLY_NAME => read.friendly_name = der::text(value.tag, value.content),
                LOCAL_KEY_ID => read.local_key_id = Some(value.content.to_vec()),
                TRUSTED_KEY_USAGE => read.is_trusted = true,
                _ => {}
            }
        }
        Ok(read)
    }
}

/// Puts each key right before the first certificate that has its local key identifier.
fn arranged(found: Vec<Found>) -> Vec<Document> {
    let mut certificates: HashMap<Vec<u8>, usize> = HashMap::new();
    for (at, found) in found.iter().enumerate() {
        if let (Kind::Certificate, Some(id)) = (&found.document.kind, &found.local_key_id) {
            certificates.entry(id.clone()).or_insert(at);
        }
    }
    let mut placed: Vec<((usize, bool), Document)> = Vec::with_capacity(found.len());
    for (at, found) in found.into_iter().enumerate() {
        let id = found
            .local_key_id
            .filter(|_| found.document.kind.is_private_key());
        let certificate = id.and_then(|id| certificates.get(&id));
        let place = certificate.map_or((at, true), |certificate| (*certificate, false));
        placed.push((place, found.document));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, document)| document).collect()
}

/// The type of a `ContentInfo`, and its content.
pub(super) fn content_info<'a>(info: &Element<'a>) -> Result<(String, Element<'a>)> {
    let mut parts = info.open(der::SEQUENCE)?;
    let oid = parts.element()?.oid()?;
    let content = explicit(&parts.element()?)?;
    parts.finish()?;
    Ok((oid, content))
}

/// The octets of a `ContentInfo` that is not encrypted. `what` is said if it is something else.
pub(super) fn octets_of<'a>(info: &Element<'a>, what: &str) -> Result<&'a [u8]> {
    let (oid, content) = content_info(info)?;
    let protection = match oid.as_str() {
        DATA => return content.expect(der::OCTET_STRING),
        SIGNED_DATA => "signed (SignedData)".to_owned(),
        ENVELOPED_DATA => "encrypted to a public key (EnvelopedData)".to_owned(),
        other => format!("of the type {other}"),
    };
    let message =
        format!("the PKCS #12 file is not protected by a password alone: {what} {protection}");
    Err(Error::new(ErrorKind::Unsupported, message))
}

pub(super) fn explicit<'a>(element: &Element<'a>) -> Result<Element<'a>> {
    let mut inner = element.open(der::context_constructed(0))?;
    let value = inner.element()?;
    inner.finish()?;
    Ok(value)
}

/// What stands in a certificate's or list's bag, which is said to be of a type.
fn typed(value: &Element<'_>, oid: &str, kind: Kind) -> Result<(Kind, Zeroizing<Vec<u8>>)> {
    let mut parts = value.open(der::SEQUENCE)?;
    let found = parts.element()?.oid()?;
    let content = explicit(&parts.element()?)?;
    parts.finish()?;
    if found != oid {
        let other = Kind::Other(format!("{kind} of the type {found}"));
        return Ok((other, Zeroizing::new(value.raw.to_vec())));
    }
    let der = content.expect(der::OCTET_STRING)?;
    der::only(der)?;
    Ok((kind, Zeroizing::new(der.to_vec())))
}

/// `[0] IMPLICIT OCTET STRING`, in one piece or in several.
fn implicit_octets(element: &Element<'_>) -> Result<Zeroizing<Vec<u8>>> {
    match element.open(der::context_constructed(0)) {
        Ok(pieces) => ber::joined(pieces),
        Err(_) => Ok(Zeroizing::new(element.expect(der::context(0))?.to_vec())),
    }
}

fn another_password() -> Error {
    Error::new(
        ErrorKind::WrongPassword,
        "the password is that of the PKCS #12 file, and not the one under which its contents are encrypted",
    )
    .with_hint("take it apart with openssl: openssl pkcs12 -twopass -in FILE")
}

/// As deep as in BER; nobody is known to write bags in bags at all.
const MAX_DEPTH: usize = 32;
/// The largest trust stores have some hundred certificates.
const MAX_BAGS: usize = 10_000;
