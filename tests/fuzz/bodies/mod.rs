//! What must hold for any bytes at all, one function an entry by which strangers' bytes come in.
//!
//! The fuzzers run these functions, and `cargo test` runs them over mutations of the corpora.

mod containers;
mod documents;
pub mod paths;
mod words;

use std::fmt::Display;

use certwright::document::Document;
use certwright::error::Result;
use certwright::inspect::{Item, inspect};
use certwright::key::Password;
use certwright::text::Escaped;
use time::OffsetDateTime;
use time::macros::datetime;

/// One entry: its name, which is that of its corpus, and what must hold for any bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every entry.
pub const TARGETS: [Target; 16] = [
    ("batch", words::batch),
    ("ber", containers::ber),
    ("carrier", containers::carrier),
    ("certificate", documents::certificate),
    ("crl", documents::revocation_list),
    ("csr", documents::request),
    ("index", words::index),
    ("jks", containers::jks),
    ("key", documents::key),
    ("name", words::name),
    ("pkcs12", containers::pkcs12),
    ("pkcs7", containers::pkcs7),
    ("staple", documents::staple),
    ("target", words::target),
    ("validity", words::validity),
    ("verify", paths::verify),
];

/// Holds bytes against what one entry is to do with them, by its name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.0 == name);
    target.expect("the table has it").1(bytes);
}

/// The moment at which everything is looked at.
const NOW: OffsetDateTime = datetime!(2026-12-01 12:00 UTC);

/// The password of everything in the corpora.
fn password() -> Password {
    Password::new("changeit")
}

/// Takes an answer, or holds the error against what every error must be.
fn answer<T>(result: Result<T>) -> Option<T> {
    result
        .inspect_err(|error| {
            safe(error);
            safe(error.hint().unwrap_or_default());
        })
        .ok()
}

/// Whatever is shown moves no cursor and reorders no line.
fn safe(shown: impl Display) {
    let shown = shown.to_string();
    for line in shown.split('\n') {
        assert_eq!(Escaped(line).to_string(), line, "it is shown as it came");
    }
}

/// Explains a document; neither the text nor the JSON of the answer has anything left to escape.
fn explain(document: &Document) -> Option<Item> {
    safe(&document.kind);
    let item = answer(inspect(document, NOW, Some(&password())))?;
    safe(item.short());
    Item::FIELDS
        .iter()
        .for_each(|name| safe(item.field(name).unwrap_or_default()));
    safe_throughout(&serde_json::to_value(&item).unwrap());
    Some(item)
}

fn safe_throughout(value: &serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::String(text) => safe(text),
        Value::Array(values) => values.iter().for_each(safe_throughout),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            safe(name);
            safe_throughout(value);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Tells whether bytes name a count of iterations that is allowed and takes seconds by intent: the limits have tests
/// of their own, and nothing is found by waiting for them.
fn asks_for_much_work(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| {
        let rest = match &bytes[at..] {
            [0x04, 0x81, length, rest @ ..] | [0x04, length, rest @ ..] => {
                rest.get(usize::from(*length)..)
            }
            _ => None,
        };
        rest.is_some_and(begins_with_much)
    })
}

/// Tells whether an INTEGER comes next that is large; in all schemes the iterations follow the salt.
fn begins_with_much(bytes: &[u8]) -> bool {
    let (count, length) = match bytes {
        [0x02, length @ 3..=5, rest @ ..] => (rest, usize::from(*length)),
        _ => return false,
    };
    let octets = count.iter().take(length);
    let number = octets.fold(0_u64, |sum, octet| sum << 8 | u64::from(*octet));
    (MAX_WORK..=MAX_ITERATIONS).contains(&number)
}

/// Some milliseconds.
const MAX_WORK: u64 = 20_000;
/// More are refused.
const MAX_ITERATIONS: u64 = 10_000_000;
