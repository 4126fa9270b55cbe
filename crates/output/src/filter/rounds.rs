//! A text in rounds: detectors, their edits, then links and markup, until nothing wants a change.

use super::edit::edits;
use super::find::Hit;
use super::findings::{Findings, whole_text};
use super::{Filter, Found};
use casemate_inspect::layer::{Layer, apply};
use casemate_inspect::{self as inspect, Action, Cleaned, Finding, Match, State, TEXT_MARKER, View, clean_traced};
use std::borrow::Cow;
use std::ops::Range;

/// Rounds until a text must have come to rest. Only nesting made for the purpose takes more.
const ROUNDS: usize = 8;

/// So many bytes before and behind a change are looked at with it, and as many more as it takes to white space.
const CONTEXT: usize = 256;
/// The longest word that is looked at whole.
const WORD: usize = 4096;
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

/// The place before all these layers of a place after them.
fn back(layers: &[Layer], span: &Range<usize>) -> Range<usize> {
    layers.iter().rev().fold(span.clone(), |span, layer| layer.back(&span))
}

impl Filter {
    /// Brings a text to rest. `base` is where it begins in the text that was given, `extra` is what was found in it by
    /// looking further than at it alone.
    pub(super) fn rest<'t>(
        &self,
        text: &'t str,
        policy: &inspect::Policy,
        extra: &[Match],
        base: usize,
        findings: &mut Findings,
    ) -> End<'t> {
        let mut current = Cow::Borrowed(text);
        let mut layers: Vec<Layer> = Vec::new();
        let place = |layers: &[Layer], span: &Range<usize>| {
            let span = back(layers, span);
            let end = span.end.min(text.len());
            base + span.start.min(end)..base + end
        };
        for round in 0..ROUNDS {
            let (cleaned, mut steps) = clean_traced(&current, policy, &mut State::default());
            let mut denied = self.note(&cleaned, findings, |span| place(&layers, span));
            let mut hits = match &cleaned.text {
                Cow::Borrowed(_) => self.detectors.hits(&current),
                Cow::Owned(_) => self.around(&current, &steps),
            };
            if round == 0 {
                hits.extend(self.detectors.judged(text, extra));
            }
            findings.add_hits(&hits, |span| place(&layers, span));
            if let Cow::Owned(cleaned) = cleaned.text {
                // What matched before counts after as well, where it is still there: taking a part out of a text never
                // keeps another rule from matching.
                hits.iter_mut().for_each(|hit| hit.span = forward(&steps, &hit.span));
                layers.append(&mut steps);
                let after = self.detectors.hits(&cleaned);
                findings.add_hits(&after, |span| place(&layers, span));
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
                return End::Rest(current);
            }
            let (next, layer) = apply(&current, &mut wanted);
            layers.push(layer);
            current = Cow::Owned(next);
        }
        End::Unstable
    }

    /// What is found where cleaning changes a text: the rest of it is looked at afterwards.
    fn around(&self, text: &str, steps: &[Layer]) -> Vec<Hit<'_>> {
        let mut changed: Vec<Range<usize>> = Vec::new();
        for (at, layer) in steps.iter().enumerate() {
            let before = steps.get(..at).unwrap_or_default();
            changed.extend(layer.edited().map(|span| back(before, &span)));
        }
        changed.sort_by_key(|span| (span.start, span.end));
        let mut windows: Vec<Range<usize>> = Vec::new();
        for span in &changed {
            let window = window(text, span);
            match windows.last_mut() {
                Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
                _ => windows.push(window),
            }
        }
        let mut hits = Vec::new();
        for window in windows {
            let found = self.detectors.hits(text.get(window.clone()).unwrap_or_default());
            hits.extend(found.into_iter().map(|hit| {
                let span = hit.span.start + window.start..hit.span.end + window.start;
                Hit { span, ..hit }
            }));
        }
        let touches = |span: &Range<usize>| {
            let last = changed.partition_point(|own| own.start <= span.end);
            changed.get(..last).unwrap_or_default().iter().rev().take(NEAR).any(|own| own.end >= span.start)
        };
        hits.retain(|hit| touches(&hit.span));
        hits
    }

    /// Notes what cleaning did; whether any of it denies.
    fn note(
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

    /// Brings the paragraphs of a text to rest, each by itself. One that does not is replaced, and so is the whole where
    /// they do not stay at rest together.
    pub(super) fn paragraphs<'t>(
        &self,
        text: &'t str,
        policy: &inspect::Policy,
        extra: &[Match],
        findings: &mut Findings,
    ) -> End<'t> {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for paragraph in text.split_inclusive("\n\n") {
            let span = at..at + paragraph.len();
            let within = extra.iter().filter(|found| found.span.start < span.end && found.span.end > span.start);
            let own: Vec<_> = within
                .map(|found| {
                    let end = found.span.end.min(span.end) - at;
                    Match { span: found.span.start.saturating_sub(at)..end, ..found.clone() }
                })
                .collect();
            match self.rest(paragraph, policy, &own, at, findings) {
                End::Rest(rest) => out.push_str(&rest),
                End::Denied => return End::Denied,
                End::Unstable => {
                    let words = paragraph.trim_end_matches('\n');
                    findings.add(whole_text(UNSTABLE, words.len()).at(at));
                    out.push_str(TEXT_MARKER);
                    out.push_str(paragraph.get(words.len()..).unwrap_or_default());
                }
            }
            at = span.end;
        }
        let mut again = Findings::default();
        match self.rest(&out, policy, &[], 0, &mut again) {
            End::Rest(rest) if rest == out => End::Rest(Cow::Owned(out)),
            End::Denied => End::Denied,
            End::Rest(_) | End::Unstable => {
                findings.add(whole_text(UNSTABLE, text.len()));
                End::Rest(Cow::Borrowed(TEXT_MARKER))
            }
        }
    }
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

/// The place after all these layers of a place before them; empty where one edit took all of it.
fn forward(layers: &[Layer], span: &Range<usize>) -> Range<usize> {
    layers.iter().try_fold(span.clone(), |span, layer| layer.forward(&span)).unwrap_or_default()
}
