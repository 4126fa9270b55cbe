//! Queries of destinations that may stay: reduced to the parameters on the list, in place.

use super::Scan;
use crate::config::Query;
use crate::entity::{Escapes, decode};
use crate::{Policy, Severity};
use std::ops::Range;
use url::Url;

impl Scan<'_> {
    /// A destination that is allowed stays, but for what its query must not hold. Returns where to go on.
    pub(super) fn keep(&mut self, span: Range<usize>, go_on: usize) -> usize {
        self.settle(span.clone());
        let Some((part, new)) = reduced(self.slice(span.clone()), self.policy) else { return go_on };
        let part = span.start + part.start..span.start + part.end;
        if self.stays("link.query", Severity::Low, &part) {
            return go_on;
        }
        self.edit(part, new, "link.query", Severity::Low)
    }
}

/// What part of an allowed destination, as it stands in the text, has to be put how.
pub(crate) fn reduced(raw: &str, policy: &Policy) -> Option<(Range<usize>, String)> {
    let Query::Only(names) = &policy.query else { return None };
    let plain = raw.replace("&amp;", "&");
    let odd = plain.contains('\\') || decode(&plain, Escapes::Html) != plain;
    if odd {
        return canonical(raw, names);
    }
    let start = raw.find('?')?;
    let end = raw.get(start..)?.find('#').map_or(raw.len(), |len| start + len);
    let query = raw.get(start + 1..end)?;
    let mut kept = String::new();
    let mut gone = false;
    let mut between = "";
    for part in query.split('&') {
        let (named, separator) = match part.strip_prefix("amp;") {
            Some(rest) => (rest, "&amp;"),
            None => (part, "&"),
        };
        if !is_listed(named, names) {
            gone = true;
            continue;
        }
        kept.push_str(between);
        kept.push_str(named);
        between = separator;
    }
    gone.then(|| (start..end, if kept.is_empty() { kept } else { format!("?{kept}") }))
}

fn is_listed(part: &str, names: &[String]) -> bool {
    let (name, _) = url::form_urlencoded::parse(part.as_bytes()).next().unwrap_or_default();
    names.iter().any(|known| *known == name)
}

/// The whole destination as the URL standard writes it, where escapes stand in the way of its parts.
fn canonical(raw: &str, names: &[String]) -> Option<(Range<usize>, String)> {
    let mut url = Url::parse(&decode(raw, Escapes::Markdown)).ok()?;
    let before = url.query()?.to_owned();
    let kept: Vec<_> = before.split('&').filter(|part| is_listed(part, names)).collect();
    if kept.len() == before.split('&').count() {
        return None;
    }
    url.set_query(Some(kept.join("&").as_str()).filter(|query| !query.is_empty()));
    let text = url.as_str().replace('(', "%28").replace(')', "%29").replace('\'', "%27");
    Some((0..raw.len(), text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Prefix, clean};

    fn only(names: &[&str], text: &str) -> String {
        let policy = Policy {
            allowed_links: vec![Prefix::parse("https://a.example/").unwrap()],
            allowed_images: vec![Prefix::parse("https://a.example/").unwrap()],
            query: Query::Only(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Policy::default()
        };
        let once = clean(text, &policy).text.into_owned();
        assert_eq!(clean(&once, &policy).text, once, "{text}");
        once
    }

    #[test]
    fn parameters_that_are_not_listed_go_in_every_syntax() {
        for (text, want) in [
            ("https://a.example/x?q=1&lang=en#top.", "https://a.example/x?lang=en#top."),
            ("[t](https://a.example/x?q=1 \"t\")", "[t](https://a.example/x \"t\")"),
            ("![t](<https://a.example/x?lang=en&q=1>)", "![t](<https://a.example/x?lang=en>)"),
            ("[r]: https://a.example/?q=1&amp;lang=de", "[r]: https://a.example/?lang=de"),
            ("<https://a.example/?lang=1&q=2>", "<https://a.example/?lang=1>"),
            (
                "<a href=\"https://a.example/?q=1&amp;lang=a&amp;lang=b\">",
                "<a href=\"https://a.example/?lang=a&amp;lang=b\">",
            ),
            ("<img src='https://a.example/i.png?d=x'>", "<img src='https://a.example/i.png'>"),
            (
                "<img srcset='https://a.example/i.png?d=x 2x, b.png'>",
                "<img srcset='https://a.example/i.png 2x, b.png'>",
            ),
            ("[t](https://a.example/&quest;q=1&#38;lang=2)", "[t](https://a.example/?lang=2)"),
            ("https://a.example/x?l%61ng=en&Lang=x", "https://a.example/x?l%61ng=en"),
            ("[[https://a.example/x?q=1|t]]", "[[https://a.example/x|t]]"),
            ("https://a.example/x and ?q=1", "https://a.example/x and ?q=1"),
        ] {
            assert_eq!(only(&["lang"], text), want, "{text}");
        }
        assert_eq!(only(&[], "https://a.example/x?lang=en"), "https://a.example/x");
    }
}
