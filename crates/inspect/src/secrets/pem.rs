//! Private keys between `-----BEGIN` and `-----END`, as they stand, indented, in strings and with escaped line ends; those of
//! PuTTY.

use super::Hits;
use super::format::Class;
use memchr::memmem;
use std::ops::Range;

/// The rule of keys in the textual encoding of RFC 7468, of OpenSSH, of OpenPGP (RFC 9580, section 6.2) and of OpenVPN.
pub(super) const PEM: &str = "secret.private_key.pem";

/// The rule of PuTTY's keys.
pub(super) const PUTTY: &str = "secret.private_key.putty";

/// The longest key that is found, in bytes; of a longer one, its beginning.
pub(super) const LONGEST: usize = 32 * 1024;

/// What every opener and every terminator holds.
const LABELS: [&[u8]; 2] = [b"PRIVATE KEY", b"Static key V1"];

pub(super) const PUTTY_OPENER: &[u8] = b"PuTTY-User-Key-File-";

/// The most dashes and blanks that count as the edge of a line.
const EDGE: usize = 8;

/// The most bytes before the private lines of PuTTY's keys.
const PUTTY_HEAD: usize = 4096;

/// The longest line of a header, and the longest name of one.
const HEADER: usize = 1024;
const NAME: usize = 40;

/// How many characters of base64 tell a key from the mention of one.
const TELLING: usize = 40;

/// What is known of a key that begins at some place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// It ends there; what follows changes nothing.
    Ends(usize),
    /// Its terminator is not there, nor is it too long: as far as it goes, it ends there.
    Open(usize),
    /// It is the mention of one, so far; it may become one.
    Unclear,
    /// It is the mention of one.
    Not,
}

/// Finds private keys.
pub(super) fn find(bytes: &[u8], hits: &mut Hits<'_>) {
    each(bytes, |start, rule, key| match key {
        Key::Ends(end) | Key::Open(end) => hits.add(rule, start..end),
        Key::Unclear | Key::Not => {}
    });
}

/// Calls `found` for every opener.
pub(super) fn each(bytes: &[u8], mut found: impl FnMut(usize, &'static str, Key)) {
    for label in LABELS {
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, label)) {
            let label_end = from + at + label.len();
            from = label_end;
            if let Some((start, body)) = opener(bytes, label_end, label.len()) {
                let key = key(bytes, start, body, label);
                if let Key::Ends(end) = key {
                    from = from.max(end);
                }
                found(start, PEM, key);
            }
        }
    }
    for start in memmem::find_iter(bytes, PUTTY_OPENER) {
        found(start, PUTTY, putty(bytes, start));
    }
}

/// The start of the opener whose label ends there, and the place behind it.
fn opener(bytes: &[u8], label_end: usize, label: usize) -> Option<(usize, usize)> {
    let line = edge(bytes, label_end, label, b"BEGIN")?;
    Some((line.start, line.end))
}

/// The line of dashes, `word` and label whose label ends there.
fn edge(bytes: &[u8], label_end: usize, label: usize, word: &[u8]) -> Option<Range<usize>> {
    let label_start = label_end - label;
    let before = bytes.get(label_start.saturating_sub(40)..label_start)?;
    let word_at = label_start - before.len() + memmem::rfind(before, word)?;
    if bytes.get(word_at..label_start)?.iter().any(|byte| matches!(byte, b'\n' | b'\\' | b'-')) {
        return None;
    }
    let dashes = |byte: &&u8| matches!(**byte, b'-' | b' ');
    let left = bytes.get(..word_at)?.iter().rev().take(EDGE).take_while(dashes);
    let left = left.enumerate().filter(|(_, byte)| **byte == b'-').map(|(back, _)| back + 1).last()?;
    let rest = bytes.get(label_end..)?;
    let block = if rest.starts_with(b" BLOCK") { 6 } else { 0 };
    let right = rest.iter().skip(block).take(EDGE).take_while(dashes);
    let right = right.enumerate().filter(|(_, byte)| **byte == b'-').map(|(on, _)| on + 1).last()?;
    Some(word_at - left..label_end + block + right)
}

