//! Apache: root starts it, its children are `www-data`.

use std::process::Command;

use super::{ANSWER, Deployed, Running, backend, program};

/// As [`super::NASTY`], without the character that Apache has no way to write.
const FOLDER: &str = r#"it's a "földer" \n {#1}; 100% <HOME>"#;

fn serve(words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve("apache", FOLDER, &words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("root");
    let modules = [
        "mpm_event",
        "authz_core",
        "socache_shmcb",
        "ssl",
        "proxy",
        "proxy_http",
        "headers",
    ]
    .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    let main = format!(
        "ServerRoot {work}\nDefaultRuntimeDir {work}\nPidFile apache.pid\nErrorLog /dev/stderr\nServerName localhost\n{}User www-data\nGroup www-data\n{}",
        modules.concat(),
        deployed.pasted(".conf"),
        work = deployed.sandbox.work().display(),
    );
    deployed.sandbox.write("apache.conf", main);
    let mut command = program(deployed, "apache2", &["-D", "FOREGROUND", "-f"]);
    command.arg(deployed.sandbox.path("apache.conf"));
    command
}

#[test]
#[ignore = "needs root, Apache and curl (Debian: apache2-bin curl)"]
fn apache_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    deployed.is_reached(ANSWER);
}

#[test]
#[ignore = "needs root, Apache and curl (Debian: apache2-bin curl)"]
fn apache_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
