//! Tells what bytes are by their content: PEM or DER, or text that carries either, and which structure.
//!
//! Neither file names nor PEM labels decide: a certificate under the label of a key is still a
//! certificate.

mod carried;
mod coded;
mod likeness;
mod pieces;
mod written;

use zeroize::Zeroizing;

use crate::ber;
use crate::der::{self, Element, Reader};
use crate::error::{Error, ErrorKind, Result};
use crate::pem;
use crate::text::{Escaped, escape_bytes};
use crate::wiped::Wiped;

pub use carried::Carried;
pub use likeness::Likeness;
pub use pieces::{Piece, Pieces};

/// One structure found in a file.
#[derive(Clone)]
pub struct Document {
    /// Which structure it is.
    pub kind: Kind,
    /// Its DER; of a Java keystore its bytes. Wiped when dropped, since it may be a private key.
    pub der: Wiped,
    /// Where it begins.
    pub place: Place,
    /// What the file that holds it calls it: a friendly name, an alias, a path. Not yet safe to show.
    pub alias: Option<String>,
    /// Whether the container that holds it says that it is to be trusted: an entry of its own in a Java keystore.
    pub is_trusted: bool,
}

impl Document {
    /// Takes what a container holds, as its entry with this number, counted from 1.
    pub fn held(kind: Kind, der: impl Into<Wiped>, number: usize, alias: Option<String>) -> Self {
        Self {
            kind,
            der: der.into(),
            place: Place::Entry(number),
            alias,
            is_trusted: false,
        }
    }
}

/// Without its bytes, which may be a private key.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("kind", &self.kind)
            .field("bytes", &self.der.len())
            .field("place", &self.place)
            .field("alias", &self.alias)
            .field("is_trusted", &self.is_trusted)
            .finish()
    }
}

/// Which structure a document is.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// `Certificate`, RFC 5280 §4.1.
    Certificate,
    /// `CertificationRequest`, RFC 2986.
    CertificateRequest,
    /// `CertificateList`, RFC 5280 §5.1.
    CertificateRevocationList,
    /// `ECPrivateKey`, RFC 5915 (SEC 1).
    EcPrivateKey,
    /// `EncryptedPrivateKeyInfo`, RFC 5958 §3.
    EncryptedPrivateKey,
    /// A Java keystore of the kind JKS.
    JavaKeystore,
    /// A traditional key of OpenSSL's, encrypted after RFC 1421 as `DEK-Info` says: with a cipher and its
    /// initialisation vector.
    LegacyEncryptedKey(String),
    /// `PFX`, RFC 7292 §4.
    Pkcs12,
    /// A `ContentInfo`, RFC 2315 §7 (PKCS #7) and RFC 5652 §3: as a rule `SignedData`.
    Pkcs7,
    /// `PrivateKeyInfo` or `OneAsymmetricKey`, RFC 5958 §2.
    PrivateKey,
    /// `SubjectPublicKeyInfo`, RFC 5280 §4.1.2.7.
    PublicKey,
    /// `RSAPrivateKey`, RFC 8017 A.1.2 (PKCS #1).
    RsaPrivateKey,
    /// `RSAPublicKey`, RFC 8017 A.1.1 (PKCS #1).
    RsaPublicKey,
    /// Anything else: what its PEM label or its DER says.
    Other(String),
}

impl Kind {
    /// Tells whether it holds a private key, encrypted or not.
    pub fn is_private_key(&self) -> bool {
        matches!(
            self,
            Self::EcPrivateKey
                | Self::EncryptedPrivateKey
                | Self::LegacyEncryptedKey(_)
                | Self::PrivateKey
                | Self::RsaPrivateKey
        )
    }

