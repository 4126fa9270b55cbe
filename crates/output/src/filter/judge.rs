//! What cannot be changed in part: a name, a key, a URI, a number. It is judged, and withheld where it holds what would be
//! taken out of a text.

use super::edit::mark;
use super::find::Hit;
use super::findings::Findings;
use super::{Filter, Found};
use casemate_inspect::{Action, Family, Finding, Match, Rule, Severity, View, clean};
use std::borrow::Cow;

/// A string that cannot be changed, judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What was found; [`Action::Deny`] where it withholds what it stands in, [`Action::Report`] otherwise.
    pub(crate) findings: Vec<Found>,
    pub(crate) unlisted: usize,
    /// Whether all that is withheld could be taken out, were the string a text. What is secret, and what is never innocent
    /// there, is not.
    pub(crate) mild: bool,
}

impl Judged {
    /// The rule that withholds it.
    pub(crate) fn denied(&self) -> Option<Cow<'static, str>> {
        self.findings.iter().find(|found| found.action == Action::Deny && !found.shadow).map(|found| found.rule.clone())
    }
}

/// A number, judged.
#[derive(Debug, Default)]
pub(crate) struct Number {
    pub(crate) findings: Vec<Found>,
    /// What stands in its place.
    pub(crate) mark: Option<&'static str>,
    /// Whether it withholds the message.
    pub(crate) denied: bool,
}

/// Whether what is found in a string that cannot be changed is never innocent: it withholds it however it would be changed.
fn never(finding: &Finding) -> bool {
    finding.severity == Severity::High
        && (matches!(finding.rule, "image.markdown" | "image.wiki") || finding.rule.starts_with("invisible."))
}

impl Filter {
    /// Judges a string that must stay as it is. What would be taken out of a text withholds it; of what would only be put in
    /// another form there is a report. `markup` says which findings about links, images and markup count there.
    pub(crate) fn judge(&self, text: &str, markup: fn(&str) -> bool) -> Judged {
        let hits = self.detectors.hits(text);
        let mut judged = self.judge_hits(&hits);
        for finding in clean(text, &self.data).findings.into_iter().filter(|finding| markup(finding.rule)) {
            let (found, never) = self.judge_markup(finding);
            judged.mild &= !never || found.shadow;
            judged.findings.push(found);
        }
        judged
    }

    /// Judges what is no text, such as a picture: registered values alone are looked for in it.
    pub(crate) fn judge_values(&self, text: &str) -> Judged {
        let mut found: Vec<Match> = Vec::new();
        if let Some(registered) = self.registered() {
            registered.find(text, &mut found);
        }
        self.judge_hits(&self.hits_of(text, &found))
    }

    /// What a finding about a whole value does to what it stands in.
    pub(crate) fn judge_whole(&self, rule: &'static Rule) -> Judged {
        let decision = self.detectors.decisions.of(rule.id);
        let hit = |decision| Hit { rule: Cow::Borrowed(rule.id), span: 0..0, view: View::Plain, decision };
        self.judge_hits(&decision.map(hit).into_iter().collect::<Vec<_>>())
    }

    /// Judges what was found in a string that must stay as it is.
    pub(crate) fn judge_hits(&self, hits: &[Hit<'_>]) -> Judged {
        let mut findings = Findings::default();
        let mut mild = true;
        for Hit { rule, span, view, decision } in hits {
            let (shadow, suppressed) = (decision.shadow, decision.suppressed.clone());
            let denies = decision.denies() || decision.edits();
            let secret = matches!(decision.family, Family::Secret | Family::Registered);
            mild &= !denies || decision.edits() && !secret;
            let action = match (shadow, denies) {
                (true, _) => decision.action,
                (false, true) => Action::Deny,
                (false, false) => Action::Report,
            };
            let (rule, span, severity) = (rule.clone(), span.clone(), decision.severity);
            findings.add(Found { rule, view: *view, span, action, shadow, severity, suppressed });
        }
        let listed = findings.list();
        Judged { findings: listed.list, unlisted: listed.unlisted, mild }
    }

    /// A finding of cleaning where nothing can be cleaned, and whether it withholds it however it would be changed.
    fn judge_markup(&self, finding: Finding) -> (Found, bool) {
        let said = self.detectors.decisions.said(finding.rule).flatten();
        let never = finding.action == Action::Deny || never(&finding) && finding.action != Action::Report;
        let Finding { rule, span, action, severity } = finding;
        let (action, shadow, suppressed) = match (said, action) {
            (Some(said), _) if said.shadow => (said.action, true, said.suppressed.clone()),
            (_, Action::Redact) => (Action::Deny, false, None),
            _ if never => (Action::Deny, false, None),
            _ => (Action::Report, false, None),
        };
        let found = Found { rule: Cow::Borrowed(rule), view: View::Plain, span, action, shadow, severity, suppressed };
        (found, never)
    }

    /// Judges a number, in which `extra` was found because of its neighbours or its name.
    pub(crate) fn number(&self, raw: &str, extra: &[Hit<'_>]) -> Number {
        let mut hits = self.detectors.number(raw);
        hits.extend(extra.iter().cloned());
        if hits.is_empty() {
            return Number::default();
        }
        let mut findings = Findings::default();
        findings.add_hits(&hits, Clone::clone);
        let denied = hits.iter().any(|hit| hit.decision.denies());
        Number { findings: findings.list().list, mark: mark(&hits), denied }
    }
}
