//! Characters that a reader does not see and a model does.
//!
//! Unicode's default-ignorable code points, bidirectional controls, tags, variation selectors and control characters
//! go, except where a script or an emoji needs them. Escape sequences of terminals go whole.

mod table;

use crate::layer::{Edit, Hit, Pass};
use crate::{Policy, Severity, Treat};
use std::borrow::Cow;
pub(crate) use table::hidden;
use table::{emoji, ideograph, joiner_script, mongolian, rtl, seasian, takes_text_variation};

/// Emoji of the three subdivisions whose flags are recommended for interchange: the tags after U+1F3F4.
const FLAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// How far a word is read back.
const WORD: usize = 64;

/// How long a control string may be.
const STRING: usize = 2 * 1024;

/// Whether a byte can start a character of interest.
const fn lead(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f | 0xc2 | 0xcd | 0xd8 | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf0..=0xff)
}

/// Whether the character that starts with these bytes may be one of interest.
const fn interesting(first: u8, second: u8, third: u8) -> bool {
    match first {
        0..=0x7f => true,
        0xc2 => second <= 0x9f || second == 0xad,
        0xcd => second == 0x8f,
        0xd8 => second == 0x9c,
        0xe1 => matches!(second, 0x85 | 0x9e | 0xa0),
        0xe2 => matches!(second, 0x80 | 0x81),
        0xe3 => second == 0x85,
        0xef => matches!(second, 0xb7 | 0xb8 | 0xbb | 0xbe | 0xbf),
        0xf0 => matches!(second, 0x9b | 0x9d) || third == 0xbf,
        _ => true,
    }
}

/// The first place from `at` on where a character of interest may stand.
fn next_lead(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        // A whole block is asked first: most hold nothing, and the answer takes few instructions.
        let block = bytes.get(at..)?;
        let block = block.get(..64).unwrap_or(block);
        if block.is_empty() {
            return None;
        }
        if block.iter().fold(false, |any, b| any | lead(*b)) {
            for (index, byte) in block.iter().enumerate().filter(|(_, b)| lead(**b)) {
                let behind = |count| bytes.get(at + index + count).copied().unwrap_or(0);
                if interesting(*byte, behind(1), behind(2)) {
                    return Some(at + index);
                }
            }
        }
        at += block.len();
    }
}

/// How many ideographs of one text may have a variant chosen: more are no names, but bytes.
const VARIANTS: usize = 64;
/// How many ideographs with a variant may stand side by side.
const ROW: usize = 4;

/// What must be known of the text before the one at hand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Before {
    /// How many ideographs had a variant chosen.
    variants: usize,
    /// Whether it ends in a word from right to left and a space.
    rtl_word: bool,
}

impl Before {
    /// Of a part of a text out of which what must not stay was taken before.
    pub(crate) const ANYTHING: Self = Self { variants: 0, rtl_word: true };
}

/// Finds the invisible characters that have no business where they stand.
pub(crate) fn pass(text: &str, policy: &Policy) -> Pass {
    pass_behind(text, policy, &mut Before::ANYTHING.clone())
}

/// The same for a text that goes on where another ended.
pub(crate) fn pass_behind(text: &str, policy: &Policy, known: &mut Before) -> Pass {
    let mut pass = Pass::default();
    let mut at = 0;
    // Behind what was taken out last, and the character before it that stays.
    let (mut gone, mut stays) = (0, None);
    while let Some(next) = next_lead(text.as_bytes(), at) {
        let Some((c, rest)) = text.get(next..).and_then(first) else { break };
        at = next + c.len_utf8();
        let Some(rule) = hidden(c) else { continue };
        let before = text.get(gone..next).and_then(|head| head.chars().next_back()).or(stays);
        let head = text.get(..next).unwrap_or_default();
        if let Some(len) = kept(c, before, rest).or_else(|| kept_by_more(c, (head, before), rest, known)) {
            at = next + len;
            continue;
        }
        let len = if c == '\u{1b}' { c.len_utf8() + sequence(rest.as_bytes()).unwrap_or(0) } else { c.len_utf8() };
        let span = next..next + len;
        match policy.treatment(rule.0) {
            Treat::Off => {}
            Treat::Report => pass.reports.push((span, Hit { rule: rule.0, severity: rule.1 })),
            _ => {
                (gone, stays, at) = (span.end, before, span.end);
                push(&mut pass.edits, span, rule);
            }
        }
    }
    if !text.is_empty() {
        known.rtl_word = follows_rtl_word(text, known.rtl_word);
    }
    pass
}

