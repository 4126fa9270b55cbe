//! What is whole only together: running text that goes on in the next item of an answer, in the next notification of a stream
//! or in the answer behind them.
//!
//! Readers put items together line by line or directly, all in their order, or what one member said with what is behind it. Each reading is looked at
//! where two strings meet; what is found across such a seam is told of each string that it touches.

use super::slots::Slot;
use crate::filter::{Filter, Hit};
use casemate_inspect::html;
use std::collections::HashSet;
use std::ops::Range;

/// So much beside a seam is looked at, and so much where a private key may have begun.
const NEAR: usize = casemate_inspect::phrases::CONTEXT;
const FAR: usize = 8 * 1024;

/// Where a finding begins: the number of the string, the place in it, and the family of the rule.
type Start = (usize, usize, String);

/// Calls `found` with the number of each string of this message that holds a part of something, and with that part.
pub(super) fn look<'f>(filter: &'f Filter, slots: &[Slot<'_>], mut found: impl FnMut(usize, Hit<'f>)) {
    let told: Vec<usize> = (0..slots.len()).filter(|at| slots.get(*at).is_some_and(|slot| slot.told)).collect();
    if told.len() < 2 {
        return;
    }
    let newest = |at: &usize| slots.get(*at).is_some_and(|slot| slot.newest);
    let column = |at: &usize| slots.get(*at).map(|slot| slot.column);
    let mut columns: Vec<Option<u64>> = told.iter().filter(|at| !newest(at)).map(column).collect();
    columns.sort_unstable();
    columns.dedup();
    let behind = |wanted: &Option<u64>| {
        told.iter().copied().filter(|at| newest(at) || column(at) == *wanted).collect::<Vec<_>>()
    };
    let mut readings: Vec<Vec<usize>> =
        if columns.len() > 1 { columns.iter().map(behind).collect() } else { Vec::new() };
    readings.push(told);
    for reading in readings {
        read(filter, slots, &reading, &mut found);
    }
}

fn read<'f>(filter: &'f Filter, slots: &[Slot<'_>], reading: &[usize], found: &mut impl FnMut(usize, Hit<'f>)) {
    let own = |at: &usize| slots.get(*at).is_some_and(|slot| slot.at.is_some());
    if reading.len() < 2 || !reading.iter().any(own) {
        return;
    }
    // What is whole within one string is none of ours, whatever it would go on with.
    let mut complete: HashSet<Start> = HashSet::new();
    for between in ["\n", ""] {
        for mut chunk in chunks(slots, reading, between) {
            for hit in filter.together(&chunk.text) {
                let parts = chunk.parts(&hit.span);
                let (Some(first), several) = (parts.first(), parts.len() > 1) else { continue };
                let seam = chunk.seam(&hit.span);
                let start = (first.0, first.1.start, family(&hit));
                if !several && chunk.has_alone(&start, filter) {
                    // What ends with its string may go on in the next one.
                    if hit.span.end < seam || is_bare(&hit) {
                        complete.insert(start);
                    }
                    continue;
                }
                // What lies in one string may be what it is by the one before it.
                if several && between.is_empty() && (complete.contains(&start) || follows(&hit, &chunk.text, seam)) {
                    continue;
                }
                for (number, span) in parts.into_iter().filter(|(number, _)| own(number)) {
                    found(number, Hit { span, ..hit.clone() });
                }
            }
        }
    }
}

fn family(hit: &Hit<'_>) -> String {
    hit.rule.split('.').next().unwrap_or_default().to_owned()
}

/// Whether it is a URL without brackets, whose end only what follows tells.
fn is_bare(hit: &Hit<'_>) -> bool {
    hit.rule == "link.bare" || hit.rule == "link.path"
}

/// Whether a URL without brackets only seems to go over the seam: it is a whole one before it, and the word behind it is only
/// the next one; or it begins behind it.
fn follows(hit: &Hit<'_>, text: &str, seam: usize) -> bool {
    if !is_bare(hit) {
        return false;
    }
    let word = text.get(seam..).unwrap_or_default();
    let word = word.get(..word.find(char::is_whitespace).unwrap_or(word.len())).unwrap_or_default();
    if ["http://", "https://"].iter().any(|scheme| word.starts_with(scheme)) {
        return true;
    }
    let before = text.get(hit.span.start..seam).unwrap_or_default();
    let whole = before.split_once("://").is_some_and(|(_, host)| host.contains('.'));
    let hostlike = word.split_once('/').is_some_and(|(host, _)| host.contains('.'));
    whole && word.starts_with(char::is_alphanumeric) && !hostlike
}

