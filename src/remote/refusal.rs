//! Why a handshake failed, as precisely as it can be told: a server that talks something else, one that
//! refuses, and one that speaks a TLS that cannot be spoken here are three things, and none of them is down.

use std::io;

use rustls::{AlertDescription, Error as TlsError};

use super::handshake::Failure;
use super::legacy::Legacy;
use super::starttls::StartTls;
use super::target::Target;
use super::wire::{Deadline, failed};
use crate::error::{Error, ErrorKind};
use crate::text::{escape_bytes, shorten};

/// Says what failed in a handshake with a server, whose first bytes these are.
pub fn explain(failure: &Failure, first: &[u8], target: &Target, deadline: Deadline) -> Error {
    if !first.is_empty() && !is_tls(first) {
        return other_than_tls(first, target);
    }
    match failure {
        Failure::Io(source) => {
            at_the_port(failed("TLS handshake", target, deadline, source), target)
        }
        Failure::Tls(TlsError::AlertReceived(alert)) => refused(*alert, target),
        Failure::Tls(TlsError::NoCertificatesPresented) => Error::new(
            ErrorKind::NoCertificate,
            format!("{target} speaks TLS and sends no certificate"),
        ),
        Failure::Tls(TlsError::PeerIncompatible(why)) => Error::new(
            ErrorKind::TlsUnsupported,
            format!("{target} speaks a TLS that cannot be spoken here: {why:?}"),
        ),
        Failure::Tls(other) => Error::new(
            ErrorKind::Malformed,
            format!(
                "{target} breaks the rules of TLS: {}",
                shorten(&other.to_string(), MAX_SHOWN)
            ),
        ),
    }
}

/// Tells whether a failure may come of what is spoken, so that it is worth to ask what the server would.
pub fn may_be_legacy(failure: &Failure) -> bool {
    use AlertDescription as Alert;
    match failure {
        Failure::Io(source) => matches!(
            source.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        ),
        Failure::Tls(TlsError::AlertReceived(alert)) => {
            matches!(
                alert,
                Alert::HandshakeFailure
                    | Alert::ProtocolVersion
                    | Alert::InsufficientSecurity
                    | Alert::IllegalParameter
            )
        }
        Failure::Tls(error) => matches!(
            error,
            TlsError::PeerIncompatible(_) | TlsError::PeerMisbehaved(_)
        ),
    }
}

/// Says what a server would speak.
pub fn unspoken(legacy: &Legacy, target: &Target) -> Error {
    let (what, hint) = match legacy {
        Legacy::Anonymous(suite) => {
            let nobody = format!(
                "{target} speaks TLS and sends no certificate: it takes nothing but {suite}"
            );
            return Error::new(ErrorKind::NoCertificate, nobody);
        }
        Legacy::Group(group) => (
            format!("takes no group for the key exchange but {group}"),
            "have it take x25519 or secp256r1 too, as every client does",
        ),
        Legacy::Suite(suite) => (
            format!(
                "takes no cipher suite of TLS 1.2 with ECDHE and AES-GCM or ChaCha20, but {suite}"
            ),
            "have it take such a suite, or TLS 1.3; browsers are about to drop the others",
        ),
        Legacy::Version(version) => (
            format!("speaks nothing above {version}"),
            "browsers refuse that too since 2020 (RFC 8996); have it speak TLS 1.2 or 1.3",
        ),
    };
    let message = format!("{target} is up and {what}, which cannot be spoken here");
    Error::new(ErrorKind::TlsUnsupported, message).with_hint(hint)
}

/// Returns the name of an alert and its number (RFC 8446 §6).
pub fn alert_name(alert: AlertDescription) -> String {
    // From HandshakeFailure to handshake_failure, as the RFC writes it.
    let mut name = String::new();
    let mut after_small = false;
    for c in format!("{alert:?}").chars() {
        if c.is_ascii_uppercase() && after_small {
            name.push('_');
        }
        after_small = c.is_ascii_lowercase();
        name.push(c.to_ascii_lowercase());
    }
    format!("{name} ({})", u8::from(alert))
}

fn refused(alert: AlertDescription, target: &Target) -> Error {
    use AlertDescription as Alert;
    let message = format!(
        "{target} refuses the handshake with the alert {}",
        alert_name(alert)
    );
    let error = Error::new(ErrorKind::TlsAlert, message);
    match alert {
        Alert::UnrecognisedName => error.with_hint("it knows no certificate for this name; ask for another with --servername NAME"),
        Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity => {
            error.with_hint("client and server have no version, cipher suite or group in common, or it wants a name: --servername NAME")
        }
        Alert::InternalError => error.with_hint("some servers say so where they have no certificate for a name: --servername NAME"),
        _ => error,
    }
}

/// Every record of TLS begins with its type, 20 to 24, and the version's 3 (RFC 8446 §5.1).
fn is_tls(first: &[u8]) -> bool {
    matches!(first, [20..=24] | [20..=24, 3, ..])
}

