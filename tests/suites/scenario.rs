//! Graphs of certificates at random: mostly sound ones, with faults strewn in.

use std::collections::BTreeSet;

use certwright::key::PrivateKey;

use super::maker::{
    Draft, alternative_names, authority_key, basic_constraints, extension, general_name,
    inhibit_any_policy, key_usage, keys, name_constraints, policies, policy_constraints,
    policy_mappings, purposes, subject_key,
};

/// A question to every verifier, with one answer for years: GnuTLS's tool cannot be told the time: is the leaf good for a TLS server of this name?
pub(super) struct Scenario {
    pub leaf: Vec<u8>,
    pub intermediates: Vec<Vec<u8>>,
    pub roots: Vec<Vec<u8>>,
    pub name: &'static str,
    /// What stands in it that verifiers are known to differ on.
    pub marks: BTreeSet<Mark>,
}

/// What verifiers differ on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Mark {
    /// Constraints on addresses.
    Address,
    /// anyExtendedKeyUsage.
    AnyPurpose,
    /// Constraints on directory names.
    Directory,
    /// Constraints on e-mail addresses.
    Email,
    /// Key identifiers that tell another issuer than the one that signed.
    KeyIdentifier,
    /// A key usage that forbids what is done.
    KeyUsage,
    /// The end entity calls itself a CA.
    LeafAuthority,
    /// Two CAs of one name.
    Namesake,
    /// Policies that may matter.
    Policy,
    /// A fault in the root itself.
    Root,
    /// A CA with the name of its issuer.
    SelfIssued,
    /// Constraints on URIs.
    Uri,
    /// A wildcard among the names.
    Wildcard,
}

/// Numbers that are the same each time (SplitMix64).
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll() % count as u64).unwrap()
    }

    /// True once in so many times.
    fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn some<T: Copy>(&mut self, all: &[T], most: usize) -> Vec<T> {
        (0..=self.below(most)).map(|_| self.pick(all)).collect()
    }
}

/// Makes one scenario after the other from one set of keys.
pub(super) struct Generator {
    dice: Dice,
    keys: Vec<PrivateKey>,
    serial: u32,
    marks: BTreeSet<Mark>,
    /// One in so many chances of a fault comes true.
    rarity: usize,
    has_policies: bool,
}

