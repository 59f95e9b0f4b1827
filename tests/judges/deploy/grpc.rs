//! gRPC in Python and in Go, each with its own client, started by a user without privileges.

use super::{Deployed, NASTY, Running, program, run_as, said};
use crate::sandbox::Sandbox;

fn serve(server: &str, run: &[&str], file: &str, words: &str) -> (Deployed, Running) {
    Deployed::serve(server, NASTY, words, |deployed| {
        deployed.hand_over("nobody");
        let mut command = program(deployed, run[0], &run[1..]);
        command.arg(deployed.path(file));
        run_as(&mut command, "nobody");
        command
    })
}

fn python(words: &str) -> (Deployed, Running) {
    serve("grpc-python", &["python3"], "server.py", words)
}

fn go(words: &str) -> (Deployed, Running) {
    Deployed::serve("grpc-go", NASTY, words, |deployed| {
        deployed.hand_over("nobody");
        deployed
            .sandbox
            .write("server.go", deployed.pasted("server.go"));
        let built = deployed.line(&format!("{GO} go build -o server server.go"));
        assert!(built.status.success(), "{}", said(&built));
        let mut command = program(deployed, "./server", &[]);
        run_as(&mut command, "nobody");
        command
    })
}

/// Runs the line for clients, with other words in place of some of its own.
fn go_client(deployed: &Deployed, words: &str, other: &str) -> String {
    let line = deployed.document["client"].as_str().expect("a line");
    assert!(line.contains(words), "{line}");
    said(&deployed.line(&format!(
        "export {GO}; {}",
        line.replacen(words, other, usize::from(!words.is_empty()))
    )))
}

#[test]
#[ignore = "needs root and grpcio (PyPI), and openssl (Debian)"]
fn grpc_in_python_serves_what_was_pasted() {
    let (deployed, _running) = python("");
    deployed.is_reached(REACHED);
    deployed.speaks_todays_tls();
    let untrusted = said(&deployed.client_with("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "NONE"));
    assert!(untrusted.contains("not reached"), "{untrusted}");
}

#[test]
#[ignore = "needs root and grpcio (PyPI)"]
fn grpc_in_python_lets_in_who_has_a_certificate() {
    let (deployed, _running) = python("--mutual");
    deployed.is_reached(REACHED);
    deployed.is_closed_to_strangers(REACHED);
}

#[test]
#[ignore = "needs root, go with its gRPC, and openssl (Debian: golang-go golang-google-grpc-dev openssl)"]
fn grpc_in_go_serves_what_was_pasted() {
    let (deployed, _running) = go("");
    let told = go_client(&deployed, "", "");
    assert!(told.contains(REACHED), "{told}\n{}", deployed.log());
    deployed.speaks_todays_tls();
    let wrong = go_client(&deployed, "localhost", "127.0.0.1");
    assert!(wrong.contains("not reached"), "{wrong}");
    let untrusted = go_client(&deployed, "SSL_CERT_FILE", "NONE");
    assert!(untrusted.contains("unknown authority"), "{untrusted}");
}

#[test]
#[ignore = "needs root, and go with its gRPC (Debian: golang-go golang-google-grpc-dev)"]
fn grpc_in_go_lets_in_who_has_a_certificate() {
    let (deployed, _running) = go("--mutual");
    let told = go_client(&deployed, "", "");
    assert!(told.contains(REACHED), "{told}\n{}", deployed.log());
    deployed.meets_a_stranger();
    for other in ["", " --cert stranger.crt --key stranger.key"] {
        let stranger = go_client(&deployed, " --cert client.crt --key client.key", other);
        assert!(stranger.contains("not reached"), "{stranger}");
    }
}

/// Else clients would find out.
#[test]
#[ignore = "needs grpcio (PyPI)"]
fn grpc_is_not_given_what_its_clients_refuse() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints strict");
    sandbox.run("issue localhost 127.0.0.1");
    for server in ["grpc-python", "grpc-go"] {
        let told = sandbox.fails(2, &format!("export {server} localhost.crt"));
        assert!(
            told.contains("gRPC refuses every certificate with an address"),
            "{told}"
        );
    }
}

const REACHED: &str = "reached\n";

/// Debian's packages of Go's libraries are found without modules.
const GO: &str = concat!(
    "GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=",
    env!("CARGO_TARGET_TMPDIR"),
    "/go-build"
);
