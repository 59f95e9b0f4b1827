//! The Makefile.

use std::fs;

use crate::guide::{Proof, Shell, block};
use crate::sandbox::Sandbox;

/// Which test is for which block.
pub const PROOFS: &[Proof] = &[("Makefile", make_makes_anew_what_has_to_be)];

#[test]
#[ignore = "needs make (Debian: make)"]
fn make_makes_anew_what_has_to_be() {
    let sandbox = Sandbox::new();
    let shell = Shell::with_certwright(&sandbox, &["sh", "-e"]);
    sandbox.write("Makefile", block("Makefile"));
    let made = |words: &str| {
        let printed = shell.run(&format!("make {words}"));
        let roots = printed.matches("certwright ca export").count();
        (roots, sandbox.text("certs/localhost.crt"))
    };
    let (roots, first) = made("check");
    assert_eq!(roots, 1);
    assert_eq!(made("check"), (0, first.clone()), "it was made already");
    let (roots, second) = made("check NAMES='localhost ::1'");
    assert_eq!(roots, 1);
    assert_ne!(first, second);
    fs::remove_file(sandbox.path("certs/localhost.key")).unwrap();
    let (_, third) = made("check NAMES='localhost ::1'");
    assert_ne!(second, third, "a certificate without its key");
}
