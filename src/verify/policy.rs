//! Certificate policies along a path (RFC 5280 §6.1.2 to §6.1.5).
//!
//! RFC 5280's tree grows exponentially under hostile mappings (CVE-2023-0464), and RFC 9618 replaces it by
//! a graph. All that is asked of either is which of the policies of the first domain are still there, so a
//! level here is the policies that are expected next, each with those that it goes back to.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::Cause;
use crate::cert::Decoded;

/// What the relying party asks for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wanted {
    /// The policies of which the path must have one, as OIDs in dotted decimal; none for any.
    pub policies: Vec<String>,
    /// Whether the path must have a policy at all.
    pub explicit: bool,
    /// Whether no policy may be mapped to another.
    pub inhibit_mapping: bool,
    /// Whether anyPolicy stands for nothing.
    pub inhibit_any: bool,
}

impl Wanted {
    /// anyPolicy among those wanted is as good as naming none (§6.1.1 (c)).
    fn takes_any(&self) -> bool {
        self.policies.is_empty() || self.policies.iter().any(|policy| policy == ANY_POLICY)
    }
}

/// Why a path's policies do not do, and which certificate it is, counted from the end entity.
pub(super) type Broken = (usize, Cause);

/// Goes along a path, whose first is the end entity and whose last the trust anchor. What the anchor's
/// certificate itself says of policies counts if that is asked, as browsers have it for private roots (RFC
/// 5937 §3.2); RFC 5280 leaves it out. Each policy with each that it goes back to is one of the steps that
/// may be made: mappings multiply them.
pub(super) fn judge(
    path: &[&Decoded],
    wanted: &Wanted,
    anchor_counts: bool,
    steps: &mut usize,
) -> Result<(), Broken> {
    let length = path.len().saturating_sub(1);
    let judged = length + usize::from(anchor_counts);
    let skip = |now: bool| if now { 0 } else { judged + 1 };
    let mut state = State {
        level: Level {
            any: true,
            expected: BTreeMap::new(),
        },
        explicit: skip(wanted.explicit),
        inhibit_any: skip(wanted.inhibit_any),
        mapping: skip(wanted.inhibit_mapping),
    };
    for (index, certificate) in path.iter().enumerate().take(judged).rev() {
        let is_last = index == 0;
        let broken = |cause| (index, cause);
        // An anchor without policies may have any.
        if index < length || certificate.extensions.policies.is_some() {
            state.take(certificate, is_last, steps).map_err(broken)?;
        }
        if !is_last {
            state.prepare(certificate, steps).map_err(broken)?;
        } else {
            state.wrap_up(certificate);
        }
        if state.explicit == 0 && !state.level.has_one_of(is_last.then_some(wanted)) {
            let what = missing(certificate, wanted, is_last);
            return Err((index, Cause::CertificatePolicy { what }));
        }
    }
    Ok(())
}

/// The variables of §6.1.2.
struct State {
    level: Level,
    explicit: usize,
    inhibit_any: usize,
    mapping: usize,
}

/// The policies that the next certificate may have.
struct Level {
    /// Whether it may have any.
    any: bool,
    /// Those expected, and the policies of the first domain that they stand for.
    expected: BTreeMap<String, BTreeSet<String>>,
}

impl State {
    /// §6.1.3 (d) to (f).
    fn take(
        &mut self,
        certificate: &Decoded,
        is_last: bool,
        steps: &mut usize,
    ) -> Result<(), Cause> {
        let none = Vec::new();
        let policies = certificate.extensions.policies.as_ref().unwrap_or(&none);
        let any_counts = policies.iter().any(|policy| policy == ANY_POLICY)
            && (self.inhibit_any > 0 || (!is_last && certificate.is_self_issued()));
        let mut next = BTreeMap::new();
        for policy in policies.iter().filter(|policy| *policy != ANY_POLICY) {
            if let Some(origins) = self.level.expected.get(policy) {
                spend(steps, origins.len())?;
                next.insert(policy.clone(), origins.clone());
            } else if self.level.any {
                next.insert(policy.clone(), BTreeSet::from([policy.clone()]));
            }
        }
        if any_counts {
            for (policy, origins) in std::mem::take(&mut self.level.expected) {
                next.entry(policy).or_insert(origins);
            }
        }
        self.level = Level {
            any: self.level.any && any_counts,
            expected: next,
        };
        Ok(())
    }

