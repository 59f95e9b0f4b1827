//! A container with a key and its certificates, whose successor holds the like under the same name.

use memchr::memmem;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::held::{Found, Next};
use super::layout::{is_self_signed, nobodys_key, path};
use crate::bundle::{self, Entry, jks, pkcs12};
use crate::cert::Certificate;
use crate::document::{self, Document, Kind};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Password, PrivateKey};

/// What is in a container beside its certificate and its key.
#[derive(Debug)]
pub struct Container {
    form: Form,
    alias: String,
    /// Whether the root ends its chain.
    is_rooted: bool,
    /// What is trusted besides, each under its name.
    trusted: Vec<(String, Certificate)>,
}

#[derive(Debug)]
enum Form {
    Pkcs12(pkcs12::Profile),
    Jks,
}

impl Container {
    /// Opens a container.
    ///
    /// Fails with [`ErrorKind::PasswordNeeded`], and with [`ErrorKind::Unsupported`] for what holds more than would be
    /// written again.
    pub fn read(bytes: &[u8], password: Option<&Password>) -> Result<(Self, Found)> {
        let first = document::documents(bytes)?.flatten().next();
        if password.is_none() {
            return Err(Error::new(
                ErrorKind::PasswordNeeded,
                "it is encrypted, and is to be again",
            )
            .with_hint("give its password with --password-file FILE"));
        }
        let held: Vec<Document> = bundle::documents(bytes, password)?.collect::<Result<_>>()?;
        let (keys, others): (Vec<_>, Vec<_>) = held.iter().partition(|it| it.kind.is_private_key());
        let [key] = keys[..] else {
            return Err(not_one_key());
        };
        let alias = key.alias.clone().unwrap_or_default();
        let key = PrivateKey::from_document(key, password)?;
        let (mut trusted, mut chain) = (Vec::new(), Vec::new());
        for it in others {
            match it.kind {
                Kind::Certificate if it.is_trusted => {
                    let name = it.alias.clone().unwrap_or_default();
                    trusted.push((name, Certificate::from_der(&it.der)?));
                }
                Kind::Certificate => chain.push(Some(Certificate::from_der(&it.der)?)),
                _ => return Err(more(&it.kind.to_string())),
            }
        }
        let mut all = chain.iter().flatten();
        let own = all.find(|it| it.require_key(&key).is_ok());
        let own = own.ok_or_else(nobodys_key)?;
        let path = path(own, &chain);
        let is_of_chain = |it: &&Certificate| *it == own || path.contains(it);
        if let Some(stranger) = chain.iter().flatten().find(|it| !is_of_chain(it)) {
            return Err(more(&format!("the certificate of {}", stranger.subject())));
        }
        let this = Self {
            form: match first.map(|it| it.kind) {
                Some(Kind::JavaKeystore) => Form::Jks,
                _ => Form::Pkcs12(profile(bytes)),
            },
            alias,
            is_rooted: path.last().is_some_and(|last| is_self_signed(last)),
            trusted,
        };
        let found = Found {
            certificate: Some(own.clone()),
            key: Some(key),
        };
        Ok((this, found))
    }

    /// Writes its successor.
    pub fn successor(&self, next: &Next<'_>, now: OffsetDateTime) -> Result<Zeroizing<Vec<u8>>> {
        let mut certificates = next.certificates.to_vec();
        certificates.extend(self.is_rooted.then(|| next.root.clone()));
        let own = Entry {
            alias: &self.alias,
            key: next.key,
            certificates: &certificates,
        };
        let trusted = self.trusted.iter().map(|(alias, certificate)| Entry {
            alias,
            key: None,
            certificates: std::slice::from_ref(certificate),
        });
        let entries: Vec<Entry<'_>> = std::iter::once(own).chain(trusted).collect();
        let needed = || Error::new(ErrorKind::PasswordNeeded, "a container has a password");
        let password = next.password.ok_or_else(needed)?;
        match self.form {
            Form::Pkcs12(profile) => pkcs12::encode(&entries, password, profile),
            Form::Jks => jks::encode(&entries, password, now),
        }
    }
}

/// Which of the two encryptions a PKCS #12 file has that are written here.
fn profile(bytes: &[u8]) -> pkcs12::Profile {
    match memmem::find(bytes, TRIPLE_DES).is_some() {
        true => pkcs12::Profile::Compatible,
        false => pkcs12::Profile::Modern,
    }
}

fn not_one_key() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "it does not hold exactly one key, and what else is in it would be lost",
    )
    .with_hint("renew the certificate in a file of its own, and make the container of that")
}

fn more(what: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("it holds {what} beside its certificate, its chain and what is trusted, and that would be lost"),
    )
    .with_hint("renew the certificate in a file of its own, and make the container of that")
}

/// `pbeWithSHAAnd3-KeyTripleDES-CBC` (RFC 7292 appendix C), encoded.
const TRIPLE_DES: &[u8] = &[
    0x06, 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ca::tests::{NOW, foreign};

    #[test]
    fn what_is_trusted_stays_and_what_would_be_lost_is_refused() {
        let (own, key) = foreign([1, 6]);
        let (other, _) = foreign([1, 6]);
        let password = Password::new("changeit");
        let entry = |alias, key, certificates| Entry {
            alias,
            key,
            certificates,
        };
        let (alone, both) = ([own.clone()], [own.clone(), other.clone()]);
        let trusting = [
            entry("bee", Some(&key), &alone[..]),
            entry("clients", None, &both[1..]),
        ];
        let strange = [entry("bee", Some(&key), &both[..])];
        let next = Next {
            certificates: &alone,
            root: &other,
            was_below_root: false,
            key: Some(&key),
            is_new: true,
            password: Some(&password),
        };
        let jks = |entries: &[Entry<'_>]| jks::encode(entries, &password, NOW).unwrap();
        let modern = pkcs12::Profile::Modern;
        let pkcs12 = |entries: &[Entry<'_>]| pkcs12::encode(entries, &password, modern).unwrap();
        for (bytes, strange) in [
            (jks(&trusting), jks(&strange)),
            (pkcs12(&trusting), pkcs12(&strange)),
        ] {
            let (container, _) = Container::read(&bytes, Some(&password)).unwrap();
            let after = container.successor(&next, NOW).unwrap();
            let held = bundle::documents(&after, Some(&password)).unwrap();
            let held: Vec<Document> = held.map(Result::unwrap).collect();
            let trusted = held.iter().find(|it| it.is_trusted).unwrap();
            assert_eq!(trusted.alias.as_deref(), Some("clients"));
            assert_eq!(*trusted.der, other.der());
            assert_eq!(held.len(), 3);
            let error = Container::read(&strange, Some(&password)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        }
    }

    #[test]
    fn a_key_that_belongs_to_no_certificate_of_it_is_told() {
        let ((own, _), (_, key)) = (foreign([1, 6]), foreign([1, 6]));
        let password = Password::new("changeit");
        let entry = [Entry {
            alias: "bee",
            key: Some(&key),
            certificates: &[own],
        }];
        let pkcs12 = pkcs12::encode(&entry, &password, pkcs12::Profile::Modern).unwrap();
        let jks = jks::encode(&entry, &password, NOW).unwrap();
        for bytes in [pkcs12, jks] {
            let error = Container::read(&bytes, Some(&password)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::KeyMismatch, "{error}");
        }
    }
}
