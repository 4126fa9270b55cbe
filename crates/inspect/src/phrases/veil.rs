//! Words in disguise, put together again: letters parted by markup, by characters that nobody sees or by blanks and signs;
//! letters of another script or digits in the place of letters.
//!
//! Each is looked for where its shape is, and a text without that shape costs a scan. A stretch in which nearly every letter is
//! disguised is written by nobody who has nothing to hide; one that is disguised here and there is read as any text.

use crate::invisible::hidden;
use crate::signals::alike;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A stretch of a text, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Veiled {
    pub(super) text: String,
    pub(super) span: Range<usize>,
    /// Whether nearly each letter is disguised.
    pub(super) heavy: bool,
}

/// The most bytes that all stretches of a text have together.
const MOST: usize = 32 * 1024;
/// The longest stretch.
const LONGEST: usize = 8 * 1024;
/// So many bytes around a stretch belong to it.
const AROUND: usize = 48;
/// So many disguises close to each other make a stretch, and so many in a row a heavy one.
const FEWEST: usize = 2;
const HEAVY: usize = 6;

/// Every such stretch.
pub(super) fn find(text: &str) -> Vec<Veiled> {
    let mut out = Vec::new();
    parted_by_markup(text, &mut out);
    crowded(text, &mut out);
    if !text.is_ascii() {
        parted_unseen(text, &mut out);
        foreign(text, &mut out);
    }
    let mut room = MOST;
    out.retain(|veiled| {
        let fits = veiled.text.len() <= room;
        room -= if fits { veiled.text.len() } else { 0 };
        fits && !veiled.text.is_empty()
    });
    out
}

/// Places between two letters that hold what parts them, by where the stretch lies that they make.
#[derive(Debug, Default)]
struct Seams {
    all: Vec<Range<usize>>,
}

impl Seams {
    /// Takes a place. A far one ends the stretch before it.
    fn take(&mut self, text: &str, seam: Range<usize>, within: usize, out: &mut Vec<Veiled>, heal: fn(&str) -> String) {
        let far = self.all.last().is_some_and(|last| seam.start > last.end + within);
        let long = self.all.first().is_some_and(|first| seam.end > first.start + LONGEST);
        if far || long {
            self.close(text, out, heal);
        }
        self.all.push(seam);
    }

    fn close(&mut self, text: &str, out: &mut Vec<Veiled>, heal: fn(&str) -> String) {
        let seams = std::mem::take(&mut self.all);
        let (Some(first), Some(last)) = (seams.first(), seams.last()) else { return };
        if seams.len() < FEWEST {
            return;
        }
        // Letters one by one, two by two or three by three.
        let (mut row, mut heavy) = (1, 1);
        for (one, next) in seams.iter().zip(seams.iter().skip(1)) {
            let between = text.get(one.end..next.start).unwrap_or_default();
            let close = letters_outside(between) <= 4;
            row = if close { row + 1 } else { 1 };
            heavy = heavy.max(row);
        }
        let from = text.floor_char_boundary(first.start.saturating_sub(AROUND));
        let to = text.ceil_char_boundary((last.end + AROUND).min(text.len()));
        let healed = heal(text.get(from..to).unwrap_or_default());
        out.push(Veiled { text: healed, span: from..to, heavy: heavy >= HEAVY });
    }
}

/// How many letters a text has outside of tags.
fn letters_outside(text: &str) -> usize {
    let mut inside = false;
    let mut count = |c: char| {
        inside = c == '<' || inside && c != '>';
        usize::from(!inside && is_letter(c))
    };
    text.chars().map(&mut count).sum()
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) && hidden(c).is_none()
}

/// Markup between two letters of a word.
fn parted_by_markup(text: &str, out: &mut Vec<Veiled>) {
    const WITHIN: usize = 160;
    let bytes = text.as_bytes();
    let letter = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80);
    let mut seams = Seams::default();
    let mut behind = 0;
    for at in memchr::memchr_iter(b'<', bytes) {
        if at < behind || !letter(at.checked_sub(1).and_then(|before| bytes.get(before))) {
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let len = tags(rest);
        behind = at + len;
        if len > 0 && letter(bytes.get(behind)) && !parts(rest.get(..len).unwrap_or_default()) {
            seams.take(text, at..behind, WITHIN, out, without_tags);
        }
    }
    seams.close(text, out, without_tags);
}

