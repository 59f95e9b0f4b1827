//! Node.js, started by a user without privileges.

use super::{Deployed, NASTY, Running, program, run_as, said};

fn serve(words: &str) -> (Deployed, Running) {
    Deployed::serve("node", NASTY, words, |deployed| {
        deployed.hand_over("nobody");
        // Node has no modules in a folder with a backslash in its name.
        deployed
            .sandbox
            .write("server.mjs", deployed.pasted(".mjs"));
        let mut command = program(deployed, "node", &["server.mjs"]);
        run_as(&mut command, "nobody");
        command
    })
}

#[test]
#[ignore = "needs root, node, curl and openssl (Debian: nodejs curl openssl)"]
fn node_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    deployed.is_reached(GREETING);
    deployed.speaks_todays_tls();
    let ask = |variable: &str, host: &str| {
        let url = format!("https://{host}:{}/", deployed.port);
        let fetch = format!("console.log(await (await fetch('{url}')).text())");
        let mut node = program(&deployed, "node", &["--input-type=module", "-e", &fetch]);
        let asked = node
            .env_remove("NODE_EXTRA_CA_CERTS")
            .env(variable, deployed.path("root.crt"));
        said(&asked.output().expect("node runs"))
    };
    let told = ask("NODE_EXTRA_CA_CERTS", "localhost");
    assert!(told.contains(GREETING), "{told}");
    let wrong = ask("NODE_EXTRA_CA_CERTS", "127.0.0.1");
    assert!(wrong.contains("ERR_TLS_CERT_ALTNAME_INVALID"), "{wrong}");
    let untrusted = ask("NONE", "localhost");
    assert!(untrusted.contains("UNABLE_TO"), "{untrusted}");
}

#[test]
#[ignore = "needs root, node and curl (Debian: nodejs curl)"]
fn node_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    deployed.is_reached(GREETING);
    deployed.is_closed_to_strangers(GREETING);
}

const GREETING: &str = "It works.";
