//! `certwright convert`

mod packed;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::bundle::pkcs7;
use certwright::cert::Certificate;
use certwright::document::{Document, Kind, Place};
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Holder, NewFile};
use certwright::key::{KeyForm, Password, PrivateKey};
use certwright::pem;

use self::packed::Packed;
use super::held::public_key;
use crate::cli::app::Context;
use crate::cli::args::{Output, Overwrite};
use crate::cli::containers::{Container, Containing, caution, new_password};
use crate::cli::input::{shown, source_name};
use crate::cli::issued::Copied;
use crate::cli::ownership::Ownership;
use crate::cli::report::{Facts, Paint, Report, Text};

/// Convert between PEM, DER, PKCS #12, PKCS #7, Java keystores, and the forms of keys
///
/// What the files hold is told by their content. For a container the chain of each key is put in order, a
/// key that belongs to no certificate is refused, and what is left out or missing is said; without a key
/// the certificates become roots to trust.
#[derive(Args)]
pub struct Convert {
    /// Files; - for standard input; and serial numbers of what the local CA issued
    #[arg(value_name = "IN", required = true)]
    inputs: Vec<PathBuf>,

    /// The form to convert to [default: what the output's name says: .p12, .pfx, .jks, .p7b, .der, .pem]
    #[arg(
        long,
        value_name = "FORMAT",
        required_unless_present = "output",
        ignore_case = true
    )]
    to: Option<Target>,

    /// For keys and PKCS #7: DER instead of PEM
    #[arg(long)]
    der: bool,

    /// Take the first thing that the files hold, and leave the rest
    #[arg(long)]
    first: bool,

    /// Encrypt private keys with a new password (pkcs8 and pem; containers always are)
    #[arg(long)]
    encrypt: bool,

    #[command(flatten)]
    containing: Containing,

    /// Read the password of what is given from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Read the new password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    overwrite: Overwrite,

    #[command(flatten)]
    ownership: Ownership,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Target {
    /// Everything that the files hold, in PEM
    Pem,
    /// The one thing that the files hold, in DER
    Der,
    /// Keys with their chains, or roots to trust, encrypted: .p12, .pfx
    #[value(aliases = ["p12", "pfx"])]
    Pkcs12,
    /// The same as a Java keystore of the old kind; Java has read PKCS #12 since version 8
    Jks,
    /// Certificates and revocation lists in their order: .p7b
    #[value(aliases = ["p7b", "p7c"])]
    Pkcs7,
    /// The private key as PKCS #8
    Pkcs8,
    /// The private key as SEC 1 (elliptic curves)
    Sec1,
    /// The private key as PKCS #1 (RSA)
    Pkcs1,
    /// The public key of a private key, certificate or request
    Public,
}

impl Convert {
    /// Converts, and writes the result.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let to = self.target()?;
        self.require_use(to)?;
        let given = context
            .input
            .given_password(self.password_file.as_deref())?;
        let mut work = Work {
            command: self,
            context,
            given,
            notes: Vec::new(),
        };
        let found = work.read()?;
        let converted = work.convert(to, &found)?;
        let file = self.output.file().map(Path::to_owned);
        if let Some(path) = &file {
            let contents = converted.bytes.clone();
            let output = NewFile {
                path: path.clone(),
                contents,
                private: converted.secret,
                holder: Holder::default(),
            };
            let outputs = self.ownership.of_files(vec![output])?;
            files::write(outputs, self.overwrite.existing())?;
        }
        let written = Written {
            converted,
            file,
            to_stdout: self.output.is_stdout_by_name(),
        };
        Ok(Report::new(written).with_notes(work.notes))
    }

    /// The form asked for, or the one that the output's name says.
    fn target(&self) -> Result<Target, Error> {
        let named = || {
            let suffix = self
                .output
                .file()?
                .extension()?
                .to_str()?
                .to_ascii_lowercase();
            NAMED.iter().find(|(known, _)| *known == suffix)
        };
        match (self.to, named()) {
            (Some(to), _) => Ok(to),
            (None, Some((_, to))) => Ok(*to),
            (None, None) => Err(Error::new(
                ErrorKind::InvalidValue,
                "the output's name does not say its form",
            )
            .with_hint("say --to pem, der, pkcs12, jks, pkcs7, pkcs8, sec1, pkcs1 or public")),
        }
    }

    /// Refuses options that would do nothing.
    fn require_use(&self, to: Target) -> Result<(), Error> {
        let is_container = matches!(to, Target::Jks | Target::Pkcs12);
        let is_key = matches!(
            to,
            Target::Pkcs8 | Target::Sec1 | Target::Pkcs1 | Target::Public
        );
        let unused = [
            (
                self.der && !is_key && to != Target::Pkcs7,
                "--der is for keys and --to pkcs7",
            ),
            (
                self.output.file().is_none()
                    && (self.ownership.is_given() || self.ownership.mode.is_some()),
                "--owner, --group and --mode are for files, and none is written",
            ),
            (
                self.encrypt && !matches!(to, Target::Pem | Target::Pkcs8),
                "--encrypt is for --to pkcs8 and --to pem",
            ),
            (
                self.new_password_file.is_some() && !self.encrypt && !is_container,
                "--new-password-file is for --encrypt, --to pkcs12 and --to jks",
            ),
            (
                self.containing.alias.is_some() && !is_container,
                "--alias is for --to pkcs12 and --to jks",
            ),
            (
                self.containing.compatible && to != Target::Pkcs12,
                "--compatible is for --to pkcs12",
            ),
        ];
        match unused.into_iter().find(|(is_unused, _)| *is_unused) {
            Some((_, what)) => Err(Error::new(ErrorKind::InvalidValue, what)),
            None => Ok(()),
        }
    }

    fn sources(&self) -> String {
        let names: Vec<String> = self.inputs.iter().map(|path| source_name(path)).collect();
        names.join(", ")
    }
}