/// The length of the tags and comments at the start.
fn tags(bytes: &[u8]) -> usize {
    const LONGEST: usize = 256;
    const MOST: usize = 8;
    let mut at = 0;
    for _ in 0..MOST {
        let rest = bytes.get(at..).unwrap_or_default();
        let near = rest.get(..LONGEST).unwrap_or(rest);
        let end = match near {
            [b'<', b'!', b'-', b'-', ..] => memchr::memmem::find(near, b"-->").map(|end| end + 3),
            [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!' | b'?', ..] => memchr::memchr(b'>', near).map(|end| end + 1),
            _ => None,
        };
        let Some(end) = end else { break };
        at += end;
    }
    at
}

/// Whether one of the tags parts words.
fn parts(tags: &[u8]) -> bool {
    const BLOCKS: [&[u8]; 26] = [
        b"br", b"p", b"div", b"li", b"ul", b"ol", b"td", b"th", b"tr", b"table", b"hr", b"h1", b"h2", b"h3", b"h4",
        b"h5", b"h6", b"section", b"dt", b"dd", b"dl", b"option", b"pre", b"article", b"tbody", b"thead",
    ];
    memchr::memchr_iter(b'<', tags).any(|at| {
        let name = tags.get(at + 1..).unwrap_or_default();
        let name = name.strip_prefix(b"/").unwrap_or(name);
        let len = name.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let name = name.get(..len).unwrap_or_default();
        BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name))
    })
}

fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut sign) = (text, text.find('<'));
    while let Some(at) = sign {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let len = tags(rest.as_bytes());
        if parts(rest.as_bytes().get(..len).unwrap_or_default()) {
            out.push(' ');
        }
        if len == 0 {
            out.push('<');
        }
        rest = rest.get(len.max(1)..).unwrap_or_default();
        sign = rest.find('<');
    }
    out.push_str(rest);
    out.retain(|c| hidden(c).is_none());
    out
}

/// Characters between two letters that nobody sees.
fn parted_unseen(text: &str, out: &mut Vec<Veiled>) {
    const WITHIN: usize = 24;
    const SIGNS: [&str; 8] =
        ["\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}", "\u{180e}", "\u{2063}"];
    let bytes = text.as_bytes();
    let many = |sign: &&str| memchr::memmem::find_iter(bytes, sign.as_bytes()).take(HEAVY).count() >= HEAVY;
    if !SIGNS.iter().any(many) {
        return;
    }
    let mut seams = Seams::default();
    let (mut before, mut open) = (' ', None);
    for (at, c) in text.char_indices() {
        if hidden(c).is_some() {
            open = open.or(Some(at));
            continue;
        }
        if let Some(start) = open.take().filter(|_| is_letter(before) && is_letter(c)) {
            seams.take(text, start..at, WITHIN, out, without_unseen);
        }
        before = c;
    }
    seams.close(text, out, without_unseen);
}

fn without_unseen(text: &str) -> String {
    text.chars().filter(|c| hidden(*c).is_none()).collect()
}

/// Blocks of so many bytes are counted at once: most have neither many signs nor many digits.
const BLOCK: usize = 32;

/// How many digits and how many other signs a block has.
fn counts(block: &[u8]) -> (u8, u8) {
    block.iter().fold((0, 0), |(digits, signs), b| {
        let digit = b.wrapping_sub(b'0') < 10;
        let letter = (b | 0x20).wrapping_sub(b'a') < 26;
        (digits + u8::from(digit | (*b == b'@') | (*b == b'$')), signs + u8::from(!digit & !letter & (*b < 0x80)))
    })
}

/// Where signs or digits are as many as letters: rows of lone letters, and digits for letters.
fn crowded(text: &str, out: &mut Vec<Veiled>) {
    const SIGNS: [u8; 2] = [11, 6];
    const DIGITS: u8 = 3;
    let (mut row_from, mut leet_from) = (0, 0);
    for (nth, block) in text.as_bytes().chunks(BLOCK).enumerate() {
        let at = nth * BLOCK;
        let (digits, signs) = counts(block);
        let [ascii, other] = SIGNS;
        let many = signs >= ascii && lone(block) || signs >= other && !block.is_ascii();
        if many && at + BLOCK > row_from {
            row_from = parted_by_signs(text, at.max(row_from), at + BLOCK, out);
        }
        if digits >= DIGITS && at >= leet_from {
            leet_from = digits_for_letters(text, at, out);
        }
    }
}

