//! Hypercorn: its settings in TOML.

use super::programs::{PORT, python};
use super::quote::literal;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "hypercorn",
    about: "Hypercorn: hypercorn.toml",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let pasted = File::pasted(SETTINGS, "Hypercorn's settings", settings(deployment));
    let settings = for_shell(&deployment.path(SETTINGS));
    let start = format!("hypercorn --config {settings} MODULE:APP");
    python(deployment, vec![pasted], &start)
}

/// Hypercorn itself takes nothing older than TLS 1.2. The mode is Python's `ssl.CERT_REQUIRED`, which TOML can
/// only name by its number.
fn settings(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(
            "# Only clients with a certificate from the root are let in.\nca_certs = {}\nverify_mode = 2\n",
            path(ROOT)
        ),
        false => String::new(),
    };
    format!(
        "bind = [\"0.0.0.0:{port}\"]
certfile = {chain}
keyfile = {key}
ciphers = \"{suites}\"
{mutual}",
        port = deployment.port,
        suites = openssl_suites(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
    )
}

const SETTINGS: &str = "hypercorn.toml";
