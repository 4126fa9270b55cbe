//! Credentials, told by their vendors' formats, and values that stand where a credential stands.

use crate::Match;
use crate::rule::Rule;

/// The rules of this module.
pub const RULES: &[Rule] = &[];

/// Finds credentials in `text`. Linear in its length. Matches may overlap and come in any order.
pub fn find(text: &str, out: &mut Vec<Match>) {
    let _ = (text, out);
}

/// Where in `text` a match may still begin, or may still grow, by what comes behind the end: nothing before that place
/// changes any more. The length of the text where nothing can.
#[must_use]
pub fn pending(text: &str) -> usize {
    text.len()
}
