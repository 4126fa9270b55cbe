//! What a text says to a reader who undoes encodings. None of this is code of the filter.

mod more;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// How often encodings are undone within one another.
const DEPTH: usize = 3;
/// How many views a text has at most.
const MOST: usize = 256;
/// Bytes of a view that are looked at.
const BYTES: usize = 1 << 16;
/// The shortest run that is taken for a text in an encoding.
const SHORTEST: usize = 12;

/// The text and what it says in each encoding that is undone: character references of HTML, percent-encoding, escapes of JSON
/// and of bytes, base64 in both alphabets and in parts, base32, hexadecimal, lists of numbers, UTF-7, ROT13, backwards,
/// full-width and mathematical letters, characters that are not shown. Encodings within one another are undone to a depth of three; there are at most 256 views.
#[must_use]
pub fn views(text: &str) -> Vec<String> {
    let mut seen: BTreeSet<String> = BTreeSet::from([text.to_owned()]);
    let mut all = vec![text.to_owned()];
    let mut level = all.clone();
    for _ in 0..DEPTH {
        let mut next = Vec::new();
        for view in level.iter().flat_map(|text| undone(text.get(..BYTES).unwrap_or(text))) {
            if all.len() < MOST && !view.is_empty() && seen.insert(view.clone()) {
                all.push(view.clone());
                next.push(view);
            }
        }
        level = next;
    }
    all
}

/// Letters and digits alone, in one case.
pub(crate) fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

fn undone(text: &str) -> Vec<String> {
    let mut out = vec![entities(text), percent(text), json(text), plain(text)];
    for (alphabet, bits) in [(BASE64, 6), (BASE64_URL, 6), (BASE32, 5), (HEX, 4)] {
        let bytes = runs(text, alphabet).into_iter().filter_map(|run| radix(&run, alphabet, bits));
        out.extend(bytes.filter_map(|bytes| String::from_utf8(bytes).ok()));
    }
    // What UTF-7 shifts stands between a plus and a minus.
    let shifted = text.split('+').filter_map(|part| radix(part.split('-').next()?, BASE64, 6));
    out.extend(shifted.filter_map(|bytes| wide(&bytes)));
    out.extend(more::read(text));
    out.push(text.chars().map(rot13).collect());
    out.push(text.chars().rev().collect());
    out
}

#[derive(Default)]
struct Words(RefCell<String>);

impl TokenSink for Words {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::CharacterTokens(text) = token {
            self.0.borrow_mut().push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

/// The text as a reader of HTML has it.
fn entities(text: &str) -> String {
    if !text.contains('&') {
        return String::new();
    }
    let tokenizer = Tokenizer::new(Words::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    // What looks like an element would hide what stands in it.
    queue.push_back(StrTendril::from(text.replace('<', " ")));
    while let TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
    tokenizer.end();
    tokenizer.sink.0.take()
}

/// Percent-encoding (RFC 3986, section 2.1) undone.
fn percent(text: &str) -> String {
    if !text.contains('%') {
        return String::new();
    }
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(byte);
            rest = tail.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `\u` escapes (RFC 8259, section 7) undone; surrogates stand for nothing that is looked for.
fn json(text: &str) -> String {
    if !text.contains('\\') {
        return String::new();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.strip_prefix('u').and_then(|tail| tail.get(..4));
        let letter = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        rest = match letter {
            Some(letter) => {
                out.push(letter);
                after.get(5..).unwrap_or_default()
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// What is not shown left out, and letters that are only drawn otherwise as the ones they are.
fn plain(text: &str) -> String {
    if text.is_ascii() {
        return String::new();
    }
    let from = |c: char, first: u32, ascii: char| char::from_u32(u32::from(c) - first + u32::from(ascii)).unwrap_or(c);
    let same = |c: char| match u32::from(c) {
        0xad | 0x200b..=0x200f | 0x2060..=0x2064 | 0xfe00..=0xfe0f | 0xfeff => None,
        0xe0000..=0xe007f => Some(char::from_u32(u32::from(c) & 0x7f).unwrap_or(c)),
        0xff01..=0xff5e => Some(from(c, 0xff01, '!')),
        0x1d400..=0x1d419 => Some(from(c, 0x1d400, 'A')),
        0x1d41a..=0x1d433 => Some(from(c, 0x1d41a, 'a')),
        0x1d7ce..=0x1d7d7 => Some(from(c, 0x1d7ce, '0')),
        _ => Some(c),
    };
    text.chars().filter_map(same).collect()
}

fn rot13(c: char) -> char {
    let turned = |first: u8| char::from((u8::try_from(c).unwrap_or(first) - first + 13) % 26 + first);
    match c {
        'A'..='Z' => turned(b'A'),
        'a'..='z' => turned(b'a'),
        c => c,
    }
}

const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &str = "0123456789abcdef";

/// The runs of letters of an alphabet; of base64 and hexadecimal also those that white space divides, of hexadecimal those of
/// escapes.
fn runs(text: &str, alphabet: &str) -> Vec<String> {
    let hex = alphabet.len() == HEX.len();
    let letter = |c: char| alphabet.contains(if hex { c.to_ascii_lowercase() } else { c });
    let joined: String = text.split_whitespace().collect();
    let escapes = if hex { more::digits(text) } else { String::new() };
    let sources = [text, joined.as_str(), escapes.as_str()];
    let of = |text: &str| -> Vec<String> {
        text.split(|c| !letter(c)).filter(|run| run.len() >= SHORTEST).map(str::to_owned).collect()
    };
    sources.into_iter().flat_map(of).collect()
}

/// Text of two bytes a character, as UTF-7 has it.
fn wide(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

/// The bytes that the letters stand for.
fn radix(run: &str, alphabet: &str, bits: u32) -> Option<Vec<u8>> {
    let (mut out, mut held, mut have) = (Vec::new(), 0_u32, 0);
    let lower = alphabet.len() == HEX.len();
    for c in run.chars() {
        let c = if lower { c.to_ascii_lowercase() } else { c };
        let value = u32::try_from(alphabet.find(c)?).ok()?;
        held = (held << bits) | value;
        have += bits;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from((held >> have) & 0xff).ok()?);
            held &= (1 << have) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Encoding};

    #[test]
    fn a_text_is_read_in_each_encoding_and_in_each_within_another() {
        let text = "the value is q7Rk2mZp0XwB";
        let drawn = |code| matches!(code, Code::Homoglyph | Code::Upper | Code::Spaced | Code::Hyphens);
        let fine = |code: &Code| *code == Code::Rot13 || (code.is_promised_for_values() && !drawn(*code));
        let singles = Code::ALL.into_iter().filter(fine).map(Encoding::of);
        for encoding in singles.chain(Encoding::nestings()) {
            let written = encoding.apply(text);
            let all = views(&written);
            assert!(all.iter().any(|view| view.contains(text)), "{}: {written}", encoding.name());
            assert!(all.len() <= MOST);
        }
        for code in [Code::Spaced, Code::Hyphens, Code::Upper] {
            assert!(folded(&code.apply(text)).contains(&folded(text)));
        }
    }

    #[test]
    fn plain_words_say_nothing_else() {
        assert!(views("Four of five checks passed.").iter().all(|view| !view.contains("secret")));
        assert!(views("").len() <= 1 && views("%zz \\u12 &#x; \\").len() < MOST);
    }
}
