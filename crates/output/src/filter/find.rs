//! Every detector over one text: as it stands, and in what its encodings hide.

use super::decide::{Decision, Decisions};
use super::edit::whole;
use super::risk;
use crate::policy::{Pattern, Resolved, Treatment};
use casemate_inspect::{
    Match, Registered, Rule, Severity, View, decoded, hosts, personal, phrases, registered, secrets,
};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A detector.
pub(crate) type Find = fn(&str, &mut Vec<Match>);

/// The detectors with their rules.
const DETECTORS: [(&[Rule], Find); 4] = [
    (secrets::RULES, secrets::find),
    (hosts::RULES, hosts::find),
    (personal::RULES, personal::find),
    (phrases::RULES, phrases::find),
];

/// A match about which something is done.
#[derive(Debug, Clone)]
pub(super) struct Hit<'f> {
    pub(super) rule: Cow<'static, str>,
    pub(super) span: Range<usize>,
    pub(super) view: View,
    pub(super) decision: &'f Decision,
}

/// An operator's own pattern that is used.
#[derive(Debug)]
struct Own {
    id: Arc<str>,
    regex: regex::Regex,
    decision: Decision,
}

/// The detectors that are used in one place.
#[derive(Debug)]
pub(crate) struct Detectors {
    pub(crate) decisions: Decisions,
    used: Vec<Find>,
    registered: Option<Arc<Registered>>,
    own: Vec<Own>,
}

impl Detectors {
    pub(super) fn new(resolved: &Resolved<'_>, registered: &Arc<Registered>, patterns: &[Pattern]) -> Self {
        let decisions = Decisions::of_catalogue(resolved);
        let own = |pattern: &Pattern| {
            let kind = (risk::family(&pattern.id), Severity::High);
            let decision = Decision::new(resolved, &pattern.id, kind, Treatment::Do(pattern.action))?;
            Some(Own { id: Arc::clone(&pattern.id), regex: pattern.regex.clone(), decision })
        };
        let used = DETECTORS.iter().filter(|(table, _)| decisions.uses(table)).map(|(_, find)| *find).collect();
        let is_used = registered::RULES.is_empty() || decisions.uses(registered::RULES);
        let registered = is_used.then(|| Arc::clone(registered));
        Self { used, registered, own: patterns.iter().filter_map(own).collect(), decisions }
    }

    /// With further detectors, and what is done about their rules.
    #[cfg(test)]
    pub(super) fn with(mut self, resolved: &Resolved<'_>, table: &'static [Rule], find: Find) -> Self {
        self.decisions = Decisions::new(resolved, casemate_inspect::catalogue().chain(table));
        if self.decisions.uses(table) {
            self.used.push(find);
        }
        self
    }

    /// The registered values, where they are looked for.
    pub(crate) fn registered(&self) -> Option<&Registered> {
        self.registered.as_deref()
    }

    /// Everything that is found in a text and in the pieces of it that an encoding hides. Without a match nothing is
    /// allocated.
    pub(super) fn hits(&self, text: &str) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        self.look(text, &mut hits, |hit| (whole(text, &hit.0), hit.1));
        for piece in decoded::pieces(text) {
            self.look(&piece.text, &mut hits, |(span, view)| {
                let view = if view == View::Plain { piece.view } else { View::Nested };
                (whole(text, &piece.back(&whole(&piece.text, &span))), view)
            });
        }
        hits
    }

    /// What was found elsewhere, judged like the rest.
    pub(super) fn judged(&self, text: &str, found: &[Match]) -> Vec<Hit<'_>> {
        let hit = |found: &Match| {
            let decision = self.decisions.of(found.rule)?;
            Some(Hit { rule: Cow::Borrowed(found.rule), span: whole(text, &found.span), view: found.view, decision })
        };
        found.iter().filter_map(hit).collect()
    }

    fn look<'s>(
        &'s self,
        text: &str,
        hits: &mut Vec<Hit<'s>>,
        back: impl Fn((Range<usize>, View)) -> (Range<usize>, View),
    ) {
        let mut found = Vec::new();
        self.used.iter().for_each(|find| find(text, &mut found));
        if let Some(registered) = &self.registered {
            registered.find(text, &mut found);
        }
        for Match { rule, span, view } in found {
            if let Some(decision) = self.decisions.of(rule) {
                let (span, view) = back((span, view));
                hits.push(Hit { rule: Cow::Borrowed(rule), span, view, decision });
            }
        }
        for own in &self.own {
            for found in own.regex.find_iter(text).filter(|found| !found.is_empty()) {
                let (span, view) = back((found.range(), View::Plain));
                hits.push(Hit { rule: Cow::Owned(own.id.to_string()), span, view, decision: &own.decision });
            }
        }
    }
}
