//! gRPC in Go: a server and a client.

use super::grpc_python::PORT;
use super::programs::pem_files;
use super::quote::literal;
use super::settings::iana_suites;
use super::{CLIENT, Deployment, File, Layout, Proof, ROOT, Server, Take};
use crate::error::Result;
use crate::text::for_shell;

/// The row. Go's own clients process limits on addresses; those in other languages do not.
pub const SERVER: Server = Server {
    name: "grpc-go",
    about: "gRPC in Go: a server and a client",
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
        "to start it, in a module that has google.golang.org/grpc: go run {}",
        for_shell(&deployment.path(PROGRAM))
    );
    Ok(Layout {
        files,
        client: client(deployment),
        notes: vec![start],
    })
}

fn program(deployment: &Deployment<'_>) -> String {
    let path = |name: &str| literal(&deployment.path(name));
    let suites = iana_suites().map(|suite| format!("\t\t\ttls.{suite},\n"));
    let (imports, mutual) = match deployment.mutual {
        true => ("\t\"crypto/x509\"\n", trust(&path(ROOT))),
        false => ("", String::new()),
    };
    let files = if deployment.mutual { "\t\"os\"\n" } else { "" };
    format!(
        "package main

import (
\t\"crypto/tls\"
{imports}\t\"log\"
\t\"net\"
{files}
\t\"google.golang.org/grpc\"
\t\"google.golang.org/grpc/credentials\"
)

func main() {{
\tcertificate, err := tls.LoadX509KeyPair({chain}, {key})
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tsettings := &tls.Config{{
\t\tCertificates: []tls.Certificate{{certificate}},
\t\tMinVersion:   tls.VersionTLS12,
\t\tCipherSuites: []uint16{{
{suites}\t\t}},
\t}}
{mutual}
\tlistener, err := net.Listen(\"tcp\", \":{port}\")
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tserver := grpc.NewServer(grpc.Creds(credentials.NewTLS(settings)))
\t// Register your services here.
\tlog.Fatal(server.Serve(listener))
}}
",
        suites = suites.concat(),
        chain = path(&deployment.chain_name()),
        key = path(&deployment.key_name()),
        port = deployment.port,
    )
}

/// Has clients asked for certificates from the root in the file.
fn trust(root: &str) -> String {
    format!(
        "
\t// Only clients with a certificate from the root are let in.
\troot, err := os.ReadFile({root})
\tif err != nil {{
\t\tlog.Fatal(err)
\t}}
\tsettings.ClientAuth = tls.RequireAndVerifyClientCert
\tsettings.ClientCAs = x509.NewCertPool()
\tif !settings.ClientCAs.AppendCertsFromPEM(root) {{
\t\tlog.Fatal(\"the root's file holds no certificate\")
\t}}
"
    )
}

/// Go takes the file for the system's roots.
fn client(deployment: &Deployment<'_>) -> String {
    let trust = deployment
        .root_line()
        .map(|root| format!("SSL_CERT_FILE={root} "));
    let program = for_shell(&deployment.here.file(CALLER));
    let mutual = match deployment.mutual {
        true => format!(" --cert {CLIENT}.crt --key {CLIENT}.key"),
        false => String::new(),
    };
    format!(
        "{}go run {program}{mutual} {}:{}",
        trust.unwrap_or_default(),
        deployment.host(),
        deployment.port
    )
}

/// `DialContext` is there in every version 1 of the library; its successor came with 1.63.
const CALLING: &str = "package main

import (
\t\"context\"
\t\"crypto/tls\"
\t\"flag\"
\t\"fmt\"
\t\"log\"
\t\"time\"

\t\"google.golang.org/grpc\"
\t\"google.golang.org/grpc/credentials\"
)

func main() {
\tcert := flag.String(\"cert\", \"\", \"file of a certificate\")
\tkey := flag.String(\"key\", \"\", \"file of its key\")
\tflag.Parse()
\tsettings := &tls.Config{MinVersion: tls.VersionTLS12}
\tif *cert != \"\" {
\t\tpair, err := tls.LoadX509KeyPair(*cert, *key)
\t\tif err != nil {
\t\t\tlog.Fatal(err)
\t\t}
\t\tsettings.Certificates = []tls.Certificate{pair}
\t}

\tctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
\tdefer cancel()
\tchannel, err := grpc.DialContext(ctx, flag.Arg(0), grpc.WithBlock(), grpc.WithReturnConnectionError(),
\t\tgrpc.WithTransportCredentials(credentials.NewTLS(settings)))
\tif err != nil {
\t\tlog.Fatal(\"not reached: \", err)
\t}
\tdefer channel.Close()
\tfmt.Println(\"reached\")
}
";

const PROGRAM: &str = "server.go";
const CALLER: &str = "client.go";
