//! What the commands that make certificates and requests have in common: their files and report.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value, json};
use time::Duration;

use certwright::ca::{FileRole, Placed};
use certwright::cert::Certificate;
use certwright::crypto::Digest;
use certwright::files::{self, Existing, NewFile, NewFolders};
use certwright::fingerprint::{Fingerprint, Form};
use certwright::key::{KeyKind, Password, PrivateKey};
use certwright::name::{San, Subject};
use certwright::validity::{Validity, to_rfc3339};

use crate::cli::args::Places;
use crate::cli::input::shown;
use crate::cli::report::{Facts, Paint, Text};

/// The report of a command that made something with names.
pub struct Made {
    subject: Subject,
    names: Vec<San>,
    key: String,
    /// What each file is, in the words of the JSON document, and where it is.
    files: Vec<(&'static str, PathBuf)>,
    certificate: Option<Certificate>,
    /// What a command adds to the document.
    pub extra: Map<String, Value>,
    /// Whether an existing certificate was kept.
    pub kept: bool,
}

impl Made {
    /// Begins the report.
    pub fn new(subject: Subject, names: Vec<San>, key: &KeyKind) -> Self {
        Self {
            subject,
            names,
            key: key.to_string(),
            files: Vec::new(),
            certificate: None,
            extra: Map::new(),
            kept: false,
        }
    }

    /// Begins the report on a certificate.
    pub fn certificate(certificate: &Certificate) -> Self {
        let key = certificate.public_key().kind();
        let mut this = Self::new(certificate.subject(), certificate.names().to_vec(), key);
        this.certificate = Some(certificate.clone());
        this
    }

    /// Returns the files as the ledger is to know them. All that is no container is PEM.
    pub fn placed(&self, container: &'static str) -> Vec<Placed> {
        let file = |(what, path): &(&str, PathBuf)| {
            let role = FileRole::from_word(what)?;
            let format = match role {
                FileRole::Container => container,
                _ => "pem",
            };
            Some(Placed::new(role, format, path))
        };
        self.files.iter().filter_map(file).collect()
    }

    /// Returns the places of its files.
    pub fn into_places(self) -> Vec<PathBuf> {
        self.files.into_iter().map(|(_, path)| path).collect()
    }

    /// Adds a file.
    pub fn add(&mut self, what: &'static str, path: &Path) {
        self.files.push((what, path.to_owned()));
    }
}

impl Made {
    /// What is told of it in JSON.
    pub fn document(&self) -> impl Serialize + '_ {
        let name = |name: &San| Name {
            kind: name.kind(),
            value: name.to_string(),
        };
        let files = self.files.iter();
        let files = files.map(|(what, path)| (*what, path.to_string_lossy()));
        Document {
            subject: self.subject.to_string(),
            names: self.names.iter().map(name).collect(),
            key: &self.key,
            files: files.collect(),
            certificate: self.certificate.as_ref().map(Described::of),
            extra: &self.extra,
        }
    }

    /// One of many, in a line.
    pub fn line(&self) -> String {
        let place = self.files.iter().find(|(what, _)| *what != "private_key");
        let place = place.map(|(_, path)| shown(path)).unwrap_or_default();
        let kept = if self.kept { "kept: " } else { "" };
        let until = self.certificate.as_ref().map(|certificate| {
            let end = certificate.validity().not_after();
            format!(", until {}", to_rfc3339(end))
        });
        let named = self.named();
        format!("{place}  {kept}{named}{}\n", until.unwrap_or_default())
    }

    /// The names, else the subject.
    fn named(&self) -> String {
        let names: Vec<String> = self.names.iter().map(San::to_string).collect();
        match names.is_empty() {
            true => self.subject.to_string(),
            false => names.join(", "),
        }
    }
}

impl Facts for Made {
    fn text(&self, _: Paint) -> Text {
        let width = self
            .files
            .iter()
            .map(|(_, path)| shown(path).len())
            .max()
            .unwrap_or(0);
        let named = self.named();
        let mut text = String::new();
        for (what, path) in &self.files {
            let told = match *what {
                "certificate" if self.kept => format!("kept: certificate for {named}"),
                "certificate" => format!("certificate for {named}"),
                "container" if self.kept => format!("kept: certificate and key for {named}"),
                "container" => format!("certificate and key for {named}, {}", self.key),
                "chain" => "the CA's certificates that follow it".to_owned(),
                "private_key" => format!("private key, {}", self.key),
                _ => format!("certificate request for {named}"),
            };
            text.push_str(&format!("{:width$}  {told}\n", shown(path)));
        }
        if let Some(certificate) = &self.certificate {
            let validity = certificate.validity();
            let length = match validity.length().whole_days() {
                1 => "1 day".to_owned(),
                0 => format!("{} minutes", validity.length().whole_minutes()),
                days => format!("{days} days"),
            };
            text.push_str(&format!(
                "valid for {length}, until {}\n",
                to_rfc3339(validity.not_after())
            ));
        }
        Text::lines(text)
    }

