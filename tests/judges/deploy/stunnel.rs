//! stunnel: root starts it, and it becomes `stunnel4`.

use std::process::Command;

use super::{ANSWER, Deployed, NASTY, Running, backend, program};

fn serve(words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve("stunnel", NASTY, &words, command)
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
#[ignore = "needs root, stunnel and curl (Debian: stunnel4 curl)"]
fn stunnel_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    deployed.is_reached(ANSWER);
}

#[test]
#[ignore = "needs root, stunnel and curl (Debian: stunnel4 curl)"]
fn stunnel_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
