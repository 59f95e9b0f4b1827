//! HAProxy: root starts it, and it becomes `haproxy`.

use std::process::Command;

use super::{ANSWER, Deployed, Running, backend, program};

/// As [`super::NASTY`], without the characters that a crt-list has no way to write.
const FOLDER: &str = r#"it's_a_"földer"_\n_{#1};_100%_<$HOME>"#;

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "haproxy", FOLDER, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("root");
    let main = format!(
        "global\n    user haproxy\n    group haproxy\ndefaults\n    timeout connect 5s\n    timeout client 20s\n    timeout server 20s\n\n{}",
        deployed.pasted(".cfg")
    );
    deployed.sandbox.write("haproxy.cfg", main);
    program(deployed, "haproxy", &["-db", "-f", "haproxy.cfg"])
}

#[test]
#[ignore = "needs root, haproxy, curl and openssl (Debian: haproxy curl openssl)"]
fn haproxy_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name, "");
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
        // Its parser warns of what it only guesses at.
        assert!(!deployed.log().contains("WARNING"), "{}", deployed.log());
    }
}

#[test]
#[ignore = "needs root, haproxy, curl and openssl (Debian: haproxy curl openssl)"]
fn haproxy_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
