//! Arguments that several commands share, each with one meaning everywhere.

use std::ffi::OsStr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::Result;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use certwright::ca::BACKDATING;
use certwright::crypto::Algorithm;
use certwright::error::{Error, ErrorKind};
use certwright::files::Existing;
use certwright::key::{Password, PrivateKey};
use certwright::name::{San, Subject};
use certwright::profile::Purposes;
use certwright::validity::{Lifetime, Validity, parse_time};

use super::app::Context;
use super::ownership::Ownership;

/// Flags of every command.
#[derive(Args, Clone)]
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
    /// Returns the CA's folder if it was named on this command line, not by the environment, which the
    /// next command will have too.
    pub fn named_home(&self) -> Option<&Path> {
        let by_environment = std::env::var_os("CERTWRIGHT_HOME");
        let named = self.home.as_deref();
        named.filter(|home| by_environment.as_deref() != Some(home.as_os_str()))
    }

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
#[derive(Args, Clone)]
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

    /// Returns what the user should know of the subject as it was written.
    pub fn notes(&self) -> Option<String> {
        self.subject.as_ref().and_then(order_note)
    }

    /// Returns the subject asked for; empty if none was.
    pub fn subject(&self, names: &[San]) -> Result<Subject> {
        let subject = self.subject.clone().unwrap_or_default();
        let common_name = match (self.cn.as_deref(), names.first()) {
            (None, _) | (Some(""), None) => return Ok(subject),
            (Some(_), _) if !subject.common_names().is_empty() => {
                let twice =
                    format!("the subject {subject} has a common name, and --cn gives another");
                return Err(Error::new(ErrorKind::InvalidSubject, twice)
                    .with_hint("leave out one of them")
                    .into());
            }
            (Some(""), Some(first)) => first.to_string(),
            (Some(given), _) => given.to_owned(),
        };
        Ok(subject.with_common_name(&common_name)?)
    }
}

/// What people who are used to OpenSSL's order should know of a subject.
pub fn order_note(subject: &Subject) -> Option<String> {
    subject.is_reversed().then(|| {
        format!(
            "the subject is encoded from its common name to the country, since RFC 4514 writes that last: {subject}; OpenSSL's order is written /C=DE/O=Example"
        )
    })
}

/// Refuses the certificate of a server without a name: no client takes the common name for one any more
/// (RFC 9525 §2).
pub fn require_names(names: &[San], purposes: Purposes) -> Result<()> {
    if !names.is_empty() || !purposes.server {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidName,
        "a server's certificate without a host name or address is refused by every client",
    )
    .with_hint("give its names; or --client, if it is for a client")
    .into())
}

/// What a certificate may be used for.
#[derive(Args, Clone)]
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
#[derive(Args, Clone)]
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

    /// Returns the length asked for, or one where nothing was; none if the end was named.
    pub fn lifetime_or(&self, default: Lifetime) -> Option<Lifetime> {
        match self.not_after {
            Some(_) => None,
            None => Some(self.lifetime().unwrap_or(default)),
        }
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
#[derive(Args, Clone)]
pub struct KeySource {
    /// Kind of the new key: p256, p384, p521, ed25519, rsa2048, rsa3072, rsa4096 [default: p256]
    #[arg(long, short, value_name = "ALG", value_parser = AlgorithmParser, hide_possible_values = true)]
    pub algorithm: Option<Algorithm>,

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
        match self.given(context)? {
            Some(key) => Ok((key, None)),
            None => self.generate(context),
        }
    }

    /// Reads the key that is there, if one was named.
    pub fn given(&self, context: &Context) -> Result<Option<PrivateKey>> {
        let open = |path: &PathBuf| {
            context
                .input
                .private_key(path, self.password_file.as_deref())
        };
        self.key.as_ref().map(open).transpose()
    }

    /// Gets or makes the key for a container, which is encrypted as a whole.
    pub fn of_container(&self, context: &Context) -> Result<PrivateKey> {
        match self.given(context)? {
            Some(key) => Ok(key),
            None => Ok(generate(self.algorithm.unwrap_or_default())?),
        }
    }

    /// Makes a key, and gets the password to write it under.
    pub fn generate(&self, context: &Context) -> Result<(PrivateKey, Option<Password>)> {
        let password = new_password(self.encrypt, self.password_file.as_ref(), context)?;
        Ok((generate(self.algorithm.unwrap_or_default())?, password))
    }
}

