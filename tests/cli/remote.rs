//! Live servers on the loopback, sound and odd, as `inspect` and `fingerprint` see them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;

use certwright::cert::Certificate;
use certwright::key::{KeyForm, PrivateKey};
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::{ResolvesServerCertUsingSni, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};

use super::json::Schema;
use crate::sandbox::Sandbox;

/// Has a peer on the loopback do something with every connection, for as long as the tests run.
fn peer(at: &str, with: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((at, 0)).expect("a port can be had");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming() {
            with(stream.expect("a connection"));
        }
    });
    address
}

/// A server of TLS; `before` is what it does before.
fn serve(at: &str, config: ServerConfig, before: impl Fn(&mut TcpStream) + Send + 'static) -> u16 {
    let config = Arc::new(config);
    let address = peer(at, move |mut stream| {
        before(&mut stream);
        let mut connection = ServerConnection::new(config.clone()).expect("it is configured");
        // Until the client has gone, in whatever way.
        let mut tls = rustls::Stream::new(&mut connection, &mut stream);
        let _ = tls.read(&mut [0; 64]);
        // What was sent last, an alert, must not be cut off by what is still unread.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read(&mut [0; 4096]);
    });
    address.port()
}

fn nothing(_: &mut TcpStream) {}

/// The certificates of files in the sandbox, in their order, and the key of the first.
fn chain(sandbox: &Sandbox, files: &[&str]) -> Vec<CertificateDer<'static>> {
    let read = |file: &&str| {
        let all = Certificate::all_from_bytes(sandbox.text(file).as_bytes()).expect("certificates");
        all.into_iter()
            .map(|one| CertificateDer::from(one.der().to_vec()))
    };
    files.iter().flat_map(read).collect()
}

fn key(sandbox: &Sandbox, file: &str) -> PrivatePkcs8KeyDer<'static> {
    let key = PrivateKey::from_bytes(sandbox.text(file).as_bytes(), None).expect("a key");
    key.to_der(KeyForm::Pkcs8)
        .expect("it has that form")
        .to_vec()
        .into()
}

