//! `certwright export`

mod given;
mod handing;
mod told;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use certwright::cert::Certificate;
use certwright::error::{Error, ErrorKind};
use certwright::files::{self, Existing, NewFile, NewFolders};
use certwright::servers::{Backend, Deployment, Folder, Layout, SERVERS, Server, Take};

use self::given::{Given, Sources};
use self::handing::Handing;
use self::told::{Exported, Listed};
use super::made::stem;
use crate::cli::app::Context;
use crate::cli::args::{Overwrite, parsed};
use crate::cli::ownership::Ownership;
use crate::cli::report::Report;

/// Write a certificate's files as a server wants them, with the configuration to paste
///
/// The chain is put in order, and its root left out of what the server sends. The root goes beside it, for
/// clients; it is that of the file, of --root, or of the local CA if that issued the certificate.
#[derive(Args)]
pub struct Export {
    /// The server or platform; --list shows them
    #[arg(value_name = "SERVER", required_unless_present = "list", value_parser = clap::builder::PossibleValuesParser::new(SERVERS.iter().map(|server| server.name)), hide_possible_values = true)]
    server: Option<String>,

    /// File of the certificate and its chain, perhaps with the key; - for standard input; or the serial number of
    /// what the local CA issued. For what issues by a CA (cert-manager, istio, linkerd, vault) the local CA's own,
    /// if it is left out
    #[arg(value_name = "CERT")]
    certificate: Option<PathBuf>,

    /// Show the servers, and by what each configuration is known to work
    #[arg(long, conflicts_with_all = ["server", "key", "root", "out_dir", "deployed_to", "port", "backend", "mutual", "with_ca_key", "password_file", "new_password_file", "owner", "group", "mode", "force"])]
    list: bool,

    /// File of the private key [default: in CERT, or beside it as NAME.key or NAME-key.pem; of a serial number, where
    /// it was written to]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// File of the root that clients are to trust
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,

    /// Folder for the files [default: the server's name]
    #[arg(long, value_name = "DIR")]
    out_dir: Option<PathBuf>,

    /// Folder in which the server will find the files, if that is another
    #[arg(long, value_name = "DIR", value_parser = parsed::<Folder>)]
    deployed_to: Option<Folder>,

    /// Port to listen on [default: the server's own]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,

    /// What a proxy passes on to [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT", value_parser = parsed::<Backend>)]
    backend: Option<Backend>,

    /// Let in only clients with a certificate from the same root
    #[arg(long)]
    mutual: bool,

    /// Agree that the key of a CA is written, for cert-manager, istio, linkerd or vault to issue by
    #[arg(long)]
    with_ca_key: bool,

    /// Read the password of the given key or container from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Read the password of the container that is written from a file's first line; - for standard input
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,

    #[command(flatten)]
    ownership: Ownership,

    #[command(flatten)]
    overwrite: Overwrite,
}

impl Export {
    /// Writes the files, or shows the table.
    pub fn run(&self, context: &Context) -> Result<Report> {
        let Some(server) = self.server.as_deref().and_then(Server::find) else {
            return Ok(Report::new(Listed));
        };
        self.require_heeded(server)?;
        let holder = self.ownership.holder()?;
        let given = self.given(server, context)?;
        let out_dir = self.out_dir.clone().unwrap_or_else(|| server.name.into());
        let here = absolute(&out_dir)?;
        let layout = self.lay_out(server, &given, &here, context)?;
        let handing = Handing {
            server,
            out_dir: &out_dir,
            deployed_to: self.deployed_to.as_ref(),
            ownership: &self.ownership,
            holder,
        };
        let existing = self.overwrite.existing();
        let new: Vec<NewFile> = layout
            .files
            .iter()
            .map(|file| handing.new_file(file))
            .filter(|file| existing == Existing::Replace || !is_there(file))
            .collect();
        let folders = NewFolders::make([&out_dir])?;
        if self.ownership.is_given() {
            folders.admit_all()?;
        }
        files::write(new, existing)?;
        folders.keep();
        let notes = [
            given.notes,
            handing.notes(&layout.files),
            layout.notes.clone(),
        ];
        Ok(Report::new(Exported {
            server,
            out_dir: out_dir.clone(),
            layout,
        })
        .with_notes(notes.concat()))
    }

    /// Reads what is exported: what was named, or the local CA.
    ///
    /// Fails if it is not of the kind that the server takes, and if a CA's key would be written and nobody
    /// agreed to that.
    fn given(&self, server: &Server, context: &Context) -> Result<Given> {
        let of_authority = server.takes.contains(&Take::Authority);
        let mut given = match &self.certificate {
            Some(certificate) => self.sources(certificate, context)?.read(context)?,
            None if of_authority => {
                let file = self.password_file.as_deref();
                Given::local(context.input.given_password(file)?, context)?
            }
            None => {
                let told = format!("there is no certificate to lay out for {}", server.name);
                return Err(Error::new(ErrorKind::InvalidValue, told)
                    .with_hint(format!("certwright export {} CERT", server.name))
                    .into());
            }
        };
        let own = &given.chain.certificates[0];
        match of_authority {
            true => self.require_consent(server, own)?,
            false => {
                require_for_servers(own)?;
                let caution = (!own.has_extended_key_usages()).then(|| UNTOLD.to_owned());
                given.notes.extend(caution);
            }
        }
        Ok(given)
    }

