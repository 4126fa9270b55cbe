//! URLs that stand in the text by themselves.

use super::Scan;
use crate::Severity;
use crate::destination::{Place, Use, is_host, is_idle, is_known_host, is_surely_host, judge};
use crate::entity::Escapes;
use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// The schemes that need no slashes to be taken for a link, in lower case.
const PLAIN: [&str; 5] = ["javascript", "vbscript", "data", "mailto", "xmpp"];

/// Pictures that are nothing but pixels.
const PICTURES: [&str; 7] =
    ["png;base64,", "jpeg;base64,", "jpg;base64,", "gif;base64,", "webp;base64,", "bmp;base64,", "x-icon;base64,"];

/// Full stops of other scripts, which stand between labels of a host as well (RFC 3490, section 3.1).
pub(super) const STOPS: [char; 3] = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];

/// The most letters of a scheme that are folded.
const SCHEME: usize = 5;

/// The longest scheme.
const LONGEST: usize = 32;

/// As many backslashes are read as escapes of one slash.
const ESCAPES: usize = 16;

impl Scan<'_> {
    /// A colon: after a scheme, perhaps.
    pub(super) fn colon(&mut self, at: usize) -> usize {
        // A backslash before punctuation disappears in Markdown and in JSON.
        let end = if self.before(at) == Some(b'\\') { at - 1 } else { at };
        let Some(start) = self.scheme_start(end) else { return self.wide_scheme(at) };
        let rest = self.after_slashes(at + 1);
        let scheme = self.slice(start..end).to_ascii_lowercase();
        let next = self.text.get(rest..).and_then(|tail| tail.chars().next());
        if self.has_slashes(at + 1, rest) && next.is_some_and(url_char) {
            return self.bare(start, rest, "link.bare");
        }
        if let Some(rest) = self.lax(&scheme, at + 1) {
            return self.bare(start, rest, "link.bare");
        }
        let Some(next) = next.filter(|c| url_char(*c)) else { return at + 1 };
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
            "xmpp" => self.slice(at + 1..self.url_end(at + 1)).contains('@'),
            "mailto" => next.is_alphanumeric() || next == '?',
            _ => false,
        };
        if plain && PLAIN.contains(&scheme.as_str()) { self.bare(start, at + 1, "link.bare") } else { at + 1 }
    }

    /// Where the host begins behind slashes too few, too many or of another kind, which browsers take for two (URL standard,
    /// section 4.4).
    fn lax(&self, scheme: &str, at: usize) -> Option<usize> {
        if !matches!(scheme, "http" | "https") {
            return None;
        }
        let tail = self.text.get(at..)?;
        let host = tail.trim_start_matches(['/', '\\', '\u{ff0f}', '\u{ff3c}']);
        let slashes = tail.len() - host.len();
        let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':') || STOPS.contains(&c);
        let end = host.char_indices().take(254).find(|(_, c)| !name(*c)).map_or(host.len().min(254), |(at, _)| at);
        let name = host.get(..end)?.rsplit('@').next()?.split(':').next()?.replace(STOPS, ".");
        let named = if slashes == 0 { is_known_host(&name) } else { is_host(&name) };
        named.then_some(at + slashes)
    }

    /// A scheme in letters of another form, such as full-width ones, which is one to who folds them.
    fn wide_scheme(&mut self, at: usize) -> usize {
        let head = self.slice(self.floor.min(at)..at);
        let rest = self.after_slashes(at + 1);
        if head.is_empty() || head.ends_with(|c: char| c.is_ascii()) || !self.has_slashes(at + 1, rest) {
            return at + 1;
        }
        let letters: Vec<char> = head.chars().rev().take(SCHEME).take_while(|c| !c.is_ascii()).collect();
        let folded: String = letters.iter().rev().copied().nfkc().collect::<String>().to_ascii_lowercase();
        let Some(scheme) = ["https", "http", "ftp"].into_iter().find(|scheme| folded.ends_with(scheme)) else {
            return at + 1;
        };
        let length: usize = letters.iter().take(scheme.len()).map(|c| c.len_utf8()).sum();
        // Readers differ about where it leads.
        let end = self.url_end(rest);
        self.refuse(at - length..end, "link.bare")
    }

    /// A share of a network, `\\\\host\\path`, which is opened like a link.
    pub(super) fn share(&mut self, at: usize) -> usize {
        let bytes = self.bytes.get(at..).unwrap_or_default();
        let open = bytes.iter().take_while(|b| **b == b'\\').count();
        let alone =
            self.before(at).is_none_or(|b| b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'(' | b'=' | b'<' | b'>'));
        let host = self.text.get(at + open..).unwrap_or_default();
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let (name, rest) = host.split_at(host.find(|c| !named(c)).unwrap_or(host.len()));
        let path = rest.trim_start_matches('\\');
        let goes_on =
            rest.len() - path.len() == open / 2 && path.starts_with(|c: char| c.is_alphanumeric() || c == '$');
        let goes_on = goes_on || rest.starts_with('@');
        if !(alone && matches!(open, 2 | 4) && goes_on && is_known_host(name)) {
            return at + open;
        }
        let ends = |c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '|' | ')' | ']')
        };
        let span = at..at + open + host.find(ends).unwrap_or(host.len());
        self.refuse(span, "link.bare")
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
        // No scheme is so long: letters that run into one.
        if run > LONGEST
            && let Some(scheme) = ["https", "http", "ftp"].into_iter().find(|scheme| known.ends_with(scheme))
        {
            return Some(end - scheme.len());
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
        let stop = self.text.get(at..).and_then(|tail| tail.chars().next()).filter(|c| *c == '.' || STOPS.contains(c));
        let Some(stop) = stop else { return at + 1 };
        let www = self.bytes.get(start..at).is_some_and(|head| head.eq_ignore_ascii_case(b"www"));
        let joined =
            self.before(start).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'@' | b'-'));
        let alone = !joined || (start > 0 && self.ends_line(start - 1));
        let rest = at + stop.len_utf8();
        let next = self.text.get(rest..).and_then(|tail| tail.chars().next());
        if www && alone && next.is_some_and(char::is_alphanumeric) { self.bare(start, rest, "link.bare") } else { rest }
    }

    /// Judges the URL that starts at `start` and whose first character after scheme and slashes is at `rest`.
    fn bare(&mut self, start: usize, rest: usize, rule: &'static str) -> usize {
        if self.is_settled(&(start..rest)) {
            return rest;
        }
        let end = self.url_end(rest);
        let url = self.slice(start..end);
        let www = url.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("www"))
            && url.get(3..).is_some_and(|rest| rest.starts_with('.') || rest.starts_with(STOPS));
        let named = if www { Cow::Owned(format!("http://{url}")) } else { Cow::Borrowed(url) };
        let place = judge(&named, Escapes::Markdown, Use::Link, self.policy);
        let more = if place == Place::Allowed { self.further_end(end) } else { None };
        let (place, end) = more.map_or((place, end), |end| (Place::External, end));
        match place {
            Place::Relative => rest,
            Place::External if is_idle(url) => {
                self.report(start..end, rule, Severity::Low);
                rest
            }
            // Other signs within it still count.
            Place::Allowed => self.keep(start..end, rest),
            Place::Script if self.stays("link.script", Severity::High, &(start..end)) => end,
            Place::Script => {
                let marker = self.marker(&(start..end), false);
                self.edit(start..end, marker, "link.script", Severity::High)
            }
            _ => self.refuse(start..end, rule),
        }
    }

    /// Puts a marker where a destination stands that may not stay.
    fn refuse(&mut self, span: Range<usize>, rule: &'static str) -> usize {
        let end = span.end;
        if self.policy.keep_bare_links {
            return self.report(span, rule, Severity::Low);
        }
        if self.stays(rule, Severity::Medium, &span) {
            return end;
        }
        let marker = self.marker(&span, false);
        self.edit(span, marker, rule, Severity::Medium)
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
        let mut host = true;
        while let Some(c) = chars.next() {
            host &= !matches!(c, '/' | '?' | '#');
            match c {
                // Before another label of the host (RFC 3490, section 3.1).
                _ if host && STOPS.contains(&c) && self.is_label(end + c.len_utf8()) => {}
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

impl Scan<'_> {
    /// Whether a label of a host stands at `at`: what follows it goes on as a URL does, or it is a top-level domain.
    fn is_label(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default();
        let len = rest.bytes().take(64).take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
        let (label, rest) = rest.split_at_checked(len).unwrap_or_default();
        let goes_on = rest.starts_with(['.', '/', '?', '#']) || rest.starts_with(STOPS);
        let goes_on = goes_on && !rest.trim_start_matches(['.', '/', '?', '#']).is_empty();
        len > 0 && (goes_on || is_surely_host(&format!("a.{label}")))
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

#[cfg(test)]
mod tests;
