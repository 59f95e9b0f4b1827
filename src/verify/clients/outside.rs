//! Names outside of constraints, and who minds: clients differ in which kinds of names they compare.

use super::super::Reference;
use super::super::build::MAX_COMPARISONS;
use super::super::judge::names_of;
use crate::cert::Decoded;
use crate::name::{GeneralName, NameConstraints, Objection, Subtree};

/// A name that lies outside of constraints.
#[derive(Eq, PartialEq)]
pub(super) struct Outside {
    /// Whose name, counted from the end entity.
    pub of: usize,
    /// Whose constraints.
    pub by: usize,
    /// Whether it is excluded, or not permitted.
    pub excluded: bool,
    /// Who minds it.
    pub minds: Minds,
}

/// Who minds it.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Minds {
    /// All.
    All,
    /// Browsers: a wildcard may stand for an excluded name, and they compare no URIs.
    Browsers,
    /// All but Go, which compares no subjects.
    AllButGo,
    /// Those for whom a common name may still be a host's.
    Old,
}

/// Every way in which a name of one certificate lies outside of the constraints of another.
pub(super) fn outside(path: &[&Decoded]) -> Vec<Outside> {
    let mut left = MAX_COMPARISONS;
    let mut found = Vec::new();
    for (of, certificate) in path.iter().enumerate() {
        let above = path.iter().enumerate().skip(of + 1);
        let constraints =
            above.filter_map(|(by, above)| Some((by, above.extensions.name_constraints.as_ref()?)));
        let constraints: Vec<(usize, &NameConstraints)> = constraints.collect();
        if constraints.is_empty() || (of > 0 && certificate.is_self_issued()) {
            continue;
        }
        let names = names_of(certificate);
        for (by, constraints) in constraints {
            left = match left.checked_sub(constraints.effort(&names)) {
                Some(left) => left,
                None => return found,
            };
            let mut ways: Vec<(bool, Minds)> = names
                .iter()
                .filter_map(|name| minds(name, constraints))
                .collect();
            if of == 0 {
                ways.extend(common_name_outside(certificate, constraints));
            }
            for (excluded, minds) in ways {
                let one = Outside {
                    of,
                    by,
                    excluded,
                    minds,
                };
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// Whether a name is excluded rather than not permitted, and who minds.
fn minds(name: &GeneralName, constraints: &NameConstraints) -> Option<(bool, Minds)> {
    let mut all = constraints.permitted.iter().chain(&constraints.excluded);
    let objection = constraints.objection(name);
    let excluded = matches!(objection, Some(Objection::Excluded(_)));
    let who = match objection {
        None => {
            let is_uri = matches!(name, GeneralName::Uri(_));
            let of_uris = all.any(|subtree| matches!(subtree, Subtree::Uri(_)));
            (is_uri && of_uris).then_some(Minds::Browsers)?
        }
        Some(_) if matches!(name, GeneralName::Directory(_)) => Minds::AllButGo,
        Some(Objection::Excluded(subtree)) if subtree.contains(name) == Some(false) => {
            Minds::Browsers
        }
        Some(_) => Minds::All,
    };
    Some((excluded, who))
}

/// As above, of a common name that is a host where no alternative name is one.
fn common_name_outside(leaf: &Decoded, constraints: &NameConstraints) -> Option<(bool, Minds)> {
    let names = leaf.extensions.names.as_deref().unwrap_or_default();
    let has_host = names.iter().any(|name| matches!(name, GeneralName::Dns(_)));
    let common = leaf.subject().common_names().pop()?;
    let is_host = matches!(common.parse(), Ok(Reference::Host(_)));
    if has_host || !is_host {
        return None;
    }
    let (excluded, _) = minds(&GeneralName::Dns(common), constraints)?;
    Some((excluded, Minds::Old))
}
