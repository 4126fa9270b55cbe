//! What must hold for any text.

use super::{allowing, destinations};
use crate::{Place, Policy, TEXT_MARKER, clean, place_of};
use proptest::prelude::*;

fn strict() -> Policy {
    Policy { strip_images: true, ..Policy::default() }
}

fn holds(text: &str, policy: &Policy) -> Result<(), TestCaseError> {
    let once = clean(text, policy);
    prop_assert!(once.text.len() <= text.len() * 3 + TEXT_MARKER.len());
    let twice = clean(&once.text, policy);
    prop_assert_eq!(&twice.text, &once.text, "not idempotent for {:?}", text);
    for finding in &once.findings {
        prop_assert!(text.get(finding.span.clone()).is_some(), "{:?} in {:?}", finding, text);
    }
    let (links, images) = destinations(&once.text);
    let plain = Policy::default();
    for url in images {
        let ours = url.starts_with("https://img.example.com/") && !policy.allowed_images.is_empty();
        prop_assert!(!policy.strip_images && (ours || place_of(&url, &plain) == Place::Relative), "{url} of {text:?}");
    }
    for url in links {
        let ours =
            ["https://docs.example.com/manual", "https://img.example.com/"].iter().any(|own| url.starts_with(own))
                && !policy.allowed_links.is_empty();
        let mail = url.contains('@') && !url.contains(':');
        let place = place_of(&url, &plain);
        prop_assert!(
            ours || mail || matches!(place, Place::Relative | Place::Named),
            "{url} of {text:?} -> {}",
            once.text
        );
    }
    Ok(())
}

/// What generated texts are made of.
const PIECES: &[&str] = &[
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "]:",
    "]: ",
    "[]",
    "[[",
    "![[",
    "]]",
    "<",
    ">",
    "<img src=",
    "<a href=",
    "\"",
    "'",
    "`",
    "\\",
    "!",
    ":",
    "//",
    "/",
    "https://evil.test/x",
    "//evil.test/x",
    "http:",
    "https:evil.test",
    "javascript:",
    "data:",
    "a",
    "b c",
    "\n",
    "\n\n",
    "\n> ",
    "\n- ",
    "    ",
    " ",
    "\t",
    "&#58;",
    "&colon;",
    "&sol;",
    "&Tab;",
    "&",
    "#x",
    "?q=",
    "www.",
    ".",
    "evil.test",
    "https://docs.example.com/manual/",
    "https://img.example.com/i.png",
    "\u{200b}",
    "\u{200d}",
    "\u{e0041}",
    "\u{1f600}",
    "\u{fe0f}",
    "\u{645}",
    "*",
    "_",
    "%2f",
    "%",
    "@",
    "<script>",
    "<!--",
    "-->",
    "<b>",
    "[link removed]",
    "\\[",
    "\\]",
    "[r]",
    "\n[r]: ",
    "![r]",
    "\n\n[r]: //evil.test\n",
    "[image removed]",
    "mailto:",
    "=",
    "style=",
    "url(",
    "x",
    "1",
    "{",
    "}",
    "|",
    "~",
    "^",
    ";",
    ",",
    "\r\n",
    "\u{4e16}",
    "\u{1b}[",
    "\u{1b}]8;;",
    "\u{7}",
    "&#xE0041;",
    " title=\"",
    "![a ",
    "][r]",
    "[r]: https://docs.example.com/manual/x\n",
    "?a=1&b=2",
    "evil.test/x?q=1",
    " \"t\")",
    " \u{200f}(",
    "\u{5d0} ",
    "\u{200f}",
    "\u{6f22}\u{e0100}",
    "\u{c}\n",
    "?u=evil.com/c",
    "<a href=x href=",
    "C<A::b>",
];

pub(super) fn fragments() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_independent_parser_finds_no_way_out(text in fragments()) {
        for policy in [Policy::default(), allowing(), strict(), Policy { strip_images: true, ..allowing() }] {
            holds(&text, &policy)?;
        }
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        holds(&text, &Policy::default())?;
    }

    #[test]
    fn reporting_only_is_stable(text in fragments()) {
        let policy = Policy { keep_bare_links: true, ..Policy::default() };
        let once = clean(&text, &policy);
        prop_assert_eq!(&clean(&once.text, &policy).text, &once.text);
    }
}
