//! Telephone numbers that begin with a plus sign or a bracket, or stand behind a word that says what they are.

use super::checks::{digit, number, uniform};
use super::world::nanp;

/// The longest text of a number.
const LONGEST: usize = 32;

/// A number as it stands: its digits and where it ends.
struct Read {
    digits: Vec<u8>,
    groups: usize,
    end: usize,
}

/// Reads digits in groups with one or two signs between, until there are `most`, or the next group would exceed them.
fn read(text: &str, most: usize) -> Read {
    let bytes = text.as_bytes();
    let mut done = Read { digits: Vec::new(), groups: 0, end: 0 };
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        // One sign, or a bracket and another one.
        let sign = |at: usize| rest.get(at).copied().filter(|b| b" -./()".contains(b));
        let bracket = |b: u8| matches!(b, b'(' | b')');
        let signs = match (sign(0), sign(1)) {
            _ if at == 0 => 0,
            (None, _) => 0,
            (Some(a), Some(b)) if bracket(a) || bracket(b) => 2,
            (Some(_), _) => 1,
        };
        let group = rest.get(signs..).unwrap_or_default();
        let length = group.iter().take(LONGEST).take_while(|b| b.is_ascii_digit()).count();
        if length == 0 || done.digits.len() + length > most || at + signs + length > LONGEST {
            return done;
        }
        done.digits.extend(group.iter().take(length));
        done.groups += 1;
        at += signs + length;
        done.end = at;
    }
}

/// Whether something that belongs to the number stands behind it.
fn goes_on(text: &str, end: usize) -> bool {
    let next = |by: usize| text.as_bytes().get(end + by).copied().unwrap_or(b' ');
    next(0).is_ascii_alphanumeric()
        || matches!(next(0), b'_' | b'@' | b'%')
        || (matches!(next(0), b'-' | b'.' | b'/' | b':' | b',') && next(1).is_ascii_digit())
}

/// How many digits the country code has: the zones of ITU-T E.164, annex to Operational Bulletin.
fn country(digits: &[u8]) -> Option<usize> {
    let two = digits.get(..2).map(number)?;
    match two {
        10..=19 | 70..=79 => Some(1),
        20 | 27 | 30..=34 | 36 | 39..=41 | 43..=49 | 51..=58 | 60..=66 | 81 | 82 | 84 | 86 | 90..=95 | 98 => Some(2),
        21..=26 | 29 | 35 | 37 | 38 | 42 | 50 | 59 | 67..=69 | 80 | 85 | 87 | 88 | 96 | 97 | 99 => Some(3),
        _ => None,
    }
}

/// The end of an international number whose digits begin `text`, behind a plus sign.
pub(super) fn international(text: &str) -> Option<usize> {
    let american = text.starts_with('1');
    let read = read(text, if american { 11 } else { 15 });
    let count = read.digits.len();
    let code = country(&read.digits)?;
    let subscriber = read.digits.get(code..)?;
    let fits = if american { count == 11 && nanp(subscriber) } else { count >= if read.groups > 1 { 9 } else { 10 } };
    (fits && !uniform(subscriber) && !goes_on(text, read.end)).then_some(read.end)
}

/// The end of a national number that begins `text`, where a word has said that it is one.
pub(super) fn national(text: &str) -> Option<usize> {
    let read = read(text, 13);
    let count = read.digits.len();
    let trunk = digit(&read.digits, 0) == 0;
    let fits = match read.groups {
        1 => count >= if trunk { 8 } else { 9 },
        _ => count >= 7,
    };
    // A date: year, month and day.
    let date = read.groups == 3 && count == 8;
    (fits && !date && !uniform(&read.digits) && !goes_on(text, read.end)).then_some(read.end)
}

/// The end of a number of North America that begins `text` with its area in brackets, the first of which stands before.
pub(super) fn bracketed(text: &str) -> Option<usize> {
    let read = read(text, 10);
    let area = text.as_bytes().get(3) == Some(&b')');
    (area && read.groups == 3 && read.digits.len() == 10 && nanp(&read.digits) && !goes_on(text, read.end))
        .then_some(read.end)
}
