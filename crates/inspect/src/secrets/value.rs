//! A value beside its key: where it begins and ends in the syntax at hand, and whether it is a secret.

use super::format::{Class, begins};
use super::key::Kind;
use super::random;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::ops::Range;

/// The rules.
pub(super) const JWK: &str = "secret.private_key.jwk";
pub(super) const AUTHORIZATION: &str = "secret.authorization";
pub(super) const PASSWORD: &str = "secret.assigned.password";
pub(super) const KEY: &str = "secret.assigned.key";

/// The longest value, in bytes.
pub(super) const LONGEST: usize = 512;

/// The most white space between separator and value, in bytes.
pub(super) const GAP: usize = 16;

/// A value and whether its quotation marks stand around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) span: Range<usize>,
    pub(super) quoted: bool,
}

/// The value that begins at or behind `from`.
pub(super) fn read(bytes: &[u8], from: usize) -> Option<Value> {
    let mut at = from + blanks(bytes, from);
    at += annotation(bytes.get(at..)?);
    let rest = bytes.get(at..)?;
    let prefix = rest.iter().take(2).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'@').count();
    let slashes = rest.iter().take(3).take_while(|byte| **byte == b'\\').count();
    let opening = if quote(rest.get(prefix)) { prefix } else { slashes };
    let entity = rest.starts_with(b"&quot;");
    if !entity && !quote(rest.get(opening)) {
        return unquoted(bytes, at);
    }
    let start = at + if entity { 6 } else { opening + 1 };
    let mark = *rest.get(opening)?;
    let body = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let ends = |byte: &u8| {
        *byte == b'\n' || (if entity { *byte == b'&' } else { *byte == mark }) || (slashes > 0 && *byte == b'\\')
    };
    let length = match body.iter().position(ends) {
        Some(length) => length,
        None if body.len() < LONGEST => body.len(),
        None => return None,
    };
    (length > 0).then_some(Value { span: start..start + length, quoted: true })
}

fn quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}

/// The length of the blanks there, within a line.
pub(super) fn blanks(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take(GAP).take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The length of a type before the value: `: &str = "…"`, `: string = "…"`.
fn annotation(rest: &[u8]) -> usize {
    let fits = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(**byte, b'&' | b'_' | b'<' | b'>' | b'[' | b']' | b'?' | b':' | b'\'')
    };
    let name = rest.iter().take(40).take_while(fits).count();
    let behind = rest.get(name..).unwrap_or_default();
    let sign = behind.iter().take(2).take_while(|byte| **byte == b' ').count();
    match behind.get(sign..) {
        Some([b'=', b' ', b'"' | b'\'' | b'`', ..]) if name > 0 => name + sign + 2,
        Some([b'=', b'"' | b'\'' | b'`', ..]) if name > 0 => name + sign + 1,
        _ => 0,
    }
}

fn unquoted(bytes: &[u8], from: usize) -> Option<Value> {
    let rest = bytes.get(from..bytes.len().min(from + LONGEST))?;
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || byte.is_ascii_control()
            || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\')
    };
    let whole = match rest.iter().position(ends) {
        Some(length) => length,
        None if rest.len() < LONGEST => rest.len(),
        None => return None,
    };
    let value = rest.get(..whole)?;
    // What separates it from another pair, or closes what it stands in.
    let parted = (0..whole).find(|at| match value.get(*at) {
        Some(b'&' | b';' | b',') => pair(value.get(at + 1..).unwrap_or_default()),
        _ => false,
    });
    let value = value.get(..parted.unwrap_or(whole))?;
    let open = value.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{'));
    let closes =
        |byte: &&u8| matches!(**byte, b',' | b';' | b'.' | b':') || (!open && matches!(**byte, b')' | b']' | b'}'));
    let tail = value.iter().rev().take_while(closes).count();
    let length = value.len() - tail;
    (length > 0).then_some(Value { span: from..from + length, quoted: false })
}

/// Whether it goes on with another key and its separator, or not at all.
fn pair(rest: &[u8]) -> bool {
    let name = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-' | b' ' | b'.'))
        .count();
    rest.is_empty() || (name > 0 && matches!(rest.get(name), Some(b'=' | b':')))
}

/// Words that stand in sentences about passwords, and few in a passphrase.
const PLAIN: [&str; 74] = [
    "the",
    "and",
    "are",
    "was",
    "were",
    "been",
    "for",
    "from",
    "with",
    "without",
    "not",
    "you",
    "your",
    "our",
    "their",
    "its",
    "his",
    "her",
    "this",
    "that",
    "these",
    "those",
    "must",
    "can",
    "may",
    "will",
    "shall",
    "should",
    "has",
    "have",
    "had",
    "all",
    "any",
    "each",
    "every",
    "only",
    "but",
    "than",
    "then",
    "when",
    "where",
    "who",
    "what",
    "how",
    "why",
    "see",
    "use",
    "set",
    "least",
    "most",
    "more",
    "one",
    "two",
    "four",
    "user",
    "password",
    "passphrase",
    "key",
    "letters",
    "letter",
    "case",
    "digits",
    "word",
    "words",
    "random",
    "new",
    "old",
    "wrong",
    "length",
    "minimum",
    "please",
    "here",
    "below",
    "never",
];

