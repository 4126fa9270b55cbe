//! Markdown: inline links and images, and definitions. References of links need no rule of their own: they only lead where
//! a definition leads.

use super::{Opener, Scan};
use crate::Severity;
use crate::clean::segment::{SPACE, TITLE};
use crate::clean::state::{Bracket, OPEN, label};
use crate::destination::{Place, Use, is_host, is_idle, judge, may_lead_out};
use crate::entity::Escapes;
use crate::layer::Edit;
use crate::{IMAGE_MARKER, LINK_MARKER};
use std::borrow::Cow;
use std::ops::Range;

/// Markdown takes a backslash before punctuation away; a renderer that does not sees another destination. Both count.
const READINGS: [Escapes; 2] = [Escapes::Markdown, Escapes::Html];

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
    /// An opening bracket.
    pub(super) fn open(&mut self, at: usize, image: bool) -> usize {
        let start = if image { at - 1 } else { at };
        // An escaped bracket would pair with the wrong one; an exclamation mark before a bracket counts in any case.
        if image || !self.is_escaped(at) {
            if self.open.len() >= OPEN {
                self.unclosed();
                self.notes.open.clear();
                self.notes.stray = true;
            }
            let heads = self.starts_line(start);
            self.open.push(Opener { at: Some(start), image, heads });
        }
        match self.byte(at + 1) {
            Some(b'[') => self.wiki(at + 2, image).unwrap_or(at + 1),
            _ => at + 1,
        }
    }

    /// The bracket that was opened last, here or before.
    fn pop(&mut self) -> Option<Opener> {
        self.open.pop().or_else(|| {
            let open = &self.around.state.open;
            let bracket = open.get(open.len().checked_sub(self.notes.closed + 1)?)?;
            self.notes.closed += 1;
            Some(Opener { at: None, image: bracket.image, heads: bracket.heads })
        })
    }

    fn has_open_image(&self) -> bool {
        let open = &self.around.state.open;
        let before = open.get(..open.len().saturating_sub(self.notes.closed)).unwrap_or_default();
        self.open.iter().any(|o| o.image) || before.iter().any(|o| o.image)
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
        if is_pattern(self.slice(span.clone())) {
            return None;
        }
        let usage = if image { Use::Image } else { Use::Link };
        let place = match self.judged(&span, usage) {
            place @ (Place::External | Place::Script) => place,
            _ => judge(self.slice(span.clone()), Escapes::Html, usage, self.policy),
        };
        let (rule, severity) = match place {
            Place::External if image => ("image.wiki", Severity::High),
            Place::External => ("link.wiki", Severity::Medium),
            Place::Script => ("link.script", Severity::High),
            Place::Allowed => {
                self.keep(span.clone(), span.end);
                return None;
            }
            _ => return None,
        };
        if self.stays(rule, severity, &span) {
            self.settle(span);
            return None;
        }
        let marker = self.marker(&span, image);
        Some(self.edit(span, marker, rule, severity))
    }

    /// Leaves what is open to the parts that follow.
    pub(super) fn unclosed(&mut self) {
        for opener in std::mem::take(&mut self.open) {
            let mut image = opener.image;
            if let Some(at) = opener.at.filter(|_| image && self.policy.strip_images) {
                self.drop_mark(at);
                image = false;
            }
            self.notes.open.push(Bracket { image, heads: opener.heads });
        }
    }

    /// A closing bracket.
    pub(super) fn close(&mut self, at: usize) -> usize {
        let next = self.byte(at + 1);
        // Some readers do not know escapes: what follows is judged all the same.
        let escaped = self.is_escaped(at);
        let opener = if escaped { None } else { self.pop() };
        let strip = self.policy.strip_images && opener.is_some_and(|o| o.image);
        match next {
            Some(b'(') => {
                // Without its end it is a reference, and what follows is text.
                if !strip && opener.is_some_and(|o| o.image) && !self.is_closed(at) {
                    self.refer(at, opener);
                }
                return self.inline(at, opener, strip);
            }
            _ if strip => return self.strip_reference(at, opener),
            _ => {}
        }
        let floor = self.floor;
        self.refer(at, opener);
        match next {
            Some(b':') => self.definition(at, opener),
            // What was edited lies before, unless the reference went too.
            _ if self.floor > floor && self.floor > at => self.floor,
            _ => at + 1,
        }
    }

    /// `](destination "title")`
    fn inline(&mut self, at: usize, opener: Option<Opener>, strip: bool) -> usize {
        let image = opener.is_some_and(|o| o.image);
        let start = self.skip_space(at + 2);
        // The head decides; only what goes is read to its end.
        if !strip && !self.leads_out(start) {
            return at + 1;
        }
        let target = self.target(start, true);
        let usage = if image { Use::Image } else { Use::Link };
        let mut place = self.judged(&target.inner, usage);
        if place == Place::External && !image && opener.is_some() && self.leads_home(&target.inner) {
            self.report(target.inner.clone(), "link.inline", Severity::Low);
            self.settle(target.inner.clone());
            return target.inner.start;
        }
        if place == Place::Allowed && !image && (self.is_stray() || (opener.is_none() && self.has_open_image())) {
            // It may close an image all the same.
            place = self.judged(&target.inner, Use::Image);
        }
        if !strip && place == Place::Allowed {
            return self.keep(target.inner.clone(), target.inner.start);
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
        if !strip && self.stays(rule, severity, &(at..end)) {
            self.settle(target.inner.clone());
            return target.inner.start;
        }
        self.replace_bracket(at..end, opener, image, rule, severity)
    }

    /// Whether a destination in parentheses stands behind the bracket, to its end.
    fn is_closed(&self, at: usize) -> bool {
        let target = self.target(self.skip_space(at + 2), true);
        self.closing(target.span.end).is_some()
    }

    /// Whether the destination of a link, which nobody takes for an image, is the reader's own machine in its plainest form.
    fn leads_home(&self, inner: &Range<usize>) -> bool {
        let raw = self.slice(inner.clone());
        !self.is_stray() && !self.has_open_image() && raw.starts_with("http") && is_idle(raw)
    }

    /// `![alt][reference]`, `![alt][]`, `![alt]`
    pub(super) fn strip_reference(&mut self, at: usize, opener: Option<Opener>) -> usize {
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
        if let Some((opener, start)) = opener.and_then(|o| o.at.map(|start| (o, start))) {
            let text = start + if opener.image { 2 } else { 1 };
            empty = text == span.start;
            let apart = matches!(self.before(start), Some(b']' | b'!' | b'<' | b'\\'));
            let with = if apart { " " } else { "" };
            if self.drops(rule) && !self.touches(start..span.start) {
                let marker = if image { IMAGE_MARKER } else { LINK_MARKER };
                let joins = matches!(self.byte(span.end), Some(b'(' | b'[' | b':'));
                let marker = format!("{with}{marker}{}", if joins { " " } else { "" });
                return self.edit(start..span.end, marker, rule, severity);
            }
            self.pass.edits.push(Edit { span: start..text, text: Cow::Borrowed(with), hit: None });
        }
        let spaced = empty || self.before(span.start).is_none_or(|b| b.is_ascii_whitespace());
        // Behind the text comes a space of its own, so that only what follows is of interest.
        let marker = self.marker(&(span.start..span.end), image);
        let marker = if spaced { marker } else { format!(" {}", marker.trim_start()) };
        self.edit(span, marker, rule, severity)
    }

    /// Whether an edit lies within the span.
    fn touches(&self, span: Range<usize>) -> bool {
        self.pass.edits.iter().rev().take(64).any(|edit| edit.span.end > span.start && edit.span.start < span.end)
            || (self.pass.edits.len() > 64 && self.floor > span.start)
    }

    /// `[label]: destination`
    fn definition(&mut self, at: usize, opener: Option<Opener>) -> usize {
        if !opener.is_none_or(|o| o.heads) {
            return at + 1;
        }
        let start = self.skip_space(at + 2);
        if !self.leads_out(start) {
            return at + 1;
        }
        let target = self.target(start, false);
        let mut place = self.judged(&target.inner, Use::Link);
        if matches!(place, Place::Allowed | Place::External) {
            // Where images may be loaded from, links may lead as well.
            let image = self.judged(&target.inner, Use::Image);
            let named = opener.and_then(|o| o.at).map(|open| label(self.slice(open + 1..at)));
            if !image.refused() {
                place = image;
            } else if place == Place::Allowed && named.is_some_and(|named| self.serves_images(named)) {
                place = Place::External;
            } else if place == Place::Allowed {
                self.notes.links.extend(named);
            }
        }
        let (rule, severity) = match place {
            Place::Relative => return at + 1,
            Place::Named if !self.ends_definition(target.span.end) => return at + 1,
            Place::Allowed => return self.keep(target.inner.clone(), target.inner.start),
            Place::Script => ("link.script", Severity::High),
            _ => ("link.definition", Severity::Medium),
        };
        if self.stays(rule, severity, &target.span) {
            self.settle(target.inner.clone());
            return target.inner.start;
        }
        let marker = self.marker(&target.span, false);
        self.edit(target.span, marker, rule, severity)
    }

    /// Whether the line ends at `at`, but for a title.
    fn ends_definition(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let next = rest.iter().find(|b| !matches!(b, b' ' | b'\t'));
        next.is_none_or(|b| matches!(b, b'\n' | b'\r' | b'"' | b'\'' | b'('))
    }

    fn skip_space(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(SPACE).take_while(|b| b.is_ascii_whitespace()).count()
    }

    /// What the start of the destination at `start` says.
    fn leads_out(&self, start: usize) -> bool {
        let angle = self.byte(start) == Some(b'<');
        let rest = self.text.get(start + usize::from(angle)..);
        rest.is_some_and(|rest| READINGS.into_iter().any(|escapes| may_lead_out(rest, escapes, !angle)))
    }

    fn judged(&self, inner: &Range<usize>, usage: Use) -> Place {
        let raw = self.slice(inner.clone());
        if !raw.contains(['\\', '&']) {
            return judge(raw, Escapes::Html, usage, self.policy);
        }
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

/// Whether what begins with backslashes in double brackets is a class in a pattern, such as `[[\\s\\S]`, and no share of a
/// host.
fn is_pattern(inner: &str) -> bool {
    let name = inner.trim_start_matches(['\\', '/']);
    let host = name.split(['\\', '/', '?', '#']).next().unwrap_or_default();
    inner.starts_with('\\') && !name.contains(['&', '%', '@', ':']) && !is_host(host)
}
