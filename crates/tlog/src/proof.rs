//! Proofs that stand on their own: an index, an inclusion proof, a cosigned checkpoint (C2SP tlog-proof).

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::nodes::{MAX_INCLUSION, ProofError, verify_inclusion};
use crate::note::{MAX_NOTE, Note, NoteError, plain};
use crate::policy::{Distrust, Policy};
use crate::text;
use std::fmt;

/// The first line of a proof.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The most bytes of extra data.
pub const MAX_EXTRA: usize = 4096;

/// Why a file is not a proof, or cannot become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is longer than a note may be.
    #[error("the proof is longer than 64 KiB")]
    TooLong,
    /// It does not begin as a proof does.
    #[error("not a proof in the format {HEADER}")]
    Header,
    /// The extra data are empty, too long, or not canonical base64.
    #[error("the extra data are malformed")]
    Extra,
    /// The index is missing or not a decimal without additional leading zeroes.
    #[error("the index is malformed")]
    Index,
    /// A hash is malformed, or there are more than a proof can have.
    #[error("line {0} of the inclusion proof is malformed")]
    Hash(usize),
    /// No blank line ends the inclusion proof.
    #[error("the proof ends before the checkpoint")]
    Short,
    /// What follows is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// Why a proof does not prove anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// The checkpoint is not of the log, or too few have cosigned it.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The entry is not where the proof says.
    #[error(transparent)]
    Inclusion(#[from] ProofError),
}

/// A proof as it was read: well formed, and not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    extra: Option<Vec<u8>>,
    index: u64,
    hashes: Vec<Hash>,
    checkpoint: String,
}

/// What a checked proof says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The log.
    pub origin: String,
    /// Where in the log the entry is.
    pub index: u64,
    /// The size of the tree that has it.
    pub size: u64,
    /// The root of that tree.
    pub root: Hash,
    /// The witnesses that have cosigned the checkpoint, by name, each with its time in seconds since the Unix epoch.
    pub witnesses: Vec<(String, u64)>,
    /// The earliest time by which as many witnesses as the policy asks for had seen the checkpoint. `None` where it
    /// asks for none.
    pub time: Option<u64>,
}

impl Proof {
    /// A proof from its parts; `checkpoint` is the whole note.
    ///
    /// # Errors
    /// When a part does not fit into the format.
    pub fn new(index: u64, hashes: Vec<Hash>, checkpoint: &str, extra: Option<&[u8]>) -> Result<Self, FileError> {
        if hashes.len() > MAX_INCLUSION {
            return Err(FileError::Hash(MAX_INCLUSION + 1));
        }
        if extra.is_some_and(|extra| extra.is_empty() || extra.len() > MAX_EXTRA) {
            return Err(FileError::Extra);
        }
        let note = Note::parse(checkpoint.as_bytes()).map_err(CheckpointError::from)?;
        Checkpoint::parse(note.text())?;
        let proof = Self { extra: extra.map(<[u8]>::to_vec), index, hashes, checkpoint: checkpoint.to_owned() };
        if proof.to_string().len() > MAX_NOTE { Err(FileError::TooLong) } else { Ok(proof) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is not exactly of the form that the specification gives, or exceeds a cap.
    pub fn parse(bytes: &[u8]) -> Result<Self, FileError> {
        let file = plain(bytes).map_err(|error| match error {
            NoteError::TooLong => FileError::TooLong,
            other => FileError::Checkpoint(other.into()),
        })?;
        let rest = file.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('\n')).ok_or(FileError::Header)?;
        let (mut line, mut rest) = text::line(rest).ok_or(FileError::Index)?;
        let mut extra = None;
        if let Some(data) = line.strip_prefix("extra ") {
            extra = Some(text::from_base64(data).ok_or(FileError::Extra)?);
            (line, rest) = text::line(rest).ok_or(FileError::Index)?;
        }
        let index = line.strip_prefix("index ").and_then(text::decimal).ok_or(FileError::Index)?;
        let (hashes, rest) = hashes(rest, MAX_INCLUSION)?;
        Self::new(index, hashes, rest, extra.as_deref())
    }

    /// Where the proof says that the entry is.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// The inclusion proof.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The note of the checkpoint, as it stands in the file.
    #[must_use]
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Data for the application, which nothing authenticates.
    #[must_use]
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Checks that `leaf` is in the log of the policy, as C2SP tlog-proof says in "Verifying a tlog proof".
    ///
    /// # Errors
    /// When the checkpoint is not to be trusted, or the leaf is not where the proof says.
    pub fn check(&self, leaf: Hash, policy: &Policy) -> Result<Checked, CheckError> {
        let trusted = policy.trust(self.checkpoint.as_bytes())?;
        let (size, root) = (trusted.checkpoint.size(), trusted.checkpoint.root());
        verify_inclusion(leaf, self.index, size, &self.hashes, root)?;
        let origin = trusted.checkpoint.origin().to_owned();
        Ok(Checked { origin, index: self.index, size, root, time: trusted.time, witnesses: trusted.witnesses })
    }
}

/// Reads hashes, one per line, up to a blank line; gives what follows.
pub(crate) fn hashes(mut rest: &str, most: usize) -> Result<(Vec<Hash>, &str), FileError> {
    let mut hashes = Vec::new();
    loop {
        let (line, after) = text::line(rest).ok_or(FileError::Short)?;
        rest = after;
        if line.is_empty() {
            return Ok((hashes, rest));
        }
        let hash = Hash::from_base64(line).filter(|_| hashes.len() < most);
        hashes.push(hash.ok_or(FileError::Hash(hashes.len() + 1))?);
    }
}

/// The file.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", text::base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;
