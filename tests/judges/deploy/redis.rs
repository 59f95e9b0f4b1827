//! Redis: it runs as `redis` from the start. redis-cli does not ask for whom a certificate is; redis-py does.

use std::process::Command;

use super::{Deployed, NASTY, Running, program, python, run_as, said};

fn serve(words: &str) -> (Deployed, Running) {
    Deployed::serve("redis", NASTY, words, command)
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("redis");
    let settings = format!("bind 127.0.0.1\nsave \"\"\n{}", deployed.pasted(".conf"));
    deployed.sandbox.write("redis.conf", settings);
    let mut command = program(deployed, "redis-server", &["redis.conf"]);
    run_as(&mut command, "redis");
    command
}

/// Has redis-py ask a host, with a certificate of the client's or without.
fn py(deployed: &Deployed, host: &str, certificate: &str) -> String {
    let script = format!(
        "import redis, sys
it = redis.Redis(host=sys.argv[1], port={}, ssl=True, ssl_ca_certs=sys.argv[2], ssl_check_hostname=True, socket_timeout=20{certificate})
print('PONG' if it.ping() else 'nothing')",
        deployed.port
    );
    let output = Command::new(python())
        .args(["-c", &script, host])
        .arg(deployed.path("root.crt"))
        .current_dir(deployed.sandbox.work())
        .output();
    said(&output.expect("Python runs"))
}

#[test]
#[ignore = "needs root, Redis and redis-py (Debian: redis-server; PyPI: redis)"]
fn redis_serves_what_was_pasted() {
    let (deployed, _running) = serve("");
    let told = said(&deployed.client());
    assert!(told.contains("PONG"), "{told}{}", deployed.log());
    let told = py(&deployed, "localhost", "");
    assert!(told.contains("PONG"), "{told}");
    let wrong = py(&deployed, "127.0.0.1", "");
    assert!(wrong.contains("IP address mismatch"), "{wrong}");

    let unasked = deployed.client_with("localhost", "127.0.0.1");
    assert!(
        unasked.status.success(),
        "as the note about redis-cli says: {}",
        said(&unasked)
    );
    let plain = deployed.client_with("--tls ", "");
    assert!(!said(&plain).contains("PONG"), "{}", said(&plain));
}

#[test]
#[ignore = "needs root, Redis and redis-py (Debian: redis-server; PyPI: redis)"]
fn redis_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("--mutual");
    let told = said(&deployed.client());
    assert!(told.contains("PONG"), "{told}{}", deployed.log());
    deployed.is_closed_to_strangers("PONG");
    let pair = ", ssl_certfile='client.crt', ssl_keyfile='client.key'";
    assert!(py(&deployed, "localhost", pair).contains("PONG"));
    assert!(!py(&deployed, "localhost", "").contains("PONG"));
}