fn key(bytes: &[u8], start: usize, body: usize, label: &[u8]) -> Key {
    let limit = bytes.len().min(start + LONGEST);
    let Some(rest) = bytes.get(body..limit) else { return Key::Not };
    match telling(rest) {
        Some(true) => {}
        Some(false) => return Key::Not,
        None => return if limit < start + LONGEST { Key::Unclear } else { Key::Not },
    }
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|rest| memmem::find(rest, label)) {
        from += at + label.len();
        if let Some(line) = edge(bytes, body + from, label.len(), b"END") {
            let behind = bytes.get(line.end..).unwrap_or_default();
            let over = behind.len() > EDGE || behind.iter().any(|byte| !matches!(byte, b'-' | b' '));
            return if over { Key::Ends(line.end) } else { Key::Open(line.end) };
        }
        if opener(bytes, body + from, label.len()).is_some() {
            return Key::Ends(body_end(bytes, body, limit));
        }
    }
    let end = body_end(bytes, body, limit);
    if limit == start + LONGEST { Key::Ends(boundary(bytes, limit)) } else { Key::Open(end) }
}

/// Whether what stands behind an opener begins as a key does; `None` where too little is there to tell.
fn telling(rest: &[u8]) -> Option<bool> {
    let (mut seen, mut upper, mut digits, mut at) = (0usize, 0usize, 0usize, headers(rest));
    if rest.get(at..).is_some_and(|line| line.len() < HEADER && is_header(line) && line_end(line).is_none()) {
        return None;
    }
    while seen < TELLING {
        let byte = *rest.get(at)?;
        let left = rest.get(at..).unwrap_or_default();
        if left.starts_with(b"-----END") {
            return Some(false);
        }
        match marked(left) {
            0 if matches!(byte, b'<' | b'&') && left.len() < MARK => return None,
            0 => {}
            width => {
                at += width;
                continue;
            }
        }
        let escape =
            usize::from(byte == b'\\' && rest.get(at + 1).is_some_and(|next| matches!(next, b'n' | b'r' | b't')));
        at += 1 + escape;
        if Class::B64.has(byte) && escape == 0 {
            seen += 1;
            upper += usize::from(byte.is_ascii_uppercase());
            digits += usize::from(byte.is_ascii_digit());
        } else if !separates(byte) && !matches!(byte, b'=' | b'-') {
            return Some(false);
        }
    }
    Some(digits + upper >= 8 && (digits >= 1 || upper >= 12))
}

/// The longest tag or entity that stands between two lines, in bytes.
const MARK: usize = 24;

/// The length of what stands between two lines in markup and in prose: a tag, an entity, a blank or dash beyond ASCII, a full
/// stop that is not one of several.
fn marked(rest: &[u8]) -> usize {
    let closed = |sign: u8, most: usize| {
        let inner = rest.iter().take(most).skip(1).position(|byte| *byte == sign)?;
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b' ' | b'#' | b'=' | b'"' | b'-');
        rest.get(1..=inner)?.iter().all(plain).then_some(inner + 2)
    };
    match rest {
        [b'<', ..] => closed(b'>', MARK).unwrap_or(0),
        [b'&', ..] => closed(b';', 10).unwrap_or(0),
        [b'%', b'0', b'A' | b'D' | b'a' | b'd', ..] => 3,
        [0xE2, 0x80, 0xA6, ..] => 0,
        [0xE2, 0x80, _, ..] | [0xE3, 0x80, 0x80, ..] | [0xEF, 0xBB, 0xBF, ..] => 3,
        [0xC2, 0xA0 | 0xB7, ..] => 2,
        [b'.', next, ..] if *next != b'.' => 1,
        [b')' | b':' | b'~', b' ', ..] => 2,
        _ => 0,
    }
}

/// The length of the headers: lines of a name, a colon and more before the body (RFC 1421, section 4.6), and comments.
fn headers(rest: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..12 {
        let line = rest.get(at..).unwrap_or_default();
        let Some(end) = line_end(line).filter(|end| *end <= HEADER) else { break };
        let head = line.get(..end).unwrap_or_default();
        let blank = head.iter().all(|byte| separates(*byte) || *byte == b'n');
        if !blank && !is_header(head) {
            break;
        }
        at += end;
    }
    at
}

/// Behind the end of the first line, which may be written as an escape.
fn line_end(line: &[u8]) -> Option<usize> {
    let near = line.get(..line.len().min(HEADER)).unwrap_or_default();
    let escaped = memmem::find(near, b"\\n").map(|end| end + 2);
    escaped.into_iter().chain(memchr::memchr(b'\n', near).map(|end| end + 1)).min()
}

