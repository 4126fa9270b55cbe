//! Characters that a reader does not see and a model does.
//!
//! Unicode's default-ignorable code points, bidirectional controls, tags, variation selectors and control characters
//! go, except where a script or an emoji needs them. Escape sequences of terminals go whole.

mod table;

use crate::layer::{Edit, Hit, Pass};
use crate::{Policy, Severity};
use std::borrow::Cow;
pub(crate) use table::hidden;
use table::{emoji, joiner_script, mongolian, rtl, seasian, takes_text_variation};

/// Emoji of the three subdivisions whose flags are recommended for interchange: the tags after U+1F3F4.
const FLAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Whether a byte can start a character of interest.
const fn lead(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f | 0xc2 | 0xcd | 0xd8 | 0xe1 | 0xe2 | 0xe3 | 0xef | 0xf0..=0xff)
}

/// Finds the invisible characters that have no business where they stand.
pub(crate) fn pass(text: &str, _policy: &Policy) -> Pass {
    let mut pass = Pass::default();
    let mut at = match text.bytes().position(lead) {
        Some(at) => at,
        None => return pass,
    };
    // The character before `at` that stays.
    let mut before = text.get(..at).and_then(|head| head.chars().next_back());
    while let Some((c, rest)) = text.get(at..).and_then(first) {
        let len = match hidden(c) {
            None => {
                before = Some(c);
                at += c.len_utf8();
                continue;
            }
            Some(rule) => match kept(c, before, rest) {
                Some(len) => {
                    // A kept character does not justify another of its kind.
                    before = Some(c);
                    at += len;
                    continue;
                }
                None => {
                    let len = if c == '\u{1b}' { c.len_utf8() + csi(rest) } else { c.len_utf8() };
                    push(&mut pass.edits, at..at + len, rule);
                    len
                }
            },
        };
        at += len;
    }
    pass
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

/// The length of the rest of a control sequence (ECMA-48 section 5.4) after ESC; 0 where there is none.
fn csi(rest: &str) -> usize {
    let Some(body) = rest.strip_prefix('[') else { return 0 };
    let params = body.bytes().take(64).take_while(|b| (0x20..0x40).contains(b)).count();
    match body.as_bytes().get(params) {
        Some(0x40..=0x7e) => params + 2,
        _ => 0,
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