fn builder(
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier> {
    let provider = Arc::new(default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("versions")
}

/// A server's configuration with these certificates and the key of localhost.
fn config(sandbox: &Sandbox, chain: Vec<CertificateDer<'static>>) -> ServerConfig {
    let made = builder(rustls::ALL_VERSIONS).with_no_client_auth();
    made.with_single_cert(chain, key(sandbox, "localhost.key").into())
        .expect("they fit")
}

/// A sandbox with certificates for localhost.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost 127.0.0.1 ::1 --at 2026-11-21");
    sandbox
}

/// A sound server in a sandbox, and its port.
fn sound() -> (Sandbox, u16) {
    let sandbox = sandbox();
    let chain = chain(&sandbox, &["localhost.crt"]);
    let mut config = config(&sandbox, chain);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let port = serve("127.0.0.1", config, nothing);
    (sandbox, port)
}

#[test]
fn a_session_and_its_chain_are_shown() {
    let (sandbox, port) = sound();
    sandbox
        .certwright(&format!(
            "inspect 127.0.0.1:{port} localhost.key --at 2026-11-22"
        ))
        .assert()
        .success()
        .stdout(
            contains(format!("address     127.0.0.1:{port}, asked for no name"))
                .and(contains("protocol    TLS 1.3, TLS_"))
                .and(contains("exchange    X25519MLKEM768"))
                .and(contains("alpn        h2"))
                .and(contains(
                    "signature   ecdsa_secp256r1_sha256, by the key of the certificate",
                ))
                .and(contains("resumption  yes"))
                .and(contains("in 1 round trip\n"))
                .and(contains("names       localhost, 127.0.0.1, ::1"))
                .and(contains(format!(
                    "CA certificate  127.0.0.1:{port}, certificate 2"
                )))
                .and(contains(
                    "2 certificates, in order, nothing missing or superfluous",
                ))
                .and(contains(format!(
                    "the key of localhost.key belongs to 127.0.0.1:{port}"
                ))),
        );
}

#[test]
fn json_carries_the_same_facts() {
    let (sandbox, port) = sound();
    let document = sandbox.json(&format!(
        "inspect https://localhost:{port}/path localhost.crt"
    ));
    Schema::read().holds("inspect", &document);
    let server = &document["items"][0];
    assert_eq!(server["kind"], "server");
    assert_eq!(server["servername"], "localhost");
    assert_eq!(server["protocol"], "TLS 1.3");
    assert_eq!(server["signature"]["status"], "valid");
    assert_eq!(server["resumption"], true);
    assert_eq!(server["timings"]["round_trips"], 1);
    assert_eq!(server["chain_faults"], serde_json::json!([]));
    let [sent, read] = [&document["items"][1], &document["items"][3]];
    assert_eq!(sent["sha256"], read["sha256"]);
    assert_eq!(
        (&sent["index"], &document["items"][2]["index"]),
        (&0.into(), &1.into())
    );
}

#[test]
fn the_older_handshake_takes_two_round_trips() {
    let sandbox = sandbox();
    let made = builder(&[&rustls::version::TLS12]).with_no_client_auth();
    let sent = chain(&sandbox, &["localhost.crt"]);
    let config = made
        .with_single_cert(sent, key(&sandbox, "localhost.key").into())
        .unwrap();
    let port = serve("127.0.0.1", config, nothing);
    let document = sandbox.json(&format!("inspect localhost:{port}"));
    Schema::read().holds("inspect", &document);
    let server = &document["items"][0];
    assert_eq!(server["protocol"], "TLS 1.2");
    assert_eq!(server["timings"]["round_trips"], 2);
    assert_eq!(server["signature"]["status"], "valid");
}

#[test]
fn the_fingerprint_is_that_of_the_servers_own_certificate() {
    let (sandbox, port) = sound();
    for words in ["", "--spki --format base64"] {
        let of = |what: &str| sandbox.run(&format!("fingerprint {what} {words}"));
        let file = of("localhost.crt");
        assert_eq!(
            of(&format!("localhost:{port}")),
            format!("{}\n", file.lines().next().unwrap())
        );
    }
}

#[test]
fn bare_values_and_terms_are_those_of_the_chain() {
    let (sandbox, port) = sound();
    let values = sandbox.run(&format!("inspect --field not-after localhost:{port}"));
    assert_eq!(
        values,
        sandbox.run("inspect --field not-after localhost.crt")
    );
    let at = "--at 2026-11-22";
    sandbox.run(&format!("inspect --good-for 30d localhost:{port} {at}"));
    let error = sandbox.fails(1, &format!("inspect --good-for 5y localhost:{port} {at}"));
    assert!(
        error.contains(&format!("localhost:{port} ends on 2029-02-17")),
        "{error}"
    );
    let lines = sandbox.run(&format!("inspect --short localhost:{port}"));
    assert!(
        lines.starts_with(&format!("server at 127.0.0.1:{port}  TLS 1.3  TLS_")),
        "{lines}"
    );
}

#[test]
fn a_client_certificate_is_asked_for_required_and_sent() {
    let sandbox = sandbox();
    sandbox.run("issue client.test --client");
    let root = sandbox.generation().join("root.crt");
    let root = Certificate::all_from_bytes(&std::fs::read(root).unwrap()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(root[0].der().to_vec().into()).unwrap();
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let provider = Arc::new(default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(roots.clone().into(), provider).build();
        let made = builder(&[version]).with_client_cert_verifier(verifier.unwrap());
        let sent = chain(&sandbox, &["localhost.crt"]);
        let config = made
            .with_single_cert(sent, key(&sandbox, "localhost.key").into())
            .unwrap();
        let port = serve("127.0.0.1", config, nothing);
        let asked = |words: &str| {
            let document = sandbox.json(&format!("inspect localhost:{port} {words}"));
            Schema::read().holds("inspect", &document);
            assert_eq!(document["items"][0]["chain_length"], 2);
            document["items"][0]["client_certificate"].clone()
        };
        let without = asked("");
        assert_eq!(
            (&without["asked"], &without["sent"]),
            (&true.into(), &false.into())
        );
        assert!(without["refused"].is_string(), "{without}");
        assert!(
            without["authorities"][0]
                .as_str()
                .unwrap()
                .starts_with("CN=certwright root")
        );
        let with = asked("--client-cert client.test.crt --client-key client.test.key");
        assert_eq!(
            (&with["sent"], &with["refused"]),
            (&true.into(), &serde_json::Value::Null)
        );
        // One that another CA made.
        sandbox.run("self-signed stranger.test --client --force");
        let other = asked("--client-cert stranger.test.crt --client-key stranger.test.key");
        assert!(
            other["sent"] == true && other["refused"].is_string(),
            "{other}"
        );
    }
    let error = sandbox.fails(
        2,
        "inspect localhost:1 --client-cert client.test.crt --client-key localhost.key",
    );
    assert!(error.contains("does not belong"), "{error}");
    // Both in one, which standard input gives but once.
    let both = sandbox.text("client.test.crt") + &sandbox.text("localhost.key");
    let output = sandbox
        .certwright("inspect localhost:1 --client-cert -")
        .write_stdin(both)
        .assert()
        .code(2);
    let error = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(error.contains("does not belong"), "{error}");
}

#[test]
fn faults_of_the_chain_are_told() {
    let sandbox = sandbox();
    sandbox.run("self-signed other.test");
    let own = chain(&sandbox, &["localhost.crt"]);
    let root = std::fs::read(sandbox.generation().join("root.crt")).unwrap();
    sandbox.write("root.crt", root);
    let root = chain(&sandbox, &["root.crt"]).remove(0);
    let other = chain(&sandbox, &["other.test.crt"]).remove(0);
    let [leaf, middle] = [&own[0], &own[1]].map(Clone::clone);
    for (sent, faults) in [
        (vec![leaf.clone()], vec!["missing-issuer"]),
        (
            vec![leaf.clone(), root.clone(), middle.clone()],
            vec!["superfluous-root"],
        ),
        (
            vec![leaf.clone(), middle.clone(), middle.clone()],
            vec!["duplicate"],
        ),
        (
            vec![leaf.clone(), other.clone(), middle.clone()],
            vec!["unrelated"],
        ),
    ] {
        let port = serve("127.0.0.1", config(&sandbox, sent), nothing);
        let document = sandbox.json(&format!("inspect localhost:{port}"));
        Schema::read().holds("inspect", &document);
        let told = document["items"][0]["chain_faults"]
            .as_array()
            .unwrap()
            .clone();
        let told: Vec<&str> = told
            .iter()
            .map(|fault| fault["fault"].as_str().unwrap())
            .collect();
        assert_eq!(told, faults);
    }
    let port = serve("127.0.0.1", config(&sandbox, vec![leaf]), nothing);
    let text = sandbox.run(&format!("inspect localhost:{port}"));
    assert!(
        text.contains("fault       the certificate of its issuer CN=certwright intermediate"),
        "{text}"
    );
}

#[test]
fn a_damaged_certificate_does_not_hide_the_others() {
    let sandbox = sandbox();
    let mut sent = chain(&sandbox, &["localhost.crt"]);
    sent.insert(1, CertificateDer::from(b"\x30\x03\x02\x01\x05".to_vec()));
    let port = serve("127.0.0.1", config(&sandbox, sent), nothing);
    sandbox
        .certwright(&format!("inspect localhost:{port}"))
        .assert()
        .code(2)
        .stdout(
            contains("names       localhost")
                .and(contains("certificate 3"))
                .and(contains("not all of which can be read")),
        )
        .stderr(contains(format!("localhost:{port}, certificate 2: ")));
}

#[test]
fn what_is_not_tls_has_a_name() {
    let sandbox = Sandbox::new();
    let says = |words: &'static [u8]| {
        peer("127.0.0.1", move |mut stream| {
            let _ = stream.write_all(words);
            let _ = stream.read(&mut [0; 4096]);
        })
    };
    for (words, code, exit, told) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            "not-tls",
            2,
            "in plain text, not in TLS: \"HTTP/1.1 400 Bad Request\"",
        ),
        (b"220 mail.test ESMTP\r\n", "not-tls", 2, "--starttls smtp"),
        (b"SSH-2.0-OpenSSH\r\n", "not-tls", 2, "it speaks SSH"),
        (
            b"\0\x01\x02\x1b[2Jgarbage",
            "not-tls",
            2,
            "bytes that are not TLS: 0001021b5b324a67",
        ),
        (
            b"\x16\x03\x03\0\x05garbage",
            "malformed",
            2,
            "breaks the rules of TLS",
        ),
        (
            b"\x15\x03\x03\0\x02\x02\x50",
            "tls-alert",
            2,
            "internal_error (80)",
        ),
    ] {
        let address = says(words);
        let error = sandbox.fails(exit, &format!("--json inspect {address}"));
        let error: serde_json::Value = serde_json::from_str(&error).unwrap();
        Schema::read().holds("error", &error);
        assert_eq!(error["error"]["code"], code, "{error}");
        assert!(
            error.to_string().replace("\\\"", "\"").contains(told),
            "{error}"
        );
    }
}

