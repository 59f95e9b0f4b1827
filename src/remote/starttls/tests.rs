//! Scripted peers on the loopback.

use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use super::super::target::Endpoint;
use super::super::wire::Deadline;
use super::*;

/// What a peer hears, and then says.
type Script = &'static [(&'static [u8], &'static [u8])];

/// Has a peer say lines, each after it heard what is before it, and returns what came of it: what the
/// peer says after the last must still be there to be read.
fn with_peer(protocol: StartTls, script: Script) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let peer = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for (heard, said) in script {
            let mut bytes = vec![0; heard.len()];
            stream.read_exact(&mut bytes).unwrap();
            assert_eq!(bytes, *heard, "{:?}", escape_bytes(&bytes));
            // Who has heard enough is gone.
            let _ = stream.write_all(said);
        }
        let _ = stream.write_all(b"TLS");
        // Closed only when the client is gone, or what was sent may be lost.
        let _ = TcpStream::read(&mut stream, &mut [0; 64]);
    });
    let endpoint: Endpoint = address.to_string().parse().unwrap();
    let deadline = Deadline::within(Duration::from_secs(20));
    let mut wire = Wire::connect(&endpoint, &[address], deadline).unwrap();
    let begun = protocol.begin(&mut wire, "a.test").map(|()| {
        assert_eq!(wire.exactly::<3>().unwrap(), *b"TLS", "{protocol}");
    });
    drop(wire);
    peer.join().unwrap();
    begun
}

const MYSQL: &[u8] = b"\x49\0\0\0\x0a8.0.1\0\x01\0\0\0abcdefgh\0\xff\xff\x21\x02\0\xff\xc7\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0caching_sha2_password\0";
const MYSQL_ASKED: &[u8] =
    b"\x20\0\0\x01\0\x8a\x08\0\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const LDAP_ASKED: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const XMPP_OPENED: &[u8] = b"<?xml version='1.0'?><stream:stream to='a.test' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const XMPP_ASKED: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

#[test]
fn servers_that_can_go_over_to_tls() {
    use StartTls::*;
    const SCRIPTS: [(StartTls, Script); 9] = [
        (Smtp, &[
            (b"", b"220-hello\r\n220 mail.test ESMTP\r\n"),
            (b"EHLO [127.0.0.1]\r\n", b"250-mail.test\r\n250-STARTTLS\r\n250 HELP\r\n"),
            (b"STARTTLS\r\n", b"220 go\r\n"),
        ]),
        (Imap, &[
            (b"", b"* OK [CAPABILITY STARTTLS] ready\r\n"),
            (b"a STARTTLS\r\n", b"* 1 EXISTS\r\na OK go\r\n"),
        ]),
        (Pop3, &[(b"", b"+OK ready\r\n"), (b"STLS\r\n", b"+OK go\r\n")]),
        (Ftp, &[
            (b"", b"220-hello\r\n any text\r\n220 ready\r\n"),
            (b"AUTH TLS\r\n", b"234 go\r\n"),
        ]),
        (Postgres, &[(b"\0\0\0\x08\x04\xd2\x16\x2f", b"S")]),
        (Mysql, &[(b"", MYSQL), (MYSQL_ASKED, b"")]),
        (Ldap, &[(LDAP_ASKED, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\0\x04\0\x04\0")]),
        // As Active Directory writes lengths.
        (Ldap, &[(LDAP_ASKED, b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\0\x04\0\x04\0")]),
        (Xmpp, &[
            (XMPP_OPENED, b"<?xml version='1.0'?><stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"),
            (XMPP_ASKED, b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"),
        ]),
    ];
    for (protocol, script) in SCRIPTS {
        with_peer(protocol, script).unwrap_or_else(|error| panic!("{protocol}: {error}"));
    }
}

#[test]
fn servers_that_cannot() {
    use StartTls::*;
    const SCRIPTS: [(StartTls, Script, &str); 9] = [
        (Smtp, &[(b"", b"554 go away\r\n")], "554 go away"),
        (
            Smtp,
            &[
                (b"", b"220 mail.test\r\n"),
                (b"EHLO [127.0.0.1]\r\n", b"250 mail.test\r\n"),
                (b"STARTTLS\r\n", b"502 unknown\x1b[2J\r\n"),
            ],
            "502 unknown\\u{1b}[2J",
        ),
        (
            Imap,
            &[(b"", b"* OK\r\n"), (b"a STARTTLS\r\n", b"a BAD no\r\n")],
            "a BAD no",
        ),
        (
            Pop3,
            &[(b"", b"+OK\r\n"), (b"STLS\r\n", b"-ERR no\r\n")],
            "-ERR no",
        ),
        (
            Ftp,
            &[(b"", b"220 hi\r\n"), (b"AUTH TLS\r\n", b"530 no\r\n")],
            "530 no",
        ),
        (Postgres, &[(b"\0\0\0\x08\x04\xd2\x16\x2f", b"N")], "\"N\""),
        (
            Mysql,
            &[(b"", b"\x10\0\0\0\xff\x6a\x04Too many conn")],
            "Too many conn",
        ),
        (
            Ldap,
            &[(
                LDAP_ASKED,
                b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\0\x04\0",
            )],
            "result [2]",
        ),
        (
            Xmpp,
            &[(
                XMPP_OPENED,
                b"<stream:stream><stream:features></stream:features>",
            )],
            "without the feature",
        ),
    ];
    for (protocol, script, said) in SCRIPTS {
        let error = with_peer(protocol, script).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::StartTlsRefused,
            "{protocol}: {error}"
        );
        assert!(error.to_string().contains(said), "{protocol}: {error}");
    }
}

#[test]
fn nobody_talks_forever() {
    const LONG: &[u8] = &[b'2'; 5000];
    for protocol in [
        StartTls::Smtp,
        StartTls::Imap,
        StartTls::Pop3,
        StartTls::Ftp,
    ] {
        let error = with_peer(protocol, &[(b"", LONG)]).unwrap_err();
        assert!(
            error.to_string().contains("more than 4096 bytes"),
            "{error}"
        );
    }
}

#[test]
fn names_are_taken_in_their_spellings() {
    assert_eq!(
        "PostgreSQL".parse::<StartTls>().unwrap(),
        StartTls::Postgres
    );
    assert!(
        "http"
            .parse::<StartTls>()
            .unwrap_err()
            .hint()
            .unwrap()
            .contains("smtp, imap")
    );
    assert_eq!(StartTls::of_port(587), Some(StartTls::Smtp));
}
