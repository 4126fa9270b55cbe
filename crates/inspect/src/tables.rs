//! The rules of links, images, markup and invisible characters, for the catalogue.

use crate::rule::{Family, Rule};
use crate::{Action, Severity};

/// Tags of what leads data out by a rendered answer.
const OUT: &[&str] = &["MCP10", "AML.T0057", "AML.T0077"];
/// Tags of what runs where the answer is shown.
const RUNS: &[&str] = &["MCP05", "AML.T0077"];
/// Tags of words that only the model reads.
const HIDES: &[&str] = &["MCP06", "AML.T0051.001", "AML.T0068"];

const fn rewrite(id: &'static str, family: Family, severity: Severity, about: &'static str) -> Rule {
    Rule { id, family, severity, action: Action::Rewrite, about, on: true, tags: OUT }
}

const fn link(id: &'static str, about: &'static str) -> Rule {
    rewrite(id, Family::Link, Severity::Medium, about)
}

const fn image(id: &'static str, about: &'static str) -> Rule {
    rewrite(id, Family::Image, Severity::High, about)
}

const fn hidden(id: &'static str, severity: Severity, about: &'static str) -> Rule {
    Rule { id, family: Family::Invisible, severity, action: Action::Redact, about, on: true, tags: HIDES }
}

/// What runs code where it is followed.
pub(crate) const SCRIPT: Rule = Rule {
    severity: Severity::High,
    tags: RUNS,
    ..link("link.script", "A destination that runs code or holds content itself, such as javascript: or data:.")
};

/// The rules of [`clean`](crate::clean).
pub(crate) const LINKS: &[Rule] = &[
    link("link.inline", "A Markdown link whose destination is not allowed."),
    link("link.definition", "A Markdown link definition whose destination is not allowed for its use."),
    link("link.autolink", "A URL in angle brackets that is not allowed."),
    link("link.bare", "A URL in running text that is not allowed."),
    rewrite("link.encoded", Family::Link, Severity::High, "A URL that is put together from character references."),
    link("link.wiki", "A link in double brackets, as wikis have them, whose destination is not allowed."),
    link("link.html", "An HTML element that a reader follows to a place that is not allowed."),
    link(
        "link.naked",
        "A host with a query and no scheme, which many programs make a link of, and which is not allowed.",
    ),
    Rule {
        on: false,
        severity: Severity::Low,
        ..link(
            "link.path",
            "A host with a path and no scheme, which some programs make a link of, and which is not allowed.",
        )
    },
    Rule {
        severity: Severity::Low,
        ..link(
            "link.query",
            "Parameters in the query of an allowed destination that are not on the list of those that stay.",
        )
    },
    SCRIPT,
    image("image.markdown", "A Markdown image from a place that is not allowed, or any where none may stay."),
    image("image.wiki", "An image in double brackets, as wikis have them, from a place that is not allowed."),
    image("image.html", "An HTML element that loads an image from a place that is not allowed."),
    Rule {
        tags: RUNS,
        ..rewrite("html.script", Family::Markup, Severity::High, "An HTML element that runs a script.")
    },
    rewrite(
        "html.tag",
        Family::Markup,
        Severity::Medium,
        "An HTML element that loads, runs, restyles or cannot be read to its end.",
    ),
    hidden("invisible.control", Severity::Medium, "Control characters and the escape sequences of terminals."),
    hidden("invisible.bidi", Severity::High, "Controls of the writing direction where no script needs them."),
    hidden("invisible.joiner", Severity::Low, "Joiners where neither script nor emoji needs them."),
    hidden("invisible.format", Severity::Medium, "Characters of no width: soft hyphens, zero-width spaces, fillers."),
    hidden("invisible.variation", Severity::High, "Variation selectors behind characters that have no such variant."),
    hidden("invisible.tag", Severity::High, "Characters of the tag block outside of the flags that are made of them."),
    hidden("invisible.noncharacter", Severity::Medium, "Code points that are no characters."),
    Rule {
        id: "text.unstable",
        family: Family::Text,
        severity: Severity::High,
        action: Action::Redact,
        about: "A stretch of text whose markup is nested so that every removal uncovers more, or that never ends.",
        on: true,
        tags: OUT,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule;

    /// The sources of everything that emits findings by these rules.
    const SOURCES: &[&str] = &[
        include_str!("clean.rs"),
        include_str!("html.rs"),
        include_str!("html/document.rs"),
        include_str!("invisible.rs"),
        include_str!("invisible/table.rs"),
        include_str!("markup.rs"),
        include_str!("markup/bare.rs"),
        include_str!("markup/brackets.rs"),
        include_str!("markup/encoded.rs"),
        include_str!("markup/naked.rs"),
        include_str!("markup/query.rs"),
        include_str!("markup/refer.rs"),
        include_str!("markup/tag.rs"),
    ];

    #[test]
    fn each_id_that_the_sources_emit_is_in_the_catalogue_and_the_other_way_round() {
        let quoted = |source: &'static str| source.split('"').skip(1).step_by(2);
        let is_id = |text: &str| {
            ["link.", "image.", "html.", "invisible.", "text."].iter().any(|family| text.starts_with(family))
                && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'.')
        };
        let emitted: Vec<_> = SOURCES
            .iter()
            .flat_map(|source| source.lines().filter(|line| line.contains('"')).flat_map(quoted))
            .filter(|text| is_id(text))
            .collect();
        for id in &emitted {
            assert!(rule(id).is_some(), "{id} is not in the catalogue");
        }
        for known in LINKS.iter().chain(crate::html::RULES) {
            assert!(emitted.contains(&known.id), "nothing emits {}", known.id);
        }
    }
}
