//! Readings of a text: what it says once folded, and once each common disguise is undone.
//!
//! A reading is a row of words with one mark between two: a space, a comma where a clause ends, a full stop where a
//! sentence ends, a colon. Each character knows the bytes of the text that it comes from.

mod flow;

use super::fold::{Script, alike, fold, script, unspaced};
use super::typo::mended;
use crate::entity;
use crate::invisible::hidden;

/// A folded character and the bytes that it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ch {
    pub(super) c: char,
    /// What it looks like in Latin; `c` where nothing.
    pub(super) latin: char,
    pub(super) script: Script,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// One reading.
#[derive(Debug, Default, Clone)]
pub(super) struct Flat {
    pub(super) chars: Vec<char>,
    /// The bytes of each character.
    pub(super) at: Vec<(usize, usize)>,
    /// The folded character that each begins with.
    pub(super) index: Vec<usize>,
    /// Whether words may start and end anywhere.
    pub(super) glued: bool,
}

impl Flat {
    pub(super) fn push(&mut self, c: char, at: (usize, usize), index: usize) {
        self.chars.push(c);
        self.at.push(at);
        self.index.push(index);
    }

    /// Takes the word at the start of `rest`, which is at `at`; its length there.
    fn word(&mut self, rest: &[Ch], at: usize, letters: Letters) -> usize {
        let len = word_len(rest);
        let word = rest.get(..len).unwrap_or_default();
        let has = |kind| word.iter().any(|ch| ch.script == kind);
        let latin = letters == Letters::Latin || (has(Script::Latin) && has(Script::Foreign));
        for (i, ch) in word.iter().enumerate().filter(|(_, ch)| is_word(ch.c)) {
            self.push(if latin { ch.latin } else { ch.c }, (ch.start, ch.end), at + i);
        }
        len
    }

    /// The bytes of a row of characters.
    pub(super) fn span(&self, from: usize, to: usize) -> std::ops::Range<usize> {
        let row = self.at.get(from..to).unwrap_or_default();
        let start = row.iter().map(|at| at.0).min().unwrap_or(0);
        let end = row.iter().map(|at| at.1).max().unwrap_or(start);
        start..end.max(start)
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{3099}' | '\u{309a}')
}

const fn apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}' | '\u{b4}' | '\u{2018}')
}

/// Folds a text: invisible characters go, character references and escapes of JSON, C and URLs are undone.
pub(super) fn read(text: &str) -> Vec<Ch> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let (c, len) = match first {
            '&' => entity::reference(text, at).unwrap_or((first, 1)),
            '\\' | '%' => escaped(text, at).unwrap_or((first, 1)),
            c => (c, c.len_utf8()),
        };
        let (start, end) = (at, at + len);
        at = end;
        if hidden(c).is_some() {
            continue;
        }
        let seen = alike(c);
        let kind = script(c);
        fold(c, |folded| {
            let latin = seen.or_else(|| alike(folded)).unwrap_or(folded);
            out.push(Ch { c: folded, latin, script: kind, start, end });
        });
    }
    out
}

/// The character that an escape such as `\u0069`, `\x69` or `%69` stands for, if it is printable ASCII.
fn escaped(text: &str, at: usize) -> Option<(char, usize)> {
    let rest = text.as_bytes().get(at..)?;
    let (skip, digits) = match rest {
        [b'%', ..] => (1, 2),
        [b'\\', b'x', ..] => (2, 2),
        [b'\\', b'u', ..] => (2, 4),
        [b'\\', b'n' | b'r' | b't', ..] => return Some((' ', 2)),
        _ => return None,
    };
    let hex = std::str::from_utf8(rest.get(skip..skip + digits)?).ok()?;
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(hex, 16).ok()?;
    let c = char::from_u32(code).filter(|c| matches!(c, ' '..='~'))?;
    Some((c, skip + digits))
}

/// Which readings are wanted of the characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// As they are; Latin where a word mixes scripts.
    Mixed,
    /// Latin wherever a letter looks so.
    Latin,
}

/// A reading and the folded characters it was made of.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) chars: Vec<Ch>,
    pub(super) flats: Vec<Flat>,
}

