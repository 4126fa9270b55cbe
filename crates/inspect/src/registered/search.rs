//! A text, and what is encoded in it, and what is encoded in that.

use super::Values;
use super::dumps;
use super::escapes::{self, Letters};
use super::forms::Needle;
use super::layer::{Layer, Map};
use super::markup::{self, Ending, Reading};
use super::runs::{Radix, Run};
use crate::{Match, View};
use std::borrow::Cow;
use std::ops::Range;

/// Encodings within encodings that are undone.
pub(super) const DEPTH: usize = 4;
/// A text and all that is decoded from it is at most so many times its length. Ordinary text, all of it base64 twice over,
/// comes to a sixth of it.
const GROWTH: usize = 48;
/// Bytes in a row that could be text, for which a decoded run is looked into further.
const TEXT: usize = 12;

/// One search.
pub(super) struct Search<'s> {
    values: &'s Values,
    /// What is left of the bytes that may be looked at.
    budget: usize,
    /// Where the text that is looked at stands in the whole.
    base: usize,
    found: &'s mut Vec<Match>,
}

impl<'s> Search<'s> {
    /// One in a text of that length that stands at `base`.
    pub(super) fn new(values: &'s Values, length: usize, base: usize, found: &'s mut Vec<Match>) -> Self {
        Self { values, budget: length.saturating_mul(GROWTH) + (64 << 10), base, found }
    }

    pub(super) fn layer(&mut self, layer: &Layer<'_>, depth: usize) {
        self.scan(layer);
        if depth == 0
            && let Some((bytes, edits)) = escapes::mail(&layer.bytes)
            && self.spend(layer, bytes.len())
        {
            self.scan(&above(layer, bytes, Map::Edits(edits), View::Escapes));
        }
        self.inside(layer, depth);
    }

    /// Looks for what is encoded in a layer, or set apart by markup.
    fn inside(&mut self, layer: &Layer<'_>, depth: usize) {
        if depth == DEPTH {
            return;
        }
        self.shown(layer, depth);
        self.dumped(layer, Ending::Final, depth);
        self.coded(layer, depth);
    }

    /// Looks at the bytes of dumps without the columns beside them.
    pub(super) fn dumped(&mut self, layer: &Layer<'_>, ending: Ending, depth: usize) {
        let Some(dump) = dumps::strip(&layer.bytes, ending) else { return };
        if self.spend(layer, dump.bytes.len()) {
            let bytes = Layer { dump: true, ..above(layer, dump.bytes, Map::Edits(dump.edits), View::Joined) };
            self.scan(&bytes);
            self.coded(&bytes, depth + 1);
        }
    }

    /// Looks at a layer without the markup that shows nothing.
    fn shown(&mut self, layer: &Layer<'_>, depth: usize) {
        let near = self.values.near();
        for reading in [Reading::Shown, Reading::Tags] {
            let Some(shown) = markup::strip(&layer.bytes, reading, near, Ending::Final) else { return };
            if shown.over {
                return self.whole(layer);
            }
            if !self.spend(layer, shown.bytes.len()) {
                return;
            }
            if !shown.edits.is_empty() {
                let above = above(layer, shown.bytes, Map::Edits(shown.edits), View::Joined);
                self.scan(&above);
                self.coded(&above, depth + 1);
            }
            if !shown.twofold {
                return;
            }
        }
    }

    fn coded(&mut self, layer: &Layer<'_>, depth: usize) {
        if depth == DEPTH {
            return;
        }
        let Some(undone) = escapes::undo(&layer.bytes, Letters::Escape) else {
            return self.runs(layer, depth);
        };
        if !self.spend(layer, undone.bytes.len()) {
            return;
        }
        if undone.lettered && undone.coded {
            let stay = escapes::undo(&layer.bytes, Letters::Stay);
            if let Some(stay) = stay.filter(|stay| self.spend(layer, stay.bytes.len())) {
                self.scan(&above(layer, stay.bytes, Map::Edits(stay.edits), View::Escapes));
            }
        }
        self.layer(&above(layer, undone.bytes, Map::Edits(undone.edits), View::Escapes), depth + 1);
    }

    /// Looks into what may be base64, base32 or hexadecimal.
    fn runs(&mut self, layer: &Layer<'_>, depth: usize) {
        let mut run = Run::default();
        let mut decoded = Vec::new();
        for radix in Radix::ALL {
            let mut at = 0;
            while let Some(next) = run.next(radix, &layer.bytes, at) {
                at = next;
                for first in 0..radix.group() {
                    run.decode(radix, first, &mut decoded);
                    if !self.spend(layer, decoded.len()) {
                        return;
                    }
                    let map = Map::Digits { at: &run.at, first: first * radix.bits(), bits: radix.bits() };
                    let inner = above(layer, std::mem::take(&mut decoded), map, radix.view());
                    self.scan(&inner);
                    self.texts(layer, &inner.bytes, radix, &run, first, depth);
                    decoded = inner.bytes.into_owned();
                }
            }
        }
    }

    /// Looks further into what could be text of what was decoded.
    fn texts(&mut self, under: &Layer<'_>, decoded: &[u8], radix: Radix, run: &Run, first: usize, depth: usize) {
        let mut at = 0;
        while let Some(place) = textual(decoded, at) {
            at = place.end;
            let map = Map::Digits { at: &run.at, first: first * radix.bits() + place.start * 8, bits: radix.bits() };
            let bytes = decoded.get(place).unwrap_or_default().to_vec();
            self.inside(&above(under, bytes, map, radix.view()), depth + 1);
        }
    }

