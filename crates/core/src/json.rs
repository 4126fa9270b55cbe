//! A strict JSON reader (RFC 8259): one pass over capped bytes, and everything later reads its result.
//!
//! Refused: duplicate keys, invalid UTF-8, lone surrogates, excess depth, oversized keys and numbers, anything
//! before or after the one value. The result is a flat list of nodes over the original bytes, so that what was
//! inspected can be forwarded unchanged, or edited by span.

mod edit;
mod reader;
mod scan;
mod unescape;

pub use edit::Edits;
pub use reader::{Json, Member, Value};
pub use scan::Limits;
pub use unescape::quote;

use crate::Reason;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, kept as its text.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// Why bytes are not acceptable JSON, with the byte offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {at}")]
pub struct JsonError {
    /// The kind of fault.
    pub fault: JsonFault,
    /// Where it was found.
    pub at: usize,
}

/// The kinds of [`JsonError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Not JSON.
    #[error("a syntax error")]
    Syntax,
    /// The bytes are not UTF-8.
    #[error("invalid UTF-8")]
    Encoding,
    /// A `\u` escape of half a character.
    #[error("a lone surrogate")]
    Surrogate,
    /// One object has the same key twice.
    #[error("a duplicate key")]
    DuplicateKey,
    /// Nested deeper than allowed.
    #[error("excess depth")]
    Depth,
    /// More values than allowed.
    #[error("too many values")]
    Nodes,
    /// A key longer than allowed.
    #[error("an oversized key")]
    KeyLength,
    /// A number longer than allowed.
    #[error("an oversized number")]
    NumberLength,
    /// Something follows the value.
    #[error("bytes after the value")]
    Trailing,
}

impl JsonFault {
    /// The stable reason.
    #[must_use]
    pub const fn reason(self) -> Reason {
        match self {
            Self::Syntax => Reason::JsonSyntax,
            Self::Encoding | Self::Surrogate => Reason::JsonEncoding,
            Self::DuplicateKey => Reason::JsonDuplicateKey,
            Self::Depth => Reason::JsonDepth,
            Self::Nodes | Self::KeyLength | Self::NumberLength => Reason::JsonSize,
            Self::Trailing => Reason::JsonTrailing,
        }
    }
}
