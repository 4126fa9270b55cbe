//! Edits to a text, and the way back from a place in the result to the place in the original.

use crate::Severity;
use std::borrow::Cow;
use std::ops::Range;

/// A rule that matched, before its place is known in the text that was given.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// The rule's id.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
}

/// One replacement.
#[derive(Debug)]
pub struct Edit {
    /// What goes, in bytes.
    pub span: Range<usize>,
    /// What stands there then.
    pub text: Cow<'static, str>,
    /// Why. Without a hit it belongs to another edit's finding.
    pub hit: Option<Hit>,
}

/// What one pass over a text wants.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    pub(crate) edits: Vec<Edit>,
    /// What was seen and left.
    pub(crate) reports: Vec<(Range<usize>, Hit)>,
}

impl Pass {
    /// Adds what is wanted of a part that begins at `at`.
    pub(crate) fn add(&mut self, part: Self, at: usize) {
        if at == 0 && self.edits.is_empty() && self.reports.is_empty() {
            *self = part;
            return;
        }
        let moved = |span: Range<usize>| span.start + at..span.end + at;
        self.edits.extend(part.edits.into_iter().map(|edit| Edit { span: moved(edit.span), ..edit }));
        self.reports.extend(part.reports.into_iter().map(|(span, hit)| (moved(span), hit)));
    }
}

/// How places in an edited text map back: pairs of (place after, place before) at both ends of each edit.
#[derive(Debug)]
pub struct Layer(Vec<(usize, usize)>);

impl Layer {
    /// The place before the edits of a span after them; widened to whole edits.
    #[must_use]
    pub fn back(&self, span: &Range<usize>) -> Range<usize> {
        self.start(span.start)..self.end(span.end)
    }

    /// What was edited, in places before the edits.
    pub fn edited(&self) -> impl Iterator<Item = Range<usize>> {
        self.0.chunks_exact(2).filter_map(|pair| Some(pair.first()?.1..pair.last()?.1))
    }

    /// The place after the edits of a span before them, widened to whole edits; `None` where one edit holds all of it.
    #[must_use]
    pub fn forward(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let last = |index: usize| index.checked_sub(1).and_then(|i| self.0.get(i).map(|pair| (i, *pair)));
        let opens = last(self.0.partition_point(|(_, before)| *before <= span.start));
        let closes = last(self.0.partition_point(|(_, before)| *before < span.end));
        let start = match opens {
            Some((i, (after, _))) if i % 2 == 0 => after,
            Some((_, (after, before))) => after + (span.start - before),
            None => span.start,
        };
        let end = match closes {
            Some((i, _)) if i % 2 == 0 && opens.is_some_and(|(open, _)| open == i) => return None,
            Some((i, _)) if i % 2 == 0 => self.0.get(i + 1)?.0,
            Some((_, (after, before))) => after + (span.end - before),
            None => span.end,
        };
        (start < end).then_some(start..end)
    }

    /// The place after the edits of a place before them; within an edit, where the edit stands.
    pub(crate) fn forth(&self, at: usize) -> usize {
        let index = self.0.partition_point(|(_, before)| *before <= at);
        match index.checked_sub(1).and_then(|i| self.0.get(i).map(|pair| (i, pair))) {
            Some((i, (after, _))) if i % 2 == 0 => *after,
            Some((_, (after, before))) => after + (at - before),
            None => at,
        }
    }

    fn start(&self, at: usize) -> usize {
        let index = self.0.partition_point(|(after, _)| *after <= at);
        match index.checked_sub(1).and_then(|i| self.0.get(i).map(|pair| (i, pair))) {
            // Even indices open an edit: inside it, the edit's start is the answer.
            Some((i, (_, before))) if i % 2 == 0 => *before,
            Some((_, (after, before))) => before + (at - after),
            None => at,
        }
    }

    fn end(&self, at: usize) -> usize {
        let index = self.0.partition_point(|(after, _)| *after < at);
        match (index.checked_sub(1).and_then(|i| self.0.get(i).map(|pair| (i, pair))), self.0.get(index)) {
            (Some((i, _)), Some((_, before))) if i % 2 == 0 => *before,
            (Some((_, (after, before))), _) => before + (at - after),
            (None, _) => at,
        }
    }
}

/// Makes the edits, which are sorted here. Where two overlap, the first wins.
pub fn apply(text: &str, edits: &mut [Edit]) -> (String, Layer) {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut anchors = Vec::with_capacity(edits.len() * 2);
    let mut at = 0;
    for edit in edits {
        if edit.span.start < at {
            continue;
        }
        out.push_str(text.get(at..edit.span.start).unwrap_or_default());
        anchors.push((out.len(), edit.span.start));
        out.push_str(&edit.text);
        anchors.push((out.len(), edit.span.end));
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, Layer(anchors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_map_back() {
        let edit = |span, text: &'static str| Edit { span, text: text.into(), hit: None };
        let (out, layer) = apply("abcdefgh", &mut [edit(5..6, ""), edit(1..3, "XYZ")]);
        assert_eq!(out, "aXYZdegh");
        assert_eq!(layer.back(&(0..1)), 0..1);
        assert_eq!(layer.back(&(2..3)), 1..3);
        assert_eq!(layer.back(&(4..6)), 3..5);
        assert_eq!(layer.back(&(6..8)), 6..8);
    }

    #[test]
    fn places_map_forward() {
        let edit = |span, text: &'static str| Edit { span, text: text.into(), hit: None };
        let (out, layer) = apply("abcdefgh", &mut [edit(5..6, ""), edit(1..3, "XYZ"), edit(7..7, "-")]);
        assert_eq!(out, "aXYZdeg-h");
        assert!(layer.edited().eq([1..3, 5..6, 7..7]));
        for (before, after) in [
            (0..1, Some(0..1)),
            (1..3, None),
            (1..2, None),
            (0..2, Some(0..4)),
            (2..4, Some(1..5)),
            (3..4, Some(4..5)),
            (5..6, None),
            (4..7, Some(5..7)),
            (7..8, Some(8..9)),
            (6..8, Some(6..9)),
            (0..8, Some(0..9)),
        ] {
            assert_eq!(layer.forward(&before), after, "{before:?}");
        }
    }
}
