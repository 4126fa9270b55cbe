//! Whether an allowed URL holds another destination, to which a proxy or an open redirect would lead: in a parameter of any
//! name, in its path or its fragment, with a scheme or without, also in percent-encoding, base64 and hexadecimal.

use super::host::{Shape, listed, shape};
use super::percent_decoded;
use crate::invisible::hidden;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// How often percent-encoding is undone. What is encoded oftener is encoded to hide something.
const ROUNDS: usize = 4;
/// How often base64 or hexadecimal is undone.
const DEPTH: usize = 2;

/// How far a value is read that stands in a path.
const VALUE: usize = 512;

/// Where a part of the URL stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Query,
    Fragment,
}

/// What the name of a parameter says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// It is where to go on, and hardly ever anything else.
    Sure,
    /// It may be where to go on.
    Target,
    /// It is whence a reader came: a host there is common, and is not gone to.
    Source,
    /// Nothing.
    Other,
}

impl Says {
    const fn is_target(self) -> bool {
        matches!(self, Self::Sure | Self::Target)
    }
}

/// Whether the URL holds another one that `own` does not cover.
pub(super) fn forwards(url: &Url, own: &dyn Fn(&str) -> bool) -> bool {
    let parts = [(Part::Path, Some(url.path())), (Part::Query, url.query()), (Part::Fragment, url.fragment())];
    parts.into_iter().filter_map(|(part, text)| Some((part, text?))).any(|(part, text)| {
        let mut view = Cow::Borrowed(text);
        for _ in 0..=ROUNDS {
            if holds(&view, part, own) {
                return true;
            }
            let next = percent_decoded(&view);
            if next == *view {
                return false;
            }
            view = Cow::Owned(next);
        }
        true
    })
}

/// Whether a part, as far as it is decoded, holds a destination.
fn holds(view: &str, part: Part, own: &dyn Fn(&str) -> bool) -> bool {
    // Browsers drop these from a URL, and fold others in the name of a host.
    let mut view = view.replace(['\t', '\n', '\r'], "");
    if !view.is_ascii() {
        view = view.chars().filter(|c| hidden(*c).is_none()).nfkc().collect();
    }
    let value = Value { own, part, depth: 0 };
    if has_scheme(&view, part) {
        return true;
    }
    match part {
        Part::Path => value.path(&view),
        Part::Query => value.pairs(&view),
        Part::Fragment => value.pairs(view.trim_start_matches('!')),
    }
}

