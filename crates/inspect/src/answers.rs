//! Rules of what is found in an answer as a whole, and not by reading a text: for whoever takes answers apart.

use crate::rule::{Family, Rule};
use crate::{Action, Severity, tables};

const OUT: &[&str] = &["MCP10", "AML.T0057", "AML.T0077"];

/// A place that is not allowed, in a URI that must stay as it is.
pub static URI: Rule = URI_OF;

const URI_OF: Rule = Rule {
    id: "link.uri",
    family: Family::Link,
    severity: Severity::Low,
    action: Action::Report,
    about: "The URI of a resource, of a link to one or of a server's page, over the web to a place that is not allowed.",
    on: true,
    tags: OUT,
};

/// A page to open that is not allowed.
pub static ELICITATION: Rule = Rule {
    id: "link.elicitation",
    severity: Severity::Medium,
    about: "A page that a server asks the user to open, at a place that is not allowed.",
    ..URI_OF
};

/// An icon that was left out.
pub static ICON: Rule = Rule {
    id: "image.icon",
    family: Family::Image,
    severity: Severity::Medium,
    action: Action::Redact,
    about: "An icon from a place that is not allowed, or any where no image may stay.",
    on: true,
    tags: OUT,
};

/// An image where none may stay.
pub static CONTENT: Rule = Rule {
    id: "image.content",
    family: Family::Image,
    severity: Severity::Low,
    action: Action::Redact,
    about: "An image in an answer, by its type or its bytes, where `sensitive` says that none may stay.",
    on: true,
    tags: OUT,
};

/// A receipt that an upstream wrote.
pub static FORGED: Rule = Rule {
    id: "receipt.forged",
    family: Family::Receipt,
    severity: Severity::High,
    action: Action::Redact,
    about: "A receipt in `_meta` that the upstream wrote and only the gateway may write.",
    on: true,
    tags: &["MCP10"],
};

/// Findings that are counted and not listed.
pub static UNLISTED: Rule = Rule {
    id: "text.unlisted",
    family: Family::Text,
    severity: Severity::Low,
    action: Action::Report,
    about: "Further findings, counted only, because the list of findings is full.",
    on: true,
    tags: &[],
};

const fn review(id: &'static str, severity: Severity, about: &'static str) -> Rule {
    let tags = &["MCP03", "MCP06", "AML.T0051.001"];
    Rule { id, family: Family::Signal, severity, action: Action::Report, about, on: true, tags }
}

/// What the review of a server's definitions says beside the signals of texts.
pub const REVIEW: &[Rule] = &[
    review("signal.invisible", Severity::Medium, "In a definition under review: characters that nobody sees."),
    review(
        "signal.long",
        Severity::Medium,
        "In a definition under review: a text that is far longer than its kind is.",
    ),
    review("signal.markup", Severity::Medium, "In a definition under review: markup that hides or loads."),
    review(
        "signal.mixed_script",
        Severity::Medium,
        "In a definition under review: a word in letters of several scripts.",
    ),
];

/// A destination that runs code: a rule of texts, which holds for URIs too.
pub static SCRIPT: Rule = tables::SCRIPT;

/// The rules of this module that the catalogue has from no other.
pub const RULES: &[&Rule] = &[&URI, &ELICITATION, &ICON, &CONTENT, &FORGED, &UNLISTED];

/// Whether what a rule does is no matter of policy: it follows from what is allowed, from `sensitive`,
/// from the protocol, or belongs to the review of definitions.
#[must_use]
pub fn is_fixed(id: &str) -> bool {
    [&ICON, &CONTENT, &FORGED, &UNLISTED].into_iter().chain(REVIEW).any(|rule| rule.id == id)
}
