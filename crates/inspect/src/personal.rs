//! Data about persons: addresses, numbers and their checksums.
//!
//! A number whose form and check digits leave little to chance is found wherever it stands. Any other needs a word that says
//! what it is, in one of several languages, within [`context::REACH`] bytes before it. A finding is the number alone.

mod checks;
mod context;
mod europe;
mod forms;
mod iban;
mod mail;
mod named;
mod phone;
mod rules;
mod shape;
mod world;

#[cfg(test)]
mod tests;

pub use rules::RULES;

use crate::{Match, View};
use context::Topics;
use forms::{FORMS, Form};
use shape::Shape;
use std::sync::LazyLock;

/// Longer runs of letters and digits hold no number that is looked for.
const LONGEST: usize = 34;

/// The longest number with the spaces in it.
const WHOLE: usize = 64;

/// Longer texts say themselves what stands in them.
const UNDER: usize = 256;

/// The forms by how many letters and digits they begin with.
static BY_LEAD: LazyLock<Vec<Vec<&'static Form>>> = LazyLock::new(|| {
    let lead = |form: &Form| form.pattern.bytes().take_while(|b| b.is_ascii_alphanumeric()).count();
    (0..=LONGEST).map(|length| FORMS.iter().filter(|form| lead(form) == length).collect()).collect()
});

/// Finds personal data in `text`. Linear in its length.
pub fn find(text: &str, out: &mut Vec<Match>) {
    mail::find(text, out);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = next_digit(bytes, at) {
        let back =
            bytes.get(at..found).unwrap_or_default().iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
        let ahead = bytes.get(found..).unwrap_or_default().iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        at = found + ahead;
        if back + ahead <= LONGEST {
            number(text, found - back, at, out);
        }
    }
}

/// Finds what `text` is by the words that stand for it elsewhere, as the key whose value it is: what needs such a word within
/// [`context::REACH`] bytes before it. What `text` is by itself is for [`find`].
pub fn find_under(words: &str, text: &str, out: &mut Vec<Match>) {
    if text.len() > UNDER || context::before(words, words.len()) == Topics::NONE {
        return;
    }
    let whole = format!("{words}: {text}");
    let (mut found, base) = (Vec::new(), whole.len() - text.len());
    find(&whole, &mut found);
    let own = found.into_iter().filter(|found| found.span.start >= base);
    out.extend(own.map(|found| Match { span: found.span.start - base..found.span.end - base, ..found }));
}

/// The place of the next digit from `from` on.
fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    const BLOCK: usize = 64;
    let mut at = from;
    loop {
        let block = bytes.get(at..)?;
        let block = block.get(..BLOCK).unwrap_or(block);
        // Without a branch on each byte, whole blocks are compared at once.
        if block.iter().fold(false, |any, b| any | b.is_ascii_digit()) {
            return block.iter().position(u8::is_ascii_digit).map(|place| at + place);
        }
        if block.len() < BLOCK {
            return None;
        }
        at += BLOCK;
    }
}

/// What is said before a number, looked up once and only where it matters.
struct Said<'t> {
    text: &'t str,
    start: usize,
    topics: Option<Topics>,
}

impl Said<'_> {
    fn meets(&mut self, need: Topics) -> bool {
        need == Topics::NONE || need.met(*self.topics.get_or_insert_with(|| context::before(self.text, self.start)))
    }
}

/// Judges the run of letters and digits from `start` to `end`, and what goes on behind it.
fn number(text: &str, start: usize, end: usize, out: &mut Vec<Match>) {
    let bytes = text.as_bytes();
    let back = |by: usize| start.checked_sub(by).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    if back(1) == b'_' || (matches!(back(1), b'-' | b'.' | b'/' | b'@') && back(2).is_ascii_alphanumeric()) {
        return;
    }
    let mut said = Said { text, start, topics: None };
    let mut push = |rule: &'static str, from: usize, to: usize| {
        out.push(Match { rule, span: from..to, view: View::Plain });
    };
    let rest = text.get(start..).unwrap_or_default();
    if back(1) == b'+' {
        if let (false, Some(length)) = (back(2).is_ascii_alphanumeric(), phone::international(rest)) {
            push("personal.phone", start - 1, start + length);
        }
        return;
    }
    // A number that begins with one digit alone is hardly ever one, and such numbers are many.
    let digit = bytes.get(start).is_some_and(u8::is_ascii_digit);
    let shape = Shape::read(rest);
    let lead = shape.lead();
    for form in BY_LEAD.get(lead).into_iter().flatten() {
        let Some(value) = shape.fits(form.pattern) else { continue };
        if (form.check)(value.characters()) && said.meets(form.need) {
            push(form.rule, start, start + value.end);
        }
    }
    if !digit {
        if let Some(value) = rest.get(..2).and_then(|country| iban::find(&shape, country)) {
            push("personal.iban", start, start + value.end);
        }
        return;
    }
    spelled(text, start, end, &mut said, &mut push);
}

