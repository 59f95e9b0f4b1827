//! `certwright export`

use std::fs;

use serde_json::Value;

use certwright::crypto::Algorithm;
use certwright::issue::{Signatory, Template, issue};
use certwright::key::PrivateKey;
use certwright::name::Subject;
use certwright::profile::{Profile, Purposes};
use certwright::validity::{Lifetime, Validity, parse_time};

use crate::sandbox::{Sandbox, listing};

/// A sandbox with a certificate of the local CA.
fn issued(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(&format!("issue {words}"));
    sandbox
}

fn warnings(document: &Value) -> String {
    document["warnings"].to_string()
}

#[test]
fn every_row_writes_what_it_says() {
    let sandbox = issued("localhost 127.0.0.1 *.app.localhost ::1");
    let table = sandbox.json("export --list");
    let after: serde_json::Value =
        serde_json::from_str(&sandbox.run("export --list --json")).unwrap();
    assert_eq!(after, table);
    sandbox.fails(2, "export --list --mutual");
    let servers = table["servers"].as_array().unwrap();
    assert!(servers.len() > 5);
    sandbox.write("password", "of a container\n");
    for server in servers {
        let name = server["server"].as_str().unwrap();
        let (of, more) = match name {
            "cert-manager" | "istio" | "linkerd" | "vault" => ("--with-ca-key", ""),
            "java" | "java-jks" | "kestrel-pfx" | "spring-boot" => {
                ("localhost.crt", "--new-password-file password")
            }
            _ => ("localhost.crt", ""),
        };
        let document = sandbox.json(&format!("export {name} {of} {more}"));
        let files = document["files"].as_array().unwrap();
        let mut names: Vec<&str> = files
            .iter()
            .map(|file| file["name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        assert_eq!(names, listing(&sandbox.path(name)), "{name}");
        assert!(
            document["client"]
                .as_str()
                .is_some_and(|line| !line.is_empty()),
            "{name}"
        );
        for file in files {
            let contents = fs::read(sandbox.path(file["path"].as_str().unwrap())).unwrap();
            let contents = String::from_utf8_lossy(&contents);
            if contents.contains("PRIVATE KEY") {
                assert!(
                    file["mode"].as_str().unwrap().ends_with('0'),
                    "{name}: {file}"
                );
                assert!(file["text"].is_null(), "{name}: {file}");
            }
            if let Some(pasted) = file["text"].as_str() {
                assert_eq!(pasted, contents, "{name}: {file}");
            }
        }
    }
    let lines = sandbox.run("export --list");
    assert_eq!(lines.lines().count(), servers.len());
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone_from_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = issued("localhost");
    let mode = |path: &str| {
        fs::metadata(sandbox.path(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    let document = sandbox.json("export caddy localhost.crt");
    // Caddy's group is not that of who runs this.
    assert_eq!(document["files"][1]["mode"], "0640");
    assert_eq!(mode("caddy/localhost.key"), 0o600);
    assert!(warnings(&document).contains(
        "caddy reads caddy/localhost.key as root:caddy: sudo chown root:caddy caddy/localhost.key && sudo chmod 0640 caddy/localhost.key"
    ));
    sandbox.run("export caddy localhost.crt --mode 0400 --force");
    assert_eq!(mode("caddy/localhost.key"), 0o400);
    assert!(mode("caddy/localhost.crt") & 0o044 == 0o044);
}

#[test]
fn what_is_deployed_elsewhere_is_brought_there_by_lines() {
    let sandbox = issued("localhost");
    let document = sandbox.json("export nginx localhost.crt --deployed-to /etc/nginx/it's");
    let text = document["files"][3]["text"].as_str().unwrap();
    assert!(
        text.contains("ssl_certificate_key \"/etc/nginx/it's/localhost.key\";"),
        "{text}"
    );
    assert!(warnings(&document).contains(
        r"sudo install -D -o root -g root -m 0600 nginx/localhost.key '/etc/nginx/it'\\''s/localhost.key'"
    ));
    let root = sandbox.path("nginx/root.crt").display().to_string();
    assert!(
        document["client"].as_str().unwrap().contains(&root),
        "clients are here"
    );
}

#[cfg(unix)]
#[test]
fn what_runs_as_anybody_is_theirs_who_start_it() {
    use std::os::unix::fs::MetadataExt as _;
    let sandbox = issued("localhost");
    let document = sandbox.json("export gunicorn localhost.crt");
    // Whoever runs this may start it too, but root hardly does.
    let is_root = fs::metadata(sandbox.path("localhost.key")).unwrap().uid() == 0;
    assert_eq!(
        warnings(&document).contains("root alone can read gunicorn/localhost.key: --owner USER"),
        is_root,
        "{document:#}"
    );
    let document = sandbox.json("export gunicorn localhost.crt --deployed-to /srv/tls --force");
    let told = warnings(&document);
    assert!(
        told.contains("install -D -o USER -m 0600 gunicorn/localhost.key /srv/tls/localhost.key"),
        "{told}"
    );
    assert!(told.contains("USER is who starts gunicorn"), "{told}");
}

#[test]
fn containers_want_a_password_that_their_reader_takes() {
    let sandbox = issued("localhost");
    sandbox.write("long", "schön lang\n");
    sandbox.write("short", "short\n");
    for (code, said, words) in [
        ("password-needed", "--new-password-file FILE", "java"),
        ("password-needed", "--new-password-file FILE", "kestrel-pfx"),
        (
            "invalid-value",
            "printable ASCII",
            "java --new-password-file long",
        ),
        (
            "invalid-value",
            "printable ASCII",
            "spring-boot --new-password-file long",
        ),
        (
            "invalid-value",
            "fewer than 6",
            "java-jks --new-password-file short",
        ),
        (
            "invalid-value",
            "--new-password-file changes nothing",
            "kestrel --new-password-file long",
        ),
    ] {
        let (server, more) = words.split_once(' ').unwrap_or((words, ""));
        let told = sandbox.fails(2, &format!("--json export {server} localhost.crt {more}"));
        assert!(
            told.contains(code) && told.contains(said),
            "{words}: {told}"
        );
        assert!(!sandbox.path(server).exists(), "{words}");
    }
    sandbox.run("export java-jks localhost.crt --new-password-file long");
    let document = sandbox.json("export kestrel-pfx localhost.crt --new-password-file long");
    let told = warnings(&document);
    assert!(told.contains("sends no intermediates"), "{told}");
    assert!(
        !sandbox
            .text("kestrel-pfx/appsettings.json")
            .contains("lang")
    );
}

#[test]
fn the_chain_is_put_in_order_and_what_is_wrong_with_it_said() {
    let sandbox = issued("localhost");
    let chain = sandbox.text("localhost.crt");
    let middle = chain
        .find("-----BEGIN")
        .into_iter()
        .chain(chain.rfind("-----BEGIN"))
        .max()
        .unwrap();
    let (leaf, intermediate) = chain.split_at(middle);
    let root = fs::read_to_string(sandbox.generation().join("root.crt")).unwrap();
    let key = sandbox.text("localhost.key");
    sandbox.run("self-signed other.test");
    let other = sandbox.text("other.test.crt");

    let export = |words: &str| sandbox.json(&format!("export nginx all.pem --force {words}"));
    sandbox.write("all.pem", format!("{root}{key}{intermediate}{other}{leaf}"));
    let document = export("");
    assert_eq!(sandbox.text("nginx/localhost.crt"), chain);
    assert_eq!(sandbox.text("nginx/root.crt"), root);
    assert!(
        warnings(&document).contains("were not in order"),
        "{document:#}"
    );
    assert!(
        warnings(&document).contains("CN=other.test belongs to another chain"),
        "{document:#}"
    );

    // The local CA knows what lacks.
    sandbox.write("all.pem", format!("{leaf}{key}"));
    let document = export("");
    assert_eq!(sandbox.text("nginx/localhost.crt"), chain);
    assert!(
        warnings(&document).contains("was missing, and is added"),
        "{document:#}"
    );

    // Without it nobody does, unless it is named.
    sandbox.write("all.pem", format!("{leaf}{intermediate}{key}"));
    sandbox.write("root.pem", &root);
    let elsewhere = "--home elsewhere";
    let document = export(&format!("{elsewhere} --out-dir without"));
    assert!(
        warnings(&document).contains("is not known here"),
        "{document:#}"
    );
    assert_eq!(document["client"], "curl https://localhost/");
    assert!(!sandbox.path("without/root.crt").exists());
    export(&format!("{elsewhere} --root root.pem --mutual"));
    assert_eq!(sandbox.text("nginx/root.crt"), root);
    for (code, words) in [
        ("bad-signature", "--root other.test.crt"),
        ("not-found", "--mutual"),
    ] {
        let told = sandbox.fails(
            2,
            &format!("--json export nginx all.pem --force {elsewhere} {words}"),
        );
        assert!(told.contains(code), "{told}");
    }
}

#[test]
fn servers_of_one_ca_share_a_folder_and_of_two_do_not() {
    let sandbox = issued("a.test");
    sandbox.run("issue b.test");
    sandbox.run("self-signed c.test");
    sandbox.run("export nginx a.test.crt");
    sandbox.run("export nginx b.test.crt");
    let told = sandbox.fails(2, "export nginx c.test.crt");
    assert!(told.contains("root.crt is there already"), "{told}");
    let told = sandbox.fails(2, "export nginx b.test.crt");
    assert!(told.contains("b.test.key is there already"), "{told}");
}

#[test]
fn a_server_may_be_called_root() {
    let sandbox = issued("root");
    sandbox.run("export nginx root.crt");
    assert_eq!(
        sandbox.text("nginx/root_server.crt"),
        sandbox.text("root.crt")
    );
    let root = fs::read_to_string(sandbox.generation().join("root.crt")).unwrap();
    assert_eq!(sandbox.text("nginx/root.crt"), root);
}

/// As `openssl req -x509` makes them.
#[test]
fn a_certificate_that_says_no_purpose_is_for_servers_too() {
    let sandbox = Sandbox::new();
    let key = PrivateKey::generate(Algorithm::P256).unwrap();
    let template = Template {
        profile: Profile::leaf(Purposes::NONE),
        subject: Subject::common_name("a").unwrap(),
        names: vec!["a.test".parse().unwrap()],
        public_key: key.public_key().clone(),
        validity: Validity::starting(parse_time("2026-11-21").unwrap(), Lifetime::days(90))
            .unwrap(),
    };
    let certificate = issue(&template, Signatory::Itself(&key)).unwrap();
    let key = key.to_pkcs8_pem(None).unwrap();
    sandbox.write("a.pem", format!("{}{}", certificate.to_pem(), *key));
    let document = sandbox.json("export nginx a.pem");
    assert!(
        warnings(&document).contains("no extended key usage"),
        "{document:#}"
    );
    assert_eq!(sandbox.text("nginx/a.test.crt"), certificate.to_pem());
}

#[test]
fn what_cannot_be_is_refused_and_nothing_written() {
    let sandbox = issued("localhost");
    sandbox.run("issue --client a@localhost");
    sandbox.run("key -o other.key");
    sandbox.write("lonely.crt", sandbox.text("localhost.crt"));
    for (code, said, words) in [
        (
            "key-mismatch",
            "belongs to none of the 2",
            "nginx localhost.crt --key other.key",
        ),
        (
            "not-found",
            "neither lonely.key nor lonely-key.pem",
            "nginx lonely.crt",
        ),
        ("not-found", "no such file", "nginx missing.crt"),
        ("usage", "nginx", "ngin localhost.crt"),
        ("wrong-kind", "not for servers", "nginx a_localhost.crt"),
        (
            "wrong-kind",
            "holds no private key",
            "nginx localhost.crt --key localhost.crt",
        ),
        (
            "unsupported",
            "no way to write '$'",
            "nginx localhost.crt --out-dir a$b",
        ),
        (
            "unsupported",
            "no way to write '['",
            "haproxy localhost.crt --deployed-to /a[b]",
        ),
        (
            "invalid-value",
            "--new-password-file changes nothing",
            "nginx localhost.crt --new-password-file x",
        ),
        (
            "usage",
            "no host and port",
            "nginx localhost.crt --backend nowhere",
        ),
        ("usage", "0640", "nginx localhost.crt --mode 0644"),
    ] {
        let told = sandbox.fails(2, &format!("--json export {words}"));
        assert!(
            told.contains(&format!("\"code\":\"{code}\"")),
            "{words}: {told}"
        );
        assert!(
            told.contains(said) || words.starts_with("ngin "),
            "{words}: {told}"
        );
    }
    assert!(
        sandbox
            .fails(2, "export ngin localhost.crt")
            .contains("haproxy"),
        "all are listed"
    );
    assert!(
        !sandbox.path("nginx").exists()
            && !sandbox.path("haproxy").exists()
            && !sandbox.path("a$b").exists()
    );

    sandbox.run("export nginx localhost.crt");
    let before = sandbox.text("nginx/localhost.key");
    sandbox.run("issue localhost --force");
    assert!(
        sandbox
            .fails(2, "export nginx localhost.crt")
            .contains("--force")
    );
    assert_eq!(sandbox.text("nginx/localhost.key"), before);
    sandbox.run("export nginx localhost.crt --force");
    assert_eq!(
        sandbox.text("nginx/localhost.key"),
        sandbox.text("localhost.key")
    );
}

#[test]
fn limits_on_addresses_are_refused_where_clients_refuse_them() {
    let sandbox = Sandbox::new();
    sandbox.run("ca init --constraints strict");
    sandbox.run("issue localhost 127.0.0.1");
    let told = sandbox.fails(2, "--json export envoy localhost.crt");
    assert!(
        told.contains("unsupported") && told.contains("limits addresses"),
        "{told}"
    );
    sandbox.run("export nginx localhost.crt");
    sandbox.run("issue app.localhost");
    sandbox.run("export envoy app.localhost.crt");
}

#[cfg(unix)]
#[test]
fn only_root_gives_files_to_others() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let sandbox = issued("localhost");
    // The umask of a hardened root, by which nobody else would come into the folder.
    let script = "umask 077 && exec \"$0\" export caddy localhost.crt --group 1 --json";
    let told = assert_cmd::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_certwright")])
        .current_dir(sandbox.work())
        .env_clear()
        .envs(sandbox.environment())
        .assert();
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        told.success();
        let key = fs::metadata(sandbox.path("caddy/localhost.key")).unwrap();
        assert_eq!((key.uid(), key.gid()), (0, 1));
        assert_eq!(key.permissions().mode() & 0o777, 0o640);
        let folder = fs::metadata(sandbox.path("caddy")).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o755);
    } else {
        told.code(2);
        assert!(!sandbox.path("caddy").exists());
    }
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        // By its number, root is still who nginx wants.
        let document = sandbox.json("export nginx localhost.crt --owner 0 --group 0");
        let told = warnings(&document);
        assert!(!told.contains("chown"), "{told}");
    }
    let unknown = sandbox.fails(2, "--json export caddy localhost.crt --owner no-such-user");
    assert!(
        unknown.contains("knows no") || unknown.contains("only root"),
        "{unknown}"
    );
}

/// Else a root of one's own that sudo does not see would look lost.
#[cfg(unix)]
#[test]
fn under_sudo_it_is_told_whose_ca_was_asked() {
    use std::os::unix::fs::MetadataExt as _;
    let sandbox = issued("localhost");
    let told = sandbox
        .certwright("--json --home nobodys export nginx localhost.crt")
        .envs([("SUDO_UID", "65534"), ("SUDO_GID", "65534")])
        .assert()
        .success();
    let document: Value = serde_json::from_slice(&told.get_output().stdout).unwrap();
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let is_sudo = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
        && accounts.lines().any(|line| line.contains(":65534:"));
    let told = warnings(&document);
    assert!(told.contains("is not known here"), "{told}");
    assert_eq!(told.contains("under sudo root's CA"), is_sudo, "{told}");
}

#[test]
fn an_encrypted_key_is_opened_and_a_self_signed_certificate_its_own_root() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "secret\n");
    sandbox.run("self-signed a.test --encrypt --password-file password");
    let told = sandbox.fails(2, "--json export stunnel a.test.crt");
    assert!(told.contains("password-needed"), "{told}");
    sandbox.run("export stunnel a.test.crt --password-file password");
    assert!(
        sandbox
            .text("stunnel/a.test.key")
            .starts_with("-----BEGIN PRIVATE KEY")
    );
    assert_eq!(sandbox.text("stunnel/root.crt"), sandbox.text("a.test.crt"));
}

