//! The commands, and what each of them is given.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use etcetera::BaseStrategy as _;
use time::OffsetDateTime;

use certwright::ca::mkcert::Caroot;
use certwright::trust::Machine;
use certwright::trust::browsers::Host;
use certwright::trust::process::{Privilege, Runner};

use super::args::{Common, Form};
use super::commands;
use super::deferred::Deferred;
use super::ending::Ending;
use super::input::Input;
use super::invoker::{self, Invoker};
use super::report::{Exit, Paint, Reply};

/// Makes and inspects TLS certificates, and keeps a local CA
///
/// Exit codes: 0 done, or yes; 1 the answer is no; 2 it could not be done; 3 a server could not be
/// reached. Of several the largest.
#[derive(Parser)]
#[command(
    name = "certwright",
    version,
    max_term_width = 100,
    propagate_version = false,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make, show and change the local CA
    #[command(subcommand)]
    Ca(Deferred<commands::ca::Ca>),
    /// Print a shell's completion script
    Completions(Deferred<commands::completions::Completions>),
    /// Convert between PEM, DER, PKCS #12, PKCS #7, Java keystores, and the forms of keys
    Convert(Deferred<commands::convert::Convert>),
    /// Make a certificate request, with a new key or one that is there
    Csr(Deferred<commands::csr::Csr>),
    /// Write a certificate's files as a server wants them, with the configuration to paste
    Export(Deferred<commands::export::Export>),
    /// Print the digest of certificates or of their public keys
    Fingerprint(Deferred<commands::fingerprint::Fingerprint>),
    /// Show certificates, requests, keys, revocation lists, and what live servers send
    Inspect(Deferred<commands::inspect::Inspect>),
    /// Issue a certificate from the local CA, which is made on first use
    Issue(Deferred<commands::issue::Issue>),
    /// Generate a private key, as PKCS #8 in PEM
    Key(Deferred<commands::key::Key>),
    /// Hold certificates against the rules of standards, browsers and platforms
    Lint(Deferred<commands::lint::Lint>),
    /// Show the certificates that the local CA issued, and when they end
    List(Deferred<commands::list::List>),
    /// Print a manual page, in roff
    Man(Deferred<commands::man::Man>),
    /// Stand in for mkcert: its flags, variables, file names and exit codes, on its own kind of CA
    Mkcert(Deferred<commands::mkcert::Mkcert>),
    /// Renew certificates that the local CA issued, in their files
    Renew(Deferred<commands::renew::Renew>),
    /// Revoke certificates that the local CA issued
    Revoke(Deferred<commands::revoke::Revoke>),
    /// Make a certificate that signs itself
    SelfSigned(Deferred<commands::self_signed::SelfSigned>),
    /// Make the browsers and runtimes of this machine accept the local CA, which is made on first use
    Trust(Deferred<commands::trust::Trust>),
    /// Take the local CA out of every trust store again
    Untrust(Deferred<commands::untrust::Untrust>),
    /// Say whether clients would accept a certificate, and every reason why not
    Verify(Deferred<commands::verify::Verify>),
}

impl Command {
    /// Tells whether it is about nothing but a user's stores and CA: root's are meant by nobody who types
    /// sudo.
    pub fn is_about_the_user(&self, common: &Common) -> bool {
        match self {
            Self::Trust(_) | Self::Untrust(_) => true,
            Self::Ca(_) => common.home.is_none(),
            Self::Mkcert(Deferred(command)) => command.is_about_the_user(named_caroot().is_some()),
            _ => false,
        }
    }

    /// Tells whether it takes so long that whoever ends it wants it to finish the step it is at.
    pub fn goes_on(&self) -> bool {
        match self {
            Self::Issue(Deferred(command)) => command.goes_on(),
            Self::Renew(Deferred(command)) => command.goes_on(),
            _ => false,
        }
    }

    /// Returns the exit code for what could not be done: mkcert knows but one.
    pub fn failure(&self, usual: Exit) -> Exit {
        match self {
            Self::Mkcert(_) => Exit::No,
            _ => usual,
        }
    }

