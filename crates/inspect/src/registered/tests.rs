//! Values in every form, alone and one within another; and texts that are left alone.

mod across;
mod benign;
mod forms;
mod markup;
mod pending;
mod quoted;
mod strength;

use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A small generator (SplitMix64), so that every run tests the same.
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    pub(super) fn of(&mut self, alphabet: &[u8], len: usize) -> String {
        (0..len).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

pub(super) const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Values of several makes.
pub(super) fn values() -> Vec<String> {
    let mut draw = Draw(7);
    let mut values = vec![
        draw.of(ALNUM, 12),
        draw.of(ALNUM, 40),
        format!("sk_live-{}", draw.of(ALNUM, 24)),
        draw.of(b"0123456789abcdef", 32),
        format!("{}+{}/{}==", draw.of(ALNUM, 9), draw.of(ALNUM, 8), draw.of(ALNUM, 7)),
        format!("n{}%41\\n{}&amp;r", draw.of(ALNUM, 6), draw.of(ALNUM, 9)),
        format!("p@{}!w$0{}~#", draw.of(ALNUM, 5), draw.of(ALNUM, 6)),
        draw.of(b"!#$%()*+-<=>?@^~", 16),
    ];
    values.push(format!("{}-{}-{}", draw.of(ALNUM, 4), draw.of(ALNUM, 4), draw.of(ALNUM, 4)));
    values
}

pub(super) fn registered(values: &[String]) -> Registered {
    assert!(values.iter().all(|value| Registered::check(value.as_bytes()).is_ok()), "{values:?}");
    Registered::new(values.iter().map(String::as_bytes))
}

pub(super) fn find(registered: &Registered, text: &str) -> Vec<Match> {
    let mut out = Vec::new();
    registered.find(text, &mut out);
    out
}

/// What is left once what was found is gone.
pub(super) fn redact(registered: &Registered, text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for hit in find(registered, text) {
        out.push_str(&text[at.min(hit.span.start)..hit.span.start]);
        out.push_str("[secret removed]");
        at = at.max(hit.span.end);
    }
    // A match that lies behind another has already moved the start.
    out.push_str(&text[at..]);
    out
}

/// Whether a text can be read in but one way: a value that holds escapes is not split within them by more of them, and one
/// of signs alone by no signs.
pub(super) fn plain_split(value: &str, split: &str) -> bool {
    let signs = value.bytes().all(|b| b.is_ascii_punctuation());
    match split {
        "escaped lines" => !signs && !value.contains('\\'),
        "dashes" | "eight signs" | "strings" | "backslashes" => !signs,
        _ => true,
    }
}

pub(super) type Form = (&'static str, fn(&str) -> String);

fn each(text: &str, write: impl Fn(char) -> String) -> String {
    text.chars().map(write).collect()
}

fn bytes(text: &str, apart: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(apart)
}

fn wrapped(text: &str, width: usize, apart: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(width).map(|line| line.iter().collect()).collect::<Vec<String>>().join(apart)
}

fn half(text: &str, write: impl Fn(u8) -> String) -> String {
    let some = |(i, c): (usize, char)| match u8::try_from(c) {
        Ok(b) if i % 2 == 0 && c.is_ascii() => write(b),
        _ => c.to_string(),
    };
    text.chars().enumerate().map(some).collect()
}

fn base32(text: &str) -> String {
    let mut bits: Vec<u8> = text.bytes().flat_map(|b| (0..8).rev().map(move |i| b >> i & 1)).collect();
    bits.resize(bits.len().div_ceil(5) * 5, 0);
    bits.chunks(5)
        .map(|five| {
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[five.iter().fold(0, |n, b| n * 2 + usize::from(*b))])
        })
        .collect()
}

/// Spellings that another may stand within, and that may stand within another.
pub(super) const FORMS: &[Form] = &[
    ("plain", str::to_owned),
    ("upper", |t| t.to_ascii_uppercase()),
    ("lower", |t| t.to_ascii_lowercase()),
    ("base64", |t| STANDARD.encode(t)),
    ("base64 of a longer text", |t| STANDARD_NO_PAD.encode(format!("key={t}; more"))),
    ("base64 at the second place", |t| STANDARD.encode(format!("a{t}b"))),
    ("base64 at the third place", |t| STANDARD.encode(format!("ab{t}c"))),
    ("base64url", |t| URL_SAFE_NO_PAD.encode(t)),
    ("hex", |t| bytes(t, "", |b| format!("{b:02x}"))),
    ("HEX", |t| bytes(t, "", |b| format!("{b:02X}"))),
    ("hex with colons", |t| bytes(t, ":", |b| format!("{b:02x}"))),
    ("hex with spaces", |t| bytes(t, " ", |b| format!("{b:02X}"))),
    ("\\x", |t| bytes(t, "", |b| format!("\\x{b:02x}"))),
    ("0x", |t| bytes(t, ", ", |b| format!("0x{b:02X}"))),
    ("percent", |t| bytes(t, "", |b| format!("%{b:02X}"))),
    ("percent, in part", |t| half(t, |b| format!("%{b:02x}"))),
    ("double percent", |t| bytes(t, "", |b| format!("%25{b:02x}"))),
    ("references", |t| each(t, |c| format!("&#{};", u32::from(c)))),
    ("hexadecimal references, in part", |t| half(t, |b| format!("&#x{b:04X};"))),
    ("JSON escapes", |t| each(t, |c| format!("\\u{:04x}", u32::from(c)))),
    ("JSON escapes, in part", |t| half(t, |b| format!("\\u{b:04X}"))),
    ("base32", base32),
    ("base32 at the third place", |t| base32(&format!("ab{t}cd"))),
];

/// Spellings of a value alone, or of what is already encoded.
pub(super) const SPLITS: &[Form] = &[
    ("zero-width spaces", |t| each(t, |c| format!("{c}\u{200b}"))),
    ("dashes", |t| each(t, |c| format!("{c}-"))),
    ("eight signs", |t| each(t, |c| format!("{c}\"' .,;:|"))),
    ("lines", |t| wrapped(t, 5, "\r\n")),
    ("strings", |t| wrapped(t, 4, "\" + \"")),
    ("backslashes", |t| each(t, |c| format!("{c}\\"))),
    ("escaped lines", |t| wrapped(t, 3, "\\n")),
    ("soft hyphens and tags", |t| each(t, |c| format!("{c}\u{ad}\u{e0041}"))),
    ("fullwidth", |t| {
        each(t, |c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c }.to_string())
    }),
];