/// Numbers that go on in groups of any length, behind a bracket, a word or a month, or before one.
fn spelled(
    text: &str,
    start: usize,
    end: usize,
    said: &mut Said<'_>,
    push: &mut impl FnMut(&'static str, usize, usize),
) {
    let bytes = text.as_bytes();
    let rest = text.get(start..).unwrap_or_default();
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    if let (b'(', Some(length)) = (before, phone::bracketed(rest)) {
        push("personal.phone", start - 1, start + length);
        return;
    }
    if let Some(length) = phone::national(rest).filter(|_| said.meets(Topics::PHONE)) {
        push("personal.phone", start, start + length);
    }
    let length = end - start;
    if length <= 4 {
        let head = text.get(..start).unwrap_or_default();
        if let Some(length) = named::day_first(rest).filter(|_| said.meets(Topics::BIRTH)) {
            push("personal.birth_date", start, start + length);
        } else if let Some((by, length)) = named::month_first(head, rest).filter(|_| said.meets(Topics::BIRTH)) {
            push("personal.birth_date", start - by, start + length);
        }
    }
    // Two letters and a space before pairs of digits: the United Kingdom.
    let initials = start.checked_sub(3).filter(|_| length == 2 && !before.is_ascii_alphanumeric());
    if let Some(first) = initials.filter(|first| letters_alone(bytes, *first)) {
        let shape = Shape::read(text.get(first..).unwrap_or_default());
        for form in BY_LEAD.get(2).into_iter().flatten().filter(|form| form.pattern.starts_with('u')) {
            if let Some(value) = shape.fits(form.pattern).filter(|value| (form.check)(value.characters())) {
                push(form.rule, first, first + value.end);
            }
        }
    }
}

/// Whether just two capital letters stand there.
fn letters_alone(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let two = bytes.get(at..at + 2).is_some_and(|two| two.iter().all(u8::is_ascii_uppercase));
    two && !before.is_ascii_alphanumeric() && !matches!(before, b'_' | b'-' | b'.' | b'/')
}

/// As [`crate::secrets::pending`]: the groups at the end that a number may go on from, and the words that may say something of
/// it or of what follows.
///
/// A text may be cut at a place after white space where this, asked for the text up to there, gives that place.
#[must_use]
pub fn pending(text: &str) -> usize {
    let run = last_run(text);
    context::first(text, run)
}

/// Where the last run begins of words that a number may be made of, with single spaces between.
fn last_run(text: &str) -> usize {
    let bytes = text.as_bytes();
    let word = |end: usize| {
        let head = bytes.get(..end).unwrap_or_default();
        head.iter().rposition(u8::is_ascii_whitespace).map_or(0, |at| at + 1)
    };
    let mut first = word(text.len());
    let mut at = first;
    while let Some(space) = at.checked_sub(1) {
        let start = word(space);
        let part = bytes.get(start..space).unwrap_or_default();
        let spaced = bytes.get(space) == Some(&b' ') && !part.is_empty();
        let numeric = part.iter().rev().take(WHOLE).any(u8::is_ascii_digit);
        // Groups of capitals: the initials of a number, or a bank's in an IBAN.
        let letters = part.iter().rev().take(7).take_while(|b| b.is_ascii_uppercase()).count();
        let within = part.len().checked_sub(letters + 1).and_then(|at| part.get(at));
        let capitals = (1..=6).contains(&letters) && within.is_none_or(|b| !b.is_ascii_alphanumeric());
        if !spaced || !(numeric || capitals) || text.len() - space > 3 * WHOLE {
            break;
        }
        // One letter alone only stands between the groups of a number.
        if numeric || letters > 1 {
            first = start;
        }
        at = start;
    }
    first
}
