//! URLs that an encoding hides: nothing that shows a text follows them, but whoever undoes the encoding can, a model too.

use crate::destination::{is_idle, place_of};
use crate::markup::url_run;
use crate::{Action, Family, Match, Policy, Rule, Severity, View};

/// The rule.
const CONCEALED: &str = "link.concealed";

/// The rules of this module.
pub const RULES: &[Rule] = &[Rule {
    id: CONCEALED,
    family: Family::Link,
    severity: Severity::Medium,
    action: Action::Report,
    about: "A URL in an encoding of a whole text, such as base64, that is not allowed.",
    on: true,
    tags: &["MCP10", "AML.T0057", "AML.T0068", "AML.T0077"],
}];

/// The longest name of a scheme.
const SCHEME: usize = 40;

/// Finds each URL of `text`, which some encoding held, that `policy` does not allow as a link. Linear in its length.
pub fn find(text: &str, policy: &Policy, out: &mut Vec<Match>) {
    let mut read = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"://") {
        if at < read {
            continue;
        }
        let before = text.get(read..at).unwrap_or_default();
        let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let scheme = before.bytes().rev().take(SCHEME).take_while(name).count();
        let start = at - scheme;
        let rest = text.get(start..).unwrap_or_default();
        let end = start + url_run(rest);
        let url = text.get(start..end).unwrap_or_default();
        read = end.max(at + 3);
        if scheme > 1 && url.len() > scheme + 3 && !is_idle(url) && place_of(url, policy).refused() {
            out.push(Match { rule: CONCEALED, span: start..end, view: View::Plain });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Prefix;

    #[test]
    fn urls_that_are_not_allowed_are_found_where_they_stand() {
        let policy =
            Policy { allowed_links: vec![Prefix::parse("https://good.example/").unwrap()], ..Policy::default() };
        for (text, found) in [
            ("![](https://evil.example/?d=1) and", &["https://evil.example/?d=1"][..]),
            ("a https://good.example/x, FTP://evil.example", &["FTP://evil.example"]),
            ("<img src='//x'><a href=\"http://a.b.example/x\">", &["http://a.b.example/x"]),
            ("https://good.example/r?u=https://evil.example", &["https://good.example/r?u=https://evil.example"]),
            ("http://localhost/svg s3://bucket/key ://x :// a://", &[]),
            ("xhttps://", &[]),
        ] {
            let mut out = Vec::new();
            find(text, &policy, &mut out);
            let spans: Vec<_> = out.iter().map(|found| &text[found.span.clone()]).collect();
            assert_eq!(spans, found, "{text}");
        }
    }
}
