//! Explaining: one model of a document, from which text and JSON are made.
//!
//! Whatever a document holds, the model is safe to show: its text has no control characters, its
//! size is bounded by the document's, and nothing of a private key but its public half is in it.

mod certificate;
mod chain;
mod container;
mod content;
mod extension;
mod general_name;
mod matching;
pub(crate) mod oids;
mod others;
mod parts;
mod staple;
mod uncommon;

use data_encoding::HEXLOWER;
use serde::Serialize;
use time::OffsetDateTime;

pub use certificate::CertificateView;
pub use chain::{ChainFault, chain_faults};
pub use container::ContainerView;
pub use content::{
    AccessView, Content, NamedView, PointView, PolicyView, QualifierView, TimestampView,
};
pub use extension::ExtensionView;
pub use general_name::{GeneralNameView, quoted};
pub use matching::{KeyDigest, Matching, Pair};
pub use others::{LockedKeyView, PrivateKeyView, RequestView, RevocationListView, RevokedView};
pub use parts::{AttributeView, KeyView, NameView, PeriodView, SignatureView};
pub use staple::StapleView;

use crate::document::{Document, Kind};
use crate::error::Result;
use crate::key::Password;
use crate::text::shorten;

/// A document, explained.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Item {
    /// A certificate.
    Certificate(Box<CertificateView>),
    /// A certificate request.
    CertificateRequest(Box<RequestView>),
    /// What holds other documents.
    Container(ContainerView),
    /// A revocation list.
    Crl(Box<RevocationListView>),
    /// A private key that could be opened.
    PrivateKey(PrivateKeyView),
    /// A private key that could not.
    LockedPrivateKey(LockedKeyView),
    /// A public key.
    PublicKey {
        /// The key.
        key: KeyView,
    },
    /// What is not explained here.
    Other {
        /// What it is.
        what: String,
    },
}

/// Explains a document, as of a moment.
///
/// A damaged extension is part of the answer. Fails with
/// [`ErrorKind::Malformed`](crate::error::ErrorKind::Malformed) if the document as a whole cannot be
/// read, and with [`ErrorKind::WrongPassword`](crate::error::ErrorKind::WrongPassword).
pub fn inspect(
    document: &Document,
    at: OffsetDateTime,
    password: Option<&Password>,
) -> Result<Item> {
    Ok(match &document.kind {
        Kind::Certificate => Item::Certificate(Box::new(CertificateView::read(&document.der, at)?)),
        Kind::CertificateRequest => {
            Item::CertificateRequest(Box::new(RequestView::read(&document.der)?))
        }
        Kind::CertificateRevocationList => {
            Item::Crl(Box::new(RevocationListView::read(&document.der, at)?))
        }
        kind if kind.is_container() => Item::Container(ContainerView::read(document)?),
        kind if kind.is_private_key() => match others::private_key(document, password)? {
            Ok(key) => Item::PrivateKey(key),
            Err(locked) => Item::LockedPrivateKey(locked),
        },
        Kind::PublicKey | Kind::RsaPublicKey => Item::PublicKey {
            key: others::public_key(document)?,
        },
        other => Item::Other {
            what: other.to_string(),
        },
    })
}

impl Item {
    /// The names of the bare values that an item may have. See [`Self::field`].
    pub const FIELDS: [&'static str; 15] = [
        "kind",
        "subject",
        "issuer",
        "serial",
        "not-before",
        "not-after",
        "days-left",
        "names",
        "key",
        "signature",
        "sha256",
        "sha1",
        "pin",
        "is-ca",
        "version",
    ];