/// Whether a few signs and a word from right to left follow, with nothing in it that could be markup or a part of a URL.
fn leads_rtl_word(rest: &str) -> bool {
    let signs =
        rest.bytes().take(4).take_while(|b| matches!(b, b'(' | b'"' | b'\'' | b'-' | b'.' | b',' | b'#')).count();
    let mut word = rest.get(signs..).unwrap_or_default().chars().take(WORD).take_while(|c| !c.is_whitespace());
    word.next().is_some_and(rtl)
        && word.all(|c| rtl(c) || matches!(c, '.' | ',' | ')' | '!' | '?' | ';' | '"' | '\'' | '-'))
}

/// The length of an isolated word with what ends it (UAX 9, section 2.4.2), behind what begins it: one from right to left, or
/// one behind such a word. Nothing follows that could belong to a URL.
fn isolated(head: &str, rest: &str, before: Option<char>, known: &Before) -> Option<usize> {
    let apart = before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | '-'));
    let end = rest
        .char_indices()
        .take(WORD)
        .find(|(_, c)| !c.is_alphanumeric() && !matches!(c, '-' | '_'))
        .filter(|(_, c)| *c == '\u{2069}')?
        .0;
    let word = rest.get(..end).filter(|word| !word.is_empty())?;
    let len = end + '\u{2069}'.len_utf8();
    let wanted = word.chars().any(rtl) || follows_rtl_word(head, known.rtl_word);
    (apart && wanted && is_blank_behind_signs(rest.get(len..)?)).then_some(len)
}

/// Whether a text goes on, behind a few signs that end a clause, with a blank or from right to left.
fn is_blank_behind_signs(rest: &str) -> bool {
    let sign = |c: &char| matches!(c, '.' | ',' | ';' | '!' | '?' | ')' | '"' | '\u{5f4}' | '\u{60c}' | '\u{61f}');
    let signs = rest.chars().take(4).take_while(sign).count();
    rest.chars().nth(signs).is_some_and(|c| c.is_whitespace() || rtl(c))
}

/// The same for what more than its neighbours decide.
fn kept_by_more(c: char, (head, before): (&str, Option<char>), rest: &str, known: &mut Before) -> Option<usize> {
    let stays = match c {
        '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            let follows =
                follows_rtl_word(head, known.rtl_word) && rest.chars().next().is_some_and(|a| hidden(a).is_none());
            // Behind the sign that ends a sentence: what follows is blank.
            let signs = head.bytes().rev().take(4).take_while(u8::is_ascii_punctuation).count();
            let ends = signs > 0 && head.get(..head.len() - signs).is_some_and(|head| head.ends_with(rtl));
            let closes = ends && rest.chars().next().is_some_and(char::is_whitespace);
            closes || follows || leads_rtl_word(rest)
        }
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e011f}' => {
            let chosen = row(head.chars().rev()) + row_behind(rest) <= ROW
                && head.chars().next_back().is_some_and(ideograph)
                && known.variants < VARIANTS;
            known.variants += usize::from(chosen);
            chosen
        }
        '\u{2066}'..='\u{2068}' => return isolated(head, rest, before, known).map(|len| c.len_utf8() + len),
        // A page ends.
        '\u{c}' => rest.starts_with('\n') || rest.starts_with("\r\n"),
        _ => false,
    };
    stays.then_some(c.len_utf8())
}

/// Whether the text ends in a word of letters from right to left and a space; the text before it, if it has no such end.
fn follows_rtl_word(head: &str, before: bool) -> bool {
    let Some(word) = head.strip_suffix(' ') else { return head.is_empty() && before };
    if !word.ends_with(|c: char| rtl(c) || matches!(c, ',' | '!')) {
        return false;
    }
    let mut letters = word.chars().rev().take(WORD).take_while(|c| !c.is_whitespace());
    letters.all(|c| rtl(c) || matches!(c, ',' | '!')) && word.ends_with(rtl)
}

/// How many ideographs with a variant stand side by side: up to one whose variant is the next character.
fn row(mut chars: impl Iterator<Item = char>) -> usize {
    let mut count = 1;
    while count <= ROW && chars.next().is_some_and(ideograph) && chars.next().is_some_and(variant) {
        count += 1;
    }
    count
}

/// How many of them follow.
fn row_behind(rest: &str) -> usize {
    let mut chars = rest.chars();
    let mut count = 0;
    while count < ROW && chars.next().is_some_and(ideograph) && chars.next().is_some_and(variant) {
        count += 1;
    }
    count
}

/// Whether the character chooses a variant of an ideograph.
const fn variant(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}')
}

