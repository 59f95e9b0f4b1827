//! Hypercorn, started by a user without privileges.

use std::process::Command;

use super::python::{GREETING, python_reaches, serve};
use super::{Deployed, program};

fn command(deployed: &Deployed) -> Command {
    let mut command = program(deployed, "hypercorn", &["main:app", "--config"]);
    command.arg(deployed.path("hypercorn.toml"));
    command
}

#[test]
#[ignore = "needs root, hypercorn, requests and httpx (PyPI), curl and openssl (Debian)"]
fn hypercorn_serves_on_its_settings() {
    let (deployed, _running) = serve("hypercorn", "", command);
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
    python_reaches(&deployed);
}

#[test]
#[ignore = "needs root and hypercorn (PyPI), and curl (Debian)"]
fn hypercorn_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("hypercorn", "--mutual", command);
    deployed.is_reached(GREETING);
    deployed.is_closed_to_strangers(GREETING);
}
