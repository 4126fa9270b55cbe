//! What a text ends with that could be the beginning of a value, in any form.

use super::Values;
use super::dumps;
use super::escapes::{self, Letters};
use super::layer::{Layer, Map};
use super::markup::{self, Ending, Reading};
use super::runs::{Radix, Run};
use super::search::{DEPTH, Search};

/// The bytes of a text that the beginning of a value in an encoding may take for each symbol.
const SPELT: usize = 24;
/// The digits before a match that may go with it.
const EDGE: usize = 5;
/// So far back a value may have begun that markup sets apart. More is not held of a text.
const FAR: usize = 40 * 1024;

/// The first byte that may belong to a value that goes on behind the end; the length where there is none.
pub(super) fn from(values: &Values, text: &str) -> usize {
    let plain = open(values, text.as_bytes());
    let longest = values.longest();
    if longest == 0 {
        return text.len();
    }
    let start = text.len().saturating_sub(longest.saturating_mul(SPELT) + 1024);
    let near = text.as_bytes().get(start..).unwrap_or_default();
    let far = text.len().saturating_sub(FAR);
    let marked = shown(values, text.as_bytes().get(far..).unwrap_or_default(), 0);
    plain.min(start + within(values, near, 0)).min(far + marked)
}

/// The same in what is left without the markup that shows nothing.
fn shown(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let mut hold = bytes.len();
    if depth == DEPTH {
        return hold;
    }
    for reading in [Reading::Shown, Reading::Tags] {
        let Some(shown) = markup::strip(bytes, reading, usize::MAX, Ending::Open) else { break };
        let start = shown.bytes.len().saturating_sub(values.longest().saturating_mul(SPELT) + 1024);
        let near = shown.bytes.get(start..).unwrap_or_default();
        let at = coded(values, near, depth + 1);
        if at < near.len() {
            hold = hold.min(Map::Edits(shown.edits).back(&(start + at..start + at + 1)).start);
        }
        if !shown.twofold {
            break;
        }
    }
    hold.min(dumped(values, bytes, depth))
}

/// The same in the bytes of a dump that the text ends within.
fn dumped(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let Some(dump) = dumps::strip(bytes, Ending::Open) else { return bytes.len() };
    // A match in its last line goes on to the end of that.
    let mut found = Vec::new();
    Search::new(values, bytes.len(), 0, &mut found).dumped(&Layer::plain(bytes), Ending::Open, depth);
    let unended = found.iter().filter(|hit| hit.span.end == bytes.len() && !bytes.ends_with(b"\n"));
    let hold = unended.map(|hit| hit.span.start).min().unwrap_or(bytes.len());
    let start = dump.bytes.len().saturating_sub(values.longest().saturating_mul(SPELT) + 1024);
    let near = dump.bytes.get(start..).unwrap_or_default();
    let at = coded(values, near, depth + 1);
    if at == near.len() {
        return hold;
    }
    hold.min(Map::Edits(dump.edits).back(&(start + at..start + at + 1)).start)
}

fn open(values: &Values, bytes: &[u8]) -> usize {
    let found = values.indices.iter().filter(|index| !index.is_empty()).filter_map(|index| index.open(bytes));
    let first = found.min().unwrap_or(bytes.len());
    // A match in base64 takes the digits beside it along.
    let digit = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    first - bytes.get(..first).unwrap_or_default().iter().rev().take(EDGE).take_while(digit).count()
}

fn within(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let hold = coded(values, bytes, depth);
    // Of the text itself, more is looked at.
    if depth == 0 { hold } else { hold.min(shown(values, bytes, depth)) }
}

fn coded(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let mut hold = open(values, bytes);
    if depth == DEPTH {
        return hold;
    }
    if let Some(start) = escapes::open(bytes) {
        let before = bytes.get(..start).unwrap_or_default();
        hold = hold.min(start).min(undone(values, before, depth)).min(open(values, before));
    }
    hold = hold.min(undone(values, bytes, depth));
    if depth == 0 {
        hold = hold.min(mail(values, bytes));
    }
    hold.min(runs(values, bytes, depth))
}

fn mail(values: &Values, bytes: &[u8]) -> usize {
    // An escape that is not whole yet.
    let near = bytes.len().saturating_sub(2);
    let open_at = bytes.iter().skip(near).position(|b| *b == b'=').map_or(bytes.len(), |at| near + at);
    let before = bytes.get(..open_at).unwrap_or_default();
    let mut hold = open_at.min(open(values, before));
    if let Some((undone, edits)) = escapes::mail(before) {
        let at = open(values, &undone);
        if at < undone.len() {
            hold = hold.min(Map::Edits(edits).back(&(at..at + 1)).start);
        }
    }
    hold
}

fn undone(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let mut hold = bytes.len();
    for letters in [Letters::Escape, Letters::Stay] {
        if let Some(undone) = escapes::undo(bytes, letters) {
            let at = within(values, &undone.bytes, depth + 1);
            if at < undone.bytes.len() {
                hold = hold.min(Map::Edits(undone.edits).back(&(at..at + 1)).start);
            }
            if !(undone.lettered && undone.coded) {
                break;
            }
        }
    }
    hold
}

fn runs(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let mut hold = bytes.len();
    let (mut run, mut decoded) = (Run::default(), Vec::new());
    for radix in Radix::ALL {
        run.open(radix, bytes);
        if run.digits.is_empty() {
            continue;
        }
        for first in 0..radix.group().min(run.digits.len()) {
            run.decode(radix, first, &mut decoded);
            let at = within(values, &decoded, depth + 1);
            let digit = first + at * 8 / radix.bits();
            hold = hold.min(run.at.get(digit).map_or(bytes.len(), |at| *at as usize));
        }
    }
    hold
}