/// One run of the command.
struct Work<'a> {
    command: &'a Convert,
    context: &'a Context,
    /// The password of what is given.
    given: Option<Password>,
    notes: Vec<String>,
}

impl Work<'_> {
    fn read(&self) -> Result<Vec<Document>> {
        let mut found = Vec::new();
        for path in &self.command.inputs {
            let source = source_name(path);
            let bytes = match Copied::find(path, self.context)? {
                Some(copied) => copied.certificate.to_pem().into_bytes().into(),
                None => self.context.input.read(path)?,
            };
            let sections = self
                .context
                .input
                .sections(&bytes, &source, self.given.as_ref())?;
            for section in sections {
                let document = section.read().map_err(|error| error.about(&source))?;
                // What `openssl ecparam -genkey` puts before a key that names its curve itself.
                if document.kind != Kind::Other("a PEM block EC PARAMETERS".to_owned()) {
                    found.push(document);
                }
            }
        }
        if self.command.first {
            found.truncate(1);
        }
        Ok(found)
    }

    fn convert(&mut self, to: Target, found: &[Document]) -> Result<Converted> {
        match to {
            Target::Pem => self.all_in_pem(found),
            Target::Der => Ok(binary(only(found)?.der.to_vec(), holds_secret(found))),
            Target::Pkcs12 => self.container(Container::Pkcs12, found),
            Target::Jks => self.container(Container::Jks, found),
            Target::Pkcs7 => self.certificates_only(found),
            Target::Public => self.public_key(found),
            Target::Pkcs8 => self.private_key(found, KeyForm::Pkcs8),
            Target::Sec1 => self.private_key(found, KeyForm::Sec1),
            Target::Pkcs1 => self.private_key(found, KeyForm::Pkcs1),
        }
    }

    fn all_in_pem(&self, found: &[Document]) -> Result<Converted> {
        let mut bytes = Zeroizing::new(Vec::new());
        let password = self.password_of_key()?;
        for document in found {
            // A keystore's own encryption means nothing outside it.
            let of_container =
                document.alias.is_some() && document.kind == Kind::EncryptedPrivateKey;
            let pem = match document.kind.is_private_key() && (password.is_some() || of_container) {
                true => self.unlocked(document)?.to_pkcs8_pem(password.as_ref())?,
                false => Zeroizing::new(pem::encode(label(&document.kind)?, &document.der)),
            };
            bytes.extend_from_slice(pem.as_bytes());
        }
        Ok(Converted {
            bytes,
            is_text: true,
            secret: holds_secret(found),
        })
    }

    fn container(&mut self, container: Container, found: &[Document]) -> Result<Converted> {
        let containing = &self.command.containing;
        let keys = found
            .iter()
            .filter(|document| document.kind.is_private_key());
        let keys: Result<Vec<_>> = keys
            .map(|document| Ok((document.alias.clone(), self.unlocked(document)?)))
            .collect();
        let packed = Packed::of(found, keys?, containing.alias.as_deref())
            .map_err(|error| error.about(self.command.sources()))?;
        let file = self.command.new_password_file.as_deref();
        let password = new_password(self.context, file, "--new-password-file")?;
        let encoded =
            containing.encode(container, &packed.entries(), &password, self.context.now)?;
        self.notes = packed.notes;
        self.notes.extend(caution(container, &password));
        let holds_secret = holds_secret(found);
        if !holds_secret && found.iter().any(|document| !is_authority(document)) {
            let no_key = "no private key is given, so the certificates become roots to trust; with the key: certwright convert CERT KEY --to pkcs12";
            self.notes.push(no_key.to_owned());
        }
        Ok(binary(encoded.to_vec(), holds_secret))
    }

    /// PKCS #7 holds no keys.
    fn certificates_only(&mut self, found: &[Document]) -> Result<Converted> {
        let mut left_out: Vec<&str> = found
            .iter()
            .filter_map(|document| match &document.kind {
                Kind::Certificate | Kind::CertificateRevocationList => None,
                kind if kind.is_private_key() => Some("the private key"),
                Kind::CertificateRequest => Some("the certificate request"),
                Kind::PublicKey | Kind::RsaPublicKey => Some("the public key"),
                _ => Some("what is neither certificate nor key"),
            })
            .collect();
        left_out.dedup();
        for what in left_out {
            self.notes.push(format!(
                "{what} is left out: PKCS #7 holds certificates and revocation lists"
            ));
        }
        let of = |kind: Kind| -> Vec<&[u8]> {
            let found = found.iter().filter(|document| document.kind == kind);
            found.map(|document| &document.der[..]).collect()
        };
        let certificates = of(Kind::Certificate);
        let lists = of(Kind::CertificateRevocationList);
        if certificates.is_empty() && lists.is_empty() {
            let none = format!("{} holds no certificate", self.command.sources());
            return Err(Error::new(ErrorKind::WrongKind, none).into());
        }
        let encoded = pkcs7::encode(&certificates, &lists);
        Ok(match self.command.der {
            true => binary(encoded, false),
            false => text(&pem::encode("PKCS7", &encoded), false),
        })
    }

    fn private_key(&self, found: &[Document], form: KeyForm) -> Result<Converted> {
        let key = self.open(found)?;
        let der = self.command.der;
        Ok(match (self.password_of_key()?, der) {
            (Some(password), true) => binary(key.to_encrypted_der(&password)?, true),
            (Some(password), false) => text(&key.to_encrypted_pem(&password)?, true),
            (None, true) => binary(key.to_der(form)?.to_vec(), true),
            (None, false) => text(&key.to_pem(form)?, true),
        })
    }

    /// The password that keys are written under, if they are to be encrypted.
    fn password_of_key(&self) -> Result<Option<Password>> {
        let file = self.command.new_password_file.as_deref();
        let ask = || {
            let input = &self.context.input;
            input.new_password(file, "password of the key", "--new-password-file")
        };
        self.command.encrypt.then(ask).transpose()
    }

    fn public_key(&self, found: &[Document]) -> Result<Converted> {
        let mut held = found
            .iter()
            .filter_map(|document| public_key(document).transpose());
        let key = match held.next() {
            Some(key) => key?,
            None => self.open(found)?.public_key().clone(),
        };
        Ok(match self.command.der {
            true => binary(key.spki().to_vec(), false),
            false => text(&key.to_pem(), false),
        })
    }

    fn open(&self, found: &[Document]) -> Result<PrivateKey> {
        let mut keys = found
            .iter()
            .filter(|document| document.kind.is_private_key());
        match (keys.next(), keys.next()) {
            (Some(document), None) => self.unlocked(document),
            (Some(_), Some(_)) => Err(self.not_one(&(2 + keys.count()).to_string())),
            (None, _) => Err(match found {
                [only] => self.not_one(&only.kind.to_string()),
                [] => self.not_one("nothing"),
                _ => self.not_one("none"),
            }),
        }
    }

    fn not_one(&self, what: &str) -> anyhow::Error {
        let sources = self.command.sources();
        let one = format!("one private key is wanted, and {sources} holds {what}");
        Error::new(ErrorKind::WrongKind, one).into()
    }

    fn unlocked(&self, document: &Document) -> Result<PrivateKey> {
        let sources = self.command.sources();
        let open = |password: Option<&Password>| {
            PrivateKey::from_document(document, password).map_err(|error| error.about(&sources))
        };
        let input = &self.context.input;
        input.unlock(self.given.clone(), "Password of the key", open)
    }
}

