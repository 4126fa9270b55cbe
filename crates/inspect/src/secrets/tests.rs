//! Tests of credentials; each is made here.

mod formats;
mod pieces;
mod places;

use super::*;

/// `length` characters of `alphabet`, drawn by `seed`.
pub(super) fn draw(alphabet: &str, length: usize, seed: u64) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = usize::try_from((state >> 33) % letters.len() as u64).expect("small");
        letters[place]
    };
    (0..length).map(step).collect()
}

/// The matches in `text`: rule and what it covers.
fn found(text: &str) -> Vec<(&'static str, &str)> {
    let mut out = Vec::new();
    find(text, &mut out);
    out.into_iter().map(|found| (found.rule, &text[found.span])).collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#[test]
fn the_table_is_long_and_complete() {
    let formats: usize = TABLES.iter().map(|table| table.len()).sum();
    assert!(formats >= 200, "{formats}");
    assert_eq!(RULES.len(), formats + OTHERS.len() + near::NEAR.len());
    assert!(RULES.iter().all(|rule| rule.id.starts_with("secret.") && rule.about.ends_with('.')), "a slot is empty");
}
