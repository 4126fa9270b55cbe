//! One escape at one place: character references, percent-encoding, the escapes of programming languages, of style sheets
//! and of mail.

use crate::{View, entity};
use unicode_normalization::char::compose;

/// What an escape stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Undone {
    /// The character; none where the escape is a break that joins what it parts.
    pub(super) c: Option<char>,
    /// The bytes that it takes in the text.
    pub(super) len: usize,
    /// Which encoding it is of.
    pub(super) view: View,
}

/// How one byte is written.
#[derive(Debug, Clone, Copy)]
enum Written {
    Percent,
    Hex,
    Octal,
    Mail,
}

/// The escape of HTML, of a URL or of a programming language that starts at `at`.
pub(super) fn general(text: &str, at: usize) -> Option<Undone> {
    match text.as_bytes().get(at)? {
        b'&' => reference(text, at).map(|(c, len)| Undone { c: Some(c), len, view: View::Entities }),
        b'%' => percent(text.as_bytes(), at).map(|(c, len)| Undone { c: Some(c), len, view: View::Percent }),
        b'\\' => backslash(text.as_bytes(), at).map(|(c, len)| Undone { c, len, view: View::Escapes }),
        _ => None,
    }
}

/// A reference, also of the names that need no semicolon (HTML, section 13.5) and of those that make a letter of another.
fn reference(text: &str, at: usize) -> Option<(char, usize)> {
    const BARE: [(&str, char); 12] = [
        ("amp", '&'),
        ("AMP", '&'),
        ("lt", '<'),
        ("LT", '<'),
        ("gt", '>'),
        ("GT", '>'),
        ("quot", '"'),
        ("QUOT", '"'),
        ("nbsp", '\u{a0}'),
        ("shy", '\u{ad}'),
        ("szlig", 'ß'),
        ("ndash", '-'),
    ];
    const MARKS: [(&str, char); 8] = [
        ("acute", '\u{301}'),
        ("grave", '\u{300}'),
        ("circ", '\u{302}'),
        ("uml", '\u{308}'),
        ("tilde", '\u{303}'),
        ("cedil", '\u{327}'),
        ("ring", '\u{30a}'),
        ("caron", '\u{30c}'),
    ];
    if let Some(found) = entity::reference(text, at) {
        return Some(found);
    }
    let rest = text.get(at + 1..)?;
    if let Some((name, c)) = BARE.iter().find(|(name, _)| rest.starts_with(name)) {
        let semicolon = usize::from(rest.as_bytes().get(name.len()) == Some(&b';'));
        return Some((*c, 1 + name.len() + semicolon));
    }
    let letter = rest.chars().next().filter(char::is_ascii_alphabetic)?;
    let name = rest.get(1..)?;
    if let Some((mark, sign)) = MARKS.iter().find(|(mark, _)| name.starts_with(mark)) {
        let semicolon = usize::from(name.as_bytes().get(mark.len()) == Some(&b';'));
        return Some((compose(letter, *sign).unwrap_or(letter), 2 + mark.len() + semicolon));
    }
    // Letters of mathematics: script, Fraktur, double-struck.
    let style = ["scr;", "fr;", "opf;"].iter().find(|style| name.starts_with(*style))?;
    Some((letter, 2 + style.len()))
}

fn percent(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    match bytes.get(at + 1)? {
        b'u' | b'U' => {
            let code = number(bytes, at + 2, 4, 16)?;
            unit(code, || pair(bytes, at + 6, b'%')).map(|(c, more)| (c, 6 + more))
        }
        _ => byte_wise(bytes, at, Written::Percent),
    }
}

fn backslash(bytes: &[u8], at: usize) -> Option<(Option<char>, usize)> {
    let one = |c| Some((Some(c), 2));
    let some = |(c, len)| (Some(c), len);
    match bytes.get(at + 1)? {
        b'n' => one('\n'),
        b'r' => one('\r'),
        b't' => one('\t'),
        b'\n' => Some((None, 2)),
        b'\r' if bytes.get(at + 2) == Some(&b'\n') => Some((None, 3)),
        b'u' | b'x' if bytes.get(at + 2) == Some(&b'{') => braced(bytes, at).map(some),
        b'u' => {
            let code = number(bytes, at + 2, 4, 16)?;
            unit(code, || pair(bytes, at + 6, b'\\')).map(|(c, more)| (Some(c), 6 + more))
        }
        b'U' => char::from_u32(number(bytes, at + 2, 8, 16)?).map(|c| (Some(c), 10)),
        b'x' => byte_wise(bytes, at, Written::Hex).map(some),
        b'0'..=b'7' => byte_wise(bytes, at, Written::Octal).map(some),
        b if b.is_ascii_punctuation() => one(char::from(*b)),
        _ => None,
    }
}

/// `\u{1F600}`, `\x{69}`.
fn braced(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let digits = bytes.get(at + 3..)?.iter().take(8).take_while(|b| b.is_ascii_hexdigit()).count();
    let code = number(bytes, at + 3, digits, 16).filter(|_| digits > 0)?;
    let closed = bytes.get(at + 3 + digits) == Some(&b'}');
    char::from_u32(code).filter(|_| closed).map(|c| (c, digits + 4))
}

