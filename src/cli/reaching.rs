//! How live servers are reached: arguments of every command that asks one.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;

use certwright::bundle;
use certwright::error::{Error, ErrorKind};
use certwright::key::Password;
use certwright::remote::{
    self, Endpoint, Family, Host, Identity, Proxy, Request, Session, StartTls, TIMEOUT,
};

use super::app::Context;
use super::args::{parsed, span};
use super::input::source_name;
use super::what::Server;

/// How live servers are reached.
#[derive(Args)]
pub struct Reaching {
    /// Ask for this name instead of the host (SNI)
    #[arg(long, value_name = "NAME", value_parser = parsed::<Host>, help_heading = "Live servers")]
    pub servername: Option<Host>,

    /// Connect to this host or address instead, HOST or HOST:PORT
    #[arg(long, value_name = "ADDRESS", value_parser = parsed::<Endpoint>, help_heading = "Live servers")]
    connect: Option<Endpoint>,

    /// Begin in plain text: smtp, imap, pop3, ftp, postgres, mysql, ldap, xmpp
    #[arg(long, value_name = "PROTOCOL", value_parser = parsed::<StartTls>, help_heading = "Live servers")]
    starttls: Option<StartTls>,

    /// Go through this proxy, by CONNECT: http://[USER:PASSWORD@]HOST:PORT
    #[arg(long, value_name = "URL", value_parser = parsed::<Proxy>, help_heading = "Live servers")]
    proxy: Option<Proxy>,

    /// Show this client certificate, with its chain, if the server asks for one
    #[arg(long, value_name = "FILE", help_heading = "Live servers")]
    client_cert: Option<PathBuf>,

    /// The private key of the client certificate [default: in the same file]
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_cert",
        help_heading = "Live servers"
    )]
    client_key: Option<PathBuf>,

    /// Time for each server, all in all: 500ms, 5s, 1m [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = timeout, help_heading = "Live servers")]
    timeout: Option<Duration>,

    /// Use IPv4 only
    #[arg(
        long,
        short = '4',
        conflicts_with = "ipv6",
        help_heading = "Live servers"
    )]
    ipv4: bool,

    /// Use IPv6 only
    #[arg(long, short = '6', help_heading = "Live servers")]
    ipv6: bool,
}

impl Reaching {
    /// Reads what there is to be read, once for all servers.
    pub fn prepare(&self, context: &Context, password: Option<&Password>) -> Result<Reach<'_>> {
        let identity = match &self.client_cert {
            Some(file) => Some(self.identity(file, context, password)?),
            None => None,
        };
        Ok(Reach { by: self, identity })
    }

    fn identity(
        &self,
        file: &Path,
        context: &Context,
        password: Option<&Password>,
    ) -> Result<Identity> {
        if let Some(key) = &self.client_key {
            let chain = context.input.certificates(file, password)?;
            let key = context.input.private_key_under(key, password)?;
            return Ok(Identity::new(chain, key)?);
        }
        let bytes = context.input.read(file)?;
        let source = source_name(file);
        let what = format!("Password of {source}");
        let both = |password: Option<&Password>| {
            let chain = bundle::certificates(&bytes, password)?;
            Ok((chain, bundle::private_key(&bytes, password)?))
        };
        let (chain, key) = context
            .input
            .unlock(password.cloned(), &what, |password| {
                both(password).map_err(|error: Error| error.about(&source))
            })
            .context("the client certificate and its private key are wanted; name the key's file with --client-key")?;
        Ok(Identity::new(chain, key)?)
    }
}

/// How servers are reached, with all that was read for it.
pub struct Reach<'a> {
    by: &'a Reaching,
    identity: Option<Identity>,
}

impl Reach<'_> {
    /// Returns the name that a server is asked for.
    pub fn asked<'a>(&'a self, server: &'a Server) -> &'a Host {
        self.by.servername.as_ref().unwrap_or(&server.target.host)
    }

    /// Asks a server. `resumption` costs a second connection.
    pub fn probe(&self, server: &Server, resumption: bool) -> Result<Session, Error> {
        let family = match (self.by.ipv4, self.by.ipv6) {
            (true, _) => Some(Family::V4),
            (_, true) => Some(Family::V6),
            _ => None,
        };
        let request = Request {
            servername: self.by.servername.clone(),
            connect: self.by.connect.clone(),
            starttls: self.by.starttls,
            proxy: self.by.proxy.clone(),
            identity: self.identity.as_ref(),
            family,
            timeout: self.by.timeout.unwrap_or(TIMEOUT),
            resumption,
            ..Request::to(server.target.clone())
        };
        remote::probe(&request).map_err(|error| match error.kind() {
            // One label is more often a file that is not there than a host.
            ErrorKind::Unresolvable if server.is_guess && !is_dotted(server) => Error::new(
                ErrorKind::NotFound,
                format!("no file and no host is called {}", server.target.host),
            )
            .with_hint(format!(
                "a host of another network is asked for as {}:443",
                server.target.host
            )),
            ErrorKind::Unresolvable if server.is_guess => {
                error.with_hint("it is taken for a host since no file of that name is here")
            }
            _ => error,
        })
    }
}

fn is_dotted(server: &Server) -> bool {
    server.target.host.to_string().contains('.')
}

/// Reads a length of time that may be below a second.
fn timeout(text: &str) -> Result<Duration, String> {
    let milliseconds = text.strip_suffix("ms").and_then(|count| count.parse().ok());
    match milliseconds {
        Some(count @ 1..=86_400_000) => Ok(Duration::from_millis(count)),
        _ => span(text),
    }
}
