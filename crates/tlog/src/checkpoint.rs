//! Checkpoints: the head of a log as the text of a note (C2SP tlog-checkpoint).

use crate::hash::Hash;
use crate::key::{Signer, Verifier};
use crate::note::{self, Note, NoteError, OpenError, Opened};
use crate::text;
use std::fmt;

/// The most bytes that an origin may have: a cosignature of type 0x06 gives its length one byte.
pub const MAX_ORIGIN: usize = 255;

/// Why a text is not a checkpoint, or a note not one that may be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is malformed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No known key stands behind the note.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The text does not consist of at least three lines, none empty, each with its newline.
    #[error("a checkpoint has at least three lines, and none is empty")]
    Lines,
    /// The origin is empty, too long, or has a control character.
    #[error("not a valid origin")]
    Origin,
    /// The size is not a decimal below `2^64` without additional leading zeroes.
    #[error("not a valid tree size")]
    Size,
    /// The root is not the canonical base64 of 32 bytes.
    #[error("not a valid root hash")]
    Root,
}

/// The head of a log at a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

/// Whether this can be the origin of a log.
fn is_origin(origin: &str) -> bool {
    !origin.is_empty() && origin.len() <= MAX_ORIGIN && origin.bytes().all(|byte| byte >= b' ')
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    ///
    /// # Errors
    /// When the origin will not do.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if !is_origin(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// When it is not exactly of the form that the specification gives.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Lines)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(CheckpointError::Lines);
        };
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(CheckpointError::Lines);
        }
        let size = text::decimal(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).ok_or(CheckpointError::Root)?;
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }

    /// Reads a note, verifies it with the known keys, then reads its text.
    ///
    /// # Errors
    /// When any of the three fails.
    pub fn open<'a, 'k>(
        note: &'a [u8],
        known: impl IntoIterator<Item = &'k Verifier>,
    ) -> Result<(Self, Opened<'a, 'k>), CheckpointError> {
        let opened = Note::parse(note)?.open(known)?;
        Ok((Self::parse(opened.text)?, opened))
    }

    /// Signs the checkpoint, and gives the note.
    ///
    /// # Errors
    /// When there is no signer, or the note grows too long.
    pub fn sign<'k>(&self, signers: impl IntoIterator<Item = &'k Signer>) -> Result<String, NoteError> {
        note::sign(&self.to_string(), signers)
    }

    /// What identifies the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree of that size.
    #[must_use]
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Lines after the root, which mean nothing here.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The text of the note, with its last newline.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests;