/// Whether a line begins as a header does, or is a comment of OpenVPN's keys. A key on one line may have a colon behind it.
fn is_header(line: &[u8]) -> bool {
    let Some(start) = line.iter().position(|byte| *byte == b'#' || !separates(*byte)) else { return false };
    let name = line.get(start..).unwrap_or_default();
    let len = name.iter().take(NAME).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name.first() == Some(&b'#') || name.get(len) == Some(&b':')
}

pub(super) const fn separates(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'\\' | b',' | b'+' | b'>' | b'|' | b'#' | b'*' | b';')
}

/// The end of the headers and the lines that begin at `from`.
fn body_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    let rest = bytes.get(from..limit).unwrap_or_default();
    run_end(bytes, from + headers(rest), limit, |rest| gap(rest, true))
}

/// The end of the lines of base64 that begin at `from`, in a string with escaped line ends too, before `limit`.
pub(super) fn lines_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    run_end(bytes, from, limit, |rest| gap(rest, false))
}

/// The same with what may stand between two lines.
fn run_end(bytes: &[u8], from: usize, limit: usize, gap: impl Fn(&[u8]) -> usize) -> usize {
    let limit = limit.min(bytes.len());
    let rest = bytes.get(from..limit).unwrap_or_default();
    let (mut at, mut end) = (0, 0);
    loop {
        let gap = gap(rest.get(at..).unwrap_or_default());
        at += gap;
        let line = rest
            .get(at..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| Class::B64.has(**byte) || **byte == b'=')
            .count();
        let text = rest.get(at..at + line).unwrap_or_default();
        // A last line is short, and does not read as a word.
        let short =
            line > 0 && end > 0 && text.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'=' | b'+' | b'/'));
        if line < 16 && !short {
            return from + end;
        }
        at += line;
        end = at;
        if line < 16 {
            return from + end;
        }
    }
}

/// The length of what may stand between two lines, in markup and prose too where the first line says that it is a key.
fn gap(rest: &[u8], wide: bool) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        let mark = if wide { marked(rest.get(at..).unwrap_or_default()) } else { 0 };
        if mark > 0 {
            at += mark;
            continue;
        }
        let next = rest.get(at + 1).copied().unwrap_or(b' ');
        at += match byte {
            b'\\' if matches!(next, b'n' | b'r' | b't') => 2,
            byte if separates(*byte) => 1,
            _ => return at,
        };
    }
    at
}

/// Whether it is base64 of what looks like chance.
pub(super) fn encoded(body: &[u8]) -> bool {
    let count = |fits: fn(&u8) -> bool| body.iter().filter(|byte| fits(byte)).count();
    let all = count(|byte| Class::B64.has(*byte));
    let (upper, lower, digits) =
        (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase), count(u8::is_ascii_digit));
    all >= TELLING && upper * 8 >= all && lower * 8 >= all && digits * 30 >= all
}

fn putty(bytes: &[u8], start: usize) -> Key {
    let limit = bytes.len().min(start + LONGEST);
    let rest = bytes.get(start..limit).unwrap_or_default();
    // Type, comment and the public lines stand before.
    let head = rest.get(..rest.len().min(PUTTY_HEAD)).unwrap_or_default();
    let Some(lines) = memmem::find(head, b"Private-Lines:") else {
        return if rest.len() < PUTTY_HEAD { Key::Unclear } else { Key::Not };
    };
    if let Some(mac) = memmem::find(rest, b"Private-MAC:") {
        let tail = rest.get(mac + 12..).unwrap_or_default();
        let length = tail.iter().take(80).take_while(|byte| **byte == b' ' || byte.is_ascii_hexdigit()).count();
        let end = start + mac + 12 + length;
        return if end < bytes.len() { Key::Ends(end) } else { Key::Open(end) };
    }
    if limit == start + LONGEST {
        Key::Ends(boundary(bytes, limit))
    } else {
        Key::Open(lines_end(bytes, start + lines + 14, limit))
    }
}

/// The boundary of a character at or before `at`.
fn boundary(bytes: &[u8], at: usize) -> usize {
    let goes_on = |place: &usize| bytes.get(*place).is_some_and(|byte| byte & 0xC0 == 0x80);
    (0..=at).rev().find(|place| !goes_on(place)).unwrap_or(0)
}
