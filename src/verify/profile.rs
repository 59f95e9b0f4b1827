//! What RFC 5280 leaves to profiles, made a condition by a policy.

use super::Question;
use super::problem::Problem;
use crate::cert::Decoded;

/// Returns what the policy refuses beyond RFC 5280 §6.
pub(super) fn problems(
    _path: &[&Decoded],
    _anchored: bool,
    _question: &Question<'_>,
) -> Vec<Problem> {
    Vec::new()
}