/// Generates a key, with all cores where it takes long.
pub fn generate(algorithm: Algorithm) -> Result<PrivateKey, Error> {
    let cores = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    PrivateKey::generate_on(algorithm, cores)
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
            .new_password(
                file.map(PathBuf::as_path),
                "password of the key",
                "--password-file",
            )
            .map(Some),
    }
}

/// Takes every spelling of an algorithm, and offers ours to shells.
#[derive(Clone)]
pub struct AlgorithmParser;

impl TypedValueParser for AlgorithmParser {
    type Value = Algorithm;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let parse: fn(&str) -> Result<Algorithm, String> = parsed::<Algorithm>;
        parse.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = Algorithm::ALL.into_iter().map(Algorithm::name);
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

/// Where the files of a certificate or request go.
#[derive(Args, Clone)]
pub struct Places {
    /// Folder for the files [default: the current one]
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,

    /// Where to write the new key [default: NAME.key]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub key_file: Option<PathBuf>,

    #[command(flatten)]
    pub ownership: Ownership,
}

impl Places {
    /// Returns the place of a file: as it was given, else by its name in the folder.
    pub fn of(&self, given: Option<&PathBuf>, name: String) -> Result<PathBuf> {
        match (given, &self.out_dir) {
            (Some(given), _) if given == Path::new("-") => Err(Error::new(
                ErrorKind::InvalidValue,
                "the files of a certificate are not written to standard output (-), since they are several",
            )
            .with_hint("name a file, and print it from there")
            .into()),
            (Some(given), _) => Ok(given.clone()),
            (None, Some(folder)) => Ok(folder.join(name)),
            (None, None) => Ok(PathBuf::from(name)),
        }
    }

    /// Returns the place of the new key.
    pub fn key(&self, stem: &str) -> Result<PathBuf> {
        self.of(self.key_file.as_ref(), format!("{stem}.key"))
    }
}

/// Where the one thing goes that a command makes.
#[derive(Args)]
pub struct Output {
    /// Where to write it [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Output {
    /// Returns the file; nothing for standard output.
    pub fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }

    /// Tells whether standard output was asked for by name, so that even a terminal gets DER.
    pub fn is_stdout_by_name(&self) -> bool {
        self.output.as_deref() == Some(Path::new("-"))
    }
}

/// Whether files that are there may be replaced.
#[derive(Args, Clone)]
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

/// Reads a length of time in which somebody or something waits: 90s, 10m, 2h.
pub fn span(text: &str) -> Result<Duration, String> {
    let form = || format!("\"{text}\" is not a length of time here; write it as 90s, 10m or 2h");
    let unit = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
    let seconds = match &text[unit..] {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 60 * 60,
        _ => return Err(form()),
    };
    let count: u32 = text[..unit].parse().map_err(|_| form())?;
    let span = Duration::from_secs(u64::from(count) * seconds);
    match span.is_zero() || span > LONGEST {
        true => Err(format!("{text} is not between a second and a day")),
        false => Ok(span),
    }
}

fn in_one_line(error: &Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}

/// Nothing waits longer that anybody still waits for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_seconds_minutes_and_hours() {
        for (text, seconds) in [
            ("1s", 1),
            ("90s", 90),
            ("10m", 600),
            ("5min", 300),
            ("24h", 86400),
        ] {
            assert_eq!(span(text).unwrap(), Duration::from_secs(seconds), "{text}");
        }
        for text in [
            "",
            "10",
            "m",
            "0s",
            "25h",
            "1d",
            "-1m",
            "1.5h",
            "99999999999s",
        ] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