#[test]
fn who_is_not_reached_is_worth_another_try() {
    let sandbox = Sandbox::new();
    let silent = peer("127.0.0.1", |stream| {
        // Held open, and never answered.
        thread::spawn(move || stream.peek(&mut [0]).map(|_| thread::park()));
    });
    // A record of TLS that never ends: what little comes does not put the end off.
    let dripping = peer("127.0.0.1", |mut stream| {
        thread::spawn(move || {
            let mut record = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc"
                .iter()
                .chain(std::iter::repeat(&0));
            while stream.write_all(&[*record.next().unwrap()]).is_ok() {
                thread::sleep(std::time::Duration::from_millis(30));
            }
        });
    });
    let closing = peer("127.0.0.1", drop);
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let code = |words: &str| {
        let error = sandbox.fails(3, &format!("--json {words}"));
        let error: serde_json::Value = serde_json::from_str(&error).unwrap();
        error["error"]["code"].as_str().unwrap().to_owned()
    };
    for command in ["inspect", "fingerprint"] {
        assert_eq!(
            code(&format!("{command} {silent} --timeout 300ms")),
            "timed-out"
        );
        assert_eq!(
            code(&format!("{command} {dripping} --timeout 300ms")),
            "timed-out"
        );
        assert_eq!(
            code(&format!("{command} {silent} --timeout 1s --starttls imap")),
            "timed-out"
        );
        assert_eq!(code(&format!("{command} {closing}")), "closed-early");
        assert_eq!(code(&format!("{command} {closed}")), "refused");
        // No resolver knows it (RFC 6761 §6.4), if one answers at all.
        let unknown = code(&format!("{command} missing.invalid --timeout 5s"));
        assert!(
            ["unresolvable", "timed-out"].contains(&unknown.as_str()),
            "{unknown}"
        );
        assert_eq!(code(&format!("{command} 127.0.0.1:1 -6")), "unresolvable");
    }
}

