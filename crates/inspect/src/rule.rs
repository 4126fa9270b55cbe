//! The catalogue: every rule that is built in, with what it does by itself and what it is for.

use crate::{Action, Severity};

/// What a rule watches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Destinations that a reader may follow.
    Link,
    /// What a renderer loads by itself.
    Image,
    /// Markup that runs, loads or hides.
    Markup,
    /// Characters that a reader does not see.
    Invisible,
    /// Credentials, by their vendor's format.
    Secret,
    /// Values that were registered as secret.
    Registered,
    /// Data about a person.
    Personal,
    /// Hosts and addresses of private infrastructure.
    Host,
    /// Phrases that are denied.
    Deny,
    /// Signs of an instruction to the model.
    Signal,
    /// A text as a whole.
    Text,
    /// What an answer says of its record.
    Receipt,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 12] = [
        Self::Link,
        Self::Image,
        Self::Markup,
        Self::Invisible,
        Self::Secret,
        Self::Registered,
        Self::Personal,
        Self::Host,
        Self::Deny,
        Self::Signal,
        Self::Text,
        Self::Receipt,
    ];

    /// Its name, which the ids of its rules begin with.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Image => "image",
            Self::Markup => "html",
            Self::Invisible => "invisible",
            Self::Secret => "secret",
            Self::Registered => "registered",
            Self::Personal => "personal",
            Self::Host => "host",
            Self::Deny => "deny",
            Self::Signal => "signal",
            Self::Text => "text",
            Self::Receipt => "receipt",
        }
    }
}

/// A rule that is built in.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id, such as `secret.github.pat`: lower case, parts set apart by full stops.
    pub id: &'static str,
    /// What it watches over.
    pub family: Family,
    /// How much a finding says about intent.
    pub severity: Severity,
    /// What is done where no policy says otherwise.
    pub action: Action,
    /// What it finds, in one sentence.
    pub about: &'static str,
    /// Whether it is used where no policy says so.
    pub on: bool,
    /// Where it belongs: ids of the OWASP MCP Top 10 (2025) and of MITRE ATLAS.
    pub tags: &'static [&'static str],
}

/// The tables, one of each module that finds something.
const TABLES: &[&[Rule]] = &[
    crate::tables::LINKS,
    crate::secrets::RULES,
    crate::registered::RULES,
    crate::personal::RULES,
    crate::hosts::RULES,
    crate::phrases::RULES,
    crate::html::RULES,
    crate::concealed::RULES,
    crate::answers::REVIEW,
];

/// Every rule that is built in.
pub fn catalogue() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().flat_map(|table| table.iter()).chain(crate::answers::RULES.iter().copied())
}

/// The rule of that id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    catalogue().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_id_is_there_once_and_names_its_family() {
        let mut seen = BTreeSet::new();
        for rule in catalogue() {
            assert!(seen.insert(rule.id), "{} is there twice", rule.id);
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
            assert!(rule.id.starts_with(&format!("{}.", rule.family.as_str())), "{}", rule.id);
            assert!(rule.id.chars().all(allowed), "{}", rule.id);
            assert!(rule.about.ends_with('.') && rule.about.len() > 10, "{}: {}", rule.id, rule.about);
        }
    }
}