fn other_than_tls(first: &[u8], target: &Target) -> Error {
    let line = first
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    let line = line.strip_suffix(&[0]).unwrap_or(line);
    let readable = line.iter().all(|byte| (0x20..0x7f).contains(byte));
    let message = match readable {
        true => format!(
            "{target} answers in plain text, not in TLS: \"{}\"",
            shorten(&escape_bytes(line), MAX_SHOWN)
        ),
        false => format!(
            "{target} answers with bytes that are not TLS: {}",
            hex(first)
        ),
    };
    let error = Error::new(ErrorKind::NotTls, message);
    if first.starts_with(b"HTTP/") {
        return error.with_hint("it speaks HTTP here; TLS has another port, 443 in most places");
    }
    if first.starts_with(b"SSH-") {
        return error.with_hint("it speaks SSH, which knows no certificates of this kind");
    }
    match greets_in(first, target.port) {
        Some(protocol) => {
            error.with_hint(format!("it begins in plain text: --starttls {protocol}"))
        }
        None => error,
    }
}

/// The protocol in which a server greets, by its words, or else by its port.
fn greets_in(first: &[u8], port: u16) -> Option<StartTls> {
    let says = |word: &[u8]| memchr::memmem::find(&first.to_ascii_uppercase(), word).is_some();
    match first {
        [b'*', b' ', ..] => Some(StartTls::Imap),
        [b'+', b'O', b'K', ..] => Some(StartTls::Pop3),
        [_, _, _, 0, 10, ..] | [_, _, _, 0, 0xff, ..] => Some(StartTls::Mysql),
        [b'2', b'2', b'0', ..] if says(b"SMTP") => Some(StartTls::Smtp),
        [b'2', b'2', b'0', ..] if says(b"FTP") => Some(StartTls::Ftp),
        [b'<', ..] if says(b"STREAM") => Some(StartTls::Xmpp),
        _ => StartTls::of_port(port),
    }
}

/// Adds what is known of a port where a server says nothing to a hello of TLS.
fn at_the_port(error: Error, target: &Target) -> Error {
    match StartTls::of_port(target.port).filter(|_| target.starttls.is_none()) {
        Some(protocol) => error.with_hint(format!(
            "servers at the port {} begin in plain text: --starttls {protocol}",
            target.port
        )),
        None => error,
    }
}

fn hex(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(16)];
    let more = if shown.len() < bytes.len() { "…" } else { "" };
    format!("{}{more}", data_encoding::HEXLOWER.encode(shown))
}

/// As much of a server's words as an error shows.
const MAX_SHOWN: usize = 160;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn explained(first: &[u8], at: &str) -> Error {
        let failure = Failure::Io(io::ErrorKind::UnexpectedEof.into());
        let deadline = Deadline::within(Duration::from_secs(1));
        explain(&failure, first, &at.parse().unwrap(), deadline)
    }

    #[test]
    fn plain_text_is_quoted_and_its_protocol_named() {
        for (first, at, hint) in [
            (
                &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
                "a.test:80",
                "it speaks HTTP",
            ),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "a.test:22", "it speaks SSH"),
            (b"220 mail.test ESMTP\r\n", "a.test:2525", "--starttls smtp"),
            (b"220 ready\r\n", "a.test:21", "--starttls ftp"),
            (b"220 ProFTPD\r\n", "a.test:2121", "--starttls ftp"),
            (b"* OK ready\r\n", "a.test:1", "--starttls imap"),
            (b"+OK ready\r\n", "a.test:1", "--starttls pop3"),
            (b"\x4a\0\0\0\x0a8.0.1", "a.test:1", "--starttls mysql"),
        ] {
            let error = explained(first, at);
            assert_eq!(error.kind(), ErrorKind::NotTls, "{error}");
            assert!(
                error.hint().unwrap().contains(hint),
                "{error}: {:?}",
                error.hint()
            );
        }
        let text = explained(b"HTTP/1.1 400 Bad Request\r\nServer: x", "a.test:80").to_string();
        assert_eq!(
            text,
            "a.test:80 answers in plain text, not in TLS: \"HTTP/1.1 400 Bad Request\""
        );
        let text = explained(&[0xff; 20], "a.test").to_string();
        assert!(
            text.ends_with("not TLS: ffffffffffffffffffffffffffffffff…"),
            "{text}"
        );
    }

    #[test]
    fn silence_at_a_known_port_is_explained() {
        let error = explained(b"", "a.test:5432");
        assert_eq!(error.kind(), ErrorKind::ClosedEarly);
        assert!(error.hint().unwrap().contains("--starttls postgres"));
    }

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        for (alert, name) in [
            (AlertDescription::HandshakeFailure, "handshake_failure (40)"),
            (AlertDescription::UnknownCA, "unknown_ca (48)"),
            (
                AlertDescription::CertificateRequired,
                "certificate_required (116)",
            ),
            (
                AlertDescription::UnrecognisedName,
                "unrecognised_name (112)",
            ),
            (
                AlertDescription::NoApplicationProtocol,
                "no_application_protocol (120)",
            ),
        ] {
            assert_eq!(alert_name(alert), name);
        }
    }
}
