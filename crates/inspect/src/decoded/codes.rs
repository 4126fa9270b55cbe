//! Rows of character codes: `69 67 6e`, `0x69, 0x67`, `105 103`, `01101001 01100111`, `151 147`, `U+0069 U+0067`,
//! `chr(105)+chr(103)`.

use super::codec::readable;
use super::{Piece, View};
use crate::block::{letter, next_run, within};
use std::ops::Range;

/// A row has at least so many codes.
const FEWEST: usize = 8;
/// The bytes that eight codes take at least.
const SHORTEST: usize = 23;

/// Digits, prefixes, and what may stand between two codes.
const fn part(b: u8) -> bool {
    let digit = letter(b, b'a', b'f') | within(b, b'/', b';');
    let prefix = letter(b, b'x', b'x') | letter(b, b'o', b'o') | letter(b, b'u', b'u');
    let call = letter(b, b'h', b'h') | letter(b, b'r', b'r');
    let blank = (b == b' ') | within(b, b'\t', b'\n') | within(b, b'\x0c', b'\r');
    let sign = (b == b'"') | within(b, b'\'', b')') | within(b, b'+', b'-') | letter(b, b'{', b'}');
    digit | prefix | call | blank | sign
}

/// Functions that give the character of a code.
const CALLS: [&str; 2] = ["chr", "char"];

/// A way of writing a code: its base, view and the numbers of digits that it may have.
const WAYS: [(u32, View, Range<usize>); 4] =
    [(2, View::Codes, 7..9), (16, View::Hex, 2..3), (10, View::Codes, 2..4), (8, View::Codes, 2..4)];

/// The same for code points of other scripts.
const POINTS: [(u32, Range<usize>); 2] = [(10, 2..7), (16, 2..7)];

/// Every row of codes that spells a text.
pub(super) fn find(text: &str, out: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut codes = Vec::new();
    while let Some(run) = next_run(bytes, at, SHORTEST, part) {
        at = run.end + 1;
        let body = bytes.get(run.clone()).unwrap_or_default();
        // Words and blanks are no codes.
        if body.iter().filter(|b| b.is_ascii_digit()).count() < FEWEST {
            continue;
        }
        codes.clear();
        split(body, run.start, &mut codes);
        if codes.first().is_some_and(|code| code.start == run.start) && letter_before(bytes, run.start) {
            codes.remove(0);
        }
        for (base, view, digits) in WAYS {
            rows(text, &codes, base, &digits, |text, span| out.push(Piece { text, view, span, map: Vec::new() }));
        }
        for (base, digits) in POINTS {
            points(text, &codes, base, &digits, |text, span| {
                out.push(Piece { text, view: View::Codes, span, map: Vec::new() });
            });
        }
    }
}

/// Whether what begins at `at` is the end of a word of letters: it is no code then.
fn letter_before(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphanumeric)
}

/// Whether a row may begin in what this word ends with.
pub(super) fn begins(word: &[u8]) -> bool {
    let row = word.iter().rev().take_while(|b| part(**b)).count();
    let first = word.len() - row;
    let tail = word.get(first..).unwrap_or_default();
    let end = tail.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let len = tail.iter().take(end).rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let Some(code) = tail.get(end - len..end).and_then(|code| std::str::from_utf8(code).ok()) else { return false };
    if end == len && letter_before(word, first) {
        return false;
    }
    let call =
        |name: &&str| !code.is_empty() && name.get(..code.len()).is_some_and(|begun| begun.eq_ignore_ascii_case(code));
    matches!(code, "U" | "u")
        || CALLS.iter().any(call)
        || WAYS.iter().any(|(base, _, digits)| value(code, *base, digits).is_some())
}

/// The words of a run.
fn split(body: &[u8], start: usize, out: &mut Vec<Range<usize>>) {
    let mut from = None;
    for (i, b) in body.iter().enumerate() {
        match (b.is_ascii_alphanumeric(), from) {
            (true, None) => from = Some(i),
            (false, Some(begin)) => {
                out.push(start + begin..start + i);
                from = None;
            }
            _ => {}
        }
    }
    if let Some(begin) = from {
        out.push(start + begin..start + body.len());
    }
}

