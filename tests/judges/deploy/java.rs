//! Java's `HttpsServer` on keystores of both kinds, started by a user without privileges.

use std::io::Write as _;

use tempfile::NamedTempFile;

use super::{Deployed, NASTY, Running, program, run_as, said};
use crate::judges::program as judge;

fn serve(server: &str, password: &str, words: &str) -> (Deployed, Running) {
    let mut file = NamedTempFile::new().expect("a file can be made");
    file.write_all(password.as_bytes()).expect("it is ours");
    let words = format!("{words} --new-password-file {}", file.path().display());
    Deployed::serve(server, NASTY, &words, |deployed| {
        deployed.hand_over("nobody");
        // Java finds files by other letters than English ones only under such a locale.
        let mut command = program(deployed, "env", &["LC_ALL=C.UTF-8"]);
        command.args([&format!("KEYSTORE_PASSWORD={password}"), "java"]);
        command.arg(deployed.path("Server.java"));
        run_as(&mut command, "nobody");
        command
    })
}

#[test]
#[ignore = "needs root, java, curl and openssl (Debian: openjdk-17-jdk-headless curl openssl)"]
fn java_serves_on_either_kind_of_keystore() {
    for (server, password, truststore) in ROWS {
        let (deployed, _running) = serve(server, password, "");
        deployed.is_reached(GREETING);
        deployed.speaks_todays_tls();
        java_reaches(&deployed, truststore);
    }
}

#[test]
#[ignore = "needs root, java and curl (Debian: openjdk-17-jdk-headless curl)"]
fn java_lets_in_who_has_a_certificate() {
    for (server, password, _) in ROWS {
        let (deployed, _running) = serve(server, password, "--mutual");
        deployed.is_reached(GREETING);
        deployed.is_closed_to_strangers(GREETING);
    }
}

/// Java's client trusts the root by the words that the notes name, and sees a wrong name.
fn java_reaches(deployed: &Deployed, truststore: &str) {
    let ask = |store: &str, host: &str| {
        let mut java = program(deployed, "env", &["LC_ALL=C.UTF-8", "java"]);
        java.arg(format!(
            "-Djavax.net.ssl.trustStore={}",
            deployed.path(store).display()
        ))
        .arg("-Djavax.net.ssl.trustStorePassword=changeit")
        .arg(judge("Get.java"))
        .arg(format!("https://{host}:{}/", deployed.port));
        said(&java.output().expect("java runs"))
    };
    let told = ask(truststore, "localhost");
    assert!(told.contains("200"), "{told}");
    let wrong = ask(truststore, "127.0.0.1");
    assert!(
        wrong.contains("No subject alternative names matching"),
        "{wrong}"
    );
    let untrusted = ask("none", "localhost");
    assert!(
        untrusted.contains("SSLHandshakeException") || untrusted.contains("InvalidAlgorithm"),
        "{untrusted}"
    );
}

/// Each row with a password that Java takes there and its trust store.
const ROWS: [(&str, &str, &str); 2] = [
    ("java", r#"it's a "secret" \ $HOME"#, "truststore.p12"),
    ("java-jks", "ein schönes Geheimnis", "truststore.jks"),
];
const GREETING: &str = "It works.";
