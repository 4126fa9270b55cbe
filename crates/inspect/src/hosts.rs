//! Hosts and addresses of private infrastructure.

use crate::Match;
use crate::rule::Rule;

/// The rules of this module.
pub const RULES: &[Rule] = &[];

/// Finds them in `text`. Linear in its length.
pub fn find(text: &str, out: &mut Vec<Match>) {
    let _ = (text, out);
}

/// As [`crate::secrets::pending`].
#[must_use]
pub fn pending(text: &str) -> usize {
    text.len()
}