/// A CA: its name and the number of its key.
type Authority = (String, usize);

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            keys: keys(7),
            serial: 0,
            marks: BTreeSet::new(),
            rarity: 1,
            has_policies: false,
        }
    }

    pub fn next(&mut self) -> Scenario {
        self.marks = BTreeSet::new();
        self.rarity = self.dice.pick(&[12, 30, 60]);
        self.has_policies = self.dice.once_in(6);
        let authorities = self.authorities();
        let mut intermediates = Vec::new();
        for at in 1..authorities.len() {
            intermediates.push(self.issued(&authorities, at, at - 1));
        }
        if self.dice.once_in(3) {
            for _ in 0..=self.dice.below(3) {
                let subject = self.dice.below(authorities.len());
                let issuer = self.dice.below(authorities.len());
                intermediates.push(self.issued(&authorities, subject, issuer));
            }
        }
        let leaf = self.leaf(&authorities[authorities.len() - 1]);
        let root = self.root(&authorities[0]);
        // The order in which they are sent means nothing.
        for at in (1..intermediates.len()).rev() {
            intermediates.swap(at, self.dice.below(at + 1));
        }
        Scenario {
            leaf,
            intermediates,
            roots: vec![root],
            name: "a.test",
            marks: std::mem::take(&mut self.marks),
        }
    }

    fn fault(&mut self) -> bool {
        self.dice.once_in(self.rarity)
    }

    /// The root first. Now and then two have one name.
    fn authorities(&mut self) -> Vec<Authority> {
        let mut all = vec![("root".to_owned(), 0)];
        for at in 1..=1 + self.dice.below(4) {
            let mut name = format!("ca{at}");
            if self.dice.once_in(15) {
                let other = self.dice.below(at);
                name = all[other].0.clone();
                self.marks.insert(match other + 1 == at {
                    true => Mark::SelfIssued,
                    false => Mark::Namesake,
                });
            }
            all.push((name, at));
        }
        all
    }

    fn draft(&mut self, subject: &str, issuer: &str, key: usize, signer: usize) -> Draft<'_> {
        let signer = match self.fault() {
            true => 6,
            false => signer,
        };
        let validity = match self.fault() {
            true => self.dice.pick(&[
                ["200101000000Z", "210101000000Z"],
                ["390101000000Z", "400101000000Z"],
            ]),
            false => ["200101000000Z", "400101000000Z"],
        };
        self.serial += 1;
        let serial = self.serial;
        let mut draft = Draft::new(subject, issuer, &self.keys[key], &self.keys[signer]);
        (draft.serial, draft.validity) = (serial, validity);
        draft
    }

    /// The certificate of one CA by another.
    fn issued(&mut self, all: &[Authority], subject: usize, issuer: usize) -> Vec<u8> {
        let ((name, key), (by, signer)) = (&all[subject], &all[issuer]);
        if name == by {
            self.marks.insert(Mark::SelfIssued);
        }
        let mut extensions = self.of_an_authority();
        extensions.extend(self.key_identifiers(*key, *signer));
        extensions.extend(self.of_policies());
        let mut draft = self.draft(name, by, *key, *signer);
        draft.extensions = extensions;
        draft.sign()
    }

    fn root(&mut self, authority: &Authority) -> Vec<u8> {
        let is_sound = !self.fault();
        let mut extensions = match is_sound {
            true => vec![basic_constraints(true, None)],
            false => self.of_an_authority(),
        };
        if !is_sound {
            self.marks.insert(Mark::Root);
        }
        if self.dice.once_in(2) {
            extensions.push(subject_key(&[0]));
        }
        let (name, key) = authority;
        let mut draft = Draft::new(name, name, &self.keys[*key], &self.keys[*key]);
        draft.extensions = extensions;
        draft.sign()
    }

    fn of_an_authority(&mut self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        match self.fault() {
            true if self.dice.once_in(2) => all.push(basic_constraints(false, None)),
            true => {}
            false => {
                let limits = [None, None, None, Some(0), Some(1), Some(2)];
                let limit = match self.dice.once_in(3) {
                    true => self.dice.pick(&limits),
                    false => None,
                };
                all.push(basic_constraints(true, limit));
            }
        }
        if self.fault() {
            self.marks.insert(Mark::KeyUsage);
            all.push(key_usage(self.dice.pick(&[0x80, 0x02])));
        } else if self.dice.once_in(2) {
            all.push(key_usage(0x06));
        }
        all.extend(self.purposes(8));
        if self.dice.once_in(6) {
            all.push(self.constraints());
        }
        all.extend(self.unknown());
        all
    }

    fn purposes(&mut self, rarity: usize) -> Option<Vec<u8>> {
        if !self.dice.once_in(rarity) {
            return None;
        }
        match self.fault() {
            true if self.dice.once_in(2) => {
                self.marks.insert(Mark::AnyPurpose);
                let any = certwright::der::object_identifier(&[2, 5, 29, 37, 0]);
                let value = certwright::der::sequence(&[&any]);
                Some(extension(&[2, 5, 29, 37], false, &value))
            }
            true => Some(purposes(&[2])),
            false => Some(purposes(self.dice.pick(&[&[1][..], &[2, 1], &[1, 4]]))),
        }
    }

    fn unknown(&mut self) -> Option<Vec<u8>> {
        let critical = self.fault();
        (critical || self.dice.once_in(8))
            .then(|| extension(&[1, 3, 6, 1, 4, 1, 55555, 99], critical, &[5, 0]))
    }

    fn key_identifiers(&mut self, key: usize, signer: usize) -> Vec<Vec<u8>> {
        let id = |number: usize| [u8::try_from(number).unwrap()];
        let mut all = Vec::new();
        if self.dice.once_in(2) {
            all.push(subject_key(&id(key)));
        }
        if self.dice.once_in(2) {
            let wrong = self.fault();
            if wrong {
                self.marks.insert(Mark::KeyIdentifier);
            }
            all.push(authority_key(&id(if wrong { 6 } else { signer })));
        }
        all
    }

    fn constraints(&mut self) -> Vec<u8> {
        let mut kinds = vec![DNS, DNS, DNS, ADDRESSES];
        if self.dice.once_in(3) {
            kinds = vec![DIRECTORIES, EMAILS, URIS];
        }
        let kind = self.dice.pick(&kinds);
        match general_name(kind[0])[0] & 0x1f {
            1 => drop(self.marks.insert(Mark::Email)),
            4 => drop(self.marks.insert(Mark::Directory)),
            6 => drop(self.marks.insert(Mark::Uri)),
            7 => drop(self.marks.insert(Mark::Address)),
            _ => {}
        }
        let permitted = match self.dice.once_in(3) {
            true => Vec::new(),
            false => {
                let mut some = self.dice.some(kind, 2);
                if !self.fault() {
                    some.push(kind[0]);
                }
                some
            }
        };
        let excluded = match permitted.is_empty() || self.dice.once_in(4) {
            true => self.dice.some(&kind[1..], 2),
            false => Vec::new(),
        };
        name_constraints(&permitted, &excluded)
    }

    fn of_policies(&mut self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        if !self.has_policies {
            return all;
        }
        self.marks.insert(Mark::Policy);
        if !self.dice.once_in(8) {
            let mut numbers = self.dice.some(&[0, 1, 2, 3], 3);
            numbers.sort_unstable();
            numbers.dedup();
            all.push(policies(&numbers));
        }
        if self.dice.once_in(3) {
            all.push(policy_mappings(
                &self.dice.some(&[(1, 2), (2, 3), (3, 1)], 2),
            ));
        }
        if self.dice.once_in(3) {
            let limits = [Some(0), Some(1), Some(2)];
            all.push(policy_constraints(
                self.dice.pick(&limits),
                self.dice.pick(&[None, None, Some(0), Some(1)]),
            ));
        }
        if self.dice.once_in(5) {
            all.push(inhibit_any_policy(self.dice.pick(&[0, 1])));
        }
        all
    }

    fn leaf(&mut self, (by, signer): &Authority) -> Vec<u8> {
        let mut extensions = self.key_identifiers(5, *signer);
        if self.fault() {
            self.marks.insert(Mark::LeafAuthority);
            extensions.push(basic_constraints(true, None));
        } else if self.dice.once_in(2) {
            extensions.push(basic_constraints(false, None));
        }
        if self.fault() {
            self.marks.insert(Mark::KeyUsage);
            extensions.push(key_usage(0x02));
        } else if self.dice.once_in(2) {
            extensions.push(key_usage(0x80));
        }
        extensions.extend(self.purposes(2));
        extensions.extend(self.unknown());
        if self.has_policies {
            extensions.push(policies(&[self.dice.pick(&[1, 2, 3])]));
        }
        let mut names = vec!["dns:a.test"];
        if self.dice.once_in(3) {
            names.extend(self.dice.some(&NAMES, 3));
        }
        if self.fault() {
            names.remove(0);
        }
        if names.iter().any(|name| name.contains('*')) {
            self.marks.insert(Mark::Wildcard);
        }
        if !names.is_empty() {
            extensions.push(alternative_names(false, &names));
        }
        let by = by.clone();
        let mut draft = self.draft("org/leaf", &by, 5, *signer);
        draft.extensions = extensions;
        draft.sign()
    }
}

const NAMES: [&str; 10] = [
    "dns:b.a.test",
    "dns:*.a.test",
    "dns:A.TEST",
    "dns:c.example",
    "ip:0a000001",
    "ip:20010db8000000000000000000000001",
    "email:x@a.test",
    "email:y@b.a.test",
    "uri:https://a.test/x",
    "uri:https://b.a.test:8/",
];

const DNS: &[&str] = &[
    "dns:a.test",
    "dns:test",
    "dns:b.a.test",
    "dns:c.a.test",
    "dns:example",
    "dns:xa.test",
];
const ADDRESSES: &[&str] = &[
    "ip:0a000000ff000000",
    "ip:0a000001ffffffff",
    "ip:0b000000ff000000",
    "ip:20010db8000000000000000000000000ffffffff000000000000000000000000",
];
const DIRECTORIES: &[&str] = &["dir:org", "dir:org/leaf", "dir:leaf", "dir:ca2"];
const EMAILS: &[&str] = &["email:a.test", "email:.a.test", "email:x@a.test", "email:b"];
const URIS: &[&str] = &["uri:a.test", "uri:.a.test", "uri:b.a.test", "uri:example"];
