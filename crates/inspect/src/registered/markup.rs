//! A text without the markup that shows nothing: tags and comments of HTML, sections of CDATA, destinations of Markdown's
//! links, content of elements that hide it, control sequences of terminals. Marks of emphasis are no symbols and need no view.
//!
//! Two readings, because readers differ and a value may stand on either side of what hides: one takes out all that a browser
//! does not show, the other as little as it can.

use super::index::GAP;
use super::layer::Edit;
use crate::invisible;

/// The longest markup that is taken out.
const LONGEST: usize = 4 * 1024;
/// So many times its length a text may be looked ahead in for markup that has no end.
const WORK: usize = 8;
/// The longest destination.
const TARGET: usize = 1024;

/// How markup is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// As a browser does; what an element hides goes with it.
    Shown,
    /// Tags alone, from the last bracket before their end.
    Tags,
}

/// What becomes of markup that the text ends within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It stays.
    Final,
    /// It goes: more text may complete it.
    Open,
}

/// A text without its markup.
#[derive(Default)]
pub(super) struct Stripped {
    pub(super) bytes: Vec<u8>,
    pub(super) edits: Vec<Edit>,
    /// Whether another reading may give something else.
    pub(super) twofold: bool,
    /// Whether it was made to take time, and was not read to its end.
    pub(super) over: bool,
}

/// What stands at a sign.
enum Mark {
    None,
    /// Markup of that length; whether it may be read in another way.
    Gone(usize, bool),
    /// A tag of that length that hides what the text ends with.
    Hides(usize),
    /// The text ends within it.
    Open,
}

/// The text without its markup, if it has any. What is more than `near` bytes away from any is left out.
pub(super) fn strip(bytes: &[u8], reading: Reading, near: usize, ending: Ending) -> Option<Stripped> {
    let mut out = Stripped::default();
    let (mut at, mut copied) = (0, 0);
    let mut work = bytes.len().saturating_mul(WORK).saturating_add(16 * LONGEST);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr3(b'<', b']', 0x1b, rest)) {
        at += found;
        let rest = bytes.get(at..).unwrap_or_default();
        let looked = matches!(rest, [b'<', b'!' | b'?' | b'/' | b'\\' | b'a'..=b'z' | b'A'..=b'Z', ..] | [b']', b'(' | b'[', ..]);
        let (len, twofold) = match mark(rest, reading) {
            Mark::Gone(len, twofold) => (len, twofold),
            Mark::Open | Mark::Hides(_) if ending == Ending::Open => (rest.len(), true),
            other => {
                let spent = if looked { rest.len().min(LONGEST) } else { 1 };
                let Some(left) = work.checked_sub(spent) else {
                    out.over = true;
                    break;
                };
                work = left;
                if let Mark::Hides(len) = other {
                    (len, true)
                } else {
                    out.twofold |= looked;
                    at += 1;
                    continue;
                }
            }
        };
        out.twofold |= twofold;
        out.copy(bytes, copied..at, near);
        out.leave_out(at..at + len, false);
        at += len;
        copied = at;
    }
    if out.edits.is_empty() && !out.over && !out.twofold {
        return None;
    }
    let last = bytes.len().min(copied.saturating_add(near));
    out.bytes.extend_from_slice(bytes.get(copied..last).unwrap_or_default());
    Some(out)
}

impl Stripped {
    /// Takes over what stands between two marks; of long stretches what is near to them.
    fn copy(&mut self, bytes: &[u8], span: std::ops::Range<usize>, near: usize) {
        let first = self.edits.is_empty();
        let head = if first { 0 } else { near };
        if span.len() <= head.saturating_add(near).saturating_add(2 * GAP) {
            return self.bytes.extend_from_slice(bytes.get(span).unwrap_or_default());
        }
        let left_out = span.start + head..span.end - near;
        self.bytes.extend_from_slice(bytes.get(span.start..left_out.start).unwrap_or_default());
        self.leave_out(left_out.clone(), !first);
        self.bytes.extend_from_slice(bytes.get(left_out.end..span.end).unwrap_or_default());
    }
}

impl Stripped {
    /// Leaves out a stretch. Where it stands apart nothing is found across it.
    pub(super) fn leave_out(&mut self, span: std::ops::Range<usize>, apart: bool) {
        let to = self.bytes.len();
        self.bytes.resize(if apart { to + GAP + 2 } else { to }, 0);
        self.edits.push(Edit { to: (to..self.bytes.len()).into(), from: span.into() });
    }
}

