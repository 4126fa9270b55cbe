//! A text, or what it says once an encoding is undone, with the way back to the text.

use crate::View;
use std::borrow::Cow;
use std::ops::Range;

/// A place where an escape was undone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    /// Where its result stands.
    pub(super) to: Range32,
    /// Where it stood.
    pub(super) from: Range32,
}

impl Edit {
    /// Where its result stands.
    pub(super) const fn place(&self) -> Range<usize> {
        self.to.start as usize..self.to.end as usize
    }

    /// The place behind where it stood.
    pub(super) const fn behind(&self) -> usize {
        self.from.end as usize
    }
}

/// A place, in half the space. Texts are looked at in pieces that are far shorter than 4 GiB.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range32 {
    start: u32,
    end: u32,
}

impl From<Range<usize>> for Range32 {
    fn from(range: Range<usize>) -> Self {
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: short(range.start), end: short(range.end) }
    }
}

/// How places lead back.
pub(super) enum Map<'m> {
    /// They are the same.
    Same,
    /// They are the same but for these edits, in ascending order.
    Edits(Vec<Edit>),
    /// Each byte comes from digits of so many bits.
    Digits {
        /// Where each digit stands.
        at: &'m [u32],
        /// The bit that the first byte begins with.
        first: usize,
        /// The bits of a digit.
        bits: usize,
    },
}

/// A text to be looked at.
pub(super) struct Layer<'m> {
    pub(super) bytes: Cow<'m, [u8]>,
    pub(super) map: Map<'m>,
    /// What it was made of.
    pub(super) under: Option<&'m Layer<'m>>,
    pub(super) view: View,
    /// Whether it is the bytes of dumps, without the columns beside them.
    pub(super) dump: bool,
}

impl<'m> Layer<'m> {
    pub(super) const fn plain(bytes: &'m [u8]) -> Self {
        Self { bytes: Cow::Borrowed(bytes), map: Map::Same, under: None, view: View::Plain, dump: false }
    }

    /// The place in the text of a place here.
    pub(super) fn back(&self, place: &Range<usize>) -> Range<usize> {
        let mut here = self.map.back(place);
        let Some(under) = self.under else { return here };
        if self.dump {
            // What the last line says is said beside it as well.
            let rest = under.bytes.get(here.end..).unwrap_or_default();
            here.end = memchr::memchr(b'\n', rest).map_or(under.bytes.len(), |line| here.end + line);
        }
        under.back(&here)
    }

    /// Whether a byte here is one byte of what this was made of, but for digits.
    pub(super) fn as_written(&self, at: usize) -> bool {
        let (mut layer, mut at) = (Some(self), at);
        while let Some(Layer { map: Map::Edits(edits), under, .. }) = layer {
            let below = one(edits, at);
            if below.len() != 1 {
                return false;
            }
            (layer, at) = (*under, below.start);
        }
        true
    }

    /// How the text is read where a form is found here.
    pub(super) fn view(&self, form: View) -> View {
        let mut view = form;
        let mut layer = Some(self);
        while let Some(here) = layer {
            view = match (here.view, view) {
                (View::Plain, view) => view,
                (outer, View::Plain | View::Folded | View::Joined) => outer,
                (outer, inner) if outer == inner => outer,
                _ => View::Nested,
            };
            layer = here.under;
        }
        view
    }
}

impl Map<'_> {
    /// The place below of a place above.
    pub(super) fn back(&self, place: &Range<usize>) -> Range<usize> {
        match self {
            Self::Same => place.clone(),
            Self::Edits(edits) => {
                let end = place.end.max(place.start + 1) - 1;
                let start = one(edits, place.start).start;
                let end = if place.is_empty() { start } else { one(edits, end).end };
                start..end
            }
            Self::Digits { at, first, bits } => {
                let digit = |bit: usize| at.get((first + bit) / bits).map(|at| *at as usize);
                let last = at.last().map_or(0, |at| *at as usize + 1);
                let start = digit(place.start * 8).unwrap_or(last);
                let end = (place.end * 8).checked_sub(1).and_then(digit).map_or(last, |at| at + 1);
                start..end.max(start)
            }
        }
    }
}

/// Where one byte comes from.
fn one(edits: &[Edit], at: usize) -> Range<usize> {
    let index = edits.partition_point(|edit| edit.to.start as usize <= at);
    match index.checked_sub(1).and_then(|i| edits.get(i)) {
        None => at..at + 1,
        Some(edit) if at < edit.to.end as usize => edit.from.start as usize..edit.from.end as usize,
        Some(edit) => {
            let start = edit.from.end as usize + (at - edit.to.end as usize);
            start..start + 1
        }
    }
}
