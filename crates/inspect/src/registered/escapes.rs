//! Undoes what is written character by character: percent-encoding, character references, escapes of JSON and of
//! programming languages, compatibility forms, look-alikes.

use super::layer::Edit;
use crate::block::{next_start, within};
use crate::entity;
use unicode_normalization::UnicodeNormalization;

/// What a backslash before a letter such as `n` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// A character that sets apart, or the letter: see [`letter`].
    Escape,
    /// The letter.
    Stay,
}

/// A text without its escapes.
pub(super) struct Undone {
    pub(super) bytes: Vec<u8>,
    pub(super) edits: Vec<Edit>,
    /// Whether letters would have made a difference.
    pub(super) lettered: bool,
    /// Whether anything else did.
    pub(super) coded: bool,
}

/// The byte that stands for a letter which may be there or not; none that a text has.
const fn maybe(letter: u8) -> u8 {
    match letter | 0x20 {
        b'a' => 0xf8,
        b'b' => 0xf9,
        b'e' => 0xfa,
        b'f' => 0xfb,
        b'v' => 0xfc,
        b'n' => 0xfd,
        b'r' => 0xfe,
        _ => 0xff,
    }
}

/// The letter that may be there.
pub(super) const fn letter(byte: u8) -> Option<u8> {
    match byte {
        0xf8 => Some(b'a'),
        0xf9 => Some(b'b'),
        0xfa => Some(b'e'),
        0xfb => Some(b'f'),
        0xfc => Some(b'v'),
        0xfd => Some(b'n'),
        0xfe => Some(b'r'),
        0xff => Some(b't'),
        _ => None,
    }
}

/// The longest run of one thing that is followed: backslashes, zeros before a number, `25` after a percent sign.
const LONGEST: usize = 256;

struct Read {
    what: What,
    len: usize,
}

enum What {
    Byte(u8),
    Char(char),
    /// A letter after a backslash that is no letter where escapes are read.
    Letter(u8),
    /// One character that stands for several.
    Several(&'static str),
}

/// The text with its escapes undone, if it has any.
pub(super) fn undo(bytes: &[u8], letters: Letters) -> Option<Undone> {
    let ascii = bytes.is_ascii();
    let mut out = Undone { bytes: Vec::new(), edits: Vec::new(), lettered: false, coded: false };
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| special(rest, ascii)) {
        at += found;
        let Some(read) = read(bytes, at) else {
            at += 1;
            continue;
        };
        out.coded |= !matches!(read.what, What::Letter(_));
        out.lettered |= matches!(read.what, What::Letter(_));
        if out.bytes.capacity() == 0 {
            out.bytes.reserve(bytes.len());
        }
        out.bytes.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        let start = out.bytes.len();
        match read.what {
            What::Byte(byte) => out.bytes.push(byte),
            What::Char(c) => out.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            What::Letter(letter) => out.bytes.push(if letters == Letters::Stay { letter } else { maybe(letter) }),
            What::Several(text) => out.bytes.extend_from_slice(text.as_bytes()),
        }
        let to = (start..out.bytes.len()).into();
        out.edits.push(Edit { to, from: (at..at + read.len).into() });
        at += read.len;
        copied = at;
    }
    if out.edits.is_empty() {
        return None;
    }
    out.bytes.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Some(out)
}

/// The text with the bytes of quoted-printable undone (RFC 2045, section 6.7), if it has any: `=41`.
pub(super) fn mail(bytes: &[u8]) -> Option<(Vec<u8>, Vec<Edit>)> {
    let (mut out, mut edits, mut copied) = (Vec::new(), Vec::new(), 0);
    for at in memchr::memchr_iter(b'=', bytes) {
        let code = bytes.get(at + 1..at + 3).and_then(|digits| number(digits, 16));
        let Some(byte) = code.and_then(|code| u8::try_from(code).ok()) else { continue };
        if edits.is_empty() {
            out.reserve(bytes.len());
        }
        out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        edits.push(Edit { to: (out.len()..out.len() + 1).into(), from: (at..at + 3).into() });
        out.push(byte);
        copied = at + 3;
    }
    out.extend_from_slice(bytes.get(copied..).filter(|_| !edits.is_empty()).unwrap_or_default());
    (!edits.is_empty()).then_some((out, edits))
}

