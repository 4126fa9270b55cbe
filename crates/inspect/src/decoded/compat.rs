//! Characters that are a letter or a digit in another dress, and characters that nobody sees between letters.

use super::escape::Undone;
use crate::View;
use crate::invisible::hidden;
use unicode_normalization::char::decompose_compatible;

/// The first of them at or behind a place. Bytes of ASCII and of most scripts are passed over unread.
pub(super) fn next(text: &str, mut at: usize) -> Option<(usize, Undone)> {
    let bytes = text.as_bytes();
    loop {
        at = beyond_ascii(bytes, at)?;
        let row = (bytes.get(at)?, bytes.get(at + 1)?, bytes.get(at + 2));
        let (worth, skip) = match row {
            (0xc2, second, _) => (matches!(second, 0xaa | 0xad | 0xb2 | 0xb3 | 0xb9 | 0xba), 2),
            (0xcd, 0x8f, _) | (0xd8, 0x9c, _) => (true, 2),
            // Dashes and quotation marks, which any text has.
            (0xe2, 0x80, Some(third)) => (matches!(third, 0x8b..=0x8f | 0xaa..=0xae), 3),
            (0xe2, 0x81 | 0x82 | 0x84 | 0x85 | 0x91..=0x93 | 0xb1, _) => (true, 3),
            (0xe1, 0xb4..=0xb7 | 0x85 | 0x9e | 0xa0, _) => (true, 3),
            (0xef, 0xb8 | 0xbb | 0xbc | 0xbd, _) => (true, 3),
            (0xf0, 0x9d, _) | (0xf0, 0x9f, Some(0x84 | 0x85)) => (true, 4),
            (0xf3, _, _) => (true, 4),
            (0xc3..=0xdf, ..) => (false, 2),
            (0xe0..=0xef, ..) => (false, 3),
            (0xf0..=0xff, ..) => (false, 4),
            _ => (false, 1),
        };
        if worth
            && let Some(c) = text.get(at..).and_then(|rest| rest.chars().next())
            && let Some(found) = undone(text, at, c)
        {
            return Some((at, found));
        }
        at += skip;
    }
}

/// The first byte at or behind a place that is not ASCII.
fn beyond_ascii(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ROW: usize = 64;
    while let Some(row) = bytes.get(at..at + ROW) {
        if !row.is_ascii() {
            break;
        }
        at += ROW;
    }
    bytes.get(at..)?.iter().position(|b| !b.is_ascii()).map(|found| at + found)
}

/// What the character at `at` stands for.
pub(super) fn undone(text: &str, at: usize, c: char) -> Option<Undone> {
    let len = c.len_utf8();
    if hidden(c).is_some() {
        let near = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_graphic());
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        // More of them may follow; the last of them stands before the letter.
        let after = text.get(at + len..)?.chars().take(8).find(|c| hidden(*c).is_none());
        let inside =
            (near(before) || before.is_some_and(|b| !b.is_ascii())) && after.is_some_and(|c| c.is_ascii_graphic());
        return inside.then_some(Undone { c: None, len, view: View::Joined });
    }
    plain(c).map(|c| Undone { c: Some(c), len, view: View::Folded })
}

/// The one printable character of ASCII that a character stands for.
fn plain(c: char) -> Option<char> {
    let letter = |base: u32| char::from_u32(u32::from('A') + (u32::from(c) - base));
    match c {
        '\u{1f150}'..='\u{1f169}' => return letter(0x1f150),
        '\u{1f170}'..='\u{1f189}' => return letter(0x1f170),
        _ => {}
    }
    let (mut all, mut count) = (None, 0);
    decompose_compatible(c, |part| {
        // Letters in brackets are letters.
        if !(matches!(part, '(' | ')') && matches!(c, '\u{2474}'..='\u{24b5}' | '\u{1f110}'..='\u{1f129}')) {
            all = Some(part);
            count += 1;
        }
    });
    all.filter(|plain| count == 1 && plain.is_ascii_graphic() && *plain != c)
}