#[test]
fn one_that_fails_does_not_hide_the_next() {
    let (sandbox, port) = sound();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    sandbox
        .certwright(&format!(
            "fingerprint missing.crt {closed} localhost:{port}"
        ))
        .assert()
        .code(3)
        .stdout(contains(format!("  localhost:{port}\n")))
        .stderr(contains("missing.crt").and(contains("nothing listens there")));
    sandbox.fails(3, &format!("inspect --good-for 1d {closed}"));
}

#[test]
fn files_folders_and_hosts_are_told_apart() {
    let (sandbox, port) = sound();
    std::fs::create_dir(sandbox.path("localhost")).unwrap();
    let error = sandbox.fails(2, "inspect localhost");
    assert!(
        error.contains("\"localhost\" is a folder here, and could be a host"),
        "{error}"
    );
    assert!(
        error.contains("write ./localhost for the folder, or localhost:443 for the host"),
        "{error}"
    );
    sandbox.run(&format!("inspect localhost:{port}"));
    sandbox.write(&format!("localhost:{port}"), sandbox.text("localhost.key"));
    let file = sandbox.run(&format!("inspect --short localhost:{port}"));
    assert!(file.starts_with("private key"), "{file}");
    sandbox.fails(2, "inspect missing.pem");
}

#[test]
fn the_name_and_the_address_may_be_others() {
    let sandbox = Sandbox::new();
    sandbox.run("issue a.test");
    let signing =
        rustls::crypto::aws_lc_rs::sign::any_supported_type(&key(&sandbox, "a.test.key").into());
    let certified = CertifiedKey::new(chain(&sandbox, &["a.test.crt"]), signing.unwrap());
    let mut by_name = ResolvesServerCertUsingSni::new();
    by_name.add("a.test", certified).unwrap();
    let config = builder(rustls::ALL_VERSIONS)
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(by_name));
    let port = serve("127.0.0.1", config, nothing);
    let error = sandbox.fails(2, &format!("inspect localhost:{port}"));
    assert!(
        error.contains("refuses the handshake with the alert"),
        "{error}"
    );
    for words in [
        format!("localhost:{port} --servername A.test"),
        format!("a.test:{port} --connect 127.0.0.1"),
        format!("https://a.test --connect localhost:{port} -4"),
    ] {
        let text = sandbox.run(&format!("inspect {words}"));
        assert!(
            text.contains(&format!("address     127.0.0.1:{port}, asked for a.test")),
            "{text}"
        );
    }
}

