//! What must stay as it is, a name, a key or a URI: judged, and withheld where it holds what may not go out.

use super::find::{Extra, Hit};
use super::findings::Findings;
use super::{Filter, Found};
use casemate_inspect::{Action, Family, clean};

/// A string that cannot be changed, judged.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// What the detectors found; [`Action::Deny`] where it withholds the message, [`Action::Report`] otherwise.
    pub(crate) findings: Vec<Found>,
    pub(crate) unlisted: usize,
    /// What links, images and markup there are.
    pub(crate) markup: Vec<casemate_inspect::Finding>,
}

/// Whether what would be taken out of a text withholds a string that cannot be changed.
const fn withholds(family: Family) -> bool {
    matches!(family, Family::Secret | Family::Registered | Family::Personal)
}

impl Filter {
    /// Judges a string that must stay as it is. Credentials, registered values and personal data deny it where they would
    /// be taken out of a text; of what else would be changed there is only a report.
    pub(crate) fn judge(&self, text: &str) -> Judged {
        let (findings, unlisted) = judged(self.detectors.hits(text));
        Judged { findings, unlisted, markup: clean(text, &self.data).findings }
    }

    /// Judges what is no text, a number or a picture: registered values alone are looked for in it.
    pub(crate) fn judge_values(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if let Some(registered) = self.registered() {
            registered.find(text, &mut found);
        }
        let found: Vec<Extra> = found.into_iter().map(Extra::from).collect();
        self.judge_found(text, &found)
    }

    /// Judges what was found in a string that must stay as it is.
    pub(crate) fn judge_found(&self, text: &str, found: &[Extra]) -> Vec<Found> {
        if found.is_empty() { Vec::new() } else { judged(self.detectors.judged_extra(text, found)).0 }
    }
}

fn judged(hits: Vec<Hit<'_>>) -> (Vec<Found>, usize) {
    let mut findings = Findings::default();
    for Hit { rule, span, view, decision } in hits {
        let denies = decision.denies() || decision.edits() && withholds(decision.family);
        let (shadow, suppressed) = (decision.shadow, decision.suppressed.clone());
        let action = match (shadow, denies) {
            (true, _) => decision.action,
            (false, true) => Action::Deny,
            (false, false) => Action::Report,
        };
        findings.add(Found { rule, view, span, action, shadow, severity: decision.severity, suppressed });
    }
    let listed = findings.list();
    (listed.list, listed.unlisted)
}
