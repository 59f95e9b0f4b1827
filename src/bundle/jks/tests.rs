//! Keystores as they are written and read, whole and damaged.

use time::macros::datetime;

use super::*;
use crate::bundle;
use crate::cert::Certificate;
use crate::cert::forge::Draft;
use crate::crypto::Algorithm;
use crate::document::Place;

const NOW: OffsetDateTime = datetime!(2026-11-21 12:00 UTC);

fn password(text: &str) -> Password {
    Password::new(text)
}

struct Made {
    key: PrivateKey,
    chain: Vec<Certificate>,
}

impl Made {
    fn new() -> Self {
        let key = PrivateKey::generate(Algorithm::P256).unwrap();
        let (leaf, root) = (
            Draft::leaf(key.public_key(), key.public_key()).to_der(&key),
            Draft::root(key.public_key()).to_der(&key),
        );
        let chain = [leaf, root].map(|der| Certificate::from_der(&der).unwrap());
        Self {
            key,
            chain: chain.into(),
        }
    }

    fn store(&self, text: &str) -> Vec<u8> {
        let entries = [
            Entry {
                alias: "Sérver\u{1f511}",
                key: Some(&self.key),
                certificates: &self.chain,
            },
            Entry {
                alias: "roots",
                key: None,
                certificates: &self.chain[..],
            },
        ];
        encode(&entries, &password(text), NOW).unwrap().to_vec()
    }
}

fn summary(found: &[Document]) -> Vec<(Kind, Place, &str)> {
    found
        .iter()
        .map(|document| {
            let alias = document.alias.as_deref().unwrap();
            (document.kind.clone(), document.place, alias)
        })
        .collect()
}

#[test]
fn what_is_written_is_read() {
    let made = Made::new();
    let store = made.store("pässwörd");
    let found = decode(&store, Some(&password("pässwörd"))).unwrap();
    assert_eq!(
        summary(&found),
        [
            (Kind::PrivateKey, Place::Entry(1), "sérver\u{1f511}"),
            (Kind::Certificate, Place::Entry(1), "sérver\u{1f511}"),
            (Kind::Certificate, Place::Entry(1), "sérver\u{1f511}"),
            (Kind::Certificate, Place::Entry(2), "roots"),
            (Kind::Certificate, Place::Entry(3), "roots-2"),
        ]
    );
    let key = PrivateKey::from_document(&found[0], None).unwrap();
    assert_eq!(key.public_key().spki(), made.key.public_key().spki());
    assert_eq!(found[1].der[..], *made.chain[0].der());
    assert_eq!(found[4].der[..], *made.chain[1].der());
}

