//! What a thief can do with each private key that lies on the disk: every client trusts the root, and is
//! shown what was forged.

use std::path::PathBuf;

use super::browsers::{PAGE, chromium, firefox, firefox_profile};
use super::clients::{named, prepare};
use super::nginx::Nginx;
use super::proxy::Proxy;
use super::{ca_file, program, python, root};
use crate::sandbox::Sandbox;

/// The clients that are shown each forgery, and after them the browsers.
const CLIENTS: [&str; 11] = [
    "curl",
    "wget",
    "Git",
    "Python's ssl",
    "Python requests",
    "Node",
    "Deno",
    "Bun",
    "Ruby",
    "Go",
    "Java",
];

/// What `forge.py` makes.
const KINDS: [&str; 5] = ["plain", "cn", "email", "below", "twin"];

/// What each client accepts.
type Table = Vec<(&'static str, Vec<&'static str>)>;

/// A machine whose every client trusts a CA.
struct Victim {
    sandbox: Sandbox,
    proxy: Proxy,
    profile: PathBuf,
    variables: Vec<(String, String)>,
}

impl Victim {
    fn of(init: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.run(init);
        prepare(&sandbox);
        let profile = firefox_profile(&sandbox);
        sandbox.run("trust --store nss");
        let proxy = Proxy::start();
        let root = root(&sandbox);
        sandbox.write("wgetrc", format!("ca_certificate = {root}\n"));
        sandbox.other(
            "keytool",
            &format!("-importcert -noprompt -keystore roots.p12 -storepass changeit -file {root}"),
        );
        let address = format!("http://127.0.0.1:{}", proxy.port);
        let java = format!(
            "-Djavax.net.ssl.trustStore=roots.p12 -Djavax.net.ssl.trustStorePassword=changeit \
             -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={}",
            proxy.port
        );
        let mut variables: Vec<(String, String)> = [
            ("https_proxy", address.as_str()),
            ("HTTPS_PROXY", &address),
            ("WGETRC", "wgetrc"),
            ("JAVA_TOOL_OPTIONS", &java),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let told = sandbox.json("trust env")["variables"].clone();
        for variable in told.as_array().expect("a list") {
            let text = |field: &str| variable[field].as_str().expect("a text").to_owned();
            variables.push((text("name"), text("value")));
        }
        Self {
            sandbox,
            proxy,
            profile,
            variables,
        }
    }

    /// Forges a name with a key of the CA's folder, and returns the kinds that each client accepts.
    fn accepts(&self, stolen: &str, name: &str, kinds: &[&'static str]) -> Table {
        let sandbox = &self.sandbox;
        let file = |end: &str| {
            ca_file(sandbox, &format!("{stolen}.{end}"))
                .display()
                .to_string()
        };
        let words = format!(
            "{} {} {} {name} forged",
            program("forge.py"),
            file("crt"),
            file("key")
        );
        sandbox.other(&python(), &words);
        let paths: Vec<String> = kinds.iter().map(|kind| format!("forged/{kind}")).collect();
        let server = Nginx::serve(sandbox, &paths);
        let urls: Vec<String> = server
            .ports
            .iter()
            .map(|port| format!("https://{name}:{port}"))
            .collect();
        sandbox.other(
            &python(),
            &format!("{} site {}", program("site.py"), urls[0]),
        );
        let variables: Vec<(&str, &str)> = self
            .variables
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let mut table = Vec::new();
        let mut enter = |client: &'static str, said: Vec<Result<(), String>>| {
            let mut accepted = Vec::new();
            for (kind, said) in kinds.iter().zip(said) {
                match said {
                    Ok(()) => accepted.push(*kind),
                    Err(reason) => {
                        let told = is_about_the_certificate(&reason);
                        assert!(told, "{client}, {kind}: {reason}");
                    }
                }
            }
            table.push((client, accepted));
        };
        for client in CLIENTS {
            let ask = |url: &String| {
                let told = named(client).ask(sandbox, url, &variables);
                if told.done { Ok(()) } else { Err(told.text) }
            };
            enter(client, urls.iter().map(ask).collect());
        }
        let page = |said: String| if said == PAGE { Ok(()) } else { Err(said) };
        let proxy = Some(self.proxy.port);
        let shown = urls.iter().map(|url| page(chromium(sandbox, url, proxy)));
        enter("Chromium", shown.collect());
        let shown = firefox(sandbox, &self.profile, &urls, proxy);
        enter("Firefox", shown.into_iter().map(page).collect());
        table
    }
}

/// Any other failure is none to get there, and proves nothing.
fn is_about_the_certificate(reason: &str) -> bool {
    let reason = reason.to_lowercase();
    REFUSALS.iter().any(|word| reason.contains(word))
}

const REFUSALS: [&str; 8] = [
    "cert_",
    "certificate",
    "name constraint",
    "name_constraint",
    "nameconstraint",
    "path length constraint",
    "permitted subtree",
    "sec_error_",
];

/// Every client but the exceptions must refuse all, and those accept just what is said of them.
fn only(table: &Table, exceptions: &[(&str, &[&str])]) {
    for (client, accepted) in table {
        let exception = exceptions.iter().find(|(name, _)| name == client);
        let expected = exception.map_or(&[][..], |(_, kinds)| kinds);
        assert_eq!(accepted, expected, "{client}");
    }
}

/// Shows first that every client accepts, by the stolen key, a name that the CA is for.
fn victim(init: &str, stolen: &str) -> Victim {
    let victim = Victim::of(init);
    for (client, accepted) in victim.accepts(stolen, "app.test", PLAIN) {
        assert_eq!(accepted, PLAIN, "{client}");
    }
    victim
}

const PLAIN: &[&str] = &["plain"];

/// Bun goes by the common name as soon as no alternative name is a host's, and constrains none.
const BUN: (&str, &[&str]) = ("Bun", &["email"]);

#[test]
#[ignore = "needs nginx, the browsers and the programs of CLIENTS (see .ci/run)"]
fn the_intermediates_key_forges_no_name_and_under_dns_an_address() {
    let victim = victim("ca init", "intermediate");
    only(
        &victim.accepts("intermediate", "google.com", &KINDS),
        &[BUN],
    );
    for (client, accepted) in victim.accepts("intermediate", "8.8.8.8", PLAIN) {
        assert_eq!(accepted, PLAIN, "the price of dns: {client}");
    }
}

#[test]
#[ignore = "needs nginx, the browsers and the programs of CLIENTS (see .ci/run)"]
fn soft_constraints_hold_as_critical_ones() {
    let victim = victim("ca init --constraints soft", "intermediate");
    only(
        &victim.accepts("intermediate", "google.com", &KINDS),
        &[BUN],
    );
}

#[test]
#[ignore = "needs nginx, the browsers and the programs of CLIENTS (see .ci/run)"]
fn the_intermediates_key_forges_no_address_under_strict() {
    let victim = victim("ca init --constraints strict", "intermediate");
    only(
        &victim.accepts("intermediate", "google.com", &KINDS),
        &[BUN],
    );
    only(&victim.accepts("intermediate", "8.8.8.8", &KINDS), &[]);
}

/// Of a root, Java takes the name and the key, and none of its constraints.
#[test]
#[ignore = "needs nginx, the browsers and the programs of CLIENTS (see .ci/run)"]
fn a_root_key_that_was_kept_fools_java_alone() {
    let victim = victim("ca init --constraints strict --keep-root-key", "root");
    let google = victim.accepts("root", "google.com", &KINDS);
    only(&google, &[BUN, ("Java", &KINDS)]);
    let address = victim.accepts("root", "8.8.8.8", &KINDS);
    only(&address, &[("Java", &["plain", "below", "twin"])]);
}
