//! IPv6 addresses in text (RFC 4291, section 2.2; zones by RFC 4007; brackets by RFC 3986).

use super::Kind;
use super::address::{self, Where};
use crate::Match;
use std::net::Ipv6Addr;
use std::ops::Range;

/// The longest text of an address.
const LONGEST: usize = 46;

const fn part(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
}

/// Finds the address around the colon at `at`; gives where to go on.
pub(super) fn find(text: &str, at: usize, out: &mut Vec<Match>) -> usize {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1).copied().unwrap_or_default();
    if !(next.is_ascii_hexdigit() || next == b':') {
        return at + 1;
    }
    // From the beginning of the whole run, also where a colon before this one led to nothing.
    let before = bytes.get(..at).unwrap_or_default();
    let back = before.iter().rev().take(LONGEST).take_while(|b| part(**b)).count();
    let length = bytes.get(at..).unwrap_or_default().iter().take(LONGEST + 1).take_while(|b| part(**b)).count();
    let (mut start, mut end) = (at - back, at + length);
    let open = start == 0 || bytes.get(start - 1).is_none_or(|b| !(b.is_ascii_alphanumeric() || *b == b'_'));
    if !open {
        // A word and a colon: what is behind may be an address.
        start = at;
    }
    let mut token = text.get(start..end).unwrap_or_default();
    if token.starts_with(':') && !token.starts_with("::") {
        start += 1;
        token = token.get(1..).unwrap_or_default();
    }
    while token.ends_with('.') || (token.ends_with(':') && !token.ends_with("::")) {
        end -= 1;
        token = token.get(..token.len() - 1).unwrap_or_default();
    }
    let colons = token.bytes().filter(|b| *b == b':').count();
    if !(token.contains("::") || colons == 7 || (colons == 6 && token.contains('.'))) {
        return at + 1;
    }
    if bytes.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'(')) || (!open && start == at) {
        return at + 1;
    }
    let zone = zone(bytes.get(end..).unwrap_or_default());
    let read = token.parse::<Ipv6Addr>().ok();
    let Some(kind) = read.and_then(|read| kind(read, token, bytes, start..end + zone)) else {
        return at + 1;
    };
    end += zone;
    kind.push(start, end, out);
    end
}

/// How long the zone is: a percent sign and a name.
fn zone(rest: &[u8]) -> usize {
    let Some((b'%', name)) = rest.split_first() else { return 0 };
    let length =
        name.iter().take(16).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')).count();
    // A full stop at its end belongs to the sentence.
    let ends = name.get(..length).unwrap_or_default().iter().rev().take_while(|b| **b == b'.').count();
    let length = length - ends;
    if length == 0 { 0 } else { length + 1 }
}

fn kind(read: Ipv6Addr, token: &str, bytes: &[u8], span: Range<usize>) -> Option<Kind> {
    let back = |by: usize| span.start.checked_sub(by).and_then(|at| bytes.get(at)).copied();
    let ahead = |by: usize| bytes.get(span.end + by).copied();
    let bracketed = back(1) == Some(b'[');
    // A slice of a sequence, a macro's argument: `a[::1]`, `x[::-1]`, `Token![::]`.
    let sliced = back(2).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b']' | b')' | b'!'));
    if bracketed && (sliced || (read.is_unspecified() && ahead(0) != Some(b']'))) {
        return None;
    }
    // What stands in brackets where a URL or a port says that it is a host.
    let host = bracketed
        && (matches!(back(2), Some(b'/' | b'@'))
            || (ahead(0) == Some(b']') && ahead(1) == Some(b':') && ahead(2).is_some_and(|b| b.is_ascii_digit())));
    // Words of the letters a to f in a path of names: `feed::add`.
    let unspecified = bracketed && read.is_unspecified();
    if !(host || unspecified || token.bytes().any(|b| b.is_ascii_digit())) {
        return None;
    }
    address::of_v6(read, if host { Where::Host } else { Where::Anywhere })
}
