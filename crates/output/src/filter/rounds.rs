//! A text in rounds: detectors, their edits, then links and markup, until nothing wants a change.

use super::edit::edits;
use super::findings::{Findings, whole_text};
use super::{Filter, Found};
use casemate_inspect::layer::{Layer, apply};
use casemate_inspect::{self as inspect, Action, Cleaned, Finding, Match, TEXT_MARKER, View, clean_traced};
use std::borrow::Cow;
use std::ops::Range;

/// Rounds until a text must have come to rest. Only nesting made for the purpose takes more.
const ROUNDS: usize = 8;

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
            let (cleaned, mut steps) = clean_traced(&current, policy);
            let mut denied = self.note(&cleaned, findings, |span| place(&layers, span));
            if cleaned.findings.iter().any(|f| f.rule == UNSTABLE) {
                return End::Unstable;
            }
            let mut hits = self.detectors.hits(&current);
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

    /// Notes what cleaning did; whether any of it denies.
    fn note(
        &self,
        cleaned: &Cleaned<'_>,
        findings: &mut Findings,
        place: impl Fn(&Range<usize>) -> Range<usize>,
    ) -> bool {
        let mut denied = false;
        for Finding { rule, span, action, severity } in cleaned.findings.iter().filter(|f| f.rule != UNSTABLE) {
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

/// The place after all these layers of a place before them; empty where one edit took all of it.
fn forward(layers: &[Layer], span: &Range<usize>) -> Range<usize> {
    layers.iter().try_fold(span.clone(), |span, layer| layer.forward(&span)).unwrap_or_default()
}