/// Strings put together.
#[derive(Default)]
struct Chunk {
    text: String,
    /// Where each stands, its number, and where what stands there begins in it.
    parts: Vec<(Range<usize>, usize, usize)>,
    /// What is found in a string alone, where that was asked.
    alone: Vec<(usize, HashSet<Start>)>,
}

impl Chunk {
    /// Whether this is found in its string alone.
    fn has_alone(&mut self, start: &Start, filter: &Filter) -> bool {
        let number = start.0;
        if !self.alone.iter().any(|(known, _)| *known == number) {
            let part = self.parts.iter().find(|(_, known, _)| *known == number);
            let text = part.and_then(|(place, ..)| self.text.get(place.clone())).unwrap_or_default();
            let from = part.map_or(0, |(_, _, from)| *from);
            let hits = filter.together(text).into_iter();
            self.alone.push((number, hits.map(|hit| (number, hit.span.start + from, family(&hit))).collect()));
        }
        self.alone.iter().any(|(known, starts)| *known == number && starts.contains(start))
    }

    fn push(&mut self, number: usize, from: usize, text: &str, between: &str) {
        if !self.parts.is_empty() {
            self.text.push_str(between);
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.parts.push((start..self.text.len(), number, from));
    }

    /// What of a span lies in each string.
    fn parts(&self, span: &Range<usize>) -> Vec<(usize, Range<usize>)> {
        let first = self.parts.partition_point(|(place, ..)| place.end <= span.start);
        let touched = self.parts.iter().skip(first).take_while(|(place, ..)| place.start < span.end);
        let part = |(place, number, from): &(Range<usize>, usize, usize)| {
            let (start, end) = (span.start.max(place.start), span.end.min(place.end));
            (start < end).then(|| (*number, start - place.start + from..end - place.start + from))
        };
        touched.filter_map(part).collect()
    }

    /// Where the first string ends that a span touches.
    fn seam(&self, span: &Range<usize>) -> usize {
        let first = self.parts.partition_point(|(place, ..)| place.end <= span.start);
        self.parts.get(first).map_or(0, |(place, ..)| place.end)
    }
}

/// The strings of a reading, without what is far from where two of them meet. Documents of HTML stand for themselves.
fn chunks(slots: &[Slot<'_>], reading: &[usize], between: &str) -> Vec<Chunk> {
    let text = |number: &usize| slots.get(*number).map(|slot| slot.text.as_ref()).unwrap_or_default();
    let keys = ["BEGIN", "KEY", "PuTTY"];
    let near = if reading.iter().any(|at| keys.iter().any(|word| text(at).contains(word))) { FAR } else { NEAR };
    // Of what has gone out only the end counts.
    let own = reading.iter().position(|at| slots.get(*at).is_some_and(|slot| slot.at.is_some())).unwrap_or_default();
    let mut len = 0;
    let kept = reading.get(..own).unwrap_or_default().iter().rev().take_while(|at| {
        let fits = len < near;
        len += text(at).len();
        fits
    });
    let skipped = own - kept.count();
    let (mut out, mut chunk) = (Vec::new(), Chunk::default());
    for number in reading.iter().skip(skipped) {
        let text = text(number);
        if html::is_html(text) {
            out.push(std::mem::take(&mut chunk));
            continue;
        }
        if text.len() <= 2 * near {
            chunk.push(*number, 0, text, between);
            continue;
        }
        let (head, tail) = (text.floor_char_boundary(near), text.ceil_char_boundary(text.len() - near));
        chunk.push(*number, 0, text.get(..head).unwrap_or_default(), between);
        out.push(std::mem::take(&mut chunk));
        chunk.push(*number, tail, text.get(tail..).unwrap_or_default(), between);
    }
    out.push(chunk);
    let counts = |chunk: &Chunk| {
        let own = |(_, number, _): &(Range<usize>, usize, usize)| slots.get(*number).is_some_and(|s| s.at.is_some());
        chunk.parts.len() > 1 && chunk.parts.iter().any(own)
    };
    out.retain(counts);
    out
}
