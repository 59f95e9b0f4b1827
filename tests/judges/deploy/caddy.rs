//! Caddy: it runs as `caddy` from the start, so that the key's owner and mode decide.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::{ANSWER, Deployed, NASTY, Running, backend, program, run_as};

/// As [`NASTY`], without the character that a Caddyfile has no way to write.
fn folder() -> String {
    NASTY.replace(['{', '}'], "")
}

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "caddy", &folder(), &words, command)
}

/// Caddy redirects from its port for HTTP, which is nobody else's in a whole system.
fn command(deployed: &Deployed) -> Command {
    deployed.do_as_told();
    let sandbox = &deployed.sandbox;
    fs::create_dir_all(sandbox.path("state")).expect("a folder can be made");
    fs::set_permissions(sandbox.path("state"), Permissions::from_mode(0o777)).expect("it is ours");
    let main = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {}\n}}\n\n{}",
        sandbox.path("state").display(),
        deployed.pasted("Caddyfile")
    );
    sandbox.write("Caddyfile", main);
    let mut command = program(deployed, "caddy", &["run", "--config", "Caddyfile"]);
    run_as(&mut command, "caddy");
    command
}

#[test]
#[ignore = "needs root, Caddy, curl, openssl and sudo (Debian: caddy curl openssl sudo)"]
fn caddy_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name, "");
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
    }
}

#[test]
#[ignore = "needs root, Caddy, curl, openssl and sudo (Debian: caddy curl openssl sudo)"]
fn caddy_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
