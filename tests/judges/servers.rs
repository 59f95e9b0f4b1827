//! Real servers and clients on the loopback.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::{program, python, root};
use crate::sandbox::Sandbox;

/// A server that ends with the value.
pub struct Server {
    process: Child,
    pub port: u16,
}

impl Server {
    /// Python's `ssl`, which takes a free port and prints it.
    pub fn python(sandbox: &Sandbox, arguments: &str) -> Self {
        let mut process = Command::new(python())
            .arg(program("tls_server.py"))
            .args(arguments.split_whitespace())
            .current_dir(sandbox.work())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python runs");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it prints its port");
        let port = line.trim().parse().expect("a port");
        Self { process, port }
    }

    /// `openssl s_server`, on a port that was free a moment ago.
    fn openssl(sandbox: &Sandbox) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .port();
        let words = format!(
            "s_server -accept 127.0.0.1:{port} -www -cert localhost.crt -cert_chain localhost.crt -key localhost.key"
        );
        let process = Command::new("openssl")
            .args(words.split_whitespace())
            .current_dir(sandbox.work())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs");
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Self { process, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A sandbox with a certificate for the loopback.
fn issued(words: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.run(words);
    sandbox
}

#[test]
#[ignore = "needs curl, openssl and python3 (Debian: curl openssl python3)"]
fn curl_and_python_accept_what_openssl_and_python_serve() {
    let sandbox = issued("issue localhost 127.0.0.1");
    let root = root(&sandbox);
    for server in [
        Server::openssl(&sandbox),
        Server::python(&sandbox, "localhost.crt localhost.key"),
    ] {
        let port = server.port;
        for name in ["localhost", "127.0.0.1"] {
            let url = format!(
                "--silent --show-error --fail --ipv4 --output /dev/null --cacert {root} https://{name}:{port}/"
            );
            sandbox.other("curl", &url);
            let told = sandbox.other(
                &python(),
                &format!("{} {root} {name} {port}", program("strict_client.py")),
            );
            assert!(told.contains("200"), "{told}");
        }
        let other = Sandbox::new();
        other.run("ca init");
        let refused = sandbox.other_output(
            "curl",
            &format!(
                "--silent --cacert {} https://localhost:{port}/",
                super::root(&other)
            ),
        );
        assert_eq!(
            refused.status.code(),
            Some(60),
            "another CA's root does not do"
        );
    }
}

#[test]
#[ignore = "needs python3 (Debian: python3)"]
fn clients_log_in_with_their_certificate() {
    let sandbox = issued("issue localhost 127.0.0.1");
    sandbox.run("issue --client alice@localhost --cert-file alice.crt --key-file alice.key");
    let root = root(&sandbox);
    let server = Server::python(&sandbox, &format!("localhost.crt localhost.key {root}"));
    let client = program("strict_client.py");
    let told = sandbox.other(
        &python(),
        &format!(
            "{client} {root} localhost {} alice.crt alice.key",
            server.port
        ),
    );
    assert!(told.contains("200"), "{told}");
    let anonymous = sandbox.other_output(
        &python(),
        &format!("{client} {root} localhost {}", server.port),
    );
    assert!(
        !anonymous.status.success() || !String::from_utf8_lossy(&anonymous.stdout).contains("200")
    );
}

#[test]
#[ignore = "needs Python's grpcio (PyPI: grpcio)"]
fn grpc_reaches_an_address_under_the_default_constraints_and_not_under_strict() {
    let judge = program("grpc_names.py");
    let ask = |sandbox: &Sandbox, names: &str| {
        sandbox.other_output(
            &python(),
            &format!(
                "{judge} {} localhost.crt localhost.key {names}",
                root(sandbox)
            ),
        )
    };
    let sandbox = issued("issue localhost 127.0.0.1");
    let reached = ask(&sandbox, "localhost 127.0.0.1");
    assert!(
        reached.status.success(),
        "{}",
        String::from_utf8_lossy(&reached.stderr)
    );
    let strict = issued("ca init --constraints strict");
    strict.run("issue localhost 127.0.0.1");
    assert!(
        !ask(&strict, "127.0.0.1").status.success(),
        "the price of strict, which the README names"
    );
}

#[test]
#[ignore = "needs Python's mbedtls (PyPI: python-mbedtls)"]
fn mbed_tls_reads_soft_constraints_and_not_critical_ones() {
    let judge = program("mbedtls_client.py");
    for (set, accepted) in [("soft", true), ("dns", false)] {
        let sandbox = issued(&format!("ca init --constraints {set}"));
        sandbox.run("issue localhost");
        let server = Server::python(&sandbox, "localhost.crt localhost.key");
        let asked = sandbox.other_output(
            &python(),
            &format!("{judge} {} localhost {}", root(&sandbox), server.port),
        );
        let told = String::from_utf8_lossy(&asked.stderr).into_owned();
        assert_eq!(asked.status.success(), accepted, "{set}: {told}");
    }
}
