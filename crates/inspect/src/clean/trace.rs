//! The way between a text and what cleaning made of it.

use crate::layer::Layer;
use std::ops::Range;

/// How places in a cleaned text map to places in the text that was given.
#[derive(Debug, Default)]
pub struct Trace {
    /// The first step: invisible characters.
    pub(super) hidden: Option<Layer>,
    /// The segments that were changed then, in order.
    pub(super) parts: Vec<Part>,
}

/// A segment that was changed.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) before: Range<usize>,
    pub(super) after: Range<usize>,
    /// The steps within it; none where all of it was replaced.
    pub(super) layers: Vec<Layer>,
}

impl Part {
    fn back(&self, span: &Range<usize>) -> Range<usize> {
        if self.layers.is_empty() {
            return self.before.clone();
        }
        let start = span.start.saturating_sub(self.after.start);
        let local = start..span.end.saturating_sub(self.after.start).max(start);
        let found = self.layers.iter().rev().fold(local, |span, layer| layer.back(&span));
        let place = |at: usize| self.before.start.saturating_add(at).min(self.before.end);
        place(found.start)..place(found.end)
    }

    fn forward(&self, span: &Range<usize>) -> Option<Range<usize>> {
        if self.layers.is_empty() {
            return None;
        }
        let local = span.start.saturating_sub(self.before.start)..span.end.min(self.before.end) - self.before.start;
        let found = self.layers.iter().try_fold(local, |span, layer| layer.forward(&span))?;
        Some(self.after.start + found.start..self.after.start + found.end)
    }
}

impl Trace {
    /// The place before cleaning of a span after it; widened to whole edits.
    #[must_use]
    pub fn back(&self, span: &Range<usize>) -> Range<usize> {
        let at = |place: usize, end: bool| {
            let next = self.parts.partition_point(|part| part.after.start < place || !end && part.after.start == place);
            let Some(part) = next.checked_sub(1).and_then(|i| self.parts.get(i)) else { return place };
            if place < part.after.end || end && place == part.after.end {
                let found = part.back(&(place..place));
                return if end { found.end } else { found.start };
            }
            part.before.end + (place - part.after.end)
        };
        let start = at(span.start, false);
        let found = start..at(span.end, true).max(start);
        self.hidden.as_ref().map_or_else(|| found.clone(), |layer| layer.back(&found))
    }

    /// The place after cleaning of a span before it, widened to whole edits; `None` where nothing of it is left.
    #[must_use]
    pub fn forward(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let span = match &self.hidden {
            Some(layer) => layer.forward(span)?,
            None => span.clone(),
        };
        let mut out: Option<Range<usize>> = None;
        let mut add = |found: Range<usize>| {
            out = Some(out.as_ref().map_or(found.start, |o| o.start)..found.end);
        };
        let mut next = self.parts.partition_point(|part| part.before.end <= span.start);
        // What lies between two parts moves by as much as the first of them ends further on.
        let (mut from, mut last) = (span.start, next.checked_sub(1).and_then(|i| self.parts.get(i)));
        let moved = |last: Option<&Part>, at: usize| last.map_or(at, |part| part.after.end + (at - part.before.end));
        while let Some(part) = self.parts.get(next).filter(|part| part.before.start < span.end) {
            if from < part.before.start {
                add(moved(last, from)..moved(last, part.before.start));
            }
            if let Some(found) = part.forward(&(from.max(part.before.start)..span.end)) {
                add(found);
            }
            from = part.before.end;
            last = Some(part);
            next += 1;
        }
        if from < span.end {
            add(moved(last, from)..moved(last, span.end));
        }
        out.filter(|found| !found.is_empty())
    }

    /// What was changed, in places before cleaning.
    #[must_use]
    pub fn edited(&self) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = self.hidden.iter().flat_map(Layer::edited).collect();
        let whole = |span: Range<usize>| self.hidden.as_ref().map_or_else(|| span.clone(), |layer| layer.back(&span));
        for part in &self.parts {
            if part.layers.is_empty() {
                out.push(whole(part.before.clone()));
            }
            for (at, layer) in part.layers.iter().enumerate() {
                let before = part.layers.get(..at).unwrap_or_default();
                out.extend(layer.edited().map(|span| {
                    let span = before.iter().rev().fold(span, |span, layer| layer.back(&span));
                    whole(part.before.start + span.start..part.before.start + span.end)
                }));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, State, clean_traced};

    #[test]
    fn places_lead_there_and_back() {
        let text = "one \u{200b}two [a](https://evil.example/x) three ![b](//evil.example) four";
        let (cleaned, trace) = clean_traced(text, &Policy::default(), &mut State::default());
        for word in ["one", "two", "three", "four"] {
            let (before, after) = (text.find(word).unwrap(), cleaned.text.find(word).unwrap());
            let span = before..before + word.len();
            assert_eq!(trace.forward(&span), Some(after..after + word.len()), "{word} {}", cleaned.text);
            assert_eq!(trace.back(&(after..after + word.len())), span, "{word}");
        }
        let edited = trace.edited();
        assert!(edited.iter().any(|span| text[span.clone()].contains("evil")), "{edited:?}");
    }
}