/// The next byte that may begin an escape, or a character that is folded: not those of most scripts.
fn special(bytes: &[u8], ascii: bool) -> Option<usize> {
    if ascii {
        return memchr::memchr3(b'%', b'&', b'\\', bytes);
    }
    let special = |b: u8| {
        let sign = within(b, b'%', b'&') | (b == b'\\');
        sign | within(b, 0xc2, 0xcb)
            | within(b, 0xcd, 0xd6)
            | within(b, 0xe1, 0xe2)
            | (b == 0xea)
            | within(b, 0xef, 0xf4)
    };
    next_start(bytes, 0, 1, special)
}

/// Where an escape begins that the text ends with, and that more text may complete or change.
pub(super) fn open(bytes: &[u8]) -> Option<usize> {
    let from = bytes.len().saturating_sub(LONGEST);
    let near = bytes.get(from..)?;
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'%' | b'&' | b'\\' | b'#' | b'{' | b';' | 0x80..);
    let run = near.len() - near.iter().rev().take_while(|b| part(b)).count();
    let last = near.get(run..)?.iter().rposition(|b| matches!(b, b'%' | b'&' | b'\\'))? + run;
    // Of several in a row, such as backslashes or `%25`, the first.
    let joined = |b: &u8| matches!(b, b'%' | b'&' | b'\\' | b'2' | b'5' | b'a' | b'm' | b'p' | b';');
    let row = near.get(run..last)?.iter().rev().take_while(|b| joined(b)).count();
    let first = near.get(last - row..=last)?.iter().position(|b| matches!(b, b'%' | b'&' | b'\\'))?;
    Some(from + last - row + first)
}

fn read(bytes: &[u8], at: usize) -> Option<Read> {
    let rest = bytes.get(at..)?;
    match rest.first()? {
        b'%' => percent(rest),
        b'&' => reference(rest),
        b'\\' => backslash(rest),
        _ => folded(rest),
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let mut sum = 0u32;
    for digit in digits {
        sum = sum.saturating_mul(radix).saturating_add(char::from(*digit).to_digit(radix)?);
    }
    (!digits.is_empty()).then_some(sum)
}

fn char_of(code: u32) -> What {
    What::Char(char::from_u32(code).unwrap_or('\u{fffd}'))
}

/// `%41`, `%2541` and so on, `%u0041`.
fn percent(rest: &[u8]) -> Option<Read> {
    let again = rest.get(1..)?.chunks(2).take(LONGEST).take_while(|pair| pair == b"25").count();
    // The last `25` may be the character itself, a percent sign.
    for at in [Some(1 + 2 * again), (2 * again).checked_sub(1)].into_iter().flatten() {
        if let Some(byte) = rest.get(at..at + 2).and_then(|pair| number(pair, 16)) {
            return Some(Read { what: What::Byte(u8::try_from(byte).ok()?), len: at + 2 });
        }
        let wide = rest.get(at..at + 5).filter(|code| matches!(code, [b'u' | b'U', ..])).and_then(|code| code.get(1..));
        if let Some(code) = wide.and_then(|code| number(code, 16)) {
            return Some(Read { what: char_of(code), len: at + 5 });
        }
    }
    None
}

/// `&#65;`, `&#x41`, `&amp;#65;`, and names; an unknown name sets apart.
fn reference(rest: &[u8]) -> Option<Read> {
    let again = rest.get(1..)?.chunks(4).take(LONGEST).take_while(|name| name.eq_ignore_ascii_case(b"amp;")).count();
    let at = 4 * again;
    let inner = rest.get(at + 1..)?;
    let len = inner.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    let end = len + usize::from(inner.get(len) == Some(&b';'));
    if again == 0 && end == len && inner.first() != Some(&b'#') {
        return None;
    }
    let body = std::str::from_utf8(inner.get(..end)?).ok()?;
    if let Some((c, taken)) = entity::reference(&format!("&{body}"), 0) {
        return Some(Read { what: What::Char(c), len: at + taken });
    }
    let named = end > len && len > 0 && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b';');
    if named {
        return Some(Read { what: What::Byte(b' '), len: at + 1 + end });
    }
    (again > 0).then_some(Read { what: What::Byte(b'&'), len: at + 1 })
}

