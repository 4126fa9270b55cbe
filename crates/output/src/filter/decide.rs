//! What is done about each rule in one place.

use crate::policy::{Resolved, Treatment};
use casemate_inspect::{Action, Family, Rule, Severity, Treat, Treatments, catalogue};
use std::collections::HashMap;
use std::sync::Arc;

/// What is done about a rule's findings.
#[derive(Debug, Clone)]
pub(crate) struct Decision {
    pub(crate) family: Family,
    pub(crate) severity: Severity,
    pub(crate) action: Action,
    /// Whether it is only noted what would have been done.
    pub(crate) shadow: bool,
    /// Why the findings are expected, where a suppression says so.
    pub(crate) suppressed: Option<Arc<str>>,
    /// Whether the policy itself says this, and not the catalogue.
    pub(crate) stated: bool,
}

impl Decision {
    /// What is done about a rule that does `default` by itself.
    pub(crate) fn new(
        resolved: &Resolved<'_>,
        id: &str,
        (family, severity): (Family, Severity),
        default: Treatment,
    ) -> Option<Self> {
        let said = resolved.treatment(id);
        let (action, shadow) = match said.unwrap_or(default) {
            Treatment::Off => return None,
            Treatment::Do(action) => (action, false),
            Treatment::Shadow(action) => (action, true),
        };
        let suppressed = resolved.suppressed(id).map(Arc::from);
        let (shadow, stated) = (shadow || suppressed.is_some(), said.is_some() || suppressed.is_some());
        Some(Self { family, severity, action, shadow, suppressed, stated })
    }

    /// Whether it withholds the whole.
    pub(crate) fn denies(&self) -> bool {
        !self.shadow && self.action == Action::Deny
    }

    /// Whether it changes the text.
    pub(crate) fn edits(&self) -> bool {
        !self.shadow && matches!(self.action, Action::Redact | Action::Rewrite)
    }
}

/// What is done about a match of a rule that the catalogue does not have.
static UNKNOWN: Decision = Decision {
    family: Family::Text,
    severity: Severity::High,
    action: Action::Redact,
    shadow: false,
    suppressed: None,
    stated: false,
};

/// What is done about each rule of the catalogue.
#[derive(Debug)]
pub(crate) struct Decisions {
    /// `None` stands for a rule that is not used.
    known: HashMap<&'static str, Option<Decision>>,
}

impl Decisions {
    pub(crate) fn new<'r>(resolved: &Resolved<'_>, rules: impl Iterator<Item = &'r Rule>) -> Self {
        let decide = |rule: &'r Rule| {
            let default = if rule.on { Treatment::Do(rule.action) } else { Treatment::Off };
            (rule.id, Decision::new(resolved, rule.id, (rule.family, rule.severity), default))
        };
        Self { known: rules.map(decide).collect() }
    }

    pub(crate) fn of_catalogue(resolved: &Resolved<'_>) -> Self {
        Self::new(resolved, catalogue())
    }

    /// Uses a rule as the catalogue has it, unless it denies.
    pub(crate) fn insist(&mut self, rule: &'static Rule) {
        let known = self.known.entry(rule.id).or_default();
        if known.as_ref().is_some_and(Decision::denies) {
            return;
        }
        let Rule { family, severity, action, .. } = *rule;
        *known = Some(Decision { family, severity, action, shadow: false, suppressed: None, stated: false });
    }

    /// What is done about a match of that rule; `None` where the rule is not used.
    pub(crate) fn of(&self, id: &str) -> Option<&Decision> {
        self.known.get(id).map_or(Some(&UNKNOWN), Option::as_ref)
    }

    /// What is said of a rule of [`casemate_inspect::clean`], which has an action of its own: `None` where nothing is.
    pub(crate) fn said(&self, id: &str) -> Option<Option<&Decision>> {
        self.known.get(id).map(Option::as_ref)
    }

    /// Whether any rule of a table is used.
    pub(crate) fn uses(&self, table: &[Rule]) -> bool {
        table.iter().any(|rule| self.of(rule.id).is_some())
    }

    /// What rules of [`casemate_inspect::clean`] do where it is not what the catalogue says.
    pub(crate) fn treatments(&self) -> Treatments {
        let cleans = |family| matches!(family, Family::Link | Family::Image | Family::Markup | Family::Invisible);
        let mut out = Treatments::default();
        for rule in catalogue().filter(|rule| cleans(rule.family)) {
            let treat = match self.said(rule.id) {
                Some(Some(decision)) if decision.shadow => Treat::Report,
                Some(Some(decision)) if decision.stated => decision.action.into(),
                Some(None) => Treat::Off,
                Some(Some(_)) | None => continue,
            };
            out.set(rule.id, treat);
        }
        out
    }

    /// Whether any rule of a table is used that changes the text.
    pub(crate) fn edits(&self, table: &[Rule]) -> bool {
        table.iter().any(|rule| self.of(rule.id).is_some_and(Decision::edits))
    }
}
