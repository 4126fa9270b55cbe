//! Names that are safe to copy: each is a bounded token of a known alphabet, checked once when it is made.

use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// Why a text is not a valid name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing between the delimiters.
    #[error("it is empty")]
    Empty,
    /// More bytes than the name may have.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// A character outside the alphabet of the name.
    #[error("it has a character that is not allowed there")]
    Character,
    /// The text has another shape than the name.
    #[error("it does not have the form {0}")]
    Form(&'static str),
}

fn token(text: &str, max: usize, allowed: fn(u8) -> bool) -> Result<Arc<str>, IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > max {
        return Err(IdError::TooLong(max));
    }
    if text.bytes().all(allowed) { Ok(Arc::from(text)) } else { Err(IdError::Character) }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $max:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks length and alphabet.
            ///
            /// # Errors
            /// Says which of the two is wrong.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                token(text, $max, $allowed).map(Self)
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

const fn name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

const fn visible_byte(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e)
}

name! {
    /// The name of a tenant: at most 64 of `A-Z a-z 0-9 . _ -`.
    TenantId, 64, name_byte
}
name! {
    /// The name of an upstream's entry, the `{server}` of `/mcp/{server}`: at most 128 of `A-Z a-z 0-9 . _ -`.
    ServerName, 128, name_byte
}
name! {
    /// Who the caller is within its tenant: a SPIFFE ID or a token's `sub`, at most 255 visible ASCII characters.
    Subject, 255, visible_byte
}

/// The correlation id of a request, the header `X-Trace-ID`: a UUID in its hyphenated form (RFC 9562).
///
/// It need not be unique and is never an identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(Uuid);

impl TraceId {
    /// Reads the 36-character form, in either case.
    ///
    /// # Errors
    /// The braced, URN and unhyphenated forms are refused, as is the nil UUID.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        const FORM: IdError = IdError::Form("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        if text.len() != 36 {
            return Err(FORM);
        }
        let uuid = Uuid::try_parse(text).map_err(|_| FORM)?;
        if uuid.is_nil() { Err(FORM) } else { Ok(Self(uuid)) }
    }

    /// Makes a random (version 4) id from 16 bytes that the caller drew.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.hyphenated(), f)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the caller says it is, the header `X-MCP-Client`: `name/version`, each of at most 64 characters.
///
/// Self-reported: recorded, never a basis for a decision.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Agent(Arc<str>);

impl Agent {
    /// Reads `name/version`.
    ///
    /// # Errors
    /// Exactly one slash, both sides non-empty, of `A-Z a-z 0-9 . _ - + : @`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        const FORM: IdError = IdError::Form("name/version");
        let (name, version) = text.split_once('/').ok_or(FORM)?;
        for side in [name, version] {
            token(side, 64, |b| name_byte(b) || matches!(b, b'+' | b':' | b'@'))?;
        }
        Ok(Self(Arc::from(text)))
    }

    /// `name/version`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_ids_have_one_form() {
        assert!(TraceId::parse("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10").is_ok());
        assert_eq!(
            TraceId::parse("0192D3C5-7D5F-7B3A-8B1E-2F6C1A9E4D10").map(|t| t.to_string()),
            Ok("0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d10".to_owned())
        );
        for bad in [
            "",
            "0192d3c57d5f7b3a8b1e2f6c1a9e4d10",
            "{0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d1}",
            "00000000-0000-0000-0000-000000000000",
            "0192d3c5-7d5f-7b3a-8b1e-2f6c1a9e4d1g",
            "urn:uuid:0192d3c5-7d5f-7b3a-8b1e-2f6",
        ] {
            assert!(TraceId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn agents_are_name_and_version() {
        assert!(Agent::parse("claude-opus/4.5").is_ok());
        for bad in ["", "x", "/1", "x/", "a/b/c", "a b/1", "a/\u{e9}", "a/1\n"] {
            assert!(Agent::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_bounded_tokens() {
        assert!(TenantId::parse("acme").is_ok());
        assert_eq!(TenantId::parse(&"a".repeat(65)), Err(IdError::TooLong(64)));
        assert_eq!(ServerName::parse("a/b"), Err(IdError::Character));
        assert_eq!(Subject::parse("a\u{1b}[2J"), Err(IdError::Character));
    }
}
