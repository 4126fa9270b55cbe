//! What of the end of a text is still open: the place from which on a match may begin or grow.

use super::pem::{self, Key};
use super::{assigned, der, value};
use crate::secrets::format::Class;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use memchr::memmem;
use std::sync::LazyLock;

/// The longest match without white space, in bytes: a JSON web token with what stands before it.
const STRETCH: usize = super::jwt::LONGEST + 1024;

/// The most bytes from the beginning of a key to the end of its value.
const LINE: usize = 1024;

/// How many gaps there are at most from a key to the place where its value has begun.
const GAPS: usize = 7;

/// What every key and every word before a value holds, whatever separates its parts.
const FRAGMENTS: &[&str] = &[
    "pass",
    "pw",
    "wort",
    "senha",
    "contrasena",
    "secret",
    "credential",
    "key",
    "token",
    "auth",
    "bearer",
    "basic",
    "psk",
    "sess",
    "sid",
    "pat",
    "jwt",
    "code",
    "-u",
    "--user",
    "\"d",
    "'d",
    "d:",
    "d=",
    "name:",
    "name=",
    "name\"",
    "name'",
    "variable",
];

static KEYS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(FRAGMENTS).ok()
});

pub(super) fn pending(text: &str) -> usize {
    let bytes = text.as_bytes();
    let at = [stretch(bytes), line(bytes), block(bytes), opener(bytes), lines(bytes)].into_iter().min().unwrap_or(0);
    (0..=at).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

/// The start of the run without white space that the text ends with.
fn stretch(bytes: &[u8]) -> usize {
    let length = bytes.iter().rev().take(STRETCH).take_while(|byte| !byte.is_ascii_whitespace()).count();
    bytes.len() - length
}

/// The first key of the last line whose value may not be over.
fn line(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(LINE);
    let tail = bytes.get(from..).unwrap_or_default();
    let last = memchr::memrchr(b'\n', tail).map_or(0, |end| end + 1);
    // What a value is called may stand on the line before.
    let begun = tail.get(last..).unwrap_or_default().trim_ascii_start();
    let begun = begun.get(begun.len().min(1) * usize::from(begun.starts_with(b"\""))..).unwrap_or_default();
    let length = begun.len().min(b"value".len());
    let goes_on = [&b"value"[..], b"param"].iter().any(|word| {
        begun.get(..length).zip(word.get(..length)).is_some_and(|(begun, word)| begun.eq_ignore_ascii_case(word))
    });
    let above =
        tail.get(..last.saturating_sub(1)).and_then(|head| memchr::memrchr(b'\n', head)).map_or(0, |end| end + 1);
    let from = from + if goes_on { above } else { last };
    let (Some(keys), Some(tail)) = (&*KEYS, bytes.get(from..)) else { return from };
    let live = keys.find_overlapping_iter(tail).map(|found| found.start()).find(|at| live(bytes, from + at));
    live.map_or(bytes.len(), |at| {
        let word = tail.iter().take(at).rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
        from + at - word
    })
}

/// Whether the value of a key that holds the byte at `at` may not be over.
fn live(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let gaps = rest
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_whitespace() && !b.is_ascii_whitespace()))
        .count();
    if gaps < GAPS {
        return true;
    }
    // Where a quotation mark is open, white space belongs to the value.
    let head = rest.get(..rest.len().min(super::key::LONGEST + 4 * value::GAP)).unwrap_or_default();
    let signs = head
        .iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'=' | b':' | b'>' | b' '))
        .map(|(place, _)| at + place);
    signs.into_iter().any(|sign| {
        let open = |from: usize| value::read(bytes, from).is_none_or(|value| value.span.end == bytes.len());
        open(assigned::behind(bytes, sign)) || (bytes.get(sign) == Some(&b' ') && open(assigned::linked(bytes, sign)))
    })
}

/// The start of a private key that has not ended.
fn block(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(pem::LONGEST);
    let mut first = bytes.len();
    pem::each(bytes.get(from..).unwrap_or_default(), |start, _, key| {
        if matches!(key, Key::Open(_) | Key::Unclear) {
            first = first.min(from + start);
        }
    });
    first
}

/// The start of what may become the first line of a private key.
fn opener(bytes: &[u8]) -> usize {
    const LONGEST: usize = 128;
    let from = bytes.len().saturating_sub(LONGEST);
    let tail = bytes.get(from..).unwrap_or_default();
    let start = memchr::memrchr2(b'\n', b'\\', tail).map_or(0, |end| end + 1);
    let line = tail.get(start..).unwrap_or_default();
    let dash = line.iter().rev().take_while(|byte| matches!(**byte, b'-' | b' ')).count();
    let dashes = line
        .get(line.len() - dash..)
        .and_then(|end| end.iter().position(|byte| *byte == b'-'))
        .map(|skip| line.len() - dash + skip);
    let begun = memmem::find(line, b"BEGIN").map(|at| {
        let left = line.iter().take(at).rev().take(8).take_while(|byte| matches!(**byte, b'-' | b' '));
        left.enumerate().filter(|(_, byte)| **byte == b'-').last().map_or(at, |(back, _)| at - back - 1)
    });
    let putty = memmem::find(line, pem::PUTTY_OPENER);
    let place = dashes.into_iter().chain(begun).chain(putty).min();
    place.map_or(bytes.len(), |place| from + start + place)
}

/// The start of a private key without first line whose lines go on.
fn lines(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(pem::LONGEST);
    let tail = bytes.get(from..).unwrap_or_default();
    let (mut at, mut last) = (tail.len(), true);
    let back = |end: usize, fits: fn(u8) -> bool| {
        end - tail.get(..end).unwrap_or_default().iter().rev().take_while(|byte| fits(**byte)).count()
    };
    loop {
        let gap = back(at, pem::separates);
        let start = back(gap, |byte| Class::B64.has(byte) || byte == b'=');
        if (gap - start < 16 && !last) || start == at {
            break;
        }
        (at, last) = (start, false);
    }
    let region = tail.get(at..).unwrap_or_default();
    if region.len() < 2 * super::runs::LEAST {
        return bytes.len();
    }
    let keys = der::ANCHORS
        .iter()
        .filter_map(|(anchor, back)| memmem::find(region, anchor.as_bytes()).map(|place| place.saturating_sub(*back)));
    keys.min().map_or(bytes.len(), |place| from + at + place)
}
