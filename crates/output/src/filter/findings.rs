//! The list of what was found in one text: each thing once, bounded, with its risk.

use super::find::Hit;
use super::risk::{self, Score};
use super::{Filtered, Found};
use casemate_core::label::Risk;
use casemate_inspect::{Action, View};
use std::ops::Range;

/// How many are gathered before the list is made; rounds find some of them again.
const GATHERED: usize = 4 * Filtered::FINDINGS;

#[derive(Debug, Default)]
pub(super) struct Findings {
    gathered: Vec<Found>,
    unlisted: usize,
    /// The heaviest of those that are not listed.
    heaviest: u8,
}

/// A list that is ready.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) list: Vec<Found>,
    pub(super) unlisted: usize,
    pub(super) risk: Risk,
    /// The weight of the gravest that is not listed.
    pub(super) heaviest: u8,
}

impl Findings {
    /// Adds hits at the places that `back` gives; those that deny come first, so that no bound keeps them out.
    pub(super) fn add_hits(&mut self, hits: &[Hit<'_>], back: impl Fn(&Range<usize>) -> Range<usize>) {
        for denies in [true, false] {
            for hit in hits.iter().filter(|hit| hit.decision.denies() == denies) {
                self.add(Found {
                    rule: hit.rule.clone(),
                    view: hit.view,
                    span: back(&hit.span),
                    action: hit.decision.action,
                    shadow: hit.decision.shadow,
                    severity: hit.decision.severity,
                    suppressed: hit.decision.suppressed.clone(),
                });
            }
        }
    }

    pub(super) fn add(&mut self, found: Found) {
        // What denies is listed, however much came before it.
        let room = if found.action == Action::Deny { 2 * GATHERED } else { GATHERED };
        if self.gathered.len() < room {
            self.gathered.push(found);
        } else {
            self.left_out(&found);
        }
    }

    fn left_out(&mut self, found: &Found) {
        self.unlisted = self.unlisted.saturating_add(1);
        if !found.shadow {
            self.heaviest = self.heaviest.max(risk::weight(risk::family(&found.rule), found.severity));
        }
    }

    /// Hands everything on as findings of one place.
    pub(super) fn spread(self, span: Range<usize>, to: &mut Self) {
        for found in self.gathered {
            to.add(Found { span: span.clone(), ..found });
        }
        to.unlisted = to.unlisted.saturating_add(self.unlisted);
        to.heaviest = to.heaviest.max(self.heaviest);
    }

    /// Counts what a detector did not list.
    pub(super) const fn count(&mut self, unlisted: usize) {
        self.unlisted = self.unlisted.saturating_add(unlisted);
    }

    /// The list, ordered by place. What one rule found twice in the same place, in two rounds or two views, is there once.
    pub(super) fn list(mut self) -> Listed {
        if self.gathered.is_empty() && self.unlisted == 0 {
            return Listed::default();
        }
        let mut gathered = std::mem::take(&mut self.gathered);
        let kind = |f: &Found| (f.action, f.shadow);
        gathered.sort_by(|a, b| {
            let by_rule = (a.rule.as_ref(), kind(a)).cmp(&(b.rule.as_ref(), kind(b)));
            by_rule.then_with(|| (a.span.start, a.span.end, a.view).cmp(&(b.span.start, b.span.end, b.view)))
        });
        let mut list: Vec<Found> = Vec::with_capacity(gathered.len());
        for found in gathered {
            match list.last_mut() {
                Some(last) if same(last, &found) => {
                    last.span.end = last.span.end.max(found.span.end);
                    last.severity = last.severity.max(found.severity);
                    last.view = last.view.min(found.view);
                }
                _ => list.push(found),
            }
        }
        once(&mut list);
        seen(&mut list);
        if list.len() > Filtered::FINDINGS {
            list.sort_by_key(|found| std::cmp::Reverse((found.action == Action::Deny, found.severity)));
            let rest = list.split_off(Filtered::FINDINGS);
            rest.iter().for_each(|found| self.left_out(found));
        }
        list.sort_by(|a, b| (a.span.start, a.span.end, &a.rule).cmp(&(b.span.start, b.span.end, &b.rule)));
        let mut score = Score::default();
        list.iter().for_each(|found| score.add(found));
        score.add_unlisted(self.heaviest, self.unlisted);
        Listed { list, unlisted: self.unlisted, risk: score.risk(), heaviest: self.heaviest }
    }
}

/// Leaves out registered values that lie within others about which the same is done: a value in an encoding may be one that
/// stands as it is in a later round.
fn once(list: &mut Vec<Found>) {
    let own = |found: &Found| found.rule.starts_with("registered.");
    if list.iter().filter(|found| own(found)).nth(1).is_none() {
        return;
    }
    list.sort_by(|a, b| (a.span.start, b.span.end, &a.rule).cmp(&(b.span.start, a.span.end, &b.rule)));
    let mut ends: Vec<((Action, bool), usize)> = Vec::new();
    list.retain(|found| {
        if !own(found) {
            return true;
        }
        let kind = (found.action, found.shadow);
        let Some((_, end)) = ends.iter_mut().find(|(known, _)| *known == kind) else {
            ends.push((kind, found.span.end));
            return true;
        };
        let new = found.span.end > *end;
        *end = (*end).max(found.span.end);
        new
    });
}

/// Leaves out what is concealed in a place where another rule found a link anyway.
fn seen(list: &mut Vec<Found>) {
    if !list.iter().any(|found| found.rule == CONCEALED) {
        return;
    }
    let mut links: Vec<_> = list.iter().filter(|found| is_link(&found.rule)).map(|found| found.span.clone()).collect();
    links.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    // Of those that begin no later than a place, the one that goes on longest.
    let mut end = 0;
    let ends: Vec<(usize, usize)> = links
        .iter()
        .map(|span| {
            end = end.max(span.end);
            (span.start, end)
        })
        .collect();
    let within = |span: &Range<usize>| {
        let before = ends.partition_point(|(start, _)| *start <= span.start);
        before.checked_sub(1).and_then(|last| ends.get(last)).is_some_and(|(_, end)| span.end <= *end)
    };
    list.retain(|found| found.rule != CONCEALED || !within(&found.span));
}

/// The rule of URLs that an encoding hides.
const CONCEALED: &str = "link.concealed";

fn is_link(rule: &str) -> bool {
    rule != CONCEALED && (rule.starts_with("link.") || rule.starts_with("image."))
}

/// Whether a rule found what `found` says before, at `span`.
pub(super) fn known(found: &Found, rule: &str, span: &Range<usize>) -> bool {
    if found.rule == CONCEALED && is_link(rule) {
        return span.start <= found.span.start && found.span.end <= span.end;
    }
    found.rule == rule && span.start < found.span.end && found.span.start < span.end
}

fn same(a: &Found, b: &Found) -> bool {
    let overlap = b.span.start < a.span.end || a.span == b.span;
    a.rule == b.rule && a.action == b.action && a.shadow == b.shadow && overlap
}

impl Found {
    /// The same so many bytes further on.
    pub(super) fn at(mut self, base: usize) -> Self {
        self.span = self.span.start.saturating_add(base)..self.span.end.saturating_add(base);
        self
    }
}

/// A finding about a whole text.
pub(super) fn whole_text(rule: &'static str, len: usize) -> Found {
    let (view, severity) = (View::Plain, casemate_inspect::Severity::High);
    Found { rule: rule.into(), view, span: 0..len, action: Action::Redact, shadow: false, severity, suppressed: None }
}
