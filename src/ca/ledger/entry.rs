//! What the ledger holds of one certificate.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use crate::cert::Certificate;
use crate::crl::Reason;
use crate::crypto::Algorithm;
use crate::name::{San, Subject};
use crate::profile::Purposes;
use crate::validity::Lifetime;

/// A certificate that is to be entered: its row, and the copy that is kept of it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(in crate::ca) row: Row,
    /// What it renews; see [`Origin::renews`].
    pub(super) renews: Option<(String, String)>,
    /// The certificate, in PEM.
    pem: String,
}

impl Entry {
    /// Gets a certificate ready to be entered, with the generation of the CA that issued it, and when.
    pub fn of(
        certificate: &Certificate,
        generation: &str,
        origin: Origin,
        issued_at: OffsetDateTime,
    ) -> Self {
        let row = Row {
            issued_at,
            command: Some(origin.command),
            key_made: origin.key_made,
            lifetime: origin.lifetime,
            files: origin.files,
            ..Row::of_certificate(certificate, generation)
        };
        Self {
            row,
            renews: origin.renews,
            pem: certificate.to_pem(),
        }
    }

    /// Returns the certificate in PEM, as its copy holds it.
    pub fn pem(&self) -> &str {
        &self.pem
    }
}

/// How a certificate came about, and where it went: what is needed to make the same again.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The command or request, such as `issue --csr`.
    pub command: String,
    /// How long it was to last; none if its end was named.
    pub lifetime: Option<Lifetime>,
    /// Whether its key was made with it.
    pub key_made: bool,
    /// The files that it was written to.
    pub files: Vec<Placed>,
    /// The generation and serial number of what it renews, which need not have lain in the same files. A
    /// renewal is pending until it is [completed](super::Ledger::complete).
    pub renews: Option<(String, String)>,
}

/// A file that was handed out.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Placed {
    /// What it is.
    pub role: FileRole,
    /// Its encoding or container: `pem`, `der`, `pkcs12` and so on.
    pub format: String,
    /// Its place, from the root.
    pub path: String,
}

impl Placed {
    /// Names a file by its whole path.
    pub fn new(role: FileRole, format: impl Into<String>, path: &Path) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self {
            role,
            format: format.into(),
            path: whole.display().to_string(),
        }
    }
}

/// What a file is to its certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// The certificate, perhaps with those of CAs after it.
    Certificate,
    /// The certificates of CAs by themselves.
    Chain,
    /// Certificate and key together.
    Container,
    /// The private key.
    PrivateKey,
}

impl FileRole {
    const ALL: [Self; 4] = [
        Self::Certificate,
        Self::Chain,
        Self::Container,
        Self::PrivateKey,
    ];

    /// Returns its word, as in JSON documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Chain => "chain",
            Self::Container => "container",
            Self::PrivateKey => "private_key",
        }
    }

    /// Returns the role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Tells whether the certificate itself is in such a file.
    pub fn holds_certificate(self) -> bool {
        matches!(self, Self::Certificate | Self::Container)
    }
}

/// What the ledger knows of one certificate.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its serial number, in hexadecimal.
    pub serial: String,
    /// The SHA-256 of its DER, in hexadecimal; empty if only a list told of it.
    pub fingerprint: String,
    /// The generation that issued it; empty if that is not known.
    pub generation: String,
    /// Its subject, after RFC 4514.
    pub subject: String,
    /// Its alternative names, each after its kind and a colon. See [`Self::sans`].
    pub names: Vec<String>,
    /// Its first second.
    pub not_before: OffsetDateTime,
    /// Its last second.
    pub not_after: OffsetDateTime,
    /// When it was issued.
    pub issued_at: OffsetDateTime,
    /// The command or request that it was issued for, if that is known.
    pub command: Option<String>,
    /// What it is for.
    pub purposes: Purposes,
    /// Whether it is a CA's, so that what it issued stands in no ledger here.
    pub authority: bool,
    /// The kind of its key, if such keys are made here.
    pub algorithm: Option<Algorithm>,
    /// Whether its key was made with it.
    pub key_made: bool,
    /// How long it was to last, if that was said as a length.
    pub lifetime: Option<Lifetime>,
    /// The files that it was written to.
    pub files: Vec<Placed>,
    /// Whether its files are still to be written.
    pub pending: bool,
    /// Since when and why it is revoked.
    pub revoked: Option<(OffsetDateTime, Reason)>,
    /// The serial number of what took its place.
    pub superseded_by: Option<String>,
    /// The name of the file in `issued` where its copy lies with others; none if it has one of its own.
    pub copy: Option<String>,
}

