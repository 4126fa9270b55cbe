//! Cosignatures of type 0x04: who saw a checkpoint, and when (C2SP tlog-cosignature, "Ed25519 signed message").

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::ed25519::{self, KEY_SIZE};
use crate::key::{Algorithm, KeyError, Private, Verifier};
use crate::note::NoteError;

/// The latest time that a cosignature can have.
pub const MAX_TIME: u64 = i64::MAX as u64;

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// The text is not that of a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The time is zero, which says nothing, or after [`MAX_TIME`].
    #[error("not a time for a cosignature")]
    Time,
}

/// What is signed: a header line, the time, the whole text of the checkpoint.
#[must_use]
pub fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// Checks a `timestamped_signature` over the text of a checkpoint, and gives its time.
pub(crate) fn check(public: &[u8; KEY_SIZE], text: &str, signature: &[u8]) -> Option<u64> {
    let (time, signature) = signature.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let valid = time <= MAX_TIME
        && Checkpoint::parse(text).is_ok()
        && ed25519::verify(public, message(time, text).as_bytes(), signature);
    valid.then_some(time)
}

/// The key of a witness: signs checkpoints together with a time (0x04). One key must not serve two names.
#[derive(Debug)]
pub struct Cosigner(Private);

impl Cosigner {
    /// The key of a seed that came from a good source of randomness.
    ///
    /// # Errors
    /// When the name or the seed will not do.
    pub fn from_seed(name: &str, seed: &[u8; KEY_SIZE]) -> Result<Self, KeyError> {
        Private::from_seed(name, Algorithm::CosignatureV1, seed).map(Self)
    }

    /// Reads `PRIVATE+KEY+<name>+<hex key id>+<base64(0x04 || seed)>`.
    ///
    /// # Errors
    /// When it is anything else, or of another algorithm.
    pub fn parse(key: &str) -> Result<Self, KeyError> {
        Private::parse(key, Algorithm::CosignatureV1).map(Self)
    }

    /// The public key.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// The signature line, newline included, for the text of a checkpoint seen at `time` (seconds since the Unix
    /// epoch). Whoever calls this has persisted the checkpoint and found it consistent.
    ///
    /// # Errors
    /// When the text is not that of a checkpoint or the time will not do.
    pub fn cosign(&self, text: &str, time: u64) -> Result<String, CosignError> {
        Checkpoint::parse(text)?;
        if time == 0 || time > MAX_TIME {
            return Err(CosignError::Time);
        }
        let line = self.0.line(&time.to_be_bytes(), message(time, text).as_bytes());
        line.ok_or(CosignError::Checkpoint(CheckpointError::Note(NoteError::Sign)))
    }
}

#[cfg(test)]
mod tests;
