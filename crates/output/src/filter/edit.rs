//! From matches to edits: what overlaps becomes one, and a marker stands for it.

use super::find::Hit;
use casemate_inspect::layer::Edit;
use casemate_inspect::{Family, IMAGE_MARKER, LINK_MARKER, TEXT_MARKER};
use std::borrow::Cow;
use std::ops::Range;

/// Stands where a credential or a registered value was.
pub(super) const SECRET: &str = "[secret removed]";
/// Stands where a host or an address of private infrastructure was.
pub(super) const HOST: &str = "[private host removed]";
/// Stands where data about a person was.
pub(super) const PERSONAL: &str = "[personal data removed]";

/// What stands for a match; where several overlap, the mark of the first of these families counts.
const fn marker(family: Family) -> (u8, &'static str) {
    match family {
        Family::Registered | Family::Secret => (0, SECRET),
        Family::Personal => (1, PERSONAL),
        Family::Host => (2, HOST),
        Family::Deny | Family::Signal | Family::Markup | Family::Invisible | Family::Text | Family::Receipt => {
            (3, TEXT_MARKER)
        }
        Family::Image => (4, IMAGE_MARKER),
        Family::Link => (5, LINK_MARKER),
    }
}

/// What stands for a value that goes as a whole; `None` where none of these takes anything out.
pub(super) fn mark(hits: &[Hit<'_>]) -> Option<&'static str> {
    let taken = hits.iter().filter(|hit| hit.decision.edits()).map(|hit| marker(hit.decision.family));
    taken.min().map(|(_, mark)| mark)
}

/// The edits that the hits ask for, in the order of their places: each place once.
pub(super) fn edits(text: &str, hits: &[Hit<'_>]) -> Vec<Edit> {
    let wanted = hits.iter().filter(|hit| hit.decision.edits() && !hit.span.is_empty());
    let mut spans: Vec<(Range<usize>, (u8, &str))> =
        wanted.map(|hit| (tag_start(text, &hit.span)..hit.span.end, marker(hit.decision.family))).collect();
    spans.sort_by_key(|(span, (rank, _))| (span.start, span.end, *rank));
    let mut merged: Vec<(Range<usize>, (u8, &'static str))> = Vec::with_capacity(spans.len());
    for (span, mark) in spans {
        match merged.last_mut() {
            Some((last, known)) if span.start <= last.end => {
                last.end = last.end.max(span.end);
                *known = (*known).min(mark);
            }
            _ => merged.push((span, mark)),
        }
    }
    let edit = |(span, (_, mark)): (Range<usize>, (u8, &'static str))| Edit {
        text: set_apart(text, &span, mark),
        span,
        hit: None,
    };
    merged.into_iter().map(edit).collect()
}

/// The longest tag whose beginning goes with its end.
const TAG: usize = 1024;

/// Where the tag begins whose end lies in a span, or the span itself: what is left of a tag would go on in what follows.
fn tag_start(text: &str, span: &Range<usize>) -> usize {
    let taken = text.get(span.clone()).unwrap_or_default();
    let from = span.start.saturating_sub(TAG);
    let before = text.as_bytes().get(from..span.start).unwrap_or_default();
    if !taken.contains('>') {
        return span.start;
    }
    let mut opened = before.iter().enumerate().rev().filter(|(_, byte)| **byte == b'<').map(|(at, _)| from + at);
    opened.find(|at| is_open(text.as_bytes().get(*at..span.start).unwrap_or_default())).unwrap_or(span.start)
}

/// Whether a tag begins there that has no end yet.
fn is_open(tag: &[u8]) -> bool {
    let mut quote = None;
    for byte in tag.iter().skip(1) {
        match (quote, byte) {
            (None, b'>') => return false,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), close) if open == *close => quote = None,
            _ => {}
        }
    }
    matches!(tag.get(1), Some(b'a'..=b'z' | b'A'..=b'Z' | b'?'))
}

/// The marker, set apart from neighbours with which it would make up a link.
fn set_apart(text: &str, span: &Range<usize>, mark: &'static str) -> Cow<'static, str> {
    let bytes = text.as_bytes();
    let joins = matches!(bytes.get(span.end), Some(b'(' | b'[' | b':'));
    let before = span.start.checked_sub(1).and_then(|at| bytes.get(at));
    let apart = matches!(before, Some(b']' | b'!' | b'\\'));
    match (apart, joins) {
        (false, false) => Cow::Borrowed(mark),
        _ => Cow::Owned(format!("{}{mark}{}", if apart { " " } else { "" }, if joins { " " } else { "" })),
    }
}

/// The span within the text and widened to whole characters.
pub(super) fn whole(text: &str, span: &Range<usize>) -> Range<usize> {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    text.floor_char_boundary(start)..text.ceil_char_boundary(end)
}
