//! Words misspelt on purpose: one letter wrong, or the inner letters in another order.

use super::alike::one_edit;
use super::view::{Flat, is_word};
use std::sync::LazyLock;

/// The words that orders cannot do without.
const WORDS: [&str; 36] = [
    "ignore",
    "disregard",
    "override",
    "overlook",
    "previous",
    "preceding",
    "instruction",
    "instructions",
    "guidelines",
    "directives",
    "prompt",
    "prompts",
    "system",
    "developer",
    "mention",
    "reveal",
    "inform",
    "secretly",
    "silently",
    "without",
    "telling",
    "password",
    "passwords",
    "credential",
    "credentials",
    "private",
    "conversation",
    "history",
    "forward",
    "contents",
    "everything",
    "assistant",
    "instead",
    "whenever",
    "disclose",
    "covertly",
];

static KNOWN: LazyLock<Vec<(&str, Vec<char>)>> =
    LazyLock::new(|| WORDS.iter().map(|known| (*known, known.chars().collect())).collect());

/// Shorter words differ by a letter from too many others.
const SHORTEST: usize = 6;

/// The reading with such words as they were meant; nothing where there is none.
pub(super) fn mended(plain: &Flat) -> Option<Flat> {
    let mut out = Flat::default();
    let mut changed = false;
    let mut at = 0;
    while at < plain.chars.len() {
        let len = plain.chars.iter().skip(at).take_while(|c| is_word(**c)).count();
        let word = plain.chars.get(at..at + len).unwrap_or_default();
        let meant = meant(word);
        changed |= meant.is_some();
        let letters: Vec<char> = meant.map_or_else(
            || plain.chars.get(at..at + len.max(1)).unwrap_or_default().to_vec(),
            |meant| meant.chars().collect(),
        );
        let last = at + len.max(1) - 1;
        for (i, c) in letters.into_iter().enumerate() {
            let from = (at + i).min(last);
            if let (Some(place), Some(index)) = (plain.at.get(from), plain.index.get(from)) {
                out.push(c, *place, *index);
            }
        }
        at = last + 1;
    }
    changed.then_some(out)
}

fn meant(word: &[char]) -> Option<&'static str> {
    if !(SHORTEST..=16).contains(&word.len()) || !word.iter().all(char::is_ascii_lowercase) {
        return None;
    }
    // A word with an ending more or less is another word, and no mistake.
    if KNOWN.iter().any(|(_, known)| known.starts_with(word) || word.starts_with(known)) {
        return None;
    }
    KNOWN.iter().find(|(_, known)| one_edit(known, word) || shuffled(known, word)).map(|(known, _)| *known)
}

/// Whether two words have the same first and last letter and the same letters between them.
fn shuffled(a: &[char], b: &[char]) -> bool {
    let sorted = |word: &[char]| {
        let mut word = word.to_vec();
        word.sort_unstable();
        word
    };
    a.len() == b.len() && a.first() == b.first() && a.last() == b.last() && sorted(a) == sorted(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_known() {
        let meant = |word: &str| meant(&word.chars().collect::<Vec<_>>());
        for (word, want) in [
            ("igmore", "ignore"),
            ("ignroe", "ignore"),
            ("prevoius", "previous"),
            ("insrtuctoins", "instructions"),
            ("passwrod", "password"),
        ] {
            assert_eq!(meant(word), Some(want), "{word}");
        }
        for word in ["ignore", "ignored", "signal", "provide", "the", "listing"] {
            assert_eq!(meant(word), None, "{word}");
        }
    }
}
