//! URLs that stand in the text by themselves.

use super::Scan;
use crate::Severity;
use crate::destination::{Place, Use, judge};
use crate::entity::Escapes;
use std::borrow::Cow;

/// The schemes that need no slashes to be taken for a link, in lower case.
const PLAIN: [&str; 4] = ["javascript", "vbscript", "data", "mailto"];

/// Pictures that are nothing but pixels.
const PICTURES: [&str; 7] =
    ["png;base64,", "jpeg;base64,", "jpg;base64,", "gif;base64,", "webp;base64,", "bmp;base64,", "x-icon;base64,"];

/// As many backslashes are read as escapes of one slash.
const ESCAPES: usize = 16;

impl Scan<'_> {
    /// A colon: after a scheme, perhaps.
    pub(super) fn colon(&mut self, at: usize) -> usize {
        // A backslash before punctuation disappears in Markdown and in JSON.
        let end = if self.before(at) == Some(b'\\') { at - 1 } else { at };
        let Some(start) = self.scheme_start(end) else { return at + 1 };
        let rest = self.after_slashes(at + 1);
        let scheme = self.slice(start..end).to_ascii_lowercase();
        let next = self.text.get(rest..).and_then(|tail| tail.chars().next());
        let Some(next) = next.filter(|c| url_char(*c)) else { return at + 1 };
        if self.has_slashes(at + 1, rest) {
            return self.bare(start, rest, "link.bare");
        }
        // A name in code has more to it than a scheme.
        let named = self.before(start).is_some_and(|b| matches!(b, b'_' | b'$'));
        let plain = match scheme.as_str() {
            _ if named => false,
            "data" if self.is_picture(at + 1) => {
                // Whoever reads it without showing it may know.
                self.report(start..self.url_end(at + 1), "link.script", Severity::Low);
                return at + 1;
            }
            "data" => self.is_data(at + 1),
            "javascript" | "vbscript" => !self.is_key(start, at + 1),
            "mailto" => next.is_alphanumeric() || next == '?',
            _ => false,
        };
        if plain && PLAIN.contains(&scheme.as_str()) { self.bare(start, at + 1, "link.bare") } else { at + 1 }
    }

    /// Where the scheme that ends at `end` starts.
    fn scheme_start(&self, end: usize) -> Option<usize> {
        let lowest = self.floor.max(end.saturating_sub(64));
        let head = self.bytes.get(lowest..end)?;
        let scheme = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        let run = head.iter().rev().take_while(|b| scheme(b)).count();
        let start = end - run;
        let letter = self.bytes.get(start..end)?.iter().position(u8::is_ascii_alphabetic)?;
        // A line's end in JSON directly before.
        let first = start + letter;
        let known = self.slice(first + 1..end).to_ascii_lowercase();
        if self.ends_line(first) && ["http", "https"].into_iter().chain(PLAIN).any(|scheme| scheme == known) {
            return Some(first + 1);
        }
        // One letter is a drive or a variable.
        (end - start - letter >= 2).then_some(start + letter)
    }

    /// Whether the letter at `at` is an escape of white space in JSON.
    pub(super) fn ends_line(&self, at: usize) -> bool {
        matches!(self.byte(at), Some(b'n' | b'r' | b't')) && self.is_escaped(at)
    }

    /// Behind the slashes that start at `at`, each perhaps escaped, also several times over: JSON may hold JSON.
    fn after_slashes(&self, mut at: usize) -> usize {
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let escapes = rest.iter().take(ESCAPES).take_while(|b| **b == b'\\').count();
            if rest.get(escapes) != Some(&b'/') {
                return at;
            }
            at += escapes + 1;
        }
    }

    fn has_slashes(&self, from: usize, to: usize) -> bool {
        self.bytes.get(from..to).unwrap_or_default().iter().filter(|b| **b == b'/').count() >= 2
    }

    /// Whether what follows `data:` is a media type or starts the content.
    fn is_data(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let kind = rest.iter().take(64).take_while(|b| b.is_ascii_alphabetic()).count();
        match rest.get(kind) {
            Some(b',' | b';') => true,
            Some(b'/') => kind > 0 && rest.get(kind + 1).is_some_and(u8::is_ascii_alphabetic),
            _ => false,
        }
    }

    /// Whether what follows `data:` is a picture of pixels: in running text it is shown by nobody and leads nowhere.
    fn is_picture(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        PICTURES
            .iter()
            .any(|kind| rest.strip_prefix(b"image/").and_then(|rest| rest.strip_prefix(kind.as_bytes())).is_some())
    }

    /// Whether the word is a part of a key, such as `test:javascript:all`: nothing behind it runs.
    fn is_key(&self, start: usize, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let len =
            rest.iter().take(64).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':')).count();
        let ends = rest.get(len).is_none_or(|b| matches!(b, b'"' | b' ' | b'\n'));
        self.before(start) == Some(b':') && ends && len < 64
    }

    /// Two slashes before a host and a path, as a renderer takes them for a link.
    pub(super) fn slashes(&mut self, at: usize) -> usize {
        // In JSON a slash may have a backslash before it.
        let escaped = self.before(at) == Some(b'\\');
        let start = if escaped { at - 1 } else { at };
        let from = match (self.byte(at + 1), self.byte(at + 2)) {
            (Some(b'/'), _) => at + 2,
            (Some(b'\\'), Some(b'/')) if escaped => at + 3,
            _ => return self.host_path(at),
        };
        let before = self.before(start);
        // A line's end in JSON, a definition's colon.
        let ends = start > 0 && self.ends_line(start - 1);
        let defines = before == Some(b':') && start > 1 && self.byte(start - 2) == Some(b']');
        let joined = before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'/' | b'\\' | b'.'));
        let alone = start >= self.floor && (!joined || ends || defines);
        let host = self.bytes.get(from..).unwrap_or_default();
        let named = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'.' | b'-' | b'@' | b'_') || **b >= 0x80;
        let len = host.iter().take(254).take_while(named).count();
        let name = self.slice(from..from + len);
        let goes_on = match host.get(len) {
            Some(b'/' | b'?' | b'#') => true,
            Some(b'\\') => host.get(len + 1) == Some(&b'/'),
            Some(b':') => host.get(len + 1).is_some_and(u8::is_ascii_digit),
            // Where a value is to stand, a host is enough.
            Some(b'"' | b'\'' | b')' | b'}' | b'>') => matches!(before, Some(b'"' | b'\'' | b'=' | b'(' | b'{')),
            _ => false,
        };
        let named = is_host_name(name.rsplit('@').next().unwrap_or_default());
        if alone && named && goes_on { self.bare(start, from, "link.bare") } else { self.after_slashes(at) }
    }

    /// A dot: after `www`, perhaps.
    pub(super) fn dot(&mut self, at: usize) -> usize {
        let start = at.saturating_sub(3).max(self.floor);
        let www = self.bytes.get(start..at).is_some_and(|head| head.eq_ignore_ascii_case(b"www"));
        let joined =
            self.before(start).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'@' | b'-'));
        let alone = !joined || (start > 0 && self.ends_line(start - 1));
        let next = self.text.get(at + 1..).and_then(|tail| tail.chars().next());
        if www && alone && next.is_some_and(char::is_alphanumeric) {
            self.bare(start, at + 1, "link.bare")
        } else {
            at + 1
        }
    }

    /// Judges the URL that starts at `start` and whose first character after scheme and slashes is at `rest`.
    fn bare(&mut self, start: usize, rest: usize, rule: &'static str) -> usize {
        if self.is_settled(&(start..rest)) {
            return rest;
        }
        let end = self.url_end(rest);
        let url = self.slice(start..end);
        let www = url.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www."));
        let named = if www { Cow::Owned(format!("http://{url}")) } else { Cow::Borrowed(url) };
        let place = judge(&named, Escapes::Markdown, Use::Link, self.policy);
        let more = if place == Place::Allowed { self.further_end(end) } else { None };
        let (place, end) = more.map_or((place, end), |end| (Place::External, end));
        match place {
            Place::Relative => rest,
            // Other signs within it still count.
            Place::Allowed => self.keep(start..end, rest),
            Place::Script if self.stays("link.script", Severity::High, &(start..end)) => end,
            Place::Script => {
                let marker = self.marker(&(start..end), false);
                self.edit(start..end, marker, "link.script", Severity::High)
            }
            _ if self.policy.keep_bare_links => self.report(start..end, rule, Severity::Low),
            _ if self.stays(rule, Severity::Medium, &(start..end)) => end,
            _ => {
                let marker = self.marker(&(start..end), false);
                self.edit(start..end, marker, rule, Severity::Medium)
            }
        }
    }

    /// Where a URL that is allowed up to `end` ends for a reader to whom the backslash that stands there is a slash; `None` where
    /// it is an escape of the string that the URL stands in.
    fn further_end(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..)?;
        // Full stops before it were left to the sentence.
        let [b'\\', next, ..] = rest.trim_start_matches('.').as_bytes() else { return None };
        let escape = matches!(next, b'n' | b'r' | b't' | b'b' | b'f' | b'u');
        let before = self.slice(0..end);
        let opens = rest.starts_with("..") || before.ends_with('=') || before.ends_with("=/");
        let goes_on = next.is_ascii_alphanumeric() && (opens || !escape);
        goes_on.then(|| end + rest.find(|c| !url_char(c)).unwrap_or(rest.len()))
    }

    /// Where the URL ends; its closing punctuation belongs to the sentence.
    pub(super) fn url_end(&self, rest: usize) -> usize {
        let mut end = rest;
        let (mut round, mut square) = (0usize, 0usize);
        let tail = self.text.get(rest..).unwrap_or_default();
        let mut chars = tail.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '(' => round += 1,
                '[' => square += 1,
                ')' if round == 0 => break,
                ')' => round -= 1,
                ']' if square == 0 => break,
                ']' => square -= 1,
                // Before a quote it belongs to the string that the URL stands in.
                '\\' if !chars.peek().is_some_and(|c| c.is_ascii_punctuation() && url_char(*c)) => break,
                c if !url_char(c) => break,
                _ => {}
            }
            end += c.len_utf8();
        }
        let kept = self.slice(rest..end).trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '~']).len();
        if kept == 0 { end } else { rest + kept }
    }
}

/// Whether the name is one of a host as a reader knows it: by its top-level domain, or of four numbers.
fn is_host_name(name: &str) -> bool {
    let top = name.rsplit_once('.').map_or("", |(_, top)| top);
    let domain = top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic() || b >= 0x80);
    let puny = top.starts_with("xn--");
    (domain || puny || name.parse::<std::net::Ipv4Addr>().is_ok()) && !name.starts_with('.')
}

/// How long the text's first run of characters of URLs is.
pub(crate) fn url_run(text: &str) -> usize {
    text.find(|c| !url_char(c) || matches!(c, ')' | ']')).unwrap_or(text.len())
}

/// Whether the character may belong to a URL in running text.
fn url_char(c: char) -> bool {
    let quote = matches!(c, '<' | '>' | '"' | '\'' | '`' | '|' | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}');
    let cjk = matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}');
    !(c.is_whitespace() || c.is_control() || quote || cjk)
}
