//! BIND: it runs as `bind`. Its own dig asks, and Knot's kdig.

use std::fs;
use std::process::Command;

use super::{Deployed, Running, folder_of, program, run_as, said};

/// As [`super::NASTY`], without the backslash, which BIND has no way to write everywhere.
const FOLDER: &str = r#"it's a "földer" {#1}; 100% <$HOME>"#;

/// What the zone of the judge says of localhost.
const ANSWER: &str = "192.0.2.7";

/// Before, it answers that it does not know.
const LOADED: &str = "all zones loaded";

fn serve(row: &str, words: &str) -> (Deployed, Running) {
    Deployed::serve(row, FOLDER, words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("bind");
    let zone = format!(
        "$TTL 60\n@ SOA localhost. root.localhost. 1 60 60 60 60\n@ NS localhost.\n@ A {ANSWER}\n"
    );
    deployed.sandbox.write("zone", zone);
    folder_of(deployed, "data", "bind");
    let main = format!(
        "{}\noptions {{\n{}directory \"data\"; recursion no; pid-file none; session-keyfile none;\n}};\ncontrols {{ }};\nzone \"localhost\" {{ type primary; file \"../zone\"; }};\n",
        deployed.pasted(".tls.conf"),
        deployed.pasted(".options.conf")
    );
    deployed.sandbox.write("named.conf", main);
    let mut command = program(deployed, "named", &["-g", "-n", "1", "-c", "named.conf"]);
    run_as(&mut command, "bind");
    command
}

/// Has kdig ask for what the printed line asks for, of a server that has a name.
fn kdig(deployed: &Deployed, name: &str, more: &str) -> String {
    let port = deployed.port;
    let mut command = program(
        deployed,
        "kdig",
        &["+short", "@127.0.0.1", "-p", &port.to_string()],
    );
    command
        .args(more.split_whitespace())
        .arg(format!("+tls-ca={}", deployed.path("root.crt").display()))
        .arg(format!("+tls-hostname={name}"))
        .arg("localhost");
    said(&command.output().expect("kdig runs"))
}

fn check(row: &str, name: &'static str) {
    let (deployed, _running) = Deployed::serve_as(name, row, FOLDER, "", command);
    deployed.says(LOADED);
    let query = |hostname: &str| {
        let line = deployed.document["client"].as_str().expect("a line");
        let (line, asked) = line.rsplit_once(' ').expect("a name at the end");
        assert_eq!(asked, name);
        let named = format!("+tls-hostname={name}");
        assert!(line.contains(&named), "{line}");
        let line = line.replace(&named, &format!("+tls-hostname={hostname}"));
        said(&deployed.line(&format!("{line} localhost")))
    };
    let told = query(name);
    assert!(told.contains(ANSWER), "{told}{}", deployed.log());
    let wrong = query("other.test");
    assert!(wrong.contains("hostname mismatch"), "{wrong}");
    deployed.speaks_todays_tls();
}

/// kdig fails at certificates whose subject is empty, so this one has a common name.
fn check_kdig(row: &str, transport: &str) {
    let named = |deployed: &Deployed| {
        deployed.sandbox.run("issue localhost --cn --force");
        for name in ["localhost.crt", "localhost.key"] {
            let made = deployed.sandbox.path(name);
            fs::copy(made, deployed.path(name)).expect("it can be written");
        }
        command(deployed)
    };
    let (deployed, _running) = Deployed::serve(row, FOLDER, "", named);
    deployed.says(LOADED);
    let told = kdig(&deployed, "localhost", transport);
    assert!(told.contains(ANSWER), "{told}{}", deployed.log());
    let wrong = kdig(&deployed, "other.test", transport);
    assert!(!wrong.contains(ANSWER), "{wrong}");
}

fn check_mutual(row: &str) {
    let (deployed, _running) = serve(row, "--mutual");
    deployed.says(LOADED);
    let told = said(&deployed.client());
    assert!(told.contains(ANSWER), "{told}{}", deployed.log());
    let pair = " +tls-certfile=client.crt +tls-keyfile=client.key";
    deployed.meets_a_stranger();
    let strange = " +tls-certfile=stranger.crt +tls-keyfile=stranger.key +tries=1";
    for other in [" +tries=1", strange] {
        let stranger = said(&deployed.client_with(pair, other));
        assert!(!stranger.contains(ANSWER), "{stranger}");
    }
}

#[test]
#[ignore = "needs root, BIND, dig and openssl (Debian: bind9 bind9-dnsutils openssl)"]
fn bind_serves_what_was_pasted() {
    for name in ["localhost", "127.0.0.1"] {
        check("bind", name);
        check("bind-doh", name);
    }
}

#[test]
#[ignore = "needs root, BIND and kdig (Debian: bind9 knot-dnsutils)"]
fn kdig_reaches_bind_by_a_certificate_with_a_subject() {
    check_kdig("bind", "+tls");
    check_kdig("bind-doh", "+https");

    let (deployed, _running) = serve("bind", "");
    let told = kdig(&deployed, "localhost", "+tls");
    assert!(told.contains("requested data were not available"), "{told}");
}

#[test]
#[ignore = "needs root, BIND and dig (Debian: bind9 bind9-dnsutils)"]
fn bind_lets_in_who_has_a_certificate() {
    check_mutual("bind");
    check_mutual("bind-doh");
}
