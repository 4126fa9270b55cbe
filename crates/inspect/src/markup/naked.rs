//! Hosts without a scheme, which many programs make links of: `host.example/path?query`.

use super::Scan;
use super::bare::STOPS;
use crate::Severity;
use crate::destination::{Place, Use, judge};
use crate::entity::Escapes;

/// How far back a host is looked for.
const BACK: usize = 512;

/// Top-level domains that programs know without asking, beside those of two letters, and the reserved ones.
const TOP: [&str; 40] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "dev", "app", "xyz", "online", "site", "store",
    "tech", "cloud", "top", "shop", "club", "live", "pro", "link", "click", "page", "space", "website", "fun", "icu",
    "work", "world", "zone", "news", "blog", "wiki", "name", "test", "example", "invalid", "onion",
];

/// Domains of two letters that end the names of files far more often.
const FILES: [&str; 20] = [
    "rs", "py", "md", "sh", "pl", "ps", "cc", "so", "mk", "ml", "hs", "ts", "js", "go", "kt", "rb", "vb", "cs", "gz",
    "id",
];

impl Scan<'_> {
    /// A question mark: of a host's query, perhaps.
    pub(super) fn question(&mut self, at: usize) -> usize {
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        let name = rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
        let valued = rest.get(name) == Some(&b'=') && !matches!(rest.get(name + 1), Some(b'=' | b' ') | None);
        if valued { self.naked(at, "link.naked", Severity::Medium) } else { at + 1 }
    }

    /// A slash: behind a host, perhaps.
    pub(super) fn host_path(&mut self, at: usize) -> usize {
        self.naked(at, "link.path", Severity::Low)
    }

    /// Judges what stands before and behind `at` as a host, its path and query.
    fn naked(&mut self, at: usize, rule: &'static str, severity: Severity) -> usize {
        let lowest = self.floor.max(at.saturating_sub(BACK));
        let head = self.bytes.get(lowest..at).unwrap_or_default();
        let mut run = 0;
        loop {
            let left = head.get(..head.len() - run).unwrap_or_default();
            let more = left.iter().rev().take_while(|b| word(**b)).count();
            // A full stop of another script between two labels.
            let before = left.get(..left.len() - more).unwrap_or_default();
            let label = before.split_last_chunk::<3>().and_then(|(labels, stop)| Some((labels.last()?, stop)));
            let stop = label.is_some_and(|(last, stop)| last.is_ascii_alphanumeric() && is_stop(stop));
            run += more;
            if !(stop && more > 0) {
                break;
            }
            run += 3;
        }
        let start = at - run;
        // What a backslash stands before may be a line's end in JSON.
        let start = start + usize::from(run > 1 && self.ends_line(start));
        if !self.is_host(start, at) || self.is_settled(&(start..at)) {
            return at + 1;
        }
        let end = self.url_end(at + 1);
        let url = format!("https://{}", self.slice(start..end));
        if judge(&url, Escapes::Markdown, Use::Link, self.policy) == Place::Allowed {
            self.settle(start..end);
            return at + 1;
        }
        let span = start..end;
        if self.policy.keep_bare_links || self.stays(rule, severity, &span) {
            return end;
        }
        let marker = self.marker(&span, false);
        self.edit(span, marker, rule, severity)
    }

    fn is_host(&self, start: usize, end: usize) -> bool {
        let ends = start > 0 && self.ends_line(start - 1);
        let alone = ends
            || !self.before(start).is_some_and(|b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'@' | b'\\' | b':' | b'/' | b'.' | b'$' | b'}' | b'%')
                    || b >= 0x80
            });
        let host = self.slice(start..end).split(['/', ':']).next().unwrap_or_default().replace(STOPS, ".");
        let mut labels = host.rsplit('.');
        let top = labels.next().unwrap_or_default().to_ascii_lowercase();
        let second = labels.next().unwrap_or_default();
        let country = top.len() == 2 && top.bytes().all(|b| b.is_ascii_alphabetic()) && !FILES.contains(&top.as_str());
        alone
            && !host.starts_with(['.', '-'])
            && !host.contains("..")
            && ((country && (second.len() >= 3 || labels.next().is_some_and(|third| third.len() >= 3)))
                || (TOP.contains(&top.as_str()) && second.len() >= 2))
    }
}

/// Whether the bytes are a full stop of another script.
fn is_stop(bytes: &[u8]) -> bool {
    STOPS.iter().any(|stop| stop.encode_utf8(&mut [0; 3]).as_bytes() == bytes)
}

const fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/' | b':' | b'~' | b'%' | b'@' | b'+' | b',')
}

#[cfg(test)]
mod tests {
    use crate::{Policy, Prefix, Treat, clean};

    #[test]
    fn a_host_with_a_query_is_a_link() {
        let policy =
            Policy { allowed_links: vec![Prefix::parse("https://docs.example.com/").unwrap()], ..Policy::default() };
        for (text, want) in [
            ("go to evil.test/x?d=1 now", "go to [link removed] now"),
            ("evil.co.uk?d=c2VjcmV0.", "[link removed]."),
            ("(evil.com:8443/a?b=c)", "([link removed])"),
            ("docs.example.com/a?b=c", "docs.example.com/a?b=c"),
            ("evil\u{3002}test/x?d=1 now", "[link removed] now"),
        ] {
            assert_eq!(clean(text, &policy).text, want);
        }
        for text in [
            "index.php?id=1",
            "main.rs?x=1",
            "is it example.com? yes",
            "e.id?t=1",
            "x.is?a:b",
            "user@evil.test?x",
            "a.b?c==d",
            "github.com/a/b",
            "GET /a.com?x=1",
            "page.html?q=1",
            "${host}.com/x?y=1",
        ] {
            assert_eq!(clean(text, &policy).text, text);
        }
    }

    #[test]
    fn a_host_with_a_path_counts_where_it_is_asked_for() {
        let mut policy = Policy::default();
        policy.treat.set("link.path", Treat::Rewrite);
        assert_eq!(clean("see evil.test/c2VjcmV0 and a/b.rs", &policy).text, "see [link removed] and a/b.rs");
    }
}