/// What came out, and whether only its owner should read it.
struct Converted {
    bytes: Zeroizing<Vec<u8>>,
    is_text: bool,
    secret: bool,
}

fn only(found: &[Document]) -> Result<&Document> {
    match found {
        [document] => Ok(document),
        _ => Err(Error::new(
            ErrorKind::WrongKind,
            format!("DER holds one thing, and the input holds {}", found.len()),
        )
        .with_hint("take the first with --first, or keep them together with --to pem")
        .into()),
    }
}

fn text(text: &str, secret: bool) -> Converted {
    Converted {
        bytes: Zeroizing::new(text.as_bytes().to_vec()),
        is_text: true,
        secret,
    }
}

fn binary(bytes: Vec<u8>, secret: bool) -> Converted {
    Converted {
        bytes: Zeroizing::new(bytes),
        is_text: false,
        secret,
    }
}

fn is_authority(document: &Document) -> bool {
    Certificate::from_der(&document.der).is_ok_and(|certificate| certificate.is_authority())
}

/// A bag of PKCS #12 may hold any secret.
fn holds_secret(found: &[Document]) -> bool {
    found.iter().any(|document| {
        document.kind.is_private_key()
            || matches!(
                (&document.kind, document.place),
                (Kind::Other(_), Place::Entry(_))
            )
    })
}

