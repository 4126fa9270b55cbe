//! Objects, their keys, and what is known of one that is stored.

use crate::config::MAX_OBJECT;
use crate::error::ArchiveError;
use bytes::Bytes;
use casemate_core::UnixMillis;
use casemate_core::digest::Digest;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The name of an object: parts of letters, digits, `.`, `_` and `-`, divided by `/`. No part begins with a dot.
///
/// So a key is a path below a directory as it stands, and the same in a URL with and without percent-encoding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Reads a key.
    ///
    /// # Errors
    /// [`ArchiveError::Key`]: it is empty, has over 512 bytes or a part over 200, or other characters than a key has.
    pub fn new(text: impl Into<String>) -> Result<Self, ArchiveError> {
        let text = text.into();
        if text.is_empty() || text.len() > 512 {
            return Err(ArchiveError::Key("it has 1 to 512 bytes"));
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        for part in text.split('/') {
            if part.is_empty() || part.len() > 200 || part.starts_with('.') {
                return Err(ArchiveError::Key("each part has 1 to 200 bytes and begins with no dot"));
            }
            if !part.bytes().all(plain) {
                return Err(ArchiveError::Key("it is made of letters, digits, '.', '_', '-' and '/'"));
            }
        }
        Ok(Self(text))
    }

    /// This key below another.
    ///
    /// # Errors
    /// [`ArchiveError::Key`] if both together are too long.
    pub fn below(&self, prefix: &Self) -> Result<Self, ArchiveError> {
        Self::new(format!("{}/{}", prefix.0, self.0))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an object's bytes are.
#[derive(Debug, Clone)]
pub enum Source {
    /// In memory.
    Bytes(Bytes),
    /// In a file that nobody writes any more.
    File(PathBuf),
}

/// Something to be stored once.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its name.
    pub key: Key,
    /// Its bytes, at most [`MAX_OBJECT`].
    pub source: Source,
    /// Their digest, known before.
    pub sha256: Digest,
    /// Until when it must not be deleted or changed; rounded up to a second.
    pub retain_until: UnixMillis,
    /// Whether it is held beyond that until someone releases it.
    pub legal_hold: bool,
}

/// A store's name for one version of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(String);

impl Version {
    /// Reads a version.
    ///
    /// # Errors
    /// [`ArchiveError::Setting`]: it is `null` (which is what a store without versioning says), or anything but 1 to 1024
    /// visible ASCII characters.
    pub fn new(text: &str) -> Result<Self, ArchiveError> {
        let plain = (1..=1024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || text == "null" {
            return Err(ArchiveError::Setting("a version has 1 to 1024 visible ASCII characters and is not null"));
        }
        Ok(Self(text.to_owned()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An object that is stored: what its readers need, to be kept durably by whoever put it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its name, without the target's prefix.
    pub key: Key,
    /// The version; a directory has none.
    pub version: Option<Version>,
    /// The digest that the target confirmed.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Until when it is retained. A directory enforces nothing of it.
    pub retain_until: UnixMillis,
}

impl Source {
    /// The bytes, if they are what they should be.
    pub(crate) async fn load(&self, key: &Key, sha256: Digest) -> Result<Bytes, ArchiveError> {
        let bytes = match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::File(path) => {
                let (path, key) = (path.clone(), key.clone());
                blocking(move || read_file(&path, &key)).await?
            }
        };
        if bytes.len() > MAX_OBJECT {
            return Err(ArchiveError::TooLarge { key: key.clone(), cap: MAX_OBJECT });
        }
        if digest(&bytes).await? != sha256 {
            return Err(ArchiveError::Source { key: key.clone() });
        }
        Ok(bytes)
    }
}

fn read_file(path: &Path, key: &Key) -> Result<Bytes, ArchiveError> {
    let fault = |error: std::io::Error| ArchiveError::io("the file to be stored cannot be read", &error);
    let file = File::open(path).map_err(fault)?;
    let expected = usize::try_from(file.metadata().map_err(fault)?.len()).unwrap_or(usize::MAX);
    if expected > MAX_OBJECT {
        return Err(ArchiveError::TooLarge { key: key.clone(), cap: MAX_OBJECT });
    }
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    // One byte more than allowed, to see that a file has grown.
    file.take(MAX_OBJECT as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes.into())
}

/// The digest of what may be many megabytes, beside the runtime.
pub(crate) async fn digest(bytes: &Bytes) -> Result<Digest, ArchiveError> {
    const SMALL: usize = 256 * 1024;
    if bytes.len() <= SMALL {
        return Ok(Digest::of(bytes));
    }
    let bytes = bytes.clone();
    blocking(move || Ok(Digest::of(&bytes))).await
}

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    let stopped = ArchiveError::Io { what: "the work was stopped", kind: std::io::ErrorKind::Interrupted };
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(stopped))
}

#[cfg(test)]
mod tests {
    use super::{Key, Version};

    #[test]
    fn keys_are_the_same_as_paths_and_in_urls() {
        for good in ["checkpoint/17", "tile/0/x001/067", "tile/0/x001/067.p/5", "segments/00000000000000000000.log"] {
            assert_eq!(Key::new(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(201);
        for bad in ["", "/", "a/", "/a", "a//b", ".", "..", "a/../b", ".a", "a b", "a%2fb", "a?b", "a\\b", "ä", &long]
        {
            assert_eq!(Key::new(bad).unwrap_err().name(), "key", "{bad}");
        }
        assert!(Key::new("a/".repeat(256) + "a").is_err());
    }

    #[test]
    fn a_version_is_no_text_that_does_something() {
        assert!(Version::new("3HL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY").is_ok());
        for bad in ["", "null", "a b", "a\nb", "\u{1b}[31m", &"v".repeat(1025)] {
            assert!(Version::new(bad).is_err(), "{bad:?}");
        }
    }
}
