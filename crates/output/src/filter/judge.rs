//! What must stay as it is, a name, a key or a URI: judged, and withheld where it holds what may not go out.

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
        let mut findings = Findings::default();
        for hit in self.detectors.hits(text) {
            let decision = hit.decision;
            let denies = decision.denies() || decision.edits() && withholds(decision.family);
            let action = match (decision.shadow, denies) {
                (true, _) => decision.action,
                (false, true) => Action::Deny,
                (false, false) => Action::Report,
            };
            findings.add(Found {
                rule: hit.rule,
                view: hit.view,
                span: hit.span,
                action,
                shadow: decision.shadow,
                severity: decision.severity,
                suppressed: decision.suppressed.clone(),
            });
        }
        let listed = findings.list();
        Judged { findings: listed.list, unlisted: listed.unlisted, markup: clean(text, &self.data).findings }
    }
}