/// `\n`, `\x41`, `\u0041`, `\u{41}`, `\U00000041`, `\101`, `\000041`, behind any number of backslashes.
fn backslash(rest: &[u8]) -> Option<Read> {
    let row = rest.iter().take(LONGEST).take_while(|b| **b == b'\\').count();
    let tail = rest.get(row..)?;
    let hex =
        |from: usize, most: usize| tail.iter().skip(from).take(most).take_while(|b| b.is_ascii_hexdigit()).count();
    let code = |from: usize, len: usize| tail.get(from..from + len).and_then(|digits| number(digits, 16));
    let first = *tail.first()?;
    let braced = || {
        let count = hex(2, LONGEST);
        (tail.get(1) == Some(&b'{') && tail.get(2 + count) == Some(&b'}')).then_some(count)
    };
    let (what, len) = match first {
        b'x' | b'X' | b'u' | b'U' if braced().is_some() => {
            let count = braced()?;
            (char_of(code(2, count)?), count + 3)
        }
        b'x' | b'X' if hex(1, 2) == 2 => (What::Byte(u8::try_from(code(1, 2)?).ok()?), 3),
        b'U' if hex(1, 8) == 8 && tail.get(1..4) == Some(b"000") => (char_of(code(1, 8)?), 9),
        b'u' | b'U' if hex(1, 4) == 4 => unit(tail, row, code(1, 4)?),
        b'N' | b'R' | b'T' | b'n' | b'r' | b't' => (What::Letter(first), 1),
        b'a' | b'b' | b'e' | b'f' | b'v' => (What::Letter(first), 1),
        b'0'..=b'9' | b'A'..=b'F' | b'c' | b'd' => numbered(tail, hex(0, 6))?,
        _ => return None,
    };
    Some(Read { what, len: row + len })
}

/// A code unit of UTF-16, with the second half of a pair (RFC 8259 section 7).
fn unit(tail: &[u8], row: usize, high: u32) -> (What, usize) {
    if let 0xd800..=0xdbff = high {
        let next = tail.get(5..).unwrap_or_default();
        let slashes = next.iter().take(row).take_while(|b| **b == b'\\').count();
        let low = next.get(slashes + 1..slashes + 5).and_then(|digits| number(digits, 16));
        if slashes > 0
            && matches!(next.get(slashes), Some(b'u' | b'U'))
            && let Some(low @ 0xdc00..=0xdfff) = low
        {
            return (char_of(0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff)), 10 + slashes);
        }
    }
    (char_of(high), 5)
}

/// Three octal digits, or the two to six hexadecimal ones of CSS, which a space may end.
fn numbered(tail: &[u8], hex: usize) -> Option<(What, usize)> {
    let octal = tail.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
    if octal == 3 && hex < 4 {
        let code = number(tail.get(..3)?, 8).and_then(|code| u8::try_from(code).ok())?;
        return Some((What::Byte(code), 3));
    }
    if hex < 2 {
        return tail.first().is_some_and(|b| *b == b'0').then_some((What::Byte(0), 1));
    }
    // Other codes are hardly ever meant so: a path may go on with digits.
    let code = number(tail.get(..hex)?, 16).filter(|code| (0x20..0x7f).contains(code))?;
    let space = usize::from(tail.get(hex) == Some(&b' '));
    Some((char_of(code), hex + space))
}

/// A character that stands for letters or digits of ASCII.
fn folded(rest: &[u8]) -> Option<Read> {
    let len = match rest.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    let c = std::str::from_utf8(rest.get(..len)?).ok()?.chars().next()?;
    if crate::invisible::hidden(c).is_some() {
        return Some(Read { what: What::Byte(b' '), len });
    }
    fold(c).map(|what| Read { what, len })
}

