//! What stands between words: places of secrets, addresses, and the marks that chat formats and tool calls are made of.

mod table;

use super::concept::{ADDRESS, Concepts};
use super::lexicon::{Hit, Lexicon};
use super::rules::INSTRUCTION;
use super::view::{Ch, Flat, is_word};
use super::words;
use crate::Severity;
use std::ops::Range;
use std::sync::LazyLock;
use table::{GRAVE, MARK_TABLE, PLACE_TABLE, TAGS, TOP};

/// The words of all languages.
pub(super) static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let tables = words::ALL.iter().copied().flatten();
    Lexicon::of(tables.flat_map(|(concepts, phrases)| phrases.split(", ").map(|phrase| (*concepts, phrase))))
});
static PLACES: LazyLock<Lexicon> = LazyLock::new(|| of(PLACE_TABLE));
static MARKS: LazyLock<Lexicon> = LazyLock::new(|| of(MARK_TABLE));

fn of(table: &'static [(Concepts, &'static [&'static str])]) -> Lexicon {
    Lexicon::of(table.iter().flat_map(|(concepts, marks)| marks.iter().map(|mark| (*concepts, *mark))))
}

/// The characters themselves as a reading, with nothing put together.
fn row(chars: &[Ch]) -> Flat {
    Flat {
        chars: chars.iter().map(|ch| ch.c).collect(),
        at: chars.iter().map(|ch| (ch.start, ch.end)).collect(),
        index: (0..chars.len()).collect(),
        glued: false,
    }
}

/// What the marks of a row of characters say.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Concepts, by index of the folded characters.
    pub(super) hits: Vec<Hit>,
    /// Marks that are signals by themselves, in bytes of the text.
    pub(super) signals: Vec<(&'static str, Severity, Range<usize>)>,
}

/// Reads the marks.
pub(super) fn marks(chars: &[Ch]) -> Marks {
    let row = row(chars);
    let mut marks = Marks { hits: places(chars), signals: Vec::new() };
    for hit in MARKS.hits(&row) {
        let severity = if hit.concepts & GRAVE != 0 { Severity::High } else { Severity::Medium };
        marks.signals.push((INSTRUCTION, severity, row.span(hit.from, hit.to)));
    }
    tags(&row, &mut marks);
    call(&row, &mut marks);
    marks
}

/// The places of secrets and the addresses alone.
pub(super) fn places(chars: &[Ch]) -> Vec<Hit> {
    let row = row(chars);
    let mut hits = PLACES.hits(&row);
    addresses(&row.chars, &mut hits);
    hits.sort_by_key(|hit| (hit.from, hit.to));
    hits
}

/// Tags such as `<IMPORTANT>`.
fn tags(row: &Flat, marks: &mut Marks) {
    const LONGEST: usize = 48;
    for (at, _) in row.chars.iter().enumerate().filter(|(_, c)| matches!(c, '<' | '[')) {
        let close = if row.chars.get(at) == Some(&'<') { '>' } else { ']' };
        let body: String = row.chars.iter().skip(at + 1).take(LONGEST).take_while(|c| **c != close).collect();
        let name = body.trim_start_matches(['/', ' ', '!']).replace([' ', '-'], "_");
        // A square bracket holds words of all kinds; only the shortest speaks for itself.
        let Some((tag, severity)) = TAGS.iter().find(|(tag, _)| name.starts_with(tag)) else { continue };
        let ends = name.get(tag.len()..).unwrap_or_default();
        let whole = ends.is_empty() || ends.starts_with(['_', 's', 'a', '>', '=']);
        let closed = row.chars.get(at + 1 + body.chars().count()) == Some(&close);
        if whole && closed && (close == '>' || *severity == Severity::High && ends.is_empty()) {
            marks.signals.push((INSTRUCTION, *severity, row.span(at, at + body.chars().count() + 2)));
        }
    }
}

/// An object that looks like the call of a tool: a name and arguments close to each other.
fn call(row: &Flat, marks: &mut Marks) {
    const WITHIN: usize = 240;
    let name: Vec<char> = "\"name\"".chars().collect();
    let arguments: [Vec<char>; 2] = ["\"arguments\"".chars().collect(), "\"parameters\"".chars().collect()];
    let mut last = None;
    for (at, window) in row.chars.windows(12).enumerate().filter(|(_, window)| window.starts_with(&['"'])) {
        if window.starts_with(&name) {
            last = Some(at);
        } else if arguments.iter().any(|word| window.starts_with(word))
            && let Some(start) = last.filter(|start| at - start < WITHIN)
        {
            marks.signals.push((INSTRUCTION, Severity::Medium, row.span(start, at + 11)));
            last = None;
        }
    }
}

/// Mail addresses, host names with a known ending, IPv4 and telephone numbers, addresses of wallets.
fn addresses(chars: &[char], hits: &mut Vec<Hit>) {
    let part = |c: &char| is_word(*c) || matches!(c, '.' | '-' | '_' | '@' | '+');
    let mut at = 0;
    while at < chars.len() {
        let len = chars.iter().skip(at).take_while(|c| part(c)).count();
        let token = chars.get(at..at + len).unwrap_or_default();
        // No address has neither.
        if len >= 5 && token.iter().any(|c| *c == '.' || c.is_ascii_digit()) {
            let token: String = chars.iter().skip(at).take(len).collect();
            let token = token.trim_end_matches(['.', '-', '_']);
            if is_address(token) {
                hits.push(Hit { concepts: ADDRESS, from: at, to: at + len });
            }
        }
        at += len.max(1);
    }
}

fn is_address(token: &str) -> bool {
    let host = token.rsplit('@').next().unwrap_or(token);
    if let Some((rest, last)) = host.rsplit_once('.') {
        let mailed = token.len() > host.len() + 1;
        let named = TOP.contains(&last) && rest.len() >= 2;
        let digits =
            host.bytes().filter(|b| *b == b'.').count() == 3 && host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let local = digits && (host.starts_with("127.") || host.starts_with("0."));
        let sample = matches!(rest, "node" | "vue" | "next" | "socket");
        return (mailed && last.len() >= 2) || (named && !sample) || (digits && !local);
    }
    let body = token.strip_prefix('+').unwrap_or(token);
    let digits = body.bytes().filter(u8::is_ascii_digit).count();
    let phone = token.starts_with('+') && digits >= 8 && body.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let (country, rest) = (token.get(..4).unwrap_or_default(), token.get(4..).unwrap_or_default());
    let account = (15..=34).contains(&token.len())
        && country.starts_with(|c: char| c.is_ascii_alphabetic())
        && country.ends_with(|c: char| c.is_ascii_digit())
        && rest.bytes().filter(u8::is_ascii_digit).count() * 4 >= rest.len() * 3;
    let wallet = (token.len() == 42 && token.starts_with("0x")) || (token.len() >= 30 && token.starts_with("bc1"));
    phone || account || wallet
}

/// The marks of a row in the places of a reading that was made of it.
pub(super) fn placed(hits: &[Hit], flat: &Flat) -> Vec<Hit> {
    let place = |index: usize| flat.index.partition_point(|at| *at < index);
    let moved = hits.iter().filter(|hit| hit.concepts != 0).map(|hit| {
        let from = place(hit.from);
        Hit { concepts: hit.concepts, from, to: place(hit.to).max(from) }
    });
    // A reading of a part of the text may not hold the place.
    moved.filter(|hit| hit.to > hit.from).collect()
}
