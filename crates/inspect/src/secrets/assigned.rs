//! Keys and the values that are assigned to them, in the syntaxes of configurations, of code, of headers and of command lines.

use super::key::{self, Kind};
use super::value::{self, Value};
use super::{Hits, random, urls};
use aho_corasick::packed::{MatchKind, Searcher};
use std::ops::Range;
use std::sync::LazyLock;

/// Ends of keys that a blank may separate from their value, and schemes of the Authorization header.
const WORDS: [&str; 16] = [
    "assword ",
    "ASSWORD ",
    "asswd ",
    "assphrase ",
    "oken ",
    "OKEN ",
    "ecret ",
    "ECRET ",
    "-key ",
    "_key ",
    "_KEY ",
    "earer ",
    "EARER ",
    "Basic ",
    "-u ",
    "--user ",
];

/// What private keys hold: they are searched for only where one of these stands.
const KEYS: [&str; 3] = ["PRIVATE KEY", "Static key V1", "PuTTY-User-Key-File-"];

static BLANK: LazyLock<Option<Searcher>> = LazyLock::new(|| {
    aho_corasick::packed::Config::new()
        .match_kind(MatchKind::LeftmostFirst)
        .builder()
        .extend(WORDS)
        .extend(KEYS)
        .build()
});

/// Finds what is assigned. Gives whether there may be private keys.
pub(super) fn find(bytes: &[u8], hits: &mut Hits<'_>) -> bool {
    for at in memchr::memchr3_iter(b'=', b':', b'>', bytes) {
        if let Some(name) = key_before(bytes, at)
            && let Some((rule, span)) = assigned(bytes, paired(bytes, &name).unwrap_or(name), at)
        {
            hits.add_weak(rule, span);
        }
    }
    let Some(blank) = &*BLANK else { return true };
    let mut keys = false;
    for found in blank.find_iter(bytes) {
        if found.pattern().as_usize() >= WORDS.len() {
            keys = true;
        } else if let Some((rule, span)) = spoken(bytes, found.end() - 1) {
            hits.add_weak(rule, span);
        }
    }
    keys
}

const fn named(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The key whose last character stands before `end`.
fn name_before(bytes: &[u8], end: usize) -> Range<usize> {
    let before = bytes.get(..end).unwrap_or_default();
    let length = before.iter().rev().take(key::LONGEST + 1).take_while(|byte| named(**byte)).count();
    end - length..end
}

/// The key before the separator at `at`.
pub(super) fn key_before(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let back = |end: usize, most: usize, fits: fn(u8) -> bool| {
        end - bytes.get(..end).unwrap_or_default().iter().rev().take(most).take_while(|byte| fits(**byte)).count()
    };
    let mut end = at;
    if bytes.get(at) == Some(&b'>') {
        let name = name_before(bytes, end);
        let opens = name.start.checked_sub(1).and_then(|place| bytes.get(place));
        return (!name.is_empty() && matches!(opens, Some(b'<' | b':'))).then_some(name);
    }
    end = back(end, 1, |byte| matches!(byte, b':' | b'+' | b'?' | b'='));
    end = back(end, value::GAP, |byte| matches!(byte, b' ' | b'\t'));
    let marks = back(end, 8, |byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'*'));
    end = if bytes.get(marks..end).is_some_and(|closing| closing.contains(&b';')) { end } else { marks };
    if bytes.get(..end)?.ends_with(b"&quot;") {
        end -= 6;
    }
    let name = name_before(bytes, end);
    (name.len() <= key::LONGEST && bytes.get(name.start..name.end)?.iter().any(u8::is_ascii_alphabetic)).then_some(name)
}

/// What the value is called where its key is `value`: the pair before it says so, as in the environment of a container
/// (`- name: DB_PASSWORD`, `value: ...`), in a list of parameters or a setting (`key="..." value="..."`).
fn paired(bytes: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    const NAMES: [&[u8]; 6] = [b"name", b"key", b"variable", b"parametername", b"parameterkey", b"varname"];
    let own = bytes.get(name.clone())?;
    if !own.eq_ignore_ascii_case(b"value") && !own.eq_ignore_ascii_case(b"parametervalue") {
        return None;
    }
    let back = |end: usize, fits: fn(u8) -> bool| {
        end - bytes.get(..end).unwrap_or_default().iter().rev().take(48).take_while(|byte| fits(**byte)).count()
    };
    let quote = |byte: u8| matches!(byte, b'"' | b'\'' | b'`' | b'\\');
    let end = back(name.start, |byte| {
        byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b',' | b'{' | b'-')
    });
    let gap = bytes.get(end..name.start)?;
    if gap.is_empty() || gap.iter().filter(|byte| **byte == b'\n').count() > 1 {
        return None;
    }
    let called = name_before(bytes, end);
    let sign = back(back(called.start, quote), |byte| matches!(byte, b' ' | b'\t'));
    let sign = sign.checked_sub(1).filter(|at| matches!(bytes.get(*at), Some(b':' | b'=')))?;
    let key = name_before(bytes, back(back(sign, |byte| byte == b' '), quote));
    let key = bytes.get(key)?;
    (!called.is_empty() && NAMES.iter().any(|known| key.eq_ignore_ascii_case(known))).then_some(called)
}

/// Where the value may begin behind the separator at `at`.
pub(super) fn behind(bytes: &[u8], at: usize) -> usize {
    let more = bytes.get(at + 1..).unwrap_or_default().iter().take(2);
    at + 1 + more.take_while(|byte| matches!(**byte, b'=' | b'>' | b'~')).count()
}