    /// Runs the command to its report.
    pub fn run<'a>(&'a self, context: &'a Context) -> Result<Reply<'a>> {
        match self {
            Self::Ca(Deferred(command)) => command.run(context),
            Self::Completions(Deferred(command)) => command.run(),
            Self::Convert(Deferred(command)) => command.run(context),
            Self::Csr(Deferred(command)) => command.run(context),
            Self::Export(Deferred(command)) => command.run(context),
            Self::Fingerprint(Deferred(command)) => command.run(context),
            Self::Inspect(Deferred(command)) => command.run(context),
            Self::Issue(Deferred(command)) => command.run(context),
            Self::Key(Deferred(command)) => command.run(context),
            Self::Lint(Deferred(command)) => command.run(context),
            Self::List(Deferred(command)) => command.run(context),
            Self::Man(Deferred(command)) => command.run(),
            Self::Mkcert(Deferred(command)) => command.run(context),
            Self::Renew(Deferred(command)) => command.run(context),
            Self::Revoke(Deferred(command)) => command.run(context),
            Self::SelfSigned(Deferred(command)) => command.run(context),
            Self::Trust(Deferred(command)) => command.run(context),
            Self::Untrust(Deferred(command)) => command.run(context),
            Self::Verify(Deferred(command)) => command.run(context),
        }
    }
}

/// What the world around the command is: asked here, and nowhere else.
pub struct Context {
    /// The moment as of which everything is made and judged.
    pub now: OffsetDateTime,
    /// Where files, standard input and passwords come from.
    pub input: Input,
    /// The form of the answer, and its colour if it is text.
    pub form: Form,
    pub paint: Paint,
    /// Whether nothing is to be said beside the answer and errors.
    pub quiet: bool,
    /// Whether standard output is a terminal, so that a person sees the answer.
    pub is_seen: bool,
    /// Whether to stop after the step at which the command is.
    pub ending: Ending,
    home: Option<PathBuf>,
}

impl Context {
    /// Looks at the clock and the environment.
    pub fn new(common: &Common, ending: &Ending) -> Result<Self> {
        let now = common.at.unwrap_or_else(OffsetDateTime::now_utc);
        let home = common.home.clone().or_else(default_home);
        Ok(Self {
            now,
            input: Input::default(),
            form: common.form(),
            paint: Paint::of_stdout(),
            quiet: common.quiet,
            is_seen: std::io::stdout().is_terminal(),
            ending: ending.clone(),
            home,
        })
    }

    /// Tells whether the terminal shows more than ASCII, as its locale says.
    pub fn shows_unicode(&self) -> bool {
        let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(set);
        let locale = locale.and_then(|name| std::env::var(name).ok());
        let told = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        cfg!(windows) || told
    }