    /// Tells whether it holds other documents.
    pub fn is_container(&self) -> bool {
        matches!(self, Self::JavaKeystore | Self::Pkcs12 | Self::Pkcs7)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Certificate => "a certificate",
            Self::CertificateRequest => "a certificate request",
            Self::CertificateRevocationList => "a CRL",
            Self::EncryptedPrivateKey | Self::LegacyEncryptedKey(_) => "an encrypted private key",
            Self::EcPrivateKey | Self::PrivateKey | Self::RsaPrivateKey => "a private key",
            Self::JavaKeystore => "a Java keystore",
            Self::Pkcs12 => "a PKCS #12 file",
            Self::Pkcs7 => "a PKCS #7 file",
            Self::PublicKey | Self::RsaPublicKey => "a public key",
            Self::Other(what) => return write!(f, "{}", Escaped(what)),
        })
    }
}

/// Where in its file a document begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The whole file is one DER structure.
    Der,
    /// The line of the PEM block's `BEGIN`, counted from 1.
    Line(usize),
    /// An entry of a container, counted from 1.
    Entry(usize),
}

impl Place {
    /// Returns the line, of what has one.
    pub fn line(self) -> Option<usize> {
        match self {
            Self::Line(line) => Some(line),
            Self::Der | Self::Entry(_) => None,
        }
    }
}

/// Returns what a file holds, each document by itself sound or at fault.
///
/// Fails with [`ErrorKind::Malformed`] if the bytes are neither PEM nor DER, nor text that carries them.
pub fn documents(bytes: &[u8]) -> Result<impl Iterator<Item = Result<Document>>> {
    Ok(sections(bytes)?.map(Section::read))
}

/// Finds the parts of a file that are a document each, so that they can be read side by side.
///
/// Fails like [`documents`].
pub fn sections(bytes: &[u8]) -> Result<Sections<'_>> {
    // What is DER stays that, whatever text somebody put into its strings.
    if bytes.first() == Some(&der::SEQUENCE) && der::only(bytes).is_ok() {
        return Ok(Sections::Der(Some(bytes)));
    }
    match bytes {
        [] => Err(malformed("it is empty")),
        [0xff, 0xfe, text @ ..] => transcoded(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => transcoded(text, u16::from_be_bytes),
        _ if bytes.starts_with(&JAVA_KEYSTORE) => Ok(Sections::Der(Some(bytes))),
        _ if bytes.starts_with(&ber::INDEFINITE_SEQUENCE) => Ok(Sections::Der(Some(bytes))),
        _ if bytes.starts_with(&JCEKS) => Err(foreign_keystore("JCEKS")),
        [0, 0, 0, 1 | 2, 0, 0, 0, 20, ..] => Err(foreign_keystore("BKS")),
        _ => {
            let mut carried = Carried::new(bytes);
            match (carried.holds_anything(), bytes.first()) {
                (true, _) => Ok(Sections::Text(carried)),
                (false, Some(&der::SEQUENCE)) => Ok(Sections::Der(Some(bytes))),
                (false, _) => Err(malformed("it is neither PEM nor DER").with_hint(
                    "a PEM file has lines such as -----BEGIN CERTIFICATE-----; DER starts with the byte 0x30; \
                     other text may hold either in base64",
                )),
            }
        }
    }
}

/// Reads what Windows' shell writes: text in UTF-16.
fn transcoded(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Sections<'static>> {
    let pairs = bytes.chunks_exact(2);
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() / 2 * 3));
    text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    let found: Vec<_> = documents(text.as_bytes())?.collect();
    Ok(Sections::Held(found.into_iter()))
}

fn foreign_keystore(kind: &str) -> Error {
    let provider = match kind {
        "BKS" => {
            " -srcprovidername BC -providerclass org.bouncycastle.jce.provider.BouncyCastleProvider -providerpath bcprov.jar"
        }
        _ => "",
    };
    Error::new(
        ErrorKind::Unsupported,
        format!("it is a {kind} keystore, and of Java's keystores JKS and PKCS #12 are read"),
    )
    .with_hint(format!(
        "convert it: keytool -importkeystore -srckeystore FILE -srcstoretype {kind} -destkeystore NEW.p12 -deststoretype pkcs12{provider}"
    ))
}

