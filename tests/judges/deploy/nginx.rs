//! nginx: root starts it, its workers are `www-data`.

use std::process::Command;

use super::{ANSWER, Deployed, Running, backend, program};

/// As [`super::NASTY`], without the character that nginx has no way to write.
const FOLDER: &str = r#"it's a "földer" \n {#1}; 100%"#;

fn serve(words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve("nginx", FOLDER, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("root");
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path nginx-{kind};\n"));
    let main = format!(
        "user www-data;\ndaemon off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{}{}}}\n",
        folders.concat(),
        deployed.pasted(".conf")
    );
    deployed.sandbox.write("nginx.conf", main);
    let mut command = program(
        deployed,
        "nginx",
        &["-e", "stderr", "-c", "nginx.conf", "-p"],
    );
    command.arg(deployed.sandbox.work());
    command
}

#[test]
#[ignore = "needs root, nginx and curl (Debian: nginx-light curl)"]
fn nginx_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    deployed.is_reached(ANSWER);
}

#[test]
#[ignore = "needs root, nginx and curl (Debian: nginx-light curl)"]
fn nginx_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