/// What stands at the beginning of `rest`.
fn mark(rest: &[u8], reading: Reading) -> Mark {
    match rest {
        [b']', b'(', ..] => target(rest, b'(', b')', reading),
        [b']', b'[', ..] => target(rest, b'[', b']', reading),
        [_] => Mark::Open,
        [0x1b, behind @ ..] => match invisible::sequence(behind) {
            Some(0) => Mark::None,
            Some(len) => Mark::Gone(len + 1, false),
            None => Mark::Open,
        },
        [b'<', b'!', b'-', b'-', ..] => comment(rest, reading),
        [b'<', b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] if reading == Reading::Tags => Mark::Gone(9, true),
        [b'<', b'!', b'[', ..] => until(rest, |b| b == b'>', true),
        [b'<', b'!' | b'?', ..] => until(rest, |b| b == b'>', false),
        [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => element(rest, reading),
        [b'<', b'/' | b'\\', ..] => tag(rest, reading),
        _ => Mark::None,
    }
}

fn until(rest: &[u8], ends: impl Fn(u8) -> bool, twofold: bool) -> Mark {
    match rest.iter().take(LONGEST).position(|b| ends(*b)) {
        Some(len) => Mark::Gone(len + 1, twofold),
        None if rest.len() < LONGEST => Mark::Open,
        None => Mark::None,
    }
}

/// `<!-- text -->` (HTML Standard, section 13.1.6), `<!-->`.
fn comment(rest: &[u8], reading: Reading) -> Mark {
    if reading == Reading::Tags {
        return Mark::Gone(4, true);
    }
    let near = rest.get(2..rest.len().min(LONGEST)).unwrap_or_default();
    let mut ends = memchr::memchr_iter(b'>', near);
    let closes = |end: &usize| near.get(..*end).is_some_and(|head| head.ends_with(b"--") || head.ends_with(b"--!"));
    match ends.find(closes) {
        Some(end) => Mark::Gone(end + 3, true),
        None if rest.len() < LONGEST => Mark::Open,
        None => Mark::None,
    }
}

/// `](destination)`, `][label]`. One with a tag in it may be none: then the tags alone go.
fn target(rest: &[u8], open: u8, close: u8, reading: Reading) -> Mark {
    let gone = |len: usize| match rest.get(..len).and_then(|target| memchr::memchr(b'<', target)) {
        Some(_) if reading == Reading::Tags => Mark::None,
        tag => Mark::Gone(len, tag.is_some()),
    };
    let mut depth = 0usize;
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate().take(TARGET).skip(1) {
        match *byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' => escaped = true,
            b if b == open => depth += 1,
            b if b == close && depth <= 1 => return gone(at + 1),
            b if b == close => depth -= 1,
            _ => {}
        }
    }
    if rest.len() < TARGET { Mark::Open } else { Mark::None }
}

/// A tag, to its end.
fn tag(rest: &[u8], reading: Reading) -> Mark {
    let mut quote = None;
    let (mut value, mut twofold) = (false, false);
    for (at, byte) in rest.iter().enumerate().take(LONGEST).skip(1) {
        match (quote, *byte) {
            (None, b'>') => return Mark::Gone(at + 1, twofold),
            (_, b'>') if reading == Reading::Tags => return Mark::Gone(at + 1, true),
            (_, b'<') if reading == Reading::Tags => return Mark::None,
            (_, b'<') | (Some(_), b'>') => twofold = true,
            (Some(open), b) if b == open => quote = None,
            (None, b @ (b'"' | b'\'')) if value => quote = Some(b),
            _ => {}
        }
        value = *byte == b'=' || (value && byte.is_ascii_whitespace());
    }
    if rest.len() < LONGEST { Mark::Open } else { Mark::None }
}

