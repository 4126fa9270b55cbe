//! Where a text may be cut so that its parts, cleaned one after another, give what the whole gives.
//!
//! A text is a sequence of segments. Each ends directly behind white space at which nothing is under way: no bracket that may
//! become a link's, no destination behind one, no tag. Where a segment ends is known from its own bytes alone, and the next
//! begins afresh: no segment is the beginning of another, so that neither a cut between two of them nor a change of what
//! follows makes a difference. [`super::clean_with`] works segment by segment. Only where a run without white space is cut
//! for its length does the character behind the cut count.

use crate::invisible::hidden;

/// How far a bracket is held open for its closing one: as far as a label goes (CommonMark 0.31 section 4.7: 999 characters).
/// Behind that the opening bracket is only remembered.
pub(crate) const HOLD: usize = 4 * 1024;
/// Longer tags are not read.
pub(crate) const TAG: usize = 16 * 1024;
/// How far a title is looked for.
pub(crate) const TITLE: usize = 512;
/// How much white space may stand before a destination.
pub(crate) const SPACE: usize = 256;
/// From this length on a segment without white space ends wherever no URL can be under way.
const LONG: usize = 8 * 1024;
/// How far a segment may be read ahead in all.
const WORK: usize = 128 * 1024;
/// The longest segment. What never comes to rest before is replaced.
const LONGEST: usize = 40 * 1024;
/// How far back what may belong to a URL must lie where there is no white space.
const CALM: usize = 128;

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Directly behind white space.
    Space,
    /// Within a long run without white space, where no URL begins or goes on, unless one is being taken out.
    Calm,
    /// At the longest length, without coming to rest.
    Forced,
}

/// The end of the segment that starts at `start`, and how it ends; `None` where the text does not tell.
pub(crate) fn end(text: &str, start: usize) -> Option<(usize, End)> {
    let mut under = UnderWay { bytes: text.as_bytes(), start, depth: 0, since: start, until: start, work: 0 };
    let mut at = start;
    // Behind the last byte that may belong to a URL's head.
    let mut risky = start;
    loop {
        // Only where a segment is long does each byte count.
        if at - start < LONG {
            let Some(rest) = under.bytes.get(at..) else { break };
            let Some(ahead) = rest.iter().position(|b| sign(*b)) else {
                at = under.bytes.len().min(at.max(start + LONG));
                if at == under.bytes.len() {
                    break;
                }
                continue;
            };
            at += ahead.min(LONG - (at - start));
        }
        let Some(byte) = under.bytes.get(at).copied() else { break };
        under.meet(byte, at);
        if risks(byte) {
            risky = at + 1;
        }
        at += 1;
        let rests = under.depth == 0 && at >= under.until;
        if rests && space(byte) {
            return Some((at, End::Space));
        }
        if let Some(how) = overlong(byte, at - start, at - risky, rests) {
            return boundary(text, at).map(|at| (at, how));
        }
    }
    None
}

/// Whether the byte may belong to the head of a URL, or to what a link is made of.
const fn risks(byte: u8) -> bool {
    matches!(byte, b':' | b'&' | b'%' | b'\\' | b'.' | b'/' | b'<' | b'[' | b']' | b'!')
}

/// Whether the byte matters while a segment is short.
const fn sign(byte: u8) -> bool {
    space(byte) || matches!(byte, b'<' | b'[' | b']') || risks(byte)
}

/// What is under way in a segment.
struct UnderWay<'a> {
    bytes: &'a [u8],
    start: usize,
    /// How many brackets are open, and where the outermost stands.
    depth: usize,
    since: usize,
    /// Up to where a destination or a tag is read.
    until: usize,
    /// How many bytes were read ahead.
    work: usize,
}