/// Up to where escape sequences of terminals are there to their end.
pub(crate) fn complete(text: &str) -> usize {
    let mut from = 0;
    while let Some(found) = memchr::memchr(0x1b, text.as_bytes().get(from..).unwrap_or_default()) {
        let Some(len) = text.as_bytes().get(from + found + 1..).and_then(sequence) else { return from + found };
        from += found + 1 + len;
    }
    text.len()
}

/// The beginning of a text without what may be invisible in it, up to an escape sequence that it ends within.
pub(crate) fn without_hidden(text: &str) -> Cow<'_, str> {
    let Some(mut at) = next_lead(text.as_bytes(), 0) else { return Cow::Borrowed(text) };
    let mut out = text.get(..at).unwrap_or_default().to_owned();
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        at += c.len_utf8();
        if c == '\u{1b}' {
            let Some(len) = text.as_bytes().get(at..).and_then(sequence) else { break };
            at += len;
        }
        out.extend(Some(c).filter(|c| hidden(*c).is_none()));
    }
    Cow::Owned(out)
}

fn first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    chars.next().map(|c| (c, chars.as_str()))
}

/// Adds a removal, as one with the removal before it where they touch and the rule is the same.
fn push(edits: &mut Vec<Edit>, span: std::ops::Range<usize>, rule: (&'static str, Severity)) {
    if let Some(last) = edits.last_mut()
        && last.span.end == span.start
        && last.hit.is_some_and(|hit| hit.rule == rule.0)
    {
        last.span.end = span.end;
        return;
    }
    edits.push(Edit { span, text: Cow::Borrowed(""), hit: Some(Hit { rule: rule.0, severity: rule.1 }) });
}

/// The length of the rest of an escape sequence after ESC: of a control sequence (ECMA-48 section 5.4), or of a control
/// string such as a hyperlink's (section 5.6) with its end. 0 where there is none, `None` where the text ends within it.
pub(crate) fn sequence(rest: &[u8]) -> Option<usize> {
    let (first, body) = rest.split_first()?;
    match first {
        b'[' => {
            let params = body.iter().take(64).take_while(|b| (0x20..0x40).contains(*b)).count();
            match body.get(params) {
                Some(0x40..=0x7e) => Some(params + 2),
                Some(_) => Some(0),
                None => None,
            }
        }
        b']' | b'P' | b'X' | b'^' | b'_' => {
            let Some(len) = body.iter().take(STRING).position(|b| matches!(b, 0x07 | 0x1b | b'\n' | 0xc2)) else {
                return (body.len() >= STRING).then_some(0);
            };
            match (body.get(len), body.get(len + 1)) {
                (Some(0x07), _) => Some(len + 2),
                (Some(0x1b), Some(b'\\')) | (Some(0xc2), Some(0x9c)) => Some(len + 3),
                (Some(0x1b), None) => None,
                _ => Some(0),
            }
        }
        _ => Some(0),
    }
}

/// How many bytes from a hidden character on stay, where script or emoji need it.
fn kept(c: char, before: Option<char>, rest: &str) -> Option<usize> {
    let after = rest.chars().next();
    let stays = match c {
        // After a letter of a joining script; between emoji.
        '\u{200c}' => before.is_some_and(joiner_script),
        '\u{200d}' => {
            before.is_some_and(joiner_script)
                || (before.is_some_and(|b| emoji(b) || b == '\u{fe0f}') && after.is_some_and(emoji))
        }
        '\u{fe0f}' => match before {
            Some('0'..='9' | '#' | '*') => after == Some('\u{20e3}'),
            Some(base) => emoji(base),
            None => false,
        },
        '\u{fe0e}' => before.is_some_and(emoji),
        '\u{fe00}'..='\u{fe02}' => before.is_some_and(takes_text_variation),
        '\u{200e}' | '\u{200f}' | '\u{61c}' => before.is_some_and(rtl) || after.is_some_and(rtl),
        '\u{200b}' => before.is_some_and(seasian) && after.is_some_and(seasian),
        '\u{180b}'..='\u{180f}' => before.is_some_and(mongolian),
        '\u{e0067}' if before == Some('\u{1f3f4}') => {
            let flag = FLAGS.iter().find(|flag| flag.get(4..).is_some_and(|tags| rest.starts_with(tags)));
            return flag.map(|flag| flag.len());
        }
        // Fillers complete a syllable of single jamo.
        '\u{115f}' | '\u{1160}' => after.is_some_and(|a| matches!(a, '\u{1161}'..='\u{11ff}')),
        _ => false,
    };
    stays.then_some(c.len_utf8())
}

#[cfg(test)]
mod tests;
