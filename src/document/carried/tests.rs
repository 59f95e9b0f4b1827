//! Certificates where they live.

use data_encoding::BASE64;

use super::super::documents;
use super::*;

/// A structure that is told to be a certificate.
fn certificate(number: u8) -> Vec<u8> {
    let signed = der::sequence(&[
        &der::element(der::INTEGER, &[&[number]]),
        &der::element(der::OCTET_STRING, &[&[0xfb; 300]]),
    ]);
    der::sequence(&[
        &signed,
        &der::sequence(&[]),
        &der::bit_string(&[number; 70]),
    ])
}

fn block(number: u8) -> String {
    pem::encode("CERTIFICATE", &certificate(number))
}

fn one_line(number: u8) -> String {
    BASE64.encode(&certificate(number))
}

/// The last byte, the line and the name of each certificate.
fn found(text: &str) -> Vec<(u8, usize, Option<String>)> {
    documents(text.as_bytes())
        .unwrap()
        .map(|document| {
            let document = document.unwrap();
            assert_eq!(document.kind, Kind::Certificate, "{text}");
            let (last, line) = (
                *document.der.last().unwrap(),
                document.place.line().unwrap(),
            );
            assert_eq!(document.der[..], certificate(last)[..]);
            (last, line, document.alias)
        })
        .collect()
}

fn named(number: u8, line: usize, name: &str) -> (u8, usize, Option<String>) {
    (number, line, Some(name.to_owned()))
}

#[test]
fn a_kubeconfig_is_read() {
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: {}\n    \
         server: https://a.test\n  name: a\nusers:\n- name: a\n  user:\n    client-certificate-data: {}\n",
        BASE64.encode(block(1).as_bytes()),
        BASE64.encode((block(2) + &block(3)).as_bytes()),
    );
    assert_eq!(
        found(&text),
        [
            named(1, 5, "certificate-authority-data"),
            named(2, 11, "client-certificate-data"),
            named(3, 11, "client-certificate-data"),
        ]
    );
}

#[test]
fn yaml_with_pem_and_base64_gives_both_in_their_order() {
    let indented = block(1).replace('\n', "\n    ");
    let wrapped = BASE64.encode(block(2).as_bytes());
    let wrapped: Vec<&str> = wrapped
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let text = format!(
        "kind: ConfigMap\ndata:\n  ca.crt: |\n    {indented}\n---\nkind: Secret\ndata:\n  tls.crt: >-\n    {}\n  \
         ca.crt: {}\n",
        wrapped.join("\n    "),
        one_line(3),
    );
    let lines: Vec<_> = found(&text);
    assert_eq!(lines[0].0, 1);
    assert_eq!(lines[0].1, 4);
    assert_eq!(lines[1].2.as_deref(), Some("tls.crt"));
    assert_eq!(lines[2].2.as_deref(), Some("ca.crt"));
    assert_eq!(
        lines.iter().map(|found| found.0).collect::<Vec<_>>(),
        [1, 2, 3]
    );
}

#[test]
fn pem_in_strings_is_read() {
    let escaped = block(1).replace('\n', "\\n");
    let windows = block(1).replace('\n', "\\r\\n");
    let spaces = block(1).replace('\n', " ");
    let lines = block(1);
    for (text, line) in [
        (format!("{{\"cert\": \"{escaped}\"}}"), 1),
        (format!("{{\n\"cert\":\"{windows}\"}}"), 2),
        (format!("cert=\"{escaped}\"\nother=1\n"), 1),
        (format!("cert={spaces}\n"), 1),
        (format!("cert=\"{lines}\"\n"), 1),
        (format!("cert=\"{}\"\n", lines.trim_end()), 1),
        (
            format!(
                "cert=\"{}\"",
                escaped.replace("\\n", "\\\\n").replace('/', "\\/")
            ),
            1,
        ),
        (format!("cert: {}", lines.replace('\n', "\n  ")), 1),
    ] {
        assert_eq!(found(&text), [named(1, line, "cert")], "{text}");
    }
    assert_eq!(found(&spaces), [(1, 1, None)]);
    let shell = format!("cert=\"\\\n{}\"\n", lines.trim_end());
    assert_eq!(found(&shell), [(1, 2, None)]);
}