/// The parts of a file that are still to come. See [`sections`].
#[derive(Debug)]
pub enum Sections<'a> {
    /// The blocks of a PEM file, and what other text carries.
    Text(Carried<'a>),
    /// The one DER structure, or Java keystore, until it was taken.
    Der(Option<&'a [u8]>),
    /// What a container held.
    Held(std::vec::IntoIter<Result<Document>>),
}

impl<'a> Iterator for Sections<'a> {
    type Item = Section<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Text(carried) => carried.next(),
            Self::Der(bytes) => bytes.take().map(Section::Der),
            Self::Held(documents) => documents.next().map(Section::Held),
        }
    }
}

/// A part of a file that is one document.
#[derive(Debug)]
pub enum Section<'a> {
    /// A PEM block, or what is wrong with it.
    Pem(Result<pem::Block<'a>>),
    /// All of a DER file or Java keystore.
    Der(&'a [u8]),
    /// What a container held or text carried, or what is wrong with it.
    Held(Result<Document>),
}

impl Section<'_> {
    /// Decodes it and tells what it is.
    ///
    /// Fails with [`ErrorKind::Malformed`], naming its place.
    pub fn read(self) -> Result<Document> {
        match self {
            Self::Pem(block) => from_block(&block?),
            Self::Der(bytes) => from_der(bytes),
            Self::Held(document) => document,
        }
    }
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::Malformed, message)
}

fn from_der(bytes: &[u8]) -> Result<Document> {
    let mut der = Wiped::from(bytes);
    let kind = match bytes.starts_with(&JAVA_KEYSTORE) {
        true => Kind::JavaKeystore,
        false => told(&mut der)?.unwrap_or_else(|| Kind::Other("an unknown DER structure".into())),
    };
    Ok(Document {
        kind,
        der,
        place: Place::Der,
        alias: None,
        is_trusted: false,
    })
}

/// Tells what bytes are. The containers that RFC 2315 and RFC 7292 let be written in BER become DER.
fn told(bytes: &mut Wiped) -> Result<Option<Kind>> {
    let kind = kind_of_der(bytes);
    // All else is to be in DER, and is not gone through for nothing.
    if matches!(&kind, Ok(Some(kind)) if !kind.is_container()) {
        return kind;
    }
    let Ok(der) = ber::to_der(bytes) else {
        return kind;
    };
    match kind_of_der(&der) {
        Ok(Some(container)) if container.is_container() => {
            *bytes = der.into();
            Ok(Some(container))
        }
        _ => kind,
    }
}

/// Tells which structure DER holds, if it is one that is known.
///
/// Fails with [`ErrorKind::Malformed`] if it is not DER.
pub(crate) fn kind_of_der(der: &[u8]) -> Result<Option<Kind>> {
    Ok(kind_of(&der::only(der)?))
}

fn from_block(block: &pem::Block<'_>) -> Result<Document> {
    let mut der = block.decode()?;
    let at = |error: Error| error.about(block);
    if block.label == "TRUSTED CERTIFICATE" {
        // OpenSSL's own form: the certificate, then its trust settings.
        let certificate = Reader::new(&der).element().map_err(at)?.raw.len();
        der.truncate(certificate);
    }
    let kind = match (block.cipher, block.label) {
        (Some(cipher), _) => Kind::LegacyEncryptedKey(escape_bytes(cipher)),
        // Parameters have the shapes of other things.
        (None, label) if label.ends_with("PARAMETERS") => {
            Kind::Other(format!("a PEM block {label}"))
        }
        (None, label) => {
            let known = KNOWN_LABELS.contains(&label);
            let kind = match told(&mut der) {
                Ok(kind) => kind,
                Err(error) if known => return Err(at(error)),
                Err(_) => None,
            };
            match kind {
                Some(kind) => kind,
                None if known => {
                    let strange = "its DER is not what its label says";
                    return Err(at(Error::new(ErrorKind::Malformed, strange)));
                }
                None => Kind::Other(format!("a PEM block {label}")),
            }
        }
    };
    Ok(Document {
        kind,
        der,
        place: Place::Line(block.line),
        alias: None,
        is_trusted: false,
    })
}

