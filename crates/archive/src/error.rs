//! What can go wrong, each with its stable name.

use crate::object::Key;
use casemate_core::digest::Digest;
use casemate_net::{NetError, TargetError};
use std::fmt;
use std::io;

/// The code in a store's error answer, such as `AccessDenied`: at most 64 letters and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// Finds the first `<Code>` in an answer. Nothing else of the answer is looked at, and nothing of it is shown.
    pub(crate) fn find(body: &[u8]) -> Option<Self> {
        const OPEN: &[u8] = b"<Code>";
        const LONGEST: usize = 64;
        let start = body.windows(OPEN.len()).position(|window| window == OPEN)?.checked_add(OPEN.len())?;
        let rest = body.get(start..)?;
        let end = rest.iter().take(LONGEST.saturating_add(1)).position(|byte| *byte == b'<')?;
        let code = rest.get(..end)?;
        let plain = !code.is_empty() && code.iter().all(u8::is_ascii_alphanumeric);
        (plain && rest.get(end..)?.starts_with(b"</Code>"))
            .then(|| String::from_utf8_lossy(code).into_owned())
            .map(Self)
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an object is not stored, or cannot be read back. No message repeats what a store wrote, but for its [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(&'static str),
    /// The endpoint is no destination.
    #[error("the endpoint cannot be used: {0}")]
    Endpoint(#[from] TargetError),
    /// Not a key.
    #[error("not an object key: {0}")]
    Key(&'static str),
    /// More bytes than an object may have.
    #[error("{key} is larger than {cap} bytes")]
    TooLarge {
        /// The object.
        key: Key,
        /// The cap in bytes.
        cap: usize,
    },
    /// The file system refuses.
    #[error("{what}: {kind}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// The class of the error.
        kind: io::ErrorKind,
    },
    /// The bytes to be stored do not have the digest that they should have.
    #[error("what is to be stored as {key} has another digest than was announced")]
    Source {
        /// The object.
        key: Key,
    },
    /// Another object has the key. It is not touched.
    #[error("{key} is there already, with other contents ({found})")]
    Conflict {
        /// The key.
        key: Key,
        /// The digest of what is there.
        found: Digest,
    },
    /// The stored object is not there.
    #[error("{key} is gone")]
    Gone {
        /// The key.
        key: Key,
    },
    /// The stored object is not what was put there.
    #[error("{key} is not what was stored: {what}")]
    Changed {
        /// The key.
        key: Key,
        /// What differs.
        what: &'static str,
    },
    /// The store took the object and does not lock it as it was told to.
    #[error("{key} is not locked as asked: {what}")]
    Unlocked {
        /// The key.
        key: Key,
        /// What is missing.
        what: &'static str,
    },
    /// The store gave no version.
    #[error("the store gives {key} no version: the bucket's versioning is off")]
    Unversioned {
        /// The key.
        key: Key,
    },
    /// The store keeps no SHA-256 checksum.
    #[error("the store keeps no SHA-256 checksum of {key}")]
    Unchecked {
        /// The key.
        key: Key,
    },
    /// The store said no, or something that is no answer to the question.
    #[error("the store answers {status}{}", .code.as_ref().map(|code| format!(" {code}")).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code in the answer.
        code: Option<Code>,
    },
    /// The store could not be reached, or failed each time.
    #[error("the store is unavailable after {attempts} attempts: {last}")]
    Unavailable {
        /// How often it was tried.
        attempts: u32,
        /// The last fault.
        last: Box<ArchiveError>,
    },
    /// The way to the store or back.
    #[error("{0}")]
    Net(#[from] NetError),
}

impl ArchiveError {
    /// The stable name of the kind of error.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Setting(_) => "setting",
            Self::Endpoint(_) => "endpoint",
            Self::Key(_) => "key",
            Self::TooLarge { .. } => "too_large",
            Self::Io { .. } => "io",
            Self::Source { .. } => "source",
            Self::Conflict { .. } => "conflict",
            Self::Gone { .. } => "gone",
            Self::Changed { .. } => "changed",
            Self::Unlocked { .. } => "unlocked",
            Self::Unversioned { .. } => "unversioned",
            Self::Unchecked { .. } => "unchecked",
            Self::Refused { .. } => "refused",
            Self::Unavailable { .. } => "unavailable",
            Self::Net(_) => "net",
        }
    }

    /// Whether trying again later may help. Everything else needs a person.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(crate) fn io(what: &'static str, error: &io::Error) -> Self {
        Self::Io { what, kind: error.kind() }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn the_code_of_an_answer_is_plain_or_nothing() {
        let find = |body: &str| Code::find(body.as_bytes()).map(|code| code.as_str().to_owned());
        assert_eq!(
            find("<?xml?><Error><Code>AccessDenied</Code><Message>x</Message></Error>"),
            Some("AccessDenied".into())
        );
        for hostile in [
            "",
            "<Code>",
            "<Code></Code>",
            "<Code>Access\nDenied</Code>",
            "<Code>\u{1b}[31mDenied</Code>",
            "<Code>&e;</Code>",
            "<Code>Denied<Code>Denied</Code>",
            &format!("<Code>{}</Code>", "A".repeat(65)),
        ] {
            assert_eq!(find(hostile), None, "{hostile}");
        }
        assert!(find(&format!("<Code>{}</Code>", "A".repeat(64))).is_some());
    }
}