fn assigned(bytes: &[u8], name: Range<usize>, at: usize) -> Option<(&'static str, Range<usize>)> {
    let from = behind(bytes, at);
    // A path of code.
    if bytes.get(at..)?.starts_with(b"::") {
        return None;
    }
    if !key::promises(bytes.get(name.clone())?) || summed(bytes, name.start) {
        return None;
    }
    let value = value::read(bytes, from)?;
    let text = bytes.get(value.span.clone())?;
    if let Some(span) = value::phrase(bytes, &value)
        && let Some(Kind::Password) = bytes.get(name.clone()).and_then(|name| key::kind(name, text))
    {
        return Some((value::PASSWORD, span));
    }
    if text.len() < 6 {
        // The name of a scheme is short; what it belongs to follows.
        let kind = bytes.get(name).and_then(|name| key::kind(name, text))?;
        return authorized(bytes, from, kind);
    }
    let joined = bytes.get(..name.start).is_some_and(|before| before.ends_with(b";"));
    let kind = bytes.get(name).and_then(|name| key::kind(name, text))?;
    if let Some(found) = authorized(bytes, from, kind) {
        return Some(found);
    }
    // In a connection string a password needs no digits.
    let listed = joined || continued(bytes, value.span.end);
    if matches!(kind, Kind::Password) && listed && !value.quoted && !urls::weak(b"", text) && !random::placeholder(text)
    {
        return Some((value::PASSWORD, value.span));
    }
    value::judge(bytes, &value, kind)
}

/// What the whole of `value` is as the value of the key `name`, white space around it aside.
pub(super) fn under(name: &str, value: &str) -> Option<(&'static str, Range<usize>)> {
    let bytes = value.as_bytes();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let span = start..start + bytes.trim_ascii().len();
    let text = bytes.get(span.clone())?;
    if !(6..=value::LONGEST).contains(&text.len()) {
        return None;
    }
    let name = name.as_bytes();
    let kind = key::kind(name.get(name.len().saturating_sub(key::LONGEST)..)?, text)?;
    authorized(bytes, start, kind).or_else(|| value::judge(bytes, &Value { span, quoted: true }, kind))
}

/// Whether what stands before a key says that its value is a sum over what it names: `checksum/secret`.
fn summed(bytes: &[u8], start: usize) -> bool {
    let Some(slash) = start.checked_sub(1).filter(|at| bytes.get(*at) == Some(&b'/')) else { return false };
    let before = bytes.get(name_before(bytes, slash)).unwrap_or_default();
    [&b"checksum"[..], b"hash", b"digest"].iter().any(|word| before.to_ascii_lowercase().ends_with(word))
}

fn authorized(bytes: &[u8], from: usize, kind: Kind) -> Option<(&'static str, Range<usize>)> {
    let header = matches!(kind, Kind::Authorization).then(|| value::header(bytes, from)).flatten();
    header.map(|span| (value::AUTHORIZATION, span))
}

/// Whether another pair follows as in a connection string: `;User Id=`.
fn continued(bytes: &[u8], end: usize) -> bool {
    let Some([b';', rest @ ..]) = bytes.get(end..) else { return false };
    let name = rest.iter().take(32).take_while(|byte| byte.is_ascii_alphabetic()).count();
    name > 2 && rest.get(name) == Some(&b'=') && rest.get(name + 1).is_some_and(|next| next.is_ascii_alphanumeric())
}

/// What a value is when a blank separates it from its key, which ends at `blank`.
fn spoken(bytes: &[u8], blank: usize) -> Option<(&'static str, Range<usize>)> {
    let name = name_before(bytes, blank);
    let text = bytes.get(name.clone())?;
    if [&b"Bearer"[..], b"bearer", b"BEARER", b"Basic"].contains(&text) {
        return value::header(bytes, name.start).map(|span| (value::AUTHORIZATION, span));
    }
    let flag = text.starts_with(b"-");
    let value = value::read(bytes, linked(bytes, blank))?;
    if flag && matches!(text, b"-u" | b"--user") {
        return user(bytes, &value);
    }
    let kind = key::kind(text, bytes.get(value.span.clone())?)?;
    // In a sentence words follow each other.
    let long = match kind {
        Kind::Password => value.span.len() >= 8 && !bytes.get(value.span.clone())?.contains(&b'/'),
        Kind::Secret | Kind::Key | Kind::Vendor(..) => value.span.len() >= 20,
        Kind::Authorization | Kind::Jwk => false,
    };
    if flag || value.quoted || long { value::judge(bytes, &value, kind) } else { None }
}

/// The place behind `is` and its kind.
pub(super) fn linked(bytes: &[u8], blank: usize) -> usize {
    let from = blank + value::blanks(bytes, blank);
    let rest = bytes.get(from..).unwrap_or_default();
    let words = [&b"is "[..], b"is: ", b"was ", b"for "];
    from + words.iter().find(|word| rest.starts_with(word)).map_or(0, |word| word.len())
}

/// The password of `NAME:PASSWORD` after `-u`.
fn user(bytes: &[u8], value: &Value) -> Option<(&'static str, Range<usize>)> {
    let text = bytes.get(value.span.clone())?;
    let colon = memchr::memchr(b':', text)?;
    let (name, password) = (text.get(..colon)?, text.get(colon + 1..)?);
    let plain = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'));
    // Numbers are the ids of a user and a group.
    // Behind the name of a scheme an address follows.
    let secret = plain
        && password.len() >= 6
        && !password.starts_with(b"//")
        && !password.iter().all(u8::is_ascii_digit)
        && !urls::weak(name, password);
    secret.then(|| (value::PASSWORD, value.span.start + colon + 1..value.span.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_searcher_is_built() {
        assert!(BLANK.is_some());
    }
}
