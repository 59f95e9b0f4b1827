//! The names of object identifiers that certificates hold.

/// Returns the name of an extension.
pub fn extension(oid: &str) -> Option<&'static str> {
    find(&EXTENSIONS, oid)
}

/// Returns the name of an extended key usage.
pub fn purpose(oid: &str) -> Option<&'static str> {
    find(&PURPOSES, oid)
}

/// Returns the name of a certificate policy.
pub fn policy(oid: &str) -> Option<&'static str> {
    find(&POLICIES, oid)
}

/// Returns the name of a signature algorithm.
pub fn signature(oid: &str) -> Option<&'static str> {
    find(&SIGNATURES, oid)
}

/// Returns the name of anything else: access methods, attributes, statements.
pub fn other(oid: &str) -> Option<&'static str> {
    find(&OTHERS, oid)
}

/// Writes a name with its OID, or the OID alone where there is no name.
pub fn named(oid: &str, name: Option<&str>) -> String {
    name.map_or_else(|| oid.to_owned(), |name| format!("{name} ({oid})"))
}

fn find(table: &[(&str, &'static str)], oid: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == oid)
        .map(|(_, name)| *name)
}

const EXTENSIONS: [(&str, &str); 49] = [
    ("1.2.840.113533.7.65.0", "Entrust version"),
    ("1.2.840.113549.1.9.15", "S/MIME capabilities"),
    ("1.3.6.1.4.1.11129.2.4.2", "signed certificate timestamps"),
    ("1.3.6.1.4.1.11129.2.4.3", "certificate transparency poison"),
    (
        "1.3.6.1.4.1.311.20.2",
        "Microsoft certificate template name",
    ),
    ("1.3.6.1.4.1.311.21.1", "Microsoft CA version"),
    ("1.3.6.1.4.1.311.21.10", "Microsoft application policies"),
    (
        "1.3.6.1.4.1.311.21.2",
        "Microsoft previous CA certificate hash",
    ),
    ("1.3.6.1.4.1.311.21.4", "Microsoft next CRL publish"),
    ("1.3.6.1.4.1.311.21.7", "Microsoft certificate template"),
    ("1.3.6.1.4.1.311.25.2", "Microsoft security identifier"),
    ("1.3.6.1.5.5.7.1.1", "authority information access"),
    ("1.3.6.1.5.5.7.1.11", "subject information access"),
    ("1.3.6.1.5.5.7.1.12", "logotype"),
    ("1.3.6.1.5.5.7.1.2", "biometric information"),
    ("1.3.6.1.5.5.7.1.24", "TLS feature"),
    ("1.3.6.1.5.5.7.1.3", "qualified certificate statements"),
    ("1.3.6.1.5.5.7.1.31", "ACME identifier"),
    ("1.3.6.1.5.5.7.48.1.5", "OCSP no check"),
    ("2.16.840.1.113730.1.1", "Netscape certificate type"),
    ("2.16.840.1.113730.1.12", "Netscape SSL server name"),
    ("2.16.840.1.113730.1.13", "Netscape comment"),
    ("2.16.840.1.113730.1.2", "Netscape base URL"),
    ("2.16.840.1.113730.1.3", "Netscape revocation URL"),
    ("2.16.840.1.113730.1.4", "Netscape CA revocation URL"),
    ("2.16.840.1.113730.1.7", "Netscape renewal URL"),
    ("2.16.840.1.113730.1.8", "Netscape CA policy URL"),
    ("2.5.29.14", "subject key identifier"),
    ("2.5.29.15", "key usage"),
    ("2.5.29.16", "private key usage period"),
    ("2.5.29.17", "subject alternative name"),
    ("2.5.29.18", "issuer alternative name"),
    ("2.5.29.19", "basic constraints"),
    ("2.5.29.20", "CRL number"),
    ("2.5.29.21", "reason code"),
    ("2.5.29.24", "invalidity date"),
    ("2.5.29.27", "delta CRL indicator"),
    ("2.5.29.28", "issuing distribution point"),
    ("2.5.29.29", "certificate issuer"),
    ("2.5.29.30", "name constraints"),
    ("2.5.29.31", "CRL distribution points"),
    ("2.5.29.32", "certificate policies"),
    ("2.5.29.33", "policy mappings"),
    ("2.5.29.35", "authority key identifier"),
    ("2.5.29.36", "policy constraints"),
    ("2.5.29.37", "extended key usage"),
    ("2.5.29.46", "freshest CRL"),
    ("2.5.29.54", "inhibit any policy"),
    ("2.5.29.9", "subject directory attributes"),
];

const PURPOSES: [(&str, &str); 27] = [
    ("1.3.6.1.4.1.11129.2.4.4", "precertificate signing"),
    ("1.3.6.1.4.1.311.10.3.1", "Microsoft trust list signing"),
    ("1.3.6.1.4.1.311.10.3.12", "Microsoft document signing"),
    ("1.3.6.1.4.1.311.10.3.3", "Microsoft server gated crypto"),
    ("1.3.6.1.4.1.311.10.3.4", "Microsoft encrypting file system"),
    ("1.3.6.1.4.1.311.20.2.2", "Microsoft smart card logon"),
    ("1.3.6.1.4.1.311.54.1.2", "remote desktop"),
    ("1.3.6.1.5.2.3.4", "Kerberos client authentication"),
    ("1.3.6.1.5.2.3.5", "Kerberos key distribution"),
    ("1.3.6.1.5.5.7.3.1", "server authentication"),
    ("1.3.6.1.5.5.7.3.14", "EAP over LAN"),
    ("1.3.6.1.5.5.7.3.17", "IPsec"),
    ("1.3.6.1.5.5.7.3.2", "client authentication"),
    ("1.3.6.1.5.5.7.3.20", "SIP domain"),
    ("1.3.6.1.5.5.7.3.21", "SSH client"),
    ("1.3.6.1.5.5.7.3.22", "SSH server"),
    ("1.3.6.1.5.5.7.3.3", "code signing"),
    ("1.3.6.1.5.5.7.3.31", "brand indicator"),
    ("1.3.6.1.5.5.7.3.36", "document signing"),
    ("1.3.6.1.5.5.7.3.4", "e-mail protection"),
    ("1.3.6.1.5.5.7.3.5", "IPsec end system"),
    ("1.3.6.1.5.5.7.3.6", "IPsec tunnel"),
    ("1.3.6.1.5.5.7.3.7", "IPsec user"),
    ("1.3.6.1.5.5.7.3.8", "time stamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSP signing"),
    ("2.16.840.1.113730.4.1", "Netscape server gated crypto"),
    ("2.5.29.37.0", "any"),
];

const POLICIES: [(&str, &str); 9] = [
    ("2.23.140.1.1", "extended validation"),
    ("2.23.140.1.2.1", "domain validated"),
    ("2.23.140.1.2.2", "organization validated"),
    ("2.23.140.1.2.3", "individual validated"),
    ("2.23.140.1.3", "EV code signing"),
    ("2.23.140.1.31", "onion EV"),
    ("2.23.140.1.4.1", "code signing"),
    ("2.23.140.1.4.2", "time stamping"),
    ("2.5.29.32.0", "any policy"),
];

const SIGNATURES: [(&str, &str); 23] = [
    ("1.2.840.10040.4.3", "dsa-with-SHA1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.3.14.3.2.29", "sha1WithRSAEncryption (obsolete)"),
    ("2.16.840.1.101.3.4.3.1", "dsa-with-SHA224"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256"),
    ("2.16.840.1.101.3.4.3.3", "dsa-with-SHA384"),
];

const OTHERS: [(&str, &str); 39] = [
    ("0.4.0.1862.1.1", "EU qualified certificate"),
    ("0.4.0.1862.1.2", "limit of transactions"),
    ("0.4.0.1862.1.3", "retention period"),
    ("0.4.0.1862.1.4", "key in a qualified device"),
    ("0.4.0.1862.1.5", "disclosure statements"),
    ("0.4.0.1862.1.6", "type of qualified certificate"),
    ("1.2.840.113549.1.9.14", "extension request"),
    ("1.2.840.113549.1.9.16.3.5", "3DES key wrap"),
    ("1.2.840.113549.1.9.2", "unstructured name"),
    ("1.2.840.113549.1.9.7", "challenge password"),
    ("1.2.840.113549.1.9.8", "unstructured address"),
    ("1.2.840.113549.3.2", "RC2-CBC"),
    ("1.2.840.113549.3.7", "3DES-CBC"),
    ("1.3.14.3.2.26", "SHA-1"),
    ("1.3.14.3.2.7", "DES-CBC"),
    ("1.3.6.1.4.1.311.13.2.2", "Microsoft enrolment provider"),
    (
        "1.3.6.1.4.1.311.13.2.3",
        "Microsoft operating system version",
    ),
    ("1.3.6.1.4.1.311.20.2.3", "user principal name"),
    ("1.3.6.1.4.1.311.21.20", "Microsoft client information"),
    ("1.3.6.1.5.2.2", "Kerberos principal name"),
    ("1.3.6.1.5.5.7.2.1", "CPS"),
    ("1.3.6.1.5.5.7.2.2", "user notice"),
    ("1.3.6.1.5.5.7.48.1", "OCSP"),
    ("1.3.6.1.5.5.7.48.2", "CA issuers"),
    ("1.3.6.1.5.5.7.48.3", "time stamping"),
    ("1.3.6.1.5.5.7.48.5", "CA repository"),
    ("1.3.6.1.5.5.7.8.5", "XMPP address"),
    ("1.3.6.1.5.5.7.8.7", "SRV name"),
    ("1.3.6.1.5.5.7.8.9", "internationalised e-mail address"),
    ("1.3.6.1.5.5.7.9.1", "date of birth"),
    ("1.3.6.1.5.5.7.9.4", "country of citizenship"),
    ("2.16.840.1.101.3.4.1.2", "AES-128-CBC"),
    ("2.16.840.1.101.3.4.1.22", "AES-192-CBC"),
    ("2.16.840.1.101.3.4.1.42", "AES-256-CBC"),
    ("2.16.840.1.101.3.4.2.1", "SHA-256"),
    ("2.16.840.1.101.3.4.2.2", "SHA-384"),
    ("2.16.840.1.101.3.4.2.3", "SHA-512"),
    ("2.16.840.1.101.3.4.2.4", "SHA-224"),
    ("2.5.4.65", "pseudonym"),
];
