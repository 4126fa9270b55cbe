//! String escapes, both ways.

use super::JsonFault;
use std::borrow::Cow;

fn hex4(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The code point of the `\u` escape (or pair of them) that `rest` starts with, and its length in bytes.
fn unicode(rest: &[u8]) -> Result<(char, usize), JsonFault> {
    let high = hex4(rest.get(2..).unwrap_or_default()).ok_or(JsonFault::Syntax)?;
    if let Some(c) = char::from_u32(high) {
        return Ok((c, 6));
    }
    let second = rest.get(6..).unwrap_or_default();
    if !(0xd800..0xdc00).contains(&high) || !second.starts_with(b"\\u") {
        return Err(JsonFault::Surrogate);
    }
    let low = hex4(second.get(2..).unwrap_or_default()).ok_or(JsonFault::Syntax)?;
    if !(0xdc00..0xe000).contains(&low) {
        return Err(JsonFault::Surrogate);
    }
    let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    char::from_u32(code).map(|c| (c, 12)).ok_or(JsonFault::Surrogate)
}

/// The length of the escape that `rest` starts with.
pub(super) fn escape_len(rest: &[u8]) -> Result<usize, JsonFault> {
    match rest.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => unicode(rest).map(|(_, len)| len),
        _ => Err(JsonFault::Syntax),
    }
}

/// The text between the quotes, decoded. Only for text that was scanned.
pub(super) fn decode(inner: &[u8], escaped: bool) -> Cow<'_, str> {
    if !escaped {
        return String::from_utf8_lossy(inner);
    }
    let mut text: Vec<u8> = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((&first, tail)) = rest.split_first() {
        if first != b'\\' {
            let plain = 1 + tail.iter().position(|b| *b == b'\\').unwrap_or(tail.len());
            let (plain, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
            text.extend_from_slice(plain);
            rest = after;
            continue;
        }
        let (c, len) = match rest.get(1) {
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => unicode(rest).unwrap_or((char::REPLACEMENT_CHARACTER, 6)),
            Some(&other) => (char::from(other), 2),
            None => (char::REPLACEMENT_CHARACTER, 1),
        };
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(len..).unwrap_or_default();
    }
    Cow::Owned(String::from_utf8(text).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// Whether two keys are the same once decoded.
pub(super) fn eq_keys(a: &[u8], a_escaped: bool, b: &[u8], b_escaped: bool) -> bool {
    if !a_escaped && !b_escaped { a == b } else { decode(a, a_escaped) == decode(b, b_escaped) }
}

/// `text` as a JSON string with its quotes; escapes as RFC 8785 has them.
#[must_use]
pub fn quote(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
