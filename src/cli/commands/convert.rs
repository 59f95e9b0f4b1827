//! `certwright convert`

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use certwright::document::{Document, Kind, documents};
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Holder, NewFile};
use certwright::key::{KeyForm, PrivateKey};
use certwright::pem;

use super::held::public_key;
use crate::cli::app::Context;
use crate::cli::args::{Output, Overwrite};
use crate::cli::input::{shown, source_name};
use crate::cli::report::{Facts, Paint, Report, Text};

/// Convert between PEM and DER, and between the forms of keys
#[derive(Args)]
pub struct Convert {
    /// Files; - for standard input
    #[arg(value_name = "IN", required = true)]
    inputs: Vec<PathBuf>,

    /// The form to convert to
    #[arg(long, value_name = "FORMAT")]
    to: Target,

    /// For keys: DER instead of PEM
    #[arg(long)]
    der: bool,

    /// Take the first thing that the files hold, and leave the rest
    #[arg(long)]
    first: bool,

    /// Encrypt the private key with a new password (pkcs8 only)
    #[arg(long)]
    encrypt: bool,

    /// Read the password of the given key from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Read the new password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE", requires = "encrypt")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    output: Output,

    #[command(flatten)]
    overwrite: Overwrite,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Target {
    /// Everything that the files hold, in PEM
    Pem,
    /// The one thing that the files hold, in DER
    Der,
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
        if self.encrypt && self.to != Target::Pkcs8 {
            return Err(
                Error::new(ErrorKind::InvalidValue, "only PKCS #8 is encrypted here")
                    .with_hint("use --to pkcs8")
                    .into(),
            );
        }
        let found = self.read(context)?;
        let converted = match self.to {
            Target::Pem => all_in_pem(&found)?,
            Target::Der => binary(only(&found)?.der.to_vec(), holds_secret(&found)),
            Target::Public => self.public_key(&found, context)?,
            Target::Pkcs8 => self.private_key(&found, KeyForm::Pkcs8, context)?,
            Target::Sec1 => self.private_key(&found, KeyForm::Sec1, context)?,
            Target::Pkcs1 => self.private_key(&found, KeyForm::Pkcs1, context)?,
        };
        let file = self.output.file().map(Path::to_owned);
        if let Some(path) = &file {
            let contents = converted.bytes.clone();
            let output = NewFile {
                path: path.clone(),
                contents,
                private: converted.secret,
                holder: Holder::default(),
            };
            files::write(vec![output], self.overwrite.existing())?;
        }
        Ok(Report::new(Written {
            converted,
            file,
            to_stdout: self.output.is_stdout_by_name(),
        }))
    }

    fn read(&self, context: &Context) -> Result<Vec<Document>> {
        let mut found = Vec::new();
        for path in &self.inputs {
            let about = |error: Error| error.about(source_name(path));
            let bytes = context.input.read(path)?;
            for document in documents(&bytes).map_err(about)? {
                let document = document.map_err(about)?;
                // What `openssl ecparam -genkey` puts before a key that names its curve itself.
                if document.kind != Kind::Other("a PEM block EC PARAMETERS".to_owned()) {
                    found.push(document);
                }
            }
        }
        if self.first {
            found.truncate(1);
        }
        Ok(found)
    }

    fn sources(&self) -> String {
        let names: Vec<String> = self.inputs.iter().map(|path| source_name(path)).collect();
        names.join(", ")
    }

    fn private_key(
        &self,
        found: &[Document],
        form: KeyForm,
        context: &Context,
    ) -> Result<Converted> {
        let key = self.open(found, context)?;
        if self.encrypt {
            let password = context.input.new_password(
                self.new_password_file.as_deref(),
                "password of the key",
                "--new-password-file",
            )?;
            return Ok(match self.der {
                true => binary(key.to_encrypted_der(&password)?, true),
                false => text(&key.to_encrypted_pem(&password)?, true),
            });
        }
        Ok(match self.der {
            true => binary(key.to_der(form)?.to_vec(), true),
            false => text(&key.to_pem(form)?, true),
        })
    }

    fn public_key(&self, found: &[Document], context: &Context) -> Result<Converted> {
        let mut held = found
            .iter()
            .filter_map(|document| public_key(document).transpose());
        let key = match held.next() {
            Some(key) => key?,
            None => self.open(found, context)?.public_key().clone(),
        };
        Ok(match self.der {
            true => binary(key.spki().to_vec(), false),
            false => text(&key.to_pem(), false),
        })
    }

    fn open(&self, found: &[Document], context: &Context) -> Result<PrivateKey> {
        let mut keys = found
            .iter()
            .filter(|document| document.kind.is_private_key());
        let (Some(document), None) = (keys.next(), keys.next()) else {
            let count = found
                .iter()
                .filter(|document| document.kind.is_private_key())
                .count();
            return Err(Error::new(
                ErrorKind::WrongKind,
                format!(
                    "one private key is wanted, and {} holds {}",
                    self.sources(),
                    match (count, found) {
                        (0, [only]) => only.kind.to_string(),
                        (0, []) => "nothing".to_owned(),
                        (0, _) => "none".to_owned(),
                        (count, _) => count.to_string(),
                    }
                ),
            )
            .into());
        };
        let given = context
            .input
            .given_password(self.password_file.as_deref())?;
        context
            .input
            .unlock(given, "Password of the key", |password| {
                PrivateKey::from_document(document, password)
                    .map_err(|error| error.about(self.sources()))
            })
    }
}

/// What came out, and whether only its owner should read it.
struct Converted {
    bytes: Zeroizing<Vec<u8>>,
    is_text: bool,
    secret: bool,
}

fn all_in_pem(found: &[Document]) -> Result<Converted> {
    let mut bytes = Zeroizing::new(Vec::new());
    for document in found {
        bytes.extend_from_slice(pem::encode(label(&document.kind)?, &document.der).as_bytes());
    }
    Ok(Converted {
        bytes,
        is_text: true,
        secret: holds_secret(found),
    })
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

fn holds_secret(found: &[Document]) -> bool {
    found.iter().any(|document| document.kind.is_private_key())
}

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
    fn text(&self, _: Paint) -> Text<'_> {
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
