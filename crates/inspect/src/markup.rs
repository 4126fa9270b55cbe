//! Links, images and tags, found in one scan over the bytes of a segment.
//!
//! The scan takes every place where some reader might see a destination and judges it there; it does not build a
//! document. What it takes too much for a link stays readable, what it took too little for one would be a way out.
//!
//! What counts as a destination, whatever the syntax around it (Markdown, HTML, LaTeX, reStructuredText, AsciiDoc, BBCode,
//! Org, Textile, wikis, Slack, YAML, JSON, vCard, feeds, entities of XML):
//! - an absolute URL of any scheme with two slashes, with the escapes of Markdown, HTML and JSON undone; `javascript:`,
//!   `vbscript:`, `data:` and `mailto:` without them;
//! - `//host/path`, and `//host` where a quote, a bracket or an equals sign stands before it;
//! - `http:host` with fewer, more or other slashes, `\\\\host\\path`;
//! - `www.` and a name; a host of a known top-level domain with a query;
//! - whatever stands where Markdown, a wiki or an HTML attribute has a destination, unless it is relative.
//!
//! Relative destinations stay: they lead to whoever shows the text. Plain names of hosts stay as well.

mod bare;
mod brackets;
mod encoded;
mod naked;
mod query;
mod refer;
mod sign;
mod tag;

use crate::clean::state::{Notes, State};
use crate::layer::{Edit, Hit, Pass};
use crate::{IMAGE_MARKER, LINK_MARKER, Policy, Severity, Treat};
pub(crate) use bare::url_run;
pub(crate) use query::reduced;
pub(crate) use sign::{find, line_mark};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
pub(crate) use tag::{Judged, css_loads, judge_element, judge_pair};

/// An opening bracket, of a link or with its exclamation mark of an image.
#[derive(Debug, Clone, Copy)]
struct Opener {
    /// Where it stands; unknown of one that an earlier segment opened.
    at: Option<usize>,
    image: bool,
    /// Whether only marks stand before it on its line.
    heads: bool,
}

/// What a segment must know of what stands before it.
pub(crate) struct Around<'a> {
    pub(crate) state: &'a State,
    /// Whether it starts a line but for marks.
    pub(crate) head: bool,
    /// Whether hosts with a path are of interest.
    pub(crate) paths: bool,
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    policy: &'a Policy,
    around: &'a Around<'a>,
    /// Nothing before this is looked at again.
    floor: usize,
    pass: Pass,
    open: Vec<Opener>,
    notes: Notes,
    /// Destinations that were judged and stay: start to end.
    settled: BTreeMap<usize, usize>,
    /// Bytes of tags that may still be read again.
    tag_budget: usize,
    /// Up to where encoded words were read and found harmless.
    words_read: usize,
    paths: bool,
}

/// Finds what the policy does not let through in a segment.
pub(crate) fn pass(text: &str, policy: &Policy, around: &Around<'_>) -> (Pass, Notes) {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        policy,
        around,
        floor: 0,
        pass: Pass::default(),
        open: Vec::new(),
        notes: Notes::default(),
        settled: BTreeMap::new(),
        tag_budget: text.len().saturating_mul(4).saturating_add(64 * 1024),
        words_read: 0,
        paths: around.paths,
    };
    let mut at = 0;
    while let Some(next) = find(scan.bytes, at, scan.paths) {
        let after = scan.step(next);
        at = after.max(next + 1);
    }
    scan.unclosed();
    (scan.pass, scan.notes)
}

impl<'a> Scan<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn before(&self, at: usize) -> Option<u8> {
        self.byte(at.checked_sub(1)?)
    }

    fn slice(&self, span: Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    /// Looks at the sign at `at`; returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        match self.byte(at) {
            Some(b'[') => self.open(at, self.before(at) == Some(b'!') && at > self.floor),
            Some(b']') => self.close(at),
            Some(b'<') => self.angle(at),
            Some(b':') => self.colon(at),
            Some(b'/') => self.slashes(at),
            Some(b'.' | 0xe3 | 0xef) => self.dot(at),
            Some(b'\\') if self.byte(at + 1) == Some(b'u') => self.escape(at),
            Some(b'\\') => self.share(at),
            Some(b'&') => self.ampersand(at),
            Some(b'?') => self.question(at),
            _ => at + 1,
        }
    }

    /// Whether what the rule found stays; it is then noted unless the rule is off.
    fn stays(&mut self, rule: &'static str, severity: Severity, span: &Range<usize>) -> bool {
        let treat = self.policy.treatment(rule);
        if treat == Treat::Report {
            self.report(span.clone(), rule, severity);
        }
        treat.leaves()
    }

    /// Whether the rule takes out as much as it can.
    fn drops(&self, rule: &str) -> bool {
        self.policy.treatment(rule) >= Treat::Redact
    }

    /// Notes an edit and goes on behind it.
    fn edit(
        &mut self,
        span: Range<usize>,
        text: impl Into<Cow<'static, str>>,
        rule: &'static str,
        severity: Severity,
    ) -> usize {
        let end = span.end;
        self.pass.edits.push(Edit { span, text: text.into(), hit: Some(Hit { rule, severity }) });
        self.floor = self.floor.max(end);
        end
    }

    fn report(&mut self, span: Range<usize>, rule: &'static str, severity: Severity) -> usize {
        let end = span.end;
        self.pass.reports.push((span, Hit { rule, severity }));
        end
    }

    /// Whether the span lies within a destination that was judged and stays.
    fn is_settled(&self, span: &Range<usize>) -> bool {
        self.settled.range(..=span.start).next_back().is_some_and(|(_, end)| *end >= span.end)
    }

    fn settle(&mut self, span: Range<usize>) {
        let end = self.settled.entry(span.start).or_insert(span.end);
        *end = span.end.max(*end);
    }

    /// The marker for what stood at `span`, set apart from neighbours with which it would make up new syntax.
    fn marker(&self, span: &Range<usize>, image: bool) -> String {
        let word = if image { IMAGE_MARKER } else { LINK_MARKER };
        let joins = matches!(self.byte(span.end), Some(b'(' | b'[' | b':'));
        let apart = matches!(self.before(span.start), Some(b']' | b'!' | b'\\'));
        format!("{}{word}{}", if apart { " " } else { "" }, if joins { " " } else { "" })
    }
}