#[test]
fn servers_are_reached_by_the_sixth_version_too() {
    let sandbox = sandbox();
    let sent = chain(&sandbox, &["localhost.crt"]);
    let port = serve("::1", config(&sandbox, sent), nothing);
    let text = sandbox.run(&format!("inspect [::1]:{port} -6"));
    assert!(
        text.contains(&format!("address     [::1]:{port}, asked for no name")),
        "{text}"
    );
}

#[test]
fn a_connection_may_begin_in_plain_text() {
    let sandbox = sandbox();
    let sent = chain(&sandbox, &["localhost.crt"]);
    let port = serve("127.0.0.1", config(&sandbox, sent), |stream| {
        let mut hear = |until: &[u8], say: &[u8]| {
            let mut heard = Vec::new();
            while !heard.ends_with(until) {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    return;
                }
                heard.push(byte[0]);
            }
            let _ = stream.write_all(say);
        };
        hear(b"", b"220 mail.test ESMTP\r\n");
        hear(
            b"EHLO [127.0.0.1]\r\n",
            b"250-mail.test\r\n250 STARTTLS\r\n",
        );
        hear(b"STARTTLS\r\n", b"220 go\r\n");
    });
    for words in [
        format!("smtp://localhost:{port}"),
        format!("localhost:{port} --starttls smtp"),
    ] {
        let document = sandbox.json(&format!("inspect {words}"));
        Schema::read().holds("inspect", &document);
        assert_eq!(document["items"][0]["starttls"], "smtp");
        assert_eq!(document["items"][0]["resumption"], true);
        assert!(document["items"][0]["timings"]["starttls_us"].is_u64());
    }
    let error = sandbox.fails(2, &format!("inspect localhost:{port} --starttls imap"));
    assert!(
        error.contains("does not go over to TLS in IMAP: it says \"220 mail.test ESMTP\""),
        "{error}"
    );
}

