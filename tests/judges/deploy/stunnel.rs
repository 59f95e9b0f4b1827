//! stunnel: root starts it, and it becomes `stunnel4`.

use std::process::Command;

use super::{ANSWER, Deployed, NASTY, Running, backend, program};

fn serve(name: &'static str) -> (Deployed, Running) {
    let words = format!("--backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "stunnel", NASTY, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("root");
    let main = format!(
        "foreground = yes\npid =\nsetuid = stunnel4\nsetgid = stunnel4\n\n{}",
        deployed.pasted(".conf")
    );
    deployed.sandbox.write("stunnel.conf", main);
    program(deployed, "stunnel4", &["stunnel.conf"])
}

#[test]
#[ignore = "needs root, stunnel, curl and openssl (Debian: stunnel4 curl openssl)"]
fn stunnel_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name);
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
    }
}

#[test]
#[ignore = "needs root, stunnel, curl and openssl (Debian: stunnel4 curl openssl)"]
fn stunnel_lets_in_who_has_a_certificate() {
    let words = format!("--mutual --backend 127.0.0.1:{}", backend());
    let (deployed, _running) = Deployed::serve("stunnel", NASTY, &words, command);
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