#[test]
fn bare_base64_is_read() {
    let lines = |width: usize, between: &str| {
        let text = one_line(1);
        let lines: Vec<&str> = text
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        lines.join(between)
    };
    for text in [
        one_line(1),
        one_line(1) + "\n",
        one_line(1).trim_end_matches('=').to_owned(),
        lines(64, "\n"),
        lines(76, "\r\n"),
        format!("\u{feff}{}", lines(64, "\n  ")),
    ] {
        assert_eq!(found(&text), [(1, 1, None)], "{text}");
    }
    assert_eq!(
        found(&format!("{}\n{}\n", one_line(1), one_line(2))),
        [(1, 1, None), (2, 2, None)]
    );
}

#[test]
fn xml_and_arrays_are_read() {
    let saml = format!(
        "<md:KeyDescriptor>\n<ds:X509Certificate>\n{}&#13;\n</ds:X509Certificate><ds:X509Certificate>{}</ds:X509Certificate>",
        one_line(1).replacen("AA", "AA&#13;\n", 1),
        one_line(2),
    );
    let found_in_saml = found(&saml);
    assert_eq!(found_in_saml[0], named(1, 3, "ds:X509Certificate"));
    assert_eq!(found_in_saml[1].2.as_deref(), Some("ds:X509Certificate"));
    let jwks = format!(
        "{{\"keys\":[{{\"x5t\":\"dGhpcyBpcyBhIHRlc3Q\",\"x5c\":[\"{}\",\n\"{}\"]}}]}}",
        one_line(1).replace('/', "\\/").replace('+', "\\u002b"),
        one_line(2),
    );
    assert_eq!(found(&jwks), [named(1, 1, "x5c"), named(2, 2, "x5c")]);
}

#[test]
fn utf_16_is_read() {
    let text = block(1);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [&b"\xff\xfe"[..], &little].concat(),
        [&b"\xfe\xff"[..], &big].concat(),
    ] {
        let document = documents(&bytes).unwrap().next().unwrap().unwrap();
        assert_eq!(document.der[..], certificate(1)[..]);
    }
}

#[test]
fn what_looks_alike_is_left_alone() {
    let integer = der::element(der::INTEGER, &[&[0x7f; 32]]);
    let signature = der::sequence(&[&integer, &integer]);
    let digest = der::sequence(&[
        &der::sequence(&[]),
        &der::element(der::OCTET_STRING, &[&[1; 64]]),
    ]);
    for other in [&signature[..], &digest, &[0x30; 100], &[7; 500]] {
        let text = format!("signature: {}\n", BASE64.encode(other));
        assert_eq!(
            documents(text.as_bytes()).err().unwrap().to_string(),
            "it is neither PEM nor DER",
            "{text}"
        );
    }
}

#[test]
fn what_is_damaged_does_not_vanish() {
    let faults = |text: &str| -> Vec<String> {
        documents(text.as_bytes())
            .unwrap()
            .filter_map(|document| Some(document.err()?.to_string()))
            .collect()
    };
    let cut = &one_line(1)[..400];
    assert_eq!(
        faults(&format!("a: {cut}\nb: {}\n", one_line(2))),
        ["line 1, a: at byte 0 of the DER: an element of 386 bytes, of which 296 are there"]
    );
    let damaged = block(1).replacen("MII", "M!I", 1);
    assert_eq!(
        faults(&format!("\nkey: \"{}\"\n", damaged.replace('\n', "\\n"))),
        [
            "line 2, key: the CERTIFICATE block of line 2: its text is not base64, near \"!IBgjCCATMCA\""
        ]
    );
    assert!(
        faults(&format!("tls.crt: {}\n", BASE64.encode(damaged.as_bytes())))[0].starts_with(
            "line 1, tls.crt: the CERTIFICATE block of line 1: its text is not base64"
        )
    );
    assert_eq!(
        faults("a -----BEGIN CERTIFICATE----- b\n-----BEGIN X\n"),
        [
            "line 1 holds -----BEGIN, and not by itself",
            "line 2 holds -----BEGIN, and not by itself"
        ]
    );
}

#[test]
fn containers_are_carried_too() {
    let keystore = [
        &[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 0][..],
        &[9; 40],
    ]
    .concat();
    let text = format!("keystore.jks: {}", BASE64.encode(&keystore));
    let document = documents(text.as_bytes()).unwrap().next().unwrap().unwrap();
    assert_eq!(document.kind, Kind::JavaKeystore);
    assert_eq!(document.der[..], keystore);
}
