//! Node.js: a server in JavaScript.

use super::programs::{PORT, pem_files};
use super::quote::literal;
use super::settings::openssl_suites;
use super::{Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "node",
    about: "Node.js: a server with node:https",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.client_root()?;
    let mut files = pem_files(deployment)?;
    files.push(File::pasted(PROGRAM, "a server", program(deployment)));
    let start = format!("to start it: node {}", for_shell(&deployment.path(PROGRAM)));
    let clients = deployment.root_line().map(|root| {
        format!("Node's clients trust the root beside all others by NODE_EXTRA_CA_CERTS={root}")
    });
    Ok(Layout {
        files,
        client: deployment.curl(),
        notes: [start].into_iter().chain(clients).collect(),
    })
}

/// The suites of TLS 1.3 stay Node's own where only others are named.
fn program(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(
            "  // Only clients with a certificate from the root are let in.
  ca: readFileSync({}),
  requestCert: true,
  rejectUnauthorized: true,\n",
            path(ROOT)
        ),
        false => String::new(),
    };
    format!(
        "import {{ readFileSync }} from \"node:fs\";
import {{ createServer }} from \"node:https\";

const settings = {{
  cert: readFileSync({chain}),
  key: readFileSync({key}),
  minVersion: \"TLSv1.2\",
  ciphers: \"{suites}\",
{mutual}}};

createServer(settings, (request, response) => {{
  response.end(\"It works.\\n\");
}}).listen({port});
",
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        port = deployment.port,
        suites = openssl_suites(),
    )
}

const PROGRAM: &str = "server.mjs";
