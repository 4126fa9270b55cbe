//! What a text holds in an encoding, to a bounded depth, each piece with its way back to the text.
//!
//! Two kinds of encodings: those of single characters (references of HTML, percent-encoding, escapes, quoted-printable,
//! compatibility forms, characters split by invisible ones) are undone where they stand, with the words around them; those
//! of whole runs (base64, base32, hexadecimal, rows of codes) are undone where text comes out. Whether it does is seen from
//! samples, so that a picture costs little and gives nothing.

mod codec;
mod codes;
mod compat;
mod escape;
mod pending;
mod run;
mod window;

pub(crate) use codec::hexadecimal;
pub use pending::{OPEN, open, pending};

use crate::{Match, View};
use std::collections::BTreeSet;
use std::ops::Range;

/// How deep an encoding within an encoding is read.
const DEPTH: usize = 3;

/// How far behind an encoded character a match may begin that this character brought about, such as a value behind the name
/// that tells what it is.
const REACH: usize = 96;

/// A piece of a text once its encoding is undone.
#[derive(Debug, Clone)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Which encoding was undone.
    pub view: View,
    /// Where the encoded run stands in the text that was given, in bytes.
    pub span: Range<usize>,
    /// For encodings that are undone character by character, the seams of `text` as `(byte of text, byte in the original)`,
    /// ascending, both ends included. Between two seams that lie equally far apart in both, each byte stands as it was; between
    /// any others something was undone. Empty where only the whole run can be named.
    pub map: Vec<(usize, usize)>,
}

impl Piece {
    /// The place in the original of a place in the piece: exact where there is a map, the whole run otherwise.
    #[must_use]
    pub fn back(&self, span: &Range<usize>) -> Range<usize> {
        if self.map.is_empty() {
            return self.span.clone();
        }
        let start = self.start(span.start).clamp(self.span.start, self.span.end);
        start..self.end(span.end).clamp(start, self.span.end)
    }

    fn start(&self, at: usize) -> usize {
        let next = self.map.partition_point(|(here, _)| *here <= at);
        match (next.checked_sub(1).and_then(|i| self.map.get(i)), self.map.get(next)) {
            (Some(seam), Some(next)) if is_plain(*seam, *next) => seam.1 + (at - seam.0),
            (Some(seam), _) => seam.1,
            (None, _) => self.span.start,
        }
    }

    fn end(&self, at: usize) -> usize {
        let next = self.map.partition_point(|(here, _)| *here < at);
        match (next.checked_sub(1).and_then(|i| self.map.get(i)), self.map.get(next)) {
            (Some(seam), Some(next)) if is_plain(*seam, *next) => seam.1 + (at - seam.0),
            (_, Some(next)) => next.1,
            (_, None) => self.span.end,
        }
    }

    /// Whether something was undone in the span or shortly before it. Elsewhere the piece says what the text says.
    fn is_changed(&self, span: &Range<usize>) -> bool {
        if self.map.is_empty() {
            return true;
        }
        let (from, to) = (span.start.saturating_sub(REACH), span.end + 1);
        let first = self.map.partition_point(|(here, _)| *here < from).saturating_sub(1);
        let rest = self.map.get(first..).unwrap_or_default();
        let pairs = rest.iter().zip(rest.iter().skip(1));
        pairs.take_while(|(seam, _)| seam.0 < to).any(|(seam, next)| !is_plain(*seam, *next) && next.0 >= from)
    }

    /// An inner piece of this piece's text, as a piece of the text that this one is of.
    fn outer(&self, inner: Self) -> Self {
        let mut map = Vec::new();
        if !self.map.is_empty() {
            for (i, seam) in inner.map.iter().enumerate() {
                map.push((seam.0, self.start(seam.1)));
                let Some(next) = inner.map.get(i + 1).filter(|next| is_plain(*seam, **next)) else { continue };
                // The seams of this piece within a stretch that stands as it was.
                let from = self.map.partition_point(|(here, _)| *here <= seam.1);
                let within = self.map.get(from..).unwrap_or_default().iter().take_while(|(here, _)| *here <= next.1);
                map.extend(within.map(|(here, place)| (seam.0 + (here - seam.1), *place)));
            }
        }
        Self { text: inner.text, view: View::Nested, span: self.back(&inner.span), map }
    }
}

/// Whether what lies between two seams stands as it was.
const fn is_plain(seam: (usize, usize), next: (usize, usize)) -> bool {
    next.0 - seam.0 == next.1.saturating_sub(seam.1)
}

