//! A text in rounds: detectors, their edits, then links and markup, until nothing wants a change.

use super::edit::{edits, whole};
use super::find::Hit;
use super::findings::{Findings, whole_text};
use super::{Filter, Found};
use casemate_inspect::layer::{Layer, apply};
use casemate_inspect::{
    self as inspect, Action, Cleaned, Finding, State, TEXT_MARKER, Trace, View, clean_traced, clean_with,
};
use std::borrow::Cow;
use std::ops::Range;

/// Rounds until a text must have come to rest. Only nesting made for the purpose takes more.
const ROUNDS: usize = 8;

/// So many bytes before and behind a change are looked at with it, and as many more as it takes to white space.
const CONTEXT: usize = 256;
/// The longest word that is looked at whole.
const WORD: usize = 4096;
/// So often a window is made wider.
const STEPS: usize = 8;
/// So many changes before the end of a match are asked whether it touches them.
const NEAR: usize = 64;

/// The rule of a text that does not come to rest.
const UNSTABLE: &str = "text.unstable";

/// How a text ends.
pub(super) enum End<'t> {
    /// Nothing wants a change any more.
    Rest(Cow<'t, str>),
    /// A rule withholds it.
    Denied,
    /// It does not come to rest.
    Unstable,
}

/// A step from one form of a text to the next.
enum Step {
    Edits(Layer),
    Clean(Trace),
}

/// The place before all these steps of a place after them.
fn back(steps: &[Step], span: &Range<usize>) -> Range<usize> {
    steps.iter().rev().fold(span.clone(), |span, step| match step {
        Step::Edits(layer) => layer.back(&span),
        Step::Clean(trace) => trace.back(&span),
    })
}

/// A part of a text that is brought to rest by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'t, 'p> {
    pub(super) text: &'t str,
    /// Where it begins in the text that was given.
    pub(super) base: usize,
    pub(super) policy: &'p inspect::Policy,
    /// What was found in it by looking further than at it alone.
    pub(super) extra: &'p [Hit<'p>],
    /// Whether phrases are judged in it without what stands before it.
    pub(super) alone: bool,
}

impl Filter {
    /// Brings a part to rest. `state` is what cleaning knows of the parts before it, and then of this one as well.
    pub(super) fn rest<'t>(&self, part: Part<'t, '_>, state: &mut State, findings: &mut Findings) -> End<'t> {
        let Part { text, base, policy, extra, alone } = part;
        let mut current = Cow::Borrowed(text);
        let mut steps: Vec<Step> = Vec::new();
        let place = |steps: &[Step], span: &Range<usize>| {
            let span = back(steps, span);
            let end = span.end.min(text.len());
            base + span.start.min(end)..base + end
        };
        for round in 0..ROUNDS {
            let mut after_it = state.clone();
            let (cleaned, trace) = clean_traced(&current, policy, &mut after_it);
            let mut denied = self.note(&cleaned, findings, |span| place(&steps, span));
            let mut hits = match &cleaned.text {
                Cow::Borrowed(_) => self.detectors.hits_in(&current, alone),
                Cow::Owned(_) => self.around(&current, &trace, alone),
            };
            if round == 0 {
                hits.extend(extra.iter().map(|hit| Hit { span: whole(text, &hit.span), ..hit.clone() }));
            }
            findings.add_hits(&hits, |span| place(&steps, span));
            if let Cow::Owned(cleaned) = cleaned.text {
                // What matched before counts after as well, where it is still there: taking a part out of a text never
                // keeps another rule from matching.
                hits.iter_mut().for_each(|hit| hit.span = trace.forward(&hit.span).unwrap_or_default());
                steps.push(Step::Clean(trace));
                let after = self.detectors.hits_in(&cleaned, alone);
                findings.add_hits(&after, |span| place(&steps, span));
                hits.extend(after);
                current = Cow::Owned(cleaned);
            }
            denied |= hits.iter().any(|hit| hit.decision.denies());
            if denied {
                return End::Denied;
            }
            let mut wanted = edits(&current, &hits);
            if wanted.is_empty() {
                // The detectors saw this very text, and cleaning it again changes nothing.
                *state = after_it;
                return End::Rest(current);
            }
            let (next, layer) = apply(&current, &mut wanted);
            steps.push(Step::Edits(layer));
            current = Cow::Owned(next);
        }
        End::Unstable
    }