fn value(code: &str, base: u32, digits: &Range<usize>) -> Option<u8> {
    let prefixes: [&str; 2] = match base {
        2 => ["0b", "0B"],
        8 => ["0o", "0O"],
        16 => ["0x", "0X"],
        _ => ["", ""],
    };
    let bare = prefixes.iter().find_map(|prefix| code.strip_prefix(prefix)).unwrap_or(code);
    let bare = if base == 16 { bare.strip_prefix(['x', 'X']).unwrap_or(bare) } else { bare };
    // A code unit of UTF-16, or an octal number of four digits.
    let bare = match base {
        16 if bare.len() == 4 => bare.strip_prefix("00").unwrap_or(bare),
        8 if bare.len() == 4 => bare.strip_prefix('0').unwrap_or(bare),
        _ => bare,
    };
    let fits = digits.contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then(|| u8::from_str_radix(bare, base).ok()).flatten()
}

fn rows(
    text: &str,
    codes: &[Range<usize>],
    base: u32,
    digits: &Range<usize>,
    mut each: impl FnMut(String, Range<usize>),
) {
    let mut row: Vec<u8> = Vec::new();
    let mut span = 0..0;
    for code in codes.iter().map(Some).chain(std::iter::once(None)) {
        let word = code.and_then(|code| text.get(code.clone()));
        // The sign of a code point, `U+0069`, stands apart.
        if base == 16 && matches!(word, Some("U" | "u")) {
            continue;
        }
        if word.is_some_and(|word| CALLS.iter().any(|name| name.eq_ignore_ascii_case(word))) {
            continue;
        }
        match (word.and_then(|word| value(word, base, digits)), code) {
            (Some(byte), Some(code)) => {
                span = if row.is_empty() { code.clone() } else { span.start..code.end };
                row.push(byte);
            }
            _ => {
                let bytes = std::mem::take(&mut row);
                if bytes.len() >= FEWEST
                    && spells(&bytes)
                    && let Some(words) = readable(bytes, FEWEST)
                {
                    each(words, span.clone());
                }
            }
        }
    }
}

/// Rows of code points of which many are beyond Latin, and these of few blocks: numbers of a table are of many.
fn points(
    text: &str,
    codes: &[Range<usize>],
    base: u32,
    digits: &Range<usize>,
    mut each: impl FnMut(String, Range<usize>),
) {
    let point = |code: &Range<usize>| {
        let bare = text.get(code.clone())?.trim_start_matches(['0', 'x', 'X']);
        let number = u32::from_str_radix(bare, base).ok().filter(|_| digits.contains(&code.len()))?;
        char::from_u32(number).filter(|c| !c.is_control() || c.is_whitespace())
    };
    let is_sign = |code: &Range<usize>| {
        let word = text.get(code.clone()).unwrap_or_default();
        word.eq_ignore_ascii_case("u") || CALLS.iter().any(|name| name.eq_ignore_ascii_case(word))
    };
    let mut row = String::new();
    let mut span = 0..0;
    let mut close = |row: &mut String, span: &Range<usize>| {
        let said = std::mem::take(row);
        let blocks: Vec<u32> = said.chars().filter(|c| *c > '\u{ff}').map(|c| u32::from(c) >> 8).collect();
        let near = blocks.iter().zip(blocks.iter().skip(1)).filter(|(one, next)| one.abs_diff(**next) <= 0x60).count();
        let letters = said.chars().filter(|c| c.is_alphanumeric()).count();
        let long = said.chars().count() >= FEWEST && blocks.len() >= FEWEST / 2;
        if long && near * 4 + 4 >= blocks.len() * 3 && letters * 3 >= said.chars().count() * 2 {
            each(said, span.clone());
        }
    };
    for code in codes.iter().filter(|code| !is_sign(code)) {
        match point(code) {
            Some(c) => {
                span = if row.is_empty() { code.clone() } else { span.start..code.end };
                row.push(c);
            }
            None => close(&mut row, &span),
        }
    }
    close(&mut row, &span);
}

/// Whether nearly all of it is text, with letters or digits in it.
fn spells(bytes: &[u8]) -> bool {
    let shown = |b: &&u8| matches!(**b, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x80..);
    let letters = bytes.iter().filter(|b| b.is_ascii_alphanumeric() || **b >= 0x80).count();
    bytes.iter().filter(shown).count() * 10 >= bytes.len() * 9 && letters * 2 >= bytes.len()
}