    /// Returns a value by its name, alternative names a line each; nothing if the item has no such value.
    pub fn field(&self, name: &str) -> Option<String> {
        let names = |names: &[GeneralNameView]| {
            names
                .iter()
                .map(|name| name.value.clone())
                .collect::<Vec<_>>()
                .join("\n")
        };
        match (name, self) {
            ("kind", _) => Some(self.kind().to_owned()),
            ("key", _) => self.key().map(|key| key.algorithm.clone()),
            ("pin", _) => self.key().map(|key| key.pin_sha256.clone()),
            (_, Self::Certificate(view)) => match name {
                "subject" => Some(view.subject.text.clone()),
                "issuer" => Some(view.issuer.text.clone()),
                "serial" => Some(view.serial.clone()),
                "not-before" => Some(view.validity.not_before.clone()),
                "not-after" => Some(view.validity.not_after.clone()),
                "days-left" => Some(view.validity.days_left().to_string()),
                "names" => Some(names(&view.names)),
                "signature" => Some(view.signature.algorithm.clone()),
                "sha256" => Some(view.sha256.clone()),
                "sha1" => Some(view.sha1.clone()),
                "is-ca" => Some(view.is_ca.to_string()),
                "version" => Some(view.version.to_string()),
                _ => None,
            },
            (_, Self::CertificateRequest(view)) => match name {
                "subject" => Some(view.subject.text.clone()),
                "names" => Some(names(&view.names)),
                "signature" => Some(view.signature.algorithm.clone()),
                "sha256" => Some(view.sha256.clone()),
                _ => None,
            },
            (_, Self::Crl(view)) => match name {
                "issuer" => Some(view.issuer.text.clone()),
                "not-before" => Some(view.this_update.clone()),
                "not-after" => view.next_update.clone(),
                "signature" => Some(view.signature.algorithm.clone()),
                "sha256" => Some(view.sha256.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the word for its kind, as in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "certificate",
            Self::CertificateRequest(_) => "certificate-request",
            Self::Container(_) => "container",
            Self::Crl(_) => "crl",
            Self::LockedPrivateKey(_) => "locked-private-key",
            Self::Other { .. } => "other",
            Self::PrivateKey(_) => "private-key",
            Self::PublicKey { .. } => "public-key",
        }
    }

    /// Returns the public key that it is, holds or belongs to.
    pub fn key(&self) -> Option<&KeyView> {
        match self {
            Self::Certificate(view) => Some(&view.key),
            Self::CertificateRequest(view) => Some(&view.key),
            Self::PrivateKey(view) => Some(&view.key),
            Self::PublicKey { key } => Some(key),
            Self::Container(_) | Self::Crl(_) | Self::LockedPrivateKey(_) | Self::Other { .. } => {
                None
            }
        }
    }

    /// Returns the side on which it can be matched, and the SHA-256 of its public key.
    pub fn side(&self) -> Option<(Side, KeyDigest)> {
        let side = match self {
            Self::Certificate(_) | Self::CertificateRequest(_) => Side::Holder,
            _ => Side::Key,
        };
        let digest = HEXLOWER.decode(self.key()?.spki_sha256.as_bytes()).ok()?;
        Some((side, digest.try_into().ok()?))
    }

    /// Says in a line what it is.
    pub fn short(&self) -> String {
        let named = |names: &[GeneralNameView], subject: &NameView| {
            let list = names
                .iter()
                .map(|name| quoted(&name.value))
                .collect::<Vec<_>>()
                .join(", ");
            shorten(
                if list.is_empty() {
                    &subject.text
                } else {
                    &list
                },
                MAX_SHORT,
            )
        };
        match self {
            Self::Certificate(view) => {
                let day = view
                    .validity
                    .not_after
                    .split('T')
                    .next()
                    .unwrap_or_default();
                let role = if view.is_ca { ", CA" } else { "" };
                let who = match view.is_ca {
                    true => shorten(&view.subject.text, MAX_SHORT),
                    false => named(&view.names, &view.subject),
                };
                format!(
                    "{who}  {}{role}  until {day} ({})",
                    view.key.algorithm,
                    view.validity.left()
                )
            }
            Self::CertificateRequest(view) => {
                format!(
                    "request for {}  {}",
                    named(&view.names, &view.subject),
                    view.key.algorithm
                )
            }
            Self::Container(view) => {
                let encryption = match &view.encryption[..] {
                    [] => "not encrypted".to_owned(),
                    all => all.join("; "),
                };
                format!("{} container  {encryption}", view.format)
            }
            Self::Crl(view) => format!(
                "CRL of {}  {} revoked  {}",
                shorten(&view.issuer.text, MAX_SHORT),
                view.revoked_count,
                view.status
            ),
            Self::LockedPrivateKey(view) => format!("private key  {}", view.reason),
            Self::Other { what } => what.clone(),
            Self::PrivateKey(view) => format!("private key  {}", view.key.algorithm),
            Self::PublicKey { key } => format!("public key  {}", key.algorithm),
        }
    }
}

/// On which side of a match an item stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// A certificate or request, which holds a key.
    Holder,
    /// A key in hand.
    Key,
}

/// As much of a name as a line of a terminal has room for.
const MAX_SHORT: usize = 60;

#[cfg(test)]
mod tests;