#[test]
fn the_key_of_the_ca_is_written_for_cert_manager_only_if_that_is_meant() {
    let sandbox = issued("localhost");
    let refused = sandbox.fails(2, "export cert-manager");
    assert!(refused.contains("--with-ca-key"), "{refused}");
    assert!(!sandbox.path("cert-manager").exists());
    let refused = sandbox.fails(2, "export cert-manager localhost.crt --with-ca-key");
    assert!(refused.contains("is no CA's"), "{refused}");
    let refused = sandbox.fails(2, "export nginx localhost.crt --with-ca-key");
    assert!(refused.contains("changes nothing"), "{refused}");
    let refused = sandbox.fails(2, "export nginx");
    assert!(refused.contains("export nginx CERT"), "{refused}");

    let document = sandbox.json("export cert-manager --with-ca-key");
    let told = warnings(&document);
    assert!(told.contains("within localhost, test, "), "{told}");
    assert!(told.contains("path length is 0"), "{told}");
    let named = sandbox.generation().join("intermediate.crt");
    let words = format!(
        "export cert-manager --with-ca-key --out-dir named {}",
        named.display()
    );
    sandbox.run(&words);
    for name in listing(&sandbox.path("cert-manager")) {
        let text = |folder: &str| sandbox.text(&format!("{folder}/{name}"));
        assert_eq!(text("cert-manager"), text("named"), "{name}");
    }
}

#[test]
fn an_encrypted_key_of_the_ca_wants_its_password() {
    let sandbox = Sandbox::new();
    sandbox.write("password", "secret\n");
    sandbox.run("ca init --encrypt --password-file password");
    let refused = sandbox.fails(2, "export cert-manager --with-ca-key");
    assert!(refused.contains("--password-file"), "{refused}");
    sandbox.run("export cert-manager --with-ca-key --password-file password");
}
