//! gunicorn, started by a user without privileges.

use std::process::Command;

use super::python::{GREETING, python_reaches, serve};
use super::{Deployed, program};

/// On its file of settings.
fn by_settings(deployed: &Deployed) -> Command {
    let settings = deployed.path("gunicorn.conf.py");
    let mut command = program(deployed, "gunicorn", &["main:web", "--config"]);
    command.arg(settings);
    command
}

/// By the command.
fn by_flags(deployed: &Deployed) -> Command {
    let mut command = program(deployed, "sh", &[]);
    command.arg(deployed.path("gunicorn.sh")).arg("main:web");
    command
}

#[test]
#[ignore = "needs root, gunicorn, requests and httpx (PyPI), curl and openssl (Debian)"]
fn gunicorn_serves_on_its_settings() {
    let (deployed, _running) = serve("gunicorn", "", by_settings);
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
    python_reaches(&deployed);
}

#[test]
#[ignore = "needs root and gunicorn (PyPI), curl and openssl (Debian)"]
fn gunicorn_serves_by_the_command() {
    let (deployed, _running) = serve("gunicorn", "", by_flags);
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
}

#[test]
#[ignore = "needs root and gunicorn (PyPI), and curl (Debian)"]
fn gunicorn_lets_in_who_has_a_certificate() {
    for start in [by_settings, by_flags] {
        let (deployed, _running) = serve("gunicorn", "--mutual", start);
        deployed.is_reached(GREETING);
        deployed.is_closed_to_strangers(GREETING);
    }
}