    /// §6.1.4 (a), (b) and (h) to (j).
    fn prepare(&mut self, certificate: &Decoded, steps: &mut usize) -> Result<(), Cause> {
        self.map(&certificate.extensions.policy_mappings, steps)?;
        if !certificate.is_self_issued() {
            self.count_down();
        }
        let constraints = certificate
            .extensions
            .policy_constraints
            .unwrap_or_default();
        let least = |now: usize, limit: Option<u32>| match limit {
            Some(limit) => now.min(usize::try_from(limit).unwrap_or(usize::MAX)),
            None => now,
        };
        self.explicit = least(self.explicit, constraints.require_explicit);
        self.mapping = least(self.mapping, constraints.inhibit_mapping);
        self.inhibit_any = least(self.inhibit_any, certificate.extensions.inhibit_any_policy);
        Ok(())
    }

    fn map(&mut self, mappings: &[(String, String)], steps: &mut usize) -> Result<(), Cause> {
        if mappings
            .iter()
            .any(|(from, to)| from == ANY_POLICY || to == ANY_POLICY)
        {
            let what = "it maps anyPolicy, which stands for all and for none".to_owned();
            return Err(Cause::CertificatePolicy { what });
        }
        let mut mapped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in mappings {
            let origins = match self.level.expected.get(from) {
                Some(origins) => {
                    spend(steps, origins.len())?;
                    origins.clone()
                }
                None if self.level.any => BTreeSet::from([from.clone()]),
                None => continue,
            };
            if self.mapping > 0 {
                mapped.entry(to.clone()).or_default().extend(origins);
            }
        }
        for (from, _) in mappings {
            self.level.expected.remove(from);
        }
        for (policy, origins) in mapped {
            self.level
                .expected
                .entry(policy)
                .or_default()
                .extend(origins);
        }
        Ok(())
    }

    /// §6.1.5 (a) and (b).
    fn wrap_up(&mut self, certificate: &Decoded) {
        self.explicit = self.explicit.saturating_sub(1);
        let constraints = certificate.extensions.policy_constraints;
        if constraints.is_some_and(|constraints| constraints.require_explicit == Some(0)) {
            self.explicit = 0;
        }
    }

    fn count_down(&mut self) {
        for counter in [&mut self.explicit, &mut self.mapping, &mut self.inhibit_any] {
            *counter = counter.saturating_sub(1);
        }
    }
}

impl Level {
    /// Tells whether a policy is left, at the end one of those wanted (§6.1.5 (g)).
    fn has_one_of(&self, wanted: Option<&Wanted>) -> bool {
        let mut left = self.expected.values().flatten();
        match wanted {
            Some(wanted) if !wanted.takes_any() => {
                self.any || left.any(|origin| wanted.policies.contains(origin))
            }
            _ => self.any || left.next().is_some(),
        }
    }
}

fn spend(steps: &mut usize, count: usize) -> Result<(), Cause> {
    *steps = steps
        .checked_sub(count)
        .ok_or(Cause::TooComplex { what: "policies" })?;
    Ok(())
}

fn missing(certificate: &Decoded, wanted: &Wanted, is_last: bool) -> String {
    let has = match &certificate.extensions.policies {
        Some(policies) => policies.join(", "),
        None => "none".to_owned(),
    };
    match wanted.policies.as_slice() {
        [one, ..] if is_last => format!("its certificate policies are {has}, and {one} is needed"),
        _ => format!(
            "its certificate policies are {has}, and none of them is left of those that the CAs above it allow, which want one"
        ),
    }
}

/// RFC 5280 §4.2.1.4.
const ANY_POLICY: &str = "2.5.29.32.0";
