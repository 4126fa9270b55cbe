//! The bytes at which something can start, found fast.

use super::Scan;
use std::ops::Range;

/// Bytes at which something can start.
const SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let signs = b"[]<:/.&?\\\xe3\xef";
    let mut at = 0;
    while at < signs.len() {
        #[expect(clippy::indexing_slicing, reason = "constant evaluation: a wrong index does not compile")]
        {
            table[signs[at] as usize] = true;
        }
        at += 1;
    }
    table
};

/// The first place from `from` on where something can start. What is passed over changes nothing and matters to nothing
/// behind it. Hosts with a path are of interest only where `paths` says so.
pub(crate) fn find(bytes: &[u8], from: usize, paths: bool) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|b| SIGNS.get(usize::from(*b)) == Some(&true))?;
        if active(bytes, at, paths) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether the bytes beside the sign at `at` leave it anything to start.
fn active(bytes: &[u8], at: usize, paths: bool) -> bool {
    let next = bytes.get(at + 1).copied().unwrap_or(b' ');
    let before = |back: usize| at.checked_sub(back).and_then(|place| bytes.get(place)).copied().unwrap_or(b' ');
    match bytes.get(at) {
        Some(b'[' | b']') => true,
        Some(b'<') => next.is_ascii_alphabetic() || next == b'?',
        Some(b':') => match next {
            b' ' | b'\t' | b'\n' | b'\r' => false,
            b'/' | b'\\' => true,
            // The last letters of schemes that need no slashes.
            _ => match before(1) | 0x20 {
                b't' | b'a' | b'o' | b'|' => true,
                b'p' => matches!(before(2) | 0x20, b't' | b'p'),
                b's' => before(2) | 0x20 == b'p',
                _ => false,
            },
        },
        Some(b'/') => {
            next == b'/'
                || (next == b'\\' && before(1) == b'\\')
                || (paths && before(1).is_ascii_alphanumeric() && next.is_ascii_alphanumeric())
        }
        Some(b'.' | 0xe3 | 0xef) => {
            matches!([before(3) | 0x20, before(2) | 0x20, before(1) | 0x20], [b'w', b'w', b'w'])
        }
        Some(b'\\') => {
            let ahead = |by: usize| bytes.get(at + by).copied().unwrap_or(b' ');
            let escaped = next == b'\\' && [ahead(2), ahead(3)] == [b'\\'; 2];
            let unicode = next == b'u' && [ahead(2), ahead(3)] == [b'0'; 2] && ahead(4).is_ascii_digit();
            unicode || before(1) != b'\\' && next == b'\\' && ahead(if escaped { 4 } else { 2 }).is_ascii_alphanumeric()
        }
        Some(b'&') => next == b'#' || next.is_ascii_alphabetic(),
        Some(b'?') => {
            (next.is_ascii_alphanumeric() || next == b'_') && (before(1).is_ascii_alphanumeric() || before(1) == b'/')
        }
        _ => false,
    }
}

/// Whether the byte may stand before a link definition on its line: marks of quotes and lists.
pub(crate) const fn line_mark(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'\t' | b'\x0c' | b'>' | b'*' | b'+' | b'-' | b'.' | b')')
}

impl Scan<'_> {
    /// Whether only marks of quotes and lists stand before `at` on its line.
    pub(super) fn starts_line(&self, at: usize) -> bool {
        let head = self.bytes.get(..at).unwrap_or_default();
        let marks = head.iter().rev().take_while(|b| line_mark(**b)).count();
        match head.len().checked_sub(marks + 1).and_then(|before| head.get(before)) {
            None => self.around.head,
            Some(b) => matches!(b, b'\n' | b'\r'),
        }
    }

    /// Whether a backslash takes the meaning of the byte at `at` away.
    pub(super) fn is_escaped(&self, at: usize) -> bool {
        let head = self.bytes.get(..at).unwrap_or_default();
        head.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
    }

    /// Whether readers may differ about where brackets in the span belong: code, tags, escapes and formulas hide them.
    pub(super) fn is_unsure(&self, span: Range<usize>) -> bool {
        self.bytes.get(span).unwrap_or_default().iter().any(|b| matches!(b, b'`' | b'\\' | b'<' | b'$' | b'{'))
    }
}