    fn json(&self) -> Value {
        json!(self.document())
    }
}

/// What was made, in JSON.
#[derive(Serialize)]
struct Document<'a> {
    subject: String,
    names: Vec<Name>,
    key: &'a str,
    files: BTreeMap<&'static str, Cow<'a, str>>,
    #[serde(flatten)]
    certificate: Option<Described>,
    #[serde(flatten)]
    extra: &'a Map<String, Value>,
}

#[derive(Serialize)]
struct Name {
    kind: &'static str,
    value: String,
}

/// What a certificate has more of than a request.
#[derive(Serialize)]
struct Described {
    serial: String,
    issuer: String,
    not_before: String,
    not_after: String,
    sha256: String,
    spki_sha256: String,
}

impl Described {
    fn of(certificate: &Certificate) -> Self {
        let validity = certificate.validity();
        let spki = Fingerprint::of(Digest::Sha256, certificate.public_key().spki());
        Self {
            serial: certificate.serial_hex(),
            issuer: Subject::from_der(certificate.issuer_der()).to_string(),
            not_before: to_rfc3339(validity.not_before()),
            not_after: to_rfc3339(validity.not_after()),
            sha256: certificate.fingerprint().to_text(Form::Hex),
            spki_sha256: spki.to_text(Form::Hex),
        }
    }
}

/// A new key beside the document made for it: where it goes.
pub struct NewKey<'a> {
    /// The key.
    pub key: &'a PrivateKey,
    /// Encrypts it.
    pub password: Option<&'a Password>,
    /// Its place.
    pub path: PathBuf,
}

impl Made {
    /// Writes a document, and before it its key if that is new, together or not at all.
    pub fn write(
        &mut self,
        document: (&'static str, PathBuf, String),
        new_key: Option<NewKey<'_>>,
        places: &Places,
        existing: Existing,
    ) -> Result<()> {
        let (what, path, contents) = document;
        self.add(what, &path);
        let mut outputs = Vec::new();
        if let Some(new) = new_key {
            self.add("private_key", &new.path);
            outputs.push(key_file(&new.path, new.key, new.password)?);
        }
        outputs.push(NewFile::public(path, contents));
        write(outputs, places, existing)
    }
}

/// Writes files together or not at all, with the folder that was asked for.
pub fn write(outputs: Vec<NewFile>, places: &Places, existing: Existing) -> Result<()> {
    let outputs = places.ownership.of_files(outputs)?;
    let folders = NewFolders::make(&places.out_dir)?;
    files::write(outputs, existing)?;
    folders.keep();
    Ok(())
}

/// Returns the stem of file names: the first name, else the common name.
pub fn stem(names: &[San], subject: &Subject) -> String {
    match names.first() {
        Some(name) => name.file_stem(),
        None => {
            let common_name = subject
                .common_names()
                .into_iter()
                .next()
                .unwrap_or_default();
            let fit = |c: char| {
                if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '_'
                }
            };
            let stem: String = common_name.chars().map(fit).take(64).collect();
            if stem.is_empty() {
                "certificate".to_owned()
            } else {
                format!(
                    "{}{stem}",
                    if stem.starts_with(['-', '.']) {
                        "_"
                    } else {
                        ""
                    }
                )
            }
        }
    }
}

/// Returns the file of a private key.
pub fn key_file(path: &Path, key: &PrivateKey, password: Option<&Password>) -> Result<NewFile> {
    Ok(NewFile::private(
        path,
        key.to_pkcs8_pem(password)?.as_bytes(),
    ))
}

/// Says what is known to refuse a certificate that we make all the same.
///
/// `constrained` says whether the issuer's names are limited.
pub fn cautions(
    names: &[San],
    server: bool,
    validity: Validity,
    key: &KeyKind,
    constrained: bool,
) -> Vec<String> {
    let mut cautions = Vec::new();
    for name in names {
        match name {
            San::Dns(host) if host.is_top_level_wildcard() => cautions.push(format!(
                "browsers, curl, Python and Node refuse the wildcard {host}, since it is right under a top-level name; use one more label"
            )),
            San::Dns(host) if host.as_str().contains('_') => {
                cautions.push(format!("Java refuses the underscore in {host}"));
            }
            San::Email(_) | San::Uri(_) if constrained => cautions.push(format!(
                "rustls refuses a certificate with {name}, since the CA's names are limited; a CA of ca init --constraints none is not"
            )),
            _ => {}
        }
    }
    if server && validity.length() > APPLE_LIMIT {
        cautions.push(format!(
            "{} days are more than the 825 that Apple's systems take of a server's certificate",
            validity.length().whole_days()
        ));
    }
    if server && *key == KeyKind::Ed25519 {
        cautions.push(
            "no browser takes Ed25519 keys of servers; programs on OpenSSL, Go and rustls do"
                .to_owned(),
        );
    }
    cautions
}

/// <https://support.apple.com/en-us/103769>
const APPLE_LIMIT: Duration = Duration::days(825);
