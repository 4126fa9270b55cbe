//! The loop: passes over the text until none wants a change.

use crate::layer::{Layer, Pass, apply};
use crate::{Action, Cleaned, Finding, Policy, Severity, invisible, markup};
use std::borrow::Cow;
use std::ops::Range;

/// Stands where a link's destination was.
pub const LINK_MARKER: &str = "[link removed]";
/// Stands where an image was.
pub const IMAGE_MARKER: &str = "[image removed]";
/// Stands for a text that did not come to rest.
pub const TEXT_MARKER: &str = "[text removed]";

/// Rounds until a text must have come to rest. Ordinary text takes two; only nesting made for the purpose takes more.
const ROUNDS: usize = 8;

/// Takes out of `text` what `policy` does not let through.
///
/// Linear in the length of the text. The result is at most about three times as long, and cleaning it again changes
/// nothing. A text whose markup is nested so that every removal uncovers more is replaced whole.
#[must_use]
pub fn clean<'a>(text: &'a str, policy: &Policy) -> Cleaned<'a> {
    clean_traced(text, policy).0
}

/// As [`clean`], with the way back from places in the result to places in `text`: the layers from the first to the last.
/// None where the text was replaced whole.
#[must_use]
pub fn clean_traced<'a>(text: &'a str, policy: &Policy) -> (Cleaned<'a>, Vec<Layer>) {
    let mut state = State { original: text.len(), layers: Vec::new(), findings: Vec::new(), unlisted: 0 };
    let mut current = Cow::Borrowed(text);
    for round in 0..ROUNDS {
        let mut changed = false;
        for pass in [invisible::pass, markup::pass] {
            let mut wants = pass(&current, policy);
            leave(&mut wants, policy);
            state.note(&wants, round == 0);
            if !wants.edits.is_empty() {
                let (next, layer) = apply(&current, &mut wants.edits);
                state.layers.push(layer);
                current = Cow::Owned(next);
                changed = true;
            }
        }
        if !changed {
            return (Cleaned { text: current, findings: state.findings, unlisted: state.unlisted }, state.layers);
        }
    }
    let whole =
        Finding { rule: "text.unstable", span: 0..text.len(), action: Action::Redact, severity: Severity::High };
    state.findings.push(whole);
    (Cleaned { text: Cow::Borrowed(TEXT_MARKER), findings: state.findings, unlisted: state.unlisted }, Vec::new())
}

/// Turns the edits of rules that are only to report into reports. An edit without a hit of its own goes with the next one
/// that has one.
fn leave(pass: &mut Pass, policy: &Policy) {
    if policy.reported.is_empty() {
        return;
    }
    let mut companions = Vec::new();
    for edit in std::mem::take(&mut pass.edits) {
        match edit.hit {
            None => companions.push(edit),
            Some(hit) if policy.reported.contains(&hit.rule) => {
                companions.clear();
                pass.reports.push((edit.span, hit));
            }
            Some(_) => {
                pass.edits.append(&mut companions);
                pass.edits.push(edit);
            }
        }
    }
    pass.edits.append(&mut companions);
}

struct State {
    original: usize,
    layers: Vec<Layer>,
    findings: Vec<Finding>,
    unlisted: usize,
}

impl State {
    fn note(&mut self, pass: &Pass, reports: bool) {
        for edit in &pass.edits {
            if let Some(hit) = edit.hit {
                let action = if edit.text.is_empty() { Action::Redact } else { Action::Rewrite };
                self.add(&edit.span, hit.rule, hit.severity, action);
            }
        }
        // What is only reported is seen again in every round.
        for (span, hit) in pass.reports.iter().filter(|_| reports) {
            self.add(span, hit.rule, hit.severity, Action::Report);
        }
    }

    fn add(&mut self, span: &Range<usize>, rule: &'static str, severity: Severity, action: Action) {
        if self.findings.len() >= Cleaned::FINDINGS {
            self.unlisted += 1;
            return;
        }
        let mut span = span.clone();
        for layer in self.layers.iter().rev() {
            span = layer.back(&span);
        }
        let end = span.end.min(self.original);
        self.findings.push(Finding { rule, span: span.start.min(end)..end, action, severity });
    }
}

#[cfg(test)]
mod tests;
