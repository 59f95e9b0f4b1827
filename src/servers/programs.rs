//! What servers have in common that are programs of their user's: they read the key as whoever starts them.

use super::{Deployment, File, Layout};
use crate::error::Result;

/// Returns the chain, the key and the root in PEM, the key for whoever starts the server.
pub fn pem_files(deployment: &Deployment<'_>) -> Result<Vec<File>> {
    let mut files = vec![deployment.chain_file(), deployment.key_file((None, 0o600))?];
    files.extend(deployment.root_file());
    Ok(files)
}

/// Lays out the files of a server in Python beside what is pasted, with the command that starts it.
pub fn python(deployment: &Deployment<'_>, pasted: Vec<File>, start: &str) -> Result<Layout> {
    // Where clients are asked for certificates, their root has to be known.
    deployment.client_root()?;
    let mut files = pem_files(deployment)?;
    files.extend(pasted);
    let start = format!("to start it: {start}");
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: std::iter::once(start)
            .chain(python_clients(deployment))
            .collect(),
    })
}

/// Tells by which variables Python's clients trust the root.
fn python_clients(deployment: &Deployment<'_>) -> Option<String> {
    let root = deployment.root_line()?;
    Some(format!(
        "Python's requests trusts the root by REQUESTS_CA_BUNDLE={root}, ssl, urllib and httpx by SSL_CERT_FILE={root}: each instead of all others"
    ))
}

/// Where these servers listen: their users may not take the port 443.
pub const PORT: u16 = 8443;
