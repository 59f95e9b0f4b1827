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

#[test]
#[ignore = "needs root and grpcio (PyPI), and openssl (Debian)"]
fn grpc_in_python_serves_what_was_pasted() {
    let (deployed, _running) = python("");
    deployed.is_reached(REACHED);
    super::today::speaks_todays_tls(&deployed);
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
