//! gunicorn: its file of settings in Python, and the same as a command.

use super::programs::{PORT, python};
use super::quote::literal;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "gunicorn",
    about: "gunicorn: gunicorn.conf.py, and the same as a command",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let pasted = vec![
        File::pasted(COMMAND, "the same as a command", command(deployment)),
        File::pasted(SETTINGS, "gunicorn's settings", settings(deployment)),
    ];
    let settings = for_shell(&deployment.path(SETTINGS));
    python(
        deployment,
        pasted,
        &format!("gunicorn -c {settings} MODULE:APP"),
    )
}

/// gunicorn deprecates its setting of a version, and has this function instead.
fn settings(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(
            "\n# Only clients with a certificate from the root are let in.\nca_certs = {}\ncert_reqs = ssl.CERT_REQUIRED\n",
            path(ROOT)
        ),
        false => String::new(),
    };
    format!(
        "import ssl

bind = \"0.0.0.0:{port}\"
certfile = {chain}
keyfile = {key}
ciphers = \"{suites}\"
{mutual}

def ssl_context(conf, default_ssl_context_factory):
    context = default_ssl_context_factory()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
",
        port = deployment.port,
        suites = openssl_suites(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
    )
}

/// There is no flag for the oldest version; Python has had TLS 1.2 for it since 3.10.
fn command(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| for_shell(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(" \\\n    --cert-reqs 2 --ca-certs {}", path(ROOT)),
        false => String::new(),
    };
    format!(
        "#!/bin/sh
# sh {COMMAND} MODULE:APP
exec gunicorn --bind 0.0.0.0:{port} \\
    --certfile {chain} \\
    --keyfile {key} \\
    --ciphers {suites}{mutual} \\
    \"$@\"
",
        port = deployment.port,
        suites = openssl_suites(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
    )
}

const SETTINGS: &str = "gunicorn.conf.py";
const COMMAND: &str = "gunicorn.sh";
