//! Redis: it runs as `redis` from the start. redis-cli does not ask for whom a certificate is; redis-py does.

use std::process::Command;

use super::{Deployed, NASTY, Running, program, python, run_as, said};

fn serve(name: &'static str, words: &str) -> (Deployed, Running) {
    Deployed::serve_as(name, "redis", NASTY, words, command)
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
#[ignore = "needs root, Redis, redis-py and openssl (Debian: redis-server openssl; PyPI: redis)"]
fn redis_serves_what_was_pasted() {
    for (name, other) in [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")] {
        let (deployed, _running) = serve(name, "");
        let told = said(&deployed.client());
        assert!(told.contains("PONG"), "{told}{}", deployed.log());
        let told = py(&deployed, name, "");
        assert!(told.contains("PONG"), "{told}");
        let wrong = py(&deployed, other, "");
        assert!(wrong.contains("certificate verify failed"), "{wrong}");
        deployed.speaks_todays_tls();

        let unasked = said(&deployed.client_with(name, other));
        assert!(
            unasked.contains("PONG"),
            "as the note about redis-cli says: {unasked}"
        );
        let plain = said(&deployed.client_with("--tls ", ""));
        assert!(!plain.contains("PONG"), "{plain}");
    }
}

#[test]
#[ignore = "needs root, Redis and redis-py (Debian: redis-server; PyPI: redis)"]
fn redis_lets_in_who_has_a_certificate() {
    let (deployed, _running) = serve("localhost", "--mutual");
    let told = said(&deployed.client());
    assert!(told.contains("PONG"), "{told}{}", deployed.log());
    deployed.is_closed_to_strangers("PONG");
    let pair = ", ssl_certfile='client.crt', ssl_keyfile='client.key'";
    assert!(py(&deployed, "localhost", pair).contains("PONG"));
    assert!(!py(&deployed, "localhost", "").contains("PONG"));
}
