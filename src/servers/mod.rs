//! What servers and platforms want: files in their layout, with the owner and mode that they need, and
//! the configuration to paste.
//!
//! Each server is a row of [`SERVERS`], with a function that lays its files out. Nothing here touches the
//! disk: a [`Layout`] is bytes and words.

mod apache;
mod bind;
mod caddy;
mod cert_manager;
mod compose;
mod deployment;
mod envoy;
mod grpc_go;
mod grpc_python;
mod gunicorn;
mod haproxy;
mod hypercorn;
mod istio;
mod java;
mod kestrel;
mod kubernetes;
mod linkerd;
mod manifest;
mod mariadb;
mod nginx;
mod node;
mod postgresql;
mod programs;
mod quote;
mod redis;
#[cfg(test)]
mod sample;
mod settings;
mod spring_boot;
mod stunnel;
mod traefik;
mod uvicorn;
mod vault;

use zeroize::Zeroizing;

pub use deployment::{Backend, Deployment, Folder};
use deployment::{CLIENT, ROOT};

use crate::error::Result;

/// A server or platform that files are laid out for.
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is and what comes out, in one line.
    pub about: &'static str,
    /// By what it is known that the configuration works.
    pub proof: Proof,
    /// The port that it listens on unless another is asked for; none where nothing listens.
    pub port: Option<u16>,
    /// What of a deployment it heeds beside the files: nothing is asked for in vain.
    pub takes: &'static [Take],
    /// Lays the files out.
    ///
    /// Fails with [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) for a chain that its
    /// clients refuse whatever is configured, and for a folder that its configuration cannot name.
    pub layout: fn(&Deployment<'_>) -> Result<Layout>,
}

impl Server {
    /// Finds a server by its name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SERVERS.iter().find(|server| server.name == name)
    }
}

/// A part of a deployment that only some servers heed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Take {
    /// That the certificate is a CA's, whose key goes along.
    Authority,
    /// What a proxy passes on to.
    Backend,
    /// That clients are asked for certificates.
    Mutual,
    /// The password of a container.
    Password,
}

/// By what it is known that a configuration works.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Proof {
    /// The server ran on it, and a client connected with the name checked.
    Run,
    /// A published schema allows it.
    Schema,
    /// Its makers' documentation says so.
    Documentation,
}

impl Proof {
    /// Returns its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Schema => "schema",
            Self::Documentation => "documentation",
        }
    }
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
    /// Its mode, such as `0o640`. Others may read only what holds no secret.
    pub mode: u32,
    /// Whether it is text for the user to paste, which holds no secret.
    pub is_pasted: bool,
}

impl File {
    /// A file that anybody may read.
    pub fn public(
        name: impl Into<String>,
        what: &'static str,
        contents: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            name: name.into(),
            what,
            contents: Zeroizing::new(contents.into()),
            owner: None,
            mode: 0o644,
            is_pasted: false,
        }
    }

    /// A file with a secret in it, which only its owner may read, or its group too if the mode says so.
    pub fn private(
        name: impl Into<String>,
        what: &'static str,
        contents: Zeroizing<Vec<u8>>,
        (owner, mode): (Option<Owner>, u32),
    ) -> Self {
        Self {
            name: name.into(),
            what,
            contents,
            owner,
            mode: mode & 0o770,
            is_pasted: false,
        }
    }

    /// Text to paste.
    pub fn pasted(name: impl Into<String>, what: &'static str, text: impl Into<String>) -> Self {
        Self {
            is_pasted: true,
            ..Self::public(name, what, text.into())
        }
    }

    /// Tells whether it holds a secret.
    pub fn is_private(&self) -> bool {
        self.mode & 0o007 == 0
    }
}

/// The user and group of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Owner {
    /// The user.
    pub user: &'static str,
    /// The group.
    pub group: &'static str,
}

impl Owner {
    /// Root, for servers that read their key before they become somebody else.
    pub const ROOT: Self = Self {
        user: "root",
        group: "root",
    };
}

/// All servers, by their names.
pub const SERVERS: &[Server] = &[
    apache::SERVER,
    bind::OVER_TLS,
    bind::OVER_HTTPS,
    caddy::SERVER,
    cert_manager::SERVER,
    compose::SERVER,
    envoy::SERVER,
    grpc_go::SERVER,
    grpc_python::SERVER,
    gunicorn::SERVER,
    haproxy::SERVER,
    hypercorn::SERVER,
    istio::SERVER,
    java::PKCS12,
    java::JKS,
    kestrel::PEM,
    kestrel::PFX,
    kubernetes::SERVER,
    linkerd::SERVER,
    mariadb::SERVER,
    nginx::SERVER,
    node::SERVER,
    postgresql::SERVER,
    redis::SERVER,
    spring_boot::SERVER,
    stunnel::SERVER,
    traefik::SERVER,
    uvicorn::SERVER,
    vault::SERVER,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_order() {
        assert!(SERVERS.is_sorted_by(|one, next| one.name < next.name));
    }

    #[test]
    fn every_row_stands_in_the_documentation_with_its_proof() {
        let page = include_str!("../../docs/servers.md");
        for server in SERVERS {
            let row = format!("| `{}` | {} |", server.name, server.proof.word());
            assert!(page.contains(&row), "docs/servers.md lacks: {row}");
        }
    }
}