#[test]
fn without_a_password_the_key_stays_locked() {
    let made = Made::new();
    let store = made.store("changeit");
    let found: Vec<_> = bundle::documents(&store, None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(found[0].kind, Kind::EncryptedPrivateKey);
    assert_eq!(found.len(), 5);
    let key = PrivateKey::from_document(&found[0], Some(&password("changeit"))).unwrap();
    assert_eq!(key.public_key().spki(), made.key.public_key().spki());
}

#[test]
fn a_wrong_password_is_told_from_damage() {
    let made = Made::new();
    let store = made.store("changeit");
    let kind = |store: &[u8], text: &str| decode(store, Some(&password(text))).unwrap_err().kind();
    assert_eq!(kind(&store, "changeme"), ErrorKind::WrongPassword);
    let mut changed = store.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    assert_eq!(kind(&changed, "changeit"), ErrorKind::Malformed);
    assert_eq!(kind(&changed, "changeme"), ErrorKind::WrongPassword);
    for cut in 0..store.len() {
        assert_eq!(
            kind(&store[..cut], "changeit"),
            ErrorKind::Malformed,
            "{cut}"
        );
    }
    let longer = [&store[..], b"x"].concat();
    assert_eq!(kind(&longer, "changeit"), ErrorKind::Malformed);
}

#[test]
fn a_key_may_have_a_password_of_its_own() {
    let made = Made::new();
    let entries = [Entry {
        alias: "a",
        key: Some(&made.key),
        certificates: &made.chain[..1],
    }];
    let store = encode(&entries, &password("of the key"), NOW).unwrap();
    let body = &store[..store.len() - SHA1];
    let digest = crypto::java_keystore_digest(body, b"of the store").unwrap();
    let store = [body, &digest].concat();
    let found = decode(&store, Some(&password("of the store"))).unwrap();
    assert_eq!(found[0].kind, Kind::EncryptedPrivateKey);
    assert!(PrivateKey::from_document(&found[0], Some(&password("of the store"))).is_err());
    assert!(PrivateKey::from_document(&found[0], Some(&password("of the key"))).is_ok());
}

#[test]
fn the_first_version_names_no_kind_of_certificate() {
    let mut store = [MAGIC, 1, 1, TRUSTED].map(u32::to_be_bytes).concat();
    store.extend(b"\0\x01a\0\0\0\0\0\0\0\0\0\0\0\x02\x30\x00");
    store.extend(crypto::java_keystore_digest(&store, b"changeit").unwrap());
    let found = decode(&store, Some(&password("changeit"))).unwrap();
    assert_eq!(summary(&found), [(Kind::Certificate, Place::Entry(1), "a")]);
    store[7] = 3;
    assert_eq!(
        decode(&store, None).unwrap_err().to_string(),
        "a Java keystore of version 3, where 1 and 2 are known"
    );
}

#[test]
fn a_long_alias_is_not_repeated_without_end() {
    let alias = vec![b'a'; 65_535];
    let mut store = [MAGIC, 2, 1, KEY].map(u32::to_be_bytes).concat();
    store.extend(65_535u16.to_be_bytes());
    store.extend(alias);
    // No day, no key, and certificates of no kind and no bytes.
    store.extend([0; 12]);
    store.extend(2000u32.to_be_bytes());
    store.extend([0; 6 * 2000 + SHA1]);
    let error = decode(&store, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[test]
fn all_keys_share_what_work_may_be_asked_for() {
    let locked = crypto::Scheme::compatible(1000).unwrap();
    let octets = crate::der::element(crate::der::OCTET_STRING, &[&[0; 16]]);
    let locked = crate::der::sequence(&[locked.to_der(), &octets]);
    let mut writer = Writer {
        bytes: Zeroizing::new(Vec::new()),
        aliases: HashSet::new(),
        milliseconds: 0,
    };
    for number in 0..3u32 {
        writer.begin(KEY, &number.to_string()).unwrap();
        writer.sized(&locked);
        writer.bytes.extend([0; 4]);
    }
    let mut store = [MAGIC, 2, 3].map(u32::to_be_bytes).concat();
    store.extend_from_slice(&writer.bytes);
    store.extend(crypto::java_keystore_digest(&store, b"secret").unwrap());
    let secret = password("secret");
    assert_eq!(decode(&store, Some(&secret)).unwrap().len(), 3);
    let mut budget = Budget::of_store();
    budget.spend(20_000_000 - 2 * 3000).unwrap();
    let error = decode_within(&store, Some(&secret), &mut budget).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

#[test]
fn counts_that_lie_end_soon() {
    let many = [MAGIC, 2, u32::MAX].map(u32::to_be_bytes).concat();
    assert_eq!(
        decode(&many, None).unwrap_err().kind(),
        ErrorKind::Malformed
    );
    let mut hollow = [MAGIC, 1, 1, KEY].map(u32::to_be_bytes).concat();
    hollow.extend(b"\0\x01a\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff");
    hollow.extend(vec![0; 1_000_000]);
    assert_eq!(
        decode(&hollow, None).unwrap_err().kind(),
        ErrorKind::TooLarge
    );
}

#[test]
fn what_keytool_would_not_take_is_not_written() {
    let made = Made::new();
    let refused = |aliases: &[&str], text: &str| {
        let entry = |alias| Entry {
            alias,
            key: None,
            certificates: &made.chain[..1],
        };
        let entries: Vec<_> = aliases.iter().map(|alias| entry(alias)).collect();
        encode(&entries, &password(text), NOW)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(&["a", "b", "A"], "changeit"),
        "the alias \"A\" stands twice, as Java sees it, which does not look at case"
    );
    assert_eq!(
        refused(&[""], "changeit"),
        "an entry of a keystore needs an alias"
    );
    assert!(refused(&["ä".repeat(32_768).as_str()], "changeit").contains("65535"));
    assert!(refused(&["a"], "öäüöä").contains("has 5 characters"));
}

#[test]
fn javas_own_utf8_is_there_and_back() {
    for text in ["", "a", "ä€", "\0", "\u{1f511}x", "\u{ffff}\u{10000}"] {
        assert_eq!(modified_utf8(&to_modified_utf8(text)), text);
    }
    assert_eq!(to_modified_utf8("\0"), [0xc0, 0x80]);
    assert_eq!(
        modified_utf8(b"a\xff\xc3b\xed\xa0\x80"),
        "a\u{fffd}\u{fffd}b\u{fffd}"
    );
}
