//! Hosts whose full stops are written in another way: those of other scripts, and bracketed ones.

use super::{LONGEST, address, numeric};
use crate::Match;

const STOPS: [&str; 8] = ["\u{3002}", "\u{ff0e}", "\u{ff61}", "[.]", "(.)", "{.}", "[dot]", "(dot)"];

/// What may stand between such full stops.
const fn part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

/// Reads the host around the full stop at `start..end` as if it had ordinary ones. Gives where to go on.
pub(super) fn find(text: &str, start: usize, end: usize, out: &mut Vec<Match>) -> usize {
    let bytes = text.as_bytes();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let after = bytes.get(end);
    if !(before.is_some_and(u8::is_ascii_alphanumeric) && after.is_some_and(u8::is_ascii_alphanumeric)) {
        return end;
    }
    let head = bytes.get(..start).unwrap_or_default();
    let back = head.iter().rev().take(LONGEST).take_while(|b| part(**b)).count();
    let first = start - back;
    let url = text.get(..first).is_some_and(|head| head.ends_with("//"));
    // The text with ordinary full stops, and where each of its bytes comes from.
    let mut plain = String::new();
    let mut places = Vec::new();
    let mut at = first;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty() && plain.len() < LONGEST) {
        let (byte, length) = match STOPS.iter().find(|stop| rest.starts_with(**stop)) {
            Some(stop) => ('.', stop.len()),
            None => match rest.chars().next() {
                Some(c) if c.is_ascii() && part(c as u8) => (c, 1),
                _ => break,
            },
        };
        plain.push(byte);
        places.push(at);
        at += length;
    }
    places.push(at);
    let read = || numeric::aton(&plain).and_then(|read| address::of_v4(read, address::Where::Host));
    if let Some(kind) = url.then(read).flatten() {
        kind.push(first, at, out);
        return at.max(end);
    }
    let mut found = Vec::new();
    super::dotted(&plain, url, &mut found);
    for one in found {
        if let (Some(from), Some(to)) = (places.get(one.span.start), places.get(one.span.end)) {
            out.push(Match { span: *from..*to, ..one });
        }
    }
    at.max(end)
}
