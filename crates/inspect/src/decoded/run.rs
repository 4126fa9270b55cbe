//! Runs of characters that hold a text in an encoding: base64, base32, hexadecimal, binary digits.

use super::codec::{self, base64, binary, hexadecimal, looks_like_text, readable, sextet};
use super::{Piece, View};
use crate::block;
use std::ops::Range;
use std::sync::LazyLock;

/// A shorter run of base64 is not read.
const SHORTEST: usize = 16;
/// A shorter run of hexadecimal digits is not read.
const SHORTEST_HEX: usize = 20;
/// As many characters of a run are decoded to see whether there is text in it.
const SAMPLE: usize = 16;
/// In a longer run samples lie apart, and two in a row must look like text.
const LONG: usize = 1024;
const APART: usize = 64;

/// Each byte as [`sextet`] takes it, and 0 for any other.
static SEXTETS: LazyLock<[u8; 256]> =
    LazyLock::new(|| std::array::from_fn(|b| u8::try_from(b).ok().and_then(sextet).unwrap_or(0)));

/// Every run that holds text.
pub(super) fn find(text: &str, out: &mut Vec<Piece>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(first) = block::next_run(bytes, at, SHORTEST, block::sextet) {
        let lines = lines(bytes, &first);
        at = lines.last().map_or(first.end, |last| last.end) + 1;
        let run = first.start..padded(bytes, at - 1);
        if lines.len() > 1 {
            let joined: Vec<u8> = lines.iter().filter_map(|line| bytes.get(line.clone())).flatten().copied().collect();
            one(&joined, |view, text, _| out.push(Piece { text, view, span: run.clone(), map: Vec::new() }));
        } else if let Some(body) = bytes.get(first.clone()) {
            let place = |part: Option<Range<usize>>| {
                part.map_or_else(|| run.clone(), |part| first.start + part.start..first.start + part.end)
            };
            one(body, |view, text, part| out.push(Piece { text, view, span: place(part), map: Vec::new() }));
        }
    }
}

/// The end of a run with its padding.
fn padded(bytes: &[u8], end: usize) -> usize {
    end + bytes.get(end..).unwrap_or_default().iter().take(6).take_while(|b| **b == b'=').count()
}

/// The lines that a wrapped run consists of (RFC 2045, section 6.8): each but the last is as long as the first.
fn lines(bytes: &[u8], first: &Range<usize>) -> Vec<Range<usize>> {
    let mut lines = vec![first.clone()];
    let mut end = first.end;
    while let Some(start) = next_line(bytes, end) {
        let rest = bytes.get(start..).unwrap_or_default();
        let len = rest
            .iter()
            .take(first.len() + 1)
            .position(|b| !block::sextet(*b))
            .unwrap_or(rest.len().min(first.len() + 1));
        // A line starts behind a margin, the first one perhaps behind something else.
        if len == 0 || len > first.len() {
            break;
        }
        let after = padded(bytes, start + len);
        let closes =
            bytes.get(after).is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'\\'));
        if !closes {
            break;
        }
        lines.push(start..start + len);
        end = start + len;
        if len < first.len() {
            break;
        }
    }
    lines
}

/// Where the next line begins behind its margin, if the line ends here.
fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let line = match rest {
        [b'\n', ..] => 1,
        [b'\r', b'\n', ..] => 2,
        _ => return None,
    };
    let margin =
        rest.iter().skip(line).take(40).take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'|' | b'#' | b'*')).count();
    Some(end + line + margin)
}

/// Gives the texts in one run, each with the part of the run that holds it where this is not all of it.
fn one(run: &[u8], mut each: impl FnMut(View, String, Option<Range<usize>>)) {
    for shift in shifts(run) {
        let shortest = if run.len() > LONG { 12 } else { 8 };
        let text = run.get(shift..).and_then(|run| readable(base64(run), shortest));
        if let Some(text) = text {
            each(View::Base64, text, None);
        }
    }
    // Digits and capitals read as base64 may happen to say something in another script.
    let mut at = 0;
    let hex = |b| block::letter(b, b'a', b'f') | block::within(b, b'0', b'9');
    while let Some(part) = block::next_run(run, at, SHORTEST_HEX, hex) {
        at = part.end + 1;
        digits(run.get(part.clone()).unwrap_or_default(), |view, text| each(view, text, Some(part.clone())));
    }
    for (first, last) in [(b'A', b'Z'), (b'a', b'z')] {
        let base32 = |b| block::within(b, first, last) | block::within(b, b'2', b'7');
        let mut at = 0;
        while let Some(part) = block::next_run(run, at, SHORTEST, base32) {
            at = part.end + 1;
            let body = run.get(part.clone()).unwrap_or_default();
            if body.get(..SAMPLE).is_some_and(|sample| looks_like_text(&codec::base32(sample)))
                && let Some(text) = readable(codec::base32(body), 8)
            {
                each(View::Base32, text, Some(part));
            }
        }
    }
}

fn digits(run: &[u8], mut each: impl FnMut(View, String)) {
    if run.len() >= 64 && run.iter().all(|b| matches!(b, b'0' | b'1')) {
        if let Some(text) = readable(binary(run), 8) {
            each(View::Codes, text);
        }
        return;
    }
    for shift in 0..2 {
        let body = run.get(shift..).unwrap_or_default();
        if body.chunks(APART).any(|row| row.len() >= SHORTEST && looks_like_text(&hexadecimal(row)))
            && let Some(text) = readable(hexadecimal(body), 8)
        {
            each(View::Hex, text);
            return;
        }
    }
}

/// By how many characters a run of base64 must be shifted so that text comes out of a part of it: its first characters may
/// belong to something else.
fn shifts(run: &[u8]) -> impl Iterator<Item = usize> {
    let table = &*SEXTETS;
    let mut found = [false; 4];
    let step = if run.len() > LONG { APART } else { SAMPLE };
    let mut at = 0;
    while let Some(row) = run.get(at..).filter(|row| row.len() >= SAMPLE) {
        for shift in 0..4 {
            let Some(sample) = row.get(shift..shift + SAMPLE) else { continue };
            let mut good = looks_like_text(&sample12(table, sample));
            if good && run.len() > LONG {
                good = row
                    .get(shift + SAMPLE..shift + 2 * SAMPLE)
                    .is_some_and(|next| looks_like_text(&sample12(table, next)));
            }
            if good && let Some(slot) = found.get_mut((at + shift) % 4) {
                *slot = true;
            }
        }
        at += step;
    }
    (0..4).filter(move |shift| found.get(*shift).copied().unwrap_or(false))
}

/// The twelve bytes of sixteen characters.
fn sample12(table: &[u8; 256], sample: &[u8]) -> [u8; 12] {
    let mut out = [0; 12];
    let value = |b: u8| table.get(usize::from(b)).copied().unwrap_or(0);
    for (quad, bytes) in sample.chunks_exact(4).zip(out.chunks_exact_mut(3)) {
        let bits = quad.iter().fold(0_u32, |bits, b| bits << 6 | u32::from(value(*b)));
        for (slot, byte) in bytes.iter_mut().zip(bits.to_be_bytes().into_iter().skip(1)) {
            *slot = byte;
        }
    }
    out
}
