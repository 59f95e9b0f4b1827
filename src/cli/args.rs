//! Arguments that several commands share, each with one meaning everywhere.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use certwright::ca::BACKDATING;
use certwright::crypto::Algorithm;
use certwright::error::Error;
use certwright::files::Existing;
use certwright::key::{Password, PrivateKey};
use certwright::name::{San, Subject};
use certwright::profile::Purposes;
use certwright::validity::{Lifetime, Validity, parse_time};

use super::app::Context;

/// Flags of every command.
#[derive(Args)]
pub struct Common {
    /// Print one JSON document
    #[arg(
        long,
        global = true,
        conflicts_with = "json_lines",
        help_heading = "Common options"
    )]
    pub json: bool,

    /// Print one JSON document a line for each item
    #[arg(long, global = true, help_heading = "Common options")]
    pub json_lines: bool,

    /// Folder of the local CA [default: certwright in the user's data folder]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "CERTWRIGHT_HOME",
        hide_env_values = true,
        help_heading = "Common options"
    )]
    pub home: Option<PathBuf>,

    /// Act and judge as of this moment (RFC 3339, or a date)
    #[arg(long, global = true, value_name = "TIME", value_parser = moment, help_heading = "Common options")]
    pub at: Option<OffsetDateTime>,

    /// Say nothing beside the answer and errors
    #[arg(long, short, global = true, help_heading = "Common options")]
    pub quiet: bool,

    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Common options"
    )]
    pub color: Color,
}

impl Common {
    /// Returns the form of the answer.
    pub fn form(&self) -> Form {
        match (self.json, self.json_lines) {
            (true, _) => Form::Json,
            (_, true) => Form::JsonLines,
            _ => Form::Text,
        }
    }
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Json,
    JsonLines,
    Text,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Color {
    Always,
    Auto,
    Never,
}

impl Color {
    /// Settles the matter for both output streams. `auto` heeds NO_COLOR and whether there is a terminal.
    pub fn apply(self) {
        let choice = match self {
            Self::Always => anstream::ColorChoice::Always,
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// Whom a certificate names.
#[derive(Args)]
pub struct Naming {
    /// Host names, IP addresses, e-mail addresses and URIs, told apart by their form
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,

    /// Subject, such as 'CN=a,O=b' or '/O=b/CN=a'
    #[arg(long, value_name = "NAME", value_parser = parsed::<Subject>)]
    pub subject: Option<Subject>,

    /// Give the subject a common name: the first name, or --cn=NAME
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub cn: Option<String>,
}

impl Naming {
    /// Returns the names, parsed.
    pub fn sans(&self) -> Result<Vec<San>> {
        let mut names: Vec<San> = Vec::new();
        for text in &self.names {
            let name = text.parse()?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Returns the subject asked for; empty if none was.
    pub fn subject(&self, names: &[San]) -> Result<Subject> {
        let subject = self.subject.clone().unwrap_or_default();
        let common_name = match (self.cn.as_deref(), names.first()) {
            (None, _) | (Some(""), None) => return Ok(subject),
            (Some(""), Some(first)) => first.to_string(),
            (Some(given), _) => given.to_owned(),
        };
        Ok(subject.with_common_name(&common_name)?)
    }
}

/// What a certificate may be used for.
#[derive(Args)]
pub struct Purpose {
    /// For a TLS client; alone: for nothing else
    #[arg(long)]
    pub client: bool,

    /// For a TLS server; the default, unless there are e-mail addresses only
    #[arg(long)]
    pub server: bool,
}

impl Purpose {
    /// Returns the purposes that go with names.
    pub fn for_names(&self, names: &[San]) -> Purposes {
        Purposes::for_names(names, self.server, self.client)
    }
}

/// How long a certificate is valid.
#[derive(Args)]
pub struct Lifespan {
    /// Length of validity: 36h, 90d, 12w, 6mo, 2y
    #[arg(long, value_name = "TIME", value_parser = parsed::<Lifetime>, conflicts_with_all = ["days", "not_after"])]
    pub valid_for: Option<Lifetime>,

    /// Length of validity in days
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "not_after")]
    pub days: Option<u32>,

    /// First moment of validity [default: ten minutes ago]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub not_before: Option<OffsetDateTime>,

    /// Last moment of validity
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub not_after: Option<OffsetDateTime>,
}

impl Lifespan {
    /// Returns the length asked for.
    pub fn lifetime(&self) -> Option<Lifetime> {
        self.valid_for.or(self.days.map(Lifetime::days))
    }

    /// Returns the period asked for, with a length where none was.
    pub fn validity(&self, now: OffsetDateTime, default: Lifetime) -> Result<Validity> {
        let not_before = self.not_before.unwrap_or(now - BACKDATING);
        Ok(match self.not_after {
            Some(not_after) => Validity::new(not_before, not_after)?,
            None => Validity::starting(not_before, self.lifetime().unwrap_or(default))?,
        })
    }
}

/// The key of a certificate or request: made anew, or one that is there.
#[derive(Args)]
pub struct KeySource {
    /// Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096
    #[arg(long, short, value_name = "ALG", value_parser = parsed::<Algorithm>, default_value = "p256")]
    pub algorithm: Algorithm,

    /// Use this private key instead of a new one; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["algorithm", "encrypt"])]
    pub key: Option<PathBuf>,

    /// Encrypt the new key with a password
    #[arg(long)]
    pub encrypt: bool,

    /// Read the password from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl KeySource {
    /// Gets or makes the key, and the password to write it under.
    pub fn obtain(&self, context: &Context) -> Result<(PrivateKey, Option<Password>)> {
        if let Some(path) = &self.key {
            let key = context
                .input
                .private_key(path, self.password_file.as_deref())?;
            return Ok((key, None));
        }
        let password = new_password(self.encrypt, self.password_file.as_ref(), context)?;
        Ok((PrivateKey::generate(self.algorithm)?, password))
    }

    /// Tells whether the key is new, and so is to be written.
    pub fn is_new(&self) -> bool {
        self.key.is_none()
    }
}

/// Gets the password for a new key that is to be encrypted.
pub fn new_password(
    encrypt: bool,
    file: Option<&PathBuf>,
    context: &Context,
) -> Result<Option<Password>> {
    match (encrypt, file) {
        (false, None) => Ok(None),
        (false, Some(_)) => anyhow::bail!(
            "--password-file has nothing to open or to encrypt; a new key is encrypted with --encrypt"
        ),
        (true, file) => context
            .input
            .new_password(file.map(PathBuf::as_path), "password of the key")
            .map(Some),
    }
}

/// Whether files that are there may be replaced.
#[derive(Args)]
pub struct Overwrite {
    /// Replace files that are there already
    #[arg(long)]
    pub force: bool,
}

impl Overwrite {
    /// Returns what happens to files that are there.
    pub fn existing(&self) -> Existing {
        if self.force {
            Existing::Replace
        } else {
            Existing::Keep
        }
    }
}

/// Parses a value by its own `FromStr`, with the hint in the same line.
pub fn parsed<T: FromStr<Err = Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| in_one_line(&error))
}

/// Parses a moment in time.
pub fn moment(text: &str) -> Result<OffsetDateTime, String> {
    parse_time(text).map_err(|error| in_one_line(&error))
}

fn in_one_line(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
