//! Hosts that hold no full stop, found by their words, and full stops of other scripts.

use super::{Kind, wide};
use crate::Match;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// What is looked for. The first of them are full stops that IDNA takes for one (RFC 3490, section 3.1) and the ways in which
/// people write one that is not to be followed.
const WORDS: [&str; 22] = [
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff61}",
    "[.]",
    "(.)",
    "{.}",
    "[dot]",
    "(dot)",
    "localhost",
    "Localhost",
    "LOCALHOST",
    "ip-10-",
    "ip-172-",
    "ip-192-168-",
    "ip-100-",
    "ip6-loopback",
    "ip6-localhost",
    "2852039166",
    "a9fea9fe",
    "A9FEA9FE",
    "A9fea9fe",
    "025177524776",
];

/// How many of the words are full stops.
const STOPS: usize = 8;

static AUTOMATON: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(WORDS).ok());

/// Finds them in `text`.
pub(super) fn find(text: &str, out: &mut Vec<Match>) {
    let Some(automaton) = AUTOMATON.as_ref() else { return };
    let bytes = text.as_bytes();
    let mut from = 0;
    for hit in automaton.find_iter(text) {
        let (start, end) = (hit.start(), hit.end());
        if hit.pattern().as_usize() < STOPS {
            if start >= from {
                from = wide::find(text, start, end, out).max(from);
            }
            continue;
        }
        let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
        let after = bytes.get(end).copied().unwrap_or(b' ');
        match bytes.get(start) {
            Some(b'i') if after.is_ascii_digit() => dashed(text, start, end, before, out),
            Some(b'i' | b'l' | b'L') => named(bytes, start, end, before, out),
            _ => address(text, start, end, before, after, out),
        }
    }
}

const fn wordy(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `localhost` that is no part of a longer name; what is behind a full stop is left to the dotted names.
fn named(bytes: &[u8], start: usize, end: usize, before: u8, out: &mut Vec<Match>) {
    let after = bytes.get(end).copied().unwrap_or(b' ');
    let goes_on = after == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric);
    let apart = |b: u8| !wordy(b) && b != b'-';
    if apart(before) && before != b'.' && apart(after) && after != b'(' && !goes_on {
        Kind::Loopback.push(start, end, out);
    }
}

/// A machine's name at AWS that holds its address, `ip-10-0-0-1`.
fn dashed(text: &str, start: usize, end: usize, before: u8, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let rest = bytes.get(end..).unwrap_or_default();
    let end = end + rest.iter().take(16).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let name = text.get(start + 3..end).unwrap_or_default();
    let kind = super::name::dashed_address(name);
    let after = bytes.get(end).copied().unwrap_or(b' ');
    if let (Some(kind), false) = (kind, wordy(before) || wordy(after) || before == b'.') {
        kind.push(start, end, out);
    }
}

/// The address of metadata as one number; in a URL the authority is read anyway.
fn address(text: &str, start: usize, end: usize, before: u8, after: u8, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let hex = !bytes.get(start).is_some_and(u8::is_ascii_digit);
    let start = if hex && matches!(before, b'x' | b'X') { start.saturating_sub(2) } else { start };
    let prefixed = !hex || text.get(start..start + 2).is_some_and(|two| two.eq_ignore_ascii_case("0x"));
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let apart = |b: u8| !wordy(b) && !matches!(b, b'.' | b'-');
    let ends = !wordy(after) && after != b'-';
    if prefixed && apart(before) && ends && !text.get(..start).is_some_and(|head| head.ends_with("//")) {
        Kind::Metadata.push(start, end, out);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_automaton_is_there() {
        assert!(super::AUTOMATON.is_some());
    }
}