/// Whether several letters of a block stand alone.
fn lone(block: &[u8]) -> bool {
    const FEWEST: u8 = 5;
    let (mut before, mut last, mut count) = (false, false, 0_u8);
    for b in block {
        let letter = b.is_ascii_alphanumeric();
        count += u8::from(!before & last & !letter);
        (before, last) = (last, letter);
    }
    count >= FEWEST || !block.is_ascii()
}

/// Letters that each stand alone between blanks or signs, in rows that begin in a part of the text; where the last one ends.
fn parted_by_signs(text: &str, from: usize, to: usize, out: &mut Vec<Veiled>) -> usize {
    const STEP: usize = 8;
    const SHORTEST: usize = 10;
    const WIDEST: usize = 4;
    let mut at = from;
    while at < to {
        let Some(row) =
            row(text, text.floor_char_boundary(at.saturating_sub(STEP).max(from.saturating_sub(STEP))), WIDEST)
        else {
            at += STEP;
            continue;
        };
        let letters = row.letters.iter().filter(|(_, c, _)| c.is_alphabetic()).count();
        if row.letters.len() >= SHORTEST && letters * 10 >= row.letters.len() * 7 {
            out.push(Veiled { text: row.read(), span: row.start..row.end, heavy: true });
        }
        at = row.end.max(at + STEP);
    }
    at
}

/// Lone letters, and what stands behind each.
struct Row<'t> {
    start: usize,
    end: usize,
    letters: Vec<(usize, char, &'t str)>,
}

/// The first row of at least four letters that begins in the next bytes.
fn row(text: &str, from: usize, widest: usize) -> Option<Row<'_>> {
    const REACH: usize = 24;
    let mut letters: Vec<(usize, char, &str)> = Vec::new();
    let mut chars = text.get(from..)?.char_indices().map(|(at, c)| (from + at, c)).peekable();
    let mut fresh = from == 0 || text.get(..from)?.chars().next_back().is_some_and(|c| !is_letter(c));
    while let Some((at, c)) = chars.next() {
        if !is_letter(c) {
            fresh = true;
            if at > from + REACH && letters.is_empty() {
                return None;
            }
            continue;
        }
        let start = at + c.len_utf8();
        let mut end = start;
        let mut count = 0;
        while let Some((_, sign)) = chars.peek().filter(|(_, next)| !is_letter(*next) && count <= widest) {
            end += sign.len_utf8();
            count += 1;
            chars.next();
        }
        let alone = fresh && (count > 0 || chars.peek().is_none());
        fresh = count > 0;
        if alone && count <= widest {
            letters.push((at, c, text.get(start..end).unwrap_or_default()));
            if end - from > LONGEST {
                break;
            }
            continue;
        }
        if alone {
            letters.push((at, c, ""));
        }
        if letters.len() >= 4 {
            break;
        }
        letters.clear();
        if at > from + REACH {
            return None;
        }
    }
    let (first, last) = (letters.first()?, letters.last()?);
    Some(Row { start: first.0, end: last.0 + last.1.len_utf8(), letters })
}

impl Row<'_> {
    /// The letters together; a gap that is wider than others, or is blank where others are not, ends a word.
    fn read(&self) -> String {
        let gaps = || self.letters.iter().map(|(_, _, gap)| gap.chars().count()).filter(|len| *len > 0);
        let least = gaps().min().unwrap_or(1);
        let blank = |gap: &str| gap.starts_with(char::is_whitespace);
        let blanks = self.letters.iter().filter(|(_, _, gap)| blank(gap)).count();
        let signs = blanks * 2 < self.letters.len();
        let mut out = String::with_capacity(self.letters.len() * 2);
        for (_, c, gap) in &self.letters {
            out.push(*c);
            if gap.chars().count() > least || signs && blank(gap) {
                out.push(' ');
            }
        }
        out
    }
}

/// Digits and signs in the place of letters, in most words around a place; up to where that was looked at.
fn digits_for_letters(text: &str, at: usize, out: &mut Vec<Veiled>) -> usize {
    const BEFORE: usize = 64;
    const BEHIND: usize = 320;
    const FEWEST: usize = 3;
    let bytes = text.as_bytes();
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
    let is_digit = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_digit() || matches!(b, b'@' | b'$'));
    let block = at..(at + BLOCK).min(bytes.len());
    // Words are shorter than digests.
    let blank = bytes.get(block.clone()).is_some_and(|block| memchr::memchr_iter(b' ', block).take(2).count() == 2);
    let inner = block.filter(|at| is_digit(*at) && (letter(at.checked_sub(1)) || letter(Some(at + 1))));
    if !blank || inner.count() < FEWEST {
        return at + BLOCK;
    }
    let from = text.floor_char_boundary(at.saturating_sub(BEFORE));
    let near = text.ceil_char_boundary((at + 2 * BEFORE).min(text.len()));
    let end = text.ceil_char_boundary((at + BEHIND).min(text.len()));
    if !is_leet(text.get(from..near).unwrap_or_default()) {
        return at + BLOCK;
    }
    // Which letter a one stands for is tried by whoever judges it.
    out.push(Veiled { text: text.get(from..end).unwrap_or_default().to_owned(), span: from..end, heavy: true });
    end
}

