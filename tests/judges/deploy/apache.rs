//! Apache: root starts it, its children are `www-data`.

use std::process::Command;

use super::{ANSWER, Deployed, Running, backend, program};

/// As [`super::NASTY`], without the character that Apache has no way to write.
const FOLDER: &str = r#"it's a "földer" \n {#1}; 100% <HOME>"#;

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    let words = format!("{words} --backend 127.0.0.1:{}", backend());
    Deployed::serve_as(name, "apache", FOLDER, &words, command)
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
#[ignore = "needs root, Apache, curl and openssl (Debian: apache2-bin curl openssl)"]
fn apache_serves_what_was_pasted() {
    // Who asks for an address sends no name by which a certificate could be chosen.
    for name in ["localhost", "127.0.0.1"] {
        let (deployed, _running) = serve(name, "");
        deployed.is_reached(ANSWER);
        deployed.speaks_todays_tls();
    }
}

#[test]
#[ignore = "needs root, Apache, curl and openssl (Debian: apache2-bin curl openssl)"]
fn apache_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    deployed.is_reached(ANSWER);
    deployed.is_closed_to_strangers(ANSWER);
}
