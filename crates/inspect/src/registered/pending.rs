//! What a text ends with that could be the beginning of a value, in any form.

use super::Values;
use super::escapes::{self, Letters};
use super::layer::Map;
use super::runs::{Radix, Run};
use super::search::DEPTH;

/// The bytes of a text that the beginning of a value in an encoding may take for each symbol.
const SPELT: usize = 24;

/// The first byte that may belong to a value that goes on behind the end; the length where there is none.
pub(super) fn from(values: &Values, text: &str) -> usize {
    let plain = open(values, text.as_bytes());
    let longest = values.letters.longest.max(values.graphic.longest);
    if longest == 0 {
        return text.len();
    }
    let start = text.len().saturating_sub(longest.saturating_mul(SPELT) + 1024);
    let near = text.as_bytes().get(start..).unwrap_or_default();
    plain.min(start + within(values, near, 0))
}

fn open(values: &Values, bytes: &[u8]) -> usize {
    let found =
        [&values.letters, &values.graphic].into_iter().filter(|index| !index.is_empty()).filter_map(|i| i.open(bytes));
    found.min().unwrap_or(bytes.len())
}

fn within(values: &Values, bytes: &[u8], depth: usize) -> usize {
    let mut hold = open(values, bytes);
    if depth == DEPTH {
        return hold;
    }
    if let Some(start) = escapes::open(bytes) {
        let before = bytes.get(..start).unwrap_or_default();
        hold = hold.min(start).min(undone(values, before, depth)).min(open(values, before));
    }
    hold = hold.min(undone(values, bytes, depth));
    hold.min(runs(values, bytes, depth))
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
