//! A dotted word in a text: where it begins and ends, what stands around it, and what it then is.

use super::{Kind, LONGEST, label_byte, name, numeric};
use crate::Match;

/// What stands around a dotted word.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// It is where a URL has its host.
    pub(super) url: bool,
    /// A user's name and `@` stand before it.
    pub(super) user: bool,
    /// A colon and a port stand behind it.
    pub(super) port: bool,
    /// It is called, indexed or assigned to, or is a part of a path or of a property: what hosts are not.
    pub(super) member: bool,
    /// A full stop stands before it.
    pub(super) stop: bool,
    /// A semicolon stands behind it, and nothing assigns it.
    pub(super) ended: bool,
}

const fn part(byte: u8) -> bool {
    label_byte(byte) || byte == b'.'
}

/// Judges the word around the full stop at `at`, which begins at `from` or later. Gives where to go on.
pub(super) fn find(text: &str, at: usize, from: usize, url: bool, out: &mut Vec<Match>) -> usize {
    let bytes = text.as_bytes();
    let after = bytes.get(at + 1).copied().unwrap_or(b' ');
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    if !(label_byte(after) && label_byte(before)) {
        return from;
    }
    let head = bytes.get(from..at).unwrap_or_default();
    let back = head.iter().rev().take_while(|b| part(**b)).count();
    let tail = bytes.get(at..).unwrap_or_default();
    let end = at + tail.iter().take_while(|b| part(**b)).count();
    let mut start = at - back;
    let word = text.get(start..end).unwrap_or_default();
    if word.len() > LONGEST {
        return end;
    }
    let stop = word.starts_with('.');
    let open = word.trim_start_matches(['.', '-']);
    start += word.len() - open.len();
    let word = open.trim_end_matches(['.', '-', '_']);
    let end_of_word = start + word.len();
    if let Some(kind) = judge(text, start, word, stop, url, out) {
        kind.push(start, end_of_word, out);
    }
    end
}

fn judge(text: &str, start: usize, word: &str, stop: bool, url: bool, out: &mut Vec<Match>) -> Option<Kind> {
    let last = word.rsplit('.').next().unwrap_or_default();
    let numbers = last.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if numbers || numeric::echoes(word, last) {
        let letter = |b: u8| b.is_ascii_alphabetic() && !b.is_ascii_hexdigit() && !matches!(b, b'x' | b'X');
        if numbers && word.bytes().any(letter) {
            return None;
        }
        numeric::find(text, start, word, |from, to, kind| kind.push(start + from, start + to, out));
        return None;
    }
    let suffix = name::suffix(word, last)?;
    name::judge(word, suffix, around(text.as_bytes(), start, start + word.len(), stop, url))
}

fn around(bytes: &[u8], start: usize, end: usize, stop: bool, url: bool) -> Around {
    let start = if stop { start.saturating_sub(1) } else { start };
    let back = |by: usize| start.checked_sub(by).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let ahead = |by: usize| bytes.get(end + by).copied().unwrap_or(b' ');
    let digits = bytes.get(end + 1..).unwrap_or_default().iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    let wild = stop && back(1) == b'*';
    Around {
        url: url || (back(1) == b'/' && back(2) == b'/') || (stop && wild),
        user: back(1) == b'@' && label_byte(back(2)),
        port: ahead(0) == b':' && (2..=5).contains(&digits),
        member: matches!(ahead(0), b'(' | b'[' | b'=' | b'{' | b'!')
            || (ahead(0) == b':' && ahead(1) == b':')
            || matches!(back(1), b'/' | b'\\' | b'$')
            || (back(1) == b'{' && back(2) == b'$')
            || (back(1) == b'*' && matches!(back(2), b'(' | b'!' | b'&'))
            || (back(1) == b'&' && !back(2).is_ascii_alphanumeric())
            || (back(1) == b'-' && back(2) == b'-'),
        stop: stop && !wild,
        ended: ahead(0) == b';' && !matches!(back(1), b'=' | b':' | b'@'),
    }
}
