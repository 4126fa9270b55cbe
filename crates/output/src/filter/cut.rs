//! Where a text may be cut so that its parts, filtered one after another, give what the whole gives.
//!
//! A whole text goes the same way as a stream: part by part, where it is longer than [`HOLD`] or holds a word that is longer
//! than [`WORD`]. Between those bounds a cut is made only where no detector and nothing of cleaning would look across it, so
//! that it makes no difference where a stream was cut. At the bounds the cut is at a place that follows from the text alone.

use super::Filter;
use casemate_inspect as inspect;
use std::ops::Range;

/// As much of a text is held at most for what may still become a match: more than the longest private key.
pub(crate) const HOLD: usize = 36 * 1024;
/// So long a run without white space is not held whole.
const WORD: usize = 20 * 1024;
/// No match is longer of which the beginning stands before a cut that is made for length, unless it is kept whole by dropping.
const SPAN: usize = 4 * 1024;
/// So often a cut is moved back until no detector looks across it.
const STEPS: usize = 4096;
/// So often it is moved back no farther than it must be.
const PATIENCE: usize = 64;

/// What is to be done with the text at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// More of it must be seen.
    Hold,
    /// What stands before this place is a part.
    Cut(usize),
    /// It is, and what it holds goes: it would have to be cut through what may be a value or a link.
    Drop(usize),
}

const fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t')
}

impl Filter {
    /// The next part of a text of which this is what has not been filtered yet.
    pub(super) fn next(&self, text: &str, ended: bool, policy: &inspect::Policy) -> Next {
        let near = text.get(..text.floor_char_boundary(HOLD)).unwrap_or(text);
        if let Some(next) = self.long_word(near, policy) {
            return next;
        }
        if ended && near.len() == text.len() {
            return Next::Cut(text.len());
        }
        match self.cut(near, policy) {
            0 if near.len() < text.len() => self.forced(near, policy),
            0 => Next::Hold,
            at => Next::Cut(at),
        }
    }

    /// The last place where the text may be cut whatever follows, directly behind white space; 0 where there is none.
    fn cut(&self, text: &str, policy: &inspect::Policy) -> usize {
        // The word under way, mostly.
        if self.boundary(text, text.len()) == 0 {
            return 0;
        }
        let values = self.detectors.values(text);
        let mut at = self.boundary(text, self.detectors.pending_values(text));
        for step in 0..STEPS {
            let part = text.get(..at).unwrap_or_default();
            let mut to = self.boundary(part, before(&values, self.detectors.pending(part)));
            if to == at {
                to = inspect::cut(text, policy, at);
                if to == at {
                    return at;
                }
                to = self.boundary(part, to);
            }
            // Each step reads what is there: a text in which every word waits for the next is not tried word by word.
            at = if step < PATIENCE { to } else { self.boundary(text, to - to / 8) };
        }
        0
    }

    fn pending(&self, text: &str, policy: &inspect::Policy) -> usize {
        let at = self.detectors.pending(text).min(self.detectors.pending_values(text));
        if at == 0 { 0 } else { at.min(inspect::pending(text, policy)) }
    }

    /// The last place up to `limit` that is directly behind white space, or behind the end of a line where that is asked for.
    fn boundary(&self, text: &str, limit: usize) -> usize {
        let fits: fn(u8) -> bool = if self.detectors.by_lines() { |byte| byte == b'\n' } else { space };
        let head = text.as_bytes().get(..limit).unwrap_or_default();
        head.iter().rposition(|byte| fits(*byte)).map_or(0, |at| at + 1)
    }

    /// The ends of lines at which the text may be cut, with its own end.
    pub(super) fn line_cuts(&self, text: &str, policy: &inspect::Policy) -> Vec<usize> {
        let (mut out, mut at) = (Vec::new(), 0);
        for end in line_ends(text) {
            let part = text.get(at..end).unwrap_or_default();
            if self.pending(part, policy) == part.len() {
                out.push(end);
                at = end;
            }
        }
        if at < text.len() {
            out.push(text.len());
        }
        out
    }

    /// The part that ends in a word which is too long to be held. Where it is cut, what may be a match goes into the next part
    /// whole: of what begins before the cut, [`SPAN`] bytes behind it are seen.
    fn long_word(&self, text: &str, policy: &inspect::Policy) -> Option<Next> {
        let start = long_run(text.as_bytes())?;
        let word = text.get(start..text.floor_char_boundary(start + WORD))?;
        let matches = self.detectors.places(word);
        let most = self.detectors.pending_values(word).min(word.len() - SPAN);
        let place = |at| word.floor_char_boundary(inspect::cut(word, policy, at));
        let at = settled(&matches, word.floor_char_boundary(most), place);
        Some(at.map_or(Next::Drop(start + word.len()), |at| Next::Cut(start + at)))
    }

    /// The part at which a text is cut that has no better place within [`HOLD`].
    fn forced(&self, text: &str, policy: &inspect::Policy) -> Next {
        let matches = self.detectors.places(text);
        let most = self.detectors.pending_values(text);
        let space_before =
            |at: usize| text.get(..at).and_then(|head| head.bytes().rposition(space)).map_or(0, |at| at + 1);
        let mut at = self.boundary(text, self.detectors.pending(text).min(most));
        if at == 0 {
            at = space_before(most.min(text.floor_char_boundary(HOLD - SPAN)));
        }
        let any = |at| text.floor_char_boundary(inspect::cut(text, policy, at));
        let found = settled(&matches, at, |at| space_before(any(at)));
        // Where all white space lies in a match or far away, a place in a long word is as good.
        let found = found.or_else(|| settled(&matches, most.min(text.floor_char_boundary(HOLD - SPAN)), any));
        found.map_or(Next::Drop(text.len()), Next::Cut)
    }
}

/// The last place up to `limit` that `place` allows and that lies in no match.
fn settled(matches: &[Range<usize>], limit: usize, place: impl Fn(usize) -> usize) -> Option<usize> {
    let mut at = limit;
    for _ in 0..STEPS {
        let to = place(before(matches, at));
        if to == 0 {
            return None;
        }
        if to == at {
            return Some(at);
        }
        at = to;
    }
    None
}

/// The place, or where the value begins that it would cut through.
fn before(values: &[Range<usize>], at: usize) -> usize {
    values.iter().filter(|value| value.start < at && at < value.end).map(|value| value.start).min().unwrap_or(at)
}

fn line_ends(text: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        at
    })
}

/// Where the first run begins that has no white space for [`WORD`] bytes.
fn long_run(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(run) = bytes.get(start..start + WORD) {
        match run.iter().rposition(u8::is_ascii_whitespace) {
            Some(at) => start += at + 1,
            None => return Some(start),
        }
    }
    None
}
