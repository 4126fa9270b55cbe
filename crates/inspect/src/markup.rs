//! Links, images and tags, found in one scan over the bytes.
//!
//! The scan takes every place where some reader might see a destination and judges it there; it does not build a
//! document. What it takes too much for a link stays readable, what it took too little for one would be a way out.

mod bare;
mod brackets;
mod encoded;
mod tag;

use crate::layer::{Edit, Hit, Pass};
use crate::{IMAGE_MARKER, LINK_MARKER, Policy, Severity};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes at which something can start.
const fn sign(byte: u8) -> bool {
    matches!(byte, b'!' | b'[' | b']' | b'<' | b':' | b'/' | b'.' | b'&')
}

/// How many brackets may be open at once before the open ones are forgotten.
const OPEN: usize = 1024;

/// An opening bracket, of a link or with its exclamation mark of an image.
#[derive(Debug, Clone, Copy)]
struct Opener {
    at: usize,
    image: bool,
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    policy: &'a Policy,
    /// Nothing before this is looked at again.
    floor: usize,
    pass: Pass,
    open: Vec<Opener>,
    /// Destinations that were judged and stay: start to end.
    settled: BTreeMap<usize, usize>,
    has_image: bool,
    /// Bytes of tags that may still be read again.
    tag_budget: usize,
    /// Up to where encoded words were read and found harmless.
    words_read: usize,
}

/// Finds what the policy does not let through.
pub(crate) fn pass(text: &str, policy: &Policy) -> Pass {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        policy,
        floor: 0,
        pass: Pass::default(),
        open: Vec::new(),
        settled: BTreeMap::new(),
        has_image: text.contains("!["),
        tag_budget: text.len().saturating_mul(4).saturating_add(64 * 1024),
        words_read: 0,
    };
    let mut at = 0;
    while let Some(next) = scan.next_sign(at) {
        let after = scan.step(next);
        at = after.max(next + 1);
    }
    scan.unclosed();
    scan.pass
}

impl<'a> Scan<'a> {
    fn next_sign(&self, at: usize) -> Option<usize> {
        self.bytes.get(at..)?.iter().position(|b| sign(*b)).map(|found| at + found)
    }

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
            Some(b'!') if self.byte(at + 1) == Some(b'[') => self.open(at, true),
            Some(b'[') => self.open(at, false),
            Some(b']') => self.close(at),
            Some(b'<') => self.angle(at),
            Some(b':') => self.colon(at),
            Some(b'/') => self.slashes(at),
            Some(b'.') => self.dot(at),
            Some(b'&') => self.ampersand(at),
            _ => at + 1,
        }
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