/// Whether two of five words have such digits between or beside their letters, some between them; digests and names of versions are no words.
fn is_leet(text: &str) -> bool {
    let sign = |b: &u8| b.is_ascii_punctuation() && !matches!(b, b'@' | b'$' | b'!' | b'.' | b',');
    if text.bytes().filter(|b| sign(b)).count() * 9 > text.len() {
        return false;
    }
    let (mut words, mut leet, mut within) = (0, 0, 0);
    for word in text.split_whitespace() {
        // Most words are letters alone.
        if word.bytes().all(|b| b.is_ascii_alphabetic()) {
            words += usize::from(word.len() >= 2);
            continue;
        }
        // A name that is addressed, a variable and a name of an encoding are no words.
        let coded = holds_size(word.as_bytes());
        if coded || word.len() > 8 && word.starts_with(['@', '$']) {
            words += 1;
            continue;
        }
        let word = word.trim_matches(|c: char| matches!(c, '.' | ',' | '"' | '\'' | '(' | ')' | ':' | ';' | '?'));
        let (letters, digits) = word.chars().fold((0, 0), |(letters, digits), c| match c {
            c if c.is_ascii_alphabetic() => (letters + 1, digits),
            '0'..='9' | '@' | '$' | '!' => (letters, digits + 1),
            _ => (letters, digits),
        });
        if word.len() >= 2 {
            words += 1;
            let all = letters + digits == word.chars().filter(|c| *c != '-' && *c != '\'').count();
            leet += usize::from(letters > 0 && digits > 0 && all && word.len() <= 16);
            // In names and measures they stand at one end.
            let body = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
            within += usize::from(all && word.len() <= 16 && !word.contains('-') && body.len() > letters);
        }
    }
    leet >= 4 && within >= 3 && leet * 5 >= words * 2
}

/// Whether one of the numbers stands in it that encodings and digests have in their names.
fn holds_size(word: &[u8]) -> bool {
    word.windows(2).any(|pair| matches!(pair, b"64" | b"32" | b"85" | b"16"))
        || word.windows(3).any(|three| matches!(three, b"256" | b"128"))
}

/// Words of Latin letters and letters of another script that look like them.
fn foreign(text: &str, out: &mut Vec<Veiled>) {
    const WITHIN: usize = 96;
    const LEAST: usize = 3;
    let bytes = text.as_bytes();
    let candidate = |b: &u8| matches!(b, 0xcd..=0xd6);
    if bytes.iter().filter(|b| candidate(b)).take(LEAST).count() < LEAST {
        return;
    }
    let (mut start, mut latin, mut other) = (0, 0, 0);
    let (mut first, mut last, mut count) = (0, 0, 0);
    let mut close = |first: usize, last: usize, count: usize| {
        if count >= LEAST {
            let from = text.floor_char_boundary(first.saturating_sub(AROUND));
            let to = text.ceil_char_boundary((last + AROUND).min(text.len()));
            let part = text.get(from..to).unwrap_or_default();
            let healed = part.chars().map(|c| alike(c).unwrap_or(c)).collect();
            out.push(Veiled { text: healed, span: from..to, heavy: true });
        }
    };
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        if c.is_alphabetic() {
            latin += usize::from(c.is_ascii());
            other += usize::from(!c.is_ascii());
            continue;
        }
        if latin > 0 && other > 0 {
            let word = text.get(start..at).unwrap_or_default();
            other = word.chars().filter(|c| alike(*c).is_some()).count();
        }
        if latin > 0 && other > 0 && latin + other > 2 {
            if count > 0 && (start > last + WITHIN || at > first + LONGEST) {
                close(first, last, count);
                count = 0;
            }
            first = if count == 0 { start } else { first };
            (last, count) = (at, count + 1);
        }
        (start, latin, other) = (at + c.len_utf8(), 0, 0);
    }
    close(first, last, count);
}

#[cfg(test)]
mod tests;