impl UnderWay<'_> {
    fn meet(&mut self, byte: u8, at: usize) {
        let bytes = self.bytes;
        if self.depth > 0 && at - self.since > HOLD {
            self.depth = 0;
        }
        match byte {
            b'[' if !escaped(bytes, self.start, at) => {
                if self.depth == 0 {
                    self.since = at;
                }
                self.depth += 1;
            }
            b']' => {
                if !escaped(bytes, self.start, at) {
                    self.depth = self.depth.saturating_sub(1);
                }
                match bytes.get(at + 1) {
                    Some(b'(') => self.reads(at + 2, inline),
                    Some(b':') => self.reads(at + 2, definition),
                    Some(_) => {}
                    None => self.until = usize::MAX,
                }
            }
            b'<' => match bytes.get(at + 1) {
                Some(next) if next.is_ascii_alphabetic() || *next == b'?' => self.reads(at, tag),
                Some(_) => {}
                None => self.until = usize::MAX,
            },
            b'\n' if self.depth > 0 => match blank_line(bytes, at + 1) {
                Some((blank, shown)) => {
                    self.until = self.until.max(shown);
                    if blank {
                        self.depth = 0;
                    }
                }
                None => self.until = usize::MAX,
            },
            _ => {}
        }
    }

    /// Reads ahead. Where the text ends first, the segment has no end but the one that it has by its length.
    fn reads(&mut self, at: usize, to: fn(&[u8], usize) -> Option<usize>) {
        let end = if self.work > WORK { Some(at + TAG) } else { to(self.bytes, at) };
        let end = end.filter(|end| *end <= self.bytes.len());
        self.work += end.map_or(TAG, |end| end - at);
        self.until = self.until.max(end.unwrap_or(usize::MAX));
    }
}

/// How the segment that starts at `start` ends where the text ends.
pub(crate) fn last(text: &str, start: usize) -> End {
    match text.len() - start {
        LONGEST.. => End::Forced,
        LONG.. if !text.bytes().next_back().is_some_and(space) => End::Calm,
        _ => End::Space,
    }
}

/// How a segment that has grown to `len` ends here, if it does.
const fn overlong(byte: u8, len: usize, calm: usize, rests: bool) -> Option<End> {
    if len < LONG {
        None
    } else if rests && (calm > CALM || matches!(byte, b'"' | b'`' | b'>' | b'|' | b'}')) {
        Some(End::Calm)
    } else if len >= LONGEST {
        Some(End::Forced)
    } else {
        None
    }
}

/// The first place from `at` on between two characters that both show themselves.
fn boundary(text: &str, at: usize) -> Option<usize> {
    let start = (at..text.len()).find(|place| text.is_char_boundary(*place))?;
    let mut before = text.get(..start)?.chars().next_back();
    for (index, c) in text.get(start..)?.char_indices() {
        if hidden(c).is_none() && before.is_none_or(|b| hidden(b).is_none()) {
            return Some(start + index);
        }
        before = Some(c);
    }
    None
}

/// The white space that a text may be cut behind.
pub(crate) const fn space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t')
}

/// Whether an odd number of backslashes stands before `at`.
fn escaped(bytes: &[u8], start: usize, at: usize) -> bool {
    let head = bytes.get(start..at).unwrap_or_default();
    head.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Whether the line that starts at `at` is blank but for marks of quotes, and behind what shows it.
fn blank_line(bytes: &[u8], at: usize) -> Option<(bool, usize)> {
    let line = bytes.get(at..)?;
    let marks = line.iter().take(SPACE).take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'\r')).count();
    line.get(marks).map(|b| (*b == b'\n', at + marks + 1))
}

/// Behind the white space at `at`.
fn spaces(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let len = rest.iter().take(SPACE).take_while(|b| b.is_ascii_whitespace()).count();
    rest.get(len).map(|_| at + len)
}

/// Behind the destination at `at`, with its angle brackets.
fn word(bytes: &[u8], at: usize, parentheses: bool) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.first() == Some(&b'<') {
        let len = rest.iter().take(TAG).skip(1).position(|b| matches!(b, b'>' | b'<' | b'\n' | b'\r'));
        return match len {
            Some(len) if rest.get(len + 1) == Some(&b'>') => Some(at + len + 2),
            Some(len) => Some(at + len + 1),
            None if rest.len() >= TAG => Some(at + TAG),
            None => None,
        };
    }
    let mut depth = 0usize;
    let mut escape = false;
    for (index, byte) in rest.iter().enumerate().take(LONG) {
        if std::mem::take(&mut escape) && byte.is_ascii_punctuation() {
            continue;
        }
        match byte {
            b'\\' => escape = true,
            b'(' => depth += 1,
            b')' if depth == 0 && parentheses => return Some(at + index),
            b')' => depth = depth.saturating_sub(1),
            b if b.is_ascii_whitespace() || b.is_ascii_control() => return Some(at + index),
            _ => {}
        }
    }
    (rest.len() >= LONG).then_some(at + LONG)
}

