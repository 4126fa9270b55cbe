//! What an operator's rules let through.

use super::super::random;
use regex::bytes::Regex;

/// What an expression of an allowlist is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Secret,
    Match,
    Line,
}

/// An allowlist.
#[derive(Debug)]
pub(super) struct Allow {
    pub(super) regexes: Vec<Regex>,
    /// In lower case.
    pub(super) stopwords: Vec<String>,
    pub(super) target: Target,
    /// Whether regexes and stop words must both fit.
    pub(super) all: bool,
    /// Whether it asks for a path or a commit as well, which are not there.
    pub(super) beyond: bool,
    /// The rules it is for; empty for every one.
    pub(super) rules: Vec<String>,
}

/// A match that may be let through.
pub(super) struct Seen<'b> {
    pub(super) secret: &'b [u8],
    pub(super) whole: &'b [u8],
    pub(super) line: &'b [u8],
}

impl Allow {
    pub(super) fn allows(&self, rule: &str, seen: &Seen<'_>) -> bool {
        if !self.rules.is_empty() && !self.rules.iter().any(|name| name == rule) {
            return false;
        }
        let target = match self.target {
            Target::Secret => seen.secret,
            Target::Match => seen.whole,
            Target::Line => seen.line,
        };
        let fits = self.regexes.iter().any(|regex| regex.is_match(target));
        let stops = self.stopwords.iter().any(|word| random::contains(seen.secret, word.as_bytes()));
        if !self.all {
            return fits || stops;
        }
        let none = self.regexes.is_empty() && self.stopwords.is_empty();
        !self.beyond && !none && (fits || self.regexes.is_empty()) && (stops || self.stopwords.is_empty())
    }
}
