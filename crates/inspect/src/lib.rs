//! Deterministic detectors on text and markup.
//!
//! [`clean`] takes a text and a [`Policy`] and gives the text without what could carry data out or hide words from a
//! reader: links and images to places that are not allow-listed, markup that loads or runs, invisible characters.
//! The same text under the same policy always gives the same result, and a result stays as it is when cleaned again.
//!
//! The rules judge by class, not by renderer: what any common Markdown or HTML reader might follow counts, whether or
//! not the text at hand is Markdown or HTML.

pub mod answers;
mod block;
mod clean;
pub mod concealed;
mod config;
pub mod decoded;
mod destination;
mod entity;
mod error;
pub mod hosts;
pub mod html;
mod invisible;
pub mod layer;
mod markup;
mod matched;
pub mod personal;
pub mod phrases;
pub mod registered;
mod rule;
pub mod secrets;
pub mod signals;
mod tables;

pub use clean::{
    IMAGE_MARKER, LINK_MARKER, State, TEXT_MARKER, Trace, clean, clean_traced, clean_with, cut, has_stop, pending,
    stops,
};
pub use config::{LinkMode, Policy, Prefix, Query, Treat, Treatments};
pub use destination::{Place, place_of};
pub use error::PrefixError;
pub use matched::{Match, View};
pub use registered::Registered;
pub use rule::{Family, Rule, catalogue, rule};

use std::borrow::Cow;
use std::ops::Range;

/// What was done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing: it was only noted.
    Report,
    /// It was taken out.
    Redact,
    /// It was put in a harmless form.
    Rewrite,
    /// The whole was withheld.
    Deny,
}

impl Action {
    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Redact => "redact",
            Self::Rewrite => "rewrite",
            Self::Deny => "deny",
        }
    }
}

/// How much a finding says about intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Seen in ordinary text.
    Low,
    /// A way out, though ordinary text has it too.
    Medium,
    /// Hardly ever innocent.
    High,
}

impl Severity {
    /// Its name in findings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One place that a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, such as `link.inline`.
    pub rule: &'static str,
    /// Where it stands in the text that was given, in bytes.
    pub span: Range<usize>,
    /// What was done.
    pub action: Action,
    /// How grave it is.
    pub severity: Severity,
}

/// A text after [`clean`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned<'a> {
    /// The text; borrowed where nothing had to change.
    pub text: Cow<'a, str>,
    /// What was found, at most [`Cleaned::FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many findings are left out of the list.
    pub unlisted: usize,
    /// Whether a rule that denies has matched: the whole is to be withheld.
    pub denied: bool,
}

impl Cleaned<'_> {
    /// The longest list of findings for one text; the rest is counted.
    pub const FINDINGS: usize = 1000;
}