/// Behind what follows `](`: the destination, a title and the closing parenthesis, or what shows that they are not there.
fn inline(bytes: &[u8], at: usize) -> Option<usize> {
    let target = word(bytes, spaces(bytes, at)?, true)?;
    let after = spaces(bytes, target)?;
    let close = match bytes.get(after)? {
        b')' => return Some(after + 1),
        quote @ (b'"' | b'\'') => *quote,
        b'(' => b')',
        _ => return Some(after + 1),
    };
    let rest = bytes.get(after + 1..)?;
    let Some(len) = rest.iter().take(TITLE).position(|b| *b == close) else {
        return (rest.len() >= TITLE).then_some(after + 1 + TITLE);
    };
    Some(spaces(bytes, after + 2 + len)? + 1)
}

/// Behind what follows `]:`, up to what shows whether the line ends there.
fn definition(bytes: &[u8], at: usize) -> Option<usize> {
    let target = word(bytes, spaces(bytes, at)?, false)?;
    let rest = bytes.get(target..)?;
    let blanks = rest.iter().take(SPACE).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    rest.get(blanks).map(|_| target + blanks + 1)
}

/// Behind the tag that starts at `at`; as far as tags are read where it does not end.
fn tag(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let mut read = 1;
    let mut quote = None;
    let mut value = false;
    for byte in rest.iter().take(TAG).skip(1) {
        read += 1;
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at + read),
            (None, b'"' | b'\'') if value => quote = Some(*byte),
            _ => {}
        }
        value = *byte == b'=' || (value && byte.is_ascii_whitespace());
    }
    (rest.len() >= TAG).then_some(at + TAG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(text: &str) -> Vec<&str> {
        let (mut out, mut at) = (Vec::new(), 0);
        while let Some((next, _)) = end(text, at) {
            out.push(&text[at..next]);
            at = next;
        }
        out.push(&text[at..]);
        out
    }

    #[test]
    fn a_segment_ends_where_nothing_is_under_way() {
        assert_eq!(segments("one two\nthree"), ["one ", "two\n", "three"]);
        assert_eq!(segments("see [the text](//a \"t t\") now"), ["see ", "[the text](//a \"t t\") ", "now"]);
        assert_eq!(segments("[r]:\n  //a.test  x y"), ["[r]:\n  //a.test  x ", "y"]);
        assert_eq!(segments("a <b c='> d' e> f"), ["a ", "<b c='> d' e> ", "f"]);
        assert_eq!(segments("a [b\n\nc d"), ["a ", "[b\n\n", "c ", "d"]);
        assert_eq!(segments("[a](x y z"), ["[a](x y ", "z"]);
        assert_eq!(segments("a < b [x] y"), ["a ", "< ", "b ", "[x] ", "y"]);
        assert_eq!(segments("a <b c"), ["a ", "<b c"]);
    }

    #[test]
    fn no_segment_is_the_beginning_of_another() {
        let parts =
            ["[", "]", "](", "]:", "<", "<a", ">", "x", " ", "\n", "\n>", "\"", "'", "(", ")", "\\", "=", "a:", "\t"];
        // Every text of four parts, with every one of two behind it.
        let count = parts.len();
        for number in 0..count.pow(4) {
            let of = |n: usize| parts[n % count];
            let text = [of(number), of(number / count), of(number / count.pow(2)), of(number / count.pow(3))].concat();
            let Some((own, how)) = end(&text, 0) else { continue };
            assert_eq!(end(&text[..own], 0), Some((own, how)), "{text:?}");
            for more in ["x", " ", "\n", "\"t\")", ")", "]", "](x)", "\n\n"] {
                assert_eq!(end(&format!("{}{more}", &text[..own]), 0), Some((own, how)), "{text:?} {more:?}");
            }
        }
    }

    #[test]
    fn every_text_comes_to_a_boundary() {
        for unit in
            ["[a ", "<a ", "](", "](a ", "]: ", "a", "a:", "\u{4e16}", "\"a:", "<a b=\"", "![", "](x \"", "(", "\\"]
        {
            let text = unit.repeat(120_000 / unit.len());
            let mut at = 0;
            while text.len() - at > 64 * 1024 {
                let (next, _) = end(&text, at).unwrap();
                assert!(next > at && next - at <= 64 * 1024 && text.is_char_boundary(next), "{unit}: {at}..{next}");
                at = next;
            }
        }
    }
}
