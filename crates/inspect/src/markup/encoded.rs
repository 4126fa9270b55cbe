//! URLs in the text that only appear once character references are undone.

use super::Scan;
use crate::Severity;
use crate::entity::{self, Escapes};
use crate::invisible::hidden;

/// How far a word is read in each direction.
const WORD: usize = 256;

/// What the lines around a key begin and end with (RFC 7468, section 2).
const EDGE: &[u8] = b"-----";

impl Scan<'_> {
    pub(super) fn ampersand(&mut self, at: usize) -> usize {
        let Some((c, len)) = entity::reference(self.text, at) else { return at + 1 };
        if let Some((rule, severity)) = hidden(c)
            && severity >= Severity::Medium
            && !self.stays(rule, severity, &(at..at + len))
        {
            return self.hidden_reference(at, at + len, rule, severity);
        }
        let needless = c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '\\' | '.' | '\t' | '\n');
        if !needless || at + len <= self.words_read {
            return at + len;
        }
        let start = self.word_start(at);
        let end = self.word_end(at + len);
        let word = entity::decode(self.slice(start..end), Escapes::Markdown);
        if !holds_url(&word) || self.is_settled(&(start..end)) {
            // What starts near the end of what was read is read again with what follows it.
            self.words_read = end.saturating_sub(WORD / 4);
            return at + len;
        }
        if self.policy.keep_bare_links {
            return self.report(start..end, "link.encoded", Severity::Medium);
        }
        if self.stays("link.encoded", Severity::High, &(start..end)) {
            return end;
        }
        let end = self.url_end(end).max(end);
        let marker = self.marker(&(start..end), false);
        self.edit(start..end, marker, "link.encoded", Severity::High)
    }

    /// An escape of JSON for a character that needs none: of a URL that a program reads, perhaps.
    pub(super) fn escape(&mut self, at: usize) -> usize {
        let Some(c) = escaped(self.text, at) else { return at + 1 };
        let needless = c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '\\' | '.');
        if !needless || at + ESCAPE <= self.words_read {
            return at + ESCAPE;
        }
        let (start, end) = (self.word_start(at), self.word_end(at + ESCAPE));
        if !holds_url(&unescaped(self.slice(start..end))) || self.is_settled(&(start..end)) {
            self.words_read = end.saturating_sub(WORD / 4);
            return at + ESCAPE;
        }
        if self.policy.keep_bare_links {
            return self.report(start..end, "link.encoded", Severity::Medium);
        }
        if self.stays("link.encoded", Severity::High, &(start..end)) {
            return end;
        }
        let end = self.url_end(end).max(end);
        let marker = self.marker(&(start..end), false);
        self.edit(start..end, marker, "link.encoded", Severity::High)
    }

    /// Takes out a reference to a character that does not show, and those behind it. What stood beside it must not become
    /// markup by that.
    fn hidden_reference(&mut self, at: usize, mut end: usize, rule: &'static str, severity: Severity) -> usize {
        while let Some((c, len)) = entity::reference(self.text, end)
            && hidden(c).is_some_and(|(_, severity)| severity >= Severity::Medium)
        {
            end += len;
        }
        let joins = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_punctuation());
        let apart = joins(self.before(at)) || (joins(self.byte(end)) && self.before(at).is_some());
        self.edit(at..end, if apart { " " } else { "" }, rule, severity)
    }

    fn word_start(&self, at: usize) -> usize {
        let lowest = self.floor.max(at.saturating_sub(WORD));
        let head = self.bytes.get(lowest..at).unwrap_or_default();
        // The first and the last line of a key are no part of a URL.
        let head = memchr::memmem::rfind(head, EDGE).and_then(|edge| head.get(edge + EDGE.len()..)).unwrap_or(head);
        let start = at - head.iter().rev().take_while(|b| word_byte(**b)).count();
        // Not within a character.
        (start..=at).find(|place| self.text.is_char_boundary(*place)).unwrap_or(at)
    }

    fn word_end(&self, at: usize) -> usize {
        let tail = self.bytes.get(at..).unwrap_or_default();
        let end = at + tail.iter().take(WORD).take_while(|b| word_byte(**b)).count();
        (at..=end).rev().find(|place| self.text.is_char_boundary(*place)).unwrap_or(at)
    }
}

/// How long an escape of JSON is (RFC 8259, section 7).
const ESCAPE: usize = 6;

/// The character of ASCII that the escape at `at` stands for.
fn escaped(text: &str, at: usize) -> Option<char> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix("\\u00")?;
    u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii).map(char::from)
}

/// The word with such escapes undone.
fn unescaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut at = 0;
    while let Some(c) = word.get(at..).and_then(|rest| rest.chars().next()) {
        let undone = escaped(word, at);
        out.push(undone.unwrap_or(c));
        at += undone.map_or(c.len_utf8(), |_| ESCAPE);
    }
    out
}

const fn word_byte(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'<' | b'>' | b'"' | b'`' | b'(' | b')' | b'[' | b']' | b'|')
}

/// Whether a decoded word holds what a reader would make a link of.
fn holds_url(word: &str) -> bool {
    let squeezed: String = word.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let lower = squeezed.to_ascii_lowercase();
    let schemed = lower.match_indices("://").any(|(at, _)| {
        let letter = lower.get(..at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_alphanumeric()));
        letter && lower.get(at + 3..).is_some_and(|rest| !rest.is_empty())
    });
    schemed
        || lower.starts_with("//")
        || lower.contains("www.")
        || ["javascript:", "vbscript:", "data:", "mailto:"].iter().any(|scheme| lower.contains(scheme))
}
