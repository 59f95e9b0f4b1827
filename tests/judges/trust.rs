//! Clients accept what the local CA issues while they are told to trust it, and neither before nor after.

use super::browsers::{PAGE, chromium, firefox, firefox_profile};
use super::clients::{CLIENTS, Client, Told, bounded, named, prepare};
use super::nginx::Nginx;
use super::{program, python};
use crate::sandbox::Sandbox;

/// A CA, its certificate for the names, and nginx with it.
pub fn served(names: &str) -> (Sandbox, Nginx) {
    let sandbox = Sandbox::new();
    sandbox.run(&format!(
        "issue --cert-file localhost.crt --key-file localhost.key {names}"
    ));
    let server = Nginx::serve(&sandbox, &["localhost"]);
    let url = format!("https://localhost:{}", server.ports[0]);
    sandbox.other(&python(), &format!("{} site {url}", program("site.py")));
    (sandbox, server)
}

#[test]
#[ignore = "needs nginx, chromium, firefox-esr and python3 (Debian: nginx-light chromium firefox-esr python3)"]
fn browsers_show_the_page_between_trust_and_untrust() {
    let (sandbox, server) = served("app.localhost");
    let url = format!("https://app.localhost:{}/", server.ports[0]);
    let profile = firefox_profile(&sandbox);
    let both = || {
        [
            chromium(&sandbox, &url, None),
            firefox(&sandbox, &profile, std::slice::from_ref(&url), None).remove(0),
        ]
    };
    let refused = ["ERR_CERT_AUTHORITY_INVALID", "SEC_ERROR_UNKNOWN_ISSUER"];
    assert_eq!(both(), refused);
    for _ in 0..2 {
        sandbox.run("trust --store nss");
        assert_eq!(both(), [PAGE, PAGE]);
        sandbox.run("untrust --store nss");
        assert_eq!(both(), refused);
    }
}

#[test]
#[ignore = "needs nginx, chromium, firefox-esr and python3 (Debian: nginx-light chromium firefox-esr python3)"]
fn browsers_that_never_ran_take_the_database_that_waits_for_them() {
    let (sandbox, server) = served("app.localhost");
    let url = format!("https://app.localhost:{}/", server.ports[0]);
    let profile = firefox_profile(&sandbox);
    sandbox.run("trust --store nss");
    assert_eq!(chromium(&sandbox, &url, None), PAGE);
    assert_eq!(firefox(&sandbox, &profile, &[url], None), [PAGE]);
}

#[test]
#[ignore = "needs nginx and the programs that trust env names (see .ci/run)"]
fn every_variable_is_heeded_by_each_program_that_it_is_said_to_be_for() {
    let (sandbox, server) = served("localhost");
    prepare(&sandbox);
    let url = format!("https://localhost:{}", server.ports[0]);
    let variables = sandbox.json("trust env")["variables"].clone();
    for variable in variables.as_array().expect("a list") {
        let text = |field: &str| variable[field].as_str().expect("a text").to_owned();
        let (name, value) = (text("name"), text("value"));
        for reader in text("readers").split(", ") {
            let client = named(reader);
            refuses(client, &client.ask(&sandbox, &url, NONE));
            // Alone, since many heed a second one.
            let told = client.ask(&sandbox, &url, &[(&name, &value)]);
            assert!(told.done, "{reader} with {name}: {}", told.text);
        }
    }
}

#[test]
#[ignore = "needs nginx and the programs that trust env names (see .ci/run)"]
fn a_shell_that_evaluates_the_variables_has_every_client_but_wget_and_java_accept() {
    let (sandbox, server) = served("localhost");
    prepare(&sandbox);
    let url = format!("https://localhost:{}", server.ports[0]);
    for client in &CLIENTS {
        refuses(client, &client.ask(&sandbox, &url, NONE));
        let told = client.ask_after(EVALUATE, &sandbox, &url);
        // These read no variable, only stores.
        match client.name {
            "wget" | "Java" => refuses(client, &told),
            name => assert!(told.done, "{name}: {}", told.text),
        }
    }
}

#[test]
#[ignore = "needs python3 (Debian: python3)"]
fn the_bundle_has_the_systems_roots_and_the_ca() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init");
    let bundle = sandbox.json("trust env")["variables"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|variable| variable["name"] == "SSL_CERT_FILE")
        .expect("it is among them")["value"]
        .as_str()
        .expect("a path")
        .to_owned();
    let count = |file: &str| -> usize {
        let script = "import ssl,sys;c=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT);c.load_verify_locations(sys.argv[1]);                      print(c.cert_store_stats()['x509_ca'])";
        let told = bounded(&sandbox, &[&python(), "-c", script, file], &[]);
        told.text.trim().parse().expect("a number")
    };
    let system = count("/etc/ssl/certs/ca-certificates.crt");
    assert!(system > 50, "{system}");
    assert_eq!(count(&bundle), system + 1);
}

/// No variable.
const NONE: &[(&str, &str)] = &[];

/// Does what the help says, and then what it is given.
const EVALUATE: &[&str] = &[
    "sh",
    "-c",
    "eval \"$($0 trust env)\" && exec \"$@\"",
    env!("CARGO_BIN_EXE_certwright"),
];

/// A client must have refused, and because it does not know the issuer.
pub fn refuses(client: &Client, told: &Told) {
    assert!(
        !told.done && told.text.contains(client.refusal),
        "{}: {}",
        client.name,
        told.text
    );
}
