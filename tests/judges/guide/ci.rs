//! Continuous integration: the steps of a job, in their order and by the shell that runs them.

use std::fs;

use serde_json::Value;

use super::{before_installation, checked, on_free_port, strings};
use crate::guide::{Proof, Shell, block, in_place};
use crate::judges::nginx::{Nginx, free_ports};
use crate::judges::root;
use crate::sandbox::Sandbox;

/// Which test is for which block.
pub const PROOFS: &[Proof] = &[
    ("wait", a_server_is_waited_for_and_asked_by_what_trusts_it),
    (".github/workflows/tls.yml", githubs_steps_run_in_turn),
    (
        ".github/workflows/certificates.yml",
        githubs_daily_run_tells_what_ends,
    ),
    (".gitlab-ci.yml", gitlabs_job_runs),
];

#[test]
#[ignore = "needs openssl, curl and python3"]
fn a_server_is_waited_for_and_asked_by_what_trusts_it() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    let wait = block("wait");
    on_free_port(&format!("{}{wait}", block("trust")), |script| {
        let _ = fs::remove_dir_all(sandbox.path("tls"));
        shell.outcome(script)
    });
    assert!(sandbox.text("answer.html").contains("<HTML>"));
    // What is refused is not waited for.
    let port = free_ports(1)[0].to_string();
    let (code, printed) = shell.outcome(&in_place(&wait, &[("8443", &port)]));
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains("refused  localhost:"), "{printed}");
    // What does not answer is, as long as there is time to sleep.
    let ends = "#!/bin/sh\necho >> slept; [ $(wc -l < slept) -lt 9 ]\n";
    shell.stand_in("sleep", ends);
    let alone = wait.lines().nth(1).unwrap();
    let (code, printed) = shell.outcome(&in_place(alone, &[("8443", &port)]));
    assert_eq!(code, Some(1), "{printed}");
    assert_eq!(sandbox.text("slept").lines().count(), 9);
    assert!(printed.contains("nothing listens there"), "{printed}");
}

#[test]
#[ignore = "needs bash, openssl, curl, node and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn githubs_steps_run_in_turn() {
    let sandbox = Sandbox::new();
    let workflow = checked(&sandbox, ".github/workflows/tls.yml", "github-workflows");
    let mut shell = before_installation(&sandbox, &["bash", "-e"]);
    let steps = commands(&workflow["jobs"]["test"]);
    let (last, first) = steps.split_last().unwrap();
    for step in first {
        done(github(&mut shell, &sandbox).outcome(step));
    }
    let shell = github(&mut shell, &sandbox);
    on_free_port(last, |step| shell.outcome(step));
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
        shell.set("SSL_CERT_FILE", root(&sandbox));
        let steps = commands(&workflow["jobs"]["expiry"]);
        let (last, first) = steps.split_last().unwrap();
        for step in first {
            done(github(&mut shell, &sandbox).outcome(step));
        }
        let last = in_place(last, &[("www.example.com", &here)]);
        let (code, printed) = github(&mut shell, &sandbox).outcome(&last);
        let wanted = if good { 0 } else { 1 };
        assert_eq!(code, Some(wanted), "with {days} days left: {printed}");
    }
}

/// The scripts of a job's steps.
fn commands(job: &Value) -> Vec<&str> {
    let steps = job["steps"].as_array().unwrap().iter();
    steps.filter_map(|step| step["run"].as_str()).collect()
}

/// Readies the shell for a step as GitHub does: with what those before it left in `GITHUB_ENV`, and with the
/// folder in the path in which cargo puts programs.
fn github<'a, 'b>(shell: &'a mut Shell<'b>, sandbox: &Sandbox) -> &'a Shell<'b> {
    let left = sandbox.path("github.env");
    for line in fs::read_to_string(&left).unwrap_or_default().lines() {
        let (name, value) = line.split_once('=').unwrap();
        shell.set(name, value);
    }
    shell.set("GITHUB_ENV", left);
    shell.find_first(&sandbox.home().join(".cargo/bin"));
    shell
}

fn done((code, printed): (Option<i32>, String)) {
    assert_eq!(code, Some(0), "{printed}");
}

#[test]
#[ignore = "needs openssl, curl and check-jsonschema (PyPI: check-jsonschema PyYAML)"]
fn gitlabs_job_runs() {
    let sandbox = Sandbox::new();
    let pipeline = checked(&sandbox, ".gitlab-ci.yml", "gitlab-ci");
    let shell = before_installation(&sandbox, &["sh", "-e"]);
    let parts = ["before_script", "script"].map(|part| strings(&pipeline["tls"][part]).join("\n"));
    let script = parts.join("\n");
    let run = |script: &str| {
        let _ = fs::remove_dir_all(sandbox.path("tls"));
        let _ = fs::remove_dir_all(sandbox.ca());
        shell.outcome(script)
    };
    on_free_port(&script, run);
    assert!(sandbox.text("answer.html").contains("<HTML>"));
    // A second job finds the program in the cache, and nothing else.
    shell.stand_in("cargo", "#!/bin/sh\nexit 1\n");
    on_free_port(&script, run);
}