/// All readings of a text, the plain one first.
pub(super) fn readings(chars: Vec<Ch>) -> Vec<Reading> {
    let plain = flat(&chars, Letters::Mixed);
    let changed: Vec<Vec<Ch>> =
        ['i', 'l'].into_iter().filter_map(|one| leet(&chars, one)).chain(joined(&chars)).collect();
    let mut flats = vec![];
    if chars.iter().any(|ch| ch.latin != ch.c) {
        flats.push(flat(&chars, Letters::Latin));
    }
    flats.extend(flow::flowing(&chars, &plain));
    flats.extend(glued(&plain));
    flats.extend(inlined(&plain));
    flats.extend(mended(&plain));
    flats.insert(0, plain);
    let mut all = vec![Reading { chars, flats }];
    all.extend(changed.into_iter().map(of));
    all
}

/// The reading with letters that stand apart put together, and wider gaps as the ends of words; nothing where there is none.
pub(super) fn spelt(chars: &[Ch]) -> Option<Reading> {
    const LETTERS: usize = 8;
    const WIDEST: usize = 4;
    let mut out: Vec<Ch> = Vec::with_capacity(chars.len());
    let mut changed = false;
    let mut at = 0;
    while at < chars.len() {
        // Lone letters from here on, and the gaps behind each.
        let mut row: Vec<(usize, usize)> = Vec::new();
        let mut end = at;
        let fresh = at == 0 || chars.get(at - 1).is_some_and(|ch| !is_word(ch.c));
        while fresh
            && chars.get(end).is_some_and(|ch| is_word(ch.c))
            && chars.get(end + 1).is_none_or(|ch| !is_word(ch.c))
        {
            let gap = chars.iter().skip(end + 1).take(WIDEST + 1).take_while(|ch| !is_word(ch.c)).count();
            row.push((end, gap));
            end += 1 + gap;
            if gap > WIDEST {
                break;
            }
        }
        if row.len() < LETTERS {
            out.extend(chars.get(at));
            at += 1;
            continue;
        }
        let least = row.iter().map(|(_, gap)| *gap).min().unwrap_or(1).max(1);
        for (letter, gap) in row {
            out.extend(chars.get(letter));
            if gap > least {
                out.extend(chars.get(letter + 1).map(|ch| Ch { c: ' ', latin: ' ', ..*ch }));
            }
        }
        changed = true;
        at = end;
    }
    changed.then(|| of(out))
}

/// The readings of a text that is written as words are: with words that flow on over line ends; where there may be tags,
/// which this passes over, also the plain one.
pub(super) fn written(chars: Vec<Ch>) -> Reading {
    let flowing = flow::flowing(&chars, &Flat::default());
    let tags = chars.iter().any(|ch| ch.c == '<');
    let plain = (tags || flowing.is_none()).then(|| flat(&chars, Letters::Mixed));
    Reading { chars, flats: flowing.into_iter().chain(plain).collect() }
}

/// The plain reading of characters.
fn of(chars: Vec<Ch>) -> Reading {
    let plain = flat(&chars, Letters::Mixed);
    let glued = glued(&plain);
    Reading { chars, flats: std::iter::once(plain).chain(glued).collect() }
}

/// The characters from the last to the first; what one of them was folded into stays in its order.
fn backwards(chars: &[Ch]) -> Vec<Ch> {
    chars.chunk_by(|one, next| one.start == next.start).rev().flatten().copied().collect()
}

/// The whole text read from its end, and with its letters moved by thirteen places.
pub(super) fn ciphers(chars: &[Ch]) -> [Reading; 2] {
    [of(backwards(chars)), of(chars.iter().copied().map(rotated).collect())]
}

/// The same with every shift of the alphabet, and with the alphabet backwards.
pub(super) fn deciphered(chars: &[Ch]) -> Vec<Reading> {
    let turned = |letter: fn(char, u32) -> char, places: u32| {
        of(chars.iter().map(|ch| unlocked(*ch, |c| letter(c, places))).collect())
    };
    let mut all = vec![of(backwards(chars)), turned(atbash, 0)];
    all.extend((1..26).map(|places| turned(shifted, places)));
    all
}

/// A letter of ASCII so many places on.
pub(crate) fn shifted(c: char, places: u32) -> char {
    let place = u32::from(c).wrapping_sub(u32::from('a'));
    if place < 26 { char::from_u32(u32::from('a') + (place + places) % 26).unwrap_or(c) } else { c }
}