/// Every piece of `text` that an encoding hides, encodings within encodings to the depth of three. Linear in the length of the
/// text, and all pieces together are at most [`most`] bytes long. A text without encoded runs gives nothing and costs one scan.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut out = level(text);
    if out.is_empty() {
        return out;
    }
    let mut seen: BTreeSet<_> = out.iter().map(key).collect();
    let mut room = most(text.len()).saturating_sub(out.iter().map(|piece| piece.text.len()).sum());
    let mut from = 0;
    for _ in 1..DEPTH {
        let to = out.len();
        let mut found = Vec::new();
        for piece in out.get(from..to).unwrap_or_default() {
            for inner in level(&piece.text).into_iter().map(|inner| piece.outer(inner)) {
                if inner.text.len() <= room && seen.insert(key(&inner)) {
                    room -= inner.text.len();
                    found.push(inner);
                }
            }
        }
        from = to;
        out.append(&mut found);
    }
    out
}

/// Where a text holds what is encoded more often than is read ([`pieces`]), or more of it than there was room for: the runs of the
/// given pieces of it that are encoded still.
#[must_use]
pub fn unread(pieces: &[Piece]) -> Vec<Range<usize>> {
    const MOST: usize = 256 * 1024;
    let known: BTreeSet<_> = pieces.iter().map(key).collect();
    let mut room = MOST;
    let mut out: Vec<Range<usize>> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.view == View::Nested) {
        let Some(rest) = room.checked_sub(piece.text.len()) else { continue };
        room = rest;
        let all = undone(&piece.text).into_iter().filter(is_of_letters).chain(runs(&piece.text));
        let unread = all.map(|inner| piece.outer(inner)).filter(|inner| !known.contains(&key(inner)));
        for span in unread.map(|inner| inner.span) {
            if !out.contains(&span) {
                out.push(span);
            }
        }
    }
    out
}

/// Whether letters of ASCII were undone in a piece, as nobody needs to.
fn is_of_letters(piece: &Piece) -> bool {
    const LEAST: usize = 8;
    let pairs = piece.map.iter().zip(piece.map.iter().skip(1));
    let undone = pairs.filter(|(seam, next)| !is_plain(**seam, **next));
    let letters = undone.filter_map(|(seam, next)| piece.text.as_bytes().get(seam.0..next.0));
    letters.filter(|part| part.first().is_some_and(u8::is_ascii_alphanumeric)).take(LEAST).count() >= LEAST
}

/// The most bytes that the pieces of a text of that length have together.
#[must_use]
pub const fn most(len: usize) -> usize {
    len.saturating_mul(8).saturating_add(4096)
}

/// What tells apart two pieces: the words around an escape may hold a run that was read already.
const fn key(piece: &Piece) -> (usize, usize, usize) {
    (piece.span.start, piece.span.end, piece.text.len())
}

/// The pieces of the first depth.
fn level(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut out = undone(text);
    let signed = |sign: u8, least: usize, read: fn(&str, usize) -> Option<escape::Undone>| {
        move |mut from: usize| loop {
            let at = from + memchr::memchr(sign, bytes.get(from..)?)?;
            let undone = read(text, at);
            if let Some(undone) = undone.filter(|undone| undone.c.is_none() || escape::several(text, at, least, read)) {
                return Some((at, undone));
            }
            from = at + 1;
        }
    };
    out.extend(window::read(text, signed(b'\\', 3, escape::style)));
    out.extend(window::read(text, signed(b'=', 2, escape::mail)));
    out.extend(window::read(text, |from| compat::next(text, from)));
    out.append(&mut runs(text));
    out
}

/// The places of the first depth where references, percent-encoding and escapes stand, undone.
pub(crate) fn undone(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    window::read(text, |mut from| {
        loop {
            let at = from + memchr::memchr3(b'&', b'%', b'\\', bytes.get(from..)?)?;
            if let Some(undone) = escape::general(text, at) {
                return Some((at, undone));
            }
            from = at + 1;
        }
    })
}

/// The pieces of the first depth that stand as runs: base64, base32, hexadecimal, rows of codes.
pub(crate) fn runs(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    run::find(text, &mut out);
    codes::find(text, &mut out);
    out
}

/// Runs a detector over what is encoded in a text, and adds what it finds with its place in the text and the view of its piece.
/// What the detector finds in the text itself is not asked for; `out` may hold it already.
pub fn through(text: &str, find: impl FnMut(&str, &mut Vec<Match>), out: &mut Vec<Match>) {
    through_pieces(&pieces(text), find, out);
}

/// As [`through`], for pieces that are at hand.
pub fn through_pieces(pieces: &[Piece], mut find: impl FnMut(&str, &mut Vec<Match>), out: &mut Vec<Match>) {
    if pieces.is_empty() {
        return;
    }
    let mut seen: BTreeSet<_> = out.iter().map(|m| (m.rule, m.span.start, m.span.end)).collect();
    let mut inner = Vec::new();
    for piece in pieces {
        inner.clear();
        find(&piece.text, &mut inner);
        for found in &inner {
            let span = piece.back(&found.span);
            if piece.is_changed(&found.span) && seen.insert((found.rule, span.start, span.end)) {
                let view = if found.view == View::Plain { piece.view } else { View::Nested };
                out.push(Match { rule: found.rule, span, view });
            }
        }
    }
}

#[cfg(test)]
mod tests;