impl Row {
    /// What a certificate itself tells.
    pub(in crate::ca) fn of_certificate(certificate: &Certificate, generation: &str) -> Self {
        let validity = certificate.validity();
        let label = |name: &San| format!("{}:{name}", name.kind());
        Self {
            serial: certificate.serial_hex(),
            fingerprint: certificate
                .fingerprint()
                .to_text(crate::fingerprint::Form::Hex),
            generation: generation.to_owned(),
            subject: certificate.subject().to_string(),
            names: certificate.names().iter().map(label).collect(),
            not_before: validity.not_before(),
            not_after: validity.not_after(),
            issued_at: validity.not_before(),
            command: None,
            purposes: certificate.purposes(),
            authority: certificate.is_authority(),
            algorithm: certificate.public_key().kind().algorithm(),
            key_made: false,
            lifetime: None,
            files: Vec::new(),
            pending: false,
            revoked: None,
            superseded_by: None,
            copy: None,
        }
    }

    /// What a list tells of a certificate: nothing but its number and its end.
    pub(in crate::ca) fn of_list(
        serial: &str,
        generation: &str,
        not_after: OffsetDateTime,
    ) -> Self {
        Self {
            serial: serial.to_owned(),
            fingerprint: String::new(),
            generation: generation.to_owned(),
            subject: String::new(),
            names: Vec::new(),
            not_before: OffsetDateTime::UNIX_EPOCH,
            not_after,
            issued_at: OffsetDateTime::UNIX_EPOCH,
            command: None,
            purposes: Purposes::NONE,
            authority: false,
            algorithm: None,
            key_made: false,
            lifetime: None,
            files: Vec::new(),
            pending: false,
            revoked: None,
            superseded_by: None,
            copy: None,
        }
    }

    /// Returns its alternative names as a new certificate takes them.
    pub fn sans(&self) -> Vec<San> {
        self.names.iter().filter_map(|name| san(name)).collect()
    }

    /// By what it is found if it has no names.
    pub(super) fn common_name(&self) -> Option<String> {
        if !self.names.is_empty() {
            return None;
        }
        let subject: Subject = self.subject.parse().ok()?;
        let name = subject.common_names().into_iter().next()?;
        Some(format!("CN:{name}"))
    }

    /// Tells what has become of it. That it has ended is another matter.
    pub fn status(&self) -> Status {
        match (self.pending, self.revoked, &self.superseded_by) {
            (_, Some(_), _) => Status::Revoked,
            (_, None, Some(_)) => Status::Superseded,
            (true, None, None) => Status::Pending,
            (false, None, None) => Status::Valid,
        }
    }

    /// Returns the file that holds it.
    pub fn certificate_file(&self) -> Option<&Placed> {
        self.files.iter().find(|file| file.role.holds_certificate())
    }
}

/// What has become of a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// Its files are still to be written.
    Pending,
    /// It no longer holds.
    Revoked,
    /// Another lies in its place.
    Superseded,
    /// None of these.
    Valid,
}

/// Reads a name after its kind, so that none is taken for another kind.
fn san(label: &str) -> Option<San> {
    let (kind, name) = label.split_once(':')?;
    match kind {
        "DNS" => name.parse().ok().map(San::Dns),
        "email" => name.parse().ok().map(San::Email),
        "IP" => name.parse().ok().map(San::Ip),
        "URI" => name.parse().ok().map(San::Uri),
        _ => None,
    }
}

pub(super) fn json_names(names: &[String]) -> String {
    Value::from(names).to_string()
}

/// That it is a CA's stands among them: earlier versions leave words out that they do not know.
pub(super) fn json_purposes(row: &Row) -> String {
    let authority = row.authority.then_some(AUTHORITY);
    let words: Vec<&str> = authority.into_iter().chain(row.purposes.words()).collect();
    Value::from(words).to_string()
}

pub(super) fn json_files(files: &[Placed]) -> String {
    serde_json::to_string(files).unwrap_or_else(|_| "[]".to_owned())
}

/// What is not of the form that we write is somebody else's, and is left out.
pub(super) fn read_files(text: &str) -> Vec<Placed> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Returns what it is for, and whether it is a CA's.
pub(super) fn read_purposes(text: &str) -> (Purposes, bool) {
    let listed: Vec<&str> = serde_json::from_str(text).unwrap_or_default();
    let has = |word: &str| listed.contains(&word);
    let purposes = Purposes {
        server: has("server"),
        client: has("client"),
        email: has("email"),
    };
    (purposes, has(AUTHORITY))
}

const AUTHORITY: &str = "ca";
