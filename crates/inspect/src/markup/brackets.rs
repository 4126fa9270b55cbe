//! Markdown: inline links and images, and definitions. References need no rule of their own: they only lead where a
//! definition leads.

use super::{OPEN, Opener, Scan};
use crate::Severity;
use crate::destination::{Place, Use, judge, may_lead_out};
use crate::entity::Escapes;
use crate::layer::Edit;
use std::borrow::Cow;
use std::ops::Range;

/// Markdown takes a backslash before punctuation away; a renderer that does not sees another destination. Both count.
const READINGS: [Escapes; 2] = [Escapes::Markdown, Escapes::Html];

/// How far a title is looked for.
const TITLE: usize = 512;
/// How far a destination of a wiki's form is read.
const WIKI: usize = 1024;

/// A destination within brackets.
struct Target {
    /// With its angle brackets.
    span: Range<usize>,
    /// Without them.
    inner: Range<usize>,
}

impl Scan<'_> {
    pub(super) fn open(&mut self, at: usize, image: bool) -> usize {
        let len = if image { 2 } else { 1 };
        // An escaped bracket would pair with the wrong one; an exclamation mark before a bracket counts in any case.
        if image || !self.is_escaped(at) {
            if self.open.len() >= OPEN {
                self.unclosed();
            }
            self.open.push(Opener { at, image });
        }
        match self.byte(at + len) {
            Some(b'[') => self.wiki(at + len + 1, image).unwrap_or(at + len),
            _ => at + len,
        }
    }

    /// `[[destination]]`, `[[destination|text]]`, `![[destination]]`, as wikis have them.
    fn wiki(&mut self, start: usize, image: bool) -> Option<usize> {
        let rest = self.text.get(start..)?;
        // Readers differ in whether escapes count here.
        if ![Escapes::Markdown, Escapes::Html].into_iter().any(|escapes| may_lead_out(rest, escapes, false)) {
            return None;
        }
        let cap = (0..=rest.len().min(WIKI)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
        let len = rest.bytes().take(cap).position(|b| matches!(b, b']' | b'|')).unwrap_or(cap);
        let span = start..start + len;
        let usage = if image { Use::Image } else { Use::Link };
        let place = match self.judged(&span, usage) {
            place @ (Place::External | Place::Script) => place,
            _ => judge(self.slice(span.clone()), Escapes::Html, usage, self.policy),
        };
        let (rule, severity) = match place {
            Place::External if image => ("image.wiki", Severity::High),
            Place::External => ("link.wiki", Severity::Medium),
            Place::Script => ("link.script", Severity::High),
            _ => return None,
        };
        let marker = self.marker(&span, image);
        Some(self.edit(span, marker, rule, severity))
    }

    /// Makes an image's opening a link's.
    fn drop_mark(&mut self, at: usize) {
        let apart = if self.before(at) == Some(b'!') { " " } else { "" };
        self.edit(at..at + 1, apart, "image.markdown", Severity::Medium);
    }

    /// Forgets what is open: it is never closed, or by nothing near.
    pub(super) fn unclosed(&mut self) {
        for opener in std::mem::take(&mut self.open) {
            if opener.image && self.policy.strip_images {
                self.drop_mark(opener.at);
            }
        }
    }

    fn is_escaped(&self, at: usize) -> bool {
        let head = self.bytes.get(..at).unwrap_or_default();
        head.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
    }

    /// A closing bracket.
    pub(super) fn close(&mut self, at: usize) -> usize {
        let next = self.byte(at + 1);
        let escaped = self.is_escaped(at);
        // Some readers do not know escapes: what follows is judged all the same.
        let opener = if escaped { None } else { self.open.pop() };
        let strip = self.policy.strip_images && opener.is_some_and(|o| o.image);
        match next {
            Some(b'(') => self.inline(at, opener, strip),
            Some(b':') if !strip => self.definition(at, opener),
            _ if strip => self.strip_reference(at, opener),
            _ => at + 1,
        }
    }

    /// `](destination "title")`
    fn inline(&mut self, at: usize, opener: Option<Opener>, strip: bool) -> usize {
        let image = opener.is_some_and(|o| o.image);
        let usage = if image { Use::Image } else { Use::Link };
        let start = self.skip_space(at + 2);
        // The head decides; only what goes is read to its end.
        if !strip && !self.leads_out(start) {
            return at + 1;
        }
        let target = self.target(start, true);
        let place = self.judged(&target.inner, usage);
        if !strip && place == Place::Allowed {
            self.settle(target.inner.clone());
            return target.inner.start;
        }
        if !strip && !place.refused() {
            return at + 1;
        }
        let end = self.closing(target.span.end).unwrap_or(target.span.end);
        let (rule, severity) = match (image, place) {
            (_, Place::Script) => ("link.script", Severity::High),
            (true, Place::Relative | Place::Allowed) => ("image.markdown", Severity::Low),
            (true, _) => ("image.markdown", Severity::High),
            (false, _) => ("link.inline", Severity::Medium),
        };
        self.replace_bracket(at..end, opener, image, rule, severity)
    }

    /// `![alt][reference]`, `![alt][]`, `![alt]`
    fn strip_reference(&mut self, at: usize, opener: Option<Opener>) -> usize {
        let label =
            self.bytes.get(at + 2..).unwrap_or_default().iter().take(1000).position(|b| *b == b']' || *b == b'[');
        let end = match (self.byte(at + 1), label) {
            (Some(b'['), Some(len)) if self.byte(at + 2 + len) == Some(b']') => at + 3 + len,
            _ => at + 1,
        };
        self.replace_bracket(at..end, opener, true, "image.markdown", Severity::Low)
    }

    /// Keeps the text within the brackets and puts the marker behind it.
    fn replace_bracket(
        &mut self,
        span: Range<usize>,
        opener: Option<Opener>,
        image: bool,
        rule: &'static str,
        severity: Severity,
    ) -> usize {
        let mut empty = false;
        if let Some(opener) = opener {
            let text = opener.at + if opener.image { 2 } else { 1 };
            empty = text == span.start;
            let apart = matches!(self.before(opener.at), Some(b']' | b'!' | b'<' | b'\\'));
            let with = if apart { " " } else { "" };
            self.pass.edits.push(Edit { span: opener.at..text, text: Cow::Borrowed(with), hit: None });
        }
        let spaced = empty || self.before(span.start).is_some_and(|b| b.is_ascii_whitespace());
        // Behind the text comes a space of its own, so that only what follows is of interest.
        let marker = self.marker(&(span.start..span.end), image);
        let marker = if spaced { marker } else { format!(" {}", marker.trim_start()) };
        self.edit(span, marker, rule, severity)
    }

    /// `[label]: destination`
    fn definition(&mut self, at: usize, opener: Option<Opener>) -> usize {
        if !opener.is_none_or(|o| self.starts_line(o.at)) {
            return at + 1;
        }
        let start = self.skip_space(at + 2);
        if !self.leads_out(start) {
            return at + 1;
        }
        let target = self.target(start, false);
        let mut place = self.judged(&target.inner, Use::Link);
        if self.has_image && place == Place::Allowed {
            // An image may refer to it.
            place = self.judged(&target.inner, Use::Image);
        }
        match place {
            Place::Relative => at + 1,
            Place::Named if !self.ends_definition(target.span.end) => at + 1,
            Place::Allowed => {
                self.settle(target.inner.clone());
                target.inner.start
            }
            Place::Script => {
                let marker = self.marker(&target.span, false);
                self.edit(target.span, marker, "link.script", Severity::High)
            }
            _ => {
                let marker = self.marker(&target.span, false);
                self.edit(target.span, marker, "link.definition", Severity::Medium)
            }
        }
    }

    /// Whether only marks of quotes and lists stand before `at` on its line.
    fn starts_line(&self, at: usize) -> bool {
        let head = self.bytes.get(..at).unwrap_or_default();
        let mark =
            |b: &&u8| b.is_ascii_digit() || matches!(**b, b' ' | b'\t' | b'>' | b'*' | b'+' | b'-' | b'.' | b')');
        let marks = head.iter().rev().take_while(mark).count();
        match head.len().checked_sub(marks + 1).and_then(|before| head.get(before)) {
            None => true,
            Some(b) => matches!(b, b'\n' | b'\r'),
        }
    }

    /// Whether the line ends at `at`, but for a title.
    fn ends_definition(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let next = rest.iter().find(|b| !matches!(b, b' ' | b'\t'));
        next.is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'('))
    }

    fn skip_space(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
    }

    /// What the start of the destination at `start` says.
    fn leads_out(&self, start: usize) -> bool {
        let angle = self.byte(start) == Some(b'<');
        let rest = self.text.get(start + usize::from(angle)..);
        rest.is_some_and(|rest| READINGS.into_iter().any(|escapes| may_lead_out(rest, escapes, !angle)))
    }

    fn judged(&self, inner: &Range<usize>, usage: Use) -> Place {
        let [first, second] = READINGS.map(|escapes| judge(self.slice(inner.clone()), escapes, usage, self.policy));
        if second.refused() { second } else { first }
    }

    /// The destination that starts at `start`.
    fn target(&self, start: usize, within_parentheses: bool) -> Target {
        let angle = self.byte(start) == Some(b'<');
        let from = start + usize::from(angle);
        let mut depth = 0usize;
        let mut escaped = false;
        let mut end = self.bytes.len();
        for (at, byte) in self.bytes.iter().enumerate().skip(from) {
            if std::mem::take(&mut escaped) && byte.is_ascii_punctuation() {
                continue;
            }
            let stop = match byte {
                b'\\' => {
                    escaped = true;
                    false
                }
                b'>' | b'<' | b'\n' | b'\r' if angle => true,
                _ if angle => false,
                b'(' => {
                    depth += 1;
                    false
                }
                b')' if depth == 0 => within_parentheses,
                b')' => {
                    depth -= 1;
                    false
                }
                b => b.is_ascii_whitespace() || b.is_ascii_control(),
            };
            if stop {
                end = at;
                break;
            }
        }
        let closed = angle && self.byte(end) == Some(b'>');
        Target { span: start..end + usize::from(closed), inner: from..end }
    }

    /// Behind the closing parenthesis, where at most a title stands before it.
    fn closing(&self, at: usize) -> Option<usize> {
        let at = self.skip_space(at);
        let close = match self.byte(at)? {
            b')' => return Some(at + 1),
            b'(' => b')',
            quote @ (b'"' | b'\'') => quote,
            _ => return None,
        };
        let rest = self.bytes.get(at + 1..)?;
        let len = rest.iter().take(TITLE).position(|b| *b == close)?;
        let at = self.skip_space(at + 2 + len);
        (self.byte(at) == Some(b')')).then_some(at + 1)
    }
}