/// A start tag, with what its element hides.
fn element(rest: &[u8], reading: Reading) -> Mark {
    let Mark::Gone(len, twofold) = tag(rest, reading) else { return tag(rest, reading) };
    let whole = rest.get(..len).unwrap_or_default();
    if reading == Reading::Tags || !hides(whole) {
        return Mark::Gone(len, twofold);
    }
    let name = name(whole);
    let near = rest.get(len..rest.len().min(LONGEST)).unwrap_or_default();
    let closes = |at: &usize| {
        let tail = near.get(at + 1..).and_then(|tail| tail.strip_prefix(b"/"));
        tail.and_then(|tail| tail.get(..name.len())).is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let end = memchr::memchr_iter(b'<', near).find(closes);
    let end = end.and_then(|at| near.get(at..)?.iter().position(|b| *b == b'>').map(|last| at + last + 1));
    match end {
        Some(end) => Mark::Gone(len + end, true),
        None if rest.len() < LONGEST => Mark::Hides(len),
        None => Mark::Gone(len, twofold),
    }
}

fn name(tag: &[u8]) -> &[u8] {
    let inner = tag.get(1..).unwrap_or_default();
    let len = inner.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    inner.get(..len).unwrap_or_default()
}

/// Whether the element's content may be hidden. What is not, the other reading shows.
fn hides(tag: &[u8]) -> bool {
    const NAMES: [&[u8]; 5] = [b"script", b"style", b"template", b"noscript", b"title"];
    const STYLES: [&str; 9] = [
        "hidden",
        "display:none",
        "font-size:0",
        "font:0",
        "opacity:0",
        "width:0",
        "height:0",
        "transparent",
        "visibility:collapse",
    ];
    if NAMES.iter().any(|known| name(tag).eq_ignore_ascii_case(known)) {
        return true;
    }
    if tag.len() < 8 {
        return false;
    }
    let squeezed: String =
        tag.iter().filter(|b| !b.is_ascii_whitespace()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    STYLES.iter().any(|style| squeezed.contains(style))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, reading: Reading) -> String {
        let found = strip(text.as_bytes(), reading, usize::MAX, Ending::Final);
        found.map_or_else(|| text.to_owned(), |found| String::from_utf8(found.bytes).unwrap())
    }

    #[test]
    fn what_shows_nothing_goes() {
        for (text, browser, tags) in [
            ("a<b>c</b>d", "acd", "acd"),
            ("a<!-- x -->b<!--> c", "ab c", "a x -->b> c"),
            ("a<i title='>'>b", "ab", "a'>b"),
            ("a<![CDATA[b]]>c", "ac", "ab]]>c"),
            ("a<?x y?>b<!x>c", "abc", "abc"),
            ("a[b](c(d)e)f[g][h]i", "a[bf[gi", "a[bf[gi"),
            ("a<span style='font-size: 0'>b</span>c", "ac", "abc"),
            ("a<b c<d>e", "ae", "a<b ce"),
            ("a < b > c, d[0] = e", "a < b > c, d[0] = e", "a < b > c, d[0] = e"),
            ("a<b c", "a<b c", "a<b c"),
            ("a\u{1b}[0;1mb\u{1b}]8;;x\u{7}c\u{1b}d", "abc\u{1b}d", "abc\u{1b}d"),
        ] {
            assert_eq!(shown(text, Reading::Shown), browser, "{text}");
            assert_eq!(shown(text, Reading::Tags), tags, "{text}");
        }
    }

    #[test]
    fn places_lead_back() {
        let text = format!("{}ab<b>cd</b>ef{}<i>g", "x".repeat(5000), "y".repeat(5000));
        let found = strip(text.as_bytes(), Reading::Shown, 100, Ending::Final).unwrap();
        assert!(found.bytes.len() < 1000);
        let at = found.bytes.windows(4).position(|four| four == b"bcde").unwrap();
        let map = super::super::layer::Map::Edits(found.edits);
        assert_eq!(&text[map.back(&(at..at + 4))], "b<b>cd</b>e");
        let last = found.bytes.len() - 1;
        assert_eq!(&text[map.back(&(last..last + 1))], "g");
    }

    #[test]
    fn hostile_repetition_takes_linear_time() {
        for unit in ["<a ", "<!--", "](", "][", "<style>", "<a b=\"<a b=\">", "<a b='", "</", "<?", "<"] {
            let text = unit.repeat(400_000 / unit.len());
            for reading in [Reading::Shown, Reading::Tags] {
                for ending in [Ending::Open, Ending::Final] {
                    strip(text.as_bytes(), reading, 1000, ending);
                }
            }
        }
    }
}
