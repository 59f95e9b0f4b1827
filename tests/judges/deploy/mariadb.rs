//! MariaDB: it runs as `mysql` from the start. What a judge needs beside the pasted text is a folder of data.

use std::process::Command;

use super::{Deployed, NASTY, Running, folder_of, program, run_as, said};

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    Deployed::serve_as(name, "mariadb", NASTY, words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("mysql");
    let sandbox = &deployed.sandbox;
    let data = folder_of(deployed, "data", "mysql");
    let place = format!("--datadir={}", data.display());
    let mut made = program(deployed, "mariadb-install-db", &["--no-defaults", &place]);
    made.args([
        "--user=mysql",
        "--skip-test-db",
        "--auth-root-authentication-method=normal",
    ]);
    let made = made.output().expect("mariadb-install-db runs");
    assert!(made.status.success(), "{}", said(&made));
    sandbox.write("my.cnf", deployed.pasted(".cnf"));
    let file = format!("--defaults-file={}", sandbox.path("my.cnf").display());
    let socket = format!("--socket={}", data.join("socket").display());
    let mut command = program(deployed, "mariadbd", &[&file, &place, &socket]);
    command.args(["--bind-address=127.0.0.1", "--pid-file=pid", "--user=mysql"]);
    run_as(&mut command, "mysql");
    command
}

/// Asks by the printed line, without what root's own files say.
fn ask(deployed: &Deployed, query: &str, word: &str, other: &str) -> String {
    let line = deployed.document["client"].as_str().expect("a line");
    assert!(line.contains(word), "{line}");
    let asked = format!("mariadb --no-defaults --execute=\"{query}\" ");
    said(&deployed.line(&line.replace(word, other).replacen("mariadb ", &asked, 1)))
}

const QUERY: &str = "select 6*7, variable_value from information_schema.session_status where variable_name = 'ssl_version'";

#[test]
#[ignore = "needs root, MariaDB and openssl (Debian: mariadb-server openssl)"]
fn mariadb_serves_what_was_pasted() {
    for (name, other) in [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")] {
        let (deployed, _running) = serve(name, "");
        let told = ask(&deployed, QUERY, "mariadb", "mariadb");
        assert!(told.contains("42\tTLSv1.3"), "{told}{}", deployed.log());
        deployed.speaks_todays_tls_after("-starttls mysql");

        let wrong = ask(&deployed, QUERY, name, other);
        assert!(
            wrong.contains("Validation of SSL server certificate failed"),
            "{wrong}"
        );
        let port = deployed.port;
        let line = format!(
            "mariadb --no-defaults -h {name} -P {port} --protocol=tcp --skip-ssl -e 'select 6*7'"
        );
        let plain = said(&deployed.line(&line));
        assert!(plain.contains("Access denied"), "{plain}");
    }
}

#[test]
#[ignore = "needs root and MariaDB (Debian: mariadb-server)"]
fn mariadb_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    let statements = format!("CREATE USER 'client'@'%'; {}", deployed.pasted(".sql"));
    let made = ask(&deployed, &statements, "--user=client", "--user=root");
    assert!(!made.contains("ERROR"), "{made}{}", deployed.log());
    let told = ask(&deployed, QUERY, "--user=client", "--user=client");
    assert!(told.contains("42\tTLSv1.3"), "{told}");
    let stranger = ask(
        &deployed,
        QUERY,
        " --ssl-cert=client.crt --ssl-key=client.key",
        "",
    );
    assert!(stranger.contains("Access denied"), "{stranger}");
    deployed.meets_a_stranger();
    let strange = "--ssl-cert=stranger.crt --ssl-key=stranger.key";
    let client = "--ssl-cert=client.crt --ssl-key=client.key";
    let stranger = ask(&deployed, QUERY, client, strange);
    assert!(
        stranger.contains("ERROR") && !stranger.lines().any(|line| line.trim() == "42"),
        "{stranger}"
    );
}