    /// Returns the user and machine whose trust stores are meant.
    pub fn host(&self) -> Result<Host> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        Ok(Host {
            root: PathBuf::from("/"),
            home: etcetera::home_dir()
                .context("no home folder is known here, and browsers keep their stores there")?,
            xdg_data_home: variable("XDG_DATA_HOME"),
            xdg_config_home: variable("XDG_CONFIG_HOME"),
            app_data: variable("APPDATA"),
        })
    }

    /// Returns the trust stores that are meant where none is picked; none for all.
    pub fn stores(&self) -> Vec<String> {
        let listed = std::env::var("CERTWRIGHT_TRUST_STORES").unwrap_or_default();
        let names = listed.split(',').map(str::trim);
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Returns mkcert's folder, by mkcert's own rules: `CAROOT`, else one in the user's data folder. Under
    /// sudo that is the user's, if they have one there.
    pub fn caroot(&self) -> Result<PathBuf> {
        if let Some(named) = named_caroot() {
            return Ok(named);
        }
        let of_invoker = Invoker::find().map(|invoker| mkcert_data(None, None, Some(invoker.home)));
        if let Some(Some(folder)) = of_invoker
            && Caroot::open(&folder).is_ok()
        {
            return Ok(folder);
        }
        let own = mkcert_data(
            path_variable("LocalAppData"),
            path_variable("XDG_DATA_HOME"),
            etcetera::home_dir().ok(),
        );
        own.context(
            "no home folder is known here; say where mkcert's CA is with the variable CAROOT",
        )
    }

    /// Returns who called sudo, if mkcert's CA and the trust stores are theirs: nobody named a CA.
    pub fn mkcert_invoker(&self) -> Option<Invoker> {
        match named_caroot() {
            Some(_) => None,
            None => Invoker::find(),
        }
    }

    /// Returns the kinds of trust stores that are meant where mkcert is stood in for.
    pub fn mkcert_stores(&self) -> String {
        std::env::var("TRUST_STORES").unwrap_or_default()
    }

    /// Returns the folder of the user's Java, if it is said.
    pub fn java_home(&self) -> Option<PathBuf> {
        std::env::var_os("JAVA_HOME").map(PathBuf::from)
    }

    /// Returns the folder for files that other programs read once.
    pub fn temporary(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// Returns the folder of Windows' own programs.
    pub fn system32(&self) -> PathBuf {
        let windows = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
        PathBuf::from(windows).join("System32")
    }

    /// Returns the name of the Linux that this is beside Windows, if it is one.
    pub fn wsl_distribution(&self) -> Option<String> {
        std::env::var("WSL_DISTRO_NAME").ok()
    }

    /// Returns the machine whose own stores are meant, or the image in a folder.
    pub fn machine(&self, image: Option<&Path>) -> Machine {
        let privilege = match invoker::is_root() {
            true => Privilege::Root,
            false => Privilege::Sudo {
                interactive: self.input.can_ask(),
            },
        };
        Machine {
            root: image.unwrap_or(Path::new("/")).to_owned(),
            running: image.is_none(),
            runner: Runner::new(privilege),
        }
    }

    /// Returns the folder under which the system's own files are.
    pub fn root(&self) -> &Path {
        Path::new("/")
    }

    /// Returns the file of roots that programs are told to trust in place of the system's, as OpenSSL has it.
    pub fn roots_file(&self) -> Option<PathBuf> {
        let file = std::env::var_os("SSL_CERT_FILE")?;
        (!file.is_empty()).then(|| PathBuf::from(file))
    }

    /// Returns the CA's folder.
    pub fn home(&self) -> Result<&Path> {
        self.home
            .as_deref()
            .context("no home folder is known here; say where the CA is with --home DIR")
    }
}

/// `$XDG_DATA_HOME/certwright`, or what the platform has in its place.
fn default_home() -> Option<PathBuf> {
    etcetera::choose_base_strategy()
        .ok()
        .map(|base| base.data_dir().join("certwright"))
}

/// The folder that `CAROOT` names.
fn named_caroot() -> Option<PathBuf> {
    path_variable("CAROOT")
}

/// Empty is as good as unset.
fn path_variable(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name)?;
    (!value.is_empty()).then(|| PathBuf::from(value))
}

/// Where mkcert keeps its CA if nobody says where.
fn mkcert_data(
    local: Option<PathBuf>,
    xdg: Option<PathBuf>,
    home: Option<PathBuf>,
) -> Option<PathBuf> {
    let below = match cfg!(target_os = "macos") {
        true => "Library/Application Support",
        false => ".local/share",
    };
    let data = match cfg!(windows) {
        true => local,
        false => xdg.or_else(|| home.map(|home| home.join(below))),
    };
    data.map(|data| data.join("mkcert"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn a_command_says_the_same_before_and_after_it_is_defined() {
        let about = |command: &clap::Command| {
            let all = command.get_subcommands();
            all.map(|command| {
                (
                    command.get_name().to_owned(),
                    command.get_about().map(ToString::to_string),
                )
            })
            .collect::<Vec<_>>()
        };
        let before = about(&Cli::command());
        let mut defined = Cli::command();
        defined.build();
        let mut after = about(&defined);
        after.retain(|(name, _)| name != "help");
        assert_eq!(before, after);
        assert!(before.iter().all(|(_, about)| about.is_some()));
    }
}
