//! The lines of a manifest.

use casemate_archive::{Key, Stored, Version};
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use serde_json::{Value, json};
use std::fmt;

/// A line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// An object that was stored.
    Object(Stored),
    /// All objects of a closed segment are above.
    Segment(Mark),
}

/// The end of a closed segment's objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The segment's first entry.
    pub first: u64,
    /// The first entry after it.
    pub end: u64,
    /// The entry of the log that vouches for the manifest above this line.
    pub entry: u64,
}

impl Line {
    /// Reads a line, without its end.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let number = |name: &str| value.get(name)?.as_u64();
        if let Some(first) = number("first") {
            let mark = Mark { first, end: number("end")?, entry: number("entry")? };
            return (mark.first < mark.end).then_some(Self::Segment(mark));
        }
        let text = |name: &str| value.get(name)?.as_str();
        let version = match value.get("version")? {
            Value::Null => None,
            version => Some(Version::new(version.as_str()?).ok()?),
        };
        Some(Self::Object(Stored {
            key: Key::new(text("key")?).ok()?,
            version,
            sha256: Digest::from_hex(text("sha256")?)?,
            size: number("size")?,
            retain_until: UnixMillis(number("retain_until")?),
        }))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = match self {
            Self::Segment(mark) => json!({ "first": mark.first, "end": mark.end, "entry": mark.entry }),
            Self::Object(stored) => json!({
                "key": stored.key.as_str(), "version": stored.version.as_ref().map(Version::as_str),
                "sha256": stored.sha256.hex(), "size": stored.size, "retain_until": stored.retain_until.0,
            }),
        };
        value.fmt(f)
    }
}