/// How files of each form are named.
const NAMED: [(&str, Target); 7] = [
    ("der", Target::Der),
    ("jks", Target::Jks),
    ("p12", Target::Pkcs12),
    ("p7b", Target::Pkcs7),
    ("p7c", Target::Pkcs7),
    ("pem", Target::Pem),
    ("pfx", Target::Pkcs12),
];

/// The label of RFC 7468 and of OpenSSL.
fn label(kind: &Kind) -> Result<&'static str> {
    Ok(match kind {
        Kind::Certificate => "CERTIFICATE",
        Kind::CertificateRequest => "CERTIFICATE REQUEST",
        Kind::CertificateRevocationList => "X509 CRL",
        Kind::EcPrivateKey => "EC PRIVATE KEY",
        Kind::EncryptedPrivateKey => "ENCRYPTED PRIVATE KEY",
        Kind::PrivateKey => "PRIVATE KEY",
        Kind::PublicKey => "PUBLIC KEY",
        Kind::RsaPrivateKey => "RSA PRIVATE KEY",
        Kind::RsaPublicKey => "RSA PUBLIC KEY",
        Kind::LegacyEncryptedKey(_) => {
            let locked = Error::new(
                ErrorKind::Unsupported,
                "the input holds a key under OpenSSL's old encryption, which is not written here",
            );
            return Err(locked
                .with_hint("say --encrypt for a new encryption, or --to pkcs8 for none")
                .into());
        }
        other => {
            let unknown = Error::new(
                ErrorKind::Unsupported,
                format!("the input holds {other}, which is not converted here"),
            );
            return Err(unknown.into());
        }
    })
}

struct Written {
    converted: Converted,
    file: Option<PathBuf>,
    /// Asked for by name, so even a terminal gets DER.
    to_stdout: bool,
}

impl Facts for Written {
    fn text(&self, _: Paint) -> Text {
        match &self.file {
            Some(file) => Text::lines(format!(
                "{}  {} bytes\n",
                shown(file),
                self.converted.bytes.len()
            )),
            None if self.converted.is_text => {
                Text::lines(String::from_utf8_lossy(&self.converted.bytes).into_owned())
            }
            None => Text::Binary {
                bytes: self.converted.bytes.clone(),
                even_to_terminal: self.to_stdout,
            },
        }
    }

    fn json(&self) -> Value {
        let text = (self.file.is_none() && self.converted.is_text)
            .then(|| String::from_utf8_lossy(&self.converted.bytes).into_owned());
        let der = (self.file.is_none() && !self.converted.is_text)
            .then(|| data_encoding::BASE64.encode(&self.converted.bytes));
        json!({ "file": self.file.as_deref().map(Path::to_string_lossy), "pem": text, "der_base64": der })
    }
}
