//! The recipes of docs/guide.md, run by the programs that read them or held against their schemas.

mod ci;
mod images;
mod kubernetes;
mod make;
mod systemd;

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

pub use self::images::instructions;
use super::nginx::free_ports;
use super::python;
use crate::guide::{Proof, Shell, block, in_place};
use crate::sandbox::Sandbox;

/// Which test is for which block; `cli::guide` counts them.
pub const PROOFS: [&[Proof]; 5] = [
    ci::PROOFS,
    make::PROOFS,
    images::PROOFS,
    systemd::PROOFS,
    kubernetes::PROOFS,
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

/// A shell that has no certwright before it was installed from its source in `tools/certwright`.
fn before_installation<'a>(sandbox: &'a Sandbox, words: &'static [&'static str]) -> Shell<'a> {
    let shell = Shell::new(sandbox, words);
    fs::create_dir(sandbox.path("tools")).unwrap();
    symlink(env!("CARGO_MANIFEST_DIR"), sandbox.path("tools/certwright")).unwrap();
    let cargo = CARGO.replace("PROGRAM", env!("CARGO_BIN_EXE_certwright"));
    shell.stand_in("cargo", &cargo);
    shell
}

/// Has a script run with a free port in the place of 8443, and returns what it printed. Somebody may take the
/// port before its server does; then it is run again with another.
fn on_free_port(script: &str, run: impl Fn(&str) -> (Option<i32>, String)) -> String {
    for _ in 0..5 {
        let port = free_ports(1)[0].to_string();
        let (code, printed) = run(&in_place(script, &[("8443", &port)]));
        if code == Some(0) {
            return printed;
        }
        assert!(
            printed.contains("Address already in use"),
            "{script}\n{printed}"
        );
    }
    panic!("no port is free for {script}");
}

/// Holds a YAML block against a schema, and returns what it says.
fn checked(sandbox: &Sandbox, name: &str, schema: &str) -> Value {
    sandbox.write("block.yaml", block(name));
    sandbox.other(
        "check-jsonschema",
        &format!("--builtin-schema vendor.{schema} block.yaml"),
    );
    let program = "import json, yaml; print(json.dumps(yaml.safe_load(open('block.yaml'))))";
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
