//! Mentions of other tools by name.

use super::Surroundings;
use super::alike::skeleton;
use super::concept::{IDENT, NAMED, TOOL};
use super::lexicon::Hit;
use std::collections::HashMap;

/// How many words a name may have where it is written with spaces.
const WORDS: usize = 5;

/// A name as words: in lower case, one space where words meet.
pub(super) fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        let hump = before.is_some_and(|b| (b.is_lowercase() || b.is_ascii_digit()) && c.is_uppercase());
        if !out.is_empty() && (before.is_none() || hump) {
            out.push(' ');
        }
        out.extend(c.to_lowercase());
        before = Some(c);
    }
    out
}

/// The names of other tools, by their words; whether a name is more than one word.
#[derive(Debug)]
pub(super) struct Names {
    known: HashMap<String, bool>,
    own: String,
    skeletons: HashMap<String, ()>,
}

impl Names {
    pub(super) fn new(around: &Surroundings<'_>, text: &str) -> Self {
        let own = words(around.own);
        let mut known = HashMap::with_capacity(around.names.len());
        let mut skeletons = HashMap::new();
        for name in around.names {
            let words = words(name);
            if words.len() < 2 || words == own {
                continue;
            }
            if !text.is_ascii() {
                skeletons.insert(skeleton(name), ());
            }
            let several = words.contains(' ');
            known.insert(words, several);
        }
        skeletons.remove(&skeleton(around.own));
        Self { known, own, skeletons }
    }
}

#[derive(Debug)]
struct Token<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

/// The identifiers and words of a text.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':');
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (part(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                start = None;
                let raw = text.get(from..at).unwrap_or_default();
                let trimmed = raw.trim_end_matches(['.', ':', '-', '/']);
                let left = trimmed.trim_start_matches(['.', ':', '-', '/']);
                if !left.is_empty() {
                    let from = from + (trimmed.len() - left.len());
                    out.push(Token { text: left, start: from, end: from + left.len() });
                }
            }
            _ => {}
        }
    }
    out
}

/// Where other tools are named; the places are bytes of the text.
pub(super) fn mentions(text: &str, names: &Names) -> Vec<Hit> {
    let tokens = tokens(text);
    let mut hits = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let judged = judge(text, token, names);
        if let Some(concepts) = judged {
            hits.push(Hit { concepts, from: token.start, to: token.end });
        }
        let noun = matches!(token.text.to_lowercase().as_str(), "tool" | "function" | "command" | "tools" | "endpoint");
        if noun && judged.is_none_or(|concepts| concepts == NAMED) {
            spoken(&tokens, i, names, &mut hits);
        }
    }
    hits
}

fn judge(text: &str, token: &Token<'_>, names: &Names) -> Option<u128> {
    let around = |c: char| {
        matches!(
            c,
            '`' | '"'
                | '\''
                | '\u{201c}'
                | '\u{201d}'
                | '\u{2018}'
                | '\u{2019}'
                | '\u{ab}'
                | '\u{bb}'
                | '\u{300c}'
                | '\u{300d}'
        )
    };
    let before = text.get(..token.start).and_then(|head| head.chars().next_back());
    let after = text.get(token.end..).and_then(|tail| tail.chars().next());
    let marked = (before.is_some_and(around) && after.is_some_and(around)) || after == Some('(') || before == Some('@');
    let tail = token.text.rsplit(['.', '/', ':']).next().unwrap_or(token.text);
    let last = tail.rsplit("__").next().unwrap_or(tail);
    let mut plain = false;
    for form in [token.text, tail, last] {
        let form = words(form);
        if form == names.own {
            return None;
        }
        match names.known.get(&form) {
            Some(true) => return Some(TOOL),
            Some(false) if marked => return Some(TOOL),
            Some(false) => plain = true,
            _ => {}
        }
    }
    if !names.skeletons.is_empty() && !token.text.is_ascii() && names.skeletons.contains_key(&skeleton(token.text)) {
        return Some(TOOL);
    }
    let inner = token.text.trim_matches('_');
    let camel = inner.starts_with(|c: char| c.is_lowercase()) && inner.contains(char::is_uppercase);
    let ident = (inner.contains('_') || camel || marked) && inner.len() > 3 && !inner.contains('/');
    ident.then_some(IDENT).or_else(|| plain.then_some(NAMED))
}

/// A name in plain words before or after the word `tool`.
fn spoken(tokens: &[Token<'_>], at: usize, names: &Names, hits: &mut Vec<Hit>) {
    for len in 1..=WORDS {
        for from in [at.checked_sub(len), Some(at + 1)].into_iter().flatten() {
            let Some(row) = tokens.get(from..from + len) else { continue };
            let joined = row.iter().map(|token| token.text).collect::<Vec<_>>().join(" ");
            let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
            if joined.len() <= 128 && names.known.contains_key(&words(&joined)) {
                hits.push(Hit { concepts: TOOL, from: first.start, to: last.end });
            }
        }
    }
}
