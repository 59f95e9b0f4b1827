//! The TLS settings that all configurations share: TLS 1.2 and 1.3, forward secrecy, authenticated
//! ciphers, nothing else.
//!
//! TLS 1.3 has no other kind, so only the suites of 1.2 are listed.

/// The suites of TLS 1.2 by OpenSSL's names: the ECDHE ones with AEAD of Mozilla's intermediate profile,
/// <https://wiki.mozilla.org/Security/Server_Side_TLS>, version 5.7. Its two DHE suites are left out: they take
/// a file of parameters, and browsers have dropped them. All are "recommended" in IANA's registry (RFC 9325
/// §4.2 names the AES ones).
pub const OPENSSL_SUITES: &str = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

/// The same suites by IANA's names, as Java and Go have them.
pub const IANA_SUITES: [&str; 6] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];
