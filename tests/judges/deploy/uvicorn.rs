//! uvicorn, started by a user without privileges.

use std::process::Command;

use super::python::{GREETING, python_reaches, serve};
use super::{Deployed, program};

/// By the command.
fn by_flags(deployed: &Deployed) -> Command {
    let mut command = program(deployed, "sh", &[]);
    command.arg(deployed.path("uvicorn.sh")).arg("main:app");
    command
}

/// By the program in Python, which looks for the application beside itself.
fn by_program(deployed: &Deployed) -> Command {
    let applications = deployed.sandbox.text("main.py");
    std::fs::write(deployed.path("main.py"), applications).expect("it is ours");
    let mut command = program(deployed, "python3", &[]);
    command.arg(deployed.path("serve.py"));
    command
}

#[test]
#[ignore = "needs root, uvicorn, requests and httpx (PyPI), curl and openssl (Debian)"]
fn uvicorn_serves_by_the_command() {
    let (deployed, _running) = serve("uvicorn", "", by_flags);
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
    python_reaches(&deployed);
}

#[test]
#[ignore = "needs root and uvicorn (PyPI), curl and openssl (Debian)"]
fn uvicorn_serves_by_the_program() {
    let (deployed, _running) = serve("uvicorn", "", by_program);
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
}

#[test]
#[ignore = "needs root and uvicorn (PyPI), and curl (Debian)"]
fn uvicorn_lets_in_who_has_a_certificate() {
    for start in [by_flags, by_program] {
        let (deployed, _running) = serve("uvicorn", "--mutual", start);
        deployed.is_reached(GREETING);
        deployed.is_closed_to_strangers(GREETING);
    }
}