/// A letter of ASCII with the alphabet backwards.
pub(crate) fn atbash(c: char, _: u32) -> char {
    let place = u32::from(c).wrapping_sub(u32::from('a'));
    if place < 26 { char::from_u32(u32::from('z') - place).unwrap_or(c) } else { c }
}

fn rotated(ch: Ch) -> Ch {
    unlocked(ch, |c| shifted(c, 13))
}

/// A letter with its cipher undone. One that the cipher leaves, an accented one, is as it stands; letters of other scripts would
/// read as they did before.
fn unlocked(ch: Ch, letter: impl Fn(char) -> char) -> Ch {
    let c = match ch.c {
        c @ 'a'..='z' if ch.end - ch.start <= 1 => letter(c),
        c @ 'a'..='z' => c,
        c if c.is_alphabetic() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    Ch { c, latin: c, ..ch }
}

fn flat(chars: &[Ch], letters: Letters) -> Flat {
    let mut out = Flat::default();
    out.chars.reserve(chars.len());
    out.at.reserve(chars.len());
    let mut at = 0;
    while let Some(ch) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        if is_word(ch.c) {
            at += out.word(rest, at, letters);
        } else {
            let len = rest.iter().take_while(|ch| !is_word(ch.c)).count().max(1);
            let gap = rest.get(..len).unwrap_or_default();
            let end = gap.last().map_or(ch.end, |last| last.end);
            let mark = mark(gap, rest.get(len));
            out.push(mark, (ch.start.min(end), end.max(ch.start)), at);
            at += len;
        }
    }
    out
}

/// The length of the word at the start; an apostrophe between two letters belongs to it.
fn word_len(rest: &[Ch]) -> usize {
    let mut len = 0;
    while let Some(ch) = rest.get(len) {
        let inner = apostrophe(ch.c) && rest.get(len + 1).is_some_and(|next| next.c.is_alphabetic());
        if !is_word(ch.c) && !inner {
            break;
        }
        len += 1;
    }
    len
}

const fn ends_clause(c: char) -> bool {
    matches!(c, ',' | '(' | ')' | '、' | '，' | ';' | '；' | '\u{2013}' | '\u{2014}' | '>')
}

/// What a gap between words separates.
fn mark(gap: &[Ch], next: Option<&Ch>) -> char {
    let mut clause = None;
    let mut newline = false;
    for (i, ch) in gap.iter().enumerate() {
        let spaced = gap.get(i + 1).map_or(next.is_none(), |after| after.c.is_whitespace() || after.c == '<');
        match ch.c {
            '。' | '｡' | '！' | '？' => return '.',
            '.' | '!' | '?' if spaced => return '.',
            '\n' if newline => return '.',
            '\n' => newline = true,
            '-' | '*' | '•' | '#' if newline => return '.',
            c if c.is_whitespace() => {}
            ':' | '：' => clause = Some(':'),
            c if ends_clause(c) => clause = clause.or(Some(',')),
            _ => newline = false,
        }
    }
    clause.unwrap_or(' ')
}

/// Digits and signs that stand for letters, in words that have letters too; nothing where there is none.
fn leet(chars: &[Ch], one: char) -> Option<Vec<Ch>> {
    let letter = |c: char| {
        Some(match c {
            '0' => 'o',
            '1' | '!' | '|' => one,
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '6' | '9' => 'g',
            '7' | '+' => 't',
            '8' => 'b',
            _ => return None,
        })
    };
    // The second reading of the ones only where there are ones.
    if one == 'l' && !chars.iter().any(|ch| matches!(ch.c, '1' | '!' | '|')) {
        return None;
    }
    let mut out = chars.to_vec();
    let mut changed = false;
    for i in 0..out.len() {
        let near = |at: Option<usize>| {
            at.and_then(|at| chars.get(at)).is_some_and(|ch| is_word(ch.c) || matches!(ch.c, '@' | '$' | '€'))
        };
        let (before, after) = (near(i.checked_sub(1)), near(Some(i + 1)));
        let Some(ch) = out.get_mut(i) else { break };
        let Some(to) = letter(ch.c) else { continue };
        let strong = ch.c.is_ascii_digit() || matches!(ch.c, '@' | '$' | '€');
        if (strong && (before || after)) || (before && after) {
            ch.c = to;
            ch.latin = to;
            ch.script = Script::Latin;
            changed = true;
        }
    }
    changed.then_some(out)
}

