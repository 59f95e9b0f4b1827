//! uvicorn: a command, and the same in Python.

use super::programs::{PORT, python};
use super::quote::literal;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "uvicorn",
    about: "uvicorn: a command, and the same in Python",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    let pasted = vec![
        File::pasted(PROGRAM, "the same in Python", program(deployment)),
        File::pasted(COMMAND, "a command", command(deployment)),
    ];
    let command = for_shell(&deployment.path(COMMAND));
    python(deployment, pasted, &format!("sh {command} MODULE:APP"))
}

/// uvicorn has no flag for the oldest version; Python has had TLS 1.2 for it since 3.10.
fn command(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| for_shell(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(" \\\n    --ssl-cert-reqs 2 --ssl-ca-certs {}", path(ROOT)),
        false => String::new(),
    };
    format!(
        "#!/bin/sh
# sh {COMMAND} MODULE:APP
exec uvicorn --host 0.0.0.0 --port {port} \\
    --ssl-certfile {chain} \\
    --ssl-keyfile {key} \\
    --ssl-ciphers {suites}{mutual} \\
    \"$@\"
",
        port = deployment.port,
        suites = openssl_suites(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
    )
}

fn program(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(
            "        ssl_ca_certs={},\n        ssl_cert_reqs=ssl.CERT_REQUIRED,\n",
            path(ROOT)
        ),
        false => String::new(),
    };
    let import = if deployment.mutual {
        "import ssl\n\n"
    } else {
        ""
    };
    format!(
        "# python3 {PROGRAM}, where main.py has the application app
{import}import uvicorn

if __name__ == \"__main__\":
    uvicorn.run(
        \"main:app\",
        host=\"0.0.0.0\",
        port={port},
        ssl_certfile={chain},
        ssl_keyfile={key},
        ssl_ciphers=\"{suites}\",
{mutual}    )
",
        port = deployment.port,
        suites = openssl_suites(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
    )
}

const COMMAND: &str = "uvicorn.sh";
const PROGRAM: &str = "serve.py";