/// Whether the text has the sign of a URL with a scheme, or with the slashes behind it.
fn has_scheme(text: &str, part: Part) -> bool {
    let may = text.contains([':', '\\']) || text.contains("//");
    if !may {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let inner = lower.trim_start_matches('/');
    let signs = ["http:", "https:", ":/", "\\\\", "/\\", "javascript:", "vbscript:"];
    let slashes = match part {
        // A slash too many is common, a host behind it is not.
        Part::Path => lower.match_indices("//").any(|(at, _)| {
            let rest = lower.get(at..).unwrap_or_default().trim_start_matches('/');
            rest.split('/')
                .next()
                .is_some_and(|name| name.contains(['.', ':', '@', '[', '%', '\\']) || !name.is_ascii())
        }),
        Part::Query | Part::Fragment => inner.contains("//") || lower.starts_with("//"),
    };
    slashes || signs.iter().any(|sign| inner.contains(sign)) || holds_data(inner)
}

/// Whether a `data:` URL starts anywhere but within a word.
fn holds_data(text: &str) -> bool {
    text.match_indices("data:").any(|(at, _)| {
        !text.get(..at).is_some_and(|head| head.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

#[derive(Clone, Copy)]
struct Value<'a> {
    own: &'a dyn Fn(&str) -> bool,
    part: Part,
    depth: usize,
}

impl Value<'_> {
    /// Parameters of a query, or what stands in the place of them.
    fn pairs(self, text: &str) -> bool {
        text.split(['&', ';', '?', '#']).any(|pair| {
            let mut name = "";
            let mut pieces = pair.split('=').peekable();
            while let Some(piece) = pieces.next() {
                // What has a value is a name.
                let named = pieces.peek().is_some() && name.is_empty();
                if (!named && self.leads(name, piece)) || (named && piece.contains('/') && self.leads("q", piece)) {
                    return true;
                }
                name = piece;
            }
            false
        })
    }

    /// A path: matrix parameters, and what stands behind a segment that says where to go on.
    fn path(self, text: &str) -> bool {
        // How many segments a route says something of.
        let (mut at, mut routed) = (0, 0_usize);
        for segment in text.split('/') {
            let mut from = at;
            for pair in segment.split(';') {
                // What follows in the path may be the value's.
                let whole = start_of(text, from).split(';').next().unwrap_or_default();
                if pair.contains('=') && self.pairs(whole) {
                    return true;
                }
                from += pair.len() + 1;
            }
            if (routed > 0 && self.leads("", start_of(text, at))) || self.is_encoded(segment) {
                return true;
            }
            let name = segment.to_ascii_lowercase();
            routed = match name.as_str() {
                name if listed(ROUTES, name) => 3,
                name if listed(SHORT_ROUTES, name) => 1,
                _ => routed.saturating_sub(1),
            };
            at += segment.len() + 1;
        }
        false
    }

    /// Whether the value of the parameter is a destination elsewhere.
    fn leads(self, name: &str, value: &str) -> bool {
        // What has a name is a parameter, wherever it stands.
        let value_of = if name.is_empty() { self } else { Value { part: Part::Query, ..self } };
        let says = says(name);
        let blank = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if is_six(value) {
            return true;
        }
        let ends = [',', '|', '"', '\'', '{', '}', '[', ']', '<', '>', '(', ')', '`'];
        value
            .split(ends)
            .map(|item| item.trim_matches(blank))
            .filter(|item| item.len() > 3)
            .any(|item| value_of.names_host(says, item) || self.is_encoded(item))
    }

    /// Whether what stands alone names a host.
    fn names_host(self, says: Says, item: &str) -> bool {
        let head_len = item.find(['/', '?', '#', '\\']).unwrap_or(item.len());
        let (head, rest) = item.split_at(head_len);
        let mut goes_on = !rest.is_empty();
        let mut lone = head;
        if let Some((user, host)) = head.rsplit_once('@') {
            let sure = shape(user).is_some_and(|s| s == Shape::Sure);
            let address = !user.is_empty() && !user.contains(':') && !sure && !goes_on;
            if address && !host.contains(':') {
                return false;
            }
            (lone, goes_on) = (host, true);
        }
        let (host, port) = lone.split_once(':').unwrap_or((lone, ""));
        if !port.is_empty() {
            if !port.bytes().all(|b| b.is_ascii_digit()) {
                // `u:evil.com`
                let named = item
                    .split_once(':')
                    .filter(|_| self.part == Part::Query && !host.contains('.') && !port.contains(':'));
                return named.is_some_and(|(_, rest)| self.names_host(says, rest));
            }
            goes_on = true;
        }
        // Put behind a host, these make another one of it.
        let host = host.trim_start_matches(['.', '-', '~']);
        let Some(shape) = shape(host) else { return false };
        let leads = match shape {
            _ if goes_on => match shape {
                Shape::Dotted => says.is_target(),
                Shape::Number => says.is_target() || host.contains(['x', '.']),
                _ => true,
            },
            Shape::Sure => says != Says::Source || host.matches('.').count() > 1,
            Shape::Country => self.part == Part::Query && says != Says::Source,
            Shape::Domain | Shape::Address => self.part == Part::Query && says.is_target(),
            Shape::Number => says.is_target() && host.contains('x'),
            Shape::Dotted => self.part == Part::Query && says == Says::Sure,
        };
        leads && !(self.own)(item)
    }

    /// Whether the text is a destination in base64, base64url or hexadecimal.
    fn is_encoded(self, text: &str) -> bool {
        let starts = ["aHR0c", "SFRUU", "Ly8", "d3d3L"];
        if text.len() < 8 || self.depth >= DEPTH {
            return false;
        }
        if starts.iter().any(|sign| text.starts_with(sign)) {
            return true;
        }
        let deeper = Value { depth: self.depth + 1, ..self };
        let said = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes)
                .ok()
                .filter(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()));
            text.is_some_and(|text| has_scheme(&text, Part::Query) || deeper.leads("", &text) || deeper.pairs(&text))
        };
        hexadecimal(text).is_some_and(said) || base64(text).is_some_and(said)
    }
}

/// As much of a path from `at` on as one value is read of.
fn start_of(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = (0..=rest.len().min(VALUE)).rev().find(|end| rest.is_char_boundary(*end)).unwrap_or(0);
    rest.get(..end).unwrap_or_default()
}

/// Base64 as it stands in URLs: with padding or without, cut anywhere.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.trim_end_matches('=').replace('+', "-").replace('/', "_")).ok()
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("0x").unwrap_or(text).as_bytes();
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2).map(|pair| Some(digit(pair.first()?)? * 16 + digit(pair.last()?)?)).collect()
}

/// An address of version 6 in its brackets.
fn is_six(value: &str) -> bool {
    value.split_once('[').and_then(|(_, rest)| rest.split_once(']')).is_some_and(|(inner, _)| {
        inner.matches(':').count() >= 2 && inner.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'))
    })
}

/// Parameters by which servers commonly say where to go on.
const TARGETS: &str = "addr address backurl callback cb continue dest destination domain endpoint exit external feed fetch forward go \
     goto host hostname href image img jump link loc location next origin out proxy r rd redir redirect return ru \
     server site src target to u upstream uri url webhook www";

/// Endings of such names.
const ENDS: &str = "url uri redirect redir target host";
/// Beginnings of those that hardly ever mean anything else.
const BEGINS: &str = "continue dest forward goto proxy redir return url";
/// Names that say whence a reader came.
const SOURCES: &str = "ref referer referrer source via";

/// Segments of paths behind which servers commonly have where to go on.
const ROUTES: &str = "away cors dest external forward goto jump leave leaving outbound outgoing proxy redir redirect redirector \
     redirects url";

/// Those of them that stand directly before it.
const SHORT_ROUTES: &str = "click exit fetch go l link next out r rd target to track u uri visit";

fn says(name: &str) -> Says {
    let name = name.trim_end_matches("[]").to_ascii_lowercase();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if name.starts_with("utm_") || listed(SOURCES, name) {
        Says::Source
    } else if BEGINS.split(' ').any(|start| name.starts_with(start)) {
        Says::Sure
    } else if name.is_empty() || listed(TARGETS, name) || ENDS.split(' ').any(|end| name.ends_with(end)) {
        Says::Target
    } else {
        Says::Other
    }
}

#[cfg(test)]
mod tests;