/// The structures differ in the first elements of their outermost SEQUENCE.
fn kind_of(outer: &Element<'_>) -> Option<Kind> {
    let mut reader = outer.open(der::SEQUENCE).ok()?;
    let first = reader.element().ok()?;
    let second = reader.element().ok()?;
    let third = reader.element().ok();
    match (first.tag, second.tag, third.map(|third| third.tag)) {
        (der::SEQUENCE, der::SEQUENCE, Some(der::BIT_STRING)) => Some(kind_of_signed(&first)),
        (der::SEQUENCE, der::BIT_STRING, None) => Some(Kind::PublicKey),
        (der::SEQUENCE, der::OCTET_STRING, None) => Some(Kind::EncryptedPrivateKey),
        (der::INTEGER, der::SEQUENCE, Some(der::OCTET_STRING)) => Some(Kind::PrivateKey),
        (der::INTEGER, der::OCTET_STRING, _) => Some(Kind::EcPrivateKey),
        // DH parameters have fewer INTEGERs than the nine of a key.
        (der::INTEGER, der::INTEGER, Some(der::INTEGER)) => {
            let rest = std::iter::from_fn(|| reader.element().ok());
            (rest
                .take_while(|element| element.tag == der::INTEGER)
                .count()
                >= 6)
                .then_some(Kind::RsaPrivateKey)
        }
        (der::INTEGER, der::INTEGER, None) => Some(Kind::RsaPublicKey),
        (der::INTEGER, der::SEQUENCE, _) if first.content == [3] => Some(Kind::Pkcs12),
        (der::OBJECT_IDENTIFIER, _, None) if first.raw.starts_with(&PKCS7) => Some(Kind::Pkcs7),
        _ => None,
    }
}

/// The three signed structures differ in what is signed: a certificate has its serial number before
/// the first SEQUENCE, a request has its version and then name and key, a CRL a time in third place.
fn kind_of_signed(signed: &Element<'_>) -> Kind {
    let Ok(mut reader) = signed.open(der::SEQUENCE) else {
        return Kind::Certificate;
    };
    let mut tags = std::iter::from_fn(|| reader.element().ok().map(|element| element.tag));
    let tags = [tags.next(), tags.next(), tags.next(), tags.next()].map(|tag| tag.unwrap_or(0));
    match tags {
        [der::INTEGER, der::SEQUENCE, der::SEQUENCE, tag]
            if tag == der::context_constructed(0) || tag == 0 =>
        {
            Kind::CertificateRequest
        }
        [
            der::INTEGER,
            der::SEQUENCE,
            der::SEQUENCE,
            der::UTC_TIME | der::GENERALIZED_TIME,
        ]
        | [
            der::SEQUENCE,
            der::SEQUENCE,
            der::UTC_TIME | der::GENERALIZED_TIME,
            _,
        ] => Kind::CertificateRevocationList,
        _ => Kind::Certificate,
    }
}

const KNOWN_LABELS: [&str; 15] = [
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "CMS",
    "EC PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "NEW CERTIFICATE REQUEST",
    "PKCS #7 SIGNED DATA",
    "PKCS7",
    "PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
    "TRUSTED CERTIFICATE",
    "X509 CERTIFICATE",
    "X509 CRL",
];

/// What a Java keystore of the kind JKS begins with.
const JAVA_KEYSTORE: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];

/// What a Java keystore of the kind JCEKS begins with.
const JCEKS: [u8; 4] = [0xce; 4];

