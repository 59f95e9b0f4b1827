//! Containers that commands write: PKCS #12 files and Java keystores.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use certwright::bundle::{Entry, jks, pkcs12};
use certwright::cert::Certificate;
use certwright::error::{Error, ErrorKind};
use certwright::files::NewFile;
use certwright::key::{Password, PrivateKey};
use certwright::name::Subject;

use super::app::Context;
use super::args::{KeySource, Places};
use super::input::shown;

/// Which kind of container.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Container {
    Jks,
    Pkcs12,
}

impl Container {
    /// How its files are named.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Jks => "jks",
            Self::Pkcs12 => "p12",
        }
    }

    /// What the ledger calls it.
    pub fn format(self) -> &'static str {
        match self {
            Self::Jks => "jks",
            Self::Pkcs12 => "pkcs12",
        }
    }
}

/// What a container is like.
#[derive(Args, Clone)]
pub struct Containing {
    /// In a container: the alias, or friendly name, of the key [default: the certificate's first name]
    #[arg(long, value_name = "NAME")]
    pub alias: Option<String>,

    /// Encrypt PKCS #12 with Triple DES and SHA-1, for the Keychain of macOS and old versions of Windows
    #[arg(long)]
    pub compatible: bool,
}

impl Containing {
    /// Encodes a container.
    pub fn encode(
        &self,
        container: Container,
        entries: &[Entry<'_>],
        password: &Password,
        now: OffsetDateTime,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let profile = match self.compatible {
            true => pkcs12::Profile::Compatible,
            false => pkcs12::Profile::Modern,
        };
        match container {
            Container::Jks => jks::encode(entries, password, now),
            Container::Pkcs12 => pkcs12::encode(entries, password, profile),
        }
    }

    /// Refuses what is said of a container where none is made.
    fn require_container(&self) -> Result<(), Error> {
        match (&self.alias, self.compatible) {
            (None, false) => Ok(()),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                "--alias and --compatible are for containers, and none is made",
            )
            .with_hint("say --to pkcs12")),
        }
    }

    /// The alias of a key: as it was given, else as its certificate is called.
    fn alias_of(&self, certificate: &Certificate) -> String {
        self.alias.clone().unwrap_or_else(|| called(certificate))
    }
}

/// What a command writes that makes a certificate with its key.
#[derive(Args, Clone)]
pub struct Packing {
    /// What to write: pem, the certificate and its key in a file each; or both in one: pkcs12, jks
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "pem",
        hide_default_value = true,
        ignore_case = true
    )]
    to: Form,

    #[command(flatten)]
    containing: Containing,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Form {
    Pem,
    #[value(aliases = ["p12", "pfx"])]
    Pkcs12,
    Jks,
}

impl Packing {
    /// Tells whether a container is wanted.
    pub fn is_container(&self) -> bool {
        self.to != Form::Pem
    }

    /// Refuses a place whose name is a container's for what is none.
    pub fn require_fitting(&self, place: Option<&PathBuf>) -> Result<(), Error> {
        let suffix = place.and_then(|place| place.extension()?.to_str());
        let container = match suffix.map(str::to_ascii_lowercase).as_deref() {
            Some("p12" | "pfx") => "pkcs12",
            Some("jks") => "jks",
            _ => return Ok(()),
        };
        match (self.to, place) {
            (Form::Pem, Some(place)) => Err(Error::new(
                ErrorKind::InvalidValue,
                format!(
                    "{} is named as a container, and PEM would be written",
                    shown(place)
                ),
            )
            .with_hint(format!("say --to {container}"))),
            _ => Ok(()),
        }
    }

    /// Gets ready for a container, if one is wanted: its password, from a file or by asking.
    pub fn seal(
        &self,
        key: &KeySource,
        places: &Places,
        context: &Context,
    ) -> Result<Option<Seal<'_>>> {
        let container = match self.to {
            Form::Pem => {
                self.containing.require_container()?;
                return Ok(None);
            }
            Form::Jks => Container::Jks,
            Form::Pkcs12 => Container::Pkcs12,
        };
        if places.key_file.is_some() {
            let twice = "the key goes into the container, and --key-file names a file for it";
            return Err(Error::new(ErrorKind::InvalidValue, twice)
                .with_hint("name the container with --cert-file")
                .into());
        }
        let file = key.password_file.as_deref();
        Ok(Some(Seal {
            container,
            containing: &self.containing,
            password: new_password(context, file, "--password-file")?,
        }))
    }
}

/// A container to be made, and its password.
pub struct Seal<'a> {
    /// Its kind.
    pub container: Container,
    containing: &'a Containing,
    /// Its password.
    pub password: Password,
}

impl Seal<'_> {
    /// Says what will not open it.
    pub fn caution(&self) -> Option<String> {
        caution(self.container, &self.password)
    }

    /// Makes the file of a key and its chain.
    pub fn file(
        &self,
        path: &Path,
        key: &PrivateKey,
        certificates: &[Certificate],
        now: OffsetDateTime,
    ) -> Result<NewFile> {
        let alias = match certificates {
            [first, ..] => self.containing.alias_of(first),
            [] => String::new(),
        };
        let entry = Entry {
            alias: &alias,
            key: Some(key),
            certificates,
        };
        let encoded = self
            .containing
            .encode(self.container, &[entry], &self.password, now)?;
        Ok(NewFile::private(path, encoded.to_vec()))
    }
}

/// Says what will not open a container under a password.
pub fn caution(container: Container, password: &Password) -> Option<String> {
    let is_plain = password
        .as_bytes()
        .iter()
        .all(|byte| (0x20..0x7f).contains(byte));
    (container == Container::Pkcs12 && !is_plain).then(|| {
        "Java opens PKCS #12 by passwords of ASCII letters, digits and signs alone, and this one holds others"
            .to_owned()
    })
}

/// Gets the password for a new container.
pub fn new_password(context: &Context, file: Option<&Path>, flag: &str) -> Result<Password> {
    context
        .input
        .new_password(file, "password of the container", flag)
}

/// What people call a certificate: its first name, else its common name.
pub fn called(certificate: &Certificate) -> String {
    let name = certificate.names().first().map(ToString::to_string);
    let subject: Subject = certificate.subject();
    let common_name = || subject.common_names().into_iter().next();
    name.or_else(common_name)
        .unwrap_or_else(|| "certificate".to_owned())
}
