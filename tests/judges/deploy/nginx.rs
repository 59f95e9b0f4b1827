//! nginx: root starts it, its workers are `www-data`.

use std::process::Command;

use super::{ANSWER, Deployed, Running, backend, program};

/// As [`super::NASTY`], without the character that nginx has no way to write.
const FOLDER: &str = r#"it's a "földer" \n {#1}; 100%"#;

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "nginx", FOLDER, &words, command)
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
#[ignore = "needs root, nginx, curl and openssl (Debian: nginx-light curl openssl)"]
fn nginx_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name, "");
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
    }
}

#[test]
#[ignore = "needs root, nginx, curl and openssl (Debian: nginx-light curl openssl)"]
fn nginx_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
