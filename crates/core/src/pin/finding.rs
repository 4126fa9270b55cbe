//! What a reviewer should look at in a definition.

/// How much a finding says about intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Seen in ordinary definitions.
    Low,
    /// Worth a look.
    Medium,
    /// Hardly ever innocent. It keeps a first sight from being approved.
    High,
}

impl Severity {
    /// Its name in files and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|severity| severity.as_str() == name)
    }
}

/// Something in a definition that a reviewer should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, such as `signal.secrecy`.
    pub rule: String,
    /// Where: a JSON pointer into the definition.
    pub place: String,
    /// How grave it is.
    pub severity: Severity,
    /// A short piece of the text, safe to display: control and invisible characters are escaped.
    pub excerpt: String,
}
