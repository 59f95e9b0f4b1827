//! PostgreSQL: it runs as `postgres` from the start. What a judge needs beside the pasted text is a cluster.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Deployed, NASTY, Running, folder_of, program, run_as, said};

/// A cluster that is stopped with the value. PostgreSQL's processes leave the group that a [`Running`] ends,
/// and only what is stopped gives its shared memory back.
struct Cluster {
    deployed: Deployed,
    _running: Running,
}

impl Cluster {
    fn start(name: &'static str, words: &str) -> Self {
        let (deployed, _running) = Deployed::serve_as(name, "postgresql", NASTY, words, command);
        deployed.says("ready to accept connections");
        Self { deployed, _running }
    }

    /// Asks by the printed line, with more of what libpq takes.
    fn ask(&self, more: &str) -> String {
        let line = format!(
            "psql -Atc \"select 'met', version from pg_stat_ssl where pid = pg_backend_pid()\" '{more} "
        );
        said(&self.deployed.client_with("psql '", &line))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let words = ["-D", "data", "-m", "immediate", "stop"];
        let _ = as_postgres(&self.deployed, "pg_ctl", &words).output();
    }
}

/// A program of the newest version that is installed.
fn as_postgres(deployed: &Deployed, name: &str, arguments: &[&str]) -> Command {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let newest: Option<PathBuf> = versions.map(|entry| entry.expect("a version").path()).max();
    let path = newest.expect("a version").join("bin").join(name);
    let mut command = program(deployed, path.to_str().expect("UTF-8"), arguments);
    run_as(&mut command, "postgres");
    command
}

fn command(deployed: &Deployed) -> Command {
    deployed.hand_over("postgres");
    let sandbox = &deployed.sandbox;
    folder_of(deployed, "data", "postgres");
    sandbox.write("password", "secret\n");
    sandbox.write("pgpass", "*:*:*:*:secret\n");
    let mut made = as_postgres(deployed, "initdb", &["-D", "data", "--no-sync"]);
    made.args([
        "--username=postgres",
        "--pwfile=password",
        "--auth=scram-sha-256",
    ]);
    let made = made.output().expect("initdb runs");
    assert!(made.status.success(), "{}", said(&made));
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n{}",
        deployed.pasted(".conf")
    );
    sandbox.write("data/postgresql.conf", settings);
    sandbox.write("data/pg_hba.conf", deployed.pasted(".pg_hba.conf"));
    as_postgres(deployed, "postgres", &["-D", "data"])
}

#[test]
#[ignore = "needs root, PostgreSQL and openssl (Debian: postgresql openssl)"]
fn postgresql_serves_what_was_pasted() {
    for (name, other) in [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")] {
        let cluster = Cluster::start(name, "");
        let deployed = &cluster.deployed;
        deployed.sandbox.other("chmod", "0600 pgpass");
        let told = cluster.ask("passfile=pgpass");
        assert!(told.contains("met|TLSv1.3"), "{told}{}", deployed.log());
        deployed.speaks_todays_tls_after("-starttls postgres");

        let plain = "sslmode=disable passfile=pgpass";
        let plain = said(&deployed.client_with("sslmode=verify-full", plain));
        assert!(plain.contains("no encryption"), "{plain}");
        let wrong = said(&deployed.client_with(name, other));
        assert!(wrong.contains("does not match host name"), "{wrong}");
    }
}

#[test]
#[ignore = "needs root and PostgreSQL (Debian: postgresql)"]
fn postgresql_lets_in_whose_certificate_names_the_role() {
    let cluster = Cluster::start("localhost", "--mutual");
    let sandbox = &cluster.deployed.sandbox;
    let issue = |name: &str| {
        let words =
            "issue --force --cert-file client.crt --key-file client.key --client a@localhost";
        sandbox.run(&format!("{words} --cn={name}"));
    };
    issue("postgres");
    let created = cluster.deployed.client_with("user=client", "user=postgres");
    assert!(created.status.success(), "{}", said(&created));
    let made = "psql -c 'create role client login' ";
    let line = cluster.deployed.document["client"]
        .as_str()
        .expect("a line");
    assert!(line.starts_with("psql 'host="), "{line}");
    let words = line
        .replace("psql ", made)
        .replace("user=client", "user=postgres");
    let made = said(&cluster.deployed.line(&words));
    assert!(made.contains("CREATE ROLE"), "{made}");

    let other = cluster.ask("");
    assert!(
        other.contains("certificate authentication failed"),
        "{other}"
    );
    issue("client");
    let told = cluster.ask("");
    assert!(
        told.contains("met|TLSv1.3"),
        "{told}{}",
        cluster.deployed.log()
    );
    let stranger = cluster
        .deployed
        .client_with("sslcert=client.crt", "sslcert=none.crt");
    assert!(
        said(&stranger).contains("requires a valid client certificate"),
        "{}",
        said(&stranger)
    );
    cluster.deployed.meets_a_stranger();
    let client = "sslcert=client.crt sslkey=client.key";
    let strange = "sslcert=stranger.crt sslkey=stranger.key";
    let stranger = said(&cluster.deployed.client_with(client, strange));
    assert!(stranger.contains("unknown ca"), "{stranger}");
}
