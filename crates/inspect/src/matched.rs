//! What a detector gives: which rule matched, where, and in which reading of the text.

use std::ops::Range;

/// How a text was read when a rule matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// As it stands.
    Plain,
    /// With compatibility forms, case and look-alikes folded, and invisible characters gone.
    Folded,
    /// With characters set apart, or split by others, put together again.
    Joined,
    /// With the character references of HTML undone.
    Entities,
    /// With percent-encoding undone.
    Percent,
    /// With the escapes of JSON and of programming languages undone.
    Escapes,
    /// Decoded from base64, of either alphabet.
    Base64,
    /// Decoded from base32.
    Base32,
    /// Decoded from hexadecimal.
    Hex,
    /// Decoded from a row of character codes.
    Codes,
    /// Digits or signs read as the letters that they look like.
    Leet,
    /// Backwards, or with its letters moved by thirteen places.
    Cipher,
    /// More than one of these, one within another.
    Nested,
}

impl View {
    /// Its name in findings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Folded => "folded",
            Self::Joined => "joined",
            Self::Entities => "entities",
            Self::Percent => "percent",
            Self::Escapes => "escapes",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Codes => "codes",
            Self::Leet => "leet",
            Self::Cipher => "cipher",
            Self::Nested => "nested",
        }
    }
}

/// One place where a rule of the catalogue matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The rule's id.
    pub rule: &'static str,
    /// Where it stands in the text that was given, in bytes, on boundaries of characters. What would have to go so that
    /// nothing of the match is left, in whatever view it was found.
    pub span: Range<usize>,
    /// How the text was read.
    pub view: View,
}
