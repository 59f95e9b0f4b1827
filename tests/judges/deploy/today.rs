//! TLS as it is today, of a server that runs: 1.2 and 1.3, with forward secrecy and authenticated ciphers.

use std::process::{Command, Stdio};

use super::{Deployed, said};

/// The server takes both versions, and neither an older one nor a suite of 1.2 with CBC.
pub fn speaks_todays_tls(deployed: &Deployed) {
    for taken in ["-tls1_3", "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256"] {
        let (agreed, told) = agrees(deployed, taken);
        assert!(agreed, "{taken}: {told}\n{}", deployed.log());
    }
    for refused in [
        "-tls1_1 -cipher DEFAULT@SECLEVEL=0",
        "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA",
        "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256",
    ] {
        let (agreed, told) = agrees(deployed, refused);
        assert!(!agreed, "{refused}: {told}");
    }
}

/// Tells whether a handshake came to a cipher, and what was said.
fn agrees(deployed: &Deployed, words: &str) -> (bool, String) {
    let asked = Command::new("openssl")
        .args(["s_client", "-connect"])
        .arg(format!("localhost:{}", deployed.port))
        .args(words.split_whitespace())
        .stdin(Stdio::null())
        .output()
        .expect("openssl runs");
    let told = said(&asked);
    (!told.contains("Cipher is (NONE)"), told)
}
