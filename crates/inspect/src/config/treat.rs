//! What a rule of `clean` does: as the catalogue has it, or as it was set.

use crate::tables::LINKS;
use crate::{Action, Rule};

/// What becomes of a link that may not stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkMode {
    /// It stays and is reported. Destinations that run code or hold content go all the same.
    Keep,
    /// Its text stays, a marker stands for its destination.
    #[default]
    Rewrite,
    /// Text and destination go; a marker stands for both.
    Drop,
}

/// What becomes of the query of a destination that may stay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Query {
    /// It stays.
    #[default]
    Keep,
    /// Only these parameters stay; with none of them the whole query goes.
    Only(Vec<String>),
}

/// What is done about the findings of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treat {
    /// The rule is not used.
    Off,
    /// They are noted, and what was found stays.
    Report,
    /// What was found is put in a harmless form.
    Rewrite,
    /// What was found goes as far as it can: of a link the text too.
    Redact,
    /// As [`Treat::Redact`], and the caller is told to withhold the whole.
    Deny,
}

impl Treat {
    /// Whether what was found stays.
    #[must_use]
    pub const fn leaves(self) -> bool {
        matches!(self, Self::Off | Self::Report)
    }
}

impl From<Action> for Treat {
    fn from(action: Action) -> Self {
        match action {
            Action::Report => Self::Report,
            Action::Rewrite => Self::Rewrite,
            Action::Redact => Self::Redact,
            Action::Deny => Self::Deny,
        }
    }
}

/// What was set for single rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Treatments(Vec<(&'static str, Treat)>);

impl Treatments {
    /// Sets what a rule of `clean` does; of several settings the last counts. Whether there is such a rule.
    pub fn set(&mut self, id: &str, treat: Treat) -> bool {
        let Some(rule) = rules().find(|rule| rule.id == id) else { return false };
        self.0.retain(|(known, _)| *known != rule.id);
        self.0.push((rule.id, treat));
        true
    }

    /// What was set for the rule.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Treat> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, treat)| *treat)
    }
}

/// The rules whose findings are made here.
fn rules() -> impl Iterator<Item = &'static Rule> {
    LINKS.iter().chain(crate::html::RULES)
}

/// What the catalogue says.
pub(super) fn by_itself(id: &str) -> Treat {
    match rules().find(|rule| rule.id == id) {
        Some(rule) if !rule.on => Treat::Off,
        Some(rule) => rule.action.into(),
        None => Treat::Redact,
    }
}

/// Whether the mode of links says what the rule does.
pub(super) fn follows_mode(id: &str) -> bool {
    id.starts_with("link.")
        && !matches!(id, "link.script" | "link.query" | "link.path" | "link.uri" | "link.elicitation")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    #[test]
    fn what_was_set_goes_before_the_mode_and_the_catalogue() {
        let mut policy = Policy::default();
        assert_eq!(policy.treatment("link.inline"), Treat::Rewrite);
        assert_eq!(policy.treatment("invisible.tag"), Treat::Redact);
        policy.links = LinkMode::Keep;
        assert_eq!(policy.treatment("link.inline"), Treat::Report);
        assert_eq!(policy.treatment("link.script"), Treat::Rewrite);
        policy.links = LinkMode::Drop;
        assert_eq!(policy.treatment("link.inline"), Treat::Redact);
        assert!(policy.treat.set("link.inline", Treat::Deny));
        assert_eq!(policy.treatment("link.inline"), Treat::Deny);
        assert!(policy.treat.set("link.inline", Treat::Off));
        assert_eq!(policy.treatment("link.inline"), Treat::Off);
        assert!(!policy.treat.set("link.nothing", Treat::Off));
    }
}