/// What it stands for, where it stands for something in ASCII.
fn fold(c: char) -> Option<What> {
    let plain = match c {
        '\u{a1}'..='\u{24f}' | '\u{1d00}'..='\u{1eff}' => c,
        '\u{2024}'..='\u{2026}' | '\u{2030}'..='\u{215f}' | '\u{2160}'..='\u{218b}' | '\u{2460}'..='\u{24ff}' => c,
        '\u{2c60}'..='\u{2c7f}' | '\u{a720}'..='\u{a7ff}' | '\u{fb00}'..='\u{fb06}' | '\u{fe50}'..='\u{fe6f}' => c,
        '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1f100}'..='\u{1f1ff}' | '\u{1fbf0}'..='\u{1fbf9}' => {
            c
        }
        '\u{250}'..='\u{2af}' | '\u{370}'..='\u{556}' => return look_alike(c).map(What::Char),
        _ => return None,
    };
    let mut decomposed = std::iter::once(plain).nfkd().filter(char::is_ascii);
    let first = match (decomposed.next(), look_alike(plain)) {
        (Some(first), _) => first,
        (None, Some(alike)) => alike,
        (None, None) => return squared(plain).map(What::Char),
    };
    Some(match (c, decomposed.next()) {
        (_, None) => What::Char(first),
        // `(a)`, `1.` and their like.
        ('\u{2474}'..='\u{249b}', Some(_)) => several(c)?,
        ('\u{249c}'..='\u{24b5}' | '\u{1f110}'..='\u{1f129}', Some(second)) => What::Char(second),
        (_, Some(_)) => several(c)?,
    })
}

/// Letters of other scripts that look like those of ASCII.
const fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' | 'ɑ' => 'a',
        'А' | 'Α' => 'A',
        'В' | 'Β' | 'ь' | 'Ь' => 'b',
        'с' | 'С' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'Е' | 'Ε' | 'ҽ' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'Н' | 'Η' | 'հ' => 'h',
        'і' | 'І' | 'ι' | 'Ι' | 'ı' | 'ɩ' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'ӏ' | 'Ӏ' => 'l',
        'м' | 'М' | 'Μ' => 'm',
        'Ν' | 'ո' => 'n',
        'о' | 'О' | 'ο' | 'Ο' | 'օ' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'Т' | 'τ' | 'Τ' => 't',
        'υ' | 'ս' => 'u',
        'ѵ' | 'ν' => 'v',
        'ѡ' | 'ԝ' => 'w',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'γ' | 'Υ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

/// Letters in squares and circles that have no decomposition.
fn squared(c: char) -> Option<char> {
    let code = u32::from(c);
    let from = match code {
        0x1f150..=0x1f169 => 0x1f150,
        0x1f170..=0x1f189 => 0x1f170,
        0x1f1e6..=0x1f1ff => 0x1f1e6,
        0x24eb..=0x24f4 => return char::from_digit((code - 0x24eb + 1) % 10, 10),
        0x24ff => return Some('0'),
        _ => return None,
    };
    char::from_u32(u32::from(b'a') + code - from)
}

/// Those that stand for more than one letter or digit.
fn several(c: char) -> Option<What> {
    const FORMS: [(char, &str); 16] = [
        ('ﬀ', "ff"),
        ('ﬁ', "fi"),
        ('ﬂ', "fl"),
        ('ﬃ', "ffi"),
        ('ﬄ', "ffl"),
        ('ﬅ', "st"),
        ('ﬆ', "st"),
        ('ĳ', "ij"),
        ('Ĳ', "IJ"),
        ('ŉ', "n"),
        ('℡', "TEL"),
        ('№', "No"),
        ('ǆ', "dz"),
        ('ǳ', "dz"),
        ('ǉ', "lj"),
        ('ǌ', "nj"),
    ];
    const NUMBERS: [&str; 20] =
        ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"];
    let code = u32::from(c);
    let circled = match code {
        0x2460..=0x2473 => code.checked_sub(0x2460),
        0x2474..=0x2487 => code.checked_sub(0x2474),
        0x2488..=0x249b => code.checked_sub(0x2488),
        _ => None,
    };
    let number = circled.and_then(|at| NUMBERS.get(at as usize)).copied();
    let roman = || {
        const ROMAN: [&str; 12] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
        let at = if (0x2160..=0x217f).contains(&code) { (code - 0x2160) % 16 } else { 99 };
        ROMAN.get(at as usize).copied()
    };
    let listed = || FORMS.iter().find(|(form, _)| *form == c).map(|(_, text)| *text);
    number.or_else(listed).or_else(roman).map(What::Several)
}
