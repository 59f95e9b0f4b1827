//! gRPC in Python: a server and a client.

use super::programs::pem_files;
use super::quote::literal;
use super::{CLIENT, Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row.
pub const SERVER: Server = Server {
    name: "grpc-python",
    about: "gRPC in Python: a server and a client",
    proof: Proof::Run,
    port: Some(PORT),
    takes: &[Take::Mutual],
    layout,
};

fn layout(deployment: &Deployment<'_>) -> Result<Layout> {
    deployment.require_no_limits_on_addresses("gRPC")?;
    deployment.client_root()?;
    let mut files = pem_files(deployment)?;
    files.push(File::pasted(CALLER, "a client", CALLING));
    files.push(File::pasted(PROGRAM, "a server", program(deployment)));
    let start = format!(
        "to start it: python3 {}",
        for_shell(&deployment.path(PROGRAM))
    );
    Ok(Layout {
        files,
        client: client(deployment),
        notes: vec![start],
    })
}

/// gRPC takes nothing older than TLS 1.2, and no suite that is not ECDHE with AEAD.
fn program(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let mutual = match deployment.mutual {
        true => format!(
            ",
    # Only clients with a certificate from the root are let in.
    root_certificates=Path({}).read_bytes(),
    require_client_auth=True,\n",
            path(ROOT)
        ),
        false => "\n".to_owned(),
    };
    format!(
        "from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

key = Path({key}).read_bytes()
chain = Path({chain}).read_bytes()
credentials = grpc.ssl_server_credentials(
    [(key, chain)]{mutual})

server = grpc.server(ThreadPoolExecutor())
# add_…Servicer_to_server(…, server)
server.add_secure_port(\"[::]:{port}\", credentials)
server.start()
server.wait_for_termination()
",
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        port = deployment.port,
    )
}

/// The variable stands for gRPC's own roots: the line holds what is to be changed for another client.
fn client(deployment: &Deployment<'_>) -> String {
    let trust = deployment
        .root_line()
        .map(|root| format!("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH={root} "));
    let program = for_shell(&deployment.here.file(CALLER));
    let mutual = match deployment.mutual {
        true => format!(" --cert {CLIENT}.crt --key {CLIENT}.key"),
        false => String::new(),
    };
    format!(
        "{}python3 {program} {}:{}{mutual}",
        trust.unwrap_or_default(),
        deployment.host(),
        deployment.port
    )
}

/// What answers that it has no such method was reached.
const CALLING: &str = "import argparse
import sys
from pathlib import Path

import grpc

parser = argparse.ArgumentParser()
parser.add_argument(\"server\", help=\"HOST:PORT\")
parser.add_argument(\"--cert\", type=Path)
parser.add_argument(\"--key\", type=Path)
given = parser.parse_args()

credentials = grpc.ssl_channel_credentials(
    private_key=given.key and given.key.read_bytes(),
    certificate_chain=given.cert and given.cert.read_bytes(),
)
with grpc.secure_channel(given.server, credentials) as channel:
    try:
        channel.unary_unary(\"/none/None\")(b\"\", timeout=10)
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.UNIMPLEMENTED:
            sys.exit(f\"not reached: {error.details()}\")
print(\"reached\")
";

/// That of gRPC's examples.
pub const PORT: u16 = 50051;
const PROGRAM: &str = "server.py";
const CALLER: &str = "client.py";
