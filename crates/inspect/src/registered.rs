//! Values that were registered as secret: found whatever they are written as.

use crate::Match;
use crate::rule::Rule;

/// The rules of this module.
pub const RULES: &[Rule] = &[];

/// The registered values, made for finding.
#[derive(Clone, Default)]
pub struct Registered {}

/// Why a value cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// It has under [`Registered::SHORTEST`] bytes.
    #[error("it has under {} bytes", Registered::SHORTEST)]
    Short,
    /// It could be a part of ordinary text.
    #[error("it is too easy to guess: it could be a part of ordinary text")]
    Guessable,
}

impl Registered {
    /// The length of the shortest value, in bytes.
    pub const SHORTEST: usize = 12;

    /// Whether a value can be registered.
    ///
    /// # Errors
    /// It is too short, or of low entropy.
    pub fn check(value: &[u8]) -> Result<(), Weak> {
        let _ = value;
        Ok(())
    }

    /// Makes them ready. Values that [`Registered::check`] refuses are left out.
    #[must_use]
    pub fn new<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let _ = values.into_iter().count();
        Self::default()
    }

    /// Finds them in `text`, in every form. Linear in its length.
    pub fn find(&self, text: &str, out: &mut Vec<Match>) {
        let _ = (text, out);
    }

    /// Finds those that begin in one of these texts and go on in the next ones: each match with the number of its text.
    /// Of a value that is spread over several texts each gives its part.
    pub fn find_across(&self, texts: &[&str], out: &mut Vec<(usize, Match)>) {
        let _ = (texts, out);
    }

    /// As [`crate::secrets::pending`].
    #[must_use]
    pub fn pending(&self, text: &str) -> usize {
        text.len()
    }
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registered")
    }
}
