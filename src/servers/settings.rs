//! The TLS settings that all configurations share: TLS 1.2 and 1.3, forward secrecy, authenticated
//! ciphers, nothing else.
//!
//! TLS 1.3 has no other kind, so only the suites of 1.2 are listed.

/// Returns the suites as OpenSSL, BoringSSL and all that is built on them want them.
pub fn openssl_suites() -> String {
    SUITES.map(|(openssl, _)| openssl).join(":")
}

/// Returns the suites by the names of IANA's registry, as Go and Java know them.
pub fn iana_suites() -> [&'static str; 6] {
    SUITES.map(|(_, iana)| iana)
}

/// The suites of TLS 1.2: those with ECDHE of Mozilla's intermediate profile, version 5.7,
/// <https://wiki.mozilla.org/Security/Server_Side_TLS>. Its DHE suites are left out: they take a file of
/// parameters, and browsers have dropped them. IANA's registry recommends all of these, and RFC 9325 §4.2
/// those with AES.
const SUITES: [(&str, &str); 6] = [
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    ),
    (
        "ECDHE-RSA-AES128-GCM-SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ),
    (
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    ),
    (
        "ECDHE-RSA-AES256-GCM-SHA384",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    ),
    (
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
    (
        "ECDHE-RSA-CHACHA20-POLY1305",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ),
];
