//! The reading in which words flow on over line ends, lists, tables, quotations and tags.

use super::{Ch, Flat, Letters, ends_clause, is_word};

/// The longest tag that is passed over.
const TAG: usize = 64;
/// As many words make no sentence.
const FRAGMENT: usize = 3;

/// The reading in which only punctuation ends a sentence; nothing where it is the plain one.
pub(super) fn flowing(chars: &[Ch], plain: &Flat) -> Option<Flat> {
    let breaks = chars.iter().any(|ch| matches!(ch.c, '\n' | '<' | '|'));
    if !breaks {
        return None;
    }
    let mut out = Flat::default();
    let (mut at, mut words) = (0, 0);
    while let Some(ch) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        if is_word(ch.c) {
            at += out.word(rest, at, Letters::Mixed);
            words += 1;
            continue;
        }
        let Gap { len, mut mark, ends_line, is_item } = gap(rest);
        // An item of a list is a sentence unless it is too short for one.
        let next = rest.get(len..).unwrap_or_default();
        if is_item && mark != '.' && words > FRAGMENT && words_of_line(next) > FRAGMENT {
            mark = '.';
        }
        words = if ends_line { 0 } else { words };
        let end = rest.get(len.saturating_sub(1)).map_or(ch.end, |last| last.end);
        out.push(mark, (ch.start.min(end), end.max(ch.start)), at);
        at += len;
    }
    (out.chars != plain.chars).then_some(out)
}

/// How many words of the line at the start there are, as far as it matters.
fn words_of_line(rest: &[Ch]) -> usize {
    let line = rest.iter().take(TAG).take_while(|ch| ch.c != '\n');
    let inside = line.map(|ch| is_word(ch.c)).collect::<Vec<_>>();
    inside.windows(2).filter(|pair| matches!(pair, [false, true])).count() + usize::from(inside.first() == Some(&true))
}

/// What stands between two words.
#[derive(Debug)]
struct Gap {
    /// Its length, tags and numbers of a list included.
    len: usize,
    /// What it separates.
    mark: char,
    ends_line: bool,
    /// Whether an item of a list follows.
    is_item: bool,
}

fn gap(rest: &[Ch]) -> Gap {
    let mut gap = Gap { len: 0, mark: ' ', ends_line: false, is_item: false };
    while let Some(ch) = rest.get(gap.len) {
        let tail = rest.get(gap.len..).unwrap_or_default();
        let number = if gap.ends_line && !gap.is_item { number(tail) } else { 0 };
        if number > 0 {
            gap.is_item = true;
            gap.len += number;
            continue;
        }
        let tag = if ch.c == '<' { tag(tail) } else { 0 };
        if tag > 0 {
            gap.len += tag;
            continue;
        }
        if is_word(ch.c) {
            break;
        }
        gap.mark = heavier(gap.mark, punctuation(tail));
        gap.is_item |= gap.ends_line && matches!(ch.c, '-' | '*' | '•' | '+');
        gap.ends_line |= ch.c == '\n';
        gap.len += 1;
    }
    gap.len = gap.len.max(1);
    gap
}

/// What the sign at the start separates, without regard to lines.
fn punctuation(rest: &[Ch]) -> char {
    let spaced = rest.get(1).is_none_or(|next| next.c.is_whitespace() || next.c == '<');
    match rest.first().map_or(' ', |ch| ch.c) {
        '>' => ' ',
        '。' | '｡' | '！' | '？' => '.',
        '.' | '!' | '?' if spaced => '.',
        ':' | '：' => ':',
        c if ends_clause(c) => ',',
        _ => ' ',
    }
}

fn heavier(a: char, b: char) -> char {
    let weight = |c| [' ', ',', ':', '.'].iter().position(|known| *known == c);
    if weight(b) > weight(a) { b } else { a }
}

/// The length of the tag at the start; nought where there is none.
fn tag(rest: &[Ch]) -> usize {
    let opens = rest.get(1).is_some_and(|ch| ch.c.is_ascii_alphabetic() || matches!(ch.c, '/' | '!'));
    let close = rest.iter().take(TAG).position(|ch| ch.c == '>');
    close.filter(|_| opens).map_or(0, |close| close + 1)
}

/// The length of the number of a list's item, such as `2.`; nought where there is none.
fn number(rest: &[Ch]) -> usize {
    let digits = rest.iter().take(4).take_while(|ch| ch.c.is_ascii_digit()).count();
    match (rest.get(digits).map(|ch| ch.c), rest.get(digits + 1).map(|ch| ch.c)) {
        (Some('.' | ')'), Some(' ')) if (1..=3).contains(&digits) => digits + 1,
        _ => 0,
    }
}
