//! What a server speaks that refuses the TLS of today: a hello that offers everything, and the first
//! answer to it.
//!
//! Nothing is agreed on this way: the connection is dropped once the server has said what it would take.
//! So that a server which could do better says so, the best stands first.

use std::io::{self, Read as _, Write as _};

use super::wire::Wire;

/// What a server would take, that cannot be spoken here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Legacy {
    /// A suite that authenticates nobody.
    Anonymous(String),
    /// In TLS 1.3, a group of the key exchange.
    Group(String),
    /// A cipher suite of TLS 1.2.
    Suite(String),
    /// A version below 1.2.
    Version(&'static str),
}

/// Asks. Returns nothing if the server refuses this too, or would take what is spoken here.
pub fn ask(wire: &mut Wire, name: Option<&str>) -> io::Result<Option<Legacy>> {
    wire.write_all(&hello(name))?;
    let mut messages = Vec::new();
    for _ in 0..MAX_RECORDS {
        let [kind, _, _, high, low] = wire.exactly()?;
        let length = usize::from(high) << 8 | usize::from(low);
        if kind != HANDSHAKE || length > MAX_RECORD {
            break;
        }
        let mut record = vec![0; length];
        wire.read_exact(&mut record)?;
        messages.extend(record);
        if let Some(read) = read(&messages) {
            return Ok(read);
        }
    }
    Ok(None)
}

/// A ClientHello (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2) in one record. Its random is fixed: no secret comes of it.
fn hello(name: Option<&str>) -> Vec<u8> {
    let suites: Vec<u8> = SPOKEN
        .iter()
        .chain(SUITES.iter().map(|(code, _)| code))
        .flat_map(|code| code.to_be_bytes())
        .collect();
    let groups: Vec<u8> = GROUPS
        .iter()
        .flat_map(|(code, _)| code.to_be_bytes())
        .collect();
    let mut extensions = Vec::new();
    if let Some(name) = name {
        let entry = [&[0], &sized(name.as_bytes())[..]].concat();
        extensions.extend(extension(0, &sized(&entry)));
    }
    extensions.extend(extension(10, &sized(&groups)));
    extensions.extend(extension(11, &[1, 0]));
    extensions.extend(extension(13, &sized(SIGNATURES)));
    extensions.extend(extension(43, &[8, 3, 4, 3, 3, 3, 2, 3, 1]));
    // No share: who speaks TLS 1.3 answers with the group it wants.
    extensions.extend(extension(51, &sized(&[])));
    let body = [
        &[3, 3][..],
        &[0x5a; 32],
        &[0],
        &sized(&suites),
        &[1, 0],
        &sized(&extensions),
    ]
    .concat();
    let message = [&[1, 0], &sized(&body)[..]].concat();
    [&[HANDSHAKE, 3, 1], &sized(&message)[..]].concat()
}

fn extension(number: u8, content: &[u8]) -> Vec<u8> {
    [&[0, number], &sized(content)[..]].concat()
}

/// Bytes after their length in two.
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

/// Reads what a server answers; nothing if more of it is needed.
fn read(messages: &[u8]) -> Option<Option<Legacy>> {
    let (kind, hello, rest) = message(messages)?;
    let Some(hello) = Hello::read(hello).filter(|_| kind == 2) else {
        return Some(None);
    };
    let group = match hello.retry {
        Some(group) => group,
        None if !SPOKEN.contains(&hello.suite) || hello.version < [3, 3] => {
            return Some(hello.legacy());
        }
        // What is in the way may still be the group, which in TLS 1.2 the server picks.
        None => match group_of_exchange(rest)? {
            Some(group) => group,
            None => return Some(None),
        },
    };
    let is_spoken = [0x001d, 0x0017, 0x0018].contains(&group);
    Some((!is_spoken).then(|| Legacy::Group(named(&GROUPS, group))))
}

/// A message of a handshake: its type, its content, and what follows.
fn message(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let ([kind, length @ ..], rest) = bytes.split_first_chunk::<4>()?;
    let length = length
        .iter()
        .fold(0, |sum, octet| sum << 8 | usize::from(*octet));
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

/// A ServerHello, as far as it matters.
struct Hello {
    version: [u8; 2],
    suite: u16,
    /// The group asked for, if it is a HelloRetryRequest.
    retry: Option<u16>,
}

impl Hello {
    /// Version, random, session, suite, compression and extensions.
    fn read(hello: &[u8]) -> Option<Self> {
        let (version, rest) = hello.split_first_chunk::<2>()?;
        let (random, rest) = rest.split_first_chunk::<32>()?;
        let (session, rest) = rest.split_first()?;
        let (suite, rest) = rest
            .get(usize::from(*session)..)?
            .split_first_chunk::<2>()?;
        let retry = match random == &RETRY {
            true => Some(key_share(rest.get(3..)?)?),
            false => None,
        };
        Some(Self {
            version: *version,
            suite: u16::from_be_bytes(*suite),
            retry,
        })
    }

    fn legacy(&self) -> Option<Legacy> {
        let name = named(&SUITES, self.suite);
        Some(match self.version {
            [3, 0] => Legacy::Version("SSL 3.0"),
            [3, 1] => Legacy::Version("TLS 1.0"),
            [3, 2] => Legacy::Version("TLS 1.1"),
            [3, 3] if name.contains("_anon_") => Legacy::Anonymous(name),
            [3, 3] => Legacy::Suite(name),
            _ => return None,
        })
    }
}

/// The named curve of a ServerKeyExchange (RFC 8422 §5.4), if there is one; nothing at all if more is needed.
fn group_of_exchange(mut messages: &[u8]) -> Option<Option<u16>> {
    loop {
        let (kind, content, rest) = message(messages)?;
        match (kind, content) {
            (12, [3, high, low, ..]) => return Some(Some(u16::from_be_bytes([*high, *low]))),
            // ServerHelloDone.
            (12 | 14, _) => return Some(None),
            _ => messages = rest,
        }
    }
}

/// The group that the extension `key_share` of a HelloRetryRequest names.
fn key_share(mut extensions: &[u8]) -> Option<u16> {
    loop {
        let (head, rest) = extensions.split_first_chunk::<4>()?;
        let [number, length] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_be_bytes);
        let (content, rest) = rest.split_at_checked(usize::from(length))?;
        if number == 51 {
            return content.try_into().ok().map(u16::from_be_bytes);
        }
        extensions = rest;
    }
}