/// The text without marks and tags inside of words; nothing where there is none.
fn joined(chars: &[Ch]) -> Option<Vec<Ch>> {
    let mut out: Vec<Ch> = Vec::with_capacity(chars.len());
    let mut at = 0;
    let mut changed = false;
    while let Some(ch) = chars.get(at) {
        if !is_word(ch.c) && out.last().is_some_and(|last| is_word(last.c)) {
            let gap = inner_gap(chars.get(at..).unwrap_or_default());
            if gap > 0 && chars.get(at + gap).is_some_and(|next| is_word(next.c)) {
                changed = true;
                at += gap;
                continue;
            }
        }
        out.push(*ch);
        at += 1;
    }
    changed.then_some(out)
}

/// The length of what a reader skips inside a word: a tag or comment, or up to three marks that are no white space.
fn inner_gap(rest: &[Ch]) -> usize {
    const LONGEST: usize = 64;
    let mut len = 0;
    while len < LONGEST {
        match rest.get(len).map(|ch| ch.c) {
            Some('<') => match rest.iter().skip(len).take(LONGEST).position(|ch| ch.c == '>') {
                Some(close) => len += close + 1,
                None => return 0,
            },
            Some(',' | ':' | ';' | '/' | '(' | ')' | '=' | '"') => return 0,
            Some(c) if !is_word(c) && !c.is_whitespace() && len < LONGEST => len += 1,
            _ => break,
        }
    }
    len
}

/// Letters that stand alone, put together, and words too long for one; nothing where there is none.
fn glued(plain: &Flat) -> Option<Flat> {
    const LETTERS: usize = 5;
    const LONG: usize = 14;
    let mut out = Flat { glued: true, ..Flat::default() };
    let copy = |out: &mut Flat, from: usize, to: usize| {
        let row = plain.chars.iter().zip(&plain.at).zip(&plain.index).skip(from).take(to - from);
        row.filter(|((c, _), _)| is_word(**c)).for_each(|((c, at), index)| out.push(*c, *at, *index));
        let end = out.at.last().map_or((0, 0), |last| (last.1, last.1));
        out.push(' ', end, out.index.last().copied().unwrap_or(0));
    };
    // Where a run of short words began, and how many it has.
    let (mut start, mut count) = (0, 0);
    let mut at = 0;
    while at < plain.chars.len() {
        let len = plain.chars.iter().skip(at).take_while(|c| is_word(**c)).count();
        let unspaced = plain.chars.get(at).is_some_and(|c| unspaced(*c));
        match len {
            0 => at += 1,
            1 | 2 if !unspaced => {
                start = if count == 0 { at } else { start };
                count += 1;
                at += len;
            }
            _ => {
                if count >= LETTERS {
                    copy(&mut out, start, at);
                }
                count = 0;
                if len >= LONG && !unspaced {
                    copy(&mut out, at, at + len);
                }
                at += len;
            }
        }
    }
    if count >= LETTERS {
        copy(&mut out, start, at);
    }
    (!out.chars.is_empty()).then_some(out)
}

/// The reading with letters that stand alone put together in their place; nothing where there is none.
fn inlined(plain: &Flat) -> Option<Flat> {
    const LETTERS: usize = 4;
    // A letter between two spaces.
    let lone = |at: usize| {
        let word = |at: Option<usize>| at.and_then(|at| plain.chars.get(at)).is_some_and(|c| is_word(*c));
        word(Some(at)) && !word(at.checked_sub(1)) && !word(Some(at + 1))
    };
    let mut out = Flat::default();
    let mut copy = |at: usize| {
        if let (Some(c), Some(place), Some(index)) = (plain.chars.get(at), plain.at.get(at), plain.index.get(at)) {
            out.push(*c, *place, *index);
        }
    };
    let mut changed = false;
    let mut at = 0;
    while at < plain.chars.len() {
        let mut count = 0;
        while lone(at + 2 * count) {
            count += 1;
        }
        if count < LETTERS {
            copy(at);
            at += 1;
        } else {
            (0..count).for_each(|letter| copy(at + 2 * letter));
            at += 2 * count - 1;
            changed = true;
        }
    }
    changed.then_some(out)
}
