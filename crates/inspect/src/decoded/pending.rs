//! Where an encoded run may still go on behind the end of a text.

use super::codec::sextet;
use super::window::AROUND;
use super::{DEPTH, Piece, codes, compat, escape, pieces};
use std::borrow::Cow;

/// A row of codes or of wrapped lines is followed back so far; a longer one is held by its last lines.
const FAR: usize = 16 * 1024;
/// A longer word is no code.
const LONGEST: usize = 4 * 1024;

/// Where in `text` an encoded run may begin or go on by what comes behind the end: nothing before that place changes any more
/// for what is encoded. The length of the text where nothing can. Reads back from the end only.
#[must_use]
pub fn pending(text: &str) -> usize {
    let bytes = text.as_bytes();
    let floor = bytes.len().saturating_sub(FAR);
    // The word at the end may hold anything: escapes, a run, the name that a code belongs to.
    let mut start = word(bytes, bytes.len());
    let open = start < bytes.len();
    let mut held = open && start > 0;
    // Words before it that belong to the same row or to the same wrapped run.
    let mut at = start;
    while at > floor {
        let gap = blanks(bytes, at);
        let begin = word(bytes, gap);
        let readings = readings(text.get(begin..gap).unwrap_or_default());
        let lines = bytes.get(gap..at).is_some_and(|gap| gap.contains(&b'\n'));
        let margin = |word: &[u8]| is_margin(word) && begin > floor && lines_before(bytes, begin);
        let any = |holds: &dyn Fn(&[u8]) -> bool| readings.iter().any(|word| holds(word.as_bytes()));
        let on = any(&|word| lines && (word.ends_with(b"=") || wraps(word)) || is_code(word) || margin(word));
        // A row may begin in the middle of a word.
        if !(on || any(&codes::begins)) {
            break;
        }
        start = begin;
        held = true;
        if !on {
            break;
        }
        at = begin;
    }
    if held || open { start } else { bytes.len() }
}

/// So much of the end of a text may be looked at for readings that are open.
pub const OPEN: usize = 8 * 1024;

/// What the end of a text says with its escapes undone, as far as what follows may go on with it: each reading to the end of
/// the text, with the piece that it was made of, whose ways back hold for it.
pub fn open(text: &str) -> impl Iterator<Item = (String, Piece)> + '_ {
    let near = text.as_bytes().get(text.len().saturating_sub(4 * AROUND)..).unwrap_or_default();
    let any = near.iter().any(|byte| matches!(byte, b'&' | b'%' | b'\\' | b'=') || !byte.is_ascii());
    let all = if any { pieces(text) } else { Vec::new() };
    let open = all.into_iter().filter(|piece| !piece.map.is_empty() && piece.span.end + 2 * AROUND >= text.len());
    open.map(|mut piece| {
        piece.text.push_str(text.get(piece.span.end..).unwrap_or_default());
        piece.span.end = text.len();
        piece.map.push((piece.text.len(), text.len()));
        (piece.text.clone(), piece)
    })
}

/// Where the word that ends at `end` begins.
fn word(bytes: &[u8], end: usize) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    head.iter().rposition(u8::is_ascii_whitespace).map_or(0, |space| space + 1)
}

/// Where the white space that ends at `end` begins.
fn blanks(bytes: &[u8], end: usize) -> usize {
    let head = bytes.get(..end).unwrap_or_default();
    head.iter().rposition(|b| !b.is_ascii_whitespace()).map_or(0, |last| last + 1)
}

/// What the end of a word says: as it stands, and with the encodings of its characters undone.
fn readings(word: &str) -> Vec<Cow<'_, str>> {
    let end = word.get(word.ceil_char_boundary(word.len().saturating_sub(LONGEST))..).unwrap_or(word);
    let mut out = vec![Cow::Borrowed(end)];
    for mail in [false, true] {
        let mut word = Cow::Borrowed(end);
        for _ in 0..DEPTH {
            let Some(undone) = undone(&word, mail) else { break };
            out.push(Cow::Owned(undone.clone()));
            word = Cow::Owned(undone);
        }
    }
    out
}

/// The word with what is written character by character undone; `mail`: quoted-printable as well.
fn undone(word: &str, mail: bool) -> Option<String> {
    let sign = |b: u8| !b.is_ascii() || matches!(b, b'&' | b'%' | b'\\') || mail && b == b'=';
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = word.bytes().skip(at).position(sign) {
        at += found;
        let undone = match word.as_bytes().get(at) {
            Some(b'=') => escape::mail(word, at),
            Some(b'\\') => escape::general(word, at).or_else(|| escape::style(word, at)),
            Some(b) if b.is_ascii() => escape::general(word, at),
            _ => word.get(at..).and_then(|rest| compat::undone(word, at, rest.chars().next()?)),
        };
        let Some(undone) = undone.filter(|undone| undone.len > 0) else {
            at = word.ceil_char_boundary(at + 1);
            continue;
        };
        out.push_str(word.get(copied..at).unwrap_or_default());
        out.extend(undone.c);
        at += undone.len;
        copied = at;
    }
    out.push_str(word.get(copied..).unwrap_or_default());
    (copied > 0).then_some(out)
}

/// Whether a wrapped run may go on behind a line that ends so.
fn wraps(word: &[u8]) -> bool {
    word.len() >= 16 && run_at_end(word) >= 16
}

/// How many bytes at the end are a run of base64.
fn run_at_end(word: &[u8]) -> usize {
    word.iter().rev().take_while(|b| sextet(**b).is_some() || **b == b'=').count()
}

/// Whether a word looks like one of a row of codes.
fn is_code(word: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_hexdigit() || b",;:-\\[](){}'\"xXoOuU+/|".contains(b);
    !word.is_empty() && word.len() <= LONGEST && word.iter().any(u8::is_ascii_hexdigit) && word.iter().all(part)
}

/// Whether a word is the margin of a quoted line.
fn is_margin(word: &[u8]) -> bool {
    !word.is_empty() && word.len() <= 40 && word.iter().all(|b| matches!(b, b'>' | b'|' | b'#' | b'*'))
}

fn lines_before(bytes: &[u8], at: usize) -> bool {
    let gap = blanks(bytes, at);
    bytes.get(gap..at).is_some_and(|gap| gap.contains(&b'\n'))
}
