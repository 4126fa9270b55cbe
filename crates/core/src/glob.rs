//! Patterns of rules: `?` is one character, `*` a run without `/`, `**` any run. All else stands for itself.

use std::fmt;

/// A compiled pattern. Matching takes time proportional to pattern × text at most, without recursion on the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    source: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Literal(char),
    One,
    Segment,
    Any,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// An empty pattern matches nothing and is a mistake.
    #[error("the pattern is empty")]
    Empty,
    /// Longer than any name could need.
    #[error("the pattern is longer than 512 bytes")]
    TooLong,
    /// Three or more stars in a row.
    #[error("`***` has no meaning; use `*` or `**`")]
    Stars,
    /// A control character.
    #[error("the pattern holds a control character")]
    Control,
}

impl Glob {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Empty, oversized and senseless patterns.
    pub fn parse(source: &str) -> Result<Self, GlobError> {
        if source.is_empty() {
            return Err(GlobError::Empty);
        }
        if source.len() > 512 {
            return Err(GlobError::TooLong);
        }
        if source.chars().any(char::is_control) {
            return Err(GlobError::Control);
        }
        if source.contains("***") {
            return Err(GlobError::Stars);
        }
        let mut parts = Vec::with_capacity(source.len());
        let mut chars = source.chars().peekable();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '?' => Part::One,
                '*' if chars.next_if_eq(&'*').is_some() => Part::Any,
                '*' => Part::Segment,
                c => Part::Literal(c),
            });
        }
        Ok(Self { source: source.to_owned(), parts })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether the pattern has no wildcard and so names exactly one thing.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Literal(_)))
    }

    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        // Most patterns are letters, and perhaps a star at the end.
        let (mut parts, mut chars) = (self.parts.as_slice(), text.chars());
        while let [Part::Literal(literal), rest @ ..] = parts {
            if chars.next() != Some(*literal) {
                return false;
            }
            parts = rest;
        }
        match parts {
            [] => chars.as_str().is_empty(),
            [Part::Any] => true,
            [Part::Segment] => !chars.as_str().contains('/'),
            _ => simulate(parts, chars.as_str()),
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Set simulation of a pattern as an automaton: one bit for each position.
fn simulate(parts: &[Part], text: &str) -> bool {
    let mut states = vec![false; parts.len() + 1];
    let mut next = states.clone();
    if let Some(first) = states.first_mut() {
        *first = true;
    }
    skip_stars(parts, &mut states);
    for c in text.chars() {
        next.fill(false);
        let mut alive = false;
        for (at, part) in parts.iter().enumerate() {
            if !states.get(at).copied().unwrap_or(false) {
                continue;
            }
            let target = match part {
                Part::Literal(l) if *l == c => at + 1,
                Part::One if c != '/' => at + 1,
                Part::Segment if c != '/' => at,
                Part::Any => at,
                _ => continue,
            };
            if let Some(slot) = next.get_mut(target) {
                *slot = true;
                alive = true;
            }
        }
        if !alive {
            return false;
        }
        skip_stars(parts, &mut next);
        std::mem::swap(&mut states, &mut next);
    }
    states.last().copied().unwrap_or(false)
}

fn skip_stars(parts: &[Part], states: &mut [bool]) {
    for (at, part) in parts.iter().enumerate() {
        let here = states.get(at).copied().unwrap_or(false);
        if here
            && matches!(part, Part::Segment | Part::Any)
            && let Some(slot) = states.get_mut(at + 1)
        {
            *slot = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::parse(pattern).unwrap().matches(text)
    }

    #[test]
    fn stars_and_slashes() {
        assert!(matches("read_*", "read_file"));
        assert!(matches("read_*", "read_"));
        assert!(!matches("read_*", "xread_"));
        assert!(matches("kb://finance/*", "kb://finance/q1"));
        assert!(!matches("kb://finance/*", "kb://finance/q1/x"));
        assert!(matches("kb://finance/**", "kb://finance/q1/x"));
        assert!(matches("**", ""));
        assert!(!matches("a?c", "a/c"));
        assert!(matches("a?c", "abc"));
        assert!(!matches("abc", "abcd"));
        assert!(!matches("abcd", "abc"));
    }

    #[test]
    fn letters_before_and_after_stars_count_too() {
        assert!(matches("ab*c*", "abxcx") && matches("**/c", "a/b/c") && matches("read", "read"));
        assert!(!matches("ab*c", "abcd") && !matches("ab*", "ab/c") && !matches("ab**", "a"));
        assert!(matches("\u{e9}*", "\u{e9}t\u{e9}") && !matches("\u{e9}?", "\u{e9}"));
    }

    #[test]
    fn the_short_way_and_the_automaton_agree() {
        for (pattern, text) in
            [("ab*", "ab"), ("ab*", "abc"), ("ab*", "a"), ("ab*", "ab/"), ("a**", "a/b"), ("ab", "abc")]
        {
            let glob = Glob::parse(pattern).unwrap();
            assert_eq!(glob.matches(text), super::simulate(&glob.parts, text), "{pattern} {text}");
        }
    }

    #[test]
    fn hostile_patterns_stay_linear() {
        let pattern = "*a".repeat(200);
        assert!(!matches(&pattern, &"a".repeat(150)));
        assert!(Glob::parse("***").is_err());
        assert!(Glob::parse("").is_err());
    }
}
