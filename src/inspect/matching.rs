//! Which key belongs to which certificates, of any number of them, with memory for so many.

use std::collections::HashMap;

use super::Side;

/// Holds keys against certificates and requests, while they come.
///
/// A key finds all that come after it, and of those before it the first [`MAX_KEPT`](Self::MAX_KEPT).
/// Of keys, and of what belongs to them, there are as many places at most; but for each key one.
#[derive(Debug)]
pub struct Matching<P> {
    pairs: Vec<Pair<P>>,
    by_key: HashMap<KeyDigest, usize>,
    /// How many places the pairs have.
    places: usize,
    /// Holders of keys that may still come.
    waiting: Vec<(KeyDigest, P)>,
    has_holders: bool,
    /// Whether a holder came that is not kept.
    is_full: bool,
    /// Whether a key came that is not kept.
    has_lost_keys: bool,
    most: usize,
}

/// A key in hand, and what belongs to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pair<P> {
    /// The places of keys that are the same key.
    pub keys: Vec<P>,
    /// The places of the certificates and requests with this key; empty if it belongs to none of them.
    pub with: Vec<P>,
    /// Whether it may belong to one that came before it and is not kept.
    pub is_unsure: bool,
}

/// SHA-256 of a public key.
pub type KeyDigest = [u8; 32];

impl<P> Default for Matching<P> {
    fn default() -> Self {
        Self {
            pairs: Vec::new(),
            by_key: HashMap::new(),
            places: 0,
            waiting: Vec::new(),
            has_holders: false,
            is_full: false,
            has_lost_keys: false,
            most: Self::MAX_KEPT,
        }
    }
}

impl<P> Matching<P> {
    /// How many holders are kept for keys that come after them, and how many places of pairs.
    ///
    /// Some megabytes; more certificates than lie in one folder, as a rule.
    pub const MAX_KEPT: usize = 1 << 15;

    /// Takes what stands on a side of a match, by its public key.
    pub fn add(&mut self, side: Side, key: KeyDigest, place: P) {
        self.has_holders |= side == Side::Holder;
        let has_room = self.places < self.most;
        let known = self.by_key.get(&key).map(|at| &mut self.pairs[*at]);
        match (side, known) {
            (Side::Key, Some(pair)) if has_room => pair.keys.push(place),
            // That there is one is the answer.
            (Side::Holder, Some(pair)) if has_room || pair.with.is_empty() => pair.with.push(place),
            (_, Some(_)) => return,
            (Side::Holder, None) if self.waiting.len() < self.most => {
                self.waiting.push((key, place));
                return;
            }
            (Side::Holder, None) => {
                self.is_full = true;
                return;
            }
            (Side::Key, None) if has_room => {
                self.by_key.insert(key, self.pairs.len());
                self.pairs.push(Pair {
                    keys: vec![place],
                    with: Vec::new(),
                    is_unsure: self.is_full,
                });
            }
            (Side::Key, None) => {
                self.has_lost_keys = true;
                return;
            }
        }
        self.places += 1;
    }

    /// Tells whether there were keys of which nothing is told, since there were too many before them.
    pub fn has_lost_keys(&self) -> bool {
        self.has_lost_keys && self.has_holders
    }

    /// Returns what belongs together, in the order of the keys; nothing unless there is at least one on each side.
    pub fn finish(mut self) -> Vec<Pair<P>> {
        if !self.has_holders {
            return Vec::new();
        }
        let mut before: Vec<Vec<P>> = self.pairs.iter().map(|_| Vec::new()).collect();
        for (key, place) in self.waiting {
            if let Some(at) = self.by_key.get(&key) {
                before[*at].push(place);
            }
        }
        for (pair, mut before) in self.pairs.iter_mut().zip(before) {
            before.append(&mut pair.with);
            pair.with = before;
        }
        self.pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds what is written: `k1` is a key, `c1` its certificate. Returns the places, `!` where it is unsure.
    fn matched(most: usize, words: &str) -> String {
        let mut matching = Matching {
            most,
            ..Matching::default()
        };
        for (place, word) in words.split_whitespace().enumerate() {
            let side = match word.starts_with('k') {
                true => Side::Key,
                false => Side::Holder,
            };
            matching.add(side, [word.as_bytes()[1]; 32], place);
        }
        let told = |pair: &Pair<usize>| {
            let sure = if pair.is_unsure { "!" } else { "" };
            format!("{:?}-{:?}{sure}", pair.keys, pair.with)
        };
        let pairs = matching.finish();
        pairs.iter().map(told).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn keys_find_what_is_theirs() {
        for (words, expected) in [
            ("c1 k1", "[1]-[0]"),
            ("k1 c1 c1", "[0]-[1, 2]"),
            ("c1 k1 c1 c2 k1", "[1, 4]-[0, 2]"),
            ("k2 c1 k1", "[0]-[] [2]-[1]"),
            ("k1 k2", ""),
            ("c1 c2", ""),
        ] {
            assert_eq!(matched(100, words), expected, "{words}");
        }
    }

    #[test]
    fn what_is_not_kept_is_not_denied() {
        for (words, expected) in [
            ("c1 c2 c3 k1", "[3]-[0]!"),
            ("c1 c2 c3 k3", "[3]-[]!"),
            ("k3 c1 c2 c3 c3", "[0]-[3]"),
            ("k9 c1 c2 c3", "[0]-[]"),
            ("k1 k2 k3 c3 c2", "[0]-[] [1]-[4]"),
            ("k1 c1 c1 c1", "[0]-[1]"),
        ] {
            assert_eq!(matched(2, words), expected, "{words}");
        }
        let mut matching = Matching {
            most: 1,
            ..Matching::default()
        };
        for (side, key) in [(Side::Key, 1), (Side::Holder, 1), (Side::Key, 2)] {
            assert!(!matching.has_lost_keys());
            matching.add(side, [key; 32], ());
        }
        assert!(matching.has_lost_keys());
    }
}
