//! What was found in one message: each finding with its place, and what the record keeps of them.

use super::{Inspected, Located, Note, Report};
use crate::filter::Found;
use crate::filter::risk::Score;
use casemate_inspect::{Action, Rule, Severity, View};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// What findings are summed up by.
type Kind = (Cow<'static, str>, Action, View, bool);

#[derive(Debug, Default)]
struct Tally {
    count: u32,
    suppressed: Option<Arc<str>>,
    places: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Notes {
    tallies: BTreeMap<Kind, Tally>,
    findings: Vec<Located>,
    score: Score,
    untrusted: bool,
}

/// A finding about a whole value.
pub(super) fn whole(rule: &'static Rule, severity: Severity, action: Action) -> Found {
    let (rule, view) = (Cow::Borrowed(rule.id), View::Plain);
    Found { rule, view, span: 0..0, action, shadow: false, severity, suppressed: None }
}

impl Notes {
    /// Notes a finding; `place` is asked only where it is listed.
    pub(super) fn add(&mut self, found: Found, place: impl Fn() -> String) {
        self.score.add(&found);
        self.untrusted |= found.rule.starts_with("signal.");
        let Found { rule, view, span, action, shadow, severity, suppressed } = found;
        let tally = self.tallies.entry((rule.clone(), action, view, shadow)).or_default();
        tally.count = tally.count.saturating_add(1);
        tally.suppressed = tally.suppressed.take().or(suppressed);
        let (listed, noted) = (self.findings.len() < Inspected::FINDINGS, tally.places.len() < Note::PLACES);
        if !listed && !noted {
            return;
        }
        let place = place();
        if noted {
            tally.places.push(at(&place, &span));
        }
        if listed {
            self.findings.push(Located { place, rule, view, span, action, shadow, severity });
        }
    }

    /// Counts findings that have no place.
    pub(super) fn count(&mut self, rule: &'static Rule, action: Action, times: usize) {
        if times > 0 {
            self.score.add_unlisted(0, times);
            let tally = self.tallies.entry((Cow::Borrowed(rule.id), action, View::Plain, false)).or_default();
            tally.count = tally.count.saturating_add(u32::try_from(times).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn report(self) -> Report {
        let note = |((rule, action, view, shadow), tally): (Kind, Tally)| {
            let Tally { count, suppressed, places } = tally;
            Note { rule, view, action, shadow, suppressed, count, places }
        };
        let notes = self.tallies.into_iter().map(note).collect();
        Report { notes, findings: self.findings, risk: self.score.risk(), untrusted: self.untrusted }
    }
}

fn at(place: &str, span: &Range<usize>) -> String {
    if span.is_empty() { place.to_owned() } else { format!("{place}:{}-{}", span.start, span.end) }
}
