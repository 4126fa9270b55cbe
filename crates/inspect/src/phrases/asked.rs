//! Whether a part of a text can hold a request, by the very words that requests are judged by: of each phrase its longest word.

use crate::signals::{GIVEN, GIVES, PRESSES, TALKED, request_phrases};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Words of ASCII, and the parts of a request that they belong to; whole ones, and how others begin.
#[derive(Debug, Default)]
struct Words {
    whole: HashMap<&'static str, u8>,
    stems: Vec<(&'static str, u8)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words::default();
    for (part, phrase) in request_phrases().filter(|(_, phrase)| phrase.is_ascii()) {
        let Some(word) = phrase.split(' ').max_by_key(|word| word.len()) else { continue };
        match word.strip_suffix('*') {
            Some(stem) => words.stems.push((stem, part)),
            None => *words.whole.entry(word).or_insert(0) |= part,
        }
    }
    words
});

/// The longest word that is looked up; no longer one is in the tables.
const LONGEST: usize = 32;

/// Whether a part of ASCII has what gives something away, what is given and what makes a request of it. Linear in its length.
pub(super) fn can_ask(part: &str) -> bool {
    let Words { whole, stems } = &*WORDS;
    let mut seen = 0;
    let mut lower = [0_u8; LONGEST];
    for word in part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| (1..=LONGEST).contains(&word.len())) {
        for (slot, b) in lower.iter_mut().zip(word.bytes()) {
            *slot = b.to_ascii_lowercase();
        }
        let word = std::str::from_utf8(lower.get(..word.len()).unwrap_or_default()).unwrap_or_default();
        seen |= whole.get(word).copied().unwrap_or_default();
        let first = word.as_bytes().first();
        let stem = |stem: &&(&str, u8)| stem.0.as_bytes().first() == first && word.starts_with(stem.0);
        seen |= stems.iter().filter(stem).fold(0, |all, (_, part)| all | part);
        if seen & GIVES != 0 && seen & (GIVEN | TALKED) != 0 && seen & PRESSES != 0 {
            return true;
        }
    }
    false
}