    /// Takes from the budget. A text that is nested so that it runs out is made for the purpose: all of it counts as found.
    fn spend(&mut self, layer: &Layer<'_>, bytes: usize) -> bool {
        if let Some(left) = self.budget.checked_sub(bytes) {
            self.budget = left;
            return true;
        }
        self.whole(layer);
        self.budget = 0;
        false
    }

    fn whole(&mut self, layer: &Layer<'_>) {
        let whole = layer.back(&(0..layer.bytes.len()));
        self.push("registered.encoded", whole, View::Nested);
    }

    fn scan(&mut self, layer: &Layer<'_>) {
        let values = self.values;
        for index in &values.indices {
            let hit = |place: Range<usize>, needle: &Needle| self.hit(layer, &place, needle);
            match &layer.map {
                Map::Same => index.scan_text(&layer.bytes, hit),
                Map::Edits(edits) => index.scan_near(&layer.bytes, edits, hit),
                Map::Digits { .. } => index.scan(&layer.bytes, hit),
            }
        }
    }

    fn hit(&mut self, layer: &Layer<'_>, place: &Range<usize>, needle: &Needle) {
        let bytes: &[u8] = &layer.bytes;
        let (place, split) = match &needle.exact {
            Some(value) => whole(bytes, place, value),
            None if needle.edges => (edges(layer, place), false),
            None => (place.clone(), false),
        };
        let form = match (split, needle.view) {
            (true, _) => View::Joined,
            (false, View::Plain) if bytes.get(place.clone()) != needle.exact.as_ref().map(|v| v.as_slice()) => {
                View::Folded
            }
            (false, form) => form,
        };
        let plain = matches!(layer.map, Map::Same);
        let joined = layer.view == View::Joined && layer.under.is_some_and(|under| matches!(under.map, Map::Same));
        let rule = match (plain, needle.exact.is_some(), split) {
            (true, true, false) => "registered.value",
            (true, true, true) => "registered.split",
            (false, true, _) if joined => "registered.split",
            _ => "registered.encoded",
        };
        self.push(rule, layer.back(&place), layer.view(form));
    }

    fn push(&mut self, rule: &'static str, span: Range<usize>, view: View) {
        self.found.push(Match { rule, span: span.start + self.base..span.end + self.base, view });
    }
}

fn above<'m>(under: &'m Layer<'m>, bytes: Vec<u8>, map: Map<'m>, view: View) -> Layer<'m> {
    Layer { bytes: Cow::Owned(bytes), map, under: Some(under), view, dump: false }
}

/// The next place from there on that could be text that hides more.
fn textual(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let shown = |b: &u8| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r');
    let text = |b: &&u8| shown(b) || **b >= 0x80;
    let mut at = from;
    while let Some(near) = bytes.get(at..at + TEXT) {
        match near.iter().rposition(|b| !shown(b)) {
            Some(last) => at += last + 1,
            None => {
                let before = bytes.get(from..at)?.iter().rev().take_while(text).count();
                let len = bytes.get(at..)?.iter().take_while(text).count();
                return Some(at - before..at + len);
            }
        }
    }
    None
}

/// The place with the signs that the value begins and ends with, and whether the value is split there.
fn whole(bytes: &[u8], place: &Range<usize>, value: &[u8]) -> (Range<usize>, bool) {
    let folded = |b: &u8| b.to_ascii_lowercase();
    // The first and the last symbol of the value are those of the place: what is before and after them are its signs.
    let is = |at: usize, b: &u8| bytes.get(at).map(folded) == Some(folded(b));
    let lead = value.iter().position(|b| is(place.start, b)).unwrap_or_default();
    let trail = value.iter().rposition(|b| place.end.checked_sub(1).is_some_and(|at| is(at, b))).unwrap_or(value.len());
    let signs = value.get(..lead).unwrap_or_default();
    let behind = value.get(trail + 1..).unwrap_or_default();
    let before = bytes.get(..place.start).unwrap_or_default();
    let after = bytes.get(place.end..).unwrap_or_default();
    let led = signs.iter().rev().zip(before.iter().rev()).take_while(|(a, b)| a == b).count();
    let trailed = behind.iter().zip(after).take_while(|(a, b)| a == b).count();
    let inner = value.get(lead..=trail).unwrap_or_default();
    let split = !bytes.get(place.clone()).is_some_and(|text| text.eq_ignore_ascii_case(inner));
    (place.start - led..place.end + trailed, split)
}

/// The place with the digits beside it, which hold bits of the value as well. What is written as an escape does not go along:
/// it may be read as one or not.
fn edges(layer: &Layer<'_>, place: &Range<usize>) -> Range<usize> {
    let bytes: &[u8] = &layer.bytes;
    let whole = |at: usize| layer.as_written(at);
    let digit = |at: Option<usize>| {
        at.filter(|at| whole(*at))
            .and_then(|at| bytes.get(at))
            .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'))
    };
    // A digit that is a sign is no symbol: then the one beside it counts too.
    let sign = |at: Option<usize>| digit(at) && at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_punctuation);
    let mut start = place.start;
    while sign(start.checked_sub(1)) && place.start - start < 4 {
        start -= 1;
    }
    start -= usize::from(digit(start.checked_sub(1)));
    let mut end = place.end;
    while sign(Some(end)) && end - place.end < 4 {
        end += 1;
    }
    end += usize::from(digit(Some(end)));
    start..end
}
