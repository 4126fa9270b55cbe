//! The token budget: a named, deterministic counting rule. It counts; no tokenizer and no model decides.

/// The name of the rule, as records and messages have it.
pub const RULE: &str = "bytes-v1";

/// Counts the tokens of `text` by the rule `bytes-v1`.
///
/// ASCII counts one token for three bytes, everything else one for two bytes; both are rounded up. That is an upper
/// bound for common tokenizers on ordinary text, and the same on every machine.
#[must_use]
pub fn count(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let other = text.len() as u64 - ascii;
    ascii.div_ceil(3) + other.div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_rule_is_fixed() {
        assert_eq!(count(""), 0);
        assert_eq!(count("abcd"), 2);
        assert_eq!(count("\u{e9}"), 1);
        assert_eq!(count("\u{4e16}\u{754c}"), 3);
    }
}