/// The place of a passphrase: four words or more, each plain, none of a sentence. It ends with its line or its quotation mark.
pub(super) fn phrase(bytes: &[u8], value: &Value) -> Option<Range<usize>> {
    const UNQUOTED: usize = 5;
    const QUOTED: usize = 12;
    let start = value.span.start;
    let rest = bytes.get(start..bytes.len().min(start + 128))?;
    let line = if value.quoted {
        bytes.get(value.span.clone())?
    } else {
        rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?
    };
    let line = line.trim_ascii_end();
    let most = if value.quoted { QUOTED } else { UNQUOTED };
    let word = |word: &[u8]| {
        (3..=9).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && !PLAIN.iter().any(|plain| plain.as_bytes() == word)
            && ![&b"ed"[..], b"ing", b"ly", b"es"].iter().any(|end| word.ends_with(end))
    };
    let parts = || line.split(|byte| *byte == b' ');
    let count = parts().take(QUOTED + 1).count();
    let fits = (4..=most).contains(&count) && parts().all(word) && !random::placeholder(line);
    (fits && !random::template(line)).then_some(start..start + line.len())
}

/// What of the value is a secret of that kind, and its rule.
pub(super) fn judge(bytes: &[u8], value: &Value, kind: Kind) -> Option<(&'static str, Range<usize>)> {
    let text = bytes.get(value.span.clone())?;
    if let Some((scheme, secret)) = scheme(text) {
        let span = value.span.start + scheme..value.span.start + scheme + secret.len();
        return authorization(text.get(..scheme)?, secret).then_some((AUTHORIZATION, span));
    }
    let whole = value.span.clone();
    let opens = |byte: &u8| matches!(byte, b'(' | b'{' | b'[');
    let closed = || memchr::memchr3(b')', b'}', b']', text).is_some() || text.last().is_some_and(opens);
    let called = !value.quoted && text.iter().any(opens) && closed();
    match kind {
        _ if called => None,
        Kind::Password => random::password(text).then_some((PASSWORD, whole)),
        // An id stands beside many a word that ends so; a secret in this form is called one.
        Kind::Key if super::format::uuid(text) == Some(text.len()) => None,
        Kind::Key => random::token(text).then_some((KEY, whole)),
        Kind::Secret => (random::token(text) || (value.quoted && random::password(text))).then_some((KEY, whole)),
        Kind::Authorization => random::token(text).then_some((AUTHORIZATION, whole)),
        Kind::Jwk => {
            let fits = value.quoted && text.len() >= 42 && text.iter().all(|byte| Class::Url.has(*byte));
            (fits && random::token(text)).then_some((JWK, whole))
        }
        Kind::Vendor(near, secret) => {
            let chance =
                if secret { random::entropy(text) >= 25 && !random::filler(text) } else { random::token(text) };
            chance.then_some((near.rule.id, whole))
        }
    }
}

/// Names of schemes (RFC 9110, section 11; others in use).
const SCHEMES: &[&str] = &[
    "bearer",
    "basic",
    "token",
    "bot",
    "apikey",
    "api-key",
    "ssws",
    "key",
    "splunk",
    "genie-key",
    "deepl-auth-key",
    "discogs",
    "klaviyo-api-key",
];

/// The length of a scheme's name with its blank, and what follows.
fn scheme(text: &[u8]) -> Option<(usize, &[u8])> {
    let name = text.iter().take(20).take_while(|byte| !byte.is_ascii_whitespace()).count();
    let known =
        text.get(..name).is_some_and(|name| SCHEMES.iter().any(|scheme| name.eq_ignore_ascii_case(scheme.as_bytes())));
    let from = name + text.iter().skip(name).take_while(|byte| **byte == b' ').count();
    let secret = text.get(from..)?;
    let length = secret
        .iter()
        .take_while(|byte| Class::B64Percent.has(**byte) || matches!(**byte, b'-' | b'.' | b'_' | b'~' | b':'))
        .count();
    (known && from > name && length >= 8).then(|| Some((from, secret.get(..length)?))).flatten()
}

/// The scheme and the credentials at or behind `from`, where no quotation mark is around them.
pub(super) fn header(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from + blanks(bytes, from);
    let rest = bytes.get(start..bytes.len().min(start + LONGEST))?;
    let (name, secret) = scheme(rest)?;
    (begins(bytes, start) && authorization(rest.get(..name)?, secret))
        .then_some(start + name..start + name + secret.len())
}

fn authorization(scheme: &[u8], secret: &[u8]) -> bool {
    if !scheme.trim_ascii_end().eq_ignore_ascii_case(b"basic") {
        return secret.len() >= 16 && random::token(secret);
    }
    let plain = STANDARD.decode(secret).or_else(|_| STANDARD_NO_PAD.decode(secret)).unwrap_or_default();
    let parts = plain.iter().position(|byte| *byte == b':').map(|at| plain.split_at(at));
    parts.is_some_and(|(user, password)| {
        let password = password.get(1..).unwrap_or_default();
        plain.iter().all(|byte| *byte >= b' ') && !super::urls::weak(user, password)
    })
}
