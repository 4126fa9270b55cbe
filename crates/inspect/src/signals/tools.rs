//! Mentions of other tools by name.

use super::Surroundings;
use super::alike::skeleton;
use super::concept::{Concepts, ENDS, IDENT, NAMED, TOOL};
use super::fold::unspaced;
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
        let mut judged = judge(text, token, names);
        if judged.is_some_and(|concepts| concepts & NAMED != 0) && placed(&tokens, i, names) {
            judged = Some(TOOL);
        }
        match judged {
            Some(concepts) => hits.push(hit(text, token, concepts)),
            None => inner(token).iter().for_each(|part| {
                hits.extend(judge(text, part, names).map(|concepts| hit(text, part, concepts)));
            }),
        }
        let noun = matches!(token.text.to_lowercase().as_str(), "tool" | "function" | "command" | "tools" | "endpoint");
        if noun && judged.is_none_or(|concepts| concepts & NAMED != 0) {
            spoken(&tokens, i, names, &mut hits);
        }
    }
    hits
}

fn hit(text: &str, token: &Token<'_>, concepts: Concepts) -> Hit {
    let ends = if concepts & (NAMED | TOOL) != 0 && ends(text, token.end) { ENDS } else { 0 };
    Hit { concepts: concepts | ends, from: token.start, to: token.end }
}

/// Whether what follows a name begins another clause: punctuation, a dash, a line that begins as a sentence does.
fn ends(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default().trim_start_matches(['`', '"', '\'', '\u{201d}', '\u{2019}', '*']);
    let next = rest.trim_start();
    let gap = rest.get(..rest.len() - next.len()).unwrap_or_default();
    match next.chars().next() {
        None => true,
        Some('-') => !gap.is_empty() && next.get(1..).is_some_and(|tail| tail.starts_with([' ', '-'])),
        Some('=') => next.starts_with("=>"),
        Some(c) if gap.contains('\n') => c.is_uppercase() || !c.is_alphanumeric(),
        Some(c) => gap.is_empty() && matches!(c, ';' | '!' | '?' | '\u{2026}') || matches!(c, '\u{2013}' | '\u{2014}'),
    }
}

/// The parts of a token where words of a script without spaces, or Hangul, touch a name in Latin letters.
fn inner<'a>(token: &Token<'a>) -> Vec<Token<'a>> {
    let other = |c: char| unspaced(c) || matches!(c, '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}');
    if !token.text.contains(other) || !token.text.contains(|c: char| c.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let mut at = token.start;
    let mut out = Vec::new();
    for piece in token.text.split_inclusive(other) {
        let latin = piece.trim_end_matches(other);
        let text = latin.trim_matches(['.', ':', '-', '/']);
        if !text.is_empty() {
            let start = at + latin.find(text).unwrap_or_default();
            out.push(Token { text, start, end: start + text.len() });
        }
        at += piece.len();
    }
    out
}

/// Whether the words behind a name say on which server it is: search on both, search of server both.
fn placed(tokens: &[Token<'_>], at: usize, names: &Names) -> bool {
    let Some([name, preposition, rest @ ..]) = tokens.get(at..) else { return false };
    matches!(preposition.text.to_lowercase().as_str(), "on" | "of" | "from" | "at" | "in" | "via" | "by")
        && rest.iter().take(3).any(|server| names.known.contains_key(&words(&format!("{}/{}", server.text, name.text))))
}

fn judge(text: &str, token: &Token<'_>, names: &Names) -> Option<Concepts> {
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
            Some(false) if marked || coined(&form) => return Some(TOOL),
            // A server's name before two underlines.
            Some(false) if last != tail => return Some(TOOL | NAMED | IDENT),
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
    // The last word of `both_search`, where nothing says that `both` is a server.
    let last = ident.then(|| words(tail)).filter(|_| !marked);
    let plain =
        plain || last.and_then(|all| all.rsplit(' ').next().map(|last| names.known.contains_key(last))) == Some(true);
    let concepts = if ident { IDENT } else { 0 } | if plain { NAMED } else { 0 };
    (concepts != 0).then_some(concepts)
}

/// Names of formats, and of the like, that have digits and are words.
const FORMATS: &[&str] = &[
    "aes256", "b2b", "base32", "base58", "base64", "ec2", "es6", "gpt4", "h264", "h265", "http2", "http3", "i18n",
    "ipv4", "ipv6", "k8s", "l10n", "latin1", "log4j", "m4a", "md5", "mp3", "mp4", "neo4j", "oauth2", "p2p", "python3",
    "s3", "sha1", "sha256", "sha384", "sha512", "sqlite3", "utf16", "utf32", "utf8", "v1", "v2", "v3", "v4", "web2",
    "web3", "win32", "x509", "x64", "x86",
];

/// Whether a name of one word is of letters and digits, as no word is.
pub(super) fn coined(name: &str) -> bool {
    let letter = name.starts_with(char::is_alphabetic);
    letter && name.contains(|c: char| c.is_ascii_digit()) && FORMATS.binary_search(&name).is_err()
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
