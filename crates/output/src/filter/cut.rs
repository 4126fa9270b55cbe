//! Where a text may be cut so that its parts, filtered one after another, give what the whole gives.
//!
//! A whole text goes the same way as a stream: part by part, where it is longer than [`HOLD`] or holds a word that is longer
//! than [`WORD`]. Between those bounds a cut is made only where no detector and nothing of cleaning would look across it, so
//! that it makes no difference where a stream was cut. At the bounds the cut is at a place that follows from the text alone.

use super::Filter;
use casemate_inspect as inspect;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

/// As much of a text is held at most for what may still become a match: more than the longest private key.
pub(crate) const HOLD: usize = 36 * 1024;
/// So long a run without white space is not held whole.
const WORD: usize = 20 * 1024;
/// So much behind a cut that is made for length is seen, so that what begins before it is told by then: more than the header of
/// a JSON web token.
const SPAN: usize = 8 * 1024;
/// So often a cut is moved back until no detector looks across it.
const STEPS: usize = 4096;
/// So many of the last places behind punctuation are asked.
const STOPS: usize = 16;
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
        if let Some(start) = long_run(near, !self.detectors.by_lines()) {
            // What stands before it goes by itself, as it does where a text comes in pieces.
            return match self.cut(near.get(..start).unwrap_or_default(), policy) {
                0 => self.long_word(near, start, policy),
                at => Next::Cut(at),
            };
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

    /// The last place where the text may be cut whatever follows; 0 where there is none.
    fn cut(&self, text: &str, policy: &inspect::Policy) -> usize {
        // The word under way, mostly. Only punctuation of other scripts is a place as well.
        if self.boundary(text, text.len()) == 0 && (self.detectors.by_lines() || text.is_ascii()) {
            return 0;
        }
        let (values, limit) = self.values(text, policy);
        let at = self.cut_at_space(text, (&values, limit), policy);
        if self.detectors.by_lines() { at } else { self.cut_at_stop(text, at, (&values, limit), policy) }
    }

    /// Where registered values stand, and from where on one may begin: in the text, and in what cleaning leaves of it.
    fn values(&self, text: &str, policy: &inspect::Policy) -> (Vec<Range<usize>>, usize) {
        let mut values = self.detectors.values(text);
        let mut limit = self.detectors.pending_values(text);
        let (cleaned, trace) = inspect::clean_traced(text, policy, &mut inspect::State::default());
        if let Cow::Owned(left) = &cleaned.text {
            values.extend(self.detectors.values(left).iter().map(|span| trace.back(span)));
            let open = self.detectors.pending_values(left);
            if open < left.len() {
                limit = limit.min(trace.back(&(open..open + 1)).start);
            }
        }
        (values, limit)
    }

    /// The last one directly behind white space.
    fn cut_at_space(&self, text: &str, (values, limit): (&[Range<usize>], usize), policy: &inspect::Policy) -> usize {
        let mut at = self.boundary(text, limit);
        for step in 0..STEPS {
            let part = text.get(..at).unwrap_or_default();
            let mut to = self.boundary(part, before(values, self.detectors.pending(part)));
            if to == at {
                to = inspect::cut(text, policy, at);
                if to == at {
                    to = self.pending_hidden(part, policy);
                }
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

    /// The last one in the run behind `at` that has punctuation and no white space. It is none where a space in its place would
    /// be none: behind a word that says what follows, or in a registered value.
    fn cut_at_stop(
        &self,
        text: &str,
        at: usize,
        (values, limit): (&[Range<usize>], usize),
        policy: &inspect::Policy,
    ) -> usize {
        let run = text.get(at..).unwrap_or_default();
        let mut last = VecDeque::with_capacity(STOPS);
        for place in inspect::stops(run) {
            if last.len() == STOPS {
                last.pop_front();
            }
            last.push_back(at + place);
        }
        let settled = |place: &usize| {
            let head = text.get(..*place).unwrap_or_default();
            let spaced = format!("{} ", text.get(at..*place).unwrap_or_default());
            *place <= limit
                && self.detectors.pending(&spaced) == spaced.len()
                && self.detectors.pending_values(head) == head.len()
                && before(values, *place) == *place
                && inspect::cut(text, policy, *place) == *place
                && self.pending_hidden(&spaced, policy) == spaced.len()
        };
        last.into_iter().rev().find(settled).unwrap_or(at)
    }

    fn pending(&self, text: &str, policy: &inspect::Policy) -> usize {
        let at = self.detectors.pending(text).min(self.values(text, policy).1);
        if at == 0 { 0 } else { at.min(inspect::pending(text, policy)).min(self.pending_hidden(text, policy)) }
    }

    /// From where on what a text says without what cleaning takes out of it, and with its escapes undone, may be a match: what
    /// is gone must not hide that what stands beside it comes together. Registered values are not asked for: at the end of
    /// most texts one may begin, and whether one does is told by all that is at hand.
    fn pending_hidden(&self, text: &str, policy: &inspect::Policy) -> usize {
        let mut at = self.detectors.pending_readings(text);
        let (cleaned, trace) = inspect::clean_traced(text, policy, &mut inspect::State::default());
        if let Cow::Owned(left) = &cleaned.text {
            let open = self.detectors.pending(left).min(self.detectors.pending_readings(left));
            if open < left.len() {
                at = at.min(trace.back(&(open..open + 1)).start).min(text.len().saturating_sub(1));
            }
        }
        at
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
    fn long_word(&self, text: &str, start: usize, policy: &inspect::Policy) -> Next {
        let word = text.get(start..text.floor_char_boundary(start + WORD)).unwrap_or_default();
        let matches = self.detectors.places(word);
        let most = self.detectors.pending_values(word).min(word.len().saturating_sub(SPAN));
        let place = |at| word.floor_char_boundary(inspect::cut(word, policy, at));
        let at = settled(&matches, word.floor_char_boundary(most), place);
        match at {
            Some(at) => Next::Cut(start + at),
            // What stands before the word stays.
            None if start > 0 => Next::Cut(start),
            None => Next::Drop(word.len()),
        }
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

/// How much of a text goes with what was dropped before it: a value that does not end there may go on.
pub(super) fn goes_on(text: &str) -> usize {
    let joined = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'.' | b'%' | b'\\' | b'&' | b'#' | b';')
    };
    text.bytes().position(|byte| !joined(&byte)).unwrap_or(text.len())
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

/// Where the first run begins that has nothing to be cut at for [`WORD`] bytes: no white space and, where `stops` says so, no
/// punctuation that may stand for it.
fn long_run(text: &str, stops: bool) -> Option<usize> {
    let mut start = 0;
    while let Some(run) = text.as_bytes().get(start..start + WORD) {
        if let Some(at) = run.iter().rposition(u8::is_ascii_whitespace) {
            start += at + 1;
            continue;
        }
        let run = text.get(start..text.floor_char_boundary(start + WORD)).unwrap_or_default();
        match inspect::stops(run).last().filter(|_| stops) {
            Some(at) => start += at,
            None => return Some(start),
        }
    }
    None
}
