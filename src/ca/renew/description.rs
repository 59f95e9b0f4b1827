//! What programs write about a certificate or a key before it in a PEM file: of its successor it would not be true.

/// Returns text without such descriptions: comments, and whatever else people may have written, stay.
pub fn without(text: &[u8]) -> Vec<u8> {
    let mut is_within = false;
    let mut kept = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let is_indented = line.starts_with(b" ") || line.starts_with(b"\t");
        is_within = begins(line.trim_ascii()) || (is_within && is_indented);
        if !is_within {
            kept.extend(line);
        }
    }
    kept
}

/// Tells whether a line is the first of a description; what is indented below it belongs to it.
fn begins(line: &[u8]) -> bool {
    let is_key = memchr::memmem::find(line, b"Private-Key:").is_some();
    is_key || is_of_chain(line) || FIRST.iter().any(|first| line.starts_with(first.as_bytes()))
}

/// `0 s:CN=…`, as `openssl s_client -showcerts` numbers a chain.
fn is_of_chain(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && line[digits..].starts_with(b" s:")
}

/// How the descriptions begin that OpenSSL's programs write: pkcs12, x509 (-subject, -dates, -fingerprint, -text),
/// rsa, ec and pkey (-text), whose secret numbers are to go with the key that they are of.
const FIRST: [&str; 31] = [
    "Bag Attributes",
    "Key Attributes",
    "friendlyName:",
    "localKeyID:",
    "subject=",
    "issuer=",
    "serial=",
    "notBefore=",
    "notAfter=",
    "SHA1 Fingerprint=",
    "SHA256 Fingerprint=",
    "sha1 Fingerprint=",
    "sha256 Fingerprint=",
    "MD5 Fingerprint=",
    "Certificate:",
    "Public-Key:",
    "modulus:",
    "Modulus=",
    "publicExponent:",
    "privateExponent:",
    "prime1:",
    "prime2:",
    "exponent1:",
    "exponent2:",
    "coefficient:",
    "priv:",
    "pub:",
    "ASN1 OID:",
    "NIST CURVE:",
    "subject:",
    "issuer:",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays() {
        for (text, expected) in [
            ("# ours\n\n", "# ours\n\n"),
            (
                "of the shop, ask Kim\n  or Lee\n",
                "of the shop, ask Kim\n  or Lee\n",
            ),
            (
                "# ours\nBag Attributes\n    friendlyName: bee\n    localKeyID: 1A 2B \nsubject=CN = a\n\nissuer=CN = b\n# and\n",
                "# ours\n\n# and\n",
            ),
            (
                "Bag Attributes: <No Attributes>\r\n# ours\r\n",
                "# ours\r\n",
            ),
            ("Key Attributes: <No Attributes>\n", ""),
            ("Certificate:\n    Data:\n        Version: 3 (0x2)\n", ""),
            (" 0 s:CN=a\n   i:CN=b\n   a:PKEY: id-ecPublicKey\n", ""),
            (
                "Private-Key: (256 bit)\npriv:\n    00:01\npub:\n    04\nASN1 OID: prime256v1\n",
                "",
            ),
            ("4 servers\n", "4 servers\n"),
            ("", ""),
            ("   ", "   "),
        ] {
            assert_eq!(
                String::from_utf8(without(text.as_bytes())).unwrap(),
                expected
            );
        }
    }
}
