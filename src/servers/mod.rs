//! What servers and platforms want: files in their layout, with the owner and mode that they need, and
//! the configuration to paste.
//!
//! Each server is a row of [`SERVERS`], with a function that lays its files out. Nothing here touches the
//! disk: a [`Layout`] is bytes and words.

use zeroize::Zeroizing;

use crate::cert::Certificate;
use crate::error::Result;
use crate::key::{Password, PrivateKey};

/// A server or platform that files are laid out for.
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is and what comes out, in one line.
    pub about: &'static str,
    /// Lays the files out.
    ///
    /// Fails with [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) for a chain that its
    /// clients refuse whatever is configured.
    pub layout: fn(&Deployment<'_>) -> Result<Layout>,
}

/// What is to be deployed, and where.
pub struct Deployment<'a> {
    /// How files are named: the first name of the certificate, fit for a path.
    pub stem: &'a str,
    /// The folder in which the files will lie, absolute, as the configuration names it.
    pub folder: &'a str,
    /// The server's certificate and after it the intermediates, without the root.
    pub chain: &'a [Certificate],
    /// The root that clients are to trust; known when the chain ends in it or the local CA issued it.
    pub root: Option<&'a Certificate>,
    /// The key of the first certificate.
    pub key: &'a PrivateKey,
    /// Whether clients are asked for certificates.
    pub mutual: bool,
    /// Protects what must not be written without a password.
    pub password: Option<&'a Password>,
}

/// The files of one deployment.
pub struct Layout {
    /// The files, the configuration last.
    pub files: Vec<File>,
    /// How a client is told to trust the server, as a line for a shell.
    pub client: String,
    /// What the user has to know or do beside.
    pub notes: Vec<String>,
}

/// One file of a layout.
pub struct File {
    /// Its name in the folder.
    pub name: String,
    /// What it is, in a few words.
    pub what: &'static str,
    /// What is in it.
    pub contents: Zeroizing<Vec<u8>>,
    /// Who must own it to be read by the server, as it runs on Debian: none if whoever starts it.
    pub owner: Option<Owner>,
    /// Its mode, such as `0o640`.
    pub mode: u32,
}

/// The user and group of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Owner {
    /// The user.
    pub user: &'static str,
    /// The group.
    pub group: &'static str,
}

/// All servers, by their names.
pub const SERVERS: &[Server] = &[];