/// What the OIDs below 1.2.840.113549.1.7 begin with (RFC 2315 §14).
const PKCS7: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(der: &[u8]) -> Kind {
        documents(der).unwrap().next().unwrap().unwrap().kind
    }

    #[test]
    fn what_is_secret_is_not_shown() {
        let document = Document::held(Kind::PrivateKey, vec![222; 3], 1, Some("a".into()));
        assert_eq!(
            format!("{document:?}"),
            "Document { kind: PrivateKey, bytes: 3, place: Entry(1), alias: Some(\"a\"), is_trusted: false }"
        );
    }

    #[test]
    fn structures_are_told_by_their_first_elements() {
        let (integer, octets) = (
            der::element(der::INTEGER, &[&[1]]),
            der::element(der::OCTET_STRING, &[&[1]]),
        );
        let (empty, bits) = (der::sequence(&[]), der::bit_string(&[1]));
        assert_eq!(kind(&der::sequence(&[&empty, &bits])), Kind::PublicKey);
        assert_eq!(
            kind(&der::sequence(&[&empty, &octets])),
            Kind::EncryptedPrivateKey
        );
        assert_eq!(
            kind(&der::sequence(&[&integer, &empty, &octets])),
            Kind::PrivateKey
        );
        assert_eq!(
            kind(&der::sequence(&[&integer, &octets])),
            Kind::EcPrivateKey
        );
        assert_eq!(
            kind(&der::sequence(&[&integer, &integer])),
            Kind::RsaPublicKey
        );
        let request = der::sequence(&[&integer, &empty, &empty, &der::element(0xa0, &[])]);
        assert_eq!(
            kind(&der::sequence(&[&request, &empty, &bits])),
            Kind::CertificateRequest
        );
    }

    #[test]
    fn the_content_decides_and_not_the_label() {
        let key = der::sequence(&[&der::sequence(&[]), &der::bit_string(&[1])]);
        let text = pem::encode("CERTIFICATE", &key);
        assert_eq!(kind(text.as_bytes()), Kind::PublicKey);
    }

    #[test]
    fn what_openssl_trusts_is_told_by_its_content_too() {
        let empty = der::sequence(&[]);
        let whole = der::sequence(&[&empty, &empty, &der::bit_string(&[1])]);
        let text = |certificate: &[u8]| {
            pem::encode("TRUSTED CERTIFICATE", &[certificate, &empty].concat())
        };
        assert_eq!(kind(text(&whole).as_bytes()), Kind::Certificate);
        let other = text(&der::sequence(&[&empty]));
        let fault = documents(other.as_bytes())
            .unwrap()
            .next()
            .unwrap()
            .unwrap_err();
        assert_eq!(
            fault.to_string(),
            "the TRUSTED CERTIFICATE block of line 1: its DER is not what its label says"
        );
    }

    #[test]
    fn der_with_pem_inside_is_der() {
        let inner = pem::encode("CERTIFICATE", b"inner");
        let text = der::element(der::UTF8_STRING, &[b"\n", inner.as_bytes(), b"\n"]);
        let outer = der::sequence(&[&text]);
        let found: Vec<_> = documents(&outer).unwrap().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].as_ref().unwrap().place, Place::Der);
    }

    #[test]
    fn dh_parameters_are_no_key() {
        let integer = der::element(der::INTEGER, &[&[5]]);
        let (two, four) = (
            der::sequence(&[&integer, &integer]),
            der::sequence(&[&integer, &integer, &integer, &integer]),
        );
        assert_eq!(
            kind(pem::encode("DH PARAMETERS", &two).as_bytes()),
            Kind::Other("a PEM block DH PARAMETERS".into())
        );
        assert_eq!(kind(&four), Kind::Other("an unknown DER structure".into()));
    }

    #[test]
    fn what_is_neither_is_said_to_be_neither() {
        assert_eq!(sections(b"").unwrap_err().to_string(), "it is empty");
        assert_eq!(
            sections(b"hello").unwrap_err().to_string(),
            "it is neither PEM nor DER"
        );
    }
}
