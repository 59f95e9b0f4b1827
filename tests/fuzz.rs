//! Every target of the fuzzers, for a moment: their corpora, and what comes of them by a few changes.
//!
//! The same inputs each time. `tests/fuzz/run` goes on for longer.

pub mod bodies;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

/// Numbers by SplitMix64: few lines, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Something near to bytes: cut short, with a bit turned, with a length or a letter that lies, or with a part of
/// itself or of another in it.
fn mutated(bytes: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len());
        let end = at + chance.below(bytes.len() - at).min(40);
        match chance.below(6) {
            _ if bytes.is_empty() => bytes.push(chance.next() as u8),
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << chance.below(8),
            2 => bytes[at] = ODD[chance.below(ODD.len())],
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
            _ => {
                let from = chance.below(other.len());
                let to = from + chance.below(other.len() - from).min(40);
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

/// The ends of ranges, lengths that are long or left open, and what stands between words.
const ODD: [u8; 14] = *b"\x00\x01\x7f\x80\x81\x82\x84\xff\x30\n\x1b.,=";

/// The corpus of a target, each with its file.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join(target))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: PathBuf| (fs::read(&path).unwrap(), path);
    files
        .into_iter()
        .map(read)
        .map(|(bytes, path)| (path, bytes))
        .collect()
}

/// Says which bytes they were, if something does not hold.
fn hold(target: &str, bytes: &[u8], from: &Path) {
    if catch_unwind(AssertUnwindSafe(|| bodies::run(target, bytes))).is_err() {
        panic!(
            "{target} fails on what came of {}: {}",
            from.display(),
            HEXLOWER.encode(bytes)
        );
    }
}

fn try_out(target: &str) {
    let seeds = corpus(target);
    assert!(!seeds.is_empty(), "{target} has a corpus");
    let mut chance = Chance(seeds.len() as u64);
    for (path, bytes) in &seeds {
        hold(target, bytes, path);
        for _ in 0..MUTATIONS.div_ceil(seeds.len()) {
            let other = &seeds[chance.below(seeds.len())].1;
            hold(target, &mutated(bytes, other, &mut chance), path);
        }
    }
}

#[test]
fn every_target_holds_whatever_is_changed() {
    std::thread::scope(|scope| {
        for (target, _) in bodies::TARGETS {
            scope.spawn(|| try_out(target));
        }
    });
}

/// What begins with a path that is refused comes near to no path that is accepted.
#[test]
fn paths_that_are_good_are_accepted() {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let good = |(path, _): &(PathBuf, Vec<u8>)| name(path).starts_with("good");
    let found: Vec<_> = corpus("verify").into_iter().filter(good).collect();
    assert!(!found.is_empty());
    for (path, bytes) in found {
        assert_eq!(
            bodies::paths::is_accepted(&bytes),
            Some(true),
            "{}",
            path.display()
        );
    }
}

/// For each target, so that all take some seconds in a build for debugging.
const MUTATIONS: usize = 1500;