fn named(names: &[(u16, &str)], code: u16) -> String {
    let found = names.iter().find(|(known, _)| *known == code);
    found.map_or_else(
        || format!("number 0x{code:04x}"),
        |(_, name)| (*name).to_owned(),
    )
}

/// The content type of records (RFC 8446 §5.1).
const HANDSHAKE: u8 = 22;
/// RFC 8446 §5.1.
const MAX_RECORD: usize = 1 << 14;
/// A server's first flight in TLS 1.2 has some five messages, of which only the certificates are long.
const MAX_RECORDS: usize = 16;

/// The random of a HelloRetryRequest: SHA-256 of those words (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The suites that rustls speaks: of TLS 1.3, then ECDHE with AES-GCM and ChaCha20.
const SPOKEN: [u16; 9] = [
    0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
];

/// Those that it does not, as far as OpenSSL's and the systems' old servers have them, by their names in the
/// IANA's registry.
const SUITES: [(u16, &str); 27] = [
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    (0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
    (0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384"),
    (0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256"),
    (0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA"),
    (0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"),
];

/// The groups of a key exchange (RFC 8446 §4.2.7, RFC 7919), those that rustls speaks first.
const GROUPS: [(u16, &str); 8] = [
    (0x001d, "x25519"),
    (0x0017, "secp256r1"),
    (0x0018, "secp384r1"),
    (0x0019, "secp521r1"),
    (0x001e, "x448"),
    (0x0100, "ffdhe2048"),
    (0x0101, "ffdhe3072"),
    (0x0102, "ffdhe4096"),
];

/// Every scheme of RFC 8446 §4.2.3, and those of RFC 5246 with SHA-1.
const SIGNATURES: &[u8] = &[
    4, 3, 5, 3, 6, 3, 8, 7, 8, 8, 8, 4, 8, 5, 8, 6, 8, 9, 8, 10, 8, 11, 4, 1, 5, 1, 6, 1, 2, 1, 2,
    3,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(version: [u8; 2], random: [u8; 32], suite: u16, extensions: &[u8]) -> Vec<u8> {
        let suite = suite.to_be_bytes();
        let body = [
            &version[..],
            &random,
            &[1, 7],
            &suite,
            &[0],
            &sized(extensions),
        ]
        .concat();
        [&[2, 0], &sized(&body)[..]].concat()
    }

    #[test]
    fn what_cannot_be_spoken_here_is_told() {
        let suite = |version, code| read(&answer(version, [1; 32], code, &[])).unwrap();
        assert_eq!(suite([3, 2], 0x002f), Some(Legacy::Version("TLS 1.1")));
        assert_eq!(suite([3, 2], 0xc02f), Some(Legacy::Version("TLS 1.1")));
        assert_eq!(
            suite([3, 3], 0x002f),
            Some(Legacy::Suite("TLS_RSA_WITH_AES_128_CBC_SHA".into()))
        );
        assert_eq!(
            suite([3, 3], 0xbeef),
            Some(Legacy::Suite("number 0xbeef".into()))
        );
        assert!(matches!(suite([3, 3], 0x00a6), Some(Legacy::Anonymous(_))));
        assert_eq!(suite([2, 0], 0x002f), None);
        assert_eq!(read(&[1, 0, 0, 0]), Some(None));
    }

    #[test]
    fn groups_are_told_in_both_versions() {
        let retry = |group: u8| {
            let extensions = [extension(43, &[3, 4]), extension(51, &[0, group])].concat();
            read(&answer([3, 3], RETRY, 0x1301, &extensions)).unwrap()
        };
        assert_eq!(retry(0x19), Some(Legacy::Group("secp521r1".into())));
        assert_eq!(retry(0x1d), None);
        let hello = answer([3, 3], [1; 32], 0xc02f, &[]);
        let exchange = |group: u8| {
            let certificates = [11, 0, 0, 3, 0, 0, 0];
            [&hello[..], &certificates, &[12, 0, 0, 4, 3, 0, group, 0]].concat()
        };
        assert_eq!(
            read(&exchange(0x1e)),
            Some(Some(Legacy::Group("x448".into())))
        );
        assert_eq!(read(&exchange(0x17)), Some(None));
        assert_eq!(read(&hello), None, "more is needed");
        assert_eq!(read(&[&hello[..], &[14, 0, 0, 0]].concat()), Some(None));
    }

    #[test]
    fn an_answer_may_be_cut_anywhere() {
        let whole = answer([3, 3], RETRY, 0x1301, &extension(51, &[0, 0x19]));
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length}");
            let mut short = whole[..length].to_vec();
            if let Some(octet) = short.get_mut(3) {
                *octet = (length - 4) as u8;
                assert_eq!(read(&short), Some(None), "{length}");
            }
        }
    }
}
