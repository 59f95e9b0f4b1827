//! Live servers by other people, as `inspect` sees them: versions, chains, client certificates, and what cannot
//! be spoken here.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::nginx::Nginx;
use super::{ca_file, root};
use crate::sandbox::Sandbox;

/// A program that listens on a port, and ends with the value.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a program in the sandbox whose words name its port as `PORT`.
    fn start(sandbox: &Sandbox, program: &str, words: &str) -> Self {
        let log = format!("{program}.log");
        // Somebody may take the port between the choice and the start; then the program ends.
        for _ in 0..5 {
            let held = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let port = held.local_addr().expect("it is bound").port();
            drop(held);
            let words = words.replace("PORT", &port.to_string());
            let output = File::create(sandbox.path(&log)).expect("a file can be made");
            let process = Command::new(program)
                .args(words.split_whitespace())
                .current_dir(sandbox.work())
                .env_clear()
                .envs(sandbox.environment())
                .stdin(Stdio::null())
                .stdout(output.try_clone().expect("a file can be written by two"))
                .stderr(output)
                .spawn()
                .unwrap_or_else(|error| panic!("{program}: {error}"));
            let mut server = Self { process, port };
            if server.listens() {
                return server;
            }
        }
        panic!("{program} does not listen: {}", sandbox.text(&log));
    }

    fn listens(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if self.process.try_wait().expect("it is ours").is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// OpenSSL's own server, which answers every client with a page.
    fn openssl(sandbox: &Sandbox, words: &str) -> Self {
        Self::start(
            sandbox,
            "openssl",
            &format!("s_server -www -accept PORT {words}"),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What is told of a server, and the certificates that it sent.
fn inspected(sandbox: &Sandbox, port: u16, words: &str) -> Vec<Value> {
    let document = sandbox.json(&format!("inspect localhost:{port} {words}"));
    document["items"].as_array().expect("a list").clone()
}

/// A sandbox with an ECDSA certificate with its chain, that of an RSA key, and one for a client.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run("issue localhost 127.0.0.1");
    sandbox.run("issue rsa.localhost localhost -a rsa2048");
    sandbox.run("issue client.localhost --client");
    sandbox
}

const ECDSA: &str = "-cert localhost.crt -key localhost.key";
const RSA: &str = "-cert rsa.localhost.crt -key rsa.localhost.key";

#[test]
#[ignore = "needs nginx"]
fn nginx_is_seen_as_it_is() {
    let sandbox = sandbox();
    let server = Nginx::serve(&sandbox, &["localhost", "rsa.localhost"]);
    for (port, scheme) in server
        .ports
        .iter()
        .zip(["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"])
    {
        let items = inspected(&sandbox, *port, "");
        // TLS 1.3 is on by itself since nginx 1.23.4.
        let trips = if items[0]["protocol"] == "TLS 1.3" {
            1
        } else {
            2
        };
        assert_eq!(items[0]["timings"]["round_trips"], trips);
        assert_eq!(items[0]["signature"]["scheme"], scheme);
        assert_eq!(items[0]["signature"]["status"], "valid");
        assert_eq!(items[0]["alpn"], "http/1.1");
        assert_eq!(items[0]["resumption"], true);
        assert_eq!(
            (
                items.len(),
                items[0]["chain_faults"].as_array().unwrap().len()
            ),
            (3, 0)
        );
    }
}

#[test]
#[ignore = "needs haproxy"]
fn haproxy_is_seen_as_it_is() {
    let sandbox = sandbox();
    let both = [sandbox.text("localhost.crt"), sandbox.text("localhost.key")].concat();
    sandbox.write("both.pem", both);
    let bind = format!("ssl crt both.pem alpn h2 ca-file {} verify", root(&sandbox));
    for (verify, version) in [("optional", "ssl-max-ver TLSv1.2"), ("required", "")] {
        let server = haproxy(&sandbox, &format!("{bind} {verify} {version}"));
        let items = inspected(&sandbox, server.port, "");
        let (protocol, trips) = if version.is_empty() {
            ("TLS 1.3", 1)
        } else {
            ("TLS 1.2", 2)
        };
        assert_eq!(items[0]["protocol"], protocol);
        assert_eq!(items[0]["timings"]["round_trips"], trips);
        let asked = &items[0]["client_certificate"];
        assert_eq!(
            (&asked["asked"], asked["refused"].is_string()),
            (&true.into(), verify == "required")
        );
        assert!(
            asked["authorities"][0]
                .as_str()
                .unwrap()
                .starts_with("CN=certwright root")
        );
        let shown = "--client-cert client.localhost.crt --client-key client.localhost.key";
        let items = inspected(&sandbox, server.port, shown);
        assert_eq!(items[0]["client_certificate"]["refused"], Value::Null);
        assert_eq!(items[0]["alpn"], "h2");
    }
}

fn haproxy(sandbox: &Sandbox, bind: &str) -> Server {
    // The port stands in its configuration, which the program reads from a variable of its environment.
    sandbox.write(
        "haproxy.cfg",
        format!(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n\
             frontend tls\n  bind 127.0.0.1:\"$PORT_OF_IT\" {bind}\n  http-request return status 200\n"
        ),
    );
    sandbox.write(
        "haproxy.sh",
        "PORT_OF_IT=$1 exec haproxy -db -f haproxy.cfg\n",
    );
    Server::start(sandbox, "sh", "haproxy.sh PORT")
}

#[test]
#[ignore = "needs openssl"]
fn openssl_is_seen_as_it_is() {
    let sandbox = sandbox();
    for (words, protocol, trips, group, resumed) in [
        (ECDSA, "TLS 1.3", 1, "X25519", true),
        ("-tls1_2", "TLS 1.2", 2, "X25519", true),
        (
            "-tls1_2 -no_ticket -no_cache",
            "TLS 1.2",
            2,
            "X25519",
            false,
        ),
        ("-num_tickets 0", "TLS 1.3", 1, "X25519", false),
        // The group that was not guessed costs a round trip.
        ("-groups P-384", "TLS 1.3", 2, "secp384r1", true),
    ] {
        let server = Server::openssl(&sandbox, &format!("{ECDSA} {words}"));
        let items = inspected(&sandbox, server.port, "");
        assert_eq!(items[0]["protocol"], protocol, "{words}");
        assert_eq!(items[0]["timings"]["round_trips"], trips, "{words}");
        assert_eq!(items[0]["signature"]["status"], "valid", "{words}");
        assert_eq!(items[0]["resumption"], resumed, "{words}");
        // Newer ones have the hybrid too.
        let exchange = items[0]["key_exchange"].as_str().unwrap();
        assert!(
            exchange == group || exchange == "X25519MLKEM768",
            "{words}: {exchange}"
        );
    }
}

#[test]
#[ignore = "needs openssl"]
fn openssls_odd_chains_and_keys_are_seen() {
    let sandbox = sandbox();
    sandbox.other("openssl", "genpkey -algorithm ed448 -out ed448.key");
    sandbox.other(
        "openssl",
        "req -x509 -key ed448.key -subj /CN=localhost -days 3 -out ed448.crt",
    );
    for (words, status, faults) in [
        (format!("{RSA} -tls1_2"), "valid", vec!["missing-issuer"]),
        (
            format!("{ECDSA} -cert_chain localhost.crt"),
            "valid",
            vec!["duplicate"],
        ),
        (
            format!("{ECDSA} -cert_chain {}", root(&sandbox)),
            "valid",
            vec!["missing-issuer", "unrelated"],
        ),
        (
            "-cert ed448.crt -key ed448.key".to_owned(),
            "unchecked",
            vec![],
        ),
    ] {
        let server = Server::openssl(&sandbox, &words);
        let items = inspected(&sandbox, server.port, "");
        assert_eq!(items[0]["signature"]["status"], status, "{words}");
        let told = items[0]["chain_faults"].as_array().unwrap();
        let told: Vec<&str> = told
            .iter()
            .map(|fault| fault["fault"].as_str().unwrap())
            .collect();
        assert_eq!(told, faults, "{words}");
    }
}

#[test]
#[ignore = "needs openssl"]
fn openssls_wish_for_a_client_certificate_is_seen() {
    let sandbox = sandbox();
    for version in ["-tls1_2", "-tls1_3"] {
        for (verify, required) in [("-verify 3", false), ("-Verify 3", true)] {
            let words = format!(
                "{ECDSA} {version} {verify} -verify_return_error -CAfile {}",
                root(&sandbox)
            );
            let server = Server::openssl(&sandbox, &words);
            let asked = |words: &str| {
                inspected(&sandbox, server.port, words)[0]["client_certificate"].clone()
            };
            let without = asked("");
            assert_eq!(without["asked"], true, "{words}");
            assert_eq!(
                without["refused"].is_string(),
                required,
                "{words}: {without}"
            );
            let with =
                asked("--client-cert client.localhost.crt --client-key client.localhost.key");
            assert_eq!(
                (&with["sent"], &with["refused"]),
                (&true.into(), &Value::Null),
                "{words}"
            );
        }
    }
}

#[test]
#[ignore = "needs openssl"]
fn a_staple_of_openssls_is_read() {
    let sandbox = sandbox();
    let ca = |name: &str| ca_file(&sandbox, name).display().to_string();
    let (issuer, key) = (ca("intermediate.crt"), ca("intermediate.key"));
    let request = format!("ocsp -issuer {issuer} -cert localhost.crt -reqout request.der");
    sandbox.other("openssl", &request);
    let serial = sandbox
        .run("inspect --field serial localhost.crt")
        .to_ascii_uppercase();
    let serial = serial.lines().next().expect("a serial number");
    for (state, status) in [
        ("V\t360101000000Z\t", "good"),
        ("R\t360101000000Z\t260101000000Z", "revoked"),
    ] {
        sandbox.write(
            "index.txt",
            format!("{state}\t{serial}\tunknown\t/CN=localhost\n"),
        );
        let respond = "-reqin request.der -respout response.der -ndays 7";
        let signed = format!("-index index.txt -CA {issuer} -rsigner {issuer} -rkey {key}");
        sandbox.other("openssl", &format!("ocsp {signed} {respond}"));
        let server = Server::openssl(&sandbox, &format!("{ECDSA} -status_file response.der"));
        let staple = inspected(&sandbox, server.port, "")[0]["ocsp_staple"].clone();
        assert_eq!(
            (&staple["status"], &staple["fault"]),
            (&status.into(), &Value::Null)
        );
        assert!(staple["next_update"].is_string(), "{staple}");
        let text = sandbox.run(&format!("inspect localhost:{}", server.port));
        assert!(
            text.contains(&format!("ocsp        stapled: {status}, since 20")),
            "{text}"
        );
    }
}

#[test]
#[ignore = "needs openssl"]
fn a_server_that_cannot_be_spoken_to_is_not_down() {
    let sandbox = sandbox();
    for (words, code, told) in [
        (
            format!("{RSA} -tls1_1 -cipher DEFAULT@SECLEVEL=0"),
            "tls-unsupported",
            "speaks nothing above TLS 1.1",
        ),
        (
            format!("{RSA} -tls1 -cipher DEFAULT@SECLEVEL=0"),
            "tls-unsupported",
            "speaks nothing above TLS 1.0",
        ),
        (
            format!("{RSA} -tls1_2 -cipher AES128-GCM-SHA256"),
            "tls-unsupported",
            "but TLS_RSA_WITH_AES_128_GCM_SHA256",
        ),
        (
            format!("{RSA} -tls1_2 -cipher DHE-RSA-AES256-GCM-SHA384"),
            "tls-unsupported",
            "but TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        ),
        (
            format!("{RSA} -tls1_2 -cipher ECDHE-RSA-AES128-SHA"),
            "tls-unsupported",
            "but TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        ),
        (
            format!("{RSA} -tls1_3 -groups P-521"),
            "tls-unsupported",
            "no group for the key exchange but secp521r1",
        ),
        (
            format!("{RSA} -tls1_2 -groups P-521"),
            "tls-unsupported",
            "no group for the key exchange but secp521r1",
        ),
        (
            "-nocert -tls1_2 -cipher aNULL@SECLEVEL=0".to_owned(),
            "no-certificate",
            "sends no certificate",
        ),
        // A cipher for RSA, and a key that is not.
        (
            format!("{ECDSA} -tls1_2 -cipher AES128-GCM-SHA256"),
            "tls-alert",
            "handshake_failure (40)",
        ),
    ] {
        let server = Server::openssl(&sandbox, &words);
        let error = sandbox.fails(2, &format!("--json inspect localhost:{}", server.port));
        let error: Value = serde_json::from_str(&error).expect("one JSON document");
        assert_eq!(error["error"]["code"], code, "{words}: {error}");
        assert!(
            error["error"]["message"].as_str().unwrap().contains(told),
            "{words}: {error}"
        );
    }
}
