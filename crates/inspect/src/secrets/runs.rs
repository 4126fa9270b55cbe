//! Where a text holds long runs of the characters that credentials are made of: the scan in front of the vendors' formats.
//!
//! Every format holds at least [`LEAST`] letters, digits, low lines and hyphens in a row, which ordinary words do not.

use std::ops::Range;

/// The length of the shortest run, in bytes.
pub(super) const LEAST: usize = 20;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// Whether it is a letter, a digit, a low line or a hyphen.
pub(super) const fn token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether all eight bytes of `word` are, without a branch for each.
fn whole(word: u64) -> bool {
    // In bytes below 0x80, adding `0x80 - limit` sets the high bit from the limit on, and nothing is carried over.
    let at_least = |x: u64, limit: u64| (x & !HIGH).wrapping_add((0x80 - limit) * ONES);
    let equal = |x: u64, byte: u64| !((x ^ (byte * ONES)) & !HIGH).wrapping_add(0x7F * ONES);
    let folded = word | (0x20 * ONES);
    let letter = at_least(folded, 0x61) & !at_least(folded, 0x7B);
    let digit = at_least(word, 0x30) & !at_least(word, 0x3A);
    let joint = equal(word, 0x5F) | equal(word, 0x2D);
    (letter | digit | joint) & !word & HIGH == HIGH
}

/// Calls `each` with every run of at least [`LEAST`] bytes, in order.
pub(super) fn each(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let (words, _) = bytes.as_chunks::<8>();
    let mut done = 0;
    for (number, word) in words.iter().enumerate() {
        // A run of fifteen and more covers a whole word.
        if !whole(u64::from_le_bytes(*word)) || number * 8 < done {
            continue;
        }
        let at = number * 8;
        let left = bytes.get(done..at).unwrap_or_default().iter().rev().take_while(|byte| token(**byte)).count();
        let right = bytes.get(at..).unwrap_or_default().iter().take_while(|byte| token(**byte)).count();
        done = at + right;
        if left + right >= LEAST {
            each(at - left..done);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(bytes: &[u8]) -> Vec<Range<usize>> {
        let (mut out, mut start) = (Vec::new(), 0);
        for at in 0..=bytes.len() {
            if bytes.get(at).is_none_or(|byte| !token(*byte)) {
                if at - start >= LEAST {
                    out.push(start..at);
                }
                start = at + 1;
            }
        }
        out
    }

    #[test]
    fn each_byte_is_judged_alike_in_a_word() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut word = *b"aZ09_-bY";
                word[place] = byte;
                assert_eq!(whole(u64::from_le_bytes(word)), token(byte), "{byte:#x} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn runs_are_those_of_the_plain_way(text in "([a-zA-Z0-9_-]{0,40}[ .é\u{80}]?){0,12}") {
            let mut found = Vec::new();
            each(text.as_bytes(), |run| found.push(run));
            prop_assert_eq!(found, plain(text.as_bytes()));
        }
    }
}
