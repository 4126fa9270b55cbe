//! Readings of the places of a text where single characters are encoded, with the words around them.

use super::Piece;
use super::escape::Undone;
use crate::View;

/// So many bytes around an escape belong to its reading, and then the rest of the word as far as this.
pub(super) const AROUND: usize = 128;
const WORD: usize = 1024;

/// Reads a text with its escapes undone. `next` gives the first escape at or behind a place.
pub(super) fn read(text: &str, mut next: impl FnMut(usize) -> Option<(usize, Undone)>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut open: Option<Open> = None;
    let mut at = 0;
    while let Some((place, undone)) = next(at) {
        let near = open.as_ref().is_some_and(|open| place <= open.at + 2 * AROUND);
        if !near {
            let floor = open.take().map_or(0, |done| {
                let end = done.close(text, place, &mut out);
                end.min(place)
            });
            open = Some(Open::new(text, before(text, place, floor)));
        }
        if let Some(open) = &mut open {
            open.take(text, place, undone);
        }
        at = place + undone.len.max(1);
    }
    if let Some(open) = open {
        open.close(text, text.len(), &mut out);
    }
    out
}

/// Where the words before a place begin.
fn before(text: &str, place: usize, floor: usize) -> usize {
    let near = place.saturating_sub(AROUND).max(floor);
    let far = place.saturating_sub(WORD).max(floor);
    let word = text.as_bytes().get(far..near).unwrap_or_default();
    let start = word.iter().rposition(u8::is_ascii_whitespace).map_or(far, |space| far + space + 1);
    (start..=place).find(|at| text.is_char_boundary(*at)).unwrap_or(place)
}

/// Where the words behind a place end.
fn behind(text: &str, place: usize, ceiling: usize) -> usize {
    let near = (place + AROUND).min(ceiling);
    let far = (place + WORD).min(ceiling);
    let word = text.as_bytes().get(near..far).unwrap_or_default();
    let end = word.iter().position(u8::is_ascii_whitespace).map_or(far, |space| near + space);
    (place..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(place)
}

/// A reading that is not yet at its end.
struct Open {
    start: usize,
    /// The place in the text up to which it was read.
    at: usize,
    text: String,
    map: Vec<(usize, usize)>,
    view: Option<View>,
}

impl Open {
    fn new(text: &str, start: usize) -> Self {
        debug_assert!(text.is_char_boundary(start), "a reading starts at a character");
        Self { start, at: start, text: String::new(), map: Vec::new(), view: None }
    }

    fn mark(&mut self, place: usize) {
        let here = (self.text.len(), place);
        if self.map.last() != Some(&here) {
            self.map.push(here);
        }
    }

    fn take(&mut self, text: &str, place: usize, undone: Undone) {
        self.mark(self.at);
        self.text.push_str(text.get(self.at..place).unwrap_or_default());
        self.mark(place);
        self.text.extend(undone.c);
        self.at = place + undone.len;
        self.mark(self.at);
        self.view = match self.view {
            Some(view) if view != undone.view => Some(View::Nested),
            _ => Some(undone.view),
        };
    }

    /// Takes the words behind the last escape; where they end.
    fn close(mut self, text: &str, ceiling: usize, out: &mut Vec<Piece>) -> usize {
        let end = behind(text, self.at, ceiling.max(self.at));
        self.mark(self.at);
        self.text.push_str(text.get(self.at..end).unwrap_or_default());
        self.mark(end);
        if let Some(view) = self.view {
            out.push(Piece { text: self.text, view, span: self.start..end, map: self.map });
        }
        end
    }
}