/// A code unit of UTF-16 as a character, with its other half where it needs one; and the bytes that this half takes.
fn unit(code: u32, low: impl FnOnce() -> Option<u32>) -> Option<(char, usize)> {
    if !(0xd800..0xdc00).contains(&code) {
        return char::from_u32(code).map(|c| (c, 0));
    }
    let low = low().filter(|low| (0xdc00..0xe000).contains(low))?;
    char::from_u32(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)).map(|c| (c, 6))
}

fn pair(bytes: &[u8], at: usize, sign: u8) -> Option<u32> {
    let starts = bytes.get(at) == Some(&sign) && bytes.get(at + 1) == Some(&b'u');
    number(bytes, at + 2, 4, 16).filter(|_| starts)
}

/// The number of exactly so many digits.
fn number(bytes: &[u8], at: usize, digits: usize, radix: u32) -> Option<u32> {
    bytes.get(at..at + digits)?.iter().try_fold(0_u32, |sum, b| {
        let digit = char::from(*b).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}

fn byte(bytes: &[u8], at: usize, written: Written) -> Option<(u8, usize)> {
    let (skip, sign) = match written {
        Written::Percent => (1, b'%'),
        Written::Hex => (2, b'\\'),
        Written::Octal => (1, b'\\'),
        Written::Mail => (1, b'='),
    };
    if bytes.get(at) != Some(&sign) || matches!(written, Written::Hex) && bytes.get(at + 1) != Some(&b'x') {
        return None;
    }
    if matches!(written, Written::Octal) {
        let row = bytes.get(at + 1..)?.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
        let value = number(bytes, at + 1, row, 8).filter(|_| row > 0)?;
        return u8::try_from(value).ok().map(|value| (value, 1 + row));
    }
    u8::try_from(number(bytes, at + skip, 2, 16)?).ok().map(|value| (value, skip + 2))
}

/// A character whose bytes are written one by one: UTF-8, and Latin-1 where it is none.
fn byte_wise(bytes: &[u8], at: usize, written: Written) -> Option<(char, usize)> {
    let (first, len) = byte(bytes, at, written)?;
    let count = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((char::from(first), len)),
    };
    let mut row = [first, 0, 0, 0];
    let mut end = at + len;
    for slot in row.iter_mut().take(count).skip(1) {
        let Some((next, more)) = byte(bytes, end, written) else { return Some((char::from(first), len)) };
        *slot = next;
        end += more;
    }
    let whole = row.get(..count).and_then(|row| std::str::from_utf8(row).ok()).and_then(|text| text.chars().next());
    Some(whole.map_or((char::from(first), len), |c| (c, end - at)))
}

/// The escape of a style sheet that starts at `at`: hexadecimal digits and one white space (CSS Syntax, section 4.3.7).
pub(super) fn style(text: &str, at: usize) -> Option<Undone> {
    let rest = text.as_bytes().get(at..)?.strip_prefix(b"\\")?;
    let digits = rest.iter().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
    let code = number(rest, 0, digits, 16).filter(|_| digits >= 2)?;
    let c = char::from_u32(code).filter(|c| !c.is_control())?;
    let space = usize::from(rest.get(digits).is_some_and(u8::is_ascii_whitespace));
    Some(Undone { c: Some(c), len: 1 + digits + space, view: View::Escapes })
}

/// Whether the word at `at` has so many escapes. By fewer nobody knows that it is written so; and whether it is must not
/// depend on other words, which a stream may have let go. White space that belongs to an escape ends no word.
pub(super) fn several(text: &str, at: usize, least: usize, read: fn(&str, usize) -> Option<Undone>) -> bool {
    const FAR: usize = 1024;
    let bytes = text.as_bytes();
    let Some(sign) = bytes.get(at).copied() else { return false };
    let over = |place: &usize| bytes.get(*place).is_some_and(u8::is_ascii_whitespace) && !belongs(bytes, *place, sign);
    let before = (at.saturating_sub(FAR)..at).rev().take_while(|place| !over(place));
    let behind = (at..bytes.len().min(at + FAR)).take_while(|place| !over(place));
    let is_one = |place: &usize| bytes.get(*place) == Some(&sign) && read(text, *place).is_some();
    behind.chain(before).filter(is_one).take(least).count() == least
}

/// Whether the white space at `at` is the end of an escape that begins with `sign`.
fn belongs(bytes: &[u8], at: usize, sign: u8) -> bool {
    let head = bytes.get(at.saturating_sub(8)..at).unwrap_or_default();
    if sign == b'=' {
        return head.ends_with(b"=") || head.ends_with(b"=\r");
    }
    let digits = head.iter().rev().take(6).take_while(|b| b.is_ascii_hexdigit()).count();
    digits >= 2 && head.len().checked_sub(digits + 1).and_then(|sign_at| head.get(sign_at)) == Some(&sign)
}

/// The escape of quoted-printable text that starts at `at` (RFC 2045, section 6.7).
pub(super) fn mail(text: &str, at: usize) -> Option<Undone> {
    let bytes = text.as_bytes();
    let soft = match (bytes.get(at + 1)?, bytes.get(at + 2)) {
        (b'\n', _) => Some(2),
        (b'\r', Some(b'\n')) => Some(3),
        _ => None,
    };
    if let Some(len) = soft {
        return Some(Undone { c: None, len, view: View::Escapes });
    }
    let (c, len) = byte_wise(bytes, at, Written::Mail)?;
    let shown = !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    shown.then_some(Undone { c: Some(c), len, view: View::Escapes })
}