    /// Fails unless somebody agreed to let the key of a CA go.
    fn require_consent(&self, server: &Server, authority: &Certificate) -> Result<(), Error> {
        if self.with_ca_key {
            return Ok(());
        }
        let told = format!(
            "{} issues by the key of {}, which would be written unencrypted",
            server.name,
            authority.subject()
        );
        Err(Error::new(ErrorKind::InvalidValue, told)
            .with_hint("who reads it can issue as this CA; if that is meant: --with-ca-key"))
    }

    fn sources<'a>(&'a self, certificate: &'a Path, context: &Context) -> Result<Sources<'a>> {
        Ok(Sources {
            certificate,
            key: self.key.as_deref(),
            root: self.root.as_deref(),
            password: context
                .input
                .given_password(self.password_file.as_deref())?,
        })
    }

    fn lay_out(
        &self,
        server: &Server,
        given: &Given,
        here: &Folder,
        context: &Context,
    ) -> Result<Layout> {
        let own = &given.chain.certificates[0];
        let password = context
            .input
            .given_password(self.new_password_file.as_deref())?;
        let backend = match &self.backend {
            Some(backend) => backend.clone(),
            None => DEFAULT_BACKEND.parse()?,
        };
        Ok((server.layout)(&Deployment {
            stem: &free_stem(stem(own.names(), &own.subject())),
            folder: self.deployed_to.as_ref().unwrap_or(here),
            here,
            chain: &given.chain.certificates,
            root: given.chain.root.as_ref(),
            key: &given.key,
            port: self.port.or(server.port).unwrap_or_default(),
            backend: &backend,
            mutual: self.mutual,
            password: password.as_ref(),
        })?)
    }

    /// Fails if something is asked for that the server does not heed.
    fn require_heeded(&self, server: &Server) -> Result<(), Error> {
        let asked = [
            ("--port", self.port.is_some(), server.port.is_some()),
            (
                "--backend",
                self.backend.is_some(),
                server.takes.contains(&Take::Backend),
            ),
            (
                "--mutual",
                self.mutual,
                server.takes.contains(&Take::Mutual),
            ),
            (
                "--with-ca-key",
                self.with_ca_key,
                server.takes.contains(&Take::Authority),
            ),
            (
                "--new-password-file",
                self.new_password_file.is_some(),
                server.takes.contains(&Take::Password),
            ),
        ];
        match asked
            .iter()
            .find(|(_, is_asked, is_heeded)| *is_asked && !is_heeded)
        {
            None => Ok(()),
            Some((flag, ..)) => {
                let told = format!(
                    "{flag} changes nothing of what is written for {}",
                    server.name
                );
                Err(Error::new(ErrorKind::InvalidValue, told)
                    .with_hint(format!("leave {flag} out")))
            }
        }
    }
}

/// Tells whether a public file is there as it is to be: servers of one CA share its root's.
fn is_there(file: &NewFile) -> bool {
    let is_same = |found: &[u8]| found == file.contents.as_slice();
    !file.private && files::read(&file.path).is_ok_and(|found| is_same(&found))
}

/// Refuses what no client would take from a server.
fn require_for_servers(certificate: &Certificate) -> Result<(), Error> {
    let has_host = certificate
        .names()
        .iter()
        .any(|name| ["DNS", "IP"].contains(&name.kind()));
    let told = match (certificate.may_be_a_servers(), has_host) {
        (true, true) => return Ok(()),
        (true, false) => {
            "names no host and no address, so that every client refuses it from a server"
        }
        (false, _) => "is not for servers, by its extended key usage",
    };
    Err(Error::new(
        ErrorKind::WrongKind,
        format!("the certificate of {} {told}", certificate.subject()),
    ))
}

/// A certificate for the name `root` leaves the file of the root its place.
fn free_stem(stem: String) -> String {
    match &*stem {
        "root" => "root_server".to_owned(),
        _ => stem,
    }
}

/// Returns the folder as a server anywhere on this machine would name it.
fn absolute(folder: &Path) -> Result<Folder> {
    let absolute = std::path::absolute(folder).context("the folder for the files has no name")?;
    let text = absolute.to_str().ok_or_else(|| {
        let told = format!("the folder {} is not named in UTF-8", absolute.display());
        Error::new(ErrorKind::InvalidValue, told).with_hint("choose another with --out-dir DIR")
    })?;
    Ok(text.parse::<Folder>()?)
}

/// Apple's support article HT210176, of certificates since July 2019.
const UNTOLD: &str =
    "the certificate has no extended key usage, and Apple's systems refuse such from servers";

/// Where development servers listen, and no privilege is needed.
const DEFAULT_BACKEND: &str = "127.0.0.1:8080";
