//! Whole HTML: what is visible, and an allowlist of what may stay.

use crate::rule::Rule;

/// The rules of this module.
pub const RULES: &[Rule] = &[];