#[test]
fn a_proxy_makes_the_way() {
    let (sandbox, port) = sound();
    let (heard, hears) = mpsc::channel();
    let proxy = peer("127.0.0.1", move |mut client| {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let refusal = [
            ("refused.test", "407 Proxy Authentication Required"),
            ("down.test", "502 Bad Gateway"),
        ];
        if let Some((_, status)) = refusal.iter().find(|(host, _)| head.contains(host)) {
            client
                .write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())
                .unwrap();
            return;
        }
        heard.send(head).unwrap();
        let mut server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\nVia: a\r\n\r\n")
            .unwrap();
        let (mut from_client, mut to_server) =
            (client.try_clone().unwrap(), server.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
        thread::spawn(move || std::io::copy(&mut server, &mut client));
    });
    let document = sandbox.json(&format!(
        "inspect server.test --proxy http://user:p%20w@{proxy}"
    ));
    Schema::read().holds("inspect", &document);
    let server = &document["items"][0];
    assert_eq!(
        (&server["proxy"], &server["servername"]),
        (&proxy.to_string().into(), &"server.test".into())
    );
    assert!(server["timings"]["proxy_us"].is_u64());
    assert!(
        !document.to_string().contains("p w"),
        "the password is nobody's business"
    );
    let request = hears.recv().unwrap();
    assert!(
        request.starts_with("CONNECT server.test:443 HTTP/1.1\r\nHost: server.test:443\r\n"),
        "{request}"
    );
    assert!(
        request.contains("Proxy-Authorization: Basic dXNlcjpwIHc=\r\n"),
        "{request}"
    );
    let error = sandbox.fails(2, &format!("inspect refused.test --proxy {proxy}"));
    assert!(
        error.contains("makes no way to refused.test:443") && error.contains("USER:PASSWORD"),
        "{error}"
    );
    sandbox.fails(3, &format!("inspect down.test --proxy {proxy}"));
}

#[test]
fn what_a_server_sends_is_judged_for_the_name_it_was_asked_for() {
    let (sandbox, port) = sound();
    let root = sandbox.generation().join("root.crt");
    let words = format!("--roots {} --at 2026-11-22", root.display());
    let document = sandbox.json(&format!("verify localhost:{port} {words}"));
    Schema::read().holds("verify", &document);
    let verdict = &document["verdicts"][0];
    assert_eq!(verdict["hostname"], "localhost");
    assert_eq!(verdict["server"]["address"], format!("127.0.0.1:{port}"));
    sandbox.fails(
        1,
        &format!("verify localhost:{port} --servername other.test {words}"),
    );
    sandbox.run(&format!(
        "verify localhost:{port} --expect localhost.crt {words}"
    ));
    sandbox.run("issue localhost --force --at 2026-11-21");
    sandbox
        .certwright(&format!(
            "verify localhost:{port} --expect localhost.crt {words}"
        ))
        .assert()
        .code(1)
        .stdout(contains("have the server load the new file"));
    let linted = sandbox.json(&format!("lint localhost:{port}"));
    Schema::read().holds("lint", &linted);
    assert_eq!(linted["items"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_issuer_that_was_not_sent_is_told_and_given() {
    let sandbox = sandbox();
    let mut certificates = chain(&sandbox, &["localhost.crt"]);
    certificates.truncate(1);
    let port = serve("127.0.0.1", config(&sandbox, certificates), nothing);
    let root = sandbox.generation().join("root.crt");
    let intermediate = sandbox.generation().join("intermediate.crt");
    let words = format!(
        "verify localhost:{port} --at 2026-11-22 --roots {}",
        root.display()
    );
    sandbox
        .certwright(&words)
        .assert()
        .code(1)
        .stdout(contains("unknown-issuer").and(contains("in the server's file")));
    sandbox.run(&format!(
        "{words} --intermediates {}",
        intermediate.display()
    ));
}