    /// What is found where cleaning changes a text: the rest of it is looked at afterwards.
    fn around(&self, text: &str, trace: &Trace, alone: bool) -> Vec<Hit<'_>> {
        let mut changed = trace.edited();
        changed.sort_by_key(|span| (span.start, span.end));
        let mut windows: Vec<Range<usize>> = Vec::new();
        for span in &changed {
            let near = window(text, span);
            match windows.last_mut() {
                Some(last) if near.start <= last.end => last.end = last.end.max(near.end),
                _ => windows.push(near),
            }
        }
        let windows = self.wide_enough(text, windows);
        let mut hits = Vec::new();
        for window in windows {
            let found = self.detectors.hits_in(text.get(window.clone()).unwrap_or_default(), alone);
            hits.extend(found.into_iter().map(|hit| {
                let span = hit.span.start + window.start..hit.span.end + window.start;
                Hit { span, ..hit }
            }));
        }
        let touches = |span: &Range<usize>| {
            let last = changed.partition_point(|own| own.start <= span.end);
            changed.get(..last).unwrap_or_default().iter().rev().take(NEAR).any(|own| own.end >= span.start)
        };
        // What denies may do so because of what is changed beside it: then the text as it stood says whether it does.
        let beside = hits.iter().any(|hit| hit.decision.denies() && !touches(&hit.span));
        hits.retain(|hit| touches(&hit.span));
        if beside {
            let whole = self.detectors.hits_in(text, alone).into_iter();
            hits.extend(whole.filter(|hit| hit.decision.denies()));
        } else if alone {
            hits.extend(self.detectors.denying_patterns(text));
        }
        hits
    }

    /// The windows, each so wide that no match is under way where it begins or ends: a key is many words. What is seen of one
    /// change must not depend on whether there is another beside it.
    fn wide_enough(&self, text: &str, windows: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::with_capacity(windows.len());
        for Range { mut start, mut end } in windows {
            for _ in 0..STEPS {
                let head = text.get(..start).unwrap_or_default();
                let open = self.detectors.pending(head);
                if open == start {
                    break;
                }
                start = head.get(..open).and_then(|head| head.rfind(char::is_whitespace)).map_or(0, |at| at + 1);
                start = text.ceil_char_boundary(start);
            }
            for _ in 0..STEPS {
                let seen = text.get(start..end).unwrap_or_default();
                if end == text.len() || self.detectors.pending(seen) == seen.len() {
                    break;
                }
                end = window(text, &(end..end + WORD)).end;
            }
            match out.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => out.push(start..end),
            }
        }
        out
    }

    /// Notes what cleaning did; whether any of it denies.
    pub(super) fn note(
        &self,
        cleaned: &Cleaned<'_>,
        findings: &mut Findings,
        place: impl Fn(&Range<usize>) -> Range<usize>,
    ) -> bool {
        let mut denied = false;
        for Finding { rule, span, action, severity } in &cleaned.findings {
            let decision = self.detectors.decisions.said(rule);
            let (action, shadow, suppressed) = match decision {
                // The rule is not used.
                Some(None) => continue,
                Some(Some(said)) if said.shadow => (said.action, true, said.suppressed.clone()),
                Some(Some(said)) if said.action == Action::Deny => (Action::Deny, false, None),
                Some(Some(_)) | None => (*action, false, None),
            };
            denied |= action == Action::Deny && !shadow;
            let (rule, view) = (Cow::Borrowed(*rule), View::Plain);
            findings.add(Found { rule, view, span: place(span), action, shadow, severity: *severity, suppressed });
        }
        findings.count(cleaned.unlisted);
        denied
    }

    /// As [`Filter::rest`] for a part that does not come to rest: line by line, as far as it may be cut there. What does not
    /// is replaced, and so is the whole where it does not stay at rest together.
    pub(super) fn pieces<'t>(&self, part: Part<'t, '_>, state: &mut State, findings: &mut Findings) -> End<'t> {
        let mut out = String::with_capacity(part.text.len());
        let (first, mut at) = (state.clone(), 0);
        for end in self.line_cuts(part.text, part.policy) {
            let text = part.text.get(at..end).unwrap_or_default();
            let own = within(part.extra, &(at..end));
            let piece = Part { text, base: part.base + at, extra: &own, ..part };
            match self.rest(piece, state, findings) {
                End::Rest(rest) => out.push_str(&rest),
                End::Denied => return End::Denied,
                End::Unstable => out.push_str(&self.replaced(piece, state, findings)),
            }
            at = end;
        }
        let again = Part { text: &out, extra: &[], ..part };
        let still = self.rest(again, &mut first.clone(), &mut Findings::default());
        match still {
            End::Rest(rest) if rest == out => End::Rest(Cow::Owned(out)),
            End::Denied => End::Denied,
            End::Rest(_) | End::Unstable => {
                *state = first;
                End::Rest(Cow::Owned(self.replaced(part, state, findings)))
            }
        }
    }

    /// The marker for a part, with the white space that it ends in.
    pub(super) fn replaced(&self, part: Part<'_, '_>, state: &mut State, findings: &mut Findings) -> String {
        let words = part.text.trim_end_matches('\n');
        findings.add(whole_text(UNSTABLE, words.len()).at(part.base));
        let tail = part.text.get(words.len()..).filter(|tail| !tail.is_empty()).unwrap_or(" ");
        clean_with(&format!("{TEXT_MARKER}{tail}"), part.policy, state).text.into_owned()
    }
}

/// What of the matches lies in a part, in its places.
pub(super) fn within<'f>(all: &[Hit<'f>], part: &Range<usize>) -> Vec<Hit<'f>> {
    let touches = |found: &&Hit<'f>| found.span.start < part.end && found.span.end > part.start;
    let moved = |found: &Hit<'f>| {
        let end = found.span.end.min(part.end) - part.start;
        Hit { span: found.span.start.saturating_sub(part.start)..end, ..found.clone() }
    };
    all.iter().filter(touches).map(moved).collect()
}

/// A change with what stands around it, from white space to white space.
fn window(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.saturating_sub(CONTEXT));
    let end = text.ceil_char_boundary(span.end.saturating_add(CONTEXT).min(text.len()));
    let head = text.get(text.floor_char_boundary(start.saturating_sub(WORD))..start).unwrap_or_default();
    let tail = text.get(end..text.ceil_char_boundary(end.saturating_add(WORD).min(text.len()))).unwrap_or_default();
    let before = head.bytes().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let behind = tail.bytes().take_while(|byte| !byte.is_ascii_whitespace()).count();
    start - before..end + behind
}
