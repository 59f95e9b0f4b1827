//! What must hold for any input at all: nothing panics, and what is written can be read.
//!
//! What that is for each entry is told by the targets of the fuzzers, which start from good files; here they get
//! what nobody wrote.

use std::path::Path;

use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};

use certwright::document::documents;
use certwright::pem;

use crate::fuzz::bodies::{TARGETS, run};

/// Text near to what names, subjects and times look like.
fn words() -> impl Strategy<Value = String> {
    "[-a-zA-Z0-9.*:/@=,+\\\\#_\\[\\]äß\u{202e} ]{0,40}"
}

/// Everything gets the same.
fn everywhere(bytes: &[u8]) {
    TARGETS.iter().for_each(|(target, _)| run(target, bytes));
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        everywhere(&bytes);
        everywhere(&[&[0x30, 0x82, 0x02, 0x00][..], &bytes].concat());
        everywhere(pem::encode("CERTIFICATE", &bytes).as_bytes());
    }

    #[test]
    fn any_words_are_taken_or_refused(text in words()) {
        everywhere(text.as_bytes());
        everywhere(format!("CN={text}").as_bytes());
    }

    #[test]
    fn any_value_of_a_subject_can_be_typed_as_it_is_shown(value in "[^\0]{1,64}|[-a\\\\#+,;<>=\" \\t\u{202e}]{1,9}") {
        run("name", value.as_bytes());
    }

    #[test]
    fn whatever_stands_around_it_a_certificate_is_found(before in "[ -~\n]{0,80}", after in "[ -~\n]{0,80}") {
        // What begins as PEM does is one.
        let sound = !before.contains("---") && !after.contains("---");
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/certificate");
        let certificate = std::fs::read(seeds.join("own")).unwrap();
        let carried = pem::encode("CERTIFICATE", &certificate).replace('\n', "\\n");
        let text = format!("{before}\nb: \"{carried}\"\n{after}");
        let mut found = documents(text.as_bytes()).unwrap();
        prop_assert!(!sound || found.any(|document| document.is_ok()));
    }

    #[test]
    fn what_is_encoded_in_pem_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = pem::encode("SOMETHING", &bytes);
        let block = pem::blocks(text.as_bytes()).next().unwrap().unwrap();
        prop_assert_eq!(&block.decode().unwrap()[..], &bytes[..]);
    }
}
